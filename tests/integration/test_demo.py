"""The demo: a whole journey in one command, again and again, in its own folder and nowhere else."""

import csv
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner

from migrate.cli.root import cli
from tests.canaries.search import Search
from tests.canaries.values import SECRETS

ROOT = Path(__file__).parents[2]
GIVEN = {
    "GCMS_URL": f"postgresql+psycopg://gcms:{SECRETS['reader-query']}@127.0.0.1:9/gcms",
    "PREFECT_API_URL": f"http://me:{SECRETS['api-url']}@127.0.0.1:9/api",
    "PREFECT_API_KEY": SECRETS["api-key"],
    "PREFECT_API_AUTH_STRING": SECRETS["api-auth"],
}
"""What the surroundings hold, and the demo has no use for."""


@pytest.fixture(scope="module")
def folder():
    """Not below pytest's own: another pytest that starts takes from the server's account the way to there."""
    with tempfile.TemporaryDirectory(prefix="case-migrate-") as name:
        yield Path(name)


@pytest.fixture(scope="module")
def shown(folder):
    """(its document, what it said on stderr, its folder, the folder that was its home)"""
    home = folder / "home"
    home.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "migrate", "demo", str(folder / "demo"), "--clients", "500", "--seed", "3", "--json"],
        cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT), "HOME": str(home)} | GIVEN,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), done.stderr, folder / "demo", home


pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def test_its_document_follows_the_schema(shown):
    jsonschema.validate(shown[0], json.loads((ROOT / "docs/demo.schema.json").read_text()))


def test_the_books_balance_and_the_second_run_writes_nothing(shown):
    told = shown[0]
    assert told["first"]["balanced"]
    assert told["first"]["entities"]["client"]["created"] > 400
    assert told["second"]["rows_written"] == 0


def test_the_sweep_follows_the_day_of_changes(shown):
    swept = shown[0]["sweep"]
    assert swept["balanced"]
    client = swept["entities"]["client"]
    assert client["updated"]
    assert client["merged"]
    assert client["deleted"]


def test_the_dirt_of_the_sample_ends_in_quarantine(shown):
    assert {line["rule"] for line in shown[0]["quarantine"]} >= {"code", "orphan", "missing_parent"}


def test_its_server_is_stopped_and_nothing_is_written_outside_of_its_folder(shown):
    _, _, folder, home = shown
    assert not (folder / ".migrate/postgres/data/postmaster.pid").exists()
    assert not [path for path in home.rglob("*") if path.is_file()]


def test_no_secret_of_its_surroundings_is_in_what_it_says_or_leaves(shown):
    told, said, folder, _ = shown
    search = Search(SECRETS)
    assert not search.found(json.dumps(told) + said)
    files = [path for path in folder.rglob("*") if path.is_file() and "data" not in path.parts]
    assert folder / ".migrate/prefect/prefect.db" in files
    assert {
        path.name: search.found(path.read_bytes()) for path in files if search.found(path.read_bytes())
    } == {}


def test_it_ends_with_what_to_try_next(shown):
    assert f"migrate status --project {shown[2]}" in shown[1]
    assert "Traceback" not in shown[1]


def test_what_it_suggests_works(shown):
    folder = str(shown[2])
    assert CliRunner().invoke(cli, ["status", "--project", folder]).exit_code == 0
    assert CliRunner().invoke(cli, ["quarantine", "list", "--project", folder]).exit_code == 1
    assert CliRunner().invoke(cli, ["doctor", "--project", folder]).exit_code == 0


def test_the_reconciliation_finds_what_was_edited_without_a_trace_and_nothing_else(shown):
    """The day's record knows them: the sweep cannot, and a full run brings them."""
    told, _, folder, _ = shown
    with (folder / "changes.csv").open(encoding="utf-8", newline="") as record:
        silent = [line for line in csv.DictReader(record) if line["kind"] == "silent_edit"]
    assert told["differing"] >= 1
    assert told["differing"] <= 3 * len(silent)
    assert told["verdict"] == "same"


def test_the_drill_of_the_demo_catches_what_was_planted(shown):
    drill = shown[0]["drill"]
    assert drill["planted"] >= 10
    assert (
        drill["caught"] >= drill["planted"] - 1
    )  # one may hit a column that is left unchecked with a reason


def test_the_report_is_there_in_both_languages_with_the_numbers_of_the_truth_file(shown):
    told, _, folder, _ = shown
    english, french = (Path(page).read_text(encoding="utf-8") for page in told["reports"])
    assert "The two systems agree" in english
    assert 'lang="fr' in french
    ends = json.loads(CliRunner().invoke(cli, ["status", "--json", "--project", str(folder)]).stdout)[
        "entities"
    ]
    evidence = folder / ".migrate" / "evidence" / told["reconciliation"]
    books = json.loads((evidence / "context.json").read_text())["books"]
    rejected = {entity: of["rejected"] for entity, of in books.items()}
    assert rejected == {entity: of.get("rejected", 0) for entity, of in ends.items()}


def test_a_folder_with_something_else_in_it_is_refused(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    result = CliRunner().invoke(cli, ["demo", str(tmp_path)])
    assert result.exit_code == 3
    assert "name another folder" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
