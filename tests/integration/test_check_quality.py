"""The check `quality`: what a suite expects is asked inside both databases, and counted, without a value of a row."""

import json
import re
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import psycopg
import pyarrow as pa
import pytest
import sqlalchemy as sa

from migrate.extract import connect
from migrate.extract.sql import SqlSource
from migrate.platform.layout import layout
from migrate.sample import make
from reconciliation.checks.quality import judged, reader
from reconciliation.evidence import Evidence
from reconciliation.folder import Folder
from reconciliation.model import Finding, Remark
from reconciliation.quality.gx import Judge
from reconciliation.quality.rows import LegacyTables, select
from reconciliation.quality.suites import read
from reconciliation.sides import LegacySide, PlatformSide
from tests.commandline import document, run
from tests.databases import Kind, NewDatabase
from tests.servers import ROOT
from tests.small_project import PERSON, at_source, small_project

LEGACY = """\
tables:
  S_USER:
    entity: user
    expectations:
      key_unique: {is: ExpectColumnValuesToBeUnique, column: ROW_ID, class: A, en: a, fr: b}
  S_BU:
    entity: office
    columns:
      parent: {is_in: S_BU, by: ROW_ID, at: PAR_BU_ID}
      length: {length_of: NAME}
      below:  {count_of: S_BU, by: PAR_BU_ID, at: ROW_ID}
    expectations:
      key_shape:    {is: ExpectColumnValuesToMatchRegex, column: ROW_ID, regex: "^0-", class: B, en: a, fr: b}
      parent_found: {is: ExpectColumnValuesToBeInSet, column: parent, value_set: [yes], mostly: 0.8,
                     class: A, en: one is lost, fr: un est perdu}
      width:        {is: ExpectColumnValuesToBeBetween, column: length, max_value: 60, mostly: 0.8,
                     en: one is long, fr: un est long}
      branches:     {is: ExpectColumnValuesToBeBetween, column: below, min_value: 0, max_value: 9, en: a, fr: b}
      made_in_time: {is: ExpectColumnValuesToBeBetween, column: CREATED, min_value: 2000-01-01, max_value: as_of,
                     en: a, fr: b}
      changed_later: {is: ExpectColumnPairValuesAToBeGreaterThanB, column_A: LAST_UPD, column_B: CREATED, en: a, fr: b}
      listed:       {is: ExpectColumnValuesToBeInSet, column: CREATED_BY, value_set: {in: S_USER, columns: ROW_ID},
                     mostly: 0.3, en: a, fr: b}
"""
PLATFORM = """\
tables:
  office:
    entity: office
    columns: {parents: {count_of: office, by: office_id, at: parent_id}}
    expectations:
      named:   {is: ExpectColumnValuesToNotBeNull, column: name, class: A, en: a, fr: b}
      parents: {is: ExpectColumnValuesToBeBetween, column: parents, max_value: 1, en: a, fr: b}
      filled:  {is: ExpectTableRowCountToBeBetween, min_value: 2, en: a, fr: b}
  former:
    from: user_account
    entity: user
    where: {status_code: FORMER, login: {not: null}}
    expectations:
      unknown: {is: ExpectColumnValuesToBeNull, column: login, en: a, fr: b, may_be_empty: nobody of whom more is known}
"""
EXPECTED = 12
WORSE = (
    """UPDATE "S_CONTACT" SET "SEX_MF" = 'Femal' WHERE "SEX_MF" = 'Femme'""",
    """UPDATE "S_CASE" SET "CASE_NUM" = REPLACE("CASE_NUM", 'C', 'C ') WHERE "X_LOB_CD" = 'CIT'""",
    """UPDATE "S_NOTE_CASE" SET "SRC_ROW_ID" = '0-NONE' WHERE "NOTE_TYPE" = 'General'""",
    """UPDATE "S_INVOICE" SET "AMT_CURCY_CD" = 'GBP' WHERE "AMT_CURCY_CD" = 'USD'""",
)
ROWS = [("0-A", "Montréal", None), ("0-B", " ", "0-A"), ("0-C", None, "0-Z")]


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory, new_module_database: NewDatabase) -> Path:
    """The small project, moved."""
    project = small_project(tmp_path_factory.mktemp("quality"), platform=new_module_database("postgres"))
    assert run(project, "platform", "upgrade").exit_code == 0
    assert run(project, "run").exit_code == 1  # two offices are set aside
    return project


