"""Before a run the platform is compared with what this program writes: what others changed is told."""

import pytest

from migrate.errors import Drift
from migrate.postgres import connect
from migrate.project import Project
from tests.small_project import small_project


@pytest.fixture
def project(tmp_path, postgres_url):
    return Project.find(small_project(tmp_path, platform=postgres_url))


def change(url: str, statement: str) -> None:
    with connect(url, "a test", autocommit=True) as connection:
        connection.execute(statement)


def refusal(project: Project) -> Drift:
    with pytest.raises(Drift) as caught, project.open_run():
        pass  # pragma: no cover
    return caught.value


def test_a_platform_that_was_never_upgraded_is_told_with_the_command_that_does_it(project):
    told = refusal(project)
    assert told.what == "schema case_platform is at revision none, this program works with 0002"
    assert told.remedy == "run: migrate platform upgrade"


@pytest.mark.parametrize("schema", ["case_platform", "migration"])
def test_a_schema_of_a_newer_program_is_not_written_to(project, postgres_url, schema):
    project.upgrade()
    change(postgres_url, f"UPDATE {schema}.alembic_version SET version_num = '9999'")
    told = refusal(project)
    assert told.what.startswith(f"schema {schema} is at revision 9999, this program works with ")
    assert told.remedy == "install that newer version"


def test_every_table_and_column_that_is_missing_is_named_at_once(project, postgres_url):
    project.upgrade()
    change(postgres_url, "ALTER TABLE case_platform.office RENAME COLUMN name TO title")
    change(postgres_url, "ALTER TABLE case_platform.note RENAME TO remark")
    told = refusal(project)
    assert "office.name: has to be character varying(100), is missing" in told.what
    assert "note: has to be a table, is missing" in told.what
    with connect(postgres_url, "a test") as connection:
        assert connection.execute("SELECT count(*) FROM migration.run").fetchone() == (0,)


def test_options_in_the_platforms_url_are_kept(project, postgres_url):
    joiner = "&" if "?" in postgres_url else "?"
    with connect(
        f"{postgres_url}{joiner}options=-c%20default_transaction_read_only%3Don", "a test"
    ) as connection:
        assert connection.execute("SHOW default_transaction_read_only").fetchone() == ("on",)
        assert connection.execute("SHOW TimeZone").fetchone() == ("UTC",)
