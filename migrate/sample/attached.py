"""The files that the sample's attachments name: a tree like the Siebel File System's, with the damage of such trees.

    with FileTree(folder) as tree:
        tree.write(block, truth)        the files of a damaged block; what is wrong with them goes to the truth

A file is `att/<TABLE>_<ROW_ID>_<FILE_REV_NUM>.SAF`, a zlib container of as many bytes as FILE_SIZE says: one line over
and over, so that it takes some hundred bytes on disk. The same seed makes the same files. Which files there are never
changes a row: the block's random stream and ROW_IDs are used when nothing else needs them any more.

What can go wrong: a folder that is not empty (`Refused`: it may be somebody's); no right, or no room (OSError).
After an error the files are gone again.
"""

from __future__ import annotations

import shutil
import zlib
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from migrate.errors import Refused
from migrate.sample.block import Block
from migrate.sample.damage.plant import AT_LEAST, EXCL, LOAD, OUT_OF_SCOPE, QUAR
from migrate.sample.frame import Bools, choose, join, mask
from migrate.sample.truth import Truth

DAMAGE, RATE = "X06", 0.002
LOST = "no file"
EMPTY = "a file of zero bytes"
OTHER_SIZE = "a file of another size"
RENAMED = "a file under the name of another table"
OLDER = "the file of an older revision beside it"
STRAY = "a file without a row"
FAULTS = {
    LOST: "FILE_NAME", EMPTY: "FILE_SIZE", OTHER_SIZE: "FILE_SIZE", RENAMED: "FILE_NAME", OLDER: "FILE_REV_NUM",
}  # fmt: skip
"""What is wrong with the file of a row, as the truth's note has it, and the column that it contradicts."""

_SUBFOLDER, _OLD_TABLE = "att", "S_SR_ATT"


