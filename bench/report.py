"""What a report costs: `python -m bench.report`, over 10,000, 100,000 and 1,000,000 differences.

Each form is rendered by `migrate report` in a process of its own, as a person starts it, from evidence that is made up
first; the bundle is verified by the program in it. `docs/benchmarks-report.md` is written from it.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

from bench.measure import Watched, machine, watch
from migrate.project.starting import start
from tests import evidence

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "benchmarks-report.md"
COUNTS = (10_000, 100_000, 1_000_000)
GOAL = 100_000  # differences
SECONDS, BYTES, MEMORY, GROWTH = 10, 5_000_000, 512, 1.15
PATIENCE = 1_800.0  # seconds

FORMS = {
    "pages in both languages": ("--format", "html"),
    "tables, in four files": ("--format", "csv"),
    "JSON": ("--format", "json"),
    "bundle": ("--bundle", "evidence.zip"),
}


@dataclass(frozen=True)
class Rendered:
    """A form that was rendered of so many differences."""

    differences: int
    form: str
    seconds: float
    memory: float
    size: int


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m bench.report", description="The benchmark of reports.")
    parser.add_argument("--differences", type=int, nargs="+", default=COUNTS)
    found = []
    with tempfile.TemporaryDirectory(prefix="bench-report-") as place:
        for count in parser.parse_args().differences:
            for each in measured(Path(place) / str(count), count):
                print(
                    f"{count:>9,}  {each.form:24} {each.seconds:6.1f} s {each.memory:5.0f} MiB {each.size:>12,} bytes"
                )
                found.append(each)
    PAGE.write_text(page(found), encoding="utf-8")
    print(f"wrote {PAGE.relative_to(ROOT)}")


def measured(folder: Path, count: int) -> Iterator[Rendered]:
    """Every form of so many differences."""
    list(start(folder))
    maker = get_context("fork").Process(target=evidence.large, args=(folder / ".migrate/evidence", count))
    maker.start()  # apart, so that what it takes is not ours
    maker.join()
    for form, arguments in FORMS.items():
        out = folder / form.replace(" ", "-")
        more = ("--out", str(out)) if arguments[0] == "--format" else ()
        done = _run(
            [sys.executable, "-m", "migrate", "report", *arguments, *more, "--project", str(folder)], folder
        )
        files = list(out.iterdir()) if more else [folder / "evidence.zip"]
        yield Rendered(count, form, done.seconds, done.memory, sum(path.stat().st_size for path in files))
    verifier = ROOT / "reconciliation" / "verify_bundle.py"
    done = _run([sys.executable, str(verifier), str(folder / "evidence.zip")], folder)
    yield Rendered(count, "bundle, verified", done.seconds, done.memory, 0)


def _run(command: list[str], folder: Path) -> Watched:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    done = watch(command, environment, folder, PATIENCE)
    if done.code not in (0, 1):
        raise SystemExit(f"{' '.join(command)} ended with {done.code}: {done.said}")
    return done


def page(found: list[Rendered]) -> str:
    """The page of results."""
    told = {(each.differences, each.form): each for each in found}
    rows = [
        f"| {each.differences:,} | {each.form} | {each.seconds:.1f} | {each.memory:.0f} | {_size(each.size)} |"
        for each in found
    ]
    head = [
        "# What a report costs",
        "",
        f"`python -m bench.report` (that is `make bench-report`), {datetime.now(UTC):%Y-%m-%d}. {machine()}.",
        "Evidence of 300 subjects and every kind of difference, made up; each form by a process of its own, from its",
        "start to its end. The machine had other work at the same time.",
        "",
        *_goals(told),
        "",
        "| Differences | Form | Seconds | MiB | Size |",
        "|---:|---|---:|---:|---:|",
    ]
    return "\n".join([*head, *rows]) + "\n"


def _goals(told: dict[tuple[int, str], Rendered]) -> Iterator[str]:
    """The goals, as far as they were measured."""
    pages = {count: each for (count, form), each in told.items() if form == "pages in both languages"}
    if GOAL in pages:
        here = pages[GOAL]
        yield _goal(
            f"Pages over {GOAL:,} differences render in under {SECONDS} s", here.seconds, SECONDS, "s"
        )
        yield _goal("A page is at most 5 MB", here.size / 2 / 1e6, BYTES / 1e6, "MB")
    if pages:
        most = max(pages)
        yield _goal(f"Memory is at most {MEMORY} MiB", pages[most].memory, MEMORY, "MiB")
        if most // 10 in pages:
            growth = pages[most].memory / pages[most // 10].memory
            yield _goal(
                f"Ten times the differences take at most {GROWTH} times the memory", growth, GROWTH, "times"
            )


def _goal(text: str, measured: float, limit: float, unit: str) -> str:
    return f"- {text}: **{'reached' if measured <= limit else 'missed'}** ({measured:.2f} {unit})."


def _size(size: int) -> str:
    return f"{size / 1e6:,.1f} MB" if size else "–"


if __name__ == "__main__":
    began = time.monotonic()
    main()
    print(f"{time.monotonic() - began:,.0f} s")
