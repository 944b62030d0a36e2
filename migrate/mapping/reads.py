"""Which columns of which members a mapping needs, which of them go to the platform, and which are keys.

`reads` is what the extract asks the source for; `mapped` is the part of it whose values are carried over, the rest
serves keys, conditions and rules; `keys` is the part that the extract hands on as text, whatever the source keeps.
"""

from collections.abc import Iterator
from collections.abc import Mapping as Dict
from dataclasses import dataclass

from migrate.conditions import All, Any, Column, Condition, MemberColumn, Not, Test
from migrate.mapping.nouns import Call, Field, Mapping, Member, NaturalKind, TableMap
from migrate.mapping.scope import EACH, ROOT
from migrate.mapping.vocabulary import Kind, Word

CONFLICT = "CONFLICT_ID"
"""The column that tells a main row ('0') from what replication conflicts and merges left behind."""


@dataclass(frozen=True, slots=True)
class Use:
    """A column of a member that the mapping needs."""

    member: str
    column: str


def reads(mapping: Mapping, judges: Dict[str, Word]) -> dict[str, tuple[str, ...]]:
    """Member (root first) -> its columns, sorted."""
    needed: dict[str, set[str]] = {name: set() for name in mapping.by_name}
    for use in uses(mapping, judges):
        needed[use.member].add(use.column)
    return {member: tuple(sorted(columns)) for member, columns in needed.items()}


def mapped(mapping: Mapping, root: str) -> set[tuple[str, str]]:
    """(member, column) of every source column that a field carries over; also of a mapping read in part."""
    carried = set()
    for table in mapping.tables or ():
        members: dict[str | None, str] = {None: table.member, ROOT: root}
        members |= {join.alias: join.member for join in table.joins}
        columns = [column for field in table.fields or () for column in field.sources]
        for column in (*columns, *(each.column for each in table.each)):
            if column.alias in members and not (table.each and column == Column(EACH)):
                carried.add((members[column.alias], column.name))
    return carried


def keys(mapping: Mapping) -> dict[str, set[str]]:
    """Member (root first) -> its columns that name rows or point at rows: of this entity or, by `ref`, of another."""
    found = {member.name: {member.key, member.by} for member in mapping.by_name.values()}
    vias = [member.via for member in mapping.members if member.via]
    for pointed in (*vias, *([mapping.merged] if mapping.merged else ())):
        found[pointed.member].add(pointed.column)
    for natural in mapping.naturals:
        if natural.kind is NaturalKind.POINTER:
            found[mapping.root.name] |= set(natural.columns)
    for table in mapping.tables:
        members: dict[str | None, str] = {None: table.member, ROOT: mapping.root.name}
        members |= {join.alias: join.member for join in table.joins}
        found[table.member] |= {join.on for join in table.joins if join.on}
        each = [entry.column for entry in table.each]
        for field in table.fields:
            if field.ref or field.row:
                columns = [
                    c for source in field.sources for c in (each if source == Column(EACH) else [source])
                ]
                for column in columns:
                    if column.alias in members:
                        found[members[column.alias]].add(column.name)
    return found


def uses(mapping: Mapping, judges: Dict[str, Word]) -> Iterator[Use]:
    """Every use of every source column, with repeats."""
    for member in (mapping.root, *mapping.members):
        yield from _Uses(mapping, member.name).of_member(member)
    own = _Uses(mapping, mapping.root.name)
    for exclusion in mapping.exclusions:
        yield from _Uses(mapping, exclusion.member).of_condition(exclusion.where)
    for natural in mapping.naturals:
        yield from (Use(own.member, column) for column in natural.columns)
        yield from own.of_calls(natural.steps)
        if natural.variant and natural.kind is NaturalKind.UNIQUE:
            yield Use(own.member, natural.variant.column)
    if mapping.merged:
        yield Use(mapping.merged.member, mapping.merged.column)
    if mapping.changes:
        for name in mapping.by_name:
            yield from (Use(name, column) for column in mapping.changes.columns)
    for rule in mapping.rules:
        yield from _of_judge(mapping, rule.call, judges[rule.call.name])
    for table in mapping.tables:
        yield from _of_table(mapping, table)


