"""The second look: what became of a difference, and whether it is one.

    looked = settled(evidence, comparison, lines)

A first look at two living systems sees suspects, not differences. Each is held against what the state says of its root
and of its row; what nobody explains is read again on both sides, after the lag. Then it is

    gone           it has arrived meanwhile, and was none
    explained      rejected or held by the books, or a twin that was kept once
    in flight      legacy was changed after the last window: the next run has to bring it
    out of sync    a difference
"""

import time
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from reconciliation.compare.nouns import Comparison, Pair
from reconciliation.diff import compare, unexpected
from reconciliation.evidence import Evidence
from reconciliation.expected import Expectation, one
from reconciliation.model import Kind, Look
from reconciliation.pointers import why_empty
from reconciliation.sides import STAMPS
from reconciliation.stream import actual, by_table

ROOTS_AT_ONCE = 2_000
QUARANTINE = "quarantine"
QUARANTINED = ("rejected", "held")
"""The ends of a root for which the quarantine answers: its rows need not be there, or may still be what they were."""

Lines = dict[str, pa.Table]
"""Pair -> lines of `diff.LINES`."""


@dataclass
class Looked:
    """What came of the second look at an entity's suspects.

    lines:      pair -> lines of LINES with a column `look`, and `allowance` where somebody answers for it.
    explained:  pair -> reason -> rows that need not be there.
    empty:      pair -> reason -> references that may be empty.
    settled:    pair -> how many rows the platform has more than at the first look, less those that are gone from it.
    arrived:    suspects that were none.
    """

    lines: Lines = field(default_factory=dict)
    explained: dict[str, Counter[str]] = field(default_factory=dict)
    empty: dict[str, Counter[str]] = field(default_factory=dict)
    settled: Counter[str] = field(default_factory=Counter)
    arrived: int = 0


def settled(evidence: Evidence, comparison: Comparison, lines: Lines) -> Looked:
    """The second look at all suspects of an entity."""
    looked = Looked(explained={name: Counter() for name in lines}, empty={name: Counter() for name in lines})
    pairs = {pair.name: pair for pair in comparison.pairs}
    left = {
        name: _explained(evidence, comparison, pairs[name], table, looked) for name, table in lines.items()
    }
    for pairs_of_table in by_table(comparison).values():
        _moved(evidence, pairs_of_table, left, looked)
    keys = pc.unique(
        pa.concat_arrays([pa.array([], pa.string()), *(_keys(table) for table in left.values())])
    )
    again, fresh, known = _again(evidence, comparison, keys)
    for name, table in left.items():
        still = again.get(name, set()) | _orphaned(evidence, pairs[name], table, known)
        looked.lines[name] = _judged(name, table, still, fresh, looked)
    return looked


def _explained(
    evidence: Evidence, comparison: Comparison, pair: Pair, lines: pa.Table, looked: Looked
) -> pa.Table:
    """The lines that nobody explains; the others are counted, or marked as known to the quarantine."""
    if not lines.num_rows:
        return _with(lines, [], [])
    empty = pa.array(why_empty(evidence, comparison, pair, lines))
    looked.empty[pair.name].update(empty.filter(pc.not_equal(empty, "")).to_pylist())
    lines = lines.filter(pc.equal(empty, ""))
    fates = evidence.books.fates(comparison.entity, _keys(lines))
    aside = _aside(evidence, comparison, pair, lines)
    kept, looks, allowances = [], [], []
    for at, line in enumerate(lines.select(["kind", "key", "row"]).to_pylist()):
        fate = fates.get(line["key"], "")
        why = fate if fate in QUARANTINED else aside.get(line["row"], "")
        if line["kind"] == Kind.MISSING and why:
            looked.explained[pair.name][why] += 1
            continue
        known = fate in QUARANTINED or why == "rejected"
        kept.append(at)
        looks.append(Look.ALLOWED if known else Look.OUT_OF_SYNC)
        allowances.append(QUARANTINE if known else "")
    return _with(lines.take(pa.array(kept, pa.int64())), looks, allowances)


def _aside(evidence: Evidence, comparison: Comparison, pair: Pair, lines: pa.Table) -> dict[str, str]:
    """ROW_ID -> why that row of the pair is not on the platform although its root may be.

    Which rows belong there is what the comparison says. That the mover has left one out by a rule explains nothing,
    unless it is a twin: a row that the legacy database kept for a conflict, beside another one.
    """
    books = evidence.books.rows_set_aside(comparison.entity, _keys(lines))
    aside = {row: why for (table, row), why in books.items() if table == pair.source}
    left_out = [row for row, why in aside.items() if why == "excluded"]
    if not left_out:
        return aside
    conflicts = evidence.legacy.values(pair.source, "CONFLICT_ID", left_out)
    twins = {row for row in left_out if conflicts.get(row, "0") != "0"}
    return {row: why for row, why in aside.items() if why != "excluded" or row in twins}


