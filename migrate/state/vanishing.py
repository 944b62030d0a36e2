"""Keys that are gone from the source, in the books: what each was, where a merge leads, what is left of its lines.

    gone = open_gone(cursor, ...)     stage the keys; of those that the platform holds: their ids, and survivors
    ... the load marks, links or removes the rows ...
    close_gone(cursor, ...)           crosswalk, key images, quarantine, exclusions, resume point, ledger

A key that vanished is *merged* when the legacy system says so itself: a survivor claimed it (`merged` in the mapping),
or rows that pointed at it point, all of them, at one other living key of its kind now. Otherwise it is deleted.
"""

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
from psycopg import sql

from migrate.model import KeyRange, Slice, Tally
from migrate.postgres import Cursor, copy_in, copy_out
from migrate.state import images, ledger
from migrate.state.entry import Place, close_position, closed
from migrate.state.lease import check_fence
from migrate.state.runs import OpenRun, counts, tally_of

GONE = sql.Identifier("pg_temp", "stage_gone")


@dataclass(frozen=True, slots=True)
class OpenedGone:
    """A batch of vanished keys in the middle of its transaction.

    stage:   temporary table (key, id, survivor, survivor_id) of the keys that have no row at the source any more; id is
             null for what was never loaded.
    held:    the same, of those that the platform holds, by key; ids as text.
    closed:  its tally, if it was closed before; then nothing is to be done.
    """

    run: OpenRun
    slice: Slice
    position: int
    within: KeyRange
    stage: sql.Identifier
    held: pa.Table
    closed: Tally | None = None


def open_gone(
    cursor: Cursor, place: Place, run: OpenRun, piece: Slice, position: int, within: KeyRange, keys: pa.Array
) -> OpenedGone:
    """Begin the books of a batch of keys whose root is gone, looked for once more just now."""
    check_fence(cursor, place.schema, place.system, run.fence)
    images.under(cursor, run.id)
    done = closed(cursor, place, run, piece, position)
    if done is not None:
        return OpenedGone(run, piece, position, within, GONE, _HOLDING.empty_table(), tally_of(done))
    cursor.execute(_STAGE)
    empty = pa.nulls(len(keys), pa.string())
    rows = {"key": keys, "id": empty, "survivor": empty, "survivor_id": empty}
    copy_in(cursor, GONE, pa.table(rows), called="stage_gone")
    entity = piece.entity
    cursor.execute(_said(_HELD, place), [place.system, entity, entity])
    cursor.execute(_said(_CLAIMED, place), [entity, entity, place.system, entity])
    return OpenedGone(run, piece, position, within, GONE, _held(cursor))


def redirect(cursor: Cursor, place: Place, entity: str, moved: pa.Table) -> pa.Table:
    """Survivors that follow from rows which pointed at a vanished id and point at another one now.

    moved:  (old: id, new: id), the distinct pairs; an id that leads to several others has no survivor.
    Returns what the platform holds of the vanished keys, as `OpenedGone.held`.
    """
    if moved.num_rows:
        many = moved.group_by("old").aggregate([("new", "count")])
        single = moved.join(many.filter(pc.equal(many["new_count"], 1)), "old", join_type="inner")
        cursor.execute(_STAGE_MOVED)
        copy_in(cursor, _MOVED, pa.table({"old": single["old"], "new": single["new"]}), called="stage_moved")
        cursor.execute(_said(_REDIRECTED, place), [place.system, entity])
    return _held(cursor)


def close_gone(cursor: Cursor, place: Place, opened: OpenedGone, written: int, actor: str) -> Tally:
    """Write everything that the state says about the vanished keys; returns the tally that stands in the ledger."""
    entity, run = opened.slice.entity, opened.run
    cursor.execute(_said(_END, place), [place.system, entity])
    cursor.execute(_said(_PLACE, place), [place.system, entity, run.id])
    cursor.execute(sql.SQL("SELECT count(survivor), count(*) FROM {} WHERE id IS NOT NULL").format(GONE))
    merged, held = (int(str(count)) for count in cursor.fetchone() or (0, 0))
    cursor.execute(_said(_RELEASE, place), [entity, run.id])
    cursor.execute(_said(_INCLUDE, place), [entity, entity])
    cursor.execute(_said(_IMAGES, place), [run.id, entity])
    cursor.execute(_said(_DONE, place), [entity])
    tally = Tally(read=merged, merged=merged, deleted=held - merged, rows_written=written)
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    within = opened.within
    line = ledger.append(
        cursor, place.schema, place.system, run.fence,
        actor=actor, kind="batch", run=run.id, entity=entity, slice=opened.slice.number,
        batch={"position": opened.position, "kind": str(opened.slice.kind), "low": within.low, "high": within.high},
        tally=counts(tally),
    )  # fmt: skip
    close_position(cursor, place, run, opened.slice, opened.position, within, line.seq)
    return tally


def _held(cursor: Cursor) -> pa.Table:
    query = sql.SQL("SELECT key, id, survivor, survivor_id FROM {} WHERE id IS NOT NULL ORDER BY key").format(
        GONE
    )
    return copy_out(cursor, query, {name: pa.string() for name in _HOLDING.names}, [])


