"""One run: planned or resumed, its slices moved one by one, its books closed.

    run = start(source, state, target, mappings, ...)
    for stage in run.stages:            # in order
        for piece in stage.slices:      # in any order, side by side if you like
            run.move(piece)
    summary = run.finish()

Who schedules (the command line, worker processes, Prefect) only decides where and when `move` is called. What was
done is known to the state in the platform database alone: calling `move` again moves what is left, and a new process
that calls `start` with the same mappings goes on where a killed one stopped.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Mapping as Dict
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING

from migrate.errors import Drift, MigrateError
from migrate.extract.batches import read_batch, read_keys, read_loose, read_survey
from migrate.extract.nouns import Reader, Source, SourceTable
from migrate.load.target import Target
from migrate.mapping.nouns import Condition, Mapping, Member, Natural, NaturalKind, Orphans
from migrate.model import Batch, KeyRange, Layout, Lookup, Outcome, Slice, SliceKind, Tally
from migrate.patience import Notice, Patience
from migrate.pipeline import Line, move
from migrate.plan import EntityPlan, Plan, Stage, entity_plan, keys_per_batch, loose_members
from migrate.state import Lease, OpenRun, State
from migrate.state.keys import circles
from migrate.transform.beforehand import agreements, contested, naturals, survey_columns
from migrate.transform.rows import one_piece
from migrate.transform.settle import QUALITY_MARK

if TYPE_CHECKING:
    import pyarrow as pa

SNAPSHOT_SECONDS = 120
"""A slice that begins later than this after its snapshot gets a new one; the source ends it at five minutes."""

_RELEASED_AT_ONCE = 5_000
_FIRST_RELEASE = 1_000_000  # numbers of planned slices stay below


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What a run did. `exit` is the exit code: 1 when something waits for a person."""

    run: str
    mode: str
    window: tuple[datetime | None, datetime | None]
    entities: dict[str, Tally]
    seconds: float

    @property
    def balanced(self) -> bool:
        """The books of every entity balance."""
        return all(tally.balanced for tally in self.entities.values())

    @property
    def exit(self) -> int:
        """0: nothing to look at; 1: rows are quarantined or held."""
        return 1 if any(tally.to_look_at for tally in self.entities.values()) else 0


def make_plan(source: Source, mappings: Dict[str, Mapping], *, batch_rows: int) -> Plan:
    """Ask the source for sizes and borders and cut the work; writes nothing.

    mappings:  by entity, in the order of loading.
    Raises Drift, naming every column that the mappings read and the source does not have.
    """
    chosen = list(mappings.values())
    catalogue = source.catalogue({member.table for mapping in chosen for member in mapping.by_name.values()})
    check_columns(chosen, catalogue)
    counted: dict[tuple[str, Condition | None], int] = {}

    def count(member: Member) -> int:
        asked = member.table, member.where
        return counted[asked] if asked in counted else counted.setdefault(asked, source.count(*asked))

    return Plan(tuple(_entity_plan(source, mapping, catalogue, count, batch_rows) for mapping in chosen))


def check_columns(mappings: Iterable[Mapping], catalogue: dict[str, SourceTable]) -> None:
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
) -> EntityPlan:
    rows = {name: count(member) for name, member in mapping.by_name.items()}
    roots = rows[mapping.root.name]
    for member in mapping.members:
        if member.orphans is Orphans.IGNORE:  # read by the keys of the roots, about a row each
            rows[member.name] = min(rows[member.name], roots)
    per_batch = keys_per_batch(roots, sum(rows.values()), batch_rows)
    nullable = {(m.table, m.by) for m in mapping.members if catalogue[m.table].columns[m.by].nullable}
    loose = {
        member.name: _loose_borders(source, member, batch_rows) for member in loose_members(mapping, nullable)
    }
    borders = source.boundaries(mapping.root.table, mapping.root.key, per_batch, where=mapping.root.where)
    return entity_plan(mapping, rows, borders, loose, per_batch)


def _loose_borders(source: Source, member: Member, batch_rows: int) -> list[str]:
    """Of the pointer for second-level members; otherwise of the keys of the rows that have no pointer."""
    if member.via is not None:
        return source.boundaries(member.table, member.by, batch_rows)
    return source.boundaries(member.table, member.key, batch_rows, without=member.by)


@dataclass(frozen=True, slots=True)
class Parts:
    """What a run works with; connected, and the same for every run of a project.

    mappings:  by entity, in the order of loading.
    patience:  how long a fault that may pass is waited for.
    """

    source: Source
    state: State
    target: Target
    mappings: Dict[str, Mapping]
    layout: Layout
    patience: Patience = field(default_factory=Patience)

    @property
    def digests(self) -> dict[str, str]:
        """Which mappings these are."""
        return {entity: mapping.digest for entity, mapping in self.mappings.items()}


