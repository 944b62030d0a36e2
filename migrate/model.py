"""The nouns of moving. Read this first: every other module is about these values.

A **Mapping** (`migrate.mapping`) says what happens to an Entity. A plan cuts the work into **Slices**; the
pipeline moves a Slice in **Batches**; `apply` turns a Batch into an **Outcome**; the load writes the Outcome
and returns a **Tally** whose books balance.

Everything here is frozen and does no I/O. Rows travel as Arrow tables (`pyarrow.Table`); a legacy key is text,
compared byte by byte, never trimmed or folded; a platform id is 16 raw bytes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class KeyRange:
    """A half-open range of keys, `low <= key < high`, in the order of the source database; None is no end."""

    low: str | None = None
    high: str | None = None

    def __str__(self) -> str:
        return f"[{self.low or '…'}, {self.high or '…'})"


class SliceKind(StrEnum):
    """What a Slice reads: whole entities by key range, rows that no key range reaches, or chosen keys."""

    RANGE = "range"
    LOOSE = "loose"  # member rows with an empty or dead pointer to their parent
    SURVEY = "survey"  # natural keys of all roots, before the first range of the entity
    KEYS = "keys"  # a second look at chosen entities, such as held ones whose parent has arrived
    CHOSEN = "chosen"  # entities that a net has named: the candidates of the range
    GONE = "gone"  # those of them whose root is gone from the source


@dataclass(frozen=True, slots=True)
class Slice:
    """A unit of planning and of retry: some neighbouring Batches of one Entity, in order.

    entity:  name of the Mapping.
    number:  position within the entity's plan, from 0; with the entity it names the Slice in ledger and log.
    ranges:  one key range per Batch; for LOOSE slices, of the member's pointer (`via`) or of its own key.
    member:  only for LOOSE slices: the member whose rows are read.
    """

    entity: str
    number: int
    kind: SliceKind
    ranges: tuple[KeyRange, ...]
    member: str | None = None

    def __str__(self) -> str:
        of = f" {self.member}" if self.member else ""
        return f"{self.entity} {self.kind}{of} {self.number}"


@dataclass(frozen=True, slots=True)
class Batch:
    """Whole entities as read from the source: the unit of commit.

    tables:  member name -> rows, in the canonical types of `migrate.canonical`; the root under its own name.
             Every table has the columns that the Mapping reads and no other.
    asked:   the keys that were asked for, where the batch was read by keys.
    """

    entity: str
    slice: Slice
    range: KeyRange
    tables: Mapping[str, "pa.Table"]
    asked: "pa.Array | None" = None

    @property
    def rows(self) -> int:
        """Legacy rows in the batch, all members together."""
        return sum(table.num_rows for table in self.tables.values())

    @property
    def bytes(self) -> int:
        """What these take in memory."""
        return sum(table.nbytes for table in self.tables.values())


@dataclass(frozen=True, slots=True)
class Lookup:
    """What `apply` may know beside the Batch; gathered before, so that `apply` touches no database.

    as_of:      the instant that ages and retention are judged against, from the source's clock (naive UTC).
    known:      entity -> legacy keys that have a platform row (of those that the batch refers to).
    contested:  (entity, natural key name) -> values that more than one root claims.
    natural:    (entity, natural key name) -> table (key, value) for the referred entities.
    looped:     (entity, natural key name) -> keys whose chain of pointers leads back to themselves.
    """

    as_of: datetime
    known: Mapping[str, "pa.Array"] = field(default_factory=dict)
    contested: Mapping[tuple[str, str], "pa.Array"] = field(default_factory=dict)
    natural: Mapping[tuple[str, str], "pa.Table"] = field(default_factory=dict)
    looped: Mapping[tuple[str, str], "pa.Array"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TargetColumn:
    """A column of the platform: its Arrow type, whether it may be null, and its width in characters (text only).

    code_list:  the list whose codes it holds.
    points_at:  the table whose rows its ids name.
    least:      the smallest number that it may hold.
    elsewhere:  it never names its own row.
    """

    name: str
    type: "pa.DataType"
    nullable: bool = True
    width: int | None = None
    code_list: str | None = None
    points_at: str | None = None
    least: int | None = None
    elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class TargetTable:
    """A platform table as the mapping, the transform and the load need to know it.

    key:      its uuid primary key.
    root:     the table of its aggregate's root; itself for a root.
    root_id:  the column with the root's id; the key for a root. None for tables outside any aggregate.
    """

    name: str
    key: str
    root: str | None
    root_id: str | None
    columns: Mapping[str, TargetColumn]


Layout = Mapping[str, TargetTable]
"""The platform's tables by name, parents before children."""


