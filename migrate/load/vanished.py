"""What becomes of the platform's rows when their root is gone from the source.

    merged      they stay as they are and lead to the survivor, where the platform has a column for that
    marked      they stay, with a quality mark on the root's row that asks a person to look
    removed     they go; where something else on the platform still refers to them, they are marked instead

Needs the vanished keys staged by `migrate.state.vanishing`; works in the transaction of the batch.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
import pyarrow as pa
import pyarrow.compute as pc
from psycopg import sql

from migrate.canonical import derive_ids, id_text
from migrate.load.fates import MARKS
from migrate.model import Layout
from migrate.postgres import Cursor, copy_in
from migrate.state.vanishing import GONE, staged

RULE = "vanished"
"""The rule that a tombstone names."""

SURVIVOR = "merged_into_id"
"""The column of a root table, if it has one, that leads to the row which goes on after a merge."""


@dataclass(frozen=True, slots=True)
class Tombstone:
    """How an entity is buried.

    root:    the platform table of its root.       tables:  all tables that it fills, parents first.
    source:  the legacy table that its root was in.
    remove:  its rows go; otherwise they are marked.
    """

    root: str
    tables: Sequence[str]
    source: str
    remove: bool = False


def bury(cursor: Cursor, platform: str, system: str, entity: str, layout: Layout, how: Tombstone) -> int:
    """Link, mark or remove the rows of the staged keys; returns how many rows were written or deleted."""
    written = _link(cursor, platform, layout, how)
    if how.remove:
        removed = _remove(cursor, platform, layout, how)
        if removed is not None:
            return written + removed
    return written + _mark(cursor, platform, system, entity, layout, how)


def _link(cursor: Cursor, platform: str, layout: Layout, how: Tombstone) -> int:
    if SURVIVOR not in layout[how.root].columns:
        return 0
    parts = {
        "table": sql.Identifier(platform, how.root),
        "key": sql.Identifier(layout[how.root].key),
        "g": GONE,
    }
    return cursor.execute(sql.SQL(_LINK).format(**parts, survivor=sql.Identifier(SURVIVOR))).rowcount


def _remove(cursor: Cursor, platform: str, layout: Layout, how: Tombstone) -> int | None:
    """Delete the aggregates, children first; None, and nothing deleted, when somebody still refers to one of them."""
    tables = [name for name in layout if name in how.tables or layout[name].root is None]
    try:
        with cursor.connection.transaction():
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            deleted = sum(_delete(cursor, platform, layout, name) for name in reversed(tables))
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            return deleted
    except psycopg.errors.ForeignKeyViolation:
        return None


def _delete(cursor: Cursor, platform: str, layout: Layout, name: str) -> int:
    column = layout[name].root_id
    if column is None:
        return 0
    parts = {"table": sql.Identifier(platform, name), "column": sql.Identifier(column), "g": GONE}
    return cursor.execute(sql.SQL(_DELETE).format(**parts)).rowcount


def _mark(cursor: Cursor, platform: str, system: str, entity: str, layout: Layout, how: Tombstone) -> int:
    """A flag on the row of every root that was not merged."""
    gone = staged(cursor)
    gone = gone.filter(gone["survivor"].is_null())
    if MARKS not in layout or not gone.num_rows:
        return 0
    keys = gone["key"].combine_chunks()
    said = {
        "quality_mark_id": id_text(derive_ids(system, f"{entity}/quality_mark/{RULE}/", keys)),
        "root_id": gone["id"],
        "row_id": gone["id"],
        "root_entity": entity,
        "table_name": how.root,
        "kind": "flagged",
        "rule": RULE,
        "source_table": how.source,
        "source_key": pc.utf8_slice_codeunits(keys, 0, layout[MARKS].columns["source_key"].width or 100),
        "work_item_status": "open",
    }
    rows = pa.table(
        {
            name: pa.repeat(pa.scalar(value), len(keys)) if isinstance(value, str) else value
            for name, value in said.items()
        }
    )
    return copy_in(cursor, sql.Identifier(platform, MARKS), rows, called=MARKS)


_LINK = """
UPDATE {table} AS o SET {survivor} = g.survivor_id FROM {g} AS g
WHERE o.{key} = g.id AND g.survivor_id IS NOT NULL AND o.{survivor} IS DISTINCT FROM g.survivor_id
"""
_DELETE = "DELETE FROM {table} AS o USING {g} AS g WHERE o.{column} = g.id AND g.survivor IS NULL"
