"""The plain cursor of any DBAPI driver: works everywhere, some ten times slower than a columnar way over ODBC."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from migrate.extract.types import misfit
from migrate.extract.ways import compiled, table_of


class PlainWay:
    """A connection of an engine, read by `fetchmany`."""

    def __init__(self, connection: sa.Connection, block_rows: int) -> None:
        self._connection, self._block_rows = connection, block_rows

    @property
    def driver(self) -> Any:
        """The driver's own connection."""
        return self._connection.connection.driver_connection

    def run(self, statement: str) -> None:
        """See `Way`."""
        cursor = self.driver.cursor()
        try:
            cursor.execute(statement)
        finally:
            cursor.close()

    def value(self, statement: str) -> Any:
        """See `Way`."""
        cursor = self.driver.cursor()
        try:
            cursor.execute(statement)
            return cursor.fetchone()[0]
        finally:
            cursor.close()

    def blocks(self, statement: sa.Select[Any], schema: pa.Schema) -> Iterator[pa.Table]:
        """See `Way`."""
        text, values = compiled(statement, self._connection.dialect)
        names = [column.name for column in statement.selected_columns]
        cursor = self.driver.cursor()
        try:
            cursor.execute(text, values)
            while rows := cursor.fetchmany(self._block_rows):
                columns = zip(*rows, strict=True)
                yield pa.table(
                    [
                        _array(cells, schema, name, table_of(statement))
                        for cells, name in zip(columns, names, strict=True)
                    ],
                    names=names,
                )
        finally:
            cursor.close()

    def close(self) -> None:
        """See `Way`."""
        self._connection.close()

    def drop(self) -> None:
        """See `Way`."""
        self._connection.invalidate()
        self._connection.close()


def _array(cells: tuple[Any, ...], schema: pa.Schema, name: str, table: str) -> pa.Array:
    """Values of a driver in the canonical type, or as the driver gives them."""
    kind = schema.field(name).type
    given = next((type(cell) for cell in cells if cell is not None), None)
    arrives = {str: pa.string(), date: pa.date32()}.get(given, kind)  # type: ignore[arg-type]  # None is in no dict
    try:
        return pa.array(cells, arrives)
    except (pa.ArrowException, OverflowError, ValueError, TypeError):
        raise misfit(table, name, kind) from None