@pytest.fixture
def project(moved: Path) -> Path:
    """The same, with the suites above."""
    write(moved, legacy=LEGACY, platform=PLATFORM)
    return moved


def write(project: Path, **suites: str) -> None:
    folder = project / "mappings" / "quality"
    folder.mkdir(exist_ok=True)
    for side, text in suites.items():
        (folder / f"{side}.yaml").write_text(text)


def quality(project: Path) -> tuple[dict[str, Any], dict[str, Mapping[str, Any]]]:
    """The document of a reconciliation, and its lines by subject."""
    told = document(project, "reconcile", "--check", "quality", name="reconcile")
    return told, {each["subject"]: each for each in told["checks"]}


def results(project: Path) -> dict[str, str]:
    return {name: each["result"] for name, each in quality(project)[1].items()}


def findings(project: Path) -> tuple[Folder, tuple[Finding, ...]]:
    folder = Folder.open(project / ".migrate" / "evidence")
    return folder, folder.findings()


def test_what_holds_is_the_same_and_every_expectation_is_counted(project):
    told, lines = quality(project)
    assert told["verdict"] == "same"
    assert len(lines) == EXPECTED
    assert all(each["compared"] for name, each in lines.items() if name != "former.unknown")
    assert (lines["S_BU.parent_found"]["legacy"], lines["S_BU.parent_found"]["platform"]) == ("5", None)
    assert (lines["office.named"]["legacy"], lines["office.named"]["platform"]) == (None, "4")


def test_what_is_tolerated_is_counted_apart(project):
    quality(project)
    folder, _ = findings(project)
    counts = {
        measure.group["as_expected"]: measure.legacy
        for measure in folder.all_measures()
        if measure.subject == "S_BU.width"
    }
    assert counts == {"yes": 5, "no": 1}


def test_a_legacy_table_that_got_worse_is_different(project):
    at_source(project, "UPDATE S_BU SET ROW_ID = '9-C' WHERE ROW_ID = '0-C'")
    try:
        told, lines = quality(project)
    finally:
        at_source(project, "UPDATE S_BU SET ROW_ID = '0-C' WHERE ROW_ID = '9-C'")
    assert told["verdict"] == "different"
    assert told["exit_code"] == 1
    assert {name for name, each in lines.items() if each["result"] != "same"} == {"S_BU.key_shape"}
    assert lines["S_BU.key_shape"]["kinds"] == {"broken_rule": 1}


def test_more_damage_than_is_tolerated_is_different(project):
    at_source(project, "UPDATE S_BU SET PAR_BU_ID = '0-NONE' WHERE ROW_ID = '0-C'")
    try:
        assert results(project)["S_BU.parent_found"] == "different"
    finally:
        at_source(project, "UPDATE S_BU SET PAR_BU_ID = '0-A' WHERE ROW_ID = '0-C'")


def test_a_platform_that_breaks_a_rule_is_different(project):
    write(project, platform=PLATFORM.replace("min_value: 2", "min_value: 5"))
    found = results(project)
    assert found.pop("office.filled") == "different"
    assert set(found.values()) == {"same"}


def test_an_empty_set_of_rows_is_no_pass_unless_that_is_declared(project):
    write(project, platform=re.sub(r", may_be_empty: [^}]*", "", PLATFORM))
    assert results(project)["former.unknown"] == "not_comparable"


def test_what_great_expectations_does_not_answer_is_not_comparable(project):
    write(project, platform=PLATFORM.replace(
        "named:   {is: ExpectColumnValuesToNotBeNull, column: name,",
        'named:   {is: ExpectColumnValuesToMatchRegex, column: name, regex: "(",',
    ))  # fmt: skip
    told, lines = quality(project)
    assert lines["office.named"]["result"] == "not_comparable"
    assert lines["office.filled"]["result"] == "same"
    assert told["verdict"] == "incomplete"


