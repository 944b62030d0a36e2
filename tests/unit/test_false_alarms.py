"""Differences that are none give no alarm, and each of them has a twin that does: the same field, another value."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from reconciliation.model import Kind
from tests.builders import TEXT
from tests.comparison_world import at, id_of, said

STAMP, NUMBER = pa.timestamp("us"), pa.decimal128(22, 7)


@dataclass(frozen=True)
class Case:
    """A legacy value, the platform value that says the same, and one that does not."""

    name: str
    column: str
    compared: str
    legacy: Any
    same: Any
    other: Any
    alarm: Kind = Kind.CONFLICT
    kind: pa.DataType = TEXT
    beside: dict[str, Any] = field(default_factory=dict)


DAY = "{with: A, as: [day]}"
OPEN = "{with: A, as: [{no_date: {these: [3999-12-31, 1753-01-01]}}, day]}"
OTTAWA = "{with: A, as: [{local: {zone: America/Toronto}}]}"
TRIM = "{with: A, as: [trim]}"
FLAG = "{with: A, as: [{flag: {null_is: N}}]}"

CASES = [
    # numbers
    Case(
        "more zeros behind the point",
        "amount",
        "A",
        Decimal("85.0000000"),
        Decimal(85),
        Decimal("85.01"),
        kind=NUMBER,
    ),
    Case(
        "the last of seven places",
        "amount",
        "A",
        Decimal("0.1000001"),
        Decimal("0.1000001"),
        Decimal("0.1"),
        kind=NUMBER,
    ),
    Case(
        "more places than the platform keeps",
        "amount",
        "A",
        Decimal("0.10000000"),
        Decimal("0.1"),
        Decimal("0.1000001"),
        kind=pa.decimal128(30, 8),
    ),
    Case("a number in a text", "amount", "A", "85.10", Decimal("85.1"), Decimal("85.11")),
    Case("a refund", "amount", "A", Decimal("-1.5"), Decimal("-1.5"), Decimal("1.5"), kind=NUMBER),
    Case("a number without places", "number", "A", Decimal(7), 7, 8, kind=pa.decimal128(10, 0)),
    Case("a zero is not nothing", "number", "A", Decimal(0), 0, None, Kind.NULL, kind=pa.decimal128(10, 0)),
    # days
    Case(
        "a day at midnight", "due_on", DAY, at(1985, 6, 12), date(1985, 6, 12), date(1985, 6, 13), kind=STAMP
    ),
    Case(
        "a day with four hours too many",
        "due_on",
        DAY,
        at(1985, 6, 12, 4),
        date(1985, 6, 12),
        date(1985, 6, 11),
        kind=STAMP,
    ),
    Case(
        "a day in seconds",
        "due_on",
        DAY,
        at(1985, 6, 12),
        date(1985, 6, 12),
        date(1985, 6, 11),
        kind=pa.timestamp("s"),
    ),
    Case("a day in a text", "due_on", DAY, "1985-06-12", date(1985, 6, 12), date(1985, 12, 6)),
    Case(
        "the end of time", "due_on", OPEN, at(3999, 12, 31), None, date(3999, 12, 31), Kind.NULL, kind=STAMP
    ),
    Case(
        "almost the end of time",
        "due_on",
        OPEN,
        at(3999, 12, 30),
        date(3999, 12, 30),
        None,
        Kind.NULL,
        kind=STAMP,
    ),
    Case(
        "the beginning of time, with an hour",
        "due_on",
        OPEN,
        at(1753, 1, 1, 5),
        None,
        date(1753, 1, 1),
        Kind.NULL,
        kind=STAMP,
    ),
    Case("a leap day", "due_on", DAY, at(2000, 2, 29), date(2000, 2, 29), date(2000, 3, 1), kind=STAMP),
    Case(
        "before 1970, before noon",
        "due_on",
        DAY,
        at(1899, 12, 31, 23, 59, 59),
        date(1899, 12, 31),
        date(1900, 1, 1),
        kind=STAMP,
    ),
    # a date that is known in part
    Case(
        "a month without a day",
        "due_on",
        "{with: A, as: [{known: {of: date, text: T}}]}",
        at(1985, 1, 1),
        None,
        date(1985, 1, 1),
        Kind.NULL,
        kind=STAMP,
        beside={"T": "1985-06-**"},
    ),
    Case(
        "a whole text beside no date",
        "due_on",
        "{with: A, as: [{known: {of: date, text: T}}]}",
        None,
        date(1985, 6, 12),
        None,
        Kind.NULL,
        kind=STAMP,
        beside={"T": "1985-06-12"},
    ),
    Case(
        "a known month",
        "number",
        "{with: A, as: [{known: {of: month, text: T}}]}",
        at(1985, 1, 1),
        6,
        1,
        kind=STAMP,
        beside={"T": "1985-06-**"},
    ),
    # instants
    Case(
        "an instant",
        "seen_at",
        "A",
        at(2024, 7, 1, 12),
        at(2024, 7, 1, 12),
        at(2024, 7, 1, 12, 0, 1),
        kind=STAMP,
    ),
    Case(
        "an instant in seconds",
        "seen_at",
        "A",
        at(2024, 7, 1, 12),
        at(2024, 7, 1, 12),
        at(2024, 7, 1, 13),
        kind=pa.timestamp("s"),
    ),
    Case(
        "a third of a hundredth",
        "seen_at",
        "A",
        at(2024, 7, 1, 12, 0, 0, 3333),
        at(2024, 7, 1, 12, 0, 0, 3333),
        at(2024, 7, 1, 12, 0, 0, 3000),
        kind=STAMP,
    ),
    Case(
        "wall time in summer",
        "seen_at",
        OTTAWA,
        at(2024, 7, 1, 12),
        at(2024, 7, 1, 16),
        at(2024, 7, 1, 17),
        kind=STAMP,
    ),
    Case(
        "wall time in winter",
        "seen_at",
        OTTAWA,
        at(2024, 1, 15, 12),
        at(2024, 1, 15, 17),
        at(2024, 1, 15, 16),
        kind=STAMP,
    ),
    Case(
        "an hour that came twice",
        "seen_at",
        OTTAWA,
        at(2024, 11, 3, 1, 30),
        at(2024, 11, 3, 5, 30),
        at(2024, 11, 3, 6, 30),
        kind=STAMP,
    ),
    Case(
        "an hour that never was",
        "seen_at",
        OTTAWA,
        at(2024, 3, 10, 2, 30),
        at(2024, 3, 10, 7, 30),
        at(2024, 3, 10, 6, 30),
        kind=STAMP,
    ),
    Case(
        "an evening that is the next day in UTC",
        "due_on",
        "{with: A, as: [{local_day_of: {zone: America/Toronto}}]}",
        at(2024, 7, 2, 2),
        date(2024, 7, 1),
        date(2024, 7, 2),
        kind=STAMP,
    ),
    # blanks
    Case("a padded CHAR", "title", TRIM, "CA   ", "CA", "CA   ", Kind.FORMAT),
    Case("a padded CHAR with other letters", "title", TRIM, "CA   ", "CA", "CB"),
    Case("a no-break blank at the end", "title", TRIM, "Tran\u00a0", "Tran", "Tran\u00a0", Kind.FORMAT),
    Case("blanks that are meant", "title", "A", " Roy", " Roy", "Roy", Kind.FORMAT),
    Case("two blanks that are meant", "title", "A", "Sainte  Foy", "Sainte  Foy", "Sainte Foy", Kind.FORMAT),
    Case(
        "a code with a blank",
        "kind_code",
        "{with: A, as: [without_blanks], code: kind, parent: P}",
        " O pen ",
        "OPEN",
        "PR-O",
        beside={"P": "TR"},
    ),
    # letters
    Case("letter case", "title", "A", "Lee", "Lee", "LEE", Kind.FORMAT),
    Case("a sharp s", "title", "A", "Straße", "Straße", "Strasse"),
    Case("a Russian yo", "title", "A", "Артём", "Артём", "Артем"),
    Case("an accent that was lost", "title", "A", "José", "José", "Jose"),
    Case("a question mark for a letter", "title", "A", "José", "José", "Jos?"),
    Case("composed letters", "title", "A", "Jos\u00e9", "Jos\u00e9", "Jose\u0301", Kind.FORMAT),
    Case("decomposed letters", "title", "A", "Jose\u0301", "Jose\u0301", "Jos\u00e9", Kind.FORMAT),
    Case("a letter beyond 16 bits", "title", "A", "𠮷野", "𠮷野", "吉野"),
    Case("a mark that nobody sees", "title", "A", "Ali\u200f", "Ali\u200f", "Ali"),
    Case("a line end", "title", "A", "a\r\nb", "a\r\nb", "a\nb", Kind.FORMAT),
    Case("a name that was misread", "title", "{with: A, as: [reread]}", "JosÃ©", "José", "JosÃ©"),
    Case("a bell in a note", "title", "{with: A, as: [without_controls]}", "a\x07b", "ab", "a\x07b"),
    # nothing
    Case("an empty text where a form says so", "title", TRIM, "", None, "", Kind.NULL),
    Case("blanks only where a form says so", "title", TRIM, "  ", None, "  ", Kind.NULL),
    Case("an empty text that is kept", "title", "A", "", "", None, Kind.NULL),
    Case("the word NULL", "title", "A", "NULL", "NULL", None, Kind.NULL),
    Case("nothing", "title", "A", None, None, "", Kind.NULL),
    Case("a filler", "title", "{with: A, as: [{no_value: {these: [x]}}]}", "x", None, "x", Kind.NULL),
    Case(
        "a name that begins like a filler",
        "title",
        "{with: A, as: [{no_value: {these: [x]}}]}",
        "xu",
        "xu",
        None,
        Kind.NULL,
    ),
    # flags
    Case("a capital yes", "is_open", FLAG, "Y", True, False),
    Case("a one", "is_open", FLAG, "1", True, False),
    Case("a small no", "is_open", FLAG, "n", False, True),
    Case("nothing that means no", "is_open", FLAG, None, False, None, Kind.NULL),
    Case("a blank that means no", "is_open", FLAG, " ", False, True),
    Case("nothing that nobody said", "is_open", "{with: A, as: [flag]}", None, None, False, Kind.NULL),
    Case("what holds of the row", "is_open", "{holds: {A: {matches: ^X}}}", "X1", True, False),
    # codes and pointers
    Case(
        "one meaning in English",
        "kind_code",
        "{with: A, code: kind, parent: P}",
        "Open",
        "OPEN",
        "TR-O",
        beside={"P": "TR"},
    ),
    Case(
        "one meaning in French",
        "kind_code",
        "{with: A, code: kind, parent: P}",
        "Ouvert",
        "OPEN",
        None,
        Kind.NULL,
        beside={"P": "TR"},
    ),
    Case(
        "one word under two parents",
        "kind_code",
        "{with: A, code: kind, parent: P}",
        "Other",
        "PR-O",
        "TR-O",
        beside={"P": "PR"},
    ),
    Case(
        "a pointer",
        "owner_id",
        "{with: A, names: thing}",
        "1-B",
        id_of("thing", "1-B"),
        id_of("thing", "1-C"),
    ),
    Case(
        "an empty pointer", "owner_id", "{with: A, names: thing}", " ", None, id_of("thing", " "), Kind.NULL
    ),
    Case(
        "a column that counts only sometimes",
        "title",
        "{with: A, when: {P: TR}}",
        "a",
        None,
        "a",
        Kind.NULL,
        beside={"P": "PR"},
    ),
]

by_name = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


@by_name
def test_what_says_the_same_is_no_difference(case: Case) -> None:
    assert said(case.compared, case.column, case.legacy, case.same, kind=case.kind, **case.beside) == []


@by_name
def test_its_twin_is_a_difference_of_the_right_kind(case: Case) -> None:
    told = said(case.compared, case.column, case.legacy, case.other, kind=case.kind, **case.beside)
    assert told == [case.alarm]


@pytest.mark.parametrize(
    ("column", "compared", "legacy"),
    [
        ("due_on", DAY, "1975-02-30"),
        ("due_on", DAY, "unknown"),
        ("number", "A", "seven"),
        ("amount", "A", "1,000.00"),
        ("kind_code", "{with: A, code: kind}", "Opne"),
        ("is_open", "A", "maybe"),
    ],
)
def test_what_cannot_be_read_is_never_the_same_as_nothing(column: str, compared: str, legacy: str) -> None:
    assert said(compared, column, legacy, None) == [Kind.NULL]
