"""The straight line: a Slice read, mapped and written, Batch by Batch.

    source ─read→ [Batch] ─apply→ [Outcome] ─write→ Tally in the ledger

Reader, transform and writer are three threads; they release the GIL most of the time, so that two cores stay busy.
Each makes one item ahead of the one that is worked on, and nobody keeps what he has handed on: memory is bounded by
two batches and two outcomes. The first error of any stage stops the others and is raised here; what was committed
stays, what was not is as if it had never been read.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import starmap
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc

from migrate.ahead import Ahead
from migrate.mapping.nouns import Mapping
from migrate.model import Batch, KeyRange, Layout, Lookup, Outcome, Slice, SliceKind, Tally
from migrate.transform.apply import apply
from migrate.transform.beforehand import keys_of_rows, references
from migrate.transform.versions import of_batch


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
        if batch.asked is None:
            return replace(made, version=of_batch(self.mapping, batch.tables, own))
        left = batch.asked.filter(pc.invert(pc.is_in(batch.asked, value_set=own)))
        version = of_batch(self.mapping, batch.tables, pa.concat_arrays([own, left]))
        unclaimed = pa.table({"key": left, "version": version.slice(len(own))})
        return replace(made, version=version.slice(0, len(own)), unclaimed=unclaimed)

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

    def batch(position: int) -> tuple[int, Batch]:
        return position, read(piece.ranges[position])

    def outcome(position: int, batch: Batch) -> tuple[int, KeyRange, Outcome, int]:
        return position, batch.range, line.outcome(batch), batch.rows

    total = Tally()
    with Ahead(map(batch, positions)) as read_ahead, Ahead(starmap(outcome, read_ahead)) as mapped:
        for item in mapped:
            tally = write(*item)
            del item  # before the next one is waited for
            progress(tally)
            total += tally
    return total
