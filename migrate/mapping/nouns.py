"""What a mapping file says, as values: the only form in which the rest of the program sees it.

`migrate.mapping.load` makes these from YAML after every name, type and option was checked; inside, nothing is
validated again. All values are frozen. `Mapping.reads` says which columns of which tables have to be read.
"""

from collections.abc import Iterator
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field
from enum import StrEnum

from migrate.conditions import Column, Condition, MemberColumn, Scalar


class Consequence(StrEnum):
    """What happens to a row that a rule finds wrong, or that a step, code or reference cannot convert."""

    REJECT = (
        "reject"  # quarantined: the entity when the field is of class A or of the root, else the member row
    )
    HOLD = "hold"  # the entity waits for the row it refers to
    FLAG = "flag"  # loaded, with a quality mark and a work item
    STUB = "stub"  # only references: a stand-in row is made that keeps the legacy key


class FieldClass(StrEnum):
    """A: identity, status, decision, dates, restrictions, money: must be exact. B: tolerance. C: listed only."""

    A = "A"
    B = "B"
    C = "C"


@dataclass(frozen=True, slots=True)
class Call:
    """A step, rule or judge by name, with its options already parsed: scalars, tuples, Columns, Conditions."""

    name: str
    options: Dict[str, object] = field(default_factory=dict)


class Orphans(StrEnum):
    """Which rows without a root a mapping answers for."""

    REJECT = "reject"  # all: they are quarantined
    POINTING = "pointing"  # those that point at something missing; not those with an empty pointer
    IGNORE = "ignore"  # none


@dataclass(frozen=True, slots=True)
class Member:
    """A source table whose rows travel with the root.

    name:     how the mapping calls it; `table` is its name at the source.
    by:       the column that points at the root's key (or, with `via`, at the key given there).
    via:      a second-level member: `by` matches this column of another member.
    key:      the column that names its rows, ROW_ID.
    required: every root must have such a row, otherwise the entity is rejected (rule 'missing_<name>').
    orphans:  whether rows without a root are quarantined here, or another mapping answers for them.
    where:    which rows belong to the entity at all; others are not this mapping's business.
    known:    column and the values that the mapping knows (the TYPE of an _XM table): others are set aside.
    twins:    the user key without CONFLICT_ID: rows kept after a replication conflict or a merge. The one identical
              to its main row is excluded (rule 'identical_twin'), a different one set aside ('different_twin').
    """

    name: str
    table: str
    by: str
    via: MemberColumn | None = None
    key: str = "ROW_ID"
    required: bool = False
    orphans: Orphans = Orphans.REJECT
    where: Condition | None = None
    known: tuple[str, tuple[str, ...]] | None = None
    twins: tuple[str, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Rows that are never loaded, by a named rule with a reason; of the root: the whole entity."""

    name: str
    member: str
    where: Condition
    reason: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Code:
    """A code crosswalk: list name (codes/<list>.csv) and, for lists under a parent, the column of the parent."""

    list: str
    parent: Column | None = None


@dataclass(frozen=True, slots=True)
class CodeList:
    """The rows of codes/<name>.csv that are in force: (parent or '', legacy value) -> platform code."""

    name: str
    codes: Dict[tuple[str, str], str]

    def values(self, codes: tuple[str, ...] = ()) -> tuple[str, ...]:
        """The legacy values that stand for one of these platform codes, under any parent; without codes, all values."""
        return tuple(value for (_, value), code in self.codes.items() if not codes or code in codes)


@dataclass(frozen=True, slots=True)
class Field:
    """How one platform column is made: source or constant, then steps, then code or reference, then rules.

    sources:  the first that is not null or blank counts; empty for a constant.
    steps:    applied in order; `otherwise` says what happens to a value that a step or the code list refuses.
    ref:      the value is the legacy key of another entity: it becomes that entity's derived id.
    row:      the value is the ROW_ID of a row of this entity: it becomes the id of the row that the labelled
              table map makes of it; where there is none the value is left empty and `otherwise` decides.
    when:     where it does not hold, the column is null (for a flag, that is not a judgement).
    rules:    judge the value after the steps, before code and reference.
    """

    column: str
    sources: tuple[Column, ...] = ()
    constant: Scalar = None
    steps: tuple[Call, ...] = ()
    code: Code | None = None
    ref: str | None = None
    row: str | None = None
    rules: tuple[tuple[Call, Consequence], ...] = ()
    otherwise: Consequence = Consequence.REJECT
    when: Condition | None = None
    field_class: FieldClass = FieldClass.B
    required: bool = False
    line: int = 0


@dataclass(frozen=True, slots=True)
class Join:
    """A 1:0..1 table beside the rows.

    It has the member's rows (where the condition holds) matched on the entity, or, with `on`, where the member's key
    equals that column of the rows.
    """

    alias: str
    member: str
    on: str | None = None
    where: Condition | None = None


@dataclass(frozen=True, slots=True)
class Each:
    """One platform row per named source column that has a value: `from: each` is the value, `each.<name>` a constant.

    unless_in: no row where the value already stands in that column of a member of the same entity.
    """

    name: str
    column: Column
    constants: Dict[str, Scalar] = field(default_factory=dict)
    unless_in: MemberColumn | None = None


@dataclass(frozen=True, slots=True)
class TableMap:
    """How rows of one platform table are made of the rows of one member.

    label:  unique in the mapping; part of the derived ids: `<entity>/<label>/<ROW_ID>`. The map of the root table
            makes the root's row, whose id is `<entity>/<key>`.
    into:   the platform table. Its primary key and the root's id column are filled without being written down.
    """

    label: str
    into: str
    member: str
    joins: tuple[Join, ...] = ()
    where: Condition | None = None
    each: tuple[Each, ...] = ()
    fields: tuple[Field, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """A judgement on the entity as a whole, by a judge of `migrate.transform`: counts, sums, pointers, order."""

    name: str
    call: Call
    consequence: Consequence
    field_class: FieldClass = FieldClass.B
    line: int = 0

    @property
    def whole(self) -> bool:
        """A rejection quarantines the whole entity, not the offending row alone."""
        return self.field_class is FieldClass.A


@dataclass(frozen=True, slots=True)
class Reason:
    """What one of the mapping's own rules or exclusions means, for people: a sentence in each official language."""

    rule: str
    en: str
    fr: str
    line: int = 0


class NaturalKind(StrEnum):
    """What the survey of a natural key looks for."""

    UNIQUE = "unique"  # values that more than one root claims (with `variant`: with different variants)
    POINTER = "pointer"  # chains of root keys that lead back to themselves


@dataclass(frozen=True, slots=True)
class Variant:
    """What several roots may have alike without contesting a natural key.

    code, turned: code lists that tell the column's value from the side of an unordered pair's first value: `code` for
                  rows that name the pair in order, `turned` for those that name it the other way round.
    """

    column: str
    code: str | None = None
    turned: str | None = None

    @property
    def lists(self) -> tuple[str, ...]:
        """The code lists for both ways round."""
        return (self.code, self.turned or self.code) if self.code else ()


@dataclass(frozen=True, slots=True)
class Natural:
    """A natural key of the root, normalised by steps; surveyed over all roots before the first batch.

    columns:   several are joined with '|' after the steps.
    unordered: two columns whose values make one key whichever of them comes first.
    """

    name: str
    kind: NaturalKind
    columns: tuple[str, ...]
    steps: tuple[Call, ...] = ()
    unordered: bool = False
    variant: Variant | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Dropped:
    """A source column that is in use and deliberately not carried over; the member '*' stands for every table.

    owner, since: who decided, and the ISO date of it, where the mapping says so.
    """

    member: str
    column: str
    reason: str
    owner: str = ""
    since: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Changes:
    """The columns, of the root and of every member, that tell that a row was changed.

    stamps:   when; the latest counts, and any of them may be null.
    version:  a number that grows with every change.
    """

    stamps: tuple[str, ...]
    version: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.stamps, *([self.version] if self.version else ()))


