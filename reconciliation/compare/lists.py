"""The code lists beside the comparison files: which platform code a legacy value stands for.

The lists are agreed upon and approved by name, so both the mover and the judge take them as they stand; each reads them
for itself.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

from migrate.errors import InvalidInput
from migrate.reading.document import decode
from migrate.reading.grammar import Place, name, suggest

Codes = Mapping[tuple[str, str], str]
"""(parent, value) -> code."""


@dataclass
class Lists:
    """The lists of a folder, each read once, and those that a file uses."""

    folder: Path
    known: dict[str, Codes] = field(default_factory=dict)

    def parse(self, at: Place) -> str:
        """The name of a list that exists."""
        wanted = name(at)
        if wanted not in self.known:
            path = self.folder / f"{wanted}.csv"
            if not path.is_file():
                lists = sorted(each.stem for each in self.folder.glob("*.csv"))
                raise at.wrong(f"there is no code list {wanted}", suggest(wanted, lists, "lists"))
            self.known[wanted] = read_codes(path)
        return wanted


def read_codes(path: Path) -> dict[tuple[str, str], str]:
    """The approved lines of a list."""
    content, mistakes = decode(path.read_bytes(), f"codes/{path.name}")
    if content is None:
        raise InvalidInput(mistakes)
    lines = csv.DictReader(StringIO(content, newline=""))
    return {(line["parent"], line["value"]): line["code"] for line in lines if line["status"] == "approved"}
