"""The first stage: which rows of a batch belong to which entity, and which belong to none.

    gather      the members of whole entities, narrowed to what the mapping speaks of; orphans are rejected
    loose       an Outcome of rows that no entity reaches at all

A row without a root counts as an entity of its own, under the key of the root that is missing: so that the books
show it, and nothing vanishes quietly. An exclusion of its member leaves it out like any other row, and what hangs on
it too.
"""

from collections.abc import Mapping as Dict
from dataclasses import dataclass

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
        rows = MemberRows(table, entity)
        if member.where is not None:
            frames.members[member.name] = rows
            rows = rows.filter(holds(member.where, Rows(frames, member.name, rows)))
        lost = rows.entity.is_null()
        if lost.true_count:
            if member.orphans is not Orphans.IGNORE:
                found = rows.table.filter(lost)
                missing = _missing_root(member, found, orphans)
                orphans[member.name] = _Orphans(member, found, missing).filter(missing.is_valid())
            rows = rows.filter(pc.invert(lost))
        frames.members[member.name] = rows
    return _with_orphans(frames, orphans)


@dataclass(frozen=True, slots=True)
class _Orphans:
    """Rows of a member whose root is missing, and for each the key of the entity that it counts as."""

    member: Member
    rows: pa.Table
    root: pa.Array

    def column(self, name: str) -> pa.Array:
        """One column in one piece."""
        return one_piece(self.rows.column(name))

    def filter(self, mask: pa.Array) -> "_Orphans":
        """Those of the rows where the mask is true."""
        return _Orphans(self.member, self.rows.filter(mask), self.root.filter(mask))

    def exclude(self, keys: pa.Array, rule: pa.Array, judgements: Judgements) -> None:
        """All are excluded, each by its rule."""
        for name in pc.unique(rule).to_pylist():
            these = self.filter(pc.equal(rule, name))
            entity = pc.index_in(these.root, value_set=keys)
            judgements.exclude(entity, self.member.table, these.column(self.member.key), name)

    def reject(self, keys: pa.Array, rule: str, judgements: Judgements) -> None:
        """All are rejected, each with its entity."""
        judgements.reject(
            pc.index_in(self.root, value_set=keys),
            Place(self.member.name, self.member.table, self.member.by),
            self.column(self.member.key),
            rule,
            whole=True,
            value=self.column(self.member.by),
        )


def _exclude(
    frames: Frames, orphans: Dict[str, _Orphans], keys: pa.Array, judgements: Judgements
) -> list[_Orphans]:
    """Those that no exclusion leaves out, of the member or of the row that they hang on; the others are excluded."""
    left_out: dict[str, pa.Array] = {}
    for name, lost in orphans.items():
        rule = _by_parent(lost.member, lost.rows, orphans, left_out)
        there = Rows(frames, name, MemberRows(lost.rows, pa.nulls(len(lost.root), pa.int32())))
        for exclusion in frames.mapping.exclusions:
            if exclusion.member == name:
                own = pc.if_else(holds(exclusion.where, there), exclusion.name, pa.scalar(None, pa.string()))
                rule = pc.coalesce(rule, own)
        left_out[name] = rule
        lost.filter(rule.is_valid()).exclude(keys, rule.drop_null(), judgements)
    return [lost.filter(left_out[name].is_null()) for name, lost in orphans.items()]


def _missing_root(member: Member, rows: pa.Table, orphans: Dict[str, _Orphans]) -> pa.Array:
    """For each row, an orphan, the key of its root.

    A second-level row is lost with the row that it hangs on, under the same key. When that row is not the mapping's
    business (its member's `where`), neither is this one: null.
    """
    if member.via is None:
        return one_piece(rows.column(member.by))
    return _by_parent(member, rows, orphans, {name: lost.root for name, lost in orphans.items()})


def _by_parent(
    member: Member, rows: pa.Table, orphans: Dict[str, _Orphans], said: Dict[str, pa.Array]
) -> pa.Array:
    """For each row what is said of the lost row that it hangs on; null where there is none."""
    if member.via is None or member.via.member not in said:
        return pa.nulls(len(rows), pa.string())
    offered = orphans[member.via.member].column(member.via.column)
    position = pc.index_in(one_piece(rows.column(member.by)), value_set=offered)
    return said[member.via.member].take(position)


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


def _with_orphans(frames: Frames, orphans: dict[str, _Orphans]) -> tuple[Frames, Judgements]:
    """Orphans count as entities of their own, under the key of the root that is missing."""
    missing = [pa.array([], pa.string()), *(lost.root for lost in orphans.values())]
    frames.keys = pa.concat_arrays([frames.keys, pc.unique(pa.concat_arrays(missing))])
    judgements = Judgements(len(frames.keys))
    for lost in _exclude(frames, orphans, frames.keys, judgements):
        lost.reject(frames.keys, "orphan", judgements)
    return frames, judgements


def loose(mapping: Mapping, batch: Batch, lookup: Lookup, system: str) -> Outcome:
    """Rows that no entity reaches, and what hangs on them: each is quarantined under its pointer, or its own key where
    the pointer is empty, unless an exclusion leaves it out.
    """
    none = pa.array([], pa.string())
    frames = Frames(mapping, lookup, none, 0)
    for name, table in batch.tables.items():
        frames.members[name] = MemberRows(table, pa.nulls(table.num_rows, pa.int32()))
    first = mapping.member(batch.slice.member or "")
    orphans: dict[str, _Orphans] = {}
    for member in mapping.members:
        rows = frames.members[member.name]
        if member is first and member.where is not None:
            rows = rows.filter(holds(member.where, frames.rows(member.name)))
        if member is first or (member.via and member.orphans is not Orphans.IGNORE and len(rows)):
            root = _pointer_or_own(member, rows.table)
            orphans[member.name] = _Orphans(member, rows.table, root)
    keys = pc.unique(pa.concat_arrays([lost.root for lost in orphans.values()]))
    judgements = Judgements(len(keys))
    for lost in _exclude(frames, orphans, keys, judgements):
        empty = blank(lost.column(lost.member.by))
        lost.filter(empty).reject(keys, "no_parent", judgements)
        lost.filter(pc.invert(empty)).reject(keys, "orphan", judgements)
    excluded = judgements.entities_excluded(mapping.root.table, keys, roots=0)
    ids = derive_ids(system, f"{mapping.entity}/", keys)
    return Outcome(
        entity=mapping.entity,
        keys=pa.table(
            {
                "key": storable(keys),
                "id": ids,
                "disposition": pc.if_else(
                    pa.array(excluded), str(Disposition.EXCLUDED), str(Disposition.REJECTED)
                ),
            }
        ),
        tables={},
        quarantine=by_key(judgements.quarantine, keys),
        excluded=by_key(judgements.excluded, keys),
        stubs=pa.table({"entity": none, "key": none}),
        merges=pa.table({"loser": none, "survivor": none}),
        fingerprint=pa.nulls(len(keys), ids.type),
    )


def _pointer_or_own(member: Member, rows: pa.Table) -> pa.Array:
    pointer = one_piece(rows.column(member.by))
    return pc.if_else(blank(pointer), one_piece(rows.column(member.key)), pointer)
