"""The first stage: which rows of a batch belong to which entity, and which belong to none.

    gather      the members of whole entities, narrowed to what the mapping speaks of; orphans are rejected
    loose       an Outcome of rows that no entity reaches at all

A row without a root counts as an entity of its own, under the key of the root that is missing: so that the books
show it, and nothing vanishes quietly.
"""

from collections.abc import Mapping as Dict
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from migrate.canonical import derive_ids
from migrate.mapping.nouns import Mapping, Member, Orphans
from migrate.model import Batch, Disposition, Lookup, Outcome
from migrate.transform.conditions import blank, holds
from migrate.transform.judgements import Judgements, Place, by_key
from migrate.transform.nul import storable
from migrate.transform.rows import Frames, MemberRows, Rows, one_piece

UNTIMED = Lookup(as_of=datetime.max)  # noqa: DTZ901  # for surveys and loose rows, which nothing judges against a time


def gather(mapping: Mapping, batch: Batch, lookup: Lookup) -> tuple[Frames, Judgements]:
    """The rows of the entities in a batch, and the first judgements: what has no root is rejected."""
    frames = root_frames(mapping, batch.tables[mapping.root.name], lookup)
    root = frames.members[mapping.root.name]
    if mapping.root.where is not None:
        root = root.filter(holds(mapping.root.where, frames.rows(mapping.root.name)))
        keys = root.column(mapping.root.key)
        root = MemberRows(root.table, pa.array(np.arange(len(keys), dtype=np.int32)))
        frames = Frames(mapping, lookup, keys, len(keys), {mapping.root.name: root})
    orphans: dict[str, _Orphans] = {}
    for member in mapping.members:
        table, entity = _owned(frames, member, batch.tables[member.name])
        missing = _missing_root(member, table, orphans)
        rows = MemberRows(table, entity)
        if member.where is not None:
            frames.members[member.name] = rows
            mask = holds(member.where, Rows(frames, member.name, rows))
            rows, missing = rows.filter(mask), missing.filter(mask)
        lost = rows.entity.is_null()
        if lost.true_count:
            if member.orphans is not Orphans.IGNORE:
                ours = pc.and_(lost, missing.is_valid())
                orphans[member.name] = _Orphans(member, rows.table.filter(ours), missing.filter(ours))
            rows = rows.filter(pc.invert(lost))
        frames.members[member.name] = rows
    return _with_orphans(frames, tuple(orphans.values()))


@dataclass(frozen=True, slots=True)
class _Orphans:
    """Rows of a member whose root is missing, and for each the key of that root."""

    member: Member
    rows: pa.Table
    root: pa.Array


def _missing_root(member: Member, rows: pa.Table, orphans: Dict[str, _Orphans]) -> pa.Array:
    """For each row, were it an orphan, the key of its root.

    A second-level row is lost with the row that it hangs on, under the same key. When that row is not the mapping's
    business (its member's `where`), neither is this one: null.
    """
    pointer = one_piece(rows.column(member.by))
    if member.via is None:
        return pointer
    parents = orphans.get(member.via.member)
    if parents is None:
        return pa.nulls(len(pointer), pa.string())
    return parents.root.take(
        pc.index_in(pointer, value_set=one_piece(parents.rows.column(member.via.column)))
    )


def root_frames(mapping: Mapping, rows: pa.Table, lookup: Lookup) -> Frames:
    """Root rows alone; each is an entity."""
    keys = one_piece(rows.column(mapping.root.key))
    entity = pa.array(np.arange(len(keys), dtype=np.int32))
    return Frames(mapping, lookup, keys, len(keys), {mapping.root.name: MemberRows(rows, entity)})


