"""Whole journeys: a project folder over two databases, full loads as a user runs them, and what they left behind.

`content` is the canonical dump: every platform table and what the state says about rows, ordered by key, without
instants and numbers of runs. Two loads of the same data are right when their contents are equal, byte for byte.
"""

import hashlib
import multiprocessing
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from migrate.project import Project

_STATE: dict[str, LiteralString] = {  # what the state says about rows, without when and by which run
    "crosswalk": "SELECT system, entity, key, id, cause, survivor FROM migration.crosswalk ORDER BY 1, 2, 3, 5",
    "key_image": "SELECT entity, key, id, disposition, fingerprint, mapping FROM migration.key_image ORDER BY 1, 2",
    "exclusion": "SELECT entity, key, table_name, row_id, rule FROM migration.exclusion ORDER BY 1, 2, 3, 4, 5",
    "quarantine": """
        SELECT entity, key, scope, state, member, table_name, row_id, column_name, rule, value, needs_entity, needs_key
        FROM migration.quarantine ORDER BY id
    """,
    "natural_key": "SELECT entity, name, value, key, variant FROM migration.natural_key ORDER BY 1, 2, 3, 4",
}

_LEFT = {
    "quarantine": """
        SELECT coalesce(sum(hashtextextended(id::text || state, 0)), 0) FROM migration.quarantine
        WHERE state <> 'released'
    """,
    "waiting": "SELECT count(*) FROM migration.candidate",
    "written": """
        SELECT coalesce(sum(value::int), 0) FROM migration.ledger, jsonb_each_text(tally)
        WHERE kind = 'batch' AND key IN ('created', 'updated', 'merged', 'deleted', 'rows_written', 'stubs')
    """,
}


def project(folder: Path, legacy: str, platform: str, *, batch_rows: int = 50_000) -> Project:
    """A project folder between the two databases, its platform upgraded; passwords stay in files of mode 0600."""
    folder.mkdir(exist_ok=True)
    for name, url in (("legacy", legacy), ("platform", platform)):
        secret = folder / f"{name}.url"
        secret.write_text(url)
        secret.chmod(0o600)
    settings = (
        '[legacy]\nurl = "file:legacy.url"\n'
        '[platform]\nurl = "file:platform.url"\n'
        f"[run]\nbatch_rows = {batch_rows}\n"
    )
    (folder / "migrate.toml").write_text(settings)
    made = Project.find(folder)
    made.upgrade()
    return made


def run_once(folder: Path, mode: str) -> None:
    """What `migrate run --mode MODE --max-vanished 100%` does, in this process."""
    with Project.find(folder).open_run(mode, max_vanished=Decimal(1)) as run:
        for stage in run.stages:
            for piece in stage.slices:
                run.move(piece)
        run.release()
        run.finish()


def full_load(folder: Path) -> None:
    """What `migrate run --mode full` does, in this process."""
    run_once(folder, "full")


def killed_load(folder: Path, after: float, mode: str = "full") -> bool:
    """A run in a process of its own, killed with signal 9 after so many seconds; whether it was still at it."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(
        ["tests.journeys", "migrate.run", "migrate.sample", "migrate.transform.vocabulary"]
    )
    child = context.Process(target=run_once, args=(folder, mode))
    child.start()
    child.join(after)
    alive = child.exitcode is None
    if alive:
        os.kill(child.pid or 0, signal.SIGKILL)
    child.join()
    assert alive or child.exitcode == 0, "the run failed by itself"
    return alive


@contextmanager
def connected(url: str) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """A plain connection to the database of an SQLAlchemy URL."""
    with psycopg.connect(
        make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    ) as connection:
        yield connection


def content(platform: str) -> dict[str, str]:
    """Table -> SHA-256 of its canonical dump."""
    with connected(platform) as connection:
        queries: dict[str, sql.Composable] = {name: sql.SQL(query) for name, query in _STATE.items()}
        return {name: _hash(connection, query) for name, query in {**_tables(connection), **queries}.items()}


def left(platform: str) -> dict[str, str]:
    """What runs have left behind, whatever they went through: content, what still waits, how much was written.

    Of the quarantine what is open: where the borders of batches lie, and so who waited for a moment, depends on what
    was left to do.
    """
    return content(platform) | {name: str(count(platform, query)) for name, query in _LEFT.items()}


def versions(platform: str) -> dict[str, str]:
    """Platform table -> hash over its rows' versions (xmin, ctid): any write at all changes it."""
    with connected(platform) as connection:
        return {
            name: _hash(
                connection,
                sql.SQL("SELECT ctid, xmin FROM {} ORDER BY 1").format(sql.Identifier("case_platform", name)),
            )
            for name in _tables(connection)
        }


def count(platform: str, query: str) -> int:
    """The one number that a query returns."""
    with connected(platform) as connection:
        row = connection.execute(query.encode()).fetchone()
        return int(str(row[0])) if row else 0


def _tables(connection: psycopg.Connection[tuple[object, ...]]) -> dict[str, sql.Composable]:
    names = connection.execute("""
        SELECT table_name FROM information_schema.tables
        WHERE table_schema = 'case_platform' AND table_name <> 'alembic_version'
    """).fetchall()
    return {
        str(name): sql.SQL("SELECT * FROM {} ORDER BY 1").format(sql.Identifier("case_platform", str(name)))
        for (name,) in names
    }


def _hash(connection: psycopg.Connection[tuple[object, ...]], query: sql.Composable) -> str:
    digest = hashlib.sha256()
    with connection.cursor().copy(sql.SQL("COPY ({}) TO STDOUT").format(query)) as copy:
        for block in copy:
            digest.update(block)
    return digest.hexdigest()
