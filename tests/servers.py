"""Private database servers of a test run: started when first asked for, shared by all workers, always stopped.

    with servers() as folder: ...      the process that starts the run (with xdist: the controller) owns a folder
    url = server(folder, "mariadb")    any worker: start the server, or find the one that another worker started

Each server has a *keeper*, a small process that starts it, waits until the owner of the folder is gone, and then stops
the server and deletes its data. The owner holds the write end of a named pipe; the system closes it however the owner
ends, so a run that is killed leaves nothing behind. A normal end is the same act, so it is tested by every run.

A server is only reachable through a unix socket in the run's folder; no port, nothing of the machine's own servers.
"""

import fcntl
import os
import pwd
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType
from typing import Literal, get_args
from urllib.parse import quote_plus

Server = Literal["postgres", "postgres-durable", "mariadb"]

ROOT = Path(__file__).resolve().parent.parent
SYSTEM_PROGRAMS = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"])
MARIADB_USER, MARIADB_PASSWORD = (
    "legacy",
    "only-for-tests",
)  # a password, so that tests can look for it in outputs

# Nothing of a test run needs to survive a crash of the machine.
CARELESS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "200",
}


@contextmanager
def servers() -> Iterator[Path]:
    """The folder of a run's servers; they end with the block, or with the process."""
    folder = Path(tempfile.mkdtemp(prefix="case-migrate-"))
    os.mkfifo(folder / "owner")
    owner = os.open(folder / "owner", os.O_RDWR)  # read and write, so that opening does not wait for a keeper
    try:
        yield folder
    finally:
        os.close(owner)
        _wait(lambda: not _homes(folder), seconds=60, what="the test servers to stop")
        shutil.rmtree(folder, ignore_errors=True)


