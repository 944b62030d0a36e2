"""Faults on a loaded platform, planted behind everybody's back: what a reconciliation has to find, and nothing else.

    planter = Planter(platform, comparisons, layout(), random.Random(seed))
    planted = [planter.plant(kind) for kind in KINDS]       each in a root of its own
    planted[0].lines                                        (kind of difference, id of the row, column)

Foreign keys are asleep while a fault is planted; what else the platform refuses (a width, a check, a unique key) is
tried elsewhere.
"""

import random
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pyarrow as pa
from psycopg import sql

from migrate.model import Layout, TargetTable
from reconciliation.compare import Compared, Comparison, Pair
from reconciliation.model import Kind
from tests.journeys import connected

Line = tuple[Kind, str, str]
Row = dict[str, Any]

TRIES = 200
_TEXTS = "reread", "trim", "without_controls"


@dataclass(frozen=True)
class Planted:
    """One fault, and the lines that it has to make."""

    kind: str
    table: str
    lines: frozenset[Line]
    roots: frozenset[str]


@dataclass
class Planter:
    """Plants faults in the tables that some comparisons look at."""

    platform: str
    comparisons: Mapping[str, Comparison]
    layout: Layout
    draw: random.Random
    used: set[str] = field(default_factory=set)

    def plant(self, kind: str) -> Planted:
        """A fault of that kind, somewhere."""
        for _ in range(TRIES):
            entity = self.draw.choice(sorted(self.comparisons))
            pair = self.draw.choice(self.comparisons[entity].pairs)
            with connected(self.platform) as connection:
                connection.execute("SET session_replication_role = replica")
                try:
                    attempt = _Attempt(self, connection, entity, pair)
                    lines = KINDS[kind](attempt)
                except (psycopg.errors.IntegrityError, psycopg.errors.DataError):
                    connection.rollback()
                    continue
            if lines:
                self.used |= attempt.roots
                return Planted(kind, pair.table, frozenset(lines), frozenset(attempt.roots))
        raise AssertionError(f"no place for a fault of the kind {kind}")


@dataclass
class _Attempt:
    """One try to plant a fault in rows of a pair's table."""

    planter: Planter
    connection: psycopg.Connection[tuple[object, ...]]
    entity: str
    pair: Pair
    roots: set[str] = field(default_factory=set)

    @property
    def table(self) -> TargetTable:
        return self.planter.layout[self.pair.table]

    @property
    def root(self) -> str:
        return self.table.root_id or self.table.key

    @property
    def is_member(self) -> bool:
        return self.root != self.table.key

    def row(self, condition: str = "true", **given: object) -> Row | None:
        """A row that a legacy row of the entity stands behind, in a root without a fault."""
        query = sql.SQL("""
            SELECT to_jsonb(t) FROM {table} t WHERE {condition} AND t.{root} <> ALL(%(used)s::uuid[]) AND t.{root} IN (
                SELECT id FROM migration.crosswalk
                WHERE entity = %(entity)s AND valid_to = 'infinity' AND cause NOT IN ('merge', 'stub', 'vanished'))
            ORDER BY md5(t.{key}::text || %(salt)s) LIMIT 1
        """).format(
            table=sql.Identifier("case_platform", self.table.name),
            condition=sql.SQL(condition),
            root=sql.Identifier(self.root),
            key=sql.Identifier(self.table.key),
        )
        used = sorted(self.planter.used | self.roots)
        values = {"used": used, "entity": self.entity, "salt": str(self.planter.draw.random()), **given}
        found = self.connection.execute(query, values).fetchone()
        if found is None:
            return None
        row: Row = found[0]  # type: ignore[assignment]
        self.roots.add(row[self.root])
        return row

    def update(self, row: Row, column: str, value: str, **given: object) -> bool:
        """Sets a column, foreign keys asleep; false where it is as before, since a blank too many was cut off."""
        found = self.connection.execute(
            sql.SQL("UPDATE {} SET {column} = {} WHERE {} = %(key)s RETURNING to_jsonb({column})").format(
                sql.Identifier("case_platform", self.table.name),
                sql.SQL(value),
                sql.Identifier(self.table.key),
                column=sql.Identifier(column),
            ),
            {"key": row[self.table.key], **given},
        ).fetchone()
        return found is not None and found[0] != row[column]

    def field(self, wanted: Callable[[Compared, pa.DataType], bool]) -> str | None:
        """A compared column of that sort."""
        columns = [
            each.column for each in self.pair.fields if wanted(each, self.table.columns[each.column].type)
        ]
        return self.planter.draw.choice(columns) if columns else None

    def text(self) -> str | None:
        """A compared column of words."""
        return self.field(
            lambda each, kind: (
                pa.types.is_string(kind)
                and each.source is not None
                and each.source.alias != "each"
                and not each.code
            )
        )

    def cell(self, column: str | None, change: str, kind: Kind, condition: str) -> list[Line]:
        """A value that is changed where a condition on it (`t.{c}`) holds."""
        if column is None:
            return []
        row = self.row(condition.format(c=f't."{column}"'))
        if row is None:
            return []
        if not self.update(row, column, change.format(c=f'"{column}"')):
            return []
        return [(kind, row[self.table.key], column)]


