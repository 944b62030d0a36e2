"""Servers of a test's own, to be stopped and killed: not those that a whole run of the tests shares.

    with PrivatePostgres() as server:
        server.new("a")     URL of a fresh database
        server.ask(sql)     as the administrator, in a session of its own
        server.stop()       at once, without a shutdown checkpoint;  server.kill(): signal 9;  server.start(): again

They keep what they committed through both, as production servers do.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, Self
from urllib.parse import quote_plus

import psycopg
from sqlalchemy import make_url

from migrate.embedded import embedded
from migrate.embedded.account import run_as
from migrate.embedded.server import Server
from tests.servers import MARIADB_PASSWORD, MARIADB_USER, install_mariadb, odbc_driver, start_mariadb

SETTINGS = {"max_connections": "40", "autovacuum": "off", "wal_sync_method": "fdatasync"}


class PrivatePostgres:
    """A PostgreSQL; its superuser logs in over the unix socket without a password.

    environment:  of its processes, beside the usual one; such as a clock (`tests.clocks`).
    """

    def __init__(self, environment: Mapping[str, str] = MappingProxyType({})) -> None:
        self.folder, self.environment = _folder(), environment
        self.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.server.running():
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def socket(self) -> Path:
        """The unix socket, for a proxy."""
        query = make_url(self.admin).query
        return Path(str(query["host"])) / f".s.PGSQL.{query['port']}"

    def new(self, name: str, *options: str) -> str:
        """URL of a fresh database."""
        self.ask(f"CREATE DATABASE {name} {' '.join(options)}")
        return self.url(name)

    def url(self, name: str) -> str:
        """The administrator's, over the unix socket."""
        return make_url(self.admin).set(database=name).render_as_string(hide_password=False)

    def connect(self, database: str = "postgres") -> psycopg.Connection[tuple[Any, ...]]:
        """A session of the administrator, in autocommit."""
        url = make_url(self.admin).set(drivername="postgresql", database=database)
        return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)

    def ask(self, statement: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """The rows of a statement, in a session of its own."""
        with self.connect(database) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def configure(self, **settings: str) -> None:
        """Settings that need no restart, for sessions that begin from now on; without any, all are as before."""
        for name, value in settings.items():
            self.ask(f"ALTER SYSTEM SET {name} = '{value}'")
        if not settings:
            self.ask("ALTER SYSTEM RESET ALL")
        self.ask("SELECT pg_reload_conf()")
        time.sleep(0.1)  # the postmaster passes it on

    def start(self) -> None:
        """Start it, or start it again; it recovers from what happened to it. Others than its owner need a password."""
        self.admin = embedded(self.folder, settings=SETTINGS)
        self.server = Server.prepare(self.folder)
        rules = self.server.data / "pg_hba.conf"
        rules.write_text("local all postgres peer map=owner\nlocal all all scram-sha-256\n")
        self.ask("SELECT pg_reload_conf()")
        if self.environment:
            self.stop()
            self._control("start", "--wait", "--log", "server.log")

    def stop(self) -> None:
        """As a machine that is switched off."""
        self._control("stop", "--mode", "immediate")

    def kill(self) -> None:
        """Signal 9 to its main process; the others notice and leave."""
        os.kill(int((self.server.data / "postmaster.pid").read_text().split("\n")[0]), signal.SIGKILL)

    def freeze(self) -> None:
        """Signal STOP to its main process and to those of all sessions."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """They go on."""
        self._signal(signal.SIGCONT)

    def _control(self, *words: str) -> None:
        program = str(self.server.programs / "pg_ctl")
        told = [f"{name}={value}" for name, value in self.environment.items()]
        command = ("env", *told, program, *words, "--pgdata", "data")
        run_as(self.server.account, *command, folder=self.server.home)

    def _signal(self, number: int) -> None:
        main = int((self.server.data / "postmaster.pid").read_text().split("\n")[0])
        children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
        for process in (main, *map(int, children)):
            with suppress(ProcessLookupError):
                os.kill(process, number)


class PrivateMariadb:
    """A MariaDB; the tests' user may do everything.

    environment:  of its process, beside the usual one; such as a clock (`tests.clocks`).
    """

    def __init__(self, environment: Mapping[str, str] = MappingProxyType({})) -> None:
        self.home, self.environment = _folder(), environment
        install_mariadb(self.home)
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        shutil.rmtree(self.home, ignore_errors=True)

    @property
    def socket(self) -> Path:
        """The unix socket, for a proxy."""
        return self.home / "socket"

    def new(self, name: str) -> None:
        """Make a database."""
        self.ask(f"CREATE DATABASE {name}")

    def url(self, database: str, port: int, user: str, password: str) -> str:
        """URL of a database through a proxy that listens on the port."""
        return "mariadb+pyodbc:///?odbc_connect=" + quote_plus(
            f"{_driver()};UID={user};PWD={password}"
            f";SERVER=127.0.0.1;PORT={port};DATABASE={database};CHARSET=utf8mb4"
        )

    def local(self, database: str) -> str:
        """URL of a database for the tests' user, over the unix socket."""
        return "mariadb+pyodbc:///?odbc_connect=" + quote_plus(f"{self._login(database)};CHARSET=utf8mb4")

    def _login(self, database: str) -> str:
        login = f"{_driver()};UID={MARIADB_USER};PWD={MARIADB_PASSWORD};SERVER=localhost;SOCKET={self.socket}"
        return login + (f";DATABASE={database}" if database else "")

    def ask(self, statement: str, database: str = "") -> list[Any]:
        """The rows of a statement, in a session of its own."""
        import pyodbc  # late: fails where the system has no unixODBC

        connection = pyodbc.connect(self._login(database), autocommit=True)
        try:
            cursor = connection.execute(statement)
            return list(cursor.fetchall()) if cursor.description else []
        finally:
            connection.close()

    def start(self) -> None:
        """Start it, or start it again."""
        self.socket.unlink(missing_ok=True)
        self.process = start_mariadb(self.home, self.environment)

    def stop(self) -> None:
        """In order: sessions are ended."""
        assert self.process is not None
        self.process.terminate()
        self.process.wait()

    def kill(self) -> None:
        """Signal 9."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()


def _driver() -> str:
    return f"DRIVER={{{odbc_driver('MariaDB', 'libmaodbc.so')}}}"


def _folder() -> Path:
    """Not one of pytest's: its next session closes them to the account that runs the server."""
    return Path(tempfile.mkdtemp(prefix="case-migrate-"))
