"""Whether the platform's database is the one that this program writes to; asked before a run, so that none breaks off.

In: its URL, the platform's schema and layout. Out: nothing, or Drift with every table and column that is missing, or
with the revision that a schema has and the one it should have.
"""

from collections.abc import Iterator
from pathlib import Path

from psycopg import sql
from sqlalchemy import URL

from migrate.errors import Drift
from migrate.model import Layout
from migrate.platform.upgrading import VERSIONS, newest
from migrate.postgres import Cursor, connect, faults, names
from migrate.project.settings import STATE_SCHEMA
from migrate.state.store import REVISIONS

_REVISION_TABLE = "alembic_version"
_COLUMNS = """\
SELECT c.relname, a.attname
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = %s AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped"""


def check_platform(url: URL, schema: str, layout: Layout, patience: float) -> None:
    """Raise Drift unless both schemas are at their newest revision and hold every table and column of the layout."""
    with (
        faults("compare the platform with this program"),
        connect(url, "migrate: schema", patience=patience) as connection,
        connection.cursor() as cursor,
    ):
        _check_revision(cursor, schema, VERSIONS)
        _check_revision(cursor, STATE_SCHEMA, REVISIONS)
        missing = list(_missing(cursor, schema, layout))
    if missing:
        raise Drift(
            f"the platform does not have what this program writes: {'; '.join(missing)}",
            why=f"something else has changed schema {schema}, or it was restored in part",
            remedy="restore what is missing, or name another schema and run: migrate platform upgrade",
        )


def _check_revision(cursor: Cursor, schema: str, versions: Path) -> None:
    cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [f'"{schema}".{_REVISION_TABLE}'])
    (there,) = cursor.fetchone() or (False,)
    found = None
    if there:
        cursor.execute(sql.SQL("SELECT version_num FROM {}").format(names(schema, _REVISION_TABLE)))
        (found,) = cursor.fetchone() or (None,)
    expected, known = newest(versions)
    if found != expected:
        older = found is None or found in known
        raise Drift(
            f"schema {schema} is at revision {found or 'none'}, this program works with {expected}",
            why="the schema was not upgraded yet" if older else "a newer program has upgraded the schema",
            remedy="run: migrate platform upgrade" if older else "install that newer version",
        )


def _missing(cursor: Cursor, schema: str, layout: Layout) -> Iterator[str]:
    cursor.execute(_COLUMNS, [schema])
    there = set(cursor.fetchall())
    tables = {table for table, _ in there}
    for name, table in layout.items():
        if name not in tables:
            yield f"{name} (table)"
            continue
        yield from (f"{name}.{column}" for column in table.columns if (name, column) not in there)
