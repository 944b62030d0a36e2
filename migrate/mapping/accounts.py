"""`coverage`: is every column of every table that the mappings read accounted for?

A column is *mapped* (its value goes to the platform), *derived* (keys, conditions and rules need it), *dropped* with a
reason, or *unaccounted*, which is a mistake: nothing is left behind by oversight. System columns have to be accounted
for like others; `drop: {"*": {COLUMN: reason}}` does so for every table at once.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from collections.abc import Mapping as Dict
from dataclasses import dataclass
from enum import StrEnum

from migrate.errors import Mistake
from migrate.mapping.members import ANY_TABLE
from migrate.mapping.nouns import Dropped, Mapping
from migrate.mapping.reads import mapped
from migrate.reading.grammar import suggest

Catalogue = Dict[str, Collection[str]]
"""The source's tables and their columns."""


class Account(StrEnum):
    """What becomes of a source column."""

    MAPPED = "mapped"
    DERIVED = "derived"
    DROPPED = "dropped"
    UNACCOUNTED = "unaccounted"


@dataclass(frozen=True, slots=True)
class ColumnAccount:
    """A source column, what becomes of it, and the entities that map or need it, or the reason why it is dropped."""

    table: str
    column: str
    account: Account
    entities: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Every column of the tables that are read, and what is wrong: unaccounted or unknown columns, idle drops."""

    columns: tuple[ColumnAccount, ...]
    mistakes: tuple[Mistake, ...]

    @property
    def unaccounted(self) -> tuple[ColumnAccount, ...]:
        """The columns of which no mapping says what becomes of them."""
        return tuple(column for column in self.columns if column.account is Account.UNACCOUNTED)

    @property
    def counts(self) -> dict[Account, int]:
        """Columns by account."""
        found = Counter(column.account for column in self.columns)
        return {account: found[account] for account in Account}


def coverage(mappings: Iterable[Mapping], catalogue: Catalogue) -> Coverage:
    """Account for the columns of every table that the mappings read, against the source's catalogue."""
    books = _Books(list(mappings), catalogue)
    columns = tuple(books.columns())
    mistakes = [*books.unknown(), *books.idle_drops(), *books.unaccounted(columns)]
    return Coverage(columns, tuple(sorted(mistakes)))


class _Books:
    """What all mappings together say of each (table, column)."""

    def __init__(self, mappings: list[Mapping], catalogue: Catalogue) -> None:
        self.mappings, self.catalogue = mappings, catalogue
        self.mapped: dict[tuple[str, str], dict[str, None]] = {}
        self.needed: dict[tuple[str, str], dict[str, None]] = {}
        self.drops: dict[tuple[str, str], Dropped] = {}
        self.any_drops: dict[str, tuple[Mapping, Dropped]] = {}
        self.readers: dict[
            str, tuple[Mapping, int]
        ] = {}  # table -> first mapping that reads it, line of the member
        for mapping in mappings:
            self._enter(mapping)

    def _enter(self, mapping: Mapping) -> None:
        table_of = {name: member.table for name, member in mapping.by_name.items()}
        for member in mapping.by_name.values():
            self.readers.setdefault(member.table, (mapping, member.line))
        for member_name, column in mapped(mapping, mapping.root.name):
            self.mapped.setdefault((table_of[member_name], column), {})[mapping.entity] = None
        for member_name, columns in mapping.reads.items():
            for column in columns:
                self.needed.setdefault((table_of[member_name], column), {})[mapping.entity] = None
        for drop in mapping.dropped:
            if drop.member == ANY_TABLE:
                self.any_drops.setdefault(drop.column, (mapping, drop))
            else:
                self.drops.setdefault((table_of[drop.member], drop.column), drop)

    def columns(self) -> Iterator[ColumnAccount]:
        for table in self.readers:
            for column in self.catalogue.get(table, ()):
                yield self._account(table, column)

    def _account(self, table: str, column: str) -> ColumnAccount:
        key = (table, column)
        if key in self.mapped:
            return ColumnAccount(table, column, Account.MAPPED, tuple(self.mapped[key]))
        if key in self.needed:
            return ColumnAccount(table, column, Account.DERIVED, tuple(self.needed[key]))
        drop = self.drops.get(key) or self.any_drops.get(column, (None, None))[1]
        if drop:
            return ColumnAccount(table, column, Account.DROPPED, reason=drop.reason)
        return ColumnAccount(table, column, Account.UNACCOUNTED)

    def unknown(self) -> Iterator[Mistake]:
        """Tables and columns that the mappings read and the source does not have."""
        for table, (mapping, line) in self.readers.items():
            if table not in self.catalogue:
                way_out = suggest(table, self.catalogue, "tables")
                yield Mistake(mapping.file, line, f"the source has no table {table}", way_out)
        for mapping in self.mappings:
            for name, columns in mapping.reads.items():
                member = mapping.member(name)
                there = self.catalogue.get(member.table, columns)
                for column in columns:
                    if column not in there:
                        what = f"{name}: the source's {member.table} has no column {column}"
                        yield Mistake(mapping.file, member.line, what, suggest(column, there, "columns"))

    def idle_drops(self) -> Iterator[Mistake]:
        """Drops of columns that do not exist, or that `"*"` drops from no table."""
        for mapping in self.mappings:
            for drop in mapping.dropped:
                tables = (
                    list(self.readers) if drop.member == ANY_TABLE else [mapping.member(drop.member).table]
                )
                known = {column for table in tables for column in self.catalogue.get(table, (drop.column,))}
                if drop.column not in known:
                    what = f"drop {drop.member}.{drop.column}: the source has no such column"
                    yield Mistake(
                        mapping.file, drop.line, what, suggest(drop.column, sorted(known), "columns")
                    )

    def unaccounted(self, columns: Iterable[ColumnAccount]) -> Iterator[Mistake]:
        for column in columns:
            if column.account is Account.UNACCOUNTED:
                mapping, line = self.readers[column.table]
                what = f"{column.table}.{column.column} is not accounted for"
                yield Mistake(mapping.file, line, what, "map it, or name it under `drop` with the reason")
