"""A source out of reach is told once, soon, with the way out and without a secret; a lost one is transient."""

import time
import traceback
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import quote_plus

import pytest
import sqlalchemy as sa

from migrate.errors import Drift, InvalidInput, MigrateError, Transient, Unreachable
from migrate.extract import connect
from migrate.extract.sql import SqlSource
from migrate.model import KeyRange
from tests.databases import Kind

CANARY = "canary-S3cret;{}'\"=%25"
PLAIN = pytest.mark.parametrize("plain", [False, True])


def odbc(url: str, **changes: str) -> str:
    """A MariaDB URL with other parts in its connection string; '' leaves a part out."""
    string = sa.make_url(url).query["odbc_connect"]
    assert isinstance(string, str)
    parts = dict(part.split("=", 1) for part in string.split(";")) | changes
    return "mariadb+pyodbc:///?odbc_connect=" + quote_plus(
        ";".join(f"{k}={v}" for k, v in parts.items() if v)
    )


def read(url: str, **options: object) -> int:
    """Connect, read and close; how many rows there are."""
    with ExitStack() as stack:
        source = connect(url, **options)  # type: ignore[arg-type]  # options of connect
        stack.callback(source.close)
        reader = stack.enter_context(source.snapshot())
        return int(reader.rows("ITEM", ["ID"], "ID", KeyRange()).num_rows)


def refused(url: str, **options: object) -> MigrateError:
    """The error of connecting, reading and closing; checks what holds for all of them."""
    began = time.monotonic()
    with pytest.raises(MigrateError) as caught:
        read(url, **options)
    assert time.monotonic() - began < 30
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert "canary" not in shown
    return caught.value


@pytest.fixture
def postgres(postgres_url: str) -> str:
    engine = sa.create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE item (id INTEGER)")
        connection.exec_driver_sql("INSERT INTO item VALUES (1)")
    engine.dispose()
    return postgres_url


