"""How far the nets have seen, by entity: from this follows how old the oldest unseen change can be.

    stamped   a change with a true stamp            seen by full, delta and sweep
    moved     one that moved a number of some row   seen by full and sweep, whatever the stamps say
    vanished  a root that is gone                   seen by sweep; none is older than the first full run
    silent    an edit that moved no number          seen by full and deep

Each is the instant by the source's clock at which the newest run that could see such a change began; a deep run counts
when its whole cycle is done. Of entities whose mapping names no columns that tell of changes every run reads all.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from psycopg import sql

from migrate.postgres import Cursor

KINDS = ("stamped", "moved", "vanished", "silent")
_SEES = {
    "full": ("stamped", "moved", "silent"),
    "delta": ("stamped",),
    "sweep": ("stamped", "moved", "vanished"),
    "deep": ("silent",),
}


@dataclass(frozen=True, slots=True)
class Cycle:
    """A deep run that is not through yet; `closed` of its `planned` batches of the entity are read."""

    run: int
    begun: datetime
    closed: int
    planned: int


@dataclass(slots=True)
class Coverage:
    """Of one entity.

    seen:        kind of change (`KINDS`) -> up to when such changes were seen, by the source's clock in naive UTC;
                 without those never looked for.
    digest:      of the mapping by which it was last looked at; empty when it never was.
    candidates:  keys that a net has named and no run has taken up.
    """

    seen: dict[str, datetime] = field(default_factory=dict)
    digest: str = ""
    candidates: int = 0
    deep: Cycle | None = None


def coverage(cursor: Cursor, schema: str, unmeasured: Collection[str]) -> dict[str, Coverage]:
    """Entity -> how far it was seen, for every entity of which a run is done or a candidate is named.

    unmeasured: entities of which every run reads all.
    """
    found: dict[str, Coverage] = {}

    def ask(text: str) -> list[tuple[object, ...]]:
        return cursor.execute(sql.SQL(text).format(m=sql.Identifier(schema))).fetchall()

    for entity, mode, first_seen, seen, digest in ask(_DONE):  # of the newest run last
        of = found.setdefault(str(entity), Coverage())
        whole = entity in unmeasured and mode in ("delta", "sweep")
        of.seen |= dict.fromkeys(KINDS if whole else _SEES[str(mode)], seen)  # type: ignore[arg-type]  # a timestamp
        if mode == "full":
            of.seen.setdefault("vanished", first_seen)  # type: ignore[arg-type]  # a timestamp
        of.digest = str(digest)
    for entity, count in ask(_CANDIDATES):
        found.setdefault(str(entity), Coverage()).candidates = int(str(count))
    for entity, run, begun, closed, planned in ask(_CYCLE):
        cycle = Cycle(int(str(run)), begun, int(str(closed)), int(str(planned)))  # type: ignore[arg-type]
        found.setdefault(str(entity), Coverage()).deep = cycle
    return found


_DONE = """
SELECT s.entity, s.mode, f.window_high, l.window_high, l.mappings ->> s.entity
FROM (
    SELECT m.entity, r.mode, min(r.id) AS first, max(r.id) AS last
    FROM {m}.run AS r CROSS JOIN LATERAL jsonb_object_keys(r.mappings) AS m (entity)
    WHERE r.status = 'done' AND r.mode IN ('full', 'delta', 'sweep', 'deep') AND r.window_high IS NOT NULL
    GROUP BY 1, 2
) AS s JOIN {m}.run AS f ON f.id = s.first JOIN {m}.run AS l ON l.id = s.last ORDER BY s.last
"""
_CANDIDATES = "SELECT entity, count(*) FROM {m}.candidate GROUP BY 1"
_CYCLE = """
SELECT b.entity, r.id, r.window_high, count(b.closed), count(*)
FROM {m}.run AS r JOIN {m}.batch AS b ON b.run = r.id
WHERE r.id = (SELECT max(id) FROM {m}.run WHERE mode = 'deep') AND r.status NOT IN ('done', 'undone')
GROUP BY 1, 2, 3
"""