def start(parts: Parts, lease: Lease, *, batch_rows: int, mode: str = "full") -> "Run":
    """A new run, planned as a whole; or the newest one of the same mappings, if it was not finished.

    batch_rows:  source rows in a batch, about.
    Raises Drift before anything is written.
    """
    unfinished = parts.state.unfinished(mode, parts.digests)
    if unfinished is not None:
        return Run(parts, parts.state.resume(lease, unfinished), resumed=True)
    as_of = parts.source.clock()  # before the first read: what changes from now on is the next run's
    plan = make_plan(parts.source, parts.mappings, batch_rows=batch_rows)
    opened = parts.state.begin(
        lease, mode=mode, as_of=as_of, window=(None, as_of), digests=parts.digests, slices=plan.slices
    )
    parts.target.end_bulk(opened)  # an earlier first load may have been given up
    parts.target.begin_bulk(opened, [*_tables(parts.mappings), QUALITY_MARK])
    return Run(parts, opened)


def _tables(mappings: Dict[str, Mapping]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(table for mapping in mappings.values() for table in mapping.into))


@dataclass(slots=True)
class Run:
    """A run that is under way. `move` may be called from several threads, and from other processes that made their own
    Run of the same number.

    shared:  where another process opened the run, the token of its snapshot (`share`), if it has one.
    """

    parts: Parts
    opened: OpenRun
    resumed: bool = False
    shared: str | None = None
    _left: dict[tuple[str, int], tuple[int, ...]] = field(init=False, repr=False)
    _slices: list[Slice] = field(init=False, repr=False)
    _readers: "_Readers" = field(init=False, repr=False)
    _lines: dict[str, Line] = field(init=False, repr=False, default_factory=dict)
    _began: float = field(init=False, repr=False, default_factory=time.monotonic)

    def __post_init__(self) -> None:
        pending = self.parts.state.pending(self.opened)
        self._slices = [piece for piece, _ in pending]
        self._left = {(piece.entity, piece.number): positions for piece, positions in pending}
        self._readers = _Readers(self.parts.source, self.shared)

    @property
    def id(self) -> int:
        """The run's number, under which other processes join it."""
        return self.opened.id

    @property
    def stages(self) -> tuple[Stage, ...]:
        """What was left to do when this Run was made: stages in order, slices of a stage in any order."""
        grouped = groupby(self._slices, key=lambda piece: (piece.entity, piece.kind))
        return tuple(Stage(entity, kind, tuple(pieces)) for (entity, kind), pieces in grouped)

    def move(
        self,
        piece: Slice,
        progress: Callable[[Tally], None] = lambda tally: None,
        notice: Notice = lambda line: None,
    ) -> Tally:
        """Move what is left of a slice; the sum of its tallies. Harmless when it was moved already.

        progress:  called after every commit with the batch's tally.
        notice:    called with one line when something passing is waited for.
        Raises the Transient that is still there after all retries, and whatever needs a person.
        """
        return self.parts.patience.through(
            piece,
            lambda: self._move(piece, progress),
            notice,
            lambda: self._left.get((piece.entity, piece.number)),
        )

    def release(
        self,
        progress: Callable[[Tally], None] = lambda tally: None,
        notice: Notice = lambda line: None,
    ) -> Tally:
        """Take up the held entities whose parents have arrived, and again those that waited for these."""
        return self.parts.patience.through(
            "held entities", lambda: self._release(tuple(self.parts.mappings), progress), notice
        )

    def finish(self, status: str = "done", notice: Notice = lambda line: None) -> RunSummary:
        """Close the books. `status` 'interrupted' leaves the run to be resumed, and is said once."""
        self.close()
        patience = self.parts.patience if status == "done" else Patience(0)
        if status == "done":
            patience.through("indexes", lambda: self.parts.target.end_bulk(self.opened), notice)
        seconds = time.monotonic() - self._began
        totals = patience.through(
            f"run {self.id}",
            lambda: self.parts.state.finish(self.opened, status=status, seconds=seconds),
            notice,
        )
        return RunSummary(
            str(self.id), self.opened.mode, (self.opened.low, self.opened.high), totals, seconds
        )

    def share(self) -> str | None:
        """A token of this run's snapshot for the Runs of other processes; None where the database has no such thing."""
        return self._readers.share()

    def close(self) -> None:
        """Let go of the source."""
        self._readers.close()

    # --- inside

    def _move(self, piece: Slice, progress: Callable[[Tally], None]) -> Tally:
        positions = self._left.get((piece.entity, piece.number), ())
        if piece.kind is SliceKind.SURVEY:
            return self._survey(piece, positions)
        if piece.kind is SliceKind.KEYS:
            return self._second_look(piece, positions, progress)
        mapping = self.parts.mappings[piece.entity]
        read_one = read_loose if piece.kind is SliceKind.LOOSE else read_batch

        with self._readers.reader() as reader:

            def read(within: KeyRange) -> Batch:
                return read_one(reader, mapping, piece, within)

            def write(position: int, within: KeyRange, *what: object) -> Tally:
                tally = self._write(piece, position, within, *what)  # type: ignore[arg-type]
                self._done(piece, position)
                return tally

            return move(piece, positions, self._line(piece.entity, reader), read, write, progress)

    def _survey(self, piece: Slice, positions: tuple[int, ...]) -> Tally:
        mapping = self.parts.mappings[piece.entity]
        columns = survey_columns(mapping)
        with self._readers.reader() as reader:
            for position in positions:
                rows = read_survey(reader, mapping, columns, piece.ranges[position])
                self.parts.state.survey(self.opened, piece, position, dict(naturals(mapping, rows)))
                self._done(piece, position)
        return Tally()

    def _second_look(
        self, piece: Slice, positions: tuple[int, ...], progress: Callable[[Tally], None]
    ) -> Tally:
        """Before others refer to this entity: take up what was read before those of its kind that it points at."""
        total = self._release((piece.entity,), progress) if positions else Tally()
        for position in positions:
            self.parts.state.looked_again(self.opened, piece, position)
            self._done(piece, position)
        return total

    def _release(self, entities: tuple[str, ...], progress: Callable[[Tally], None]) -> Tally:
        total, before, number = Tally(), None, _FIRST_RELEASE
        while waiting := [(e, keys) for e, keys in self.parts.state.releasable() if e in entities]:
            if waiting == before:  # they were looked at, and wait none the less
                break
            before = waiting
            for entity, keys in waiting:
                for start in range(0, len(keys), _RELEASED_AT_ONCE):
                    some = keys.slice(start, _RELEASED_AT_ONCE)
                    within = KeyRange(some[0].as_py(), some[-1].as_py())
                    piece = Slice(entity, number, SliceKind.KEYS, (within,))
                    number += 1
                    with self._readers.reader() as reader:
                        line = self._line(entity, reader)
                        batch = read_keys(reader, line.mapping, piece, some)
                    tally = self._write(piece, 0, within, line.outcome(batch), batch.rows)
                    progress(tally)
                    total += tally
        return total

    def _write(
        self, piece: Slice, position: int, within: KeyRange, outcome: Outcome, rows_read: int
    ) -> Tally:
        return self.parts.target.write(self.opened, piece, position, within, outcome, rows_read)

    def _done(self, piece: Slice, position: int) -> None:
        key = (piece.entity, piece.number)
        self._left[key] = tuple(p for p in self._left[key] if p != position)

    def _line(self, entity: str, reader: Reader) -> Line:
        """Made when the entity's first rows move: its survey is complete by then."""
        if entity not in self._lines:
            mapping, state = self.parts.mappings[entity], self.parts.state
            disputed, looped = {}, {}
            for key in mapping.naturals:
                if key.kind is NaturalKind.UNIQUE:
                    claims = self._claims(mapping, key, state.rivals(entity, key.name), reader)
                    disputed[entity, key.name] = contested(claims)
                else:
                    claims = self._claims(mapping, key, state.looped(entity, key.name), reader)
                    looped[entity, key.name] = circles(one_piece(claims["key"]), one_piece(claims["value"]))
            base = Lookup(self.opened.as_of, contested=disputed, looped=looped)
            self._lines[entity] = Line(
                mapping, self.parts.layout, state.system, base, state, agreements(mapping)
            )
        return self._lines[entity]

    @staticmethod
    def _claims(mapping: Mapping, key: Natural, rivals: "pa.Array", reader: Reader) -> "pa.Table":
        """(key, value, variant) of those who contest a natural key, as the source has them now.

        The survey of an earlier run may know roots that are gone: those contest nothing any more.
        """
        columns = tuple(dict.fromkeys((mapping.root.key, *survey_columns(mapping))))
        rows = reader.rows_by_keys(mapping.root.table, columns, mapping.root.key, rivals)
        claims = dict(naturals(mapping, rows))[key.name]
        return claims.filter(claims["value"].is_valid())


