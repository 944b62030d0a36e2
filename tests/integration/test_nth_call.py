"""A fault at the n-th call, for all n: whichever call fails or kills, the run or the next one ends undisturbed.

In every mode: a first full load; delta, sweep and deep run after a day in which things change, come, go and merge.
In the suite every so many calls, beginning at one that `--seed` draws; with `--torture` above one, all of them.
"""

import itertools
import multiprocessing
import random
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

from migrate.errors import InvalidInput, Transient, Unreachable
from migrate.project import Project
from migrate.project.moving import move
from tests.databases import NewDatabase
from tests.injector import Faulty, Injector
from tests.journeys import count, left
from tests.small_day import MODES, SmallDay

STEPS = 8
"""So many calls are tried in the suite, spread over all."""


class Silent:
    """Watches a run without a word."""

    def stage(self, stage: object) -> None: ...

    moved = notice = stage


def load(folder: Path, mode: str) -> None:
    with Faulty.find(folder).open_run(mode) as run:
        move(run, Silent())


def doomed(folder: Path, mode: str, at: int) -> None:
    """In a process of its own: load, and die at the n-th call."""
    with Injector(at=at, folder=folder, kills=True):
        load(folder, mode)


@dataclass
class Worlds:
    """Projects in which a run of this mode has something to do, as many as wanted, each the same."""

    mode: str
    template: str
    folder: Path
    day: SmallDay

    @contextmanager
    def new(self, number: int) -> Iterator[tuple[Path, str]]:
        """A project and the URL of its platform."""
        url = make_url(self.template)
        name = f"{url.database}_{number}"
        self._do("CREATE DATABASE {} TEMPLATE {}", name, str(url.database))
        made = url.set(database=name).render_as_string(hide_password=False)
        home = self.folder / str(number)
        home.mkdir()
        try:
            yield self.project(home, made), made
        finally:
            self._do("DROP DATABASE {} WITH (FORCE)", name)

    def prepare(self) -> None:
        """Make the template: a platform that nothing was loaded into, or one that is a day behind."""
        home = self.folder / "template"
        home.mkdir()
        made = self.day.project(home, platform=self.template)
        Project.find(made).upgrade()
        if self.mode != "full":
            load(made, "full")

    def project(self, home: Path, url: str) -> Path:
        made = self.day.project(home, platform=url, batch_rows=4, patience="1s")
        if self.mode != "full":
            self.day.comes(made)
        return made

    def _do(self, statement: str, *names: str) -> None:
        plain = make_url(self.template).set(drivername="postgresql", database="postgres")
        with psycopg.connect(plain.render_as_string(hide_password=False), autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@pytest.fixture(scope="module", params=MODES)
def worlds(
    request: pytest.FixtureRequest,
    new_module_database: NewDatabase,
    tmp_path_factory: pytest.TempPathFactory,
) -> Worlds:
    folder = tmp_path_factory.mktemp("worlds")
    made = Worlds(request.param, new_module_database("postgres"), folder, SmallDay.made(folder))
    made.prepare()
    return made


@pytest.fixture(scope="module")
def undisturbed(worlds: Worlds) -> tuple[int, dict[str, str]]:
    """How many calls a run makes, and what it leaves behind."""
    with worlds.new(0) as (folder, url):
        before = left(url)
        with Injector(at=10**9, folder=folder, kills=False) as injector:
            load(folder, worlds.mode)
        expected = left(url)
        assert all(before[name] != expected[name] for name in ("office", "user_account", "key_image"))
        return injector.calls, expected


def _points(calls: int, torture: int, seed: int) -> Iterator[int]:
    """All of them, without end; or some."""
    if torture > 1:
        yield from itertools.count(1)
    step = calls // STEPS
    yield from range(random.Random(seed).randint(1, step), calls + 2 * step, step)


@pytest.mark.timeout(3600)
def test_whichever_call_fails_the_run_or_the_next_one_ends_like_the_undisturbed(
    worlds: Worlds, undisturbed: tuple[int, dict[str, str]], torture: int, seed: int
) -> None:
    calls, expected = undisturbed
    for at in _points(calls, torture, seed):
        with worlds.new(at) as (folder, url):
            with Injector(at=at, folder=folder, kills=False) as injector:
                try:
                    load(folder, worlds.mode)
                except (
                    Transient,
                    Unreachable,
                    InvalidInput,
                    OSError,
                ):  # the last two of files; others are defects
                    load(folder, worlds.mode)
            _assert_like(folder, url, expected, at)
        if not injector.hit:
            return
    raise AssertionError("the last call was not reached")


@pytest.mark.timeout(3600)
def test_whichever_call_kills_the_next_run_ends_like_the_undisturbed(
    worlds: Worlds, undisturbed: tuple[int, dict[str, str]], torture: int, seed: int
) -> None:
    calls, expected = undisturbed
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.integration.test_nth_call", "migrate.run"])
    for at in _points(calls, torture, seed):
        with worlds.new(1_000_000 + at) as (folder, url):
            process = context.Process(target=doomed, args=(folder, worlds.mode, at))
            process.start()
            process.join()
            killed = process.exitcode == -signal.SIGKILL
            assert killed or process.exitcode == 0, f"call {at}: it ended by itself"
            if killed:
                load(folder, worlds.mode)
            _assert_like(folder, url, expected, at)
        if not killed:
            return
    raise AssertionError("the last call was not reached")


def _assert_like(folder: Path, url: str, expected: dict[str, str], at: int) -> None:
    assert left(url) == expected, f"call {at}"
    project = Project.find(folder)
    assert project.state().verify_ledger().broken is None, f"call {at}"
    project.close()
    assert count(url, "SELECT count(*) FROM migration.run WHERE status = 'running'") == 0, f"call {at}"
    newest = "SELECT count(*) FROM migration.batch WHERE closed IS NULL AND run = (SELECT max(id) FROM migration.run)"
    assert count(url, newest) == 0, f"call {at}"
