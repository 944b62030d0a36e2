"""Stand-ins that keep the same contracts as the real things, without a server."""

import time
from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import reduce
from zlib import crc32

import pyarrow as pa
import pyarrow.compute as pc

from migrate.conditions import Condition
from migrate.errors import Drift
from migrate.extract import Examination, Reader, SourceColumn, SourceSchema, SourceTable, State
from migrate.model import KeyRange

FIXED_NOW = datetime(2026, 1, 1, 12, 0, 0)  # noqa: DTZ001  # a source's clock is naive UTC


class MemorySource:
    """A Source over Arrow tables in canonical types: table name -> rows.

    Keys are ordered byte by byte. `now` is its clock. A snapshot sees the tables as they were when it was opened;
    put a new table into `tables` to change the source.
    """

    def __init__(
        self,
        tables: Mapping[str, pa.Table],
        *,
        now: datetime | None = FIXED_NOW,
        lengths: Mapping[tuple[str, str], int] | None = None,
    ) -> None:
        self.tables = dict(tables)
        self._now, self._lengths = now, dict(lengths or {})

    def catalogue(self, tables: Collection[str] | None = None) -> dict[str, SourceTable]:
        """See `Source`."""
        wanted = None if tables is None else {name.upper() for name in tables}
        return {
            name.upper(): self._described(name, rows)
            for name, rows in self.tables.items()
            if wanted is None or name.upper() in wanted
        }

    def describe(self, tables: Collection[str]) -> SourceSchema:
        """See `Source`."""
        return SourceSchema(self.catalogue(tables), frozenset(name.upper() for name in self.tables))

    def clock(self) -> datetime:
        """See `Source`."""
        return self._now or datetime.now(UTC).replace(tzinfo=None)

    def count(self, table: str, where: Condition | None = None) -> int:
        """See `Source`."""
        del where
        return int(find(self.tables, table).num_rows)

    def filled(self, tables: Collection[str]) -> set[str]:
        """See `Source`."""
        return {table for table in tables if find(self.tables, table).num_rows}

    def boundaries(
        self,
        table: str,
        column: str,
        every: int,
        *,
        without: str | None = None,
        where: Condition | None = None,
    ) -> list[str]:
        """See `Source`."""
        del where
        if every < 1:
            raise ValueError(f"every must be at least 1, not {every}")
        rows = find(self.tables, table)
        if without is not None:
            rows = rows.filter(cells(rows, without).is_null())
        keys = cells(rows.filter(cells(rows, column).is_valid()), column)
        ordered = keys.take(pc.sort_indices(keys)).to_pylist()
        return list(dict.fromkeys(str(key) for key in ordered[every::every]))

    @contextmanager
    def snapshot(self, shared: str | None = None) -> Iterator[Reader]:
        """See `Source`."""
        if shared is not None:
            raise ValueError("a MemorySource cannot share a snapshot")
        yield MemoryReader(dict(self.tables), self.clock())

    def check(self, keys: Collection[tuple[str, str]] = ()) -> list[Examination]:
        """See `Source`."""
        del keys
        return [Examination("server", State.OK, "in memory")]

    def close(self) -> None:
        """See `Source`."""

    def _described(self, name: str, rows: pa.Table) -> SourceTable:
        columns = [
            SourceColumn(
                field.name, field.type, field.nullable, self._lengths.get((name.upper(), field.name.upper()))
            )
            for field in rows.schema
        ]
        return SourceTable(name, {column.name.upper(): column for column in columns})


