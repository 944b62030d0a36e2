"""What a page says, as plain values: numbers and names, no markup and no language. `build` makes them of evidence.

None is "not known", and is said as such: it is never shown as nothing, and never as good.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from reconciliation.model import Finding, Number, Reason, Result, Verdict


class State(StrEnum):
    """How a number is to be taken. Shown by a word and a sign, and by a colour besides."""

    GOOD = "good"
    BAD = "bad"
    LOOK = "look"  # no difference, but somebody has to look at it
    UNKNOWN = "unknown"
    PLAIN = "plain"  # says how much, not how well


@dataclass(frozen=True, slots=True)
class Figure:
    """One of the twelve numbers.

    value:   what is printed large; None where it is not known.
    of:      the whole that it is a part of, if it is one.
    given:   figures of the line below, by the names that its message uses; `note` is that message's last word.
    amounts: instead of a value: currency -> how much.
    """

    name: str
    value: Number | None
    state: State
    of: int | None = None
    note: str = ""
    given: Mapping[str, int] = ()  # type: ignore[assignment]  # replaced in __post_init__
    amounts: Mapping[str, Decimal] | None = None

    def __post_init__(self) -> None:
        if not self.given:
            object.__setattr__(self, "given", {})


@dataclass(frozen=True, slots=True)
class Moment:
    """When it was, and how both sides were seen at one moment. Texts are ISO 8601; None is not known."""

    started: str | None
    ended: str | None
    legacy: str | None
    platform: str | None
    how: str | None
    lag: float | None


@dataclass(frozen=True, slots=True)
class Sum:
    """The figures of a subject in one unit: amounts of two currencies are never added."""

    unit: str
    legacy: Number | None
    platform: Number | None
    explained: Mapping[str, Number]

    @property
    def left_over(self) -> Number | None:
        """How much legacy has more, after what is explained; None for one side only."""
        if self.legacy is None or self.platform is None:
            return None
        return self.legacy - self.platform - sum(self.explained.values())


@dataclass(frozen=True, slots=True)
class Line:
    """A finding and its figures."""

    finding: Finding
    sums: tuple[Sum, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """A check and what it found. `lines` are those that a page shows, the bad ones first; `hidden` are more."""

    name: str
    results: Mapping[Result, int]
    differing: int
    in_flight: int
    allowed: int
    seconds: float | None
    lines: tuple[Line, ...]
    hidden: int

    @property
    def subjects(self) -> int:
        """How many there are."""
        return sum(self.results.values())

    @property
    def unanswered(self) -> int:
        """Subjects that were not compared."""
        return self.subjects - self.results.get(Result.SAME, 0) - self.results.get(Result.DIFFERENT, 0)

    @property
    def result(self) -> Result:
        """The worst of its subjects."""
        order = (Result.DIFFERENT, Result.ERROR, Result.NOT_RUN, Result.NOT_COMPARABLE, Result.SAME)
        return next(result for result in order if self.results.get(result))


@dataclass(frozen=True, slots=True)
class Example:
    """One difference, its values masked unless the report was asked for them; `mapping` is file and line."""

    key: str
    table: str
    row: str
    id: str
    column: str
    source: str
    legacy: str | None
    platform: str | None
    field_class: str
    mapping: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Differences of one kind about one subject."""

    check: str
    entity: str
    subject: str
    count: int
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """All differences of a kind that count. `hidden` groups stand in the CSV only."""

    name: str
    count: int
    classes: Mapping[str, int]
    groups: tuple[Group, ...]
    hidden: int


@dataclass(frozen=True, slots=True)
class Gap:
    """What was not checked: a subject without an answer."""

    check: str
    entity: str
    subject: str
    result: Result
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Unchecked:
    """A field that is not compared, on purpose."""

    entity: str
    table: str
    column: str
    reason: Mapping[str, str]  # language -> words


@dataclass(frozen=True, slots=True)
class Allowance:
    """Differences that somebody answers for, until a day.

    place:    what it covers: check, entity, subject, column, kind, as far as it says.
    keys:     to so many legacy keys it is narrowed; None: to none.
    at_most:  so many differences it covers; None: any number.
    """

    name: str
    place: Mapping[str, str]
    keys: int | None
    at_most: int | None
    owner: str
    approved_by: str
    approved_on: str
    expires: str
    in_force: bool
    reason: Mapping[str, str]
    lines: int


