"""Half a day's work, planned: which kinds of change happen, on what, in which transactions.

A kind of change is a function of a ``Deed`` and a candidate under ``@change``; how often it happens stands in
``data/changes.csv``:

    @change(where=is_open)
    def case_closed(deed: Deed, case: Row) -> None:
        deed.update("S_CASE", case, application(case["ROW_ID"]), STATUS_CD="Closed", CLOSED_DT=Moment.NOW)

A function that writes nothing says that the candidate does not fit. A deed is taken when no other deed of the shift
touches its rows or its entities, so that open transactions never wait for each other and every line of the truth file
stands for one change. What a shift plans, it reads from what was committed before; the afternoon sees the morning.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from migrate.sample.aging.legacy import FIRST_NUMBER, Legacy, key_column
from migrate.sample.aging.model import OFFICER, Effect, Row, Stamp, Transaction, Write, client
from migrate.sample.aging.sound import Soundness
from migrate.sample.damage.plant import CASE_TABLES, CLIENT_TABLES
from migrate.sample.data import rows as data_rows
from migrate.sample.frame import strings
from migrate.sample.ids import application_numbers, client_identifiers, row_ids
from migrate.sample.schema import TABLES

MORNING, AFTERNOON = "morning", "afternoon"
_POOL = 600  # candidates at least, as long as there are so many
_FREE_FROM, _FREE = 40_000_000, 39_000_000  # of the numbers that identifiers are made of
_SPARE = 3  # candidates for each change that is wanted
_PLAIN_NAME = re.compile("[A-Z][a-z]{2,20}")
_COUNTED = {"cases": "S_CASE", "temporary": "S_CASE", "clients": "S_CONTACT", "survivors": "S_CONTACT"}
OWNERS = {
    **{table: ("client", column) for table, column in CLIENT_TABLES.items()},
    **{table: ("application", column) for table, column in CASE_TABLES.items()},
    "S_PARTY_PER": ("client", "PERSON_ID"),
    "S_CONTACT_REL": ("relation", "ROW_ID"),
    "S_CASE_REL": ("application_link", "ROW_ID"),
}
"""Table -> the entity its rows belong to, and the column with that entity's key."""


@dataclass(frozen=True, slots=True)
class Change:
    """A kind of change: what it falls on, how often in a day, in which half of it, and how it is committed."""

    name: str
    of: str
    per_day: float
    at_least: int
    shift: str
    plan: Callable[[Deed, Row], None]
    where: Callable[[Row], bool] | None
    after: str
    together: bool
    held: bool
    slow: int


REGISTRY: dict[str, Change] = {}


def change(
    *,
    where: Callable[[Row], bool] | None = None,
    after: str = "",
    together: bool = False,
    held: bool = False,
    slow: int = 0,
) -> Callable[[Callable[[Deed, Row], None]], Callable[[Deed, Row], None]]:
    """Register a kind of change under its function's name.

    where     which candidates fit, by their root row
    after     only what was changed by this kind earlier in the day
    together  one transaction for all of a shift; ``held``: which is committed when the shift ends
    slow      seconds by which the session's clock is behind
    """

    def register(plan: Callable[[Deed, Row], None]) -> Callable[[Deed, Row], None]:
        name = plan.__name__
        line = next(line for line in data_rows("changes") if line["change"] == name)
        REGISTRY[name] = Change(
            name, line["of"], float(line["per_day"]), int(line["at_least"]), line["shift"],
            plan, where, after, together, held, slow,
        )  # fmt: skip
        return plan

    return register


