"""Conditions of a mapping file: `{COLUMN: value}`, `{COLUMN: {operator: operand}}`, `any`, `all`, `not`."""

from datetime import datetime
from decimal import Decimal

from migrate.conditions import All, Any, Column, Condition, Meaning, Not, Operator, Scalar, Test
from migrate.mapping.nouns import NaturalKind
from migrate.mapping.scope import RowScope
from migrate.reading.document import SPOILED, Node, shown
from migrate.reading.grammar import Parser, Place, flag, many, mapping_of, name, suggest, text

OPERATORS = (
    "not", "blank", "starts", "matches", "before", "after", "same_as", "differs", "among", "not_among", "code",
    "looped",
)  # fmt: skip
"""What may stand under a column, in the order of the documentation."""

AS_OF = "as_of"


def condition_on(rows: RowScope) -> Parser[Condition]:
    """The parser of a condition on rows of that kind."""

    def parse(at: Place) -> Condition:
        if not mapping_of(at):
            raise at.wrong(f"`{at.name}` is an empty condition", "name a column, or leave the key out")
        return _all([part for entry in at.entries() if (part := entry.attempt(lambda e: _entry(e, rows)))])

    return parse


def _entry(at: Place, rows: RowScope) -> Condition:
    match at.name:
        case "any":
            return Any(_parts(at, rows))
        case "all":
            return All(_parts(at, rows))
        case "not":
            return Not(condition_on(rows)(at))
        case _:
            return _on_column(at, rows)


def _parts(at: Place, rows: RowScope) -> tuple[Condition, ...]:
    if not isinstance(at.node.value, list) or not at.node.value:
        raise at.expected("a list of conditions", f"{at.name}: [{{COLUMN: value}}, …]")
    return tuple(part for item in at.items() if (part := item.attempt(condition_on(rows))))


def _on_column(at: Place, rows: RowScope) -> Condition:
    column = rows.column(_key(at))
    if not isinstance(at.node.value, dict):
        return Test(column, Operator.IN, values(at))
    at = at.about(f"{at.subject}, {at.name}")
    if not at.node.value:
        raise at.wrong("no operator", f"operators: {', '.join(OPERATORS)}")
    tests = []
    for entry in at.entries():
        if entry.name in OPERATORS:
            tests.append(entry.attempt(lambda e: _operator(e, column, rows)))
        else:
            entry.note(
                f"no operator named {shown(entry.name)[1:-1]}", suggest(entry.name, OPERATORS, "operators")
            )
    return _all([test for test in tests if test])


def _operator(at: Place, column: Column, rows: RowScope) -> Condition:
    match at.name:
        case "not" | "differs" | "not_among":
            return Not(
                _test(at, {"not": "in", "differs": "same_as", "not_among": "among"}[at.name], column, rows)
            )
        case "blank":
            test = Test(column, Operator.BLANK)
            return test if flag(at) else Not(test)
        case operator:
            return _test(at, operator, column, rows)


def _test(at: Place, operator: str, column: Column, rows: RowScope) -> Test:
    operands: dict[str, Parser[object]] = {
        "in": values,
        "starts": text,
        "matches": pattern,
        "before": lambda place: _limit(place, rows),
        "after": lambda place: _limit(place, rows),
        "same_as": rows.column,
        "among": rows.scope.member_column,
        "code": lambda place: _meaning(place, rows),
        "looped": lambda place: rows.scope.natural(place, NaturalKind.POINTER),
    }
    return Test(column, Operator(operator), operands[operator](at))  # type: ignore[arg-type]


def values(at: Place) -> tuple[Scalar, ...]:
    """A value or a list of values, null among them, as they are compared; what cannot be read is noted and left out."""
    if not (items := at.items()):
        raise at.wrong(f"`{at.name}` is compared with an empty list", "write at least one value")
    return tuple(value for item in items for value in item.attempt(_value) or ())


def _value(at: Place) -> tuple[Scalar]:
    value = at.node.value
    if isinstance(value, bool):
        raise at.expected("text, a number or null", "put it in quotes")
    if value is None or isinstance(value, str | int):
        return (value,)
    if isinstance(value, Decimal):
        return (str(value),)
    raise at.expected("a single value")


def pattern(at: Place) -> str:
    """A pattern of RE2."""
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        pc.match_substring_regex(pa.array(["x"]), pattern=text(at))
    except pa.ArrowInvalid as error:
        why = str(error).partition(": ")[2]
        raise at.wrong(
            f"{shown(text(at))} is no pattern ({why})", "see https://github.com/google/re2/wiki/Syntax"
        ) from None
    return text(at)


def _meaning(at: Place, rows: RowScope) -> Meaning:
    """`list`, or `{list: CODE}`, `{list: [CODE, …]}`"""
    if not isinstance(at.node.value, dict):
        meaning = Meaning(name(at))
    else:
        entries = at.entries()
        if len(entries) != 1:
            raise at.expected("one code list with its codes", "code: {list: [CODE, …]}")
        meaning = Meaning(name(_key(entries[0])), many(text)(entries[0]))
    rows.scope.code_lists.setdefault(meaning.list, []).append((at, None))
    rows.scope.meanings.append((at, meaning))
    return meaning


def _limit(at: Place, rows: RowScope) -> Scalar | Column:
    value = at.node.value
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return value if isinstance(value, int) else str(value)
    if isinstance(value, dict):
        with at.keys() as take:
            return take("column", rows.column)
    if value == AS_OF or (isinstance(value, str) and _is_instant(value)):
        return str(value)
    if value is SPOILED:
        raise at.expected("")
    raise at.expected("a number, a date as YYYY-MM-DD, as_of, or {column: OTHER}")


def _is_instant(value: str) -> bool:
    try:
        return datetime.fromisoformat(value).tzinfo is None
    except ValueError:
        return False


def _key(at: Place) -> Place:
    """The key of an entry as a place of its own: here the key is the value that is read."""
    return at.child("column", Node(at.line, at.name))


def _all(parts: list[Condition]) -> Condition:
    return parts[0] if len(parts) == 1 else All(tuple(parts))