def server(folder: Path, kind: Server) -> str:
    """SQLAlchemy URL of the administrator on the run's server of that kind; starts it if no worker did before."""
    url = folder / f"{kind}.url"
    with (folder / f"{kind}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not url.exists():
            done = subprocess.run(
                [sys.executable, "-m", "tests.servers", kind, str(folder)],
                cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
            )  # fmt: skip
            if done.returncode:
                raise RuntimeError(
                    f"the {kind} server of the tests did not start:\n{done.stdout}{done.stderr}"
                )
    return url.read_text()


def odbc_driver(name: str, library: str) -> str:
    """Registered name of the ODBC driver called about `name`, or else the path of its library; '' without either."""
    with suppress(ImportError):
        import pyodbc  # late: fails where the system has no unixODBC

        for driver in pyodbc.drivers():
            if name.lower() in driver.lower():
                return str(driver)
    for folder in ("/usr/lib", "/usr/local/lib", "/opt/homebrew/lib"):
        for found in (*Path(folder).glob(library), *Path(folder).glob(f"*/odbc/{library}")):
            return str(found)
    return ""


def program(name: str) -> str:
    """Path of a system program, '' where it is not installed; servers lie outside an ordinary user's PATH."""
    return shutil.which(name, path=SYSTEM_PROGRAMS) or ""


# --- the keeper ------------------------------------------------------------------------------------------------------


def main(kind: Server, folder: Path) -> int:
    """Start a server and leave a keeper behind; returns when the server answers, with 1 when it does not."""
    answer, report = os.pipe()
    if os.fork() == 0:
        os.close(answer)
        with suppress(BaseException):  # whatever happens, the child must not return into the parent's code
            _keep(kind, folder, report)
        os._exit(0)
    os.close(report)
    with os.fdopen(answer) as reader:
        failure = reader.read()
    sys.stderr.write(failure)
    return 1 if failure else 0


def _keep(kind: Server, folder: Path, report: int) -> None:
    os.setsid()  # Ctrl-C of the run is not ours
    silence = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(silence, standard)

    home = folder / kind
    home.mkdir()
    stop: Callable[[], None] = lambda: None  # noqa: E731
    try:
        try:
            url, stop = (
                _start_mariadb(home)
                if kind == "mariadb"
                else _start_postgres(home, durable=kind.endswith("durable"))
            )
            (folder / f"{kind}.new").write_text(url)
            (folder / f"{kind}.new").rename(folder / f"{kind}.url")
        except Exception:  # noqa: BLE001  # told to the process that waits for us
            os.write(report, traceback.format_exc().encode())
            return
        finally:
            os.close(report)
        _wait_for_end(folder / "owner")
    finally:
        stop()
        shutil.rmtree(home, ignore_errors=True)
        if not _homes(folder):  # the last one tidies up after an owner that was killed
            shutil.rmtree(folder, ignore_errors=True)


def _homes(folder: Path) -> list[Path]:
    return [folder / kind for kind in get_args(Server) if (folder / kind).exists()]


def _wait_for_end(pipe: Path) -> None:
    """Return when no process holds the pipe open for writing."""
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    while True:
        try:
            if not os.read(reader, 1):
                return
        except BlockingIOError:
            select.select([reader], [], [])


def _start_postgres(home: Path, *, durable: bool) -> tuple[str, Callable[[], None]]:
    from migrate.embedded import embedded, stop

    return embedded(home, settings={"max_connections": "200"} if durable else CARELESS), lambda: (
        stop(home),
        None,
    )[1]


def _start_mariadb(home: Path) -> tuple[str, Callable[[], None]]:
    install_mariadb(home)
    process = start_mariadb(home)

    def stop() -> None:
        process.send_signal(signal.SIGKILL)  # its data goes away in a moment
        process.wait()

    connection = (
        f"DRIVER={{{odbc_driver('MariaDB', 'libmaodbc.so')}}};SERVER=localhost;SOCKET={home / 'socket'}"
    )
    connection += f";UID={MARIADB_USER};PWD={MARIADB_PASSWORD};CHARSET=utf8mb4"
    return "mariadb+pyodbc:///?odbc_connect=" + quote_plus(connection), stop


def install_mariadb(home: Path) -> None:
    """Make the data folder of a MariaDB in `home`."""
    install = [
        program("mariadb-install-db"),
        *_common(home),
        "--auth-root-authentication-method=normal",
        "--skip-test-db",
    ]
    (home / "setup.sql").write_text(
        f"CREATE USER IF NOT EXISTS '{MARIADB_USER}'@'localhost' IDENTIFIED BY '{MARIADB_PASSWORD}';\n"
        f"GRANT ALL PRIVILEGES ON *.* TO '{MARIADB_USER}'@'localhost' WITH GRANT OPTION;\n"
    )
    subprocess.run(install, check=True, capture_output=True, text=True)


def start_mariadb(
    home: Path, environment: Mapping[str, str] = MappingProxyType({})
) -> "subprocess.Popen[bytes]":
    """Start the MariaDB in `home` and wait until it answers on its socket; `environment`: beside our own."""
    log, socket = home / "server.log", home / "socket"
    with log.open("w") as output:
        process = subprocess.Popen(
            [
                program("mariadbd"), *_common(home), f"--socket={socket}", f"--pid-file={home / 'pid'}",
                "--skip-networking", f"--init-file={home / 'setup.sql'}", "--character-set-server=utf8mb4",
                "--innodb-flush-log-at-trx-commit=0", "--skip-innodb-doublewrite", "--innodb-buffer-pool-size=256M",
                "--max-connections=200",
            ],
            stdin=subprocess.DEVNULL, stdout=output, stderr=output, env={**os.environ, **environment},
        )  # fmt: skip

    def ready() -> bool:
        if process.poll() is not None:
            raise RuntimeError(log.read_text())
        return socket.exists() and "ready for connections" in log.read_text()

    try:
        _wait(ready, seconds=60, what="MariaDB to answer")
    except BaseException:
        process.kill()
        process.wait()
        raise
    return process


def _common(home: Path) -> list[str]:
    user = f"--user={pwd.getpwuid(os.geteuid()).pw_name}"
    return ["--no-defaults", user, f"--datadir={home / 'data'}", "--innodb-log-file-size=32M"]


def _wait(condition: Callable[[], bool], *, seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds} seconds for {what}")
        time.sleep(0.02)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))  # type: ignore[arg-type]  # one of ours, see `server`
