"""Suite files -> Suite values, with every mistake of both files at once.

    tables:
      S_CASE:
        entity: application
        where: {TYPE_CD: Application}
        columns:
          applicants: {count_of: S_CASE_CON, by: CASE_ID, at: ROW_ID, where: {RELATION_TYPE_CD: PA}}
        expectations:
          one_applicant:
            {is: ExpectColumnValuesToBeBetween, column: applicants, min_value: 1, max_value: 1, mostly: 0.99, class: A,
             en: an application has one principal applicant, fr: une demande a un seul demandeur principal}

`is` and its options are Great Expectations' own names; `VOCABULARY` lists those that a suite may use: the ones whose
results are counts and never values.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from migrate.conditions import All, Any, Column, Condition, Not, Operator, Test
from migrate.errors import InvalidInput, Mistake
from migrate.model import Layout
from migrate.reading.document import read as read_document
from migrate.reading.grammar import (
    Keys,
    Notes,
    Parser,
    Place,
    Wrong,
    choice,
    flag,
    identifier,
    many,
    name,
    named,
    own_name,
    scalar,
    suggest,
    text,
    word,
)
from reconciliation.compare.conditions import AS_OF, condition
from reconciliation.compare.lists import Lists
from reconciliation.model import FieldClass

FOLDER = "quality"
LEGACY, PLATFORM = "legacy", "platform"
SIDES = (LEGACY, PLATFORM)

Bound = int | Decimal | datetime | str
"""The end of a range: a number, a moment, or the word as_of."""


@dataclass(frozen=True, slots=True)
class Made:
    """A column that is worked out inside the database.

    kind:   length_of a column in characters; count_of the rows of another table; value_of a column of it; is_in it:
            `yes` or `no`.
    of:     the column measured, or the other table.
    value:  for value_of, the other table's column.
    by, at: rows of the other table belong to a row where their column `by` equals its column `at`.
    where:  only these rows of the other table.
    """

    name: str
    kind: str
    of: str
    value: str = ""
    by: str = ""
    at: str = ""
    where: Condition | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """Values that stand in columns of a table, read when the suite is run."""

    table: str
    columns: tuple[str, ...]
    where: Condition | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """One expectation about a set of rows.

    expectation:   its class in Great Expectations.
    options:       its options but `mostly`; of `value_set` also a Listed.
    mostly:        the share of filled rows for which it has to hold; 1 for all.
    reasons:       why it is expected, and why not of all rows where `mostly` says so; by language.
    may_be_empty:  why there may be nothing to judge; '' where that is no pass.
    """

    name: str
    expectation: str
    options: Mapping[str, object]
    mostly: Decimal
    field_class: FieldClass
    reasons: Mapping[str, str]
    may_be_empty: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it looks at."""
        found = [self.options[key] for key in ("column", "column_A", "column_B") if key in self.options]
        return (*map(str, found), *_texts(self.options.get("column_list", ())))


@dataclass(frozen=True, slots=True)
class RowSet:
    """Rows of one table, and what is expected of them."""

    name: str
    table: str
    entity: str
    where: Condition | None
    made: tuple[Made, ...]
    expected: tuple[Expected, ...]


@dataclass(frozen=True, slots=True)
class Suite:
    """What is expected of one side."""

    side: str
    row_sets: tuple[RowSet, ...]
    file: str
    digest: str


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, tuple) else ()


# --- reading


def read(mappings: Path, layout: Layout) -> dict[str, Suite]:
    """The suites beside the mappings, by side; a side without a file has none.

    Raises InvalidInput with every mistake of all files.
    """
    found: dict[str, Suite] = {}
    mistakes: list[Mistake] = []
    for side in SIDES:
        path = mappings / FOLDER / f"{side}.yaml"
        if path.exists():
            reader = _File(path, side, layout, Lists(mappings / "codes"))
            suite = reader.suite()
            mistakes += reader.notes.mistakes
            if suite is not None:
                found[side] = suite
    if mistakes:
        raise InvalidInput(mistakes)
    return found


