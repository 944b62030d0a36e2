"""The nets: which entities may have changed. They name candidates in the state; the run then moves these.

    delta   rows of any member whose stamp is not older than the window name their entities: cheap, every few minutes
    sweep   the source counts rows, versions and stamps per entity; whatever differs from what was last seen is named,
            and so is every key that is new or gone: nightly, and blind to nothing but an edit that moves no number

The third net, *deep*, reads everything again, a share at a time: it needs no finding.

Every candidate is then looked for: a root that is not there is gone, and natural keys that moved make those who
share them candidates as well, and so do references to what is gone. A brake stops the run before anything is written
when more is gone than the policy allows, or when a table came back short.

In: connected parts, the lease, the window. Out: candidates in the state. Raises Refused for the brake, and what the
source raises.
"""

from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import chain, groupby
from operator import itemgetter
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from migrate.ahead import Ahead, side_by_side
from migrate.canonical import key_text
from migrate.conditions import Condition
from migrate.errors import Refused
from migrate.extract.nouns import Reader, Source
from migrate.extract.readers import Readers
from migrate.mapping.nouns import Mapping, Member, Orphans
from migrate.model import KeyRange, Layout
from migrate.plan import ranges
from migrate.transform.beforehand import agreements, keys_of_rows, naturals, roots_of, survey_columns
from migrate.transform.nul import storable
from migrate.transform.rows import one_piece
from migrate.transform.versions import ENTITY, members, versions

if TYPE_CHECKING:
    from migrate.state import Lease, State

AT_ONCE = 10_000
"""Keys that are swept or looked for in one piece."""

MANY = 10_000
"""Keys that are asked for whatever they are asked of; with more of them it is looked whether that is worth it."""

FEW = 10
"""So many keys or rows of an entity may vanish whatever their share, unless nothing is left of it at all."""


@dataclass(frozen=True, slots=True)
class Brake:
    """How much of an entity, or of a table, may be gone at once.

    max_vanished:  the share; 1 takes the brake off.
    """

    max_vanished: Decimal = Decimal(1)

    def too_many(self, gone: int, held: int) -> bool:
        """Whether so many of so many are more than may be; all of them always are."""
        allowed = max(int(self.max_vanished * held), FEW)
        return self.max_vanished < 1 and (gone > allowed or 0 < held <= gone)

    def refuse_short(self, mapping: Mapping, before: dict[str, int], now: dict[str, int]) -> None:
        """Refused when a table came back shorter than may be: member -> rows, before and now."""
        for name, rows in before.items():
            if name in now and self.too_many(rows - now[name], rows):
                raise Refused(
                    f"{mapping.member(name).table} has {now[name]:,} rows, and had {rows:,} when it was last seen "
                    "whole; nothing was written",
                    why="a table that came back empty or short deletes nothing",
                    remedy="see whether the source is whole; if so, allow it once: --max-vanished SHARE",
                )

    def refuse_gone(self, entity: str, gone: int, held: int) -> None:
        """Refused when more of an entity is gone than may be."""
        if self.too_many(gone, held):
            raise Refused(
                f"{gone:,} of {held:,} entities of {entity} are gone from the source; nothing was written",
                why=f"[limits] max_vanished allows {self.max_vanished:.2%}, and never all of them",
                remedy="see whether the source is whole; if so, allow it once: --max-vanished SHARE",
            )


def whole_members(mapping: Mapping) -> set[str]:
    """The members of which every row belongs to the entity: their sizes can be compared from run to run."""
    return {name for name, m in mapping.by_name.items() if m.orphans is not Orphans.IGNORE and m.via is None}


