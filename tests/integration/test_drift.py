"""Every kind of drift on both sides, from each real database through the command line: nothing is written before it is
told; what is harmless is told once.

A case is a change of the script that makes the legacy database. The schema that was accepted is that of the unchanged
script; a test's own database has the changed one.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from sqlalchemy import make_url

from migrate.cli.root import cli
from migrate.postgres import Connection, connect
from migrate.project import Project
from tests.databases import NewDatabase
from tests.small_project import OFFICE, small_project

KINDS = ("postgres", "mariadb", "sqlite")
WORDS = {
    "postgres": {"{when}": "TIMESTAMP", "{bytes}": "BYTEA", "{other}": 'COLLATE "ucs_basic"'},
    "mariadb": {"{when}": "DATETIME(6)", "{bytes}": "BLOB", "{other}": "COLLATE utf8mb4_bin"},
    "sqlite": {"{when}": "DATETIME", "{bytes}": "BLOB", "{other}": ""},
}
KEY = "ROW_ID VARCHAR(15) NOT NULL PRIMARY KEY, NAME"
BU = f"""\
CREATE TABLE S_BU ({KEY} VARCHAR(60), PAR_BU_ID VARCHAR(15), CREATED {{when}} NOT NULL, CREATED_BY VARCHAR(15),
  LAST_UPD {{when}} NOT NULL, LAST_UPD_BY VARCHAR(15), CONFLICT_ID VARCHAR(15));
"""
SCRIPT = f"""\
CREATE TABLE S_USER (ROW_ID VARCHAR(15) NOT NULL PRIMARY KEY, LOGIN VARCHAR(50), CREATED {{when}} NOT NULL);
CREATE TABLE S_IDLE (ROW_ID VARCHAR(15));
{BU}"""
ROWS = """\
INSERT INTO S_USER (ROW_ID, LOGIN, CREATED) VALUES ('0-1', 'ann', '2019-01-01 08:00:00');
INSERT INTO S_BU (ROW_ID, CREATED, CREATED_BY, LAST_UPD, LAST_UPD_BY, NAME)
  VALUES ('0-A', '2019-01-01 08:00:00', '0-1', '2019-01-01 08:00:00', '0-1', 'Canada');
"""


def legacy(url: str, kind: str, old: str = "", new: str = "", *, rows: str = ROWS) -> str:
    """Make a legacy database by the script with one passage changed; its URL."""
    assert old in SCRIPT
    script = (SCRIPT.replace(old, new) if old else SCRIPT) + rows
    for word, meant in WORDS[kind].items():
        script = script.replace(word, meant)
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        for statement in filter(None, map(str.strip, script.split(";"))):
            connection.exec_driver_sql(statement)
    engine.dispose()
    return url


@dataclass(frozen=True)
class World:
    """A project that was loaded once, and what was accepted then."""

    folder: Path
    platform: str
    kind: str

    def point_at(self, url: str) -> None:
        (self.folder / "legacy.secret").touch(mode=0o600)
        (self.folder / "legacy.secret").write_text(url)

    def run(self, *arguments: str) -> Result:
        call = [*arguments, "--project", str(self.folder)]
        return CliRunner().invoke(cli, call, prog_name="migrate")

    def document(self, *arguments: str) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.run(*arguments, "--json").stdout)
        return told

    def connect(self) -> Connection:
        return connect(self.platform, "a test", autocommit=True)

    def ask(self, *statements: str) -> list[Any]:
        with self.connect() as connection:
            connection.execute("SET search_path = case_platform")
            rows = [connection.execute(statement) for statement in statements][-1]
            return rows.fetchall() if rows.description else []

    def content(self) -> dict[str, list[Any]]:
        """Every row of the state and of the platform's tables, with the transaction that wrote it."""
        names = self.ask(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
            " WHERE schemaname = 'migration' OR tablename IN ('office', 'user_account', 'quality_mark')"
        )
        return {name: sorted(self.ask(f"SELECT t::text, xmin::text FROM {name} AS t")) for (name,) in names}


