"""The words that a mapping may use: steps, rules and judges with their options, as plain values.

The mapping layer is given a Vocabulary and never looks at the functions behind it; `migrate.transform.vocabulary`
makes the one of this program, `Vocabulary.of` makes one of any registered functions by reading their signatures.
"""

import inspect
from collections.abc import Callable, Iterable
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Protocol, Union, get_args, get_origin, get_type_hints


class Kind(StrEnum):
    """What an option takes, and in brackets what the function is given."""

    TEXT = "text"
    INT = "int"
    BOOL = "bool"
    LIST = "list"  # texts (tuple)
    COLUMN = "column"  # a column of the row, for judges of the root (Column)
    COLUMN_NAMES = (
        "column_names"  # a column, or several, of the members that other options name: see `Of` (str, tuple)
    )
    CONDITION = "condition"  # on the row, for judges on the root or as `Of` says (Condition)
    MEMBER = "member"  # the root or a member (str)
    MEMBER_COLUMN = "member_column"  # member.COLUMN (MemberColumn)
    NATURAL = "natural"  # a natural key of this mapping (str)
    POINTER = "pointer"  # a pointer among the natural keys of this mapping (str)
    FOREIGN_NATURAL = "foreign_natural"  # entity.natural of an entity loaded before (str)
    STEPS = "steps"  # names of steps (tuple)


@dataclass(frozen=True, slots=True)
class Of:
    """Written into an annotation: whose columns an option speaks of.

    `where: Annotated[Condition, Of("of")]` is a condition on rows of the member that the option `of` names;
    `by: Annotated[tuple[str, ...], Of("of")]` are columns of it; with two options, a pair, one column of each.
    """

    options: tuple[str, ...]

    def __init__(self, *options: str) -> None:
        object.__setattr__(self, "options", options)


@dataclass(frozen=True, slots=True)
class Option:
    """An option of a word: what it takes, whether it has to be written.

    choices: the texts that it allows; empty: any.
    of:      the options that name the members whose columns it speaks of; empty: the row itself, for judges the root.
    many:    of COLUMN_NAMES: a list.
    """

    name: str
    kind: Kind
    required: bool
    default: object = None
    choices: tuple[str, ...] = ()
    of: tuple[str, ...] = ()
    many: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    """A step, rule or judge.

    summary: the first line of its documentation, without the sample that may end it.
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
        summary=(inspect.getdoc(entry.function) or "").partition("\n")[0].partition(": `")[0],
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
        place = f"{function.__module__}.{function.__qualname__}, option {name}"
        required = parameter.default is inspect.Parameter.empty
        yield _option(Option(name, Kind.TEXT, required, None if required else parameter.default), hint, place)


def _option(option: Option, hint: Any, place: str) -> Option:
    """The option with the kind that its annotation says."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _annotated(option, arguments[0], arguments[1], place)
    if origin is Literal:
        return replace(option, choices=tuple(map(str, arguments)))
    if origin in (Union, UnionType):
        if {getattr(argument, "__name__", "") for argument in arguments} >= _CONDITION:
            return replace(option, kind=Kind.CONDITION)
        rest = [argument for argument in arguments if argument is not NoneType]
        if len(rest) == 1:
            return _option(option, rest[0], place)
    if origin is tuple and arguments == (str, ...):
        return replace(option, kind=Kind.LIST)
    if origin is None and (kind := _NAMED.get(getattr(hint, "__name__", ""))):
        return replace(option, kind=kind)
    raise TypeError(f"{place}: a mapping cannot write a {hint}")


def _annotated(option: Option, hint: Any, extra: object, place: str) -> Option:
    plain = _option(option, hint, place)
    if isinstance(extra, Of):
        if plain.kind in (Kind.TEXT, Kind.LIST):
            return replace(plain, kind=Kind.COLUMN_NAMES, of=extra.options, many=plain.kind is Kind.LIST)
        return replace(plain, of=extra.options)
    return replace(plain, kind=Kind(str(extra)))


_CONDITION = {"Test", "All", "Any", "Not"}
_NAMED = {
    "str": Kind.TEXT,
    "int": Kind.INT,
    "bool": Kind.BOOL,
    "Series": Kind.COLUMN,
    "Column": Kind.COLUMN,
    "MemberColumn": Kind.MEMBER_COLUMN,
}
