"""What was measured as a page: tables, and for every goal whether it was reached.

In: the figures by number of clients, as `bench.__main__` gathers them. Out: Markdown. Nothing is judged by hand: a goal
is reached when every figure that it speaks of was measured and keeps within it, and missed when one does not.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from math import inf
from typing import Any

from tests.databases import Kind

SOURCES: tuple[tuple[Kind, str], ...] = (
    ("postgres", "PostgreSQL"),
    ("mariadb", "MariaDB over ODBC"),
    ("sqlite", "SQLite"),
)
YARDSTICK = "`COPY out | COPY in`"

Found = dict[str, Any]
"""Figures of one size: rows, version, copy, and by kind of source made, loads, rivals."""


@dataclass(frozen=True)
class Goal:
    """A bound on figures. measured: figure by name; None where it should be and is not."""

    promise: str
    measured: dict[str, float | None]
    least: float = -inf
    most: float = inf

    @property
    def verdict(self) -> str:
        """Reached, missed, or not shown."""
        figures = list(self.measured.values())
        if any(figure is not None and not self.least <= figure <= self.most for figure in figures):
            return "missed"
        return "reached" if figures and None not in figures else "not shown"

    def __str__(self) -> str:
        figures = "; ".join(
            f"{name} {'not measured' if figure is None else _short(figure)}".strip()
            for name, figure in self.measured.items()
        )
        return f"- {self.promise}: **{self.verdict}**{f' ({figures})' if figures else ''}."


@dataclass(frozen=True)
class Measured:
    """A whole run: figures by number of clients, and which sizes play which part; 0 for a part that was left out."""

    found: dict[int, Found]
    small: int
    large: int
    rivals: int


def page(run: Measured, title: Iterable[str]) -> str:
    """The page. title: what was run where and when, as paragraphs."""
    lines = ["# Benchmarks", ""]
    for paragraph in title:
        lines += [paragraph, ""]
    lines += ["## Goals", "", *map(str, goals(run)), ""]
    if run.large:
        lines += ["## Full loads", "", *_loads(run), ""]
    if run.rivals:
        lines += ["## Beside dlt, Sling and pgloader", "", *_rivals(run.found[run.rivals], run.rivals), ""]
    return "\n".join(lines)


# --- goals ------------------------------------------------------------------------------------------------------------


def goals(run: Measured) -> Iterator[Goal]:
    """Every goal for speed and memory."""
    large, small, rivals = (run.found.get(size) for size in (run.large, run.small, run.rivals))
    two = [source for source in SOURCES if source[0] != "sqlite"]
    yield Goal(
        f"A full load takes at most 2.5 times as long as {YARDSTICK} of its rows",
        _by_source(
            large, lambda kind, found: found["loads"][kind]["seconds"] / found["copy"]["seconds"], two
        ),
        most=2.5,
    )
    for rival, kinds, times in (("Sling", SOURCES, 1), ("pgloader", SOURCES[1:], 1), ("dlt", SOURCES, 5)):
        than = f"at least {times} times as fast as dlt's default" if times > 1 else f"faster than {rival}"
        yield Goal(
            f"Mapping and all, it is {than} copying the same tables unmapped (times as fast)",
            _by_source(rivals, partial(_faster, rival), kinds),
            least=times,
        )
    yield Goal(
        "It takes at most 512 MiB of memory (MiB)",
        _by_source(large, lambda kind, found: found["loads"][kind]["memory"]),
        most=512,
    )
    yield Goal(
        "Ten times the clients take at most 1.15 times the memory",
        _by_source(
            small if run.large >= 10 * run.small else None,
            lambda kind, found: (
                run.found[run.large]["loads"][kind]["memory"] / found["loads"][kind]["memory"]
            ),
        ),
        most=1.15,
    )
    yield Goal(
        "`sample make` writes at least 60,000 rows/s into PostgreSQL",
        _by_source(large, lambda kind, found: found["made"][kind], SOURCES[:1]),
        least=60_000,
    )


def _by_source(
    found: Found | None,
    figure: Callable[[Kind, Found], float | None],
    sources: Iterable[tuple[Kind, str]] = SOURCES,
) -> dict[str, float | None]:
    return {name: figure(kind, found) for kind, name in sources} if found else {}


def _faster(rival: str, kind: Kind, found: Found) -> float | None:
    """How many times as fast as that rival our load of the same rows was; None where the rival did not copy them."""
    ours = found["loads"][kind]["seconds"]
    copied = (copy for copy in found["rivals"][kind] if copy["rival"] == rival and not copy["failure"])
    return next((copy["seconds"] / ours for copy in copied), None)


# --- tables -----------------------------------------------------------------------------------------------------------


def _loads(run: Measured) -> Iterator[str]:
    large, small = run.found[run.large], run.found[run.small]
    plain = large["copy"]
    yield (
        "The whole pipeline: read, map, judge, load, state, ledger, indexes and foreign keys. The yardstick is"
        " `psql COPY out | psql COPY in` of the same tables and columns, into tables with a primary key, in one run."
        " Figures of one machine say little about another; the ratios are what counts."
    )
    yield ""
    yield f"{run.large:,} clients, {large['rows']:,} source rows (each table once)."
    yield ""
    yield from _table(
        "Full load from | seconds | rows/s | against COPY out, COPY in | CPU s: read, map, write, rest"
        f" | CPU s: servers | peak memory | memory against {run.small:,} clients"
    )
    rate, cost = large["rows"] / plain["seconds"], plain["servers"]
    yield f"| (COPY out, COPY in) | {plain['seconds']:.1f} | {rate:,.0f} | 1 | | {cost:.0f} | | |"
    for kind, name in SOURCES:
        load, before = large["loads"][kind], small["loads"][kind]
        cpu = ", ".join(f"{load['cpu'][stage]:.0f}" for stage in ("read", "map", "write", "rest"))
        yield (
            f"| {name} | {load['seconds']:.1f} | {large['rows'] / load['seconds']:,.0f} |"
            f" {load['seconds'] / plain['seconds']:.2f} | {cpu} | {load['servers']:.0f} |"
            f" {load['memory']:.0f} MiB | {load['memory'] / before['memory']:.2f} |"
        )
    yield ""
    made = (f"{name} {large['made'][kind]:,.0f} rows/s" for kind, name in SOURCES)
    yield f"`sample make`, indexes included: {', '.join(made)}."


def _rivals(found: Found, clients: int) -> Iterator[str]:
    yield (
        "Each copies the tables and columns that the mappings read into an empty PostgreSQL database, with its own"
        " defaults: unmapped, unjudged, without keys, indexes or books. Our load of the same rows does all of that and"
        " is measured in the same run. The start of a program is not counted. pgloader reads MariaDB and SQLite only;"
        " dlt reads MariaDB through pymysql."
    )
    yield ""
    yield f"{clients:,} clients, {found['rows']:,} source rows."
    yield ""
    yield from _table("From | by | seconds | rows/s | peak memory | our full load is so many times as fast")
    for kind, name in SOURCES:
        ours = found["loads"][kind]
        yield (
            f"| {name} | our full load | {ours['seconds']:.1f} | {found['rows'] / ours['seconds']:,.0f} |"
            f" {ours['memory']:.0f} MiB | 1 |"
        )
        for copy in found["rivals"][kind]:
            who = f"{copy['rival']} {copy['version']}".strip()
            if copy["failure"]:
                yield f"| {name} | {who} | {copy['failure']} | | | |"
            else:
                yield (
                    f"| {name} | {who} | {copy['seconds']:.1f} | {found['rows'] / copy['seconds']:,.0f} |"
                    f" {copy['memory']:.0f} MiB | {copy['seconds'] / ours['seconds']:.2f} |"
                )


def _table(head: str) -> Iterator[str]:
    yield f"| {head} |"
    yield "|---" * (head.count("|") + 1) + "|"


def _short(figure: float) -> str:
    return f"{figure:.2f}" if figure < 10 else f"{figure:,.0f}"
