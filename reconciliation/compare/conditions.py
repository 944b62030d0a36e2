"""Conditions of a comparison file: read from YAML, and held against legacy rows.

    {COLUMN: value}   {COLUMN: [value, null]}   {COLUMN: {not: value}}   {COLUMN: {blank: true}}
    {COLUMN: {code: {list: [CODE]}}}   {COLUMN: {matches: pattern}}   {COLUMN: {after: 1901-01-01, before: as_of}}
    {any: [ … ]}   {not: { … }}

All of a mapping have to hold. Null counts as not holding.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import reduce

import pyarrow as pa
import pyarrow.compute as pc

from migrate.conditions import All, Any, Column, Condition, Meaning, Not, Operator, Scalar, Test
from migrate.reading.document import Node
from migrate.reading.grammar import Parser, Place, flag, many, mapping_of, scalar, suggest, text, word
from reconciliation.compare.lists import Codes, Lists

ByList = Mapping[str, Codes]
"""Name of a list -> its codes."""

OPERATORS = ("not", "blank", "code", "matches", "after", "before")
AS_OF = "as_of"

# --- reading


def condition(column: Parser[Column], lists: Lists) -> Parser[Condition]:
    """The parser of a condition; `column` reads the name of a column, `lists` has the code lists."""

    def parse(at: Place) -> Condition:
        if not mapping_of(at):
            raise at.wrong(f"`{at.name}` is an empty condition", "name a column, or leave the key out")
        return _all([part for entry in at.entries() if (part := entry.attempt(entry_of)) is not None])

    def entry_of(at: Place) -> Condition:
        if at.name == "any":
            if not isinstance(at.node.value, list):
                raise at.expected("a list of conditions")
            return Any(tuple(part for item in at.items() if (part := item.attempt(parse)) is not None))
        if at.name == "not":
            return Not(parse(at))
        named = column(at.child("column", Node(at.line, at.name)))
        if not isinstance(at.node.value, dict):
            return Test(named, Operator.IN, _values(at))
        tests = [
            test
            for each in at.entries()
            if (test := each.attempt(lambda e: _test(e, named, lists))) is not None
        ]
        return _all(tests)

    return parse


def _test(at: Place, column: Column, lists: Lists) -> Condition:
    match at.name:
        case "not":
            return Not(Test(column, Operator.IN, _values(at)))
        case "blank":
            test = Test(column, Operator.BLANK)
            return test if flag(at) else Not(test)
        case "code":
            return Test(column, Operator.CODE, _meaning(at, lists))
        case "matches":
            return Test(column, Operator.MATCHES, _pattern(at))
        case "after" | "before":
            return Test(column, Operator(at.name), _moment(at))
    raise at.wrong(f"no operator named {at.name}", suggest(at.name, OPERATORS, "operators"))


def _values(at: Place) -> tuple[Scalar, ...]:
    """A value or a list of them; null is one, and all others are compared as text."""
    if not (items := at.items()):
        raise at.wrong(f"`{at.name}` is an empty list", "list the values, or leave the column out")
    values = [scalar(item) for item in items]
    return tuple(value if value is None else str(value) for value in values)


def _meaning(at: Place, lists: Lists) -> Meaning:
    if not isinstance(at.node.value, dict):
        return Meaning(lists.parse(at))
    entries = at.entries()
    if len(entries) != 1:
        raise at.expected("one list: {list: [CODE]}")
    (entry,) = entries
    listed = lists.parse(entry.child("code", Node(entry.line, entry.name)))
    codes = sorted(set(lists.known[listed].values()))
    return Meaning(listed, many(word(codes, f"code of {listed}", "codes"))(entry))


def _moment(at: Place) -> str:
    value = text(at)
    if value != AS_OF:
        try:
            date.fromisoformat(value)
        except ValueError:
            raise at.expected("a date as YYYY-MM-DD, or as_of") from None
    return value


def _pattern(at: Place) -> str:
    pattern = text(at)
    try:
        pc.match_substring_regex(pa.array([""]), pattern)
    except pa.ArrowInvalid:
        raise at.expected("a pattern of RE2") from None
    return pattern


def _all(parts: list[Condition]) -> Condition:
    return parts[0] if len(parts) == 1 else All(tuple(parts))


# --- judging


def holds(
    test: Condition | None, column: Callable[[Column], pa.Array], rows: int, codes: ByList, as_of: datetime
) -> pa.Array:
    """Where a condition holds, without nulls; `column` gives the values of a column, `rows` how many there are."""

    def judge(part: Condition) -> pa.Array:
        match part:
            case All(parts=parts):
                return reduce(pc.and_, map(judge, parts), pa.repeat(True, rows))
            case Any(parts=parts):
                return reduce(pc.or_, map(judge, parts), pa.repeat(False, rows))
            case Not(part=inner):
                return pc.invert(judge(inner))
            case Test():
                return pc.fill_null(_judged(part, column(part.column), codes, as_of), False)
        raise TypeError(f"not a condition: {part!r}")

    return pa.repeat(True, rows) if test is None else judge(test)


def _judged(test: Test, values: pa.Array, codes: ByList, as_of: datetime) -> pa.Array:
    match test.operator, test.operand:
        case Operator.IN, tuple(wanted):
            offered = pa.array(wanted, pa.string())
            return pc.is_in(values.cast(pa.string()), value_set=offered, skip_nulls=not offered.null_count)
        case Operator.BLANK, _:
            return pc.or_(
                values.is_null(),
                pc.fill_null(pc.match_substring_regex(values.cast(pa.string()), r"^\s*$"), True),
            )
        case Operator.CODE, Meaning(list=named, codes=only):
            known = [value for (_, value), code in codes[named].items() if not only or code in only]
            return pc.is_in(values, value_set=pa.array(known, pa.string()))
        case Operator.MATCHES, str(pattern):
            return pc.match_substring_regex(values, pattern)
        case (Operator.AFTER | Operator.BEFORE) as operator, str(limit):
            moment = as_of if limit == AS_OF else datetime.fromisoformat(limit)
            compare = pc.greater if operator is Operator.AFTER else pc.less
            return compare(values.cast(pa.timestamp("us")), pa.scalar(moment, pa.timestamp("us")))
    raise TypeError(f"not a test: {test!r}")