def _moved(evidence: Evidence, pairs: list[Pair], left: Lines, looked: Looked) -> None:
    """Rows of a platform table that are missing where they belong, and too much elsewhere: one line each, not two."""
    table = pairs[0].table
    missing = {
        pair.name: left[pair.name].filter(pc.equal(left[pair.name].column("kind"), Kind.MISSING.value))
        for pair in pairs
    }
    wanted = pa.concat_arrays([one(lines.column("id")) for lines in missing.values()])
    if not len(wanted):
        return
    there = pa.array(sorted(evidence.platform.there(table, wanted)), pa.string())
    for pair in pairs:
        lines = left[pair.name]
        elsewhere = pc.is_in(one(lines.column("id")), value_set=there)
        gone = pc.and_(elsewhere, pc.equal(one(lines.column("kind")), Kind.MISSING.value))
        strange = pc.and_(elsewhere, pc.is_in(one(lines.column("kind")), value_set=_TOO_MANY))
        looked.settled[pair.name] += gone.true_count - strange.true_count
        kinds = pc.if_else(gone, Kind.MISPLACED.value, one(lines.column("kind")))
        lines = lines.set_column(lines.column_names.index("kind"), "kind", kinds)
        left[pair.name] = lines.filter(pc.invert(strange))


_TOO_MANY = pa.array([Kind.EXTRA.value, Kind.DOUBLED.value])


def _again(
    evidence: Evidence, comparison: Comparison, keys: pa.Array
) -> tuple[dict[str, set[tuple[str, ...]]], set[str], set[str]]:
    """What still differs, by pair; the roots that legacy has changed after the last window; and those that it has."""
    found: dict[str, set[tuple[str, ...]]] = {}
    fresh, known = set[str](), set[str]()
    if not len(keys):
        return found, fresh, known
    time.sleep(evidence.lag)
    evidence.platform.renew()
    for start in range(0, len(keys), ROOTS_AT_ONCE):
        tables = evidence.legacy.some(comparison, keys.slice(start, ROOTS_AT_ONCE))
        expectation = Expectation(comparison, tables, evidence.system, evidence.as_of, evidence.merged)
        for name, lines in compared(evidence, expectation).items():
            found.setdefault(name, set()).update(_named(lines))
        fresh |= _fresh(evidence, expectation)
        known.update(expectation.keys.to_pylist())
    return found, fresh, known


def _orphaned(
    evidence: Evidence, pair: Pair, lines: pa.Table, known: Collection[str]
) -> set[tuple[str, ...]]:
    """Lines of rows too many that are there still, though legacy has no root of their key any more."""
    absent = pc.invert(pc.is_in(lines.column("key"), value_set=pa.array(known, pa.string())))
    rows = lines.filter(pc.and_(absent, pc.is_in(lines.column("kind"), value_set=_TOO_MANY)))
    if not rows.num_rows:
        return set()
    there = evidence.platform.there(pair.table, one(rows.column("id")))
    return set(_named(rows.filter(pc.is_in(rows.column("id"), value_set=pa.array(there, pa.string())))))


def compared(evidence: Evidence, expectation: Expectation) -> Lines:
    """Everything that differs of some roots, by pair."""
    lines: dict[str, list[pa.Table]] = {pair.name: [] for pair in expectation.comparison.pairs}
    there = actual(evidence, expectation)
    for table, pairs in by_table(expectation.comparison).items():
        expected = [expectation.rows(pair, evidence.layout) for pair in pairs]
        for pair, rows in zip(pairs, expected, strict=True):
            lines[pair.name].append(compare(rows, there[table], pair).lines)
        lines[pairs[0].name].append(unexpected(expected, there[table], expectation.asked, expectation.keys))
    return {name: pa.concat_tables(tables) for name, tables in lines.items()}


def _fresh(evidence: Evidence, expectation: Expectation) -> set[str]:
    """The roots of which a row bears a stamp that no window has covered yet."""
    since = evidence.synced.get(expectation.comparison.entity)
    if since is None:
        return set()
    pairs = expectation.comparison.pairs
    turned = set(expectation.turned(STAMPS, since).to_pylist())
    return turned.union(*(expectation.touched(pair, STAMPS, since).to_pylist() for pair in pairs))


def _judged(
    name: str, lines: pa.Table, still: set[tuple[str, ...]], fresh: set[str], looked: Looked
) -> pa.Table:
    """The lines that are there still, each with what it is; one without a key cannot be looked for again."""
    kept, looks = [], []
    for at, (named, line) in enumerate(zip(_named(lines), lines.to_pylist(), strict=True)):
        if line["key"] and named not in still:
            looked.arrived += 1
            looked.settled[name] += {Kind.MISSING: 1, Kind.EXTRA: -1, Kind.DOUBLED: -1}.get(line["kind"], 0)
            continue
        kept.append(at)
        flying = line["look"] == Look.OUT_OF_SYNC and line["key"] in fresh
        looks.append(Look.IN_FLIGHT.value if flying else line["look"])
    rest = lines.take(pa.array(kept, pa.int64()))
    return rest.set_column(rest.column_names.index("look"), "look", pa.array(looks, pa.string()))


def _named(lines: pa.Table) -> list[tuple[str, ...]]:
    """What tells one line from another."""
    columns = [lines.column(name).to_pylist() for name in ("key", "row", "id", "column")]
    return list(zip(*columns, strict=True))


def _keys(lines: pa.Table) -> pa.Array:
    keys = lines.column("key").combine_chunks()
    return keys.filter(pc.not_equal(keys, "")).unique()


def _with(lines: pa.Table, looks: list[Look], allowances: list[str]) -> pa.Table:
    return lines.append_column("look", pa.array([str(look) for look in looks], pa.string())).append_column(
        "allowance", pa.array(allowances, pa.string())
    )
