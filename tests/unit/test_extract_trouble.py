"""What drivers say becomes what a person can do, and never what the driver said."""

import pytest
import sqlalchemy as sa

from migrate.errors import Defect, Drift, MigrateError, Transient, Unreachable
from migrate.extract.dialects import DIALECTS
from migrate.extract.engine import odbc_string
from migrate.extract.trouble import Place, explain, explained, odbc_parts, place_of

SECRET = "canary value"


class Error(Exception):
    """A driver's error: all drivers name their base class so."""


def place(kind: str) -> Place:
    dialect = DIALECTS[kind]
    return Place(kind, "host", "gcms", "legacy", dialect.driver, dialect.right, dialect.causes)


@pytest.mark.parametrize(
    ("kind", "error", "expected", "word"),
    [
        ("mssql", Error("28000", f"[28000] Login: {SECRET} (18456) (SQLDriverConnect)"), Unreachable, "password"),
        ("mssql", Error("42000", f"[42000] No {SECRET} (4060) (SQLDriverConnect)"), Unreachable, "no such database"),
        ("mssql", Error("42000", "[42000] Failed (3952) (SQLExecDirectW)"), Unreachable, "snapshot isolation"),
        ("mssql", Error("40001", "[40001] deadlock victim (1205) (SQLExecDirectW)"), Transient, ""),
        ("mssql", Error("42000", "[42000] Lock timeout (1222) (SQLExecDirectW)"), Transient, ""),
        ("mssql", Error("42S02", "[42S02] Invalid object name (208) (SQLExecDirectW)"), Drift, "missing"),
        ("mssql", Error("42000", "[42000] Denied (229) (SQLExecDirectW)"), Unreachable, "may not"),
        ("mssql", Error("State: 08S01, Native error: 10054, Message: gone"), Transient, ""),
        ("mssql", Error("01000", "[01000] Can't open lib 'x' : file not found"), Unreachable, "driver"),
        ("oracle", Error("ORA-01017: invalid username/password; logon denied"), Unreachable, "password"),
        ("oracle", Error("ORA-12514: service is not known"), Unreachable, "no such database"),
        ("oracle", Error("ORA-12541: no listener"), Transient, "no server"),
        ("oracle", Error("ORA-12545: target host does not exist"), Unreachable, "no host"),
        ("oracle", Error("ORA-00942: table or view does not exist"), Drift, "missing"),
        ("oracle", Error("ORA-01031: insufficient privileges"), Unreachable, "may not"),
        ("oracle", Error("ORA-01555: snapshot too old"), Transient, ""),
        ("oracle", Error("ORA-03113: end-of-file on communication channel"), Transient, ""),
        ("mariadb", Error("State: HY000, Native error: 1213, Message: Deadlock found"), Transient, ""),
        ("mariadb", Error("40001", "[40001] Deadlock found (1213) (SQLExecDirectW)"), Transient, ""),
        ("mariadb", Error("State: 22003, Native error: 0, Message: Numeric value out of range"), Drift, "value"),
        ("postgresql", Error(f'FATAL: database "{SECRET}" does not exist'), Unreachable, "no such database"),
        ("postgresql", Error("FATAL:  sorry, too many clients already"), Transient, ""),
        ("postgresql", Error("FATAL:  the database system is starting up"), Transient, ""),
        ("postgresql", Error("connection failed: Connection refused"), Transient, "no server"),
        ("postgresql", Error("failed to resolve host 'x'"), Unreachable, "no host"),
        ("postgresql", Error("SSL error: certificate verify failed"), Unreachable, "certificate"),
        ("mariadb", Error("HY000", "[HY000] TLS/SSL error (2026) (SQLDriverConnect)"), Unreachable, "certificate"),
        ("mariadb", Error("08S01", "[08S01] Unknown host (2005) (SQLDriverConnect)"), Unreachable, "no host"),
        ("sqlite", Error("database is locked"), Transient, ""),
        ("sqlite", Error(f"Could not decode to UTF-8 column 'x' with text '{SECRET}'"), Drift, "value"),
        ("postgresql", Error(f"something new about {SECRET}"), Unreachable, "gave up"),
    ],
)  # fmt: skip
def test_an_error_is_told_by_its_cause(
    kind: str, error: Error, expected: type[MigrateError], word: str
) -> None:
    found = explain(error, place(kind), "read S_CASE")
    assert type(found) is expected
    assert word in str(found)
    assert "S_CASE" in str(found)
    assert SECRET not in str(found)