_MOVED = sql.Identifier("pg_temp", "stage_moved")
_HOLDING = pa.schema([(name, pa.string()) for name in ("key", "id", "survivor", "survivor_id")])


def _said(text: str, place: Place) -> sql.Composed:
    return sql.SQL(text).format(m=sql.Identifier(place.schema), g=GONE, moved=_MOVED)


_STAGE = """
CREATE TEMPORARY TABLE IF NOT EXISTS stage_gone
    (key text COLLATE "C", id uuid, survivor text COLLATE "C", survivor_id uuid) ON COMMIT DELETE ROWS;
TRUNCATE pg_temp.stage_gone
"""
_STAGE_MOVED = """
CREATE TEMPORARY TABLE IF NOT EXISTS stage_moved (old uuid, new uuid) ON COMMIT DELETE ROWS;
TRUNCATE pg_temp.stage_moved
"""
_HELD = """
UPDATE {g} AS g SET id = c.id FROM {m}.crosswalk AS c
WHERE c.system = %s AND c.entity = %s AND c.key = g.key AND c.valid_to = 'infinity' AND c.survivor IS NULL
  AND c.cause <> 'vanished'
  AND EXISTS (SELECT FROM {m}.key_image AS i WHERE i.entity = %s AND i.key = g.key AND i.fingerprint IS NOT NULL)
"""
# A survivor may itself have been swallowed: the chain is followed to the first that lives.
_CLAIMED = """
WITH RECURSIVE chain (loser, survivor, depth) AS (
    SELECT g.key, m.survivor, 1 FROM {g} AS g JOIN {m}.merge_claim AS m ON m.entity = %s AND m.loser = g.key
    UNION ALL
    SELECT chain.loser, m.survivor, depth + 1
    FROM chain JOIN {m}.merge_claim AS m ON m.entity = %s AND m.loser = chain.survivor WHERE depth < 20
), living AS (
    SELECT DISTINCT ON (chain.loser) chain.loser, chain.survivor, c.id
    FROM chain JOIN {m}.crosswalk AS c ON c.system = %s AND c.entity = %s AND c.key = chain.survivor
        AND c.valid_to = 'infinity' AND c.survivor IS NULL AND c.cause <> 'vanished'
    WHERE chain.survivor <> chain.loser AND NOT EXISTS (SELECT FROM {g} AS o WHERE o.key = chain.survivor)
    ORDER BY chain.loser, chain.depth
)
UPDATE {g} AS g SET survivor = living.survivor, survivor_id = living.id FROM living WHERE living.loser = g.key
"""
_REDIRECTED = """
UPDATE {g} AS g SET survivor = c.key, survivor_id = c.id
FROM {moved} AS m JOIN {m}.crosswalk AS c ON c.id = m.new AND c.valid_to = 'infinity' AND c.survivor IS NULL
    AND c.cause <> 'vanished'
WHERE g.id = m.old AND g.survivor IS NULL AND c.system = %s AND c.entity = %s
  AND NOT EXISTS (SELECT FROM {g} AS o WHERE o.key = c.key)
"""
_END = """
UPDATE {m}.crosswalk AS c SET valid_to = now() FROM {g} AS g
WHERE c.system = %s AND c.entity = %s AND c.key = g.key AND c.valid_to = 'infinity' AND g.id IS NOT NULL
"""
_PLACE = """
INSERT INTO {m}.crosswalk (system, entity, key, valid_from, id, cause, survivor, run)
SELECT %s, %s, key, now(), coalesce(survivor_id, id),
    CASE WHEN survivor IS NULL THEN 'vanished' ELSE 'merge' END, survivor, %s
FROM {g} WHERE id IS NOT NULL
"""
# What this run found again of it are rows without their root: they stay.
_RELEASE = """
UPDATE {m}.quarantine AS q SET state = 'released', released = now() FROM {g} AS g
WHERE q.entity = %s AND q.key = g.key AND q.state <> 'released' AND q.last_run < %s
"""
_INCLUDE = """
DELETE FROM {m}.exclusion AS x USING {g} AS g WHERE x.entity = %s AND x.key = g.key AND NOT EXISTS (
    SELECT FROM {m}.quarantine AS q WHERE q.entity = %s AND q.key = g.key AND q.state <> 'released'
)
"""
# Rows that hang on nothing are read by themselves in every sweep: they are no version of the key that they name.
_IMAGES = """
UPDATE {m}.key_image AS i SET fingerprint = NULL, run = %s,
    disposition = CASE WHEN g.orphaned THEN i.disposition ELSE 'gone' END,
    version = CASE WHEN g.orphaned THEN i.version END
FROM (
    SELECT g.key, EXISTS (
        SELECT FROM {m}.quarantine AS q
        WHERE q.entity = i.entity AND q.key = g.key AND q.state <> 'released' AND q.found_in = 'range'
    ) AS orphaned, i.entity
    FROM {g} AS g JOIN {m}.key_image AS i ON i.key = g.key
) AS g WHERE i.entity = %s AND g.entity = i.entity AND i.key = g.key
"""
_DONE = "DELETE FROM {m}.candidate AS k USING {g} AS g WHERE k.entity = %s AND k.key = g.key"