class FileTree:
    """A new tree of files; without a folder nothing is made."""

    def __init__(self, folder: Path | None) -> None:
        self._folder, self.count = folder, 0

    def __enter__(self) -> Self:
        if self._folder is not None:
            if self._folder.exists() and (not self._folder.is_dir() or any(self._folder.iterdir())):
                raise Refused(
                    f"{self._folder} is no empty folder; nothing was made",
                    why="what is there may be somebody's attachments, and is never overwritten",
                    remedy="name a new folder with --files, or remove that one",
                )
            (self._folder / _SUBFOLDER).mkdir(parents=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None and self._folder is not None:
            shutil.rmtree(self._folder / _SUBFOLDER, ignore_errors=True)

    def write(self, block: Block, truth: Truth) -> None:
        """The files of a block."""
        if self._folder is None:
            return
        made = _damaged(_attached(block), block, truth)
        for name, size in zip(made["name"].to_pylist(), made["size"].to_pylist(), strict=True):
            (self._folder / _SUBFOLDER / name).write_bytes(_content(name, size))
        self.count += len(made)


def _content(name: str, size: int) -> bytes:
    """A container of so many bytes; one of nothing is an empty file."""
    line = f"{name} was made up, and is about nobody.\n".encode()
    return zlib.compress((line * (size // len(line) + 1))[:size], 1) if size else b""


def _attached(block: Block) -> pa.Table:
    """What the rows of a block name: the parts of each file's name, its size, the application and the activity."""
    work = block["S_EVT_ACT"]
    parts = []
    for table in ("S_CASE_ATT", "S_ACTIVITY_ATT"):
        rows = block[table]
        columns = {
            "table": pa.repeat(table, len(rows)), "row_id": rows["ROW_ID"], "revision": rows["FILE_REV_NUM"],
            "size": rows["FILE_SIZE"], "case": rows["PAR_ROW_ID"], "activity": pa.nulls(len(rows), pa.string()),
        }  # fmt: skip
        if table == "S_ACTIVITY_ATT":
            at = pc.index_in(rows["PAR_ROW_ID"], work["ROW_ID"])
            columns |= {"case": work["CASE_ID"].take(at), "activity": rows["PAR_ROW_ID"]}
        parts.append(pa.table(columns).filter(pa.array(rows.where("FILE_SRC_TYPE", "FILE"))))
    return pa.concat_tables(parts).combine_chunks()


def _sound(files: pa.Table, truth: Truth) -> Bools:
    """Files of rows that are loaded, and of which nothing else is wrong."""
    lines = truth.table()
    aside = pc.is_in(lines["disposition"], pa.array([QUAR, EXCL]))
    named, gone = lines["row_id"].combine_chunks(), lines["row_id"].filter(aside).combine_chunks()
    whole = truth.keys("application", QUAR, EXCL)
    unfit = [
        pc.is_in(files["row_id"], named),
        pc.is_in(files["case"], whole),
        pc.is_in(files["activity"], gone),
    ]
    sound = mask(pc.greater(files["size"], 1))
    for each in unfit:
        sound &= ~mask(each)
    return sound


def _damaged(files: pa.Table, block: Block, truth: Truth) -> pa.Table:
    """Name and size of the files that there are, after the faults were planted and noted."""
    fault = _planted(files, block, truth)
    older = files.filter(pa.array(fault == OLDER))
    strays = files.take(pa.array(block.rng.integers(0, len(files), _number(files, block))))
    strays = strays.set_column(1, "row_id", block.ids.take(len(strays)))
    _note(truth, STRAY, strays, "ROW_ID", entity="file", key=strays["row_id"], disposition=OUT_OF_SCOPE)
    size = files["size"].combine_chunks()
    size = pc.if_else(pa.array(fault == EMPTY), 0, size)
    size = pc.if_else(pa.array(fault == OTHER_SIZE), pc.divide(size, 2), size)
    table = choose(fault == RENAMED, _OLD_TABLE, files["table"].combine_chunks())
    made = files.set_column(0, "table", table).set_column(3, "size", size).filter(pa.array(fault != LOST))
    older = older.set_column(2, "revision", pa.repeat("0", len(older)))
    all_of_them = pa.concat_tables([made, older, strays])
    name = join(*(all_of_them[part] for part in ("table", "row_id", "revision")), separator="_")
    return pa.table({"name": join(name, ".SAF"), "size": all_of_them["size"]})


def _planted(files: pa.Table, block: Block, truth: Truth) -> np.ndarray:
    """The fault of each file, '' for none; no file has two."""
    fault = np.full(len(files), "", dtype=object)
    left = block.rng.permutation(np.flatnonzero(_sound(files, truth)))
    revised = mask(pc.not_equal(files["revision"], "0"))
    for note, column in FAULTS.items():
        fit = left[revised[left]] if note == OLDER else left
        at = np.sort(fit[: _number(files, block)])
        fault[at] = note
        left = left[~np.isin(left, at)]
        chosen = files.take(pa.array(at))
        _note(truth, note, chosen, column, entity="application", key=chosen["case"], disposition=LOAD)
    return fault


def _number(files: pa.Table, block: Block) -> int:
    """How many of each fault: the rate, rounded by chance, and at least three in the first block."""
    wanted = int(RATE * len(files) + block.rng.random())
    return max(wanted, AT_LEAST) if block.number == 0 else wanted


def _note(
    truth: Truth,
    note: str,
    files: pa.Table,
    column: str,
    *,
    entity: str,
    key: pa.ChunkedArray,
    disposition: str,
) -> None:
    """A line for each of these files."""
    for table in pc.unique(files["table"]).to_pylist():
        these = pc.equal(files["table"], table)
        truth.add(
            damage=DAMAGE, table=table, row_id=files["row_id"].filter(these).combine_chunks(), column=column,
            entity=entity, key=key.filter(these).combine_chunks(), disposition=disposition, note=note,
        )  # fmt: skip
