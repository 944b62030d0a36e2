"""How a file is read by its grammar: places, the keys of a mapping taken one by one, and small parsers of values.

A parser is a function `Place -> value` that raises Wrong where it cannot read. Whoever asked for the value notes the
mistake and goes on, so that one reading finds all mistakes:

    with at.keys() as take:
        member = Member(
            name=at.name,
            table=take("table", identifier, at.name),      # with a default
            by=take("by", identifier),                      # without: the key has to be there
            twins=take("twins", many(identifier), ()),
        )

What could not be read comes back as the default or, for a key that has to be there, as None, whatever its type says:
a mapping with a mistake never leaves the door. Keys that nobody took are mistakes as well.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, TypeVar, overload

from migrate.conditions import Scalar
from migrate.errors import Mistake
from migrate.reading.document import SPOILED, Node, shown

T = TypeVar("T")
D = TypeVar("D")
Parser = Callable[["Place"], T]

MANDATORY: Any = object()
"""The default of a key that has to be there."""

IDENTIFIER = r"[A-Za-z_][A-Za-z0-9_$#]*"
_NAME = re.compile(r"[a-z][a-z0-9_]*")


class Wrong(Exception):
    """A value cannot be read; the place, what is wrong and what to write instead. Without words: noted already."""

    def __init__(self, line: int, what: str = "", instead: str = "") -> None:
        self.line, self.what, self.instead = line, what, instead
        super().__init__(what)


@dataclass(slots=True)
class Notes:
    """The mistakes of one file, in the order in which they were found."""

    file: str
    mistakes: list[Mistake] = field(default_factory=list)

    def add(self, line: int, what: str, instead: str = "") -> None:
        """Note a mistake."""
        self.mistakes.append(Mistake(self.file, line, what, instead))


@dataclass(frozen=True, slots=True)
class Place:
    """A node, the name it goes by (its key), and what it belongs to ('field sex') as the start of every message."""

    node: Node
    notes: Notes
    name: str = ""
    subject: str = ""

    @property
    def line(self) -> int:
        """Its line in the file."""
        return self.node.line

    def about(self, subject: str) -> "Place":
        """The same place; messages begin with this subject."""
        return replace(self, subject=subject)

    def wrong(self, what: str, instead: str = "") -> Wrong:
        """The mistake, to be raised by a parser."""
        return Wrong(self.line, f"{self.subject}: {what}" if self.subject else what, instead)

    def note(self, what: str, instead: str = "") -> None:
        """Note a mistake and go on."""
        self.keep(self.wrong(what, instead))

    def keep(self, wrong: Wrong) -> None:
        """Note what a parser raised."""
        if wrong.what:
            self.notes.add(wrong.line, wrong.what, wrong.instead)

    def expected(self, what: str, instead: str = "") -> Wrong:
        """The mistake of a value of the wrong kind."""
        if self.node.value is SPOILED:
            return Wrong(self.line)
        of = f"`{self.name}` " if self.name else "" if self.subject else "the file "
        return self.wrong(f"{of}takes {what}, not {self.node.kind}", instead)

    def child(self, name: str, node: Node) -> "Place":
        """A node inside this one."""
        return Place(node, self.notes, name, self.subject)

    @contextmanager
    def keys(self) -> Iterator["Keys"]:
        """The keys of this mapping, to be taken by name; what is left over at the end is a mistake."""
        keys = Keys(self, mapping_of(self))
        yield keys
        keys.close()

    def entries(self) -> list["Place"]:
        """The values of a mapping whose keys are free names."""
        return [self.child(name, node) for name, node in mapping_of(self).items()]

    def items(self) -> list["Place"]:
        """The items of a list; a single value counts as a list of one."""
        value = self.node.value
        return [self.child(self.name, node) for node in value] if isinstance(value, list) else [self]

    def attempt(self, parser: Parser[T]) -> T | None:
        """What the parser reads here, or None and a noted mistake."""
        try:
            return parser(self)
        except Wrong as wrong:
            self.keep(wrong)
            return None


class Keys:
    """The keys of one mapping. Calling it takes a key."""

    def __init__(self, at: Place, nodes: dict[str, Node]) -> None:
        self.at, self.nodes = at, nodes
        self.known: list[str] = []

    def __contains__(self, key: str) -> bool:
        return key in self.nodes

    @overload
    def __call__(self, key: str, parser: Parser[T]) -> T: ...
    @overload
    def __call__(self, key: str, parser: Parser[T], default: D) -> T | D: ...
    def __call__(self, key: str, parser: Parser[T], default: Any = MANDATORY) -> Any:
        """The value of a key, by its parser; the default where the key is absent or cannot be read."""
        self.known.append(key)
        node = self.nodes.get(key)
        if node is None:
            if default is MANDATORY:
                self.at.note(f"`{key}` is missing")
            return self._or_none(default)
        try:
            return parser(self.at.child(key, node))
        except Wrong as wrong:
            self.at.keep(wrong)
            return self._or_none(default)

    def names_in(self, key: str) -> dict[str, str]:
        """The names in the mapping at a key, each for an empty text: they exist, even if nothing else is known."""
        node = self.nodes.get(key)
        return dict.fromkeys(node.value, "") if node and isinstance(node.value, dict) else {}

    def close(self) -> None:
        """Every key that nobody took is unknown."""
        for key, node in self.nodes.items():
            if key not in self.known:
                way_out = suggest(key, self.known, "keys")
                if " " in key and node.value is None:  # {reason: templates, not data}
                    way_out = "inside { } a comma ends a text: put the text in quotes"
                self.at.child(key, node).note(f"unknown key {shown(key)}", way_out)

    @staticmethod
    def _or_none(default: object) -> object:
        return None if default is MANDATORY else default


def suggest(word: str, known: Iterable[str], kind: str) -> str:
    """The way out of an unknown word: the nearest known one, or the list of them."""
    words = list(dict.fromkeys(known))
    by_fold = {w.casefold(): w for w in words}
    if near := get_close_matches(word[:80].casefold(), by_fold, n=1, cutoff=0.6):
        return f"did you mean {by_fold[near[0]]}?"
    if not kind:
        return ""
    if not words:
        return f"there are no {kind} here"
    return f"{kind}: {', '.join(words)}" if len(words) <= 12 else f"{kind}: {', '.join(words[:12])} …"


# --- parsers of values


def mapping_of(at: Place) -> dict[str, Node]:
    """A mapping of keys."""
    if not isinstance(at.node.value, dict):
        raise at.expected("a mapping of keys")
    return at.node.value


def text(at: Place) -> str:
    """Text that is not blank."""
    value = at.node.value
    if isinstance(value, str) and value.strip():
        return value
    if isinstance(value, bool | int | Decimal):
        raise at.expected("text", "put it in quotes")
    raise at.expected("text")


def string(at: Place) -> str:
    """Text, also blank text."""
    return at.node.value if isinstance(at.node.value, str) else text(at)


def whole(at: Place) -> int:
    """A whole number."""
    if isinstance(at.node.value, int) and not isinstance(at.node.value, bool):
        return at.node.value
    raise at.expected("a whole number")


def flag(at: Place) -> bool:
    """`true` or `false`."""
    if isinstance(at.node.value, bool):
        return at.node.value
    raise at.expected("true or false")


def scalar(at: Place) -> Scalar:
    """Text, a whole number, true, false or null."""
    value = at.node.value
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, Decimal):
        raise at.expected("text or a whole number", "put it in quotes")
    raise at.expected("a single value")


def identifier(at: Place) -> str:
    """The name of a table or column at the source."""
    if not re.fullmatch(IDENTIFIER, value := text(at)):
        raise at.wrong(f"{shown(value)} is no name of a table or column", "letters, digits and underscores")
    return value


def name(at: Place) -> str:
    """A name of the mapping's own: lower case."""
    if not _NAME.fullmatch(value := text(at)):
        raise at.wrong(
            f"{shown(value)} cannot be a name", "lower case letters, digits and underscores, a letter first"
        )
    return value


