"""A member row goes, and another one of the same root, which refers to it, stays: nets follow, and it can be undone."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import make_url

from migrate.project import Project
from migrate.sample import make
from tests.databases import NewDatabase
from tests.journeys import connected, content, full_load, project, run_once

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

CLIENTS = 500
PAID = """
UPDATE S_EVT_ACT SET CG_SRC_PAYMENT_ID = (SELECT min(ROW_ID) FROM S_SRC_PAYMENT WHERE X_CASE_ID = S_EVT_ACT.CASE_ID)
"""
REFERENCES = (
    ("S_INVOICE", "S_SRC_PAYMENT", "INVOICE_ID", "payment", "invoice_id"),
    ("S_SRC_PAYMENT", "S_SRC_PAYMENT", "X_REFUND_OF_ID", "payment", "refund_of_id"),
    ("S_NOTE_CASE", "S_NOTE_CASE", "X_CONT_OF_NOTE_ID", "note", "continuation_of_id"),
    *(
        ("S_SRC_PAYMENT", "S_EVT_ACT", "CG_SRC_PAYMENT_ID", target, "payment_id")
        for target in ("assessment", "correspondence", "online_event", "task")
    ),
)
"""Table whose rows go; table and column that refer to them; the same on the platform."""


@pytest.fixture(scope="module")
def loaded(new_module_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """The URLs of a legacy database and of a platform that has everything of it."""
    legacy, platform = new_module_database("sqlite"), new_module_database("postgres")
    make(legacy, CLIENTS, 1)
    changed(legacy, PAID)
    folder = tmp_path_factory.mktemp("loaded") / "p"
    project(folder, legacy, platform)
    full_load(folder)
    return legacy, platform


@pytest.mark.parametrize(("gone", "table", "column", "target", "reference"), REFERENCES)
def test_a_reference_is_emptied_when_the_row_that_it_names_goes(
    gone: str,
    table: str,
    column: str,
    target: str,
    reference: str,
    loaded: tuple[str, str],
    new_database: NewDatabase,
    tmp_path: Path,
) -> None:
    legacy, platform = new_database("sqlite"), new_database("postgres", like=loaded[1])
    Path(str(make_url(legacy).database)).write_bytes(Path(str(make_url(loaded[0]).database)).read_bytes())
    project(tmp_path / "p", legacy, platform)
    filled = f"SELECT count({reference}) FROM case_platform.{target}"
    before, rows = one(platform, filled), content(platform)
    changed(legacy, f"DELETE FROM {gone} WHERE ROW_ID IN (SELECT {column} FROM {table})")
    run_once(tmp_path / "p", "sweep")
    assert 0 == one(platform, filled) < before
    found = Project.find(tmp_path / "p")
    found.undo(one(platform, "SELECT max(id) FROM migration.run"), reason="tests")
    assert content(platform)[target] == rows[target]


def changed(legacy: str, statement: str) -> None:
    with closing(sqlite3.connect(str(make_url(legacy).database))) as database, database:
        database.execute(statement)


def one(platform: str, query: str) -> int:
    with connected(platform) as connection:
        ((found,),) = connection.execute(query.encode()).fetchall()
    assert isinstance(found, int)
    return found
