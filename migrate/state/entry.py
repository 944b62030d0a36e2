"""A batch in the books: opened before its rows are written, closed in the same transaction.

    opened = open_batch(cursor, ...)     is it still to be done? what was last seen of its keys?
    ... the load writes the rows ...
    close_batch(cursor, opened, ...)     crosswalk, key images, quarantine, exclusions, resume point, ledger

All statements are set-based: the keys of the batch go into a temporary table once, by COPY. Lines that already say
what is to be said are not touched, so that a run in which nothing changed writes its own entries only.

Raises Busy when the lease was lost, Defect when the books do not balance; the caller's transaction then ends in
nothing.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from psycopg import sql

from migrate.canonical import ID, derive_ids, row_hashes
from migrate.errors import Defect
from migrate.model import Disposition, KeyRange, Outcome, Slice, SliceKind, Tally
from migrate.postgres import Cursor, copy_in, copy_out, temporary
from migrate.state import candidates, complaints, images, ledger
from migrate.state.lease import check_fence
from migrate.state.runs import OpenRun, counts, tally_of

KEYS = sql.Identifier("pg_temp", "stage_keys")
PAIRS = sql.Identifier("pg_temp", "stage_pairs")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the books are kept: schema of the state, name of the legacy system."""

    schema: str
    system: str

    def sql(self, text: str) -> sql.Composed:
        """A statement in which `{m}` is the schema of the state."""
        return sql.SQL(text).format(m=sql.Identifier(self.schema), keys=KEYS, pairs=PAIRS)


@dataclass(frozen=True, slots=True)
class Seen:
    """What was known of the batch's keys before it; one flag per row of `Outcome.keys`, as numpy arrays.

    read:    a key image exists.               loaded:  the platform holds rows of it.
    same:    its fingerprint is the same.      alike:   its disposition is the same.
    current: its version is the same.
    placed:  a current crosswalk line exists.  stub:    that line is a stand-in's or a merge's.
    """

    read: np.ndarray
    loaded: np.ndarray
    same: np.ndarray
    alike: np.ndarray
    current: np.ndarray
    placed: np.ndarray
    stub: np.ndarray


@dataclass(frozen=True, slots=True)
class Opened:
    """A batch in the middle of its transaction.

    closed:  its tally, if it was closed before (a commit whose answer was lost); then nothing is to be done.
    seen:    what was known of its keys.
    digest:  of what is decided about them.
    """

    run: OpenRun
    slice: Slice
    position: int
    within: KeyRange
    outcome: Outcome
    digest: str
    seen: Seen
    closed: Tally | None = None

    @property
    def about(self) -> str:
        """Entity, slice and position, for messages."""
        return f"batch {self.position} of {self.slice} in run {self.run.id}"


def open_batch(
    cursor: Cursor,
    place: Place,
    run: OpenRun,
    slice_: Slice,
    position: int,
    within: KeyRange,
    outcome: Outcome,
) -> Opened:
    """Begin the books of a batch."""
    check_fence(cursor, place.schema, place.system, run.fence)
    _audit(outcome)
    digest = _digest(outcome)
    if slice_.kind is SliceKind.KEYS:
        done = _decided(cursor, place, run, slice_, digest)
    else:
        done = closed(cursor, place, run, slice_, position)
    if done is not None:
        return Opened(run, slice_, position, within, outcome, digest, _nothing(0), tally_of(done))
    images.under(cursor, run.id)
    temporary(cursor, "stage_keys", sql.SQL(_STAGE_KEYS))
    copy_in(cursor, KEYS, _stage(outcome), called="stage_keys")
    return Opened(run, slice_, position, within, outcome, digest, _seen(cursor, place, outcome))


def close_batch(cursor: Cursor, place: Place, opened: Opened, tally: Tally, actor: str) -> Tally:
    """Write everything that the state says about the batch; returns the tally that stands in the ledger."""
    outcome, run, seen = opened.outcome, opened.run, opened.seen
    stubs = _stubs(cursor, place, opened)
    _crosswalk(cursor, place, opened)
    _merges(cursor, place, opened)
    if opened.slice.kind is SliceKind.CHOSEN:
        candidates.settle(
            cursor, place.schema, outcome, opened.within, mapping=_digest_of(run, outcome), run=run.id
        )
    if opened.slice.kind is SliceKind.KEYS:
        tally = _counted_once(cursor, place, opened, tally)
    if opened.slice.kind is not SliceKind.LOOSE:
        _images(cursor, place, opened)
    complaints.write(cursor, place.schema, run.id, opened.slice, outcome)
    tally = replace(tally, stubs=stubs)
    if not tally.balanced:
        told = ", ".join(f"{name} {value}" for name, value in counts(tally).items())
        raise Defect(f"the books of {opened.about} do not balance; nothing was written", why=told)
    if seen.read.size != outcome.keys.num_rows:
        raise Defect(f"{opened.about} was closed with other keys than it was opened with")
    cursor.execute(
        "SET CONSTRAINTS ALL IMMEDIATE"
    )  # what was deferred fails here, and not under the ledger's lock
    _enter(cursor, place, opened, tally, actor)
    return tally


