"""From evidence to findings: pure arithmetic, without a database, the same for whoever repeats it.

    found = findings(subjects, measures, differences, remarks)

A subject is the same only if it was declared, run to its end, something was compared, no figure is left unexplained
and no difference counts. `verify_bundle.py` repeats these lines on its own: change both.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pyarrow as pa

from reconciliation.model import (
    Finding,
    Look,
    Measure,
    Number,
    Reason,
    Remark,
    Result,
    Subject,
)

SOME_KEYS = 20
"""So many keys a finding names; the rest stands in the differences."""

_WORST = (Result.ERROR, Result.NOT_RUN, Result.NOT_COMPARABLE)
_Place = tuple[str, str, str]


def findings(
    subjects: Sequence[Subject],
    measures: Iterable[Measure],
    differences: pa.Table,
    remarks: Iterable[Remark] = (),
) -> tuple[Finding, ...]:
    """One finding for each declared subject, in their order.

    differences:  a table of `model.DIFFERENCES`.
    Raises ValueError for figures or differences about what was never declared: a check has to say first what it asks.
    """
    figures, lines, said = _by_place(measures), _grouped(differences), _by_place(remarks)
    known = {(each.check, each.entity, each.name) for each in subjects}
    if strange := sorted({*figures, *lines, *said} - known):
        raise ValueError(f"nobody declared {' '.join(strange[0])}")
    return tuple(_finding(each, figures, lines, said) for each in subjects)


def _finding(
    subject: Subject,
    figures: dict[_Place, list[Measure]],
    lines: dict[_Place, list[dict[str, Any]]],
    said: dict[_Place, list[Remark]],
) -> Finding:
    place = (subject.check, subject.entity, subject.name)
    measured, told = figures.get(place, []), said.get(place, [])
    units = {measure.unit for measure in measured}
    alike = measured if len(units) == 1 else []  # amounts of two currencies are never added
    explained: dict[str, Number] = {}
    for measure in alike:
        for reason, count in measure.explained.items():
            explained[reason] = explained.get(reason, 0) + count
    counted = lines.get(place, [])
    real = [line for line in counted if line["look"] == Look.OUT_OF_SYNC]
    legacy, platform = _sum(m.legacy for m in alike), _sum(m.platform for m in alike)
    compared = sum(measure.compared for measure in measured)
    waiting = sum(line["count"] for line in counted if line["look"] == Look.IN_FLIGHT)
    allowed = sum(line["count"] for line in counted if line["look"] == Look.ALLOWED)
    unbalanced = sum(measure.left_over != 0 for measure in measured)
    result, reasons = _result(subject, measured, bool(real or unbalanced), compared, told)
    return Finding(
        subject,
        result,
        alike[0].unit if alike else "",
        legacy,
        platform,
        compared,
        dict(sorted(explained.items())),
        unbalanced,
        _tally(real, "kind"),
        _tally(real, "class"),
        waiting,
        allowed,
        tuple(sorted({key for line in real for key in line["keys"] if key})[:SOME_KEYS]),
        reasons,
    )


def _result(
    subject: Subject, measured: list[Measure], differs: bool, compared: int, told: list[Remark]
) -> tuple[Result, tuple[Reason, ...]]:
    """The result, and why it is not better."""
    reasons = tuple(remark.reason for remark in told)
    worst = next((result for result in _WORST if any(remark.result is result for remark in told)), None)
    if differs:
        return Result.DIFFERENT, reasons
    if worst is not None:
        return worst, reasons
    if not measured:
        return Result.NOT_RUN, (*reasons, Reason("never_ran"))
    if compared:
        return Result.SAME, reasons
    if subject.may_be_empty and not any(measure.legacy or measure.platform for measure in measured):
        return Result.SAME, (*reasons, Reason("may_be_empty", {"why": subject.may_be_empty}))
    return Result.NOT_COMPARABLE, (*reasons, Reason("nothing_compared"))


def _by_place(lines: Iterable[Any]) -> dict[_Place, list[Any]]:
    found: dict[_Place, list[Any]] = defaultdict(list)
    for line in lines:
        found[line.check, line.entity, line.subject].append(line)
    return found


def _grouped(differences: pa.Table) -> dict[_Place, list[dict[str, Any]]]:
    """Differences counted by place, kind, class and look, each with some of its keys."""
    found: dict[_Place, list[dict[str, Any]]] = defaultdict(list)
    by = ["check", "entity", "subject", "kind", "class", "look"]
    for line in _counted(differences, by):
        found[line["check"], line["entity"], line["subject"]].append(line)
    return found


def _counted(differences: pa.Table, by: list[str]) -> Iterator[dict[str, Any]]:
    if not differences.num_rows:
        return
    grouped = (
        differences.select([*by, "key"]).group_by(by).aggregate([("key", "distinct"), ([], "count_all")])
    )
    grouped = grouped.sort_by([(name, "ascending") for name in by])
    for line in grouped.to_pylist():
        keys = sorted(key for key in line["key_distinct"] if key)
        yield {**{name: line[name] for name in by}, "count": line["count_all"], "keys": keys[:SOME_KEYS]}


def _tally(lines: Iterable[dict[str, Any]], by: str) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for line in lines:
        if line[by]:
            counts[line[by]] += line["count"]
    return dict(sorted(counts.items()))


def _sum(numbers: Iterable[Number | None]) -> Number | None:
    """Their sum; None where there is none."""
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None
