"""What a table of the source looks like, as far as the moving depends on it; goes into a record and comes back."""

from collections.abc import Mapping as Dict
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Self

import pyarrow as pa
from sqlalchemy.dialects import mysql

from migrate.extract import SourceColumn, SourceTable


class Kind(StrEnum):
    """What values of a column are; a change of it changes what the mappings are given."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    INSTANT = "instant"  # with a zone: converted to UTC on the way
    BYTES = "bytes"  # cannot be read


@dataclass(frozen=True, slots=True)
class ColumnShape:
    """A column.

    declared:     its type in the words of the database.
    size, scale:  characters of a text, digits before and after the point of a number; None: no bound.
    unique:       the database itself keeps its values apart.
    """

    declared: str
    kind: Kind
    size: int | None = None
    scale: int | None = None
    nullable: bool = True
    collation: str | None = None
    unique: bool = False

    @classmethod
    def of(cls, column: SourceColumn) -> Self:
        """As the catalogue tells it."""
        kind = _kind(column)
        size, scale = (column.length, None) if kind is Kind.TEXT else _digits(column.type)
        return cls(column.declared, kind, size, scale, column.nullable, column.collation, column.unique)

    def holds(self, other: "ColumnShape") -> bool:
        """Whether every value of the other one, of the same kind, fits here."""
        pairs = ((self.size, other.size), (self.scale, other.scale))
        return all(mine is None or (theirs is not None and theirs <= mine) for mine, theirs in pairs)


@dataclass(frozen=True, slots=True)
class TableShape:
    """A table or view; columns by upper-case name."""

    view: bool
    columns: Dict[str, ColumnShape]

    @classmethod
    def of(cls, table: SourceTable) -> Self:
        """As the catalogue tells it."""
        return cls(table.view, {name: ColumnShape.of(column) for name, column in table.columns.items()})

    @classmethod
    def recorded(cls, record: Dict[str, Any]) -> Self:
        """The inverse of `record`."""
        columns = {
            name: ColumnShape(**{**each, "kind": Kind(each["kind"])})
            for name, each in record["columns"].items()
        }
        return cls(record["view"], columns)

    def record(self) -> dict[str, Any]:
        """As a JSON value."""
        return {"view": self.view, "columns": {name: asdict(each) for name, each in self.columns.items()}}


def _kind(column: SourceColumn) -> Kind:
    if pa.types.is_binary(column.type):
        return Kind.BYTES
    if pa.types.is_timestamp(column.type):
        zoned = getattr(column.sql_type, "timezone", False) or isinstance(column.sql_type, mysql.TIMESTAMP)
        return Kind.INSTANT if zoned else Kind.DATE
    return Kind.TEXT if pa.types.is_string(column.type) else Kind.NUMBER


def _digits(kind: pa.DataType) -> tuple[int | None, int | None]:
    if pa.types.is_decimal(kind):
        return kind.precision - kind.scale, kind.scale
    return (18, 0) if pa.types.is_integer(kind) else (None, None)
