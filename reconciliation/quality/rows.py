"""A set of rows as one SELECT, so that Great Expectations judges it where it is and no row travels.

    select(row_set, schema, as_of)        the columns that its expectations look at, those worked out included
    values_of(listed, schema, as_of)      the question for the values of a list

`schema` gives a table's columns in SQLAlchemy's words: `PlatformTables`, `LegacyTables`. Null counts as not holding in
conditions, also below `not`.
"""

from datetime import datetime
from typing import Any, Protocol

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from migrate import conditions
from migrate.conditions import All, Condition, Not, Operator, Scalar, Test
from migrate.extract.sql import SqlSource
from migrate.model import Layout
from reconciliation.compare.conditions import AS_OF
from reconciliation.quality.suites import Listed, Made, RowSet

YES, NO = "yes", "no"


class Tables(Protocol):
    """The tables of one side."""

    def table(self, name: str) -> sa.TableClause:
        """The table, with its columns under the names that a suite uses; raises Drift where there is none."""


class PlatformTables:
    """The platform's tables, from their layout."""

    def __init__(self, layout: Layout, schema: str) -> None:
        self.layout, self.schema = layout, schema

    def table(self, name: str) -> sa.TableClause:
        """See `Tables`."""
        told = self.layout[name]
        ids = dict.fromkeys(filter(None, [told.key, told.root_id]), sa.Uuid())
        kinds = {**ids, **{each.name: _kind(each.type) for each in told.columns.values()}}
        return sa.table(
            name, *(sa.column(column, kind) for column, kind in kinds.items()), schema=self.schema
        )


class LegacyTables:
    """The legacy tables, from the database's own catalogue; columns go by their names in upper case."""

    def __init__(self, source: SqlSource) -> None:
        self.source = source

    def table(self, name: str) -> sa.TableClause:
        """See `Tables`."""
        told = self.source.table(name)
        made = [sa.Column(each.name, each.sql_type, key=label) for label, each in told.columns.items()]
        return sa.table(told.name, *made, schema=self.source.schema)


def select(row_set: RowSet, tables: Tables, as_of: datetime) -> sa.Select[Any]:
    """The rows of a set with the columns that its expectations look at; at least one."""
    table = tables.table(row_set.table)
    made = {each.name: each for each in row_set.made}
    wanted = dict.fromkeys(column for each in row_set.expected for column in each.columns)
    columns = [
        (_made(made[name], table, tables, as_of) if name in made else column(table, name)).label(name)
        for name in wanted or [next(iter(table.c.keys()))]
    ]
    query = sa.select(*columns).select_from(table)
    return query if row_set.where is None else query.where(holds(row_set.where, table, as_of))


def values_of(listed: Listed, tables: Tables, as_of: datetime) -> sa.Select[Any]:
    """The distinct values of the columns, as rows of them."""
    table = tables.table(listed.table)
    query = sa.select(*(column(table, name) for name in listed.columns)).distinct()
    return query if listed.where is None else query.where(holds(listed.where, table, as_of))


def column(table: sa.FromClause, name: str) -> sa.ColumnElement[Any]:
    """A column of a table; raises LookupError where it has none of that name."""
    return table.c[name]


def _made(made: Made, table: sa.TableClause, tables: Tables, as_of: datetime) -> sa.ColumnElement[Any]:
    """A column that is worked out inside the database."""
    if made.kind == "length_of":
        return _Length(column(table, made.of))
    other = tables.table(made.of).alias(made.name + "_rows")
    belongs = [column(other, made.by) == column(table, made.at)]
    if made.where is not None:
        belongs.append(holds(made.where, other, as_of))
    if made.kind == "count_of":
        return (
            sa.select(sa.func.count()).select_from(other).where(*belongs).correlate(table).scalar_subquery()
        )
    if made.kind == "value_of":
        return sa.select(column(other, made.value)).where(*belongs).correlate(table).scalar_subquery()
    there = sa.select(sa.literal_column("1")).select_from(other).where(*belongs).correlate(table).exists()
    return sa.case((column(table, made.at).is_(None), sa.null()), (there, YES), else_=NO)


class _Length(FunctionElement[int]):
    """Characters, never bytes: `length` counts bytes in MariaDB, and SQL Server has another word."""

    name = "characters"
    inherit_cache = True
    type = sa.Integer()


@compiles(_Length)
def _length(element: _Length, compiler: SQLCompiler, **more: Any) -> str:
    words = {"mysql": "char_length", "mariadb": "char_length", "mssql": "len"}
    return f"{words.get(compiler.dialect.name, 'length')}({compiler.process(element.clauses, **more)})"


def holds(condition: Condition, table: sa.FromClause, as_of: datetime) -> sa.ColumnElement[bool]:
    """A condition as SQL."""
    match condition:
        case All(parts=parts):
            return sa.and_(sa.true(), *(holds(part, table, as_of) for part in parts))
        case conditions.Any(parts=parts):
            return sa.or_(sa.false(), *(holds(part, table, as_of) for part in parts))
        case Not(part=inner):
            return sa.case((holds(inner, table, as_of), 0), else_=1) == 1
        case Test():
            return _test(condition, table.c[condition.column.name], as_of)
    raise TypeError(f"not a condition: {condition!r}")


def _test(test: Test, column: sa.ColumnElement[Any], as_of: datetime) -> sa.ColumnElement[bool]:
    match test.operator, test.operand:
        case Operator.IN, tuple(wanted):
            values = [_value(each, column) for each in wanted if each is not None]
            parts = [column.in_(values)] if values else []
            return sa.or_(*parts, *([column.is_(None)] if None in wanted else []))
        case Operator.BLANK, _:
            return sa.or_(column.is_(None), sa.func.trim(column) == "")
        case (Operator.AFTER | Operator.BEFORE) as operator, str(limit):
            moment = as_of if limit == AS_OF else datetime.fromisoformat(limit)
            return column > moment if operator is Operator.AFTER else column < moment
    raise TypeError(f"not a test of a suite: {test!r}")


def _value(value: Scalar, column: sa.ColumnElement[Any]) -> object:
    """What stands in a condition, as the column's own kind of value: the file's words are text."""
    if isinstance(column.type, sa.Boolean):
        return str(value).lower() == "true"
    return int(str(value)) if isinstance(column.type, sa.Integer | sa.Numeric) else value


_KINDS: tuple[tuple[Any, Any], ...] = (
    (pa.types.is_boolean, sa.Boolean),
    (pa.types.is_integer, sa.BigInteger),
    (pa.types.is_decimal, sa.Numeric),
    (pa.types.is_date, sa.Date),
    (pa.types.is_timestamp, sa.DateTime),
    (pa.types.is_fixed_size_binary, sa.Uuid),
)


def _kind(arrow: pa.DataType) -> Any:
    return next((kind() for fits, kind in _KINDS if fits(arrow)), sa.String())
