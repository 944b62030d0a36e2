"""Whether a group of people bears more of the errors than the others: statistics alone, for the check and the report.

    shown = suppressed(groups)                  what may be told: no cell of one to four people
    found = judged({question: groups, ...})     of every group of every question, how it stands

Each group is held against all the others of its question, by Fisher's exact test of one side: how often would chance
alone give it so many? All these chances of one reconciliation are corrected together after Holm, so that a
reconciliation without any disparity shows one in at most one of twenty, however the groups overlap. A difference that
is sure and small is told apart: see RATIO.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import exp, inf, lgamma, sqrt
from typing import TypeVar

import numpy as np

ALPHA = 0.05
"""How often a reconciliation without any disparity may show one."""

RATIO = 1.25
"""A disparity is a rate of at least this many times that of the others: the four-fifths rule, turned to errors."""

LEAST = 5
"""A cell of one to four people is never told."""

SMALL = "small_groups"
"""Names the groups that are told together because a cell of them is small."""

UNKNOWN = "unknown"
"""Names the people of whom a characteristic is not known: shown, and not judged. Gaps are no group of people."""

ORDINARY = "no"
"""Names the people who have not what a characteristic is about, such as a single name: others are held against them,
and they against nobody."""

_Z = 1.959963984540054
"""Of the normal distribution, for an interval of 95 %."""

Q = TypeVar("Q", bound=Hashable)


class Standing(StrEnum):
    """How a group stands among the others."""

    MORE = "more"  # a disparity
    SLIGHTLY = "slightly"  # surely more, and by less than RATIO
    NOT = "not"  # not more than chance may give


@dataclass(frozen=True, slots=True, order=True)
class Group:
    """Some people, and how many of them something befell."""

    value: str
    bears: int
    total: int

    @property
    def small(self) -> bool:
        """Whether a cell of it is a statement about a few people of a kind."""
        few = any(0 < cell < LEAST for cell in (self.bears, self.total - self.bears))
        return few and self.value != UNKNOWN


@dataclass(frozen=True, slots=True)
class Judged:
    """A group among the others.

    chance:  how often chance would give it so many or more, corrected for all that was compared.
    ratio:   its rate over that of the others; infinite where nothing befell these.
    """

    group: Group
    standing: Standing
    chance: float
    ratio: float


def judged(questions: Mapping[Q, Sequence[Group]]) -> dict[Q, list[Judged]]:
    """The groups of every question, judged together; see UNKNOWN and ORDINARY for whom nobody asks about."""
    against = {
        name: [(group, others(group, groups)) for group in groups if group.value not in (UNKNOWN, ORDINARY)]
        for name, groups in questions.items()
    }
    raw = [chance(*pair) for pairs in against.values() for pair in pairs]
    corrected = iter(holm(raw))
    return {name: [_judged(*pair, next(corrected)) for pair in pairs] for name, pairs in against.items()}


def _judged(group: Group, rest: Group, corrected: float) -> Judged:
    ratio = _ratio(group, rest)
    sure = corrected < ALPHA
    standing = Standing.NOT if not sure else Standing.MORE if ratio >= RATIO else Standing.SLIGHTLY
    return Judged(group, standing, corrected, ratio)


def _ratio(group: Group, rest: Group) -> float:
    if not group.bears or not group.total or not rest.total:
        return 0.0
    return inf if not rest.bears else (group.bears / group.total) / (rest.bears / rest.total)


def others(group: Group, groups: Iterable[Group]) -> Group:
    """All people of a question but these, and but those of whom it is not known."""
    rest = [each for each in groups if each.value not in (group.value, UNKNOWN)]
    return Group("", sum(each.bears for each in rest), sum(each.total for each in rest))


def chance(group: Group, rest: Group) -> float:
    """How often chance would give a group so many or more: Fisher's exact test, one side.

    1 where it has no more than the most likely number: whoever asks wants to know of more.
    """
    people, bearing = group.total + rest.total, group.bears + rest.bears
    likely = (group.total + 1) * (bearing + 1) // (people + 2)
    if group.bears <= likely or not rest.total:
        return 1.0
    first = exp(_log_chance(group.bears, group.total, bearing, people))
    return min(1.0, first * _tail(group.bears, group.total, bearing, people))


def _log_chance(bears: int, total: int, bearing: int, people: int) -> float:
    """Of the hypergeometric distribution: exactly so many of the group."""
    return (
        _log_choose(bearing, bears)
        + _log_choose(people - bearing, total - bears)
        - _log_choose(people, total)
    )


def _log_choose(of: int, some: int) -> float:
    return lgamma(of + 1) - lgamma(some + 1) - lgamma(of - some + 1)


def _tail(bears: int, total: int, bearing: int, people: int, block: int = 4096) -> float:
    """The chances of so many and of every larger number, as multiples of the first; they fall from here on."""
    most = min(total, bearing)
    told, term, low = 1.0, 1.0, bears
    while low < most and term > told * 1e-17:
        at = np.arange(low, min(low + block, most), dtype=np.float64)
        steps = (bearing - at) * (total - at) / ((at + 1) * (people - bearing - total + at + 1))
        terms = term * np.cumprod(steps)
        told, term, low = told + float(terms.sum()), float(terms[-1]), low + block
    return told


def holm(chances: Sequence[float]) -> list[float]:
    """Chances corrected for how many there are: that any innocent one falls below a level is as rare as the level."""
    if not len(chances):
        return []
    order = np.argsort(chances, kind="stable")
    factors = np.arange(len(chances), 0, -1)
    corrected = np.minimum(1.0, np.maximum.accumulate(np.asarray(chances)[order] * factors))
    found = np.empty(len(chances))
    found[order] = corrected
    return [float(each) for each in found]


def interval(bears: int, total: int) -> tuple[float, float]:
    """Between what rates the true one lies, in 95 of 100 cases (Wilson); (0, 1) for nobody."""
    if not total:
        return 0.0, 1.0
    rate, square = bears / total, _Z * _Z / total
    middle, half = rate + square / 2, _Z * sqrt((rate * (1 - rate) + square / 4) / total)
    return max(0.0, (middle - half) / (1 + square)), min(1.0, (middle + half) / (1 + square))


def suppressed(groups: Sequence[Group]) -> list[Group]:
    """What may be told: groups with a small cell are told together, and never one alone.

    The totals stay what they are, so that nothing can be worked out from them: where the small ones together still are
    small, as one alone always is, the next smallest goes with them.
    """
    small = [group for group in groups if group.small]
    if not small:
        return sorted(groups)
    rest = sorted((group for group in groups if not group.small), key=lambda each: (each.total, each.value))
    while rest and _together(small).small:
        small.append(rest.pop(0))
    return sorted([*rest, _together(small)])


def _together(groups: Sequence[Group]) -> Group:
    return Group(SMALL, sum(each.bears for each in groups), sum(each.total for each in groups))


_MEANING = {
    "en": """\
