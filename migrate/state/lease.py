"""The lease: one writer at a time, in the platform database, with a fencing number that every write checks.

Two things say that a holder lives: a session lock of PostgreSQL, which the server gives back the moment the holder's
process or machine lets go of its connection, and a heartbeat, which shows a holder that is frozen with its connection
open. A dead holder is replaced at once, a frozen one when its heartbeat is older than PATIENCE.

Each new holder gets a higher fencing number and ends the sessions that the former one has left. A frozen holder that
wakes up finds its sessions gone; whatever it tries to commit on new ones carries the old number and is refused (see
`migrate.state.ledger.append`).

In: a way to connect, the project's name. Out: a Lease, to be used as a context manager. Raises Busy when somebody
else holds it, naming the holder and since when.
"""

import contextlib
import os
import socket
import threading
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self

import psycopg
from psycopg import sql

from migrate.errors import Busy, MigrateError
from migrate.postgres import Connection, Cursor, faults
from migrate.state import ledger

PATIENCE = timedelta(seconds=30)
"""A holder whose heartbeat is older than this is taken for dead."""

BEAT = 5.0
"""Seconds between two heartbeats."""

_FAREWELL = 5.0  # seconds to give the lease back; a server that does not answer loses the session anyway
_GRACE = 1.5  # seconds in which a holder that is just ending may still let go


class Lease:
    """The right to write, from `with` to its end. Taken by one thread; `fence` and `check` may be used by all."""

    def __init__(
        self,
        connect: Callable[[str], Connection],
        schema: str,
        project: str,
        holder: str,
        *,
        beat: float = BEAT,
    ) -> None:
        self.holder, self.fence = holder, 0
        self._connect, self._schema, self._project, self._beat = connect, schema, project, beat
        self._connection: Connection | None = None
        self._lost = threading.Event()
        self._ended = threading.Event()
        self._heart = threading.Thread(target=self._keep_beating, name="lease", daemon=True)

    def __enter__(self) -> Self:
        self._connection = self._connect(f"case-migrate {self._project} lease")
        try:
            with faults("take the lease"):
                self._lock(self._connection)
                self.fence = self._register(self._connection)
        except BaseException:
            self._connection.close()
            raise
        self._heart.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._heart.join(timeout=_FAREWELL)

    @property
    def lost(self) -> bool:
        """True once somebody else has taken the lease."""
        return self._lost.is_set()

    def check(self) -> None:
        """Raise Busy if the lease was lost: stop reading, nothing can be written any more."""
        if self.lost:
            raise Busy("a new holder; this process was taken for dead and replaced")

    def _lock(self, connection: Connection) -> None:
        """Get the session lock, or raise Busy; a frozen holder is ended."""
        deadline = time.monotonic() + _GRACE
        number = ledger.lock_number(self._schema, f"lease/{self._project}")
        while not _one(connection.execute("SELECT pg_try_advisory_lock(%s)", [number])):
            row = connection.execute(self._sql(_HOLDER), [PATIENCE, self._project]).fetchone()
            if row and row[-1]:
                connection.execute(_END_HOLDER, [number >> 32 & 0xFFFFFFFF, number & 0xFFFFFFFF])
            elif time.monotonic() > deadline:
                raise Busy(_told(row))
            time.sleep(0.05)

    def _register(self, connection: Connection) -> int:
        """Write our name under the next fencing number; only the holder of the session lock comes here."""
        connection.execute(_END_WRITERS, [writer_name(self._schema, self._project, None)])
        with connection.transaction(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ledger.lock_number(self._schema, "ledger")])
            former = cursor.execute(self._sql(_FORMER), [self._project]).fetchone()
            fence = _one(
                cursor.execute(
                    self._sql(_TAKE), [self._project, self.holder, socket.gethostname(), os.getpid()]
                )
            )
            if former:
                told = {
                    "project": self._project,
                    "fence": fence,
                    "instead_of": former[0],
                    "fence_before": former[1],
                }
                ledger.append(
                    cursor,
                    self._schema,
                    self._project,
                    None,
                    actor=self.holder,
                    kind="lease_replaced",
                    batch=told,
                )
        return fence

    def _keep_beating(self) -> None:
        """Until the end, of which it tells: the session belongs to this thread alone, which may outlive the holder."""
        while not self._ended.wait(self._beat) and not self.lost:
            try:
                if not self._beats():
                    self._lost.set()
            except (psycopg.Error, MigrateError):
                self._come_back()
        assert self._connection is not None
        with contextlib.suppress(psycopg.Error):  # gone already: then the lock is free as well
            self._connection.execute(self._sql(_RELEASE), [self._project, self.fence])
        self._connection.close()

    def _beats(self) -> bool:
        assert self._connection is not None
        return self._connection.execute(self._sql(_BEAT), [self._project, self.fence]).rowcount == 1

    def _come_back(self) -> None:
        """The session was lost (a restarted server): lock again, if nobody was quicker. Tried at every beat."""
        assert self._connection is not None
        with contextlib.suppress(psycopg.Error, MigrateError):
            self._connection.close()
            self._connection = self._connect(f"case-migrate {self._project} lease")
            number = ledger.lock_number(self._schema, f"lease/{self._project}")
            locked = _one(self._connection.execute("SELECT pg_try_advisory_lock(%s)", [number]))
            if not self._beats():
                self._lost.set()
            elif not locked:  # nobody has a new number yet, but somebody is about to
                self._connection.close()

    def _sql(self, text: str) -> sql.Composed:
        return sql.SQL(text).format(m=sql.Identifier(self._schema))