def test_the_same_number_means_another_thing_in_another_database() -> None:
    assert type(explain(Error("ORA-00060: deadlock detected"), place("oracle"), "read")) is Transient
    assert (
        type(explain(Error("State: HY000, Native error: 60, Message: x"), place("mariadb"), "read"))
        is Unreachable
    )


def test_a_system_without_unixodbc_is_told_the_package() -> None:
    found = explain(ImportError("libodbc.so.2: cannot open shared object file"), place("mariadb"), "connect")
    assert isinstance(found, Unreachable)
    assert "unixodbc" in found.remedy
    assert "odbc-mariadb" in found.remedy


def test_an_error_of_ours_stays_what_it_is() -> None:
    ours = Defect("books")
    assert explain(ours, place("sqlite"), "read") is ours


def test_a_defect_of_the_program_is_not_taken_for_a_fault_of_the_database() -> None:
    with pytest.raises(ZeroDivisionError), explained(place("sqlite"), "read"):
        raise ZeroDivisionError


def test_the_drivers_error_is_not_shown_behind_ours() -> None:
    with pytest.raises(Unreachable) as caught, explained(place("sqlite"), "read"):
        raise Error(SECRET)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (
            "postgresql+psycopg://legacy:canary@db.example/gcms",
            "postgresql database gcms at db.example as legacy",
        ),
        (
            "postgresql+psycopg://legacy@/gcms?host=/run/pg&password=canary",
            "postgresql database gcms at /run/pg as legacy",
        ),
        (
            "mssql+pyodbc:///?odbc_connect=DRIVER%3D{ODBC+Driver+18}%3BSERVER%3Ddb%3BDATABASE%3Dgcms%3BUID%3Dlegacy%3BPWD%3D{canary%3Bx}",
            "mssql database gcms at db as legacy",
        ),
        ("sqlite:///data/legacy.db", "sqlite database data/legacy.db"),
    ],
)
def test_a_place_names_everything_but_the_secret(url: str, shown: str) -> None:
    assert str(place_of(sa.make_url(url))) == shown


def test_odbc_parts_may_be_in_braces() -> None:
    assert odbc_parts("Driver={My Driver};PWD={a;b=}}c};Uid=me") == {
        "DRIVER": "My Driver",
        "PWD": "a;b=}c",
        "UID": "me",
    }


def test_reading_options_are_added_to_a_connection_string_and_given_ones_are_kept() -> None:
    url = sa.make_url("mariadb+pyodbc:///?odbc_connect=DRIVER%3Dx%3BNO_CACHE%3D0")
    parts = odbc_parts(odbc_string(url, DIALECTS["mariadb"], 300))
    assert parts["NO_CACHE"] == "0"
    assert parts["CHARSET"] == "utf8mb4"
    assert parts["FORWARDONLY"] == "1"
    assert parts["READ_TIMEOUT"] == "305"


def test_sql_server_is_asked_for_a_read_only_connection() -> None:
    url = sa.make_url("mssql+pyodbc://legacy:pw@db/gcms?driver=ODBC+Driver+18+for+SQL+Server")
    parts = odbc_parts(odbc_string(url, DIALECTS["mssql"], 300))
    assert parts["APPLICATIONINTENT"] == "ReadOnly"
    assert parts["APP"] == "case-migrate"
