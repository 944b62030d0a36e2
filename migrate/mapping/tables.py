"""The part of a mapping file about platform tables: table maps, joins, `each`, fields; and the rules of the entity."""

from migrate.conditions import Scalar
from migrate.mapping.calls import call_named, call_of
from migrate.mapping.conditions import condition_on
from migrate.mapping.members import rule_name
from migrate.mapping.nouns import Code, Consequence, Each, Field, FieldClass, Join, Reason, Rule, TableMap
from migrate.mapping.scope import EACH, ROOT, RowScope, Scope
from migrate.reading.document import Node
from migrate.reading.grammar import (
    Keys,
    Parser,
    Place,
    Wrong,
    choice,
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

REJECT, HOLD, FLAG, STUB = (c.value for c in Consequence)
CLASSES = tuple(c.value for c in FieldClass)


def table_map(at: Place, scope: Scope) -> TableMap:
    """`label: {from:, into:, with:, where:, each:, fields:}`"""
    at = at.about(f"table {at.name}")
    with at.keys() as take:
        member = take("from", scope.member)
        into = take("into", text, at.name)
        joins = take("with", named(lambda place: _join(place, scope, member)), ())
        aliases = {**take.names_in("with"), **{join.alias: join.member for join in joins}}
        rows = RowScope(scope, member or scope.own.root, aliases)
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
            fields=(
                *(take("fields", lambda place: _fields(place, rows)) or ()),
                *take("shared", lambda place: _shared_fields(place, rows), ()),
            ),
            line=at.line,
        )
    _unused(at, joins, rows)
    _twice(at, table)
    return table


def _twice(at: Place, table: TableMap) -> None:
    """A column is made once; groups of shared fields may bring it a second time."""
    seen: set[str] = set()
    for field in table.fields or ():
        if field.column in seen:
            at.note(
                f"field {field.column} is written twice", "keep it in `fields` or in one group of `shared`"
            )
        seen.add(field.column)


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
        each = Each(
            name=at.name,
            column=take("from", rows.column),
            constants=dict(take("set", named(_constant), ())),
            unless_in=take("unless_in", rows.scope.member_column, None),
        )
    if each.column is None:
        raise Wrong(at.line)
    return each


def _constant(at: Place) -> tuple[str, Scalar]:
    return own_name(at, "constant"), scalar(at)


def _set_by(each: tuple[Each, ...]) -> frozenset[str]:
    """The names that every row of `each` sets."""
    return frozenset.intersection(*(frozenset(one.constants) for one in each)) if each else frozenset()


def _fields(at: Place, rows: RowScope) -> tuple[Field, ...]:
    return tuple(field for entry in at.entries() if (field := entry.attempt(lambda e: field_of(e, rows))))


def _shared_fields(at: Place, rows: RowScope) -> tuple[Field, ...]:
    """`shared: [group, …]`: the fields of these groups, read as if they stood here."""
    scope, found = rows.scope, []
    for item in at.items():
        group = word(scope.own.shared, "group of shared fields", "groups")(item)
        scope.shared_used.add(group)
        found.append(_fields(Place(scope.own.shared[group], at.notes, group), rows))
    return sum(found, ())


def shared(at: Place, scope: Scope) -> None:
    """`group: {column: field}`; read where a table map asks for the group, so here only what nobody asked for."""
    for entry in at.entries():
        name(entry.child("group", Node(entry.line, entry.name)))
        if entry.name not in scope.shared_used:
            entry.about(f"shared {entry.name}").note(
                "no table map uses it", "remove it, or name it under `shared` of a table"
            )


def field_of(at: Place, rows: RowScope) -> Field:
    """`column: COLUMN`, or `column: {from: or value:, do:, code: or ref: or row:, reject:, hold:, flag:, else: …}`"""
    scope, at = rows.scope, at.about(f"field {at.name}")
    if not isinstance(at.node.value, dict):
        return Field(at.name, (rows.column(at),), line=at.line)
    step, rule = (call_of(words, kind, rows) for words, kind in scope.words_on_values)
    with at.keys() as take:
        sources, constant = take("from", many(rows.column), ()), take("value", _value, None)
        steps = take("do", many(step), ())
        code = take("code", lambda place: _code(place, rows), None)
        ref, row = _pointer(take, "ref", scope.entity), _pointer(take, "row", scope.label)
        field = Field(
            column=at.name,
            sources=sources,
            constant=constant,
            steps=steps,
            code=code,
            ref=ref,
            row=row,
            rules=tuple(
                (call, Consequence(key)) for key in (REJECT, FLAG) for call in take(key, many(rule), ())
            ),
            otherwise=Consequence(take("else", choice(*_ways(ref, row)), HOLD if ref else REJECT)),
            when=take("when", condition_on(rows), None),
            field_class=FieldClass(take("class", choice(*CLASSES), "B")),
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
    if ref is not None:
        return (HOLD, STUB, FLAG, REJECT)
    return (REJECT, FLAG) if row is None else (FLAG,)


def _pointer(take: Keys, key: str, parser: Parser[str]) -> str | None:
    """What a field points at: None where it points at nothing, an empty text where the name is wrong."""
    found = take(key, parser, None)
    return "" if found is None and key in take else found


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
            call=call_named(
                judge.child(judge.name, Node(judge.line, judge.name)),
                scope.vocabulary.judges,
                "judge",
                rows,
                judge,
            ),
            consequence=Consequence(take("else", choice(REJECT, FLAG), REJECT)),
            field_class=FieldClass(take("class", choice("A", "B"), "B")),
            line=at.line,
        )


def reason(at: Place) -> Reason:
    """`rule name: {en: sentence, fr: phrase}`"""
    at = at.about(f"reasons {at.name}")
    with at.keys() as take:
        return Reason(at.name, take("en", text), take("fr", text), at.line)
