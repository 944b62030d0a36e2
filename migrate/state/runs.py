"""Runs, their planned batches, and what is left of them: the resume points.

A run is planned as a whole before it reads its first row; a batch is closed in the transaction that writes its rows.
So after a kill the open batches are exactly the work that is left.
"""

import hashlib
import json
import os
import socket
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

import pyarrow as pa
from psycopg import sql
from psycopg.types.json import Jsonb

from migrate.errors import Defect, Refused
from migrate.model import KeyRange, Slice, SliceKind, Tally
from migrate.postgres import Cursor, copy_in
from migrate.program import program_version
from migrate.state import ledger

_COUNTS = frozenset(field.name for field in fields(Tally))


@dataclass(frozen=True, slots=True)
class OpenRun:
    """A run as its workers know it; plain data, so that it can be sent to other processes.

    as_of:      the instant that ages are judged against, from the source's clock (naive UTC).
    low, high:  the window in which changes are looked for, from the source's clock (naive UTC).
    mappings:   entity -> digest of its mapping.
    fence:      the fencing number under which it may write.
    """

    id: int
    mode: str
    as_of: datetime
    low: datetime | None
    high: datetime | None
    mappings: Mapping[str, str]
    fence: int


@dataclass(frozen=True, slots=True)
class Covered:
    """What the newest run that saw all changes of an entity leaves to the next one.

    high:    up to when it saw them, by the source's clock as it was then (naive UTC).
    digest:  of the mapping by which it looked.
    ago:     how long ago it began, by the platform's clock.
    """

    high: datetime
    digest: str
    ago: timedelta

    def until(self, now: datetime) -> datetime:
        """What the source's clock, as it runs now, would have shown then: earlier than `high` if it was set back since.

        now:  of the source's clock.
        """
        return min(self.high, now - self.ago)


def begin(
    cursor: Cursor,
    schema: str,
    project: str,
    run: OpenRun,
    actor: str,
    slices: Sequence[Slice],
    ago: float,
) -> int:
    """Write a run with all its batches; runs that a dead process left open are marked. Returns the run's number.

    ago:  seconds since it began.
    """
    text, table = sql.SQL, sql.Identifier(schema)
    cursor.execute(text("UPDATE {m}.run SET status = 'interrupted' WHERE status = 'running'").format(m=table))
    cursor.execute(
        text(_BEGIN).format(m=table),
        [
            run.mode,
            ago,
            run.as_of,
            run.low,
            run.high,
            Jsonb(dict(run.mappings)),
            plan_digest(slices),
            program_version(),
            *_here(),
            run.fence,
        ],
    )
    (number,) = cursor.fetchone() or (0,)
    identity = int(str(number))
    _plan(cursor, schema, identity, slices)
    told = {"plan": plan_digest(slices), "mappings": dict(run.mappings), "mode": run.mode}
    ledger.append(cursor, schema, project, run.fence, actor=actor, kind="run", run=identity, batch=told)
    return identity


def planned(cursor: Cursor, schema: str, run: int) -> int:
    """How many batches the run has, done or not."""
    cursor.execute(
        sql.SQL("SELECT count(*) FROM {m}.batch WHERE run = %s").format(m=sql.Identifier(schema)), [run]
    )
    (count,) = cursor.fetchone() or (0,)
    return int(str(count))


def _plan(cursor: Cursor, schema: str, run: int, slices: Iterable[Slice]) -> None:
    """Plan the batches of `slices`, all open."""
    batches = ((s, position, piece) for s in slices for position, piece in enumerate(s.ranges))
    rows = [
        (run, s.entity, s.number, position, str(s.kind), s.member, piece.low, piece.high, ordinal)
        for ordinal, (s, position, piece) in enumerate(batches)
    ]
    columns = ("run", "entity", "slice", "position", "kind", "member", "low", "high", "ordinal")
    texts, small = [pa.string()] * 4, pa.int32()
    kinds = (pa.int64(), pa.string(), small, small, *texts, small)
    values = zip(*rows, strict=True) if rows else [()] * len(columns)
    data = {name: pa.array(column, kind) for name, column, kind in zip(columns, values, kinds, strict=True)}
    copy_in(cursor, sql.Identifier(schema, "batch"), pa.table(data), called="batch")


