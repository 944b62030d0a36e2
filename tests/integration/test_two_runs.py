"""Two runs at once, as two people start them: one works, the other is told; who was frozen or killed is replaced."""

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from migrate.errors import Busy
from migrate.project import Project
from tests.databases import NewDatabase
from tests.journeys import content, full_load
from tests.small_project import small_project

ROOT = Path(__file__).parents[2]


def begun(project: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "migrate", "run", "--json", "--project", str(project)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@contextmanager
def session(project: Path) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    url = make_url((project / "platform.secret").read_text()).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
        yield connection


@contextmanager
def at_work(project: Path) -> Iterator["subprocess.Popen[str]"]:
    """A run that stands still in the middle of a batch, until the block ends."""
    with session(project) as locking, session(project) as looking:
        locking.autocommit = False
        locking.execute("LOCK TABLE case_platform.office IN ACCESS EXCLUSIVE MODE")
        working = begun(project)
        query = "SELECT 1 FROM pg_locks WHERE relation = 'case_platform.office'::regclass AND NOT granted"
        deadline = time.monotonic() + 60
        while not looking.execute(query).fetchone():
            assert time.monotonic() < deadline, "it never came to that"
            time.sleep(0.05)
        try:
            yield working
        finally:
            with suppress(ProcessLookupError):
                working.send_signal(signal.SIGCONT)
            working.kill()
            working.communicate()


@pytest.fixture
def project(tmp_path: Path, postgres_url: str) -> Path:
    made = small_project(tmp_path, platform=postgres_url, batch_rows=4, patience="120s")
    Project.find(made).upgrade()
    return made


@pytest.fixture
def undisturbed(tmp_path: Path, new_database: NewDatabase) -> dict[str, str]:
    (tmp_path / "undisturbed").mkdir()
    url = new_database("postgres")
    folder = small_project(tmp_path / "undisturbed", platform=url, batch_rows=4)
    Project.find(folder).upgrade()
    full_load(folder)
    return content(url)


def test_the_second_run_is_told_who_is_at_work_and_since_when(project: Path) -> None:
    with at_work(project) as first:
        second = begun(project)
        out, told = second.communicate(timeout=60)
        assert second.returncode == Busy.exit_code
        assert re.search(rf"process {first.pid} on \S+, since \d{{4}}-\d\d-\d\d", told)
        assert json.loads(out)["exit"] == Busy.exit_code


def test_a_holder_that_was_killed_is_replaced_at_once(
    project: Path, postgres_url: str, undisturbed: dict[str, str]
) -> None:
    with at_work(project) as first:
        first.kill()
        first.wait()
    began = time.monotonic()
    second = begun(project)
    second.communicate(timeout=60)
    assert second.returncode == 1
    assert time.monotonic() - began < 30
    assert content(postgres_url) == undisturbed


def test_a_frozen_holder_is_replaced_and_writes_nothing_when_it_wakes_up(
    project: Path, postgres_url: str, undisturbed: dict[str, str]
) -> None:
    with at_work(project) as first:
        first.send_signal(signal.SIGSTOP)
        with session(project) as connection:  # as if half a minute had gone by
            connection.execute("UPDATE migration.lease SET heartbeat = heartbeat - interval '31 seconds'")
        second = begun(project)
        with session(project) as connection:
            while not connection.execute("SELECT 1 FROM migration.lease WHERE fence = 2").fetchone():
                assert second.poll() is None, "the second gave up"
                time.sleep(0.05)
        first.send_signal(signal.SIGCONT)
        _, told = first.communicate(timeout=60)
        assert first.returncode in (4, Busy.exit_code), told
        second.kill()
        second.communicate()
    third = begun(project)
    third.communicate(timeout=60)
    assert third.returncode == 1
    assert content(postgres_url) == undisturbed
    with session(project) as connection:
        entries = "SELECT kind, (batch ->> 'fence')::int FROM migration.ledger WHERE kind = 'lease_replaced'"
        assert [fence for _, fence in connection.execute(entries).fetchall()] == [2, 3]