def _of_judge(mapping: Mapping, call: Call, judge: Word) -> Iterator[Use]:
    """Columns and conditions of a judge are those of the root, or of the members that its other options name."""
    for name, value in call.options.items():
        option = judge.options[name]
        members = [_member(mapping, call.options.get(of)) for of in option.of] or [mapping.root.name]
        if option.kind is Kind.COLUMN_NAMES:
            names = value if isinstance(value, tuple) else (value,)
            for column, member in zip(
                names, members if len(members) > 1 else members * len(names), strict=False
            ):
                yield Use(member, column)
        else:
            yield from _Uses(mapping, members[0]).of_calls((Call(call.name, {name: value}),))


def _member(mapping: Mapping, named: object) -> str:
    if isinstance(named, MemberColumn):
        return named.member
    return named if isinstance(named, str) else mapping.root.name


def _of_table(mapping: Mapping, table: TableMap) -> Iterator[Use]:
    rows = _Uses(mapping, table.member, {join.alias: join.member for join in table.joins})
    for join in table.joins:
        if join.on:
            yield Use(table.member, join.on)
            yield Use(join.member, mapping.member(join.member).key)
        yield from _Uses(mapping, join.member).of_condition(join.where)
    yield from rows.of_condition(table.where)
    for each in table.each:
        yield from rows.of_column(each.column)
        if each.unless_in:
            yield Use(each.unless_in.member, each.unless_in.column)
    for field in table.fields:
        yield from rows.of_field(field)


def comparisons(condition: Condition | None) -> Iterator[Test]:
    """Every comparison that a condition is made of."""
    match condition:
        case All(parts=parts) | Any(parts=parts):
            for part in parts:
                yield from comparisons(part)
        case Not(part=part):
            yield from comparisons(part)
        case Test():
            yield condition
        case None:
            pass


class _Uses:
    """Uses seen from a row of one member, with aliases beside it."""

    def __init__(self, mapping: Mapping, member: str, aliases: dict[str, str] | None = None) -> None:
        self.member = member
        self.aliases = {ROOT: mapping.root.name, **(aliases or {})}

    def of_member(self, member: Member) -> Iterator[Use]:
        yield from (Use(member.name, column) for column in (member.key, member.by))
        if member.via:
            yield Use(member.via.member, member.via.column)
        if member.known:
            yield Use(member.name, member.known[0])
        if member.twins:
            yield from (Use(member.name, column) for column in (*member.twins, CONFLICT))
        yield from self.of_condition(member.where)

    def of_field(self, field: Field) -> Iterator[Use]:
        for column in field.sources:
            yield from self.of_column(column)
        yield from self.of_calls(field.steps)
        yield from self.of_calls(call for call, _ in field.rules)
        yield from self.of_condition(field.when)
        if field.code and field.code.parent:
            yield from self.of_column(field.code.parent)

    def of_column(self, column: Column) -> Iterator[Use]:
        if EACH in (column.name, column.alias) and (column.alias or column.name == EACH):
            return  # the columns of `each` are counted where `each` names them
        yield Use(self.aliases[column.alias] if column.alias else self.member, column.name)

    def of_calls(self, calls: "Iterator[Call] | tuple[Call, ...]") -> Iterator[Use]:
        for call in calls:
            for value in call.options.values():
                if isinstance(value, Column):
                    yield from self.of_column(value)
                elif isinstance(value, MemberColumn):
                    yield Use(value.member, value.column)
                elif isinstance(value, Test | All | Any | Not):
                    yield from self.of_condition(value)

    def of_condition(self, condition: Condition | None) -> Iterator[Use]:
        for test in comparisons(condition):
            yield from self.of_column(test.column)
            if isinstance(test.operand, Column):
                yield from self.of_column(test.operand)
            elif isinstance(test.operand, MemberColumn):
                yield Use(test.operand.member, test.operand.column)
