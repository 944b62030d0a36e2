"""Candidates: keys that a net has named, until a batch takes them up; and the questions by which nets find them.

    add            keys that someone wants looked at again
    Sweep          all keys of an entity with their versions, compared with what was last seen of them
    looked_for     which of the candidates were there; natural keys that moved make their rivals candidates
    followers      entities whose platform rows refer to candidates that are gone
    borders, take  the candidates as ranges of a plan, and those of one range
    settle         in the transaction of a batch: its candidates are done

A candidate outlives the run that named it: whoever comes next takes it up. So a run that is killed while it finds
loses nothing, and needs no resume point for it. Naming a key too many is harmless, since fingerprints decide.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
from psycopg import sql

from migrate.canonical import id_text
from migrate.model import KeyRange, Layout, Outcome
from migrate.postgres import Cursor, copy_in, copy_out
from migrate.state import keys

MARKS = "quality_mark"
"""The platform's table of remarks."""

_SWEPT = sql.Identifier("pg_temp", "stage_swept")


@dataclass(frozen=True, slots=True)
class Vanishing:
    """Of an entity: how many of its keys are gone, of how many that the platform holds."""

    entity: str
    gone: int
    held: int


def add(cursor: Cursor, schema: str, entity: str, wanted: Iterable[pa.Array], cause: str) -> int:
    """Name keys, block by block; those that are named already stay as they are. Returns how many are new."""
    new = 0
    for block in wanted:
        some = pc.unique(pc.drop_null(block)).to_pylist()
        new += cursor.execute(_said(_ADD, schema), [entity, cause, some]).rowcount if some else 0
    return new


class Sweep:
    """All keys of one entity at the source, collected in a temporary table of one session, then compared."""

    def __init__(self, cursor: Cursor, schema: str, entity: str) -> None:
        self._cursor, self._schema, self._entity = cursor, schema, entity
        cursor.execute(_STAGE_SWEPT)

    def collect(self, found: pa.Table) -> None:
        """(key, version, root): keys with rows at the source, and whether the root is among these."""
        copy_in(self._cursor, _SWEPT, found.select(["key", "version", "root"]), called="stage_swept")

    def compare(self, *, changes: bool) -> int:
        """Make candidates of what is new or gone and, with `changes`, of what has another version now."""
        self._cursor.execute("ANALYZE pg_temp.stage_swept")
        self._cursor.execute(_said(_COMPARE, self._schema), [self._entity, self._entity, changes])
        return self._cursor.rowcount


def page(cursor: Cursor, schema: str, entity: str, after: str, size: int) -> pa.Array:
    """The next candidates of an entity by key."""
    return _keys(cursor, _said(_PAGE, schema), [entity, after, size])


def looked_for(
    cursor: Cursor, schema: str, entity: str, wanted: pa.Array, there: pa.Array, found: Mapping[str, pa.Table]
) -> pa.Array:
    """Note which of the wanted candidates have no root any more, and what their natural keys are now.

    there:  the wanted keys whose root was found.
    found:  natural key -> (key, value, variant) of these.
    Returns the keys whose natural keys are others than before. Whoever shares a value with one of them, before or
    now, becomes a candidate as well: it may be contested now, or no longer.
    """
    gone = wanted.filter(pc.invert(pc.is_in(wanted, value_set=there)))
    if len(gone):
        cursor.execute(_said(_GONE, schema), [entity, gone.to_pylist(), entity])
    if len(there):
        cursor.execute(_said(_THERE, schema), [entity, there.to_pylist()])
    moved = [_resurveyed(cursor, schema, entity, name, rows, gone) for name, rows in found.items()]
    return pc.unique(pa.concat_arrays([pa.array([], pa.string()), *moved]))


def _resurveyed(
    cursor: Cursor, schema: str, entity: str, name: str, rows: pa.Table, gone: pa.Array
) -> pa.Array:
    empty = pa.nulls(len(gone), pa.string())
    now = pa.concat_tables(
        [rows.select(["key", "value", "variant"]), pa.table({"key": gone, "value": empty, "variant": empty})]
    )
    given = [now[column].to_pylist() for column in ("key", "value", "variant")]
    moved = _keys(cursor, _said(_MOVED, schema), [*given, entity, name])
    if len(moved):
        values = now.filter(pc.is_in(now["key"], value_set=moved))["value"].drop_null().to_pylist()
        cursor.execute(_said(_RIVALS, schema), [values, entity, name, moved.to_pylist(), entity, name])
        keys.survey(cursor, schema, 0, entity, name, now)  # of no run: an undo leaves it
    return moved


