"""The platform's rows of a run that is taken back: removed where they were not there, put back as they were.

First members are removed, then changed rows and gone ones are put back, parents first, then roots are removed: in the
order in which a load writes, so that a unique value that went from one row to another finds its way home.

Keys that lead to what is normally never taken away have no index (see `migrate.platform.schema`). Where a run brought
many such rows, as a first load does, they are let go of within the transaction, and made again before it ends.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

from migrate.errors import Drift
from migrate.model import Layout, TargetTable
from migrate.postgres import Cursor, comma

if TYPE_CHECKING:
    from migrate.state.undo import OpenUndo

_FEW = 20  # rows whose references may be looked for without an index


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken back: rows by platform table, and lines of the state."""

    run: int
    removed: Mapping[str, int] = field(default_factory=dict)
    restored: Mapping[str, int] = field(default_factory=dict)
    lines: int = 0


def take_back(cursor: Cursor, schema: str, platform: str, layout: Layout, opened: "OpenUndo") -> Undone:
    """Make the rows that a run touched what they were before it.

    schema, platform:  of the state, of the platform.
    Raises Refused when others hang on these rows by now.
    """
    rows = _Rows(cursor, schema, platform, opened.run.id, opened.placed)
    kept = rows.kept(layout)
    if over := [table.name for table in layout.values() if table.name in kept and rows.taken_over(table)]:
        raise opened.overtaken(f"rows of {', '.join(over)} belong now to what a later run brought")
    try:
        with rows.loosened(list(layout)):
            return _taken_back(rows, layout, kept)
    except psycopg.errors.ForeignKeyViolation as error:  # names only: the server's text would show the value
        where = f"{error.diag.table_name} ({error.diag.constraint_name})"
        raise opened.overtaken(f"a row of {where} refers to what it created") from None


def _taken_back(rows: "_Rows", layout: Layout, kept: set[str]) -> Undone:
    members = [table for table in layout.values() if table.root_id not in (None, table.key)]
    roots = [table for table in layout.values() if table.root_id in (None, table.key)]
    rows.cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    removed = {table.name: rows.remove(table, kept) for table in reversed(members)}
    restored = {table.name: rows.put_back(table) for table in layout.values() if table.name in kept}
    removed |= {table.name: rows.remove(table, kept) for table in reversed(roots)}
    rows.cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return Undone(rows.run, _some(removed), _some(restored))


@dataclass(frozen=True, slots=True)
class _Rows:
    """One run's rows, in the transaction of its undo.

    schema, platform:  of the state, of the platform.
    placed:            table of the ids of the roots that the run appended (see `migrate.state.undo`).
    """

    cursor: Cursor
    schema: str
    platform: str
    run: int
    placed: sql.Identifier

    def kept(self, layout: Layout) -> set[str]:
        """The platform tables of which there are images."""
        query = sql.SQL(_KEPT).format(m=sql.Identifier(self.schema))
        names = {
            str(name) for (name,) in self.cursor.execute(query, {"run": self.run, "schema": self.schema})
        }
        if unknown := sorted(names - layout.keys()):
            raise Drift(
                f"run {self.run} cannot be taken back: the platform has no table {', '.join(unknown)}",
                why="this version of the program does not know what that run wrote",
                remedy="take it back with the version that wrote it",
            )
        return names

    def taken_over(self, table: TargetTable) -> bool:
        """Whether a row that the run touched has become part of what a later run brought."""
        return self._execute(_TAKEN_OVER, table) > 0

    def remove(self, table: TargetTable, kept: set[str]) -> int:
        """Rows that were not there before."""
        placed = self._execute(_REMOVE_PLACED, table)
        return placed + (self._execute(_REMOVE_ADDED, table) if table.name in kept else 0)

    def put_back(self, table: TargetTable) -> int:
        """Rows that were there before, and are gone or changed."""
        changed = self._execute(_PUT_BACK_CHANGED, table)
        return changed + self._execute(_PUT_BACK_GONE, table)

    @contextmanager
    def loosened(self, names: list[str]) -> Iterator[None]:
        """Without the foreign keys that would be looked for, row by row, where there is no index."""
        query = sql.SQL(_UNINDEXED).format(m=sql.Identifier(self.schema), placed=self.placed)
        self.cursor.execute(query, {"platform": self.platform, "names": names, "few": _FEW, "run": self.run})
        keys = [tuple(map(str, row)) for row in self.cursor.fetchall()]
        for table, name, _ in keys:
            self._alter(table, sql.SQL("DROP CONSTRAINT {}").format(sql.Identifier(name)))
        yield
        for table, name, definition in keys:
            parts = sql.Identifier(name), sql.SQL(definition)  # the server's own words
            self._alter(table, sql.SQL("ADD CONSTRAINT {} {}").format(*parts))

    def _alter(self, table: str, what: sql.Composable) -> None:
        self.cursor.execute(sql.SQL("ALTER TABLE {} {}").format(sql.Identifier(self.platform, table), what))

    def _execute(self, text: str, table: TargetTable) -> int:
        there = sql.Identifier(self.platform, table.name)
        probe = self.cursor.execute(sql.SQL("SELECT * FROM {} LIMIT 0").format(there))
        columns = [sql.Identifier(column.name) for column in probe.description or ()]
        query = sql.SQL(text).format(
            m=sql.Identifier(self.schema),
            placed=self.placed,
            table=there,
            key=sql.Identifier(table.key),
            root_id=sql.Identifier(table.root_id or table.key),
            columns=comma(columns),
            kept=comma([sql.SQL("r.{}").format(column) for column in columns]),
            sets=comma([sql.SQL("{0} = r.{0}").format(column) for column in columns]),
        )
        return self.cursor.execute(query, {"run": self.run, "name": table.name}).rowcount


