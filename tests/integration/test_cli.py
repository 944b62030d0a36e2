"""The commands against a real platform: results, documents, exit codes, interruptions."""

import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import make_url

from migrate.project import Project
from migrate.project.starting import start
from tests import evidence
from tests.commandline import document, platform, run
from tests.small_project import BOOKS, PERSON, small_project

ROOT = Path(__file__).parents[2]
PASSWORD = "hunter2-canary"


def with_password(url: str) -> str:
    """The server lets its owner in whatever the password; so one can be planted."""
    return make_url(url).set(password=PASSWORD).render_as_string(hide_password=False)


def process(project: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "migrate", *arguments, "--project", str(project)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def content(project: Path) -> list[tuple[object, ...]]:
    """Every row of the platform's tables that the small project fills."""
    with platform(project) as connection:
        tables = ("case_platform.office", "case_platform.user_account")
        return [
            row
            for table in tables
            for row in connection.execute(f"SELECT t::text FROM {table} AS t ORDER BY 1")
        ]


@pytest.fixture
def project(tmp_path, postgres_url):
    """Nothing was loaded yet; the platform's schema is there."""
    made = small_project(tmp_path, platform=with_password(postgres_url))
    assert run(made, "platform", "upgrade").exit_code == 0
    return made


@pytest.fixture(scope="module")
def loaded(tmp_path_factory, new_module_database):
    """Everything was loaded once; for tests that only look."""
    made = small_project(
        tmp_path_factory.mktemp("loaded"), platform=with_password(new_module_database("postgres"))
    )
    assert run(made, "platform", "upgrade").exit_code == 0
    assert run(made, "run").exit_code == 1
    return made


def test_a_run_ends_with_balanced_books_and_tells_what_waits_for_a_person(project):
    told = document(project, "run")
    assert told["exit_code"] == told["exit"] == 1
    assert told["balanced"]
    counts = {entity: {n: books[n] for n in BOOKS[entity]} for entity, books in told["entities"].items()}
    assert counts == BOOKS
    assert told["stubs"] == 1


def test_a_second_run_writes_nothing(project):
    run(project, "run")
    before = content(project)
    told = document(project, "run")
    assert told["rows_written"] == 0
    assert [books["unchanged"] for books in told["entities"].values()] == [2, 4]
    assert content(project) == before


def test_several_processes_give_the_same_platform_as_one(project, tmp_path, new_database):
    assert run(project, "run", "--workers", 1).exit_code == 1
    (tmp_path / "other").mkdir()
    other = small_project(tmp_path / "other", platform=with_password(new_database("postgres")), batch_rows=1)
    run(other, "platform", "upgrade")
    result = run(other, "run", "--workers", 2)
    assert result.exit_code == 1, result.output
    assert content(other) == content(project)


def test_an_error_in_a_worker_process_arrives_whole(project):
    with platform(project) as connection:
        connection.execute("ALTER TABLE migration.key_image RENAME TO somewhere")
    result = run(project, "run", "--workers", 2)
    assert result.exit_code == 6, result.output
    assert "way out: run: migrate platform upgrade" in result.stderr
    assert PERSON not in result.output


def test_only_the_named_entities_are_moved(project):
    told = document(project, "run", "--entity", "user", name="run")
    assert list(told["entities"]) == ["user"]
    assert told["exit_code"] == 0


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["status"], 0),
        (["plan"], 0),
        (["doctor"], 0),
        (["mapping", "check"], 0),
        (["mapping", "show"], 0),
        (["mapping", "show", "office"], 0),
        (["mapping", "coverage"], 0),
        (["transforms"], 0),
        (["quarantine", "list"], 1),
        (["quarantine", "show", "office", "0-E"], 1),
        (["quarantine", "history", "office", "0-E"], 0),
        (["quarantine", "redrive", "--dry-run"], 0),
        (["crosswalk", "office", "0-A"], 0),
        (["ledger", "show"], 0),
        (["ledger", "verify"], 0),
        (["undo", "1", "--dry-run"], 0),
        (["platform", "upgrade"], 0),
        (["schema", "check"], 0),
        (["schema", "accept", "--dry-run"], 0),
        (["sample", "make", "sqlite:///never.db", "--dry-run"], 0),
        (["deploy", "--dry-run"], 0),
    ],
    ids=str,
)
def test_a_document_follows_its_schema(loaded, arguments, code):
    told = document(loaded, *arguments, name="-".join(arguments[: 2 if arguments[0] in cli_groups() else 1]))
    assert told["exit_code"] == code
    result = run(loaded, *arguments, "--debug")
    assert result.exit_code == code
    assert result.stdout


