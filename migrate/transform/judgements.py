"""What `apply` finds wrong while it works, collected as columns: Rejections, Holds, exclusions and quality marks.

Only offending rows cost anything here: the happy path adds nothing. Each piece is a small Arrow table; at the end
they become the quarantine lines, the exclusions and the quality marks of the Outcome.
"""

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from migrate.canonical import derive_ids, id_text
from migrate.mapping.nouns import Consequence
from migrate.transform.nul import storable
from migrate.transform.rows import one_piece

QUARANTINE = pa.schema(
    [("_entity", pa.int32())]
    + [
        (name, pa.string())
        for name in (
            "scope",
            "state",
            "member",
            "table",
            "row_id",
            "column",
            "rule",
            "value",
            "needs_entity",
            "needs_key",
        )
    ]
)
EXCLUDED = pa.schema(
    [("_entity", pa.int32()), ("table", pa.string()), ("row_id", pa.string()), ("rule", pa.string())]
)
_MARKS = pa.schema(
    [
        ("_entity", pa.int32()),
        ("table_name", pa.string()),
        ("row_id", pa.binary(16)),
        ("column_name", pa.string()),
        ("kind", pa.string()),
        ("rule", pa.string()),
        ("original_value", pa.string()),
        ("source_table", pa.string()),
        ("source_key", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a judgement points at: a member's column at the source."""

    member: str
    table: str
    column: str | None


@dataclass(slots=True)
class Judgements:
    """The collector. `entities` is the number of entities in the batch."""

    entities: int
    _quarantine: list[pa.Table] = field(default_factory=list)
    _excluded: list[pa.Table] = field(default_factory=list)
    _marks: list[pa.Table] = field(default_factory=list)

    def reject(
        self,
        entity: pa.Array,
        place: Place,
        row_id: pa.Array,
        rule: str,
        *,
        whole: bool,
        value: pa.Array | None = None,
    ) -> None:
        """Rows that cannot be loaded; `whole`: their entities are not shown at all."""
        self._line(entity, place, row_id, rule, Consequence.REJECT, whole=whole, value=value)

    def hold(
        self, entity: pa.Array, place: Place, row_id: pa.Array, needs_entity: str, needs_key: pa.Array
    ) -> None:
        """Entities that wait until `needs_entity` has a row for `needs_key`."""
        self._line(
            entity,
            place,
            row_id,
            "missing_parent",
            Consequence.HOLD,
            whole=True,
            needs=(needs_entity, needs_key),
        )

    def exclude(self, entity: pa.Array, table: str, row_id: pa.Array, rule: str) -> None:
        """Rows (or, of the root, entities) that a named rule leaves out."""
        if len(entity):
            self._excluded.append(
                pa.table([entity, _same(table, entity), row_id, _same(rule, entity)], schema=EXCLUDED)
            )

    def mark(
        self,
        entity: pa.Array,
        into: str,
        ids: pa.Array,
        column: str | None,
        rule: str,
        source: Place,
        row_id: pa.Array,
        *,
        flagged: bool,
        original: pa.Array | None,
    ) -> None:
        """Quality marks on platform rows: flagged ones wait for a person, conversions only keep the original."""
        if not len(entity):
            return
        kind = "flagged" if flagged else "converted"
        original = pa.nulls(len(entity), pa.string()) if original is None else storable(original)
        columns = [
            entity,
            _same(into, entity),
            ids,
            _same(column, entity),
            _same(kind, entity),
            _same(rule, entity),
            original,
            _same(source.table, entity),
            row_id,
        ]
        self._marks.append(pa.table(columns, schema=_MARKS))

    @property
    def quarantine(self) -> pa.Table:
        """One line per reason so far, columns of QUARANTINE."""
        return pa.concat_tables(self._quarantine) if self._quarantine else QUARANTINE.empty_table()

    @property
    def excluded(self) -> pa.Table:
        """One line per excluded row so far, columns of EXCLUDED."""
        return pa.concat_tables(self._excluded) if self._excluded else EXCLUDED.empty_table()

    def entities_where(self, state: str) -> np.ndarray:
        """Boolean per entity: it is rejected ('rejected') or held ('held') as a whole."""
        lines = self.quarantine
        whole = lines.filter(pc.and_(pc.equal(lines["scope"], "entity"), pc.equal(lines["state"], state)))
        return self._mask(whole["_entity"])

    def entities_excluded(self, root_table: str, keys: pa.Array, roots: int) -> np.ndarray:
        """Boolean per entity: the root row itself is excluded, or every row of one that has no root (the first `roots`
        entities have one).
        """
        lines = self.excluded
        own_key = keys.take(one_piece(lines["_entity"]))
        own = pc.and_(pc.equal(lines["table"], root_table), pc.equal(lines["row_id"], own_key))
        lost = np.arange(self.entities) >= roots
        whole = self._mask(lines["_entity"]) & ~self._mask(self.quarantine["_entity"])
        excluded: np.ndarray = self._mask(lines.filter(own)["_entity"]) | (lost & whole)
        return excluded

    def marks(self, system: str, root_entity: str, root_ids: pa.Array) -> pa.Table:
        """The rows of the platform's quality_mark, with `_entity`; the same finding twice is one mark."""
        marks = pa.concat_tables(self._marks) if self._marks else _MARKS.empty_table()
        names = pc.binary_join_element_wise(
            marks["table_name"],
            id_text(marks["row_id"]),
            pc.fill_null(marks["column_name"], ""),
            marks["rule"],
            marks["source_key"],
            "/",
        )
        marks = marks.append_column(
            "quality_mark_id", derive_ids(system, f"{root_entity}/quality_mark/", names)
        )
        marks = marks.take(_first_of_each(one_piece(marks["quality_mark_id"])))
        open_item = pc.if_else(pc.equal(marks["kind"], "flagged"), "open", pa.scalar(None, pa.string()))
        return (
            marks.append_column("root_entity", _same(root_entity, marks))
            .append_column("root_id", root_ids.take(one_piece(marks["_entity"])))
            .append_column("work_item_status", open_item)
        )

    def _line(
        self, entity: pa.Array, place: Place, row_id: pa.Array, rule: str, consequence: Consequence, *,
        whole: bool, value: pa.Array | None = None, needs: tuple[str, pa.Array] | None = None,
    ) -> None:  # fmt: skip
        if not len(entity):
            return
        said = {
            "scope": "entity" if whole else "row",
            "state": "held" if consequence is Consequence.HOLD else "rejected",
            "member": place.member,
            "table": place.table,
            "column": place.column,
            "rule": rule,
            "needs_entity": needs and needs[0],
        }
        found = {
            "_entity": entity,
            "row_id": row_id,
            "value": None if value is None else storable(value),
            "needs_key": needs and needs[1],
        }
        columns = [
            _same(said.get(name), entity) if found.get(name) is None else found[name]
            for name in QUARANTINE.names
        ]
        self._quarantine.append(pa.table(columns, schema=QUARANTINE))

    def _mask(self, entity: pa.ChunkedArray) -> np.ndarray:
        mask = np.zeros(self.entities, bool)
        mask[entity.to_numpy()] = True
        return mask


def by_key(lines: pa.Table, keys: pa.Array) -> pa.Table:
    """Lines under the legacy key of their entity instead of its index, all keys in storable form."""
    at = lines.column_names.index("row_id")
    lines = lines.set_column(at, "row_id", storable(lines["row_id"]))
    return lines.add_column(0, "key", storable(keys).take(one_piece(lines["_entity"]))).drop_columns(
        "_entity"
    )


def _same(text: str | None, like: pa.Array | pa.Table) -> pa.Array:
    return pa.repeat(pa.scalar(text, pa.string()), len(like))


def _first_of_each(values: pa.Array) -> pa.Array:
    """Positions of the first occurrence of every value."""
    encoded = pc.dictionary_encode(values)
    return (
        pa.array(np.unique(encoded.indices.to_numpy(), return_index=True)[1])
        if len(values)
        else pa.array([], pa.int64())
    )
