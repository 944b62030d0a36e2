"""What comparing costs, as a page: a table, and for every goal whether it was reached.

In: the turns of `bench.compare`. Out: Markdown.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from bench.page import Goal

READ, OURS = "one ordered read of both sides", "migrate reconcile --check rows"


@dataclass(frozen=True, slots=True)
class Turn:
    """One program that ran.

    legacy:   what the legacy side was.               cells: how many differed, each in a row of its own.
    inside:   seconds of its work, without its start; None where it does not tell.
    process:  seconds of the whole process.           found: differences that it told of; None where it does not.
    """

    name: str
    legacy: str
    cells: int
    inside: float | None
    process: float
    memory: float
    found: int | None = None
    failure: str = ""

    @property
    def seconds(self) -> float:
        """What is compared with others: the work, or where only that is known the whole process."""
        return self.process if self.inside is None else self.inside


def page(turns: list[Turn], title: str) -> str:
    """The page. title: what was run where and when."""
    lines = ["# What comparing every row costs", "", title, "", *_terms(), "## Goals", ""]
    lines += [*map(str, goals(turns)), ""]
    for legacy in dict.fromkeys(turn.legacy for turn in turns):
        lines += [f"## Legacy in {legacy}", "", *_table([t for t in turns if t.legacy == legacy]), ""]
    return "\n".join(lines)


def goals(turns: list[Turn]) -> Iterator[Goal]:
    """Every goal for the speed of comparing."""
    pairs = list(dict.fromkeys((turn.legacy, turn.cells) for turn in turns))
    named = {(turn.name, turn.legacy, turn.cells): turn for turn in turns}
    shares: dict[str, float | None] = {
        f"{legacy}, {cells} differences": named[OURS, legacy, cells].seconds
        / named[READ, legacy, cells].seconds
        for legacy, cells in pairs
    }
    yield Goal("A check of all rows takes at most 2.5 times one ordered read of both sides", shares, most=2.5)
    most = max(turn.memory for turn in turns if turn.name == OURS)
    yield Goal("It takes at most 512 MiB (MiB)", {"": most}, most=512)
    for rival in dict.fromkeys(turn.name for turn in turns if turn.name not in (READ, OURS)):
        yield Goal(
            f"It takes less time than {rival} (share of its time)",
            {
                f"{legacy}, {cells} differences": None
                if named[rival, legacy, cells].failure
                else named[OURS, legacy, cells].seconds / named[rival, legacy, cells].seconds
                for legacy, cells in pairs
            },
            most=1,
        )


def _terms() -> Iterator[str]:
    yield (
        "The legacy side is S_CASE with 25 columns filled, the platform's its table `application`. Our check derives"
        " every id and reference, looks codes up, reads local time as instants, and compares all 25 fields; it also"
        " looks for roots that nobody asked for, looks at what differs a second time and writes the evidence. The"
        " rivals know nothing of this: they are given `twin`, a table on both sides that holds what the platform has"
        " to hold already, under one key. The *read* is the yardstick: the key and the 25 columns of both sides, each"
        " in the order of its key, both at the same time, every row thrown away."
    )
    yield ""
    yield (
        "*Work* is without the start of a program and its imports; where a program does not tell it, as DVT, the whole"
        " process counts. *Found* is what it told of: reladiff and datacompy count rows, we values."
    )
    yield ""


def _table(turns: list[Turn]) -> Iterator[str]:
    reads = {turn.cells: turn.seconds for turn in turns if turn.name == READ}
    yield "| differences | program | work, s | times the read | process, s | MiB | found |"
    yield "|---|---|---|---|---|---|---|"
    for turn in turns:
        ratio = turn.seconds / reads[turn.cells]
        work = "" if turn.inside is None else f"{turn.inside:.1f}"
        found = turn.failure or ("" if turn.found is None else f"{turn.found:,}")
        yield (
            f"| {turn.cells} | {turn.name} | {work} | {ratio:.1f} | {turn.process:.1f} | {turn.memory:.0f} | {found} |"
        )