class MemoryReader:
    """See `Reader`."""

    def __init__(self, tables: Mapping[str, pa.Table], started: datetime) -> None:
        self.started = started
        self.shared: str | None = None
        self._tables, self._opened = tables, time.monotonic()

    @property
    def age(self) -> float:
        """See `Reader`."""
        return time.monotonic() - self._opened

    def rows(
        self,
        table: str,
        columns: Sequence[str],
        by: str,
        within: KeyRange,
        *,
        like: tuple[str, str] | None = None,
        where: Condition | None = None,
    ) -> pa.Table:
        """See `Reader`."""
        del like, where
        rows = find(self._tables, table)
        return _select(rows.filter(_within(rows, by, within)), columns)

    def rows_by_keys(
        self,
        table: str,
        columns: Sequence[str],
        by: str,
        keys: pa.Array,
        *,
        where: Condition | None = None,
    ) -> pa.Table:
        """See `Reader`."""
        del where
        rows = find(self._tables, table)
        own = cells(rows, by)
        return _select(rows.filter(pc.is_in(own, value_set=keys.drop_null().cast(own.type))), columns)

    def changed(self, table: str, by: str, stamps: Sequence[str], since: datetime) -> Generator[pa.Array]:
        """See `Reader`."""
        rows = find(self._tables, table)
        moment = since.replace(microsecond=0)
        late = [pc.fill_null(pc.greater_equal(cells(rows, stamp), moment), False) for stamp in stamps]
        yield pc.drop_null(pc.unique(cells(rows.filter(reduce(pc.or_, late)), by)))

    def measured(
        self,
        table: str,
        by: str,
        stamps: Sequence[str],
        version: str | None,
        within: KeyRange,
        *,
        like: tuple[str, str] | None = None,
        where: Condition | None = None,
    ) -> pa.Table:
        """See `Reader`."""
        names = [by, *stamps, *([version] if version else [])]
        own = self.rows(table, names, by, within, like=like, where=where)
        own = pa.table(own.columns, names=["by", *names[1:]])  # `by` may be the version as well
        sums = [(version, "sum")] if version else []
        latest = [(name, "max") for name in stamps]
        grouped = own.group_by("by").aggregate([([], "count_all"), *sums, *latest])
        total = grouped[f"{version}_sum"] if version else pa.nulls(grouped.num_rows, pa.int64())
        counted = [grouped["by"], grouped["count_all"], pc.fill_null(total.cast(pa.int64()), 0)]
        return pa.table(
            [*counted, *(grouped[f"{name}_max"] for name in stamps)],
            names=[by, "row_count", "version_sum", *stamps],
        ).combine_chunks()

    def checksums(self, table: str, columns: Sequence[str], by: str, parts: int) -> pa.Table:
        """See `Reader`."""
        rows = find(self._tables, table)
        rows = rows.filter(cells(rows, by).is_valid())
        sums = [
            crc32(repr(row).encode())
            for row in zip(*(cells(rows, name).to_pylist() for name in columns), strict=True)
        ]
        found = pa.table([_parts(cells(rows, by), parts), pa.array(sums, pa.int64())], names=["part", "sum"])
        grouped = found.group_by("part").aggregate([([], "count_all"), ("sum", "sum")])
        totals = grouped["sum_sum"].cast(pa.string())
        return pa.table(
            [grouped["part"], grouped["count_all"], totals], names=["part", "row_count", "row_sum"]
        )

    def in_parts(self, table: str, column: str, by: str, parts: int, chosen: pa.Array) -> Generator[pa.Array]:
        """See `Reader`."""
        rows = find(self._tables, table)
        rows = rows.filter(cells(rows, by).is_valid())
        within = pc.is_in(_parts(cells(rows, by), parts), value_set=chosen)
        yield pc.drop_null(pc.unique(cells(rows, column).filter(within)))

    def rows_without(
        self,
        table: str,
        columns: Sequence[str],
        by: str,
        *,
        key: str | None = None,
        within: KeyRange = KeyRange(),  # noqa: B008  # frozen
    ) -> Iterator[pa.Table]:
        """See `Reader`."""
        rows = find(self._tables, table)
        rows = rows.filter(cells(rows, by).is_null())
        if key is not None:
            rows = rows.filter(_within(rows, key, within))
        return iter([_select(rows, columns)] if rows.num_rows else [])


def _parts(keys: pa.Array | pa.ChunkedArray, parts: int) -> pa.Array:
    return pa.array([crc32(str(key).encode()) % parts for key in keys.to_pylist()], pa.int64())


def find(tables: Mapping[str, pa.Table], name: str) -> pa.Table:
    """A table by upper-case name; raises `Drift` if there is none."""
    for spelled, rows in tables.items():
        if spelled.upper() == name.upper():
            return rows
    raise Drift(f"the source has no table {name}")


def cells(rows: pa.Table, column: str) -> pa.ChunkedArray:
    """A column by upper-case name; raises `Drift` if there is none."""
    for spelled in rows.column_names:
        if spelled.upper() == column:
            return rows.column(spelled)
    raise Drift(f"the source table has no column {column}")


def _select(rows: pa.Table, columns: Sequence[str]) -> pa.Table:
    return pa.table([cells(rows, name) for name in columns], names=list(columns)).combine_chunks()


def _within(rows: pa.Table, column: str, within: KeyRange) -> pa.ChunkedArray:
    own = cells(rows, column)
    inside = own.is_valid()
    if within.low is not None:
        inside = pc.and_(inside, pc.greater_equal(own, pa.scalar(within.low).cast(own.type)))
    if within.high is not None:
        inside = pc.and_(inside, pc.less(own, pa.scalar(within.high).cast(own.type)))
    return pc.fill_null(inside, False)
