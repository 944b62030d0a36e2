"""What keeping in step costs: `python -m bench.sync --clients 20000`; shares of the full load of the same run.

From PostgreSQL to PostgreSQL, each run as a process of its own, as a scheduler starts it: `migrate run`. The officers'
day (`migrate sample age`) changes a share of the applications; a delta follows, then a sweep of what it left, then a
sweep and a delta of nothing. `docs/benchmarks-sync.md` is written from it.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.measure import machine
from migrate.project.project import Project
from migrate.project.starting import settings_text
from migrate.sample import make
from migrate.sample.aging import age
from tests.databases import Databases
from tests.servers import servers

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "benchmarks-sync.md"
SEED = 7


@dataclass(frozen=True, slots=True)
class Measured:
    """One `migrate run`: seconds on the clock from start to end of its process, and what its books say."""

    what: str
    seconds: float
    inside: float
    read: int
    written: int


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m bench.sync", description="The benchmark of sync.")
    parser.add_argument("--clients", type=int, default=20_000)
    clients = parser.parse_args().clients
    busy = os.getloadavg()[0]
    with servers() as folder, tempfile.TemporaryDirectory() as files:
        databases = Databases(folder, Path(files))
        found = measure(databases, Path(files) / "project", clients)
    written = page(clients, busy, *found)
    PAGE.write_text(written, encoding="utf-8")
    print(written)


def measure(databases: Databases, home: Path, clients: int) -> tuple[int, list[Measured], float]:
    """(source rows, every run in order, peak memory of any of them in MiB)"""
    legacy, platform = databases.new("postgres"), databases.new("postgres")
    rows = sum(make(legacy, clients, SEED).rows.values())
    home.mkdir()
    (home / "migrate.toml").write_text(
        settings_text("env:BENCH_SOURCE", None).replace('"embedded"', '"env:BENCH_PLATFORM"')
    )
    os.environ |= {"BENCH_SOURCE": legacy, "BENCH_PLATFORM": platform}
    Project.find(home).upgrade()
    runs = [run(home, "full", "full load")]
    runs.append(run(home, "delta", "delta of nothing"))
    for rate in (0.1, 1.0):
        start = datetime.now(UTC).replace(tzinfo=None)
        told = age(legacy, 1, SEED, rate=rate, start=start)
        runs.append(
            run(home, "delta", f"delta after {told.rows:,} rows were written ({told.rows / rows:.2%})")
        )
        runs.append(run(home, "sweep", "sweep of what is left of that"))
    runs.append(run(home, "sweep", "sweep of nothing"))
    return rows, runs, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def run(home: Path, mode: str, what: str) -> Measured:
    """`migrate run`, measured from outside."""
    command = [sys.executable, "-m", "migrate", "run", "--mode", mode, "--max-vanished", "100%"]
    began = time.monotonic()
    done = subprocess.run(
        [*command, "--json", "--project", str(home)], cwd=ROOT, stdout=subprocess.PIPE, check=False
    )
    seconds = time.monotonic() - began
    if done.returncode not in (0, 1):
        raise RuntimeError(f"{what}: exit {done.returncode}")
    told: dict[str, Any] = json.loads(done.stdout)
    if not told["balanced"]:
        raise RuntimeError(f"{what}: the books do not balance")
    return Measured(what, seconds, told["seconds"], told["rows_read"], told["rows_written"])


def page(clients: int, busy: float, rows: int, runs: list[Measured], memory: float) -> str:
    """The results as a page."""
    full = runs[0].seconds
    lines = [
        "# What keeping in step costs",
        "",
        (
            f"`python -m bench.sync --clients {clients}`, {datetime.now(UTC):%Y-%m-%d}. {machine()}. PostgreSQL to"
            f" PostgreSQL on private servers of this machine; {rows:,} source rows. Seconds are those of the whole"
            " process, imports, mappings and the comparison of the schemas included, which weigh in small runs."
            f" The machine had {busy:.1f} processes at work when it began."
        ),
        "",
        "| `migrate run` | seconds | share of the full load | rows read | rows written |",
        "|---|---|---|---|---|",
        *(
            f"| {one.what} | {one.seconds:.1f} | {one.seconds / full:.1%} | {one.read:,} | {one.written:,} |"
            for one in runs
        ),
        "",
        f"Peak memory of any of these processes: {memory:.0f} MiB.",
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
