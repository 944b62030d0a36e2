"""Which clients and applications are sound: free of the damage that keeps an entity from being loaded.

Officers work on damaged files as well, but what becomes of those is the damage's affair. A day touches sound ones
only, so that every line of its truth file can say what the next sync makes of it.

In: keys. Out: the rows of those roots that are sound, with all columns.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from migrate.sample.aging.legacy import Legacy
from migrate.sample.aging.model import Row
from migrate.sample.schema import TABLES

_LISTS = {
    table: [(column.name, column.lov) for column in TABLES[table].columns if column.lov]
    for table in ("S_CONTACT", "S_CASE", "S_EVT_ACT")
}
REPRESENTATIVES = ("REP", "DESIGNEE")
_OLDEST = datetime(1900, 1, 2)  # noqa: DTZ001  # the legacy's stamps bear no zone


class Soundness:
    """Looks at roots and at what decides about them; remembers what does not change within a shift."""

    def __init__(self, legacy: Legacy) -> None:
        self._legacy = legacy
        self._shared = legacy.shared_identifiers()
        self._clients: dict[str, bool] = {}

    def clients(self, keys: Iterable[str]) -> list[Row]:
        """The rows of S_CONTACT of sound clients."""
        rows = self._legacy.rows("S_CONTACT", "ROW_ID", keys)
        parties = self._legacy.rows("S_PARTY", "ROW_ID", (row["ROW_ID"] for row in rows), "PARTY_TYPE_CD")
        persons = {row["ROW_ID"] for row in parties if row["PARTY_TYPE_CD"] == "Person"}
        return [row for row in rows if row["ROW_ID"] in persons and self._client(row)]

    def _client(self, row: Row) -> bool:
        return bool(
            row["EMP_FLG"] == "N"
            and row["CON_CD"] == "Client"
            and row["CONFLICT_ID"] == "0"
            and row["DEATH_DT"] is None
            and (row["BIRTH_DT"] is None or _OLDEST < row["BIRTH_DT"] < row["CREATED"])
            and row["X_UCI_NUM"] not in self._shared
            and self._known("S_CONTACT", row)
        )

    def cases(self, keys: Iterable[str]) -> list[Row]:
        """The rows of S_CASE of sound applications: under no other, and all their persons sound."""
        rows = [row for row in self._legacy.rows("S_CASE", "ROW_ID", keys) if self._case(row)]
        keys = [row["ROW_ID"] for row in rows]
        roles: dict[str, list[Row]] = defaultdict(list)
        for role in self._legacy.rows(
            "S_CASE_CON", "CASE_ID", keys, "CONTACT_ID", "RELATION_TYPE_CD", "CONFLICT_ID"
        ):
            roles[role["CASE_ID"]].append(role)
        broken = {
            activity["CASE_ID"]
            for activity in self._legacy.rows("S_EVT_ACT", "CASE_ID", keys, "TODO_CD", "EVT_STAT_CD")
            if not self._known("S_EVT_ACT", activity)
        }
        rows = [
            row for row in rows if row["ROW_ID"] not in broken and _well_attended(row, roles[row["ROW_ID"]])
        ]
        persons = {
            role["CONTACT_ID"]
            for row in rows
            for role in roles[row["ROW_ID"]]
            if role["RELATION_TYPE_CD"] not in REPRESENTATIVES
        }
        self._learn(persons)
        return [row for row in rows if all(self._clients.get(key, True) for key in _persons(roles, row))]

    def _learn(self, persons: Iterable[str]) -> None:
        unknown = [key for key in persons if key not in self._clients]
        sound = {row["ROW_ID"] for row in self.clients(unknown)}
        self._clients.update((key, key in sound) for key in unknown)

    def _case(self, row: Row) -> bool:
        keep_until = row["X_PROSP_DEL_DT"]
        return bool(
            row["CONFLICT_ID"] == "0"
            and row["PAR_CASE_ID"] is None
            and row["MSTR_CASE_ID"] is None
            and (keep_until is None or keep_until.year >= 2034)
            and row["OPENED_DT"] <= (row["CLOSED_DT"] or row["OPENED_DT"])
            and self._known("S_CASE", row)
        )

    def _known(self, table: str, row: Row) -> bool:
        """Whether every value that belongs to a list is in it."""
        values = self._legacy.values
        return all(
            row.get(column) in values[lov] for column, lov in _LISTS[table] if row.get(column) is not None
        )


def _persons(roles: dict[str, list[Row]], row: Row) -> list[str]:
    return [
        role["CONTACT_ID"] for role in roles[row["ROW_ID"]] if role["RELATION_TYPE_CD"] not in REPRESENTATIVES
    ]


def _well_attended(case: Row, roles: list[Row]) -> bool:
    """One principal applicant, who is the applicant; a representative who is among the persons."""
    principal = [role["CONTACT_ID"] for role in roles if role["RELATION_TYPE_CD"] == "PA"]
    speaking = {role["CONTACT_ID"] for role in roles if role["RELATION_TYPE_CD"] in REPRESENTATIVES}
    named = case["PR_REP_CON_ID"]
    return (
        principal == [case["APPLICANT_ID"]]
        and (named is None or named in speaking)
        and all(role["CONFLICT_ID"] == "0" for role in roles)
    )
