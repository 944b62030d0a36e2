"""`docs/platform-model.md`: what the platform holds, written from the tables themselves.

python -m migrate.platform.describing > docs/platform-model.md
"""

from collections.abc import Iterator
from types import ModuleType

from sqlalchemy import Table

from migrate.platform import CODE_LISTS, SUBJECTS, codes, tables

_OPENING = """\
# The case-platform model

Written from the tables by `python -m migrate.platform.describing`. The meaning of every column is a comment in the
database and in `migrate/platform/`; the statements as an administrator would review them are in
`migrate/platform/revisions/versions/0001_case_platform.sql`.

- An **aggregate** is a root row and its members, moved whole. A member carries its root's id.
- Every table has a uuid key `<table>_id`; code tables have their code.
- `<x>_code` is a code with a foreign key to `code_<list>`, whose labels are English and French; `<x>_id` a reference;
  `<x>_on` a date; `<x>_at` an instant in UTC; `is_` and `has_` are true, false, or NULL where nobody ever said.
- Text that is no code keeps the words of the office. Amounts are exact decimals beside their currency.
- Constraints say what is always true, damaged data included. What is doubtful is loaded and has a `quality_mark`.
- An **activity number** is the officers' own reference and may name an assessment, a task, a letter or an online
  event. Columns that point to *some* activity carry this number and have no foreign key.
- References to codes, users, offices and positions have no index, unless people search by them: such rows are never
  taken away, so no delete has to look for references to them.
- Foreign keys of a table to itself, and the user stamps, can be deferred to the end of a transaction.
"""


def model_document() -> str:
    """The whole document in Markdown; ends with a line feed."""
    subjects = (_subject(module) for module in SUBJECTS if module is not codes)
    return "\n".join([_OPENING, *subjects, _code_lists()]) + "\n"


def _subject(module: ModuleType) -> str:
    opening = (module.__doc__ or "").split("\n\n")[0]
    subject, _, meaning = " ".join(opening.split()).partition(":")
    lines = ["| Table | Travels with | Holds |", "|---|---|---|", *_rows(module)]
    return "\n".join([f"## {subject}", "", meaning.strip().capitalize(), "", *lines, ""])


def _rows(module: ModuleType) -> Iterator[str]:
    for name in module.__all__:
        table = tables()[name]
        yield f"| `{name}` | {_travels(table)} | {table.comment} |"


def _travels(table: Table) -> str:
    root = table.info["root"]
    if root is None:
        return "any"
    return "itself" if root == table.name else f"`{root}`"


def _code_lists() -> str:
    rows = (
        f"| `code_{name}` | {len(codes.codes(name))} | {meaning} |" for name, meaning in CODE_LISTS.items()
    )
    return "\n".join(["## Code tables", "", "| Table | Codes | Holds |", "|---|---|---|", *rows])


if __name__ == "__main__":
    print(model_document(), end="")  # noqa: T201
