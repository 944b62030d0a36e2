"""A checksum of a row, worked out by the database itself: one way for each.

Each function gets the columns of a row with the SQL expressions that they are read by, and returns an expression: a
whole number that is another one as soon as a value is. It is compared with what the same database said of the same row
before, and with nothing else: so it need not be the same in two of them, and no text has to be brought into one form
first. No value may be cut or rounded on its way into it; a column of which a database can make no checksum has none
(`summable`).
"""

import hashlib
import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.dialects import mssql
from sqlalchemy.dialects import oracle as oracle_types

from migrate.extract.nouns import SourceColumn

Expression = sa.ColumnElement[Any]
Cells = Sequence[tuple[SourceColumn, Expression]]
Checksum = Callable[[Cells], Expression]

SQLITE_FUNCTION = "case_migrate_checksum"


def summable(column: SourceColumn) -> bool:
    """Whether a column can be part of a checksum: not so what cannot be read, and Oracle's long texts."""
    return not (
        pa.types.is_binary(column.type)
        or isinstance(column.sql_type, sa.CLOB | oracle_types.NCLOB | oracle_types.LONG)
    )


def sqlite(cells: Cells) -> Expression:
    """A function that every connection of ours brings along; SQLite has none of its own."""
    return sa.func.case_migrate_checksum(*(sa.cast(cell, sa.LargeBinary()) for _, cell in cells))


def of_values(*values: bytes | None) -> int:
    """What `sqlite` asks for: 40 bits, so that a sum of eight million of them is still a number to SQLite."""
    return int.from_bytes(hashlib.blake2b(repr(values).encode(), digest_size=5).digest(), "big")


def teach(connection: sqlite3.Connection) -> None:
    """Give a connection of SQLite the function."""
    connection.create_function(SQLITE_FUNCTION, -1, of_values, deterministic=True)


def postgresql(cells: Cells) -> Expression:
    """64 bits of the text of the whole row, in which null, '' and every quote are told apart."""
    return sa.func.hashtextextended(sa.cast(sa.func.row(*(cell for _, cell in cells)), sa.Text()), _number(0))


def mariadb(cells: Cells) -> Expression:
    """60 bits of MD5; QUOTE tells null, '' and every quote apart.

    A row that is longer than the server's largest packet has none: it is another one whenever it is asked for.
    """
    quoted = (sa.cast(sa.func.quote(cell), sa.LargeBinary()) for _, cell in cells)
    digits = sa.func.left(sa.func.md5(sa.func.concat_ws(sa.literal_column("','"), *quoted)), _number(15))
    number = sa.cast(sa.func.conv(digits, _number(16), _number(10)), sa.BigInteger())
    return sa.func.coalesce(number, sa.func.uuid_short() % _number(1 << 60))


def sql_server(cells: Cells) -> Expression:
    """56 bits of MD5; every value behind its length, which null does not have."""
    parts: list[Expression] = [sa.cast(sa.literal_column("N''"), mssql.NVARCHAR())]
    for column, cell in cells:
        moment = pa.types.is_timestamp(column.type)
        text = sa.func.convert(sa.literal_column("NVARCHAR(40)"), cell, _number(121)) if moment else cell
        parts += [sa.func.datalength(text), sa.literal_column("N':'"), text]
    digest = sa.func.hashbytes(sa.literal_column("'MD5'"), sa.func.concat(*parts))
    return sa.cast(
        sa.cast(sa.func.substring(digest, _number(1), _number(7)), sa.BigInteger()), sa.Numeric(38, 0)
    )


def oracle(cells: Cells) -> Expression:
    """60 bits of MD5 over the MD5 of every value, since no text may be longer than 4,000 bytes."""
    parts: list[Expression] = [
        sa.func.nvl2(
            cell, sa.func.rawtohex(_oracle_md5(_oracle_text(column, cell))), sa.literal_column("'-'")
        )
        for column, cell in cells
    ]
    row: Expression = parts[0]
    for part in parts[1:]:
        row = row.concat(part)
    digits = sa.func.substr(sa.func.rawtohex(_oracle_md5(row)), _number(1), _number(15))
    return sa.func.to_number(digits, sa.literal_column("'XXXXXXXXXXXXXXX'"))


def _oracle_md5(text: Expression) -> Expression:
    return sa.func.standard_hash(text, sa.literal_column("'MD5'"))


def _oracle_text(column: SourceColumn, cell: Expression) -> Expression:
    """The whole value as text, whatever the session's settings are."""
    if pa.types.is_timestamp(column.type):
        plain = isinstance(column.sql_type, oracle_types.DATE)
        return sa.func.to_char(
            cell, sa.literal_column("'SYYYYMMDDHH24MISS'" if plain else "'SYYYYMMDDHH24MISSFF9'")
        )
    return cell if pa.types.is_string(column.type) else sa.func.to_char(cell)


def _number(value: int) -> Expression:
    return sa.literal_column(str(value))
