"""Databases as the rivals want them: addresses in each one's own words, and nothing in them but the rows to copy.

No rival knows SQLAlchemy's URLs of all three databases, pgloader copies whole tables only, and Sling cannot reach
MariaDB through a unix socket.
"""

import socket
from contextlib import suppress
from dataclasses import dataclass
from threading import Thread
from urllib.parse import parse_qsl

from sqlalchemy import (
    Column,
    Connection,
    MetaData,
    Table,
    create_engine,
    insert,
    inspect,
    make_url,
    select,
    text,
)
from sqlalchemy.schema import CreateTable, DropTable

from bench.yardstick import Columns
from tests.databases import Kind

_CHUNK = 1 << 16


@dataclass(frozen=True)
class Place:
    """Where a database is. A PostgreSQL's socket is the folder that holds it; SQLite's name is its file."""

    kind: Kind
    name: str
    user: str = ""
    password: str = ""
    socket: str = ""

    @classmethod
    def of(cls, url: str) -> "Place":
        """The place that an SQLAlchemy URL of `tests.databases` names."""
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            return cls("sqlite", str(parsed.database))
        if parsed.get_backend_name() == "postgresql":
            return cls(
                "postgres", str(parsed.database), str(parsed.username), socket=str(parsed.query["host"])
            )
        words = dict(parse_qsl(str(parsed.query["odbc_connect"]), separator=";"))
        return cls("mariadb", words["DATABASE"], words["UID"], words["PWD"], words["SOCKET"])


def narrow(url: str, columns: Columns) -> None:
    """Leave only these tables and columns, without indexes: from here on, everything is what is to be copied."""
    engine = create_engine(url)
    with engine.begin() as connection:
        for name in inspect(connection).get_table_names():
            if name in columns:
                _keep(connection, name, columns[name])
            else:
                connection.execute(DropTable(Table(name, MetaData())))
    engine.dispose()


def port(path: str) -> int:
    """A port of this machine alone that leads to a unix socket for as long as this process lives."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            client, _ = listener.accept()
            server = socket.socket(socket.AF_UNIX)
            server.connect(path)
            for pair in ((client, server), (server, client)):
                Thread(target=_pass_on, args=pair, daemon=True).start()

    Thread(target=serve, daemon=True).start()
    return int(listener.getsockname()[1])


def _keep(connection: Connection, name: str, columns: tuple[str, ...]) -> None:
    """Copy these columns of a table to another, which takes its place."""
    whole = Table(name, MetaData(), autoload_with=connection, include_columns=columns)
    few = Table(f"{name}_FEW", MetaData(), *(Column(column.name, column.type) for column in whole.columns))
    connection.execute(CreateTable(few))
    connection.execute(insert(few).from_select(few.columns.keys(), select(*whole.columns)))
    connection.execute(DropTable(whole))
    quote = connection.dialect.identifier_preparer.quote
    connection.execute(text(f"ALTER TABLE {quote(few.name)} RENAME TO {quote(name)}"))


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):  # either side may have hung up
        while data := source.recv(_CHUNK):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
