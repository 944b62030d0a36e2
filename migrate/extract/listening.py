"""Connections over ODBC that do not wait for ever: with no answer, another one is asked whether anybody is there.

A statement may take minutes, and a server that is frozen, or behind a line that is cut without a word, looks the same.
Drivers wait for both where nothing of ours reaches them. So every call that waits is made in a thread of its own, and
where the other connection is not answered either, the thread is left to itself and the connection with it: the driver
lets go of them when its own bound has passed. (psycopg waits in Python: see `migrate.postgres.Listening`.)
"""

from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, TypeVar

from migrate.extract.dialects import CONNECT_SECONDS, Dialect
from migrate.extract.trouble import error_codes
from migrate.postgres import Listening

T = TypeVar("T")


def pyodbc() -> Any:
    """The driver."""
    import pyodbc  # late: fails where the system has no unixODBC

    return pyodbc


class Listener:
    """Makes the calls of one connection; several connections have one each.

    lost:  the connection is at a call of which nobody waits for the end any more.
    """

    def __init__(self, string: str, dialect: Dialect, silence: float = Listening.silence) -> None:
        """string: of the connection; silence: seconds without an answer before somebody is asked."""
        self._string, self._dialect, self._silence, self.lost = string, dialect, silence, False

    def call(self, action: Callable[..., T], *arguments: Any) -> T:
        """What the action returns or raises; an error of the driver where the server says nothing any more."""
        if self.lost:
            raise pyodbc().ProgrammingError(
                "08003", "Attempt to use a closed connection."
            )  # pools know it by that
        answer: SimpleQueue[tuple[Any, BaseException | None]] = SimpleQueue()
        self.lost = True  # also where the one who waits is interrupted
        Thread(target=_make, args=(answer, action, arguments), daemon=True).start()
        while True:
            with suppress(Empty):
                result, error = answer.get(timeout=self._silence)
                break
            if not self._anybody():
                raise pyodbc().OperationalError("08S01", "the server says nothing any more")
        self.lost = False
        if error is not None:
            raise error
        return result  # type: ignore[no-any-return]  # what the action returned

    def _anybody(self) -> bool:
        """Whether the server takes another connection, or refuses it by itself, with a number of its own."""
        driver = pyodbc()
        try:
            driver.connect(self._string, timeout=CONNECT_SECONDS, autocommit=True).close()
        except driver.Error as error:
            return any(
                code in self._dialect.causes and code not in self._dialect.silent
                for code in error_codes(error)
            )
        return True


class ListeningConnection:
    """A connection of pyodbc, as SQLAlchemy uses it, with a Listener."""

    def __init__(self, real: Any, listener: Listener) -> None:
        self._real, self._listener = real, listener

    def cursor(self) -> "ListeningCursor":
        """See PEP 249."""
        return ListeningCursor(self._real.cursor(), self._listener)

    def commit(self) -> None:
        """See PEP 249."""
        if not self._listener.lost:
            self._listener.call(self._real.commit)

    def rollback(self) -> None:
        """See PEP 249."""
        if not self._listener.lost:
            self._listener.call(self._real.rollback)

    def close(self) -> None:
        """See PEP 249."""
        if not self._listener.lost:
            self._real.close()

    @property
    def autocommit(self) -> bool:
        """See pyodbc."""
        return bool(self._real.autocommit)

    @autocommit.setter
    def autocommit(self, value: bool) -> None:
        self._real.autocommit = value

    @property
    def timeout(self) -> int:
        """See pyodbc."""
        return int(self._real.timeout)

    @timeout.setter
    def timeout(self, seconds: int) -> None:
        self._real.timeout = seconds

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


class ListeningCursor:
    """A cursor of pyodbc, whose waiting calls a Listener makes."""

    def __init__(self, real: Any, listener: Listener) -> None:
        self._real, self._listener = real, listener

    def execute(self, *arguments: Any) -> "ListeningCursor":
        """See PEP 249."""
        self._listener.call(self._real.execute, *arguments)
        return self

    def fetchone(self) -> Any:
        """See PEP 249."""
        return self._listener.call(self._real.fetchone)

    def fetchmany(self, *size: int) -> Any:
        """See PEP 249."""
        return self._listener.call(self._real.fetchmany, *size)

    def fetchall(self) -> Any:
        """See PEP 249."""
        return self._listener.call(self._real.fetchall)

    def close(self) -> None:
        """See PEP 249; rows that nobody has read are read here."""
        if not self._listener.lost:
            self._listener.call(self._real.close)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


def _make(
    answer: "SimpleQueue[tuple[Any, BaseException | None]]",
    action: Callable[..., Any],
    arguments: tuple[Any, ...],
) -> None:
    try:
        answer.put((action(*arguments), None))
    except BaseException as error:  # noqa: BLE001  # raised where the answer is waited for
        answer.put((None, error))
