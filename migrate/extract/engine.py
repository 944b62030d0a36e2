"""An SQLAlchemy engine for a source: every connection read-only and bounded before its first statement."""

import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa

from migrate.errors import InvalidInput, Mistake
from migrate.extract import checksums
from migrate.extract.dialects import CONNECT_SECONDS, Dialect, dialect_of
from migrate.extract.listening import Listener, ListeningConnection, pyodbc
from migrate.extract.trouble import odbc_parts
from migrate.postgres import Listening

DRIVER_SLACK = 5
"""Seconds after the server should have ended a statement, until the driver gives it up, whoever waits for it."""


def fill(statement: str, seconds: int) -> str:
    """A session statement with its bounds filled in."""
    return statement.replace("{seconds}", str(seconds)).replace("{milliseconds}", str(seconds * 1000))


def read_url(text: str) -> sa.URL:
    """The URL with the driver that this program wants where it names none; `InvalidInput` for no URL."""
    try:
        url = sa.make_url(text)
    except sa.exc.ArgumentError:
        raise InvalidInput(
            [
                Mistake(
                    "source",
                    0,
                    "the address of the source is no SQLAlchemy URL",
                    "write it as postgresql+psycopg://user@host/database",
                )
            ]
        ) from None
    dialect = dialect_of(url.get_backend_name())
    return url if "+" in url.drivername else url.set(drivername=f"{url.drivername}+{dialect.package}")


def make_engine(url: sa.URL, dialect: Dialect, seconds: int) -> sa.Engine:
    """An engine whose connections are read-only and bounded; hides parameters in its errors."""
    make = partial(sa.create_engine, hide_parameters=True)
    # The last that was used comes first: its process at the server knows the tables already, another has to learn them.
    options: dict[str, Any] = {
        "pool_pre_ping": True,
        "pool_size": 4,
        "max_overflow": 30,
        "pool_use_lifo": True,
    }
    if dialect.name != "oracle":  # there the transaction is opened by hand, and queries need none
        options["isolation_level"] = "AUTOCOMMIT"
    if url.get_backend_name() == "sqlite":
        engine = make("sqlite://", creator=_sqlite_opener(url), poolclass=sa.QueuePool, **options)
    elif url.get_driver_name() == "pyodbc":
        string = odbc_string(url, dialect, seconds)
        engine = make(
            url,
            creator=lambda: ListeningConnection(
                pyodbc().connect(string, timeout=CONNECT_SECONDS, autocommit=True), Listener(string, dialect)
            ),
            **options,
        )
    elif url.get_driver_name() == "psycopg":
        engine = make(url, creator=lambda: Listening.connect(**_arguments(url, dialect)), **options)
    else:
        engine = make(url, connect_args=dict(dialect.connect), **options)

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        if dialect.driver_bounds:
            name, bound = (
                ("call_timeout", seconds * 1000)
                if hasattr(connection, "call_timeout")
                else ("timeout", seconds)
            )
            setattr(connection, name, bound)
        cursor = connection.cursor()
        for statement in dialect.session:
            cursor.execute(fill(statement, seconds))
        cursor.close()
        connection.commit()  # keeps the settings beyond the transaction that drivers open by themselves

    return engine


def _arguments(url: sa.URL, dialect: Dialect) -> dict[str, Any]:
    """What the driver is called with."""
    arguments: Any = url.get_dialect()().create_connect_args(url)
    return {**dialect.connect, **arguments[1]}


def odbc_string(url: sa.URL, dialect: Dialect, seconds: int) -> str:
    """The ODBC connection string of a URL, with the options that reading needs where they are not given.

    seconds:  after which the server ends a statement.
    """
    arguments: Any = url.get_dialect()().create_connect_args(url)
    string: str = arguments[0][0]
    given = odbc_parts(string)
    bound = str(seconds + DRIVER_SLACK)
    added = {key: value.replace("{driver}", bound) for key, value in dialect.odbc.items()}
    return ";".join(
        [string.rstrip(";"), *(f"{key}={value}" for key, value in added.items() if key.upper() not in given)]
    )


def _sqlite_opener(url: sa.URL) -> Callable[[], sqlite3.Connection]:
    """Opens the file read-only; never makes one."""
    if not url.database or url.database == ":memory:":
        raise InvalidInput(
            [Mistake("source", 0, "an SQLite source is a file", "write it as sqlite:///path/to/file.db")]
        )
    address = f"file:{quote(str(Path(url.database).absolute()))}?mode=ro"

    def opened() -> sqlite3.Connection:
        connection = sqlite3.connect(address, uri=True, timeout=CONNECT_SECONDS, check_same_thread=False)
        checksums.teach(connection)
        return connection

    return opened
