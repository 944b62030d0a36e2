"""ODBC: arrow-odbc, which lets the driver fill whole columns at once; eight to nine times pyodbc's cursor.

It opens its own connection with pyodbc's connection string and keeps its snapshot there. The driver is told how much
room a text needs: the declared length, and for long text a guess that grows until everything fits, because the
driver reports what it could not deliver whole. Nothing is ever cut.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import arrow_odbc
import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine import Dialect as SqlDialect

from migrate.extract.dialects import CONNECT_SECONDS
from migrate.extract.listening import Listener
from migrate.extract.ways import compiled

BUFFER_BYTES = 8 * 2**20
"""Room for one fetch; measured: more is not faster."""

TEXT_BYTES = 4 * 1024
LARGEST_TEXT = 2**30

_TOO_LARGE = "too large to be written into the allocated buffer"


class OdbcWay:
    """A connection of arrow-odbc.

    listener: waits for the server.
    dialect:  of the engine that makes the statements.
    seconds:  bound of a statement that the driver shall enforce; None where the server does.
    wide:     text travels as UTF-16 (SQL Server), not as UTF-8.
    """

    def __init__(
        self,
        connection_string: str,
        listener: Listener,
        dialect: SqlDialect,
        block_rows: int,
        *,
        seconds: int | None,
        wide: bool,
    ) -> None:
        self._connection: arrow_odbc.Connection | None = arrow_odbc.connect(
            connection_string, login_timeout_sec=CONNECT_SECONDS
        )
        self._listener = listener
        self._dialect, self._block_rows, self._seconds = dialect, block_rows, seconds
        self._largest: dict[tuple[str, ...], int] = {}  # what the texts of a table turned out to need
        self._encoding = arrow_odbc.TextEncoding.UTF16 if wide else arrow_odbc.TextEncoding.AUTO

    def run(self, statement: str) -> None:
        """See `Way`."""
        self._listener.call(self._open.execute, statement)

    def value(self, statement: str) -> Any:
        """See `Way`."""
        return self._listener.call(self._value, statement)

    def _value(self, statement: str) -> Any:
        batch = next(
            iter(
                self._open.read_arrow_batches(
                    statement, batch_size=1, max_text_size=1024, fetch_concurrently=False
                )
            )
        )
        return batch.column(0)[0].as_py()

    def blocks(self, statement: sa.Select[Any], schema: pa.Schema) -> Iterator[pa.Table]:
        """See `Way`."""
        query, values = compiled(statement, self._dialect)
        parameters = [
            value if isinstance(value, str) else format(value, "f" if isinstance(value, Decimal) else "")
            for value in values
        ]
        texts = [isinstance(column.type, sa.String) for column in statement.selected_columns]
        wanted = pa.schema(
            [
                field.with_type(pa.string()) if text else field
                for field, text in zip(schema, texts, strict=True)
            ]
        )
        yield from self._fitting(query, parameters, wanted)

    def _fitting(self, query: str, parameters: list[str], wanted: pa.Schema) -> list[pa.Table]:
        """All rows, read again with more room for long text as long as a value does not fit.

        They are held together until the last has arrived: the same row must not be handed over twice.
        """
        columns = tuple(wanted.names)
        while True:
            largest = self._largest.get(columns, TEXT_BYTES)
            try:
                return self._listener.call(self._read, query, parameters, wanted, largest)
            except arrow_odbc.Error as error:
                if _TOO_LARGE not in str(error) or largest >= LARGEST_TEXT:
                    raise
                self._largest[columns] = largest * 16

    def _read(self, query: str, parameters: list[str], wanted: pa.Schema, largest: int) -> list[pa.Table]:
        texts = sum(pa.types.is_string(kind) for kind in wanted.types)
        batches = self._open.read_arrow_batches(
            query,
            batch_size=self._block_rows,
            parameters=parameters or None,
            max_bytes_per_batch=max(BUFFER_BYTES, 2 * texts * largest if largest > TEXT_BYTES else 0),
            max_text_size=largest,
            schema=wanted,
            fetch_concurrently=False,  # fails with MariaDB's driver
            query_timeout_sec=self._seconds,
            payload_text_encoding=self._encoding,
        )
        return [pa.Table.from_batches([batch], wanted) for batch in batches]

    def close(self) -> None:
        """See `Way`."""
        self._connection = None  # arrow-odbc disconnects with the last reference

    drop = close

    @property
    def _open(self) -> arrow_odbc.Connection:
        assert self._connection is not None, "closed"
        return self._connection
