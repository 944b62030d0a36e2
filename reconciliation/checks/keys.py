"""`keys`: the keys of both sides, both ways, through the crosswalk and its merges.

Four questions about each entity: has every legacy key a current line of the crosswalk, or does the state say what became
of it; does every current line lead to a row of the platform; has every row of the platform a line; and does every line
that claims a living legacy key have one.
"""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from migrate.model import KeyRange
from reconciliation.books import EXPLAINING
from reconciliation.checks import Answer, check
from reconciliation.compare.nouns import Comparison
from reconciliation.evidence import Evidence
from reconciliation.expected import Expectation, one
from reconciliation.model import DIFFERENCES, Kind, Look, Measure, Subject

NAME = "keys"
KEYS_AT_ONCE = 20_000
LEGACY, LINES, ROWS, CLAIMED = (
    "legacy to crosswalk",
    "crosswalk to platform",
    "platform to crosswalk",
    "crosswalk to legacy",
)
_TEXT = pa.string()


@check(NAME)
class Keys:
    """See the module."""

    def subjects(self, evidence: Evidence) -> Iterator[Subject]:
        """Four ways for each entity."""
        for entity, comparison in evidence.comparisons.items():
            for way in (LEGACY, LINES, ROWS, CLAIMED):
                yield Subject(NAME, entity, way, "A", comparison.own.may_be_empty)

    def run(self, evidence: Evidence) -> Iterator[Answer]:
        """Entity by entity."""
        for comparison in evidence.comparisons.values():
            yield from _from_legacy(evidence, comparison)
            yield from _on_the_platform(evidence, comparison)
            yield from _to_legacy(evidence, comparison)


def _from_legacy(evidence: Evidence, comparison: Comparison) -> Iterator[Answer]:
    """Every legacy key in scope: its line, or what became of it."""
    keys, found, explained, lines = 0, 0, dict.fromkeys((*EXPLAINING, "in_flight"), 0), []
    fresh: set[str] | None = None
    expectation = Expectation(comparison, {}, evidence.system, evidence.as_of, evidence.merged)
    for within in evidence.legacy.borders(comparison, KEYS_AT_ONCE):
        rows = expectation.about(comparison.own, _read(evidence, comparison, within))
        asked = one(rows.column("ROW_ID"))
        keys += len(asked)
        known = evidence.books.lines(comparison.entity, asked)
        good = pc.equal(
            pa.array([known.get(key) for key in asked.to_pylist()], _TEXT),
            expectation.ids_of(comparison.entity, asked),
        )
        good = pc.fill_null(good, False)
        found += good.true_count
        missing = asked.filter(pc.invert(good))
        fates = evidence.books.fates(comparison.entity, missing) if len(missing) else {}
        for key in missing.to_pylist():
            why = fates.get(key, "")
            if why not in EXPLAINING:
                fresh = set(evidence.fresh(comparison)) if fresh is None else fresh
                why = "in_flight" if key in fresh else ""
            if why:
                explained[why] += 1
            else:
                lines.append(_line(comparison, LEGACY, Kind.MISSING, key=key, id=known.get(key) or ""))
    told = {why: count for why, count in explained.items() if count}
    yield Measure(NAME, comparison.entity, LEGACY, "keys", keys, found, keys, {}, told)
    yield pa.Table.from_pylist(lines, schema=DIFFERENCES)


def _read(evidence: Evidence, comparison: Comparison, within: KeyRange) -> pa.Table:
    columns = sorted(comparison.sources[comparison.root])
    with evidence.legacy.reader() as reader:
        return reader.rows(comparison.root, columns, "ROW_ID", within)


def _on_the_platform(evidence: Evidence, comparison: Comparison) -> Iterator[Answer]:
    """Lines without a row, and rows without a line: the platform's database finds both."""
    table = evidence.layout[comparison.table]
    row = f"{{platform}}.{table.name}"
    line = "SELECT * FROM {state}.crosswalk WHERE entity = %s AND valid_to = 'infinity'"
    lines = f"({line}) c LEFT JOIN {row} t ON t.{table.key} = c.id"
    rows = f"{row} t LEFT JOIN ({line}) c ON c.id = t.{table.key}"
    yield from _one_way(evidence, comparison, LINES, lines, f"t.{table.key} IS NULL", Kind.MISSING)
    yield from _one_way(evidence, comparison, ROWS, rows, "c.id IS NULL", Kind.EXTRA)


def _one_way(
    evidence: Evidence, comparison: Comparison, way: str, joined: str, lost: str, kind: Kind
) -> Iterator[Answer]:
    entity, key = [comparison.entity], evidence.layout[comparison.table].key
    counted = f"SELECT count(*), count(*) FILTER (WHERE {lost}) FROM {joined}"
    (told,) = evidence.platform.ask(counted, {"all": pa.int64(), "lost": pa.int64()}, entity).to_pylist()
    name = f"SELECT coalesce(c.key, ''), coalesce(c.id, t.{key})::text FROM {joined} WHERE {lost} LIMIT {evidence.limits.differences}"
    found = evidence.platform.ask(name, {"key": _TEXT, "id": _TEXT}, entity).to_pylist()
    yield Measure(NAME, comparison.entity, way, "keys", None, told["all"], told["all"])
    lines = [_line(comparison, way, kind, **each) for each in found]
    yield pa.Table.from_pylist(lines, schema=DIFFERENCES)


def _to_legacy(evidence: Evidence, comparison: Comparison) -> Iterator[Answer]:
    """Lines that claim a living legacy key which is gone: a delete that no run has seen."""
    claimed = evidence.books.living(comparison.entity)
    keys, gone = one(claimed.column("key")), []
    for start in range(0, len(keys), KEYS_AT_ONCE):
        some = keys.slice(start, KEYS_AT_ONCE)
        with evidence.legacy.reader() as reader:
            there = reader.rows_by_keys(comparison.root, ["ROW_ID"], "ROW_ID", some)
        lost = pc.invert(pc.is_in(some, value_set=one(there.column("ROW_ID"))))
        gone += claimed.slice(start, KEYS_AT_ONCE).filter(lost).to_pylist()
    yield Measure(NAME, comparison.entity, CLAIMED, "keys", None, len(keys), len(keys))
    lines = [_line(comparison, CLAIMED, Kind.EXTRA, **each) for each in gone]
    yield pa.Table.from_pylist(lines, schema=DIFFERENCES)


def _line(comparison: Comparison, way: str, kind: Kind, *, key: str, id: str) -> dict[str, str]:  # noqa: A002
    return {
        **dict.fromkeys(DIFFERENCES.names, ""),
        "check": NAME,
        "entity": comparison.entity,
        "subject": way,
        "kind": kind,
        "look": Look.OUT_OF_SYNC,
        "class": "A",
        "table": comparison.root,
        "key": key,
        "id": id,
    }
