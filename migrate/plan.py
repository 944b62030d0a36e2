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
    batches = ranges(borders)
    planned = 0

    def cut(kind: SliceKind, pieces: Sequence[KeyRange], member: str | None = None) -> tuple[Slice, ...]:
        nonlocal planned
        slices = tuple(_cut(mapping, kind, pieces, planned, member))
        planned += len(slices)
        return slices

    stages = []
    if mapping.naturals:
        wide = ranges(borders[_SURVEY_FACTOR - 1 :: _SURVEY_FACTOR])
        stages.append(Stage(mapping.entity, SliceKind.SURVEY, cut(SliceKind.SURVEY, wide)))
    stages.append(Stage(mapping.entity, SliceKind.RANGE, cut(SliceKind.RANGE, batches)))
    loose = [
        piece for member, its in loose_borders.items() for piece in cut(SliceKind.LOOSE, ranges(its), member)
    ]
    if loose:
        stages.append(Stage(mapping.entity, SliceKind.LOOSE, tuple(loose)))
    if any(field.ref == mapping.entity for _, field in mapping.references()):
        stages.append(Stage(mapping.entity, SliceKind.KEYS, cut(SliceKind.KEYS, ranges(()))))
    return EntityPlan(mapping.entity, rows[mapping.root.name], dict(rows), per_batch, tuple(stages))


def chosen(mapping: Mapping, alive: Sequence[str] | None, loose: Dict[str, Sequence[str]]) -> Iterator[Slice]:
    """Slices over the candidates of an entity: borders of their ranges, None for no candidate; then loose rows.

    loose:  as for `entity_plan`; empty where these are not read again.
    """
    pieces = [] if alive is None else list(_cut(mapping, SliceKind.CHOSEN, ranges(alive), 0))
    for member, its in loose.items():
        pieces += _cut(mapping, SliceKind.LOOSE, ranges(its), len(pieces), member)
    yield from pieces
    if pieces and any(field.ref == mapping.entity for _, field in mapping.references()):
        yield from _cut(mapping, SliceKind.KEYS, ranges(()), len(pieces))


def graves(mapping: Mapping, gone: Sequence[str] | None, first: int) -> Iterator[Slice]:
    """Slices over the candidates that are gone, numbered from `first`."""
    return iter(()) if gone is None else _cut(mapping, SliceKind.GONE, ranges(gone), first)


def _cut(
    mapping: Mapping, kind: SliceKind, pieces: Sequence[KeyRange], first: int, member: str | None = None
) -> Iterator[Slice]:
    for number, start in enumerate(range(0, len(pieces), BATCHES_PER_SLICE), first):
        yield Slice(mapping.entity, number, kind, tuple(pieces[start : start + BATCHES_PER_SLICE]), member)


def loose_members(mapping: Mapping, nullable: set[tuple[str, str]]) -> tuple[Member, ...]:
    """Members whose rows a range may miss: their pointer can be null, or leads through another member to the root.

    nullable: (table, column) pairs that may be null at the source.
    """
    return tuple(
        m for m in mapping.members if m.orphans is Orphans.REJECT and (m.via or (m.table, m.by) in nullable)
    )