def _some(counts: Mapping[str, int]) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count}


_KEPT = """
SELECT DISTINCT table_name FROM {m}.before_image WHERE run = %(run)s AND NOT starts_with(table_name, %(schema)s || '.')
"""
_TAKEN_OVER = """
SELECT FROM {m}.before_image AS i JOIN {table} AS o ON o.{key} = i.id
JOIN {m}.crosswalk AS c ON c.id = o.{root_id} AND c.survivor IS NULL AND c.valid_to = 'infinity'
WHERE i.run = %(run)s AND i.table_name = %(name)s AND c.run > i.run LIMIT 1
"""
_REMOVE_PLACED = "DELETE FROM {table} AS o USING {placed} AS p WHERE o.{root_id} = p.id"
_REMOVE_ADDED = """
DELETE FROM {table} AS o USING {m}.before_image AS i
WHERE i.run = %(run)s AND i.table_name = %(name)s AND i."row" IS NULL AND o.{key} = i.id
"""
# As texts: two numbers that differ in their trailing zeros are equal as jsonb.
_PUT_BACK_CHANGED = """
UPDATE {table} AS o SET {sets}
FROM {m}.before_image AS i CROSS JOIN LATERAL jsonb_populate_record(NULL::{table}, i."row") AS r
WHERE i.run = %(run)s AND i.table_name = %(name)s AND o.{key} = i.id AND to_jsonb(o)::text <> i."row"::text
"""
_PUT_BACK_GONE = """
INSERT INTO {table} ({columns}) SELECT {kept}
FROM {m}.before_image AS i CROSS JOIN LATERAL jsonb_populate_record(NULL::{table}, i."row") AS r
WHERE i.run = %(run)s AND i.table_name = %(name)s AND i."row" IS NOT NULL
  AND NOT EXISTS (SELECT FROM {table} AS o WHERE o.{key} = i.id)
"""
_UNINDEXED = """
SELECT c.relname, f.conname, pg_get_constraintdef(f.oid)
FROM pg_constraint AS f JOIN pg_class AS c ON c.oid = f.conrelid JOIN pg_class AS t ON t.oid = f.confrelid
WHERE f.contype = 'f' AND f.connamespace = %(platform)s::text::regnamespace AND t.relname = ANY(%(names)s)
  AND NOT EXISTS (SELECT FROM pg_index AS x WHERE x.indrelid = f.conrelid AND x.indkey[0] = f.conkey[1])
  AND %(few)s < (SELECT count(*) FROM {placed}) + (
      SELECT count(*) FROM {m}.before_image WHERE run = %(run)s AND "row" IS NULL AND root_id = id
  )
ORDER BY 1, 2
"""
