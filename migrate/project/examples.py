"""The examples beside the mappings, run: legacy rows in, what becomes of them compared with what was expected.

In: a mapping and its examples. Out: mistakes with the line of the example; none when all hold. Pure but for reading the
files: the rows go through `apply`, no database is asked.

Cells get the types that a source would give them: a column is a time when steps take it for one and all its cells look
like one; a number when its cells are numbers; text otherwise.
"""

import re
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Dict
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from migrate.canonical import derive_id
from migrate.errors import Mistake
from migrate.mapping import Example, load_examples
from migrate.mapping.examples import Cell, Row
from migrate.mapping.load import EXAMPLES
from migrate.mapping.nouns import Field, Mapping, NaturalKind, TableMap
from migrate.mapping.reads import CONFLICT
from migrate.mapping.reads import keys as keys_of
from migrate.mapping.scope import ROOT
from migrate.model import Batch, KeyRange, Layout, Lookup, Outcome, Slice, SliceKind
from migrate.transform.apply import apply
from migrate.transform.beforehand import agreements, naturals, references
from migrate.transform.registry import STEPS

if TYPE_CHECKING:
    from migrate.project.project import Project

_TIME = re.compile(r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d(\.\d{1,6})?)?)?")
_STAMP, _NUMBER = pa.timestamp("us"), pa.decimal128(22, 7)
_OF_TIME = ("migrate.transform.dates", "migrate.transform.births")  # families whose steps take times

Surveyed = Dict[tuple[str, str], pa.Array]
"""(entity, natural key) -> contested values, or keys in circles."""

Types = Dict[tuple[str, str], pa.DataType]
"""(member, column) -> type."""


def run_examples(project: "Project") -> tuple[int, tuple[Mistake, ...]]:
    """Run the examples of all mappings of a project: how many there are, and what is wrong.

    Raises InvalidInput for a file that cannot be understood.
    """
    layout, count, mistakes = project.layout(), 0, []
    for mapping in project.mappings().values():
        examples = examples_of(project.mappings_folder, mapping, layout)
        count += len(examples)
        mistakes += try_examples(mapping, examples, layout, project.name)
    return count, tuple(mistakes)


def examples_of(folder: Path, mapping: Mapping, layout: Layout) -> list[Example]:
    """The examples beside a mapping; none where there is no file."""
    path = folder / f"{mapping.entity}{EXAMPLES}"
    return load_examples(path, mapping, layout) if path.is_file() else []


def try_examples(mapping: Mapping, examples: Iterable[Example], layout: Layout, system: str) -> list[Mistake]:
    """What does not come out as expected."""
    every = list(examples)
    types = _types(mapping, every, layout)
    return [mistake for example in every for mistake in _try(mapping, example, types, layout, system)]


def _try(mapping: Mapping, example: Example, types: Types, layout: Layout, system: str) -> Iterator[Mistake]:
    batch = _batch(mapping, example, types)
    outcome = apply(mapping, batch, _lookup(mapping, example, batch), layout=layout, system=system)
    for table, rows in example.expect.items():
        found = _found(outcome, table)
        for line, what in _differences(rows, found, system):
            place = f"example '{example.name}': {table}"
            yield Mistake(example.file, line or example.line, f"{place} {what}", _seen(found, rows, outcome))


# --- given


def _types(mapping: Mapping, examples: list[Example], layout: Layout) -> Types:
    """The types of all columns that the mapping reads."""
    cells: dict[tuple[str, str], list[Cell]] = {}
    for example in examples:
        for member, rows in example.given.items():
            for row in rows:
                for column, value in row.cells.items():
                    if value is not None:
                        cells.setdefault((member, column), []).append(value)
    timed: set[tuple[str, str]] = set()
    plain: set[tuple[str, str]] = set()
    for at, is_time in _uses(mapping, layout):
        (timed if is_time else plain).add(at)
    keys = {(member, column) for member, its in keys_of(mapping).items() for column in its}
    columns = [(member, column) for member, its in mapping.reads.items() for column in its]
    return {
        at: pa.string() if at in keys else _type(cells.get(at, []), timed=at in timed, plain=at in plain)
        for at in columns
    }


def _type(cells: list[Cell], *, timed: bool, plain: bool) -> pa.DataType:
    if all(isinstance(cell, str) and _TIME.fullmatch(cell) for cell in cells) and not plain:
        return _STAMP if timed or cells else pa.string()
    if cells and all(isinstance(cell, int | Decimal) for cell in cells):
        return pa.int64() if all(isinstance(cell, int) for cell in cells) else _NUMBER
    return pa.string()


def _uses(mapping: Mapping, layout: Layout) -> Iterator[tuple[tuple[str, str], bool]]:
    """((member, column), whether it is used as a time) for every column that a field is made of."""
    for table in mapping.tables:
        members = {None: table.member, ROOT: mapping.root.name} | {j.alias: j.member for j in table.joins}
        for field in table.fields:
            is_time = _takes_time(table, field, layout)
            yield from (((members[c.alias], c.name), is_time) for c in field.sources if c.alias in members)


def _takes_time(table: TableMap, field: Field, layout: Layout) -> bool:
    """The first step decides; without one, what the platform holds."""
    if field.steps:
        return STEPS[field.steps[0].name].function.__module__ in _OF_TIME
    return bool(pa.types.is_temporal(layout[table.into].columns[field.column].type))


