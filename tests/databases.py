"""Fresh, empty databases on a run's servers, dropped when nobody needs them any more."""

import itertools
import os
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol
from urllib.parse import quote_plus

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from tests.servers import server

Kind = Literal["postgres", "mariadb", "sqlite"]

SERVERS = pytest.StashKey[Path]()  # where a pytest run keeps the folder of its servers

_numbers = itertools.count(1)


class NewDatabase(Protocol):
    """Door of the fixtures that make databases."""

    def __call__(self, kind: Kind, *, durable: bool = False, like: str = "") -> str: ...


@dataclass
class Databases:
    """Makes databases and remembers them.

    folder: of the run's servers.  files: where SQLite databases go.
    """

    folder: Path
    files: Path
    made: list[tuple[str, str]] = field(default_factory=list)  # administrator's URL, name of the database

    def new(self, kind: Kind, *, durable: bool = False, like: str = "") -> str:
        """URL of a fresh database, empty or like another one of PostgreSQL to which nobody is connected.

        durable: on a PostgreSQL that keeps its word through a crash of the server; the others trade that for speed.
        """
        name = f"test_{os.getpid()}_{next(_numbers)}"
        if kind == "sqlite":
            return f"sqlite:///{self.files / name}.db"
        admin = server(self.folder, "postgres-durable" if durable else kind)
        self.made.append((admin, name))
        template = f" TEMPLATE {make_url(like).database}" if like else ""
        _execute(admin, f"CREATE DATABASE {name}{template}")
        if kind == "postgres":
            return make_url(admin).set(database=name).render_as_string(hide_password=False)
        return admin + quote_plus(f";DATABASE={name}")

    def drop(self) -> None:
        """Drop what was made, even under connections that are still open."""
        while self.made:
            admin, name = self.made.pop()
            if admin.startswith("postgresql"):
                _execute(admin, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            else:
                _end_connections(admin, name)
                _execute(admin, f"DROP DATABASE IF EXISTS {name}")


def _execute(admin: str, *statements: str) -> None:
    engine = create_engine(admin, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
    finally:
        engine.dispose()


def _end_connections(admin: str, name: str) -> None:
    """MariaDB's drop waits for open transactions; they end with their connections."""
    engine = create_engine(admin, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            query = text("SELECT id FROM information_schema.processlist WHERE db = :name")
            for (number,) in connection.execute(query, {"name": name}).fetchall():
                with suppress(DBAPIError):  # it may have ended by itself in between
                    connection.exec_driver_sql(f"KILL {number}")
    finally:
        engine.dispose()
