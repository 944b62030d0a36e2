"""Work in threads of its own, ahead of who needs it.

    with Ahead(items) as ahead:                       one item ahead
        for item in ahead: ...
    for made in side_by_side(work, items): ...        the work on two items at once, in their order

What is done there should let go of Python's lock most of the time: wait for a server, or compute in Arrow.
"""

import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from queue import Queue
from typing import Any, Generic, TypeVar

T = TypeVar("T")
S = TypeVar("S")

_END = object()


class Ahead(Generic[T]):
    """An iterator that runs ahead in a thread of its own, by one item: it makes the next one while the last that was
    taken is worked on. Errors surface where it is consumed; leaving the context stops the thread, whatever it waits
    for.
    """

    def __init__(self, source: Iterator[T]) -> None:
        self._source = source
        self._queue: Queue[Any] = Queue()
        self._room = threading.Semaphore(1)  # for one item that nobody has taken
        self._stopped = False
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Ahead[T]":
        self._thread.start()
        return self

    def __iter__(self) -> Iterator[T]:
        return self

    def __next__(self) -> T:
        item = self._queue.get()
        if item is not _END:
            self._room.release()
            return item  # type: ignore[no-any-return]  # the queue holds the end too
        self._queue.put(_END)
        raise self._error or StopIteration

    def __exit__(self, *_: object) -> None:
        self._stopped = True
        self._room.release()
        self._thread.join()

    def _run(self) -> None:
        try:
            while self._has_room():
                self._queue.put(next(self._source))
        except StopIteration:
            pass
        except BaseException as error:  # noqa: BLE001  # handed to the consumer, who raises it
            self._error = error
        finally:
            self._queue.put(_END)

    def _has_room(self) -> bool:
        self._room.acquire()
        return not self._stopped


def side_by_side(work: Callable[[S], T], items: Iterable[S], at_once: int = 2) -> Generator[T]:
    """What the work makes of each item, in their order; so many are worked on at once, or wait to be taken.

    An error surfaces where its item is taken. Closing the generator waits for the work that has begun.
    """
    begun: deque[Future[T]] = deque()
    with ThreadPoolExecutor(at_once) as pool:
        for item in items:
            begun.append(pool.submit(work, item))
            if len(begun) == at_once:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()
