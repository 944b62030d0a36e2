"""An SQL database as a Source: control queries through SQLAlchemy, reads through the database's fastest Way.

Control queries (catalogue, clock, counts, borders) run one by one in autocommit; reads run in a snapshot on a
connection of their own. Every connection is made read-only and bounded before its first statement.
"""

import logging
import re
import time
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa
from pyarrow.types import is_string

from migrate.conditions import Condition
from migrate.errors import Drift, MigrateError, Transient, Unreachable
from migrate.extract.catalogue import Catalogue
from migrate.extract.dialects import Fast, dialect_of
from migrate.extract.engine import fill, make_engine, odbc_string, read_url
from migrate.extract.listening import Listener
from migrate.extract.nouns import Examination, Reader, SourceColumn, SourceSchema, SourceTable
from migrate.extract.statements import PART, ROWS, SUM, VERSION, Statements
from migrate.extract.trouble import Cause, cause_of, explained, of_driver, place_of
from migrate.extract.types import conform, schema_of
from migrate.extract.ways import Way
from migrate.extract.ways.plain import PlainWay
from migrate.model import KeyRange

log = logging.getLogger(__name__)


class SqlSource:
    """See `migrate.extract.connect` and the protocol `Source`."""

    def __init__(
        self, url: str, schema: str | None, *, block_rows: int, statement_seconds: int, plain: bool
    ) -> None:
        self.url = read_url(url)
        self.dialect = dialect_of(self.url.get_backend_name())
        self.place = place_of(
            self.url, driver=self.dialect.driver, right=self.dialect.right, causes=self.dialect.causes
        )
        self.schema, self.block_rows, self.seconds, self.plain = schema, block_rows, statement_seconds, plain
        with explained(self.place, "connect"):
            self.engine = make_engine(self.url, self.dialect, statement_seconds)
            with self.engine.connect():
                pass
        self._catalogue = Catalogue(self.engine, self.dialect, schema)
        self._statements = Statements(self.dialect, schema)

    def catalogue(self, tables: Collection[str] | None = None) -> dict[str, SourceTable]:
        """See `Source`."""
        with explained(self.place, "read the catalogue"):
            return self._catalogue.tables(tables)

    def describe(self, tables: Collection[str]) -> SourceSchema:
        """See `Source`."""
        found = self.catalogue(tables)
        with explained(self.place, "examine the schema"), self.engine.connect() as connection:
            settings = {
                name: str(connection.exec_driver_sql(statement).scalar_one())
                for name, statement in self.dialect.settings.items()
            }
            hidden = [SourceTable(name, {}) for name in tables if name.upper() not in found]
            if denied := self._denied(connection, list(found.values()), hidden):
                raise Unreachable(
                    f"could not read {', '.join(denied)}: {self.place}",
                    why="the role may not do this",
                    remedy=self.place.right,
                )
        return SourceSchema(found, self._catalogue.names, settings)

    def table(self, name: str) -> SourceTable:
        """One table by upper-case name; raises `Drift` if there is none."""
        with explained(self.place, "read the catalogue"):
            return self._catalogue.table(name)

    def clock(self) -> datetime:
        """See `Source`."""
        with explained(self.place, "ask for the time"), self.engine.connect() as connection:
            return _naive_utc(connection.exec_driver_sql(self.dialect.clock).scalar_one())

    def count(self, table: str, where: Condition | None = None) -> int:
        """See `Source`."""
        statement = self._statements.count(self.table(table), where)
        with explained(self.place, f"count the rows of {table}"), self.engine.connect() as connection:
            return int(connection.execute(statement).scalar_one())

    def filled(self, tables: Collection[str]) -> set[str]:
        """See `Source`."""
        names = list(tables)
        if not names:
            return set()
        statement = self._statements.filled([self.table(name) for name in names])
        with (
            explained(self.place, f"look for rows of {', '.join(names)}"),
            self.engine.connect() as connection,
        ):
            return {names[int(position)] for position in connection.execute(statement).scalars()}

    def boundaries(
        self,
        table: str,
        column: str,
        every: int,
        *,
        without: str | None = None,
        where: Condition | None = None,
    ) -> list[str]:
        """See `Source`."""
        if every < 1:
            raise ValueError(f"every must be at least 1, not {every}")
        statement = self._statements.boundaries(self.table(table), column, every, without, where)
        with (
            explained(self.place, f"ask for the borders of {table}.{column}"),
            self.engine.connect() as connection,
        ):
            return list(dict.fromkeys(str(border) for border in connection.execute(statement).scalars()))

    @contextmanager
    def snapshot(self, shared: str | None = None) -> Iterator[Reader]:
        """See `Source`."""
        if shared is not None and self.dialect.share is None:
            raise ValueError(f"{self.dialect.name} cannot share a snapshot")
        with self._seen(self._way, shared) as reader:
            yield reader

    @contextmanager
    def instant(self) -> Iterator[tuple[Reader, sa.Connection]]:
        """A snapshot, and its connection: statements of one's own see there what the reader sees, to the row."""
        with explained(self.place, "connect"), self.engine.connect() as connection:
            way = PlainWay(connection, self.block_rows)
            with self._seen(lambda: way, None) as reader:
                yield reader, connection

    @contextmanager
    def _seen(self, way_there: Callable[[], Way], shared: str | None) -> Iterator[Reader]:
        with explained(self.place, "open a snapshot"):
            started = self.clock()
            way = way_there()
        try:
            with explained(self.place, "open a snapshot"):
                token = self._begin(way, shared)
            yield SqlReader(self, way, started, token)
        finally:
            self._end(way)

    def check(self, keys: Collection[tuple[str, str]] = ()) -> list[Examination]:
        """See `Source`."""
        from migrate.extract.examine import examine

        return examine(self, keys)

    def close(self) -> None:
        """See `Source`."""
        self.engine.dispose()

    def session(self) -> Iterator[str]:
        """The statements that make a connection read-only and bounded."""
        return (fill(statement, self.seconds) for statement in self.dialect.session)

    def _denied(
        self, connection: sa.Connection, told: Sequence[SourceTable], hidden: Sequence[SourceTable]
    ) -> list[str]:
        """Names of the tables that the role may not read; all that the catalogue tells of in one question."""
        if self._allowed(connection, told):
            told = ()
        return [table.name for table in (*told, *hidden) if not self._allowed(connection, [table])]

    def _allowed(self, connection: sa.Connection, tables: Sequence[SourceTable]) -> bool:
        try:
            if tables:
                connection.execute(self._statements.nothing(tables))
        except sa.exc.DBAPIError as error:
            cause = cause_of(error, self.place)
            if cause is Cause.RIGHT:
                return False
            if cause is not Cause.MISSING:
                raise
        return True

    def _begin(self, way: Way, shared: str | None) -> str | None:
        """Open the snapshot, or join the shared one; its token, where the database has tokens."""
        token = shared
        for statement in self.dialect.begin if shared is None else self.dialect.adopt:
            way.run(statement.replace("{token}", _token(shared)))
        if shared is None and self.dialect.share is not None:
            token = str(way.value(self.dialect.share))
        return token

    def _end(self, way: Way) -> None:
        """Leave the transaction; a connection that does not answer any more is dropped, and the transaction with it."""
        try:
            for statement in self.dialect.end:
                way.run(statement)
        except Exception as error:
            if not of_driver(error):
                raise
            way.drop()
        else:
            way.close()

    def _way(self) -> Way:
        if self.plain or self.url.get_driver_name() != self.dialect.package:
            return PlainWay(self.engine.connect(), self.block_rows)
        match self.dialect.fast:
            case Fast.COPY:
                from migrate.extract.ways.copy import CopyWay

                return CopyWay(self.engine.connect(), self.block_rows)
            case Fast.JSON:
                from migrate.extract.ways.json import JsonWay

                return JsonWay(self.engine.connect(), self.block_rows)
            case Fast.FRAMES:
                from migrate.extract.ways.frames import FramesWay

                return FramesWay(self.engine.connect(), self.block_rows)
            case Fast.ODBC:
                return self._odbc()

    def _odbc(self) -> Way:
        try:
            from migrate.extract.ways.odbc import OdbcWay
        except (ImportError, OSError):
            log.warning(
                "arrow-odbc is not usable here; reading through the plain cursor, which is some nine times slower"
            )
            self.plain = True
            return self._way()
        string = odbc_string(self.url, self.dialect, self.seconds)
        way = OdbcWay(
            string,
            Listener(string, self.dialect),
            self.engine.dialect,
            self.block_rows,
            seconds=self.seconds if self.dialect.driver_bounds else None,
            wide=self.dialect.name == "mssql",
        )
        for statement in self.session():
            way.run(statement)
        return way