class _File:
    """Reads one file; notes its mistakes."""

    def __init__(self, path: Path, side: str, layout: Layout, lists: Lists) -> None:
        self.path, self.side, self.lists = path, side, lists
        self.layout = layout if side == PLATFORM else None
        self.notes = Notes(f"{FOLDER}/{path.name}")

    def suite(self) -> Suite | None:
        data = self.path.read_bytes()
        root, mistakes = read_document(data, self.notes.file)
        self.notes.mistakes += mistakes
        if root is None:
            return None
        with Place(root, self.notes).keys() as take:
            sets = take("tables", named(self._row_set), ())
        if not sets and not self.notes.mistakes:
            self.notes.add(1, "the suite expects nothing", "name a table, or remove the file")
        if self.notes.mistakes:
            return None
        return Suite(self.side, sets, self.notes.file, hashlib.sha256(data).hexdigest())

    def _row_set(self, at: Place) -> RowSet:
        at = at.about(f"table {at.name}")
        with at.keys() as take:
            table = take("from", self._table, None) or self._named_so(at)
            entity = take("entity", name, "")
            where = take("where", self._condition(table), None)
            made = take("columns", named(lambda each: self._made(each, table)), ())
            known = {each.name for each in made}
            expected = take("expectations", named(lambda each: self._expected(each, table, known))) or ()
        looked_at = {column for each in expected for column in each.columns}
        for each in made:
            if each.name not in looked_at and not self.notes.mistakes:
                at.note(
                    f"no expectation looks at the column {each.name}", "remove it, or expect something of it"
                )
        return RowSet(at.name, table, entity, where, made, expected)

    def _named_so(self, at: Place) -> str:
        if self.layout is not None and at.name not in self.layout:
            at.note(f"there is no platform table {at.name}", suggest(at.name, self.layout, "tables"))
        return at.name

    def _made(self, at: Place, table: str) -> Made:
        at = at.about(f"column {at.name}")
        label = own_name(at, "column")
        kinds = ("length_of", "count_of", "value_of", "is_in")
        with at.keys() as take:
            asked = [kind for kind in kinds if kind in take]
            if len(asked) != 1:
                raise at.wrong("a column is worked out in one way", f"one of {', '.join(kinds)}")
            (kind,) = asked
            if kind == "length_of":
                return Made(label, kind, take(kind, self._column(table)))
            if kind == "value_of":
                other, value = take("in", self._table), take(kind, identifier)
            else:
                other, value = take(kind, self._table), ""
            for column in filter(None, [value]):
                self._check(at, other, column)
            by, here = take("by", self._column(other)), take("at", self._column(table))
            return Made(label, kind, other, value, by, here, take("where", self._condition(other), None))

    def _expected(self, at: Place, table: str, made: Iterable[str]) -> Expected:
        at = at.about(f"expectation {at.name}")
        label = own_name(at, "expectation")
        with at.keys() as take:
            kind = take("is", word(VOCABULARY, "expectation"))
            if kind is None:  # noted; which options belong to it nobody can say
                raise Wrong(at.line)
            options = self._options(take, VOCABULARY[kind], table, made)
            mostly = take("mostly", _share, Decimal(1)) if VOCABULARY[kind].columns else Decimal(1)
            level = take("class", choice(*FieldClass), FieldClass.B)
            reasons = {language: take(language, text) for language in ("en", "fr")}
            empty = take("may_be_empty", text, "")
        return Expected(label, kind, options, mostly, FieldClass(level), reasons, empty)

    def _options(self, take: Keys, words: "Words", table: str, made: Iterable[str]) -> dict[str, object]:
        column = self._column(table, made)
        options: dict[str, object] = {}
        for key in words.columns:
            options[key] = take(key, many(column) if key == "column_list" else column)
        for key in words.options:
            value = take(key, self._option(key), None) if key in _FREE else take(key, self._option(key))
            if value is not None:
                options[key] = value
        if words.options[:2] == ("min_value", "max_value") and not {"min_value", "max_value"} & set(options):
            take.at.note("a range without an end", "give min_value, max_value or both")
        return options

    def _option(self, key: str) -> Parser[object]:
        if key == "value_set":
            return self._values
        return _OPTIONS[key]

    def _values(self, at: Place) -> object:
        if not isinstance(at.node.value, dict):
            return many(scalar)(at)
        with at.keys() as take:
            table = take("in", self._table)
            columns = take("columns", many(self._column(table)))
            return Listed(table, columns, take("where", self._condition(table), None))

    # --- names

    def _table(self, at: Place) -> str:
        if self.layout is None:
            return identifier(at)
        return word(self.layout, "table of the platform", "tables")(at)

    def _column(self, table: str | None, made: Iterable[str] = ()) -> Parser[str]:
        def parse(at: Place) -> str:
            column = identifier(at)
            if column not in made:
                self._check(at, table, column)
            return column

        return parse

    def _check(self, at: Place, table: str | None, column: str) -> None:
        """That the platform's table has the column; the legacy table is asked when the suite is run."""
        if self.layout is None or table is None or table not in self.layout:
            return
        told = self.layout[table]
        known = [told.key, *([told.root_id] if told.root_id else []), *told.columns]
        if column not in known:
            raise at.wrong(f"{table} has no column {column}", suggest(column, known, "columns"))

    def _condition(self, table: str | None) -> Parser[Condition]:
        column = self._column(table)

        def parse(at: Place) -> Condition:
            found = condition(lambda each: Column(column(each)), self.lists)(at)
            for test in _tests(found):
                if test.operator not in _PUSHED_DOWN:
                    at.note(f"a suite has no operator {test.operator.value}", "compare with values, or blank")
            return found

        return parse


