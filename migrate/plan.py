"""(mappings, sizes and borders of the source) -> ordered Slices. Pure and printable: the same input, the same plan.

A plan has Stages: those of one entity in the order survey, ranges, loose rows, and a second look at what waits for
others of its own kind; entities in the order that their references demand. The Slices of one Stage may
run in any order and side by side; Stages run one after another.

Batches are cut by whole entities: as many root keys as bring about `batch_rows` source rows, all members counted.
The first range has no low end and the last no high end, so every key falls into exactly one, also keys that did not
exist when the plan was made.
"""

from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Dict
from dataclasses import dataclass
from itertools import pairwise

from migrate.mapping.nouns import Mapping, Member, Orphans
from migrate.model import KeyRange, Slice, SliceKind

BATCHES_PER_SLICE = 8
"""A slice is a Prefect task (some 20 ms) and a unit of retry: big enough for the one, small enough for the other."""

_SURVEY_FACTOR = 4  # a survey reads a few narrow columns of the root alone


@dataclass(frozen=True, slots=True)
class Stage:
    """Slices of one entity that may run in any order and side by side."""

    entity: str
    kind: SliceKind
    slices: tuple[Slice, ...]


@dataclass(frozen=True, slots=True)
class EntityPlan:
    """The plan of one entity: `rows` are the source's row counts by member, the root among them."""

    entity: str
    roots: int
    rows: Dict[str, int]
    keys_per_batch: int
    stages: tuple[Stage, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run will read, in order."""

    entities: tuple[EntityPlan, ...]

    @property
    def stages(self) -> tuple[Stage, ...]:
        """All stages, in the order in which they have to run."""
        return tuple(stage for entity in self.entities for stage in entity.stages)

    @property
    def slices(self) -> tuple[Slice, ...]:
        """All slices, in order."""
        return tuple(piece for stage in self.stages for piece in stage.slices)

    @property
    def rows(self) -> int:
        """Source rows that the plan reads; a table that two entities read counts twice."""
        return sum(sum(entity.rows.values()) for entity in self.entities)


def keys_per_batch(roots: int, rows: int, batch_rows: int) -> int:
    """How many root keys make about `batch_rows` rows, when `roots` roots bring `rows` rows in all; at least 1."""
    return max(1, batch_rows * roots // max(rows, roots, 1)) if roots else batch_rows


def ranges(borders: Sequence[str]) -> tuple[KeyRange, ...]:
    """The half-open ranges between borders, open at both ends; without a border, one range over everything.

    A key with NUL is no border: the plan is kept in a database that has no such text.
    """
    ends = [None, *(border for border in borders if "\x00" not in border), None]
    return tuple(KeyRange(low, high) for low, high in pairwise(ends))


def entity_plan(
    mapping: Mapping,
    rows: Dict[str, int],
    borders: Sequence[str],
    loose_borders: Dict[str, Sequence[str]],
    per_batch: int,
) -> EntityPlan:
    """The plan of one entity.

    rows:           source rows by member name, the root among them.
    borders:        root keys between batches.
    loose_borders:  for every member in `loose_members`, borders of its pointer column (`via`) or of its own key.
    """
    numbers = iter(range(1_000_000_000))
    batches = ranges(borders)

    def cut(kind: SliceKind, pieces: Sequence[KeyRange], member: str | None = None) -> Iterator[Slice]:
        for start in range(0, len(pieces), BATCHES_PER_SLICE):
            yield Slice(
                mapping.entity, next(numbers), kind, tuple(pieces[start : start + BATCHES_PER_SLICE]), member
            )

    stages = []
    if mapping.naturals:
        wide = ranges(borders[_SURVEY_FACTOR - 1 :: _SURVEY_FACTOR])
        stages.append(Stage(mapping.entity, SliceKind.SURVEY, tuple(cut(SliceKind.SURVEY, wide))))
    stages.append(Stage(mapping.entity, SliceKind.RANGE, tuple(cut(SliceKind.RANGE, batches))))
    loose = [
        piece for member, its in loose_borders.items() for piece in cut(SliceKind.LOOSE, ranges(its), member)
    ]
    if loose:
        stages.append(Stage(mapping.entity, SliceKind.LOOSE, tuple(loose)))
    if any(field.ref == mapping.entity for _, field in mapping.references()):
        stages.append(Stage(mapping.entity, SliceKind.KEYS, tuple(cut(SliceKind.KEYS, ranges(())))))
    return EntityPlan(mapping.entity, rows[mapping.root.name], dict(rows), per_batch, tuple(stages))


def loose_members(mapping: Mapping, nullable: set[tuple[str, str]]) -> tuple[Member, ...]:
    """Members whose rows a range may miss: their pointer can be null, or leads through another member to the root.

    nullable: (table, column) pairs that may be null at the source.
    """
    return tuple(
        m for m in mapping.members if m.orphans is Orphans.REJECT and (m.via or (m.table, m.by) in nullable)
    )
