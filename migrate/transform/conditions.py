"""Conditions of a mapping, evaluated on columns: `holds(condition, rows) -> mask without nulls`.

One meaning for every database, because conditions are judged here and never sent to the source: text is compared as
stored, null makes a comparison false, and its negation true.
"""

from collections.abc import Callable
from datetime import date, datetime
from functools import reduce

import pyarrow as pa
import pyarrow.compute as pc

from migrate.conditions import All, Any, Column, Condition, Meaning, MemberColumn, Not, Operator, Test
from migrate.transform.rows import Rows, among, one_piece


def holds(condition: Condition | None, rows: Rows) -> pa.Array:
    """Boolean mask, aligned with the rows; None holds everywhere."""
    match condition:
        case None | All(parts=()):
            return pa.repeat(pa.scalar(True), len(rows))
        case All(parts=parts):
            return reduce(pc.and_, (holds(part, rows) for part in parts))
        case Any(parts=parts):
            return reduce(pc.or_, (holds(part, rows) for part in parts))
        case Not(part=part):
            return pc.invert(holds(part, rows))
        case Test():
            return pc.fill_null(_test(condition, rows), False)
    raise TypeError(f"not a condition: {condition!r}")


def _test(test: Test, rows: Rows) -> pa.Array:
    return _OPERATORS[test.operator](rows.column(test.column), test.operand, rows)


def _in(values: pa.Array, operand: object, rows: Rows) -> pa.Array:
    wanted = operand if isinstance(operand, tuple) else (operand,)
    value_set = pa.array([None if v is None else str(v) for v in wanted], pa.string())
    return pc.is_in(as_text(values), value_set=value_set, skip_nulls=not value_set.null_count)


def _among(values: pa.Array, operand: object, rows: Rows) -> pa.Array:
    assert isinstance(operand, MemberColumn)
    return among(rows.frames, rows.entity, values, operand)


def _same_as(values: pa.Array, operand: object, rows: Rows) -> pa.Array:
    assert isinstance(operand, Column)
    return pc.equal(values, rows.column(operand))


def _looped(values: pa.Array, operand: object, rows: Rows) -> pa.Array:
    loops = rows.frames.lookup.looped.get((rows.frames.mapping.entity, str(operand)))
    return pc.is_in(values, value_set=pa.array([], pa.string()) if loops is None else one_piece(loops))


def _code(values: pa.Array, operand: object, rows: Rows) -> pa.Array:
    assert isinstance(operand, Meaning)
    meant = rows.frames.mapping.codes[operand.list].values(operand.codes)
    return pc.is_in(as_text(values), value_set=pa.array(meant, pa.string()))


_OPERATORS: dict[Operator, Callable[[pa.Array, object, Rows], pa.Array]] = {
    Operator.IN: _in,
    Operator.BLANK: lambda values, _, rows: blank(values),
    Operator.STARTS: lambda values, operand, rows: pc.starts_with(as_text(values), pattern=str(operand)),
    Operator.MATCHES: lambda values, operand, rows: pc.match_substring_regex(
        as_text(values), pattern=str(operand)
    ),
    Operator.BEFORE: lambda values, operand, rows: pc.less(values, _comparable(operand, values.type, rows)),
    Operator.AFTER: lambda values, operand, rows: pc.greater(values, _comparable(operand, values.type, rows)),
    Operator.SAME_AS: _same_as,
    Operator.AMONG: _among,
    Operator.LOOPED: _looped,
    Operator.CODE: _code,
}


def blank(values: pa.Array) -> pa.Array:
    """True for null and for text without any character that shows."""
    if not pa.types.is_string(values.type):
        return values.is_null()
    return pc.or_kleene(values.is_null(), pc.equal(pc.utf8_trim_whitespace(values), ""))


def as_text(values: pa.Array) -> pa.Array:
    """Values as text for comparison with what a mapping says; decimals without trailing zeros."""
    if pa.types.is_string(values.type):
        return values
    if pa.types.is_decimal(values.type):
        text = values.cast(pa.string())
        return pc.replace_substring_regex(text, r"\.?0*$", "") if values.type.scale > 0 else text
    return values.cast(pa.string())


def _comparable(operand: object, kind: pa.DataType, rows: Rows) -> pa.Array | pa.Scalar:
    if isinstance(operand, Column):
        return rows.column(operand)
    if operand == "as_of":
        return _instant(rows.frames.lookup.as_of, kind)
    if pa.types.is_temporal(kind):
        return _instant(datetime.fromisoformat(str(operand)), kind)
    return pa.scalar(str(operand)).cast(kind)


def _instant(moment: datetime, kind: pa.DataType) -> pa.Scalar:
    value: date = moment.date() if pa.types.is_date(kind) else moment
    return pa.scalar(value, kind)
