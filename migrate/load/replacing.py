"""Aggregates of which something is there already: made what they shall be, writing only what differs.

The rows that shall be are put beside their tables. One question compares all of these at once: which rows have left
the aggregates, which are new, which differ, which belonged to another root until now. Only what the answer names is
then written: to most tables nothing. Members are deleted before others are written, so that a row may take over the
unique value of one that goes. What is overwritten is kept, by the statement that does it (`migrate.load.images`).

In: the ids of the roots, and the rows of each table. Works in the transaction of the batch.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import pyarrow as pa
from psycopg import sql

from migrate.load.images import Keeper
from migrate.model import TargetTable
from migrate.postgres import Cursor, comma, copy_in, temporary

_ROOTS = sql.Identifier("pg_temp", "stage_roots")


def put_beside(cursor: Cursor, platform: str, table: TargetTable, rows: pa.Table) -> sql.Identifier:
    """Put rows beside a table of the platform's schema until the transaction ends; returns where they are."""
    like = sql.SQL("LIKE {}").format(sql.Identifier(platform, table.name))
    stage = temporary(cursor, f"beside_{table.name}", like)
    copy_in(cursor, stage, rows, called=table.name)
    return stage


@dataclass(frozen=True, slots=True)
class Aggregates:
    """Some aggregates of one kind.

    tables:  all in which they may have rows, parents first.
    """

    cursor: Cursor
    keeper: Keeper
    tables: Sequence[TargetTable]

    def replace(
        self, ids: pa.Array, rows: Mapping[str, pa.Table], robbed: Callable[[Sequence[object]], None]
    ) -> int:
        """Make them what `rows` says, and write only what differs; returns how many rows were written or deleted.

        ids:     of their roots.
        rows:    platform table -> all rows that they shall have there.
        robbed:  told the ids of other roots whose rows belong to these from now on.
        """
        self._put_beside(ids, rows)
        for table in self.tables:
            if table.name in rows and _is_root(table):
                of_batch = sql.SQL("o.{} = r.id").format(sql.Identifier(table.key))
                self.keeper.rows(table, sql.SQL("{} AS r").format(_ROOTS), of_batch)
        changes = self._compared(rows)
        written = sum(change.delete_left() for change in reversed(changes) if change.left)
        for change in changes:
            if change.robbed:
                robbed(change.robbed_roots())
        for change in changes:
            written += change.update() if change.differ else 0
            written += change.insert() if change.new else 0
        return written

    def _put_beside(self, ids: pa.Array, rows: Mapping[str, pa.Table]) -> None:
        """Roots and rows. The server is told of them: a few are looked up, many are joined."""
        temporary(self.cursor, "stage_roots", sql.SQL("id uuid PRIMARY KEY"))
        copy_in(self.cursor, _ROOTS, pa.table({"id": ids}), called="stage_roots")
        told = [sql.SQL("{} (id)").format(_ROOTS)]
        for table in self.tables:
            if table.name in rows and rows[table.name].num_rows:
                stage = put_beside(self.cursor, self.keeper.platform, table, rows[table.name])
                told.append(sql.SQL("{} ({})").format(stage, sql.Identifier(table.key)))
        self.cursor.execute(sql.SQL("ANALYZE {}").format(comma(told)))

    def _compared(self, rows: Mapping[str, pa.Table]) -> "list[_Change]":
        """What there is to do, by table."""
        said = {}
        for table in self.tables:
            some = rows.get(table.name)
            columns = tuple(some.column_names) if some is not None and some.num_rows else ()
            if columns or not _is_root(table):
                place = self.keeper.platform, table.name
                said[table.name] = _Said(*place, table.key, table.root_id or table.key, columns)
        self.cursor.execute(sql.SQL(" UNION ALL ").join(map(_comparison, said.values())))
        found = {str(name): map(bool, flags) for name, *flags in self.cursor.fetchall()}
        return [
            _Change(self.cursor, self.keeper, table, said[table.name], *found[table.name])
            for table in self.tables
            if table.name in found
        ]


