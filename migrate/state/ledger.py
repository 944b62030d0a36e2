"""The ledger: an append-only journal in which every entry holds the hash of the one before.

Whoever edits, removes, adds or swaps entries breaks the chain, and `verify` names the first broken place. A chain
alone does not show a tail that was cut off: keep the head (sequence number and hash) elsewhere, and pass it here.

Appending takes a lock that lasts until the transaction ends, and comes last in it, so that workers do their slow work
side by side and stand in line only for the commit. Under the same lock the fencing number is read: whoever lost the
lease cannot append, and so cannot commit.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from psycopg import sql
from psycopg.types.json import Jsonb

from migrate.errors import Busy, Defect
from migrate.postgres import Cursor

GENESIS = "0" * 64
"""What the first entry has as the hash of the one before."""

COLUMNS = (
    "seq",
    "at",
    "actor",
    "kind",
    "run",
    "entity",
    "slice",
    "batch",
    "tally",
    "digest",
    "previous",
    "hash",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger.

    seq:     1, 2, 3 ... without gaps.     at:  when, by the platform database's clock.
    batch:   position and key range of a batch.
    tally:   counts; what is zero is left out.
    digest:  SHA-256 of what was decided, key by key.
    """

    seq: int
    at: datetime
    actor: str
    kind: str
    run: int | None
    entity: str | None
    slice: int | None
    batch: Mapping[str, Any] | None
    tally: Mapping[str, Any] | None
    digest: str | None
    previous: str
    hash: str = ""

    def computed(self) -> str:
        """SHA-256 over this entry as canonical JSON: sorted names, no blanks, UTC with microseconds."""
        content = {name: value for name, value in asdict(self).items() if name != "hash"}
        content["at"] = self.at.astimezone(UTC).isoformat(timespec="microseconds")
        text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Verified:
    """What a check of the chain found.

    entries:  how many entries were looked at.
    head:     hash of the last entry; GENESIS for an empty ledger.
    broken:   the first sequence number at which the chain does not hold; None when it is whole.
    """

    entries: int
    head: str
    broken: int | None


def verify(entries: Iterable[Entry], expected: tuple[int, str] | None = None) -> Verified:
    """Follow the chain from its start.

    expected: sequence number and hash of a head that was recorded elsewhere; if the chain does not pass through it,
    the ledger was cut or replaced, and that number is the broken one.
    """
    count, head, broken = 0, GENESIS, None
    for entry in entries:
        count += 1
        holds = entry.seq == count and entry.previous == head and entry.computed() == entry.hash
        if expected and entry.seq == expected[0]:
            holds = holds and entry.hash == expected[1]
        if not holds:
            broken = min(entry.seq, count)
            break
        head = entry.hash
    if broken is None and expected and count < expected[0]:
        broken = count + 1
    return Verified(count, head, broken)


def append(cursor: Cursor, schema: str, project: str, fence: int | None, **content: Any) -> Entry:
    """Add an entry at the end, within the cursor's transaction; the last thing before its commit.

    fence:    the writer's fencing number; None only for who makes a new one.
    content:  actor, kind, and what else an Entry holds.
    Raises Busy when the lease has passed to somebody else.
    """
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock_number(schema, "ledger")])
    # A statement of its own: its snapshot must be taken after the lock was granted.
    cursor.execute(sql.SQL(_HEAD).format(m=sql.Identifier(schema)), [project])
    row = cursor.fetchone()
    if row is None:
        raise Defect("the ledger has no head")  # the query always gives one row
    last, previous, at, holder_fence, holder, held = row
    if fence is not None and (fence != holder_fence or not held):
        raise Busy(f"{holder or 'nobody'}; the lease was lost, nothing was written")
    entry = Entry(seq=int(str(last)) + 1, at=_instant(at), previous=str(previous), **_complete(content))
    entry = Entry(**{**asdict(entry), "hash": entry.computed()})
    values = [Jsonb(value) if isinstance(value, Mapping) else value for value in asdict(entry).values()]
    cursor.execute(sql.SQL(_INSERT).format(m=sql.Identifier(schema)), values)
    return entry


def read(
    cursor: Cursor, schema: str, where: sql.Composable | None = None, params: Iterable[object] = ()
) -> Iterator[Entry]:
    """Entries in order, streamed; `where` is a condition on the ledger's columns."""
    query = sql.SQL("SELECT {} FROM {} WHERE {} ORDER BY seq").format(
        sql.SQL(", ").join(map(sql.Identifier, COLUMNS)),
        sql.Identifier(schema, "ledger"),
        where or sql.SQL("TRUE"),
    )
    for row in cursor.stream(query, list(params)):
        yield Entry(**dict(zip(COLUMNS, row, strict=True)))  # type: ignore[arg-type]


def lock_number(schema: str, what: str) -> int:
    """The number of an advisory lock of this state: 64 bits, the same on every machine."""
    return int.from_bytes(hashlib.sha256(f"case-migrate/{schema}/{what}".encode()).digest()[:8], signed=True)


def _complete(content: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: content.get(name)
        for name in ("actor", "kind", "run", "entity", "slice", "batch", "tally", "digest")
    }


def _instant(value: object) -> datetime:
    assert isinstance(value, datetime)
    return value


_HEAD = """
SELECT coalesce(l.seq, 0), coalesce(l.hash, repeat('0', 64)), clock_timestamp(), h.fence, h.holder,
    h.fence IS NOT NULL AND h.released IS NULL
FROM (SELECT 1) AS one
LEFT JOIN (SELECT seq, hash FROM {m}.ledger ORDER BY seq DESC LIMIT 1) AS l ON TRUE
LEFT JOIN {m}.lease AS h ON h.project = %s
"""

_INSERT = """
INSERT INTO {m}.ledger (seq, at, actor, kind, run, entity, slice, batch, tally, digest, previous, hash)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
