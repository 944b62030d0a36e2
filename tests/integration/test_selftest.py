"""`migrate selftest crash`: kills at every commit, and what it would say if something had been lost."""

import os
import re
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from migrate.project import Project
from migrate.selftest import CrashReport, compared, crash
from tests.databases import NewDatabase
from tests.journeys import full_load
from tests.small_project import small_project

CHECKS = ("rows of the platform", "what the state says of them", "indexes and constraints", "books", "chain")


def _ask(url: str, statement: str) -> list[tuple[object, ...]]:
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


@pytest.fixture(scope="module")
def two(
    tmp_path_factory: pytest.TempPathFactory, new_module_database: NewDatabase
) -> tuple[tuple[Project, str], tuple[Project, str]]:
    """Two projects, loaded alike."""
    made = []
    for name in ("one", "other"):
        url = new_module_database("postgres")
        folder = small_project(tmp_path_factory.mktemp(name), platform=url)
        Project.find(folder).upgrade()
        full_load(folder)
        made.append((Project.find(folder), url))
    return made[0], made[1]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_run_that_is_killed_at_every_commit_ends_like_the_undisturbed_one(
    tmp_path: Path, postgres_url: str
) -> None:
    deaths: list[int] = []
    report = crash(
        tmp_path,
        server=make_url(postgres_url),
        clients=500,
        seed=1,
        entities=("office",),
        killed=lambda count, about: deaths.append(count),
    )
    assert [check for check in report.checks if not check.same] == []
    assert report.passed
    assert report.opening + report.moving == report.commits, (
        "a commit was not killed at, or one was made twice"
    )
    assert deaths == list(range(1, report.commits + 1))
    left = f"SELECT 1 FROM pg_database WHERE datname LIKE 'case_migrate_selftest_{os.getpid()}%'"
    assert _ask(postgres_url, left) == [], "its databases are dropped at the end"


def test_all_is_the_same_where_nothing_was_done_to_it(
    two: tuple[tuple[Project, str], tuple[Project, str]],
) -> None:
    (one, _), (other, _) = two
    checks = list(compared(one, other))
    assert [check.same for check in checks] == [True] * len(CHECKS)


_DONE_TO_IT = (
    ("UPDATE case_platform.office SET name = 'x' || name", "UPDATE case_platform.office SET name = substr(name, 2)"),
    ("UPDATE migration.crosswalk SET cause = cause || 'x'", "UPDATE migration.crosswalk SET cause = rtrim(cause, 'x')"),
    (
        "ALTER TABLE case_platform.office ADD CONSTRAINT more CHECK (true)",
        "ALTER TABLE case_platform.office DROP CONSTRAINT more",
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("does", "undoes", "found"),
    [(*done, number) for number, done in enumerate(_DONE_TO_IT)],
    ids=CHECKS[:3],
)
def test_what_is_not_the_same_is_found(
    two: tuple[tuple[Project, str], tuple[Project, str]], does: str, undoes: str, found: int
) -> None:
    (one, _), (other, url) = two
    _ask(url, does)
    try:
        wrong = [check.name for check in compared(one, other) if not check.same]
    finally:
        _ask(url, undoes)
    assert len(wrong) == 1
    assert re.search(f": {CHECKS[found]}", wrong[0])


def test_nothing_killed_and_nothing_compared_is_no_pass() -> None:
    assert not CrashReport(3, 0, 3, ()).passed
    assert not CrashReport(3, 3, 6, ()).passed
