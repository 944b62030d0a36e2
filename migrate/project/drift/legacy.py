"""The source's schema against what the mappings read of it and what it looked like when it was last accepted."""

from collections.abc import Iterator
from collections.abc import Mapping as Dict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from migrate.extract import Source
from migrate.extract.nouns import SourceSchema
from migrate.mapping.accounts import coverage
from migrate.mapping.nouns import Mapping
from migrate.model import Layout
from migrate.project.drift.differences import Difference, Side, Weight
from migrate.project.drift.needs import Needs, needs
from migrate.project.drift.shapes import ColumnShape, Kind, TableShape

if TYPE_CHECKING:
    from migrate.state.schemas import Records

CANDIDATES = 50
"""New tables that are looked at to find out whether a missing one was renamed."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The source's schema as it is, beside what the mappings need of it."""

    source: Source
    mappings: Dict[str, Mapping]
    needs: Dict[str, Needs]
    found: SourceSchema


def look(source: Source, mappings: Dict[str, Mapping], layout: Layout) -> Seen:
    """Look at the source's schema once. Raises Unreachable where the role may not read a table of the mappings."""
    needed = needs(mappings.values(), layout)
    return Seen(source, mappings, needed, source.describe(needed.keys()))


class LegacySide:
    """What follows from a look at the source."""

    def __init__(self, seen: Seen, accepted: "Records") -> None:
        self._source, self._mappings = seen.source, seen.mappings
        self._needs, self._found = seen.needs, seen.found
        self._shapes = {name: TableShape.of(table) for name, table in self._found.tables.items()}
        mine = {name: record for (side, name), record in accepted.items() if side == Side.LEGACY}
        self._server: Dict[str, Any] = mine.pop("", {})
        self._before = {
            name: TableShape.recorded(record) for name, record in mine.items() if name in self._needs
        }

    def records(self) -> "Records":
        """What it looks like now."""
        found = {(str(Side.LEGACY), name): shape.record() for name, shape in self._shapes.items()}
        server = {"settings": dict(self._found.settings), "names": sorted(self._found.names)}
        return found | {(str(Side.LEGACY), ""): server}

    def differences(self) -> Iterator[Difference]:
        """The server, then every table that the mappings read, then tables that they do not."""
        for name, value in self._found.settings.items():
            old = self._server.get("settings", {}).get(name, value)
            if old != value:
                note = "stored values may mean something else now"
                yield _difference(f"server, {name}", old, value, Weight.REVIEW, note)
        for name, need in self._needs.items():
            shape = self._shapes.get(name)
            yield from [self._missing(name, need)] if shape is None else self._table(name, shape, need)
        yield from self._others()

    # --- tables

    def _missing(self, name: str, need: Needs) -> Difference:
        before = self._before.get(name)
        renamed = [
            other for other in self._strangers if before and self._strangers[other] == _columns(before)
        ]
        notes = [f"read by {', '.join(need.files)}"]
        notes += [f"the new table {' or '.join(renamed)} has the same columns: renamed?"] if renamed else []
        old = f"a table with {len(before.columns)} columns" if before else "a table"
        return _difference(name, old, "missing, or hidden from the role", Weight.BROKEN, "; ".join(notes))

    @cached_property
    def _strangers(self) -> Dict[str, frozenset[str]]:
        """Names of the columns of tables that were not there before."""
        new = sorted(self._found.names - set(self._server.get("names", self._found.names)))[:CANDIDATES]
        return {name: frozenset(table.columns) for name, table in self._source.catalogue(new).items()}

    def _table(self, name: str, shape: TableShape, need: Needs) -> Iterator[Difference]:
        before = self._before.get(name)
        if before and before.view != shape.view:
            words = ("a table", "a view")
            weight = Weight.REVIEW if shape.view else Weight.TOLD
            note = "a view neither keeps its keys apart nor has indexes of its own" if shape.view else ""
            yield _difference(name, words[before.view], words[shape.view], weight, note)
        yield from self._gone(name, shape, before, need)
        for column, now in shape.columns.items():
            then = before.columns.get(column) if before else None
            place, goals = f"{name}.{column}", need.goals.get(column, ())
            if before and then is None:
                yield _difference(place, "not there", now.declared, note=self._unaccounted(name, column))
            if then and then != now:
                yield from _changed(place, then, now, column, need)
            elif column in need.read:
                yield from _unfit(place, now, need.read[column], [goal for goal in goals if goal.plain])

    def _gone(
        self, name: str, shape: TableShape, before: TableShape | None, need: Needs
    ) -> Iterator[Difference]:
        """Columns that are read, and columns that were there."""
        then = before.columns if before else {}
        new = {column: now for column, now in shape.columns.items() if column not in then} if before else {}
        for column in dict.fromkeys((*need.read, *then)):
            if column in shape.columns:
                continue
            old = then.get(column)
            alike = [other for other, now in new.items() if now == old]
            notes = (
                [f"read by {', '.join(need.read[column])}"]
                if column in need.read
                else ["no mapping reads it"]
            )
            notes += [f"the new column {' or '.join(alike)} looks the same: renamed?"] if alike else []
            weight = Weight.BROKEN if column in need.read else Weight.TOLD
            declared = old.declared if old else "a column"
            yield _difference(f"{name}.{column}", declared, "missing", weight, "; ".join(notes))

    def _unaccounted(self, table: str, column: str) -> str:
        if (table, column) not in self._open:
            return ""
        return "no mapping says what becomes of it: migrate mapping coverage"

    @cached_property
    def _open(self) -> set[tuple[str, str]]:
        catalogue = {name: list(shape.columns) for name, shape in self._shapes.items()}
        accounts = coverage(self._mappings.values(), catalogue).unaccounted
        return {(each.table, each.column) for each in accounts}

    def _others(self) -> Iterator[Difference]:
        before, now = set(self._server.get("names", self._found.names)), self._found.names
        for name in sorted(now - before - self._needs.keys()):
            yield _difference(name, "not there", "a new table or view; no mapping reads it")
        for name in sorted(before - now - self._needs.keys()):
            yield _difference(name, "a table or view that no mapping reads", "missing")


