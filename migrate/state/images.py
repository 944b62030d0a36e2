"""Before-images: what rows and lines were before a run first touched them; what an undo puts back.

Rows of the platform are kept by the load (`migrate.load.images`), before the statement that changes them. The state's
own lines are kept by triggers, so that no statement can forget it; `under` tells them which run is at work.

Images hold personal data: like values in quarantine they go into no message and no log.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

import pyarrow as pa
from psycopg import sql

from migrate.postgres import Cursor, copy_out

KEPT = {
    "crosswalk": ("system", "entity", "key", "valid_from"),
    "key_image": ("entity", "key"),
    "quarantine": ("id",),
    "exclusion": ("entity", "key", "table_name", "row_id", "rule"),
    "natural_key": ("entity", "name", "key"),
}
"""Tables of the state whose lines are kept -> the columns by which a line is known, as their triggers name them."""


class Pointer(NamedTuple):
    """A platform column that holds ids of roots: a reference, or the `root_id` of a member table.

    key:   the table's primary key.
    root:  the column with the id of the root that the rows belong to; None where that is the very id in `column`.
    """

    table: str
    key: str
    column: str
    root: str | None = None


def under(cursor: Cursor, run: int) -> None:
    """Lines that this transaction changes are kept as what they were before the run."""
    cursor.execute("SELECT set_config('case_migrate.run', %s, TRUE)", [str(run)])


def redirected(
    cursor: Cursor,
    schema: str,
    platform: str,
    run: int,
    ids: pa.Array,
    pointers: Iterable[Pointer],
) -> pa.Table:
    """Which rows pointed at one of `ids` before that run or a later one, and at what they point now.

    ids: 16 raw bytes each. Out: (old, new: fixed_size_binary(16), rows: int64), one row per pair; rows that are gone or
    point at nothing now are not counted. An id at which something that lives still points is left out: not all went.
    Seen with the eyes of the cursor's transaction.
    """
    kinds = {"old": pa.string(), "new": pa.string(), "rows": pa.int64()}
    every = list(pointers)
    parts = [_said(_REDIRECTED, schema, platform, pointer) for pointer in every]
    left = [_said(_STILL, schema, platform, pointer) for pointer in every if pointer.root]
    if not parts or not len(ids):
        return _pairs(pa.table({name: pa.array([], kind) for name, kind in kinds.items()}))
    union = sql.SQL(" UNION ALL ")
    query = sql.SQL(_PAIRS).format(moved=union.join(parts), still=union.join([sql.SQL(_NOBODY), *left]))
    return _pairs(
        copy_out(cursor, query, kinds, {"run": run, "ids": [value.hex() for value in ids.to_pylist()]})
    )


def prune(cursor: Cursor, schema: str, age: timedelta) -> int:
    """Forget the images of runs that began longer ago; these runs cannot be taken back any more. Returns how many."""
    cursor.execute(sql.SQL(_PRUNE).format(m=sql.Identifier(schema)), [age])
    return cursor.rowcount


def _said(text: str, schema: str, platform: str, pointer: Pointer) -> sql.Composed:
    return sql.SQL(text).format(
        m=sql.Identifier(schema),
        table=sql.Identifier(platform, pointer.table),
        name=sql.Literal(pointer.table),
        key=sql.Identifier(pointer.key),
        column=sql.Identifier(pointer.column),
        field=sql.Literal(pointer.column),
        root=sql.Identifier(pointer.root or pointer.column),
    )


def _pairs(found: pa.Table) -> pa.Table:
    """Ids as 16 raw bytes."""
    columns = [
        pa.array([bytes.fromhex(value.replace("-", "")) for value in found[name].to_pylist()], pa.binary(16))
        for name in ("old", "new")
    ]
    return pa.table([*columns, found["rows"]], names=["old", "new", "rows"])


_REDIRECTED = """
SELECT (i."row" ->> {field})::uuid AS old, o.{column} AS new
FROM {m}.before_image AS i JOIN {table} AS o ON o.{key} = i.id
WHERE i.run >= %(run)s AND i.table_name = {name}
  AND (i."row" ->> {field})::uuid IN (SELECT unnest(%(ids)s::uuid[])) AND o.{column} <> (i."row" ->> {field})::uuid
"""
# A row that lives: its root has not vanished, and is not about to.
_STILL = """
SELECT o.{column} FROM {table} AS o
JOIN {m}.crosswalk AS x ON x.id = o.{root} AND x.valid_to = 'infinity' AND x.survivor IS NULL AND x.cause <> 'vanished'
WHERE o.{column} IN (SELECT unnest(%(ids)s::uuid[]))
  AND NOT EXISTS (SELECT FROM {m}.candidate AS k WHERE k.entity = x.entity AND k.key = x.key AND k.gone)
"""
_NOBODY = "SELECT NULL::uuid WHERE FALSE"
_PAIRS = """
SELECT old, new, count(*) FROM ({moved}) AS moved
WHERE NOT EXISTS (SELECT FROM ({still}) AS still (id) WHERE still.id = moved.old) GROUP BY 1, 2 ORDER BY 1, 2
"""
_PRUNE = """
WITH pruned AS (
    UPDATE {m}.run SET images = FALSE WHERE images AND started < now() - %s AND status <> 'running' RETURNING id
), forgotten AS (DELETE FROM {m}.before_image WHERE run IN (SELECT id FROM pruned))
SELECT id FROM pruned
"""