class Deed:
    """One change in the making: reads what it needs, collects what it writes."""

    def __init__(self, shift: Shift) -> None:
        self.shift = shift
        self.writes: list[Write] = []
        self.remembered: list[str] = []

    # -- reading -----------------------------------------------------------------------------------

    def rows(self, table: str, column: str, key: str) -> list[Row]:
        """The rows that name a key in a column."""
        return self.shift.legacy.rows(table, column, [key])

    def children(self, table: str, root: Row) -> list[Row]:
        """The rows of a member table that belong to this client or application."""
        return self.rows(table, OWNERS[table][1], root["ROW_ID"])

    # -- writing -----------------------------------------------------------------------------------

    def update(self, table: str, row: Row, *effects: Effect, stamp: Stamp = OFFICER, **values: Any) -> None:
        """Change some columns of a row."""
        effects = effects or tuple(effects_of(table, row))
        self.writes.append(Write("update", table, row[key_column(table)], values, stamp, effects))

    def insert(self, table: str, *effects: Effect, **values: Any) -> str:
        """A new row, with a new ROW_ID unless one is given; the ROW_ID."""
        key = key_column(table)
        values = {key: values.get(key) or self.shift.new_id()} | {
            column: value for column, value in values.items() if column != key
        }
        effects = effects or tuple(effects_of(table, values))
        self.writes.append(Write("insert", table, values[key], values, OFFICER, effects))
        return str(values[key])

    def copy(self, table: str, row: Row, *effects: Effect, **changes: Any) -> str:
        """A new row like another, but for its system columns and these changes; its ROW_ID."""
        own = {column.name for column in TABLES["S_BU"].columns[:10]}
        alike = {column: value for column, value in row.items() if column not in own and value is not None}
        return self.insert(table, *effects, **{**alike, **changes})

    def delete(self, table: str, row: Row, *effects: Effect) -> None:
        """Remove a row for good."""
        effects = effects or tuple(effects_of(table, row))
        self.writes.append(Write("delete", table, row[key_column(table)], {}, OFFICER, effects))

    # -- saying ------------------------------------------------------------------------------------

    def remember(self, *keys: str) -> None:
        """Leave keys for a kind of change that comes after this one."""
        self.remembered.extend(keys)

    def sentence(self) -> str:
        """What an officer may write in a remark; never twice the same."""
        line = self.shift.sentences[int(self.shift.rng.integers(len(self.shift.sentences)))]
        return f"{line} ({self.shift.new_number()})"


def effects_of(table: str, row: Row) -> Iterator[Effect]:
    """What a change of a row means to the entity that it belongs to."""
    if table == "S_LST_OF_VAL":
        yield Effect("code_value", row["ROW_ID"])
    elif table == "S_PS_CREDENTIAL" and row.get("X_CASE_ID") is None:
        yield client(row["CONTACT_ID"])
    elif table in OWNERS:
        entity, column = OWNERS[table]
        yield Effect(entity, row[column] or "")


@dataclass(slots=True)
class Day:
    """What the shifts of a day share: its random stream, the numbers it takes, what earlier kinds left behind."""

    rng: np.random.Generator
    next_number: int
    memory: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    counts: Counter[str] = field(default_factory=Counter)
    avoid: frozenset[str] = frozenset()
    _ids: list[str] = field(default_factory=list)

    def number(self) -> int:
        """A running number that nobody else takes."""
        self.next_number += 1
        return self.next_number - 1

    def id(self) -> str:
        """A ROW_ID that no row has; taken in blocks of a hundred, as the legacy does."""
        if not self._ids:
            self._ids = row_ids(np.arange(self.next_number, self.next_number + 100)).to_pylist()[::-1]
            self.next_number += 100
        return self._ids.pop()


