"""`docs/transforms.md`: every word that a mapping may use, written from the registered functions themselves.

In: the registries. Out: one Markdown document. A function's documentation is taken as it is: sentences first, then the
examples that the tests run.
"""

import inspect
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from migrate.mapping.vocabulary import Option, Word
from migrate.transform.library import FAMILIES
from migrate.transform.registry import JUDGES, RULES, STEPS, Reverse
from migrate.transform.vocabulary import vocabulary

_OPENING = """\
# Steps, rules, judges

The words that a mapping may use. Written by `make docs` from the functions in `migrate/transform/`; the examples are
run by the tests, as Python: `column(…)` is a column of values, `cells(…)` shows one. `migrate transforms [NAME]` prints
the list.

- A **step** converts a column: `do: [trim, {phone_e164: {country: CA}}]`. What it cannot convert is refused, and the
  field's `else` decides. How it reverses: *lossless* (the source value follows from the result), *lossy* (a source
  value of the same meaning follows), *one-way* (only a kept original brings it back). One that *records* leaves a
  quality mark with the original wherever it changes a value.
- A **rule** judges a value after the steps, under `reject` or `flag` of a field. Its reason is what people read.
- A **judge** looks at the entity as a whole: under `rules` of a mapping.

An option that is marked `*` has to be written. `column` is the name of another column of the same row.
"""

_REVERSES = {
    Reverse.LOSSLESS: "lossless",
    Reverse.LOSSY: "lossy",
    Reverse.ONE_WAY: "one-way",
}


def transforms_document() -> str:
    """The whole document in Markdown; ends with a line feed."""
    parts = [_OPENING, *_index()]
    for family in FAMILIES:
        named = family.__name__.rpartition(".")[2]
        steps = [name for name, step in STEPS.items() if _family(step.function) == named]
        rules = [name for name, rule in RULES.items() if _family(rule.function) == named]
        if steps or rules:
            parts += [f"## Family {named}\n", _first_sentence(family.__doc__), ""]
            parts += [_step(name) for name in steps] + [_rule(name) for name in rules]
    parts += [
        "## Family judges\n",
        "Rules on the entity as a whole, across its rows.\n",
        *map(_judge, JUDGES),
    ]
    return "\n".join(parts).rstrip() + "\n"


def _index() -> Iterator[str]:
    """All names on one screen, by family."""
    words = vocabulary()
    yield "| Family | Steps | Rules |\n|---|---|---|"
    for family in FAMILIES:
        named = family.__name__.rpartition(".")[2]
        steps = _links(name for name in words.steps if _family(STEPS[name].function) == named)
        rules = _links(name for name in words.rules if _family(RULES[name].function) == named)
        if steps or rules:
            yield f"| [{named}](#family-{named}) | {steps} | {rules} |"
    yield f"| [judges](#family-judges) | {_links(words.judges)} | |\n"


def _links(names: Iterable[str]) -> str:
    return ", ".join(f"[`{name}`](#{name})" for name in names)


def _step(name: str) -> str:
    step, word = STEPS[name], vocabulary().steps[name]
    loses = f", loses {step.note}" if step.note else ""
    records = "; records" if step.records else ""
    return _entry(word, f"Step, {_REVERSES[step.reverse]}{loses}{records}.", step.function)


def _rule(name: str) -> str:
    rule, word = RULES[name], vocabulary().rules[name]
    return _entry(word, f"Rule.\n\n- en: {rule.en}\n- fr: {rule.fr}", rule.function)


def _judge(name: str) -> str:
    return _entry(vocabulary().judges[name], "Judge.", JUDGES[name].function)


def _entry(word: Word, kind: str, function: Callable[..., Any]) -> str:
    prose, _, examples = (inspect.getdoc(function) or "").partition("\n>>> ")
    parts = [f"### {word.name}", kind, prose.strip()]
    if word.options:
        rows = "\n".join(map(_option, word.options.values()))
        parts.append(f"| Option | Takes | Default |\n|---|---|---|\n{rows}")
    if examples:
        parts.append(f"```pycon\n>>> {examples.strip()}\n```")
    return "\n\n".join(parts) + "\n"


def _option(option: Option) -> str:
    takes = " or ".join(f"`{choice}`" for choice in option.choices) or str(option.kind)
    default = "" if option.required or option.default in (None, "", ()) else f"`{_written(option.default)}`"
    must = "*" if option.required else ""
    return f"| `{option.name}{must}` | {takes} | {default} |"


def _written(value: object) -> str:
    """A default as a mapping would write it."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"[{', '.join(map(str, value))}]" if isinstance(value, tuple) else str(value)


def _family(function: Callable[..., Any]) -> str:
    return function.__module__.rpartition(".")[2]


def _first_sentence(text: str | None) -> str:
    return " ".join((text or "").split("\n\n")[0].split())
