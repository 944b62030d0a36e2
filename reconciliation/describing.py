"""`docs/comparison-forms.md`: every form that a comparison file may name, written from the functions themselves."""

import inspect
from datetime import date

from reconciliation.forms import FORMS, ColumnOf, ColumnsOf, options_of

_OPENING = """\
# Forms

What a [comparison file](comparison.md) may say of a legacy value: `as: [trim, {no_value: {these: [x]}}]`. Written
by `make docs` from the functions in `reconciliation/forms.py`; the examples are run by the tests, as Python. Forms are
applied in the order in which they stand, and nothing is applied that does not stand there.

An option that is marked `*` has to be written. A column is one of the same row.
"""

_TAKES = {
    str: "text",
    str | None: "text",
    tuple[str, ...]: "texts",
    tuple[date, ...]: "dates",
    dict[str, str]: "name -> pattern",
    ColumnOf: "a column",
    ColumnOf | None: "a column",
    ColumnsOf: "columns",
}


def forms_document() -> str:
    """The whole document in Markdown; ends with a line feed."""
    return "\n".join([_OPENING, *map(_entry, FORMS)]).rstrip() + "\n"


def _entry(name: str) -> str:
    prose, _, examples = (inspect.getdoc(FORMS[name]) or "").partition("\n>>> ")
    parts = [f"## {name}", prose.strip()]
    if options := options_of(name):
        rows = [
            f"| `{key}{'*' if each.default is each.empty else ''}` | {_TAKES[each.annotation]} |"
            for key, each in options.items()
        ]
        parts.append("\n".join(["| Option | Takes |", "|---|---|", *rows]))
    parts.append(f"```pycon\n>>> {examples.strip()}\n```")
    return "\n\n".join(parts) + "\n"