def test_a_run_is_taken_back_with_a_reason_and_only_once(project):
    before = content(project)
    run(project, "run", "--mode", "full")
    assert run(project, "undo", "1").exit_code == 3
    assert content(project) != before
    told = document(project, "undo", "1", "--as", "Ann Roy", "--reason", "names swapped")
    assert (told["exit_code"], told["tables"]["office"]) == (0, {"removed": 4, "restored": 0})
    assert content(project) == before
    entry = document(project, "ledger", "show", "--run", "1")["entries"][-1]
    assert (entry["kind"], entry["actor"], entry["batch"]) == ("undo", "Ann Roy", {"reason": "names swapped"})
    again = run(project, "undo", "1", "--reason", "once more")
    assert (again.exit_code, "was taken back already" in again.stderr) == (3, True)


def cli_groups() -> set[str]:
    return {"mapping", "quarantine", "ledger", "platform", "sample", "schema"}


def test_the_reasons_of_the_quarantine_are_in_both_languages(loaded):
    told = document(loaded, "quarantine", "show", "office", "0-E", name="quarantine-show")
    (row,) = told["rows"]
    assert row["rule"] == "too_long"
    assert row["reason_en"] == "the value is longer than the platform's column"
    assert row["reason_fr"].startswith("la valeur dépasse")
    assert row["value"] is None


def test_values_are_shown_only_with_a_reason_that_the_ledger_keeps(project):
    run(project, "run")
    refused = run(project, "quarantine", "show", "office", "0-E", "--unmask")
    assert refused.exit_code == 3
    assert "--reason TEXT" in refused.stderr
    shown = run(project, "quarantine", "show", "office", "0-E", "--unmask", "--reason", "ticket 17")
    assert PERSON in shown.stdout
    entries = document(project, "ledger", "show", name="ledger-show")["entries"]
    assert entries[-1]["kind"] == "unmask"
    assert entries[-1]["batch"]["reason"] == "ticket 17"


def test_a_report_shows_values_only_with_a_reason_that_the_ledger_keeps(project):
    run(project, "run")
    evidence.made(project / ".migrate/evidence")
    refused = run(project, "report", "--unmask")
    assert (refused.exit_code, "--reason TEXT" in refused.stderr) == (3, True)
    assert not list((project / ".migrate/reports").glob("*.html"))
    shown = document(project, "report", "--unmask", "--reason", "ticket 18", name="report")
    assert (shown["exit_code"], shown["unmasked"]) == (1, True)
    assert "1990-01-02" in Path(shown["files"][0]).read_text()
    entry = document(project, "ledger", "show", name="ledger-show")["entries"][-1]
    assert (entry["kind"], entry["batch"]["reason"]) == ("unmask", "ticket 18")
    assert entry["batch"]["reconciliation"] == evidence.NAME


def test_a_key_of_which_nothing_is_known_is_a_finding(loaded):
    assert run(loaded, "crosswalk", "office", "0-NONE").exit_code == 1
    assert run(loaded, "crosswalk", "nonsense", "0-A").exit_code == 2


def test_an_old_key_leads_along_its_merges_to_who_lives_now(project):
    run(project, "run")
    with platform(project) as connection:
        for old, new in (("0-X", "0-Y"), ("0-Y", "0-B")):
            connection.execute(
                "INSERT INTO migration.crosswalk (system, entity, key, valid_from, id, cause, survivor, run) "
                "SELECT system, entity, %s, now(), id, 'merge', %s, run FROM migration.crosswalk WHERE key = '0-B'",
                [old, new],
            )
    told = document(project, "crosswalk", "office", "0-X", name="crosswalk")
    assert [line["key"] for line in told["lines"]] == ["0-B", "0-X", "0-Y"]
    assert told["leads_to"]["path"] == ["0-X", "0-Y", "0-B"]
    assert (told["leads_to"]["alive"], told["leads_to"]["id"]) == (True, told["lines"][0]["id"])
    assert (
        f"leads to 0-X → 0-Y → 0-B: {told['lines'][0]['id']}"
        in run(project, "crosswalk", "office", "0-X").stdout
    )


def test_a_changed_ledger_is_found(project):
    run(project, "run")
    head = document(project, "ledger", "verify", name="ledger-verify")["head"]
    assert run(project, "ledger", "verify", "--head", f"99:{head}").exit_code == 1
    with platform(project) as connection:
        connection.execute("ALTER TABLE migration.ledger DISABLE TRIGGER USER")
        connection.execute("UPDATE migration.ledger SET actor = 'nobody' WHERE seq = 2")
    result = run(project, "ledger", "verify")
    assert result.exit_code == 1
    assert "BROKEN at entry 2" in result.stdout


def test_a_dry_run_shows_the_plan_and_writes_nothing(project):
    told = document(project, "run", "--dry-run", name="plan")
    assert told["rows"] == 8
    assert document(project, "status")["runs"] == []


