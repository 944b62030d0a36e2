"""The full load as a flow, on Prefect's temporary server: what it does, what the server keeps, what nobody may see."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import make_url

from migrate.cli.root import cli
from tests.small_project import PERSON, small_project

ROOT = Path(__file__).parents[2]
PASSWORD = "hunter2-canary"
TABLES = ("flow_run", "flow_run_state", "task_run", "task_run_state", "log", "artifact")


@pytest.fixture(scope="module")
def flown(tmp_path_factory, new_module_database):
    """(what the script told, its output, the server's database, the server's folder)"""
    folder = tmp_path_factory.mktemp("flows")
    url = make_url(new_module_database("postgres")).set(password=PASSWORD)
    project = small_project(folder, platform=url.render_as_string(hide_password=False))
    assert CliRunner().invoke(cli, ["platform", "upgrade", "--project", str(project)]).exit_code == 0
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("fly.py")), str(project), str(folder / "prefect")],
        cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    with sqlite3.connect(folder / "prefect" / "prefect.db") as database:
        yield json.loads(done.stdout), done.stdout + done.stderr, database, folder / "prefect"
    database.close()


pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def test_the_flow_loads_everything_and_a_passing_fault_is_tried_again(flown):
    told, *_ = flown
    assert told["first"] == {"user": [2, 2, 0, 0], "office": [6, 4, 1, 1]}


def test_the_books_of_a_run_that_went_on_after_a_failure_are_whole(flown):
    told, _, database, _ = flown
    assert told["written"] == 7
    names = [name for (name,) in database.execute("SELECT state_name FROM flow_run ORDER BY created")]
    assert names == ["Failed", "Completed", "Completed"]


def test_only_the_named_entities_are_moved_and_nothing_is_written_again(flown):
    told, *_ = flown
    assert told["again"] == [["user"], 0]


def test_a_slice_is_a_task_with_a_readable_name(flown):
    _, _, database, _ = flown
    names = {name for (name,) in database.execute("SELECT name FROM task_run")}
    assert names == {
        "user range 0",
        "office range 0",
        "office keys 1",
    }  # the last: offices that wait for offices
    (attempts,) = database.execute(
        "SELECT max(run_count) FROM task_run WHERE name = 'user range 0'"
    ).fetchone()
    assert attempts == 2


def test_the_books_are_an_artifact(flown):
    _, _, database, _ = flown
    pages = [
        page
        for (page,) in database.execute(
            "SELECT data FROM artifact WHERE key = 'full-load-books' ORDER BY created"
        )
    ]
    assert len(pages) == 2
    assert "| office | 6 | 4 |" in pages[0]


def test_an_unexpected_error_reaches_prefect_as_a_place_in_the_program(flown):
    told, *_ = flown
    kind, text, no_cause, no_context = told["failed"]
    assert kind == "Defect"
    assert text.startswith("ValueError in tests/integration/fly.py:")
    assert no_cause
    assert no_context


def test_parameters_are_a_folder_and_names(flown):
    _, _, database, _ = flown
    for (parameters,) in database.execute("SELECT parameters FROM flow_run"):
        assert set(json.loads(parameters)) == {"project", "entities"}


def test_no_secret_and_no_person_is_in_the_output_or_in_anything_that_the_server_keeps(flown):
    _, output, database, home = flown
    kept = [output] + [repr(row) for table in TABLES for row in database.execute(f"SELECT * FROM {table}")]
    for canary in (PERSON, PASSWORD):
        assert not [text for text in kept if canary in text]
        assert not [
            path for path in home.rglob("*") if path.is_file() and canary.encode() in path.read_bytes()
        ]


def test_prefect_says_nothing_on_the_terminal_but_errors(flown):
    _, output, *_ = flown
    assert "INFO" not in output
    assert "Starting temporary server" not in output


def test_telemetry_is_off():
    code = (
        "import flows; from prefect.settings import get_current_settings;"
        "from prefect._internal.analytics.enabled import is_telemetry_enabled;"
        "print(get_current_settings().server.analytics_enabled, is_telemetry_enabled())"
    )
    env = {name: value for name, value in os.environ.items() if name != "CI"} | {"DO_NOT_TRACK": "0"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "False"]


def test_every_deployment_names_a_flow_that_exists_and_no_secret():
    from ruamel.yaml import YAML

    told = YAML(typ="safe").load((ROOT / "prefect.yaml").read_text())
    flows = set()
    for deployment in told["deployments"]:
        module, _, name = deployment["entrypoint"].rpartition(".")
        assert f"def {name}(" in (ROOT / module.replace(".", "/")).with_suffix(".py").read_text()
        flows.add(name)
        assert deployment["parameters"] == {"project": "{{ $CASE_MIGRATE_PROJECT }}", "entities": None}
        assert deployment["work_pool"]["job_variables"]["env"]["DO_NOT_TRACK"] == "1"
    assert flows == {"full_load", "sync", "sweep", "deep", "reconcile"}


def test_no_deployment_has_a_limit_whose_slot_would_outlive_a_killed_machine():
    assert "concurrency_limit:" not in (ROOT / "prefect.yaml").read_text()