def test_a_column_that_is_not_there_is_an_error_and_the_other_tables_go_on(project):
    write(project, legacy=LEGACY.replace("column: CREATED_BY", "column: CREATED_TWICE"))
    found = results(project)
    assert found["S_BU.listed"] == "error"
    assert found["S_USER.key_unique"] == found["office.named"] == "same"


def test_a_side_that_was_forgotten_is_not_comparable(project):
    (project / "mappings" / "quality" / "legacy.yaml").unlink()
    assert results(project)["legacy suite"] == "not_comparable"


def test_mistakes_in_a_suite_are_told_before_anything_is_begun(project):
    write(project, platform=PLATFORM.replace("column: name", "column: nam"))
    kept = sorted((project / ".migrate" / "evidence").iterdir())
    told = run(project, "reconcile", "--check", "rows")
    assert told.exit_code == 2
    assert "quality/platform.yaml:6" in told.output
    assert sorted((project / ".migrate" / "evidence").iterdir()) == kept


def test_only_the_entities_that_are_asked_for_are_judged(project):
    told = document(project, "reconcile", "--check", "quality", "--entity", "user", name="reconcile")
    assert {each["entity"] for each in told["checks"]} == {"user"}


def test_data_docs_hold_no_value_of_a_row_and_fetch_nothing(project):
    named = "canary: {is: ExpectColumnValuesToNotMatchRegex, column: NAME, regex: Canary, en: a, fr: b}"
    write(project, legacy=LEGACY.replace("      key_shape:", f"      {named}\n      key_shape:"))
    assert results(project)["S_BU.canary"] == "different"
    folder, _ = findings(project)
    assert folder.context()["data_docs"] == "data_docs/index.html"
    pages = {path: path.read_text() for path in (folder.path / "data_docs").rglob("*") if path.is_file()}
    assert len(pages) > 6
    assert {path.suffix for path in pages} == {".html"}
    for page in pages.values():
        assert PERSON not in page
        assert "default-src 'none'" in page
        assert not re.search(r"<script|<link|<img|<iframe|url\(|@import", page)
    assert "S_BU" in pages[folder.path / "data_docs" / "index.html"]
    assert PERSON not in (folder.path / "measures.jsonl").read_text()


def test_data_docs_are_part_of_the_evidence(project):
    quality(project)
    folder, _ = findings(project)
    assert "data_docs/index.html" in folder.manifest()["files"]
    page = folder.path / "data_docs" / "index.html"
    page.write_text(page.read_text() + " ")
    assert run(project, "report").exit_code == 3
    page.unlink()


def test_the_legacy_database_is_only_asked(project):
    statements: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        statements.append(f"{connection.dialect.name} {statement.lstrip().split()[0].upper()}")

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        quality(project)
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    assert {"sqlite SELECT", "postgresql SELECT"} <= set(statements)
    assert set(statements) <= {"sqlite SELECT", "sqlite PRAGMA", "postgresql SELECT"}