class Vanished(StrEnum):
    """What becomes of the platform's rows when the root is gone from the source."""

    MARK = "mark"  # they stay, with a quality mark
    REMOVE = "remove"  # they go, unless something else on the platform still refers to them


@dataclass(frozen=True, slots=True)
class Mapping:
    """How one Entity comes from the legacy tables: one YAML file, understood.

    root:       the member whose rows are the entities; `root.by` is its own key.
    members:    every other source table of the entity, in the order of the file.
    after:      entities that must be loaded before (references point at them).
    merged:     column (root's table or a 1:1 member as alias) that holds the dead key of a merged root.
    changes:    the columns that tell of changes; None: only reading everything again tells.
    vanished:   what becomes of an entity whose root is gone.
    codes:      the code lists that its fields use.
    digest:     SHA-256 of the file and of its code lists: which mapping made a row.
    """

    entity: str
    root: Member
    members: tuple[Member, ...]
    tables: tuple[TableMap, ...]
    after: tuple[str, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    rules: tuple[Rule, ...] = ()
    naturals: tuple[Natural, ...] = ()
    merged: MemberColumn | None = None
    changes: Changes | None = None
    vanished: Vanished = Vanished.MARK
    dropped: tuple[Dropped, ...] = ()
    reasons: tuple[Reason, ...] = ()
    codes: Dict[str, CodeList] = field(default_factory=dict)
    reads: Dict[str, tuple[str, ...]] = field(default_factory=dict)
    file: str = ""
    digest: str = ""

    def member(self, name: str) -> Member:
        """The root or member of that name; KeyError if there is none."""
        return self.by_name[name]

    @property
    def by_name(self) -> dict[str, Member]:
        """Root and members by name."""
        return {member.name: member for member in (self.root, *self.members)}

    @property
    def into(self) -> tuple[str, ...]:
        """The platform tables that this mapping fills, without repeats."""
        return tuple(dict.fromkeys(table.into for table in self.tables))

    def references(self) -> Iterator[tuple[TableMap, Field]]:
        """Every field that points at another entity."""
        return ((table, field) for table in self.tables for field in table.fields if field.ref)
