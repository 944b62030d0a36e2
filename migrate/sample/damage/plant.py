"""How damage is planted: registration, fair picking, and lines in the truth file.

A damage is a function of a ``Plant`` under ``@damage``. It picks rows of aggregates that carry no other damage,
changes them, and says so:

    @damage("P18", "S_CONTACT", rate=0.01, disposition=LOAD)
    def drifted_shadow_name(plant: Plant) -> None:
        at = plant.pick()
        plant.set("X_LAST_NAME_UP", at, "ANOTHER NAME")

``pick`` takes at most one row of an aggregate, and afterwards no other damage touches that aggregate, so that no
disposition hides another. Persons of some citizenships are picked more often (``data/citizenships.csv``). The
first block has at least three of each damage.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from migrate.sample.block import CLIENTS, Block
from migrate.sample.data import citizenships
from migrate.sample.frame import Bools, Ints, Rows, mask
from migrate.sample.truth import Truth

LOAD, CONV, FLAG, QUAR, EXCL, MERGED = "LOAD", "CONV", "FLAG", "QUAR", "EXCL", "MERGED"
OUT_OF_SCOPE = "OUT_OF_SCOPE"
ENTITY, ROW = "entity", "row"
AT_LEAST = 3
_SPARE_NUMBERS = 20_000_000

CLIENT_TABLES = {
    "S_PARTY": "ROW_ID",
    "S_CONTACT": "ROW_ID",
    "S_CONTACT_X": "PAR_ROW_ID",
    "S_CONTACT_XM": "PAR_ROW_ID",
    "S_CON_ADDR": "CONTACT_ID",
    "S_PER_COMM_ADDR": "PER_ID",
    "S_CON_IDNTY_DOC": "CONTACT_ID",
}
CASE_TABLES = {
    "S_CASE": "ROW_ID",
    "S_CASE_X": "PAR_ROW_ID",
    "S_CASE_XM": "PAR_ROW_ID",
    "S_CASE_CON": "CASE_ID",
    "S_EVT_ACT": "CASE_ID",
    "S_NOTE_CASE": "SRC_ROW_ID",
    "S_CASE_ATT": "PAR_ROW_ID",
    "S_INVOICE": "X_CASE_ID",
    "S_SRC_PAYMENT": "X_CASE_ID",
    "S_PS_CREDENTIAL": "X_CASE_ID",
}


@dataclass(frozen=True, slots=True)
class Damage:
    """A kind of damage: its id, the table it falls on, its rate per row of that table, and what becomes of it."""

    id: str
    table: str
    rate: float
    disposition: str
    scope: str
    claims: bool
    first: bool
    function: Callable[[Plant], None]

    @property
    def stage(self) -> int:
        """What decides about whole roots is planted first, what is merely loaded last."""
        if self.first:
            return 0
        if self.disposition in (QUAR, EXCL):
            return 1 if self.scope == ENTITY else 2
        return 4 if self.disposition in (LOAD, OUT_OF_SCOPE) else 3


REGISTRY: list[Damage] = []


def damage(
    name: str,
    table: str,
    *,
    rate: float,
    disposition: str,
    scope: str = ROW,
    claims: bool = True,
    first: bool = False,
) -> Callable[[Callable[[Plant], None]], Callable[[Plant], None]]:
    """Register a damage. ``claims=False`` lets other damage fall on the same aggregate, in other columns."""

    def register(function: Callable[[Plant], None]) -> Callable[[Plant], None]:
        REGISTRY.append(Damage(name, table, rate, disposition, scope, claims, first, function))
        return function

    return register


class Ground:
    """A block that damage is planted in: which clients and cases are still untouched."""

    def __init__(self, block: Block) -> None:
        self.block = block
        self.truth = Truth()
        self.free_clients: Bools = np.ones(len(block.people), bool)
        self.free_cases: Bools = np.ones(len(block.cases), bool)
        share = citizenships().damage
        self.client_weight = share[block.people.citizenship]
        self.case_weight = self.client_weight[block.cases.applicant]
        self.lonely = self._lonely()
        self.has_case: Bools = np.zeros(len(block.people), bool)
        self.has_case[block.cases.applicant] = True
        self._owners: dict[str, tuple[pa.Array, Ints]] = {}

    def _lonely(self) -> Bools:
        """Clients nobody else's application refers to."""
        parties, cases = self.block.parties, self.block.cases
        foreign = parties.person != cases.applicant[parties.case]
        lonely = np.ones(len(self.block.people), bool)
        lonely[parties.person[foreign]] = False
        return lonely

    def owner(self, table: str) -> Ints:
        """The client or case each row of a table belongs to, by position; -1 for rows of neither."""
        is_client = table in CLIENT_TABLES
        column = self.block[table][CLIENT_TABLES[table] if is_client else CASE_TABLES[table]]
        known = self._owners.get(table)
        if known is None or known[0] is not column:
            keys = self.block.people.row_id if is_client else self.block.cases.row_id
            owner = np.asarray(pc.fill_null(pc.index_in(column, keys), -1).to_numpy(), dtype=np.int64)
            known = self._owners[table] = column, owner
        return known[1]

    def claim_client(self, at: Ints) -> None:
        """No other damage touches these clients or the applications they made."""
        self.free_clients[at] = False
        self.free_cases[np.isin(self.block.cases.applicant, at)] = False


