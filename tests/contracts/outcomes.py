"""A small platform and made-up Outcomes, for the contract suites of state and target.

The platform: `thing` with its members `part` and `step`, `account` (of which stand-ins are made), `quality_mark`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

from migrate.canonical import derive_id, fingerprints
from migrate.load.stubs import Stub
from migrate.model import Disposition, KeyRange, Layout, Outcome, Slice, SliceKind
from migrate.platform.layout import describe

SYSTEM, ENTITY = "shop", "thing"
AS_OF = datetime(2026, 1, 1)  # noqa: DTZ001  # the source's clock
PLATFORM = MetaData(
    naming_convention={"pk": "pk_%(table_name)s", "fk": "fk_%(table_name)s__%(column_0_N_name)s"}
)

Table(
    "account",
    PLATFORM,
    Column("account_id", Uuid, primary_key=True),
    Column("login", String(20), nullable=False),
    Column("status", String(10), nullable=False),
    info={"root": "account", "root_id": "account_id"},
)
Table(
    "thing",
    PLATFORM,
    Column("thing_id", Uuid, primary_key=True),
    Column("name", String(40), nullable=False),
    Column("note", Text),
    Column("price", Numeric(12, 2)),
    Column("seen_at", DateTime(timezone=True)),
    Column("made_on", Date),
    Column("is_open", Boolean),
    Column("maker_id", Uuid, ForeignKey("account.account_id")),
    info={"root": "thing", "root_id": "thing_id"},
)
Table(
    "part",
    PLATFORM,
    Column("part_id", Uuid, primary_key=True),
    Column("thing_id", Uuid, ForeignKey("thing.thing_id"), nullable=False),
    Column("label", Text, nullable=False),
    UniqueConstraint("thing_id", "label", name="uq_part__thing_id_label"),
    Index("ix_part__thing_id", "thing_id"),
    info={"root": "thing", "root_id": "thing_id"},
)
Table(
    "step",
    PLATFORM,
    Column("step_id", Uuid, primary_key=True),
    Column("thing_id", Uuid, ForeignKey("thing.thing_id"), nullable=False),
    Column("part_id", Uuid, ForeignKey("part.part_id")),
    Column("title", Text),
    Index("ix_step__thing_id", "thing_id"),
    info={"root": "thing", "root_id": "thing_id"},
)
Table(
    "quality_mark",
    PLATFORM,
    Column("quality_mark_id", Uuid, primary_key=True),
    Column("root_entity", String(63), nullable=False),
    Column("root_id", Uuid, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("rule", String(60), nullable=False),
    Index("ix_quality_mark__root_id", "root_id"),
    info={"root": "*", "root_id": "root_id"},
)

LAYOUT: Layout = {table.name: describe(table) for table in PLATFORM.sorted_tables}
STUBS = {"account": Stub("account", {"login": "{key}", "status": "FORMER"})}
DIGESTS = {ENTITY: "d" * 64, "account": "a" * 64}


@dataclass(frozen=True)
class Thing:
    """A thing that is accepted. Parts and steps are (row id, text); marks are (kind, rule)."""

    name: str = "a thing"
    parts: tuple[tuple[str, str], ...] = ()
    steps: tuple[tuple[str, str], ...] = ()
    marks: tuple[tuple[str, str], ...] = ()
    maker: str | None = None
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Rejected:
    """A thing in quarantine by some rules."""

    rules: tuple[str, ...] = ("bad",)
    value: str = "secret value"


@dataclass(frozen=True)
class Held:
    """A thing that waits for others: (entity, key)."""

    needs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Excluded:
    """A thing that is left out by a named rule."""

    rule: str = "not_wanted"


Texts = dict[str, str | None]
Fate = Thing | Rejected | Held | Excluded

_DEFAULTS = {
    "note": None,
    "price": Decimal("12.50"),
    "seen_at": datetime(2020, 2, 29, 12, 0, 0, 123456, UTC),
    "made_on": date(1999, 12, 31),
    "is_open": True,
}


def thing_id(key: str) -> bytes:
    return derive_id(SYSTEM, f"{ENTITY}/{key}")


def slices(*sizes: int) -> tuple[Slice, ...]:
    """RANGE slices with as many batches as each number says; the borders are invented."""

    def ranges(number: int, size: int) -> tuple[KeyRange, ...]:
        return tuple(KeyRange(f"{number}-{n}", f"{number}-{n + 1}") for n in range(size))

    return tuple(Slice(ENTITY, n, SliceKind.RANGE, ranges(n, size)) for n, size in enumerate(sizes))


def outcome(
    things: Mapping[str, Fate],
    *,
    stubs: Iterable[tuple[str, str]] = (),
    merges: Iterable[tuple[str, str]] = (),
    set_aside: Iterable[tuple[str, str]] = (),
) -> Outcome:
    """What `apply` would have made of these things. `set_aside`: (key, row id) of member rows in quarantine."""
    tables = _tables(things)
    quarantine: list[Texts] = []
    excluded: list[Texts] = []
    for key, fate in things.items():
        match fate:
            case Rejected(rules, value):
                quarantine += [_line(key, "entity", "rejected", rule, value) for rule in rules]
            case Held(needs):
                quarantine += [_line(key, "entity", "held", "missing", None, *need) for need in needs]
            case Excluded(rule):
                excluded.append({"key": key, "table": "THING", "row_id": key, "rule": rule})
            case _:
                pass
    quarantine += [_line(key, "row", "rejected", "odd", "x", row_id=row_id) for key, row_id in set_aside]
    marks = fingerprints(tables, len(things)).to_pylist()
    accepted = [isinstance(fate, Thing) for fate in things.values()]
    return Outcome(
        ENTITY,
        pa.table(
            {
                "key": pa.array(list(things), pa.string()),
                "id": pa.array([thing_id(key) for key in things], pa.binary(16)),
                "disposition": pa.array([str(_disposition(fate)) for fate in things.values()], pa.string()),
            }
        ),
        tables,
        _texts(_LINE, quarantine),
        _texts(("key", "table", "row_id", "rule"), excluded),
        _texts(("entity", "key"), [{"entity": entity, "key": key} for entity, key in stubs]),
        _texts(("loser", "survivor"), [{"loser": loser, "survivor": survivor} for loser, survivor in merges]),
        pa.array(
            [mark if loaded else None for mark, loaded in zip(marks, accepted, strict=True)], pa.binary(16)
        ),
    )


_LINE = (
    "key", "scope", "state", "member", "table", "row_id", "column", "rule", "value", "needs_entity", "needs_key",
)  # fmt: skip


def _line(
    key: str,
    scope: str,
    state: str,
    rule: str,
    value: str | None,
    needs_entity: str | None = None,
    needs_key: str | None = None,
    row_id: str | None = None,
) -> Texts:
    values = (
        key,
        scope,
        state,
        "THING",
        "THING",
        row_id or key,
        "NAME",
        rule,
        value,
        needs_entity,
        needs_key,
    )
    return dict(zip(_LINE, values, strict=True))


def _texts(names: tuple[str, ...], rows: list[Texts]) -> pa.Table:
    return pa.table({name: pa.array([row.get(name) for row in rows], pa.string()) for name in names})


def _disposition(fate: Fate) -> Disposition:
    match fate:
        case Thing():
            return Disposition.ACCEPTED
        case Rejected():
            return Disposition.REJECTED
        case Held():
            return Disposition.HELD
        case Excluded():
            return Disposition.EXCLUDED


def _tables(things: Mapping[str, Fate]) -> dict[str, pa.Table]:
    rows: dict[str, list[dict[str, Any]]] = {"thing": [], "part": [], "step": [], "quality_mark": []}
    for index, (key, fate) in enumerate(things.items()):
        if not isinstance(fate, Thing):
            continue
        root = {"_entity": index, "thing_id": thing_id(key)}
        maker = None if fate.maker is None else derive_id(SYSTEM, f"account/{fate.maker}")
        rows["thing"].append(root | {"name": fate.name, "maker_id": maker} | _DEFAULTS | dict(fate.more))
        for row_id, label in fate.parts:
            rows["part"].append(root | {"part_id": derive_id(SYSTEM, f"part/{row_id}"), "label": label})
        for row_id, title in fate.steps:
            part = derive_id(SYSTEM, f"part/{fate.parts[0][0]}") if fate.parts else None
            step = derive_id(SYSTEM, f"step/{row_id}")
            rows["step"].append(root | {"step_id": step, "part_id": part, "title": title})
        for number, (kind, rule) in enumerate(fate.marks):
            mark = derive_id(SYSTEM, f"mark/{key}/{number}")
            about = {"quality_mark_id": mark, "root_entity": ENTITY, "root_id": thing_id(key)}
            rows["quality_mark"].append({"_entity": index} | about | {"kind": kind, "rule": rule})
    return {name: _typed(name, lines) for name, lines in rows.items() if lines}


def _typed(name: str, lines: list[dict[str, Any]]) -> pa.Table:
    kinds = {column.name: column.type for column in LAYOUT[name].columns.values()} | {"_entity": pa.int32()}
    return pa.table(
        {column: pa.array([line[column] for line in lines], kinds[column]) for column in lines[0]}
    )
