"""The three kinds of functions that a mapping may name, and how they are registered.

    @step    Series -> Series, or (Series, failed)   converts a value; `failed` marks what it could not convert
    @rule    Series -> bool Series                   True where the value offends
    @judge   Frames -> Offence                       looks at the whole entity; returns the offending rows

All are pure and vectorised: they take and return pandas Series with Arrow dtypes (`pd.ArrowDtype`), same index,
null for null, never a loop over rows. Options are keyword-only parameters. Their annotations say what a mapping may
write: str, int, bool, tuple[str, ...]; `pd.Series` for the name of another column of the same row (the function gets
that column); `Condition` for a condition (judges only).

A step says how it reverses, so that the reversibility of a mapping can be reported before a switch.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any


class Reverse(StrEnum):
    """How a step can be taken back."""

    LOSSLESS = "lossless"  # the source value follows from the result
    LOSSY = "lossy"  # a source value with the same meaning follows
    ONE_WAY = "one-way"  # only the kept original value brings it back


@dataclass(frozen=True, slots=True)
class Step:
    """A registered step. `records`: a changed value leaves a 'converted' quality mark that keeps the original."""

    name: str
    function: Callable[..., Any]
    reverse: Reverse
    records: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A registered rule; `note` is the reason shown to people, in English and French."""

    name: str
    function: Callable[..., Any]
    en: str
    fr: str


@dataclass(frozen=True, slots=True)
class Judge:
    """A registered judge."""

    name: str
    function: Callable[..., Any]


STEPS: dict[str, Step] = {}
RULES: dict[str, Rule] = {}
JUDGES: dict[str, Judge] = {}


def step(
    *, reverse: Reverse, records: bool = False, note: str = ""
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a step under its function's name; `note` says what a lossy or one-way step loses."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        _add(STEPS, Step(function.__name__, function, reverse, records, note))
        return function

    return register


def rule(*, en: str, fr: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a rule under its function's name, with the reason in both languages."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        _add(RULES, Rule(function.__name__, function, en, fr))
        return function

    return register


def judge(function: Callable[..., Any]) -> Callable[..., Any]:
    """Register a judge under its function's name."""
    _add(JUDGES, Judge(function.__name__, function))
    return function


@cache
def options_of(function: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    """The options that a mapping may write for a registered function, by name."""
    return {
        name: p
        for name, p in inspect.signature(function).parameters.items()
        if p.kind is inspect.Parameter.KEYWORD_ONLY
    }


def _add(registry: dict[str, Any], entry: Step | Rule | Judge) -> None:
    if entry.name in registry:
        raise ValueError(f"{type(entry).__name__.lower()} {entry.name} is registered twice")
    registry[entry.name] = entry
