"""Deltas, sweeps and deep runs that are killed or interrupted: the next run ends like the undisturbed one.

Killed with signal 9 at random moments, and again while it recovers, on the GCMS-shaped sample after a day of officers'
work; INT and TERM in the middle of a batch, as a user meets them, on a small day.
"""

import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

from migrate.project import Project
from migrate.sample import make
from migrate.sample.aging import age
from tests.databases import NewDatabase
from tests.journeys import content, count, killed_load, left, project, run_once
from tests.small_day import SmallDay
from tests.torture import FULL, times

pytestmark = [pytest.mark.slow, pytest.mark.timeout(7200)]

ROOT = Path(__file__).parents[2]
NETS = ("delta", "sweep", "deep")
CLIENTS = 500
NIGHTS = 2
KILLS = times(8, 170)
"""Of each net, at least; in all modes together some five hundred before a release."""

IN_A_ROW = 8
"""So often a run and those that recover from it are killed before one is left in peace."""


@contextmanager
def session(url: str) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    plain = make_url(url).set(drivername="postgresql")
    with psycopg.connect(plain.render_as_string(hide_password=False), autocommit=True) as connection:
        yield connection


@dataclass(frozen=True)
class DayBehind:
    """A loaded project whose legacy is a day further, as many copies as wanted."""

    folder: Path
    legacy: str
    platform: str

    def copy(self, platform: str, name: str) -> Path:
        """A project over a copy of the platform, in the place of an empty database."""
        url = make_url(platform)
        with session(self.platform.replace(str(make_url(self.platform).database), "postgres")) as connection:
            names = [sql.Identifier(str(each)) for each in (url.database, make_url(self.platform).database)]
            connection.execute(sql.SQL("DROP DATABASE {}").format(names[0]))
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
        return _project(self.folder / name, self.legacy, platform)


def _project(folder: Path, legacy: str, platform: str) -> Path:
    """With small batches, and a deep cycle of some nights."""
    project(folder, legacy, platform, batch_rows=1_000)
    with (folder / "migrate.toml").open("a") as settings:
        settings.write(f"deep_nights = {NIGHTS}\n")
    return folder


@pytest.fixture(scope="module")
def behind(new_module_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory) -> DayBehind:
    folder = tmp_path_factory.mktemp("behind")
    legacy, platform = new_module_database("sqlite"), new_module_database("postgres")
    make(legacy, CLIENTS, 3)
    run_once(_project(folder / "loaded", legacy, platform), "full")
    age(legacy, days=1, seed=5, start=datetime.now(UTC).replace(tzinfo=None), truth=folder / "changes.csv")
    return DayBehind(folder, legacy, platform)


@pytest.mark.parametrize("mode", NETS)
def test_killed_at_random_moments_it_ends_like_the_undisturbed_run(
    behind: DayBehind, new_database: NewDatabase, mode: str, seed: int
) -> None:
    chance, calm = random.Random(seed), new_database("postgres")
    folder = behind.copy(calm, f"{mode}-calm")
    before, began = content(calm), time.monotonic()
    through(folder, mode)
    length, expected = time.monotonic() - began, found(folder, calm, mode)
    assert before["application"] != expected["application"], "there was nothing to find"
    kills = 0
    while kills < KILLS:
        platform = new_database("postgres")
        home = behind.copy(platform, f"{mode}-{kills}-{time.monotonic_ns()}")
        kills += sum(killed_load(home, chance.uniform(0.1, length * 0.6), mode) for _ in range(IN_A_ROW))
        through(home, mode)
        assert found(home, platform, mode) == expected
        shutil.rmtree(home)


def through(folder: Path, mode: str) -> None:
    """One run, or of a deep cycle what is left of all nights."""
    run_once(folder, mode)
    for _ in range(NIGHTS if mode == "deep" else 0):
        if newest(folder) != "done":
            run_once(folder, mode)
    assert newest(folder) == "done"


def newest(folder: Path) -> str:
    """The status of the newest run; the ledger is whole."""
    with closing(Project.find(folder)) as made:
        assert made.state().verify_ledger().broken is None
        return made.state().status().runs[0].status


def found(folder: Path, platform: str, mode: str) -> dict[str, str]:
    """What is there after a run, and nothing waits.

    Who is killed and looks again may find more of what is gone than a delta has to, since those that its first try
    named are looked for by the second: so the sweep that finds the rest comes before a delta's results are compared.
    """
    if mode == "delta":
        through(folder, "sweep")
    left_open = left(platform)
    del left_open["written"]
    return left_open


# --- INT and TERM


SIGNALS = [
    (mode, number)
    for turn, mode in enumerate(NETS)
    for number in (signal.SIGINT, signal.SIGTERM)
    if FULL or number == (signal.SIGINT, signal.SIGTERM)[turn % 2]
]


@pytest.mark.parametrize("turn", range(times(1, 9)))
@pytest.mark.parametrize(("mode", "number"), SIGNALS)
def test_an_interrupted_net_ends_soon_and_the_same_command_goes_on(
    mode: str, number: signal.Signals, turn: int, tmp_path: Path, new_database: NewDatabase
) -> None:
    day = SmallDay.made(tmp_path)
    urls = new_database("postgres"), new_database("postgres")
    calm, home = (_small(day, tmp_path / name, url) for name, url in zip("ab", urls, strict=True))
    run_once(calm, mode)
    with session(urls[1]) as lock, lock.transaction():
        lock.execute("LOCK TABLE case_platform.office IN ACCESS EXCLUSIVE MODE")
        working = _begun(home, mode)
        _wait_for_the_lock(urls[1])
        began = time.monotonic()
        working.send_signal(number)
        _, told = working.communicate(timeout=20)
        assert time.monotonic() - began < 10
    assert working.returncode == 128 + number
    assert "Traceback" not in told
    again = _begun(home, mode)
    again.communicate(timeout=60)
    assert again.returncode == 1  # rows wait for a person, as they do undisturbed
    assert left(urls[1]) == left(urls[0])
    assert count(urls[1], "SELECT count(*) FROM migration.run WHERE status = 'running'") == 0


def _small(day: SmallDay, folder: Path, platform: str) -> Path:
    folder.mkdir()
    made = day.project(folder, platform=platform, batch_rows=4)
    Project.find(made).upgrade()
    run_once(made, "full")
    day.comes(made)
    return made


def _begun(folder: Path, mode: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "migrate", "run", "--mode", mode, "--project", str(folder)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def _wait_for_the_lock(url: str) -> None:
    waiting = (
        "SELECT count(*) FROM pg_locks WHERE relation = 'case_platform.office'::regclass AND NOT granted"
    )
    deadline = time.monotonic() + 60
    while not count(url, waiting):
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.05)