@dataclass(frozen=True, slots=True)
class Books:
    """What became of what was read of an entity."""

    entity: str
    counts: Mapping[str, int]

    @property
    def read(self) -> int:
        """How many were read."""
        return self.counts.get("read", 0)

    @property
    def loaded(self) -> int:
        """Those that stand on the platform, or lead to one that does."""
        return sum(self.counts.get(name, 0) for name in ("created", "updated", "unchanged", "merged"))

    @property
    def left_over(self) -> int:
        """Those of which the books do not say what became."""
        left_out = sum(self.counts.get(name, 0) for name in ("rejected", "held", "excluded"))
        return self.read - self.loaded - left_out


@dataclass(frozen=True, slots=True)
class Quarantine:
    """Why entities or rows were left out."""

    entity: str
    rule: str
    state: str
    scope: str
    lines: int
    keys: int
    reason: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier reconciliation, or this one."""

    name: str
    ended: str | None
    verdict: str
    subjects: int
    same: int
    differing: int
    in_flight: int
    this: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """A run that moved data."""

    name: str
    mode: str
    status: str
    started: str
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Drill:
    """What reconciliation caught of faults that were planted to try it.

    classes:  class -> (planted, caught, places of some that were missed).
    """

    at: str | None
    planted: int
    caught: int
    classes: Mapping[str, tuple[int, int, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class People:
    """A group of people, and how many of it something befell.

    bears, total:  None where the group is too small to be shown.
    low, high:     between which its true rate lies in 95 of 100 cases, in parts of one.
    """

    characteristic: str
    value: str
    bears: int | None
    total: int | None
    low: float = 0.0
    high: float = 1.0
    disparity: bool = False

    @property
    def rate(self) -> float:
        """In parts of one; 0 where it is not shown."""
        return self.bears / self.total if self.bears and self.total else 0.0


@dataclass(frozen=True, slots=True)
class Question:
    """What befell people, by a characteristic: its groups, how many more there are, how many of all bear more."""

    what: str
    groups: tuple[People, ...]
    hidden: int
    disparities: int


@dataclass(frozen=True, slots=True)
class Ground:
    """What the page rests on. `files`: file -> (hash, its name, lines)."""

    evidence_sha256: str
    files: Mapping[str, tuple[str, str, int]]
    mappings: Mapping[str, str]
    comparison: Mapping[str, str]
    ledger: tuple[int, str] | None
    run: str | None
    window_high: str | None
    limits: Mapping[str, object]
    scope: Mapping[str, object]
    program: str | None


@dataclass(frozen=True, slots=True)
class Report:
    """One reconciliation, ready to be shown. An absent part is None: not known."""

    name: str
    system: str
    verdict: Verdict
    unmasked: bool
    moment: Moment
    figures: tuple[Figure, ...]
    checks: tuple[Check, ...]
    kinds: tuple[Kind, ...]
    gaps: tuple[Gap, ...]
    hidden_gaps: int
    unchecked: tuple[Unchecked, ...] | None
    allowances: tuple[Allowance, ...] | None
    books: tuple[Books, ...] | None
    quarantine: tuple[Quarantine, ...] | None
    coverage: Mapping[str, int] | None
    people: tuple[Question, ...]
    drill: Drill | None
    history: tuple[Past, ...]
    runs: tuple[Run, ...] | None
    timing: tuple[tuple[str, float], ...]
    data_docs: str | None
    ground: Ground

    @property
    def subjects(self) -> int:
        """How many questions were declared."""
        return sum(check.subjects for check in self.checks)

    def answered(self, result: Result) -> int:
        """How many of them had this result."""
        return sum(check.results.get(result, 0) for check in self.checks)

    @property
    def unanswered(self) -> int:
        """Questions that were not answered."""
        return sum(check.unanswered for check in self.checks)

    @property
    def allowed(self) -> int:
        """Differences that somebody answers for."""
        return sum(check.allowed for check in self.checks)

    @property
    def in_flight(self) -> int:
        """Differences that the next transfer has to bring away."""
        return sum(check.in_flight for check in self.checks)
