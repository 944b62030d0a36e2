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
from collections.abc import Callable, Iterator
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import groupby
from typing import TYPE_CHECKING

import pyarrow.compute as pc

from migrate.canonical import key_text
from migrate.errors import Refused
from migrate.extract.batches import read_batch, read_keys, read_loose, read_survey
from migrate.extract.nouns import Reader, Source
from migrate.extract.readers import Readers
from migrate.finding import Brake, Nets, whole_members
from migrate.load.target import Target
from migrate.load.vanished import Tombstone
from migrate.mapping.nouns import Consequence, Mapping, Natural, NaturalKind, Vanished
from migrate.model import Batch, KeyRange, Layout, Lookup, Outcome, Slice, SliceKind, Tally
from migrate.patience import Notice, Patience
from migrate.pipeline import Line, move
from migrate.plan import Stage
from migrate.planning import UNBOUND, chosen_slices, make_plan
from migrate.state import Lease, OpenRun, State
from migrate.state.keys import circles
from migrate.transform.beforehand import agreements, contested, naturals, roots_of, survey_columns
from migrate.transform.rows import one_piece
from migrate.transform.settle import QUALITY_MARK

if TYPE_CHECKING:
    import pyarrow as pa

    from migrate.state.runs import Covered


class Mode(StrEnum):
    """How a run finds its work."""

    FULL = "full"  # it reads everything
    DELTA = "delta"  # what was stamped since the last window
    SWEEP = "sweep"  # what has another version than when it was last read, what is new, what is gone
    DEEP = "deep"  # it reads everything, a share at a time
    REDRIVE = "redrive"  # the candidates that somebody has named


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


def start(
    parts: Parts,
    lease: Lease,
    *,
    batch_rows: int,
    batch_bytes: int = UNBOUND,
    mode: str = Mode.FULL,
    overlap: timedelta = timedelta(0),
    max_vanished: Decimal = Decimal(1),
    nights: int = 1,
    named: Dict[str, "pa.Array"] | None = None,
) -> "Run":
    """A new run, its work found and planned as a whole; of the modes that read everything, the unfinished one.

    batch_rows:    source rows in a batch, about; of a run over everything, see `make_plan`.
    overlap:       by how much the window of a delta reaches back behind the one before.
    max_vanished:  the brake; see `migrate.finding`.
    nights:        in how many runs a deep one reads everything once.
    named:         entity -> keys that a redrive looks at again, beside the candidates that nobody has taken up.
    Raises Drift and Refused before anything is written but candidates.
    """
    began = time.monotonic()
    as_of = parts.source.clock()  # before the first read: what changes from now on is the next run's
    brake = Brake(max_vanished)
    if mode in (Mode.FULL, Mode.DEEP):
        sizes = (batch_rows, batch_bytes)
        return _whole(parts, lease, as_of, sizes, mode=mode, brake=brake, nights=nights, began=began)
    # A redrive is no net: it may move by another version of the mapping, and says nothing about what was seen.
    seen = [] if mode == Mode.REDRIVE else _covered(parts)
    low = min((its.until(as_of) - overlap for its in seen), default=None)
    if mode == Mode.DELTA and any(as_of < its.high for its in seen):
        # The source's clock was set back: its stamps say nothing about order now.
        mode, low = Mode.SWEEP, None
    readers = Readers(parts.source)
    nets = Nets(parts.source, readers, parts.state, lease, dict(parts.mappings), parts.layout, brake, as_of)
    try:
        match mode:
            case Mode.DELTA if low is not None:
                nets.delta(low)
            case Mode.SWEEP:
                nets.sweep()
            case _:
                for entity, keys in (named or {}).items():
                    parts.state.add_candidates(lease, entity, [keys], "redrive")
                nets.redrive()
    finally:
        readers.close()
    slices = tuple(
        chosen_slices(
            parts.source, parts.state, parts.mappings, batch_rows,
            unstamped=mode != Mode.REDRIVE, loose=mode == Mode.SWEEP,
        )
    )  # fmt: skip
    window = (low, as_of) if mode != Mode.REDRIVE else (None, None)
    opened = parts.state.begin(
        lease, mode=mode, as_of=as_of, window=window, digests=parts.digests, slices=slices,
        ago=time.monotonic() - began,
    )  # fmt: skip
    parts.target.end_bulk(opened)  # an earlier first load may have been given up
    return Run(parts, opened, began=began)