class SqlReader:
    """See `Reader`; opened by `SqlSource.snapshot`."""

    def __init__(self, source: SqlSource, way: Way, started: datetime, shared: str | None) -> None:
        self.started, self.shared = started, shared
        self._source, self._way = source, way
        self._statements = Statements(source.dialect, source.schema, shared)
        self._opened = time.monotonic()

    @property
    def age(self) -> float:
        """See `Reader`."""
        return time.monotonic() - self._opened

    def rows(
        self,
        table: str,
        columns: Sequence[str],
        by: str,
        within: KeyRange,
        *,
        like: tuple[str, str] | None = None,
        where: Condition | None = None,
    ) -> pa.Table:
        """See `Reader`."""
        found = self._source.table(table)
        collation = self._order(found, by, like)
        return self._all(found, columns, self._statements.rows(found, columns, by, within, collation, where))

    def rows_by_keys(
        self,
        table: str,
        columns: Sequence[str],
        by: str,
        keys: pa.Array,
        *,
        where: Condition | None = None,
    ) -> pa.Table:
        """See `Reader`."""
        found = self._source.table(table)
        names = list(dict.fromkeys([*columns, by]))
        wanted = _keys(keys.drop_null().unique(), table, found.column(by))
        empty = schema_of([(name, found.column(name)) for name in names]).empty_table()
        chunks = _chunks(wanted.sort(), self._source.dialect.keys_at_once)
        reads = (self._statements.rows_by_keys(found, names, by, chunk, where) for chunk in chunks)
        rows = pa.concat_tables([empty, *(self._all(found, names, read) for read in reads)])
        # A collation may find more than equal keys: other case, other accents, blanks behind.
        return rows.filter(pc.is_in(rows.column(by), value_set=wanted)).select(columns).combine_chunks()

    def rows_without(
        self,
        table: str,
        columns: Sequence[str],
        by: str,
        *,
        key: str | None = None,
        within: KeyRange = KeyRange(),  # noqa: B008  # frozen
    ) -> Iterator[pa.Table]:
        """See `Reader`."""
        found = self._source.table(table)
        return self._blocks(found, columns, self._statements.rows_without(found, columns, by, key, within))

    def changed(self, table: str, by: str, stamps: Sequence[str], since: datetime) -> Generator[pa.Array]:
        """See `Reader`."""
        found = self._source.table(table)
        for block in self._blocks(found, [by], self._statements.changed(found, by, stamps, since)):
            yield block.column(0).combine_chunks()

    def measured(
        self,
        table: str,
        by: str,
        stamps: Sequence[str],
        version: str | None,
        within: KeyRange,
        *,
        like: tuple[str, str] | None = None,
        where: Condition | None = None,
    ) -> pa.Table:
        """See `Reader`."""
        found = self._source.table(table)
        collation = self._order(found, by, like)
        statement = self._statements.measured(found, by, stamps, version, within, collation, where)
        counts = [pa.field(name, pa.int64()) for name in (ROWS, VERSION)]
        pointer, *latest = schema_of([(name, found.column(name)) for name in (by, *stamps)])
        return self._read(found, pa.schema([pointer, *counts, *latest]), statement)

    def checksums(self, table: str, columns: Sequence[str], by: str, parts: int) -> pa.Table:
        """See `Reader`."""
        found = self._source.table(table)
        schema = pa.schema([(PART, pa.int64()), (ROWS, pa.int64()), (SUM, pa.string())])
        return self._read(found, schema, self._statements.checksums(found, columns, by, parts))

    def in_parts(self, table: str, column: str, by: str, parts: int, chosen: pa.Array) -> Generator[pa.Array]:
        """See `Reader`."""
        found = self._source.table(table)
        for numbers in _chunks(chosen, self._source.dialect.keys_at_once):
            statement = self._statements.in_parts(found, column, by, parts, numbers)
            for block in self._blocks(found, [column], statement):
                yield block.column(0).combine_chunks().unique()

    def _order(self, table: SourceTable, by: str, like: tuple[str, str] | None) -> str | None:
        """The collation in whose order ranges of `by` are meant; None for the column's own."""
        if like is None:
            return None
        ordered = self._source.table(like[0]).column(like[1])
        if is_string(ordered.type) != is_string(table.column(by).type):
            raise _no_common_order(f"{table.name.upper()}.{by}", ".".join(like))
        return ordered.collation

    def _all(self, table: SourceTable, columns: Sequence[str], statement: sa.Select[Any]) -> pa.Table:
        return self._read(table, schema_of([(name, table.column(name)) for name in columns]), statement)

    def _blocks(
        self, table: SourceTable, columns: Sequence[str], statement: sa.Select[Any]
    ) -> Iterator[pa.Table]:
        return self._stream(table, schema_of([(name, table.column(name)) for name in columns]), statement)

    def _read(self, table: SourceTable, schema: pa.Schema, statement: sa.Select[Any]) -> pa.Table:
        return pa.concat_tables(
            [schema.empty_table(), *self._stream(table, schema, statement)]
        ).combine_chunks()

    def _stream(self, table: SourceTable, schema: pa.Schema, statement: sa.Select[Any]) -> Iterator[pa.Table]:
        if self.age > self._source.seconds:
            raise Transient(
                f"the snapshot of the {self._source.place} is older than {self._source.seconds} seconds: open a new one"
            )
        with explained(self._source.place, f"read {table.name}"), self._falling_back(table):
            for block in self._way.blocks(statement, schema):
                yield conform(block, schema, table.name)

    @contextmanager
    def _falling_back(self, table: SourceTable) -> Iterator[None]:
        """Where arrow-odbc cannot read what the plain cursor may, go on with that, in a new snapshot."""
        try:
            yield
        except Exception as error:
            ours = isinstance(error, MigrateError) or not type(error).__module__.startswith("arrow_odbc")
            if ours or cause_of(error, self._source.place):
                raise
            log.warning(
                "arrow-odbc cannot read %s; from now on the plain cursor reads, which is some nine times slower",
                table.name,
            )
            self._source.plain = True
            raise Transient(
                f"{table.name} has to be read through the plain cursor: open a new snapshot"
            ) from None