def followers(cursor: Cursor, schema: str, platform: str, entity: str, root: str, layout: Layout) -> int:
    """Make candidates of the entities whose platform rows refer to a candidate that is gone.

    root:  the platform table of the entity's root.
    """
    named = 0
    if cursor.execute(_said(_ANY_GONE, schema), [entity]).fetchone() is None:
        return named
    for table in layout.values():
        pointing = [column.name for column in table.columns.values() if column.points_at == root]
        for column in pointing if table.root_id else ():
            parts = {
                "m": sql.Identifier(schema),
                "table": sql.Identifier(platform, table.name),
                "column": sql.Identifier(column),
                "root_id": sql.Identifier(table.root_id or ""),
            }
            cursor.execute(sql.SQL(_FOLLOWERS).format(**parts), [entity])
            named += cursor.rowcount
    return named


def arrived(
    cursor: Cursor, schema: str, platform: str, system: str, references: Collection[tuple[str, str, str, str]]
) -> list[tuple[str, pa.Array]]:
    """By entity, keys with a mark that a column refers to nothing, although the one meant is there now.

    references:  (entity, table, column, entity that it refers to).
    """
    names = {"m": sql.Identifier(schema), "marks": sql.Identifier(platform, MARKS)}
    given = [list(parts) for parts in zip(*references, strict=True)] or [[], [], [], []]
    kinds = {"entity": pa.string(), "key": pa.string()}
    found = copy_out(cursor, sql.SQL(_ARRIVED).format(**names), kinds, [*given, system, system])
    return [
        (entity, found.filter(pc.equal(found["entity"], entity))["key"].combine_chunks())
        for entity in pc.unique(found["entity"]).to_pylist()
    ]


def vanishing(cursor: Cursor, schema: str, entities: Iterable[str]) -> list[Vanishing]:
    """How many candidates are gone, for each entity that has any."""
    cursor.execute(_said(_VANISHING, schema), [list(entities)])
    return [
        Vanishing(str(entity), int(str(gone)), int(str(held))) for entity, gone, held in cursor.fetchall()
    ]


def spare(cursor: Cursor, schema: str) -> int:
    """Forget the candidates that are gone: the next sweep finds them again. Returns how many there were."""
    return cursor.execute(_said("DELETE FROM {m}.candidate WHERE gone", schema)).rowcount


def named(cursor: Cursor, schema: str) -> dict[str, bool]:
    """The entities that have candidates -> whether one of these is gone."""
    cursor.execute(_said("SELECT entity, bool_or(gone) FROM {m}.candidate GROUP BY entity", schema))
    return {str(entity): bool(gone) for entity, gone in cursor.fetchall()}


def borders(cursor: Cursor, schema: str, entity: str, every: int, *, gone: bool) -> list[str] | None:
    """Every n-th candidate, as borders of ranges; None when there is none at all. `gone`: of those only."""
    cursor.execute(_said(_BORDERS, schema), [entity, gone, every])
    found = [str(key) for (key,) in cursor.fetchall()]
    return found[1:] if found else None


def take(cursor: Cursor, schema: str, entity: str, within: KeyRange, *, gone: bool) -> pa.Array:
    """The candidates of a range, sorted; `gone`: only those whose root was not there."""
    given = [entity, gone, within.low, within.low, within.high, within.high]
    return _keys(cursor, _said(_TAKE, schema), given)


def settle(
    cursor: Cursor, schema: str, outcome: Outcome, within: KeyRange, *, mapping: str, run: int
) -> None:
    """The candidates of a batch are done, but for those that are gone: of these the rows on the platform are left.

    What was asked for and brought no entity is remembered with its version, so that the next sweep passes by; and
    nothing can be said against it any more.
    """
    if outcome.unclaimed is not None and outcome.unclaimed.num_rows:
        asked = outcome.unclaimed["key"].to_pylist()
        version = id_text(outcome.unclaimed["version"]).to_pylist()
        cursor.execute(_said(_RELEASED, schema), [outcome.entity, asked])
        cursor.execute(
            _said(_UNCLAIMED, schema), [outcome.entity, mapping, run, asked, version, outcome.entity]
        )
    given = [outcome.entity, within.low, within.low, within.high, within.high]
    cursor.execute(_said(_SETTLE, schema), given)


def settle_read(cursor: Cursor, schema: str, run: int) -> None:
    """After a run that read entities as a whole: of these no candidate is left, but for what is gone."""
    cursor.execute(_said(_SETTLE_READ, schema), [run])