def _whole(
    parts: Parts,
    lease: Lease,
    as_of: datetime,
    batch: tuple[int, int],
    *,
    mode: str,
    brake: Brake,
    nights: int,
    began: float,
) -> "Run":
    """A run over everything: new, or the newest of the same mappings if it was not finished.

    batch:   rows and bytes of a batch, at most.
    nights:  into how many shares a deep run is cut; one of them is moved at a time.
    """
    unfinished = parts.state.unfinished(mode, parts.digests)
    if unfinished is not None:
        fresh = unfinished if mode == Mode.FULL else replace(unfinished, as_of=as_of)
        opened = parts.state.resume(lease, fresh)
        return Run(parts, opened, resumed=True, at_most=_tonight(parts, opened, nights), began=began)
    if mode == Mode.DEEP:
        _covered(parts)
    batch_rows, batch_bytes = batch
    plan = make_plan(parts.source, parts.mappings, batch_rows=batch_rows, batch_bytes=batch_bytes)
    before = parts.state.sizes(parts.mappings)
    for entity in plan.entities:
        sizes = {
            m: rows for m, rows in entity.rows.items() if m in whole_members(parts.mappings[entity.entity])
        }
        brake.refuse_short(parts.mappings[entity.entity], before.get(entity.entity, {}), sizes)
        parts.state.remember_sizes(lease, entity.entity, sizes)
    opened = parts.state.begin(
        lease, mode=mode, as_of=as_of, window=(None, as_of), digests=parts.digests, slices=plan.slices,
        ago=time.monotonic() - began,
    )  # fmt: skip
    parts.target.end_bulk(opened)
    if mode == Mode.FULL:
        parts.target.begin_bulk(opened, [*_tables(parts.mappings), QUALITY_MARK])
    return Run(parts, opened, at_most=_tonight(parts, opened, nights), began=began)