def _refuse_damage(cursor: Cursor, schema: str, run: int) -> None:
    """Refused when the plan of a run is not the one that it began with, or says of a batch that it is closed and the
    ledger does not: work could be left out unseen.
    """
    slices = [piece for piece, _ in _batches(cursor, schema, run)]
    cursor.execute(sql.SQL("SELECT plan FROM {m}.run WHERE id = %s").format(m=sql.Identifier(schema)), [run])
    (planned,) = cursor.fetchone() or ("",)
    cursor.execute(sql.SQL(_UNTOLD).format(m=sql.Identifier(schema)), [run])
    (untold,) = cursor.fetchone() or (True,)
    if untold or plan_digest(slices) != planned:
        raise Refused(
            f"the plan of run {run} is not what it was when the run began; nothing more was written",
            why="lines of migration.batch or migration.run were changed or lost",
            remedy=f"restore the platform's database, or take the run back, and begin anew: migrate undo {run}",
        )


def unfinished(cursor: Cursor, schema: str, mode: str, mappings: Mapping[str, str]) -> OpenRun | None:
    """The newest run of this mode, if it was not finished and used exactly these mappings."""
    cursor.execute(sql.SQL(_NEWEST).format(m=sql.Identifier(schema)), [mode])
    row = cursor.fetchone()
    if row is None or row[0] in ("done", "undone") or row[6] != dict(mappings):
        return None
    return _run(row[1:])


def covered(cursor: Cursor, schema: str, entities: Iterable[str]) -> dict[str, Covered]:
    """Entity -> what the newest done run saw that looked at all of it, or at all changes of it."""
    cursor.execute(sql.SQL(_COVERED).format(m=sql.Identifier(schema)), [list(entities)])
    return {str(entity): Covered(*rest) for entity, *rest in cursor.fetchall()}  # type: ignore[arg-type]


def last_whole(cursor: Cursor, schema: str, before: int) -> int:
    """The newest done run before that one which saw every key; 0 for none."""
    cursor.execute(sql.SQL(_WHOLE).format(m=sql.Identifier(schema)), [before])
    (number,) = cursor.fetchone() or (0,)
    return int(str(number))


def load(cursor: Cursor, schema: str, number: int) -> OpenRun:
    """The run of that number, for a worker in another process."""
    cursor.execute(sql.SQL(_ONE).format(m=sql.Identifier(schema)), [number])
    row = cursor.fetchone()
    if row is None:
        raise Defect(f"there is no run {number}")
    return _run(row[1:])


def resume(cursor: Cursor, schema: str, project: str, run: OpenRun, actor: str) -> None:
    """Put an interrupted run under the fencing number of `run`. Raises Refused when its plan was damaged meanwhile."""
    _refuse_damage(cursor, schema, run.id)
    query = sql.SQL(
        "UPDATE {m}.run SET status = 'running', ended = NULL, host = %s, pid = %s, fence = %s WHERE id = %s"
    )
    cursor.execute(query.format(m=sql.Identifier(schema)), [*_here(), run.fence, run.id])
    ledger.append(cursor, schema, project, run.fence, actor=actor, kind="resume", run=run.id)


def pending(cursor: Cursor, schema: str, run: int) -> list[tuple[Slice, tuple[int, ...]]]:
    """Every slice of the run that has open batches, with the positions of these, in the order of the plan."""
    return [(piece, positions) for piece, positions in _batches(cursor, schema, run) if positions]


def _batches(cursor: Cursor, schema: str, run: int) -> Iterator[tuple[Slice, tuple[int, ...]]]:
    """Every planned slice with the positions of its open batches, in the order of the plan."""
    cursor.execute(sql.SQL(_BATCHES).format(m=sql.Identifier(schema)), [run])
    for (entity, number, kind, member), group in groupby(cursor.fetchall(), key=lambda row: row[:4]):
        rows = list(group)
        ranges = tuple(KeyRange(_text(row[5]), _text(row[6])) for row in rows)
        positions = tuple(int(str(row[4])) for row in rows if row[7] is None)
        yield Slice(str(entity), int(str(number)), SliceKind(str(kind)), ranges, _text(member)), positions


def finish(
    cursor: Cursor, schema: str, project: str, run: OpenRun, actor: str, status: str, seconds: float
) -> dict[str, Tally]:
    """Close the books of a run: its totals by entity, from the ledger.

    Raises Defect when a run that is called done has open batches or totals that do not balance, and Refused when its
    plan was damaged.
    """
    totals = tallies(cursor, schema, run.id)
    cursor.execute(sql.SQL(_ONE).format(m=sql.Identifier(schema)), [run.id])
    if (cursor.fetchone() or ("",))[0] == "done":
        return totals  # the answer to an earlier call was lost
    if status == "done":
        _refuse_damage(cursor, schema, run.id)
        cursor.execute(
            sql.SQL("SELECT count(*) FROM {m}.batch WHERE run = %s AND closed IS NULL").format(
                m=sql.Identifier(schema)
            ),
            [run.id],
        )
        (left,) = cursor.fetchone() or (0,)
        wrong = [entity for entity, tally in totals.items() if not tally.balanced]
        if left or wrong:
            raise Defect(
                f"run {run.id} cannot be closed",
                why=f"open batches: {left}; books that do not balance: {', '.join(wrong) or 'none'}",
            )
    told = {entity: counts(tally) for entity, tally in totals.items()}
    cursor.execute(sql.SQL(_FINISH).format(m=sql.Identifier(schema)), [status, seconds, Jsonb(told), run.id])
    ledger.append(
        cursor,
        schema,
        project,
        run.fence,
        actor=actor,
        kind="end",
        run=run.id,
        batch={"status": status},
        tally=told,
    )
    return totals


