"""What rows a question is about: conditions on their columns, as values.

    Not(Test(Column("TEMPLATE_FLG"), Operator.IN, ("Y", "y", "1")))

Whoever reads a file makes them, checked; the source narrows its reads by them (`migrate.extract`), the transform judges
rows by them (`migrate.transform`). Null counts as not holding, everywhere.
"""

from dataclasses import dataclass
from enum import StrEnum

Scalar = str | int | bool | None
"""A single value that a file may write."""


@dataclass(frozen=True, slots=True)
class Column:
    """A source column: of the rows' own table (alias None), or of a 1:1 table joined under an alias."""

    name: str
    alias: str | None = None

    def __str__(self) -> str:
        return f"{self.alias}.{self.name}" if self.alias else self.name


class Operator(StrEnum):
    """How a condition compares a column. Null makes every operator but IN and BLANK false."""

    IN = "in"  # one of the operands; null may be among them
    BLANK = "blank"  # null, empty or white space only
    STARTS = "starts"  # text starts with the operand
    MATCHES = "matches"  # text matches the RE2 pattern anywhere
    BEFORE = "before"  # earlier or smaller than the operand
    AFTER = "after"  # later or greater than the operand
    SAME_AS = "same_as"  # equal to another column
    AMONG = "among"  # equal to some row of the same entity in member.column
    LOOPED = "looped"  # the key of a root whose chain of pointers leads back to itself
    CODE = "code"  # listed in a code list, or listed there under certain platform codes


@dataclass(frozen=True, slots=True)
class Meaning:
    """Platform codes of a code list, as something a legacy value may stand for; without codes, any of them."""

    list: str
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Test:
    """One comparison.

    operand: a scalar, several (IN), a Column, a (member, column) pair (AMONG), a Meaning (CODE),
             the name of a pointer among the natural keys (LOOPED); for BEFORE and AFTER
             also an ISO date, a number (one with a fraction as text), a Column, or the word 'as_of' for the instant of
             the run.
    """

    column: Column
    operator: Operator
    operand: "Scalar | tuple[Scalar, ...] | Column | MemberColumn | Meaning" = None


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds; without parts, always."""

    parts: "tuple[Condition, ...]" = ()


@dataclass(frozen=True, slots=True)
class Any:
    """At least one part holds."""

    parts: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold (null counts as not holding, so its negation holds)."""

    part: "Condition"


Condition = Test | All | Any | Not


@dataclass(frozen=True, slots=True)
class MemberColumn:
    """A column of a member of the same entity."""

    member: str
    column: str
