"""SQLite: rows as JSON text, made by SQLite and parsed by Arrow without Python's lock; twice the plain cursor.

ADBC's driver is faster still, but brings a second copy of SQLite into the process. SQLite's locks belong to the
process, so that closing a file in one copy drops the locks of the other: a reader could then see a half-written
page (https://www.sqlite.org/howtocorrupt.html, section 2.2.1).
"""

from collections.abc import Iterator
from operator import itemgetter
from typing import Any

import pyarrow as pa
import pyarrow.json
import sqlalchemy as sa

from migrate.extract.ways import compiled
from migrate.extract.ways.plain import PlainWay

COLUMNS = 60
"""A function of SQLite takes 127 arguments: a name and a value per column."""


class JsonWay(PlainWay):
    """A connection of the module sqlite3; every column arrives as text, see `expressions.sqlite`."""

    def blocks(self, statement: sa.Select[Any], schema: pa.Schema) -> Iterator[pa.Table]:
        """See `Way`."""
        columns: list[Any] = list(statement.selected_columns)
        groups = [columns[start : start + COLUMNS] for start in range(0, len(columns), COLUMNS)]
        objects = [_object(group) for group in groups]
        text, values = compiled(
            statement.with_only_columns(*objects, maintain_column_froms=True), self._connection.dialect
        )
        cursor = self.driver.cursor()
        try:
            cursor.execute(text, values)
            while rows := cursor.fetchmany(self._block_rows):
                parts = [
                    _parse("\n".join(map(itemgetter(position), rows)), len(group))
                    for position, group in enumerate(groups)
                ]
                yield pa.table([column for part in parts for column in part.columns], names=schema.names)
        finally:
            cursor.close()


def _object(columns: list[Any]) -> sa.ColumnElement[Any]:
    pairs: list[tuple[Any, Any]] = [
        (sa.literal_column(f"'{number}'"), column.element) for number, column in enumerate(columns)
    ]
    return sa.func.json_object(*[part for pair in pairs for part in pair])


def _parse(lines: str, width: int) -> pa.Table:
    text = lines.encode()
    return pyarrow.json.read_json(
        pa.BufferReader(text),
        pyarrow.json.ReadOptions(use_threads=False, block_size=len(text) + 1),
        pyarrow.json.ParseOptions(
            explicit_schema=pa.schema([(str(number), pa.string()) for number in range(width)]),
            unexpected_field_behavior="error",
        ),
    )
