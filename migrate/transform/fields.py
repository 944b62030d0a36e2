"""One field of a table map: source column -> steps -> rules -> code or reference -> the platform's type.

`Columns` makes the platform columns of some Rows and tells the Judgements what it found on the way. Nothing is ever
quietly emptied: a value that a step, a code list, the type or the width refuses is rejected, or flagged where the
mapping says so, with its original.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from migrate.canonical import ID, derive_ids
from migrate.conditions import Column
from migrate.mapping.nouns import Call, CodeList, Consequence, Field, FieldClass, TableMap
from migrate.model import TargetColumn
from migrate.transform.conditions import as_text, blank, holds
from migrate.transform.judgements import Judgements, Place
from migrate.transform.nul import holds_nul, with_nul
from migrate.transform.registry import RULES, STEPS, options_of
from migrate.transform.rows import Rows, one_piece
from migrate.transform.series import arrow, series


@dataclass(frozen=True, slots=True)
class OwnKind:
    """References to entities of the same mapping that are in this batch and not yet on the platform.

    entity, row_id, key:  who refers, in which source row, to whom.
    """

    place: Place
    entity: pa.Array
    row_id: pa.Array
    key: pa.Array


@dataclass(slots=True)
class Columns:
    """The platform columns of one table map over some rows; `ids` are the platform ids of the rows."""

    system: str
    table: TableMap
    rows: Rows
    ids: pa.Array
    judgements: Judgements
    stubs: list[tuple[str, pa.Table]] = field(default_factory=list)
    own_kind: list["OwnKind"] = field(default_factory=list)
    dropped: np.ndarray = field(init=False)  # rows set aside here, without their entity
    refused: np.ndarray | None = field(
        init=False, default=None
    )  # rows whose value in this column was refused

    def __post_init__(self) -> None:
        self.dropped = np.zeros(len(self.rows), bool)

    def make(self, target: TargetColumn, field: Field) -> pa.Array:
        """The column in the platform's type, without anything that was refused."""
        self.refused = None
        source = self._source(field)
        if source.null_count == len(source) and (not len(source) or _keeps_empty(field)):
            values = pa.nulls(len(source), source.type if field.row is not None else target.type)
            return self._present(target, field, source, values)
        values = self._steps(field, source)
        if field.when is not None:
            values = pc.if_else(holds(field.when, self.rows), values, pa.scalar(None, values.type))
        if field.rules:
            judged = series(values)
            for call, consequence in field.rules:
                self._judge(field, source, call, consequence, judged)
        values = self._point(field, source, values)
        values = self._fit(target, field, source, values)
        return self._present(target, field, source, values)

    def _present(self, target: TargetColumn, field: Field, source: pa.Array, values: pa.Array) -> pa.Array:
        """The values, refused where they may not be empty and are."""
        if (field.required or not target.nullable) and values.null_count:
            empty = values.is_null()
            if self.refused is not None:  # empty for a reason that was told already
                empty = pc.and_not(empty, pa.array(self.refused))
            self._refuse(field, source, empty, "required", Consequence.REJECT)
        return values

    def flag(self, field: Field, source: pa.Array, where: pa.Array, rule: str) -> None:
        """A quality mark on the rows where the mask is true."""
        self._mark(field, source, where, rule, flagged=True)

    # --- source and steps

    def _source(self, field: Field) -> pa.Array:
        if not field.sources:
            kind = pa.string() if field.constant is None else None
            return pa.repeat(pa.scalar(field.constant, kind), len(self.rows))
        first, *others = (self.rows.column(column) for column in field.sources)
        for other in others:
            first = pc.if_else(blank(first), other, first)
        return one_piece(first)

    def _steps(self, field: Field, source: pa.Array) -> pa.Array:
        if not field.steps:
            return source
        before = series(source)
        for call in field.steps:
            step = STEPS[call.name]
            result = step.function(before, **self._options(step.function, call))
            after, failed = result if isinstance(result, tuple) else (result, None)
            if failed is not None:
                self._refuse(field, source, arrow(failed), call.name, field.otherwise)
            if step.records and after is not before:
                self._converted(field, source, call.name, arrow(before), arrow(after), failed)
            before = after
        return arrow(before)

    def _options(self, function: Callable[..., Any], call: Call) -> dict[str, Any]:
        options: dict[str, Any] = {
            name: series(self.rows.column(value)) if isinstance(value, Column) else value
            for name, value in call.options.items()
        }
        if any(p.annotation is datetime for p in options_of(function).values()):
            options["as_of"] = self.rows.frames.lookup.as_of
        return options

    def _converted(
        self,
        field: Field,
        source: pa.Array,
        step: str,
        before: pa.Array,
        after: pa.Array,
        failed: pd.Series | None,
    ) -> None:
        changed = differs(before.cast(after.type) if before.type != after.type else before, after)
        if failed is not None:
            changed = pc.and_not(changed, pc.fill_null(arrow(failed), False))
        if changed.true_count:
            self._mark(field, source, changed, step, flagged=False)

    # --- rules

    def _judge(
        self, field: Field, source: pa.Array, call: Call, consequence: Consequence, values: pd.Series
    ) -> None:
        function = RULES[call.name].function
        offends = pc.fill_null(arrow(function(values, **self._options(function, call))), False)
        self._refuse(field, source, offends, call.name, consequence)

    # --- codes and references

    def _point(self, field: Field, source: pa.Array, values: pa.Array) -> pa.Array:
        if field.code is not None:
            return self._code(field, source, values)
        if field.ref is not None:
            return self._reference(field, source, values)
        return values

    def _code(self, field: Field, source: pa.Array, values: pa.Array) -> pa.Array:
        assert field.code is not None
        crosswalk = crosswalk_of(self.rows.frames.mapping.codes[field.code.list])
        text = as_text(values)
        parent = as_text(self.rows.column(field.code.parent)) if field.code.parent else None
        codes = crosswalk(text, parent)
        self._refuse(field, source, pc.and_(text.is_valid(), codes.is_null()), "code", field.otherwise)
        return codes

    def _reference(self, field: Field, source: pa.Array, values: pa.Array) -> pa.Array:
        assert field.ref is not None
        if holds_nul(values):  # no key of any row
            nul = with_nul(values)
            self._refuse(field, source, nul, "nul", Consequence.REJECT)
            values = pc.if_else(nul, pa.scalar(None, values.type), values)
        known = self._known(field, values)
        ids = derive_ids(self.system, f"{field.ref}/", values)
        if known is None or not values.null_count < len(values):
            missing = pc.and_(values.is_valid(), known is None)
        else:
            missing = pc.and_(values.is_valid(), pc.invert(pc.is_in(values, value_set=one_piece(known))))
        if not missing.true_count:
            return ids
        match field.otherwise:
            case Consequence.STUB:
                self.stubs.append(
                    (
                        field.ref,
                        pa.table(
                            [self.rows.entity.filter(missing), values.filter(missing)],
                            names=["_entity", "key"],
                        ),
                    )
                )
                return ids
            case Consequence.HOLD:
                place = self._place(field)
                row_id = self._source_key(field)
                self._remember_refused(missing)
                self.judgements.hold(
                    self.rows.entity.filter(missing),
                    place,
                    row_id.filter(missing),
                    field.ref,
                    values.filter(missing),
                )
            case other:
                self._refuse(field, source, missing, "missing_parent", other)
        return pc.if_else(missing, pa.scalar(None, ID), ids)

    def _known(self, field: Field, values: pa.Array) -> pa.Array | None:
        """Keys that may be pointed at; of the own kind also those in this batch, at which `settle` looks again."""
        frames = self.rows.frames
        known = frames.lookup.known.get(field.ref or "")
        if field.ref != frames.mapping.entity:
            return known
        batch = frames.keys.slice(0, frames.roots)
        open_ = pc.is_in(values, value_set=batch)
        if known is not None:  # what the platform holds already is there whatever this batch thinks of it
            open_ = pc.and_not(open_, pc.is_in(values, value_set=one_piece(known)))
        if open_.true_count:
            self.own_kind.append(
                OwnKind(
                    self._place(field),
                    self.rows.entity.filter(open_),
                    self._source_key(field).filter(open_),
                    values.filter(open_),
                )
            )
        return batch if known is None else pa.concat_arrays([one_piece(known), batch])

    # --- type and width

    def _fit(self, target: TargetColumn, field: Field, source: pa.Array, values: pa.Array) -> pa.Array:
        if field.row is not None:  # ids of rows of this entity are known only after all maps: see apply
            return values
        fitting, failed = fit(values, target.type)
        if failed is not None:
            self._refuse(field, source, failed, "type", field.otherwise)
        if target.width is not None and _may_be_longer(fitting, target.width):
            too_long = pc.greater(pc.utf8_length(fitting), target.width)
            self._refuse(field, source, too_long, "too_long", Consequence.REJECT)
        if pa.types.is_string(fitting.type) and holds_nul(fitting):
            self._refuse(field, source, with_nul(fitting), "nul", Consequence.REJECT)
        if target.least is not None:
            self._refuse(field, source, pc.less(fitting, target.least), "out_of_range", Consequence.REJECT)
        return self._elsewhere(field, source, fitting) if target.elsewhere else fitting

    def _elsewhere(self, field: Field, source: pa.Array, ids: pa.Array) -> pa.Array:
        """References that do not name their own row."""
        own = pc.fill_null(pc.equal(ids, self.ids), False)
        self._refuse(field, source, own, "itself", Consequence.REJECT)
        return pc.if_else(own, pa.scalar(None, ids.type), ids) if own.true_count else ids

    # --- what was found

    def _place(self, field: Field) -> Place:
        column = field.sources[0] if field.sources else None
        member = self.rows.source_of(column)
        name = (
            None
            if column is None
            else column.name
            if column.alias != "each" and column.name != "each"
            else None
        )
        return Place(member, self.rows.frames.mapping.member(member).table, name)

    def _refuse(
        self, field: Field, source: pa.Array, offends: pa.Array, rule: str, consequence: Consequence
    ) -> None:
        """Rows where the mask is true: rejected or flagged, as the mapping says."""
        offends = pc.fill_null(offends, False)
        if not offends.true_count:
            return
        if consequence is Consequence.FLAG:
            self._mark(field, source, offends, rule, flagged=True)
        else:
            self._remember_refused(offends)
            whole = (
                field.field_class is FieldClass.A or self.rows.member == self.rows.frames.mapping.root.name
            )
            if not whole:
                self.dropped |= offends.to_numpy(zero_copy_only=False)
            self.judgements.reject(
                self.rows.entity.filter(offends), self._place(field), self._source_key(field).filter(offends), rule,
                whole=whole, value=source.filter(offends),
            )  # fmt: skip

    def _remember_refused(self, rows: pa.Array) -> None:
        mask = rows.to_numpy(zero_copy_only=False)
        self.refused = mask if self.refused is None else self.refused | mask

    def _mark(self, field: Field, source: pa.Array, where: pa.Array, rule: str, *, flagged: bool) -> None:
        self.judgements.mark(
            self.rows.entity.filter(where),
            self.table.into,
            self.ids.filter(where),
            field.column,
            rule,
            self._place(field),
            self._source_key(field).filter(where),
            flagged=flagged,
            original=source.filter(where),
        )

    def _source_key(self, field: Field) -> pa.Array:
        return self.rows.source_key(field.sources[0] if field.sources else None)


