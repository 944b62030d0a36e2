"""Who uses a server: each process holds a shared lock while it lives, and the last one to leave stops the server.

The system releases the lock of a process that dies, so a killed one never counts.
"""

import atexit
import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from migrate.errors import Unreachable


@dataclass(frozen=True, slots=True)
class _Membership:
    """This process's use of a server: the descriptor of the held lock, who took it, and how to stop the server."""

    descriptor: int
    process: int
    stop: Callable[[], object]


_memberships: dict[Path, _Membership] = {}  # by the server's home


def join(home: Path, stop: Callable[[], object]) -> None:
    """Count this process among the users until it ends; `stop` is called then if it is the last one."""
    if home in _memberships:
        return
    if not _memberships:
        atexit.register(_leave_all)
    descriptor = os.open(home / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_SH)  # waits while the last user before us stops the server
    _memberships[home] = _Membership(descriptor, os.getpid(), stop)


def leave(home: Path) -> None:
    """No longer count; nothing is stopped."""
    if home in _memberships:
        os.close(_memberships.pop(home).descriptor)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """One process at a time."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _leave_all() -> None:
    for home, member in list(_memberships.items()):
        if (
            member.process == os.getpid()
        ):  # a forked child shares its parent's lock, and leaves the decision to it
            # Nobody is left to tell of a failure; the next caller finds the server running.
            with suppress(OSError, Unreachable):
                fcntl.flock(member.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                member.stop()
        leave(home)
