"""The realistic GCMS-shaped legacy database, made for demonstration, rehearsal and tests.

``make`` fills a database with invented clients and their applications, in the legacy's tables, widths and
habits, with the damage real data carries, and writes a truth file that says what must become of each damaged
row. The same seed gives the same rows, whatever the database. Only tests may read the truth file.

All persons are invented. Importing this package is cheap; ``make`` imports what it needs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Engine

FEWEST, MOST = 500, 1_000_000
"""Clients that can be made: with fewer, not every damage finds a place."""

Progress = Callable[[int, int], None]
"""Called with (clients made so far, clients wanted)."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What was made: rows by table, planted damage by id (lines of the truth file), files, seconds spent."""

    clients: int
    seed: int
    rows: Mapping[str, int]
    damage: Mapping[str, int]
    files: int
    seconds: float

    @property
    def total(self) -> int:
        """All rows of all tables."""
        return sum(self.rows.values())


def make(
    target: str | Engine,
    clients: int,
    seed: int = 1,
    truth: Path | None = None,
    *,
    files: Path | None = None,
    schema: str | None = None,
    audit: int = 3,
    replace: bool = False,
    progress: Progress | None = None,
) -> Summary:
    """Make the sample in the database ``target`` (an SQLAlchemy URL or engine).

    clients   500 to 1,000,000; rows follow at about 50 for each. Memory does not grow with it.
    truth     where to write the truth file, a CSV; none is written without it.
    files     a new folder for the files that the attachments name, as in the Siebel File System; none are made
              without it.
    schema    the SQL schema to make the tables in, such as ``SIEBEL``; ignored by SQLite, which has none.
    audit     entries of the audit trail for each application. Real life has some 30, which would triple the sample.
    replace   drop the sample's tables first where they exist; otherwise existing ones are refused.

    Raises InvalidInput for a number of clients out of range, Refused for existing tables or files, Unreachable without
    a connection. After an error the database is as it was before (where tables were to be replaced and the
    database cannot roll that back, they are gone).
    """
    from migrate.sample.making import make as make_in

    return make_in(
        target, clients, seed, truth, files=files, schema=schema, audit=audit, replace=replace,
        progress=progress,
    )  # fmt: skip


__all__ = ["Progress", "Summary", "make"]
