"""`rows`: every row and every compared field of both sides.

The legacy roots are read in ranges of their keys, whole, with all their rows; the platform's rows of the same roots are
read beside them, and both are compared column by column. Memory is that of one range. What differs is looked at a
second time at the end (`reconciliation.look`), when what was on its way has had time to arrive.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from reconciliation.checks import Answer, check
from reconciliation.compare.nouns import Comparison, Pair
from reconciliation.diff import LINES, Matched, compare, unexpected
from reconciliation.evidence import Evidence
from reconciliation.expected import one
from reconciliation.look import Looked, settled
from reconciliation.model import DIFFERENCES, Kind, Look, Measure, Reason, Remark, Result, Subject
from reconciliation.strangers import Found, strangers
from reconciliation.stream import Part, by_table, ranges, stream
from reconciliation.unchanged import Sealing, sealed

NAME = "rows"
FIELDS = " fields"
"""Ends the name of the subject that counts a pair's values."""


@check(NAME)
class Rows:
    """See the module."""

    by_entity = True

    def subjects(self, evidence: Evidence) -> Iterator[Subject]:
        """Each pair twice: its rows, and the values in them."""
        for entity, comparison in evidence.comparisons.items():
            for pair in comparison.pairs:
                yield Subject(NAME, entity, pair.name, "A", pair.may_be_empty)
                if pair.fields:
                    yield Subject(NAME, entity, pair.name + FIELDS, "", pair.may_be_empty)

    def run(self, evidence: Evidence) -> Iterator[Answer]:
        """Entity by entity."""
        for comparison in evidence.comparisons.values():
            yield from _entity(evidence, comparison)


@dataclass
class _Counts:
    """The figures of one pair so far."""

    legacy: int = 0
    platform: int = 0
    rows: int = 0
    cells: int = 0


@dataclass
class _Entity:
    """One entity while it is compared: figures and suspects by pair, the ids of all roots that were asked for.

    What a seal from before vouches for is counted with the rest.
    """

    comparison: Comparison
    sealing: Sealing
    counts: dict[str, _Counts] = field(default_factory=lambda: defaultdict(_Counts))
    lines: dict[str, list[pa.Table]] = field(default_factory=lambda: defaultdict(list))
    explained: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    found: Found = field(default_factory=Found)
    differing: int = 0
    stopped: str | None = None

    def __post_init__(self) -> None:
        for pair in self.comparison.pairs:
            rows = self.sealing.kept.get(pair.name, 0)
            self.counts[pair.name] = _Counts(rows, rows, rows, rows * len(pair.fields))
        root = self.comparison.pairs[0].name
        for why, rows in self.sealing.kept_strangers.items():
            self.counts[root].platform += rows
            self.explained[root][why] -= rows

    def add(self, pair: Pair, matched: Matched) -> None:
        """What came of comparing some rows of a pair."""
        counts = self.counts[pair.name]
        counts.legacy += matched.legacy
        counts.platform += matched.platform
        counts.rows += matched.rows
        counts.cells += matched.cells
        self._keep(pair, matched.lines)

    def too_many(self, pair: Pair, lines: pa.Table) -> None:
        """Rows of the platform that nothing expects."""
        self.counts[pair.name].platform += lines.num_rows
        self._keep(pair, lines)

    def _keep(self, pair: Pair, lines: pa.Table) -> None:
        if lines.num_rows:  # what is kept must not grow with the number of ranges
            self.lines[pair.name].append(lines)
            self.differing += lines.num_rows


def _entity(evidence: Evidence, comparison: Comparison) -> Iterator[Answer]:
    with sealed(evidence, comparison) as sealing:
        work = _Entity(comparison, sealing)
        pieces = ranges(evidence, comparison) if sealing.everything else sealing.keys()
        with closing(stream(evidence, comparison, pieces)) as parts:
            for part in parts:
                if evidence.limits.over or work.differing >= evidence.limits.differences:
                    work.stopped = part.low
                    break
                _part(evidence, work, part)
        if work.stopped is None:
            for ids in strangers(evidence, comparison, work.found, sealing.chosen):
                _explain(evidence, work, ids)
        sealing.whole = work.stopped is None
    yield from _answers(evidence, work)


def _part(evidence: Evidence, work: _Entity, part: Part) -> None:
    """Compare the roots of one piece with all their rows."""
    work.found.add(part.expectation, part.actual[work.comparison.table])
    roots, differing = {}, []
    for table, pairs in by_table(work.comparison).items():
        actual = part.actual[table]
        expected = [part.expectation.rows(pair, evidence.layout) for pair in pairs]
        for pair, rows in zip(pairs, expected, strict=True):
            matched = compare(rows, actual, pair)
            work.add(pair, matched)
            roots[pair.name] = one(rows.column("root"))
            differing.append(matched.lines)
        differing.append(unexpected(expected, actual, part.expectation.asked, part.expectation.keys))
        work.too_many(pairs[0], differing[-1])
    work.sealing.add(part.expectation, roots, pa.concat_tables(differing))


