"""What becomes of the platform's rows when their root is gone from the source.

    merged      they stay as they are and lead to the survivor, where the platform has a column for that
    marked      they stay, with a quality mark on the root's row that asks a person to look
    removed     they go; where something else on the platform still refers to them, they are marked instead

In: the keys as the state has staged them (`migrate.state.vanishing`). Works in the transaction of the batch.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
import pyarrow as pa
import pyarrow.compute as pc
from psycopg import sql

from migrate.canonical import derive_ids, id_text
from migrate.load.fates import MARKS
from migrate.load.images import Keeper
from migrate.model import Layout
from migrate.postgres import Cursor, copy_in, temporary

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


@dataclass(frozen=True, slots=True)
class Graveyard:
    """Where an entity is buried.

    keeper:  keeps what is overwritten.     system:  the legacy system, part of every derived id.
    stage:   temporary table (key, id, survivor, survivor_id) of the vanished keys.
    """

    keeper: Keeper
    system: str
    entity: str
    layout: Layout
    stage: sql.Identifier

    def sql(self, text: str, table: str, **columns: str) -> sql.Composed:
        """A statement about `{table}` of the platform and the staged keys `{g}`."""
        names = {name: sql.Identifier(column) for name, column in columns.items()}
        platform = self.keeper.platform
        return sql.SQL(text).format(
            table=sql.Identifier(platform, table), g=self.stage, marks=_MARKS, **names
        )

    def keep(self, table: str, column: str) -> None:
        """Keep the rows of a table that hang on a staged id by that column."""
        where = sql.SQL("o.{} = g.id").format(sql.Identifier(column))
        self.keeper.rows(self.layout[table], sql.SQL("{} AS g").format(self.stage), where)


def pointers(layout: Layout, root: str) -> list[tuple[str, str, str, str | None]]:
    """(table, its key, column, root's column) of every platform column that holds ids of that root table's rows.

    The last is None where the rows are members of the very root that they name.
    """
    return [
        (name, table.key, column.name, None if column.name == table.root_id else table.root_id)
        for name, table in layout.items()
        for column in table.columns.values()
        if column.name != table.key
        and (column.points_at == root or (table.root == root and column.name == table.root_id))
        and column.name != SURVIVOR
    ]


def bury(cursor: Cursor, where: Graveyard, held: pa.Table, how: Tombstone) -> int:
    """Link, mark or remove the rows of the staged keys; returns how many rows were written or deleted.

    held: (key, id, survivor, survivor_id) of those that the platform holds, ids as text.
    """
    where.keep(how.root, where.layout[how.root].key)
    written = _link(cursor, where, how)
    if how.remove:
        removed = _remove(cursor, where, how)
        if removed is not None:
            return written + removed
    return written + _mark(cursor, where, held.filter(held["survivor"].is_null()), how)


def _link(cursor: Cursor, where: Graveyard, how: Tombstone) -> int:
    if SURVIVOR not in where.layout[how.root].columns:
        return 0
    statement = where.sql(_LINK, how.root, key=where.layout[how.root].key, survivor=SURVIVOR)
    return cursor.execute(statement).rowcount


def _remove(cursor: Cursor, where: Graveyard, how: Tombstone) -> int | None:
    """Delete the aggregates, children first; None, and nothing deleted, when somebody still refers to one of them."""
    tables = {name: t.root_id for name, t in where.layout.items() if name in how.tables or name == MARKS}
    columns = {name: column for name, column in tables.items() if column}
    try:
        with cursor.connection.transaction():
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            for name, column in columns.items():
                where.keep(name, column)
            deleted = sum(
                cursor.execute(where.sql(_DELETE, name, column=column)).rowcount
                for name, column in reversed(columns.items())
            )
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            return deleted
    except psycopg.errors.ForeignKeyViolation:
        return None


def _mark(cursor: Cursor, where: Graveyard, gone: pa.Table, how: Tombstone) -> int:
    """A flag on the row of every root that was not merged."""
    if MARKS not in where.layout or not gone.num_rows:
        return 0
    keys = gone["key"].combine_chunks()
    said = {
        "quality_mark_id": id_text(derive_ids(where.system, f"{where.entity}/quality_mark/{RULE}/", keys)),
        "root_id": gone["id"],
        "row_id": gone["id"],
        "root_entity": where.entity,
        "table_name": how.root,
        "kind": "flagged",
        "rule": RULE,
        "source_table": how.source,
        "source_key": pc.utf8_slice_codeunits(keys, 0, _KEY_WIDTH),
        "work_item_status": "open",
    }
    columns = where.layout[MARKS].columns
    rows = pa.table(
        {
            name: pa.repeat(pa.scalar(value), len(keys)) if isinstance(value, str) else value
            for name, value in said.items()
            if name in columns
        }
    )
    temporary(cursor, "stage_marks", where.sql("LIKE {table}", MARKS))
    copy_in(cursor, _MARKS, rows, called=MARKS)
    where.keeper.absent(where.layout[MARKS], _MARKS)
    return cursor.execute(where.sql(_INSERT, MARKS)).rowcount


_KEY_WIDTH = 100  # of the column, as marks of the transform have it
_MARKS = sql.Identifier("pg_temp", "stage_marks")
_INSERT = "INSERT INTO {table} SELECT * FROM {marks}"
_LINK = """
UPDATE {table} AS o SET {survivor} = g.survivor_id FROM {g} AS g
WHERE o.{key} = g.id AND g.survivor_id IS NOT NULL AND o.{survivor} IS DISTINCT FROM g.survivor_id
"""
_DELETE = "DELETE FROM {table} AS o USING {g} AS g WHERE o.{column} = g.id AND g.survivor IS NULL"
