"""The parts of a mapping file about source tables: root, members, excluded, merged, changes, natural, drop."""

import re
from dataclasses import replace

from migrate.conditions import MemberColumn
from migrate.mapping.calls import call_of
from migrate.mapping.conditions import condition_on
from migrate.mapping.nouns import (
    Changes,
    Dropped,
    Exclusion,
    Member,
    Natural,
    NaturalKind,
    Orphans,
    Vanished,
    Variant,
)
from migrate.mapping.scope import EACH, ROOT, Scope
from migrate.reading.document import Node, shown
from migrate.reading.grammar import (
    Place,
    choice,
    flag,
    identifier,
    iso_date,
    many,
    mapping_of,
    name,
    own_name,
    suggest,
    text,
    word,
)

ANY_TABLE = "*"
"""The member under which `drop` names columns that no table carries over."""

_RANGE = re.compile(r"([A-Za-z_]+)(\d{1,3})\.\.(\d{1,3})")

BUILT_IN = frozenset({
    "code", "different_twin", "identical_twin", "itself", "missing_parent", "nul", "orphan", "out_of_range", "required",
    "too_long", "type", "unknown_type",
})  # fmt: skip
"""Rule names of the program itself; `missing_<member>` as well."""


def root(at: Place, scope: Scope) -> Member:
    """`{table:, key:, name:, where:}`"""
    at = at.about("root")
    with at.keys() as take:
        table = take("table", identifier)
        key = take("key", identifier, "ROW_ID")
        name = take("name", identifier, table)
        where = take("where", condition_on(scope.rows_of(scope.own.root)), None)
    return Member(name=name, table=table, by=key, key=key, where=where, line=at.line)


def _orphans(at: Place) -> Orphans:
    return Orphans(choice(*Orphans)(at))


def member(at: Place, scope: Scope) -> Member:
    """`NAME: {table:, by:, via:, key:, required:, orphans:, where:, known:, twins:}`"""
    at = at.about(f"member {at.name}")
    _free_name(at, scope)
    rows = scope.rows_of(at.name)
    with at.keys() as take:
        return Member(
            name=at.name,
            table=take("table", identifier, at.name),
            by=take("by", identifier),
            via=take("via", lambda place: _earlier(place, at.name, scope), None),
            key=take("key", identifier, "ROW_ID"),
            required=take("required", flag, False),
            orphans=take("orphans", _orphans, Orphans.REJECT),
            where=take("where", condition_on(rows), None),
            known=take("known", _known, None),
            twins=take("twins", many(identifier), ()),
            line=at.line,
        )


def earlier_entity(at: Place, scope: Scope) -> str:
    """An entity that is loaded before this one."""
    at = at.about("after")
    if name(at) == scope.own.entity:
        raise at.wrong("the entity waits for itself", "remove it: references within an entity need no order")
    return word(scope.others, "entity", "entities")(at)


def _free_name(at: Place, scope: Scope) -> None:
    identifier(at.child("member", Node(at.line, at.name)))
    if at.name == scope.own.root:
        at.note("this is the name of the root", "call the member otherwise and write `table`")
    if at.name in (ROOT, EACH, ANY_TABLE):
        at.note(f"`{at.name}` has a meaning of its own", "choose another name")


def _earlier(at: Place, member: str, scope: Scope) -> MemberColumn:
    via = scope.member_column(at)
    names = list(scope.members)
    if member in names and via.member in names[names.index(member) :]:
        raise at.wrong(
            f"{via.member} does not stand before {member}", "a member is found through an earlier one"
        )
    return via


def _known(at: Place) -> tuple[str, tuple[str, ...]]:
    if len(columns := mapping_of(at)) != 1:
        raise at.wrong(
            f"`known` takes one column with its values, not {len(columns)}", "known: {COLUMN: [value, …]}"
        )
    (entry,) = at.entries()
    identifier(entry.child("known", Node(entry.line, entry.name)))
    return entry.name, many(text)(entry)


def exclusion(at: Place, scope: Scope) -> Exclusion:
    """`name: {from:, where:, reason:}`"""
    at = at.about(f"excluded {at.name}")
    rule_name(at)
    with at.keys() as take:
        of = take("from", scope.member, scope.own.root)
        where = take("where", condition_on(scope.rows_of(of)))
        return Exclusion(at.name, of, where, take("reason", text), at.line)


