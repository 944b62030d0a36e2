"""What the mapping makes of the legacy rows as they are now: read and mapped again as a run does it, never written.

    replay = Replay(parts, as_of, batch_rows=…, batch_bytes=…)
    replay.all("client")              piece by piece: key, id, disposition and fingerprint of every entity
    replay.some("client", keys)       of these alone
    replay.tables("client")           the platform tables that the mapping fills

This is the mover's code, and what it says is the mover's word. The check `replay` is handed it as a value, since
nothing in `reconciliation` can import it. Memory is that of one batch.
"""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from migrate.canonical import uuid_text
from migrate.extract.batches import read_batch, read_keys
from migrate.extract.readers import Readers
from migrate.model import Batch, KeyRange, Outcome, Slice, SliceKind
from migrate.pipeline import Line
from migrate.planning import make_plan
from migrate.run import Parts, line_of
from migrate.transform.settle import QUALITY_MARK


class Replay:
    """Fulfils `reconciliation.evidence.Replay`.

    as_of:                    the instant that ages and retention are judged against, by the source's clock.
    batch_rows, batch_bytes:  of a batch, at most.
    """

    def __init__(self, parts: Parts, as_of: datetime, *, batch_rows: int, batch_bytes: int) -> None:
        self._parts, self._as_of = parts, as_of
        self._sizes = {"batch_rows": batch_rows, "batch_bytes": batch_bytes}

    def all(self, entity: str) -> Iterator[pa.Table]:
        """Every entity that has a root, in pieces."""
        mapping = self._parts.mappings[entity]
        plan = make_plan(self._parts.source, {entity: mapping}, **self._sizes)
        slices = [each for each in plan.slices if each.kind is SliceKind.RANGE]
        with closing(Readers(self._parts.source)) as readers:
            line: Line | None = None
            for piece, within in ((each, within) for each in slices for within in each.ranges):
                with readers.reader() as reader:
                    line = line or line_of(self._parts, entity, self._as_of, reader)
                    batch = read_batch(reader, mapping, piece, within)
                yield _told(line.outcome(batch), _roots(batch, line))

    def some(self, entity: str, keys: pa.Array) -> pa.Table:
        """The same for some keys, in a snapshot that begins now."""
        piece = Slice(entity, 0, SliceKind.KEYS, (KeyRange(None, None),))
        with self._parts.source.snapshot() as reader:
            line = line_of(self._parts, entity, self._as_of, reader)
            batch = read_keys(reader, line.mapping, piece, keys)
        return _told(line.outcome(batch), _roots(batch, line))

    def tables(self, entity: str) -> tuple[str, ...]:
        """The platform tables in which an entity may have rows."""
        return (*self._parts.mappings[entity].into, QUALITY_MARK)


def _roots(batch: Batch, line: Line) -> pa.Array:
    root = line.mapping.root
    return batch.tables[root.name].column(root.key).combine_chunks()


def _told(outcome: Outcome, roots: pa.Array) -> pa.Table:
    """`key`, `disposition`, `id` and `fingerprint` of the entities with a root, ids as PostgreSQL shows them."""
    keys = outcome.keys
    told = pa.table(
        {
            "key": keys.column("key"),
            "id": uuid_text(keys.column("id")),
            "disposition": keys.column("disposition"),
            "fingerprint": uuid_text(outcome.fingerprint),
        }
    )
    return told.filter(pc.is_in(told.column("key"), value_set=roots))
