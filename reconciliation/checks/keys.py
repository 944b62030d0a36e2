"""`keys`: the keys of both sides, both ways, through the crosswalk and its merges.

First, whether the legacy keys are keys: whether each row of the tables that are compared has one, and no two the same;
a row without a key is in no range and would be seen by nobody. Then four questions about each entity: has every legacy
key a current line of the crosswalk, or does the state say what became of it; does every current line lead to a row of
the platform; has every row of the platform a line; and does every line that claims a living legacy key have one.
"""

from collections import Counter
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from migrate.model import KeyRange
from reconciliation.books import EXPLAINING
from reconciliation.checks import Answer, check
from reconciliation.checks.lines import cut, line, table
from reconciliation.compare.nouns import Comparison
from reconciliation.evidence import Evidence
from reconciliation.expected import Expectation, one
from reconciliation.grouping import KeyColumn, keys_of
from reconciliation.model import DIFFERENCES, Kind, Look, Measure, Subject

NAME = "keys"
KEY = "ROW_ID"
KEYS_AT_ONCE = 20_000
WHOLE = "legacy keys"
LEGACY, CLAIMED = "legacy to crosswalk", "crosswalk to legacy"
LINES, ROWS = "crosswalk to platform", "platform to crosswalk"
_TEXT = pa.string()


@check(NAME)
class Keys:
    """See the module."""

    def subjects(self, evidence: Evidence) -> Iterator[Subject]:
        """The keys themselves, and four ways for each entity."""
        for entity, comparison in evidence.comparisons.items():
            for way in (WHOLE, LEGACY, LINES, ROWS, CLAIMED):
                yield Subject(NAME, entity, way, "A", comparison.own.may_be_empty)

    def run(self, evidence: Evidence) -> Iterator[Answer]:
        """Entity by entity."""
        for comparison in evidence.comparisons.values():
            yield from _whole(evidence, comparison)
        for comparison in evidence.comparisons.values():
            yield from _from_legacy(evidence, comparison)
            yield from _on_the_platform(evidence, comparison)
            yield from _to_legacy(evidence, comparison)


def _whole(evidence: Evidence, comparison: Comparison) -> Iterator[Answer]:
    """Each table of the entity: rows without a key, and keys of several rows."""
    subject = Subject(NAME, comparison.entity, WHOLE, "A")
    for name in sorted(comparison.sources):
        found = keys_of(evidence.legacy.source, name, KEY, evidence.limits.differences)
        yield Measure(NAME, subject.entity, WHOLE, "rows", found.rows, None, found.rows, {"table": name})
        place = {"table": name, "column": KEY, "source": KEY}
        lines = [
            line(subject, Kind.DOUBLED, key=key, row=key, **place) for key in _doubled(evidence, name, found)
        ]
        if found.empty:
            lines.append(line(subject, Kind.BROKEN_RULE, legacy=str(found.empty), **place))
        yield table(lines)


def _doubled(evidence: Evidence, name: str, found: KeyColumn) -> list[str]:
    """Keys that several rows have, byte by byte."""
    if not found.suspects:
        return []
    with evidence.legacy.reader() as reader:
        rows = reader.rows_by_keys(name, [KEY], KEY, pa.array(found.suspects, _TEXT))
    counts = Counter(rows.column(KEY).to_pylist())
    return sorted(key for key, count in counts.items() if count > 1)


