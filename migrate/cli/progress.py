"""Progress of long work on stderr: a bar on a terminal; elsewhere a plain line now and then, and one at the end."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from rich.console import Console

QUIET_SECONDS = 5.0
"""Between two plain lines about the same work."""


class Bar:
    """One piece of work. `advance` may be called from any thread; `done` rows of `total` (None: nobody knows)."""

    def __init__(self, console: "Console", label: str, total: int | None, unit: str) -> None:
        self.label, self.total, self.unit, self.done = label, total, unit, 0
        self._console = console
        self._started = self._told = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def advance(self, count: int) -> None:
        """So much more is done."""
        self.done += count
        if time.monotonic() - self._told >= QUIET_SECONDS:
            self._told = time.monotonic()
            self.tell()

    def tell(self, *, end: bool = False) -> None:
        """A plain line: how much, of how much, how fast."""
        seconds = time.monotonic() - self._started
        of = f" of about {self.total:,}" if self.total and not end else ""
        rate = f", {self.done / seconds:,.0f}/s" if seconds >= 1 else ""
        self._print(f"{self.label}: {self.done:,}{of} {self.unit}, {seconds:,.0f} s{rate}")

    def _print(self, text: str) -> None:
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)


class _Drawn(Bar):
    """The same as a moving bar."""

    def __init__(self, console: "Console", label: str, total: int | None, unit: str) -> None:
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        super().__init__(console, label, total, unit)
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.completed:,.0f} {task.fields[unit]}"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        )
        self._task = self._bars.add_task(label, total=total, unit=unit)

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def advance(self, count: int) -> None:
        """So much more is done."""
        self.done += count
        self._bars.advance(self._task, count)


class Progress:
    """Makes the bars of a command."""

    def __init__(self, console: "Console") -> None:
        self._console = console

    @contextmanager
    def bar(self, label: str, total: int | None = None, *, unit: str = "rows") -> Iterator[Bar]:
        """One piece of work; at its end one line stays, unless nothing was done."""
        if self._console.is_terminal:
            bar: Bar = _Drawn(self._console, label, total, unit)
        else:
            bar = Bar(self._console, label, total, unit)
        with bar:
            yield bar
        if bar.done:
            bar.tell(end=True)
