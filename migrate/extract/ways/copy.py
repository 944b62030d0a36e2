"""PostgreSQL: COPY ... TO STDOUT as CSV, parsed by Arrow; four times the plain cursor.

CSV tells null (nothing) from '' (two quotation marks), so every text survives. It runs on an ordinary psycopg
connection and therefore in its snapshot. COPY takes no parameters from the server's point of view: psycopg quotes
the values itself.
"""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from migrate.extract.types import misfit
from migrate.extract.ways import compiled, table_of
from migrate.extract.ways.plain import PlainWay
from migrate.postgres import copied, parsed


class CopyWay(PlainWay):
    """A psycopg connection of an engine, read by COPY."""

    def blocks(self, statement: sa.Select[Any], schema: pa.Schema) -> Iterator[pa.Table]:
        """See `Way`; blocks of some 1 MB of text."""
        text, values = compiled(statement, self._connection.dialect)
        if not values:  # then psycopg takes the text as it is, and SQLAlchemy has doubled every %
            text = text.replace("%%", "%")
        with self.driver.cursor() as cursor:
            for piece in copied(cursor, f"COPY ({text}) TO STDOUT (FORMAT csv)", values or None):
                yield parse(piece, schema, table_of(statement))


def parse(text: bytes | bytearray, schema: pa.Schema, table: str) -> pa.Table:
    """Rows of PostgreSQL's CSV in exactly that schema; raises `Drift` where a value does not fit its type."""
    try:
        return parsed(text, schema)
    except pa.ArrowInvalid:  # its message shows the value; find the column for our own
        texts = parsed(text, pa.schema([(name, pa.string()) for name in schema.names]))
        for field in schema:
            try:
                texts.column(field.name).cast(field.type)
            except pa.ArrowInvalid:
                raise misfit(table, field.name, field.type) from None
        raise