def tallies(cursor: Cursor, schema: str, run: int) -> dict[str, Tally]:
    """The sum of the batches' tallies by entity, from the ledger, in the order in which entities were first written."""
    cursor.execute(sql.SQL(_TALLIES).format(m=sql.Identifier(schema)), [run])
    totals: dict[str, Tally] = {}
    for entity, name, value in cursor.fetchall():
        if name in _COUNTS:
            totals[str(entity)] = totals.get(str(entity), Tally()) + Tally(**{str(name): int(str(value))})
        else:
            totals.setdefault(str(entity), Tally())
    return totals


def counts(tally: Tally) -> dict[str, int]:
    """The counts that are not zero."""
    return {name: value for name, value in asdict(tally).items() if value}


def tally_of(told: Mapping[str, Any]) -> Tally:
    """The inverse of `counts`."""
    return Tally(**{name: int(value) for name, value in told.items() if name in _COUNTS})


def plan_digest(slices: Sequence[Slice]) -> str:
    """SHA-256 of the planned slices."""
    told = [
        [s.entity, s.number, str(s.kind), s.member, [[r.low, r.high] for r in s.ranges]]
        for s in slices
        if s.ranges
    ]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def _run(row: Sequence[Any]) -> OpenRun:
    number, mode, as_of, low, high, mappings, fence = row
    return OpenRun(number, mode, as_of, low, high, mappings, fence)


def _here() -> tuple[str, int]:
    return socket.gethostname(), os.getpid()


def _text(value: object) -> str | None:
    return None if value is None else str(value)


_BEGIN = """
INSERT INTO {m}.run (mode, status, started, as_of, window_low, window_high, mappings, plan, version, host, pid, fence)
VALUES (%s, 'running', clock_timestamp() - make_interval(secs => %s), %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id
"""
_NEWEST = """
SELECT status, id, mode, as_of, window_low, window_high, mappings, fence FROM {m}.run
WHERE mode = %s ORDER BY id DESC LIMIT 1
"""
_ONE = "SELECT status, id, mode, as_of, window_low, window_high, mappings, fence FROM {m}.run WHERE id = %s"
_WHOLE = """
SELECT coalesce(max(id), 0) FROM {m}.run WHERE status = 'done' AND mode IN ('full', 'sweep') AND id < %s
"""
_COVERED = """
SELECT DISTINCT ON (m.entity) m.entity, r.window_high, m.digest, clock_timestamp() - r.started
FROM {m}.run AS r CROSS JOIN LATERAL jsonb_each_text(r.mappings) AS m (entity, digest)
WHERE r.status = 'done' AND r.mode IN ('full', 'delta', 'sweep') AND m.entity = ANY(%s)
ORDER BY m.entity, r.id DESC
"""
_BATCHES = """
SELECT entity, slice, kind, member, position, low, high, closed FROM {m}.batch
WHERE run = %s AND ordinal >= 0 ORDER BY ordinal
"""
_UNTOLD = """
SELECT EXISTS (
    SELECT FROM {m}.batch AS b WHERE b.run = %s AND b.closed IS NOT NULL AND NOT EXISTS (
        SELECT FROM {m}.ledger AS l WHERE l.seq = b.closed AND l.run = b.run AND l.entity = b.entity
            AND l.slice = b.slice AND (l.batch ->> 'position')::integer = b.position
    )
)
"""
_FINISH = """
UPDATE {m}.run SET status = %s, ended = clock_timestamp(), seconds = coalesce(seconds, 0) + %s, totals = %s
WHERE id = %s
"""
_TALLIES = """
SELECT l.entity, c.key, sum(c.value::bigint) FROM {m}.ledger AS l LEFT JOIN jsonb_each_text(l.tally) AS c ON TRUE
WHERE l.run = %s AND l.kind = 'batch' GROUP BY l.entity, c.key
ORDER BY min(min(l.seq)) OVER (PARTITION BY l.entity), c.key
"""