def writer_name(schema: str, project: str, fence: int | None) -> str:
    """How a session that writes is called in `pg_stat_activity`; without a number, how all of them begin."""
    return f"case-migrate {schema}/{project} writes {'' if fence is None else fence}"


def check_fence(cursor: Cursor, schema: str, project: str, fence: int) -> None:
    """Raise Busy unless `fence` is the number of the present holder: an early look, `append` looks again."""
    query = sql.SQL("SELECT fence, holder, since, heartbeat, released IS NULL FROM {} WHERE project = %s")
    row = cursor.execute(query.format(sql.Identifier(schema, "lease")), [project]).fetchone()
    if row is None or row[0] != fence or not row[4]:
        raise Busy(f"{row[1] if row else 'nobody'}; the lease was lost, nothing was written")


def not_let_go(cursor: Cursor, schema: str, project: str, fences: Iterable[int]) -> frozenset[int]:
    """Those of the fencing numbers whose holder was replaced without having let go: it was dead or frozen."""
    cursor.execute(sql.SQL(_NOT_LET_GO).format(m=sql.Identifier(schema)), [project, list(fences)])
    return frozenset(int(str(fence)) for (fence,) in cursor.fetchall())


def _told(row: "tuple[object, ...] | None") -> str:
    if row is None:
        return "a process that has just started"
    holder, host, pid, since, *_ = row
    moment = since.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC") if isinstance(since, datetime) else ""
    return f"{holder}, process {pid} on {host}, since {moment}"


def _one(cursor: Cursor) -> int:
    row = cursor.fetchone()
    assert row is not None
    return int(str(row[0])) if not isinstance(row[0], bool) else int(row[0])


_HOLDER = (
    "SELECT holder, host, pid, since, heartbeat < clock_timestamp() - %s FROM {m}.lease WHERE project = %s"
)
_FORMER = "SELECT holder, fence FROM {m}.lease WHERE project = %s AND released IS NULL"
_TAKE = """
INSERT INTO {m}.lease AS l (project, fence, holder, host, pid, since, heartbeat)
VALUES (%s, 1, %s, %s, %s, clock_timestamp(), clock_timestamp())
ON CONFLICT (project) DO UPDATE SET fence = l.fence + 1, holder = excluded.holder, host = excluded.host,
    pid = excluded.pid, since = excluded.since, heartbeat = excluded.heartbeat, released = NULL
RETURNING fence
"""
_BEAT = "UPDATE {m}.lease SET heartbeat = clock_timestamp() WHERE project = %s AND fence = %s"
_RELEASE = "UPDATE {m}.lease SET released = clock_timestamp() WHERE project = %s AND fence = %s"
_NOT_LET_GO = """
SELECT (batch ->> 'fence_before')::bigint FROM {m}.ledger
WHERE kind = 'lease_replaced' AND batch ->> 'project' = %s AND (batch ->> 'fence_before')::bigint = ANY(%s)
"""
_END_HOLDER = """
SELECT pg_terminate_backend(l.pid) FROM pg_locks AS l
WHERE l.locktype = 'advisory' AND l.granted AND l.classid = %s AND l.objid = %s AND l.objsubid = 1
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
_END_WRITERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND starts_with(application_name, %s)
"""
