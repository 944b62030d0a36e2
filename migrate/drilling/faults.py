"""Faults of named classes, written into rows of a copy of the platform.

    planted = plant(cursor, schema, layout, tables, per_class=3, seed=1)

Which rows are hit is left to chance, and the seed repeats it. A fault that the platform's own constraints refuse is
tried elsewhere; a class that finds no place at all is said to be unplanted, not caught.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
import pyarrow as pa
from psycopg import sql

from migrate.model import Layout, TargetColumn, TargetTable
from migrate.postgres import Cursor, names

TRIES = 40
"""Rows that are tried before a class is given up."""


@dataclass(frozen=True, slots=True)
class Planted:
    """One fault: its class, where it is, and by which ids it may be found. `column` is '' for a whole row."""

    kind: str
    table: str
    column: str
    ids: tuple[str, ...]


@dataclass(frozen=True)
class Field:
    """A field of the copy, where a fault may be planted."""

    cursor: Cursor
    schema: str
    layout: Layout
    chance: random.Random

    def one(self, query: str, *values: object, **given: sql.Composable) -> tuple[Any, ...] | None:
        """The first row of a question."""
        row: tuple[Any, ...] | None = self.cursor.execute(sql.SQL(query).format(**given), values).fetchone()
        return row

    def run(self, query: str, *values: object, **given: sql.Composable) -> int:
        """Write; how many rows that was."""
        return self.cursor.execute(sql.SQL(query).format(**given), values).rowcount

    def named(self, table: TargetTable, column: str = "") -> dict[str, sql.Composable]:
        """The names of a table, its key, its root's id and a column, quoted."""
        return {
            "table": names(self.schema, table.name),
            "key": sql.Identifier(table.key),
            "root": sql.Identifier(table.root_id or table.key),
            "column": sql.Identifier(column or table.key),
        }

    def row(self, table: TargetTable, column: str = "", such: str = "true") -> str | None:
        """The id of some row with a value in that column."""
        some = "SELECT {key}::text FROM {table} WHERE {column} IS NOT NULL AND " + such
        found = self.one(
            some + " ORDER BY md5({key}::text || %s) LIMIT 1",
            str(self.chance.random()),
            **self.named(table, column),
        )
        return None if found is None else str(found[0])


Fault = Callable[[Field, TargetTable], Planted | None]


def plant(
    cursor: Cursor, schema: str, layout: Layout, tables: Sequence[str], *, per_class: int, seed: int
) -> tuple[list[Planted], list[str]]:
    """The faults that were planted, and the classes that found no place.

    tables:  those in which faults may be; each class takes them in an order of its own.
    """
    planted, unplanted, touched = [], [], set[str]()
    for kind, fault in FAULTS.items():
        chance = random.Random(f"{seed} {kind}")  # to be repeated, not to be secret
        place = Field(cursor, schema, layout, chance)
        found = list(_some(place, kind, fault, [layout[name] for name in tables], per_class, touched))
        planted += found
        if not found:
            unplanted.append(kind)
    return planted, unplanted


def _some(
    place: Field, kind: str, fault: Fault, tables: Sequence[TargetTable], many: int, touched: set[str]
) -> Iterator[Planted]:
    """Up to so many faults of one class, each in rows that no other fault has touched."""
    left = many
    for _ in range(TRIES):
        if not left:
            return
        table = place.chance.choice(tables)
        place.cursor.execute("SAVEPOINT fault")
        try:
            planted = fault(place, table)
        except psycopg.Error:  # a constraint of the platform says no
            planted = None
        if planted is None or touched & set(planted.ids):
            place.cursor.execute("ROLLBACK TO SAVEPOINT fault")
            continue
        touched.update(planted.ids)
        left -= 1
        yield planted


# --- classes


def _columns(table: TargetTable, wanted: Callable[[TargetColumn], bool]) -> list[TargetColumn]:
    taken = {table.key, table.root_id}
    return [each for each in table.columns.values() if each.name not in taken and wanted(each)]


def _is_text(column: TargetColumn) -> bool:
    return pa.types.is_string(column.type) and column.code_list is None


def _changed(kind: str, wanted: Callable[[TargetColumn], bool], value: str, such: str = "true") -> Fault:
    """A class that changes one value: `value` is the new one, in SQL over {column}."""

    def fault(place: Field, table: TargetTable) -> Planted | None:
        columns = _columns(table, wanted)
        if not columns:
            return None
        column = place.chance.choice(columns)
        row = place.row(table, column.name, such)
        if row is None:
            return None
        update = (
            "UPDATE {table} SET {column} = "
            + value
            + " WHERE {key} = %s AND {column} IS DISTINCT FROM "
            + value
        )
        done = place.run(update, row, **place.named(table, column.name))
        return Planted(kind, table.name, column.name, (row,)) if done == 1 else None

    return fault


def _missing(place: Field, table: TargetTable) -> Planted | None:
    row = place.row(table)
    if row is None or place.run("DELETE FROM {table} WHERE {key} = %s", row, **place.named(table)) != 1:
        return None
    return Planted("missing", table.name, "", (row,))


