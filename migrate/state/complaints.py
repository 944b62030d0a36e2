"""Quarantine and exclusions: what is not loaded, by which rule, since when.

A line of the quarantine is one complaint; its id is derived from what it is about, so that the same complaint is the
same line in every run. A line that a batch no longer finds is *released*; one that comes back is open again, and when
it was open before is kept. One that is open is shown as *waived* while a waiver holds (`migrate.state.waivers`).
Values and rows are protected: nothing here puts them into a message.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import pyarrow as pa
import pyarrow.compute as pc
from psycopg import sql

from migrate.canonical import ID, row_hashes
from migrate.model import Outcome, Slice, SliceKind
from migrate.postgres import Cursor, copy_in, copy_out, temporary
from migrate.state.waivers import in_force

_IDENTITY = ("key", "scope", "member", "table", "row_id", "column", "rule", "needs_entity", "needs_key")
_QUARANTINE = sql.Identifier("pg_temp", "stage_quarantine")
_EXCLUSION = sql.Identifier("pg_temp", "stage_exclusion")


@dataclass(frozen=True, slots=True)
class Complaint:
    """A line of the quarantine, as people see it; `value` is protected and only there when it was asked for.

    left_out_by:  the rule that excludes what it waits for: it will not come unless that rule changes.
    waived_by …:  of the waiver that holds, if there is one.
    """

    id: str
    entity: str
    key: str
    scope: str
    state: str
    member: str | None
    table: str | None
    row_id: str | None
    column: str | None
    rule: str
    needs_entity: str | None
    needs_key: str | None
    left_out_by: str | None
    since: datetime
    run: int
    last_run: int
    released: datetime | None
    waived_by: str | None = None
    waived_for: str | None = None
    waived_until: date | None = None
    value: str | None = None

    @property
    def open(self) -> bool:
        """Whether it waits for a person."""
        return self.state in ("rejected", "held")


def write(cursor: Cursor, schema: str, run: int, piece: Slice, outcome: Outcome) -> None:
    """Bring the lines of a batch's keys up to date; needs its keys in stage_keys."""
    ranged = piece.kind is not SliceKind.LOOSE  # a loose slice sees single rows, and cannot say what is gone
    found = "loose" if piece.kind is SliceKind.LOOSE else "range"

    def execute(text: str, *params: object) -> None:
        names = {"m": sql.Identifier(schema), "q": _QUARANTINE, "x": _EXCLUSION}
        cursor.execute(sql.SQL(text).format(**names), params)

    lines = _lines(outcome)
    temporary(cursor, "stage_quarantine", sql.SQL(_STAGE_QUARANTINE))
    temporary(cursor, "stage_exclusion", sql.SQL(_STAGE_EXCLUSION))
    copy_in(cursor, _QUARANTINE, lines, called="stage_quarantine")
    copy_in(cursor, _EXCLUSION, _excluded(outcome), called="stage_exclusion")
    if ranged:
        execute(_RELEASE, outcome.entity)
        execute(_INCLUDE, outcome.entity)
    if lines.num_rows:
        execute(_EARLIER)
        execute(_AGAIN, run, found, run)
        execute(_COMPLAIN, outcome.entity, found, run, run)
    if outcome.excluded.num_rows:
        execute(_EXCLUDE, outcome.entity, run)


def release_gone(cursor: Cursor, schema: str, run: int) -> int:
    """After a run: lines of what it has read as a whole that no batch found again are released. Returns how many."""
    cursor.execute(sql.SQL(_GONE).format(m=sql.Identifier(schema)), [run, run, run])
    return cursor.rowcount


def releasable(
    cursor: Cursor, schema: str, system: str, entities: Sequence[str] | None
) -> list[tuple[str, pa.Array]]:
    """Held keys that are worth a second look: (entity, keys), sorted; an entity may come twice.

    entities:  only of these; None: of all.

    First those for which something that they wait for is on the platform now; then those that wait for nothing but
    each other, which have to be looked at together.
    """
    named = None if entities is None else list(entities)
    kinds = {name: pa.string() for name in ("entity", "key", "needs_entity", "needs_key")} | {
        "there": pa.bool_()
    }
    lines = copy_out(cursor, sql.SQL(_HELD).format(m=sql.Identifier(schema)), kinds, [system, named, named])
    found = []
    for entity in pc.unique(lines["entity"]).sort().to_pylist():
        own = lines.filter(pc.equal(lines["entity"], entity))
        found += [(entity, pc.unique(own.filter(own["there"])["key"]).sort()), (entity, _circles(own))]
    return [(entity, keys) for entity, keys in found if len(keys)]


def _circles(lines: pa.Table) -> pa.Array:
    """Of one entity: the keys of which no need is there, and each leads to another such key."""
    lines = lines.filter(
        pc.invert(pc.is_in(lines["key"], value_set=pc.unique(lines.filter(lines["there"])["key"])))
    )
    while lines.num_rows:
        own = pc.and_(
            pc.equal(lines["needs_entity"], lines["entity"]),
            pc.is_in(lines["needs_key"], value_set=pc.unique(lines["key"])),
        )
        if pc.all(own).as_py():
            break
        hopeless = pc.unique(lines.filter(pc.invert(own))["key"])
        lines = lines.filter(pc.invert(pc.is_in(lines["key"], value_set=hopeless)))
    return pc.unique(lines["key"]).sort()


