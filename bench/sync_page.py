"""What keeping in step costs, as a page: tables, and for every goal whether it was reached.

In: the runs of a small and a large database, as `bench.sync` gathers them. Out: Markdown.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from bench.merging import Turn
from bench.page import Goal


@dataclass(frozen=True, slots=True)
class Measured:
    """One `migrate run`.

    seconds:   on the clock, from start to end of its process.
    inside:    of these, from the first question to the source until the books were closed.
    entities:  that were read, of all kinds.
    """

    what: str
    seconds: float
    inside: float
    read: int
    written: int
    memory: float
    entities: int


@dataclass(frozen=True, slots=True)
class Day:
    """What officers did, and the runs that followed, the delta first.

    rate:      share of a usual day.      rows: that they wrote.      entities: that these belong to.
    indexed:   the source has indexes on its stamps.
    """

    rate: float
    rows: int
    entities: int
    indexed: bool
    runs: list[Measured]


@dataclass(slots=True)
class Size:
    """A database; `idle`: a delta and a sweep of nothing; `turns`: what rivals did after its first day."""

    clients: int
    rows: int
    full: Measured
    version: str = ""
    idle: list[Measured] = field(default_factory=list)
    days: list[Day] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)

    @property
    def runs(self) -> list[Measured]:
        """All of them."""
        return [self.full, *self.idle, *(run for day in self.days for run in day.runs)]


def goals(small: Size, large: Size) -> Iterator[Goal]:
    """Every goal for the speed of sync."""
    full, days = large.full, sorted(large.days, key=lambda day: (day.rate, day.indexed))
    rates = sorted({day.rate for day in days})
    for rate, goal, most in zip(rates, ("0.1", "1"), (2, 6), strict=False):
        yield Goal(
            f"A delta after {goal} % changes costs at most {most} % of the full load (%)",
            {
                f"{day.entities / full.entities:.2%} of the entities, {_stamps(day)}": _share(
                    day.runs[0], full
                )
                for day in days
                if day.rate == rate
            },
            most=most,
        )
    yield Goal(
        "Ten times the database with the same number of changes costs at most 1.3 times as much",
        {
            f"{one.entities:,} and {ten.entities:,} entities, {_stamps(one)}": ten.runs[0].inside
            / one.runs[0].inside
            for one in small.days
            for ten in days
            if (one.rate, one.indexed) == (ten.rate, ten.indexed)
        },
        most=1.3,
    )
    delta, sweep = large.idle
    yield Goal("A delta that finds nothing takes under 2 s as a process (s)", {"": delta.seconds}, most=2)
    yield Goal(
        "A sweep of an unchanged database costs at most 15 % of the full load (%)",
        {"": _share(sweep, full)},
        most=15,
    )
    yield Goal("No run takes more than 512 MiB (MiB)", {"": max(run.memory for run in large.runs)}, most=512)


def page(small: Size, large: Size, title: Iterable[str]) -> str:
    """The page. title: what was run where and when, as paragraphs."""
    lines = ["# What keeping in step costs", ""]
    for paragraph in (*title, *_terms(large)):
        lines += [paragraph, ""]
    lines += ["## Goals", "", *map(str, goals(small, large)), "", *_where(small, large)]
    for size in (large, small):
        lines += [f"## {size.clients:,} clients", "", *_size(size), ""]
    if small.turns:
        lines += ["## Beside dlt and Sling", "", *_rivals(small), ""]
    return "\n".join(lines)


def _terms(large: Size) -> Iterator[str]:
    yield (
        "A run is measured twice. *Process* is all of it, from start to end: imports, mappings and the comparing of"
        " both schemas included, which cost the same whether there is much to do or nothing. *Work* is the time from"
        " the first question to the source until the books are closed. Shares are shares of work."
    )
    yield (
        "Changes are counted in entities, since these are moved whole: one row written by an officer has a whole client"
        f" or application read again, {large.full.read / large.full.entities:.0f} rows on average. The smallest day"
        " that the sample knows has some changes of each kind, however small the database is. A legacy database need"
        " not have indexes on its stamps; every day is measured without and with them, each on a fresh copy of both"
        " databases as they were after the full load."
    )


def _where(small: Size, large: Size) -> Iterator[str]:
    """Where the time goes, as far as the figures tell."""
    plain = sorted((day for day in large.days if not day.indexed), key=lambda day: day.entities)
    tenth = next((day for day in small.days if not day.indexed), None)
    if len(plain) > 1 and tenth:
        few, many = plain[0], plain[-1]
        each = 1000 * (many.runs[0].inside - few.runs[0].inside) / max(many.entities - few.entities, 1)
        nothing = large.idle[0]
        yield (
            "Where the time of a delta goes: a process needs"
            f" {nothing.seconds - nothing.inside:.1f} s before its first question and after its last (imports,"
            f" mappings, both schemas); finding nothing takes {nothing.inside:.2f} s more. The first few entities of"
            " each kind cost most: every table that may hold rows of theirs is read, its columns are mapped, and the"
            f" platform's are compared, however few the rows are. So a delta of {few.entities:,} entities works"
            f" {few.runs[0].inside:.1f} s, and {tenth.runs[0].inside:.1f} s with a tenth of the"
            f" clients. From there to {many.entities:,} entities each costs {each:.1f} ms. A sweep has"
            " the source count all rows, and brings a line for each entity and table over."
        )
        yield ""


def _size(size: Size) -> Iterator[str]:
    yield f"{size.rows:,} source rows, {size.full.entities:,} entities."
    yield ""
    yield "| `migrate run` | work, s | share of the full load | process, s | rows read | rows written | MiB |"
    yield "|---|---|---|---|---|---|---|"
    yield from (_line(run, size.full) for run in (size.full, *size.idle))
    for day in size.days:
        yield (
            f"| *a day, {_stamps(day)}: {day.rows:,} rows written ({day.rows / size.rows:.2%}) of"
            f" {day.entities:,} entities ({day.entities / size.full.entities:.2%})* | | | | | | |"
        )
        yield from (_line(run, size.full) for run in day.runs)


def _line(run: Measured, full: Measured) -> str:
    return (
        f"| {run.what} | {run.inside:.2f} | {run.inside / full.inside:.1%} | {run.seconds:.2f} | {run.read:,} |"
        f" {run.written:,} | {run.memory:.0f} |"
    )


def _rivals(size: Size) -> Iterator[str]:
    yield (
        f"They follow the first day of the {size.clients:,} clients from the same source at the same moments: told, as"
        " their documentation has it, to copy incrementally by `LAST_UPD` and to merge by `ROW_ID`, the tables and"
        " columns that the mappings read, unmapped. Every turn is a whole process. *Missed* are rows of the day's"
        " record that the copy has otherwise than the source when the turn is over. One transaction is opened before"
        " the day and committed after all have followed it."
    )
    yield ""
    yield "| turn | by | process, s | MiB | rows missed |"
    yield "|---|---|---|---|---|"
    for turn in size.turns:
        who = f"{turn.rival} {turn.version}".strip()
        if turn.failure:
            yield f"| {turn.what} | {who} | {turn.failure} | | |"
            continue
        told = ", ".join(f"{count} {why}" for why, count in sorted((turn.missed or {}).items())) or "none"
        yield f"| {turn.what} | {who} | {turn.seconds:.1f} | {turn.memory:.0f} | {told} |"
    yield ""
    runs = {run.what: run for run in size.days[0].runs}
    yield (
        "Our runs on that day are in the table above: the late commit lies within the overlap of the next delta; the"
        " sweep takes up what is deleted, merged or bears an old stamp"
        f" ({runs['sweep of what is left'].written:,} rows written); after it the deep run still had"
        f" {runs['deep run over everything'].written:,} rows to write, of edits that leave no trace."
    )


def _share(run: Measured, full: Measured) -> float:
    return 100 * run.inside / full.inside


def _stamps(day: Day) -> str:
    return "stamps indexed" if day.indexed else "stamps without indexes"
