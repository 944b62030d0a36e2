"""The straight line of aging: for each day two shifts, each planned from what is committed, then played."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from migrate.errors import InvalidInput, Mistake, Unreachable
from migrate.sample.aging import Aged, Late
from migrate.sample.aging.changes import in_order
from migrate.sample.aging.legacy import Legacy, legacy_tables
from migrate.sample.aging.model import OFFICER, Transaction, Write, application
from migrate.sample.aging.record import Record
from migrate.sample.aging.sessions import Session, bind, play, timetable
from migrate.sample.aging.shift import AFTERNOON, MORNING, Day, Deed, Shift
from migrate.sample.block import random_stream

SHIFTS = ((MORNING, timedelta()), (AFTERNOON, timedelta(hours=4, minutes=30)))
SHIFT_LASTS = 4 * 3600.0
_MORNING = timedelta(hours=13)  # 08:00 or 09:00 in Ottawa


def age(
    target: str | sa.Engine,
    days: int,
    seed: int,
    truth: Path | None,
    *,
    schema: str | None,
    rate: float,
    start: datetime | None,
    avoid: Collection[str],
    progress: Callable[[int, int], None] | None,
) -> Aged:
    """See ``migrate.sample.aging.age``."""
    if days < 1:
        raise InvalidInput([Mistake("--days", 0, f"{days} is no number of days", "name one or more")])
    started = time.perf_counter()
    changes: Counter[str] = Counter()
    with _sample(target, schema) as (engine, legacy), Record(truth) as record:
        begin = _begin(legacy, start)
        for number in range(days):
            morning = begin + timedelta(days=number)
            day = Day(random_stream(seed, morning.toordinal()), legacy.next_number(), avoid=frozenset(avoid))
            for part, later in SHIFTS:
                _work(engine, legacy, Shift(legacy, day, part, rate), morning + later, record)
            changes.update(day.counts)
            if progress is not None:
                progress(number + 1, days)
    last = begin + timedelta(days=days - 1) + SHIFTS[-1][1] + timedelta(seconds=SHIFT_LASTS)
    return Aged(days, seed, begin, last, dict(changes), record.rows, time.perf_counter() - started)


def foresee(target: str | sa.Engine, days: int, *, schema: str | None, rate: float) -> dict[str, int]:
    """See ``migrate.sample.aging.foresee``."""
    with _sample(target, schema) as (_, legacy):
        shift = Shift(legacy, Day(random_stream(0, 0), 0), rate=rate)
        return {name: days * shift.wanted(kind) for name, kind in in_order().items()}


def _work(engine: sa.Engine, legacy: Legacy, shift: Shift, start: datetime, record: Record) -> None:
    """Plan half a day and play it."""
    transactions = shift.plan()
    officers = shift.officers
    legacy.release()
    taken = Transaction("row_ids", [_taken(shift.day.next_number)])
    events = timetable([taken], start, 1, shift.rng)
    events += timetable(transactions, start + timedelta(seconds=2), SHIFT_LASTS, shift.rng)
    day = start.date().isoformat()
    for done in play(events, engine, legacy.tables, officers):
        record.write(day, done)


def _taken(next_number: int) -> Write:
    """The generator of ROW_IDs goes on, and bears the moment of the work."""
    return Write("update", "S_SSA_ID", "0-SSA", {"NEXT_SUFFIX": _base36(next_number)}, OFFICER, ())


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[digit] + digits
    return digits


def _begin(legacy: Legacy, start: datetime | None) -> datetime:
    clock = legacy.clock()
    if start is None:
        return datetime.combine(clock.date() + timedelta(days=1), datetime.min.time()) + _MORNING
    if start <= clock:
        told = f"the sample was last worked on at {clock:%Y-%m-%d %H:%M:%S}, {start:%Y-%m-%d %H:%M:%S} is not later"
        raise InvalidInput([Mistake("--start", 0, told, "name a later moment, or none")])
    return start.replace(microsecond=0)


@contextmanager
def late_commit(
    target: str | sa.Engine, cases: int, seed: int, *, schema: str | None, start: datetime | None
) -> Iterator[Late]:
    """See ``migrate.sample.aging.late_commit``."""
    with ExitStack() as stack:
        with _told():
            engine, legacy = stack.enter_context(_opened(target, schema))
            stamp = _begin(legacy, start) if start else legacy.clock() + timedelta(minutes=1)
            shift = Shift(legacy, Day(random_stream(seed, 0), legacy.next_number()))
            deed = Deed(shift)
            chosen = shift.pool("cases")[:cases]
            for case in chosen:
                deed.update("S_CASE", case, application(case["ROW_ID"]), COMMENTS=deed.sentence())
            officer = shift.officers[0]
            legacy.release()
            session = Session(engine, legacy.tables)
            stack.callback(session.close)
            session.write([bind(write, stamp, officer) for write in deed.writes])
        yield Late(tuple(case["ROW_ID"] for case in chosen), stamp)
        with _told():
            session.commit()


@contextmanager
def _sample(target: str | sa.Engine, schema: str | None) -> Iterator[tuple[sa.Engine, Legacy]]:
    """The database of the sample, and who may be asked about it."""
    with _told(), _opened(target, schema) as opened:
        yield opened


@contextmanager
def _opened(target: str | sa.Engine, schema: str | None) -> Iterator[tuple[sa.Engine, Legacy]]:
    engine = sa.create_engine(target, hide_parameters=True) if isinstance(target, str) else target
    try:
        with engine.connect() as connection:
            yield engine, Legacy(connection, legacy_tables(engine.dialect.name, schema))
    finally:
        if isinstance(target, str):
            engine.dispose()


@contextmanager
def _told() -> Iterator[None]:
    """What the driver says, in the words of this program."""
    try:
        yield
    except sa.exc.DBAPIError as error:
        raise Unreachable(
            "the database of the sample does not answer, or refused a statement",
            why=type(error.orig).__name__ if error.orig else "no answer",
            remedy="check that it runs, that the role may change its rows, and that nobody else holds them",
        ) from None