def select(
    cursor: Cursor, schema: str, *, values: bool = False, limit: int | None = None, **given: object
) -> Iterator[Complaint]:
    """Lines in the order of entity, key and place; without the released ones unless `state` asks for them.

    values:  also the protected values (the caller has an audited reason).
    given:   entity, key, rule, state, id: what the lines must have; None does not matter.
    """
    wanted = {name: value for name, value in given.items() if value is not None}
    columns = {"state": "shown"}
    tests: list[sql.Composable] = [
        sql.SQL("{} = %s").format(sql.Identifier(columns.get(name, name))) for name in wanted
    ]
    if wanted.get("state") != "released" and "id" not in wanted:
        tests.append(sql.SQL("state <> 'released'"))
    query = sql.SQL(_SELECT).format(
        lines=sql.SQL(_SHOWN).format(m=sql.Identifier(schema), waived=in_force(schema)),
        value=sql.Identifier("value") if values else sql.SQL("NULL"),
        where=sql.SQL(" AND ").join(tests) if tests else sql.SQL("TRUE"),
        limit=sql.SQL("ALL") if limit is None else sql.Literal(limit),
    )
    for row in cursor.execute(query, list(wanted.values())):
        yield Complaint(*row)  # type: ignore[arg-type]


def counted(cursor: Cursor, schema: str) -> Sequence[tuple[object, ...]]:
    """(entity, state, scope, rule, lines, keys) of all lines that are not released."""
    lines = sql.SQL(_SHOWN).format(m=sql.Identifier(schema), waived=in_force(schema))
    return cursor.execute(sql.SQL(_COUNTED).format(lines=lines)).fetchall()


def keys(
    cursor: Cursor, schema: str, entities: Sequence[str], wanted: Sequence[str], rule: str | None
) -> dict[str, pa.Array]:
    """Entity -> keys about which something is in quarantine, sorted; of these entities and keys, where any are named.

    Rows that name no entity have no key by which they could be looked for.
    """
    given = [list(entities), list(entities), list(wanted), list(wanted), rule, rule]
    query, kinds = (
        sql.SQL(_KEYS).format(m=sql.Identifier(schema)),
        {"entity": pa.string(), "key": pa.string()},
    )
    found = copy_out(cursor, query, kinds, given)
    return {
        entity: found.filter(pc.equal(found["entity"], entity))["key"].combine_chunks()
        for entity in pc.unique(found["entity"]).to_pylist()
    }


def _lines(outcome: Outcome) -> pa.Table:
    """The rows of stage_quarantine."""
    told = outcome.quarantine
    about = pa.table([_text(told, name) for name in _IDENTITY], names=list(_IDENTITY))
    named = about.append_column("entity", pa.repeat(pa.scalar(outcome.entity), told.num_rows))
    raw = row_hashes(named).tobytes()
    ids = pa.FixedSizeBinaryArray.from_buffers(ID, told.num_rows, [None, pa.py_buffer(raw)])
    kept = ["key", "scope", "member", "row_id", "rule", "needs_entity", "needs_key"]
    columns = {"id": ids, **{name: about.column(name) for name in kept}}
    columns |= {"table_name": about.column("table"), "column_name": about.column("column")}
    columns |= {name: _text(told, name) for name in ("state", "value")}
    columns["row"] = (
        told.column("row") if "row" in told.column_names else pa.nulls(told.num_rows, pa.string())
    )
    return pa.table(columns)


def _excluded(outcome: Outcome) -> pa.Table:
    """The rows of stage_exclusion."""
    told = outcome.excluded
    columns = {"key": "key", "table_name": "table", "row_id": "row_id", "rule": "rule"}
    return pa.table({name: pc.fill_null(told.column(source), "") for name, source in columns.items()})


def _text(told: pa.Table, name: str) -> pa.ChunkedArray:
    column = told.column(name)
    return pc.fill_null(column, "") if name == "key" else column  # a row that names no parent


