"""What can only be said of a mapping once all its parts are read: names that clash, drops, references between rows,
and, once all mappings are read, references between entities.
"""

from collections.abc import Collection, Iterator
from collections.abc import Mapping as Dict

from migrate.conditions import Column, MemberColumn
from migrate.errors import Mistake
from migrate.mapping.members import ANY_TABLE
from migrate.mapping.nouns import Consequence, Mapping, Member
from migrate.mapping.reads import mapped
from migrate.mapping.scope import Scope
from migrate.model import Layout
from migrate.reading.grammar import Notes, suggest


def check(mapping: Mapping, scope: Scope, notes: Notes) -> None:
    """Note what is wrong between the parts of a mapping; it may have been read in part only."""
    _check_rule_names(mapping, notes)
    _check_reasons(mapping, notes)
    _check_naturals(mapping, notes)
    _check_references(mapping, notes)
    _check_drops(mapping, scope, notes)
    _check_row_references(mapping, notes)
    _check_own_kind(mapping, notes)
    _check_shared_rows(mapping, notes)


def between(
    mappings: Dict[str, Mapping], layout: Layout, stand_ins: Collection[str] | None
) -> Iterator[Mistake]:
    """References that cannot hold: to an entity whose rows are in another table, and stand-ins that nobody can make.

    stand_ins: the platform's tables of which stand-ins can be made; None: any.
    """
    for mapping in mappings.values():
        for table, field in mapping.references():
            made = mappings[field.ref or ""].tables[0].into
            wanted = layout[table.into].columns[field.column].points_at
            if wanted not in (None, made):
                column = f"{table.into}.{field.column}"
                what = f"field {field.column}: {column} names a row of {wanted}, {field.ref} is a {made}"
                fitting = [entity for entity, other in mappings.items() if other.tables[0].into == wanted]
                way_out = f"refer to {' or '.join(fitting)}" if fitting else f"map an entity into {wanted}"
                yield Mistake(mapping.file, field.line, what, way_out)
            elif field.otherwise is Consequence.STUB and stand_ins is not None and made not in stand_ins:
                what = f"field {field.column}: no row of {made} can be made up to stand in for a missing one"
                yield Mistake(mapping.file, field.line, what, "write `else: hold`, `flag` or `reject`")


def _check_rule_names(mapping: Mapping, notes: Notes) -> None:
    excluded = {exclusion.name: exclusion.line for exclusion in mapping.exclusions}
    for rule in mapping.rules:
        if line := excluded.get(rule.name):
            what = f"rule {rule.name}: the exclusion in line {line} has the same name"
            notes.add(rule.line, what, "rename one of them")


def _check_reasons(mapping: Mapping, notes: Notes) -> None:
    own = [rule.name for rule in mapping.rules] + [exclusion.name for exclusion in mapping.exclusions]
    for reason in mapping.reasons:
        if reason.rule not in own:
            what = f"reasons {reason.rule}: no rule or exclusion of that name"
            notes.add(reason.line, what, suggest(reason.rule, own, "rules and exclusions"))


def _check_naturals(mapping: Mapping, notes: Notes) -> None:
    """Natural keys are surveyed over the root table alone, so their steps see no other column."""
    for natural in mapping.naturals:
        for call in natural.steps:
            for column in (value for value in call.options.values() if isinstance(value, Column)):
                what = f"natural {natural.name}: step {call.name} looks at the column {column}"
                notes.add(natural.line, what, "use steps that need no other column")


def _check_references(mapping: Mapping, notes: Notes) -> None:
    """What a batch refers to is asked for before its rows are joined, so that steps on a key see no other column."""
    for field in (field for table in mapping.tables or () for field in table.fields or () if field.ref):
        for call in field.steps:
            for column in (value for value in call.options.values() if isinstance(value, Column)):
                what = f"field {field.column}: step {call.name} looks at the column {column}"
                notes.add(field.line, what, "use steps that need no other column on a key with `ref`")


def _check_own_kind(mapping: Mapping, notes: Notes) -> None:
    """Whether another of the same kind is there already depends on the order of batches; only waiting does not."""
    for field in (field for table in mapping.tables or () for field in table.fields or ()):
        if field.ref and field.ref == mapping.entity and field.otherwise is not Consequence.HOLD:
            what = f"field {field.column}: `else: {field.otherwise}` depends on which {mapping.entity} is read first"
            notes.add(field.line, what, "write `else: hold`, or map the reference by an entity of its own")


def _check_shared_rows(mapping: Mapping, notes: Notes) -> None:
    """A row that several roots reach would be made once for each of them, under one id."""
    members = {member.name: member for member in mapping.members}
    for table in mapping.tables or ():
        if shared := _shared(members.get(table.member or ""), members):
            what = f"table {table.label}: several {mapping.root.name} may share a row of {table.member}"
            way_out = f"make the rows `from: {shared.member}`, with {table.member} beside it in `with`"
            notes.add(table.line, what, way_out)


def _shared(member: Member | None, members: Dict[str, Member]) -> MemberColumn | None:
    """Where the rows of a member are pointed at, and so may be by several; None where each points at one row itself."""
    if member is None or member.via is None:
        return None
    parent = members.get(member.via.member)
    if parent is not None and member.via.column != parent.key:
        return member.via
    return _shared(parent, members)


def _check_drops(mapping: Mapping, scope: Scope, notes: Notes) -> None:
    """A column is mapped or dropped, not both; by table, whatever the members are called."""
    tables = scope.own.tables
    carried = {(tables.get(member), column) for member, column in mapped(mapping, scope.own.root)}
    for drop in mapping.dropped:
        if drop.member != ANY_TABLE and (tables.get(drop.member), drop.column) in carried:
            what = f"drop {drop.member}.{drop.column}: the column is mapped"
            notes.add(drop.line, what, "remove it here, or the field that maps it")


def _check_row_references(mapping: Mapping, notes: Notes) -> None:
    """`row` needs a table map that makes one row with an id of its own of each legacy row."""
    tables = mapping.tables or ()
    by_label = {table.label: table for table in tables}
    for field in (field for table in tables for field in table.fields or () if field.row):
        target = by_label.get(field.row or "")
        if target is None:
            continue
        if target.each:
            what = f"field {field.column}: {target.label} makes several rows of one (`each`)"
            notes.add(field.line, what, "point at a table map without `each`")
        elif target is tables[0]:
            what = f"field {field.column}: {target.label} is the entity itself"
            notes.add(field.line, what, f"write `ref: {mapping.entity}` instead of `row`")