def _owned(frames: Frames, member: Member, rows: pa.Table) -> tuple[pa.Table, pa.Array]:
    """The rows of a member with the index of their entity; a row that several entities reach stands there for each."""
    pointer = one_piece(rows.column(member.by))
    if member.via is None:
        return rows, pc.index_in(pointer, value_set=frames.keys)
    parents = frames.members[member.via.member]
    value = parents.column(member.via.column)
    entity = parents.entity.take(pc.index_in(pointer, value_set=value))
    first = pc.index_in(value, value_set=value)
    shared = pc.not_equal(parents.entity.take(first), parents.entity)
    if not shared.true_count:
        return rows, entity
    further = (
        pa.table({"value": value, "entity": parents.entity})
        .filter(shared)
        .group_by(["value", "entity"])
        .aggregate([])
    )
    positions = pa.table({"value": pointer, "position": np.arange(len(rows))})
    more = further.join(positions, "value", join_type="inner").sort_by(
        [("position", "ascending"), ("entity", "ascending")]
    )
    return (
        pa.concat_tables([rows, rows.take(more["position"])]).combine_chunks(),
        pa.concat_arrays([entity, one_piece(more["entity"])]),
    )


def _with_orphans(frames: Frames, orphans: tuple[_Orphans, ...]) -> tuple[Frames, Judgements]:
    """Orphans count as entities of their own, under the key of the root that is missing."""
    missing = pc.unique(pa.concat_arrays([pa.array([], pa.string()), *(lost.root for lost in orphans)]))
    frames.keys = pa.concat_arrays([frames.keys, missing])
    judgements = Judgements(len(frames.keys))
    for lost in orphans:
        judgements.reject(
            pc.index_in(lost.root, value_set=frames.keys),
            Place(lost.member.name, lost.member.table, lost.member.by),
            one_piece(lost.rows.column(lost.member.key)),
            "orphan",
            whole=True,
            value=one_piece(lost.rows.column(lost.member.by)),
        )
    return frames, judgements


def loose(mapping: Mapping, batch: Batch, system: str) -> Outcome:
    """Rows that no entity reaches, and what hangs on them: each is quarantined under its pointer, or its own key where
    the pointer is empty.
    """
    first = mapping.member(batch.slice.member or "")
    lost = [(first, _lost_rows(mapping, first, batch.tables[first.name]))]
    lost += [
        (m, batch.tables[m.name])
        for m in mapping.members
        if m.via and m.orphans is not Orphans.IGNORE and m is not first and batch.tables[m.name].num_rows
    ]
    lines = [(member, _pointer_or_own(member, rows), rows) for member, rows in lost]
    keys = pc.unique(pa.concat_arrays([key_of for _, key_of, _ in lines]))
    judgements = Judgements(len(keys))
    for member, key_of, rows in lines:
        row_id, pointer = one_piece(rows.column(member.key)), one_piece(rows.column(member.by))
        for rule, mask in (("no_parent", blank(pointer)), ("orphan", pc.invert(blank(pointer)))):
            entity = pc.index_in(key_of, value_set=keys).filter(mask)
            place = Place(member.name, member.table, member.by)
            judgements.reject(
                entity, place, row_id.filter(mask), rule, whole=True, value=pointer.filter(mask)
            )
    ids = derive_ids(system, f"{mapping.entity}/", keys)
    nothing = pa.array([], pa.string())
    return Outcome(
        entity=mapping.entity,
        keys=pa.table(
            {
                "key": storable(keys),
                "id": ids,
                "disposition": pa.repeat(pa.scalar(str(Disposition.REJECTED)), len(keys)),
            }
        ),
        tables={},
        quarantine=by_key(judgements.quarantine, keys),
        excluded=by_key(judgements.excluded, keys),
        stubs=pa.table({"entity": nothing, "key": nothing}),
        merges=pa.table({"loser": nothing, "survivor": nothing}),
        fingerprint=pa.nulls(len(keys), ids.type),
    )


def _lost_rows(mapping: Mapping, member: Member, rows: pa.Table) -> pa.Table:
    if member.where is None:
        return rows
    frames = Frames(mapping, UNTIMED, pa.array([], pa.string()), 0)
    return rows.filter(
        holds(member.where, Rows(frames, member.name, MemberRows(rows, pa.nulls(rows.num_rows, pa.int32()))))
    )


def _pointer_or_own(member: Member, rows: pa.Table) -> pa.Array:
    pointer = one_piece(rows.column(member.by))
    return pc.if_else(blank(pointer), one_piece(rows.column(member.key)), pointer)
