"""The page of the benchmark of comparing judges its figures itself."""

from collections.abc import Iterator
from typing import Any

import pytest

from bench.compare_page import OURS, READ, Turn, goals, page

SIDES = ("PostgreSQL", "MariaDB")


def turns(**given: dict[str, Any]) -> list[Turn]:
    """Every program on every pair; `given`: what is otherwise of ours, read or rival when there are differences."""
    return list(_turns(given))


def _turns(given: dict[str, dict[str, Any]]) -> Iterator[Turn]:
    usual = {"read": (READ, 10.0, 100.0), "ours": (OURS, 25.0, 512.0), "rival": ("other", 25.0, 2000.0)}
    for cells in (0, 100):
        for legacy in SIDES:
            for part, (name, inside, memory) in usual.items():
                told: dict[str, Any] = {"inside": inside, "memory": memory, "process": 40.0}
                told["found"] = None if part == "read" else cells
                yield Turn(name, legacy, cells, **(told | (given.get(part, {}) if cells else {})))


def verdicts(made: list[Turn]) -> list[str]:
    return [goal.verdict for goal in goals(made)]


def test_turns_within_every_bound_reach_every_goal():
    large = Turn(OURS, "MariaDB", 100, 250.0, 260.0, 512.0, 100, rows=10)
    assert verdicts([*turns(), large]) == ["reached"] * 4


def test_ten_times_the_rows_are_bounded_too_and_not_shown_without_a_turn():
    assert verdicts(turns())[2] == "not shown"
    large = Turn(OURS, "MariaDB", 100, 250.0, 260.0, 513.0, 100, rows=10)
    assert verdicts([*turns(), large]) == ["reached", "reached", "missed", "reached"]
    assert "| MariaDB | 10 | 100 | 250.0 | 513 | 100 |" in page([*turns(), large], "Today.")


@pytest.mark.parametrize(
    ("goal", "made"),
    [
        (0, turns(read={"inside": 9.9})),
        (1, turns(ours={"memory": 513.0})),
        (3, turns(rival={"inside": 24.9})),
    ],
)
def test_a_figure_out_of_bounds_misses_its_goal(goal, made):
    assert [at for at, verdict in enumerate(verdicts(made)) if verdict == "missed"] == [goal]


def test_a_rival_that_tells_no_time_of_its_work_is_taken_by_its_process():
    *_, beside = goals(turns(rival={"inside": None}))
    assert beside.measured["PostgreSQL, 100 differences"] == 25 / 40


def test_a_program_that_failed_shows_nothing():
    assert verdicts(turns(rival={"failure": "not installed"}))[3] == "not shown"
    assert verdicts(turns(ours={"failure": "ended with code 1"})) == ["not shown"] * 4


def test_the_page_shows_every_turn_and_what_was_not_found():
    written = page(turns(rival={"found": 86}), "Today.")
    assert "| 100 | migrate reconcile --check rows | 25.0 | 2.5 | 40.0 | 512 | 100 |" in written
    assert (
        "found what there was: other, legacy in PostgreSQL: 86 of 100; other, legacy in MariaDB: 86 of"
        in written
    )


def test_the_page_says_who_has_no_figures():
    written = page(turns(rival={"failure": "not installed"}), "Today.")
    assert (
        "Without a figure: other, legacy in PostgreSQL (not installed); other, legacy in MariaDB" in written
    )
    assert "| 100 | other | not installed | | | | |" in written


def test_a_page_of_complete_figures_names_no_gap():
    written = page(turns(), "Today.")
    assert "Without a figure" not in written
    assert "Not every program" not in written
