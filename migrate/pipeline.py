"""The straight line: a Slice read, mapped and written, Batch by Batch.

    source ─read→ [Batch] ─apply→ [Outcome] ─write→ Tally in the ledger

Reader, transform and writer are three threads joined by queues that hold one item each; they release the GIL most of
the time, so that two cores stay busy and memory is bounded by a few batches. The first error of any stage stops the
others and is raised here; what was committed stays, what was not is as if it had never been read.
"""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from queue import Queue
from typing import Any, Generic, Protocol, TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from migrate.mapping.nouns import Mapping
from migrate.model import Batch, KeyRange, Layout, Lookup, Outcome, Slice, SliceKind, Tally
from migrate.transform.apply import apply
from migrate.transform.beforehand import keys_of_rows, references
from migrate.transform.versions import of_batch

T = TypeVar("T")


class Known(Protocol):
    """What the state tells the transform before a batch is mapped."""

    def known(self, entity: str, keys: pa.Array) -> pa.Array:
        """Those of the legacy keys that have a platform row."""

    def natural(self, entity: str, name: str, keys: pa.Array) -> pa.Table:
        """(key, value) of a natural key for these legacy keys."""


@dataclass(frozen=True, slots=True)
class Line:
    """Everything that a slice of one entity needs on its way; made once per run and entity.

    base:      the part of the lookup that is the same for every batch: as-of, contested values, loops.
    agreeing:  natural keys of other entities that the mapping compares with: (entity, name, column of the root).
    """

    mapping: Mapping
    layout: Layout
    system: str
    base: Lookup
    known: Known
    agreeing: tuple[tuple[str, str, str], ...] = ()

    def outcome(self, batch: Batch) -> Outcome:
        """Gather what the batch refers to, then apply the mapping."""
        made = apply(self.mapping, batch, self._lookup(batch), layout=self.layout, system=self.system)
        return made if batch.slice.kind is SliceKind.LOOSE else self._versioned(batch, made)

    def _versioned(self, batch: Batch, made: Outcome) -> Outcome:
        """The outcome with the versions of its entities, and of the keys that brought none."""
        own = made.keys.column("key").combine_chunks()
        version = of_batch(self.mapping, batch.tables, own)
        if batch.asked is None:
            return replace(made, version=version)
        left = batch.asked.filter(pc.invert(pc.is_in(batch.asked, value_set=own)))
        unclaimed = pa.table({"key": left, "version": of_batch(self.mapping, batch.tables, left)})
        return replace(made, version=version, unclaimed=unclaimed)

    def _lookup(self, batch: Batch) -> Lookup:
        if self.mapping.root.name not in batch.tables:
            return self.base
        known = {
            entity: self.known.known(entity, keys) for entity, keys in references(self.mapping, batch).items()
        }
        root = batch.tables[self.mapping.root.name]
        natural = {
            (entity, name): self.known.natural(
                entity, name, keys_of_rows(root.column(column).combine_chunks())
            )
            for entity, name, column in self.agreeing
        }
        return Lookup(self.base.as_of, known, self.base.contested, natural, self.base.looped)


def move(
    piece: Slice,
    positions: tuple[int, ...],
    line: Line,
    read: Callable[[KeyRange], Batch],
    write: Callable[[int, KeyRange, Outcome, int], Tally],
    progress: Callable[[Tally], None] = lambda tally: None,
) -> Tally:
    """Move the batches of a slice at these positions; the sum of their tallies.

    read:   one batch from the source; called from one thread, in order.
    write:  (position, range, outcome, rows read) -> Tally, one transaction each; called from one thread, in order.
    Raises whatever a stage raises; batches written before are committed and recorded.
    """

    def batches() -> Iterator[tuple[int, Batch]]:
        for position in positions:
            yield position, read(piece.ranges[position])

    def outcomes(incoming: Iterator[tuple[int, Batch]]) -> Iterator[tuple[int, KeyRange, Outcome, int]]:
        for position, batch in incoming:
            yield position, batch.range, line.outcome(batch), batch.rows

    total = Tally()
    with _Thread(batches()) as read_ahead, _Thread(outcomes(iter(read_ahead))) as mapped:
        for item in mapped:
            tally = write(*item)
            progress(tally)
            total += tally
    return total


_END = object()


class _Thread(Generic[T]):
    """An iterator that runs ahead in a thread of its own, by one item. Errors surface where it is consumed; leaving the
    context stops the thread, whatever it waits for.
    """

    def __init__(self, source: Iterator[T]) -> None:
        self._source = source
        self._queue: Queue[Any] = Queue(maxsize=1)
        self._stopped = threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "_Thread[T]":
        self._thread.start()
        return self

    def __iter__(self) -> Iterator[T]:
        while (item := self._queue.get()) is not _END:
            yield item
        if self._error is not None:
            raise self._error

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        while self._thread.is_alive():
            self._drain()
            self._thread.join(0.05)

    def _run(self) -> None:
        try:
            for item in self._source:
                self._queue.put(item)
                if self._stopped.is_set():
                    return
        except BaseException as error:  # noqa: BLE001  # handed to the consumer, who raises it
            self._error = error
        finally:
            self._queue.put(_END)

    def _drain(self) -> None:
        while not self._queue.empty():
            self._queue.get_nowait()