class Shift:
    """Plans the changes of half a day."""

    def __init__(self, legacy: Legacy, day: Day, part: str = MORNING, rate: float = 1.0) -> None:
        self.legacy, self.day, self.rng = legacy, day, day.rng
        self.part = part
        self.sound = Soundness(legacy)
        self.transactions: list[Transaction] = []
        self._rate = rate
        self._claimed: set[tuple[str, str]] = set()
        self._pools: dict[str, list[Row]] = {}

    # -- planning ----------------------------------------------------------------------------------

    def plan(self) -> list[Transaction]:
        """The transactions of this part of the day."""
        for line in data_rows("changes"):
            if line["shift"] == self.part:
                self._happen(REGISTRY[line["change"]])
        return self.transactions

    def _happen(self, kind: Change) -> None:
        wanted = self.wanted(kind)
        together = Transaction(kind.name, held=kind.held, slow=kind.slow)
        for candidate in self.candidates(kind):
            if wanted == 0:
                break
            if kind.where is not None and not kind.where(candidate):
                continue
            deed = Deed(self)
            kind.plan(deed, candidate)
            if deed.writes and self._accept(deed):
                wanted -= 1
                self.day.counts[kind.name] += 1
                self.day.memory[kind.name] += deed.remembered
                if kind.together:
                    together.writes += deed.writes
                else:
                    self.transactions.append(Transaction(kind.name, deed.writes, kind.held, kind.slow))
        if together.writes:
            self.transactions.append(together)

    def wanted(self, kind: Change) -> int:
        """How many of this kind."""
        table = _COUNTED.get(kind.of)
        size = self._sizes[table] if table else 0
        return max(round(kind.per_day * self._rate * size), kind.at_least)

    @cached_property
    def _sizes(self) -> dict[str, int]:
        return {table: self.legacy.count(table) for table in ("S_CASE", "S_CONTACT")}

    def _accept(self, deed: Deed) -> bool:
        touched = {(write.table, write.row_id) for write in deed.writes}
        touched |= {(effect.entity, effect.key) for write in deed.writes for effect in write.effects}
        if touched & self._claimed or any(key in self.day.avoid for _, key in touched):
            return False
        self._claimed |= touched
        return True

    # -- candidates --------------------------------------------------------------------------------

    def candidates(self, kind: Change) -> Iterable[Row]:
        """Rows that a kind of change may fall on, in an order that only chance decides."""
        if kind.after:
            keys = self.day.memory[kind.after]
            return self.sound.cases(keys) if kind.of == "cases" else self.sound.clients(keys)
        return self.pool(kind.of)

    def pool(self, of: str) -> list[Row]:
        """The shift's sound clients or applications, or the rows of another pool; those that are taken included."""
        if of not in self._pools:
            rows = getattr(self, f"_{of}")()
            self._pools[of] = [rows[place] for place in self.rng.permutation(len(rows))]
        free = {"cases": "application", "clients": "client"}.get(of, "")
        return [row for row in self._pools[of] if (free, row["ROW_ID"]) not in self._claimed]

    def _keys(self, of: str, table: str) -> list[str]:
        wanted = sum(
            self.wanted(kind) for kind in REGISTRY.values() if (kind.of, kind.shift) == (of, self.part)
        )
        return self.legacy.some(table, max(_POOL, wanted * _SPARE), self.rng)

    def _cases(self) -> list[Row]:
        return self.sound.cases(self._keys("cases", "S_CASE"))

    def _clients(self) -> list[Row]:
        return self.sound.clients(self._keys("clients", "S_CONTACT"))

    def _survivors(self) -> list[Row]:
        """Clients who swallowed another one before today, as far as the extension row says so."""
        table = self.legacy.tables["S_CONTACT_X"]
        rows = self.legacy.matching("S_CONTACT_X", table.c.X_REPLACED_ROW_ID.is_not(None), _POOL)
        before = {row["PAR_ROW_ID"] for row in rows} - set(self.day.memory["merge"])
        return self.sound.clients(before)

    def _temporary(self) -> list[Row]:
        """Applications that still have a temporary number."""
        column = self.legacy.tables["S_CASE"].c.CASE_NUM
        rows = self.legacy.matching("S_CASE", column.like("X%"), _POOL)
        return self.sound.cases(row["ROW_ID"] for row in rows)

    def _lists(self) -> list[Row]:
        """Values in use of lists that are stored as codes."""
        stored = {
            column.lov for table in TABLES.values() for column in table.columns if column.storage != "M"
        }
        column = self.legacy.tables["S_LST_OF_VAL"].c.ACTIVE_FLG
        rows = self.legacy.matching("S_LST_OF_VAL", column == "Y", 5_000)
        return [row for row in rows if row["TYPE"] not in stored and row["PAR_ROW_ID"] is None]

    # -- what deeds take ---------------------------------------------------------------------------

    def new_id(self) -> str:
        """A ROW_ID that no row has."""
        return self.day.id()

    def new_number(self) -> int:
        """A running number that nobody else takes."""
        return self.day.number()

    def new_identifier(self) -> str:
        """A client identifier that nobody bears."""
        numbers = np.array([self._business_number()])
        return str(client_identifiers(numbers, np.zeros(1, bool))[0].as_py())

    def new_case_number(self, letters: str) -> str:
        """An application number that no application bears."""
        return str(application_numbers(np.array([self._business_number()]), strings([letters]))[0].as_py())

    def _business_number(self) -> int:
        """Numbers that ``sample make`` leaves free."""
        return _FREE_FROM + (self.new_number() - FIRST_NUMBER) % _FREE

    def name(self) -> tuple[str, str]:
        """A family name and the given name of somebody else."""
        one, other = self.rng.integers(0, len(self._names), 2).tolist()
        return self._names[one]["LAST_NAME"], self._names[other]["FST_NAME"]

    @cached_property
    def _names(self) -> list[Row]:
        names = ("LAST_NAME", "FST_NAME")
        return [
            row
            for row in self.pool("clients")
            if all(_PLAIN_NAME.fullmatch(row[name] or "") for name in names)
        ]

    @cached_property
    def sentences(self) -> list[str]:
        """What officers write."""
        return [line["sentence"] for line in data_rows("notes")]

    @cached_property
    def representatives(self) -> list[str]:
        """ROW_IDs of some who may speak for clients."""
        table = self.legacy.tables["S_CONTACT"]
        condition = (table.c.CON_CD == "Representative") & (table.c.EMP_FLG == "N")
        return [row["ROW_ID"] for row in self.legacy.matching("S_CONTACT", condition, 50)]

    @cached_property
    def officers(self) -> list[str]:
        """ROW_IDs of some users."""
        users = self.legacy.some("S_USER", 50, self.rng)
        return [users[place] for place in self.rng.permutation(len(users))]
