"""Steps, rules and judges as a mapping file calls them: `name`, or `{name: {option: value}}`."""

from collections.abc import Callable
from collections.abc import Mapping as Dict

from migrate.mapping.conditions import condition_on
from migrate.mapping.document import Node, shown
from migrate.mapping.nouns import Call
from migrate.mapping.reading import Parser, Place, flag, many, mapping_of, suggest, text, whole, word
from migrate.mapping.scope import RowScope
from migrate.mapping.vocabulary import Kind, Option, Word

WHERE_LISTED = " (see: migrate transforms)"


def call_of(words: Dict[str, Word], kind: str, rows: RowScope) -> Parser[Call]:
    """The parser of one call of a step or a rule on a value of these rows."""

    def parse(at: Place) -> Call:
        if not isinstance(at.node.value, dict):
            return called(at.child(kind, at.node), words, kind, rows, None)
        if len(at.node.value) != 1:
            raise at.wrong(
                f"a {kind} is one name with its options, not {len(at.node.value)} keys",
                "- name: {option: value}",
            )
        (entry,) = at.entries()
        return called(_named(entry), words, kind, rows, entry)

    return parse


def called(name: Place, words: Dict[str, Word], kind: str, rows: RowScope, options: Place | None) -> Call:
    """The call of the word at `name` with the options at their place; every wrong option is noted."""
    if (known := text(name)) not in words:
        way_out = suggest(known, words, f"{kind}s").rstrip("?")
        raise name.wrong(
            f"no {kind} named {shown(known)[1:-1]}",
            way_out + ("?" if "did you" in way_out else "") + WHERE_LISTED,
        )
    return Call(known, _options(name, words[known], rows, options))


def _options(name: Place, word: Word, rows: RowScope, at: Place | None) -> dict[str, object]:
    nodes = {} if at is None or at.node.value is None else mapping_of(at)
    rows = _judged(nodes, rows)
    for option in word.options.values():
        if option.required and option.name not in nodes:
            name.note(
                f"{word.name} needs the option `{option.name}`",
                f"{word.name}: {{{option.name}: <{option.kind}>}}",
            )
    options: dict[str, object] = {}
    for entry in at.entries() if nodes and at else ():
        if entry.name in word.options:
            options[entry.name] = entry.attempt(_value_of(word.options[entry.name], rows))
        else:
            entry.note(
                f"{word.name} has no option {shown(entry.name)[1:-1]}",
                suggest(entry.name, word.options, "options"),
            )
    return options


def _judged(nodes: Dict[str, Node], rows: RowScope) -> RowScope:
    """Columns and conditions of a judge that looks at a member's rows are those of the member."""
    member = nodes.get("member")
    known = member and isinstance(member.value, str) and member.value in rows.scope.members
    return rows.scope.rows_of(str(member.value)) if member and known else rows


def _value_of(option: Option, rows: RowScope) -> Parser[object]:
    scope = rows.scope
    readers: dict[Kind, Callable[[Place], object]] = {
        Kind.TEXT: word(option.choices, "value") if option.choices else text,
        Kind.INT: whole,
        Kind.BOOL: flag,
        Kind.LIST: many(text),
        Kind.COLUMN: rows.column,
        Kind.CONDITION: condition_on(rows),
        Kind.MEMBER: scope.member,
        Kind.MEMBER_COLUMN: scope.member_column,
        Kind.NATURAL: scope.natural,
        Kind.ENTITY: scope.entity,
    }
    return readers[option.kind]


def _named(at: Place) -> Place:
    """The key of an entry as a place of its own: the key is the name that is called."""
    return at.child(at.name, Node(at.line, at.name))
