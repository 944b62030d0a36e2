"""What the source is asked before a run: how many rows there are, where to cut them, which rows a range may miss.

    make_plan(source, mappings, batch_rows=...)            everything
    chosen_slices(source, state, mappings, batch_rows)     what the nets have found, or somebody has named

Both only ask. `migrate.plan` makes Slices of the answers.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Mapping as Dict

from migrate.conditions import Condition
from migrate.errors import Drift
from migrate.extract.batches import read_batch
from migrate.extract.nouns import Source, SourceTable
from migrate.mapping.nouns import Mapping, Member, Orphans
from migrate.model import KeyRange, Slice, SliceKind
from migrate.plan import EntityPlan, Plan, chosen, entity_plan, graves, keys_per_batch, loose_members
from migrate.state import State

UNBOUND = 2**63
"""Bytes of a batch, where nothing bounds them."""

_GRAIN = 200  # roots between the borders that are asked for: enough to measure what a root brings


def make_plan(
    source: Source, mappings: Dict[str, Mapping], *, batch_rows: int, batch_bytes: int = UNBOUND
) -> Plan:
    """Ask the source for sizes and borders and cut the work; writes nothing.

    mappings:     by entity, in the order of loading.
    batch_rows:   source rows in a batch, about; fewer where these would be more than `batch_bytes` in memory.
    Raises Drift, naming every column that the mappings read and the source does not have.
    """
    catalogue = _catalogue(source, mappings)
    _check_columns(mappings.values(), catalogue)
    counted: dict[tuple[str, Condition | None], int] = {}

    def count(member: Member) -> int:
        asked = member.table, member.where
        return counted[asked] if asked in counted else counted.setdefault(asked, source.count(*asked))

    return Plan(
        tuple(
            _entity_plan(source, mapping, catalogue, count, batch_rows, batch_bytes)
            for mapping in mappings.values()
        )
    )


def _catalogue(source: Source, mappings: Dict[str, Mapping]) -> dict[str, SourceTable]:
    """The tables that the mappings read."""
    return source.catalogue({m.table for mapping in mappings.values() for m in mapping.by_name.values()})


def _check_columns(mappings: Iterable[Mapping], catalogue: dict[str, SourceTable]) -> None:
    """Every column that the mappings read exists at the source; otherwise Drift, naming all that do not."""
    missing = sorted({lost for mapping in mappings for lost in _missing(mapping, catalogue)})
    if missing:
        raise Drift(
            f"the source does not have what the mappings read: {'; '.join(missing)}",
            why="the schema has changed, or the role may not see it",
            remedy="correct the mappings, or ask for SELECT on the tables; `migrate mapping coverage` compares both",
        )


def _missing(mapping: Mapping, catalogue: dict[str, SourceTable]) -> Iterator[str]:
    read_by = f"read by {mapping.file or mapping.entity}"
    for member in mapping.by_name.values():
        table = catalogue.get(member.table)
        if table is None:
            yield f"{member.table} (table), {read_by}"
            continue
        for column in mapping.reads[member.name]:
            if column not in table.columns:
                yield f"{member.table}.{column}, {read_by}"


def _entity_plan(
    source: Source,
    mapping: Mapping,
    catalogue: dict[str, SourceTable],
    count: Callable[[Member], int],
    batch_rows: int,
    batch_bytes: int = UNBOUND,
) -> EntityPlan:
    rows = {name: count(member) for name, member in mapping.by_name.items()}
    roots = rows[mapping.root.name]
    for member in mapping.members:
        if member.orphans is Orphans.IGNORE:  # read by the keys of the roots, about a row each
            rows[member.name] = min(rows[member.name], roots)
    per_batch = keys_per_batch(roots, sum(rows.values()), batch_rows)
    loose = _loose(source, mapping, catalogue, batch_rows)
    borders, per_batch = _borders(source, mapping, per_batch, batch_bytes)
    return entity_plan(mapping, rows, borders, loose, per_batch)


def _borders(source: Source, mapping: Mapping, per_batch: int, batch_bytes: int) -> tuple[Sequence[str], int]:
    """Root keys between batches of about `per_batch` roots, or of fewer where these bring too many bytes; how many."""
    root, grain = mapping.root, min(per_batch, _GRAIN)
    borders = source.boundaries(root.table, root.key, grain, where=root.where)
    if per_batch > grain and len(borders) > 1:
        middle = len(borders) // 2
        some = _bytes(source, mapping, KeyRange(borders[middle - 1], borders[middle]))
        per_batch = min(per_batch, batch_bytes * grain // max(some, 1))
    together = max(1, per_batch // grain)
    return borders[together - 1 :: together], together * grain


def _bytes(source: Source, mapping: Mapping, within: KeyRange) -> int:
    """What the roots in a range bring, all members together."""
    piece = Slice(mapping.entity, 0, SliceKind.RANGE, (within,))
    with source.snapshot() as reader:
        return read_batch(reader, mapping, piece, within).bytes


def _loose(
    source: Source, mapping: Mapping, catalogue: dict[str, SourceTable], batch_rows: int
) -> dict[str, list[str]]:
    """Members whose rows a range may miss, with borders for reading these."""
    nullable = {(m.table, m.by) for m in mapping.members if catalogue[m.table].columns[m.by].nullable}
    return {m.name: _loose_borders(source, m, batch_rows) for m in loose_members(mapping, nullable)}


def _loose_borders(source: Source, member: Member, batch_rows: int) -> list[str]:
    """Of the pointer for second-level members; otherwise of the keys of the rows that have no pointer."""
    if member.via is not None:
        return source.boundaries(member.table, member.by, batch_rows)
    return source.boundaries(member.table, member.key, batch_rows, without=member.by)


def chosen_slices(
    source: Source,
    state: State,
    mappings: Dict[str, Mapping],
    batch_rows: int,
    *,
    unstamped: bool,
    loose: bool,
) -> Iterator[Slice]:
    """Slices over the candidates: what is there in the order of the mappings, then what is gone, last of all first.

    unstamped:  whether entities whose rows bear no stamp are read whole.
    loose:      whether the rows that a range may miss are read again.
    """

    def count(member: Member) -> int:
        return source.count(member.table, member.where)

    buried: list[Slice] = []
    catalogue = _catalogue(source, mappings)
    sizes, named = state.sizes(mappings), state.named()
    for entity, mapping in mappings.items():
        per_batch = _candidates_per_batch(mapping, sizes.get(entity, {}), batch_rows)
        alive = state.candidate_borders(entity, per_batch, gone=False) if entity in named else None
        gone = state.candidate_borders(entity, per_batch, gone=True) if named.get(entity) else None
        if unstamped and mapping.changes is None:
            plan = _entity_plan(source, mapping, catalogue, count, batch_rows)
            pieces = [piece for stage in plan.stages for piece in stage.slices]
        else:
            missed = _loose(source, mapping, catalogue, batch_rows) if loose else {}
            pieces = list(chosen(mapping, alive, missed))
        yield from pieces
        buried = [*graves(mapping, gone, len(pieces)), *buried]
    yield from buried


def _candidates_per_batch(mapping: Mapping, sizes: Dict[str, int], batch_rows: int) -> int:
    """How many entities make a batch of about so many rows, as far as is known how big they are."""
    return (
        keys_per_batch(sizes.get(mapping.root.name, 0), sum(sizes.values()), batch_rows)
        if sizes
        else batch_rows // 20 or 1
    )