_STAGE_QUARANTINE = """
    id uuid, key text COLLATE "C", scope text, state text, member text, table_name text, row_id text COLLATE "C",
    column_name text, rule text, value text, "row" jsonb, needs_entity text, needs_key text COLLATE "C"
"""
_STAGE_EXCLUSION = 'key text COLLATE "C", table_name text, row_id text COLLATE "C", rule text'
_RELEASE = """
UPDATE {m}.quarantine AS o SET state = 'released', released = now() FROM pg_temp.stage_keys AS k
WHERE o.entity = %s AND o.key = k.key AND o.state <> 'released' AND o.found_in = 'range'
  AND NOT EXISTS (SELECT FROM {q} AS q WHERE q.id = o.id)
"""
_EARLIER = """
INSERT INTO {m}.earlier_complaint (complaint, since, run, released)
SELECT o.id, o.since, o.run, o.released FROM {m}.quarantine AS o
WHERE o.state = 'released' AND o.id IN (SELECT id FROM {q}) ON CONFLICT (complaint, since) DO NOTHING
"""
_AGAIN = """
UPDATE {m}.quarantine AS o SET last_run = %s, value = q.value, "row" = coalesce(q."row", o."row"), released = NULL,
    state = q.state, found_in = %s,
    since = CASE o.state WHEN 'released' THEN now() ELSE o.since END,
    run = CASE o.state WHEN 'released' THEN %s ELSE o.run END
FROM (SELECT DISTINCT ON (id) * FROM {q} ORDER BY id, value) AS q WHERE o.id = q.id
"""
_COMPLAIN = """
INSERT INTO {m}.quarantine (id, entity, key, scope, state, found_in, member, table_name, row_id, column_name,
    rule, value, "row", needs_entity, needs_key, since, run, last_run)
SELECT DISTINCT ON (q.id) q.id, %s, q.key, q.scope, q.state, %s, q.member, q.table_name, q.row_id, q.column_name,
    q.rule, q.value, q."row", q.needs_entity, q.needs_key, now(), %s::bigint, %s::bigint
FROM {q} AS q WHERE NOT EXISTS (SELECT FROM {m}.quarantine AS o WHERE o.id = q.id) ORDER BY q.id, q.value
ON CONFLICT (id) DO NOTHING
"""
_INCLUDE = """
DELETE FROM {m}.exclusion AS o USING pg_temp.stage_keys AS k
WHERE o.entity = %s AND o.key = k.key AND NOT EXISTS (
    SELECT FROM {x} AS x WHERE (x.key, x.table_name, x.row_id, x.rule) = (o.key, o.table_name, o.row_id, o.rule)
)
"""
_EXCLUDE = """
INSERT INTO {m}.exclusion (entity, key, table_name, row_id, rule, run)
SELECT DISTINCT n.entity, x.key, x.table_name, x.row_id, x.rule, n.run
FROM {x} AS x CROSS JOIN (SELECT %s::text AS entity, %s::bigint AS run) AS n
WHERE NOT EXISTS (
    SELECT FROM {m}.exclusion AS o
    WHERE (o.entity, o.key, o.table_name, o.row_id, o.rule) = (n.entity, x.key, x.table_name, x.row_id, x.rule)
)
"""
_GONE = """
UPDATE {m}.quarantine AS o SET state = 'released', released = now()
WHERE o.state <> 'released' AND o.last_run < %s AND (
    o.entity IN (SELECT entity FROM {m}.batch WHERE run = %s AND kind = 'range')
    OR (o.found_in = 'loose' AND o.entity IN (SELECT entity FROM {m}.batch WHERE run = %s AND kind = 'loose'))
)
"""
_HELD = """
SELECT q.entity, q.key, q.needs_entity, q.needs_key, (EXISTS (
    SELECT FROM {m}.crosswalk AS c
    WHERE c.system = %s AND c.entity = q.needs_entity AND c.key = q.needs_key
      AND c.valid_to = 'infinity' AND c.survivor IS NULL AND c.cause <> 'vanished'
      AND NOT EXISTS (SELECT FROM {m}.candidate AS k WHERE k.entity = c.entity AND k.key = c.key AND k.gone)
))::text AS there
FROM {m}.quarantine AS q WHERE q.state = 'held' AND (%s::text[] IS NULL OR q.entity = ANY(%s))
"""
_SHOWN = """
SELECT q.*, CASE WHEN w.complaint IS NULL OR q.state = 'released' THEN q.state ELSE 'waived' END AS shown,
    w.waived_by, w.reason, w.until, (
        SELECT min(x.rule) FROM {m}.exclusion AS x
        WHERE x.entity = q.needs_entity AND x.key = q.needs_key AND x.row_id = x.key
    ) AS left_out_by
FROM {m}.quarantine AS q LEFT JOIN ({waived}) AS w ON w.complaint = q.id AND w.at >= q.since
"""
_SELECT = """
SELECT id::text, entity, key, scope, shown, member, table_name, row_id, column_name, rule, needs_entity, needs_key,
       left_out_by, since, run, last_run, released, waived_by, reason, until, {value}
FROM ({lines}) AS q WHERE {where} ORDER BY entity, key, member, row_id, column_name, rule, id LIMIT {limit}
"""
_COUNTED = """
SELECT entity, shown, scope, rule, count(*), count(DISTINCT key) FROM ({lines}) AS q
WHERE state <> 'released' GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""
_KEYS = """
SELECT DISTINCT entity, key FROM {m}.quarantine
WHERE state <> 'released' AND key <> '' AND (cardinality(%s::text[]) = 0 OR entity = ANY(%s))
    AND (cardinality(%s::text[]) = 0 OR key = ANY(%s)) AND (%s::text IS NULL OR rule = %s)
ORDER BY entity, key
"""
