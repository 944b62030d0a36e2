"""The truth file: what was planted where, and what a perfect migration makes of it.

A CSV with the columns of ``COLUMNS``, one line for each damaged row:

    damage       the id of the damage, or HELD for what follows from a quarantined or excluded root
    table, row_id, column   where it was planted
    entity, key  the aggregate it belongs to, by the legacy key of its root
    disposition  LOAD, CONV, FLAG, QUAR, EXCL or MERGED; OUT_OF_SCOPE for tables the shipped mappings leave alone, and
                 for files without a row: these are of the entity `file`, by the ROW_ID in their name
    note         for QUAR and EXCL the scope, ``entity`` or ``row``, or ``held``; for MERGED the survivor; else a remark
                 (about files: a note of `migrate.sample.attached`)

Every QUAR, EXCL, CONV and FLAG that a perfect migration yields has its line. LOAD lines say that damage is to be
loaded as it is; a root that is quarantined, held or excluded has no other lines than the one that says so.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from migrate.sample.frame import Bools, mask

COLUMNS = ("damage", "table", "row_id", "column", "entity", "key", "disposition", "note")
SCHEMA = pa.schema([(name, pa.string()) for name in COLUMNS])


class Truth:
    """The lines of one block, collected while damage is planted."""

    def __init__(self) -> None:
        self._parts: list[pa.Table] = []

    def add(self, **columns: pa.Array | str) -> None:
        """Lines with these columns; a single text stands for all lines, at least one column is an array."""
        count = next(len(values) for values in columns.values() if isinstance(values, pa.Array))
        arrays = [
            values if isinstance(values, pa.Array) else pa.repeat(values, count)
            for values in (columns.get(name, "") for name in COLUMNS)
        ]
        self._parts.append(pa.table(arrays, schema=SCHEMA))

    def table(self) -> pa.Table:
        """All lines so far, in the order they were planted."""
        return pa.concat_tables([SCHEMA.empty_table(), *self._parts]).combine_chunks()

    def keys(self, entity: str, *dispositions: str) -> pa.Array:
        """The roots of this entity that meet one of these ends as a whole."""
        lines = self.table()
        whole = pc.and_(
            pc.and_(
                pc.equal(lines["entity"], entity), pc.is_in(lines["disposition"], pa.array(dispositions))
            ),
            pc.is_in(lines["note"], pa.array(["entity", "held"])),
        )
        return pc.unique(lines["key"].filter(whole).combine_chunks())

    def settle(self) -> None:
        """Drop the lines about roots and rows that are not loaded, but for those that say so."""
        lines = self.table()
        drop: Bools = np.zeros(len(lines), bool)
        says_so = mask(pc.is_in(lines["note"].combine_chunks(), pa.array(["entity", "held"])))
        for entity in pc.unique(lines["entity"]).to_pylist():
            gone = self.keys(entity, "QUAR", "EXCL")
            about = pc.and_(pc.equal(lines["entity"], entity), pc.is_in(lines["key"], gone))
            drop |= mask(about.combine_chunks()) & ~says_so
        set_aside = mask(pc.is_in(lines["disposition"].combine_chunks(), pa.array(["QUAR", "EXCL"])))
        row = pc.binary_join_element_wise(
            lines["entity"], lines["table"], lines["row_id"], " "
        ).combine_chunks()
        drop |= mask(pc.is_in(row, row.filter(pa.array(set_aside)))) & ~set_aside
        self._parts = [lines.filter(pa.array(~drop))]


class TruthFile:
    """Writes the lines of block after block to a CSV; without a path it only counts them."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: BinaryIO | None = None
        self.counts: Counter[str] = Counter()

    def __enter__(self) -> Self:
        if self._path is not None:
            self._file = self._path.open("wb")
            self._file.write((",".join(COLUMNS) + "\n").encode())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def write(self, truth: Truth) -> None:
        """Append the lines of one block."""
        lines = truth.table()
        self.counts.update(
            {entry["values"]: entry["counts"] for entry in pc.value_counts(lines["damage"]).to_pylist()}
        )
        if self._file is not None:
            options = pyarrow.csv.WriteOptions(include_header=False)
            pyarrow.csv.write_csv(lines, self._file, options)
