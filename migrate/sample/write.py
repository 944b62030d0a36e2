"""Writing the sample into a database: tables first, then rows, then indexes.

One ``Writer`` per kind of database, each by the fastest sane way: COPY into PostgreSQL, one long transaction of
``executemany`` into SQLite, arrays of parameters over ODBC into MariaDB and MySQL, plain ``executemany``
everywhere else. Where the database can, everything is one transaction; elsewhere the tables that were made are
dropped again when the making fails.

What can go wrong: tables that are already there (``Refused``, nothing touched); no connection, or no right to
create tables (``Unreachable``).
"""

from __future__ import annotations

import io
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pyarrow as pa
import pyarrow.csv
import sqlalchemy as sa
from sqlalchemy.schema import CreateIndex, CreateSchema, CreateTable, DropTable

from migrate.errors import Refused, Unreachable
from migrate.sample.frame import Rows
from migrate.sample.schema import metadata


class Writer(ABC):
    """Writes rows through one connection."""

    def __init__(self, connection: sa.Connection, tables: sa.MetaData) -> None:
        self.connection = connection
        self.metadata = tables
        self.tables = {table.name: table for table in tables.sorted_tables}

    @abstractmethod
    def write(self, rows: Rows) -> None:
        """Append these rows to their table."""

    def finish(self) -> None:
        """Make the indexes, when all rows are written; commit."""
        _finish(self.connection, self.metadata)
        self.connection.commit()

    def named(self, name: str) -> str:
        """The quoted name of a table, with its schema."""
        return str(self.connection.dialect.identifier_preparer.format_table(self.tables[name]))

    def quoted(self, columns: list[str]) -> str:
        """Quoted column names with commas between."""
        quote = self.connection.dialect.identifier_preparer.quote_identifier
        return ", ".join(quote(column) for column in columns)


class PostgresWriter(Writer):
    """COPY of CSV that Arrow writes; frozen, since the table was made in the same transaction."""

    def write(self, rows: Rows) -> None:
        """One COPY."""
        table = rows.to_arrow()
        text = io.BytesIO()
        pyarrow.csv.write_csv(table, text, pyarrow.csv.WriteOptions(include_header=False))
        into = f"{self.named(rows.table.name)} ({self.quoted(table.column_names)})"
        statement = f"COPY {into} FROM STDIN (FORMAT csv, FREEZE)"
        driver: Any = self.connection.connection.driver_connection
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            copy.write(text.getbuffer())


class SqliteWriter(Writer):
    """``executemany``; times and decimals as the text that SQLAlchemy's own types would write."""

    def write(self, rows: Rows) -> None:
        """One ``executemany``."""
        table = rows.to_arrow()
        columns = [_as_text(column).to_pylist() for column in table.columns]
        marks = ", ".join("?" * len(columns))
        statement = (
            f"INSERT INTO {self.named(rows.table.name)} ({self.quoted(table.column_names)}) VALUES ({marks})"
        )
        driver: Any = self.connection.connection.driver_connection
        driver.executemany(statement, zip(*columns, strict=True))


def _as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_timestamp(column.type):
        return column.cast(pa.timestamp("us")).cast(pa.string())
    return column.cast(pa.string()) if pa.types.is_decimal(column.type) else column


class OdbcWriter(Writer):
    """Arrays of parameters over ODBC, from Arrow, on a connection of its own."""

    def __init__(self, connection: sa.Connection, tables: sa.MetaData) -> None:
        super().__init__(connection, tables)
        arguments, _ = connection.dialect.create_connect_args(connection.engine.url)
        self._connection_string = arguments[0]

    def write(self, rows: Rows) -> None:
        """Arrays of 2,000 parameters."""
        from arrow_odbc import insert_into_table

        insert_into_table(
            reader=rows.to_arrow().to_reader(max_chunksize=2_000),
            chunk_size=2_000,
            table=self.named(rows.table.name),
            connection_string=self._connection_string,
        )


class PlainWriter(Writer):
    """``executemany`` through SQLAlchemy: works everywhere, fast nowhere."""

    def write(self, rows: Rows) -> None:
        """Batches of 5,000 rows."""
        statement = sa.insert(self.tables[rows.table.name])
        for batch in rows.to_arrow().to_batches(max_chunksize=5_000):
            self.connection.execute(statement, batch.to_pylist())


