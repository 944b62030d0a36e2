"""A day of officers' work on the sample, or several: everything that a sync has to notice.

``age`` changes a database that ``migrate.sample.make`` made: updates of every kind of stamp, changes of children
alone, deletions, merges, unmerges, files closed and opened again, from several sessions at once. ``late_commit`` holds
a transaction open until its block ends. The same database, days and seed give the same content, whatever the database.
The record of what happened is for tests alone.

    model     writes, stamps, effects, transactions
    legacy    what planning asks the database          sound    which roots are fit to be touched
    shift     which changes happen, on what            changes  the kinds of change; their rates: ``data/changes.csv``
    sessions  who writes when, and the playing of it   record   what happened, as a file
    working   the straight line through all these

Importing this package is cheap; its doors import what they need.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine


@dataclass(frozen=True, slots=True)
class Aged:
    """What happened: how often each kind of change, rows written, from which moment to which."""

    days: int
    seed: int
    first: datetime
    last: datetime
    changes: Mapping[str, int]
    rows: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Late:
    """An open transaction: the applications it changed, and the moment its rows are stamped with."""

    keys: tuple[str, ...]
    stamped: datetime


def age(
    target: str | Engine,
    days: int = 1,
    seed: int = 1,
    truth: Path | None = None,
    *,
    schema: str | None = None,
    rate: float = 1.0,
    start: datetime | None = None,
    avoid: Collection[str] = (),
    progress: Callable[[int, int], None] | None = None,
) -> Aged:
    """Work for some days on the sample in the database ``target`` (an SQLAlchemy URL or engine).

    truth     the file that the record is appended to; none is written without it.
    rate      multiplies the rates of ``data/changes.csv``; what must happen at least, happens all the same.
    start     when the first day begins, UTC without a zone; default: 13:00 on the day after the last one worked on.
    avoid     keys of rows or entities that are left alone, such as those of a ``late_commit`` that is open.

    Raises Refused without a sample there, InvalidInput for days or a start that cannot be, Unreachable without a
    connection or a right. What was committed before an error stays, and is in the record.
    """
    from migrate.sample.aging.working import age as age_there

    return age_there(
        target, days, seed, truth, schema=schema, rate=rate, start=start, avoid=avoid, progress=progress
    )


def foresee(
    target: str | Engine, days: int = 1, *, schema: str | None = None, rate: float = 1.0
) -> Mapping[str, int]:
    """How many changes of each kind ``age`` looks for; fewer happen where too few rows fit."""
    from migrate.sample.aging.working import foresee as foresee_there

    return foresee_there(target, days, schema=schema, rate=rate)


def late_commit(
    target: str | Engine,
    cases: int = 3,
    seed: int = 1,
    *,
    schema: str | None = None,
    start: datetime | None = None,
) -> AbstractContextManager[Late]:
    """Change some applications and stamp them now, but commit only when the block ends.

    ``start`` is the moment of the stamps, by default a minute after the last work. An error in the block takes the
    changes back.
    """
    from migrate.sample.aging.working import late_commit as commit_there

    return commit_there(target, cases, seed, schema=schema, start=start)


__all__ = ["Aged", "Late", "age", "foresee", "late_commit"]