def forget_seen(cursor: Cursor, place: Place, entity: str, ids: Sequence[object]) -> None:
    """Rows have left these roots for others: what was last loaded of them is not there any more, whatever they say.

    They become candidates: what else they say may have to do with the rows that left.
    """
    if ids:
        cursor.execute(place.sql(_FORGET), [entity, list(ids)])
        cursor.execute(place.sql(_LEFT), [entity, list(ids)])


def closed(
    cursor: Cursor, place: Place, run: OpenRun, piece: Slice, position: int
) -> Mapping[str, Any] | None:
    """What the ledger says about a batch that was closed before; None for one that is to be done."""
    cursor.execute(place.sql(_CLOSED), [run.id, piece.entity, piece.number, position])
    row = cursor.fetchone()
    return None if row is None else row[0]  # type: ignore[return-value]  # jsonb


def _decided(
    cursor: Cursor, place: Place, run: OpenRun, piece: Slice, digest: str
) -> Mapping[str, Any] | None:
    """A second look is not planned and has no resume point: the same decision about the same keys is the same batch."""
    cursor.execute(place.sql(_DECIDED), [run.id, piece.entity, digest])
    row = cursor.fetchone()
    return None if row is None else row[0]  # type: ignore[return-value]  # jsonb


def _audit(outcome: Outcome) -> None:
    """Refuse an outcome that says nothing, or two things, about an entity."""
    keys = outcome.keys
    if keys.num_rows != len(pc.unique(keys.column("key"))):
        raise Defect(f"entity {outcome.entity}: a batch holds the same key twice")
    known = pc.is_in(keys.column("disposition"), value_set=pa.array([str(d) for d in Disposition]))
    if not pc.all(known).as_py() and keys.num_rows:
        raise Defect(f"entity {outcome.entity}: a batch holds an entity whose fate is not known")
    accepted = pc.equal(keys.column("disposition"), str(Disposition.ACCEPTED))
    if not pc.all(pc.equal(accepted, outcome.fingerprint.is_valid())).as_py() and keys.num_rows:
        raise Defect(f"entity {outcome.entity}: exactly the accepted entities must have a fingerprint")
    explained = pa.concat_arrays(
        [_flat(outcome.quarantine.column("key")), _flat(outcome.excluded.column("key"))]
    )
    silent = pc.and_not(pc.invert(accepted), pc.is_in(keys.column("key"), value_set=explained))
    if keys.num_rows and pc.any(silent).as_py():
        raise Defect(f"entity {outcome.entity}: an entity is left out without a reason")


def _stage(outcome: Outcome) -> pa.Table:
    """The rows of stage_keys."""
    keys = outcome.keys
    index = pa.array(np.arange(keys.num_rows, dtype=np.int32))
    version = pa.nulls(keys.num_rows, ID) if outcome.version is None else outcome.version
    columns = [
        index,
        *(keys.column(name) for name in ("key", "id", "disposition")),
        outcome.fingerprint,
        version,
    ]
    return pa.table(columns, names=["i", "key", "id", "disposition", "fingerprint", "version"])


def _seen(cursor: Cursor, place: Place, outcome: Outcome) -> Seen:
    """Only keys of which something is known come back; the range lets the server read neighbours in one go."""
    size = outcome.keys.num_rows
    seen = _nothing(size)
    if not size:
        return seen
    ends = pc.min_max(outcome.keys.column("key"))
    values = [outcome.entity, *[end.as_py() for end in ends.values()]] * 2
    params = [*values[:3], place.system, *values[3:]]
    small = pa.int8()
    kinds = {"i": pa.int32(), **dict.fromkeys(Seen.__slots__, small)}
    known = copy_out(cursor, place.sql(_SEEN), kinds, params)
    at = known.column("i").to_numpy()
    for name in seen.__slots__:
        getattr(seen, name)[at] = known.column(name).to_numpy().astype(bool)
    return seen


