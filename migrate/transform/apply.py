"""`apply(mapping, batch, lookup) -> Outcome`: what the platform shall hold for the entities of one Batch.

Pure: no database, no clock, no randomness; the same input gives the same Outcome byte by byte. The order of work:

    1 gather      rows get their entity; rows of others fall out, rows without a root are orphans
    2 narrow      excluded entities and rows, unknown types, twins
    3 judge       missing members, rules on the entity as a whole
    4 map         every table map makes its rows; fields judge their values
    5 settle      a rejected or held entity is shown not at all; references between rows of an entity are closed
    6 assemble    platform tables, quality marks, quarantine lines, fingerprints
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from migrate.canonical import derive_ids, fingerprints
from migrate.mapping.nouns import Column, Consequence, Each, Field, Mapping, Member, Orphans, TableMap
from migrate.mapping.reads import comparisons
from migrate.model import Batch, Disposition, Layout, Lookup, Outcome, SliceKind, TargetTable
from migrate.transform import library  # noqa: F401  fills the registries
from migrate.transform.conditions import blank, holds
from migrate.transform.fields import Columns
from migrate.transform.judgements import Judgements, Place
from migrate.transform.judges import Offence, natural_values, twins, variants
from migrate.transform.registry import JUDGES, STEPS
from migrate.transform.rows import Frames, MemberRows, Rows, among, one_piece
from migrate.transform.series import arrow, series

QUALITY_MARK = "quality_mark"

_UNTIMED = Lookup(as_of=datetime.max)  # for surveys and loose rows, which nothing judges against a time

# On every Siebel base table; they say who wrote a row and when, not what it says.
_SYSTEM_COLUMNS = {"ROW_ID", "CREATED", "CREATED_BY", "LAST_UPD", "LAST_UPD_BY", "MODIFICATION_NUM", "CONFLICT_ID", "DCKING_NUM", "DB_LAST_UPD", "DB_LAST_UPD_SRC"}  # fmt: skip


def apply(mapping: Mapping, batch: Batch, lookup: Lookup, *, layout: Layout, system: str) -> Outcome:
    """Map one Batch.

    lookup:  what exists on the platform already and which natural keys are contested (`references` says what to ask).
    layout:  the platform's tables; system: the name of the legacy system, part of every derived id.
    Raises nothing because of data: what cannot be loaded is in the Outcome's quarantine.
    """
    if batch.slice.kind is SliceKind.LOOSE:
        return _loose(mapping, batch, system)
    work = _Work(mapping, layout, system, *_gather(mapping, batch, lookup))
    work.narrow()
    work.judge()
    work.map()
    return work.settle()


def references(mapping: Mapping, batch: Batch) -> dict[str, pa.Array]:
    """Entity -> distinct legacy keys that the batch refers to: what `Lookup.known` has to answer."""
    wanted: dict[str, list[pa.Array]] = {}
    for table, field_ in mapping.references():
        aliases = {join.alias: join.member for join in table.joins}
        for column in field_.sources:
            member = (
                mapping.root.name if column.alias == "root" else aliases.get(column.alias or "", table.member)
            )
            columns = [each.column.name for each in table.each] if column.name == "each" else [column.name]
            for name in columns:
                keys = pc.unique(one_piece(batch.tables[member].column(name)))
                for call in field_.steps:
                    result = STEPS[call.name].function(series(keys), **call.options)
                    keys = arrow(result[0] if isinstance(result, tuple) else result)
                wanted.setdefault(field_.ref or "", []).append(keys)
    return {entity: pc.unique(pa.concat_arrays(keys)).drop_null() for entity, keys in wanted.items()}


def survey_columns(mapping: Mapping) -> tuple[str, ...]:
    """The root's columns that `naturals` needs: the keys, their variants, and what tells which roots count."""
    wanted = [c for key in mapping.naturals for c in key.columns]
    wanted += [key.variant.column for key in mapping.naturals if key.variant]
    for test in comparisons(mapping.root.where):
        wanted += [column.name for column in (test.column, test.operand) if isinstance(column, Column)]
    return tuple(dict.fromkeys(wanted))


