"""The statistics of equity: known values, what is found, how seldom nothing is taken for something, what is told."""

import random
from math import inf

import numpy as np
import pytest

from reconciliation.equity import (
    ALPHA,
    LEAST,
    ORDINARY,
    RATIO,
    SMALL,
    UNKNOWN,
    Group,
    Standing,
    chance,
    holm,
    interval,
    judged,
    meaning,
    others,
    suppressed,
)

MORE, SLIGHTLY, NOT = Standing.MORE, Standing.SLIGHTLY, Standing.NOT


def standings(*groups: Group) -> dict[str, Standing]:
    return {each.group.value: each.standing for each in judged({"q": groups})["q"]}


# --- known values


@pytest.mark.parametrize(
    ("bears", "total", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_intervals_are_wilsons(bears, total, low, high):
    """Newcombe (1998), table I, method 3."""
    assert interval(bears, total) == pytest.approx((low, high), abs=5e-5)


def test_of_nobody_every_rate_is_possible():
    assert interval(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("group", "rest", "expected"),
    [
        (
            (8, 10),
            (2, 10),
            0.011507068782610578,
        ),  # R: fisher.test(matrix(c(8, 2, 2, 8), 2), alternative = "greater")
        ((3, 4), (1, 4), 0.24285714285714288),  # the lady tasting tea
        ((2, 2), (0, 2), 1 / 6),
        ((5, 5), (0, 5), 1 / 252),
    ],
)
def test_chances_are_fishers(group, rest, expected):
    assert chance(Group("a", *group), Group("b", *rest)) == pytest.approx(expected, rel=1e-9)


def test_chances_of_millions_are_as_exact():
    """Against the exact rational numbers of a distribution that is small enough to be added up by hand."""
    from fractions import Fraction
    from math import comb

    people, bearing, total, bears = 3000, 40, 500, 14
    exact = sum(
        Fraction(comb(bearing, k) * comb(people - bearing, total - k), comb(people, total))
        for k in range(bears, bearing + 1)
    )
    told = chance(Group("a", bears, total), Group("b", bearing - bears, people - total))
    assert told == pytest.approx(float(exact), rel=1e-9)
    assert 0 <= chance(Group("a", 60_000, 1_000_000), Group("b", 500_000, 29_000_000)) < 1e-300


def test_no_more_than_likely_is_no_news():
    assert chance(Group("a", 1, 100), Group("b", 9, 900)) == 1.0


def test_holm_multiplies_the_smallest_by_all_and_never_falls():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []
    assert holm([0.9, 0.8]) == [1.0, 1.0]


# --- what is found


def test_a_planted_disparity_is_found():
    found = standings(Group("a", 60, 1000), Group("b", 20, 1000), Group("c", 22, 1000))
    assert found == {"a": MORE, "b": NOT, "c": NOT}


def test_a_small_difference_that_is_sure_is_told_apart():
    found = judged({"q": [Group("a", 106_000, 10_000_000), Group("b", 100_000, 10_000_000)]})["q"]
    assert [each.standing for each in found] == [SLIGHTLY, NOT]
    assert found[0].ratio == pytest.approx(1.06)
    assert found[0].chance < 1e-12


def test_a_big_difference_that_chance_may_give_is_none():
    assert standings(Group("a", 2, 20), Group("b", 20, 1000))["a"] is NOT


def test_where_nothing_befell_the_others_the_ratio_is_infinite():
    (first, _) = judged({"q": [Group("a", 30, 100), Group("b", 0, 900)]})["q"]
    assert (first.ratio, first.standing) == (inf, MORE)


def test_people_of_whom_nothing_is_known_are_not_judged_and_are_not_the_others():
    groups = [Group("a", 10, 500), Group("b", 10, 500), Group(UNKNOWN, 90, 90)]
    assert standings(*groups) == {"a": NOT, "b": NOT}


def test_who_has_not_what_is_asked_about_is_only_held_against():
    groups = [Group(ORDINARY, 347, 1978), Group("yes", 0, 60)]
    assert standings(*groups) == {"yes": NOT}
    assert standings(Group(ORDINARY, 30, 1978), Group("yes", 20, 60)) == {"yes": MORE}


def test_one_group_alone_has_no_others():
    assert standings(Group("a", 10, 500)) == {"a": NOT}


def test_more_questions_ask_for_more():
    """What is found among few comparisons is not sure among many."""
    groups = [Group("a", 22, 500), Group("b", 20, 1000)]
    assert standings(*groups)["a"] is MORE
    many = judged(
        {at: groups if at == 0 else [Group("a", 10, 500), Group("b", 20, 1000)] for at in range(60)}
    )
    assert many[0][0].standing is NOT


# --- how seldom nothing is taken for something


def without_disparity(random: np.random.Generator) -> dict[int, list[Group]]:
    """People in groups of several characteristics that overlap, and outcomes that befall all alike."""
    people = int(random.integers(200, 4000))
    traits = [
        random.choice(size, people, p=random.dirichlet(np.ones(size) / 2)) for size in (2, 3, 5, 12, 40)
    ]
    questions: dict[int, list[Group]] = {}
    for rate in random.choice([0.003, 0.02, 0.1, 0.3], 4):
        bears = random.random(people) < rate
        for groups in traits:
            questions[len(questions)] = [
                Group(str(value), int(bears[groups == value].sum()), int((groups == value).sum()))
                for value in np.unique(groups)
            ]
    return questions


def test_data_without_disparity_is_flagged_no_more_often_than_stated(seed, torture):
    turns = 300 * max(1, torture)
    random = np.random.default_rng(seed)
    flagged = sum(
        any(
            each.standing is not NOT for found in judged(without_disparity(random)).values() for each in found
        )
        for _ in range(turns)
    )
    allowed = turns * ALPHA + 4 * (turns * ALPHA * (1 - ALPHA)) ** 0.5
    assert flagged <= allowed, f"{flagged} of {turns} with seed {seed}"


def test_a_disparity_of_three_times_is_hardly_ever_missed(seed):
    random = np.random.default_rng(seed)
    missed = 0
    for _ in range(50):
        questions = without_disparity(random)
        planted = [
            Group("a", int(random.binomial(600, 0.15)), 600),
            Group("b", int(random.binomial(4000, 0.05)), 4000),
        ]
        missed += judged({**questions, -1: planted})[-1][0].standing is not MORE
    assert missed == 0, f"seed {seed}"


# --- what is told


def total(groups: list[Group]) -> tuple[int, int]:
    return sum(each.bears for each in groups), sum(each.total for each in groups)


def test_groups_without_a_small_cell_are_told():
    groups = [Group("a", 5, 20), Group("b", 0, 7), Group("c", 30, 30)]
    assert suppressed(groups) == groups


def test_small_groups_are_told_together():
    groups = [Group("a", 3, 40), Group("b", 4, 30), Group("c", 20, 100)]
    assert suppressed(groups) == [Group("c", 20, 100), Group(SMALL, 7, 70)]


def test_one_small_group_takes_the_next_smallest_with_it():
    groups = [Group("a", 3, 400), Group("b", 6, 30), Group("c", 20, 100)]
    assert suppressed(groups) == [Group("c", 20, 100), Group(SMALL, 9, 430)]


def test_small_groups_that_are_small_together_take_more_with_them():
    groups = [Group("a", 1, 40), Group("b", 2, 30), Group("c", 20, 100), Group("d", 30, 200)]
    assert suppressed(groups) == [Group("d", 30, 200), Group(SMALL, 23, 170)]


def test_people_of_whom_nothing_is_known_are_no_group_to_be_hidden():
    groups = [Group("a", 20, 100), Group("b", 30, 200), Group(UNKNOWN, 1, 3)]
    assert suppressed(groups) == groups


def test_nothing_can_be_worked_out_of_what_is_told(seed):
    """Totals are kept, no cell is small, and what is told together is never one group alone."""
    chosen = random.Random(seed)
    for _ in range(500):
        groups = []
        for at in range(chosen.randint(1, 12)):
            people = chosen.choice([1, 3, 6, 12, 60, 900])
            groups.append(Group(chr(97 + at), min(people, chosen.choice([0, 0, 1, 2, 4, 5, 9, 50])), people))
        told = suppressed(groups)
        assert total(told) == total(groups), seed
        together = [each for each in told if each.value == SMALL]
        alone = [each for each in told if each.value != SMALL]
        assert not any(each.small for each in alone), seed
        assert {*alone} <= {*groups}
        if together and alone:
            assert not together[0].small
            assert len(groups) - len(alone) > 1


def test_others_are_all_but_the_group():
    assert others(Group("a", 1, 10), [Group("a", 1, 10), Group("b", 2, 20), Group("c", 3, 30)]) == Group(
        "", 5, 50
    )


# --- plain words


def test_the_words_say_the_same_in_both_languages_and_name_the_figures():
    english, french = meaning("en"), meaning("fr")
    assert len(english) == len(french) == 5
    assert f"{RATIO}" in english[1]
    assert "1,25" in french[1]
    assert str(LEAST) in english[3]
    assert str(LEAST) in french[3]
    assert not any("\n" in each or "{" in each for each in [*english, *french])
