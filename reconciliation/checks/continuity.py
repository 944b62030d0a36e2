"""`continuity`: who goes on working finds the work as it was: same owner, same due date, same clock.

For the open work of an entity, the columns that a comparison file names under `continuity` are compared once more and
counted apart: a service clock that moved is worse than a spelling. Beside them how old the open work is, on both sides.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from reconciliation.checks import Answer, check
from reconciliation.compare.nouns import Comparison, Continuity, Pair
from reconciliation.diff import compare
from reconciliation.evidence import Evidence
from reconciliation.expected import Expectation, one
from reconciliation.look import settled
from reconciliation.model import DIFFERENCES, Measure, Subject

NAME = "continuity"
ROOTS_AT_ONCE = 20_000
YEARS = (1, 2, 3, 5, 10)
"""Ends of the age groups."""


@check(NAME)
class Goes:
    """See the module."""

    def subjects(self, evidence: Evidence) -> Iterator[Subject]:
        """Each column, and the ages."""
        for entity, comparison in evidence.comparisons.items():
            if comparison.continuity is not None:
                for column in comparison.continuity.columns:
                    yield Subject(NAME, entity, column, "A")
                for column in comparison.continuity.dates:
                    yield Subject(NAME, entity, _age(column), "A")

    def run(self, evidence: Evidence) -> Iterator[Answer]:
        """Entity by entity."""
        for comparison in evidence.comparisons.values():
            if comparison.continuity is not None:
                yield from _entity(evidence, comparison, comparison.continuity)


def _age(column: str) -> str:
    return f"age by {column}"


def _entity(evidence: Evidence, comparison: Comparison, goes: Continuity) -> Iterator[Answer]:
    own = comparison.own
    wanted = {*goes.columns, *goes.dates}
    pair = replace(own, fields=tuple(field for field in own.fields if field.column in wanted))
    wide = replace(pair, fields=(*pair.fields, own.field(goes.of))) if goes.of not in wanted else pair
    small = replace(comparison, pairs=(wide,), totals=(), relations=(), continuity=None)
    met, ages, lines = 0, {date: (Counter[str](), Counter[str]()) for date in goes.dates}, []
    for within in evidence.legacy.borders(small, ROOTS_AT_ONCE):
        expectation = Expectation(
            small, evidence.legacy.roots(small, within), evidence.system, evidence.as_of, evidence.merged
        )
        expected = expectation.rows(wide, evidence.layout)
        expected = expected.filter(
            pc.is_in(expected.column(goes.of), value_set=pa.array(goes.codes, pa.string()))
        )
        actual = evidence.platform.rows(
            wide.table, [each.column for each in wide.fields], one(expected.column("id"))
        )
        matched = compare(expected, actual, pair)
        met += matched.rows
        lines.append(matched.lines.filter(pc.not_equal(matched.lines.column("column"), "")))
        there = expected.filter(pc.is_in(expected.column("id"), value_set=one(actual.column("id"))))
        for date, (legacy, platform) in ages.items():
            legacy.update(_groups(there.column(date), evidence))
            platform.update(_groups(actual.column(date), evidence))
    looked = settled(evidence, small, {wide.name: pa.concat_tables(lines)})
    yield from _answers(comparison, pair, goes, met, looked.lines[wide.name])
    for date, (legacy, platform) in ages.items():
        for group in sorted({*legacy, *platform}):
            counts = legacy[group], platform[group]
            yield Measure(NAME, comparison.entity, _age(date), "rows", *counts, sum(counts), {"years": group})


def _answers(
    comparison: Comparison, pair: Pair, goes: Continuity, met: int, lines: pa.Table
) -> Iterator[Answer]:
    for column in goes.columns:
        mine = lines.filter(pc.equal(lines.column("column"), column))
        yield Measure(NAME, comparison.entity, column, "cells", met, None, met)
        given = {"check": NAME, "entity": comparison.entity, "subject": column, "table": pair.source}
        parts = [
            pa.repeat(given[name], mine.num_rows) if name in given else one(mine.column(name))
            for name in DIFFERENCES.names
        ]
        yield pa.table(parts, schema=DIFFERENCES)


def _groups(dates: pa.ChunkedArray, evidence: Evidence) -> list[str]:
    """The age group of each date, counted back from the moment of the reconciliation."""
    days = pc.days_between(one(dates).cast(pa.timestamp("us")), pa.scalar(evidence.as_of, pa.timestamp("us")))
    return [_group(count) for count in days.to_pylist()]


def _group(days: int | None) -> str:
    if days is None:
        return "unknown"
    start = max((year for year in YEARS if days >= year * 365.25), default=0)
    end = next((year for year in YEARS if year > start), None)
    return f"{start:02}+" if end is None else f"{start:02}-{end:02}"
