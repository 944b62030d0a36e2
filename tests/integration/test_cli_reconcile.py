"""`migrate reconcile` as it is typed: exit codes, documents, limits; on a small project with two entities."""

import json
import shutil
import sqlite3
from pathlib import Path

import jsonschema
import psycopg
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import make_url

from migrate.cli.root import cli
from tests.databases import NewDatabase
from tests.small_project import PERSON, small_project

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def loaded(new_module_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """(a project that was loaded, URL of its platform)"""
    platform = new_module_database("postgres")
    folder = small_project(tmp_path_factory.mktemp("small"), platform=platform)
    assert called(folder, "platform", "upgrade").exit_code == 0
    assert called(folder, "run", "--mode", "full").exit_code == 1
    return folder, platform


def called(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, [*words, "--project", str(folder)])


def told(folder: Path, *words: str) -> tuple[int, dict]:
    done = called(folder, "reconcile", "--json", *words)
    return done.exit_code, json.loads(done.stdout)


class Altered:
    """The platform says otherwise within the block."""

    def __init__(self, platform: str, there: str, back: str) -> None:
        self.url = make_url(platform).set(drivername="postgresql").render_as_string(hide_password=False)
        self.there, self.back = there, back

    def __enter__(self) -> None:
        self._run(self.there)

    def __exit__(self, *_: object) -> None:
        self._run(self.back)

    def _run(self, statement: str) -> None:
        with psycopg.connect(self.url) as connection:
            connection.execute(statement)


def renamed(platform: str) -> Altered:
    place = "UPDATE case_platform.office SET name = '{}' WHERE name = '{}'"
    return Altered(platform, place.format("Lost", "Sydney"), place.format("Sydney", "Lost"))


def test_both_sides_alike_it_ends_with_0_and_a_document_of_its_schema(loaded):
    code, document = told(loaded[0])
    jsonschema.validate(document, json.loads((ROOT / "docs/reconcile.schema.json").read_text()))
    assert (code, document["verdict"], document["exit"]) == (0, "same", 0)
    assert {each["result"] for each in document["checks"]} == {"same"}


def test_a_difference_ends_with_1_and_names_check_subject_and_key(loaded):
    with renamed(loaded[1]):
        code, document = told(loaded[0])
    bad, *more = (each for each in document["checks"] if each["result"] != "same")
    assert (code, document["verdict"]) == (1, "different")
    assert {each["check"] for each in more} == {"replay"}  # which sees the platform's rows too
    assert (bad["check"], bad["entity"], bad["subject"]) == ("rows", "office", "office fields")
    assert (bad["keys"], bad["kinds"]) == (["0-C"], {"conflict": 1})


def test_values_are_neither_in_the_document_nor_on_the_terminal(loaded):
    with renamed(loaded[1]):
        said = called(loaded[0], "reconcile").output + called(loaded[0], "reconcile", "--json").output
    assert "Lost" not in said
    assert "Sydney" not in said
    assert PERSON not in said


def test_a_changed_row_that_no_run_has_brought_yet_is_in_flight(loaded):
    legacy = loaded[0] / "legacy.db"
    kept = shutil.copy(legacy, loaded[0] / "kept.db")
    try:
        with sqlite3.connect(legacy) as connection:
            connection.execute(
                "UPDATE S_BU SET NAME = 'Accra 2', LAST_UPD = datetime('now', '+1 minute') WHERE ROW_ID = '0-D'"
            )
        connection.close()
        code, document = told(loaded[0], "--check", "rows")
    finally:
        shutil.move(kept, legacy)
    flying = [each for each in document["checks"] if each["in_flight"]]
    assert (code, document["verdict"]) == (0, "same")
    assert [(each["subject"], each["in_flight"]) for each in flying] == [
        ("office fields", 2)
    ]  # the name and the stamp


def test_only_what_was_asked_for_is_compared(loaded):
    _, document = told(loaded[0], "--check", "counts", "--check", "keys", "--entity", "office")
    assert {(each["check"], each["entity"]) for each in document["checks"]} == {
        ("counts", "office"),
        ("keys", "office"),
    }


def test_without_time_nothing_is_compared_and_nothing_is_a_pass(loaded):
    code, document = told(loaded[0], "--max-time", "0")
    assert (code, document["verdict"]) == (1, "incomplete")
    assert {each["result"] for each in document["checks"]} == {"not_run"}


@pytest.mark.parametrize(
    ("words", "said"),
    [(("--check", "count"), "did you mean counts"), (("--entity", "offices"), "did you mean office")],
)
def test_a_name_that_there_is_not_ends_with_2_and_the_nearest(loaded, words, said):
    done = called(loaded[0], "reconcile", *words)
    assert done.exit_code == 2
    assert said in done.stderr


def test_evidence_is_kept_for_its_owner_alone_and_can_be_rendered_again(loaded):
    _, document = told(loaded[0])
    evidence = Path(document["evidence"])
    assert evidence.stat().st_mode & 0o777 == 0o700
    assert called(loaded[0], "report", document["reconciliation"]).exit_code == 0


def test_an_allowance_covers_a_difference_until_its_last_day(loaded):
    allowance = loaded[0] / "allowances.yaml"
    text = (
        "- {name: n, check: rows, entity: office, subject: office fields, column: name, owner: Ann, approved_by: Ben,\n"
        "   approved_on: 2020-01-01, expires: %s, reason_en: r, reason_fr: r}\n"
    )
    verdicts = []
    try:
        with renamed(loaded[1]):
            for day in ("2099-12-31", "2020-01-02"):
                allowance.write_text(text % day)
                verdicts.append(told(loaded[0], "--check", "rows")[1]["verdict"])
    finally:
        allowance.unlink()
    assert verdicts == ["same", "different"]


def test_a_platform_that_is_away_ends_with_4(loaded, tmp_path):
    folder = shutil.copytree(loaded[0], tmp_path / "away")
    (folder / "platform.secret").write_text("postgresql+psycopg://a@127.0.0.1:9/b")
    assert called(folder, "reconcile").exit_code == 4


def test_a_quick_one_says_how_much_it_did_not_read_again(loaded):
    first = called(loaded[0], "reconcile", "--check", "rows", "--quick").output
    assert "quick: all rows were read, there was nothing yet to hold them against" in first
    again = called(loaded[0], "reconcile", "--check", "rows", "--quick").output
    assert "roots were not read again, unchanged since all was compared on 20" in again
