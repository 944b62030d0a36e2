"""Roots of the platform that no legacy key asks for, found in bounded memory however many roots there are.

    found = Found();  found.add(expectation, rows)        while ranges are compared: which roots were there
    for ids in strangers(evidence, comparison, found): …  then: those that nobody asked for

What was found is a part of what is there, each id once: where as many were found as the platform counts, nobody is left
over. Otherwise the same is asked of shares of the space of ids, and only in those that disagree are ids compared: those
that are there with those of all legacy keys, which are read once more.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from uuid import UUID

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from migrate.canonical import ID, derive_ids, uuid_text
from reconciliation.ahead import ahead
from reconciliation.compare.nouns import Comparison
from reconciliation.evidence import Evidence
from reconciliation.expected import Expectation, one

BITS = 16
"""65,536 shares: of ten million roots 150 in each, so that a few strangers cost a few ids."""

IDS_AT_ONCE = 1_000_000
KEYS_AT_ONCE = 100_000


@dataclass
class Found:
    """How many roots were found in each share. exact: not so where ranges were compared in another snapshot."""

    counts: np.ndarray = field(default_factory=lambda: np.zeros(1 << BITS, np.int64))
    exact: bool = True

    def add(self, expectation: Expectation, rows: pa.Table) -> None:
        """The platform's rows of some roots: of them those that bear the derived id of one of the keys, each once."""
        ids = one(rows.column("id")).unique()
        own = ids.filter(pc.is_in(ids, value_set=expectation.derived))
        self.counts += np.bincount(shares_of(own, 1 << BITS), minlength=1 << BITS)


def strangers(
    evidence: Evidence, comparison: Comparison, found: Found, within: np.ndarray | None = None
) -> Iterator[pa.Array]:
    """Ids of roots that are on the platform and that no legacy key asks for, some at a time.

    within:  of equal pieces of the space of ids, at most as many as there are shares, those to look at; None: all.
    """
    whole = within is None and found.exact
    if whole and evidence.platform.count(comparison.table) == found.counts.sum():
        return
    there = np.zeros_like(found.counts)
    for block in evidence.platform.ids(comparison.table):
        there += _counted(block)
    suspects = there != found.counts if found.exact else there > 0
    if within is not None:
        suspects &= np.repeat(within, len(there) // len(within))
    suspect = np.flatnonzero(suspects)
    rooms = np.cumsum(there[suspect]) // IDS_AT_ONCE
    for room in np.unique(rooms):
        chosen = np.zeros(1 << BITS, bool)
        chosen[suspect[rooms == room]] = True
        yield uuid_text(_not_asked(evidence, comparison, chosen))


def _not_asked(evidence: Evidence, comparison: Comparison, chosen: np.ndarray) -> pa.Array:
    """Of these shares, the platform's ids that are no legacy key's."""
    blocks = (block[chosen[_share(block)]] for block in evidence.platform.ids(comparison.table))
    there = _ids(np.concatenate([np.empty((0, 16), np.uint8), *blocks]))
    wanted = pa.repeat(True, len(there))
    with closing(ahead(evidence.legacy.keys(comparison, KEYS_AT_ONCE))) as keys:
        for block in keys:
            if len(there):
                wanted = pc.and_not(wanted, pc.is_in(there, value_set=_asked(evidence, comparison, block)))
    return there.filter(wanted)


def _asked(evidence: Evidence, comparison: Comparison, keys: pa.Array) -> pa.Array:
    """The ids that these keys lead to, whether they were merged or not."""
    derived = derive_ids(evidence.system, f"{comparison.entity}/", keys)
    survivors = evidence.merged.get(comparison.entity, {})
    merged = keys.filter(pc.is_in(keys, value_set=pa.array(list(survivors), pa.string())))
    led = [UUID(survivors[key]).bytes for key in merged.to_pylist()]
    return pa.concat_arrays([derived, pa.array(led, ID)]) if led else derived


def shares_of(ids: pa.Array, shares: int) -> np.ndarray:
    """The share of each id, given as text, where there are so many shares, a power of two: its first bits."""
    if not len(ids):
        return np.zeros(0, np.int64)
    first = pc.utf8_slice_codeunits(ids, 0, 8).cast(pa.binary(8))
    digits = np.frombuffer(first.buffers()[1], np.uint8, 8 * len(first)).reshape(-1, 8).astype(np.int64)
    numbers = (digits & 0x0F) + 9 * (digits >> 6)
    whole: np.ndarray = numbers @ (16 ** np.arange(7, -1, -1, dtype=np.int64))
    return whole >> (32 - (shares.bit_length() - 1))


def _share(ids: np.ndarray) -> np.ndarray:
    """The share of each id: its first bits."""
    first = ids[:, :4].copy().view(">u4").ravel()
    share: np.ndarray = (first >> (32 - BITS)).astype(np.int64)
    return share


def _counted(ids: np.ndarray) -> np.ndarray:
    return np.bincount(_share(ids), minlength=1 << BITS)


def _ids(raw: np.ndarray) -> pa.Array:
    return pa.FixedSizeBinaryArray.from_buffers(ID, len(raw), [None, pa.py_buffer(raw.tobytes())])