def _batch(mapping: Mapping, example: Example, types: Types) -> Batch:
    tables = {
        member: pa.table(
            {
                column: _column(example.given.get(member, ()), column, types[member, column])
                for column in columns
            }
        )
        for member, columns in mapping.reads.items()
    }
    piece = Slice(mapping.entity, 0, SliceKind.RANGE, (KeyRange(),))
    return Batch(mapping.entity, piece, KeyRange(), tables)


def _column(rows: Iterable[Row], column: str, kind: pa.DataType) -> pa.Array:
    default = "0" if column == CONFLICT else None
    values = [row.cells.get(column, default) for row in rows]
    if kind == _STAMP:
        return pa.array([None if v is None else datetime.fromisoformat(str(v)) for v in values], kind)
    if pa.types.is_string(kind):
        return pa.array([v if v is None else str(v) for v in values], kind)
    return pa.array([v if v is None else Decimal(str(v)) for v in values], _NUMBER).cast(kind)


def _lookup(mapping: Mapping, example: Example, batch: Batch) -> Lookup:
    """What exists: what the example says, otherwise everything that is referred to."""
    known = {
        entity: pa.array(example.known[entity], pa.string()) if entity in example.known else keys
        for entity, keys in references(mapping, batch).items()
    }
    as_of = datetime.combine(example.as_of, datetime.min.time())
    contested, looped = _survey(mapping, example, batch, as_of)
    return Lookup(
        as_of,
        known,
        contested,
        {(entity, name): _natural(example, f"{entity}.{name}") for entity, name, _ in agreements(mapping)},
        looped,
    )


def _natural(example: Example, name: str) -> pa.Table:
    values = example.natural.get(name, {})
    return pa.table({"key": pa.array(values, pa.string()), "value": pa.array(values.values(), pa.string())})


def _survey(mapping: Mapping, example: Example, batch: Batch, as_of: datetime) -> tuple[Surveyed, Surveyed]:
    """What a survey of the given roots finds: contested values, those that the example says among them, and circles."""
    contested: dict[tuple[str, str], pa.Array] = {}
    looped: dict[tuple[str, str], pa.Array] = {}
    kinds = {natural.name: natural.kind for natural in mapping.naturals}
    for name, roots in naturals(mapping, batch.tables[mapping.root.name], as_of) if kinds else ():
        claims = roots.filter(roots["value"].is_valid()).combine_chunks()
        if kinds[name] is NaturalKind.POINTER:
            from migrate.state.keys import circles  # late: few mappings have pointers

            looped[mapping.entity, name] = circles(*(claims[c].combine_chunks() for c in ("key", "value")))
        else:
            values = [*example.contested.get(name, ()), *_contested(claims)]
            contested[mapping.entity, name] = pa.array(values, pa.string())
    return contested, looped


def _contested(claims: pa.Table) -> Iterator[str]:
    """Values with more than one variant, as the state finds them."""
    variants: dict[str, set[str]] = {}
    for claim in claims.to_pylist():
        variants.setdefault(claim["value"], set()).add(claim["variant"] or claim["key"])
    return (value for value, different in variants.items() if len(different) > 1)


# --- expected


def _found(outcome: Outcome, table: str) -> list[dict[str, object]]:
    own = {
        "quarantine": outcome.quarantine,
        "excluded": outcome.excluded,
        "stubs": outcome.stubs,
        "merges": outcome.merges,
    }
    rows = own[table] if table in own else outcome.tables.get(table)
    return [] if rows is None else rows.to_pylist()


def _differences(
    rows: tuple[Row, ...], found: list[dict[str, object]], system: str
) -> Iterator[tuple[int, str]]:
    """(line, what is wrong). The most particular rows choose first, each among the rows that are left."""
    left = list(found)
    for row in sorted(rows, key=lambda row: -len(row.cells)):
        match = next((r for r in left if all(_same(v, r.get(n), system) for n, v in row.cells.items())), None)
        if match is None:
            yield row.line, f"has no row with {_told(row.cells)}"
        else:
            left.remove(match)
    if len(found) != len(rows):
        yield 0, f"has {len(found)} rows, not {len(rows)}"


def _same(expected: Cell, actual: object, system: str) -> bool:
    """Whether a value of the platform is the one that was written down."""
    match actual:
        case None | bool():
            return expected is actual
        case bytes():  # an id: its text, or what it is derived from, such as client/1-AB
            text = str(expected)
            return text.replace("-", "") == actual.hex() or derive_id(system, text) == actual
        case int() | Decimal():
            return not isinstance(expected, bool) and _number(expected) == actual
        case datetime():
            naive = actual.replace(tzinfo=None)
            return (
                isinstance(expected, str)
                and bool(_TIME.fullmatch(expected))
                and datetime.fromisoformat(expected) == naive
            )
        case date():
            return expected == actual.isoformat()
    return expected == actual


def _number(cell: Cell) -> Decimal | None:
    try:
        return Decimal(str(cell))
    except InvalidOperation:
        return None


def _seen(found: list[dict[str, object]], rows: tuple[Row, ...], outcome: Outcome) -> str:
    """What is there instead, in the columns that matter; without any row, what was refused."""
    columns = list(dict.fromkeys(name for row in rows for name in row.cells))
    if found and columns:
        return "there is " + "; ".join(_told({name: row.get(name) for name in columns}) for row in found[:5])
    refused = [
        f"{line['rule']} on {line['column'] or line['table']}" for line in outcome.quarantine.to_pylist()
    ]
    return f"in quarantine: {', '.join(refused)}" if refused and not found else ""


def _told(cells: Dict[str, object]) -> str:
    return ", ".join(f"{name} {'empty' if value is None else value}" for name, value in cells.items())
