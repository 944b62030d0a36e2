"""The PostgreSQL target: COPY, then set-based statements, rows and books in one transaction.

Of an entity that is new, the rows are appended by COPY. Of one that is there, they are copied into temporary tables
and compared: rows that differ are replaced, rows that have left the aggregate are deleted, rows that are the same are
not touched. Before the commit the state adds crosswalk, key images, quarantine, resume point and ledger entry on the
same connection.

Foreign keys of the platform that may be checked late are checked before the ledger's lock is taken. Members are
deleted before others are written, so that a row may take over the unique value of one that goes.
"""

import contextlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.compute as pc
from psycopg import sql

from migrate.errors import Defect
from migrate.load import bulk
from migrate.load.fates import Fates, fates, rows_of, tally
from migrate.load.images import Keeper
from migrate.load.replacing import Aggregates, put_beside
from migrate.load.stubs import Stub, stub_rows
from migrate.load.undoing import Undone, take_back
from migrate.load.vanished import Graveyard, Tombstone, bury, pointers
from migrate.model import KeyRange, Layout, Outcome, Slice, Tally, TargetTable
from migrate.postgres import Connection, Cursor, comma, copy_in, faults

if TYPE_CHECKING:
    from migrate.state import OpenRun, State

_BUILDERS = 2  # an index build keeps one processor of the server busy


