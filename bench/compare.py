"""What a comparison of every row costs: `python -m bench.compare --large`, beside three programs that compare.

The pair is made by `bench.applications`; each turn is a process of its own on the same servers. With `--large` our
check is asked once more, of a pair that is ten times as large: its memory must not grow.
`docs/benchmarks-compare.md` is written from it by `bench.compare_page`.
"""

import argparse
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

from bench.applications import COMPARED, differ, legacy, platform
from bench.compare_page import OURS, QUICK, READ, READS, Turn, page
from bench.measure import machine, span, version, watch
from bench.multiplied import multiply
from bench.places import Place, port
from bench.yardstick import server_version
from tests.databases import Databases
from tests.servers import program, servers

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "benchmarks-compare.md"
RECORD = ROOT / "build" / "benchmark-compare.json"
RIVALS = ROOT / ".venv-rivals" / "bin"
CELLS = 100
PATIENCE = 15 * 60  # seconds
GLANCE = 3  # seconds
FULL = 1_000_000
TIMES = 10
KINDS = {"postgres": "PostgreSQL", "mariadb": "MariaDB over ODBC"}

Sides = tuple[str, str]
"""URLs of the legacy database and of the platform."""


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.compare", description="The benchmark of comparing."
    )
    parser.add_argument("--rows", type=int, default=FULL)
    parser.add_argument("--without-rivals", action="store_true")
    parser.add_argument("--large", action="store_true", help=f"ask our check of {TIMES} times the rows too")
    asked = parser.parse_args()
    with span() as before:
        time.sleep(GLANCE)
    with servers() as folder, tempfile.TemporaryDirectory() as files:
        databases = Databases(folder, Path(files))
        there = databases.new("postgres")
        platform(there, asked.rows)
        sources = {kind: databases.new(kind) for kind in ("postgres", "mariadb")}
        for url in sources.values():
            legacy(url, asked.rows)
        turns = measured(sources, there, Path(files), asked.rows, rivals=not asked.without_rivals)
        if asked.large:
            turns += enlarged(sources, there, Path(files), asked.rows)
        told = title(asked, 1 - before.idle, server_version(there))
        databases.drop()
    write(turns, told)


def write(turns: list[Turn], told: str) -> None:
    """The record and the page."""
    RECORD.parent.mkdir(exist_ok=True)
    RECORD.write_text(json.dumps([asdict(turn) for turn in turns], indent=1), encoding="utf-8")
    PAGE.write_text(page(turns, told), encoding="utf-8")
    print(PAGE.read_text(encoding="utf-8"))


def title(asked: argparse.Namespace, busy: float, server: str) -> str:
    """What was run, where and when, and how to run it again."""
    rows, large = asked.rows, " --large" * asked.large
    return (
        f"`python -m bench.compare --rows {rows}{large}` (that is `make bench-compare`), {datetime.now(UTC):%Y-%m-%d}."
        f" {machine()}. PostgreSQL {server}, MariaDB {version(program('mariadbd') or 'mariadbd', '--version')}, private"
        f" servers of this machine that do not wait for the disk. Before the run others used {busy:.0%} of its"
        f" processors, and may have gone on. {rows:,} applications"
        f"{'' if rows >= FULL else f' (the goals speak of {FULL:,})'}, {len(COMPARED)} compared fields."
    )


def measured(sources: Mapping[str, str], there: str, files: Path, rows: int, *, rivals: bool) -> list[Turn]:
    """Every turn, first without a difference, then with some."""
    turns = []
    for cells in (0, CELLS):
        if cells:
            differ(there, cells)
        for kind, here in sources.items():
            given = ((here, there), kind, cells, files)
            made = [yardstick(*given), check(*given)]
            if not cells:
                quick(*given)  # compares everything, and leaves a seal
            made.append(quick(*given))
            if rivals:
                made += [rival(*given) for rival in (reladiff, datacompy, dvt)]
            print(*made, sep="\n", file=sys.stderr, flush=True)
            turns += made
    return [replace(turn, rows=rows) for turn in turns]


def enlarged(sources: Mapping[str, str], there: str, files: Path, rows: int) -> list[Turn]:
    """Our check alone, of a pair several times as large, with as many differences as there were last."""
    multiply(sources.values(), there, rows, TIMES)
    turns = [check((here, there), kind, CELLS, files) for kind, here in sources.items()]
    print(*turns, sep="\n", file=sys.stderr, flush=True)
    return [replace(turn, rows=rows * TIMES) for turn in turns]


