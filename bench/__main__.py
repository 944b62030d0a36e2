"""Run the benchmark and write docs/benchmarks.md: see the package."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.measure import machine, server_process, version
from bench.page import SOURCES, Found, Measured, page
from bench.places import narrow
from bench.rivals import copies
from bench.yardstick import Columns, copy, count, read_columns, server_version
from migrate.mapping import load
from migrate.platform.layout import layout
from migrate.sample import make
from migrate.transform.vocabulary import vocabulary
from tests.databases import Databases, Kind
from tests.servers import program, servers

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "benchmarks.md"
RECORD = ROOT / "build" / "benchmark.json"
SEED = 7
GOAL_CLIENTS = 100_000
QUIET = 0.5  # of a processor
FEWEST = 500  # clients: the smallest sample that there is


def main() -> None:
    """The command."""
    chosen, busy = arguments(), os.getloadavg()[0]
    large = 0 if chosen.only == "rivals" else chosen.clients
    small = large and max(large // 10, FEWEST)
    rivals = 0 if chosen.only == "loads" else chosen.rival_clients or max(chosen.clients // 5, FEWEST)
    with servers() as folder, tempfile.TemporaryDirectory() as files:
        databases = Databases(folder, Path(files))
        found = {
            size: measure(databases, size, with_rivals=size == rivals)
            for size in sorted({small, large, rivals} - {0})
        }
    RECORD.parent.mkdir(exist_ok=True)
    RECORD.write_text(json.dumps(found, indent=1), encoding="utf-8")
    written = page(Measured(found, small, large, rivals), title(max(found), found[max(found)], busy))
    if not chosen.only:
        PAGE.write_text(written, encoding="utf-8")
    print(written)


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="make bench", description="The benchmark of full loads.")
    parser.add_argument("--clients", type=int, default=int(os.environ.get("CLIENTS", GOAL_CLIENTS)))
    parser.add_argument("--rival-clients", type=int, help="for dlt, Sling and pgloader; a fifth of --clients")
    parser.add_argument(
        "--only", choices=("loads", "rivals"), help="a part, which is printed and not written to the page"
    )
    return parser.parse_args()


def measure(databases: Databases, clients: int, *, with_rivals: bool) -> Found:
    """Make the sample in every database, copy it plainly, load it from each, and let the rivals copy it."""
    mappings = load(ROOT / "mappings" / "gcms", vocabulary=vocabulary(), layout=layout())
    columns = read_columns(mappings)
    found: Found = {"made": {}, "loads": {}, "rivals": {}}
    for kind, _ in SOURCES:
        source = databases.new(kind)
        began = time.monotonic()
        made = make(source, clients, SEED)
        found["made"][kind] = sum(made.rows.values()) / (time.monotonic() - began)
        if kind == "postgres":
            found |= plainly_copied(source, databases, columns)
        found["loads"][kind] = loaded(source, databases, kind)
        if with_rivals:
            narrow(source, columns)
            found["rivals"][kind] = copies(kind, source, databases, columns, found["rows"])
        databases.drop()
    return found


def plainly_copied(source: str, databases: Databases, columns: Columns) -> Found:
    """The yardstick."""
    server = server_process("postgres", databases.folder)
    psql = Path(program("psql") or "psql")
    return {
        "rows": count(source, columns),
        "version": server_version(source),
        "copy": asdict(copy(source, databases.new("postgres"), columns, psql, server)),
    }


def loaded(source: str, databases: Databases, kind: Kind) -> dict[str, Any]:
    """One full load in a process of its own."""
    platform = databases.new("postgres")
    servers = ["postgres", "mariadbd"] if kind == "mariadb" else ["postgres"]
    running = [server_process(server, databases.folder) for server in servers]
    environment = {**os.environ, "BENCH_SOURCE": source, "BENCH_PLATFORM": platform}
    environment["BENCH_SERVERS"] = " ".join(map(str, running))
    done = subprocess.run(
        [sys.executable, "-m", "bench.load"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True
    )
    told: dict[str, Any] = json.loads(done.stdout)
    if not told["balanced"]:
        raise RuntimeError("the books do not balance")
    return told


def title(clients: int, found: Found, busy: float) -> Iterator[str]:
    """What was run, where and when; what makes the figures worse than they should be; how to run it again."""
    command = " ".join(["python -m bench", *sys.argv[1:]])
    if "CLIENTS" in os.environ:
        command = f"CLIENTS={os.environ['CLIENTS']} {command}"
    yield (
        f"`{command}` (that is `make bench`), {datetime.now(UTC):%Y-%m-%d}. {machine()}."
        f" PostgreSQL {found['version']} on both sides, MariaDB"
        f" {version(program('mariadbd') or 'mariadbd', '--version')}, all on this one machine, on private servers that"
        " do not wait for the disk."
    )
    if clients < GOAL_CLIENTS:
        yield (
            f"The goals speak of {GOAL_CLIENTS:,} clients. With {clients:,}, fixed costs weigh more and memory is"
            " less, so that neither a goal missed nor one reached here proves anything there."
        )
    if busy > QUIET:
        yield f"The machine was not quiet: {busy:.1f} processes were at work on it when the run began."
    yield (
        "To repeat it: `make bench`, or a quick one with `make bench CLIENTS=10000`; parts of it with"
        ' `make bench ARGS="--only rivals --rival-clients 5000"`. pgloader is a package of Debian and Ubuntu'
        " (`apt-get install pgloader`); dlt and Sling come with the benchmark's environment. Every figure, also those"
        " left out here, is in `build/benchmark.json`."
    )


if __name__ == "__main__":
    main()
