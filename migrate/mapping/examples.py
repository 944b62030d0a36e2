"""`load_examples`: the examples beside a mapping, read with line numbers and every mistake at once.

An example says which legacy rows are given and which platform rows, quarantine lines and so on come of them. Running
them is the transform's business.
"""

from collections.abc import Callable, Collection
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final

from migrate.errors import InvalidInput, Mistake
from migrate.mapping.lists import display
from migrate.mapping.nouns import Mapping
from migrate.mapping.reads import CONFLICT
from migrate.model import Layout
from migrate.reading.document import read, shown
from migrate.reading.grammar import Notes, Parser, Place, iso_date, many, mapping_of, suggest, text

AS_OF: Final = date(2026, 1, 1)
OUTCOMES: Final[Dict[str, tuple[str, ...]]] = {
    "quarantine": (
        "key", "scope", "state", "member", "table", "row_id", "column", "rule", "value", "needs_entity", "needs_key",
    ),
    "excluded": ("key", "table", "row_id", "rule"),
    "stubs": ("entity", "key"),
    "merges": ("loser", "survivor"),
}  # fmt: skip
"""What may be expected beside rows of platform tables, and the columns of each."""

Columns = Callable[[str], Collection[str] | None]
Cell = str | int | bool | Decimal | None


@dataclass(frozen=True, slots=True)
class Row:
    """One row as written: only the columns that matter."""

    cells: Dict[str, Cell]
    line: int


@dataclass(frozen=True, slots=True)
class Example:
    """One example of a mapping.

    given:     rows by member.
    expect:    rows by platform table or `quarantine`, `excluded`, `stubs`, `merges`; a table that is named has exactly
               these rows, of which exactly the written columns are compared.
    known:     entity -> its existing keys; every key exists of entities that are not named.
    contested: natural key -> values that more than one root claims, beside those that several given roots claim.
    natural:   natural key of another entity, as `entity.name` -> its value by the other's key.
    """

    name: str
    given: Dict[str, tuple[Row, ...]]
    expect: Dict[str, tuple[Row, ...]]
    known: Dict[str, tuple[str, ...]] = field(default_factory=dict)
    contested: Dict[str, tuple[str, ...]] = field(default_factory=dict)
    natural: Dict[str, Dict[str, str]] = field(default_factory=dict)
    as_of: date = AS_OF
    file: str = ""
    line: int = 0


def load_examples(path: Path, mapping: Mapping | None = None, layout: Layout | None = None) -> list[Example]:
    """The examples in a file. With the mapping and the platform's layout, their names are checked as well.

    Raises InvalidInput with every mistake of the file.
    """
    file = display(path, path.parent)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InvalidInput(
            [Mistake(file, 0, f"the file cannot be read ({error.strerror})", "check its rights")]
        ) from None
    node, mistakes = read(data, file)
    notes = Notes(file, mistakes)
    examples = _examples(Place(node, notes), _Names(mapping, layout)) if node else []
    if notes.mistakes:
        raise InvalidInput(set(notes.mistakes))
    return examples


@dataclass(frozen=True, slots=True)
class _Names:
    """The names that an example may use; None where they are not known."""

    mapping: Mapping | None
    layout: Layout | None

    @property
    def members(self) -> Collection[str] | None:
        return self.mapping.by_name if self.mapping else None

    @property
    def expected(self) -> Collection[str] | None:
        return [*self.layout, *OUTCOMES] if self.layout else None

    @property
    def entities(self) -> Collection[str] | None:
        return [*self.mapping.after, self.mapping.entity] if self.mapping else None

    @property
    def naturals(self) -> Collection[str] | None:
        return [natural.name for natural in self.mapping.naturals] if self.mapping else None

    @property
    def foreign(self) -> Collection[str] | None:
        """Natural keys of other entities that the mapping's rules compare with."""
        if self.mapping is None:
            return None
        options = (rule.call.options for rule in self.mapping.rules)
        return [str(each["natural"]) for each in options if "through" in each]

    def read_from(self, member: str) -> Collection[str] | None:
        return {*self.mapping.reads.get(member, ()), CONFLICT} if self.mapping else None

    def columns_of(self, expected: str) -> Collection[str] | None:
        if expected in OUTCOMES:
            return OUTCOMES[expected]
        return self.layout[expected].columns if self.layout and expected in self.layout else None