@dataclass(frozen=True, slots=True)
class _Said:
    """A table in the words of SQL.

    columns:  of the rows beside it; there are none where these are none.
    """

    platform: str
    name: str
    key: str
    root_id: str
    columns: tuple[str, ...]

    @property
    def left(self) -> str:
        """Which rows of the aggregates are not among those that shall be."""
        return _LEFT if self.columns else _HANGS

    def sql(self, text: str) -> sql.Composed:
        """A statement about the table, the rows beside it, and the roots."""
        others = [sql.Identifier(column) for column in self.columns if column != self.key]
        return sql.SQL(text).format(
            name=sql.Literal(self.name),
            table=sql.Identifier(self.platform, self.name),
            stage=_beside(self.name),
            roots=_ROOTS,
            key=sql.Identifier(self.key),
            root_id=sql.Identifier(self.root_id),
            columns=comma([sql.Identifier(column) for column in self.columns]),
            there=comma([sql.Identifier("o", column) for column in self.columns]),
            here=comma([sql.Identifier("s", column) for column in self.columns]),
            sets=comma([sql.SQL("{0} = s.{0}").format(column) for column in others]),
        )


@cache
def _comparison(said: _Said) -> sql.SQL:
    """The question about one table, written out once: its names are many."""
    root = said.root_id == said.key
    left, robbed = ("FALSE", "FALSE") if root else (_ANY.replace("{left}", said.left), _ANY_ROBBED)
    text = _COMPARED if said.columns else "SELECT {name}::text, {any_left}, FALSE, FALSE, FALSE"
    written = said.sql(text.replace("{any_left}", left).replace("{any_robbed}", robbed))
    return sql.SQL(written.as_string())


@dataclass(frozen=True, slots=True)
class _Change:
    """What is to be done with the rows of one table.

    left, new, differ:  whether rows have left the aggregates, are not there yet, are others than there.
    robbed:             whether rows belonged to other roots until now.
    """

    cursor: Cursor
    keeper: Keeper
    table: TargetTable
    said: _Said
    left: bool
    new: bool
    differ: bool
    robbed: bool

    def delete_left(self) -> int:
        """Delete what has left."""
        delete = self.said.sql("DELETE FROM {table} AS o USING {roots} AS r WHERE " + self.said.left)
        return self.keeper.rows(
            self.table, self.said.sql("{roots} AS r"), self.said.sql(self.said.left), delete
        )

    def robbed_roots(self) -> list[object]:
        """Ids of the roots that rows leave for those of this batch."""
        self.cursor.execute(self.said.sql(_ROBBED))
        return [root for (root,) in self.cursor.fetchall()]

    def update(self) -> int:
        """Replace what differs."""
        update = self.said.sql("UPDATE {table} AS o SET {sets} FROM {stage} AS s WHERE " + _DIFFERS)
        return self.keeper.rows(self.table, self.said.sql("{stage} AS s"), self.said.sql(_DIFFERS), update)

    def insert(self) -> int:
        """Add what is new. Not ON CONFLICT: in a first load the key's index may be away."""
        return self.keeper.absent(self.table, _beside(self.table.name), self.said.sql(_INSERT))


def _is_root(table: TargetTable) -> bool:
    return table.root_id in (None, table.key)


def _beside(name: str) -> sql.Identifier:
    return sql.Identifier("pg_temp", f"beside_{name}")


_HANGS = "o.{root_id} = r.id"
_LEFT = "o.{root_id} = r.id AND NOT EXISTS (SELECT FROM {stage} AS s WHERE s.{key} = o.{key})"
_DIFFERS = "o.{key} = s.{key} AND ROW({there}) IS DISTINCT FROM ROW({here})"
# Counted, so that the server looks for the quickest way to all of them: there is mostly none.
_ANY = "(SELECT count(*) > 0 FROM {roots} AS r JOIN {table} AS o ON {left})"
_ANY_ROBBED = "coalesce(bool_or(o.{root_id} <> s.{root_id}), FALSE)"
_COMPARED = """
SELECT {name}::text, {any_left}, coalesce(bool_or(o.{key} IS NULL), FALSE),
    coalesce(bool_or(o.{key} IS NOT NULL AND ROW({there}) IS DISTINCT FROM ROW({here})), FALSE), {any_robbed}
FROM {stage} AS s LEFT JOIN {table} AS o ON o.{key} = s.{key}
"""
_ROBBED = """
SELECT DISTINCT o.{root_id} FROM {table} AS o JOIN {stage} AS s ON s.{key} = o.{key} WHERE o.{root_id} <> s.{root_id}
"""
_INSERT = """
INSERT INTO {table} ({columns})
SELECT {here} FROM {stage} AS s WHERE NOT EXISTS (SELECT FROM {table} AS o WHERE o.{key} = s.{key})
"""
