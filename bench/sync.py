"""What keeping in step costs: `python -m bench.sync --clients 20000`; shares of the full load of the same run.

From PostgreSQL to PostgreSQL, each run as a process of its own, as a scheduler starts it: `migrate run`. Days of
officers' work (`migrate sample age`) change the legacy database; a delta follows each, then a sweep takes up what that
left. The same is done with a tenth of the clients, where dlt and Sling follow too, and their copies are compared with
the source by the record that the days leave. `docs/benchmarks-sync.md` is written from it by `bench.sync_page`.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

from bench.measure import machine, peak_memory
from bench.merging import Follower, followers, record, with_stamps
from bench.sync_page import Day, Measured, Size, page
from bench.yardstick import read_columns, server_version
from migrate.project.project import Project
from migrate.project.starting import settings_text
from migrate.sample import make
from migrate.sample.aging import age, late_commit
from tests.databases import Databases
from tests.servers import servers

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "benchmarks-sync.md"
RECORD = ROOT / "build" / "benchmark-sync.json"
SEED = 7
RATES = (0.1, 1.5)  # of a usual day: the least that a day can be, and about a hundredth of all entities
FEWEST = 500  # clients: the smallest sample that there is
STAMPS = ("LAST_UPD", "DB_LAST_UPD")
_GLANCE = 0.02  # seconds


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m bench.sync", description="The benchmark of sync.")
    parser.add_argument("--clients", type=int, default=20_000)
    clients = parser.parse_args().clients
    busy = os.getloadavg()[0]
    with servers() as folder, tempfile.TemporaryDirectory() as files:
        databases = Databases(folder, Path(files))
        small = measure(databases, Path(files), max(clients // 10, FEWEST), rates=RATES[:1], rivals=True)
        large = measure(databases, Path(files), clients, rates=RATES, rivals=False)
    RECORD.parent.mkdir(exist_ok=True)
    RECORD.write_text(json.dumps([asdict(small), asdict(large)], indent=1, default=str), encoding="utf-8")
    written = page(small, large, title(clients, busy, large.version))
    PAGE.write_text(written, encoding="utf-8")
    print(written)


def title(clients: int, busy: float, server: str) -> Iterator[str]:
    """What was run, where and when, and how to run it again."""
    yield (
        f"`python -m bench.sync --clients {clients}` (that is `make bench-sync`),"
        f" {datetime.now(UTC):%Y-%m-%d}. {machine()}. PostgreSQL {server} on both sides, private servers of this"
        f" machine that do not wait for the disk. {busy:.1f} processes were at work on it when the run began."
    )


def measure(
    databases: Databases, files: Path, clients: int, *, rates: tuple[float, ...], rivals: bool
) -> Size:
    """Load a sample of that size; then let days pass on copies of both databases, each fresh from the load."""
    fresh = (databases.new("postgres"), databases.new("postgres"))
    made = make(fresh[0], clients, SEED)
    home = files / f"project-{clients}"
    home.mkdir()
    settings = settings_text("env:BENCH_SOURCE", None).replace('"embedded"', '"env:BENCH_PLATFORM"')
    (home / "migrate.toml").write_text(settings.replace("deep_nights = 7", "deep_nights = 1"))
    _use(fresh)
    project = Project.find(home)
    project.upgrade()
    columns = with_stamps(read_columns(project.mappings()))
    size = Size(clients, sum(made.rows.values()), run(home, "full", "full load"), server_version(fresh[0]))
    size.idle = [run(home, mode, f"{mode} of nothing") for mode in ("delta", "sweep")]
    for indexed, rate in product((False, True), rates):
        pair = (databases.new("postgres", like=fresh[0]), databases.new("postgres", like=fresh[1]))
        _use(pair)
        if indexed:
            index(pair[0], columns)
        others = []
        if rivals and not indexed:
            others = followers(
                pair[0], (databases.new("postgres"), databases.new("postgres")), columns, files
            )
        size.turns += [each.turn("first copy") for each in others]
        size.days.append(day(size, home, pair[0], rate, indexed, others))
    databases.drop()
    return size


def day(size: Size, home: Path, legacy: str, rate: float, indexed: bool, others: list[Follower]) -> Day:
    """A day of work and who follows it.

    Where there are others, a transaction is open all day and commits after everybody has followed; then all do so once
    more, and our deep run finds what is left.
    """
    truth = home / f"day-{rate}-{indexed}.csv"
    start = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    opened = late_commit(legacy, cases=5, seed=SEED, start=start) if others else nullcontext()
    with opened as transaction:
        avoid = transaction.keys if transaction else ()
        begin = start + timedelta(minutes=1)
        told = age(legacy, 1, SEED, truth, rate=rate, start=begin, avoid=avoid)
        lines = record(truth)
        touched = len({(line["entity"], line["key"]) for line in lines if line["entity"]})
        runs = [run(home, "delta", "delta")]
        size.turns += [each.turn("after the day", lines) for each in others]
    if transaction:
        late = {"table": "S_CASE", "change": "update", "kind": "late_commit", "net": "sweep"}
        lines += [late | {"row_id": key} for key in transaction.keys]
        runs.append(run(home, "delta", "delta after the late commit"))
        size.turns += [each.turn("after the late commit", lines) for each in others]
    runs += [run(home, "sweep", what) for what in ("sweep of what is left", "sweep of nothing")]
    if transaction:
        runs.append(run(home, "deep", "deep run over everything"))
    return Day(rate, told.rows, touched, indexed, runs)


def _use(pair: tuple[str, str]) -> None:
    """The databases of the next runs."""
    os.environ |= {"BENCH_SOURCE": pair[0], "BENCH_PLATFORM": pair[1]}


def index(legacy: str, columns: dict[str, tuple[str, ...]]) -> None:
    """Indexes on both stamps of every table that the mappings read."""
    engine = create_engine(legacy, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for table in columns:
            for stamp in STAMPS:
                connection.execute(text(f'CREATE INDEX "{table}_{stamp}" ON "{table}" ("{stamp}")'))
            connection.execute(text(f'ANALYZE "{table}"'))
    engine.dispose()


def run(home: Path, mode: str, what: str) -> Measured:
    """`migrate run`, measured from outside: the whole process."""
    command = [sys.executable, "-m", "migrate", "run", "--mode", mode, "--max-vanished", "100%"]
    memory, began = 0.0, time.monotonic()
    with subprocess.Popen(
        [*command, "--json", "--project", str(home)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout is not None
        while process.poll() is None:
            memory = max(memory, peak_memory(process.pid))
            time.sleep(_GLANCE)
        told: dict[str, Any] = json.loads(process.stdout.read() or b"{}")
    seconds = time.monotonic() - began
    if process.returncode not in (0, 1):
        raise RuntimeError(f"{what}: exit {process.returncode}")
    if not told["balanced"]:
        raise RuntimeError(f"{what}: the books do not balance")
    entities = sum(counts["read"] for counts in told["entities"].values())
    return Measured(what, seconds, told["seconds"], told["rows_read"], told["rows_written"], memory, entities)


if __name__ == "__main__":
    main()