def own_name(at: Place, kind: str) -> str:
    """The key of an entry, which is a name of the mapping's own."""
    if not _NAME.fullmatch(at.name):
        at.note(
            f"{shown(at.name)} cannot be the name of a {kind}",
            "lower case letters, digits and underscores, a letter first",
        )
    return at.name


def iso_date(at: Place) -> date:
    """A date as YYYY-MM-DD."""
    try:
        return date.fromisoformat(text(at))
    except ValueError:
        raise at.expected("a date as YYYY-MM-DD") from None


def word(known: Iterable[str], kind: str, plural: str = "", more: str = "") -> Parser[str]:
    """One of the known words; `more` says where to find all of them."""
    words = tuple(known)

    def parse(at: Place) -> str:
        if (value := text(at)) in words:
            return value
        raise at.wrong(
            f"no {kind} named {shown(value)[1:-1]}", suggest(value, words, plural or f"{kind}s") + more
        )

    return parse


def choice(*words: str) -> Parser[str]:
    """One of a few words of the language."""

    def parse(at: Place) -> str:
        if (value := at.node.value) in words:
            return str(value)
        offered = " or ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]
        raise at.expected(offered, suggest(value, words, "") if isinstance(value, str) else "")

    return parse


def many(parser: Parser[T]) -> Parser[tuple[T, ...]]:
    """A list, or a single value for a list of one; items that cannot be read are noted and left out."""

    def parse(at: Place) -> tuple[T, ...]:
        if not (items := at.items()):
            raise at.wrong(f"`{at.name}` is an empty list", "leave the key out or fill it")
        return tuple(value for item in items if (value := item.attempt(parser)) is not None)

    return parse


def named(parser: Parser[T]) -> Parser[tuple[T, ...]]:
    """A mapping of free names: the parser reads each entry; those that cannot be read are noted and left out."""

    def parse(at: Place) -> tuple[T, ...]:
        return tuple(value for entry in at.entries() if (value := entry.attempt(parser)) is not None)

    return parse