@pytest.fixture
def mariadb(mariadb_url: str) -> str:
    engine = sa.create_engine(mariadb_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE item (id INTEGER)")
        connection.exec_driver_sql("INSERT INTO item VALUES (1)")
    engine.dispose()
    return mariadb_url


@PLAIN
def test_a_wrong_password_of_mariadb_is_told_with_the_user(mariadb: str, plain: bool) -> None:
    error = refused(odbc(mariadb, PWD="{canary-S3cret}"), plain=plain)
    assert isinstance(error, Unreachable)
    assert "as legacy" in error.what
    assert "password" in error.why
    assert "password" in error.remedy


def test_a_wrong_password_is_asked_for_once(mariadb: str) -> None:
    with sa.create_engine(mariadb).connect() as connection:
        query = "SHOW GLOBAL STATUS LIKE 'Access_denied_errors'"
        before = int(connection.exec_driver_sql(query).one()[1])
        refused(odbc(mariadb, PWD="canary"))
        assert int(connection.exec_driver_sql(query).one()[1]) == before + 1


def test_an_unknown_user_of_postgres_is_told(postgres: str) -> None:
    url = sa.make_url(postgres).set(username="nobody", password=CANARY)
    error = refused(url.render_as_string(hide_password=False))
    assert isinstance(error, Unreachable)
    assert "as nobody" in error.what


def test_a_password_in_the_query_part_is_not_shown(postgres: str) -> None:
    url = (
        sa.make_url(postgres)
        .update_query_dict({"password": CANARY, "sslpassword": CANARY})
        .set(username="nobody")
    )
    refused(url.render_as_string(hide_password=False))


@pytest.mark.parametrize("kind", ["postgres", "mariadb"])
def test_an_unknown_database_is_told(kind: Kind, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue(kind)
    if kind == "mariadb":
        error = refused(odbc(url, DATABASE="nowhere"))
    else:
        error = refused(sa.make_url(url).set(database="nowhere").render_as_string(hide_password=False))
    assert isinstance(error, Unreachable)
    assert "no such database" in error.why
    assert "nowhere" in error.what


def test_a_missing_file_is_told_and_not_made(sqlite_url: str) -> None:
    error = refused(sqlite_url)
    assert isinstance(error, Unreachable)
    assert "no such database" in error.why
    assert not Path(sa.make_url(sqlite_url).database or "").exists()


def test_an_unknown_host_of_postgres_is_told() -> None:
    error = refused("postgresql+psycopg://legacy:canary@no-such-host.invalid/gcms")
    assert isinstance(error, Unreachable)
    assert "no host of that name" in error.why


def test_an_unknown_host_of_mariadb_is_told(mariadb: str) -> None:
    error = refused(odbc(mariadb, SERVER="no-such-host.invalid", PORT="9", SOCKET="", PWD="canary"))
    assert isinstance(error, Unreachable)
    assert "no host of that name" in error.why


def test_a_port_of_postgres_where_nobody_listens_is_worth_another_try() -> None:
    error = refused("postgresql+psycopg://legacy:canary@127.0.0.1:9/gcms")
    assert isinstance(error, Transient)
    assert "no server answers" in str(error)


def test_a_port_of_mariadb_where_nobody_listens_is_worth_another_try(mariadb: str) -> None:
    error = refused(odbc(mariadb, SERVER="127.0.0.1", PORT="9", SOCKET="", PWD="canary"))
    assert isinstance(error, Transient)
    assert "no server answers" in str(error)


def test_a_missing_odbc_driver_names_the_package(mariadb: str) -> None:
    error = refused(odbc(mariadb, DRIVER="{No Such Driver}", PWD="canary"))
    assert isinstance(error, Unreachable)
    assert "odbc-mariadb" in error.remedy


def test_a_missing_python_driver_is_named() -> None:
    error = refused("mariadb+mariadbconnector://legacy:canary@localhost/gcms")
    assert isinstance(error, Unreachable)
    assert "pip install mariadb" in error.remedy


@pytest.mark.parametrize("kind", ["postgres", "mariadb"])
@PLAIN
def test_a_missing_right_names_the_role_and_what_to_ask_for(
    kind: Kind, plain: bool, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue(kind)
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        if kind == "postgres":
            name = f"reader_{sa.make_url(url).database}"
            connection.exec_driver_sql(f"CREATE ROLE {name}")
            limited = sa.make_url(url).update_query_dict({"options": f"-c role={name}"})
            error = refused(limited.render_as_string(hide_password=False), plain=plain)
            connection.exec_driver_sql(f"DROP ROLE {name}")
            name = "postgres"
        else:
            name = "no_select"
            connection.exec_driver_sql(f"CREATE OR REPLACE USER {name}@localhost IDENTIFIED BY 'canary'")
            error = refused(odbc(url, UID=name, PWD="canary"), plain=plain)
            connection.exec_driver_sql(f"DROP USER {name}@localhost")
    engine.dispose()
    assert isinstance(error, Unreachable)
    assert f"as {name}" in error.what
    assert "SELECT" in error.remedy


@PLAIN
def test_a_connection_that_postgres_ends_is_transient(postgres: str, plain: bool) -> None:
    engine = sa.create_engine(postgres, isolation_level="AUTOCOMMIT")
    source = connect(postgres, plain=plain)
    with source.snapshot() as reader, engine.connect() as killer:
        killer.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'case-migrate' AND datname = current_database()"
        )
        with pytest.raises(Transient):
            reader.rows("ITEM", ["ID"], "ID", KeyRange())
    with source.snapshot() as reader:
        assert reader.rows("ITEM", ["ID"], "ID", KeyRange()).num_rows == 1
    source.close()
    engine.dispose()


@PLAIN
def test_a_connection_that_mariadb_ends_is_transient(mariadb: str, plain: bool) -> None:
    engine = sa.create_engine(mariadb, isolation_level="AUTOCOMMIT")
    source = connect(mariadb, plain=plain)
    with source.snapshot() as reader, engine.connect() as killer:
        for (number,) in killer.exec_driver_sql(
            "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()"
        ).all():
            killer.exec_driver_sql(f"KILL {number}")
        with pytest.raises(Transient):
            reader.rows("ITEM", ["ID"], "ID", KeyRange())
    with source.snapshot() as reader:
        assert reader.rows("ITEM", ["ID"], "ID", KeyRange()).num_rows == 1
    source.close()
    engine.dispose()


def test_sessions_of_postgres_say_who_they_are(postgres: str) -> None:
    source = connect(postgres)
    assert isinstance(source, SqlSource)
    with source.engine.connect() as connection:
        assert connection.exec_driver_sql("SHOW application_name").scalar_one() == "case-migrate"
    source.close()


def test_a_url_of_an_unknown_database_lists_the_known_ones() -> None:
    error = refused("db2://legacy:canary@localhost/gcms")
    assert isinstance(error, Unreachable)
    assert "oracle" in error.remedy


@pytest.mark.parametrize("url", ["canary", "sqlite:///:memory:", "sqlite://", "://canary@"])
def test_what_is_no_address_of_a_source_is_invalid_input(url: str) -> None:
    assert isinstance(refused(url), InvalidInput)


def test_a_missing_table_is_drift(postgres: str) -> None:
    source = connect(postgres)
    with pytest.raises(Drift, match="NOWHERE"):
        source.count("NOWHERE")
    source.close()


def test_a_role_that_may_write_is_a_warning(postgres: str) -> None:
    source = connect(postgres)
    [rights] = [point for point in source.check() if point.name == "rights"]
    assert rights.state == "warning"
    assert "SELECT" in rights.remedy
    source.close()