# --- columns


def _changed(
    place: str, old: ColumnShape, new: ColumnShape, column: str, need: Needs
) -> Iterator[Difference]:
    """One column that is there before and after."""
    read, plain = column in need.read, True
    if old.kind is not new.kind:
        unreadable = read and new.kind is Kind.BYTES
        weight = Weight.BROKEN if unreadable else Weight.REVIEW if read else Weight.TOLD
        words = (f"{old.declared} ({old.kind})", f"{new.declared} ({new.kind})")
        yield _difference(place, *words, weight, "" if read else "no mapping reads it")
        plain = False
    elif (old.size, old.scale) != (new.size, new.scale):
        yield _difference(place, old.declared, new.declared, note=_fit(old, new, column, need))
        plain = False
    if old.collation != new.collation and old.kind is new.kind:
        ordered = column in need.ordered
        note = "the table is read in ranges of this order" if ordered else ""
        words = (f"in the order {old.collation}", f"in the order {new.collation}")
        yield _difference(place, *words, Weight.REVIEW if ordered else Weight.TOLD, note)
        plain = False
    if old.nullable != new.nullable:
        names_rows = new.nullable and column in need.keys
        words = ("NULL", "NOT NULL") if old.nullable else ("NOT NULL", "NULL")
        note = "rows without a key are in no range" if names_rows else ""
        yield _difference(place, *words, Weight.REVIEW if names_rows else Weight.TOLD, note)
        plain = False
    if old.unique != new.unique:
        loses = old.unique and column in need.keys
        words = ("unique", "not unique") if old.unique else ("not unique", "unique")
        note = "nothing keeps two rows from having one key" if loses else ""
        yield _difference(place, *words, Weight.REVIEW if loses else Weight.TOLD, note)
        plain = False
    if plain and old.declared != new.declared:
        yield _difference(place, old.declared, new.declared)


def _fit(old: ColumnShape, new: ColumnShape, column: str, need: Needs) -> str:
    """What a change of width means for the platform's columns."""
    if old.holds(new):
        return "narrower"
    if new.kind is Kind.TEXT:
        limits = [
            f"{goal.place} takes {goal.column.width}"
            for goal in need.goals.get(column, ())
            if goal.column.width is not None
            and not (goal.column.code_list or goal.column.points_at)
            and (new.size is None or goal.column.width < new.size)
        ]
        if limits:
            return f"wider than the platform: {', '.join(dict.fromkeys(limits))}"
    return "wider" if new.holds(old) else ""


def _unfit(place: str, now: ColumnShape, files: list[str], goals: list[Any]) -> Iterator[Difference]:
    """What no value of that kind can become, whatever the record says."""
    reader = f"read by {', '.join(files)}"
    if now.kind is Kind.BYTES:
        yield _difference(place, "text, number or date", now.declared, Weight.BROKEN, reader)
        return
    for goal in goals:
        kind, wanted = goal.column.type, ""
        if now.kind is Kind.NUMBER and pa.types.is_temporal(kind):
            wanted = "a date"
        elif now.kind in (Kind.DATE, Kind.INSTANT) and (
            pa.types.is_integer(kind) or pa.types.is_decimal(kind)
        ):
            wanted = "a number"
        if wanted:
            yield _difference(place, f"{wanted} for {goal.place}", now.declared, Weight.BROKEN, reader)


def _columns(shape: TableShape) -> frozenset[str]:
    return frozenset(shape.columns)


def _difference(place: str, old: str, new: str, weight: Weight = Weight.TOLD, note: str = "") -> Difference:
    return Difference(Side.LEGACY, place, old, new, weight, note)
