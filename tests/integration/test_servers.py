"""The databases that tests get: real servers, real drivers, fresh and empty, gone afterwards."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

from tests.databases import SERVERS, Databases, Kind, NewDatabase
from tests.servers import ROOT

TEXTS = [
    "plain",
    "Zoë Łukasz",
    "Nguyễn Thị Ánh",
    "王小明",
    "𠮷野家",
    "😀",
    "محمد",
    "back\\slash 'quote\" %s ?",
    "",
]


@pytest.mark.parametrize("kind", ["postgres", "mariadb", "sqlite"])
def test_text_of_any_script_comes_back_as_it_was(kind: Kind, new_database: NewDatabase) -> None:
    engine = create_engine(new_database(kind), hide_parameters=True)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (id INT PRIMARY KEY, value VARCHAR(100))"))
        rows = [{"id": number, "value": value} for number, value in enumerate(TEXTS)]
        connection.execute(text("INSERT INTO t VALUES (:id, :value)"), rows)
    with engine.connect() as connection:
        assert list(connection.scalars(text("SELECT value FROM t ORDER BY id"))) == TEXTS
    engine.dispose()


@pytest.mark.parametrize("kind", ["postgres", "mariadb", "sqlite"])
def test_every_database_is_fresh_and_its_own(kind: Kind, new_database: NewDatabase) -> None:
    first, second = create_engine(new_database(kind)), create_engine(new_database(kind))
    with first.begin() as connection:
        connection.execute(text("CREATE TABLE only_here (id INT)"))
    assert inspect(first).get_table_names() == ["only_here"]
    assert inspect(second).get_table_names() == []
    first.dispose()
    second.dispose()


@pytest.mark.parametrize("kind", ["postgres", "mariadb"])
def test_databases_go_away_under_open_transactions(
    kind: Kind, new_database: NewDatabase, request: pytest.FixtureRequest
) -> None:
    new_database(kind)  # asks for the components, and starts the server
    databases = Databases(request.config.stash[SERVERS], Path())
    url = databases.new(kind)
    engine = create_engine(url)
    connection = engine.connect()
    connection.execute(text("CREATE TABLE t (id INT)"))
    connection.execute(text("INSERT INTO t VALUES (1)"))

    databases.drop()

    connection.invalidate()
    with pytest.raises(Exception, match=r"(?i)unknown database|does not exist"), engine.connect():
        pass
    engine.dispose()


def test_mariadb_is_reached_over_odbc(mariadb_url: str) -> None:
    engine = create_engine(mariadb_url)
    with engine.connect() as connection:
        assert connection.connection.driver_connection.__class__.__module__ == "pyodbc"
        assert connection.scalar(text("SELECT @@character_set_database")) == "utf8mb4"
    engine.dispose()


def test_only_the_durable_postgres_waits_for_the_disk(new_database: NewDatabase) -> None:
    def fsync(url: str) -> str:
        engine = create_engine(url)
        with engine.connect() as connection:
            value = str(connection.scalar(text("SHOW fsync")))
        engine.dispose()
        return value

    assert fsync(new_database("postgres")) == "off"
    assert fsync(new_database("postgres", durable=True)) == "on"


RUN_THAT_STARTS_SERVERS = """
import sys, time
from tests.servers import server, servers
with servers() as folder:
    for kind in sys.argv[1:]:
        server(folder, kind)
    print(folder, flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("kind", ["postgres", "mariadb"])
def test_a_run_that_is_killed_leaves_no_server_behind(kind: Kind, new_database: NewDatabase) -> None:
    new_database(kind)  # asks for the components
    command = [sys.executable, "-c", RUN_THAT_STARTS_SERVERS, kind]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        folder = Path(run.stdout.readline().strip())
        assert (folder / kind).is_dir()
        os.kill(run.pid, signal.SIGKILL)
    deadline = time.monotonic() + 30
    while folder.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not folder.exists()
