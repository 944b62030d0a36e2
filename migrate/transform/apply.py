"""`apply(mapping, batch, lookup) -> Outcome`: what the platform shall hold for the entities of one Batch.

Pure: no database, no clock, no randomness; the same input gives the same Outcome byte by byte. The order of work:

    1 gather      rows get their entity; rows of others fall out, rows without a root are orphans: gather.py
    2 narrow      excluded entities and rows, unknown types, twins
    3 judge       missing members, keys with NUL, rules on the entity as a whole
    4 map         every table map makes its rows; fields judge their values
    5 settle      what is rejected or held is not shown; references between rows are closed: settle.py
    6 assemble    platform tables, quality marks, quarantine lines, fingerprints
"""

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from migrate.canonical import derive_ids
from migrate.conditions import Column
from migrate.mapping.nouns import Consequence, Each, Field, Mapping, Member, TableMap
from migrate.model import Batch, Layout, Lookup, Outcome, SliceKind
from migrate.transform import library  # noqa: F401  fills the registries
from migrate.transform.conditions import blank, holds
from migrate.transform.fields import Columns, OwnKind
from migrate.transform.gather import gather, loose
from migrate.transform.judgements import Judgements, Place
from migrate.transform.judges import Offence, twins
from migrate.transform.nul import holds_nul, with_nul
from migrate.transform.registry import JUDGES
from migrate.transform.rows import Frames, Rows, among, pairs_in
from migrate.transform.settle import Flagged, Made, Settling

# On every Siebel base table; they say who wrote a row and when, not what it says.
_SYSTEM_COLUMNS = frozenset(
    [
        *("ROW_ID", "CREATED", "CREATED_BY", "LAST_UPD", "LAST_UPD_BY", "MODIFICATION_NUM", "CONFLICT_ID"),
        *("DCKING_NUM", "DB_LAST_UPD", "DB_LAST_UPD_SRC"),
    ]
)


def apply(mapping: Mapping, batch: Batch, lookup: Lookup, *, layout: Layout, system: str) -> Outcome:
    """Map one Batch.

    lookup:  what exists on the platform already and which natural keys are contested (see `beforehand`).
    layout:  the platform's tables; system: the name of the legacy system, part of every derived id.
    Raises nothing because of data: what cannot be loaded is in the Outcome's quarantine.
    """
    if batch.slice.kind is SliceKind.LOOSE:
        return loose(mapping, batch, lookup, system)
    work = _Work(mapping, layout, system, *gather(mapping, batch, lookup))
    work.narrow()
    work.judge()
    work.map()
    return work.settled().outcome()


