"""YAML text -> Nodes: values with the line they stand on, and nothing clever.

In: the bytes of a file. Out: a Node tree, or mistakes with their lines. Scalars follow the core schema of YAML 1.2,
so `N`, `Y`, `no` and `2026-01-01` stay text. What makes YAML surprising is refused: anchors, aliases, merge keys,
tags, keys written twice, numbers that are codes (`007`, `1e5`), several documents in a file. Sizes are bounded: no
text of a megabyte, however odd, takes more than a moment.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from migrate.errors import Mistake

MAX_BYTES: Final = 1 << 20
MAX_DEPTH: Final = 24
MAX_DIGITS: Final = 30

_UNPRINTABLE = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufeff\uff00-\ufffd\U00010000-\U0010ffff]")
_NUMBER = re.compile(
    r"[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"
)
_WHOLE = re.compile(r"[-+]?(0|[1-9]\d*)")
_FIXED = re.compile(r"[-+]?(0|[1-9]\d*)\.\d+")
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


class Spoiled:
    """The value of a node that could not be read; its mistake is noted already, so nobody complains again."""


SPOILED: Final = Spoiled()

Value = str | int | bool | Decimal | None | list["Node"] | dict[str, "Node"] | Spoiled


@dataclass(frozen=True, slots=True)
class Node:
    """A value and its line, counted from 1. The value of a key stands on the line of its key."""

    line: int
    value: Value

    @property
    def kind(self) -> str:
        """What the value is, in words for a message."""
        match self.value:
            case None:
                return "nothing"
            case bool():
                return f"`{str(self.value).lower()}`"
            case int() | Decimal():
                return f"the number {self.value}"
            case str():
                return f"the text {shown(self.value)}" if self.value.strip() else "an empty text"
            case list():
                return "a list" if self.value else "an empty list"
            case _:
                return "a mapping of keys" if self.value else "an empty mapping"


def shown(text: str, width: int = 40) -> str:
    """Text of a file as a message may quote it: on one line, cut, and free of control characters."""
    flat = " ".join(text.split())
    flat = "".join(c if c.isprintable() else "?" for c in flat)
    return f"'{flat if len(flat) <= width else flat[: width - 1] + '…'}'"


def read(data: bytes, file: str) -> tuple[Node | None, list[Mistake]]:
    """The document in a file, and every mistake of its form; None when there is no document to go on with."""
    text, mistakes = decode(data, file)
    if text is None:
        return None, mistakes
    composer = _Composer(file, mistakes)
    return composer.document(text), mistakes


def decode(data: bytes, file: str) -> tuple[str | None, list[Mistake]]:
    """UTF-8 text (a byte order mark is skipped), or None and the mistake that names the line."""
    if len(data) > MAX_BYTES:
        return None, [
            Mistake(file, 0, f"the file has {len(data):,} bytes", f"split it: {MAX_BYTES:,} are read at most")
        ]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return None, [
            Mistake(file, line, f"byte {data[error.start]:#04x} is not UTF-8", "save the file as UTF-8")
        ]
    if odd := _UNPRINTABLE.search(text):
        line = text.count("\n", 0, odd.start()) + 1
        return None, [Mistake(file, line, f"control character U+{ord(odd[0]):04X}", "remove it")]
    return text, []


class _Composer:
    """Builds Nodes from the events of the YAML parser; bounded in depth."""

    def __init__(self, file: str, mistakes: list[Mistake]) -> None:
        self.file, self.mistakes = file, mistakes
        self.events: Iterator[Any] = iter(())

    def document(self, text: str) -> Node | None:
        from ruamel.yaml import YAML
        from ruamel.yaml.error import MarkedYAMLError, YAMLError

        try:
            self.events = iter(YAML(typ="safe").parse(text))
            return self._single()
        except _TooDeep as error:
            self._wrong(
                error.line,
                f"more than {MAX_DEPTH} levels inside each other",
                "no part of the language is that deep",
            )
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 1 if mark else 0
            here = text.splitlines()[line - 1 : line] or [""]
            self._wrong(line, *_in_words(str(error.problem or error.context), here[0]))
        except YAMLError:
            self._wrong(0, "not YAML", "see https://yaml.org/spec/1.2.2/")
        return None

    def _single(self) -> Node | None:
        root: Node | None = None
        for event in self.events:
            match type(event).__name__:
                case "StreamStartEvent" | "DocumentEndEvent" | "StreamEndEvent":
                    pass
                case "DocumentStartEvent" if root is not None:
                    self._wrong(_line(event), "a second document in one file", "write one file per entity")
                    return root
                case "DocumentStartEvent":
                    root = self._node(next(self.events), None, 0)
        if root is None:
            self._wrong(0, "the file is empty", "start with `entity: <name>`")
        return root

    def _node(self, event: Any, key_line: int | None, depth: int) -> Node:
        line = key_line or _line(event)
        if depth > MAX_DEPTH:
            raise _TooDeep(line)
        kind = type(event).__name__
        if kind == "AliasEvent":
            return self._spoiled(
                line, f"alias *{event.anchor}", 'write the text out; a column named * is written "*"'
            )
        tagged = self._decorated(event, line)
        match kind:
            case "ScalarEvent":
                node = self._quoted(line, event.value) if event.style else self._plain(line, event.value)
            case "SequenceStartEvent":
                node = Node(line, self._items(depth))
            case _:
                node = Node(line, self._pairs(depth))
        return Node(line, SPOILED) if tagged else node

    def _decorated(self, event: Any, line: int) -> bool:
        if event.anchor is not None:
            self._wrong(line, f"anchor &{event.anchor}", "write the text out where it is needed")
        if tag := event.tag:
            self._wrong(line, f"tag {shown(str(tag))}", "the language has no tags; put text in quotes")
        return bool(tag)

    def _items(self, depth: int) -> list[Node]:
        items = []
        while type(event := next(self.events)).__name__ != "SequenceEndEvent":
            items.append(self._node(event, None, depth + 1))
        return items

    def _pairs(self, depth: int) -> dict[str, Node]:
        pairs: dict[str, Node] = {}
        while type(event := next(self.events)).__name__ != "MappingEndEvent":
            line, key = _line(event), self._key(event, depth)
            value = self._node(next(self.events), line, depth + 1)
            if key is None:
                continue
            if key in pairs:
                self._wrong(
                    line,
                    f"key {shown(key)} a second time, first in line {pairs[key].line}",
                    "keep one of them",
                )
            else:
                pairs[key] = value
        return pairs

    def _key(self, event: Any, depth: int) -> str | None:
        """The text of a key, as written: `1`, `N` and `true` are names like any other."""
        line = _line(event)
        if type(event).__name__ == "ScalarEvent":
            self._decorated(event, line)
            if event.value or event.style:
                return str(event.value)
            self._wrong(line, "a value without a key before the colon", "write `key: value`")
        elif type(event).__name__ == "AliasEvent":
            self._wrong(line, f"alias *{event.anchor} as a key", 'a member named * is written "*"')
        else:
            self._node(event, None, depth + 1)
            self._wrong(line, "a key that is a list or a mapping", "a key is a single word")
        return None

    def _quoted(self, line: int, text: str) -> Node:
        if odd := _UNPRINTABLE.search(text):
            return self._spoiled(
                line, f"control character U+{ord(odd[0]):04X} written as an escape", "remove it"
            )
        return Node(line, text)

    def _plain(self, line: int, text: str) -> Node:
        if text in _WORDS:
            return Node(line, _WORDS[text])
        if not _NUMBER.fullmatch(text):
            return Node(line, text)
        if len(text) <= MAX_DIGITS and _WHOLE.fullmatch(text):
            return Node(line, int(text))
        if len(text) <= MAX_DIGITS and _FIXED.fullmatch(text):
            return Node(line, Decimal(text))
        return self._spoiled(
            line, f"{shown(text)} would be read as a number, not as it is written", "put it in quotes"
        )

    def _spoiled(self, line: int, what: str, instead: str) -> Node:
        self._wrong(line, what, instead)
        return Node(line, SPOILED)

    def _wrong(self, line: int, what: str, instead: str = "") -> None:
        self.mistakes.append(Mistake(self.file, line, what, instead))


class _TooDeep(Exception):
    def __init__(self, line: int) -> None:
        self.line = line
        super().__init__(line)


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _in_words(problem: str, line: str) -> tuple[str, str]:
    """The parser's complaint about a line and the most likely way out."""
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return "a tab in the indentation", "indent with blanks"
    hints = {
        "unexpected ':'": "put the text with the colon in quotes",
        "mapping values are not allowed": "a text with `: ` in it needs quotes; or the indentation is off",
        "expected ',' or": "a bracket or brace is not closed, or a comma is missing",
        "could not find expected ':'": "a colon is missing after the key, or the indentation is off",
        "expected <block end>": "the lines above and this one do not line up",
        "unexpected end of stream": "a quote is not closed",
        "undefined alias": "write the text out; aliases are not part of the language",
        "cannot start any token": "put the text in quotes",
        "expected alphabetic": "a text that begins with * or & needs quotes",
        "%": "remove the % line",
    }
    hint = next(
        (hint for part, hint in hints.items() if part in problem), "check quotes, colons and indentation"
    )
    return f"not YAML: {problem}", hint
