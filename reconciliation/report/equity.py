"""From the measures of the check `equity` to rows of a table: how many of a group of people something befell."""

from collections import defaultdict
from collections.abc import Iterable

from reconciliation.model import Measure
from reconciliation.report.model import People

CHECK = "equity"
BEARS = "bears"
SMALL = 5
"""Groups of fewer people than this are not shown: a number about three persons is a statement about each."""


def people(measures: Iterable[Measure], flagged: Iterable[tuple[str, str]] = ()) -> tuple[People, ...]:
    """One row for each question, characteristic and value.

    flagged:  (question, value) of the groups about which the check found a disparity.
    """
    counted: dict[tuple[str, str, str], dict[str, int]] = defaultdict(lambda: {"yes": 0, "no": 0})
    for measure in measures:
        about = {name: value for name, value in measure.group.items() if name != BEARS}
        if measure.check != CHECK or len(about) != 1 or BEARS not in measure.group:
            continue
        ((characteristic, value),) = about.items()
        side = "yes" if measure.group[BEARS] == "yes" else "no"
        counted[measure.subject, characteristic, value][side] += int(measure.legacy or 0)
    wrong = set(flagged)
    return tuple(
        _row(what, characteristic, value, sides, (what, value) in wrong)
        for (what, characteristic, value), sides in sorted(counted.items())
    )


def _row(what: str, characteristic: str, value: str, sides: dict[str, int], disparity: bool) -> People:
    total = sides["yes"] + sides["no"]
    if total < SMALL:
        return People(what, characteristic, value, None, None)
    return People(what, characteristic, value, sides["yes"], total, disparity=disparity)