@dataclass(slots=True)
class _Work:
    """The batch on its way through the stages."""

    mapping: Mapping
    layout: Layout
    system: str
    frames: Frames
    judgements: Judgements
    made: list[Made] = field(default_factory=list)
    flagged: list[Flagged] = field(default_factory=list)
    stubs: list[tuple[str, pa.Table]] = field(default_factory=list)
    own_kind: list[OwnKind] = field(default_factory=list)

    # --- 2 narrow

    def narrow(self) -> None:
        """Leave out what is not to be loaded, each row by a named rule."""
        root = self.mapping.root.name
        for exclusion in sorted(self.mapping.exclusions, key=lambda e: e.member != root):
            mask = holds(exclusion.where, self.frames.rows(exclusion.member))
            self._exclude(exclusion.member, mask, exclusion.name)
            if exclusion.member == root:
                keys, roots = self.frames.keys, self.frames.roots
                self._forget(self.judgements.entities_excluded(self.mapping.root.table, keys, roots))
        for member in self.mapping.members:
            if member.known is not None:
                column, values = member.known
                unknown = pc.invert(
                    pc.is_in(self.frames.members[member.name].column(column), value_set=pa.array(values))
                )
                self._set_aside(member.name, unknown, "unknown_type", column, whole=False)
            if member.twins:
                own = _SYSTEM_COLUMNS | set(self.mapping.changes.columns if self.mapping.changes else ())
                content = tuple(c for c in self.mapping.reads[member.name] if c not in own)
                identical, different = twins(self.frames, member.name, content)
                self._note_twins(member, identical, different)

    def _note_twins(self, member: Member, identical: pa.Array, different: pa.Array) -> None:
        rows = self.frames.rows(member.name)
        self.judgements.exclude(
            rows.entity.filter(identical), member.table, rows.row_id.filter(identical), "identical_twin"
        )
        self._reject(member.name, different, "different_twin", "CONFLICT_ID", whole=False)
        self.frames.drop(member.name, pc.or_(identical, different))

    def _exclude(self, member: str, mask: pa.Array, rule: str) -> None:
        """Leave rows out, and what hangs on them and on no other row of the entity."""
        if not mask.true_count:
            return
        rows = self.frames.rows(member)
        gone = rows.own.filter(mask)
        self.judgements.exclude(
            gone.entity, self.mapping.member(member).table, rows.row_id.filter(mask), rule
        )
        self.frames.drop(member, mask)
        for below in self.mapping.members:
            if below.via is not None and below.via.member == member:
                own = self.frames.rows(below.name)
                pointer = own.column(Column(below.by))
                left = among(self.frames, own.entity, pointer, below.via)
                hung = pairs_in(own.entity, pointer, gone.entity, gone.column(below.via.column))
                self._exclude(below.name, pc.and_not(hung, left), rule)

    def _forget(self, entities: np.ndarray) -> None:
        """Take every row of some entities out of the work."""
        if not entities.any():
            return
        for name, rows in self.frames.members.items():
            self.frames.members[name] = rows.filter(pa.array(~entities[rows.entity.to_numpy()]))

    # --- 3 judge

    def judge(self) -> None:
        """Missing members, keys that no platform can keep, rules on the entity as a whole."""
        root = self.frames.rows(self.mapping.root.name)
        for member in self.mapping.members:
            if member.required:
                present = np.zeros(len(self.frames.keys), bool)
                present[self.frames.members[member.name].entity.to_numpy()] = True
                self._reject(
                    self.mapping.root.name,
                    pa.array(~present[root.entity.to_numpy()]),
                    f"missing_{member.name}",
                    None,
                    whole=True,
                )
        for member in (self.mapping.root, *self.mapping.members):
            keys = self.frames.rows(member.name).row_id
            if holds_nul(keys):
                self._reject(member.name, with_nul(keys), "nul", member.key, whole=True)
        for rule in self.mapping.rules:
            offence: Offence = JUDGES[rule.call.name].function(self.frames, **rule.call.options)
            if not offence.rows.true_count:
                continue
            if rule.consequence is Consequence.FLAG:
                rows = self.frames.rows(offence.member).filter(offence.rows)
                flagged = Flagged(rule.name, offence.member, offence.column, rows.entity, rows.row_id)
                self.flagged.append(flagged)
            else:
                self._set_aside(offence.member, offence.rows, rule.name, offence.column, whole=rule.whole)

    def _set_aside(self, member: str, mask: pa.Array, rule: str, column: str | None, *, whole: bool) -> None:
        mask = pc.fill_null(mask, False)
        self._reject(member, mask, rule, column, whole=whole)
        if not whole and member != self.mapping.root.name:
            self.frames.drop(member, mask)

    def _reject(self, member: str, mask: pa.Array, rule: str, column: str | None, *, whole: bool) -> None:
        if not mask.true_count:
            return
        rows = self.frames.rows(member).filter(mask)
        value = (
            rows.own.column(column).cast(pa.string())
            if column and column in rows.own.table.column_names
            else None
        )
        place = Place(member, self.mapping.member(member).table, column)
        self.judgements.reject(
            rows.entity,
            place,
            rows.row_id,
            rule,
            whole=whole or member == self.mapping.root.name,
            value=value,
        )

    # --- 4 map

    def map(self) -> None:
        """Every table map makes its rows."""
        for table in self.mapping.tables:
            rows = self._joined(table)
            rows = rows.filter(holds(table.where, rows)) if table.where is not None else rows
            for each in table.each or (None,):
                self._make(table, rows if each is None else _each(rows, each), each)

    def _joined(self, table: TableMap) -> Rows:
        rows = self.frames.rows(table.member)
        for join in table.joins:
            member = self.frames.rows(join.member)
            if join.where is not None:
                member = member.filter(holds(join.where, member))
            keys = member.entity if join.on is None else member.row_id
            wanted = rows.entity if join.on is None else rows.own.column(join.on)
            position = pc.index_in(wanted, value_set=keys)
            if join.where is not None:  # positions among all rows of the member
                kept = pc.indices_nonzero(holds(join.where, self.frames.rows(join.member)))
                position = kept.take(position)
            rows = rows.joined(join.alias, join.member, position)
        return rows

    def _make(self, table: TableMap, rows: Rows, each: Each | None) -> None:
        target = self.layout[table.into]
        ids = self._ids(table, rows, each)
        columns = Columns(self.system, table, rows, ids, self.judgements)
        made: dict[str, pa.Array] = {}
        pending: list[tuple[Field, pa.Array]] = []
        for field_ in table.fields:
            values = columns.make(target.columns[field_.column], field_)
            if field_.row is not None:
                pending.append((field_, values))
            else:
                made[field_.column] = values
        self.stubs += columns.stubs
        self.own_kind += columns.own_kind
        self.made.append(Made(table, rows, ids, made, pa.array(~columns.dropped), pending))

    def _ids(self, table: TableMap, rows: Rows, each: Each | None) -> pa.Array:
        entity = self.mapping.entity
        if table is self.mapping.tables[0]:
            return derive_ids(self.system, f"{entity}/", rows.row_id)
        names = rows.row_id if each is None else pc.binary_join_element_wise(rows.row_id, each.name, "/")
        return derive_ids(self.system, f"{entity}/{table.label}/", names)

    # --- 5 and 6

    def settled(self) -> Settling:
        """What was made, ready to be decided on."""
        return Settling(
            self.mapping,
            self.layout,
            self.system,
            self.frames,
            self.judgements,
            self.made,
            self.flagged,
            self.stubs,
            self.own_kind,
        )


def _each(rows: Rows, each: Each) -> Rows:
    """The rows that have a value in the entry's column, with the value and its constants beside them."""
    values = rows.column(each.column)
    present = pc.invert(blank(values))
    if each.unless_in is not None:
        present = pc.and_not(present, among(rows.frames, rows.entity, values, each.unless_in))
    constants = {name: pa.repeat(pa.scalar(value), len(rows)) for name, value in each.constants.items()}
    with_each = Rows(rows.frames, rows.member, rows.own, rows.joins, {"": values, **constants})
    return with_each.filter(present)