@pytest.fixture(scope="module")
def worlds(
    new_module_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], World]:
    """The world of each kind of legacy database, made when first asked for."""
    made: dict[str, World] = {}

    def world(kind: Any) -> World:
        if kind not in made:
            platform = new_module_database("postgres")
            folder = small_project(tmp_path_factory.mktemp(kind), platform=platform)
            settings = (folder / "migrate.toml").read_text()
            (folder / "migrate.toml").write_text(
                settings.replace("sqlite:///legacy.db", "file:legacy.secret")
            )
            for name, text in {"user": USER, "office": OFFICE}.items():
                (folder / "mappings" / f"{name}.yaml").write_text(text)
            made[kind] = World(folder, platform, kind)
            made[kind].point_at(legacy(new_module_database(kind), kind))
            assert made[kind].run("platform", "upgrade").exit_code == 0
            first = made[kind].run("run")
            assert first.exit_code == 0, first.output
            made[kind].ask("CREATE TABLE public.kept AS SELECT * FROM migration.schema_record")
        return made[kind]

    return world


USER = """\
entity: user
root: {table: S_USER}
tables:
  user_account:
    from: S_USER
    fields:
      login:         LOGIN
      status_code:   {value: ACTIVE}
      external_key:  {from: ROW_ID, class: A}
      recorded_at:   {from: CREATED, do: [instant]}
"""


@pytest.fixture
def world(request: pytest.FixtureRequest, worlds: Callable[[str], World]) -> Iterator[World]:
    """The world of the kind that the test names; what is accepted is what it was at first."""
    found = worlds(getattr(request, "param", "postgres"))
    yield found
    found.ask(
        "TRUNCATE migration.schema_record", "INSERT INTO migration.schema_record SELECT * FROM public.kept"
    )


def refused(world: World, *told: str, code: int = 6) -> None:
    """A run ends before it writes anything, and says what, from what, to what."""
    before = world.content()
    result = world.run("run")
    assert result.exit_code == code, result.output
    for text in told:
        assert text in result.stderr
    assert world.content() == before


# --- the source: what stops a run

GRAVE = {
    "table missing": (BU, "", ("legacy S_BU: was a table with 8 columns, is missing", "read by")),
    "table renamed": (
        "TABLE S_BU (",
        "TABLE S_ORG (",
        ("the new table S_ORG has the same columns: renamed?",),
    ),
    "view instead of a table": (
        BU,
        BU.replace("S_BU (", "S_BASE (") + "CREATE VIEW S_BU AS SELECT * FROM S_BASE;",
        ("legacy S_BU: was a table, is a view",),
    ),
    "column missing": (
        " VARCHAR(60), PAR_BU_ID",
        " VARCHAR(60), X_PAR_BU_ID INTEGER, Y",
        ("legacy S_BU.PAR_BU_ID: was VARCHAR(15)", "is missing", "read by"),
    ),
    "column renamed": (
        "PRIMARY KEY, NAME",
        "PRIMARY KEY, TITLE",
        ("legacy S_BU.NAME: was VARCHAR(60)", "the new column TITLE looks the same: renamed?"),
    ),
    "text became a number": (
        "NAME VARCHAR(60)",
        "NAME INTEGER",
        ("legacy S_BU.NAME: was VARCHAR(60)", "(text), is INTEGER", "(number)"),
    ),
    "a date became text": (
        "LAST_UPD {when}",
        "LAST_UPD VARCHAR(30)",
        ("legacy S_BU.LAST_UPD: was", "(date), is VARCHAR(30)"),
    ),
    "text became bytes": (
        "NAME VARCHAR(60)",
        "NAME {bytes}",
        ("legacy S_BU.NAME: was VARCHAR(60)", "(bytes)"),
    ),
    "key may be null": (
        KEY,
        "ROW_ID VARCHAR(15) UNIQUE, NAME",
        ("legacy S_BU.ROW_ID: was NOT NULL, is NULL",),
    ),
    "key no longer unique": (
        KEY,
        "ROW_ID VARCHAR(15) NOT NULL, NAME",
        ("legacy S_BU.ROW_ID: was unique, is not unique",),
    ),
    "key ordered otherwise": (
        KEY,
        KEY.replace("(15)", "(15) {other}"),
        ("legacy S_BU.ROW_ID: was in the order", "ranges of this order"),
    ),
    "pointer ordered otherwise": (
        "TABLE S_USER (ROW_ID VARCHAR(15)",
        "TABLE S_USER (ROW_ID VARCHAR(15) {other}",
        ("legacy S_USER.ROW_ID: was in the order",),
    ),
}


