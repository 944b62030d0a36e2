"""Canonical types: what a column of any database is in Arrow, and how a driver's values become that.

    text, enumerations, uuid, times of day, JSON    string
    whole numbers of up to 18 digits, truth values  int64 (true is 1)
    numbers with a scale, longer whole numbers      decimal128(p, s)
    binary floating point, numbers without scale    decimal128(38, 10)
    dates and date-times                            timestamp[us]; with a zone: converted to UTC by the source
    anything else                                   binary: such a column exists, but cannot be read

Drivers disagree on nearly all of these; equal data must give equal tables, or fingerprints would lie. A value that
does not fit raises `Drift` with table and column: nothing is wrapped, cut or blanked.
"""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa
from sqlalchemy.dialects import mssql, mysql, oracle
from sqlalchemy.types import TypeEngine

from migrate.errors import Drift
from migrate.extract.nouns import SourceColumn

TIMESTAMP = pa.timestamp("us")
UNSCALED = pa.decimal128(38, 10)
UNREADABLE = pa.binary()

_MONEY = {mssql.MONEY: pa.decimal128(19, 4), mssql.SMALLMONEY: pa.decimal128(10, 4)}
_BINARY = (sa.LargeBinary, sa.types._Binary, mssql.SQL_VARIANT)  # noqa: SLF001  # no public name for RAW, VARBINARY
_TEXT = (sa.String, sa.Enum, sa.Uuid, sa.JSON, sa.Time, sa.Interval, oracle.ROWID)


def canonical_type(declared: TypeEngine[Any]) -> pa.DataType:
    """The canonical type of a column of that SQL type; see the module's table."""
    if isinstance(declared, _BINARY):
        return UNREADABLE
    for money, kind in _MONEY.items():
        if isinstance(declared, money):
            return kind
    if isinstance(declared, sa.Boolean | mysql.YEAR | mysql.BIT):
        return pa.int64()
    if isinstance(declared, sa.Float):
        return UNSCALED
    if isinstance(declared, sa.Numeric):  # before Integer: Oracle's NUMBER is both
        return _number(declared.precision, declared.scale)
    if isinstance(declared, sa.Integer):
        return pa.decimal128(20, 0) if getattr(declared, "unsigned", False) else pa.int64()
    if isinstance(declared, sa.DateTime | sa.Date):
        return TIMESTAMP
    return pa.string()  # also types that SQLAlchemy does not know: the source is asked for their text


def is_text(declared: TypeEngine[Any]) -> bool:
    """True where the database itself keeps text, so that nothing has to be converted."""
    return isinstance(declared, sa.String | sa.Enum) and not isinstance(declared, _BINARY)


def schema_of(columns: Sequence[tuple[str, SourceColumn]]) -> pa.Schema:
    """The schema of a read: the names that were asked for, canonical types."""
    return pa.schema([pa.field(name, column.type) for name, column in columns])


def conform(table: pa.Table, schema: pa.Schema, source_table: str) -> pa.Table:
    """The same rows in exactly that schema, matched by position; raises `Drift` where a value does not fit."""
    if table.schema.types == schema.types:
        return table.rename_columns(schema.names)
    return pa.table(
        [_conform(column, field, source_table) for column, field in zip(table.columns, schema, strict=True)],
        schema=schema,
    )


def misfit(source_table: str, column: str, kind: pa.DataType | str) -> Drift:
    """The error for a column with a value that its declared type does not allow."""
    return Drift(
        f"the source column {source_table}.{column} holds a value that is no {kind}",
        why="the database does not enforce the declared type, or the value is outside what can be kept exactly",
        remedy="have the value corrected at the source, or leave the column out of the mapping",
    )


def _conform(column: pa.ChunkedArray, field: pa.Field, source_table: str) -> pa.ChunkedArray:
    try:
        return _cast(column, field.type)
    except pa.ArrowException:
        raise misfit(source_table, field.name, field.type) from None  # Arrow's message shows the value


def _cast(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    given = column.type
    if given == kind:
        return column
    if pa.types.is_decimal(kind) and pa.types.is_floating(given):
        return pc.round(column, kind.scale).cast(kind)
    if pa.types.is_decimal(kind) and pa.types.is_integer(given):
        return column.cast(pa.decimal128(20, 0)).cast(kind)
    if pa.types.is_integer(kind) and (pa.types.is_string(given) or pa.types.is_large_string(given)):
        return column.cast(pa.decimal128(38, 10)).cast(kind)  # also '7.0', never '7.5'
    return column.cast(kind)


def _number(precision: int | None, scale: int | None) -> pa.DataType:
    if scale is None and precision is None:
        return UNSCALED
    scale = scale or 0
    if precision is None:
        return pa.decimal128(38, scale) if scale > 0 else pa.int64()
    if scale <= 0 and precision - scale <= 18:
        return pa.int64()
    return pa.decimal128(min(max(precision, scale, precision - scale if scale < 0 else 0), 38), max(scale, 0))