def rule_name(at: Place) -> str:
    """The key of an entry as the name of a rule, which must not be one of the program's own."""
    if at.name in BUILT_IN or at.name.startswith("missing_"):
        at.note("this is the name of a rule of the program itself", "choose another name")
    return own_name(at, "rule")


def merged(at: Place, scope: Scope) -> MemberColumn:
    """`COLUMN` of the root, or `member.COLUMN`"""
    at = at.about("merged")
    return scope.member_column(at) if "." in text(at) else MemberColumn(scope.own.root, identifier(at))


def changes(at: Place) -> Changes:
    """`{stamps: [COLUMN, …], version: COLUMN}`"""
    at = at.about("changes")
    with at.keys() as take:
        found = Changes(take("stamps", many(identifier)), take("version", identifier, None))
    if len(set(found.columns)) < len(found.columns):
        at.note("a column is named twice", "a stamp and a version are different columns")
    return found


def vanished(at: Place) -> Vanished:
    """`mark` or `remove`"""
    return Vanished(choice(*Vanished)(at.about("vanished")))


def natural(at: Place, scope: Scope) -> Natural:
    """`name: {from:, do:, unordered:, variant:}` or `name: {pointer:}`"""
    at = at.about(f"natural {at.name}")
    name = own_name(at, "natural key")
    rows = scope.rows_of(scope.own.root)
    with at.keys() as take:
        if "pointer" in take:
            return Natural(name, NaturalKind.POINTER, (take("pointer", identifier),), line=at.line)
        natural = Natural(
            name,
            NaturalKind.UNIQUE,
            columns=take("from", many(identifier)),
            steps=take("do", many(call_of(scope.vocabulary.steps, "step", rows)), ()),
            unordered=take("unordered", flag, False),
            variant=take("variant", lambda place: _variant(place, scope), None),
            line=at.line,
        )
    if natural.unordered and natural.columns and len(natural.columns) != 2:
        at.note(f"`unordered` is said of {len(natural.columns)} columns", "only a pair has two orders")
    if natural.variant and natural.variant.turned and not natural.unordered:
        at.note("`turned` is said of a key that has one order", "add `unordered: true`, or remove it")
    return natural


def _variant(at: Place, scope: Scope) -> Variant:
    """`COLUMN`, or `{from: COLUMN, code: list, turned: list}`"""
    if not isinstance(at.node.value, dict):
        return Variant(identifier(at))
    with at.keys() as take:
        return Variant(
            take("from", identifier),
            take("code", lambda place: _code_list(place, scope)),
            take("turned", lambda place: _code_list(place, scope), None),
        )


def _code_list(at: Place, scope: Scope) -> str:
    found = name(at)
    scope.code_lists.setdefault(found, []).append((at, None))
    return found


def dropped(at: Place, scope: Scope) -> tuple[Dropped, ...]:
    """`member: {COLUMN: reason}`; the member `"*"` stands for every table, `ATTRIB_04..07` for four columns"""
    at = at.about(f"drop {at.name}")
    if at.name != ANY_TABLE and at.name not in scope.members:
        raise at.wrong(
            f"no member named {shown(at.name)[1:-1]}",
            suggest(at.name, [*scope.members, ANY_TABLE], "members"),
        )
    found = [drop for entry in at.entries() if (drop := entry.attempt(lambda e: _drop(e, at.name)))]
    return tuple(replace(drop, column=column) for drop in found for column in _columns(drop.column))


def _columns(name: str) -> list[str]:
    """`ATTRIB_04..07` stands for four columns; any other name for itself."""
    match = _RANGE.fullmatch(name)
    if match is None:
        return [name]
    stem, low, high = match.groups()
    return [f"{stem}{number:0{len(low)}}" for number in range(int(low), int(high) + 1)] or [name]


def _drop(at: Place, member: str) -> Dropped:
    columns = [identifier(at.child("column", Node(at.line, column))) for column in _columns(at.name)]
    column = at.name if len(columns) > 1 else columns[0]
    at = at.about(f"drop {member}.{column}")
    if not isinstance(at.node.value, dict):
        if at.node.value is None or at.node.value == "":
            raise at.wrong("the reason is empty", "say why the column is not carried over")
        return Dropped(member, column, text(at), line=at.line)
    with at.keys() as take:
        since = take("since", iso_date, None)
        return Dropped(
            member,
            column,
            reason=take("reason", text),
            owner=take("owner", text, ""),
            since=since.isoformat() if since else "",
            line=at.line,
        )