def _examples(at: Place, names: _Names) -> list[Example]:
    if not isinstance(at.node.value, list):
        at.note("the file is no list of examples", "begin each with `- example: <what it shows>`")
        return []
    defaults = _defaults(at, names)
    items = (item for item in at.items() if not _is_defaults(item))
    examples = [item.attempt(lambda place: _example(place, names, defaults)) for item in items]
    found: dict[str, int] = {}
    for example in (example for example in examples if example and example.name):
        if first := found.get(example.name):
            at.notes.add(
                example.line, f"example {shown(example.name)}: line {first} has the same name", "rename one"
            )
        found.setdefault(example.name, example.line)
    return [example for example in examples if example]


def _is_defaults(at: Place) -> bool:
    return isinstance(at.node.value, dict) and "defaults" in at.node.value


def _defaults(at: Place, names: _Names) -> dict[str, Dict[str, Cell]]:
    """`- defaults: {member: {COLUMN: value}}`: cells of every given row of a member that does not write the column."""
    found: dict[str, Dict[str, Cell]] = {}
    for item in (item for item in at.items() if _is_defaults(item)):
        with item.about("defaults").keys() as take:
            for entry in take("defaults", lambda place: place.entries(), []):
                if _known(entry, entry.name, names.members, "member", "members"):
                    row = entry.attempt(_row(entry.name, names.read_from(entry.name)))
                    found[entry.name] = {**found.get(entry.name, {}), **(row.cells if row else {})}
    return found


def _example(at: Place, names: _Names, defaults: Dict[str, Dict[str, Cell]]) -> Example:
    title = mapping_of(at).get("example")
    if title and isinstance(title.value, str):
        at = at.about(f"example {shown(title.value)}")
    with at.keys() as take:
        return Example(
            name=take("example", text),
            given=_filled(
                take("given", lambda p: _tables(p, names.members, "member", names.read_from)), defaults
            ),
            expect=take("expect", lambda p: _tables(p, names.expected, "table", names.columns_of)),
            known=take("known", lambda p: _lists(p, names.entities, "entity", "entities"), {}),
            contested=take(
                "contested", lambda p: _lists(p, names.naturals, "natural key", "natural keys"), {}
            ),
            natural=take("natural", lambda p: _values(p, names.foreign), {}),
            as_of=take("as_of", iso_date, AS_OF),
            file=at.notes.file,
            line=at.line,
        )


def _filled(
    given: Dict[str, tuple[Row, ...]] | None, defaults: Dict[str, Dict[str, Cell]]
) -> dict[str, tuple[Row, ...]]:
    return {
        member: tuple(Row({**defaults.get(member, {}), **row.cells}, row.line) for row in rows)
        for member, rows in (given or {}).items()
    }


def _tables(
    at: Place, tables: Collection[str] | None, kind: str, columns: Columns
) -> dict[str, tuple[Row, ...]]:
    found: dict[str, tuple[Row, ...]] = {}
    for entry in at.entries():
        if not _known(entry, entry.name, tables, kind, f"{kind}s"):
            continue
        if not isinstance(entry.node.value, list):
            entry.keep(entry.expected("a list of rows", "write [] for none"))
            continue
        row = _row(entry.name, columns(entry.name))
        found[entry.name] = tuple(r for item in entry.items() if (r := item.attempt(row)))
    return found


def _row(table: str, columns: Collection[str] | None) -> Parser[Row]:
    def parse(at: Place) -> Row:
        cells: dict[str, Cell] = {}
        for entry in at.child("row", at.node).entries():
            value = entry.node.value
            if value is not None and not isinstance(value, str | int | bool | Decimal):
                entry.keep(entry.expected("a single value"))
            elif _known(entry, entry.name, columns, f"column of {table}", "columns"):
                cells[entry.name] = value
        return Row(cells, at.line)

    return parse


def _lists(at: Place, names: Collection[str] | None, kind: str, plural: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for entry in at.entries():
        if _known(entry, entry.name, names, kind, plural):
            values = () if entry.node.value == [] else entry.attempt(many(text))
            found[entry.name] = values or ()
    return found


def _values(at: Place, names: Collection[str] | None) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for entry in at.entries():
        if _known(entry, entry.name, names, "natural key that a rule compares with", "natural keys"):
            values = ((row.name, row.attempt(text)) for row in entry.entries())
            found[entry.name] = {key: value for key, value in values if value}
    return found


def _known(at: Place, name: str, names: Collection[str] | None, kind: str, plural: str) -> bool:
    if names is None or name in names:
        return True
    at.note(f"no {kind} named {shown(name)[1:-1]}", suggest(name, names, plural))
    return False
