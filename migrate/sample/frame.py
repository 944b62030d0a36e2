"""Rows in the making: Arrow columns of one length that can be set, patched, extended and cut.

In: Arrow arrays, numpy arrays, or one value for all rows. Out: ``to_arrow()``, an Arrow table with exactly the
columns that were set, in the order of the schema and in the types of ``arrow_type``. Columns nobody set are
left out, so that the database fills its default or NULL.

What can go wrong: a column the schema does not know, or of another length, raises at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from migrate.sample.schema import TABLES

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Times = npt.NDArray[np.datetime64]

SECONDS = pa.timestamp("s")
NUMBER = pa.decimal128(22, 7)


def arrow_type(notation: str) -> pa.DataType:
    """The Arrow type of a schema notation: text, whole numbers, decimals with seven places, or seconds."""
    if notation[0] in "vc" or notation in ("id", "long"):
        return pa.string()
    if notation[0] == "n":
        return NUMBER if "," in notation else pa.int64()
    return SECONDS


class Rows:
    """The rows of one legacy table while they are made."""

    def __init__(self, table: str, length: int, **columns: Any) -> None:
        self.table = TABLES[table]
        self.length = length
        self._columns: dict[str, pa.Array] = {}
        for name, value in columns.items():
            self[name] = value

    def __len__(self) -> int:
        return self.length

    def __contains__(self, column: str) -> bool:
        return column in self._columns

    def __getitem__(self, column: str) -> pa.Array:
        """The column's values; when it was never set, what the database will fill in: its default or null."""
        values = self._columns.get(column)
        if values is None:
            notation, default = self.table[column].type, self.table[column].default
            known = pa.scalar(None if default == "now" else default, pa.string())
            return pa.repeat(known.cast(arrow_type(notation)), self.length)
        return values

    def __setitem__(self, column: str, value: Any) -> None:
        """Set a whole column from an array, or from one value for all rows."""
        values = as_array(value, arrow_type(self.table[column].type), self.length)
        if len(values) != self.length:
            raise ValueError(f"{self.table.name}.{column}: {len(values)} values for {self.length} rows")
        self._columns[column] = values

    def text(self, column: str) -> npt.NDArray[np.object_]:
        """The column as Python strings and None."""
        return np.asarray(self[column].to_numpy(zero_copy_only=False), dtype=object)

    def times(self, column: str) -> Times:
        """The column as seconds; NaT where null."""
        return np.asarray(self[column].to_numpy(zero_copy_only=False), dtype="datetime64[s]")

    def where(self, column: str, *values: str) -> Bools:
        """Which rows hold one of these values."""
        return mask(pc.is_in(self[column], pa.array(values, pa.string())))

    def filled(self, column: str) -> Bools:
        """Which rows hold any value."""
        return mask(pc.is_valid(self[column]))

    def patch(self, column: str, at: Ints, value: Any) -> None:
        """Set the column in the rows ``at`` (each at most once) to an array of as many values, or to one value."""
        kind = arrow_type(self.table[column].type)
        order = np.argsort(at, kind="stable")
        chosen = np.zeros(self.length, bool)
        chosen[at] = True
        values = as_array(value, kind, len(at)).take(pa.array(order))
        self._columns[column] = pc.replace_with_mask(self[column], pa.array(chosen), values)

    def take(self, at: Ints) -> Rows:
        """A copy of the rows ``at``."""
        result = Rows(self.table.name, len(at))
        index = pa.array(at)
        result._columns = {name: values.take(index) for name, values in self._columns.items()}
        return result

    def extend(self, other: Rows) -> Ints:
        """Append rows of the same table; the positions they got."""
        for name in [*self._columns, *(name for name in other._columns if name not in self._columns)]:
            self._columns[name] = pa.concat_arrays([self[name], other[name]])
        start = self.length
        self.length += len(other)
        return np.arange(start, self.length)

    def drop(self, at: Ints) -> None:
        """Remove the rows ``at``; positions behind them move."""
        keep = np.ones(self.length, bool)
        keep[at] = False
        self._columns = {name: values.filter(pa.array(keep)) for name, values in self._columns.items()}
        self.length = int(keep.sum())

    def to_arrow(self) -> pa.Table:
        """The columns that were set, in the order of the schema."""
        names = [column.name for column in self.table.columns if column.name in self._columns]
        return pa.table({name: self._columns[name] for name in names})


def as_array(value: Any, kind: pa.DataType, length: int) -> pa.Array:
    """``value`` as an Arrow array of this type; a single value is repeated ``length`` times."""
    if isinstance(value, pa.ChunkedArray):
        value = value.combine_chunks()
    if isinstance(value, np.ndarray):
        value = pa.array(value, from_pandas=True)
    if isinstance(value, list | tuple):
        value = pa.array(value, kind)
    if not isinstance(value, pa.Array):
        return pa.repeat(pa.scalar(value, kind), length)
    if kind == NUMBER and pa.types.is_integer(value.type):
        return decimals(value.to_numpy(zero_copy_only=False), 0)
    return value if value.type == kind else value.cast(kind)


def decimals(units: Ints, places: int) -> pa.Array:
    """Whole units as decimals of the schema's numbers: cents are ``decimals(cents, 2)``. Up to 9 * 10**11."""
    low = units.astype(np.int64) * 10 ** (7 - places)
    words = np.column_stack([low, low >> 63])
    return pa.Decimal128Array.from_buffers(
        NUMBER, len(low), [None, pa.py_buffer(np.ascontiguousarray(words))]
    )


def mask(values: pa.Array) -> Bools:
    """An Arrow boolean array as numpy; null counts as false."""
    return np.asarray(values.fill_null(False).to_numpy(zero_copy_only=False), dtype=bool)


def join(*parts: Any, separator: str = "") -> pa.Array:
    """Texts put together row by row; a plain string stands for itself in every row; null if any part is null."""
    return pc.binary_join_element_wise(*parts, separator)


def choose(condition: Bools, yes: Any, no: Any) -> pa.Array:
    """``yes`` where the condition holds, else ``no``: arrays or single texts; None gives null."""
    sides = [
        pa.scalar(side, pa.string()) if side is None or isinstance(side, str) else side for side in (yes, no)
    ]
    return pc.if_else(pa.array(condition), *sides)


def only(condition: Bools, values: Any) -> pa.Array:
    """``values`` where the condition holds, else null."""
    if isinstance(values, np.ndarray):
        values = pa.array(values)
    if isinstance(values, str):
        values = pa.scalar(values)
    return pc.if_else(pa.array(condition), values, pa.scalar(None, values.type))


def picked(pool: pa.Array, at: npt.NDArray[Any]) -> pa.Array:
    """The values of a small pool at these positions; a negative position gives null."""
    index = pa.array(at)
    if len(at) and at.min() < 0:
        index = pc.if_else(pa.array(at >= 0), index, None)
    return pool.take(index)


def strings(values: Iterable[str | None]) -> pa.Array:
    """A text array from Python strings."""
    return pa.array(values, pa.string())
