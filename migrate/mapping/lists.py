"""The code lists that the mappings of a folder ask for: read once, and checked against the way they are used."""

import os
from collections.abc import Collection
from collections.abc import Mapping as Dict
from pathlib import Path

from migrate.conditions import Meaning
from migrate.errors import Mistake
from migrate.mapping.codes import HEADER, CodeFile, read_codes
from migrate.mapping.nouns import Mapping
from migrate.mapping.scope import Scope
from migrate.model import Layout
from migrate.reading.document import shown
from migrate.reading.grammar import Place, suggest

_SHOWN = 8  # codes of a list that a message names


class CodeLists:
    """The code lists of a folder, each read once."""

    def __init__(self, folder: Path, layout: Layout, known: Dict[str, Collection[str]]) -> None:
        self.folder, self.layout, self.known = folder, layout, known
        self.read: dict[str, CodeFile] = {}
        self.mistakes: list[Mistake] = []

    def of(self, scope: Scope) -> list[CodeFile]:
        """The lists that a mapping uses, by name."""
        return [self.read[name] for name in sorted(scope.code_lists)]

    def check(self, mapping: Mapping, scope: Scope) -> None:
        """Read the lists that a mapping asks for; note what is wrong with them and with the way they are used."""
        for list_name, places in scope.code_lists.items():
            path = self.folder / "codes" / f"{list_name}.csv"
            if not path.is_file():
                for at, _ in places:
                    what = f"no code list {list_name}: {display(path, self.folder)} does not exist"
                    at.note(what, self._way_to(list_name))
                self.read.setdefault(list_name, CodeFile.empty(list_name))
                continue
            codes = self._list(list_name, path)
            _check_parents(codes, places)
        for at, meaning in scope.meanings:
            _check_meaning(at, meaning, self.read[meaning.list])
        self._check_codes(mapping)

    def _way_to(self, list_name: str) -> str:
        """What to do about a list that does not exist: write it, where the platform has such codes."""
        if (codes := self.known.get(list_name)) and list_name not in self._names():
            some = ", ".join([*list(codes)[:_SHOWN], *(["…"] if len(codes) > _SHOWN else [])])
            return f"write it, with the header {','.join(HEADER)}; the platform's codes are {some}"
        return suggest(list_name, self._names(), "lists")

    def _names(self) -> list[str]:
        return sorted(path.stem for path in (self.folder / "codes").glob("*.csv"))

    def _list(self, list_name: str, path: Path) -> CodeFile:
        if list_name not in self.read:
            self.read[list_name] = read_codes(path, list_name, display(path, self.folder))
            self.mistakes += self.read[list_name].mistakes
        return self.read[list_name]

    def _check_codes(self, mapping: Mapping) -> None:
        """Every code in force is one that the column's list on the platform has."""
        for table in mapping.tables or ():
            target = self.layout.get(table.into)
            for each in table.fields or () if target else ():
                column = target.columns.get(each.column) if target else None
                file = self.read.get(each.code.list) if each.code else None
                if file and column and column.code_list and column.code_list in self.known:
                    name = display(self.folder / "codes" / f"{file.codes.name}.csv", self.folder)
                    self.mistakes += file.unknown_to(self.known[column.code_list], name)


def _check_parents(codes: CodeFile, places: list[tuple[Place, bool | None]]) -> None:
    parents = {bool(parent) for parent, _ in codes.codes.codes}
    for at, under_parent in places:
        if not parents and not codes.mistakes:
            at.note(
                f"code list {codes.codes.name} has no approved row", "approve its rows, or leave `code` out"
            )
        elif parents == {True} and under_parent is False:
            at.note(
                f"every value of code list {codes.codes.name} is under a parent",
                f"code: {{list: {codes.codes.name}, parent: COLUMN}}",
            )
        elif parents == {False} and under_parent:
            at.note(
                f"no value of code list {codes.codes.name} is under a parent", f"code: {codes.codes.name}"
            )


def _check_meaning(at: Place, meaning: Meaning, file: CodeFile) -> None:
    known = set(file.codes.codes.values())
    for code in meaning.codes if known else ():
        if code not in known:
            at.note(
                f"no value of code list {meaning.list} has the code {shown(code)[1:-1]}",
                suggest(code, sorted(known), "codes"),
            )


def display(path: Path, folder: Path) -> str:
    """A file's name in messages: relative to the working folder, or to the parent of the mappings' folder."""
    whole = Path(os.path.realpath(path))  # Path.resolve() raises where links form a circle
    for base in (Path.cwd(), Path(os.path.realpath(folder)).parent):
        if whole.is_relative_to(base):
            return whole.relative_to(base).as_posix()
    return path.as_posix()
