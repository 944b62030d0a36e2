"""The part of a mapping file about platform tables: table maps, joins, `each`, fields; and the rules of the entity."""

from migrate.mapping.calls import call_of, called
from migrate.mapping.conditions import condition_on
from migrate.mapping.document import Node
from migrate.mapping.members import rule_name
from migrate.mapping.nouns import (
    Code,
    Consequence,
    Each,
    Field,
    FieldClass,
    Join,
    Rule,
    Scalar,
    TableMap,
)
from migrate.mapping.reading import (
    Place,
    flag,
    identifier,
    many,
    mapping_of,
    name,
    named,
    own_name,
    scalar,
    text,
    word,
)
from migrate.mapping.scope import EACH, ROOT, RowScope, Scope

REJECT, HOLD, FLAG, STUB = (c.value for c in Consequence)
CLASSES = tuple(c.value for c in FieldClass)


def table_map(at: Place, scope: Scope) -> TableMap:
    """`label: {from:, into:, with:, where:, each:, fields:}`"""
    at = at.about(f"table {at.name}")
    with at.keys() as take:
        member = take("from", scope.member)
        into = take("into", text, at.name)
        joins = take("with", named(lambda place: _join(place, scope, member)), ())
        rows = RowScope(scope, member or scope.own.root, {join.alias: join.member for join in joins})
        each = take("each", named(lambda place: _each(place, rows)), ())
        if "each" in take:
            rows = RowScope(scope, rows.member, rows.aliases, _set_by(each), rows.used)
        table = TableMap(
            label=_label(at),
            into=into,
            member=member,
            joins=joins,
            where=take("where", condition_on(rows), None),
            each=each,
            fields=take("fields", lambda place: _fields(place, rows)),
            line=at.line,
        )
    _unused(at, joins, rows)
    return table


def _label(at: Place) -> str:
    for part in at.name.split("."):
        name(at.child("label", Node(at.line, part)))
    return at.name


def _join(at: Place, scope: Scope, member: str | None) -> Join:
    """`alias: member`, or `alias: {member:, on:, where:}`"""
    at = at.about(f"{at.subject}, alias {at.name}")
    if at.name in (ROOT, EACH):
        raise at.wrong(f"`{at.name}` has a meaning of its own", "choose another alias")
    name(at.child("alias", Node(at.line, at.name)))
    if not isinstance(at.node.value, dict):
        return Join(at.name, scope.member(at))
    with at.keys() as take:
        joined = take("member", scope.member)
        return Join(
            alias=at.name,
            member=joined,
            on=take("on", identifier, None),
            where=take("where", condition_on(scope.rows_of(joined)), None),
        )


def _unused(at: Place, joins: tuple[Join, ...], rows: RowScope) -> None:
    for join in joins:
        if join.alias not in rows.used:
            at.note(f"alias {join.alias} is not used", "remove it from `with`, or use its columns")


def _each(at: Place, rows: RowScope) -> Each:
    """`name: COLUMN`, or `name: {from:, set:, unless_in:}`"""
    at = at.about(f"{at.subject}, each {at.name}")
    own_name(at, "row of each")
    if not isinstance(at.node.value, dict):
        return Each(at.name, rows.column(at))
    with at.keys() as take:
        return Each(
            name=at.name,
            column=take("from", rows.column),
            constants=dict(take("set", named(_constant), ())),
            unless_in=take("unless_in", rows.scope.member_column, None),
        )


def _constant(at: Place) -> tuple[str, Scalar]:
    return own_name(at, "constant"), scalar(at)


def _set_by(each: tuple[Each, ...]) -> frozenset[str]:
    """The names that every row of `each` sets."""
    return frozenset.intersection(*(frozenset(one.constants) for one in each)) if each else frozenset()


def _fields(at: Place, rows: RowScope) -> tuple[Field, ...]:
    return tuple(field for entry in at.entries() if (field := entry.attempt(lambda e: field_of(e, rows))))