def yardstick(sides: Sides, kind: str, cells: int, files: Path) -> Turn:
    """The read that is in the middle of some, after one that leaves both sides warm."""
    reads = [ours(READ, "bench.compare_read", sides, kind, cells, files) for _ in range(1 + READS)]
    return sorted(reads[1:], key=lambda read: read.seconds)[READS // 2]


def check(sides: Sides, kind: str, cells: int, files: Path) -> Turn:
    """Our check of all rows."""
    return ours(OURS, "bench.compare_run", sides, kind, cells, files)


def quick(sides: Sides, kind: str, cells: int, files: Path) -> Turn:
    """Our check of the rows that have changed since the quick one before."""
    return ours(
        QUICK, "bench.compare_run", sides, kind, cells, files, BENCH_SEALS=str(files / f"seals-{kind}")
    )


def ours(name: str, module: str, sides: Sides, kind: str, cells: int, files: Path, **more: str) -> Turn:
    """A program of this benchmark that understands SQLAlchemy's URLs."""
    given = {"BENCH_LEGACY": sides[0], "BENCH_PLATFORM": sides[1], **more}
    return turn(name, [sys.executable, "-m", module], given, kind, cells, files)


def reladiff(sides: Sides, kind: str, cells: int, files: Path) -> Turn:
    """reladiff, in our environment."""
    program_ = [sys.executable, str(ROOT / "bench" / "reladiff_run.py")]
    return turn("reladiff", program_, _addresses(sides, "mysql"), kind, cells, files)


def datacompy(sides: Sides, kind: str, cells: int, files: Path) -> Turn:
    """Datacompy on polars, in the rivals' environment."""
    program_ = [str(RIVALS / "python"), str(ROOT / "bench" / "datacompy_run.py")]
    return turn("datacompy (polars)", program_, _addresses(sides, "mysql"), kind, cells, files)


def dvt(sides: Sides, kind: str, cells: int, files: Path) -> Turn:
    """Google's Data Validation Tool: hashes of whole rows, worked out by both databases."""
    folder = Path(tempfile.mkdtemp(dir=files))
    tables = []
    for name, url in zip(("legacy", "platform"), sides, strict=True):
        place, door = _door(url)
        told = {"host": "127.0.0.1", "port": door, "user": place.user, "password": place.password or "none"}
        told |= {"database": place.name, "source_type": "MySQL" if place.kind == "mariadb" else "Postgres"}
        (folder / f"{name}.connection.json").write_text(json.dumps(told), encoding="utf-8")
        tables.append(f"{place.name if place.kind == 'mariadb' else 'public'}.twin")
    command = [
        str(RIVALS / "data-validation"), "validate", "row", "-sc", "legacy", "-tc", "platform",
        "-tbls", "=".join(tables), "--primary-keys", "row_key", "--hash", "*", "--filter-status", "fail",
        "--format", "csv",
    ]  # fmt: skip
    return turn("Google DVT", command, {"PSO_DV_CONN_HOME": str(folder)}, kind, cells, files)


def turn(name: str, command: list[str], given: Mapping[str, str], kind: str, cells: int, files: Path) -> Turn:
    """Run a program, and read what it says of itself where it says something."""
    if not Path(command[0]).exists():
        return Turn(name, KINDS[kind], cells, None, 0.0, 0.0, failure="not installed")
    folder = Path(tempfile.mkdtemp(dir=files))
    environment = {**os.environ, "BENCH_COLUMNS": " ".join(COMPARED), "PYTHONPATH": str(ROOT), **given}
    if name == "Google DVT":
        del environment["PYTHONPATH"]
    seen = watch(command, environment, folder, PATIENCE)
    said = (folder / "said").read_text(errors="replace").strip().splitlines()
    try:
        told = json.loads(said[-1])
    except (IndexError, ValueError):
        told = {}
    failure = "" if not seen.code else f"ended with code {seen.code}"
    if failure:
        print(name, *said[-3:], sep="\n", file=sys.stderr)
    found = _failed(said) if name == "Google DVT" and not failure else told.get("differences")
    inside = told.get("seconds")
    return Turn(name, KINDS[kind], cells, inside, seen.seconds, seen.memory, found, failure)


def _failed(said: list[str]) -> int:
    """Rows that differ or are on one side alone, by the last line of DVT's log."""
    (count,) = re.findall(r'"total_rows_fail_validation_status": (\d+)', "\n".join(said))
    return int(count)


def _addresses(sides: Sides, mysql: str) -> dict[str, str]:
    found = {}
    for name, url in zip(("BENCH_LEGACY", "BENCH_PLATFORM"), sides, strict=True):
        place, door = _door(url)
        scheme = mysql if place.kind == "mariadb" else "postgresql"
        user = f"{place.user}:{place.password or 'none'}"
        found[name] = f"{scheme}://{user}@127.0.0.1:{door}/{place.name}"
    return found


def _door(url: str) -> tuple[Place, int]:
    """The place that a URL names, and a port that leads there."""
    place = Place.of(url)
    return place, port(place.socket if place.kind == "mariadb" else f"{place.socket}/.s.PGSQL.5432")


if __name__ == "__main__":
    main()
