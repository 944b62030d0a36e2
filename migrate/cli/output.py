"""Results on stdout, everything else on stderr; colour on a terminal only.

Everything is readable at 80 columns and through a pipe. With --json, stdout holds one document and nothing else.
"""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import click

from migrate.cli.interrupts import ReaderGone

if TYPE_CHECKING:
    from rich.console import Console

WIDTH = 80
"""Width of what is written to a pipe or a file, and the least of a terminal: digits are wrapped there, never cut."""

NARROW = 20
"""A column of values so short, such as an instant, is never folded."""


class Output:
    """Where a command says what it has to say. With --json, stdout gets one document and nothing else."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json

    @cached_property
    def stdout(self) -> "Console":
        """For results."""
        return _console(stderr=False)

    @cached_property
    def stderr(self) -> "Console":
        """For everything else."""
        return _console(stderr=True)

    def document(self, content: Mapping[str, Any]) -> None:
        """One JSON document; only with --json."""
        if self.as_json:
            click.echo(as_text(content))

    def say(self, text: str) -> None:
        """A line of the result."""
        if not self.as_json:
            self.stdout.print(text, markup=False, highlight=False, soft_wrap=True)

    def note(self, text: str) -> None:
        """A line about the work."""
        self.stderr.print(text, markup=False, highlight=False, soft_wrap=True)

    def then(self, *steps: str) -> None:
        """What to do next: commands, each with a few words."""
        for position, step in enumerate(steps):
            self.note(("next: " if position == 0 else "      ") + step)

    def table(
        self,
        columns: Iterable[str],
        rows: Iterable[Iterable[object]],
        *,
        title: str = "",
        total: Iterable[object] | None = None,
    ) -> None:
        """A table; numbers to the right. A cell that is too long is folded, never cut."""
        if self.as_json:
            return
        from rich.box import SIMPLE
        from rich.table import Table
        from rich.text import Text

        names, body = list(columns), [list(row) for row in rows]
        foot = [cell(value) for value in total] if total else [""] * len(names)
        gap = 1 if self.fits(names, [*body, foot], gap=2) else 0
        table = Table(
            box=SIMPLE, show_edge=False, pad_edge=False, padding=(0, gap, 0, 0), show_footer=bool(total)
        )
        for at, name in enumerate(names):
            values = [row[at] for row in body]
            numbers = bool(body) and all(isinstance(value, int | float | None) for value in values)
            narrow = all(len(cell(value)) <= NARROW for value in values)
            justify: Literal["right", "left"] = "right" if numbers else "left"
            table.add_column(name, foot[at], justify=justify, overflow="fold", no_wrap=narrow)
        for row in body:
            table.add_row(*(Text(cell(value)) for value in row))
        if title:
            self.say(f"\n{title}")
        self.stdout.print(table)

    def fits(self, names: Sequence[str], rows: Iterable[Sequence[object]], *, gap: int = 1) -> bool:
        """Whether a table needs no folding; `gap` blanks stand between its columns."""
        cells = [list(names), *([cell(value) for value in row] for row in rows)]
        widths = [max(len(line[at]) for line in cells) for at in range(len(names))]
        return sum(widths) + gap * (len(names) - 1) <= self.stdout.width


def cell(value: object) -> str:
    """A value as a table shows it: nothing for nothing, digits in groups of three, times in UTC to the second.

    >>> cell(1234567), cell(None), cell(True)
    ('1,234,567', '', 'yes')
    """
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case datetime():
            moment = value.astimezone(UTC) if value.tzinfo else value
            return moment.strftime("%Y-%m-%d %H:%M:%S")
    return str(value)


def instant(moment: datetime) -> str:
    """An instant as documents and tables write it: ISO 8601 in UTC, to the second."""
    moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def as_text(content: Mapping[str, Any]) -> str:
    """A JSON document as it is printed; escaped where the stream cannot hold every letter."""
    every = "utf" in (sys.stdout.encoding or "").lower()
    return json.dumps(content, indent=2, ensure_ascii=not every, default=_plain)


def forgive_encodings() -> None:
    """Letters that the terminal's character set lacks are shown as `?`: a lost letter in a table ends no command."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # not where tests have put a stream of their own
            stream.reconfigure(errors="replace")


def _plain(value: object) -> object:
    """What JSON has no word for."""
    if isinstance(value, datetime):
        return (value.astimezone(UTC) if value.tzinfo else value).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def _console(*, stderr: bool) -> "Console":
    from rich.console import Console

    class Pipe(Console):
        def on_broken_pipe(self) -> None:
            raise ReaderGone

    console = Pipe(stderr=stderr, highlight=False)
    console.width = max(WIDTH, console.width) if console.is_terminal else WIDTH
    return console
