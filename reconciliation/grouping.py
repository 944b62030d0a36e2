"""Rows and exact amounts of a legacy table, grouped and added up by its database: one statement, one table.

    with source.instant() as (_, connection):
        found = grouped(source, connection, "S_SRC_PAYMENT", raw=["PAY_STAT_CD"], dated=["PAY_DT"], amount="PAY_AMT")

Comes back with the columns that were grouped by, as text, `<dated> month` as `2026-05`, `n` rows and their `amount`,
exact to the seventh digit. The statement is built here, of names that the catalogue knows.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from migrate.extract.sql import SqlSource
from migrate.extract.trouble import explained

ROWS, AMOUNT = "n", "amount"
SCALE = 10_000_000
_EXACT = pa.decimal128(38, 7)


def month_of(column: str) -> str:
    """The column with the months of a dated one."""
    return f"{column} month"


def grouped(
    source: SqlSource,
    connection: sa.Connection,
    table: str,
    *,
    raw: Sequence[str],
    dated: Sequence[str] = (),
    amount: str | None = None,
) -> pa.Table:
    """See the module. Raises what a read of the source raises."""
    told = source.table(table)
    wanted = list(dict.fromkeys([*raw, *dated, *([amount] if amount else [])]))
    columns = {name: sa.column(told.column(name).name, told.column(name).sql_type) for name in wanted}
    place = sa.table(told.name, *columns.values(), schema=source.schema)
    in_fractions = (
        amount is not None and source.dialect.name == "sqlite"
    )  # kept as binary fractions: see `_sum`
    parts: list[Any] = [columns[name] for name in raw]
    for name in dated:
        parts += [sa.extract("year", columns[name]), sa.extract("month", columns[name])]
    value = sa.func.count() if amount is None else _sum(columns[amount], in_fractions)
    labels = [part.label(f"part{at}") for at, part in enumerate(parts)]
    statement = (
        sa.select(*labels, sa.func.count().label(ROWS), value.label(AMOUNT))
        .select_from(place)
        .group_by(*parts)
    )
    with explained(source.place, f"add up {table}"):
        return _table(connection.execute(statement).all(), raw, dated, in_fractions)


@dataclass(frozen=True, slots=True)
class KeyColumn:
    """What a legacy database says of a key: rows, rows without one, and keys that it finds more than once.

    suspects:  keys that are equal by the database's own comparison; byte by byte they may not be.
    """

    rows: int
    empty: int
    suspects: tuple[str, ...]


def keys_of(source: SqlSource, table: str, column: str, limit: int) -> KeyColumn:
    """Ask for the key of a table. What the database keeps unique by itself is not asked for twice."""
    told, known = source.table(table), source.table(table).column(column)
    key = sa.column(known.name, known.sql_type)
    place = sa.table(told.name, key, schema=source.schema)
    counted = sa.select(sa.func.count(), sa.func.count(key)).select_from(place)
    often = sa.select(key).where(key.is_not(None)).group_by(key).having(sa.func.count() > 1).limit(limit)
    with explained(source.place, f"count the keys of {table}"), source.engine.connect() as connection:
        rows, filled = connection.execute(counted).one()
        suspects = () if known.unique else tuple(str(each) for each in connection.execute(often).scalars())
    return KeyColumn(int(rows), int(rows) - int(filled), suspects)


def _sum(column: Any, in_fractions: bool) -> Any:
    """The exact sum; where amounts are binary fractions, that of whole ten-millionths."""
    if not in_fractions:
        return sa.func.sum(column)
    return sa.func.sum(sa.cast(sa.func.round(column * SCALE), sa.BigInteger))


def _table(rows: Iterable[Any], raw: Sequence[str], dated: Sequence[str], in_fractions: bool) -> pa.Table:
    lines = [tuple(row) for row in rows]
    made = {name: pa.array([_text(line[at]) for line in lines], pa.string()) for at, name in enumerate(raw)}
    for at, name in enumerate(dated):
        first = len(raw) + 2 * at
        made[month_of(name)] = pa.array([_month(line[first], line[first + 1]) for line in lines], pa.string())
    made[ROWS] = pa.array([line[-2] for line in lines], pa.int64())
    made[AMOUNT] = pa.array([_exact(line[-1], in_fractions) for line in lines], _EXACT)
    return pa.table(made)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _month(year: Any, month: Any) -> str | None:
    return None if year is None else f"{int(year):04}-{int(month):02}"


def _exact(value: Any, in_fractions: bool) -> Decimal:
    number = Decimal(0 if value is None else str(value))
    return number / SCALE if in_fractions else number
