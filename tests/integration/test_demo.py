"""The demo: a whole journey in one command, again and again, in its own folder and nowhere else."""

import csv
import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from contextlib import closing
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner

from migrate.cli.root import cli
from reconciliation.checks.attachments import FILES
from reconciliation.filing import NAME
from reconciliation.folder import Folder
from reconciliation.report.build import build
from reconciliation.report.language import Language
from tests.canaries.search import Search
from tests.canaries.values import SECRETS
from tests.truth import read_truth, wrong_files

ROOT = Path(__file__).parents[2]
GIVEN = {
    "GCMS_URL": f"postgresql+psycopg://gcms:{SECRETS['reader-query']}@127.0.0.1:9/gcms",
    "PREFECT_API_URL": f"http://me:{SECRETS['api-url']}@127.0.0.1:9/api",
    "PREFECT_API_KEY": SECRETS["api-key"],
    "PREFECT_API_AUTH_STRING": SECRETS["api-auth"],
}
"""What the surroundings hold, and the demo has no use for."""

ROOTS = ("S_CASE", "S_CONTACT", "S_CASE_REL", "S_CONTACT_REL")


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


def test_the_status_says_what_the_keys_are_that_are_no_such_entity(shown):
    """The sweep has seen representatives and staff in the table of the clients."""
    told = CliRunner().invoke(cli, ["status", "--project", str(shown[2])]).output
    assert "other: rows of the same legacy table that are no such entity" in told
    assert "none" not in told.splitlines()[1]


def test_the_reconciliation_finds_what_was_edited_without_a_trace_the_wrong_files_and_nothing_else(shown):
    """The day's record knows the edits: the sweep cannot see them, and a full run brings them."""
    told, _, folder, _ = shown
    silent = [line for line in record(folder) if line["kind"] == "silent_edit"]
    counts = Counter(line["check"] for line in differences(folder, first=True))
    of_files = counts.pop("attachments")
    assert told["differing"] == of_files + counts.total()
    assert set(counts) <= {"rows", "replay", "totals"}
    assert 1 <= counts.total() <= 3 * len(silent)
    assert told["verdict"] == "same"


@pytest.mark.parametrize(("first", "look"), [(True, "out_of_sync"), (False, "allowed")])
def test_what_is_found_about_files_is_what_the_truth_file_says_and_what_the_deleted_left(shown, first, look):
    """Files of deleted rows stay where they are, as in Siebel. In the end somebody answers for all of it."""
    folder = shown[2]
    deleted = {(line["table"], line["row_id"]) for line in record(folder) if line["change"] == "delete"}
    truth = {line for line in wrong_files(read_truth(folder / "truth.csv")) if line[1:] not in deleted}
    names = [name for path in (folder / "siebelfs/att").iterdir() if (name := NAME.fullmatch(path.name))]
    left = {(FILES, name["table"], name["key"]) for name in names if (name["table"], name["key"]) in deleted}
    found = [line for line in differences(folder, first=first) if line["check"] == "attachments"]
    assert sorted((line["subject"], line["table"], line["row"]) for line in found) == sorted(truth | left)
    assert {line["look"] for line in found} == {look}
    assert len(truth) >= 15


def test_the_drill_of_the_demo_catches_what_was_planted(shown):
    drill = shown[0]["drill"]
    assert drill["planted"] >= 10
    assert (
        drill["caught"] >= drill["planted"] - 1
    )  # one may hit a column that is left unchecked with a reason


def test_the_report_is_there_in_both_languages(shown):
    english, french = (Path(page).read_text(encoding="utf-8") for page in shown[0]["reports"])
    assert "The two systems agree" in english
    assert 'lang="fr' in french


def test_every_question_is_asked_in_french(shown):
    """But for those that are the name of a table, a column or an expectation, which hold no blank."""
    told, _, folder, _ = shown
    findings = Folder.open(folder / ".migrate/evidence", told["reconciliation"]).findings()
    asked = {finding.subject.name for finding in findings if " " in finding.subject.name}
    assert len(asked) > 100
    assert [
        name for name in sorted(asked) if Language("fr").subject(name) in (name, Language("en").subject(name))
    ] == []


def test_the_books_of_the_report_are_those_of_the_truth_file(shown):
    """On the page, in this order: read, loaded, rejected, held, excluded, unaccounted for."""
    told, _, folder, _ = shown
    lines = read_truth(folder / "truth.csv")
    with closing(sqlite3.connect(folder / "legacy.db")) as legacy:
        roots = {key for table in ROOTS for (key,) in legacy.execute(f"SELECT ROW_ID FROM {table}")}
    page = Path(told["reports"][0]).read_text(encoding="utf-8")
    table = page.partition('<caption id="t-books">')[2].partition("</table>")[0]
    books = build(Folder.open(folder / ".migrate/evidence", told["reconciliation"])).books
    assert books
    for each in books:
        named = Language("en").named("entity", each.entity)
        row = table.partition(f'<th scope="row">{named}</th>')[2].partition("</tr>")[0]
        shown_of_it = [int(re.sub(r"\D", "", n)) for n in re.findall(r'<td class="num">([^<]*)</td>', row)]
        rejected = {line["key"] for line in lines[each.entity] if line["disposition"] == "QUAR"}
        held, excluded = (
            whole(lines[each.entity], "QUAR", "held"),
            whole(lines[each.entity], "EXCL", "entity"),
        )
        loose = whole(lines[each.entity], "QUAR", "row") & roots  # rows that were left out of what is loaded
        wrong = len(rejected - loose - held)
        assert shown_of_it[2:] == [wrong, len(held), len(excluded), 0], each.entity
        assert shown_of_it[0] == sum(shown_of_it[1:])


def test_the_rows_in_quarantine_are_those_of_the_truth_file_and_of_the_day(shown):
    told, _, folder, _ = shown
    result = CliRunner().invoke(cli, ["quarantine", "list", "--lines", "--json", "--project", str(folder)])
    listed = json.loads(result.stdout)["rows"]
    page = build(Folder.open(folder / ".migrate/evidence", told["reconciliation"])).quarantine or ()
    counts = Counter((line["entity"], line["rule"], line["state"], line["scope"]) for line in listed)
    assert {(q.entity, q.rule, q.state, q.scope): q.lines for q in page} == counts
    rows = {(line["entity"], line["table"], line["row"]) for line in listed if line["scope"] == "row"}
    truth = read_truth(folder / "truth.csv")
    gone = {line["key"] for line in listed if line["scope"] == "entity"}
    expected = {
        (entity, line["table"], line["row_id"])
        for entity in truth
        for line in truth[entity]
        if (line["disposition"], line["note"]) == ("QUAR", "row") and line["key"] not in gone
    }
    of_the_day = {(line["entity"], line["table"], line["row_id"]) for line in record(folder)}
    assert rows - of_the_day == expected - of_the_day
    assert len(expected) >= 15


def whole(lines, disposition, note):
    """The roots of which the truth file says so."""
    return {line["key"] for line in lines if (line["disposition"], line["note"]) == (disposition, note)}


def record(folder):
    """What the officers did on that day."""
    with (folder / "changes.csv").open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def differences(folder, *, first):
    """What the first or the last reconciliation of the demo found."""
    names = sorted(path.name for path in (folder / ".migrate/evidence").iterdir())
    assert len(names) == 2
    return Folder.open(folder / ".migrate/evidence", names[0 if first else 1]).all_differences().to_pylist()


def test_a_folder_with_something_else_in_it_is_refused(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    result = CliRunner().invoke(cli, ["demo", str(tmp_path)])
    assert result.exit_code == 3
    assert "name another folder" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
