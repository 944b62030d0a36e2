"""A project between real servers with real passwords, and everything that comes out where its commands are called.

    with world(folder) as made:
        made.call(["status", "--json"], {})      a process of its own: its exit code and what it wrote
        made.files()                             what lies in every folder that a command could write to
        made.command_lines                       of every process that was started since the block began

What the program is *given* (secrets in files, the legacy database) lies in a folder of its own, which is not searched.
"""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import chdir, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, quote_plus

from click.testing import CliRunner

from migrate.cli.root import cli
from migrate.project.starting import settings_text
from tests.canaries.values import SECRETS
from tests.private import PrivatePostgres
from tests.servers import ROOT, odbc_driver

MOVER, READER = "mover", "reader"
WAYS = ("query", "file", "PGPASSWORD", "PGPASSFILE", "pgpass", "block")
"""Further ways to give the password of the platform, each with a role and a secret of its own."""
PATIENCE = "1s"  # so that a command which fails does so soon


@dataclass(frozen=True)
class Said:
    """What one call wrote, and how it ended.

    words:  as they were typed; they are the user's own.
    """

    words: tuple[str, ...]
    code: int
    stdout: str
    stderr: str


@dataclass
class World:
    """See the module.

    keys:           of the clients of PERSONS, once they are planted.
    key:            of the one whose commands are typed.
    own:            files under `kept` that the user has written, by their path there.
    surprises:      calls that ended otherwise than they had to.
    command_lines:  of every process of this world since it began.
    """

    folder: Path
    server: PrivatePostgres
    keys: list[str] = field(default_factory=list)
    key: str = ""
    own: set[str] = field(default_factory=set)
    surprises: list[str] = field(default_factory=list)
    said: list[Said] = field(default_factory=list, repr=False)
    command_lines: set[bytes] = field(default_factory=set, repr=False)

    @property
    def given(self) -> Path:
        """What the program is given."""
        return self.folder / "given"

    @property
    def kept(self) -> Path:
        """Where everything lies that it writes: projects, HOME, TMPDIR, the current folder, Prefect's."""
        return self.folder / "kept"

    @property
    def legacy(self) -> Path:
        """The legacy database."""
        return self.given / "legacy.db"

    def way(self, name: str, secret: str = "", **query: str) -> str:
        """URL of the platform for the role of one of WAYS."""
        return self.url(f"{MOVER}_{name}".lower(), secret, "platform", **query)

    def url(self, user: str, secret: str, database: str, **query: str) -> str:
        """URL on the server, with the password in the place of most passwords; without one for ''."""
        login = f"{user}:{quote(secret, safe='')}" if secret else user
        words = {
            "host": str(self.server.socket.parent),
            "port": self.server.socket.name.rpartition(".")[2],
        } | query
        asked = "&".join(f"{name}={quote_plus(value)}" for name, value in words.items())
        return f"postgresql+psycopg://{login}@/{database}?{asked}"

    def settings(self, name: str, *, legacy: str, platform: str) -> Path:
        """A project folder whose settings name these two."""
        folder = self.kept / name
        folder.mkdir()
        text = settings_text(legacy, schema=None).replace('"embedded"', f'"{platform}"')
        text = text.replace('patience = "30s"', f'patience = "{PATIENCE}"')
        (folder / "migrate.toml").write_text(
            text.replace('"1%"', '"50%"').replace("deep_nights = 7", "deep_nights = 1")
        )
        return folder

    def secret_file(self, name: str, text: str) -> Path:
        """A file of mode 0600 that the program is given."""
        path = self.given / name
        path.touch(mode=0o600)
        path.write_text(text)
        return path

    @property
    def environment(self) -> dict[str, str]:
        """Of every call: folders of this world, and URLs with secrets in them."""
        return {
            "HOME": str(self.kept / "home"),
            "TMPDIR": str(self.kept / "tmp"),
            "PYTHONPATH": str(ROOT),
            "PREFECT_HOME": str(self.kept / "prefect"),
            "PLATFORM_URL": self.url(MOVER, SECRETS["url"], "platform"),
            "SELFTEST_URL": self.url(MOVER, SECRETS["url"], "postgres"),
            "WRONG_URL": self.url(MOVER, SECRETS["wrong"], "postgres"),
            "READER_URL": self.url(READER, SECRETS["reader"], "legacy"),
            "QUERY_URL": self.url(READER, "", "legacy", password=SECRETS["reader-query"]),
            "ODBC_URL": odbc(SECRETS["odbc"]),
        }

    def call(
        self,
        words: Sequence[str],
        environment: Mapping[str, str],
        program: tuple[str, ...] = ("-m", "migrate"),
    ) -> Said:
        """Run `migrate` or another program with these words, in a process of its own, and keep what it wrote."""
        keep = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
        done = subprocess.run(
            [sys.executable, *program, *words], cwd=self.kept / "here", env=keep | self.environment | {**environment},
            capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip
        return self._keep(Said(tuple(words), done.returncode, done.stdout, done.stderr))

    def call_here(self, words: Sequence[str], environment: Mapping[str, str]) -> Said:
        """The same in this process, which is faster; nothing but what it says is its own."""
        with chdir(self.kept / "here"):
            done = CliRunner().invoke(
                cli, list(words), env=self.environment | {**environment}, prog_name="migrate"
            )
        return self._keep(Said(tuple(words), done.exit_code, done.stdout, done.stderr))

    def _keep(self, said: Said) -> Said:
        self.said.append(said)
        return said

    def files(self) -> dict[str, bytes]:
        """Every file below `kept`, its name first, by its path there; not those that the user has written.

        And the log of the platform's server, which is an embedded one with more roles.
        """
        return {"the embedded server's log": (self.server.server.home / "server.log").read_bytes()} | {
            name: name.encode() + path.read_bytes()
            for path in sorted(self.kept.rglob("*"))
            if path.is_file() and (name := path.relative_to(self.kept).as_posix()) not in self.own
        }


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """A server with roles whose passwords are secrets, and empty folders for everything."""
    for name in ("given", "kept/here", "kept/home", "kept/tmp"):
        (folder / name).mkdir(parents=True)
    with PrivatePostgres() as server:
        server.ask(f"CREATE ROLE {MOVER} LOGIN CREATEDB PASSWORD {_literal(SECRETS['url'])}")
        for name in WAYS:
            server.ask(f"CREATE ROLE {MOVER}_{name} LOGIN PASSWORD {_literal(SECRETS[name])} IN ROLE {MOVER}")
        server.ask(f"CREATE ROLE {READER} LOGIN PASSWORD {_literal(SECRETS['reader'])}")
        server.new("platform", "OWNER", MOVER)
        server.new("legacy", "OWNER", READER)
        made = World(folder, server)
        with watching(made.command_lines, str(made.kept).encode()):
            yield made


def odbc(secret: str, *, braces: bool = False) -> str:
    """URL of a MariaDB that is not there, whose password stands in an ODBC connection string."""
    driver = odbc_driver("MariaDB", "libmaodbc.so") or "MariaDB Unicode"
    password = f"{{{secret}}}" if braces else secret
    text = f"DRIVER={{{driver}}};SERVER=127.0.0.1;PORT=9;UID=gcms;DATABASE=gcms;PWD={password}"
    return f"mariadb+pyodbc:///?odbc_connect={quote_plus(text)}"


@contextmanager
def watching(seen: set[bytes], folder: bytes) -> Iterator[None]:
    """Collect the command lines of processes, many times a second, where the system shows them.

    Of those alone that know the folder, by their environment or their arguments: other tests may be at work as well.
    """
    ended = threading.Event()

    def look() -> None:
        looked: dict[str, int] = {}
        while not ended.wait(0.02):
            alive = [name for name in os.listdir("/proc") if name.isdigit()]  # noqa: PTH208  # names alone, and fast
            looked = {name: looked.get(name, 0) for name in alive}
            for name in (name for name in alive if looked[name] < _LOOKS):
                looked[name] += 1
                try:
                    words, environment = (
                        Path("/proc", name, of).read_bytes() for of in ("cmdline", "environ")
                    )
                    if folder in words or folder in environment:
                        seen.add(words)
                except OSError:  # it has ended
                    continue

    thread = threading.Thread(target=look, daemon=True)
    if Path("/proc/self/cmdline").exists():
        thread.start()
    try:
        yield
    finally:
        ended.set()
        if thread.ident:
            thread.join()


_LOOKS = 20
"""A process is looked at so often: soon after its start it may become another program."""


def _literal(text: str) -> str:
    return "'" + re.sub("'", "''", text) + "'"
