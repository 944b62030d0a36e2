"""The twelve numbers that matter first: what a cutover lead has to know within a minute.

Each says how it is to be taken, and what it rests on. What was not looked at is not known; it is never nothing.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from reconciliation.model import Finding, Kind, Measure, Result
from reconciliation.report import equity
from reconciliation.report.differences import Things
from reconciliation.report.model import Books, Drill, Figure, Quarantine, State

_CURRENCY = 3  # letters of its code


def twelve(
    findings: Sequence[Finding],
    measures: Sequence[Measure],
    things: Things,
    books: Sequence[Books] | None,
    quarantine: Sequence[Quarantine] | None,
    drill: Drill | None,
) -> tuple[Figure, ...]:
    """In the order in which they are read."""
    return (
        _answered(findings),
        _different(findings),
        _entities(books),
        _left_out(quarantine),
        _values(measures),
        _of_class("class_a", things, "A", findings),
        _of_class("class_bc", things, "BC", findings),
        _missing_and_extra(things, findings),
        _in_flight(findings),
        _money(measures, findings),
        _drilled(drill),
        _disparities(findings),
    )


def _reach(findings: Iterable[Finding], *checks: str) -> State:
    """How far these checks (all, if none is named) got: what was answered in part is not good yet."""
    results = [finding.result for finding in findings if not checks or finding.subject.check in checks]
    answered = sum(result in (Result.SAME, Result.DIFFERENT) for result in results)
    if not answered:
        return State.UNKNOWN
    return State.GOOD if answered == len(results) else State.LOOK


def _wrong(name: str, count: int, reach: State, given: Mapping[str, int], **more: Any) -> Figure:
    """A figure that should be nothing."""
    if reach is State.UNKNOWN:
        return Figure(name, None, State.UNKNOWN, note="none")
    note = "part" if reach is State.LOOK else ""
    return Figure(name, count, State.BAD if count else reach, note=note, given=given, **more)


def _answered(findings: Sequence[Finding]) -> Figure:
    counts = Counter(finding.result for finding in findings)
    compared = counts[Result.SAME] + counts[Result.DIFFERENT]
    state = State.GOOD if compared and compared == len(findings) else State.LOOK
    given = {str(each): counts[each] for each in (Result.NOT_COMPARABLE, Result.ERROR, Result.NOT_RUN)}
    return Figure("answered", compared, state, of=len(findings), given=given)


def _different(findings: Sequence[Finding]) -> Figure:
    counts = Counter(finding.result for finding in findings)
    same, different = counts[Result.SAME], counts[Result.DIFFERENT]
    return _wrong("different", different, _reach(findings), {"same": same}, of=same + different)


def _entities(books: Sequence[Books] | None) -> Figure:
    if not books:
        return Figure("entities", None, State.UNKNOWN, note="none")
    given = {
        name: sum(each.counts.get(name, 0) for each in books) for name in ("rejected", "held", "excluded")
    }
    given["loaded"] = sum(each.loaded for each in books)
    given["left_over"] = sum(abs(each.left_over) for each in books)
    note = "unbalanced" if given["left_over"] else ""
    state = State.BAD if note else State.PLAIN
    return Figure("entities", sum(each.read for each in books), state, given=given, note=note)


def _left_out(quarantine: Sequence[Quarantine] | None) -> Figure:
    if quarantine is None:
        return Figure("left_out", None, State.UNKNOWN, note="none")
    lines = Counter({"rejected": 0, "held": 0, "waived": 0})
    for line in quarantine:
        lines[line.state] += line.lines
    still = lines["rejected"] + lines["held"]
    return Figure("left_out", still, State.LOOK if still else State.GOOD, given=lines)


def _values(measures: Iterable[Measure]) -> Figure:
    compared = Counter({"rows": 0, "cells": 0})
    for measure in measures:
        if measure.check == "rows":
            compared[measure.unit] += measure.compared
    if not compared["rows"]:
        return Figure("values", None, State.UNKNOWN, note="none")
    return Figure("values", compared["rows"], State.PLAIN, given=compared)


def _of_class(name: str, things: Things, letters: str, findings: Sequence[Finding]) -> Figure:
    """Differences in fields of these classes."""
    count = {letter: sum(n for (_, told), n in things.items() if told == letter) for letter in letters}
    figure = _wrong(name, sum(count.values()), _reach(findings, "rows"), count)
    # What is not of class A is a matter of tolerance: it has to be looked at, and stops nobody by itself.
    return replace(figure, state=State.LOOK) if figure.state is State.BAD and letters != "A" else figure


def _missing_and_extra(things: Things, findings: Sequence[Finding]) -> Figure:
    kinds = (Kind.MISSING, Kind.EXTRA)
    given = {str(kind): sum(n for (told, _), n in things.items() if told == kind) for kind in kinds}
    return _wrong("missing_extra", sum(given.values()), _reach(findings, "keys", "rows"), given)


def _in_flight(findings: Sequence[Finding]) -> Figure:
    if _reach(findings) is State.UNKNOWN:
        return Figure("in_flight", None, State.UNKNOWN, note="none")
    waiting, allowed = sum(each.in_flight for each in findings), sum(each.allowed for each in findings)
    return Figure("in_flight", waiting, State.LOOK if waiting else State.PLAIN, given={"allowed": allowed})


def _money(measures: Iterable[Measure], findings: Sequence[Finding]) -> Figure:
    """What is left over; too much here does not make up for too little there."""
    left: dict[str, Decimal] = defaultdict(Decimal)
    for measure in measures:
        if len(measure.unit) == _CURRENCY and measure.unit.isupper() and measure.compared:
            left[measure.unit] += abs(Decimal(measure.left_over))
    wrong = sum(amount != 0 for amount in left.values())
    reach = _reach(findings, "totals") if left else State.UNKNOWN
    return _wrong("money", wrong, reach, {}, amounts=dict(sorted(left.items())))


def _drilled(drill: Drill | None) -> Figure:
    if drill is None or not drill.planted:
        return Figure("drill", None, State.UNKNOWN, note="none")
    missed = drill.planted - drill.caught
    state = State.BAD if missed else State.GOOD
    return Figure("drill", drill.caught, state, of=drill.planted, given={"missed": missed})


def _disparities(findings: Sequence[Finding]) -> Figure:
    ours = [finding for finding in findings if finding.subject.check == equity.CHECK]
    groups = sum(finding.kinds.get(Kind.DISPARITY, 0) for finding in ours)
    answered = sum(finding.result in (Result.SAME, Result.DIFFERENT) for finding in ours)
    return _wrong("disparity", groups, _reach(ours), {"questions": answered})
