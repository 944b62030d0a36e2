"""The record of a day: what happened to which row, and what the next sync must make of it.

A CSV with the columns of ``COLUMNS``, one line for each entity that a written row concerns, in the order of the
commits; rows that concern none have a line with an empty entity. Days are appended.

    day          the date the day began on
    session      number of the session; the last one commits when the shift ends
    stamped      the moment of the write by the session's clock; LAST_UPD may say otherwise, which is the point
    committed    when it became visible
    kind         the kind of change, as in ``data/changes.csv``
    change, table, row_id      insert, update or delete of this row
    entity, key  the entity concerned, by the legacy key of its root
    expected     created, updated, unchanged, deleted, merged or unmerged
    net          the narrowest net that is sure to find this write: delta, sweep or deep
    survivor     of a merge; of an unmerge, the client that the new one came out of
    note         a remark

An entity may have several lines of one kind; what is deleted, merged, created or unmerged says so in its root's line.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from migrate.sample.aging.model import DELTA, SWEEP, Effect
from migrate.sample.aging.sessions import Done

COLUMNS = (
    "day", "session", "stamped", "committed", "kind", "change", "table", "row_id", "entity", "key",
    "expected", "net", "survivor", "note",
)  # fmt: skip


class Record:
    """Appends lines to a file; without a path it only counts the rows."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: TextIO | None = None
        self.rows = 0

    def __enter__(self) -> Self:
        if self._path is not None:
            fresh = not self._path.exists() or not self._path.stat().st_size
            self._file = self._path.open("a", encoding="utf-8", newline="")
            self._lines = csv.writer(self._file, lineterminator="\n")
            if fresh:
                self._lines.writerow(COLUMNS)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def write(self, day: str, done: list[Done]) -> None:
        """Append what a commit made visible."""
        self.rows += len(done)
        if self._file is not None:
            for one in done:
                self._lines.writerows(lines(day, one))
            self._file.flush()


def lines(day: str, done: Done) -> Iterator[tuple[str, ...]]:
    """The lines of one write."""
    event, write = done.event, done.event.write
    assert write is not None
    for effect in write.effects or (Effect("", "", ""),):
        found_by = effect.net or net(done) if effect.entity else ""
        yield (
            day, str(event.session + 1), event.stamp.isoformat(" "),
            done.committed.isoformat(" ", "seconds"), event.transaction.kind, write.verb, write.table,
            write.row_id, effect.entity, effect.key, effect.expected, found_by, effect.survivor,
            effect.note,
        )  # fmt: skip


def net(done: Done) -> str:
    """The narrowest net that is sure to find a write."""
    write, transaction = done.event.write, done.event.transaction
    assert write is not None
    late = transaction.held or transaction.slow
    if write.verb == "delete" or (late and write.stamp.net == DELTA):
        return SWEEP
    return write.stamp.net
