"""Readers that are kept from one use to the next while their snapshot is young: one per thread that reads."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

from migrate.errors import MigrateError
from migrate.extract.nouns import Reader, Source

SNAPSHOT_SECONDS = 120
"""A read that begins later than this after its snapshot gets a new one; the source ends it at five minutes."""


class Readers:
    """Readers of one source; safe to use from several threads.

    shared:  token of a snapshot that another process holds open: the first readers here see the same instant.
    """

    def __init__(self, source: Source, shared: str | None = None) -> None:
        self._source, self._shared = source, shared
        self._idle: list[tuple[Reader, ExitStack]] = []  # append and pop are atomic

    @contextmanager
    def reader(self) -> Iterator[Reader]:
        """A reader for one piece of work; after an error it is not used again."""
        reader, stack = self._take()
        try:
            yield reader
        except BaseException:
            stack.close()
            raise
        self._idle.append((reader, stack))

    def close(self) -> None:
        """End all snapshots."""
        while self._idle:
            self._idle.pop()[1].close()

    def share(self) -> str | None:
        """A token with which other processes see what the next reader here sees, while that is young."""
        with self.reader() as reader:
            return reader.shared

    def _take(self) -> tuple[Reader, ExitStack]:
        while self._idle:
            reader, stack = self._idle.pop()
            if reader.age < SNAPSHOT_SECONDS:
                return reader, stack
            stack.close()
        stack = ExitStack()
        if self._shared is not None:
            with suppress(MigrateError):  # it has ended: from now on the newest is what everybody reads
                return stack.enter_context(self._source.snapshot(self._shared)), stack
            self._shared = None
        return stack.enter_context(self._source.snapshot()), stack
