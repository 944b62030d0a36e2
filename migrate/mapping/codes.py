"""Code lists: `codes/<list>.csv` -> the codes in force, with every mistake of the file by its line.

A row says which platform code a legacy value has: parent, value, language, code, equivalence, status, author,
reviewer, date, note. Only rows with the status `approved` are in force; the others are read and checked all the same,
so that an approval later is one word.
"""

import csv
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from migrate.errors import Mistake
from migrate.mapping.nouns import CodeList
from migrate.reading.document import decode, shown
from migrate.reading.grammar import suggest

HEADER: Final = (
    "parent",
    "value",
    "language",
    "code",
    "equivalence",
    "status",
    "author",
    "reviewer",
    "date",
    "note",
)
LANGUAGES: Final = ("", "ENU", "FRA")
STATUSES: Final = ("approved", "proposed", "draft", "rejected", "retired")
APPROVED: Final = "approved"


@dataclass(frozen=True, slots=True)
class CodeFile:
    """A code list as read: what is in force, the lines of the codes, the bytes for the digest, the mistakes."""

    codes: CodeList
    lines: dict[str, int]  # platform code in force -> first line that gives it
    data: bytes
    mistakes: tuple[Mistake, ...]

    @classmethod
    def empty(cls, name: str) -> "CodeFile":
        """In place of a list that does not exist."""
        return cls(CodeList(name, {}), {}, b"", ())

    def unknown_to(self, platform: Collection[str], file: str) -> Iterator[Mistake]:
        """A mistake for every code in force that the platform's list does not have."""
        for code, line in self.lines.items():
            if code not in platform:
                yield Mistake(
                    file,
                    line,
                    f"code {shown(code)} is not in the platform's list",
                    suggest(code, platform, "codes"),
                )


def read_codes(path: Path, name: str, file: str) -> CodeFile:
    """The code list in a CSV file; `file` is its name in messages."""
    try:
        data = path.read_bytes()
    except OSError as error:
        mistake = Mistake(
            file, 0, f"the file cannot be read ({error.strerror})", "write it, or name another list"
        )
        return CodeFile(CodeList(name, {}), {}, b"", (mistake,))
    text, mistakes = decode(data, file)
    reader = _Rows(file, mistakes)
    codes = reader.read(text) if text is not None else {}
    return CodeFile(CodeList(name, codes), reader.lines, data, tuple(mistakes))


class _Rows:
    """Reads the rows of one CSV file and notes what is wrong with them."""

    def __init__(self, file: str, mistakes: list[Mistake]) -> None:
        self.file, self.mistakes = file, mistakes
        self.lines: dict[str, int] = {}
        self.seen: dict[tuple[str, str], tuple[int, str]] = {}

    def read(self, text: str) -> dict[tuple[str, str], str]:
        codes: dict[tuple[str, str], str] = {}
        rows = csv.reader(text.splitlines(keepends=True), strict=True)
        line = 1
        try:
            if not self._header(next(rows, [])):
                return {}
            line = rows.line_num + 1
            for row in rows:
                if any(row) and (entry := self._row(line, row)):
                    codes[entry[0]] = entry[1]
                line = rows.line_num + 1
        except csv.Error as error:
            self._wrong(line, f"not CSV: {error}", "a value with a comma or a quote stands in double quotes")
        return codes

    def _header(self, row: list[str]) -> bool:
        if tuple(row) != HEADER:
            self._wrong(
                1,
                f"the header is not that of a code list: {shown(','.join(row))}",
                f"write {','.join(HEADER)}",
            )
        return tuple(row) == HEADER

    def _row(self, line: int, row: list[str]) -> tuple[tuple[str, str], str] | None:
        """(parent, value) and code of a row in force; None for others and for rows with a mistake."""
        if len(row) != len(HEADER):
            self._wrong(
                line,
                f"{len(row)} columns instead of {len(HEADER)}",
                "count the commas; quote values that hold one",
            )
            return None
        cells = dict(zip(HEADER, row, strict=True))
        before = len(self.mistakes)
        self._cells(line, cells)
        if cells["status"] != APPROVED or len(self.mistakes) > before:
            return None
        key, code = (cells["parent"], cells["value"]), cells["code"]
        first, other = self.seen.setdefault(key, (line, code))
        if other != code:
            self._wrong(
                line,
                f"value {shown(key[1])} has the code {shown(code)} here and {shown(other)} in line {first}",
                "approve one of them",
            )
            return None
        self.lines.setdefault(code, line)
        return key, code

    def _cells(self, line: int, cells: dict[str, str]) -> None:
        if not cells["value"].strip():
            self._wrong(line, "column value is empty", "a blank is never a code: it stays blank")
        if cells["language"] not in LANGUAGES:
            self._wrong(line, f"column language holds {shown(cells['language'])}", "ENU, FRA or nothing")
        if cells["status"] not in STATUSES:
            self._wrong(
                line,
                f"column status holds {shown(cells['status'])}",
                suggest(cells["status"], STATUSES, "statuses"),
            )
        if cells["code"] != cells["code"].strip() or (not cells["code"] and cells["status"] == APPROVED):
            self._wrong(line, "column code is empty or has blanks around it", "write the platform's code")
        if cells["date"] and not _is_date(cells["date"]):
            self._wrong(line, f"column date holds {shown(cells['date'])}", "write YYYY-MM-DD")

    def _wrong(self, line: int, what: str, instead: str) -> None:
        self.mistakes.append(Mistake(self.file, line, what, instead))


def _is_date(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False
