"""What the rest of the program knows of a legacy database: a Source, its tables, and a Reader with a snapshot.

Names of tables and columns are given in upper case, as in a mapping, and found whatever case the database keeps.
Tables come back with columns named as they were asked for, in canonical types: string, int64, decimal128(p, s),
timestamp[us] without zone. Null and '' stay two things; nothing is trimmed, folded or normalised.
"""

from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from migrate.errors import Drift
from migrate.model import KeyRange

if TYPE_CHECKING:
    import pyarrow as pa

    from migrate.conditions import Condition


@dataclass(frozen=True, slots=True)
class SourceColumn:
    """A column of the source.

    name:       as the database spells it.
    type:       canonical Arrow type of its values; `binary` for contents that cannot be read.
    length:     declared length in characters; None for text without one and for other types.
    collation:  by which the database orders and compares it; None where it has none or all are alike.
    declared:   its type in the words of the database.
    unique:     the database itself keeps its values apart: it is the only column of a primary key or unique index.
    sql_type:   the same as SQLAlchemy knows it; None for a source that is no SQL database.
    """

    name: str
    type: "pa.DataType"
    nullable: bool = True
    length: int | None = None
    collation: str | None = None
    declared: str = ""
    unique: bool = False
    sql_type: Any = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class SourceTable:
    """A table or view of the source; `columns` by upper-case name, in the order of the database."""

    name: str
    columns: Mapping[str, SourceColumn]
    view: bool = False

    def column(self, name: str) -> SourceColumn:
        """The column of that upper-case name; raises `Drift` if there is none."""
        try:
            return self.columns[name]
        except KeyError:
            raise Drift(
                f"the source table {self.name} has no column {name}",
                why="the mapping was written for another version of the schema, or the role may not see the column",
                remedy=f"correct the mapping, or ask for SELECT on {self.name}",
            ) from None


@dataclass(frozen=True, slots=True)
class SourceSchema:
    """What a run relies on of a source, beside its rows.

    tables:    those that were asked for and exist, by upper-case name.
    names:     upper-case names of all its tables and views.
    settings:  what gives stored values their meaning, such as the character set: name -> value.
    """

    tables: Mapping[str, SourceTable]
    names: frozenset[str]
    settings: Mapping[str, str] = field(default_factory=dict)


class State(StrEnum):
    """How an examined point is."""

    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Examination:
    """One examined point of a connection, for `migrate doctor`."""

    name: str
    state: State
    text: str
    remedy: str = ""


class Reader(Protocol):
    """Reads in one snapshot; used by one thread at a time.

    started:    the source's clock before the snapshot was taken (naive UTC): nothing committed before is missing.
    age:        seconds since then; at its limit every read raises `Transient`, so that no transaction grows old.
    shared:     a token with which `Source.snapshot` opens a further Reader of the same snapshot; None where the
                database has no such thing.
    """

    started: datetime
    shared: str | None

    @property
    def age(self) -> float:
        """Seconds since the snapshot was taken."""

    def rows(
        self,
        table: str,
        columns: Sequence[str],
        by: str,
        within: KeyRange,
        *,
        like: tuple[str, str] | None = None,
        where: "Condition | None" = None,
    ) -> "pa.Table":
        """Rows with `low <= by < high`. Null is in no range; everything else, '' and blanks too, is in exactly one.

        like:   the table and column whose order the range is in, where that is not `by` itself; the same
                collation is then used here.
        where:  rows for which it does not hold may be left out, or come along: whoever asks judges them again.
        """

    def rows_by_keys(
        self,
        table: str,
        columns: Sequence[str],
        by: str,
        keys: "pa.Array",
        *,
        where: "Condition | None" = None,
    ) -> "pa.Table":
        """Rows whose `by` equals one of the keys, byte for byte; nulls and repeats among the keys do no harm.

        where:  as for `rows`.
        """

    def changed(self, table: str, by: str, stamps: Sequence[str], since: datetime) -> "Generator[pa.Array]":
        """Distinct values of `by`, in blocks, of rows with a stamp that is not earlier; null in `by` does not count.

        Whoever stops before its end closes it before the snapshot ends.
        """

    def measured(
        self,
        table: str,
        by: str,
        stamps: Sequence[str],
        version: str | None,
        within: KeyRange,
        *,
        like: tuple[str, str] | None = None,
        where: "Condition | None" = None,
    ) -> "pa.Table":
        """Per value of `by` in the range: (by, row_count, version_sum, stamps...), grouped by the source itself.

        Values that the database itself takes for equal (blanks behind, other case) may come as one.

        version_sum:  of that column; 0 where there is none or only nulls.      stamps:  the latest of each.
        """

    def checksums(self, table: str, columns: Sequence[str], by: str, parts: int) -> "pa.Table":
        """Per part of all rows with a value in `by`: (part, row_count, row_sum), worked out by the source itself.

        A row's part, from 0 to `parts` - 1, follows from its `by`. row_sum, a number as text, is the sum of checksums
        over these columns: it says of the same rows what it said before, and is another one as soon as a value, or
        null, is. Every column has to be one of which the database can make a checksum (`checksums.summable`).
        """

    def in_parts(
        self, table: str, column: str, by: str, parts: int, chosen: "pa.Array"
    ) -> "Generator[pa.Array]":
        """Values of a column, in blocks, of the rows whose `by` is in some of these parts; null does not count.

        One and the same value may come several times. Whoever stops before the end closes it.
        """

    def rows_without(
        self,
        table: str,
        columns: Sequence[str],
        by: str,
        *,
        key: str | None = None,
        within: KeyRange = KeyRange(),  # noqa: B008  # frozen
    ) -> "Iterator[pa.Table]":
        """Rows with null in `by`, in blocks; with `key`, only those in that range of it. Oracle's '' is null."""


class Source(Protocol):
    """A legacy database; may be used by several threads."""

    def catalogue(self, tables: Collection[str] | None = None) -> dict[str, SourceTable]:
        """Tables and views by upper-case name: those that were asked for and exist, or all."""

    def describe(self, tables: Collection[str]) -> SourceSchema:
        """What a run that reads these tables relies on; no row is read, and the catalogue once for all.

        Raises `Unreachable` where the role may not read one of them.
        """

    def clock(self) -> datetime:
        """The source's own time, naive UTC."""

    def count(self, table: str, where: "Condition | None" = None) -> int:
        """Number of rows now; with `where`, at most those and at least the ones for which it holds."""

    def filled(self, tables: Collection[str]) -> set[str]:
        """Those of the tables that have any row now."""

    def boundaries(
        self,
        table: str,
        column: str,
        every: int,
        *,
        without: str | None = None,
        where: "Condition | None" = None,
    ) -> list[str]:
        """Every n-th value of the column in the database's order, without the first and without repeats.

        As borders of ranges they cut the table into pieces of `every` rows. Nulls count for nothing.

        without:  only rows with null in that column: borders for `Reader.rows_without`.
        where:    rows for which it does not hold may be left out of the count.
        """

    def snapshot(self, shared: str | None = None) -> AbstractContextManager[Reader]:
        """One consistent, read-only transaction; with the token of a Reader that is still open, the same as its."""

    def check(self, keys: Collection[tuple[str, str]] = ()) -> list[Examination]:
        """Everything that can be examined without reading rows; `keys` are (table, column) that ranges go by."""

    def close(self) -> None:
        """Close all connections."""
