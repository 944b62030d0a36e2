"""Run the benchmark and write docs/benchmarks.md: see the package."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.measure import machine, server_process, version
from bench.yardstick import copy, count, read_columns, server_version
from migrate.mapping import load
from migrate.platform.layout import layout
from migrate.sample import make
from migrate.transform.vocabulary import vocabulary
from tests.databases import Databases, Kind
from tests.servers import program, servers

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "benchmarks.md"
SEED = 7
SOURCES: tuple[tuple[Kind, str], ...] = (
    ("postgres", "PostgreSQL"),
    ("mariadb", "MariaDB over ODBC"),
    ("sqlite", "SQLite"),
)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="make bench", description="The benchmark of full loads.")
    parser.add_argument("--clients", type=int, default=int(os.environ.get("CLIENTS", "100000")))
    clients = parser.parse_args().clients
    with servers() as folder, tempfile.TemporaryDirectory() as files:
        databases = Databases(folder, Path(files))
        small, large = (measure(databases, folder, size) for size in (max(clients // 10, 500), clients))
    PAGE.write_text(page(clients, small, large), encoding="utf-8")
    print(PAGE.read_text(encoding="utf-8"))


def measure(databases: Databases, folder: Path, clients: int) -> dict[str, Any]:
    """Make the sample in every database, copy it plainly, and load it from each."""
    mappings = load(ROOT / "mappings" / "gcms", vocabulary=vocabulary(), layout=layout())
    columns = read_columns(mappings)
    found: dict[str, Any] = {"loads": {}, "made": {}}
    for kind, _ in SOURCES:
        source, platform = databases.new(kind), databases.new("postgres")
        began = time.monotonic()
        made = make(source, clients, SEED)
        found["made"][kind] = sum(made.rows.values()) / (time.monotonic() - began)
        postgres = server_process("postgres", folder)
        if kind == "postgres":
            found["rows"] = count(source, columns)
            found["version"] = server_version(source)
            psql = Path(program("psql") or "psql")
            found["copy"] = copy(source, databases.new("postgres"), columns, psql, postgres)
        running = [postgres] if kind != "mariadb" else [postgres, server_process("mariadbd", folder)]
        found["loads"][kind] = loaded(source, platform, running)
        databases.drop()
    return found


def loaded(source: str, platform: str, running: list[int]) -> dict[str, Any]:
    """One full load in a process of its own."""
    environment = {**os.environ, "BENCH_SOURCE": source, "BENCH_PLATFORM": platform}
    environment["BENCH_SERVERS"] = " ".join(map(str, running))
    done = subprocess.run(
        [sys.executable, "-m", "bench.load"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True
    )
    told: dict[str, Any] = json.loads(done.stdout)
    if not told["balanced"]:
        raise RuntimeError("the books do not balance")
    return told


def page(clients: int, small: dict[str, Any], large: dict[str, Any]) -> str:
    """The results as a page."""
    plain = large["copy"]
    lines = [
        "# Benchmarks",
        "",
        (
            f"`make bench CLIENTS={clients}`, {datetime.now(UTC):%Y-%m-%d}. {machine()}. "
            f"PostgreSQL {large['version']} on both sides, "
            f"MariaDB {version(program('mariadbd') or 'mariadbd', '--version')}, all on this one machine."
        ),
        "",
        (
            "The whole pipeline: read, map, judge, load, state, ledger, indexes and foreign keys. The yardstick is"
            " `psql COPY out | psql COPY in` of the same tables and columns, into tables with a primary key, in one"
            " run. Figures of one machine say little about another; the ratios are what counts."
        ),
        "",
        f"{clients:,} clients, {large['rows']:,} source rows (each table once).",
        "",
        (
            "| Full load from | seconds | rows/s | against COPY out, COPY in | CPU s: read, map, write, rest"
            f" | CPU s: servers | peak memory | memory against {max(clients // 10, 500):,} clients |"
        ),
        "|---|---|---|---|---|---|---|---|",
        (
            f"| (COPY out, COPY in) | {plain.seconds:.1f} | {large['rows'] / plain.seconds:,.0f} | 1 |"
            f" | {plain.servers:.0f} | | |"
        ),
    ]
    for kind, name in SOURCES:
        load_, before = large["loads"][kind], small["loads"][kind]
        cpu = ", ".join(f"{load_['cpu'][stage]:.0f}" for stage in ("read", "map", "write", "rest"))
        lines.append(
            f"| {name} | {load_['seconds']:.1f} | {large['rows'] / load_['seconds']:,.0f} |"
            f" {load_['seconds'] / plain.seconds:.2f} | {cpu} | {load_['servers']:.0f} |"
            f" {load_['memory']:.0f} MiB | {load_['memory'] / before['memory']:.2f} |"
        )
    lines += [
        "",
        "`sample make`, indexes included: "
        + ", ".join(f"{name} {large['made'][kind]:,.0f} rows/s" for kind, name in SOURCES)
        + ".",
        "",
        "Not measured here: dlt, Sling and pgloader beside it.",
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
