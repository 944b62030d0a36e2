"""The words that a mapping may use: steps, rules and judges with their options, as plain values.

The mapping layer is given a Vocabulary and never looks at the functions behind it; `migrate.transform.vocabulary`
makes the one of this program, `Vocabulary.of` makes one of any registered functions by reading their signatures.
"""

import inspect
from collections.abc import Callable, Iterable
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field
from enum import StrEnum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Protocol, Union, get_args, get_origin, get_type_hints


class Kind(StrEnum):
    """What an option takes."""

    TEXT = "text"
    INT = "int"
    BOOL = "bool"
    LIST = "list"  # of texts
    COLUMN = "column"  # of the same row
    CONDITION = "condition"  # on rows of the judge's `member`, or of the root
    MEMBER = "member"  # a member of the mapping
    MEMBER_COLUMN = "member_column"  # member.COLUMN
    NATURAL = "natural"  # a natural key, of this mapping or entity.natural
    ENTITY = "entity"  # this entity or one that is loaded before


@dataclass(frozen=True, slots=True)
class Option:
    """An option of a word: what it takes, whether it has to be written, the values it allows (empty: any)."""

    name: str
    kind: Kind
    required: bool
    default: object = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Word:
    """A step, rule or judge.

    summary: the first line of its documentation.
    reverse: of a step: 'lossless', 'lossy' or 'one-way'; `note` says what is lost. Of a rule, `note` is its reason.
    records: of a step: a changed value keeps its original in a quality mark.
    """

    name: str
    options: Dict[str, Option] = field(default_factory=dict)
    summary: str = ""
    reverse: str = ""
    records: bool = False
    note: str = ""


class Registered(Protocol):
    """What `Vocabulary.of` needs to know of a registered function; reverse, records, note and en are read if there."""

    @property
    def name(self) -> str:
        """The name that a mapping writes."""
        ...

    @property
    def function(self) -> Callable[..., Any]:
        """The function, whose keyword-only parameters are the options."""
        ...


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All words by name."""

    steps: Dict[str, Word] = field(default_factory=dict)
    rules: Dict[str, Word] = field(default_factory=dict)
    judges: Dict[str, Word] = field(default_factory=dict)

    @classmethod
    def of(
        cls, steps: Iterable[Registered], rules: Iterable[Registered], judges: Iterable[Registered]
    ) -> "Vocabulary":
        """The vocabulary of registered functions; TypeError for an option whose annotation says nothing known."""
        return cls(*({entry.name: _word(entry) for entry in entries} for entries in (steps, rules, judges)))


def _word(entry: Registered) -> Word:
    return Word(
        entry.name,
        {option.name: option for option in _options(entry.function)},
        summary=(inspect.getdoc(entry.function) or "").split("\n", 1)[0],
        reverse=str(getattr(entry, "reverse", "")),
        records=bool(getattr(entry, "records", False)),
        note=str(getattr(entry, "note", "") or getattr(entry, "en", "")),
    )


def _options(function: Callable[..., Any]) -> Iterable[Option]:
    """The keyword-only parameters that a mapping writes; an instant (the run's as-of) is given by the program."""
    hints = get_type_hints(function, include_extras=True)
    for name, parameter in inspect.signature(function).parameters.items():
        hint = hints.get(name)
        if (
            parameter.kind is not inspect.Parameter.KEYWORD_ONLY
            or getattr(hint, "__name__", "") == "datetime"
        ):
            continue
        required = parameter.default is inspect.Parameter.empty
        kind, choices = _kind(hint, f"{function.__module__}.{function.__qualname__}, option {name}")
        yield Option(name, kind, required, None if required else parameter.default, choices)


def _kind(hint: Any, place: str) -> tuple[Kind, tuple[str, ...]]:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return Kind(next(extra for extra in arguments[1:] if extra in Kind)), ()
    if origin is Literal:
        return Kind.TEXT, tuple(map(str, arguments))
    if origin in (Union, UnionType):
        if {getattr(a, "__name__", "") for a in arguments} >= {"Test", "All", "Any", "Not"}:
            return Kind.CONDITION, ()
        rest = [a for a in arguments if a is not NoneType]
        if len(rest) == 1:
            return _kind(rest[0], place)
    if origin is tuple and arguments[:1] == (str,):
        return Kind.LIST, ()
    named = {
        "str": Kind.TEXT,
        "int": Kind.INT,
        "bool": Kind.BOOL,
        "Series": Kind.COLUMN,
        "Column": Kind.COLUMN,
        "MemberColumn": Kind.MEMBER_COLUMN,
    }
    if (kind := named.get(getattr(hint, "__name__", ""))) and origin is None:
        return kind, ()
    raise TypeError(f"{place}: a mapping cannot write a {hint}")