def _nothing(size: int) -> Seen:
    return Seen(*(np.zeros(size, bool) for _ in Seen.__slots__))


def _stubs(cursor: Cursor, place: Place, opened: Opened) -> int:
    """Crosswalk lines for the stand-ins; those that exist already stay. Returns how many are new."""
    stubs, new = opened.outcome.stubs, 0
    for entity in pc.unique(stubs.column("entity")).to_pylist():
        keys = pc.unique(stubs.filter(pc.equal(stubs.column("entity"), entity)).column("key")).sort()
        _pairs(cursor, keys, derive_ids(place.system, f"{entity}/", keys), pa.nulls(len(keys), pa.string()))
        cursor.execute(place.sql(_STUBS), [place.system, entity, opened.run.id])
        new += cursor.rowcount
    return new


def _crosswalk(cursor: Cursor, place: Place, opened: Opened) -> None:
    """A line for every entity that is loaded for the first time; a stand-in's line ends when the real one comes."""
    accepted = _accepted(opened.outcome)
    new, arrived = accepted & ~opened.seen.placed, accepted & opened.seen.stub
    cause = "first_load" if opened.run.mode == "full" else "created"
    if arrived.any():
        cursor.execute(place.sql(_END_STUB), [place.system, opened.outcome.entity, _indices(arrived)])
        cursor.execute(
            place.sql(_ARRIVE), [opened.run.id, place.system, opened.outcome.entity, _indices(arrived)]
        )
    if new.any():
        cursor.execute(
            place.sql(_PLACE), [place.system, opened.outcome.entity, cause, opened.run.id, _indices(new)]
        )


def _merges(cursor: Cursor, place: Place, opened: Opened) -> None:
    """A dead key's line leads to the survivor, once the survivor is on the platform and unless the key still lives."""
    merges, entity = opened.outcome.merges, opened.outcome.entity
    if not merges.num_rows:
        return
    survivors = _flat(merges.column("survivor"))
    _pairs(
        cursor, _flat(merges.column("loser")), derive_ids(place.system, f"{entity}/", survivors), survivors
    )
    cursor.execute(place.sql(_CLAIM), [entity, opened.run.id])
    cursor.execute(place.sql(_END_MERGED), [place.system, entity, entity])
    cursor.execute(place.sql(_MERGE), [place.system, entity, opened.run.id, place.system, entity, entity])


def _pairs(cursor: Cursor, keys: pa.Array, ids: pa.Array, survivors: pa.Array) -> None:
    temporary(cursor, "stage_pairs", sql.SQL(_STAGE_PAIRS))
    cursor.execute(sql.SQL("DELETE FROM {}").format(PAIRS))  # those of another entity in this transaction
    copy_in(cursor, PAIRS, pa.table({"key": keys, "id": ids, "survivor": survivors}), called="stage_pairs")


def _images(cursor: Cursor, place: Place, opened: Opened) -> None:
    seen, accepted = opened.seen, _accepted(opened.outcome)
    stale = ~seen.read | ~seen.alike | ~seen.current | (accepted & ~seen.same)
    if stale.any():
        mapping = _digest_of(opened.run, opened.outcome)
        cursor.execute(place.sql(_IMAGES), [opened.outcome.entity, mapping, opened.run.id, _indices(stale)])


def _digest_of(run: OpenRun, outcome: Outcome) -> str:
    """Of the mapping that made the outcome."""
    return run.mappings.get(outcome.entity, "")


def _counted_once(cursor: Cursor, place: Place, opened: Opened, tally: Tally) -> Tally:
    """A second look at entities that this run has counted before: what they were then is taken out of the books."""
    cursor.execute(place.sql(_COUNTED), [opened.outcome.entity, opened.outcome.entity, opened.run.id])
    before = {str(name): int(str(count)) for name, count in cursor.fetchall()}
    again = sum(before.values())
    rejected, held = before.get("rejected", 0), before.get("held", 0)
    return replace(tally, read=tally.read - again, rejected=tally.rejected - rejected, held=tally.held - held)


def _enter(cursor: Cursor, place: Place, opened: Opened, tally: Tally, actor: str) -> None:
    """The ledger entry and the resume point; from here on other workers wait until the commit."""
    run, piece, within = opened.run, opened.slice, opened.within
    entry = ledger.append(
        cursor, place.schema, place.system, run.fence,
        actor=actor, kind="batch", run=run.id, entity=piece.entity, slice=piece.number,
        batch={"position": opened.position, "kind": str(piece.kind), "low": within.low, "high": within.high},
        tally=counts(tally), digest=opened.digest,
    )  # fmt: skip
    if piece.kind is not SliceKind.KEYS:
        close_position(cursor, place, run, piece, opened.position, within, entry.seq)