class PostgresTarget:
    """Fulfils `migrate.load.target.Target`; safe to use from several threads, each on a connection of its own.

    state:   keeps the books, in the same database.
    layout:  the platform's tables, parents before children.
    stubs:   entity -> how its stand-ins look.
    fills:   entity -> platform tables that its mapping fills. Of these, rows that have left an aggregate are deleted;
             an entity that is not named fills all tables of its root's aggregate.
    """

    def __init__(
        self,
        state: "State",
        layout: Layout,
        *,
        stubs: Mapping[str, Stub] | None = None,
        fills: Mapping[str, Collection[str]] | None = None,
    ) -> None:
        self._state, self._layout = state, layout
        self._stubs, self._fills = dict(stubs or {}), dict(fills or {})
        self._idle: list[tuple[int, Connection]] = []  # with the fencing number; append and pop are atomic

    def write(
        self, run: "OpenRun", slice_: Slice, position: int, within: KeyRange, outcome: Outcome, rows_read: int
    ) -> Tally:
        """See `Target.write`."""
        with self._cursor(run, f"write {slice_}, batch {position} {within}") as cursor:
            opened = self._state.open_batch(cursor, run, slice_, position, within, outcome)
            if opened.closed is not None:
                return opened.closed
            made = fates(outcome, opened.seen)
            keeper = Keeper(cursor, self._state.schema, self._state.platform_schema, run.id, outcome.entity)
            written = self._rows(cursor, keeper, outcome, made)
            counted = tally(outcome, made, rows_read=rows_read, rows_written=written)
            return self._state.close_batch(cursor, opened, counted)

    def bury(
        self, run: "OpenRun", slice_: Slice, position: int, within: KeyRange, keys: pa.Array, how: Tombstone
    ) -> Tally:
        """See `Target.bury`."""
        with self._cursor(run, f"bury {slice_}, batch {position} {within}") as cursor:
            opened = self._state.open_gone(cursor, run, slice_, position, within, keys)
            if opened.closed is not None:
                return opened.closed
            held = self._state.follow(cursor, opened, pointers(self._layout, how.root))
            keeper = Keeper(cursor, self._state.schema, self._state.platform_schema, run.id, slice_.entity)
            where = Graveyard(keeper, self._state.system, slice_.entity, self._layout, opened.stage)
            written = bury(cursor, where, held, how)
            return self._state.close_gone(cursor, opened, written)

    def undo(self, run: "OpenRun", *, actor: str = "", reason: str, dry_run: bool = False) -> Undone:
        """See `Target.undo`."""
        with self._cursor(run, f"take back run {run.id}") as cursor:
            opened = self._state.open_undo(cursor, run)
            schema, platform = self._state.schema, self._state.platform_schema
            undone = take_back(cursor, schema, platform, self._layout, opened)
            told = {"removed": sum(undone.removed.values()), "restored": sum(undone.restored.values())}
            lines = self._state.close_undo(cursor, run, told, actor, reason)
            if dry_run:
                raise psycopg.Rollback
        if not dry_run:
            self.end_bulk(run)  # it may have been a first load that was broken off
        return replace(undone, lines=lines)

    def begin_bulk(self, run: "OpenRun", tables: Iterable[str]) -> tuple[str, ...]:
        """See `Target.begin_bulk`."""
        keep_keys = {stub.table for stub in self._stubs.values()}
        with self._cursor(run, "prepare a first load") as cursor:
            return bulk.begin(
                cursor, self._state.schema, self._state.platform_schema, list(tables), keep_keys
            )

    def end_bulk(self, run: "OpenRun") -> int:
        """See `Target.end_bulk`. Tables side by side, but for stating foreign keys, which locks two of them."""
        made = self._make_all(run, bulk.BUILT, _BUILDERS)
        self._make_all(run, bulk.STATED, 1)
        made += self._make_all(run, bulk.CHECKED, _BUILDERS)
        if made:
            with self._cursor(run, "check the platform's constraints") as cursor:
                bulk.check(cursor, self._state.platform_schema)
        return made

    def _make_all(self, run: "OpenRun", steps: Sequence[int], builders: int) -> int:
        with self._cursor(run, "read what a first load left to do") as cursor:
            todo = bulk.todo(cursor, self._state.schema, steps)
        with ThreadPoolExecutor(builders) as pool:
            return sum(pool.map(lambda items: self._make(run, items), bulk.by_table(todo)))

    def _make(self, run: "OpenRun", items: Sequence[bulk.Item]) -> int:
        """What one table lacks, in one transaction."""
        with self._cursor(run, f"make the indexes and constraints of {items[0].table}") as cursor:
            bulk.make(cursor, self._state.schema, self._state.platform_schema, items)
        return len(items)

    def close(self) -> None:
        """See `Target.close`."""
        while self._idle:
            self._idle.pop()[1].close()

    # --- rows --------------------------------------------------------------------------------------------------------

    def _rows(self, cursor: Cursor, keeper: Keeper, outcome: Outcome, made: Fates) -> int:
        """Write the rows of created and updated entities; returns how many rows were written or deleted."""
        self._refuse_unknown(outcome)
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        written = self._stand_in(cursor, keeper, outcome)
        touched = made.touched
        if made.fresh.any():
            appended = self._append_all(cursor, outcome, made.fresh)
            written += appended or 0
            touched = touched if appended is not None else touched | made.fresh
        if touched.any():
            written += self._replace(cursor, keeper, outcome, touched)
        return written

    def _replace(self, cursor: Cursor, keeper: Keeper, outcome: Outcome, touched: np.ndarray) -> int:
        """Make the aggregates of the touched entities what the outcome says, writing only what differs."""
        aggregates = Aggregates(cursor, keeper, self._aggregate(outcome))
        return aggregates.replace(
            outcome.keys.column("id").filter(pa.array(touched)),
            {name: rows_of(rows, touched) for name, rows in outcome.tables.items()},
            lambda ids: self._state.forget_seen(cursor, outcome.entity, ids),
        )

    def _aggregate(self, outcome: Outcome) -> list[TargetTable]:
        """All tables in which the entity may have rows, parents first: also those in which it has none any more."""
        filled = self._fills.get(outcome.entity)
        roots = {self._layout[name].root for name in outcome.tables}
        return [
            table
            for name, table in self._layout.items()
            if name in outcome.tables
            or (table.root_id and table.root in (None, "*"))  # remarks: of any aggregate, and of any mapping
            or (table.root_id and table.root in roots and (filled is None or name in filled))
        ]

    def _append_all(self, cursor: Cursor, outcome: Outcome, fresh: np.ndarray) -> int | None:
        """Add the rows of new entities; None, and nothing added, when one is there: it has left another entity."""
        try:
            with cursor.connection.transaction():
                return sum(
                    self._append(cursor, name, rows_of(rows, fresh)) for name, rows in self._ordered(outcome)
                )
        except psycopg.errors.UniqueViolation:
            return None

    def _refuse_unknown(self, outcome: Outcome) -> None:
        unknown = sorted(outcome.tables.keys() - self._layout.keys())
        if unknown:
            raise Defect(f"entity {outcome.entity}: the platform has no table {', '.join(unknown)}")

    def _ordered(self, outcome: Outcome) -> Iterator[tuple[str, pa.Table]]:
        return ((name, outcome.tables[name]) for name in self._layout if name in outcome.tables)

    def _append(self, cursor: Cursor, name: str, rows: pa.Table) -> int:
        return copy_in(cursor, self._table(name), rows, called=name)

    def _stand_in(self, cursor: Cursor, keeper: Keeper, outcome: Outcome) -> int:
        """Rows for what is referred to and missing; where another worker was quicker, nothing."""
        stubs, written = outcome.stubs, 0
        for entity in pc.unique(stubs.column("entity")).to_pylist():
            if entity not in self._stubs:
                raise Defect(f"entity {outcome.entity}: no stand-in is described for {entity}")
            stub = self._stubs[entity]
            keys = pc.unique(stubs.filter(pc.equal(stubs.column("entity"), entity)).column("key")).sort()
            rows = stub_rows(stub, self._layout[stub.table], self._state.system, entity, keys)
            stage = put_beside(cursor, self._state.platform_schema, self._layout[stub.table], rows)
            parts = {
                "table": self._table(stub.table),
                "stage": stage,
                "columns": comma([sql.Identifier(name) for name in rows.column_names]),
                "key": sql.Identifier(self._layout[stub.table].key),
            }
            unknown = sql.SQL(_UNKNOWN).format(m=sql.Identifier(self._state.schema), **parts)
            keeper.rows(self._layout[stub.table], sql.SQL("{} AS s").format(stage), unknown)
            written += cursor.execute(sql.SQL(_STAND_IN).format(**parts)).rowcount
            cursor.execute(sql.SQL("TRUNCATE {}").format(stage))  # the entity's own rows may be put there
        return written

    def _table(self, name: str) -> sql.Identifier:
        return sql.Identifier(self._state.platform_schema, name)

    # --- connections -------------------------------------------------------------------------------------------------

    @contextmanager
    def _cursor(self, run: "OpenRun", doing: str) -> Iterator[Cursor]:
        """A transaction on a connection that nobody else uses; what fails closes it."""
        connection = self._connection(run)
        try:
            with faults(doing), connection.transaction(), connection.cursor() as cursor:
                yield cursor
        except BaseException:
            if connection.broken:  # the others were lost with it
                self.close()
            with contextlib.suppress(psycopg.Error):
                connection.close()
            raise
        self._idle.append((run.fence, connection))

    def _connection(self, run: "OpenRun") -> Connection:
        with contextlib.suppress(IndexError):
            while True:
                fence, connection = self._idle.pop()
                if fence == run.fence and not connection.closed:
                    return connection
                connection.close()
        return self._state.writer(run)


_STAND_IN = """
INSERT INTO {table} ({columns}) SELECT {columns} FROM {stage} ORDER BY {key} ON CONFLICT ({key}) DO NOTHING
"""
_UNKNOWN = """
o.{key} = s.{key} AND NOT EXISTS (SELECT FROM {m}.crosswalk AS c WHERE c.id = o.{key} AND c.valid_to = 'infinity')
"""
