"""What people ask the state: where is this key, and where do things stand?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import sql

from migrate.model import Tally
from migrate.postgres import Cursor
from migrate.state import complaints
from migrate.state.runs import tally_of


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the crosswalk. The current one has no `valid_to`; a merge leads to the key `survivor`."""

    entity: str
    key: str
    id: str
    valid_from: datetime
    valid_to: datetime | None
    cause: str
    survivor: str | None
    run: int


@dataclass(frozen=True, slots=True)
class RunLine:
    """A run, as it stands in the list of runs."""

    id: int
    mode: str
    status: str
    started: datetime
    ended: datetime | None
    window: tuple[datetime | None, datetime | None]
    seconds: float | None
    batches: int
    closed: int
    totals: Mapping[str, Tally]


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds or last held the lease; `released` is empty while held, and after a kill."""

    holder: str
    host: str
    pid: int
    since: datetime
    heartbeat: datetime
    released: datetime | None
    fence: int


@dataclass(frozen=True, slots=True)
class Status:
    """Where things stand.

    entities:    entity -> disposition of its keys when last seen -> how many. What no entity reaches is among the
                 rejected, as it is in the books.
    quarantine:  (entity, state, scope, rule, lines, keys) of what is open.
    accepted:    when a schema of either database was last accepted; None before the first run.
    head:        sequence number and hash of the last ledger entry; (0, zeros) before the first.
    runs:        the last ten, newest first.
    """

    entities: Mapping[str, Mapping[str, int]]
    quarantine: tuple[tuple[Any, ...], ...]
    runs: tuple[RunLine, ...]
    lease: Holder | None
    head: tuple[int, str]
    accepted: datetime | None = None


@dataclass(frozen=True, slots=True)
class Lead:
    """Where a key leads now: along its merges to the last key, its id, and what became of that.

    path:   the keys from the first to the last.
    cause:  of the last key's current line; `vanished` where nothing is alive there.
    """

    path: tuple[str, ...]
    id: str
    cause: str

    @property
    def alive(self) -> bool:
        """Whether the platform holds it as something that lives."""
        return self.cause not in ("vanished", "merge")


def trace(cursor: Cursor, schema: str, system: str, entity: str, key_or_id: str) -> list[Line]:
    """Crosswalk lines of a key or id, oldest first, and of every key that merges connect with it, however far."""
    place = [system, entity]
    given = [*place, key_or_id, *place, _uuid(key_or_id), *place, *place, *place]
    cursor.execute(sql.SQL(_TRACE).format(m=sql.Identifier(schema)), given)
    return [Line(*row) for row in cursor.fetchall()]  # type: ignore[arg-type]


def leads(lines: Iterable[Line], key_or_id: str) -> Lead | None:
    """Where a key or id of traced lines leads now; None when nothing is known of it."""
    lines = list(lines)
    current = {line.key: line for line in lines if line.valid_to is None}
    owners = [line.key for line in lines if _uuid(key_or_id) == UUID(line.id) and line.survivor is None]
    key = key_or_id if key_or_id in current else next(iter(owners), None)
    path: list[str] = []
    while key in current and key not in path:
        path.append(key)
        key = current[key].survivor
    if not path:
        return None
    last = current[path[-1]]
    return Lead(tuple(path), last.id, last.cause)


def status(cursor: Cursor, schema: str, system: str) -> Status:
    """Read everything that `migrate status` shows."""

    def ask(text: str, *params: object) -> list[Any]:
        return cursor.execute(sql.SQL(text).format(m=sql.Identifier(schema)), params).fetchall()

    entities: dict[str, dict[str, int]] = {}
    for entity, disposition, number in ask(_ENDS):
        entities.setdefault(entity, {})[disposition] = number
    holder = ask(_LEASE, system)
    head = ask("SELECT seq, hash FROM {m}.ledger ORDER BY seq DESC LIMIT 1")
    return Status(
        entities,
        tuple(complaints.counted(cursor, schema)),
        tuple(_run_line(row) for row in ask(_RUNS)),
        Holder(*holder[0]) if holder else None,
        tuple(head[0]) if head else (0, "0" * 64),
        ask("SELECT max(accepted) FROM {m}.schema_record WHERE system = %s", system)[0][0],
    )


def _run_line(row: tuple[Any, ...]) -> RunLine:
    number, mode, how, started, ended, low, high, seconds, batches, closed, totals = row
    tallies = {entity: tally_of(told) for entity, told in (totals or {}).items()}
    worked = None if seconds is None else float(seconds)
    return RunLine(number, mode, how, started, ended, (low, high), worked, batches, closed, tallies)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


# By key and by survivor apart, so that each may use its index. UNION ends circles.
_TRACE = """
WITH RECURSIVE linked (key) AS (
    (
        SELECT key FROM {m}.crosswalk WHERE system = %s AND entity = %s AND key = %s
        UNION SELECT key FROM {m}.crosswalk WHERE system = %s AND entity = %s AND id = %s
    )
    UNION
    SELECT next.key FROM linked AS l CROSS JOIN LATERAL (
        SELECT c.survivor AS key FROM {m}.crosswalk AS c
        WHERE c.system = %s AND c.entity = %s AND c.key = l.key AND c.survivor IS NOT NULL
        UNION ALL
        SELECT c.key FROM {m}.crosswalk AS c WHERE c.system = %s AND c.entity = %s AND c.survivor = l.key
    ) AS next
)
SELECT entity, key, id::text, valid_from, nullif(valid_to, 'infinity'), cause, survivor, run FROM {m}.crosswalk
WHERE system = %s AND entity = %s AND key IN (SELECT key FROM linked) ORDER BY valid_from, key
"""
# What no entity reaches has no image: its lines in the quarantine are all that is known of it. Each side is counted by
# itself, so that no row of millions has to be carried further than to its own count.
_ENDS = """
SELECT entity, disposition, sum(number)::bigint FROM (
    SELECT entity, disposition, count(*) AS number FROM {m}.key_image GROUP BY 1, 2
    UNION ALL
    SELECT entity, state, count(DISTINCT key) FROM {m}.quarantine
    WHERE found_in = 'loose' AND state <> 'released' GROUP BY 1, 2
) AS ends GROUP BY 1, 2 ORDER BY 1, 2
"""
_RUNS = """
SELECT r.id, r.mode, r.status, r.started, r.ended, r.window_low, r.window_high, r.seconds,
    (SELECT count(*) FROM {m}.batch AS b WHERE b.run = r.id),
    (SELECT count(b.closed) FROM {m}.batch AS b WHERE b.run = r.id), r.totals
FROM {m}.run AS r ORDER BY r.id DESC LIMIT 10
"""
_LEASE = "SELECT holder, host, pid, since, heartbeat, released, fence FROM {m}.lease WHERE project = %s"