_PUSHED_DOWN = (Operator.IN, Operator.BLANK, Operator.AFTER, Operator.BEFORE)


def _tests(part: Condition) -> Iterator[Test]:
    match part:
        case All(parts=parts) | Any(parts=parts):
            for each in parts:
                yield from _tests(each)
        case Not(part=inner):
            yield from _tests(inner)
        case Test():
            yield part


def _share(at: Place) -> Decimal:
    value = at.node.value
    if isinstance(value, int | Decimal) and not isinstance(value, bool) and 0 < value <= 1:
        return Decimal(value)
    raise at.expected("a share of more than 0 and at most 1", "0.995 for 99.5 %")


def _bound(at: Place) -> Bound:
    value = at.node.value
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return value
    if value == AS_OF:
        return AS_OF
    try:
        day = date.fromisoformat(str(value))
    except ValueError:
        raise at.expected("a number, a date as YYYY-MM-DD, or as_of") from None
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001  # naive, as legacy dates are


_OPTIONS: Mapping[str, Parser[object]] = {
    "regex": text,
    "min_value": _bound,
    "max_value": _bound,
    "or_equal": flag,
}
_FREE = ("min_value", "max_value", "or_equal")
"""Options that may be left out."""


@dataclass(frozen=True, slots=True)
class Words:
    """What goes with an expectation: keys that name columns, and options."""

    columns: tuple[str, ...] = ("column",)
    options: tuple[str, ...] = field(default=())


_RANGE = ("min_value", "max_value")
VOCABULARY: Mapping[str, Words] = {
    "ExpectColumnValuesToNotBeNull": Words(),
    "ExpectColumnValuesToBeNull": Words(),
    "ExpectColumnValuesToBeUnique": Words(),
    "ExpectColumnValuesToBeInSet": Words(options=("value_set",)),
    "ExpectColumnValuesToNotBeInSet": Words(options=("value_set",)),
    "ExpectColumnValuesToMatchRegex": Words(options=("regex",)),
    "ExpectColumnValuesToNotMatchRegex": Words(options=("regex",)),
    "ExpectColumnValuesToBeBetween": Words(options=_RANGE),
    "ExpectColumnPairValuesToBeEqual": Words(("column_A", "column_B")),
    "ExpectColumnPairValuesAToBeGreaterThanB": Words(("column_A", "column_B"), ("or_equal",)),
    "ExpectCompoundColumnsToBeUnique": Words(("column_list",)),
    "ExpectTableRowCountToBeBetween": Words((), _RANGE),
}
"""The expectations that a suite may use. All of them answer with counts; none with a value of a row."""