def _no_common_order(pointer: str, key: str) -> Drift:
    return Drift(
        f"{pointer} and {key} cannot be read side by side: one is text, the other a number",
        why="both are read by ranges of one key, and text is ordered otherwise than numbers: 10 stands before 9",
        remedy="have a view that casts one of them, and name it in the mapping",
    )


def _keys(keys: pa.Array, table: str, column: SourceColumn) -> pa.Array:
    """Keys in the type of the column that they are looked for in."""
    try:
        return keys.cast(column.type)
    except pa.ArrowInvalid:
        raise Drift(
            f"{table}.{column.name} holds numbers, and what points at it holds text that is no number",
            remedy="read this member by a column that holds keys of the one it is found through",
        ) from None


def _naive_utc(moment: Any) -> datetime:
    """The clock's answer; SQLite gives text."""
    found = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    assert isinstance(found, datetime)
    return found.astimezone(UTC).replace(tzinfo=None) if found.tzinfo else found


def _token(shared: str | None) -> str:
    """The token for a statement; a server's tokens are hexadecimal groups."""
    if shared is not None and not re.fullmatch(r"[0-9A-Fa-f-]{1,64}", shared):
        raise ValueError("this is no token of a snapshot")
    return shared or ""


def _chunks(keys: pa.Array, size: int) -> Iterator[list[Any]]:
    return (keys.slice(start, size).to_pylist() for start in range(0, len(keys), size))
