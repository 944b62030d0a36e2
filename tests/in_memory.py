"""Move a legacy database through its mappings in memory: read, survey, apply, and remember, without a platform.

    world = Moved(source, mappings, layout)
    world.move("application")            its Outcomes; what it refers to must have been moved before
    world.accepted["application"]        legacy keys that have a platform row now

The straight line without its ends: no state, no load, one batch per entity (or several, with `batches`). For tests
that ask what becomes of rows, and for looking at a mapping at work.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

import pyarrow as pa
import pyarrow.compute as pc

from migrate.extract.batches import read_batch, read_loose, read_survey
from migrate.extract.nouns import Reader, Source
from migrate.mapping import Mappings
from migrate.mapping.nouns import Mapping, NaturalKind
from migrate.model import Batch, Disposition, KeyRange, Layout, Lookup, Outcome, Slice, SliceKind
from migrate.pipeline import Line
from migrate.plan import loose_members
from migrate.state.keys import circles
from migrate.transform.beforehand import agreements, naturals, survey_columns

SYSTEM = "gcms"


@dataclass
class Moved:
    """What was moved so far, and everything that the mapping of a later entity may ask."""

    source: Source
    mappings: Mappings
    layout: Layout
    as_of: datetime
    accepted: dict[str, pa.Array] = field(default_factory=dict)
    surveyed: dict[tuple[str, str], pa.Table] = field(default_factory=dict)
    outcomes: dict[str, list[Outcome]] = field(default_factory=lambda: defaultdict(list))

    def everything(self) -> "Moved":
        """Move all entities in the order of their references."""
        for entity in self.mappings.order:
            self.move(entity)
        return self

    def move(self, entity: str, *, every: int | None = None) -> list[Outcome]:
        """Move one entity, in batches of `every` roots; its Outcomes."""
        with self.source.snapshot() as reader:
            line = self.line(entity, reader)
            outcomes = [line.outcome(batch) for batch in self.batches(entity, reader, every)]
        self.outcomes[entity] += outcomes
        keys = [
            o.keys.filter(pc.equal(o.keys["disposition"], str(Disposition.ACCEPTED)))["key"] for o in outcomes
        ]
        merged = [o.merges["loser"] for o in outcomes]
        self._remember(entity, *keys, *merged)
        for outcome in outcomes:
            for row in outcome.stubs.group_by("entity").aggregate([("key", "list")]).to_pylist():
                self._remember(row["entity"], pa.chunked_array([pa.array(row["key_list"], pa.string())]))
        return outcomes

    def batches(self, entity: str, reader: Reader, every: int | None = None) -> list[Batch]:
        """The batches of an entity: its ranges, then the rows that no range reaches."""
        mapping = self.mappings[entity]
        borders = self.source.boundaries(mapping.root.table, mapping.root.key, every) if every else []
        ranges = tuple(KeyRange(low, high) for low, high in pairwise([None, *borders, None]))
        piece = Slice(entity, 0, SliceKind.RANGE, ranges)
        found = [read_batch(reader, mapping, piece, within) for within in ranges]
        for member in loose_members(mapping, self._nullable(mapping)):
            loose = Slice(entity, 1, SliceKind.LOOSE, (KeyRange(),), member.name)
            found.append(read_loose(reader, mapping, loose, KeyRange()))
        return found

    def line(self, entity: str, reader: Reader) -> Line:
        """What maps the entity's batches, its survey done."""
        mapping = self.mappings[entity]
        contested, looped = {}, {}
        if mapping.naturals:
            rows = read_survey(reader, mapping, survey_columns(mapping), KeyRange())
            for name, all_roots in naturals(mapping, rows, self.as_of):
                claims = all_roots.filter(all_roots["value"].is_valid())
                self.surveyed[entity, name] = claims
                if next(n for n in mapping.naturals if n.name == name).kind is NaturalKind.POINTER:
                    looped[entity, name] = circles(_one(claims["key"]), _one(claims["value"]))
                else:
                    contested[entity, name] = _contested(claims)
        base = Lookup(self.as_of, contested=contested, looped=looped)
        return Line(mapping, self.layout, SYSTEM, base, self, agreements(mapping))

    # --- what `Line` asks of the state

    def known(self, entity: str, keys: pa.Array) -> pa.Array:
        """Those of the keys that have a platform row."""
        there = self.accepted.get(entity, pa.array([], pa.string()))
        return keys.filter(pc.is_in(keys, value_set=there))

    def natural(self, entity: str, name: str, keys: pa.Array) -> pa.Table:
        """The natural keys of these roots."""
        nothing = pa.array([], pa.string())
        claims = self.surveyed.get((entity, name), pa.table({"key": nothing, "value": nothing}))
        return claims.filter(pc.is_in(claims["key"], value_set=keys)).select(["key", "value"])

    def _remember(self, entity: str, *keys: pa.ChunkedArray) -> None:
        pieces = [self.accepted.get(entity, pa.array([], pa.string())), *(_one(k) for k in keys)]
        self.accepted[entity] = pc.unique(pa.concat_arrays(pieces))

    def _nullable(self, mapping: Mapping) -> set[tuple[str, str]]:
        catalogue = self.source.catalogue({member.table for member in mapping.members})
        return {(m.table, m.by) for m in mapping.members if catalogue[m.table].columns[m.by].nullable}


def _contested(claims: pa.Table) -> pa.Array:
    """Values claimed in more than one variant."""
    variants = claims.group_by("value").aggregate([("variant", "count_distinct")])
    return _one(variants.filter(pc.greater(variants["variant_count_distinct"], 1))["value"])


def _one(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