def _tonight(parts: Parts, opened: OpenRun, nights: int) -> int | None:
    """Of a deep run, the share of a night in batches."""
    if opened.mode != Mode.DEEP:
        return None
    return -(-parts.state.planned(opened) // nights)


def _covered(parts: Parts) -> "list[Covered]":
    """What was seen of each entity by runs of these very mappings.

    Raises Refused where an entity was never loaded as a whole, or by another version of its mapping.
    """
    covered = parts.state.covered(parts.mappings)
    never = [entity for entity in parts.mappings if entity not in covered]
    changed = [entity for entity, its in covered.items() if its.digest != parts.mappings[entity].digest]
    for entities, why in (
        (never, "never loaded as a whole"),
        (changed, "loaded by another version of the mapping"),
    ):
        if entities:
            raise Refused(
                f"{', '.join(entities)}: {why}; nothing was written",
                why="changes alone do not lead from there to here",
                remedy="run: migrate run --mode full; it writes only what differs",
            )
    return list(covered.values())


def _tables(mappings: Dict[str, Mapping]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(table for mapping in mappings.values() for table in mapping.into))


def _share(
    pending: list[tuple[Slice, tuple[int, ...]]], at_most: int | None
) -> Iterator[tuple[Slice, tuple[int, ...]]]:
    """The first slices, until they hold that many open batches."""
    taken = 0
    for piece, positions in pending:
        if at_most is not None and taken >= at_most:
            return
        yield piece, positions
        taken += len(positions)


@dataclass(slots=True)
class Run:
    """A run that is under way. `move` may be called from several threads, and from other processes that made their own
    Run of the same number.

    shared:   where another process opened the run, the token of its snapshot (`share`), if it has one.
    at_most:  how many batches are moved this time, slice by slice; the rest stays for the next time. None: all.
    began:    when the work began, finding and planning included, on the clock of `time.monotonic`.
    """

    parts: Parts
    opened: OpenRun
    resumed: bool = False
    shared: str | None = None
    at_most: int | None = None
    began: float = field(repr=False, default_factory=time.monotonic)
    _left: dict[tuple[str, int], tuple[int, ...]] = field(init=False, repr=False)
    _slices: list[Slice] = field(init=False, repr=False)
    _readers: Readers = field(init=False, repr=False)
    _lines: dict[str, Line] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        pending = self.parts.state.pending(self.opened)
        self._slices = [piece for piece, _ in _share(pending, self.at_most)]
        self._left = {(piece.entity, piece.number): positions for piece, positions in pending}
        self._readers = Readers(self.parts.source, self.shared)

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

    def finish(self, status: str = "", notice: Notice = lambda line: None) -> RunSummary:
        """Close the books. `status` 'interrupted' leaves the run to be resumed, and is said once.

        Unless it is said, a run is done when every batch of its plan is closed or, where only a share of it was moved,
        interrupted.
        """
        self.close()
        status = status or ("interrupted" if self.at_most and any(self._left.values()) else "done")
        patience = self.parts.patience if status == "done" else Patience(0)
        if status == "done":
            patience.through("indexes", lambda: self.parts.target.end_bulk(self.opened), notice)
        seconds = time.monotonic() - self.began
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
        if piece.kind is SliceKind.GONE:
            return self._bury(piece, positions, progress)
        mapping = self.parts.mappings[piece.entity]
        with self._readers.reader() as reader:

            def read(within: KeyRange) -> Batch:
                match piece.kind:
                    case SliceKind.LOOSE:
                        return read_loose(reader, mapping, piece, within)
                    case SliceKind.CHOSEN:
                        wanted = self.parts.state.candidates(piece.entity, within, gone=False)
                        return read_keys(reader, mapping, piece, wanted, within)
                    case _:
                        return read_batch(reader, mapping, piece, within)

            def write(position: int, within: KeyRange, *what: object) -> Tally:
                tally = self._write(piece, position, within, *what)  # type: ignore[arg-type]
                self._done(piece, position)
                return tally

            among = self._among(piece) if piece.kind is SliceKind.CHOSEN else None
            return move(piece, positions, self._line(piece.entity, reader, among), read, write, progress)

    def _among(self, piece: Slice) -> "pa.Array":
        """The candidates of a whole slice."""
        return self.parts.state.candidates(
            piece.entity, KeyRange(piece.ranges[0].low, piece.ranges[-1].high), gone=False
        )

    def _bury(self, piece: Slice, positions: tuple[int, ...], progress: Callable[[Tally], None]) -> Tally:
        """Look once more for the roots that seem to be gone; what is still not there is buried."""
        total, mapping = Tally(), self.parts.mappings[piece.entity]
        root, columns = mapping.root, (mapping.root.key, *survey_columns(mapping))
        how = Tombstone(
            mapping.tables[0].into, mapping.into, root.table, remove=mapping.vanished is Vanished.REMOVE
        )
        for position in positions:
            within = piece.ranges[position]
            gone = self.parts.state.candidates(piece.entity, within, gone=True)
            with self._readers.reader() as reader:
                names = tuple(dict.fromkeys(columns))
                rows = reader.rows_by_keys(root.table, names, root.key, gone, where=root.where)
            there = roots_of(mapping, rows.set_column(0, root.key, key_text(rows.column(0))))
            gone = gone.filter(pc.invert(pc.is_in(gone, value_set=there)))
            tally = self.parts.target.bury(self.opened, piece, position, within, gone, how)
            self._done(piece, position)
            progress(tally)
            total += tally
        return total

    def _survey(self, piece: Slice, positions: tuple[int, ...]) -> Tally:
        mapping = self.parts.mappings[piece.entity]
        columns = survey_columns(mapping)
        with self._readers.reader() as reader:
            for position in positions:
                rows = read_survey(reader, mapping, columns, piece.ranges[position])
                self.parts.state.survey(
                    self.opened, piece, position, dict(naturals(mapping, rows, self.opened.as_of))
                )
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
        while waiting := self._worth_a_look(entities):
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
                        line = self._line(entity, reader, some)
                        batch = read_keys(reader, line.mapping, piece, some)
                    tally = self._write(piece, 0, within, line.outcome(batch), batch.rows)
                    progress(tally)
                    total += tally
        return total

    def _worth_a_look(self, entities: tuple[str, ...]) -> "list[tuple[str, pa.Array]]":
        """Held keys whose parents have arrived and, unless everything is read anyway, flagged ones too."""
        state, found = self.parts.state, list(self.parts.state.releasable(entities))
        if self.opened.mode in (Mode.FULL, Mode.DEEP):
            return found
        flagged = [
            (entity, table.into, its.column, its.ref)
            for entity in entities
            for table, its in self.parts.mappings[entity].references()
            if its.otherwise is Consequence.FLAG and its.ref
        ]
        return found + state.arrived(flagged) if flagged else found

    def _write(
        self, piece: Slice, position: int, within: KeyRange, outcome: Outcome, rows_read: int
    ) -> Tally:
        return self.parts.target.write(self.opened, piece, position, within, outcome, rows_read)

    def _done(self, piece: Slice, position: int) -> None:
        key = (piece.entity, piece.number)
        self._left[key] = tuple(p for p in self._left[key] if p != position)

    def _line(self, entity: str, reader: Reader, among: "pa.Array | None" = None) -> Line:
        """Made when the entity's first rows move: its survey is complete by then.

        among: the keys that it is for, where these are few; otherwise it serves all of the entity, and is kept.
        """
        if self.opened.mode in (Mode.FULL, Mode.DEEP):
            among = None
        if among is None and entity in self._lines:
            return self._lines[entity]
        line = line_of(self.parts, entity, self.opened.as_of, reader, among)
        if among is None:
            self._lines[entity] = line
        return line


def line_of(
    parts: Parts, entity: str, as_of: datetime, reader: Reader, among: "pa.Array | None" = None
) -> Line:
    """What batches of an entity need on their way, once its survey is complete.

    among:  the keys that it is for; None: for all.
    """
    mapping, state = parts.mappings[entity], parts.state
    disputed, looped = {}, {}
    for key in mapping.naturals:
        if key.kind is NaturalKind.UNIQUE:
            claims = _claims(mapping, key, state.rivals(entity, key.name, among), reader, as_of)
            disputed[entity, key.name] = contested(claims)
        else:
            claims = _claims(mapping, key, state.looped(entity, key.name), reader, as_of)
            looped[entity, key.name] = circles(one_piece(claims["key"]), one_piece(claims["value"]))
    base = Lookup(as_of, contested=disputed, looped=looped)
    return Line(mapping, parts.layout, state.system, base, state, agreements(mapping))


def _claims(
    mapping: Mapping, key: Natural, rivals: "pa.Array", reader: Reader, as_of: datetime
) -> "pa.Table":
    """(key, value, variant) of those who contest a natural key, as the source has them now.

    The survey of an earlier run may know roots that are gone: those contest nothing any more.
    """
    columns = tuple(dict.fromkeys((mapping.root.key, *survey_columns(mapping))))
    rows = reader.rows_by_keys(mapping.root.table, columns, mapping.root.key, rivals)
    claims = dict(naturals(mapping, rows, as_of))[key.name]
    return claims.filter(claims["value"].is_valid())