def naturals(mapping: Mapping, rows: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    """For the survey: every natural key's name with (key, value, variant) of every root row; value null: it has none."""
    own = one_piece(rows.column(mapping.root.key))
    if mapping.root.where is not None:
        frames = _gather_root(mapping, rows)
        mask = holds(mapping.root.where, frames.rows(mapping.root.name))
        rows, own = rows.filter(mask), own.filter(mask)
    for key in mapping.naturals:
        values = natural_values(key, rows)
        variant = variants(key, rows, mapping.codes)
        yield (
            key.name,
            pa.table({"key": own, "value": values, "variant": own if variant is None else variant}),
        )


def agreements(mapping: Mapping) -> tuple[tuple[str, str, str], ...]:
    """Natural keys of other entities that the mapping's rules compare with: (entity, name, root column with their keys)."""
    rules = (rule.call.options for rule in mapping.rules if "through" in rule.call.options)
    return tuple((*str(options["natural"]).split(".", 1), str(options["through"])) for options in rules)  # type: ignore[misc]


# --- 1 gather


def _gather(mapping: Mapping, batch: Batch, lookup: Lookup) -> tuple[Frames, Judgements]:
    frames = _gather_root(mapping, batch.tables[mapping.root.name], lookup)
    root = frames.members[mapping.root.name]
    if mapping.root.where is not None:
        root = root.filter(holds(mapping.root.where, frames.rows(mapping.root.name)))
        keys = root.column(mapping.root.key)
        root = MemberRows(root.table, pa.array(np.arange(len(keys), dtype=np.int32)))
        frames = Frames(mapping, lookup, keys, len(keys), {mapping.root.name: root})
    orphans: list[tuple[Member, pa.Table, pa.Array]] = []
    for member in mapping.members:
        table = batch.tables[member.name]
        table, entity = _owned(frames, member, table)
        pointer = one_piece(table.column(member.by))
        rows = MemberRows(table, entity)
        if member.where is not None:
            frames.members[member.name] = rows
            mask = holds(member.where, Rows(frames, member.name, rows))
            rows, pointer = rows.filter(mask), pointer.filter(mask)
        lost = rows.entity.is_null()
        if lost.true_count:
            if member.orphans is not Orphans.IGNORE:
                orphans.append((member, rows.table.filter(lost), pointer.filter(lost)))
            rows = rows.filter(pc.invert(lost))
        frames.members[member.name] = rows
    return _with_orphans(frames, orphans)


def _gather_root(mapping: Mapping, rows: pa.Table, lookup: Lookup | None = None) -> Frames:
    keys = one_piece(rows.column(mapping.root.key))
    entity = pa.array(np.arange(len(keys), dtype=np.int32))
    return Frames(mapping, lookup or _UNTIMED, keys, len(keys), {mapping.root.name: MemberRows(rows, entity)})


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


def _with_orphans(
    frames: Frames, orphans: list[tuple[Member, pa.Table, pa.Array]]
) -> tuple[Frames, Judgements]:
    """Orphans count as entities of their own, under the key of the root that is missing."""
    missing = pc.unique(
        pa.concat_arrays([pa.array([], pa.string()), *(pointer for _, _, pointer in orphans)])
    )
    frames.keys = pa.concat_arrays([frames.keys, missing])
    judgements = Judgements(len(frames.keys))
    for member, rows, pointer in orphans:
        place = Place(member.name, member.table, member.by)
        judgements.reject(
            pc.index_in(pointer, value_set=frames.keys),
            place,
            one_piece(rows.column(member.key)),
            "orphan",
            whole=True,
            value=pointer,
        )
    return frames, judgements


# --- 2 to 6


@dataclass(slots=True)
class _Made:
    """Rows that one table map made (of one `each` entry): what later stages need to know of them."""

    table: TableMap
    rows: Rows
    ids: pa.Array
    columns: dict[str, pa.Array]
    kept: pa.Array  # boolean: not set aside
    pending: list[tuple[Field, pa.Array]]  # references to rows of the same entity, still as ROW_IDs


@dataclass(slots=True)
class _Work:
    """The batch on its way through the stages."""

    mapping: Mapping
    layout: Layout
    system: str
    frames: Frames
    judgements: Judgements
    made: list[_Made] = field(default_factory=list)
    flagged: list[tuple[str, str, str | None, pa.Array, pa.Array]] = field(
        default_factory=list
    )  # rule, member, column, entity, row_id
    stubs: list[tuple[str, pa.Table]] = field(default_factory=list)
    own_kind: list[pa.Table] = field(default_factory=list)
    gone: np.ndarray = field(default_factory=lambda: np.zeros(0, bool))

    # --- 2 narrow

    def narrow(self) -> None:
        """Leave out what is not to be loaded, each row by a named rule."""
        root = self.mapping.root.name
        for exclusion in sorted(self.mapping.exclusions, key=lambda e: e.member != root):
            mask = holds(exclusion.where, self.frames.rows(exclusion.member))
            self._exclude(exclusion.member, mask, exclusion.name)
            if exclusion.member == root:
                self._forget(self.judgements.entities_excluded(self.mapping.root.table, self.frames.keys))
        for member in self.mapping.members:
            if member.known is not None:
                column, values = member.known
                unknown = pc.invert(
                    pc.is_in(self.frames.members[member.name].column(column), value_set=pa.array(values))
                )
                self._set_aside(member.name, unknown, "unknown_type", column, whole=False)
            if member.twins:
                content = tuple(c for c in self.mapping.reads[member.name] if c not in _SYSTEM_COLUMNS)
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
        rows = self.frames.rows(member)
        self.judgements.exclude(
            rows.entity.filter(mask), self.mapping.member(member).table, rows.row_id.filter(mask), rule
        )
        self.frames.drop(member, mask)

    def _forget(self, entities: np.ndarray) -> None:
        """Take every row of some entities out of the work."""
        if not entities.any():
            return
        for name, rows in self.frames.members.items():
            self.frames.members[name] = rows.filter(pa.array(~entities[rows.entity.to_numpy()]))

    # --- 3 judge

    def judge(self) -> None:
        """Rules on the entity as a whole."""
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
        for rule in self.mapping.rules:
            offence: Offence = JUDGES[rule.call.name].function(self.frames, **rule.call.options)
            if not offence.rows.true_count:
                continue
            if rule.consequence is Consequence.FLAG:
                rows = self.frames.rows(offence.member).filter(offence.rows)
                self.flagged.append((rule.name, offence.member, offence.column, rows.entity, rows.row_id))
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
        self.made.append(_Made(table, rows, ids, made, pa.array(~columns.dropped), pending))

    def _ids(self, table: TableMap, rows: Rows, each: Each | None) -> pa.Array:
        entity = self.mapping.entity
        if self._is_root(table):
            return derive_ids(self.system, f"{entity}/", rows.row_id)
        names = rows.row_id if each is None else pc.binary_join_element_wise(rows.row_id, each.name, "/")
        return derive_ids(self.system, f"{entity}/{table.label}/", names)

    def _is_root(self, table: TableMap) -> bool:
        return table.member == self.mapping.root.name and table.into == self.mapping.tables[0].into

    # --- 5 settle

    def settle(self) -> Outcome:
        """Decide what is shown of each entity, and put the Outcome together."""
        self._close_row_references()
        self._place_flags()
        self._hold_followers()
        disposition = self._dispositions()
        keys = self.frames.keys
        ids = derive_ids(self.system, f"{self.mapping.entity}/", keys)
        shown = disposition == Disposition.ACCEPTED
        tables = self._tables(shown, ids)
        return Outcome(
            entity=self.mapping.entity,
            keys=pa.table({"key": keys, "id": ids, "disposition": pa.array(disposition, pa.string())}),
            tables=tables,
            quarantine=self._quarantine(disposition),
            excluded=_by_key(self._accounted(self.judgements.excluded, disposition), keys),
            stubs=self._stubs(shown),
            merges=self._merges(shown),
            fingerprint=_masked(fingerprints(dict(tables), len(keys)), shown),
        )

    def _close_row_references(self) -> None:
        """References between rows of one entity: only to rows that are really there."""
        for made in self.made:
            for field_, values in made.pending:
                there = pc.and_(self._exists(field_.row or "", made.rows.entity, values), values.is_valid())
                lost = pc.and_not(values.is_valid(), there)
                ids = derive_ids(
                    self.system, f"{self.mapping.entity}/{field_.row}/", pc.if_else(there, values, None)
                )
                made.columns[field_.column] = ids
                if lost.true_count and field_.otherwise is Consequence.FLAG:
                    Columns(self.system, made.table, made.rows, made.ids, self.judgements).flag(
                        field_, values, lost, "missing_row"
                    )

    def _exists(self, label: str, entity: pa.Array, values: pa.Array) -> pa.Array:
        targets = [m for m in self.made if m.table.label == label]
        offered = pa.concat_arrays(
            [_entity_and_key(m.rows.entity, m.rows.row_id).filter(m.kept) for m in targets]
        )
        return pc.is_in(_entity_and_key(entity, pc.fill_null(values, "")), value_set=offered)

    def _place_flags(self) -> None:
        """Flags of judges point at source rows: find the platform row that came of each, or the root's."""
        for rule, member, column, entity, row_id in self.flagged:
            place = Place(member, self.mapping.member(member).table, column)
            original = None
            left = pa.repeat(pa.scalar(True), len(row_id))
            for made in [m for m in self.made if m.rows.member == member] + [
                m for m in self.made if self._is_root(m.table)
            ]:
                by_key = made.rows.member == member
                position = (
                    pc.index_in(row_id, value_set=made.rows.row_id)
                    if by_key
                    else pc.index_in(entity, value_set=made.rows.entity)
                )
                here = pc.and_(left, position.is_valid())
                ids = made.ids.take(position.filter(here))
                self.judgements.mark(
                    entity.filter(here),
                    made.table.into,
                    ids,
                    None,
                    rule,
                    place,
                    row_id.filter(here),
                    flagged=True,
                    original=original,
                )
                left = pc.and_not(left, here)

    def _hold_followers(self) -> None:
        """Entities that point at one of their own kind in this batch wait with it, and so do those that point at them."""
        for links in self.own_kind:
            target = pc.index_in(
                one_piece(links["key"]), value_set=self.frames.keys.slice(0, self.frames.roots)
            )
            links = links.append_column("target", target).filter(target.is_valid())
            while True:
                shown = self._dispositions() == Disposition.ACCEPTED
                entity, target = links["_entity"].to_numpy(), links["target"].to_numpy()
                waiting = shown[entity] & ~shown[target] & (entity != target)
                if not waiting.any():
                    break
                late = links.filter(pa.array(waiting))
                entity_of = one_piece(late["_entity"])
                place = Place(self.mapping.root.name, self.mapping.root.table, None)
                self.judgements.hold(
                    entity_of,
                    place,
                    self.frames.keys.take(entity_of),
                    self.mapping.entity,
                    one_piece(late["key"]),
                )

    def _dispositions(self) -> np.ndarray:
        disposition = np.full(len(self.frames.keys), Disposition.ACCEPTED, dtype=object)
        disposition[self.judgements.entities_where("held")] = Disposition.HELD
        disposition[self.judgements.entities_where("rejected")] = Disposition.REJECTED
        disposition[self.judgements.entities_excluded(self.mapping.root.table, self.frames.keys)] = (
            Disposition.EXCLUDED
        )
        return disposition

    # --- 6 assemble

    def _tables(self, shown: np.ndarray, root_ids: pa.Array) -> dict[str, pa.Table]:
        parts: dict[str, list[pa.Table]] = {}
        for made in self.made:
            keep = pc.and_(made.kept, pa.array(shown[made.rows.entity.to_numpy()]))
            table = self._table(made, root_ids)
            table = table if keep.true_count == len(keep) else table.filter(keep)
            parts.setdefault(made.table.into, []).append(table)
        tables = {into: pa.concat_tables(pieces).combine_chunks() for into, pieces in parts.items()}
        marks = self.judgements.marks(self.system, self.mapping.entity, root_ids)
        if marks.num_rows:
            there = pa.concat_arrays(
                [one_piece(table.column(self.layout[into].key)) for into, table in tables.items()]
            )
            marks = marks.filter(pc.is_in(marks["row_id"], value_set=there))
            target = self.layout[QUALITY_MARK]
            columns = {
                name: marks[name].cast(column.type)
                if name in marks.column_names
                else pa.nulls(len(marks), column.type)
                for name, column in target.columns.items()
            }
            tables[QUALITY_MARK] = pa.table({**columns, "_entity": marks["_entity"]})
        return tables

    def _table(self, made: _Made, root_ids: pa.Array) -> pa.Table:
        target: TargetTable = self.layout[made.table.into]
        columns = {**made.columns, target.key: made.ids}
        if target.root_id and target.root_id != target.key:
            columns[target.root_id] = root_ids.take(made.rows.entity)
        ordered = {
            name: columns.get(name, pa.nulls(len(made.rows), column.type))
            for name, column in target.columns.items()
        }
        return pa.table({**ordered, "_entity": made.rows.entity})

    def _quarantine(self, disposition: np.ndarray) -> pa.Table:
        lines = self._accounted(self.judgements.quarantine, disposition)
        rejected = pa.array(disposition[lines["_entity"].to_numpy()] == Disposition.REJECTED)
        lines = lines.filter(
            pc.invert(pc.and_(pc.equal(lines["state"], "held"), rejected))
        )  # rejected says it all
        return _by_key(lines, self.frames.keys)

    def _accounted(self, lines: pa.Table, disposition: np.ndarray) -> pa.Table:
        """Of an excluded entity only the exclusion of its root is told."""
        excluded = pa.array(disposition[lines["_entity"].to_numpy()] == Disposition.EXCLUDED)
        if "scope" in lines.column_names:
            return lines.filter(pc.invert(excluded))
        is_root = pc.equal(lines["table"], self.mapping.root.table)
        return lines.filter(pc.or_(pc.invert(excluded), is_root))

    def _stubs(self, shown: np.ndarray) -> pa.Table:
        pieces = [pa.table({"entity": pa.array([], pa.string()), "key": pa.array([], pa.string())})]
        for entity, table in self.stubs:
            keys = table["key"].filter(pa.array(shown[table["_entity"].to_numpy()]))
            pieces.append(pa.table({"entity": pa.repeat(pa.scalar(entity), len(keys)), "key": keys}))
        return pa.concat_tables(pieces).group_by(["entity", "key"]).aggregate([])

    def _merges(self, shown: np.ndarray) -> pa.Table:
        if self.mapping.merged is None:
            return pa.table({"loser": pa.array([], pa.string()), "survivor": pa.array([], pa.string())})
        rows = self.frames.members[self.mapping.merged.member]
        losers = rows.column(self.mapping.merged.column)
        real = pc.and_(pc.invert(blank(losers)), pa.array(shown[rows.entity.to_numpy()]))
        return pa.table(
            {"loser": losers.filter(real), "survivor": self.frames.keys.take(rows.entity.filter(real))}
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


def _entity_and_key(entity: pa.Array, key: pa.Array) -> pa.Array:
    return pc.binary_join_element_wise(entity.cast(pa.string()), key, "|")


def _by_key(lines: pa.Table, keys: pa.Array) -> pa.Table:
    """Lines under the legacy key of their entity instead of its index."""
    return lines.drop_columns("_entity").add_column(0, "key", keys.take(one_piece(lines["_entity"])))


def _masked(values: pa.Array, keep: np.ndarray) -> pa.Array:
    return pc.if_else(pa.array(keep), values, pa.scalar(None, values.type))


def _loose(mapping: Mapping, batch: Batch, system: str) -> Outcome:
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
                "key": keys,
                "id": ids,
                "disposition": pa.repeat(pa.scalar(str(Disposition.REJECTED)), len(keys)),
            }
        ),
        tables={},
        quarantine=_by_key(judgements.quarantine, keys),
        excluded=_by_key(judgements.excluded, keys),
        stubs=pa.table({"entity": nothing, "key": nothing}),
        merges=pa.table({"loser": nothing, "survivor": nothing}),
        fingerprint=pa.nulls(len(keys), ids.type),
    )


def _lost_rows(mapping: Mapping, member: Member, rows: pa.Table) -> pa.Table:
    if member.where is None:
        return rows
    frames = Frames(mapping, _UNTIMED, pa.array([], pa.string()), 0)
    return rows.filter(
        holds(member.where, Rows(frames, member.name, MemberRows(rows, pa.nulls(rows.num_rows, pa.int32()))))
    )


def _pointer_or_own(member: Member, rows: pa.Table) -> pa.Array:
    pointer = one_piece(rows.column(member.by))
    return pc.if_else(blank(pointer), one_piece(rows.column(member.key)), pointer)
