"""What the state says became of a legacy key: read to explain, never to prove.

That a row is missing is found by looking for it. Only then is the state asked whether somebody knows: it was rejected,
held, excluded, merged, or its root is gone. What nobody knows is a difference.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from reconciliation.expected import one
from reconciliation.sides import PlatformSide

_TEXT = pa.string()
EXPLAINING = ("rejected", "held", "excluded", "gone")
"""The ends of a root after which its rows need not be on the platform."""


@dataclass(frozen=True)
class Books:
    """The state beside the platform, through the platform's session."""

    platform: PlatformSide

    def fates(self, entity: str, keys: pa.Array) -> Mapping[str, str]:
        """Legacy key -> what became of the root: accepted, rejected, held, excluded, gone, none."""
        found = self.platform.ask(
            "SELECT key, disposition FROM {state}.key_image WHERE entity = %s AND key = ANY(%s)",
            {"key": _TEXT, "disposition": _TEXT},
            [entity, keys.to_pylist()],
        )
        return dict(zip(*(column.to_pylist() for column in found.columns), strict=True))

    def fates_of(self, entity: str, ids: pa.Array) -> Mapping[str, tuple[str, str]]:
        """Platform id -> legacy key and what became of it; `merge` and `stub` by what the crosswalk says of it now."""
        found = self.platform.ask(
            """
            SELECT DISTINCT ON (made.id) made.id::text, made.key,
                   CASE WHEN now.cause IN ('merge', 'stub') THEN now.cause ELSE coalesce(image.disposition, '') END
            FROM {state}.crosswalk made
            JOIN {state}.crosswalk now ON now.system = made.system AND now.entity = made.entity
                 AND now.key = made.key AND now.valid_to = 'infinity'
            LEFT JOIN {state}.key_image image ON image.entity = made.entity AND image.key = made.key
            WHERE made.entity = %s AND made.id = ANY(%s::uuid[])
            ORDER BY made.id, made.cause = 'merge', made.valid_to DESC
            """,
            {"id": _TEXT, "key": _TEXT, "fate": _TEXT},
            [entity, ids.to_pylist()],
        )
        return {line["id"]: (line["key"], line["fate"]) for line in found.to_pylist()}

    def strange(self, entity: str, shares: int) -> pa.Table:
        """Checksums by share over all that `fates_of` can explain a root by that no legacy key asks for."""
        rows = self.platform.composed(
            """
            SELECT made.id, made.key, special.why FROM (
                SELECT system, key, cause AS why FROM {state}.crosswalk
                WHERE entity = %s AND cause IN ('merge', 'stub') AND valid_to = 'infinity'
                UNION ALL SELECT line.system, line.key, image.disposition FROM {state}.key_image image
                JOIN {state}.crosswalk line ON line.entity = image.entity AND line.key = image.key
                     AND line.valid_to = 'infinity'
                WHERE image.entity = %s AND image.disposition = 'gone'
            ) AS special
            JOIN {state}.crosswalk made ON made.system = special.system AND made.key = special.key
            WHERE made.entity = %s
            """
        )
        return self.platform.summed(rows, shares, [entity] * 3)

    def rows_set_aside(self, entity: str, keys: pa.Array) -> Mapping[tuple[str, str], str]:
        """(legacy table, ROW_ID) -> why that row of an accepted root is not on the platform."""
        found = self.platform.ask(
            """
            SELECT table_name, row_id, state FROM {state}.quarantine
            WHERE entity = %s AND key = ANY(%s) AND scope = 'row' AND state <> 'released'
            UNION SELECT table_name, row_id, 'excluded' FROM {state}.exclusion WHERE entity = %s AND key = ANY(%s)
            """,
            {"table": _TEXT, "row": _TEXT, "state": _TEXT},
            [entity, keys.to_pylist(), entity, keys.to_pylist()],
        )
        return {(line["table"], line["row"]): line["state"] for line in found.to_pylist()}

    def merged(self, entities: Sequence[str]) -> dict[str, dict[str, str]]:
        """Entity -> legacy key that was merged away -> id of its survivor."""
        found = self.platform.ask(
            """
            SELECT entity, key, id::text FROM {state}.crosswalk
            WHERE cause = 'merge' AND valid_to = 'infinity' AND entity = ANY(%s)
            """,
            {"entity": _TEXT, "key": _TEXT, "id": _TEXT},
            [list(entities)],
        )
        ids: dict[str, dict[str, str]] = {entity: {} for entity in entities}
        for line in found.to_pylist():
            ids[line["entity"]][line["key"]] = line["id"]
        return ids

    def special(self, entity: str) -> dict[str, list[str]]:
        """Why roots are another case than the rest -> their legacy keys: set aside, gone, merged, a stand-in."""
        found = self.platform.ask(
            """
            SELECT key, disposition FROM {state}.key_image
            WHERE entity = %s AND disposition NOT IN ('accepted', 'none')
            UNION SELECT key, cause FROM {state}.crosswalk
            WHERE entity = %s AND cause IN ('merge', 'stub') AND valid_to = 'infinity'
            """,
            {"key": _TEXT, "why": _TEXT},
            [entity, entity],
        )
        keys: dict[str, list[str]] = {}
        for line in found.to_pylist():
            keys.setdefault(line["why"], []).append(line["key"])
        return keys

    def rows_aside_of(self, entity: str, table: str) -> dict[str, list[str]]:
        """Why single rows of a legacy table are not on the platform, though their root may be -> their ROW_IDs."""
        found = self.platform.ask(
            """
            SELECT q.row_id, q.state FROM {state}.quarantine q
            WHERE q.entity = %s AND q.table_name = %s AND q.state <> 'released'
              AND (q.scope = 'row' OR q.key = q.row_id)  -- a row that names no root stands under its own key
            UNION SELECT row_id, 'excluded' FROM {state}.exclusion WHERE entity = %s AND table_name = %s
            """,
            {"row": _TEXT, "why": _TEXT},
            [entity, table, entity, table],
        )
        rows: dict[str, list[str]] = {}
        for line in found.to_pylist():
            if line["row"] is not None:
                rows.setdefault(line["why"], []).append(line["row"])
        return rows

    def lines(self, entity: str, keys: pa.Array) -> Mapping[str, str]:
        """Legacy key -> the id that its current line of the crosswalk leads to."""
        found = self.platform.ask(
            """
            SELECT key, id::text FROM {state}.crosswalk
            WHERE entity = %s AND valid_to = 'infinity' AND key = ANY(%s)
            """,
            {"key": _TEXT, "id": _TEXT},
            [entity, keys.to_pylist()],
        )
        return dict(zip(*(column.to_pylist() for column in found.columns), strict=True))

    def living(self, entity: str) -> pa.Table:
        """`key` and `id` of the current lines that claim a legacy row: of no merge, no stand-in, nothing gone."""
        return self.platform.ask(
            """
            SELECT c.key, c.id::text FROM {state}.crosswalk c
            LEFT JOIN {state}.key_image k ON k.entity = c.entity AND k.key = c.key
            WHERE c.entity = %s AND c.valid_to = 'infinity' AND c.cause NOT IN ('merge', 'stub', 'vanished')
              AND coalesce(k.disposition, '') <> 'gone' ORDER BY c.key
            """,
            {"key": _TEXT, "id": _TEXT},
            [entity],
        )

    def complained_of(self, entity: str, state: str) -> pa.Array:
        """Legacy keys of the roots that have an open line of the quarantine in this state: rejected or held."""
        return self._keys(
            "SELECT DISTINCT key FROM {state}.quarantine WHERE entity = %s AND state = %s", entity, state
        )

    def flagged(self, entity: str) -> pa.Array:
        """Legacy keys of the roots of which a row bears a mark that a person has to look."""
        return self._keys(
            """
            SELECT DISTINCT k.key FROM {platform}.quality_mark m
            JOIN {state}.key_image k ON k.entity = m.root_entity AND k.id = m.root_id
            WHERE m.root_entity = %s AND m.kind = 'flagged'
            """,
            entity,
        )

    def known(self, entity: str, keys: pa.Array) -> pa.Array:
        """Those of some legacy keys that a run has ever read."""
        query = "SELECT key FROM {state}.key_image WHERE entity = %s AND key = ANY(%s)"
        return self._keys(query, entity, keys.to_pylist())

    def _keys(self, query: str, *values: object) -> pa.Array:
        return one(self.platform.ask(query, {"key": _TEXT}, list(values)).column("key"))
