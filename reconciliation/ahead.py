"""An iterator that works ahead: in a thread of its own, a few items before whoever takes them.

    with closing(ahead(read(ranges))) as blocks:
        for block in blocks: ...

What it raises is raised where the items are taken. Closing it ends the thread, and the iterator in it: several of them
may feed each other, and none outlives the one that is read from.
"""

from collections.abc import Generator, Iterator
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import Generic, TypeVar

T = TypeVar("T")

_GLANCE = 0.2  # seconds, after which one that waits for room sees whether anybody still wants it


def ahead(items: Iterator[T], room: int = 1) -> Generator[T]:
    """The items, in their order. room: so many may wait; one more is being made, and one is in use."""
    line = _Line[T](room)
    worker = Thread(target=line.fill, args=(items,), name="ahead", daemon=True)
    worker.start()
    try:
        yield from line.items()
    finally:
        line.close()
        worker.join()


class _Line(Generic[T]):
    """Items between two threads: each is a list of one; an error stands for itself, None for the end."""

    def __init__(self, room: int) -> None:
        self._queue: Queue[list[T] | BaseException | None] = Queue(room)
        self._closed = Event()

    def fill(self, items: Iterator[T]) -> None:
        """Take from the iterator until it ends, fails, or nobody wants any more; in the thread."""
        end: BaseException | None = None
        try:
            for item in items:
                if not self._put([item]):
                    break
        except BaseException as error:  # noqa: BLE001  # whatever it is, it belongs to the one who waits for the item
            end = error
        finally:
            if isinstance(items, Generator):
                items.close()
        self._put(end)

    def items(self) -> Iterator[T]:
        """What comes, until the end."""
        while (got := self._queue.get()) is not None:
            if isinstance(got, BaseException):
                raise got
            yield got[0]

    def close(self) -> None:
        """Nobody takes any more."""
        self._closed.set()
        while not self._queue.empty():
            try:
                self._queue.get_nowait()
            except Empty:
                break

    def _put(self, item: list[T] | BaseException | None) -> bool:
        while not self._closed.is_set():
            try:
                self._queue.put(item, timeout=_GLANCE)
            except Full:
                continue
            return True
        return False
