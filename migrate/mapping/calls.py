"""Steps, rules and judges as a mapping file calls them: `name`, or `{name: {option: value}}`."""

from collections.abc import Callable
from collections.abc import Mapping as Dict

from migrate.mapping.conditions import condition_on
from migrate.mapping.nouns import Call, NaturalKind
from migrate.mapping.scope import RowScope
from migrate.mapping.vocabulary import Kind, Option, Word
from migrate.reading.document import Node, shown
from migrate.reading.grammar import (
    Parser,
    Place,
    flag,
    identifier,
    many,
    mapping_of,
    string,
    suggest,
    text,
    whole,
    word,
)

WHERE_LISTED = {"step": " (see: migrate transforms)", "rule": " (see: migrate transforms)"}


def call_of(words: Dict[str, Word], kind: str, rows: RowScope) -> Parser[Call]:
    """The parser of one call of a step or a rule on a value of these rows."""

    def parse(at: Place) -> Call:
        if not isinstance(at.node.value, dict):
            return call_named(at.child(kind, at.node), words, kind, rows, None)
        if len(at.node.value) != 1:
            raise at.wrong(
                f"a {kind} is one name with its options, not {len(at.node.value)} keys",
                "write `- name: {option: value}` for each of them",
            )
        (entry,) = at.entries()
        return call_named(_named(entry), words, kind, rows, entry)

    return parse


def call_named(name: Place, words: Dict[str, Word], kind: str, rows: RowScope, options: Place | None) -> Call:
    """The call of the word at `name` with the options at their place; every wrong option is noted."""
    known = word(words, kind, f"{kind}s", WHERE_LISTED.get(kind, ""))(name)
    return Call(known, _options(name, words[known], rows, options))


def _options(name: Place, called: Word, rows: RowScope, at: Place | None) -> dict[str, object]:
    nodes = {} if at is None or at.node.value is None else mapping_of(at)
    for needed in called.options.values():
        if needed.required and needed.name not in nodes:
            sample = f"{called.name}: {{{needed.name}: {_sample(needed)}}}"
            name.note(f"{called.name} needs the option `{needed.name}`", sample)
    options: dict[str, object] = {}
    for entry in at.entries() if nodes and at else ():
        option = called.options.get(entry.name)
        if option:
            members = [_member(of, nodes, rows) for of in option.of]
            options[entry.name] = entry.attempt(_value_of(option, rows, members))
        else:
            what = f"{called.name} has no option {shown(entry.name)[1:-1]}"
            entry.note(
                what, suggest(entry.name, called.options, "options") if called.options else "it takes none"
            )
    return options


def _member(option: str, nodes: Dict[str, Node], rows: RowScope) -> str:
    """The member that another option names (as `member` or `member.COLUMN`), or that of the row itself."""
    value = nodes[option].value if option in nodes else None
    named = value.partition(".")[0] if isinstance(value, str) else ""
    return named if named in rows.scope.members else rows.member


def _value_of(option: Option, rows: RowScope, members: list[str]) -> Parser[object]:
    scope = rows.scope
    readers: dict[Kind, Callable[[Place], object]] = {
        Kind.TEXT: word(option.choices, "value") if option.choices else text,
        Kind.INT: whole,
        Kind.BOOL: flag,
        Kind.LIST: many(string),
        Kind.COLUMN: rows.column,
        Kind.COLUMN_NAMES: _columns(option, members) if option.many else identifier,
        Kind.CONDITION: condition_on(scope.rows_of(members[0]) if members else rows),
        Kind.MEMBER: scope.member,
        Kind.MEMBER_COLUMN: scope.member_column,
        Kind.NATURAL: lambda at: scope.natural(at, NaturalKind.UNIQUE),
        Kind.POINTER: lambda at: scope.natural(at, NaturalKind.POINTER),
        Kind.FOREIGN_NATURAL: scope.foreign_natural,
        Kind.STEPS: many(word(scope.vocabulary.steps, "step", "steps", WHERE_LISTED["step"])),
    }
    return readers[option.kind]


def _columns(option: Option, members: list[str]) -> Parser[tuple[str, ...]]:
    def parse(at: Place) -> tuple[str, ...]:
        columns = many(identifier)(at)
        if len(members) > 1 and len(at.items()) != len(members):
            each = " and ".join(f"one of `{of}`" for of in option.of)
            raise at.wrong(
                f"`{at.name}` takes {len(members)} columns, {each}", f"{at.name}: [COLUMN, COLUMN]"
            )
        return columns

    return parse


def _sample(option: Option) -> str:
    """How the value of an option is written."""
    if option.kind is Kind.CONDITION:
        return "{COLUMN: value}"
    if option.kind is Kind.MEMBER_COLUMN:
        return "<member>.COLUMN"
    if option.kind in (Kind.COLUMN, Kind.COLUMN_NAMES):
        return "COLUMN"
    return f"<{option.kind.replace('_', ' ')}>"


def _named(at: Place) -> Place:
    """The key of an entry as a place of its own: the key is the name that is called."""
    return at.child(at.name, Node(at.line, at.name))