Each row is a group of people as the old system knew them. It says how many there are, how many of them something befell
in the migration, and between what rates the true rate lies in 95 of 100 cases.

A disparity is marked where a group bears at least {ratio} times as much as all others together, and chance alone would
hardly do it: in a reconciliation without any disparity, one is marked in at most {alpha} of 100 cases. Where a group
surely bears more, but by less, nothing is marked.

A disparity does not say why. It is neither a cause nor an intent: the damage of old data is uneven, and so are names,
documents and dates of birth. It says that somebody has to look, and to explain or to repair.

No disparity does not mean that there is none: of small groups little can be said. Groups of which a cell would hold
fewer than {least} people are told together.

Groups overlap: the same person stands in one of every characteristic. People of whom a characteristic is not known are
shown and not judged.""",
    "fr": """\
Chaque ligne est un groupe de personnes tel que l’ancien système les connaissait. Elle dit combien elles sont, combien
ont subi quelque chose dans la migration, et entre quels taux se trouve le vrai taux dans 95 cas sur 100.

Une disparité est marquée lorsqu’un groupe subit au moins {ratio} fois autant que tous les autres ensemble et que le
hasard seul ne le ferait guère : dans un rapprochement sans aucune disparité, une est marquée dans au plus {alpha} cas
sur 100. Lorsqu’un groupe subit sûrement plus, mais de moins, rien n’est marqué.

Une disparité ne dit pas pourquoi. Ce n’est ni une cause ni une intention : les dommages des anciennes données sont
inégaux, comme le sont les noms, les documents et les dates de naissance. Elle dit que quelqu’un doit regarder, et
expliquer ou réparer.

L’absence de disparité marquée ne veut pas dire qu’il n’y en a pas : des petits groupes, on ne peut dire que peu. Les
groupes dont une case compterait moins de {least} personnes sont présentés ensemble.

Les groupes se recoupent : la même personne figure dans un groupe de chaque caractéristique. Les personnes dont une
caractéristique n’est pas connue sont montrées et non jugées.""",
}


def meaning(language: str) -> list[str]:
    """What such a table means and what it does not, in plain words: paragraphs in `en` or `fr`."""
    ratio = str(RATIO) if language == "en" else str(RATIO).replace(".", ",")
    given = {"ratio": ratio, "alpha": round(ALPHA * 100), "least": LEAST}
    paragraphs = _MEANING[language].format(**given).split("\n\n")
    return [" ".join(paragraph.split("\n")) for paragraph in paragraphs]
