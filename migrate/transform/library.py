"""All families of steps and rules: importing this fills the registries; `listing` shows what they hold.

To add a step or rule: one decorated function in the family it belongs to, with a docstring that begins with what a
mapping writes and ends with an example. To add a family: one module, one import here.
"""

import inspect
from collections.abc import Iterator
from dataclasses import dataclass

from migrate.transform import (
    births,
    codes,
    contacts,
    dates,
    identifiers,
    mojibake,
    money,
    mrz,
    names,
    papers,
    text,
)
from migrate.transform.registry import RULES, STEPS, Rule, Step, options_of

FAMILIES = (text, mojibake, names, dates, births, codes, money, identifiers, mrz, contacts, papers)
"""The modules whose functions a mapping may name; each has filled the registries by being imported."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A step or rule as `migrate transforms` shows it.

    kind:     'step' or 'rule'.
    family:   the module it lives in: text, dates, ...
    options:  what a mapping may write, for example {'width': 'int', 'zone': 'text'}; optional ones end in '?'.
    summary:  what it does, from the first line of its documentation.
    reverse:  of a step: lossless, lossy or one-way, and what is lost; empty for a rule.
    records:  of a step: whether changed values leave a mark with the original.
    reason:   of a rule: what people are told, in English and French; empty for a step.
    """

    name: str
    kind: str
    family: str
    options: dict[str, str]
    summary: str
    reverse: str = ""
    records: bool = False
    reason: tuple[str, str] = ("", "")


def listing() -> list[Entry]:
    """Every step and rule, by family and name."""
    found = [*map(_step, STEPS.values()), *map(_rule, RULES.values())]
    return sorted(found, key=lambda entry: (entry.family, entry.kind == "rule", entry.name))


def _step(step: Step) -> Entry:
    reverse = f"{step.reverse}: loses {step.note}" if step.note else str(step.reverse)
    return Entry(step.name, "step", *_told(step), reverse=reverse, records=step.records)


def _rule(rule: Rule) -> Entry:
    return Entry(rule.name, "rule", *_told(rule), reason=(rule.en, rule.fr))


def _told(entry: Step | Rule) -> tuple[str, dict[str, str], str]:
    """Family, options and summary of a registered function."""
    family = entry.function.__module__.rpartition(".")[2]
    return (
        family,
        dict(_options(entry)),
        (inspect.getdoc(entry.function) or "").partition("\n")[0].partition(": `")[0],
    )


def _options(entry: Step | Rule) -> Iterator[tuple[str, str]]:
    for name, parameter in options_of(entry.function).items():
        if name != "as_of":  # given by the engine, never written
            wanted = inspect.formatannotation(parameter.annotation)
            shown = next((word for mark, word in _SHOWN.items() if mark in wanted), wanted)
            yield name, shown if parameter.default is inspect.Parameter.empty else f"{shown}?"


_SHOWN = {"Series": "column", "tuple": "list", "Literal": "text", "str": "text"}
