"""`docs/platform-model.md`: what the platform holds, written from the tables themselves.

`make docs` writes it. Who maps rows needs no more than this: tables, columns, what they take, the codes.
"""

from collections.abc import Iterator
from types import ModuleType

from sqlalchemy import Column, Table

from migrate.model import TargetColumn
from migrate.platform import CODE_LISTS, SUBJECTS, codes, tables
from migrate.platform.layout import layout

_SHOWN = 16  # codes of a list that are named one by one

_WORDS = {
    "string": "text",
    "bool": "true or false",
    "date": "date",
    "timestamp": "instant",
    "int": "whole number",
    "decimal": "amount",
    "fixed_size_binary": "id",
}
"""What an Arrow type is called, by how its name begins."""

_OPENING = """\
# The case-platform model

Written from the tables in `migrate/platform/` by `make docs`. The same meanings are comments in the database; the
statements as an administrator would review them are in `migrate/platform/revisions/versions/`.

- An **aggregate** is a root row and its members, moved whole. A member carries its root's id.
- Every table has a uuid key `<table>_id`; code tables have their code. A mapping writes neither the key nor, in a
  member, its root's id: both are derived, and left out below.
- `<x>_code` is a code with a foreign key to `code_<list>`, whose labels are English and French; `<x>_id` a reference;
  `<x>_on` a date; `<x>_at` an instant in UTC; `is_` and `has_` are true, false, or NULL where nobody ever said.
- A column in **bold** has to be filled.
- Text that is no code keeps the words of the office. Amounts are exact decimals beside their currency.
- Constraints say what is always true, damaged data included. What is doubtful is loaded and has a `quality_mark`.
- An **activity number** is the officers' own reference and may name an assessment, a task, a letter or an online
  event. Columns that point to *some* activity carry this number and have no foreign key.
- References to codes, users, offices and positions have no index, unless people search by them: such rows are never
  taken away, so no delete has to look for references to them.
- Foreign keys of a table to itself and between the rows of one aggregate, and the user stamps, can be deferred to the
  end of a transaction.
"""


def model_document() -> str:
    """The whole document in Markdown; ends with a line feed."""
    subjects = (_subject(module) for module in SUBJECTS if module is not codes)
    return "\n".join([_OPENING, *subjects, _code_lists()]) + "\n"


def _subject(module: ModuleType) -> str:
    opening = (module.__doc__ or "").split("\n\n")[0]
    subject, _, meaning = " ".join(opening.split()).partition(":")
    lines = ["| Table | Travels with | Holds |", "|---|---|---|", *_rows(module)]
    columns = (_columns(tables()[name]) for name in module.__all__)
    return "\n".join([f"## {subject}", "", meaning.strip().capitalize(), "", *lines, "", *columns])


def _rows(module: ModuleType) -> Iterator[str]:
    for name in module.__all__:
        table = tables()[name]
        yield f"| [`{name}`](#{name}) | {_travels(table)} | {table.comment} |"


def _columns(table: Table) -> str:
    """A table's columns; what is bold has to be filled."""
    own = layout()[table.name]
    given = {own.key, own.root_id}
    lines = [
        _column(column, own.columns[column.name]) for column in table.columns if column.name not in given
    ]
    head = ["| Column | Takes | Meaning |", "|---|---|---|"]
    return "\n".join([f"### {table.name}", "", *head, *lines, ""])


def _column(column: Column[object], own: TargetColumn) -> str:
    name = f"`{own.name}`" if own.nullable else f"**`{own.name}`**"
    return f"| {name} | {_takes(own)} | {column.comment} |"


def _takes(column: TargetColumn) -> str:
    if column.code_list:
        return f"code of [{column.code_list}](#code-tables)"
    if column.points_at:
        return f"a row of [`{column.points_at}`](#{column.points_at})"
    if column.width:
        return f"text of {column.width}"
    kind = str(column.type)
    return next((words for start, words in _WORDS.items() if kind.startswith(start)), kind)


def _travels(table: Table) -> str:
    root = table.info["root"]
    if root is None:
        return "any"
    return "itself" if root == table.name else f"`{root}`"


def _code_lists() -> str:
    rows = (f"| `{name}` | {meaning} | {_codes(name)} |" for name, meaning in CODE_LISTS.items())
    opening = "The table of a list is `code_<list>`; the packaged codes are in `migrate/platform/codes/`."
    return "\n".join(["## Code tables", "", opening, "", "| List | Holds | Codes |", "|---|---|---|", *rows])


def _codes(name: str) -> str:
    every = [code.code for code in codes.codes(name)]
    return f"{len(every)} codes" if len(every) > _SHOWN else ", ".join(f"`{code}`" for code in every)
