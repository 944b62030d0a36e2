"""The day played: concurrent sessions whose transactions interleave and commit in another order than they stamped.

In: planned transactions and a start. Out: the same writes in the database, each with the stamp of its moment, and the
lines of the truth file. Every session is a connection of its own; where the database has one writer only (SQLite), a
transaction's statements wait for its commit, which nobody outside can tell from the real thing.

What can go wrong: a statement that is refused raises the driver's error; what was committed before stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import sqlalchemy as sa

from migrate.sample.aging.legacy import key_column
from migrate.sample.aging.model import Moment, Row, Transaction, Write
from migrate.sample.schema import TABLES

SESSIONS = 4
"""Sessions that take turns; one more holds the transactions that end with the shift."""

_OTTAWA = ZoneInfo("America/Toronto")


@dataclass(frozen=True, slots=True)
class Event:
    """A session writes at a moment, or commits: then ``write`` is None."""

    at: datetime
    session: int
    transaction: Transaction
    write: Write | None

    @property
    def stamp(self) -> datetime:
        """The moment by the session's own clock, to the second."""
        return self.at.replace(microsecond=0) - timedelta(seconds=self.transaction.slow)


def timetable(
    transactions: list[Transaction], start: datetime, seconds: float, rng: np.random.Generator
) -> list[Event]:
    """When each write and each commit happens: sessions take slots that overlap each other's."""
    held = [transaction for transaction in transactions if transaction.held]
    short = [transaction for transaction in transactions if not transaction.held]
    slot = seconds / (-(-len(short) // SESSIONS) + 1)
    events: list[Event] = []
    for place, number in enumerate(rng.permutation(len(short)).tolist()):
        session = place % SESSIONS
        begin = (place // SESSIONS + session / SESSIONS + 0.3 * rng.random()) * slot
        end = begin + (0.3 + 0.39 * rng.random()) * slot
        events += _moments(short[number], session, start, begin, end)
    for transaction in held:
        begin = seconds * 0.2 * rng.random()
        events += _moments(transaction, SESSIONS, start, begin, begin + 60)[:-1]
    if held:
        events.append(Event(_moment(start, seconds), SESSIONS, held[-1], None))
    return sorted(events, key=lambda event: event.at)


def _moments(
    transaction: Transaction, session: int, start: datetime, begin: float, end: float
) -> list[Event]:
    step = (end - begin) / (len(transaction.writes) + 1)
    events = [
        Event(
            _moment(start, begin if write.stamp.block else begin + step * number), session, transaction, write
        )
        for number, write in enumerate(transaction.writes)
    ]
    return [*events, Event(_moment(start, end), session, transaction, None)]


def _moment(start: datetime, seconds: float) -> datetime:
    return start + timedelta(seconds=seconds)


# -- statements ----------------------------------------------------------------------------------------


def system_columns(write: Write, stamp: datetime, officer: str) -> Row:
    """What a write leaves in the system columns, but for MODIFICATION_NUM of an update."""
    if write.verb == "delete" or not TABLES[write.table].system:
        return {}
    kind, moment = write.stamp, stamp - timedelta(days=write.stamp.days_back)
    by = kind.by or officer
    values: Row = {}
    if write.verb == "insert":
        values = {"CREATED": moment, "CREATED_BY": by, "MODIFICATION_NUM": 0}
        values["CONFLICT_ID"] = write.values.get("CONFLICT_ID", "0")
    if kind.last:
        values |= {"LAST_UPD": moment, "LAST_UPD_BY": by}
    if kind.db or kind.clear:
        values["DB_LAST_UPD"] = None if kind.clear else moment
    return values | ({"DB_LAST_UPD_SRC": kind.source} if kind.source else {})


def at_moment(value: Any, stamp: datetime) -> Any:
    """A value, or what stands for it at this moment."""
    if value is Moment.NOW:
        return stamp
    if value is Moment.TODAY:
        return stamp.replace(hour=0, minute=0, second=0)
    if value is Moment.LOCAL:
        return stamp.replace(tzinfo=UTC).astimezone(_OTTAWA).replace(tzinfo=None)
    return value


@dataclass(frozen=True, slots=True)
class Bound:
    """A write with its stamps and all values known."""

    verb: str
    table: str
    row_id: str
    counts: bool
    values: Row

    @property
    def shape(self) -> tuple[object, ...]:
        """Writes of one shape are one statement."""
        return self.verb, self.table, self.counts, tuple(self.values)

    @property
    def parameters(self) -> Row:
        """The values, by the names that the statement gives them."""
        if self.verb == "insert":
            return self.values
        return {"this_row": self.row_id, **{f"new_{name}": value for name, value in self.values.items()}}


def bind(write: Write, stamp: datetime, officer: str) -> Bound:
    """A write at its moment."""
    values = {column: at_moment(value, stamp) for column, value in write.values.items()}
    values |= system_columns(write, stamp, officer)
    counts = write.verb == "update" and write.stamp.counts and TABLES[write.table].system
    return Bound(write.verb, write.table, write.row_id, counts, dict(sorted(values.items())))


def statement(bound: Bound, table: sa.Table) -> sa.Insert | sa.Update | sa.Delete:
    """The statement for all writes of this shape."""
    if bound.verb == "insert":
        return sa.insert(table)
    key = table.c[key_column(bound.table)]
    here = key == sa.bindparam("this_row", type_=key.type)
    if bound.verb == "delete":
        return sa.delete(table).where(here)
    values: Row = {name: sa.bindparam(f"new_{name}", type_=table.c[name].type) for name in bound.values}
    if bound.counts:
        values["MODIFICATION_NUM"] = table.c.MODIFICATION_NUM + 1
    return sa.update(table).where(here).values(values)


# -- sessions ------------------------------------------------------------------------------------------


class Session:
    """A connection with an open transaction, or where there is but one writer, the statements of one in waiting."""

    def __init__(self, engine: sa.Engine, tables: dict[str, sa.Table]) -> None:
        self._tables = tables
        self._waits = engine.dialect.name == "sqlite"
        self._waiting: list[Bound] = []
        self._connection = _impatient(engine)

    def write(self, writes: list[Bound]) -> None:
        """Write, or remember to."""
        if self._waits:
            self._waiting += writes
        else:
            self._execute(writes)

    def commit(self) -> None:
        """What was written becomes visible."""
        self._execute(self._waiting)
        self._waiting = []
        self._connection.commit()

    def close(self) -> None:
        """End; what was not committed is gone."""
        self._connection.close()

    def _execute(self, writes: list[Bound]) -> None:
        for _, alike in groupby(writes, key=lambda bound: bound.shape):
            several = list(alike)
            rows = [bound.parameters for bound in several]
            self._connection.execute(statement(several[0], self._tables[several[0].table]), rows)


_IMPATIENT = {
    "sqlite": ("PRAGMA synchronous = OFF", "PRAGMA busy_timeout = 10000"),
    "postgresql": ("SET lock_timeout = '10s'", "SET synchronous_commit = off"),
    "mariadb": ("SET SESSION innodb_lock_wait_timeout = 10",),
    "mysql": ("SET SESSION innodb_lock_wait_timeout = 10",),
}


def _impatient(engine: sa.Engine) -> sa.Connection:
    """A connection that gives up on a lock: all sessions are played by one thread, and none may wait for another."""
    connection = engine.connect()
    if engine.dialect.name != "sqlite":
        connection = connection.execution_options(isolation_level="READ COMMITTED")
    for command in _IMPATIENT.get(engine.dialect.name, ()):
        connection.exec_driver_sql(command)
    connection.commit()
    return connection


@dataclass(frozen=True, slots=True)
class Done:
    """A write that was committed."""

    event: Event
    committed: datetime


def play(
    events: list[Event], engine: sa.Engine, tables: dict[str, sa.Table], officers: list[str]
) -> Iterator[list[Done]]:
    """Play the events in order; yields what each commit made visible."""
    opened: dict[int, list[Event]] = {}
    with ExitStack() as stack:
        sessions: dict[int, Session] = {}
        for number in sorted({event.session for event in events}):
            sessions[number] = Session(engine, tables)
            stack.callback(sessions[number].close)
        for (number, _, commits), group in groupby(events, key=_together):
            several = list(group)
            if commits:
                sessions[number].commit()
                yield [Done(event, several[0].at) for event in opened.pop(number, [])]
            else:
                officer = officers[number % len(officers)]
                sessions[number].write(
                    [bind(e.write, e.stamp, officer) for e in several if e.write is not None]
                )
                opened.setdefault(number, []).extend(several)


def _together(event: Event) -> tuple[int, int, bool]:
    """Neighbouring writes of one transaction are sent at once."""
    return event.session, id(event.transaction), event.write is None