def field_of(at: Place, rows: RowScope) -> Field:
    """`column: COLUMN`, or `column: {from: or value:, do:, code: or ref: or row:, reject:, hold:, flag:, else: …}`"""
    scope, at = rows.scope, at.about(f"field {at.name}")
    if not isinstance(at.node.value, dict):
        return Field(at.name, (rows.column(at),), line=at.line)
    with at.keys() as take:
        step, rule = (
            call_of(words, kind, rows)
            for words, kind in ((scope.vocabulary.steps, "step"), (scope.vocabulary.rules, "rule"))
        )
        code, ref = take("code", lambda place: _code(place, rows), None), take("ref", scope.entity, None)
        row = take("row", scope.label, None)
        field = Field(
            column=at.name,
            sources=take("from", many(rows.column), ()),
            constant=take("value", _value, None),
            steps=take("do", many(step), ()),
            code=code,
            ref=ref,
            row=row,
            rules=tuple(
                (call, Consequence(key)) for key in (REJECT, HOLD, FLAG) for call in take(key, many(rule), ())
            ),
            otherwise=Consequence(take("else", word(_ways(ref, row), "way", "ways here"), _usual_way(ref))),
            when=take("when", condition_on(rows), None),
            field_class=FieldClass(take("class", word(CLASSES, "class", "classes"), "B")),
            required=take("required", flag, False),
            line=at.line,
        )
        _one_of(at, take.nodes, "from", "value", needed=True)
        _one_of(at, take.nodes, "code", "ref", "row")
    return field


def _one_of(at: Place, nodes: dict[str, Node], *keys: str, needed: bool = False) -> None:
    there = [key for key in keys if key in nodes]
    if len(there) > 1:
        at.note(f"`{there[0]}` and `{there[1]}` exclude each other", "keep one of them")
    if needed and not there:
        at.note("it has no source", " or ".join(f"`{key}:`" for key in keys))


def _value(at: Place) -> Scalar:
    if at.node.value is None:
        raise at.expected("a constant", "leave the field out: what is not filled stays empty")
    return scalar(at)


def _ways(ref: str | None, row: str | None) -> tuple[str, ...]:
    if ref:
        return (HOLD, STUB, FLAG, REJECT)
    return (FLAG,) if row else (REJECT, FLAG)


def _usual_way(ref: str | None) -> str:
    return HOLD if ref else REJECT


def _code(at: Place, rows: RowScope) -> Code:
    """`list`, or `{list:, parent: COLUMN}`"""
    if not isinstance(at.node.value, dict):
        code = Code(name(at))
    else:
        with at.keys() as take:
            code = Code(take("list", name), take("parent", rows.column, None))
    if code.list:
        rows.scope.code_lists.setdefault(code.list, []).append((at, code.parent is not None))
    return code


def rule(at: Place, scope: Scope) -> Rule:
    """`name: {<judge>: {options}, else:, class:}`"""
    at = at.about(f"rule {at.name}")
    rule_name(at)
    judges = [key for key in mapping_of(at) if key not in ("else", "class")]
    if len(judges) != 1:
        raise at.wrong(
            f"a rule is one judge and `else`, not {len(judges)} judges" if judges else "no judge",
            f"{at.name}: {{<judge>: {{…}}, else: reject}} (judges: {', '.join(scope.vocabulary.judges)})",
        )
    with at.keys() as take:
        rows = scope.rows_of(scope.own.root)
        judge = next(entry for entry in at.entries() if entry.name == judges[0])
        take.known.append(judge.name)
        return Rule(
            name=at.name,
            call=called(
                judge.child(judge.name, Node(judge.line, judge.name)),
                scope.vocabulary.judges,
                "judge",
                rows,
                judge,
            ),
            consequence=Consequence(take("else", word((REJECT, FLAG), "way", "ways"), REJECT)),
            field_class=FieldClass(take("class", word(("A", "B"), "class", "classes"), "B")),
            line=at.line,
        )
