"""A fault at the n-th call that touches a database or a file: it fails, or the process dies.

    with Injector(at=7, kills=False) as injector:      the seventh call fails
        load(Faulty.find(folder))
    injector.calls                                     how many there were

What is a call: a statement and a COPY at the platform, before and after it is sent; a commit, before and after it is
made (after: it was made, and nobody hears of it); a question to the source and a read; opening a file of the project's
folder. Counting n up until a run ends without a hit visits all of them.
"""

import errno
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg
from psycopg.pq import TransactionStatus

from migrate import postgres
from migrate.errors import Transient
from migrate.project import Project

_active: "list[Injector]" = []  # at most one; the audit hook cannot be taken away again


class Injector:
    """See the module. folder: whose files are watched."""

    def __init__(self, *, at: int, folder: Path, kills: bool) -> None:
        self.at, self.folder, self.kills, self.calls = at, str(folder), kills, 0
        self._lock = threading.Lock()

    @property
    def hit(self) -> bool:
        """Whether the n-th call has come."""
        return self.calls >= self.at

    def __enter__(self) -> Self:
        if not _hooked:
            sys.addaudithook(_audited)
            _hooked.append(True)
        _active.append(self)
        postgres.CONNECTION = _Watched
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        postgres.CONNECTION = postgres.Listening
        _active.remove(self)

    def reach(self, fault: BaseException) -> None:
        """One call: where it is the n-th, die or raise the fault."""
        with self._lock:
            self.calls += 1
            if self.calls != self.at:
                return
        if self.kills:
            os.kill(os.getpid(), signal.SIGKILL)
        raise fault


_hooked: list[bool] = []


def _reach(fault: BaseException) -> None:
    for injector in _active:
        injector.reach(fault)


def _audited(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open" and _active and str(arguments[0]).startswith(_active[0].folder):
        _reach(OSError(errno.EIO, os.strerror(errno.EIO), str(arguments[0])))


# --- the platform


class _WatchedCursor(psycopg.Cursor[Any]):
    def execute(self, *arguments: Any, **options: Any) -> Self:
        self._reach()
        made = super().execute(*arguments, **options)
        self._reach()
        return made

    @contextmanager
    def copy(self, *arguments: Any, **options: Any) -> Iterator[Any]:
        self._reach()
        with super().copy(*arguments, **options) as made:
            yield made
        self._reach()

    def _reach(self) -> None:
        try:
            _reach(_lost())
        except psycopg.Error:
            self.connection.pgconn.finish()  # a lost connection is lost
            raise


class _Watched(postgres.Listening):
    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.cursor_factory = _WatchedCursor

    @classmethod
    def connect(cls, *arguments: Any, **options: Any) -> Self:
        _reach(_lost())
        return super().connect(*arguments, **options)

    @contextmanager
    def transaction(self, *arguments: Any, **options: Any) -> Iterator[Any]:
        outermost = self.info.transaction_status == TransactionStatus.IDLE
        with super().transaction(*arguments, **options) as made:
            yield made
            if outermost:
                self._reach()
        if outermost:
            self._reach()

    def _reach(self) -> None:
        try:
            _reach(_lost())
        except psycopg.Error:
            self.pgconn.finish()
            raise


def _lost() -> psycopg.OperationalError:
    return psycopg.OperationalError("the connection was lost, says the test")


# --- the source


class Faulty(Project):
    """A project whose source is watched too."""

    def source(self) -> Any:
        _reach(Transient("the source was lost, says the test"))
        return _Each(super().source())


class _Each:
    """Every call of a method is one; what a snapshot gives is watched as well."""

    def __init__(self, real: Any) -> None:
        self._real = real

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._real, name)
        if name in ("close", "age") or not callable(found):
            return found

        def call(*arguments: Any, **options: Any) -> Any:
            _reach(Transient("the source was lost, says the test"))
            return found(*arguments, **options)

        return self._snapshot if name == "snapshot" else call

    @contextmanager
    def _snapshot(self, *arguments: Any) -> Iterator[Any]:
        _reach(Transient("the source was lost, says the test"))
        with self._real.snapshot(*arguments) as reader:
            yield _Each(reader)