def sizes(cursor: Cursor, schema: str, entities: Iterable[str]) -> dict[str, dict[str, int]]:
    """Entity -> member -> rows when the source was last seen whole."""
    query = "SELECT entity, member, rows FROM {m}.member_size WHERE entity = ANY(%s)"
    found: dict[str, dict[str, int]] = {}
    for entity, member, rows in cursor.execute(_said(query, schema), [list(entities)]).fetchall():
        found.setdefault(str(entity), {})[str(member)] = int(str(rows))
    return found


def remember_sizes(cursor: Cursor, schema: str, entity: str, rows: Mapping[str, int]) -> None:
    """Keep how big the members were."""
    cursor.executemany(_said(_SIZES, schema), [(entity, member, count) for member, count in rows.items()])


def _keys(cursor: Cursor, query: sql.Composed, given: list[object]) -> pa.Array:
    """The keys that a question gives."""
    return pa.array([key for (key,) in cursor.execute(query, given, binary=True).fetchall()], pa.string())


def _said(text: str, schema: str) -> sql.Composed:
    return sql.SQL(text).format(m=sql.Identifier(schema), s=_SWEPT)


_STAGE_SWEPT = """
CREATE TEMPORARY TABLE IF NOT EXISTS stage_swept
    (key text COLLATE "C", version uuid, root boolean) ON COMMIT DELETE ROWS;
TRUNCATE pg_temp.stage_swept
"""
_ADD = """
INSERT INTO {m}.candidate (entity, key, cause, gone)
SELECT %s, key, %s, FALSE FROM unnest(%s::text[]) AS c (key) WHERE key <> ''
ON CONFLICT (entity, key) DO NOTHING
"""
# Gone is what the platform holds, or what something else is known of, and has no root any more.
_COMPARE = """
INSERT INTO {m}.candidate AS o (entity, key, cause, gone)
SELECT %s, key, 'sweep', gone FROM (
    SELECT key, s.key IS NULL OR s.version IS DISTINCT FROM i.version AS changed, i.key IS NULL AS new,
        i.key IS NOT NULL AND i.disposition NOT IN ('gone', 'none') AND NOT coalesce(s.root, FALSE)
            AND (i.fingerprint IS NOT NULL OR s.key IS NULL) AS gone
    FROM {s} AS s FULL JOIN (
        SELECT key, version, disposition, fingerprint FROM {m}.key_image WHERE entity = %s
    ) AS i USING (key)
    WHERE s.key IS NOT NULL OR i.disposition NOT IN ('gone', 'none')
) AS compared WHERE gone OR new OR (changed AND %s)
ON CONFLICT (entity, key) DO UPDATE SET gone = excluded.gone WHERE o.gone <> excluded.gone
"""
_PAGE = "SELECT key FROM {m}.candidate WHERE entity = %s AND key > %s ORDER BY key LIMIT %s"
_GONE = """
UPDATE {m}.candidate AS o SET gone = TRUE
WHERE o.entity = %s AND o.key = ANY(%s) AND NOT o.gone AND EXISTS (
    SELECT FROM {m}.key_image AS i WHERE i.entity = %s AND i.key = o.key AND i.fingerprint IS NOT NULL
)
"""
_THERE = "UPDATE {m}.candidate AS o SET gone = FALSE WHERE o.entity = %s AND o.key = ANY(%s) AND o.gone"
_MOVED = """
SELECT n.key FROM unnest(%s::text[], %s::text[], %s::text[]) AS n (key, value, variant)
LEFT JOIN {m}.natural_key AS o ON o.entity = %s AND o.name = %s AND o.key = n.key
WHERE n.value IS DISTINCT FROM o.value OR (n.value IS NOT NULL AND n.variant IS DISTINCT FROM o.variant)
"""
_RIVALS = """
INSERT INTO {m}.candidate (entity, key, cause, gone)
SELECT DISTINCT r.entity, r.key, 'rival', FALSE FROM (
    SELECT unnest(%s::text[]) AS value
    UNION SELECT o.value FROM {m}.natural_key AS o WHERE o.entity = %s AND o.name = %s AND o.key = ANY(%s)
) AS moved JOIN {m}.natural_key AS r ON r.entity = %s AND r.name = %s AND r.value = moved.value
ON CONFLICT (entity, key) DO NOTHING
"""
_ANY_GONE = "SELECT TRUE FROM {m}.candidate WHERE entity = %s AND gone LIMIT 1"
_FOLLOWERS = """
INSERT INTO {m}.candidate (entity, key, cause, gone)
SELECT DISTINCT x.entity, x.key, 'follower', FALSE
FROM {m}.candidate AS k
JOIN {m}.key_image AS i ON i.entity = k.entity AND i.key = k.key
JOIN {table} AS t ON t.{column} = i.id
JOIN {m}.crosswalk AS x ON x.id = t.{root_id} AND x.valid_to = 'infinity' AND x.survivor IS NULL
    AND x.cause <> 'vanished'
WHERE k.entity = %s AND k.gone
ON CONFLICT (entity, key) DO NOTHING
"""
# From the marks, which are few, to their lines: without statistics the server may go the other way round.
_ARRIVED = """
WITH flagged AS MATERIALIZED (
    SELECT DISTINCT q.root_entity, q.root_id, r.entity, q.original_value
    FROM {marks} AS q JOIN unnest(%s::text[], %s::text[], %s::text[], %s::text[]) AS r (root, tab, col, entity)
        ON r.root = q.root_entity AND r.tab = q.table_name AND r.col = q.column_name
    WHERE q.rule = 'missing_parent'
)
SELECT DISTINCT x.entity, x.key FROM flagged AS f
CROSS JOIN LATERAL (
    SELECT c.entity, c.key FROM {m}.crosswalk AS c
    WHERE c.system = %s AND c.entity = f.entity AND c.key = f.original_value AND c.valid_to = 'infinity'
        AND c.survivor IS NULL AND c.cause <> 'vanished'
    OFFSET 0
) AS c
JOIN {m}.crosswalk AS x ON x.id = f.root_id AND x.valid_to = 'infinity' AND x.survivor IS NULL
    AND x.system = %s AND x.entity = f.root_entity
WHERE NOT EXISTS (SELECT FROM {m}.candidate AS k WHERE k.entity = c.entity AND k.key = c.key AND k.gone)
ORDER BY x.entity, x.key
"""
_VANISHING = """
SELECT k.entity, count(*), (
    SELECT count(*) FROM {m}.key_image AS i WHERE i.entity = k.entity AND i.fingerprint IS NOT NULL
)
FROM {m}.candidate AS k JOIN {m}.key_image AS i ON i.entity = k.entity AND i.key = k.key
WHERE k.gone AND i.fingerprint IS NOT NULL AND k.entity = ANY(%s) GROUP BY k.entity ORDER BY k.entity
"""
_BORDERS = """
SELECT key FROM (
    SELECT key, row_number() OVER (ORDER BY key) - 1 AS number FROM {m}.candidate
    WHERE entity = %s AND gone >= %s
) AS numbered WHERE number %% %s = 0 ORDER BY key
"""
_TAKE = """
SELECT key FROM {m}.candidate WHERE entity = %s AND gone >= %s
    AND (%s::text IS NULL OR key >= %s) AND (%s::text IS NULL OR key < %s) ORDER BY key
"""
_UNCLAIMED = """
INSERT INTO {m}.key_image AS i (entity, key, id, disposition, fingerprint, version, mapping, run)
SELECT %s, c.key, '00000000-0000-0000-0000-000000000000', 'none', NULL, c.version, %s, %s::bigint
FROM unnest(%s::text[], %s::uuid[]) AS c (key, version)
WHERE c.version <> '00000000-0000-0000-0000-000000000000' AND NOT EXISTS (
    SELECT FROM {m}.candidate AS k WHERE k.entity = %s AND k.key = c.key AND k.gone
)
ON CONFLICT (entity, key) DO UPDATE SET version = excluded.version, run = excluded.run
WHERE i.version IS DISTINCT FROM excluded.version
"""
_RELEASED = """
UPDATE {m}.quarantine AS q SET state = 'released', released = now()
WHERE q.entity = %s AND q.key = ANY(%s) AND q.state <> 'released' AND q.found_in = 'range'
"""
_SETTLE = """
DELETE FROM {m}.candidate WHERE entity = %s AND NOT gone
    AND (%s::text IS NULL OR key >= %s) AND (%s::text IS NULL OR key < %s)
"""
_SETTLE_READ = """
DELETE FROM {m}.candidate WHERE NOT gone AND entity IN (
    SELECT entity FROM {m}.batch WHERE run = %s AND kind = 'range'
)
"""
_SIZES = """
INSERT INTO {m}.member_size AS o (entity, member, rows) VALUES (%s, %s, %s)
ON CONFLICT (entity, member) DO UPDATE SET rows = excluded.rows WHERE o.rows <> excluded.rows
"""
