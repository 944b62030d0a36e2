"""The version of an entity: 16 bytes over how many rows it has in every member, their versions and latest stamps.

    measured    rows as read -> per pointer: how many, the sum of their versions, the latest stamps;
                the same that `Reader.measured` has the source do
    versions    these, member by member -> one version per entity

A version says that something was changed, not what. It is made alike from the rows of a Batch, when an entity is
loaded, and from what the source has grouped by itself, when a sweep looks for entities that have another one now.
In: Arrow tables. Out: an Arrow array. Pure.
"""

import hashlib
from collections.abc import Mapping as Dict

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from migrate.canonical import ID, key_text
from migrate.mapping.nouns import Changes, Mapping, Member
from migrate.transform.rows import one_piece

ENTITY = "entity"
"""The column of a measured table that says whose rows are counted."""

ROWS, VERSION = "row_count", "version_sum"
"""Its counts, called as `Reader.measured` calls them."""

_NULL = 0x9E3779B97F4A7C15  # odd; no stamp of ours in microseconds


def measured(rows: pa.Table, owner: pa.Array, changes: Changes) -> pa.Table:
    """Rows grouped by their owner: (entity, row_count, version_sum, stamps...). Rows without one count for nobody."""
    own = pa.table({ENTITY: owner, **{name: rows.column(name) for name in changes.columns}})
    own = own.filter(owner.is_valid())
    if not own.num_rows:
        return pa.table(
            {ENTITY: own[ENTITY], ROWS: _zeros(0), VERSION: _zeros(0), **{n: own[n] for n in changes.stamps}}
        )
    sums = [(changes.version, "sum")] if changes.version else []
    grouped = own.group_by(ENTITY).aggregate(
        [([], "count_all"), *sums, *((name, "max") for name in changes.stamps)]
    )
    return pa.table(
        {
            ENTITY: grouped[ENTITY],
            ROWS: grouped["count_all"],
            VERSION: _whole(grouped[f"{changes.version}_sum"]) if sums else _zeros(grouped.num_rows),
            **{name: grouped[f"{name}_max"] for name in changes.stamps},
        }
    )


def versions(keys: pa.Array, members: Dict[str, pa.Table], changes: Changes) -> pa.FixedSizeBinaryArray:
    """One version per key; a key without any row has the version of nothing.

    members:  member -> its measured rows, each entity at most once; entities that are not among the keys are left out.
    """
    total = np.zeros((len(keys), 2), np.uint64)
    for name in sorted(members):
        rows = members[name]
        if not rows.num_rows:
            continue
        place = pc.index_in(one_piece(rows.column(ENTITY)), value_set=keys)
        known = place.is_valid()
        rows, at = rows.filter(known), place.filter(known).to_numpy()
        total[at] += _hashed(name, rows, changes)
    return pa.FixedSizeBinaryArray.from_buffers(ID, len(keys), [None, pa.py_buffer(total.tobytes())])


def of_batch(mapping: Mapping, tables: Dict[str, pa.Table], keys: pa.Array) -> pa.FixedSizeBinaryArray:
    """The versions of a batch's entities, from its rows; of nothing where the mapping names no changes."""
    if mapping.changes is None:
        return pa.nulls(len(keys), ID)
    return versions(keys, members(mapping, tables), mapping.changes)


def members(mapping: Mapping, tables: Dict[str, pa.Table]) -> dict[str, pa.Table]:
    """Member -> its measured rows, for those members whose rows are here; parents have to be here as well."""
    assert mapping.changes is not None
    found: dict[str, pa.Table] = {}
    for member in (mapping.root, *mapping.members):
        if member.name in tables:
            rows, owner = _owned(mapping, member, tables)
            found[member.name] = measured(rows, owner, mapping.changes)
    return found


def _owned(mapping: Mapping, member: Member, tables: Dict[str, pa.Table]) -> tuple[pa.Table, pa.Array]:
    """The rows of a member with the key of their entity; a row that several entities reach stands there for each."""
    rows = tables[member.name]
    pointer = one_piece(key_text(one_piece(rows.column(member.by))))
    if member.via is None:
        return rows, pointer
    parents, owner = _owned(mapping, mapping.member(member.via.member), tables)
    value = one_piece(key_text(one_piece(parents.column(member.via.column))))
    links = pa.table({"value": value, "owner": owner}).group_by(["value", "owner"]).aggregate([])
    positions = pa.table({"value": pointer, "position": np.arange(len(rows))})
    joined = positions.join(links, "value", join_type="inner")
    return rows.take(joined["position"]), one_piece(joined["owner"])


def _hashed(member: str, rows: pa.Table, changes: Changes) -> np.ndarray:
    """128 bits per row, shape (rows, 2): every number mixed in, in order, from a start that the member gives."""
    numbers = [rows.column(ROWS), rows.column(VERSION), *(rows.column(name) for name in changes.stamps)]
    seed = hashlib.sha256(member.encode()).digest()[:16]
    lanes = np.tile(np.frombuffer(seed, np.uint64), (rows.num_rows, 1))
    for number in numbers:
        whole = one_piece(number).cast(pa.int64())
        bits = pc.fill_null(whole, 0).to_numpy(zero_copy_only=False).astype(np.uint64)
        bits = np.where(whole.is_null().to_numpy(zero_copy_only=False), np.uint64(_NULL), bits)
        lanes = _mixed(lanes + bits[:, None])
    return lanes


def _mixed(bits: np.ndarray) -> np.ndarray:
    """The finaliser of SplitMix64 (Steele, Lea, Flood 2014): every bit of the input moves half of the output's."""
    bits = bits + np.uint64(0x9E3779B97F4A7C15)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: np.ndarray = bits ^ (bits >> np.uint64(31))
    return mixed


def _whole(sums: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.fill_null(pc.round(sums).cast(pa.int64()), 0)


def _zeros(size: int) -> pa.Array:
    return pa.repeat(pa.scalar(0, pa.int64()), size)