def _from_legacy(evidence: Evidence, comparison: Comparison) -> Iterator[Answer]:
    """Every legacy key in scope: its line, or what became of it."""
    expectation = Expectation(comparison, {}, evidence.system, evidence.as_of, evidence.merged)
    keys, found, missing = 0, 0, dict[str, str]()
    for within in evidence.legacy.borders(comparison, KEYS_AT_ONCE):
        asked = one(expectation.about(comparison.own, _read(evidence, comparison, within)).column("ROW_ID"))
        known = evidence.books.lines(comparison.entity, asked)
        ids = pa.array([known.get(key) for key in asked.to_pylist()], _TEXT)
        good = pc.fill_null(pc.equal(ids, expectation.ids_of(comparison.entity, asked)), False)
        keys, found = keys + len(asked), found + good.true_count
        missing |= {key: known.get(key, "") for key in asked.filter(pc.invert(good)).to_pylist()}
    why = _why(evidence, comparison, list(missing))
    explained = Counter(reason for reason in why.values() if reason)
    yield Measure(NAME, comparison.entity, LEGACY, "keys", keys, found, keys, {}, dict(explained))
    lost = [(key, led) for key, led in missing.items() if not why[key]]
    lines = [_line(comparison, LEGACY, Kind.MISSING, key=key, id=led) for key, led in lost]
    yield pa.Table.from_pylist(lines, schema=DIFFERENCES)


def _why(evidence: Evidence, comparison: Comparison, keys: list[str]) -> dict[str, str]:
    """Why each of the keys need not have a line; '' where nobody knows."""
    if not keys:
        return {}
    fates = evidence.books.fates(comparison.entity, pa.array(keys, _TEXT))
    fresh = set(evidence.fresh(comparison))
    known = {key: fates[key] if fates.get(key) in EXPLAINING else "" for key in keys}
    return {key: reason or ("in_flight" if key in fresh else "") for key, reason in known.items()}


def _read(evidence: Evidence, comparison: Comparison, within: KeyRange) -> pa.Table:
    columns = sorted(comparison.sources[comparison.root])
    with evidence.legacy.reader() as reader:
        return reader.rows(comparison.root, columns, "ROW_ID", within)


def _on_the_platform(evidence: Evidence, comparison: Comparison) -> Iterator[Answer]:
    """Lines without a row, and rows without a line: the platform's database finds both.

    A key that vanished may have taken its row along; a merged person's row stays, and its key leads to the survivor.
    """
    table = evidence.layout[comparison.table]
    row = f"{{platform}}.{table.name}"
    line = "SELECT * FROM {state}.crosswalk WHERE entity = %s AND valid_to = 'infinity'"
    lines = f"({line} AND cause <> 'vanished') c LEFT JOIN {row} t ON t.{table.key} = c.id"
    owned = (
        "SELECT DISTINCT ON (made.id) made.* FROM {state}.crosswalk made JOIN {state}.crosswalk now"
        " USING (system, entity, key) WHERE made.entity = %s AND now.valid_to = 'infinity'"
        " AND (made.valid_to = 'infinity' OR now.cause = 'merge')"
    )
    rows = f"{row} t LEFT JOIN ({owned}) c ON c.id = t.{table.key}"
    yield from _one_way(evidence, comparison, LINES, lines, f"t.{table.key} IS NULL", Kind.MISSING)
    yield from _one_way(evidence, comparison, ROWS, rows, "c.id IS NULL", Kind.EXTRA)


def _one_way(
    evidence: Evidence, comparison: Comparison, way: str, joined: str, lost: str, kind: Kind
) -> Iterator[Answer]:
    entity, key = [comparison.entity], evidence.layout[comparison.table].key
    counted = f"SELECT count(*), count(*) FILTER (WHERE {lost}) FROM {joined}"
    (told,) = evidence.platform.ask(counted, {"all": pa.int64(), "lost": pa.int64()}, entity).to_pylist()
    name = f"SELECT coalesce(c.key, ''), coalesce(c.id, t.{key})::text FROM {joined} WHERE {lost}"
    name += f" LIMIT {evidence.limits.differences}"
    found = evidence.platform.ask(name, {"key": _TEXT, "id": _TEXT}, entity).to_pylist()
    yield Measure(NAME, comparison.entity, way, "keys", None, told["all"], told["all"])
    lines = [_line(comparison, way, kind, **each) for each in found]
    yield pa.Table.from_pylist(lines, schema=DIFFERENCES)
    yield from cut(Subject(NAME, comparison.entity, way), told["lost"], len(found))


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
