"""The project folder: where it is found, how secrets are read, what is composed of it."""

import subprocess
import sys

import pytest

from migrate.errors import InvalidInput, Refused
from migrate.project import Project
from migrate.project.starting import start

URL = "postgresql+psycopg://me:hunter2@host/db?sslpassword=hunter3"


@pytest.fixture
def folder(tmp_path):
    list(start(tmp_path / "project"))
    return tmp_path / "project"


def refused(action) -> str:
    with pytest.raises(InvalidInput) as caught:
        action()
    assert "hunter" not in str(caught.value)
    return str(caught.value)


def test_a_project_is_found_from_any_folder_below_it(folder, monkeypatch):
    (folder / "a" / "b").mkdir(parents=True)
    monkeypatch.chdir(folder / "a" / "b")
    assert Project.find().folder == folder


def test_a_named_folder_is_not_searched_upwards(folder):
    (folder / "a").mkdir()
    assert "migrate init DIR" in refused(lambda: Project.find(folder / "a"))


def test_outside_of_any_project_the_way_to_make_one_is_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "migrate init DIR" in refused(Project.find)


def test_the_environment_gives_a_url(folder, monkeypatch):
    monkeypatch.setenv("GCMS_URL", URL)
    project = Project.find(folder)
    assert project.legacy_url().password == "hunter2"
    assert "hunter2" not in f"{project.legacy_url()} {project!r}"


def test_a_variable_that_is_not_set_is_told_with_file_and_line(folder, monkeypatch):
    monkeypatch.delenv("GCMS_URL", raising=False)
    told = refused(Project.find(folder).legacy_url)
    assert "migrate.toml:8 `legacy.url`: environment variable GCMS_URL is not set" in told
    assert "export GCMS_URL" in told


def test_a_variable_with_something_else_is_told_without_its_value(folder, monkeypatch):
    monkeypatch.setenv("GCMS_URL", "hunter2")
    assert "env:GCMS_URL holds is no database URL" in refused(Project.find(folder).legacy_url)


def with_url(folder, reference: str) -> Project:
    (folder / "migrate.toml").write_text(f'[legacy]\nurl = "{reference}"\n')
    return Project.find(folder)


def test_a_file_gives_a_url_if_only_its_owner_may_read_it(folder):
    (folder / "gcms.secret").write_text(URL + "\n")
    project = with_url(folder, "file:gcms.secret")
    (folder / "gcms.secret").chmod(0o640)
    assert "chmod 0600" in refused(project.legacy_url)
    (folder / "gcms.secret").chmod(0o600)
    assert project.legacy_url().password == "hunter2"


@pytest.mark.parametrize("content", ["", "a\nhunter2\n"])
def test_a_file_that_does_not_hold_one_line_is_refused(folder, content):
    (folder / "gcms.secret").write_text(content)
    (folder / "gcms.secret").chmod(0o600)
    assert "does not hold one line" in refused(with_url(folder, "file:gcms.secret").legacy_url)


def test_a_missing_file_is_told(folder):
    assert "cannot be read: No such file" in refused(with_url(folder, "file:none").legacy_url)


def test_a_prefect_block_is_read_by_the_reader_that_was_brought(folder):
    with_url(folder, "prefect-block:gcms")
    project = Project.find(folder, {"prefect-block": {"gcms": URL}.__getitem__})
    assert project.legacy_url().password == "hunter2"
    assert "prefect-block:gcms cannot be read here" in refused(Project.find(folder).legacy_url)

    def missing(name: str) -> str:
        raise LookupError(f"create it: {name}")

    assert "create it: gcms" in refused(Project.find(folder, {"prefect-block": missing}).legacy_url)


def test_a_relative_sqlite_file_lies_in_the_project(folder):
    assert with_url(folder, "sqlite:///legacy.db").legacy_url().database == str(folder / "legacy.db")


def test_the_shipped_mappings_are_the_default_and_a_path_is_relative_to_the_project(folder):
    assert Project.find(folder).mappings_folder.name == "gcms"
    (folder / "migrate.toml").write_text('[legacy]\nurl = "env:X"\n[mappings]\npath = "mine"\n')
    assert Project.find(folder).mappings_folder == folder / "mine"


def test_starting_again_keeps_what_is_there(folder):
    (folder / "migrate.toml").write_text("# mine\n")
    assert dict(start(folder)) == {"migrate.toml": False, ".gitignore": False}
    assert (folder / "migrate.toml").read_text() == "# mine\n"


def test_a_copy_of_the_mappings_is_refused_where_it_would_not_be_used(folder):
    with pytest.raises(Refused, match="uses other mappings"):
        list(start(folder, mappings=True))
    assert not (folder / "mappings").exists()


def test_a_dry_start_writes_nothing(tmp_path):
    assert dict(start(tmp_path / "new", dry_run=True))["migrate.toml"]
    assert not (tmp_path / "new").exists()


def test_reading_settings_imports_nothing_heavy(folder):
    code = (
        "import sys; from pathlib import Path; from migrate.project import Project; Project.find(Path(sys.argv[1]));"
        "print(*{'pandas', 'pyarrow', 'sqlalchemy', 'prefect', 'numpy'} & set(sys.modules))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == ""