@pytest.mark.parametrize(
    ("world", "case"),
    [
        (kind, case)
        for kind in KINDS
        for case in GRAVE
        if kind != "sqlite" or "ordered" not in case  # it has no order of its own for a column
    ],
    indirect=["world"],
)
def test_what_the_mappings_cannot_rely_on_any_more_stops_a_run(world, case, new_database):
    old, new, told = GRAVE[case]
    world.point_at(legacy(new_database(world.kind), world.kind, old, new, rows=""))
    refused(world, *told)
    check = world.run("schema", "check")
    assert check.exit_code == 6
    assert "review" in check.stdout or "broken" in check.stdout
    assert world.run("plan").exit_code == 6


@pytest.mark.parametrize("world", ["postgres", "mariadb"], indirect=True)
def test_a_setting_of_the_server_that_gives_values_another_meaning_stops_a_run(world, new_database):
    url = legacy(new_database(world.kind), world.kind)
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        if world.kind == "postgres":
            name, told = make_url(url).database, "legacy server, time zone: was"
            connection.exec_driver_sql(f"ALTER DATABASE {name} SET TimeZone = 'America/Toronto'")
        else:
            name, told = connection.exec_driver_sql("SELECT DATABASE()").scalar_one(), "is latin1"
            connection.exec_driver_sql(f"ALTER DATABASE {name} CHARACTER SET latin1")
    engine.dispose()
    world.point_at(url)
    refused(world, told)


def test_a_right_that_was_taken_away_is_told_with_table_and_role(world, new_database):
    url = legacy(new_database("postgres"), "postgres")
    role = f"reader_{make_url(url).database}"
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {role}; GRANT SELECT ON s_user TO {role}")
        limited = make_url(url).update_query_dict({"options": f"-c role={role}"})
        world.point_at(limited.render_as_string(hide_password=False))
        try:
            refused(world, "could not read s_bu: postgresql database", "the role may not do this", code=4)
        finally:
            connection.exec_driver_sql(f"DROP OWNED BY {role}; DROP ROLE {role}")
    engine.dispose()


# --- the source: what is told, once

HARMLESS = {
    "a new column": (
        "CONFLICT_ID VARCHAR(15)",
        "CONFLICT_ID VARCHAR(15), X_NEW VARCHAR(10)",
        ("legacy S_BU.X_NEW: was not there, is VARCHAR(10)", "migrate mapping coverage"),
    ),
    "a new table": (
        "TABLE S_IDLE (",
        "TABLE S_OTHER (X VARCHAR(1)); CREATE TABLE S_IDLE (",
        ("legacy S_OTHER: was not there",),
    ),
    "a table gone that nobody reads": (
        "CREATE TABLE S_IDLE (ROW_ID VARCHAR(15));",
        "",
        ("legacy S_IDLE: was a table or view that no mapping reads, is missing",),
    ),
    "a column gone that nobody reads": (
        ", CONFLICT_ID VARCHAR(15)",
        "",
        ("legacy S_BU.CONFLICT_ID: was VARCHAR(15)", "no mapping reads it"),
    ),
    "a text wider": (
        "NAME VARCHAR(60)",
        "NAME VARCHAR(80)",
        ("legacy S_BU.NAME: was VARCHAR(60)", "is VARCHAR(80)", "; wider"),
    ),
    "a text wider than the platform": (
        "NAME VARCHAR(60)",
        "NAME VARCHAR(300)",
        ("is VARCHAR(300)", "wider than the platform: office.name takes 100"),
    ),
    "a text narrower": ("NAME VARCHAR(60)", "NAME VARCHAR(40)", ("is VARCHAR(40)", "narrower")),
    "not null added": (
        "NAME VARCHAR(60)",
        "NAME VARCHAR(60) NOT NULL",
        ("legacy S_BU.NAME: was NULL, is NOT NULL",),
    ),
    "not null gone": (
        "LAST_UPD {when} NOT NULL",
        "LAST_UPD {when}",
        ("legacy S_BU.LAST_UPD: was NOT NULL, is NULL",),
    ),
    "another kind in a column that nobody reads": (
        "CONFLICT_ID VARCHAR(15)",
        "CONFLICT_ID INTEGER",
        ("legacy S_BU.CONFLICT_ID: was VARCHAR(15)", "(number)"),
    ),
}


