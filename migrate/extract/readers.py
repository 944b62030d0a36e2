"""Readers that are kept from one use to the next while their snapshot is young: one per thread that reads.

The first that was opened is the first to be used again. A process at the server takes longer to learn of a table than
to read a few of its rows: the fewer processes are asked about one, the better.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import count
from queue import Empty, PriorityQueue

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
        self._numbers = count()
        self._idle: PriorityQueue[tuple[int, Reader, ExitStack]] = PriorityQueue()

    @contextmanager
    def reader(self) -> Iterator[Reader]:
        """A reader for one piece of work; after an error it is not used again."""
        number, reader, stack = self._take()
        try:
            yield reader
        except BaseException:
            stack.close()
            raise
        self._idle.put((number, reader, stack))

    def close(self) -> None:
        """End all snapshots; that of the first reader last, so that its connection is the next to be used."""
        for _, _, stack in reversed(list(self._waiting())):
            stack.close()

    def share(self) -> str | None:
        """A token with which other processes see what the next reader here sees, while that is young."""
        with self.reader() as reader:
            return reader.shared

    def _take(self) -> tuple[int, Reader, ExitStack]:
        for number, reader, stack in self._waiting():
            if reader.age < SNAPSHOT_SECONDS:
                return number, reader, stack
            stack.close()
        number, stack = next(self._numbers), ExitStack()
        if self._shared is not None:
            with suppress(MigrateError):  # it has ended: from now on the newest is what everybody reads
                return number, stack.enter_context(self._source.snapshot(self._shared)), stack
            self._shared = None
        return number, stack.enter_context(self._source.snapshot()), stack

    def _waiting(self) -> Iterator[tuple[int, Reader, ExitStack]]:
        """Those that nobody uses, each taken out."""
        with suppress(Empty):
            while True:
                yield self._idle.get_nowait()