def _copied(kind: str, changes: Callable[[Field, TargetTable], Mapping[str, str]]) -> Fault:
    """A class that adds a row: a copy of another one under a new id, with some columns otherwise."""

    def fault(place: Field, table: TargetTable) -> Planted | None:
        if table.root_id == table.key:
            return None
        row, other = place.row(table), str(place.one("SELECT gen_random_uuid()::text")[0])  # type: ignore[index]
        if row is None:
            return None
        new = {
            table.key: sql.Literal(other),
            **{name: sql.SQL(value) for name, value in changes(place, table).items()},
        }
        columns = [each.name for each in table.columns.values()] + (
            [] if table.key in table.columns else [table.key]
        )
        values = [
            sql.SQL("{}::uuid").format(new[n]) if n == table.key else new.get(n, sql.Identifier(n))
            for n in columns
        ]
        place.run(
            "INSERT INTO {table} ({into}) SELECT {values} FROM {table} WHERE {key} = %s",
            row,
            into=sql.SQL(", ").join(map(sql.Identifier, columns)),
            values=sql.SQL(", ").join(values),
            **place.named(table),
        )
        return Planted(kind, table.name, "", (other,))

    return fault


def _other_text(place: Field, table: TargetTable) -> dict[str, str]:
    texts = _columns(table, _is_text)
    return {texts[0].name: "'planted'"} if texts else {}


def _moved(place: Field, table: TargetTable) -> Planted | None:
    """A member row under another root."""
    if table.root is None or table.root_id == table.key:
        return None
    row = place.row(table)
    root = place.layout[table.root]
    other = place.row(root)
    if row is None or other is None:
        return None
    update = "UPDATE {table} SET {root} = %s WHERE {key} = %s AND {root} <> %s"
    if place.run(update, other, row, other, **place.named(table)) != 1:
        return None
    return Planted("wrong parent", table.name, "", (row,))


def _swapped(place: Field, table: TargetTable) -> Planted | None:
    """Two rows of one root that have exchanged a value."""
    columns = _columns(table, _is_text)
    if not columns or table.root_id == table.key:
        return None
    column = place.chance.choice(columns)
    pair = place.one(
        "SELECT a.{key}::text, b.{key}::text, a.{column}, b.{column} FROM {table} a JOIN {table} b"
        " ON a.{root} = b.{root} AND a.{key} < b.{key} AND a.{column} <> b.{column}"
        " ORDER BY md5(a.{key}::text || %s) LIMIT 1",
        str(place.chance.random()),
        **place.named(table, column.name),
    )
    if pair is None:
        return None
    for row, value in ((pair[0], pair[3]), (pair[1], pair[2])):
        place.run(
            "UPDATE {table} SET {column} = %s WHERE {key} = %s", value, row, **place.named(table, column.name)
        )
    return Planted("children swapped", table.name, column.name, (str(pair[0]), str(pair[1])))


def _recoded(place: Field, table: TargetTable) -> Planted | None:
    """Another code of the same list."""
    columns = _columns(table, lambda each: each.code_list is not None)
    if not columns:
        return None
    column = place.chance.choice(columns)
    row = place.row(table, column.name)
    codes = names(place.schema, f"code_{column.code_list}")
    other = place.one(
        "SELECT code FROM {codes} WHERE code NOT IN (SELECT {column} FROM {table} WHERE {key} = %s) LIMIT 1",
        row,
        codes=codes,
        **place.named(table, column.name),
    )
    if row is None or other is None:
        return None
    place.run(
        "UPDATE {table} SET {column} = %s WHERE {key} = %s", other[0], row, **place.named(table, column.name)
    )
    return Planted("wrong code", table.name, column.name, (row,))


def _relinked(place: Field, table: TargetTable) -> Planted | None:
    """A reference to another row of the same kind: another applicant, another owner."""
    columns = _columns(table, lambda each: each.points_at is not None)
    if not columns:
        return None
    column = place.chance.choice(columns)
    row = place.row(table, column.name)
    other = place.row(place.layout[column.points_at or ""])
    if row is None or other is None:
        return None
    update = "UPDATE {table} SET {column} = %s WHERE {key} = %s AND {column} <> %s"
    done = place.run(update, other, row, other, **place.named(table, column.name))
    return Planted("wrong reference", table.name, column.name, (row,)) if done == 1 else None


def _is_day(column: TargetColumn) -> bool:
    return bool(pa.types.is_date(column.type))


FAULTS: Mapping[str, Fault] = {
    "missing": _missing,
    "extra": _copied("extra", _other_text),
    "doubled": _copied("doubled", lambda place, table: {}),
    "changed": _changed("changed", _is_text, "reverse({column})"),
    "cut": _changed("cut", _is_text, "left({column}, -1)", "length({column}) > 1"),
    "emptied": _changed("emptied", lambda each: each.nullable, "NULL"),
    "one second off": _changed(
        "one second off", lambda each: pa.types.is_timestamp(each.type), "{column} + interval '1 second'"
    ),
    "one day off": _changed("one day off", _is_day, "{column} + 1"),
    "one cent off": _changed("one cent off", lambda each: pa.types.is_decimal(each.type), "{column} + 0.01"),
    "flag turned": _changed("flag turned", lambda each: pa.types.is_boolean(each.type), "NOT {column}"),
    "trailing blank": _changed("trailing blank", _is_text, "{column} || ' '"),
    "other normal form": _changed(
        "other normal form", _is_text, "normalize({column}, NFD)", "{column} IS NOT NFD NORMALIZED"
    ),
    "wrong code": _recoded,
    "wrong reference": _relinked,
    "wrong parent": _moved,
    "children swapped": _swapped,
}
"""Class -> how a fault of it is planted."""