@pytest.mark.parametrize(
    ("world", "case"), [(kind, case) for kind in KINDS for case in HARMLESS], indirect=["world"]
)
def test_what_is_harmless_is_told_once_and_expected_from_then_on(world, case, new_database):
    old, new, told = HARMLESS[case]
    world.point_at(legacy(new_database(world.kind), world.kind, old, new))
    result = world.run("run")
    assert result.exit_code == 0, result.output
    for text in told:
        assert text in result.stderr
    entry = [line for line in world.document("ledger", "show")["entries"] if line["kind"] == "schema"][-1]
    assert told[0] in "\n".join(entry["batch"]["differences"])
    again = world.run("run")
    assert again.exit_code == 0
    assert "schema has changed" not in again.stderr


# --- a person accepts


def test_a_change_that_stops_a_run_goes_on_when_a_person_has_accepted_it(world, new_database):
    world.point_at(legacy(new_database("postgres"), "postgres", KEY, "ROW_ID VARCHAR(15) NOT NULL, NAME"))
    refused(world, "migrate schema accept --reason TEXT")
    before = world.content()
    assert world.run("schema", "accept").exit_code == 2
    assert world.run("schema", "accept", "--dry-run").exit_code == 0
    assert world.content() == before
    assert world.run("schema", "accept", "--reason", "the index is made again tonight").exit_code == 0
    assert world.run("run").exit_code == 0
    entry = [line for line in world.document("ledger", "show")["entries"] if line["kind"] == "schema"][-1]
    assert entry["batch"]["reason"] == "the index is made again tonight"
    assert entry["batch"]["tables"] == ["S_BU"]


def test_what_the_mappings_read_and_nobody_has_cannot_be_accepted(world, new_database):
    world.point_at(
        legacy(new_database("postgres"), "postgres", "PRIMARY KEY, NAME", "PRIMARY KEY, TITLE", rows="")
    )
    before = world.content()
    result = world.run("schema", "accept", "--reason", "it will be all right")
    assert result.exit_code == 6
    assert "S_BU.NAME" in result.stderr
    assert world.content() == before


def test_the_status_tells_when_the_schema_was_accepted(world):
    assert world.document("status")["schema_accepted"]


def test_the_doctor_tells_the_same(world, new_database):
    world.point_at(legacy(new_database("postgres"), "postgres", KEY, "ROW_ID VARCHAR(15) NOT NULL, NAME"))
    points = {point["text"]: point for point in world.document("doctor")["points"]}
    found = next(point for text, point in points.items() if "S_BU.ROW_ID" in text)
    assert (found["state"], found["area"]) == ("failure", "schema")
    assert found["remedy"].endswith("migrate schema accept --reason TEXT")


# --- the platform

