"""How a column is selected, per database, so that its value arrives unharmed and in a type that Arrow can take.

Each function gets the column's description and its SQL expression, and returns the expression to select.
"""

from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.dialects import mssql as sql_server_types
from sqlalchemy.dialects import mysql as mariadb_types

from migrate.extract.nouns import SourceColumn
from migrate.extract.types import UNSCALED, is_text

Expression = sa.ColumnElement[Any]

_DATETIME2: sa.types.TypeEngine[Any] = sql_server_types.DATETIME2()  # type: ignore[no-untyped-call]  # no types there


def sqlite(column: SourceColumn, expression: Expression) -> Expression:
    """As text: SQLite has no types of its own, any cell may hold anything.

    SQLite keeps a number with a fraction as a binary one, of which the first 15 digits are what was written
    (https://www.sqlite.org/datatype3.html, section 3); its text has just these.
    """
    if column.type != UNSCALED:
        return sa.cast(expression, sa.Text())
    scale: Expression = sa.literal_column(str(UNSCALED.scale))
    fraction = sa.func.typeof(expression) == sa.literal_column("'real'")
    return sa.cast(sa.case((fraction, sa.func.round(expression, scale)), else_=expression), sa.Text())


def postgresql(column: SourceColumn, expression: Expression) -> Expression:
    """Truth values as 0 and 1, binary fractions as exact numbers, instants in UTC, unknown types as text."""
    declared = column.sql_type
    if isinstance(declared, sa.Boolean):
        return sa.cast(expression, sa.Integer())
    if isinstance(declared, sa.Float):
        return sa.cast(expression, sa.Numeric(38, 10))
    if isinstance(declared, sa.DateTime) and declared.timezone:
        return sa.func.timezone(sa.literal_column("'UTC'"), expression)
    return _as_text(column, expression, sa.Text())


def mariadb(column: SourceColumn, expression: Expression) -> Expression:
    """Bits and years as numbers, binary fractions as exact numbers, dates and times as text.

    MariaDB may hold days that do not exist (2004-00-00): over ODBC they would end the process or come as null.
    """
    declared = column.sql_type
    if pa.types.is_timestamp(column.type):
        return sa.cast(expression, sa.CHAR())
    if isinstance(declared, mariadb_types.BIT | mariadb_types.YEAR):
        return sa.cast(expression, mariadb_types.INTEGER())
    if isinstance(declared, sa.Float):
        return sa.cast(expression, sa.Numeric(38, 10))
    if isinstance(declared, sa.JSON):  # is text there already
        return expression
    return _as_text(column, expression, sa.CHAR())


def sql_server(column: SourceColumn, expression: Expression) -> Expression:
    """Money and binary fractions as exact numbers, instants in UTC, identifiers and times of day as text."""
    declared = column.sql_type
    if isinstance(declared, sql_server_types.DATETIMEOFFSET):
        return sa.cast(sa.func.SWITCHOFFSET(expression, sa.literal_column("'+00:00'")), _DATETIME2)
    if isinstance(declared, sa.Boolean):
        return sa.cast(expression, sa.Integer())
    if isinstance(declared, sa.Float | sql_server_types.MONEY | sql_server_types.SMALLMONEY):
        return sa.cast(expression, sa.Numeric(column.type.precision, column.type.scale))
    return _as_text(column, expression, sa.Unicode(4000))


def oracle(column: SourceColumn, expression: Expression) -> Expression:
    """Binary fractions as exact numbers, instants in UTC, intervals as text."""
    declared = column.sql_type
    if isinstance(declared, sa.Float):
        return sa.cast(expression, sa.Numeric(38, 10))
    if isinstance(declared, sa.DateTime) and (
        declared.timezone or getattr(declared, "local_timezone", False)
    ):
        return sa.func.SYS_EXTRACT_UTC(expression)
    return _as_text(column, expression, sa.VARCHAR(4000))


def collate(key: Expression, collation: str) -> Expression:
    """The key, to be compared by that collation."""
    return sa.collate(key, collation)


def collate_mariadb(key: Expression, collation: str) -> Expression:
    """The key in the character set that the collation belongs to, which its name begins with."""
    return sa.collate(sa.cast(key, mariadb_types.VARCHAR(charset=collation.partition("_")[0])), collation)


def _as_text(column: SourceColumn, expression: Expression, text: sa.types.TypeEngine[Any]) -> Expression:
    """Ask the source for the text of what becomes text and is none."""
    if pa.types.is_string(column.type) and not is_text(column.sql_type):
        return sa.cast(expression, text)
    return expression
