"""The parts of a mapping as short English: for `migrate mapping show`, and wherever a person has to read them."""

from collections.abc import Mapping as Dict

from migrate.conditions import All, Any, Column, Condition, Meaning, MemberColumn, Not, Operator, Scalar, Test
from migrate.mapping.nouns import Call, Field, Join, Member, Natural, NaturalKind, Orphans, Variant

_AFFIRMED = {
    Operator.STARTS: "starts with",
    Operator.MATCHES: "matches",
    Operator.BEFORE: "is before",
    Operator.AFTER: "is after",
    Operator.SAME_AS: "is the same as",
    Operator.AMONG: "is among",
}
_DENIED = {
    Operator.STARTS: "does not start with",
    Operator.MATCHES: "does not match",
    Operator.BEFORE: "is not before",
    Operator.AFTER: "is not after",
    Operator.SAME_AS: "differs from",
    Operator.AMONG: "is not among",
}


def of_condition(condition: Condition | None) -> str:
    """`TYPE is NAME_AKA or NAME_FORMER`; empty for none."""
    match condition:
        case None | All(parts=()):
            return ""
        case Test():
            return _of_test(condition, affirmed=True)
        case Not(part=Test() as test):
            return _of_test(test, affirmed=False)
        case Not(part=part):
            return f"not ({of_condition(part)})"
        case All(parts=parts):
            return " and ".join(_nested(part) for part in parts)
        case Any(parts=parts):
            return " or ".join(_nested(part) for part in parts)
    raise TypeError(f"not a condition: {condition!r}")


def _nested(condition: Condition) -> str:
    words = of_condition(condition)
    return f"({words})" if isinstance(condition, All | Any) else words


def _of_test(test: Test, *, affirmed: bool) -> str:
    if test.operator is Operator.BLANK:
        return f"{test.column} {'is' if affirmed else 'is not'} blank"
    if test.operator is Operator.CODE and isinstance(test.operand, Meaning):
        return f"{test.column} {'means' if affirmed else 'does not mean'} {_of_meaning(test.operand)}"
    if test.operator is Operator.LOOPED:
        return f"{test.column} {'is' if affirmed else 'is not'} in a circle of {test.operand}"
    if test.operator is Operator.IN:
        values = test.operand if isinstance(test.operand, tuple) else (test.operand,)
        joined = " or ".join(of_value(value) for value in values)
        return f"{test.column} {'is' if affirmed else 'is not'} {joined}"
    return f"{test.column} {(_AFFIRMED if affirmed else _DENIED)[test.operator]} {of_value(test.operand)}"


def _of_meaning(meaning: Meaning) -> str:
    return f"{' or '.join(meaning.codes) or 'any code'} ({meaning.list})"


def of_value(value: object) -> str:
    """An operand or option; text that could be taken for something else stands in quotes."""
    match value:
        case Column():
            return str(value)
        case MemberColumn():
            return f"{value.member}.{value.column}"
        case Test() | All() | Any() | Not():
            return f"({of_condition(value)})"
        case tuple():
            return f"[{', '.join(of_value(item) for item in value)}]"
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case str() if not value.strip() or value != value.strip() or " " in value:
            return f"'{value}'"
    return str(value)


def of_call(call: Call) -> str:
    """`at_width(width: 100)`"""
    options = ", ".join(f"{name}: {of_value(value)}" for name, value in call.options.items())
    return f"{call.name}({options})" if options else call.name


def of_source(field: Field) -> str:
    """`FST_NAME`, `x.ATTRIB_08`, `first of A, B` or `constant 'X'`."""
    if not field.sources:
        return f"constant {of_constant(field.constant)}"
    if len(field.sources) > 1:
        return f"first of {', '.join(map(str, field.sources))}"
    return str(field.sources[0])


def of_constant(value: Scalar) -> str:
    """A constant as it would be written."""
    return f"'{value}'" if isinstance(value, str) else of_value(value)


def of_aim(field: Field) -> str:
    """What the value becomes after its steps: a code, a reference, or nothing else."""
    if field.code:
        return f"code {field.code.list}" + (f" under {field.code.parent}" if field.code.parent else "")
    if field.ref:
        return f"id of {field.ref}"
    return f"row of {field.row}" if field.row else ""


def of_member(member: Member) -> str:
    """How a member's rows are found and which of them count."""
    via = f" = {member.via.member}.{member.via.column}" if member.via else ""
    table = "" if member.table == member.name else f"{member.table}, "
    notes = [
        f"{table}by {member.by}{via}",
        "required" if member.required else "",
        "" if member.orphans is Orphans.REJECT else f"orphans: {member.orphans}",
        f"where {of_condition(member.where)}" if member.where else "",
        f"{member.known[0]} known: {', '.join(member.known[1])}" if member.known else "",
        f"twins by {', '.join(member.twins)}" if member.twins else "",
    ]
    return "; ".join(note for note in notes if note)


def of_natural(natural: Natural) -> str:
    """What a natural key is made of."""
    made = " | ".join(natural.columns)
    if natural.kind is NaturalKind.POINTER:
        return f"pointer {made}"
    steps = "".join(f" > {of_call(step)}" for step in natural.steps)
    order = " in any order" if natural.unordered else ""
    return f"{made}{order}{steps}" + (f", variant {_of_variant(natural.variant)}" if natural.variant else "")


def _of_variant(variant: Variant) -> str:
    if variant.code is None:
        return variant.column
    turned = f", {variant.turned} when turned round" if variant.turned else ""
    return f"{variant.column} (code {variant.code}{turned})"


def of_join(join: Join) -> str:
    """What stands beside the rows under an alias."""
    on = f" on {join.on}" if join.on else ""
    where = f" where {of_condition(join.where)}" if join.where else ""
    return f"{join.alias} = {join.member}{on}{where}"


def of_options(options: Dict[str, object]) -> str:
    """The options of a judge."""
    return ", ".join(f"{name}: {of_value(value)}" for name, value in options.items())