class Plant:
    """One damage at work in one block."""

    def __init__(self, ground: Ground, kind: Damage) -> None:
        self.ground, self.kind, self.block = ground, kind, ground.block
        self.rng = ground.block.rng
        self.people, self.cases, self.world = self.block.people, self.block.cases, self.block.world

    @property
    def rows(self) -> Rows:
        """The rows of the damage's table."""
        return self.block[self.kind.table]

    # -- choosing ----------------------------------------------------------------------------------

    def owner(self, table: str) -> Ints:
        """The client or case each row of a table belongs to, by position; -1 for rows of neither."""
        return self.ground.owner(table)

    def pick(self, eligible: Bools | None = None, *, share: float = 1.0, claim_client: bool = False) -> Ints:
        """Rows of the damage's table to plant in, one for an aggregate; they are claimed.

        ``eligible`` may stop before rows that other damage has added: those are left alone. ``share`` is this
        variant's part of the damage's rate. ``claim_client`` also closes the applications of a client that will
        not be loaded.
        """
        table = self.kind.table
        owner, is_client = self.owner(table), table in CLIENT_TABLES
        free = self.ground.free_clients if is_client else self.ground.free_cases
        weight = self.ground.client_weight if is_client else self.ground.case_weight
        possible = (owner >= 0) & free[owner]
        if eligible is not None:
            possible[: len(eligible)] &= eligible
            possible[len(eligible) :] = False
        candidates = self.rng.permutation(np.flatnonzero(possible))
        candidates = candidates[np.unique(owner[candidates], return_index=True)[1]]
        luck = np.log(self.rng.random(len(candidates))) / weight[owner[candidates]]
        chosen = candidates[np.argsort(-luck, kind="stable")[: self.number(share)]]
        chosen.sort()
        if self.kind.claims:
            free[owner[chosen]] = False
        if claim_client:
            self.ground.claim_client(owner[chosen])
        return chosen

    def number(self, share: float = 1.0) -> int:
        """How many to plant: the rate, rounded by chance, and at least three in the first block."""
        wanted = self.kind.rate * share * len(self.rows)
        rounded = int(wanted + self.rng.random())
        return max(rounded, AT_LEAST * max(1, round(share))) if self.block.number == 0 else rounded

    def cycle(self, values: list[Any], count: int) -> list[Any]:
        """The values in turn, ``count`` of them."""
        return [values[number % len(values)] for number in range(count)]

    # -- changing and saying so --------------------------------------------------------------------

    def set(self, column: str, at: Ints, value: Any, note: str = "", disposition: str = "") -> None:
        """Set a column of the damage's table in these rows, and write the truth lines."""
        self.rows.patch(column, at, value)
        self.say(at, column, note, disposition=disposition)

    def say(self, at: Ints, column: str, note: str = "", table: str = "", disposition: str = "") -> None:
        """Truth lines for these rows of the damage's table, or of another."""
        table = table or self.kind.table
        if not len(at):
            return
        where = pa.array(at)
        rows, owner = self.block[table], self.owner(table)[at]
        entity = "client" if table in CLIENT_TABLES else "application"
        keys = (self.people if entity == "client" else self.cases).row_id
        foreign = owner < 0
        key = keys.take(pa.array(np.where(foreign, 0, owner)))
        own = rows[(CLIENT_TABLES | CASE_TABLES)[table]].take(where)
        key = pc.if_else(pa.array(foreign), pc.coalesce(own, rows["ROW_ID"].take(where)), key)
        self.line(table, rows["ROW_ID"].take(where), column, entity, key, note, disposition)

    def line(
        self,
        table: str,
        row_id: pa.Array,
        column: str,
        entity: str,
        key: pa.Array,
        note: str = "",
        disposition: str = "",
    ) -> None:
        """Truth lines in so many words."""
        disposition = disposition or self.kind.disposition
        if disposition in (QUAR, EXCL) and not note:
            note = self.kind.scope
        self.ground.truth.add(
            damage=self.kind.id,
            table=table,
            row_id=row_id,
            column=column,
            entity=entity,
            key=key,
            disposition=disposition,
            note=note,
        )

    def copy(self, table: str, at: Ints, **changes: Any) -> Ints:
        """Append copies of these rows with ROW_IDs of their own and some columns changed; their positions."""
        rows = self.block[table].take(at)
        rows["ROW_ID"] = self.block.ids.take(len(at))
        for column, value in changes.items():
            rows[column] = value
        return self.block[table].extend(rows)

    def dead_ids(self, count: int) -> pa.Array:
        """ROW_IDs that no row has: of rows that were deleted long ago."""
        return self.block.ids.take(count)

    def spare(self, count: int, series: int) -> Ints:
        """Running numbers for identifiers that no clean row uses; ``series`` 0 to 9 keeps damages apart."""
        return _SPARE_NUMBERS + (self.block.number * 10 + series) * CLIENTS + np.arange(count)

    def of_client(self, table: str, at: Ints) -> Bools:
        """Which rows of a client table belong to these clients."""
        return np.isin(self.owner(table), at)

    def clients_at(self, table: str, at: Ints) -> Ints:
        """The clients or cases that own these rows."""
        return self.owner(table)[at]

    def where(self, column: str, *values: str) -> Bools:
        """Which rows of the damage's table hold one of these values."""
        return self.rows.where(column, *values)

    def has(self, column: str) -> Bools:
        """Which rows of the damage's table hold any value."""
        return self.rows.filled(column)

    def forget_document_dates(self, clients: Ints) -> None:
        """Take birth dates and machine-readable zones off these clients' documents, so that nothing contradicts."""
        documents = self.block["S_CON_IDNTY_DOC"]
        at = np.flatnonzero(self.of_client("S_CON_IDNTY_DOC", clients))
        for column in ("X_BIRTH_DT_DOC_TXT", "X_MRZ_LINE1", "X_MRZ_LINE2"):
            documents.patch(column, at, None)


def matches(values: pa.Array, pattern: str) -> Bools:
    """Which texts match a regular expression."""
    return mask(pc.match_substring_regex(values, pattern))
