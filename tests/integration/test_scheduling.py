"""The flows on a Prefect server that lives on: deployed, started by a worker, killed at every place, and without it."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from tests.prefect_server import Server, is_there, kill, prefect, wait_for
from tests.servers import ROOT
from tests.small_project import PERSON, small_project

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

PASSWORD = "hunter2-canary"
NOBODY = "http://127.0.0.1:9/api"  # no server is there


def migrate(
    *words: object, env: dict[str, str] | None = None, code: str = ""
) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, *(("-c", code) if code else ("-m", "migrate")), *map(str, words)]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, new_module_database: Any) -> Path:
    """Loaded as a whole."""
    url = make_url(new_module_database("postgres")).set(password=PASSWORD)
    folder = small_project(
        tmp_path_factory.mktemp("scheduling"), platform=url.render_as_string(hide_password=False)
    )
    assert migrate("platform", "upgrade", "--project", folder).returncode == 0
    assert migrate("run", "--mode", "full", "--project", folder).returncode == 1
    return folder


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, project: Path) -> Iterator[Server]:
    """The flows of the project are deployed there; no worker yet."""
    with prefect(tmp_path_factory.mktemp("prefect")) as server:
        server.start()
        yield server


@pytest.fixture(scope="module")
def deployed(server: Server, project: Path) -> dict[str, Any]:
    """The document of the first `migrate deploy`."""
    done = migrate("deploy", "--json", "--project", project, env=server.environment)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@contextmanager
def session(project: Path) -> Iterator["psycopg.Connection[tuple[Any, ...]]"]:
    url = make_url((project / "platform.secret").read_text()).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
        yield connection


@contextmanager
def offices_locked(project: Path) -> Iterator[None]:
    """Whoever writes an office stands still until the block ends."""
    with session(project) as locking:
        locking.execute("LOCK TABLE case_platform.office IN SHARE ROW EXCLUSIVE MODE")  # it can be read
        yield


def rename(project: Path, key: str, name: str) -> None:
    """What an officer changes in the legacy system."""
    with sqlite3.connect(project / "legacy.db") as legacy:
        legacy.execute("UPDATE S_BU SET NAME = ?, LAST_UPD = datetime('now') WHERE ROW_ID = ?", [name, key])
    legacy.close()


def names(project: Path) -> set[str]:
    with session(project) as connection:
        return {str(name) for (name,) in connection.execute("SELECT name FROM case_platform.office")}


def statuses(project: Path) -> list[str]:
    """Of our own runs, the newest first."""
    told = json.loads(migrate("status", "--json", "--project", project).stdout)
    return [run["status"] for run in told["runs"]]


def test_deploy_makes_the_pool_and_the_deployments_with_their_schedules(server, deployed):
    assert deployed["pool_created"]
    assert {d["deployment"]: d["state"] for d in deployed["deployments"]} == {
        "full-load/gcms": "created", "sync/gcms": "created", "sweep/gcms": "created", "deep/gcms": "created",
        "reconcile/gcms": "created",
    }  # fmt: skip
    crons = {}
    for each in deployed["deployments"]:
        known = server.ask(f"deployments/name/{each['deployment']}")
        crons[known["entrypoint"]] = [s["schedule"]["cron"] for s in known["schedules"] if s["active"]]
    assert crons["flows.full_load.full_load"] == []
    assert crons["flows.sync.sync"] == ["*/5 * * * *"]
    (sweep,), (deep,) = crons["flows.sync.sweep"], crons["flows.sync.deep"]
    assert sweep.split()[2:] == deep.split()[2:] == ["*", "*", "*"]
    assert sweep.split()[1] != deep.split()[1]


def test_deployed_again_a_paused_schedule_stays_paused(server, deployed, project):
    known = server.ask("deployments/name/deep/gcms")
    path = f"deployments/{known['id']}/schedules/{known['schedules'][0]['id']}"
    server.patch(path, active=False)
    done = migrate("deploy", "--json", "--project", project, env=server.environment)
    assert {d["state"] for d in json.loads(done.stdout)["deployments"]} == {"updated"}
    (schedule,) = server.ask("deployments/name/deep/gcms")["schedules"]
    assert not schedule["active"]


def test_a_deployment_of_another_project_is_not_taken_over(server, deployed, tmp_path):
    done = migrate("deploy", "--project", small_project(tmp_path), env=server.environment)
    assert done.returncode == 3
    assert "belongs to another project" in done.stderr


def test_a_sync_of_a_worker_moves_what_changed_and_shows_its_books(server, deployed, project):
    worker = server.work()
    try:
        rename(project, "0-B", "Ottawa by sync")
        done = server.until(server.run("sync/gcms"), "COMPLETED", "FAILED", "CRASHED")
    finally:
        kill(worker)
    assert done["state_name"] == "Completed"  # although a row is in quarantine
    assert "Ottawa by sync" in names(project)
    (books,) = server.ask("artifacts/latest/filter", artifacts={"key": {"any_": ["sync-books"]}})
    assert "| office |" in books["data"]


def test_a_reconciliation_ends_as_what_it_found_and_is_no_failure(server, deployed, project):
    worker = server.work()
    try:
        same = server.until(server.run("reconcile/gcms", lag=0), "COMPLETED", "FAILED", "CRASHED")
        with session(project) as connection:
            connection.execute("UPDATE case_platform.office SET name = 'Lost' WHERE name = 'Sydney'")
        found = server.until(server.run("reconcile/gcms", lag=0), "COMPLETED", "FAILED", "CRASHED")
    finally:
        kill(worker)
        with session(project) as connection:
            connection.execute("UPDATE case_platform.office SET name = 'Sydney' WHERE name = 'Lost'")
    assert (same["state_name"], found["state_name"]) == ("Same", "Findings"), same["state"]["message"]
    (summary,) = server.ask("artifacts/latest/filter", artifacts={"key": {"any_": ["reconcile-summary"]}})
    assert "| rows | office | 2 | 1 | 1 | 0 |" in summary["data"]
    assert "Lost" not in summary["data"]
    (page,) = server.ask("artifacts/latest/filter", artifacts={"key": {"any_": ["reconcile-page-fr"]}})
    assert ".fr.html" in page["data"]


def test_a_sync_that_finds_another_run_at_work_is_skipped(server, deployed, project):
    from migrate.project import Project

    worker = server.work()
    try:
        with Project.find(project).state().lease("ann@desk"):
            done = server.until(server.run("sync/gcms"), "COMPLETED", "FAILED", "CRASHED")
    finally:
        kill(worker)
    assert done["state_name"] == "Skipped"
    assert "ann@desk" in done["state"]["message"]


def test_a_brake_fails_the_flow_and_says_what_would_allow_it(server, deployed, project):
    with sqlite3.connect(project / "legacy.db") as legacy:
        rows = legacy.execute("SELECT * FROM S_BU").fetchall()
        legacy.execute("DELETE FROM S_BU")
    worker = server.work()
    try:
        done = server.until(server.run("sweep/gcms"), "COMPLETED", "FAILED", "CRASHED")
    finally:
        kill(worker)
        with legacy:
            legacy.executemany("INSERT INTO S_BU VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
        legacy.close()
    assert done["state_type"] == "FAILED"
    assert "--max-vanished" in done["state"]["message"]


def test_a_killed_flow_is_reported_by_its_worker(server, deployed, project):
    worker = server.work()
    try:
        with offices_locked(project):
            rename(project, "0-B", "Ottawa by the first")
            killed = server.run("sync/gcms")
            kill(server.process_of(killed))
        server.until(killed, "COMPLETED", "FAILED", "CRASHED")
    finally:
        kill(worker)
    assert server.ask(f"flow_runs/{killed}")["state_type"] == "CRASHED"


def test_killed_with_its_machine_it_stays_running_until_the_next_run_which_needs_no_hand(
    server, deployed, project
):
    """The process was on another machine, so that only the lease tells."""
    worker = server.work()
    rename(project, "0-B", "Ottawa by the second")
    with offices_locked(project):
        stale = server.run("sync/gcms")
        kill(worker, server.process_of(stale))
    server.patch(f"flow_runs/{stale}/labels", **{"case-migrate.process": "elsewhere:1"})
    assert server.ask(f"flow_runs/{stale}")["state_type"] == "RUNNING"
    worker = server.work()
    try:
        assert (
            server.until(server.run("sync/gcms"), "COMPLETED", "FAILED", "CRASHED")["state_name"]
            == "Completed"
        )
    finally:
        kill(worker)
    closed = server.ask(f"flow_runs/{stale}")
    assert closed["state_type"] == "CRASHED"
    assert "elsewhere:1" in closed["state"]["message"]
    assert "Ottawa by the second" in names(project)
    assert statuses(project)[:2] == ["done", "interrupted"]


def test_a_server_killed_during_a_run_costs_no_row_and_our_own_status_is_right(server, deployed, project):
    worker = server.work()
    rename(project, "0-B", "Ottawa without a server")
    try:
        with offices_locked(project):
            lost = server.run("sync/gcms")
            process = server.process_of(lost)
            kill(server.process)
        wait_for(lambda: statuses(project)[0] == "done", "the run to be done")
        assert "Ottawa without a server" in names(project)
        kill(worker, *([process] if is_there(process) else []))
        server.start()
        worker = server.work()
        assert (
            server.until(server.run("sync/gcms"), "COMPLETED", "FAILED", "CRASHED")["state_name"]
            == "Completed"
        )
    finally:
        kill(worker)
    closed = server.ask(f"flow_runs/{lost}")
    assert closed["state_type"] == "CRASHED"
    assert str(process) in closed["state"]["message"]


def test_what_the_server_keeps_holds_no_secret_and_no_person(server, deployed):
    for canary in (PERSON, PASSWORD):
        assert not [p for p in server.folder.rglob("*") if p.is_file() and canary.encode() in p.read_bytes()]


def test_without_prefect_migrate_run_works(project):
    code = "import sys; sys.modules['prefect'] = None; from migrate.cli import main; main()"
    done = migrate("run", "--project", project, code=code, env=os.environ | {"PREFECT_API_URL": NOBODY})
    assert done.returncode == 1, done.stderr


@pytest.mark.parametrize("words", [("-m", "flows", "sync"), ("-m", "migrate", "deploy", "--project")])
def test_without_its_server_prefect_ends_with_one_clean_message(project, tmp_path, words):
    done = subprocess.run(
        [sys.executable, *words, str(project)],
        cwd=ROOT, env=os.environ | {"PREFECT_API_URL": NOBODY, "PREFECT_HOME": str(tmp_path)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 4
    assert f"the Prefect server at {NOBODY} cannot be reached" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_dry_run_lists_the_deployments_and_asks_nobody(project):
    code = "import sys; sys.modules['prefect'] = None; from migrate.cli import main; main()"
    done = migrate("deploy", "--dry-run", "--json", "--project", project, code=code)
    told = json.loads(done.stdout)
    assert told["server"] is None
    assert {d["state"] for d in told["deployments"]} == {"planned"}
