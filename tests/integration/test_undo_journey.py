"""Undo over whole loads: a bad mapping is taken back byte for byte, a first load too, whole or killed."""

import multiprocessing
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from migrate.project import Project
from migrate.project.project import shipped_mappings
from migrate.sample import make
from tests.databases import NewDatabase
from tests.journeys import content, count, full_load, project, versions

CLIENTS, SEED = 500, 11
SWAPPED = (
    ("from: LAST_NAME", "from: SWAP"),
    ("from: FST_NAME", "from: LAST_NAME"),
    ("from: SWAP", "from: FST_NAME"),
)
DROPPED = (("{where: {EMP_FLG: Y}, reason:", "{where: {EMP_FLG: Never}, reason:"),)
"""Two mistakes in the mapping of clients: family and given name are swapped, staff are no longer left out."""


@pytest.fixture(scope="module")
def sample(new_module_database: NewDatabase) -> str:
    url = new_module_database("sqlite")
    make(url, CLIENTS, SEED)
    return url


@pytest.fixture
def folder(tmp_path: Path, new_database: NewDatabase, sample: str) -> Path:
    """A project with mappings of its own, nothing loaded yet."""
    project(tmp_path / "p", sample, new_database("postgres"), batch_rows=4_000)
    shutil.copytree(shipped_mappings(), tmp_path / "p" / "mappings")
    with (tmp_path / "p" / "migrate.toml").open("a") as settings:
        settings.write('[mappings]\npath = "mappings"\n')
    return tmp_path / "p"


def test_a_run_of_a_bad_mapping_is_taken_back_byte_for_byte(folder: Path) -> None:
    platform = _platform(folder)
    full_load(folder)
    before = content(platform)
    good = _change_client(folder, SWAPPED + DROPPED)
    full_load(folder)
    bad = content(platform)
    assert {name for name in bad if bad[name] != before[name]} >= {"person_name", "person", "exclusion"}

    undone = Project.find(folder).undo(2, actor="ann", reason="names swapped")
    assert undone.restored["person_name"] > CLIENTS / 2
    assert undone.removed["person"] > 0
    assert content(platform) == before

    (folder / "mappings" / "client.yaml").write_text(good, encoding="utf-8")
    rows = versions(platform)
    full_load(folder)
    assert (versions(platform), content(platform)) == (rows, before), "as if the bad run had never been"
    assert count(platform, "SELECT count(*) FROM migration.run WHERE status = 'undone'") == 1


def test_a_first_load_that_is_taken_back_leaves_empty_tables_and_may_come_again(folder: Path) -> None:
    platform = _platform(folder)
    empty = content(platform)
    full_load(folder)
    loaded = content(platform)
    Project.find(folder).undo(1, reason="a trial")
    assert content(platform) == empty
    full_load(folder)
    assert content(platform) == loaded


def test_a_load_that_was_killed_is_taken_back_too(folder: Path) -> None:
    platform = _platform(folder)
    empty = content(platform)
    with _another_process(full_load, folder):
        _until(
            platform,
            "SELECT count(*) FROM migration.batch WHERE closed IS NOT NULL AND entity = 'application'",
        )
    Project.find(folder).undo(1, reason="the wrong database")
    assert content(platform) == empty
    assert count(platform, "SELECT count(*) FROM migration.bulk") == 0, "its indexes are there again"


def _platform(folder: Path) -> str:
    return (folder / "platform.url").read_text()


def _change_client(folder: Path, changes: tuple[tuple[str, str], ...]) -> str:
    """Edit the mapping of clients; returns what it was."""
    path = folder / "mappings" / "client.yaml"
    text = before = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    return before


@contextmanager
def _another_process(act: Callable[..., None], *given: object) -> Iterator[None]:
    """Killed with signal 9 at the end of the block."""
    child = multiprocessing.get_context("forkserver").Process(target=act, args=given)
    child.start()
    try:
        yield
        assert child.exitcode is None, "it ended before the kill"
    finally:
        os.kill(child.pid or 0, signal.SIGKILL)
        child.join()


def _until(platform: str, query: str) -> None:
    deadline = time.monotonic() + 120
    while not count(platform, query):
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)