WRITERS: dict[str, type[Writer]] = {
    "postgresql": PostgresWriter,
    "sqlite": SqliteWriter,
    "mariadb": OdbcWriter,
    "mysql": OdbcWriter,
}
_ONE_TRANSACTION = ("postgresql", "sqlite")


@contextmanager
def legacy_database(engine: sa.Engine, schema: str | None, replace: bool) -> Iterator[Writer]:
    """Empty legacy tables to write to; what is not finished on leaving is undone."""
    dialect = engine.dialect.name
    tables = metadata(None if dialect == "sqlite" else schema)
    try:
        connection = engine.connect()
    except sa.exc.DBAPIError as error:
        raise Unreachable(
            "cannot connect to the database for the sample",
            why=type(error.orig).__name__ if error.orig else "no answer",
            remedy="check that the server runs, and that the URL names a database and a role that may create tables",
        ) from None
    with connection:
        present = _present(connection, tables, schema)
        if present and not replace:
            raise Refused(
                f"the database already holds {len(present)} of the sample's tables, {present[0].name} for one",
                why="making the sample would mix two sets of data",
                remedy="name an empty database or schema, or ask for the tables to be replaced",
            )
        connection.rollback()
        _begin(connection)
        try:
            _create(connection, tables, present, schema)
            yield WRITERS.get(dialect, PlainWriter)(connection, tables)
        except sa.exc.DBAPIError as error:
            _undo(connection, tables)
            raise Unreachable(
                "the database refused a statement while the sample was made; nothing of it was kept",
                why=type(error.orig).__name__ if error.orig else "",
                remedy="check that the role may create tables and indexes there, and that there is room on the disk",
            ) from None
        except BaseException:
            _undo(connection, tables)
            raise


def _undo(connection: sa.Connection, tables: sa.MetaData) -> None:
    """Back to how it was; where the database cannot roll tables back, they are dropped."""
    with suppress(sa.exc.DBAPIError):
        connection.rollback()
        if connection.dialect.name not in _ONE_TRANSACTION:
            tables.drop_all(connection)
            connection.commit()


def _present(connection: sa.Connection, tables: sa.MetaData, schema: str | None) -> list[sa.Table]:
    inspector = sa.inspect(connection)
    schema = None if connection.dialect.name == "sqlite" else schema
    if schema is not None and not inspector.has_schema(schema):
        return []
    names = {name.casefold() for name in inspector.get_table_names(schema)}
    return [table for table in tables.sorted_tables if table.name.casefold() in names]


def _begin(connection: sa.Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA synchronous = OFF")
        connection.rollback()
        connection.exec_driver_sql("BEGIN")
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
        connection.exec_driver_sql("SET LOCAL maintenance_work_mem = '128MB'")
        connection.exec_driver_sql("SET LOCAL default_statistics_target = 20")


def _create(
    connection: sa.Connection, tables: sa.MetaData, present: list[sa.Table], schema: str | None
) -> None:
    for table in present:
        connection.execute(DropTable(table))
    makes_schemas = connection.dialect.name in ("postgresql", "mssql")
    if schema is not None and makes_schemas and not sa.inspect(connection).has_schema(schema):
        connection.execute(CreateSchema(schema))
    for table in tables.sorted_tables:
        connection.execute(CreateTable(table))
    if connection.dialect.name not in _ONE_TRANSACTION:
        connection.commit()


def _finish(connection: sa.Connection, tables: sa.MetaData) -> None:
    for table in tables.sorted_tables:
        if connection.dialect.name in ("mysql", "mariadb"):
            connection.exec_driver_sql(_all_indexes(connection, table))
            continue
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            connection.execute(CreateIndex(index))
    if connection.dialect.name in ("postgresql", "sqlite"):
        name = connection.dialect.identifier_preparer.format_table
        for table in tables.sorted_tables:
            connection.exec_driver_sql(f"ANALYZE {name(table)}")


def _all_indexes(connection: sa.Connection, table: sa.Table) -> str:
    """One statement for all indexes of a table: MariaDB then reads the table once, not once for each."""
    names = connection.dialect.identifier_preparer
    parts = []
    for index in sorted(table.indexes, key=lambda index: str(index.name)):
        columns = ", ".join(names.quote_identifier(column.name) for column in index.columns)
        kind = "UNIQUE INDEX" if index.unique else "INDEX"
        parts.append(f"ADD {kind} {names.quote_identifier(str(index.name))} ({columns})")
    return f"ALTER TABLE {names.format_table(table)} {', '.join(parts)}"