@dataclass(frozen=True, slots=True)
class Nets:
    """What the nets work with.

    mappings:  by entity, in the order of loading.
    as_of:     the instant that retention is judged against, from the source's clock (naive UTC).
    """

    source: Source
    readers: Readers
    state: "State"
    lease: "Lease"
    mappings: dict[str, Mapping]
    layout: Layout
    brake: Brake
    as_of: datetime
    _rows: dict[tuple[str, Condition | None], int] = field(default_factory=dict, init=False, repr=False)

    def delta(self, low: datetime) -> None:
        """Name the entities with a row that was stamped at `low` or later (the source's clock, UTC)."""
        self._refuse_empty()
        with closing(self._stamped(low)) as found, Ahead(found) as ahead:
            for entity, blocks in groupby(ahead, key=itemgetter(0)):
                self.state.add_candidates(
                    self.lease, entity, (keys for _, keys in blocks if len(keys)), "delta"
                )
                mapping = self.mappings[entity]
                if mapping.changes is None:
                    list(self._sweep([mapping]))
                self._look_for(mapping)
        self._brake()

    def sweep(self) -> None:
        """Name the entities that are new, gone, or have another version than when they were last read."""
        with closing(self._sweep(self.mappings.values())) as done:
            for mapping in done:
                self._look_for(mapping)
        self._brake()

    def redrive(self) -> None:
        """Look for the candidates that somebody else has named."""
        for mapping in self.mappings.values():
            self._look_for(mapping)
        self._brake()

    # --- delta

    def _stamped(self, low: datetime) -> Generator[tuple[str, pa.Array]]:
        """By entity, the keys of its roots in blocks; after the last of each an empty one."""
        for mapping in self.mappings.values():
            yield from ((mapping.entity, keys) for keys in self._stamped_of(mapping, low))
            yield mapping.entity, pa.array([], pa.string())

    def _stamped_of(self, mapping: Mapping, low: datetime) -> Generator[pa.Array]:
        stamps = mapping.changes.stamps if mapping.changes else ()
        for member in mapping.by_name.values() if stamps else ():
            with (
                self.readers.reader() as reader,
                closing(reader.changed(member.table, member.by, stamps, low)) as blocks,
            ):
                for block in filter(len, blocks):
                    # Another reader: a connection that is still sending the stamped rows takes no second question.
                    with self.readers.reader() as beside:
                        keys = keys_of_rows(_roots(beside, mapping, member, block))
                    yield keys

    def _refuse_empty(self) -> None:
        """A table that had rows and has none now is no change, but an accident."""
        measured = [mapping for mapping in self.mappings.values() if mapping.changes is not None]
        before = self.state.sizes([mapping.entity for mapping in measured])
        held = [(mapping, before[mapping.entity]) for mapping in measured if mapping.entity in before]
        filled = self.source.filled({mapping.member(name).table for mapping, rows in held for name in rows})
        for mapping, rows in held:
            empty = {name: 0 for name in rows if mapping.member(name).table not in filled}
            self.brake.refuse_short(mapping, rows, empty)

    # --- sweep

    def _sweep(self, mappings: Iterable[Mapping]) -> Generator[Mapping]:
        """Each mapping, when its entities are swept; the source counts two ranges at once."""
        pieces = ((mapping, within) for mapping in mappings for within in self._ranges(mapping))
        with closing(side_by_side(self._counted, pieces)) as found:
            for entity, counted in groupby(found, key=lambda each: each.mapping.entity):
                mapping, sizes = self.mappings[entity], Counter[str]()
                with self.state.sweep(self.lease, entity) as sweep:
                    for each in counted:
                        sweep.collect(each.keys)
                        sizes.update(each.sizes)
                    before = self.state.sizes([entity]).get(entity, {})
                    self.brake.refuse_short(mapping, before, sizes)
                    sweep.compare(changes=mapping.changes is not None)
                self.state.remember_sizes(self.lease, entity, sizes)
                yield mapping

    def _ranges(self, mapping: Mapping) -> tuple[KeyRange, ...]:
        root = mapping.root
        return ranges(self.source.boundaries(root.table, root.key, AT_ONCE, where=root.where))

    def _rows_of(self, member: Member) -> int:
        """How many rows a member has, asked once."""
        asked = member.table, member.where
        if asked not in self._rows:
            self._rows[asked] = self.source.count(*asked)
        return self._rows[asked]

    def _counted(self, piece: tuple[Mapping, KeyRange]) -> "_Counted":
        mapping, within = piece
        with self.readers.reader() as reader:
            if mapping.changes is None:
                return _listed(reader, mapping, within)
            found = swept(reader, mapping, within, self._rows_of)
        roots, whole = one_piece(found[mapping.root.name].column(ENTITY)), whole_members(mapping)
        own = [one_piece(rows.column(ENTITY)) for name, rows in found.items() if name in whole]
        keys = pc.unique(pa.concat_arrays([roots, *own]))
        version, there = versions(keys, found, mapping.changes), pc.is_in(keys, value_set=roots)
        sizes = {
            name: pc.sum(rows.column("row_count")).as_py() or 0
            for name, rows in found.items()
            if name in whole
        }
        return _Counted(mapping, pa.table({"key": storable(keys), "version": version, "root": there}), sizes)

    # --- every candidate

    def _look_for(self, mapping: Mapping) -> None:
        """Find out whether the candidates' roots are there, what their natural keys are now, and who follows them."""
        pages = self.state.candidate_pages(mapping.entity, AT_ONCE)
        first = next(pages, None)
        if first is None:
            return
        root, columns = mapping.root, survey_columns(mapping)
        names = list(dict.fromkeys((root.key, *columns)))
        loops = self._loops(mapping)
        for page in chain([first], pages):
            with self.readers.reader() as reader:
                rows = reader.rows_by_keys(root.table, names, root.key, page, where=root.where)
                rows = rows.set_column(0, root.key, key_text(rows.column(root.key)))
                found = dict(naturals(mapping, rows, self.as_of))
                moved = self.state.looked_for(
                    self.lease, mapping.entity, page, roots_of(mapping, rows), found
                )
                self._agreeing(reader, mapping, moved)
        self._looped(mapping, loops)
        target = mapping.tables[0].into
        self.state.add_followers(self.lease, mapping.entity, target, self.layout)

    def _agreeing(self, reader: Reader, mapping: Mapping, moved: pa.Array) -> None:
        """Who compares its own value with a natural key that moved."""
        for other in self.mappings.values() if len(moved) else ():
            for entity, name, column in agreements(other):
                if entity == mapping.entity and name in {key.name for key in mapping.naturals}:
                    rows = reader.rows_by_keys(other.root.table, [other.root.key], column, moved)
                    keys = one_piece(key_text(rows.column(0)))
                    self.state.add_candidates(self.lease, other.entity, [keys], "follower")

    def _loops(self, mapping: Mapping) -> dict[str, pa.Array]:
        pointers = [key.name for key in mapping.naturals if key.kind == "pointer"]
        return {name: self.state.looped(mapping.entity, name) for name in pointers}

    def _looped(self, mapping: Mapping, before: dict[str, pa.Array]) -> None:
        """Who has come into a circle of pointers, or out of one."""
        for name, then in before.items():
            now = self.state.looped(mapping.entity, name)
            turned = [a.filter(pc.invert(pc.is_in(a, value_set=b))) for a, b in ((then, now), (now, then))]
            if sum(map(len, turned)):
                self.state.add_candidates(self.lease, mapping.entity, turned, "rival")

    # --- the brake

    def _brake(self) -> None:
        """Refuse to go on when more is gone than may be; what seems to be gone is spared then."""
        try:
            for found in self.state.vanishing(self.mappings):
                self.brake.refuse_gone(found.entity, found.gone, found.held)
        except Refused:
            self.state.spare(self.lease)
            raise


