"""The check `equity`: people counted in the legacy database, held against each other, and no small group told.

A sample is moved. Then one group is made to bear more: what is planted is found, and named where it may be named.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from migrate.postgres import Connection, connect
from migrate.sample import make
from reconciliation.checks.equity import answers
from reconciliation.equity import LEAST, SMALL, UNKNOWN, Group
from reconciliation.folder import Folder
from reconciliation.model import Measure
from reconciliation.traits import Equity, Incomplete, read
from tests.commandline import document
from tests.databases import NewDatabase
from tests.journeys import full_load
from tests.journeys import project as between
from tests.servers import ROOT

CLIENTS, SEED = 500, 23
BOTH = ("client", "application")
MARK = """
    INSERT INTO case_platform.quality_mark
        (quality_mark_id, root_entity, root_id, table_name, row_id, kind, rule, work_item_status)
    SELECT gen_random_uuid(), 'client', person_id, 'person', person_id, 'flagged', 'planted', 'open'
    FROM case_platform.person WHERE preferred_language_code = 'fr' AND person_id::text < '8'
"""
ALLOWANCE = """\
- name: french records are looked at by hand
  check: equity
  entity: client
  subject: client flagged by language
  column: language=fr
  owner: Ann Roy
  approved_by: Jean Côté
  approved_on: 2020-01-10
  expires: 2099-06-30
  reason_en: a sample of them is looked at by hand
  reason_fr: un échantillon est examiné à la main
"""


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory, new_module_database: NewDatabase) -> Path:
    """A sample, moved."""
    folder = tmp_path_factory.mktemp("equity")
    legacy = f"sqlite:///{folder / 'legacy.db'}"
    make(legacy, CLIENTS, seed=SEED, truth=folder / "truth.csv")
    url = new_module_database("postgres")
    (folder / "platform.secret").write_text(url)
    between(folder, legacy, url).close()
    full_load(folder)
    return folder


@contextmanager
def changed(project: Path, change: str, back: str) -> Iterator[Connection]:
    """The platform, changed for a moment."""
    with connect((project / "platform.secret").read_text(), "a test", autocommit=True) as connection:
        connection.execute(change.encode())
        try:
            yield connection
        finally:
            connection.execute(back.encode())


def equity(project: Path, *checks: str) -> dict[str, dict[str, Any]]:
    """The lines of a reconciliation that are about equity, by subject."""
    asked = [word for each in (*checks, "equity") for word in ("--check", each)]
    told = document(project, "reconcile", *asked, name="reconcile")
    return {each["subject"]: each for each in told["checks"] if each["check"] == "equity"}


def closed(project: Path) -> Folder:
    return Folder.open(project / ".migrate" / "evidence")


def bad(lines: dict[str, dict[str, Any]]) -> set[str]:
    return {subject for subject, line in lines.items() if line["result"] != "same"}


def test_everybody_is_counted_once_in_every_question(moved):
    lines = equity(moved)
    assert len(lines) == 2 * 4 * 7
    with sqlite3.connect(moved / "legacy.db") as legacy:
        ((clients,),) = legacy.execute(
            "SELECT count(*) FROM S_CONTACT WHERE EMP_FLG <> 'Y' AND coalesce(CON_CD, '') <> 'Representative'"
        )
        ((applicants,),) = legacy.execute(
            """SELECT count(DISTINCT c.ROW_ID) FROM S_CONTACT c JOIN S_CASE a ON a.APPLICANT_ID = c.ROW_ID
               WHERE a.TYPE_CD = 'Application'"""
        )
    legacy.close()
    told = {
        entity: {int(each["legacy"]) for each in lines.values() if each["entity"] == entity}
        for entity in BOTH
    }
    assert told["client"] == {clients}
    (counted,) = told["application"]
    assert applicants - 5 <= counted <= applicants  # applications out of scope are nobody's


def test_no_small_cell_is_kept(moved):
    equity(moved)
    measures = [each for each in closed(moved).all_measures() if each.check == "equity"]
    cells = Counter(int(each.legacy or 0) for each in measures if UNKNOWN not in each.group.values())
    assert cells
    assert not any(0 < number < LEAST for number in cells)


def test_what_is_planted_is_found_and_named(moved):
    before = equity(moved)
    with changed(moved, MARK, "DELETE FROM case_platform.quality_mark WHERE rule = 'planted'"):
        after = equity(moved)
        lines = [
            json.loads(line) for line in (closed(moved).path / "differences.jsonl").read_text().splitlines()
        ]
    assert "client flagged by language" in bad(after) - bad(before)
    (line,) = [each for each in lines if each["subject"] == "client flagged by language"]
    assert (line["kind"], line["column"], line["legacy"]) == ("disparity", "language=fr", "fr")
    assert (line["source"], line["key"]) == ("PREF_LANG_ID", "")
    assert bad(equity(moved)) == bad(before)


def test_somebody_may_answer_for_it(moved):
    (moved / "allowances.yaml").write_text(ALLOWANCE)
    try:
        with changed(moved, MARK, "DELETE FROM case_platform.quality_mark WHERE rule = 'planted'"):
            line = equity(moved)["client flagged by language"]
    finally:
        (moved / "allowances.yaml").unlink()
    assert (line["result"], line["differing"], line["allowed"]) == ("same", 0, 1)


def test_differences_are_asked_about_where_somebody_looked_for_them(moved):
    change = "UPDATE case_platform.person SET birth_place = birth_place || '!' WHERE preferred_language_code = 'fr'"
    back = "UPDATE case_platform.person SET birth_place = rtrim(birth_place, '!')"
    with changed(moved, change, back):
        found = equity(moved, "rows")
    assert "client differing by language" in bad(found)
    assert not any(" differing " in subject for subject in equity(moved))


def test_what_legacy_has_and_nobody_ever_read_is_delayed(moved):
    change = """
        CREATE TABLE case_platform.kept AS SELECT * FROM migration.key_image WHERE entity = 'client' AND id IN
            (SELECT person_id FROM case_platform.person WHERE preferred_language_code = 'fr');
        DELETE FROM migration.key_image k USING case_platform.kept a WHERE k.entity = 'client' AND k.key = a.key
    """
    back = """
        INSERT INTO migration.key_image SELECT * FROM case_platform.kept; DROP TABLE case_platform.kept
    """
    with changed(moved, change, back):
        found = equity(moved)
    assert "client delayed by language" in bad(found)


def test_a_small_group_that_bears_more_is_found_and_not_named_openly():
    small = [Group("aa", 4, 4), Group("bb", 30, 3000), Group("cc", 20, 2000), Group("dd", 3, 400)]
    asked = Equity("client", "S_CONTACT", {"client": "ROW_ID"}, (Incomplete("trait", "T"),), "")
    made = list(answers(asked, {("client", "flagged", "trait"): small}))
    told = {each.group["trait"] for each in made if isinstance(each, Measure)}
    assert told == {"bb", "cc", SMALL}
    (line,) = [line for each in made if isinstance(each, pa.Table) for line in each.to_pylist()]
    assert (line["column"], line["legacy"]) == (f"trait={SMALL}", "aa")


def test_who_has_no_file_is_asked_nothing(tmp_path):
    assert read(tmp_path) is None
    assert read(ROOT / "mappings" / "gcms") is not None