def crosswalk_of(codes: CodeList) -> Callable[[pa.Array, pa.Array | None], pa.Array]:
    """A function (values, parents or None) -> platform codes; null where the value is null or unknown."""
    with_parent = any(parent for parent, _ in codes.codes)
    known = pa.array(
        [f"{parent}\x1f{value}" if with_parent else value for parent, value in codes.codes], pa.string()
    )
    code = pa.array(list(codes.codes.values()), pa.string())

    def look_up(values: pa.Array, parents: pa.Array | None) -> pa.Array:
        if with_parent:
            prefix = pa.scalar("") if parents is None else pc.fill_null(parents, "")
            own = code.take(pc.index_in(pc.binary_join_element_wise(prefix, values, "\x1f"), value_set=known))
            general = code.take(
                pc.index_in(pc.binary_join_element_wise(pa.scalar(""), values, "\x1f"), value_set=known)
            )
            return pc.coalesce(own, general)
        return code.take(pc.index_in(values, value_set=known))

    return look_up


def fit(values: pa.Array, kind: pa.DataType) -> tuple[pa.Array, pa.Array | None]:
    """The values in another type, exactly; beside them a mask of those that have no exact form there, or None."""
    if values.type == kind:
        return values, None
    if pa.types.is_string(kind):
        return as_text(values), None
    if pa.types.is_timestamp(kind) and pa.types.is_timestamp(values.type) and kind.tz and not values.type.tz:
        return values.cast(pa.timestamp(kind.unit)).view(
            kind
        ), None  # stored without a zone, meant as UTC: no value changes
    try:
        return values.cast(kind), None
    except pa.ArrowInvalid:
        distinct = pc.unique(values)
        good = pa.array([_casts(value, kind) for value in distinct])
        failed = pc.and_(values.is_valid(), pc.invert(pc.is_in(values, value_set=distinct.filter(good))))
        return pc.if_else(failed, pa.scalar(None, values.type), values).cast(kind), failed


def _casts(value: pa.Scalar, kind: pa.DataType) -> bool:
    try:
        value.cast(kind)
    except pa.ArrowInvalid:
        return False
    return True


def _keeps_empty(field: Field) -> bool:
    """Whether nothing can come of a column without values: rules may judge that, options put something there."""
    return not field.rules and not any(call.options for call in field.steps)


def differs(left: pa.Array, right: pa.Array) -> pa.Array:
    """True where two columns of one type differ; null equals null only."""
    return pc.fill_null(pc.not_equal(left, right), pc.xor(left.is_null(), right.is_null()))


def _may_be_longer(text: pa.Array, width: int) -> bool:
    """Whether some text has more bytes than `width`: only then can it have more characters."""
    return (pc.max(pc.binary_length(text)).as_py() or 0) > width