def close_position(
    cursor: Cursor, place: Place, run: OpenRun, piece: Slice, position: int, within: KeyRange, seq: int
) -> None:
    """Set the resume point of one batch, planned or not. Raises Defect if it was set before."""
    values = [
        run.id,
        piece.entity,
        piece.number,
        position,
        str(piece.kind),
        piece.member,
        within.low,
        within.high,
        seq,
    ]
    cursor.execute(place.sql(_CLOSE), values)
    if cursor.rowcount != 1:
        raise Defect(f"batch {position} of {piece} in run {run.id} was closed twice")


def _digest(outcome: Outcome) -> str:
    """SHA-256 over key, fate and fingerprint of every entity and what the held ones wait for, whatever their order."""
    facts = pa.table(
        [*(outcome.keys.column(name) for name in ("key", "disposition")), outcome.fingerprint],
        names=["k", "d", "f"],
    )
    held = outcome.quarantine.filter(pc.equal(outcome.quarantine.column("state"), "held"))
    needs = held.select(["key", "needs_entity", "needs_key"])
    hashes = np.concatenate([row_hashes(facts), row_hashes(needs)])
    return hashlib.sha256(hashes[np.lexsort(hashes.T)].tobytes()).hexdigest()


def _accepted(outcome: Outcome) -> np.ndarray:
    flags: np.ndarray = pc.equal(outcome.keys.column("disposition"), str(Disposition.ACCEPTED)).to_numpy()
    return flags.astype(bool)


def _indices(flags: np.ndarray) -> list[int]:
    return np.flatnonzero(flags).tolist()


def _flat(column: "pa.Array | pa.ChunkedArray") -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