def test_a_dry_upgrade_leaves_nothing(tmp_path, postgres_url):
    made = small_project(tmp_path, platform=postgres_url)
    result = run(made, "platform", "upgrade", "--dry-run")
    assert result.exit_code == 0
    assert "would be upgraded from nothing" in result.stdout
    with platform(made) as connection:
        query = "SELECT count(*) FROM pg_namespace WHERE nspname IN ('case_platform', 'migration')"
        assert connection.execute(query).fetchone() == (0,)


def test_a_platform_without_schema_is_told_with_the_way_out(tmp_path, postgres_url):
    made = small_project(tmp_path, platform=postgres_url)
    for name in ("run", "status"):
        result = run(made, name)
        assert result.exit_code == 6
        assert "migrate platform upgrade" in result.stderr
    doctor = run(made, "doctor")
    assert doctor.exit_code == 0
    assert "WARNING  state: schema migration is not there yet" in doctor.stdout


def test_a_column_that_is_missing_at_the_source_is_drift(project):
    with sqlite3.connect(project / "legacy.db") as database:
        database.execute("ALTER TABLE S_BU DROP COLUMN NAME")
    result = run(project, "run")
    assert result.exit_code == 6
    assert "S_BU.NAME" in result.stderr
    doctor = run(project, "doctor")
    assert doctor.exit_code == 4
    assert "S_BU.NAME" in doctor.stdout


def test_a_platform_that_cannot_be_reached_exits_with_4_within_30_seconds(tmp_path):
    nobody = f"postgresql+psycopg://me:{PASSWORD}@127.0.0.1:9/db"
    made = small_project(tmp_path, platform=nobody, patience="1s")
    for name in ("status", "run", "doctor"):
        began = time.monotonic()
        result = run(made, name)
        assert result.exit_code == 4
        assert time.monotonic() - began < 30
        assert PASSWORD not in result.output


def test_a_lease_that_somebody_holds_is_told_with_the_holder(project):
    with Project.find(project).state().lease(holder="ann@example"):
        result = run(project, "run")
    assert result.exit_code == 5
    assert "ann@example" in result.stderr
    assert run(project, "run").exit_code == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("workers", ["1", "2"])
def test_an_interrupted_run_ends_soon_and_is_resumed(project, number, workers):
    with platform(project) as lock:
        lock.autocommit = False
        lock.execute("LOCK TABLE case_platform.office IN ACCESS EXCLUSIVE MODE")
        working = process(project, "run", "--workers", workers)
        _wait_for(
            project,
            "SELECT 1 FROM pg_locks WHERE relation = 'case_platform.office'::regclass AND NOT granted",
        )
        began = time.monotonic()
        working.send_signal(number)
        _, told = working.communicate(timeout=20)
        assert time.monotonic() - began < 10
        lock.rollback()
    assert working.returncode == 128 + number
    assert "the same command goes on from there" in told
    assert "Traceback" not in told
    status = document(project, "status")
    assert status["runs"][0]["status"] in ("interrupted", "running")
    resumed = document(project, "run")
    assert resumed["run"] == status["runs"][0]["run"]
    assert resumed["entities"]["office"]["created"] == 4


def _wait_for(project: Path, query: str) -> None:
    with platform(project) as connection:
        for _ in range(600):
            if connection.execute(query).fetchone():
                return
            time.sleep(0.05)
    raise AssertionError("it never came to that")


def test_a_reader_that_has_seen_enough_is_no_error(loaded):
    with process(loaded, "transforms") as working:
        assert working.stdout is not None
        assert working.stderr is not None
        working.stdout.close()
        assert working.wait(timeout=60) == 0
        assert "Traceback" not in working.stderr.read()


def test_a_sample_fills_the_project_and_is_refused_a_second_time(tmp_path):
    list(start(tmp_path / "p"))
    settings = (tmp_path / "p/migrate.toml").read_text().replace('"env:GCMS_URL"', '"sqlite:///legacy.db"')
    (tmp_path / "p/migrate.toml").write_text(settings)
    told = document(tmp_path / "p", "sample", "make", "--clients", "500", "--seed", "7", name="sample-make")
    assert told["rows"]["S_CONTACT"] > 500
    again = run(tmp_path / "p", "sample", "make", "--clients", "500")
    assert again.exit_code == 3
    assert (tmp_path / "p/legacy.db").exists()


def test_too_few_clients_are_told_before_anything_is_made(tmp_path):
    result = run(tmp_path, "sample", "make", f"sqlite:///{tmp_path}/x.db", "--clients", "3")
    assert result.exit_code == 2
    assert not (tmp_path / "x.db").exists()


def test_examples_that_do_not_hold_are_told_with_their_line(project):
    path = project / "mappings" / "office.examples.yaml"
    path.write_text(path.read_text().replace("name: Ottawa, parent_id", "name: Toronto, parent_id"))
    result = run(project, "mapping", "check")
    assert result.exit_code == 2
    assert (
        "office.examples.yaml:7 example 'an office with a parent': office has no row with name Toronto"
        in result.stderr
    )