@dataclass(frozen=True, slots=True)
class _Counted:
    """A range of roots: (key, version, root) of each entity, and how many rows its members have."""

    mapping: Mapping
    keys: pa.Table
    sizes: dict[str, int]


def _listed(reader: Reader, mapping: Mapping, within: KeyRange) -> _Counted:
    """The keys of a range alone, where nothing says when a row was changed."""
    root = mapping.root
    rows = reader.rows(root.table, [root.key], root.key, within, where=root.where)
    keys = storable(one_piece(key_text(one_piece(rows.column(0)))))
    there, version = pa.repeat(pa.scalar(True), len(keys)), pa.nulls(len(keys), pa.binary(16))
    return _Counted(mapping, pa.table({"key": keys, "version": version, "root": there}), {})


def swept(
    reader: Reader, mapping: Mapping, within: KeyRange, count: Callable[[Member], int]
) -> dict[str, pa.Table]:
    """Member -> its measured rows in a range of the root: grouped by the source, or here where others hang on them.

    The same rows count as in a Batch of the range: narrowed alike, and those of `orphans: ignore` by the roots' keys.

    count:  how many rows a member has, about.
    """
    assert mapping.changes is not None
    root, changes = mapping.root, mapping.changes
    parents = {member.via.member for member in mapping.members if member.via}
    found: dict[str, pa.Table] = {}
    raw: dict[str, pa.Table] = {}
    roots = one_piece(pa.nulls(0, pa.string()))
    for member in (root, *mapping.members):
        columns = list(dict.fromkeys((member.by, *_links(mapping, member), *changes.columns)))
        if member.via is not None:
            pointers = _values(raw[member.via.member], member.via.column)
            raw[member.name] = _hanging(reader, member, columns, pointers, count)
        elif member is not root and member.orphans is Orphans.IGNORE:
            raw[member.name] = _hanging(reader, member, columns, roots, count)
        elif member.name in parents:
            like = (root.table, root.by)
            raw[member.name] = reader.rows(
                member.table, columns, member.by, within, like=like, where=member.where
            )
        else:
            found[member.name] = _measured(reader, mapping, member, within)
        if member is root:
            roots = (
                one_piece(found[root.name].column(ENTITY))
                if root.name in found
                else _values(raw[root.name], root.by)
            )
    return found | members(mapping, raw)


