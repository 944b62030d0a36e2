"""What both databases looked like when that was last accepted: the schema records.

A record is a plain JSON value under (side, name); what it says is the business of who compares
(`migrate.project.drift`).
"""

from collections.abc import Mapping
from typing import Any

from psycopg import sql
from psycopg.types.json import Jsonb

from migrate.postgres import Cursor

Records = Mapping[tuple[str, str], Mapping[str, Any]]
"""(side, name) -> description; the side is 'legacy' or 'platform', the name empty for what is no table's own."""


def read(cursor: Cursor, schema: str, system: str) -> Records:
    """All records of a legacy system."""
    cursor.execute(sql.SQL(_READ).format(m=sql.Identifier(schema)), [system])
    return {(str(side), str(name)): description for side, name, description in cursor.fetchall()}  # type: ignore[misc]


def write(cursor: Cursor, schema: str, system: str, records: Records) -> None:
    """Put these records in the place of what was there under the same names."""
    rows = [(system, side, name, Jsonb(dict(what))) for (side, name), what in records.items()]
    cursor.executemany(sql.SQL(_WRITE).format(m=sql.Identifier(schema)), rows)


_READ = "SELECT side, name, description FROM {m}.schema_record WHERE system = %s"
_WRITE = """
INSERT INTO {m}.schema_record (system, side, name, description, accepted) VALUES (%s, %s, %s, %s, clock_timestamp())
ON CONFLICT (system, side, name) DO UPDATE SET description = excluded.description, accepted = excluded.accepted
"""