# Chosen positions come as `IN (SELECT unnest(...))`, which is hashed; `= ANY(...)` would look through them row by row.
_STAGE_KEYS = 'i integer, key text COLLATE "C", id uuid, disposition text, fingerprint uuid, version uuid'
_STAGE_PAIRS = 'key text COLLATE "C", id uuid, survivor text COLLATE "C"'
_CLOSED = """
SELECT l.tally FROM {m}.batch AS b JOIN {m}.ledger AS l ON l.seq = b.closed
WHERE b.run = %s AND b.entity = %s AND b.slice = %s AND b.position = %s
"""
_DECIDED = """
SELECT tally FROM {m}.ledger
WHERE run = %s AND entity = %s AND kind = 'batch' AND batch ->> 'kind' = 'keys' AND digest = %s
"""
_SEEN = """
SELECT k.i, (i.key IS NOT NULL)::int, (i.fingerprint IS NOT NULL)::int,
       coalesce(i.fingerprint = k.fingerprint, FALSE)::int,
       coalesce(i.disposition = k.disposition, FALSE)::int, (i.version IS NOT DISTINCT FROM k.version)::int,
       (c.key IS NOT NULL)::int, coalesce(c.cause IN ('stub', 'merge', 'vanished'), FALSE)::int
FROM {keys} AS k
LEFT JOIN {m}.key_image AS i ON i.entity = %s AND i.key = k.key AND i.key BETWEEN %s AND %s
LEFT JOIN {m}.crosswalk AS c
       ON c.system = %s AND c.entity = %s AND c.key = k.key AND c.valid_to = 'infinity' AND c.key BETWEEN %s AND %s
WHERE i.key IS NOT NULL OR c.key IS NOT NULL
"""
_STUBS = """
INSERT INTO {m}.crosswalk (system, entity, key, valid_from, id, cause, run)
SELECT %s, %s, key, now(), id, 'stub', %s FROM {pairs} ON CONFLICT (system, entity, key, valid_to) DO NOTHING
"""
_END_STUB = """
UPDATE {m}.crosswalk AS c SET valid_to = now() FROM {keys} AS k
WHERE c.system = %s AND c.entity = %s AND c.key = k.key AND c.valid_to = 'infinity'
  AND k.i IN (SELECT unnest(%s::integer[]))
"""
_PLACE = """
INSERT INTO {m}.crosswalk (system, entity, key, valid_from, id, cause, run)
SELECT %s, %s, k.key, now(), k.id, %s, %s FROM {keys} AS k WHERE k.i IN (SELECT unnest(%s::integer[]))
"""
_ARRIVE = """
INSERT INTO {m}.crosswalk (system, entity, key, valid_from, id, cause, run)
SELECT c.system, c.entity, c.key, now(), k.id,
    CASE c.cause WHEN 'merge' THEN 'unmerged' WHEN 'vanished' THEN 'returned' ELSE 'arrived' END, %s
FROM {keys} AS k JOIN {m}.crosswalk AS c ON c.system = %s AND c.entity = %s AND c.key = k.key AND c.valid_to = now()
WHERE k.i IN (SELECT unnest(%s::integer[]))
"""
_END_MERGED = """
UPDATE {m}.crosswalk AS c SET valid_to = now()
FROM {pairs} AS p JOIN {keys} AS k ON k.key = p.survivor AND k.disposition = 'accepted'
WHERE c.system = %s AND c.entity = %s AND c.key = p.key AND c.valid_to = 'infinity' AND c.id <> p.id
  AND NOT EXISTS (SELECT FROM {m}.key_image AS i WHERE i.entity = %s AND i.key = p.key AND i.fingerprint IS NOT NULL)
"""
_CLAIM = """
INSERT INTO {m}.merge_claim AS c (entity, loser, survivor, run)
SELECT DISTINCT ON (p.key) %s, p.key, p.survivor, %s::bigint FROM {pairs} AS p ORDER BY p.key, p.survivor
ON CONFLICT (entity, loser) DO UPDATE SET survivor = excluded.survivor, run = excluded.run
WHERE c.survivor <> excluded.survivor
"""
_MERGE = """
INSERT INTO {m}.crosswalk (system, entity, key, valid_from, id, cause, survivor, run)
SELECT DISTINCT ON (p.key) %s, %s, p.key, now(), p.id, 'merge', p.survivor, %s
FROM {pairs} AS p JOIN {keys} AS k ON k.key = p.survivor AND k.disposition = 'accepted'
WHERE NOT EXISTS (
    SELECT FROM {m}.crosswalk AS c WHERE c.system = %s AND c.entity = %s AND c.key = p.key AND c.valid_to = 'infinity'
) AND NOT EXISTS (SELECT FROM {m}.key_image AS i WHERE i.entity = %s AND i.key = p.key AND i.fingerprint IS NOT NULL)
ORDER BY p.key, p.survivor
"""
_IMAGES = """
INSERT INTO {m}.key_image AS i (entity, key, id, disposition, fingerprint, version, mapping, run)
SELECT %s, k.key, k.id, k.disposition, k.fingerprint, k.version, %s, %s FROM {keys} AS k
WHERE k.i IN (SELECT unnest(%s::integer[]))
ON CONFLICT (entity, key) DO UPDATE SET disposition = excluded.disposition, mapping = excluded.mapping,
    version = excluded.version, run = excluded.run, fingerprint = coalesce(excluded.fingerprint, i.fingerprint)
"""
# By way of the crosswalk, which is indexed by id.
_FORGET = """
UPDATE {m}.key_image AS i SET fingerprint = '00000000-0000-0000-0000-000000000000' FROM {m}.crosswalk AS c
WHERE c.entity = %s AND c.id = ANY(%s) AND i.entity = c.entity AND i.key = c.key AND i.id = c.id
    AND i.fingerprint IS NOT NULL
"""
_LEFT = """
INSERT INTO {m}.candidate (entity, key, cause, gone)
SELECT DISTINCT i.entity, i.key, 'follower', FALSE FROM {m}.crosswalk AS c
JOIN {m}.key_image AS i ON i.entity = c.entity AND i.key = c.key AND i.id = c.id
WHERE c.entity = %s AND c.id = ANY(%s) AND i.fingerprint IS NOT NULL
ON CONFLICT (entity, key) DO NOTHING
"""
_COUNTED = """
SELECT i.disposition, count(*) FROM {keys} AS k JOIN {m}.key_image AS i ON i.entity = %s AND i.key = k.key
WHERE i.disposition IN ('rejected', 'held') AND EXISTS (
    SELECT FROM {m}.quarantine AS q
    WHERE q.entity = %s AND q.key = k.key AND q.scope = 'entity' AND q.state <> 'released' AND q.last_run = %s
) GROUP BY i.disposition
"""
_CLOSE = """
INSERT INTO {m}.batch AS b (run, entity, slice, position, kind, member, low, high, ordinal, closed)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, -1, %s)
ON CONFLICT (run, entity, slice, position) DO UPDATE SET closed = excluded.closed WHERE b.closed IS NULL
"""
