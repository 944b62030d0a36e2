"""What the benchmark shows its rivals, and how it counts what they did; over real databases."""

import sys
from typing import get_args

import pytest
from sqlalchemy import create_engine, inspect, text

from bench.places import Place, narrow, port
from bench.rivals import Rival, copied, rivals
from bench.yardstick import Columns
from tests.databases import Kind

COLUMNS: Columns = {"S_ONE": ("NAME", "ROW_ID")}


def filled(url: str) -> str:
    """Two tables of three rows, one with an index and a column too many."""
    engine = create_engine(url)
    quote = engine.dialect.identifier_preparer.quote
    one, two, row_id, name = map(quote, ("S_ONE", "S_TWO", "ROW_ID", "NAME"))
    with engine.begin() as connection:
        for table in (one, two):
            connection.execute(
                text(f"CREATE TABLE {table} ({row_id} VARCHAR(15), X INT, {name} VARCHAR(50))")
            )
            connection.execute(
                text(f"INSERT INTO {table} VALUES ('1', 1, 'é'), ('2', 2, NULL), ('3', 3, '')")
            )
        connection.execute(text(f"CREATE UNIQUE INDEX {quote('S_ONE_P1')} ON {one} ({row_id})"))
    engine.dispose()
    return url


@pytest.mark.parametrize("kind", get_args(Kind))
def test_a_narrow_source_holds_the_rows_of_the_columns_and_nothing_else(new_database, kind):
    engine = create_engine(filled(new_database(kind)))
    narrow(engine.url.render_as_string(hide_password=False), COLUMNS)
    quote = engine.dialect.identifier_preparer.quote
    with engine.connect() as connection:
        seen = inspect(connection)
        rows = connection.execute(
            text(f"SELECT {quote('ROW_ID')}, {quote('NAME')} FROM {quote('S_ONE')} ORDER BY 1")
        )
        assert list(map(tuple, rows)) == [("1", "é"), ("2", None), ("3", "")]
        assert seen.get_table_names() == ["S_ONE"]
        assert {column["name"] for column in seen.get_columns("S_ONE")} == {"ROW_ID", "NAME"}
        assert seen.get_indexes("S_ONE") == []
    engine.dispose()


def test_a_port_leads_to_a_server_that_has_only_a_socket(new_database):
    place = Place.of(filled(new_database("postgres")))
    url = f"postgresql+psycopg://{place.user}@127.0.0.1:{port(f'{place.socket}/.s.PGSQL.5432')}/{place.name}"
    engine = create_engine(url)
    with engine.connect() as connection:
        assert connection.execute(text('SELECT count(*) FROM "S_TWO"')).scalar() == 3
    engine.dispose()


@pytest.fixture
def copy(new_database):
    """What is reported of a rival: the command that says its version, and Python code that copies."""

    def run(*hello: str, code: str = ""):
        rival = Rival("somebody", ("sqlite",), hello, lambda *_: ([sys.executable, "-c", code], {}))
        return copied(rival, new_database("sqlite"), filled(new_database("postgres")), COLUMNS, 4)

    return run


def test_a_rival_that_is_not_on_the_machine_is_reported_as_missing(copy):
    assert copy("no-such-program", "--version").failure == "missing on this machine"


def test_a_rival_that_cannot_even_start_is_reported_as_missing(copy):
    assert copy(sys.executable, "-c", "import no_such_1.5").failure == "missing on this machine"


def test_a_rival_that_copies_fewer_rows_than_there_are_is_reported(copy):
    assert copy(sys.executable, "--version").failure == "3 of 4 rows arrived"


def test_a_rival_that_fails_is_reported_with_its_exit_code(copy):
    assert copy(sys.executable, "--version", code="raise SystemExit(7)").failure == "ended with code 7"


@pytest.mark.parametrize("rival", rivals(), ids=lambda rival: rival.name)
def test_no_rival_is_given_a_password_as_an_argument(new_database, tmp_path, rival):
    source, target = Place.of(new_database("mariadb")), Place.of(new_database("postgres"))
    command, told = rival.order(source, target, tmp_path)
    assert source.password not in " ".join(command)
    files = " ".join(path.read_text() for path in tmp_path.iterdir())
    assert source.password in files + " ".join(told.values())
