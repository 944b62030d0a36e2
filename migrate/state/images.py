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

    key: the table's primary key.
    """

    table: str
    key: str
    column: str


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
    point at nothing now are not counted. Seen with the eyes of the cursor's transaction.
    """
    kinds = {"old": pa.string(), "new": pa.string(), "rows": pa.int64()}
    parts = [_redirected(schema, platform, pointer) for pointer in pointers]
    if not parts or not len(ids):
        return _pairs(pa.table({name: pa.array([], kind) for name, kind in kinds.items()}))
    query = sql.SQL(_PAIRS).format(sql.SQL(" UNION ALL ").join(parts))
    return _pairs(
        copy_out(cursor, query, kinds, {"run": run, "ids": [value.hex() for value in ids.to_pylist()]})
    )


def prune(cursor: Cursor, schema: str, age: timedelta) -> int:
    """Forget the images of runs that began longer ago; these runs cannot be taken back any more. Returns how many."""
    cursor.execute(sql.SQL(_PRUNE).format(m=sql.Identifier(schema)), [age])
    return cursor.rowcount


def _redirected(schema: str, platform: str, pointer: Pointer) -> sql.Composed:
    return sql.SQL(_REDIRECTED).format(
        m=sql.Identifier(schema),
        table=sql.Identifier(platform, pointer.table),
        name=sql.Literal(pointer.table),
        key=sql.Identifier(pointer.key),
        column=sql.Identifier(pointer.column),
        field=sql.Literal(pointer.column),
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
_PAIRS = "SELECT old, new, count(*) FROM ({}) AS moved GROUP BY 1, 2 ORDER BY 1, 2"
_PRUNE = """
WITH pruned AS (
    UPDATE {m}.run SET images = FALSE WHERE images AND started < now() - %s AND status <> 'running' RETURNING id
), forgotten AS (DELETE FROM {m}.before_image WHERE run IN (SELECT id FROM pruned))
SELECT id FROM pruned
"""