class _Readers:
    """Readers that are kept from slice to slice while their snapshot is young: one per thread that reads.

    shared:  token of a snapshot that another process holds open: the first readers here see the same instant.
    """

    def __init__(self, source: Source, shared: str | None = None) -> None:
        self._source, self._shared = source, shared
        self._idle: list[tuple[Reader, ExitStack]] = []  # append and pop are atomic

    @contextmanager
    def reader(self) -> Iterator[Reader]:
        """A reader for one slice; after an error it is not used again."""
        reader, stack = self._take()
        try:
            yield reader
        except BaseException:
            stack.close()
            raise
        self._idle.append((reader, stack))

    def close(self) -> None:
        """End all snapshots."""
        while self._idle:
            self._idle.pop()[1].close()

    def _take(self) -> tuple[Reader, ExitStack]:
        while self._idle:
            reader, stack = self._idle.pop()
            if reader.age < SNAPSHOT_SECONDS:
                return reader, stack
            stack.close()
        stack = ExitStack()
        if self._shared is not None:
            with suppress(MigrateError):  # it has ended: from now on the newest is what everybody reads
                return stack.enter_context(self._source.snapshot(self._shared)), stack
            self._shared = None
        return stack.enter_context(self._source.snapshot()), stack

    def share(self) -> str | None:
        """A token with which other processes see what the next reader here sees, while that is young."""
        with self.reader() as reader:
            return reader.shared