# --- the kinds


def _missing(at: _Attempt) -> list[Line]:
    row = at.row() if at.is_member or len(at.planter.comparisons[at.entity].pairs) == 1 else None
    if row is None:
        return []
    at.connection.execute(
        sql.SQL("DELETE FROM {} WHERE {} = %s").format(
            sql.Identifier("case_platform", at.table.name), sql.Identifier(at.table.key)
        ),
        [row[at.table.key]],
    )
    return [(Kind.MISSING, row[at.table.key], "")]


def _copied(at: _Attempt, change: Callable[[Row], bool], kind: Kind) -> list[Line]:
    row = at.row() if at.is_member else None
    if row is None or not change(row):
        return []
    row[at.table.key] = str(uuid.UUID(int=at.planter.draw.getrandbits(128), version=4))
    table = sql.Identifier("case_platform", at.table.name)
    query = sql.SQL("INSERT INTO {table} SELECT * FROM jsonb_populate_record(null::{table}, %s)")
    at.connection.execute(query.format(table=table), [psycopg.types.json.Jsonb(row)])
    return [(kind, row[at.table.key], "")]


def _extra(at: _Attempt) -> list[Line]:
    column = at.text()

    def change(row: Row) -> bool:
        if column is None:
            return False
        row[column] = f"{row[column] or ''}~"
        return True

    return _copied(at, change, Kind.EXTRA)


def _doubled(at: _Attempt) -> list[Line]:
    return _copied(at, lambda row: True, Kind.DOUBLED)


def _changed(at: _Attempt) -> list[Line]:
    return at.cell(at.text(), "overlay({c} placing '~' from 1 for 1)", Kind.CONFLICT, "{c} ~ '^[[:alnum:]]'")


def _cut(at: _Attempt) -> list[Line]:
    return at.cell(at.text(), "left({c}, -1)", Kind.CONFLICT, "{c} ~ '[[:alnum:]]{{3}}$'")


def _emptied(at: _Attempt) -> list[Line]:
    column = at.field(lambda each, kind: each.source is not None and at.table.columns[each.column].nullable)
    return at.cell(column, "NULL", Kind.NULL, "{c} IS NOT NULL")


def _blank_for_null(at: _Attempt) -> list[Line]:
    return at.cell(at.text(), "''", Kind.NULL, "{c} IS NULL")


def _second(at: _Attempt) -> list[Line]:
    column = at.field(lambda each, kind: pa.types.is_timestamp(kind))
    return at.cell(column, "{c} + interval '1 second'", Kind.CONFLICT, "{c} IS NOT NULL")


def _day(at: _Attempt) -> list[Line]:
    column = at.field(lambda each, kind: pa.types.is_date32(kind))
    return at.cell(column, "{c} - 1", Kind.CONFLICT, "{c} IS NOT NULL")


def _amount(at: _Attempt) -> list[Line]:
    column = at.field(lambda each, kind: pa.types.is_decimal(kind))
    return at.cell(column, "{c} + 0.01", Kind.CONFLICT, "{c} IS NOT NULL")


def _parent(at: _Attempt) -> list[Line]:
    row = at.row() if at.is_member else None
    other = at.row() if row is not None else None
    if row is None or other is None:
        return []
    at.update(row, at.root, "%(other)s", other=other[at.root])
    return [(Kind.MISPLACED, row[at.table.key], "")]


def _swapped(at: _Attempt) -> list[Line]:
    row = at.row() if at.is_member else None
    other = at.row() if row is not None else None
    if row is None or other is None:
        return []
    at.update(row, at.root, "%(other)s", other=other[at.root])
    at.update(other, at.root, "%(other)s", other=row[at.root])
    return [(Kind.MISPLACED, each[at.table.key], "") for each in (row, other)]


def _code(at: _Attempt) -> list[Line]:
    coded = {each.column: each.code for each in at.pair.fields if each.code}
    if not coded:
        return []
    column = at.planter.draw.choice(sorted(coded))
    row = at.row(f't."{column}" IS NOT NULL')
    if row is None:
        return []
    codes = set(at.planter.comparisons[at.entity].codes[str(coded[column])].values()) - {row[column]}
    if not codes:
        return []
    at.update(row, column, "%(code)s", code=at.planter.draw.choice(sorted(codes)))
    return [(Kind.CONFLICT, row[at.table.key], column)]


def _space(at: _Attempt) -> list[Line]:
    return at.cell(at.text(), "{c} || ' '", Kind.FORMAT, "{c} ~ '\\S'")


def _decomposed(at: _Attempt) -> list[Line]:
    return at.cell(at.text(), "normalize({c}, NFD)", Kind.FORMAT, "{c} <> normalize({c}, NFD)")


KINDS: dict[str, Callable[[_Attempt], list[Line]]] = {
    "missing": _missing,
    "extra": _extra,
    "doubled": _doubled,
    "changed": _changed,
    "cut": _cut,
    "emptied": _emptied,
    "blank for null": _blank_for_null,
    "a second off": _second,
    "a day off": _day,
    "a cent off": _amount,
    "wrong parent": _parent,
    "swapped": _swapped,
    "wrong code": _code,
    "trailing blank": _space,
    "decomposed": _decomposed,
}
