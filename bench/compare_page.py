"""What comparing costs, as a page: a table, and for every goal whether it was reached.

In: the turns of `bench.compare`. Out: Markdown.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from bench.page import Goal

READ, OURS = "one ordered read of both sides", "migrate reconcile --check rows"
QUICK = f"{OURS} --quick"
READS = 3  # of which the one in the middle counts


@dataclass(frozen=True, slots=True)
class Turn:
    """One program that ran.

    legacy:   what the legacy side was.               cells: how many differed, each in a row of its own.
    inside:   seconds of its work, without its start; None where it does not tell.
    process:  seconds of the whole process.           found: differences that it told of; None where it does not.
    rows:     of each side.
    """

    name: str
    legacy: str
    cells: int
    inside: float | None
    process: float
    memory: float
    found: int | None = None
    failure: str = ""
    rows: int = 0

    @property
    def seconds(self) -> float:
        """What is compared with others: the work, or where only that is known the whole process."""
        return self.process if self.inside is None else self.inside


def page(turns: list[Turn], title: str) -> str:
    """The page. title: what was run where and when."""
    lines = ["# What comparing every row costs", "", title, "", *_terms(turns), "## Goals", ""]
    lines += [*map(str, goals(turns)), ""]
    usual, large = _sizes(turns)
    for legacy in dict.fromkeys(turn.legacy for turn in usual):
        lines += [f"## Legacy in {legacy}", "", *_table([t for t in usual if t.legacy == legacy]), ""]
    if large:
        lines += ["## Ten times the rows", "", *_large(large), ""]
    return "\n".join(lines)


def _sizes(turns: list[Turn]) -> tuple[list[Turn], list[Turn]]:
    """The turns of the usual pair, and those of the large one."""
    usual = min(turn.rows for turn in turns)
    return [t for t in turns if t.rows == usual], [t for t in turns if t.rows > usual]


def goals(turns: list[Turn]) -> Iterator[Goal]:
    """Every goal for the speed of comparing, and for its memory."""
    turns, large = _sizes(turns)
    yield Goal(
        "A check of all rows takes at most 2.5 times one ordered read of both sides",
        _shares(turns, READ),
        most=2.5,
    )
    checks = [turn for turn in turns if turn.name == OURS]
    for promise, some in (("It takes at most 512 MiB", checks), ("The same at ten times the rows", large)):
        short = not some or any(turn.failure for turn in some)
        memory = None if short else max(turn.memory for turn in some)
        yield Goal(f"{promise} (MiB)", {"": memory}, most=512)
    for rival in _rivals(turns):
        yield Goal(f"It takes less time than {rival} (share of its time)", _shares(turns, rival), most=1)


def _shares(turns: list[Turn], other: str) -> dict[str, float | None]:
    """Our time as a share of another program's on the same pair; None where one of both did not end well."""
    named = {(turn.name, turn.legacy, turn.cells): turn for turn in turns}
    shares: dict[str, float | None] = {}
    for legacy, cells in dict.fromkeys((turn.legacy, turn.cells) for turn in turns):
        ours, theirs = (named[name, legacy, cells] for name in (OURS, other))
        failed = ours.failure or theirs.failure
        shares[f"{legacy}, {cells} differences"] = None if failed else ours.seconds / theirs.seconds
    return shares


def _rivals(turns: list[Turn]) -> list[str]:
    return [name for name in dict.fromkeys(turn.name for turn in turns) if name not in (READ, OURS, QUICK)]


def _terms(turns: list[Turn]) -> Iterator[str]:
    yield (
        "The legacy side is S_CASE with 25 columns filled, the platform's its table `application`. Our check derives"
        " every id and reference, looks codes up, reads local time as instants, and compares all 25 fields; it also"
        " looks for roots that nobody asked for, looks at what differs a second time and writes the evidence. The"
        " rivals know nothing of this: they are given `twin`, a table of one shape on both sides that holds what the"
        " platform has to hold, converted already, under a number as key. So the comparison is uneven, in their favour."
    )
    yield ""
    yield (
        "The *read* is the yardstick: the key and the 25 columns of both sides, each in the order of its key, both at"
        f" the same time, every row thrown away. It is done {1 + READS} times: the first time leaves both sides warm"
        f" and does not count, of the other {READS} the one in the middle does."
    )
    yield ""
    yield (
        "*Work* is without the start of a program and its imports; where a program does not tell it, as DVT, the whole"
        " process counts. *Found* is what it told of: we count values, the others rows, and every difference is in a"
        " row of its own. reladiff finds them by checksums of ranges of keys, in both databases; datacompy reads both"
        " tables whole into memory; DVT has both databases hash every row, without the spaces at the ends of its texts,"
        " and brings the hashes over. One difference in seven is such a space."
    )
    yield ""
    yield (
        "With `--quick` everything had been compared once before, without a difference. Both databases make checksums"
        " of their own rows, and what has changed since is read: nothing at first, then the parts in which differences"
        " were made."
    )
    yield ""
    short = [
        f"{turn.name}, legacy in {turn.legacy}: {turn.found} of {turn.cells}"
        for turn in turns
        if turn.found is not None and turn.found != turn.cells
    ]
    if short:
        yield f"Not every program found what there was: {'; '.join(short)}."
        yield ""
    out = [f"{turn.name}, legacy in {turn.legacy} ({turn.failure})" for turn in turns if turn.failure]
    if out:
        yield f"Without a figure: {'; '.join(dict.fromkeys(out))}."
        yield ""


def _large(turns: list[Turn]) -> Iterator[str]:
    yield "| legacy in | rows of each side | differences | work, s | MiB | found |"
    yield "|---|---|---|---|---|---|"
    for turn in turns:
        told = turn.failure or f"{turn.seconds:.1f}"
        yield (
            f"| {turn.legacy} | {turn.rows:,} | {turn.cells} | {told} | {turn.memory:.0f} |"
            f" {'' if turn.found is None else format(turn.found, ',')} |"
        )


def _table(turns: list[Turn]) -> Iterator[str]:
    reads = {turn.cells: turn.seconds for turn in turns if turn.name == READ}
    yield "| differences | program | work, s | times the read | process, s | MiB | found |"
    yield "|---|---|---|---|---|---|---|"
    for turn in turns:
        if turn.failure:
            yield f"| {turn.cells} | {turn.name} | {turn.failure} | | | | |"
            continue
        work = "" if turn.inside is None else f"{turn.inside:.1f}"
        found = "" if turn.found is None else f"{turn.found:,}"
        yield (
            f"| {turn.cells} | {turn.name} | {work} | {turn.seconds / reads[turn.cells]:.1f} | {turn.process:.1f} |"
            f" {turn.memory:.0f} | {found} |"
        )