BROKEN = {
    "table missing": (
        "ALTER TABLE note RENAME TO remark",
        "ALTER TABLE remark RENAME TO note",
        "platform note: has to be a table, is missing",
    ),
    "column missing": (
        "ALTER TABLE office RENAME name TO title",
        "ALTER TABLE office RENAME title TO name",
        "platform office.name: has to be character varying(100), is missing",
    ),
    "another type": (
        "ALTER TABLE note ALTER body TYPE date USING NULL",
        "ALTER TABLE note ALTER body TYPE text",
        "platform note.body: has to be text, is date",
    ),
    "narrower": (
        "ALTER TABLE office ALTER name TYPE varchar(50)",
        "ALTER TABLE office ALTER name TYPE varchar(100)",
        "platform office.name: has to be character varying(100), is character varying(50)",
    ),
    "not null added": (
        "ALTER TABLE note ALTER body SET NOT NULL",
        "ALTER TABLE note ALTER body DROP NOT NULL",
        "platform note.body: has to be NULL, is NOT NULL",
    ),
    "a column that has to be filled": (
        "ALTER TABLE note ADD extra text NOT NULL",
        "ALTER TABLE note DROP extra",
        "platform note.extra: has to be not there, is text NOT NULL without a default",
    ),
    "constraint missing": (
        "ALTER TABLE note RENAME CONSTRAINT pk_note TO pk_lost",
        "ALTER TABLE note RENAME CONSTRAINT pk_lost TO pk_note",
        "platform note, constraint pk_note: has to be in force, is missing",
    ),
    "code missing": (
        "UPDATE code_storage SET code = 'GONE' WHERE sort_order = 1",
        "UPDATE code_storage SET code = '{code}' WHERE sort_order = 1",
        "platform code_storage, code {code}: has to be a row, is missing",
    ),
}


@pytest.fixture
def same_source(world: World, new_database: NewDatabase) -> World:
    world.point_at(legacy(new_database("postgres"), "postgres"))
    return world


@pytest.mark.parametrize("case", BROKEN)
def test_a_platform_that_is_not_the_programs_own_any_more_is_not_written_to(same_source, case):
    change, back, told = BROKEN[case]
    ((code,),) = same_source.ask("SELECT code FROM code_storage WHERE sort_order = 1")
    same_source.ask(change)
    try:
        refused(same_source, told.format(code=code), "migrate platform upgrade")
        assert same_source.run("schema", "check").exit_code == 6
        assert same_source.run("schema", "accept", "--reason", "no").exit_code == 6
    finally:
        same_source.ask(back.format(code=code))


TOLERATED = {
    "wider": (
        "ALTER TABLE office ALTER name TYPE text",
        "ALTER TABLE office ALTER name TYPE varchar(100)",
        "platform office.name: has to be character varying(100), is text; wider",
    ),
    "not null gone": (
        "ALTER TABLE note ALTER is_private DROP NOT NULL",
        "ALTER TABLE note ALTER is_private SET NOT NULL",
        "platform note.is_private: has to be NOT NULL, is NULL",
    ),
    "a column more": (
        "ALTER TABLE note ADD extra text",
        "ALTER TABLE note DROP extra",
        "platform note.extra: has to be not there, is text",
    ),
}


@pytest.mark.parametrize("case", TOLERATED)
def test_a_platform_that_takes_all_that_the_program_writes_is_told_of_once(same_source, case):
    change, back, told = TOLERATED[case]
    same_source.ask(change)
    try:
        first, second = same_source.run("run"), same_source.run("run")
    finally:
        same_source.ask(back)
    assert (first.exit_code, second.exit_code) == (0, 0), first.output
    assert told in first.stderr
    assert told not in second.stderr


# --- the first run


def test_the_first_run_takes_the_schema_that_it_finds_as_the_expected_one(world):
    ((told,), *_) = world.ask("SELECT batch FROM migration.ledger WHERE kind = 'schema' ORDER BY seq")
    assert told["tables"] == ["S_BU", "S_USER"]
    assert told["differences"] == []


def test_a_date_that_no_mapping_can_make_of_a_number_stops_the_first_run_too(
    tmp_path, postgres_url, new_postgres
):
    folder = small_project(tmp_path, platform=postgres_url)
    settings = (folder / "migrate.toml").read_text()
    (folder / "migrate.toml").write_text(settings.replace("sqlite:///legacy.db", "file:legacy.secret"))
    (folder / "mappings" / "user.yaml").write_text(USER)
    plain = OFFICE.replace("{from: LAST_UPD, do: [instant]}", "LAST_UPD")
    (folder / "mappings" / "office.yaml").write_text(plain)
    made = World(folder, postgres_url, "postgres")
    made.point_at(legacy(new_postgres(), "postgres", "LAST_UPD {when}", "LAST_UPD INTEGER", rows=""))
    Project.find(folder).upgrade()
    refused(made, "legacy S_BU.LAST_UPD: was a date for office.changed_at, is INTEGER")
