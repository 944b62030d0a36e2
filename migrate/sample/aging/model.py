"""The nouns of a day of work: a write with its stamp, what it means for an entity, and a deed that holds them.

Nothing here touches a database. Moments are not known yet while a day is planned: a value that depends on the
moment of its write is one of ``Moment``, and ``Stamp`` says how the system columns follow from that moment.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

Row = dict[str, Any]
"""A row of a legacy table, by its columns."""

CREATED, UPDATED, UNCHANGED, DELETED, MERGED, UNMERGED = (
    "created",
    "updated",
    "unchanged",
    "deleted",
    "merged",
    "unmerged",
)
DELTA, SWEEP, DEEP = "delta", "sweep", "deep"


def emptied(columns: Iterable[str]) -> Row:
    """These columns, empty."""
    return dict.fromkeys(columns)


class Moment(Enum):
    """A value that stands for the moment of its write."""

    NOW = "utc"
    LOCAL = "wall time in Ottawa"
    TODAY = "date at midnight"


@dataclass(frozen=True, slots=True)
class Stamp:
    """How a write leaves the system columns of its row.

    last, db    whether LAST_UPD and DB_LAST_UPD move to the moment of the write; ``clear`` empties DB_LAST_UPD
    days_back   by how many days both lie before that moment
    counts      whether MODIFICATION_NUM grows
    by          who is said to have changed the row; the session's officer where empty
    source      what DB_LAST_UPD_SRC says
    block       all rows of the transaction bear the moment at which it began
    net         the narrowest net that is sure to find the write
    """

    last: bool = True
    db: bool = True
    clear: bool = False
    days_back: int = 0
    counts: bool = True
    by: str = ""
    source: str = "User"
    block: bool = False
    net: str = DELTA


OFFICER = Stamp()
NOT_MOVED = Stamp(last=False, db=False, source="", net=SWEEP)
MISSING = Stamp(db=False, clear=True)
SILENT = Stamp(last=False, db=False, counts=False, source="", net=DEEP)
REPLICATED = Stamp(last=False, counts=False, source="Replication")
SCRIPT = Stamp(by="0-1", source="PLSQL", block=True)
RELOADED = Stamp(counts=False, by="0-1", source="EIM", block=True)


def backdated(days: int) -> Stamp:
    """Both stamps lie some days before the write."""
    return Stamp(days_back=days, net=SWEEP)


@dataclass(frozen=True, slots=True)
class Effect:
    """What becomes of an entity at the next sync.

    ``survivor`` of a merge; of an unmerge, whom the client came out of. ``net`` where the write's own does not see it.
    """

    entity: str
    key: str
    expected: str = UPDATED
    survivor: str = ""
    note: str = ""
    net: str = ""


def client(key: str, expected: str = UPDATED, survivor: str = "", note: str = "", net: str = "") -> Effect:
    """The effect on a client."""
    return Effect("client", key, expected, survivor, note, net)


def application(key: str, expected: str = UPDATED) -> Effect:
    """The effect on an application."""
    return Effect("application", key, expected)


@dataclass(frozen=True, slots=True)
class Write:
    """One row inserted, updated or deleted. ``values`` are those of the columns beside the system's own."""

    verb: str
    table: str
    row_id: str
    values: Row
    stamp: Stamp
    effects: tuple[Effect, ...]


@dataclass(slots=True)
class Transaction:
    """Writes that one session commits together.

    held      committed only at the end of the shift
    slow      seconds by which the session's clock is behind
    """

    kind: str
    writes: list[Write] = field(default_factory=list)
    held: bool = False
    slow: int = 0
