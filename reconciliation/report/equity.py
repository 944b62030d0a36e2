"""From the measures of the check `equity` to rows of a table: how many of a group of people something befell."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from reconciliation.equity import Group, interval
from reconciliation.model import Measure
from reconciliation.report.model import People, Question

CHECK = "equity"
BEARS = "bears"
GROUPS = 25
"""So many groups are shown of each question: those that bear more, then the highest rates."""


def flagged(subject: str, column: str) -> tuple[str, str]:
    """The question and the group that the line of a disparity names, by its subject and its column."""
    return subject, column.partition("=")[2]


def people(measures: Iterable[Measure], disparities: Iterable[tuple[str, str]] = ()) -> tuple[Question, ...]:
    """Every question, those with a disparity first.

    disparities:  (question, value) of the groups that bear more.
    """
    counted: dict[str, dict[tuple[str, str], dict[bool, int]]] = defaultdict(dict)
    for measure in measures:
        about = [(name, value) for name, value in measure.group.items() if name != BEARS]
        if measure.check != CHECK or len(about) != 1 or BEARS not in measure.group:
            continue
        sides = counted[measure.subject].setdefault(about[0], {True: 0, False: 0})
        sides[measure.group[BEARS] == "yes"] += int(measure.legacy or 0)
    wrong = set(disparities)
    made = [
        _question(what, [_row(*group, sides, (what, group[1]) in wrong) for group, sides in groups.items()])
        for what, groups in counted.items()
    ]
    return tuple(sorted(made, key=lambda each: (not each.disparities, each.what)))


def _question(what: str, rows: Sequence[People]) -> Question:
    ordered = sorted(rows, key=lambda each: (not each.disparity, -each.rate, each.value))
    count = sum(each.disparity for each in rows)
    return Question(what, tuple(ordered[:GROUPS]), max(0, len(ordered) - GROUPS), count)


def _row(characteristic: str, value: str, sides: dict[bool, int], disparity: bool) -> People:
    """The check tells no small group; should evidence hold one all the same, it is not shown."""
    group = Group(value, sides[True], sides[True] + sides[False])
    if group.small:
        return People(characteristic, value, None, None, disparity=disparity)
    low, high = interval(group.bears, group.total)
    return People(characteristic, value, group.bears, group.total, low, high, disparity)
