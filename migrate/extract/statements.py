"""Every statement with names or values, built with SQLAlchemy Core: names quoted by the dialect, values bound.

One table each, no joins, no `*`. Rows come in no particular order; the reader's caller sorts what it needs sorted.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from migrate.conditions import Condition
from migrate.errors import Drift
from migrate.extract.dialects import Dialect, Keys
from migrate.extract.narrowing import narrowing
from migrate.extract.nouns import SourceColumn, SourceTable
from migrate.extract.types import is_text
from migrate.model import KeyRange

Key = str | int | Decimal

ROWS, VERSION = "row_count", "version_sum"
"""How `measured` calls what it counts and sums."""

PART, SUM = "part", "row_sum"
"""How `checksums` calls the part, and the sum of its rows' checksums as text."""


class Statements:
    """Statements for the tables of one database.

    schema:  where the tables are; None for the connection's own.
    token:   of the snapshot that reads name, in databases that do it so (`Dialect.as_of`).
    """

    def __init__(self, dialect: Dialect, schema: str | None = None, token: str | None = None) -> None:
        self._dialect, self._schema, self._token = dialect, schema, token if dialect.as_of else None

    def rows(
        self,
        table: SourceTable,
        columns: Sequence[str],
        by: str,
        within: KeyRange,
        collation: str | None = None,
        where: Condition | None = None,
    ) -> sa.Select[Any]:
        """Rows with `by` in the range, compared by that collation, or the column's own; narrowed by `where`."""
        source = self._source(table)
        return self._select(source, table, columns).where(
            *self._within(source, table.column(by), within, collation), *_narrowed(where, table, source)
        )

    def rows_by_keys(
        self,
        table: SourceTable,
        columns: Sequence[str],
        by: str,
        keys: Sequence[Any],
        where: Condition | None = None,
    ) -> sa.Select[Any]:
        """Rows whose `by` is one of the keys; at most `Dialect.keys_at_once` of them; narrowed by `where`."""
        source, column = self._source(table), table.column(by)
        key = source.c[column.name]
        condition: sa.ColumnElement[bool]
        match self._dialect.keys:
            case Keys.ARRAY:
                kind = (
                    sa.Text() if is_text(column.sql_type) else column.sql_type
                )  # a width would cut the keys
                condition = key == sa.any_(
                    sa.cast(sa.bindparam("keys", list(keys), sa.ARRAY(kind)), sa.ARRAY(kind))
                )
            case Keys.JSON:
                listed = json.dumps(list(keys), default=str)
                each = sa.func.json_each(sa.bindparam("keys", listed, sa.Text())).table_valued("value")
                condition = key.in_(sa.select(each.c.value))
                if "\\u0000" in listed:  # where json_each cuts a text off
                    condition |= key.in_([one for one in keys if "\x00" in str(one)])
            case Keys.LIST:
                # Numbers are written out by SQLAlchemy: bound as text they would be compared as text or as doubles.
                # One expanding parameter: with one parameter a key, SQLAlchemy's compiler needs seconds.
                inline = self._dialect.text_parameters and not is_text(column.sql_type)
                several = sa.bindparam(
                    "keys", list(keys), column.sql_type, expanding=True, literal_execute=inline
                )
                condition = key.in_(several)
        return self._select(source, table, columns).where(condition, *_narrowed(where, table, source))

    def changed(self, table: SourceTable, by: str, stamps: Sequence[str], since: datetime) -> sa.Select[Any]:
        """Distinct values of `by` of rows with a stamp not earlier: their indexes serve, or the table is read once."""
        source, pointer = self._source(table), table.column(by)
        key = source.c[pointer.name]
        moved = [table.column(stamp) for stamp in stamps]
        later = sa.or_(*(source.c[stamp.name] >= self._moment(stamp, since) for stamp in moved))
        return (
            sa.select(self._dialect.express(pointer, key).label(by))
            .select_from(source)
            .where(later, key.is_not(None))
            .distinct()
        )

    def measured(
        self,
        table: SourceTable,
        by: str,
        stamps: Sequence[str],
        version: str | None,
        within: KeyRange,
        collation: str | None = None,
        where: Condition | None = None,
    ) -> sa.Select[Any]:
        """Per value of `by` in the range: rows, sum of the version, latest stamps; narrowed by `where`."""
        source, pointer = self._source(table), table.column(by)
        key = source.c[pointer.name]
        nothing: sa.ColumnElement[Any] = sa.literal_column("0")
        total = (
            sa.func.coalesce(sa.func.sum(source.c[table.column(version).name]), nothing)
            if version
            else nothing
        )
        latest = [(name, table.column(name)) for name in stamps]
        return (
            sa.select(
                self._dialect.express(pointer, key).label(by),
                self._counted(sa.func.count()).label(ROWS),
                self._counted(total).label(VERSION),
                *(
                    self._dialect.express(column, sa.func.max(source.c[column.name])).label(name)
                    for name, column in latest
                ),
            )
            .select_from(source)
            .where(*self._within(source, pointer, within, collation), *_narrowed(where, table, source))
            .group_by(key)
        )

    def checksums(self, table: SourceTable, columns: Sequence[str], by: str, parts: int) -> sa.Select[Any]:
        """Per part of the rows: how many, and the sum of their checksums; a row's part is made of its `by` alone."""
        source = self._source(table)
        each = (
            sa.select(self._part(source, table, by, parts), self._checksum(source, table, columns).label(SUM))
            .where(source.c[table.column(by).name].is_not(None))
            .subquery("each_row")
        )
        return sa.select(
            self._counted(each.c[PART]).label(PART),
            self._counted(sa.func.count()).label(ROWS),
            sa.cast(sa.func.sum(each.c[SUM]), sa.String(40)).label(SUM),
        ).group_by(each.c[PART])

    def in_parts(
        self, table: SourceTable, column: str, by: str, parts: int, chosen: Sequence[int]
    ) -> sa.Select[Any]:
        """Values of a column of the rows in some of the parts; all, since DISTINCT goes by the collation."""
        source, pointer = self._source(table), table.column(column)
        key = source.c[pointer.name]
        numbers: list[sa.ColumnElement[Any]] = [sa.literal_column(str(int(part))) for part in chosen]
        return sa.select(self._dialect.express(pointer, key).label(column)).where(
            source.c[table.column(by).name].is_not(None),
            key.is_not(None),
            self._part(source, table, by, parts).element.in_(numbers),
        )

    def _part(self, source: sa.TableClause, table: SourceTable, by: str, parts: int) -> sa.Label[Any]:
        number = self._checksum(source, table, [by])
        return sa.func.abs(number % sa.literal_column(str(int(parts)))).label(PART)

    def _checksum(
        self, source: sa.TableClause, table: SourceTable, columns: Sequence[str]
    ) -> sa.ColumnElement[Any]:
        """Of these columns, as they are read."""
        named = [table.column(name) for name in columns]
        return self._dialect.checksum(
            [(column, self._dialect.express(column, source.c[column.name])) for column in named]
        )

    def _counted(self, number: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        """A whole number of 64 bits; what the dialect expresses as text, as text."""
        whole = SourceColumn("", pa.int64(), sql_type=sa.BigInteger())
        return self._dialect.express(whole, sa.cast(number, sa.BigInteger()))

    def _moment(self, column: SourceColumn, moment: datetime) -> sa.ColumnElement[Any]:
        """A date and time as a bound value, cut to the second, which every database keeps and compares alike."""
        moment = moment.replace(microsecond=0)
        if self._dialect.text_moments or isinstance(column.sql_type, sa.String):
            return sa.literal(moment.isoformat(" "), sa.Text())
        if self._dialect.text_parameters:
            return sa.cast(sa.literal(moment.isoformat(" "), sa.Text()), sa.DateTime())
        return sa.literal(moment, sa.DateTime())

    def rows_without(
        self, table: SourceTable, columns: Sequence[str], by: str, key: str | None, within: KeyRange
    ) -> sa.Select[Any]:
        """Rows with null in `by`, of a range of the key where one is given."""
        source = self._source(table)
        statement = self._select(source, table, columns).where(source.c[table.column(by).name].is_(None))
        return (
            statement
            if key is None
            else statement.where(*self._within(source, table.column(key), within, None))
        )

    def count(self, table: SourceTable, where: Condition | None = None) -> sa.Select[Any]:
        """Number of rows, narrowed by `where`."""
        source = self._source(table)
        return sa.select(sa.func.count()).select_from(source).where(*_narrowed(where, table, source))

    def filled(self, tables: Sequence[SourceTable]) -> sa.CompoundSelect[Any]:
        """The positions of the tables that have a row; no more than one of each is looked at."""
        one: sa.Label[Any] = sa.literal_column("1").label("one")
        return sa.union_all(
            *(
                sa.select(sa.literal_column(str(position)).label("position")).select_from(
                    sa.select(one).select_from(self._source(table)).limit(1).subquery()
                )
                for position, table in enumerate(tables)
            )
        )

    def nothing(self, tables: Sequence[SourceTable]) -> sa.CompoundSelect[Any]:
        """No row of any of the tables: what is left of reading them is the right to do it."""
        none = sa.literal_column("1") == sa.literal_column("0")
        return sa.union_all(
            *(
                sa.select(sa.literal_column("1")).select_from(self._source(table)).where(none)
                for table in tables
            )
        )

    def boundaries(
        self,
        table: SourceTable,
        by: str,
        every: int,
        without: str | None = None,
        where: Condition | None = None,
    ) -> sa.Select[Any]:
        """Every n-th value of a column, in its order; an index on the column answers it alone where nothing narrows."""
        source, column = self._source(table), table.column(by)
        key = self._key(source, column, None)
        number = sa.func.row_number().over(order_by=key).label("position")
        conditions: list[sa.ColumnElement[bool]] = [source.c[column.name].is_not(None)]
        if without is not None:
            conditions.append(source.c[table.column(without).name].is_(None))
        conditions += _narrowed(where, table, source)
        numbered = (
            sa.select(source.c[column.name].label("border"), number).where(*conditions).subquery("numbered")
        )
        place = numbered.c.position
        step: sa.ColumnElement[int] = sa.literal_column(str(int(every)))
        return (
            sa.select(numbered.c.border)
            .where(place > 1, (place - sa.literal_column("1")) % step == sa.literal_column("0"))
            .order_by(place)
        )

    def _source(self, table: SourceTable) -> sa.TableClause:
        clauses = [sa.column(column.name, column.sql_type) for column in table.columns.values()]
        if self._token is None:
            return sa.table(table.name, *clauses, schema=self._schema)
        source = _AsOf(table.name, *clauses, schema=self._schema)
        source.token = self._token
        return source

    def _select(self, source: sa.TableClause, table: SourceTable, columns: Sequence[str]) -> sa.Select[Any]:
        chosen = [(name, table.column(name)) for name in columns]
        for _, column in chosen:
            if pa.types.is_binary(column.type):
                raise Drift(
                    f"the source column {table.name}.{column.name} cannot be read",
                    why=f"its type {column.declared} is neither text, number nor date",
                    remedy="leave it out of the mapping",
                )
        selected: list[sa.ColumnElement[Any]] = [
            self._dialect.express(column, source.c[column.name]).label(name) for name, column in chosen
        ]
        return sa.select(*selected).select_from(source)

    def _within(
        self, source: sa.TableClause, column: SourceColumn, within: KeyRange, collation: str | None
    ) -> list[sa.ColumnElement[bool]]:
        key = self._key(source, column, collation)
        conditions: list[sa.ColumnElement[bool]] = []
        if within.low is not None:
            conditions.append(key >= self._value(column, parse_key(column, within.low)))
        if within.high is not None:
            conditions.append(key < self._value(column, parse_key(column, within.high)))
        return conditions or [key.is_not(None)]

    def _key(
        self, source: sa.TableClause, column: SourceColumn, collation: str | None
    ) -> sa.ColumnElement[Any]:
        key = source.c[column.name]
        if not pa.types.is_string(column.type):
            return key
        if collation is not None and column.collation is not None and collation != column.collation:
            return self._dialect.collate(key, collation)
        return sa.collate(key, self._dialect.collation) if self._dialect.collation else key

    def _value(self, column: SourceColumn, value: Key) -> Any:
        """A bound value; where the fast way binds text only, the server makes a number of it again."""
        if isinstance(value, int) and self._dialect.text_parameters:
            return sa.cast(sa.literal(value, sa.BigInteger()), sa.BigInteger())
        if isinstance(value, Decimal) and self._dialect.text_parameters:
            return sa.cast(
                sa.literal(value, sa.Numeric()), sa.Numeric(column.type.precision, column.type.scale)
            )
        return sa.literal(value, sa.Text() if is_text(column.sql_type) else column.sql_type)


def _narrowed(
    where: Condition | None, table: SourceTable, source: sa.TableClause
) -> list[sa.ColumnElement[bool]]:
    condition = narrowing(where, table, source)
    return [] if condition is None else [condition]


def parse_key(column: SourceColumn, text: str) -> Key:
    """A border or key as a value of the column's type; raises `Drift` where it is none."""
    try:
        if pa.types.is_integer(column.type):
            return int(text)
        if pa.types.is_decimal(column.type):
            return Decimal(text)
    except (ArithmeticError, ValueError):
        raise Drift(
            f"a key of {column.name} is no number",
            remedy="read this member by a column that holds keys of the root",
        ) from None
    return text


class _AsOf(sa.TableClause):
    """A table as it was at a system change number (Oracle's flashback query)."""

    inherit_cache = False
    token: str = ""


@compiles(_AsOf)
def _compile_as_of(source: _AsOf, compiler: SQLCompiler, **options: Any) -> str:
    text: str = compiler.visit_table(source, **options)  # type: ignore[no-untyped-call]  # no types there
    if not options.get("asfrom"):
        return text
    return f"{text} AS OF SCN {compiler.process(sa.cast(sa.literal(source.token, sa.String()), sa.Numeric(38, 0)))}"