class Disposition(StrEnum):
    """What became of an entity in one Batch, before the load compares it with what is there."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    HELD = "held"
    EXCLUDED = "excluded"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What `apply` made of a Batch. Pure data: nothing has been written yet.

    keys:        (key: string, id: fixed_size_binary(16), disposition: string), one row per entity read; the position
                 of a row is the entity's index within the batch. An orphan counts as an entity under the key of
                 its missing root.
    tables:      platform table -> rows in the platform's types, of accepted entities only. Beside the platform's
                 columns each has `_entity` (int32), the index into `keys`. Quality marks are rows like any other.
    quarantine:  (key, scope, state, member, table, row_id, column, rule, value, needs_entity, needs_key), all string,
                 one row per reason: scope 'entity' or 'row'; state 'rejected' or 'held'; `value` is protected.
    excluded:    (key, table, row_id, rule), one row per excluded entity (row_id = key) or member row.
    stubs:       (entity, key): referred rows that do not exist and are stood in for.
    merges:      (loser, survivor): legacy keys that the legacy system itself merged.
    fingerprint: one 16-byte value per row of `keys`, of what the platform shall hold (null unless accepted).
    version:     one 16-byte value per row of `keys`, of what the source said about changes; None: nothing.
    unclaimed:   (key, version): keys that were asked for and brought no entity of this mapping; None: none.
    """

    entity: str
    keys: "pa.Table"
    tables: Mapping[str, "pa.Table"]
    quarantine: "pa.Table"
    excluded: "pa.Table"
    stubs: "pa.Table"
    merges: "pa.Table"
    fingerprint: "pa.Array"
    version: "pa.Array | None" = None
    unclaimed: "pa.Table | None" = None


@dataclass(frozen=True, slots=True)
class Tally:
    """The counts of a batch, a slice or a run, in source entities. Adds with `sum()`; knows whether it balances.

    A merged entity is not read: its key is, on the platform, and counts as read; a deleted one stands beside the books.
    `rows_read` and `rows_written` count table rows, `set_aside` member rows in quarantine whose entity was loaded,
    `flagged` open quality marks, `converted` recorded conversions, `stubs` stand-ins; they are beside the books.
    `waived` counts, at the end of a run, those of the rejected, held and set aside that a person lets stand.
    """

    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    merged: int = 0
    deleted: int = 0
    rejected: int = 0
    held: int = 0
    excluded: int = 0
    rows_read: int = 0
    rows_written: int = 0
    set_aside: int = 0
    flagged: int = 0
    converted: int = 0
    stubs: int = 0
    waived: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    def __radd__(self, other: int) -> "Tally":  # sum() starts from 0
        return self if other == 0 else NotImplemented

    @property
    def accounted(self) -> int:
        """Entities whose fate is known; a vanished one was not read and so is not among them."""
        return (
            self.created
            + self.updated
            + self.unchanged
            + self.merged
            + self.rejected
            + self.held
            + self.excluded
        )

    @property
    def balanced(self) -> bool:
        """True when every entity that was read is accounted for: Law 1."""
        return self.read == self.accounted

    @property
    def to_look_at(self) -> int:
        """Entities and rows that wait for a person: the reason for exit code 1."""
        return self.rejected + self.held + self.set_aside - self.waived
