"""The yardstick: `psql -c "COPY out" | psql -c "COPY in"` of the tables and columns that the mappings read.

From a PostgreSQL database into another of the same server, table by table, into tables of the same types with nothing
but their primary key. It maps nothing, checks nothing, keeps no books: what is left is reading and writing the rows.
"""

import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

from bench.measure import Span, span

Columns = dict[str, tuple[str, ...]]
"""Source table -> columns."""


def read_columns(mappings: Mapping[str, object]) -> Columns:
    """Every table that some mapping reads, with the columns that any of them reads."""
    found: dict[str, set[str]] = {}
    for mapping in mappings.values():
        for name, member in mapping.by_name.items():  # type: ignore[attr-defined]
            found.setdefault(member.table, set()).update(mapping.reads[name])  # type: ignore[attr-defined]
    return {table: tuple(sorted(columns)) for table, columns in sorted(found.items())}


def count(source: str, columns: Columns) -> int:
    """Rows of the tables, each counted once."""
    with psycopg.connect(plain(source)) as connection:
        return sum(
            connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchall()[
                0
            ][0]
            for table in columns
        )


def server_version(source: str) -> str:
    """Version of the server."""
    with psycopg.connect(plain(source)) as connection:
        return ".".join(map(str, divmod(connection.info.server_version, 10_000)))


def copy(source: str, target: str, columns: Columns, psql: Path, server: int) -> Span:
    """Copy all tables; both URLs are of PostgreSQL, the target's of an empty database."""
    prepare(source, target, columns)
    with span(server) as measured:
        for table, names in columns.items():
            listed = ", ".join(f'"{name}"' for name in names)
            out = [str(psql), plain(source), "-qXc", f'COPY "{table}" ({listed}) TO STDOUT']
            into = [str(psql), plain(target), "-qXc", f'COPY "{table}" ({listed}) FROM STDIN']
            with subprocess.Popen(out, stdout=subprocess.PIPE) as sender:
                subprocess.run(into, stdin=sender.stdout, check=True)
            if sender.returncode:
                raise RuntimeError(f"{table} could not be copied")
    return measured


def prepare(source: str, target: str, columns: Columns) -> None:
    """The tables at the target, with primary keys and without rows."""
    with psycopg.connect(plain(source)) as there, psycopg.connect(plain(target)) as here:
        for table, names in columns.items():
            types: dict[str, str] = dict(
                there.execute(
                    "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute"
                    " WHERE attrelid = quote_ident(%s)::regclass AND attnum > 0",
                    [table],
                ).fetchall()
            )
            parts: Iterable[sql.Composable] = (
                sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(types[name])) for name in names
            )
            here.execute(
                sql.SQL("CREATE TABLE {} ({}, PRIMARY KEY ({}))").format(
                    sql.Identifier(table), sql.SQL(", ").join(parts), sql.Identifier("ROW_ID")
                )
            )


def plain(url: str) -> str:
    """The URL as libpq reads it."""
    parsed: URL = make_url(url).set(drivername="postgresql")
    return parsed.render_as_string(hide_password=False)