def _hanging(
    reader: Reader, member: Member, columns: list[str], keys: pa.Array, count: Callable[[Member], int]
) -> pa.Table:
    """The rows of a member that hang on these keys; of a table that is shorter than their list, all are fetched."""
    if len(keys) <= MANY or count(member) > len(keys):
        return reader.rows_by_keys(member.table, columns, member.by, keys, where=member.where)
    rows = reader.rows(member.table, columns, member.by, KeyRange(), where=member.where)
    return rows.filter(pc.is_in(key_text(one_piece(rows.column(member.by))), value_set=keys))


def _measured(reader: Reader, mapping: Mapping, member: Member, within: KeyRange) -> pa.Table:
    assert mapping.changes is not None
    changes, root = mapping.changes, mapping.root
    like = None if member is root else (root.table, root.by)
    rows = reader.measured(
        member.table, member.by, changes.stamps, changes.version, within, like=like, where=member.where
    )
    keys = key_text(rows.column(0))
    return pa.table([keys, *rows.columns[1:]], names=[ENTITY, *rows.column_names[1:]])


def _links(mapping: Mapping, member: Member) -> Iterator[str]:
    """Columns of a member on which others hang."""
    return (other.via.column for other in mapping.members if other.via and other.via.member == member.name)


def _values(rows: pa.Table, column: str) -> pa.Array:
    values = one_piece(key_text(one_piece(rows.column(column))))
    return pc.unique(values.filter(pc.not_equal(pc.fill_null(values, ""), "")))


def _roots(reader: Reader, mapping: Mapping, member: Member, pointers: pa.Array) -> pa.Array:
    """From values of a member's pointer to the keys of the roots that they lead to."""
    pointers = one_piece(key_text(pointers))
    if member.via is None:
        return pointers
    parent = mapping.member(member.via.member)
    rows = reader.rows_by_keys(parent.table, [parent.by], member.via.column, pointers)
    return _roots(reader, mapping, parent, pc.unique(one_piece(rows.column(0))))
