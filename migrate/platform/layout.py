"""The platform's shape as plain values (`migrate.model.Layout`), for mapping, transform and load.

In: the SQLAlchemy tables. Out: for every table its key, its aggregate's root, and each column's Arrow type, width,
code list and smallest number. Those who map and load rows need no more, and so any other set of tables can take the
platform's place.
"""

from dataclasses import replace
from functools import cache
from types import MappingProxyType

import pyarrow as pa
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Integer,
    Numeric,
    SmallInteger,
    String,
    Table,
    Text,
    Uuid,
)

from migrate.model import Layout, TargetColumn, TargetTable
from migrate.platform import code_list_of, tables

# The first that fits: Text is a String; the wide and the narrow number are Integers.
_ARROW: tuple[tuple[type, pa.DataType], ...] = (
    (Uuid, pa.binary(16)),
    (String, pa.string()),
    (Boolean, pa.bool_()),
    (DateTime, pa.timestamp("us", "UTC")),
    (Date, pa.date32()),
    (BigInteger, pa.int64()),
    (SmallInteger, pa.int16()),
    (Integer, pa.int32()),
)


@cache
def layout() -> Layout:
    """All platform tables but the code tables, parents before children."""
    return MappingProxyType(
        {name: describe(table) for name, table in tables().items() if "code_list" not in table.info}
    )


def describe(table: Table) -> TargetTable:
    """One SQLAlchemy table as a TargetTable; its primary key must be a single column."""
    (key,) = table.primary_key.columns
    rules = [rule.info for rule in table.constraints]
    least = {name: value for rule in rules for name, value in rule.get("least", {}).items()}
    elsewhere = {rule.get("elsewhere") for rule in rules}
    columns = {
        column.name: replace(
            _column(column), least=least.get(column.name), elsewhere=column.name in elsewhere
        )
        for column in table.columns
    }
    return TargetTable(
        table.name, key.name, table.info.get("root"), table.info.get("root_id"), MappingProxyType(columns)
    )


def _column(column: Column[object]) -> TargetColumn:
    # A column that the database fills by itself may stay empty in a mapping.
    nullable = bool(column.nullable) or column.server_default is not None
    width = (
        column.type.length if isinstance(column.type, String) and not isinstance(column.type, Text) else None
    )
    codes = code_list_of(column)
    points_at = None if codes else next((key.column.table.name for key in column.foreign_keys), None)
    return TargetColumn(column.name, _arrow_type(column), nullable, width, codes, points_at)


def _arrow_type(column: Column[object]) -> pa.DataType:
    if isinstance(column.type, Numeric):
        return pa.decimal128(column.type.precision or 38, column.type.scale or 0)
    for kind, arrow in _ARROW:
        if isinstance(column.type, kind):
            return arrow
    raise TypeError(f"{column.table.name}.{column.name}: no Arrow type for {column.type!r}")
