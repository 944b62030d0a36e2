"""What the planning of a day asks the legacy database: how much there is, some keys by chance, rows by key.

In: a connection to a database that ``sample make`` made. Out: rows as dictionaries, sorted by key, so that every
database gives the same. Keys are drawn from random places of the key's index: no table is ever read as a whole,
but for the client identifiers, of which the database itself finds those that are used twice.

What can go wrong: no sample there (``Refused``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

import numpy as np
import sqlalchemy as sa

from migrate.errors import Refused
from migrate.sample.aging.model import Row
from migrate.sample.clock import LAST_DAY
from migrate.sample.ids import row_ids
from migrate.sample.schema import TABLES, metadata

_AT_ONCE = 500  # keys in one question
_RUN = 40  # neighbouring keys read from one random place
_NUMBERS = 2_176_780_300  # running numbers that a ROW_ID can be made of
FIRST_NUMBER = 1_000_000_000
"""Running numbers from here on are those of aging: ``sample make`` stays below."""


def legacy_tables(dialect: str, schema: str | None) -> dict[str, sa.Table]:
    """The legacy's tables by name; numbers of SQLite as it has them, since it knows no decimals."""
    tables = metadata(None if dialect == "sqlite" else schema)
    for table in tables.sorted_tables:
        for column in table.columns:
            if dialect == "sqlite" and isinstance(column.type, sa.Numeric):
                column.type = sa.Numeric(asdecimal=False)
    return {table.name: table for table in tables.sorted_tables}


def key_column(table: str) -> str:
    """ROW_ID, or the first column of a table that has none."""
    return "ROW_ID" if TABLES[table].system else TABLES[table].columns[0].name


class Legacy:
    """Questions to the legacy database, answered from what is committed."""

    def __init__(self, connection: sa.Connection, tables: dict[str, sa.Table]) -> None:
        self._connection = connection
        self.tables = tables
        if not sa.inspect(connection).has_table("S_SSA_ID", schema=tables["S_SSA_ID"].schema):
            raise Refused(
                "the database holds no sample",
                why="its table S_SSA_ID is missing",
                remedy="make one there first: migrate sample make",
            )

    def count(self, table: str) -> int:
        """How many rows a table has."""
        return int(self._scalar(sa.select(sa.func.count()).select_from(self.tables[table])))

    def clock(self) -> datetime:
        """When somebody worked here last: the generator of ROW_IDs bears the stamp of its last use."""
        last: datetime = self._scalar(sa.select(self.tables["S_SSA_ID"].c.LAST_UPD))
        made: datetime = LAST_DAY.astype(datetime)
        return max(made, last)

    def next_number(self) -> int:
        """The running number from which on ROW_IDs are free."""
        suffix = int(self._scalar(sa.select(self.tables["S_SSA_ID"].c.NEXT_SUFFIX)), 36)
        return suffix if FIRST_NUMBER <= suffix < _NUMBERS else FIRST_NUMBER

    def some(self, table: str, number: int, rng: np.random.Generator) -> list[str]:
        """About so many keys of a table, sorted, from random places; all of them where there are hardly more."""
        key = self.tables[table].c.ROW_ID
        if number * 2 > self.count(table):
            return sorted(self._column(sa.select(key)))
        places = rng.integers(0, _NUMBERS, -(-number // _RUN))
        starts = row_ids(places, rng.random(len(places)) < 0.1).to_pylist()  # some in the loader's form
        found: set[str] = set()
        for start in [*starts, ""]:  # from the first one, where the last place is behind all keys
            found.update(self._column(sa.select(key).where(key >= start).order_by(key).limit(_RUN)))
        return sorted(found)

    def rows(self, table: str, column: str, keys: Iterable[str], *columns: str) -> list[Row]:
        """The rows that hold one of these keys in a column, whole or only some columns, sorted by key."""
        kind, by = self.tables[table], key_column(table)
        wanted = [kind.c[name] for name in dict.fromkeys((by, column, *columns))] if columns else [*kind.c]
        found: list[Row] = []
        for some in _chunks(sorted(set(keys))):
            question = sa.select(*wanted).where(kind.c[column].in_(some))
            question = question.order_by(
                kind.c[column]
            )  # or SQLite scans a table whose column is nearly always empty
            found += [dict(row) for row in self._connection.execute(question).mappings()]
        return sorted(found, key=lambda row: row[by])

    def matching(self, table: str, condition: sa.ColumnElement[bool], limit: int) -> list[Row]:
        """The first rows, by key, that meet a condition."""
        kind = self.tables[table]
        question = sa.select(kind).where(condition).order_by(kind.c.ROW_ID).limit(limit)
        return [dict(row) for row in self._connection.execute(question).mappings()]

    def shared_identifiers(self) -> Collection[str]:
        """Client identifiers that more than one person bears."""
        column = self.tables["S_CONTACT"].c.X_UCI_NUM
        return set(self._column(sa.select(column).group_by(column).having(sa.func.count() > 1)))

    @cached_property
    def values(self) -> dict[str, set[str]]:
        """Every value of every list of values, as code and as text."""
        table = self.tables["S_LST_OF_VAL"]
        known: dict[str, set[str]] = {}
        for kind, code, text in self._connection.execute(sa.select(table.c.TYPE, table.c.NAME, table.c.VAL)):
            known.setdefault(kind, set()).update((code, text))
        return known

    def release(self) -> None:
        """End the transaction that reading began, so that the next question sees what was committed since."""
        self._connection.rollback()

    def _column(self, question: sa.Select[Any]) -> Iterator[str]:
        return iter(self._connection.execute(question).scalars().all())

    def _scalar(self, question: sa.Select[Any]) -> Any:
        return self._connection.execute(question).scalar_one()


def _chunks(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    return (keys[start : start + _AT_ONCE] for start in range(0, len(keys), _AT_ONCE))