def test_nothing_is_left_behind(project, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    quality(project)
    assert list(tmp_path.iterdir()) == []


def test_the_engine_of_the_platform_cannot_write(project):
    url = sa.make_url((project / "platform.secret").read_text())
    connection = reader(url)
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        connection.execute("DELETE FROM case_platform.office")
    connection.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgres", "mariadb"])
def test_the_pool_of_the_connections_stays_its_owners(kind: Kind, new_database: NewDatabase, tmp_path):
    url = new_database(kind)
    made = sa.create_engine(url)
    with made.begin() as connection:
        connection.execute(sa.text("CREATE TABLE S_BU (ROW_ID VARCHAR(15))"))
    made.dispose()
    (tmp_path / "quality").mkdir()
    (tmp_path / "quality" / "legacy.yaml").write_text(
        "tables:\n  S_BU:\n    expectations:\n"
        "      filled: {is: ExpectColumnValuesToNotBeNull, column: ROW_ID, en: a, fr: b}\n"
    )
    ((row_set,)) = read(tmp_path, layout())["legacy"].row_sets
    with closing(connect(url)) as source:
        assert isinstance(source, SqlSource)
        rows, pool = select(row_set, LegacyTables(source), source.clock()), source.engine.pool
        with Judge() as judge:
            assert judge.ask("legacy", source.engine, row_set, rows, {"filled": {"column": "ROW_ID"}})
        assert source.engine.pool is pool
        assert pool.checkedout() == 0  # type: ignore[attr-defined]  # every pool of ours counts


@pytest.mark.parametrize("kind", ["sqlite", "postgres", "mariadb"])
def test_columns_are_worked_out_alike_in_every_database(kind: Kind, new_database: NewDatabase, tmp_path):
    url = new_database(kind)
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(
            sa.text("CREATE TABLE S_BU (ROW_ID VARCHAR(15), NAME VARCHAR(20), PAR_BU_ID VARCHAR(15))")
        )
        connection.execute(
            sa.text("INSERT INTO S_BU VALUES (:a, :b, :c)"),
            [dict(zip("abc", row, strict=True)) for row in ROWS],
        )  # fmt: skip
    text = """\
tables:
  S_BU:
    where: {any: [{NAME: null}, {not: {NAME: {blank: true}}}, {ROW_ID: 0-B}]}
    columns:
      length: {length_of: NAME}
      parent: {is_in: S_BU, by: ROW_ID, at: PAR_BU_ID}
      below:  {count_of: S_BU, by: PAR_BU_ID, at: ROW_ID}
      above:  {value_of: NAME, in: S_BU, by: ROW_ID, at: PAR_BU_ID, where: {NAME: {not: x}}}
    expectations:
      a: {is: ExpectCompoundColumnsToBeUnique, column_list: [ROW_ID, length, parent, below, above], en: a, fr: b}
"""
    (tmp_path / "quality").mkdir()
    (tmp_path / "quality" / "legacy.yaml").write_text(text)
    ((row_set,)) = read(tmp_path, layout())["legacy"].row_sets
    source = connect(url)
    assert isinstance(source, SqlSource)
    try:
        with source.engine.connect() as connection:
            rows = connection.execute(select(row_set, LegacyTables(source), datetime(2026, 1, 1))).all()  # noqa: DTZ001
    finally:
        source.close()
        engine.dispose()
    assert sorted(map(tuple, rows)) == [
        ("0-A", 8, None, 1, None),
        ("0-B", 1, "yes", 0, "Montréal"),
        ("0-C", None, "no", 0, None),
    ]


def test_the_measures_are_plain(project):
    quality(project)
    folder, _ = findings(project)
    lines = [json.loads(line) for line in (folder.path / "measures.jsonl").read_text().splitlines()]
    assert {tuple(line["group"]) for line in lines} == {("as_expected",)}


def broken(source: SqlSource, folder: Path) -> set[str]:
    """The expectations of the shipped suite about the legacy tables that do not hold, or were not answered."""
    nobody = cast(PlatformSide, None)
    as_of, shipped = source.clock(), ROOT / "mappings" / "gcms"
    suite, tables = read(shipped, layout())["legacy"], LegacyTables(source)
    found: set[str] = set()
    with closing(LegacySide(source)) as legacy, Judge() as judge:
        evidence = Evidence("gcms", legacy, nobody, {}, layout(), as_of, {}, folder, shipped)
        for row_set in suite.row_sets:
            for answer in judged(evidence, judge, suite, row_set, source.engine, tables):
                if isinstance(answer, pa.Table):
                    found.update(answer.column("subject").to_pylist())
                elif isinstance(answer, Remark):
                    found.add(f"{answer.subject}: {answer.reason.name}")
    return found


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite", "postgres", "mariadb"])
def test_the_shipped_suite_holds_of_a_sample_in_every_database_until_it_gets_worse(
    kind: Kind, new_database: NewDatabase, tmp_path: Path
):
    url = new_database(kind)
    make(url, 500, seed=5)
    source = connect(url)
    assert isinstance(source, SqlSource)
    engine = sa.create_engine(url)
    try:
        assert broken(source, tmp_path) == set()
        with engine.begin() as connection:
            for change in WORSE:
                connection.execute(sa.text(change if kind != "mariadb" else change.replace('"', "")))
        assert broken(source, tmp_path) == {
            "S_CONTACT.sex_listed", "S_CASE.number_shape", "S_NOTE_CASE.case_found", "S_INVOICE.currency",
        }  # fmt: skip
    finally:
        source.close()
        engine.dispose()
