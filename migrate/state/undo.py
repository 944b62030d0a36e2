"""An undo in the books: may the run be taken back? Then the state's lines become what they were, and it is marked.

    run = undoable(cursor, ...)            is it known, was it not taken back before, are its images there?
    opened = open_undo(cursor, run)        has nobody changed since what it wrote? what did it place on the platform?
    ... the load puts the rows back ...
    close_undo(cursor, run, ...)           crosswalk, key images, quarantine, exclusions, natural keys; mark; ledger

All of it is one transaction, so that nobody ever sees a half of it, and a kill leaves everything as it was before.

Raises Refused when a later run has changed the same rows or lines, naming the runs to be taken back first.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from migrate.errors import Refused
from migrate.postgres import Cursor
from migrate.state import ledger, runs
from migrate.state.entry import Place
from migrate.state.images import KEPT
from migrate.state.lease import check_fence
from migrate.state.runs import OpenRun


@dataclass(frozen=True, slots=True)
class OpenUndo:
    """An undo in the middle of its transaction.

    placed:  a temporary table of one column `id`: roots that the run appended; nothing of them was there before.
    since:   later runs that wrote rows and were not taken back, newest first.
    """

    run: OpenRun
    placed: sql.Identifier
    since: tuple[int, ...]

    def overtaken(self, why: str) -> Refused:
        """The refusal that names the runs to be taken back first."""
        return _overtaken(self.run.id, self.since, why)


def undoable(cursor: Cursor, place: Place, number: int) -> OpenRun:
    """The run of that number, if it can be taken back at all."""
    cursor.execute(place.sql("SELECT status, images FROM {m}.run WHERE id = %s"), [number])
    found = cursor.fetchone()
    if found is None:
        raise Refused(f"there is no run {number}", remedy="see which there are: migrate status")
    if found[0] == "undone":
        raise Refused(f"run {number} was taken back already", remedy=f"migrate ledger show --run {number}")
    if not found[1]:
        raise Refused(
            f"run {number} cannot be taken back",
            why="what it overwrote is not kept any more, or was never kept",
            remedy="correct the mapping and run again; for the runs to come, [limits] undo says how long it is kept",
        )
    return runs.load(cursor, place.schema, number)


def open_undo(cursor: Cursor, place: Place, run: OpenRun) -> OpenUndo:
    """Refuse what cannot be taken back exactly; gather what the run placed."""
    check_fence(cursor, place.schema, place.system, run.fence)
    undoable(cursor, place, run.id)
    cursor.execute(place.sql("ANALYZE {m}.before_image"))
    if later := _later(cursor, place, run.id):
        raise _overtaken(run.id, later, "what it wrote was changed by a later run")
    cursor.execute("DROP TABLE IF EXISTS pg_temp.stage_placed")
    cursor.execute(place.sql(_PLACED), {"run": run.id})
    cursor.execute("ALTER TABLE pg_temp.stage_placed ADD PRIMARY KEY (id); ANALYZE pg_temp.stage_placed")
    cursor.execute(place.sql(_WRITERS_SINCE), [run.id])
    since = tuple(int(str(number)) for (number,) in cursor.fetchall())
    return OpenUndo(run, sql.Identifier("pg_temp", "stage_placed"), since)


def close_undo(
    cursor: Cursor, place: Place, run: OpenRun, actor: str, reason: str, rows: Mapping[str, Any]
) -> int:
    """Put the lines back, mark the run, and write the ledger entry; returns how many lines were put back or removed."""
    if run.mode != "full":
        cursor.execute(place.sql(_NAMED), [run.id])
    lines = sum(_put_back(cursor, place, run.id, table, known_by) for table, known_by in KEPT.items())
    cursor.execute(place.sql("DELETE FROM {m}.before_image WHERE run = %s"), [run.id])
    cursor.execute(place.sql("UPDATE {m}.run SET status = 'undone', images = FALSE WHERE id = %s"), [run.id])
    ledger.append(
        cursor, place.schema, place.system, run.fence,
        actor=actor, kind="undo", run=run.id, batch={"reason": reason}, tally={**rows, "lines": lines},
    )  # fmt: skip
    return lines


# The next run takes up again what this one had changed. A full run needs no names: it is followed by another.
_NAMED = """
INSERT INTO {m}.candidate (entity, key, cause, gone)
SELECT entity, key, 'undone', FALSE FROM {m}.key_image WHERE run = %s AND disposition <> 'none'
ON CONFLICT (entity, key) DO NOTHING
"""


def _overtaken(run: int, later: Iterable[int], why: str) -> Refused:
    first = ", ".join(f"migrate undo {number}" for number in later)
    return Refused(
        f"run {run} cannot be taken back",
        why=why,
        remedy=f"take back first, in this order: {first}" if first else "",
    )


def _later(cursor: Cursor, place: Place, run: int) -> list[int]:
    """Runs that changed what this one wrote, and those that changed what these wrote; newest first."""
    queries = [_CHANGED_SINCE, *(_written_anew(table, known_by) for table, known_by in KEPT.items())]
    found, todo = {run}, [run]
    while todo:
        params = {"run": todo.pop(), "schema": place.schema}
        more = {
            int(str(number))
            for query in queries
            for (number,) in cursor.execute(place.sql(query), params).fetchall()
        }
        todo += more - found
        found |= more
    return sorted(found - {run}, reverse=True)


def _written_anew(table: str, known_by: tuple[str, ...]) -> str:
    """Lines that the run deleted and a later run has written again: of these the later one has no image."""
    return f"""
        SELECT DISTINCT o.run FROM {_images_of(table)} JOIN {{m}}.{table} AS o ON {_same(known_by)}
        WHERE o.run NOT IN (i.run, i.writer, 0)
    """


def _put_back(cursor: Cursor, place: Place, run: int, table: str, known_by: tuple[str, ...]) -> int:
    """The lines of one table. What a net has found since stays found."""
    statements = (
        f"DELETE FROM {{m}}.{table} AS o WHERE o.run = %(run)s",
        f"""
            DELETE FROM {{m}}.{table} AS o USING {_images_of(table)}
            WHERE {_same(known_by)} AND o.run IN (i.run, i.writer)
        """,
        f"""
            INSERT INTO {{m}}.{table} SELECT r.* FROM {_images_of(table)}
            WHERE NOT EXISTS (SELECT FROM {{m}}.{table} AS o WHERE {_same(known_by)})
        """,
    )
    params = {"run": run, "schema": place.schema}
    removed, _, put_back = (cursor.execute(place.sql(text), params).rowcount for text in statements)
    return removed + put_back


def _images_of(table: str) -> str:
    """The images `i` of a table's lines, and the lines `r` that they show."""
    return f"""(
        SELECT i.run, i.writer, jsonb_populate_record(NULL::{{m}}.{table}, i."row") AS line
        FROM {{m}}.before_image AS i WHERE i.run = %(run)s AND i.table_name = %(schema)s || '.{table}' OFFSET 0
    ) AS i CROSS JOIN LATERAL (SELECT (i.line).*) AS r"""


def _same(known_by: tuple[str, ...]) -> str:
    return " AND ".join(f"o.{name} = r.{name}" for name in known_by)


_CHANGED_SINCE = """
SELECT later.run FROM {m}.before_image AS mine JOIN {m}.before_image AS later
    ON later.id = mine.id AND later.table_name = mine.table_name
WHERE mine.run = %(run)s AND later.run <> mine.run AND later.seq > mine.seq
UNION SELECT run FROM {m}.before_image WHERE writer = %(run)s AND run <> %(run)s
"""
_PLACED = """
CREATE TEMPORARY TABLE stage_placed ON COMMIT DROP AS
SELECT DISTINCT c.id FROM {m}.crosswalk AS c
WHERE c.run = %(run)s AND c.survivor IS NULL AND NOT EXISTS (
    SELECT FROM {m}.before_image AS b WHERE b.id = c.id AND b.run = %(run)s AND b."row" IS NOT NULL
)
"""
_WRITERS_SINCE = """
SELECT DISTINCT l.run FROM {m}.ledger AS l JOIN {m}.run AS r ON r.id = l.run
WHERE l.run > %s AND l.tally ? 'rows_written' AND r.status <> 'undone' ORDER BY 1 DESC
"""
