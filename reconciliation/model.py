"""The nouns of judging. Read this first: every other module of `reconciliation` is about these values.

A **Check** asks one question about both sides and answers with **Measures** (figures that add up) and **Differences**
(one line for each thing that is not as it should be). What a check is going to answer it declares first, as
**Subjects**. Measures and differences are the evidence; a **Finding** is worked out from them alone, so that anybody
can work it out again, years later and without the databases.

Everything here is frozen and does no I/O. Texts for people are not made here: a reason is a name and its figures, and
the report says it in French and in English.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

import pyarrow as pa

Number = int | Decimal


class Result(StrEnum):
    """What came of a comparison. Only SAME is good: nothing compared is never a pass."""

    SAME = "same"
    DIFFERENT = "different"
    NOT_COMPARABLE = "not_comparable"  # there was nothing to compare, or no way to
    ERROR = "error"  # it was begun and could not be ended
    NOT_RUN = "not_run"  # declared, and never begun, or stopped by a limit before it was ended


class FieldClass(StrEnum):
    """A: identity, status, decision, dates, restrictions, money: must be exact. B: tolerance. C: listed only."""

    A = "A"
    B = "B"
    C = "C"


class Kind(StrEnum):
    """What is wrong with the one thing that a difference is about."""

    MISSING = "missing"  # legacy has it, the platform has not
    EXTRA = "extra"  # the platform has it, legacy has not
    DOUBLED = "doubled"  # it is there more than once
    MISPLACED = "misplaced"  # the row is there, under another parent
    NULL = "null_against_value"  # one side has a value, the other has none
    CONFLICT = "conflict"  # two values
    FORMAT = "format_only"  # two spellings of one value: letter case, blanks, normal form
    AMOUNT = "amount"  # a total is another one
    ORPHAN = "orphan"  # it points at what is not there
    CARDINALITY = "cardinality"  # too many or too few of them
    COLLISION = "collision"  # several persons under one identifier
    CONTRADICTION = "contradiction"  # two statements that cannot both be true
    UNEXPLAINED = "unexplained"  # the books do not say what became of it
    BROKEN_RULE = "broken_rule"  # an assumption about the data does not hold
    FILE = "file"  # an attachment without its file, a file without its row, another size
    DISPARITY = "disparity"  # a group of people bears more errors than the others


class Look(StrEnum):
    """What the second look at a difference said."""

    OUT_OF_SYNC = "out_of_sync"  # it is a difference
    IN_FLIGHT = "in_flight"  # legacy was changed after the last window: the next run has to bring it
    ALLOWED = "allowed"  # expected, and somebody has answered for it


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """What a check answers about: a platform table, a total, a rule. Declared before the check runs.

    entity:   the entity concerned; '' for none in particular.
    name:     names of tables and columns, or of a rule: never a value of a row.
    field_class: of a field; '' where there is no such thing.
    may_be_empty: why nothing may be there on either side; '' where that is no pass.
    """

    check: str
    entity: str
    name: str
    field_class: str = ""
    may_be_empty: str = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """Figures about a subject, or about a part of it; the figures of all parts add up to the subject's.

    A figure of both sides balances: legacy less platform is what is explained, for every part on its own.

    unit:      what is counted: rows, cells, keys, entities, links, files, rules, or a currency code.
    group:     the part: names and values of a cross table, such as {"status_code": "OPEN"}; never a person's value.
    legacy, platform:  how much there is on each side; None for the side that the question is not about.
    compared:  how many were looked at on both sides; a subject of which nothing was compared is never the same.
    explained: reason -> how many of legacy need not be on the platform, or of the platform not in legacy (negative).
    """

    check: str
    entity: str
    subject: str
    unit: str
    legacy: Number | None
    platform: Number | None
    compared: int
    group: Mapping[str, str] = field(default_factory=dict)
    explained: Mapping[str, Number] = field(default_factory=dict)

    @property
    def left_over(self) -> Number:
        """How much legacy has more than the platform, after what is explained; 0 for a figure of one side."""
        if self.legacy is None or self.platform is None:
            return 0
        return self.legacy - self.platform - sum(self.explained.values())


DIFFERENCES = pa.schema(
    [
        ("check", pa.string()),
        ("entity", pa.string()),
        ("subject", pa.string()),  # as declared
        ("kind", pa.string()),  # of Kind
        ("look", pa.string()),  # of Look
        ("class", pa.string()),  # of FieldClass, '' for none
        ("key", pa.string()),  # legacy key of the root; '' where there is none
        ("table", pa.string()),  # legacy table
        ("row", pa.string()),  # legacy key of the row; '' where it is the root's
        ("id", pa.string()),  # platform id as a UUID; '' where there is none
        ("column", pa.string()),  # platform column; '' for a whole row
        ("source", pa.string()),  # legacy column
        ("legacy", pa.string()),  # value, protected; null for none
        ("platform", pa.string()),  # value, protected; null for none
        ("allowance", pa.string()),  # name of the allowance that covers it, or ''
    ]
)
"""A table of differences, one line each. Values are personal: whoever shows them masks them unless asked not to."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a subject has no better result: the name of a message, and its figures. Never a value of a row."""

    name: str
    given: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Remark:
    """What a check has to say about a subject beside its figures, such as where it stopped.

    result:  what the subject's result cannot be better than; None where the remark changes nothing.
    """

    check: str
    entity: str
    subject: str
    reason: Reason
    result: Result | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What the evidence says about one subject; all of it is worked out by `findings`.

    legacy, platform:  None where the question is about the other side only, and where its figures are of several units,
        such as two currencies: these are never added, and stand in the measures.
    unbalanced: parts whose figures differ by more than is explained.
    kinds:      kind -> differences that count; those in flight or allowed stand apart.
    classes:    field class -> differences that count.
    keys:       some legacy keys concerned, in their order.
    """

    subject: Subject
    result: Result
    unit: str
    legacy: Number | None
    platform: Number | None
    compared: int
    explained: Mapping[str, Number]
    unbalanced: int
    kinds: Mapping[str, int]
    classes: Mapping[str, int]
    in_flight: int
    allowed: int
    keys: tuple[str, ...]
    reasons: tuple[Reason, ...] = ()

    @property
    def differing(self) -> int:
        """Differences that count."""
        return sum(self.kinds.values())

    @property
    def difference(self) -> Number | None:
        """How much legacy has more than the platform, after what is explained; None for one side only."""
        if self.legacy is None or self.platform is None:
            return None
        return self.legacy - self.platform - sum(self.explained.values())


class Verdict(StrEnum):
    """What all findings come to. SAME only if every declared subject was compared and is the same."""

    SAME = "same"
    DIFFERENT = "different"
    INCOMPLETE = "incomplete"


def verdict(findings: Iterable[Finding]) -> Verdict:
    """The verdict over findings; over none of them it is INCOMPLETE."""
    results = {finding.result for finding in findings}
    if Result.DIFFERENT in results:
        return Verdict.DIFFERENT
    return Verdict.SAME if results == {Result.SAME} else Verdict.INCOMPLETE