def _explain(evidence: Evidence, work: _Entity, ids: pa.Array) -> None:
    """Roots that no legacy key asks for: explained by the books, or too much."""
    fates = evidence.books.fates_of(work.comparison.entity, ids) if len(ids) else {}
    root, unknown = work.comparison.pairs[0], []
    for each in ids.to_pylist():
        key, fate = fates.get(each, ("", ""))
        work.sealing.strange(fate if fate in _KNOWN_STRANGERS else "", each)
        if fate in _KNOWN_STRANGERS:
            work.counts[root.name].platform += 1
            work.explained[root.name][fate] -= 1
        else:
            unknown.append({**dict.fromkeys(LINES.names, ""), "kind": Kind.EXTRA.value, "class": "A"})
            unknown[-1] |= {"key": key, "id": each, "root": each}
    work.too_many(root, pa.Table.from_pylist(unknown, schema=LINES))


_KNOWN_STRANGERS = ("merge", "stub", "gone")
"""Rows of the platform without a legacy row, by the books: of a merged person, a stand-in, a tombstone."""


# --- answers


def _answers(evidence: Evidence, work: _Entity) -> Iterator[Answer]:
    """Measures and differences of an entity, after the second look."""
    tables = {pair.name: work.lines[pair.name] for pair in work.comparison.pairs}
    suspects = {name: pa.concat_tables([LINES.empty_table(), *lines]) for name, lines in tables.items()}
    looked = settled(evidence, work.comparison, suspects)
    for pair in work.comparison.pairs:
        yield from _of_pair(evidence, work, pair, looked)
    if work.sealing.told:
        yield Remark(
            NAME,
            work.comparison.entity,
            work.comparison.pairs[0].name,
            Reason("unchanged", work.sealing.told),
        )
    if looked.arrived:
        given = {"arrived": str(looked.arrived), "seconds": f"{evidence.lag:g}"}
        yield Remark(NAME, work.comparison.entity, work.comparison.pairs[0].name, Reason("arrived", given))


def _of_pair(evidence: Evidence, work: _Entity, pair: Pair, looked: Looked) -> Iterator[Answer]:
    entity, counts, lines = work.comparison.entity, work.counts[pair.name], looked.lines[pair.name]
    whole = pc.equal(lines.column("column"), "")
    rows = evidence.allowances.applied(_differences(entity, pair, pair.name, lines.filter(whole)))
    explained = Counter(work.explained[pair.name])
    for reasons in (looked.explained[pair.name], _on_their_way(rows)):
        explained.update(reasons)
    platform = counts.platform + looked.settled[pair.name]
    yield Measure(NAME, entity, pair.name, "rows", counts.legacy, platform, counts.rows, {}, dict(explained))
    yield rows
    subjects = [pair.name]
    if pair.fields:
        name = pair.name + FIELDS
        subjects.append(name)
        empty = dict(looked.empty[pair.name])
        yield Measure(NAME, entity, name, "cells", counts.cells, None, counts.cells, {}, empty)
        yield _differences(entity, pair, name, lines.filter(pc.invert(whole)))
    if work.stopped is not None:
        reason = Reason("stopped", {"before": work.stopped})
        yield from (Remark(NAME, entity, subject, reason, Result.NOT_RUN) for subject in subjects)


def _on_their_way(lines: pa.Table) -> Counter[str]:
    """Rows that need not be on both sides yet, or of which the quarantine knows."""
    found: Counter[str] = Counter()
    for line in lines.select(["kind", "look"]).to_pylist():
        if line["look"] != Look.OUT_OF_SYNC and line["kind"] in _SIGN:
            found[line["look"]] += _SIGN[line["kind"]]
    return found


_SIGN = {Kind.MISSING: 1, Kind.EXTRA: -1, Kind.DOUBLED: -1}


def _differences(entity: str, pair: Pair, subject: str, lines: pa.Table) -> pa.Table:
    """Lines as evidence."""
    given: dict[str, Any] = {
        "check": NAME,
        "entity": entity,
        "subject": subject,
        "table": pair.source,
    }
    columns = [
        given.get(name, lines.column(name) if name in lines.column_names else "")
        for name in DIFFERENCES.names
    ]
    return pa.table(
        [pa.repeat(each, lines.num_rows) if isinstance(each, str) else each for each in columns],
        schema=DIFFERENCES,
    )
