"""The rows of a batch as the transform sees them: members with their entity, table maps with their joins.

`Frames` holds the member tables of one Batch while `apply` narrows them (foreign rows, orphans, excluded rows, twins).
`Rows` is what one table map works on: some rows of one member, with the 1:1 tables joined beside them, aligned.
A column is asked for by `Column`: of the rows' own table, of a joined alias, of `root` (the entity's root row, always
there), or of `each`.
"""

from collections.abc import Mapping as Dict
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from migrate.conditions import Column, MemberColumn
from migrate.mapping.nouns import Mapping
from migrate.model import Lookup

ROOT = "root"
"""The alias under which every condition and field can reach the root row of its entity."""


@dataclass(frozen=True, slots=True)
class MemberRows:
    """The rows of one member: its columns, and for each row the index of its entity in the batch."""

    table: pa.Table
    entity: pa.Array  # int32, no nulls

    def __len__(self) -> int:
        return len(self.entity)

    def column(self, name: str) -> pa.Array:
        """One column in one piece."""
        return one_piece(self.table.column(name))

    def filter(self, mask: pa.Array) -> "MemberRows":
        """The rows where the mask is true; these very rows where it always is, which is the usual case."""
        if mask.true_count == len(self):
            return self
        return MemberRows(self.table.filter(mask), self.entity.filter(mask))


@dataclass(slots=True)
class Frames:
    """The members of one batch. `keys` are the entities, in the order of their index; the first `roots` of them have a
    root row, the rest are the missing parents of orphans.
    """

    mapping: Mapping
    lookup: Lookup
    keys: pa.Array
    roots: int
    members: dict[str, MemberRows] = field(default_factory=dict)

    @property
    def root(self) -> MemberRows:
        """The root rows that are left."""
        return self.members[self.mapping.root.name]

    def rows(self, member: str) -> "Rows":
        """All rows of a member, without joins."""
        return Rows(self, member, self.members[member])

    def drop(self, member: str, gone: pa.Array) -> None:
        """Take the rows where the mask is true out of a member."""
        self.members[member] = self.members[member].filter(pc.invert(gone))

    def root_position(self, entity: pa.Array) -> pa.Array:
        """For entity indexes, the position of their root row; null where there is none, or no entity."""
        position = np.full(len(self.keys) + 1, -1, np.int64)  # the last for rows of no entity
        position[self.root.entity.to_numpy()] = np.arange(len(self.root))
        found = position[pc.fill_null(entity, len(self.keys)).to_numpy()]
        return pa.array(found, mask=found < 0)


@dataclass(frozen=True)
class Rows:
    """Some rows of a member, with what is joined beside them."""

    frames: Frames
    member: str
    own: MemberRows
    joins: Dict[str, tuple[str, pa.Array]] = field(
        default_factory=dict
    )  # alias -> (member, position or null)
    each: Dict[str, pa.Array] = field(default_factory=dict)  # '' -> the value, name -> constants

    def __len__(self) -> int:
        return len(self.own)

    @cached_property
    def row_id(self) -> pa.Array:
        """The legacy keys of the rows."""
        return self.own.column(self.frames.mapping.member(self.member).key)

    @property
    def entity(self) -> pa.Array:
        """For each row the index of its entity."""
        return self.own.entity

    def column(self, column: Column) -> pa.Array:
        """The values of a column, aligned with the rows; null where a joined row does not exist."""
        if column.alias is None:
            return self.each[""] if column.name == "each" and self.each else self.own.column(column.name)
        if column.alias == "each":
            return self.each[column.name]
        if column.alias == ROOT:
            return self.frames.root.column(column.name).take(self._root_position)
        member, position = self.joins[column.alias]
        return self.frames.members[member].column(column.name).take(position)

    def source_key(self, column: Column | None) -> pa.Array:
        """The legacy key of the source row that a column comes from; where no joined row exists, of the row itself."""
        if column is None or column.alias in (None, "each"):
            return self.row_id
        member = self.source_of(column)
        position = self._root_position if column.alias == ROOT else self.joins[column.alias][1]
        keys = self.frames.members[member].column(self.frames.mapping.member(member).key).take(position)
        return pc.coalesce(keys, self.row_id)

    def source_of(self, column: Column | None) -> str:
        """The member that a column comes from."""
        if column is None or column.alias in (None, "each"):
            return self.member
        return self.frames.mapping.root.name if column.alias == ROOT else self.joins[column.alias][0]

    def filter(self, mask: pa.Array) -> "Rows":
        """The rows where the mask is true, joins and all."""
        if mask.true_count == len(self):
            return self
        return replace(
            self,
            own=self.own.filter(mask),
            joins={
                alias: (member, position.filter(mask)) for alias, (member, position) in self.joins.items()
            },
            each={name: values.filter(mask) for name, values in self.each.items()},
        )

    def joined(self, alias: str, member: str, position: pa.Array) -> "Rows":
        """The same rows with one more 1:0..1 table beside them."""
        return replace(self, joins={**self.joins, alias: (member, position)})

    @cached_property
    def _root_position(self) -> pa.Array:
        return self.frames.root_position(self.entity)


def one_piece(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """A column as one array; free of charge when it is one already."""
    if not isinstance(column, pa.ChunkedArray):
        return column
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def among(
    frames: Frames, entity: pa.Array, values: pa.Array, target: MemberColumn, where: pa.Array | None = None
) -> pa.Array:
    """True where the same entity has a row in `target.member` whose column equals the value (null: never).

    where: which rows of the target member count.
    """
    rows = frames.members[target.member]
    if where is not None:
        rows = rows.filter(where)
    return pairs_in(entity, values, rows.entity, rows.column(target.column))


def pairs_in(
    entity: pa.Array, values: pa.Array, offered_entity: pa.Array, offered_values: pa.Array
) -> pa.Array:
    """True where the pair of entity and value is among those offered (null: never)."""
    offered = _pair(offered_entity, offered_values)
    return pc.and_(pc.is_in(_pair(entity, values), value_set=offered), values.is_valid())


def _pair(entity: pa.Array, values: pa.Array) -> pa.Array:
    text = pc.fill_null(values.cast(pa.string()), "")
    return pc.binary_join_element_wise(entity.cast(pa.string()), text, "|")
