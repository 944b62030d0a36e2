"""The last stages: decide what is shown of each entity, and put the Outcome together.

References between rows of one entity hold only where the other row is really there; an entity that points at one of
its own kind waits with it; the flags of judges find the platform row that they speak of. Then every table, quality
mark and quarantine line is assembled, of accepted entities only.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from migrate.canonical import derive_ids, fingerprints
from migrate.mapping.nouns import Consequence, Field, Mapping, TableMap
from migrate.model import Disposition, Layout, Outcome, TargetTable
from migrate.transform.conditions import blank
from migrate.transform.fields import Columns, OwnKind
from migrate.transform.judgements import Judgements, Place, by_key
from migrate.transform.nul import storable
from migrate.transform.rows import Frames, Rows, one_piece

QUALITY_MARK = "quality_mark"


@dataclass(slots=True)
class Made:
    """Rows that one table map made (of one `each` entry): what later stages need to know of them."""

    table: TableMap
    rows: Rows
    ids: pa.Array
    columns: dict[str, pa.Array]
    kept: pa.Array  # boolean: not set aside
    pending: list[tuple[Field, pa.Array]]  # references to rows of the same entity, still as ROW_IDs


@dataclass(frozen=True, slots=True)
class Flagged:
    """Source rows that a judge flags; which platform rows came of them is known at the end."""

    rule: str
    member: str
    column: str | None
    entity: pa.Array
    row_id: pa.Array


@dataclass(frozen=True, slots=True)
class Settling:
    """Everything that the earlier stages made of a batch.

    own_kind:  references to entities of the same mapping.
    """

    mapping: Mapping
    layout: Layout
    system: str
    frames: Frames
    judgements: Judgements
    made: list[Made]
    flagged: list[Flagged]
    stubs: list[tuple[str, pa.Table]]
    own_kind: list[OwnKind]

    def outcome(self) -> Outcome:
        """Close what is open, decide, and put the Outcome together."""
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
            keys=pa.table(
                {"key": storable(keys), "id": ids, "disposition": pa.array(disposition, pa.string())}
            ),
            tables=tables,
            quarantine=self._quarantine(disposition),
            excluded=by_key(self._accounted(self.judgements.excluded, disposition), keys),
            stubs=self._stubs(shown),
            merges=self._merges(shown),
            fingerprint=_masked(fingerprints(dict(tables), len(keys)), shown),
        )

    def _close_row_references(self) -> None:
        """References between rows of one entity: only to rows that are really there."""
        for made in self.made:
            for field_, values in made.pending:
                there = pc.and_(self._exists(field_.row or "", made.rows.entity, values), values.is_valid())
                own = self._own(made, field_, values)
                there = pc.and_not(there, own)
                lost = pc.and_not(pc.and_not(values.is_valid(), there), own)
                ids = derive_ids(
                    self.system, f"{self.mapping.entity}/{field_.row}/", pc.if_else(there, values, None)
                )
                made.columns[field_.column] = ids
                if field_.otherwise is Consequence.FLAG:
                    columns = Columns(self.system, made.table, made.rows, made.ids, self.judgements)
                    columns.flag(field_, values, lost, "missing_row")
                    columns.flag(field_, values, own, "itself")

    def _own(self, made: Made, field_: Field, values: pa.Array) -> pa.Array:
        """Where a reference names its own row, of a column that never does."""
        if (
            field_.row != made.table.label
            or not self.layout[made.table.into].columns[field_.column].elsewhere
        ):
            return pa.repeat(pa.scalar(False), len(values))
        return pc.fill_null(pc.equal(values, made.rows.row_id), False)

    def _exists(self, label: str, entity: pa.Array, values: pa.Array) -> pa.Array:
        targets = [m for m in self.made if m.table.label == label]
        offered = pa.concat_arrays(
            [_entity_and_key(m.rows.entity, m.rows.row_id).filter(m.kept) for m in targets]
        )
        return pc.is_in(_entity_and_key(entity, pc.fill_null(values, "")), value_set=offered)

    def _place_flags(self) -> None:
        """Flags of judges speak of source rows: mark the platform row that came of each, or else the root's."""
        for flag in self.flagged:
            place = Place(flag.member, self.mapping.member(flag.member).table, flag.column)
            left = pa.repeat(pa.scalar(True), len(flag.row_id))
            for made in (*(m for m in self.made if m.rows.member == flag.member), self.made[0]):
                position = _position(flag, made)
                here = pc.and_(left, position.is_valid())
                self.judgements.mark(
                    flag.entity.filter(here), made.table.into, made.ids.take(position.filter(here)), None, flag.rule,
                    place, flag.row_id.filter(here), flagged=True, original=None,
                )  # fmt: skip
                left = pc.and_not(left, here)

    def _hold_followers(self) -> None:
        """Entities that point at one of their own kind in this batch wait with it, and so on along the chain."""
        if not self.own_kind:
            return
        roots = self.frames.keys.slice(0, self.frames.roots)
        target = [pc.index_in(links.key, value_set=roots).to_numpy() for links in self.own_kind]
        entity = [links.entity.to_numpy() for links in self.own_kind]
        shown = self._dispositions() == Disposition.ACCEPTED
        everyone, its = np.concatenate(entity), np.concatenate(target)
        while (late := shown[everyone] & ~shown[its]).any():
            shown[everyone[late]] = False
        for links, of, to in zip(self.own_kind, entity, target, strict=True):
            waits = pa.array(~shown[to] & (of != to))
            self.judgements.hold(
                links.entity.filter(waits),
                links.place,
                links.row_id.filter(waits),
                self.mapping.entity,
                links.key.filter(waits),
            )

    def _dispositions(self) -> np.ndarray:
        disposition = np.full(len(self.frames.keys), Disposition.ACCEPTED, dtype=object)
        disposition[self.judgements.entities_where("held")] = Disposition.HELD
        disposition[self.judgements.entities_where("rejected")] = Disposition.REJECTED
        frames = self.frames
        out = self.judgements.entities_excluded(self.mapping.root.table, frames.keys, frames.roots)
        disposition[out] = Disposition.EXCLUDED
        return disposition

    # --- assemble

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

    def _table(self, made: Made, root_ids: pa.Array) -> pa.Table:
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
        return by_key(lines, self.frames.keys)

    def _accounted(self, lines: pa.Table, disposition: np.ndarray) -> pa.Table:
        """Of an excluded entity only the exclusion of its root is told, if it has a root."""
        excluded = pa.array(disposition[lines["_entity"].to_numpy()] == Disposition.EXCLUDED)
        if "scope" in lines.column_names:
            return lines.filter(pc.invert(excluded))
        says_so = pc.or_(
            pc.equal(lines["table"], self.mapping.root.table),
            pc.greater_equal(lines["_entity"], self.frames.roots),
        )
        return lines.filter(pc.or_(pc.invert(excluded), says_so))

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
            {
                "loser": storable(losers.filter(real)),
                "survivor": self.frames.keys.take(rows.entity.filter(real)),
            }
        )


def _position(flag: Flagged, made: Made) -> pa.Array:
    """Where among the rows that are shown the flagged source rows are; null where they are not."""
    if made.rows.member == flag.member:
        position = pc.index_in(flag.row_id, value_set=made.rows.row_id)
    else:
        position = pc.index_in(flag.entity, value_set=made.rows.entity)
    return pc.if_else(pc.fill_null(made.kept.take(position), False), position, None)


def _entity_and_key(entity: pa.Array, key: pa.Array) -> pa.Array:
    return pc.binary_join_element_wise(entity.cast(pa.string()), key, "|")


def _masked(values: pa.Array, keep: np.ndarray) -> pa.Array:
    return pc.if_else(pa.array(keep), values, pa.scalar(None, values.type))
