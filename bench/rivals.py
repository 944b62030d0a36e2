"""Well-known programs that copy tables, beside our full load: dlt, Sling and pgloader.

In: a source that holds nothing but the yardstick's tables and columns (`bench.places.narrow`). Each rival copies it,
with its own defaults and unmapped, into an empty PostgreSQL database: no keys, no indexes, no checks. Out: what that
took.

The clock leaves out a program's start: it takes off what the same program needs to say its version. A rival that is not
on this machine, that fails, or that copies fewer rows than there are is reported as such, never left out.
"""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from bench.measure import version, watch
from bench.places import Place, port
from bench.yardstick import Columns, plain
from tests.databases import Databases, Kind
from tests.servers import program

DLT = (sys.executable, str(Path(__file__).with_name("dlt_copy.py")))
PATIENCE = 30 * 60  # seconds
QUIET = {"SLING_DISABLE_TELEMETRY": "true", "RUNTIME__DLTHUB_TELEMETRY": "false"}

Order = tuple[list[str], dict[str, str]]
"""A command, and what it finds in its environment: addresses hold passwords, which arguments must not."""


@dataclass(frozen=True)
class Rival:
    """A program that copies tables: what it reads, how it says its version, how it is told to copy.

    order: source, target, folder for files -> Order.
    """

    name: str
    sources: tuple[Kind, ...]
    hello: tuple[str, ...]
    order: Callable[[Place, Place, Path], Order]


@dataclass(frozen=True)
class Copied:
    """One copy. failure: why there is none, in words for the page; '' when all rows arrived."""

    rival: str
    version: str
    seconds: float = 0.0
    memory: float = 0.0  # MiB
    failure: str = ""


def copies(
    kind: Kind, source: str, databases: Databases, columns: Columns, rows: int
) -> list[dict[str, Any]]:
    """What every rival that reads such a source did with it."""
    return [
        asdict(copied(rival, source, databases.new("postgres"), columns, rows))
        for rival in rivals()
        if kind in rival.sources
    ]


def rivals() -> tuple[Rival, ...]:
    """All of them, whether they are on this machine or not."""
    everything: tuple[Kind, ...] = ("postgres", "mariadb", "sqlite")
    pgloader = program("pgloader") or "pgloader"
    return (
        Rival("dlt", everything, (*DLT, "--version"), _dlt),
        Rival("Sling", everything, (sling_program(), "--version"), _sling),
        Rival("pgloader", ("mariadb", "sqlite"), (pgloader, "--version"), _pgloader),
    )


def copied(rival: Rival, source: str, target: str, columns: Columns, rows: int) -> Copied:
    """One copy by one rival, its rows counted."""
    known = version(*rival.hello)
    if not known:
        return Copied(rival.name, "", failure="missing on this machine")
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        command, told = rival.order(Place.of(source), Place.of(target), folder)
        environment = {**os.environ, **QUIET, "HOME": home, "DLT_DATA_DIR": home, **told}
        start = watch(list(rival.hello), environment, folder, PATIENCE)
        copy = watch(command, environment, folder, PATIENCE)
    arrived = _count(target, columns)
    failure = f"{arrived:,} of {rows:,} rows arrived" if arrived != rows else ""
    if copy.code:
        failure = f"ended with code {copy.code}"
        print(f"{rival.name}: {copy.said}", file=sys.stderr)
    return Copied(rival.name, known, copy.seconds - start.seconds, copy.memory, failure)


def _count(target: str, columns: Columns) -> int:
    """Rows that arrived, whatever schema a rival chose and however it spells the tables."""
    query = "SELECT schemaname, tablename FROM pg_tables WHERE upper(tablename) = ANY(%s)"
    with psycopg.connect(plain(target)) as connection:
        return sum(
            connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(*table))).fetchall()[
                0
            ][0]
            for table in connection.execute(query, [list(columns)]).fetchall()
        )


# --- how each is told -------------------------------------------------------------------------------------------------


def _dlt(source: Place, target: Place, folder: Path) -> Order:
    del folder
    urls = {
        "postgres": f"postgresql+psycopg://{source.user}@/{source.name}?host={source.socket}",
        "mariadb": f"mysql+pymysql://{source.user}:{source.password}@/{source.name}?unix_socket={source.socket}",
        "sqlite": f"sqlite:///{source.name}",
    }
    into = f"postgresql://{target.user}:dlt-insists-on-one@localhost/{target.name}?host={target.socket}"
    return [*DLT], {"BENCH_SOURCE": urls[source.kind], "BENCH_TARGET": into}


def _sling(source: Place, target: Place, folder: Path) -> Order:
    if source.kind == "mariadb":
        door = f"127.0.0.1:{port(source.socket)}"
        origin, schema = f"mysql://{source.user}:{source.password}@{door}/{source.name}", source.name
    elif source.kind == "sqlite":
        origin, schema = f"sqlite://{source.name}", "main"
    else:
        origin, schema = sling_postgres(source), "public"
    replication = {
        "source": "ORIGIN",
        "target": "INTO",
        "defaults": {"mode": "full-refresh", "object": "public.{stream_table}"},
        "streams": {f"{schema}.*": None},
    }
    (folder / "replication.json").write_text(json.dumps(replication))
    command = [sling_program(), "run", "-r", str(folder / "replication.json")]
    return command, {"ORIGIN": origin, "INTO": sling_postgres(target)}


def sling_postgres(place: Place) -> str:
    """The address of a PostgreSQL in Sling's words."""
    return f"postgres://{place.user}@/{place.name}?host={place.socket}&port=5432&sslmode=disable"


def sling_program() -> str:
    """The program that a wheel brought, or else the machine's."""
    for package in ("sling_linux_amd64", "sling_linux_arm64"):
        if (found := find_spec(package)) and found.origin:
            return str(next(Path(found.origin).parent.glob("bin/sling-linux-*")))
    return shutil.which("sling") or "sling"


def _pgloader(source: Place, target: Place, folder: Path) -> Order:
    origin = (
        f"mysql://{source.user}:{source.password}@unix:{source.socket}:/{source.name}"
        if source.kind == "mariadb"
        else f"sqlite://{source.name}"
    )
    into = f"postgresql://{target.user}@unix:{target.socket}:5432/{target.name}"
    (folder / "copy.load").write_text(f"LOAD DATABASE FROM {origin} INTO {into};\n")
    return [program("pgloader"), "--root-dir", str(folder), str(folder / "copy.load")], {}
