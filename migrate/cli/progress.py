"""Progress of long work on stderr: a bar on a terminal; elsewhere a plain line now and then, and one at the end."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from migrate.model import Tally

if TYPE_CHECKING:
    from rich.console import Console

    from migrate.plan import Stage

QUIET_SECONDS = 5.0
"""Between two plain lines about the same work."""


class Bar:
    """One piece of work of `total` units; `advance` may be called from any thread.

    detail: further words, such as how many rows that was.
    """

    def __init__(self, console: "Console", label: str, total: int, unit: str) -> None:
        self.label, self.total, self.unit, self.done, self.detail = label, total, unit, 0, ""
        self._console = console
        self._started = self._told = time.monotonic()
        self._told_at, self._last = 0, self._started

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.done and self.done != self._told_at:
            self.tell()

    def advance(self, count: int, detail: str = "") -> None:
        """So much more is done."""
        self.done += count
        self.detail, self._last = detail, time.monotonic()
        if time.monotonic() - self._told >= QUIET_SECONDS:
            self._told = time.monotonic()
            self.tell()

    def tell(self) -> None:
        """A plain line: how much, of how much, how long."""
        self._told_at = self.done
        detail = f", {self.detail}" if self.detail else ""
        self.say(
            f"{self.label}: {self.done:,} of {self.total:,} {self.unit}{detail}, "
            f"{self._last - self._started:,.0f} s"
        )

    def say(self, text: str) -> None:
        """Another line, without disturbing what is drawn."""
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)


class _Drawn(Bar):
    """The same as a moving bar; at its end the plain line stays."""

    def __init__(self, console: "Console", label: str, total: int, unit: str) -> None:
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        super().__init__(console, label, total, unit)
        columns = (
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.percentage:>3.0f}%  {task.fields[detail]}"),
            TimeElapsedColumn(),
        )
        self._bars = Progress(*columns, console=console, transient=True)
        self._task = self._bars.add_task(label, total=total, detail="")

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()
        super().__exit__()

    def advance(self, count: int, detail: str = "") -> None:
        """So much more is done."""
        self.done += count
        self.detail, self._last = detail, time.monotonic()
        self._bars.update(self._task, advance=count, detail=detail or f"{self.done:,} {self.unit}")


@contextmanager
def bar(console: "Console", label: str, total: int, unit: str) -> Iterator[Bar]:
    """A bar where there is a terminal, lines where there is none."""
    with _bar(console, label, total, unit) as made:
        yield made


def _bar(console: "Console", label: str, total: int, unit: str) -> Bar:
    drawn = console.is_terminal and not console.is_dumb_terminal  # a dumb one cannot move its cursor
    return (_Drawn if drawn else Bar)(console, label, total, unit)


class RunWatch:
    """How a run goes, entity by entity: fulfils `migrate.project.moving.Watch`."""

    def __init__(self, console: "Console") -> None:
        self._console = console
        self._bar: Bar | None = None
        self._rows = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def stage(self, stage: "Stage") -> None:
        """A stage begins: a bar of its own."""
        self._end()
        batches = sum(len(piece.ranges) for piece in stage.slices)
        label = stage.entity if stage.kind == "range" else f"{stage.entity} ({stage.kind})"
        self._bar = _bar(self._console, label, batches, "batches")
        self._bar.__enter__()

    def moved(self, tally: Tally) -> None:
        """A batch was committed."""
        self._rows += tally.rows_read
        if self._bar is not None:
            self._bar.advance(1, f"{self._rows:,} rows")

    def notice(self, line: str) -> None:
        """A line of its own."""
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)

    def _end(self) -> None:
        if self._bar is not None:
            self._bar.__exit__(None, None, None)
        self._bar, self._rows = None, 0
