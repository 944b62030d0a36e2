"""What a command says when something is wrong: one message with the way out, the documented exit code, no secret."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from migrate.cli import failure
from migrate.cli.root import COMMANDS, cli
from migrate.errors import Busy, Defect, Drift, InvalidInput, Mistake, Refused, Transient, Unreachable
from migrate.project.starting import start

ROOT = Path(__file__).parents[2]
SECRET = "hunter2-canary"
PERSON = "Tremblay-Canary"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    list(start(tmp_path / "project"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GCMS_URL", raising=False)
    return tmp_path / "project"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, list(map(str, arguments)), prog_name="migrate")


@pytest.fixture
def failing(monkeypatch):
    """`migrate status` that raises what the test wants."""

    def fail_with(error: BaseException) -> None:
        @click.command("status")
        @click.option("--json", is_flag=True)
        @click.option("--debug", is_flag=True)
        def status(**_: object) -> None:
            raise error

        monkeypatch.setattr("migrate.cli.commands.status.command", status)

    return fail_with


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InvalidInput([Mistake("a.yaml", 3, "wrong", "right")]), 2),
        (Refused("no", remedy="ask"), 3),
        (Unreachable("gone", why="down", remedy="start it"), 4),
        (Transient("lost"), 4),
        (Busy("ann, process 7 on host"), 5),
        (Drift("T.C is missing"), 6),
        (Defect("the books do not balance"), 70),
        (ValueError(PERSON), 70),
        (KeyboardInterrupt(), 130),
    ],
)
def test_an_error_has_its_exit_code_and_no_traceback(folder, monkeypatch, failing, error, code):
    monkeypatch.chdir(folder)
    failing(error)
    result = run("status")
    assert result.exit_code == code
    assert "Traceback" not in result.stderr
    assert result.stdout == ""
    assert PERSON not in result.output


def test_a_message_says_what_why_and_the_way_out(failing):
    failing(Unreachable("the server is gone", why="no route", remedy="start it"))
    assert run("status").stderr == "error: the server is gone\n  why: no route\n  way out: start it\n"


def test_with_json_an_error_is_one_document(failing):
    failing(InvalidInput([Mistake("b.yaml", 2, "two"), Mistake("a.yaml", 1, "one", "else")]))
    result = run("status", "--json")
    told = json.loads(result.stdout)
    assert told["exit"] == result.exit_code == 2
    assert told["error"]["mistakes"][0] == {"file": "a.yaml", "line": 1, "what": "one", "instead": "else"}


def test_a_defect_leaves_a_report_without_values(folder, monkeypatch, failing):
    monkeypatch.chdir(folder)
    try:
        try:
            raise ValueError(PERSON)
        except ValueError as cause:
            raise RuntimeError(SECRET) from cause
    except RuntimeError as error:
        failing(error)
    result = run("status", "--debug")
    assert result.exit_code == 70
    (report,) = (folder / ".migrate" / "reports").iterdir()
    assert report.name in result.stderr.replace("\n", "")
    told = json.loads(report.read_text())
    assert told["command"] == "status"
    assert any("RuntimeError (its text is withheld" in line for line in told["trace"])
    assert "test_cli_errors.py" in report.read_text()
    for text in (report.read_text(), result.output):
        assert PERSON not in text
        assert SECRET not in text


def test_without_debug_only_the_place_is_told(failing):
    failing(RuntimeError(PERSON))
    assert "RuntimeError in tests/unit/test_cli_errors.py:" in run("status").stderr


def test_a_report_that_cannot_be_written_hides_nothing(folder, monkeypatch, failing):
    monkeypatch.setattr(failure, "_folder", lambda: folder / "migrate.toml" / "reports")
    failing(RuntimeError("x"))
    result = run("status")
    assert result.exit_code == 70
    assert "report:" not in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["run", "--nonsense"],
        ["run", "--workers", "0"],
        ["run", "--workers", "many"],
        ["run", "--mode", "backwards"],
        ["init"],
        ["crosswalk", "client"],
        ["quarantine", "nonsense"],
        ["ledger", "show", "--last", "-1"],
        ["ledger", "verify", "--head", "12"],
        ["demo", "--clients", "0"],
        ["status", "extra"],
        ["--nonsense"],
    ],
)
def test_wrong_use_exits_with_2_and_the_way_to_the_help(folder, arguments):
    result = run(*arguments)
    assert result.exit_code == 2
    assert "way out: migrate" in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize("name", ["status", "plan", "run", "doctor"])
def test_outside_of_a_project_the_way_to_one_is_told(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    result = run(name)
    assert result.exit_code == 2
    assert "run: migrate init DIR" in result.stderr


def test_all_mistakes_of_settings_are_told_with_their_lines(folder):
    (folder / "migrate.toml").write_text('[legacy]\nurl = "sqlite:///x"\nshema = "a"\n[run]\nworkers = "2"\n')
    result = run("plan", "--project", folder)
    assert result.exit_code == 2
    assert "project/migrate.toml:3 unknown key `legacy.shema`; did you mean schema?" in result.stderr
    assert "project/migrate.toml:5 `run.workers` takes a whole number" in result.stderr


URLS = [
    f"mariadb+pyodbc://gcms:{SECRET}@host/db",
    f"postgresql+psycopg://gcms@host/db?sslpassword={SECRET}",
    f"mssql+pyodbc:///?odbc_connect=DRIVER%3DX%3BPWD%3D{SECRET}",
]


@pytest.mark.parametrize("url", URLS)
def test_a_password_in_the_settings_is_refused_and_not_repeated(folder, url):
    (folder / "migrate.toml").write_text(f'[legacy]\nurl = "{url}"\n')
    for extra in ([], ["--json"], ["--debug"]):
        result = run("plan", "--project", folder, *extra)
        assert result.exit_code == 2
        assert SECRET not in result.output
        assert "env:NAME" in result.output


@pytest.mark.parametrize("url", URLS)
def test_a_password_among_the_arguments_is_refused_and_not_repeated(folder, url):
    for arguments in (["sample", "make", url], ["status", url], ["sample", "make", url, "--nonsense"], [url]):
        result = run(*arguments)
        assert result.exit_code == 2
        assert SECRET not in result.output


@pytest.mark.parametrize("url", URLS)
def test_a_database_that_cannot_be_reached_is_told_without_its_password(folder, monkeypatch, url):
    monkeypatch.setenv("GCMS_URL", url.replace("@host/", "@127.0.0.1:9/"))
    result = run("plan", "--project", folder, "--debug")
    assert result.exit_code == 4, result.output
    assert SECRET not in result.output


@pytest.mark.parametrize("url", URLS)
@pytest.mark.parametrize("verb", ["make", "age"])
def test_a_dry_run_tells_where_it_would_write_without_its_password(tmp_path, monkeypatch, verb, url):
    monkeypatch.setenv("ELSEWHERE", url.replace("@host/", "@127.0.0.1:9/"))
    result = run("sample", verb, "env:ELSEWHERE", "--dry-run")
    assert result.exit_code == {"make": 0, "age": 4}[verb], result.output
    assert SECRET not in result.output


def test_an_unknown_entity_is_told_with_those_that_exist(folder):
    result = run("plan", "--project", folder, "--entity", "clientt")
    assert result.exit_code == 2
    assert "there is no mapping for clientt" in result.stderr
    assert "client" in result.stderr


def test_every_command_is_a_module_that_loads():
    for name in COMMANDS:
        assert cli.get_command(click.Context(cli), name) is not None


def test_results_go_to_stdout_and_the_next_step_to_stderr(tmp_path):
    result = run("init", tmp_path / "new")
    assert result.exit_code == 0
    assert "written" in result.stdout
    assert "next:" in result.stderr
    assert "next:" not in result.stdout


def test_transforms_are_listed_without_a_project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = run("transforms", "--json")
    told = json.loads(result.stdout)
    assert result.exit_code == 0
    assert {word["name"] for word in told["steps"]} >= {"trim", "date"}


def test_a_file_that_cannot_be_written_is_no_defect(failing):
    failing(OSError(errno.ENOSPC, "No space left on device", "/reports/evidence.json"))
    result = run("status")
    assert result.exit_code == 4
    assert result.stderr == (
        "error: a file or folder cannot be used: /reports/evidence.json\n"
        "  why: No space left on device\n"
        "  way out: make room on that disk\n"
    )


def test_an_error_of_the_system_that_concerns_no_file_stays_a_defect(failing):
    failing(OSError(errno.EBADF, "Bad file descriptor"))
    assert run("status").exit_code == 70


def test_what_passes_by_itself_has_a_way_out_too(failing):
    failing(Transient("could not connect: the connection was lost"))
    result = run("status", "--json")
    assert "\n  way out: see that the server runs" in result.stderr
    assert json.loads(result.stdout)["error"]["remedy"].startswith("see that the server runs")


@pytest.mark.parametrize("noun", [(), ("mapping",), ("quarantine",)])
def test_a_noun_without_a_verb_shows_its_help_once(noun):
    result = run(*noun)
    assert result.exit_code == 2
    assert result.stderr.startswith("Usage: ")
    assert result.stderr.count("Usage: ") == 1


def test_a_word_that_no_mapping_may_use_is_told_with_its_neighbour():
    result = run("transforms", "dat_of_birth_x")
    assert result.exit_code == 2
    assert "no step, rule or judge has 'dat_of_birth_x' in its name" in result.stderr


def test_the_next_command_can_be_typed_as_it_stands(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "--project 'a b'" in run("init", "a b").stderr


def test_letters_that_a_terminal_lacks_end_no_command(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    environment = {"PYTHONIOENCODING": "ascii", "PATH": os.environ["PATH"]}
    command = [sys.executable, "-m", "migrate", "init", "Zoé", "--json", "--dry-run"]
    done = subprocess.run(
        command, env=environment | {"PYTHONPATH": str(ROOT)}, capture_output=True, check=True
    )
    assert json.loads(done.stdout)["project"].endswith("Zoé")
    assert done.stdout.isascii()
