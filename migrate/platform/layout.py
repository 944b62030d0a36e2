"""The platform's shape as plain values (`migrate.model.Layout`), for mapping, transform and load.

In: the SQLAlchemy tables. Out: for every table its key, its aggregate's root, and each column's Arrow type, width and
code list. Those who map and load rows need no more, and so any other set of tables can take the platform's place.
"""

from functools import cache
from types import MappingProxyType

import pyarrow as pa
from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Integer, Numeric, SmallInteger, String, Table, Text, Uuid

from migrate.model import Layout, TargetColumn, TargetTable
from migrate.platform import code_list_of, tables


@cache
def layout() -> Layout:
    """All platform tables but the code tables, parents before children."""
    return MappingProxyType({name: describe(table) for name, table in tables().items() if not name.startswith("code_")})


def describe(table: Table) -> TargetTable:
    """One SQLAlchemy table as a TargetTable; its primary key must be a single column."""
    (key,) = table.primary_key.columns
    columns = {column.name: _column(column) for column in table.columns}
    return TargetTable(table.name, key.name, table.info.get("root"), table.info.get("root_id"), MappingProxyType(columns))


def _column(column: Column[object]) -> TargetColumn:
    # A column that the database fills by itself may stay empty in a mapping.
    nullable = bool(column.nullable) or column.server_default is not None
    width = column.type.length if isinstance(column.type, String) and not isinstance(column.type, Text) else None
    return TargetColumn(column.name, _arrow_type(column), nullable, width, code_list_of(column))


def _arrow_type(column: Column[object]) -> pa.DataType:
    match column.type:
        case Uuid():
            return pa.binary(16)
        case String():  # Text too
            return pa.string()
        case Boolean():
            return pa.bool_()
        case DateTime():
            return pa.timestamp("us", "UTC")
        case Date():
            return pa.date32()
        case BigInteger():
            return pa.int64()
        case SmallInteger():
            return pa.int16()
        case Integer():
            return pa.int32()
        case Numeric(precision=precision, scale=scale):
            return pa.decimal128(precision or 38, scale or 0)
    raise TypeError(f"{column.table.name}.{column.name}: no Arrow type for {column.type!r}")
