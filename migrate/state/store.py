"""The door to the state: one object per legacy system and platform database, safe to use from several threads.

Reading goes over connections of its own, kept for the next question. The books of a batch (`open_batch`,
`close_batch`) are written on the cursor of the load, because they belong into its transaction.

Raises Unreachable, Drift (run `migrate platform upgrade`), Busy, Defect, and Transient where trying again may help.
"""

import contextlib
import os
import socket
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any, Self

import psycopg
import pyarrow as pa
from psycopg import sql
from sqlalchemy import URL, Engine, create_engine, make_url

from migrate.canonical import derive_ids
from migrate.errors import Refused
from migrate.model import KeyRange, Layout, Outcome, Slice, SliceKind, Tally
from migrate.postgres import PATIENCE, Connection, Cursor, connect, faults
from migrate.state import (
    candidates,
    complaints,
    coverage,
    entry,
    images,
    keys,
    runs,
    schemas,
    tracing,
    undo,
    vanishing,
    waivers,
)
from migrate.state.complaints import Complaint
from migrate.state.coverage import Coverage
from migrate.state.entry import Opened, Place
from migrate.state.lease import BEAT, Lease, check_fence, not_let_go, writer_name
from migrate.state.ledger import Entry, Verified, append, read, verify
from migrate.state.runs import OpenRun
from migrate.state.tables import SCHEMA
from migrate.state.tracing import Line, Status
from migrate.state.vanishing import OpenedGone
from migrate.state.waivers import Event, Waiver

REVISIONS = Path(__file__).with_name("revisions")


class State:
    """See the module."""

    def __init__(self, url: URL, place: Place, platform_schema: str, patience: float) -> None:
        self.url, self.place, self.platform_schema, self.patience = url, place, platform_schema, patience
        self.actor = f"{_user()}@{socket.gethostname()}"
        self._idle: list[Connection] = []  # append and pop are atomic

    @classmethod
    def open(
        cls,
        url: "str | URL | Engine",
        *,
        system: str,
        schema: str = SCHEMA,
        platform_schema: str = "case_platform",
        patience: float = PATIENCE,
    ) -> Self:
        """The state in `schema` of the database; connects when first asked something.

        system:    name of the legacy system; part of every derived id.
        patience:  seconds in which a server that says nothing is found out; see `migrate.postgres.connect`.
        """
        address = make_url(url.url if isinstance(url, Engine) else url)
        return cls(address, Place(schema, system), platform_schema, patience)

    @property
    def system(self) -> str:
        """Name of the legacy system."""
        return self.place.system

    @property
    def schema(self) -> str:
        """Schema of the state's tables."""
        return self.place.schema

    def close(self) -> None:
        """Let go of all idle connections; the object may still be used."""
        while self._idle:
            self._idle.pop().close()

    def upgrade(self) -> tuple[str, ...]:
        """Create the state's tables, or bring them to the newest revision; returns the steps that ran."""
        from migrate.platform.upgrading import upgrade_schema  # late: Alembic is only needed here

        engine = create_engine(self.url, hide_parameters=True)
        try:
            return upgrade_schema(engine, self.schema, REVISIONS).steps
        finally:
            engine.dispose()

    # --- the lease ---------------------------------------------------------------------------------------------------

    def lease(self, holder: str = "", *, beat: float = BEAT) -> Lease:
        """The right to write, as a context manager; Busy on entering when another holder lives.

        holder: who shall be named to others; default: user and machine.
        """

        def open_session(name: str) -> Connection:
            return connect(self.url, name, autocommit=True, patience=self.patience)

        return Lease(open_session, self.schema, self.system, holder or self.actor, beat=beat)

    def not_let_go(self, fences: Iterable[int]) -> frozenset[int]:
        """Those of the fencing numbers whose holder was replaced without having let go: it was dead or frozen."""
        with self._asking("ask who lost the lease") as cursor:
            return not_let_go(cursor, self.schema, self.system, fences)

    # --- runs --------------------------------------------------------------------------------------------------------

    def begin(
        self,
        lease: Lease,
        *,
        mode: str,
        as_of: datetime,
        digests: Mapping[str, str],
        slices: Sequence[Slice],
        window: tuple[datetime | None, datetime | None] = (None, None),
        ago: float = 0,
    ) -> OpenRun:
        """Write a new run with its planned batches.

        as_of, window:  by the source's clock, naive UTC.      digests:  entity -> digest of its mapping.
        ago:            seconds since it began, which is when the source was asked for the time.
        """
        run = OpenRun(0, mode, as_of, *window, dict(digests), lease.fence)
        with self._cursor("begin a run") as cursor:
            number = runs.begin(cursor, self.schema, self.system, run, lease.holder, slices, ago)
            return replace(run, id=number)

    def unfinished(self, mode: str, digests: Mapping[str, str]) -> OpenRun | None:
        """The newest run of this mode if it is not done and had exactly these mappings; nothing is written."""
        with self._asking("look for an unfinished run") as cursor:
            return runs.unfinished(cursor, self.schema, mode, digests)

    def covered(self, entities: Iterable[str]) -> dict[str, runs.Covered]:
        """Entity -> what the newest run saw that is done and saw all of it or all changes; without those never seen."""
        with self._asking("ask what was seen") as cursor:
            return runs.covered(cursor, self.schema, entities)

    def resume(self, lease: Lease, run: OpenRun) -> OpenRun:
        """Go on with an unfinished run under the present lease."""
        resumed = replace(run, fence=lease.fence)
        with self._cursor("resume a run") as cursor:
            runs.resume(cursor, self.schema, self.system, resumed, lease.holder)
        return resumed

    def run(self, number: int) -> OpenRun:
        """The run of that number, for a worker in another process."""
        with self._cursor("read a run") as cursor:
            return runs.load(cursor, self.schema, number)

    def pending(self, run: OpenRun) -> list[tuple[Slice, tuple[int, ...]]]:
        """The slices with open batches, and the positions of these, in the order of the plan."""
        with self._asking("read what is left") as cursor:
            return runs.pending(cursor, self.schema, run.id)

    def planned(self, run: OpenRun) -> int:
        """How many batches the run has, done or not."""
        with self._asking("count batches") as cursor:
            return runs.planned(cursor, self.schema, run.id)

    def finish(self, run: OpenRun, *, status: str = "done", seconds: float = 0) -> dict[str, Tally]:
        """Close the books of a run; its totals by entity, with how much of what was left out is waived today.

        status: done, failed or interrupted. Of what a run has read as a whole, complaints that no batch found again are
        released; after a full one the server has statistics of what it wrote here, by which the next run asks for a few
        lines of it. Raises Defect when it is called done with open batches or books that do not balance.
        """
        with self._cursor("finish a run") as cursor:
            if status == "done" and run.mode == "full":
                cursor.execute(
                    self.place.sql("ANALYZE {m}.crosswalk, {m}.key_image, {m}.quarantine, {m}.candidate")
                )
            totals = runs.finish(cursor, self.schema, self.system, run, self.actor, status, seconds)
            if status == "done":
                images.under(cursor, run.id)
                complaints.release_gone(cursor, self.schema, run.id)
                candidates.settle_read(cursor, self.schema, run.id)
            waived = waivers.of_run(cursor, self.schema, run.id)
            return {entity: replace(tally, waived=waived.get(entity, 0)) for entity, tally in totals.items()}

    def tallies(self, run: OpenRun) -> dict[str, Tally]:
        """The counts of a run so far, by entity."""
        with self._asking("read the books") as cursor:
            return runs.tallies(cursor, self.schema, run.id)

    # --- what a batch asks before it is mapped -----------------------------------------------------------------------

    def known(self, entity: str, wanted: pa.Array) -> pa.Array:
        """Those of the legacy keys that have a live platform row, stand-ins included."""
        with self._asking("ask for known keys") as cursor:
            return keys.known(cursor, self.schema, self.system, entity, wanted)

    def survey(
        self,
        run: OpenRun,
        slice_: Slice,
        position: int,
        found: Mapping[str, pa.Table],
        within: KeyRange | None = None,
    ) -> None:
        """Keep the natural keys of the roots of one survey batch, and close the batch.

        found: name of the natural key -> (key, value, variant), one row per root; null value: it has none.
        """
        assert slice_.kind is SliceKind.SURVEY
        within = within or slice_.ranges[position]
        place = self.place
        with self._cursor("survey natural keys") as cursor:
            check_fence(cursor, place.schema, place.system, run.fence)
            if entry.closed(cursor, place, run, slice_, position) is not None:
                return
            images.under(cursor, run.id)
            changed = sum(
                keys.survey(cursor, place.schema, run.id, slice_.entity, name, rows)
                for name, rows in found.items()
            )
            if changed:
                keys.take_statistics(cursor, place.schema)
            told = {"position": position, "low": within.low, "high": within.high}
            told_rows = {name: rows.num_rows for name, rows in found.items()}
            line = append(
                cursor, place.schema, place.system, run.fence,
                actor=self.actor, kind="survey", run=run.id, entity=slice_.entity, slice=slice_.number,
                batch=told, tally=told_rows,
            )  # fmt: skip
            entry.close_position(cursor, place, run, slice_, position, within, line.seq)

    def looked_again(self, run: OpenRun, slice_: Slice, position: int) -> None:
        """Close the second look at an entity's held keys: nothing of them can be released any more."""
        place = self.place
        with self._cursor("close a second look") as cursor:
            check_fence(cursor, place.schema, place.system, run.fence)
            if entry.closed(cursor, place, run, slice_, position) is not None:
                return
            line = append(
                cursor, place.schema, place.system, run.fence,
                actor=self.actor, kind="second_look", run=run.id, entity=slice_.entity, slice=slice_.number,
                batch={"position": position},
            )  # fmt: skip
            entry.close_position(cursor, place, run, slice_, position, slice_.ranges[position], line.seq)

    def contested(self, entity: str, name: str) -> pa.Array:
        """Values of a natural key that more than one root claims."""
        with self._asking("ask for contested keys") as cursor:
            return keys.contested(cursor, self.schema, entity, name)

    def rivals(self, entity: str, name: str, among: pa.Array | None = None) -> pa.Array:
        """Keys of the roots that claim a contested value; some may be gone from the source.

        among: only values that one of these keys has.
        """
        with self._asking("ask who contests a key") as cursor:
            return keys.rivals(cursor, self.schema, entity, name, among)

    def looped(self, entity: str, name: str) -> pa.Array:
        """Keys whose chain of pointers leads back to themselves."""
        with self._asking("ask for circles of pointers") as cursor:
            return keys.looped(cursor, self.schema, entity, name)

    def natural(self, entity: str, name: str, wanted: pa.Array) -> pa.Table:
        """(key, value) of a natural key for those of the legacy keys that have one."""
        with self._asking("ask for natural keys") as cursor:
            return keys.natural(cursor, self.schema, entity, name, wanted)

    def releasable(self, entities: Sequence[str] | None = None) -> list[tuple[str, pa.Array]]:
        """By entity, the held keys that are worth a second look, of all or of these: see `migrate.state.complaints`."""
        with self._asking("ask for held keys") as cursor:
            return complaints.releasable(cursor, self.schema, self.system, entities)

    # --- the books of a batch, in the transaction of the load --------------------------------------------------------

    def writer(self, run: OpenRun) -> Connection:
        """A connection for the load, known to whoever must end it when the lease passes on."""
        name = writer_name(self.schema, self.system, run.fence)
        connection = connect(self.url, name, patience=self.patience)
        with faults("prepare a connection"), connection.transaction():
            # A frozen process must not keep rows locked for ever, whoever may end its sessions.
            connection.execute("SET idle_in_transaction_session_timeout = '60s'")
        return connection

    def open_batch(
        self, cursor: Cursor, run: OpenRun, slice_: Slice, position: int, within: KeyRange, outcome: Outcome
    ) -> Opened:
        """See `migrate.state.entry`."""
        return entry.open_batch(cursor, self.place, run, slice_, position, within, outcome)

    def forget_seen(self, cursor: Cursor, entity: str, ids: Sequence[object]) -> None:
        """See `migrate.state.entry`."""
        entry.forget_seen(cursor, self.place, entity, ids)

    def close_batch(self, cursor: Cursor, opened: Opened, tally: Tally) -> Tally:
        """See `migrate.state.entry`."""
        return entry.close_batch(cursor, self.place, opened, tally, self.actor)

    def open_gone(
        self, cursor: Cursor, run: OpenRun, slice_: Slice, position: int, within: KeyRange, keys_: pa.Array
    ) -> OpenedGone:
        """See `migrate.state.vanishing`."""
        return vanishing.open_gone(cursor, self.place, run, slice_, position, within, keys_)

    def follow(
        self, cursor: Cursor, opened: OpenedGone, pointers: Iterable[tuple[str, str, str, str | None]]
    ) -> pa.Table:
        """(key, id, survivor, survivor_id) of the vanished keys that the platform holds, ids as text.

        pointers: (table, its key, column, column of its root) where ids of the entity's roots may stand: a vanished id
        whose rows all point at one other living root since the last sweep was merged into that.
        """
        ids = derive_ids(self.system, f"{opened.slice.entity}/", opened.held["key"])
        moved = images.redirected(
            cursor,
            self.schema,
            self.platform_schema,
            runs.last_whole(cursor, self.schema, opened.run.id),
            ids,
            [images.Pointer(*pointer) for pointer in pointers],
        )
        return vanishing.redirect(cursor, self.place, opened.slice.entity, moved)

    def close_gone(self, cursor: Cursor, opened: OpenedGone, written: int) -> Tally:
        """See `migrate.state.vanishing`."""
        return vanishing.close_gone(cursor, self.place, opened, written, self.actor)

    # --- candidates: see `migrate.state.candidates` ------------------------------------------------------------------

    def add_candidates(self, lease: Lease, entity: str, wanted: Iterable[pa.Array], cause: str) -> int:
        """Name keys to be looked at again, block by block; returns how many are new."""
        blocks = iter(wanted)
        first = next(blocks, None)
        if first is None:
            return 0
        with self._finding(lease, "name candidates") as cursor:
            return candidates.add(cursor, self.schema, entity, chain([first], blocks), cause)

    @contextmanager
    def sweep(self, lease: Lease, entity: str) -> Iterator[candidates.Sweep]:
        """Collect all keys of the source in the block, and compare them at its end."""
        with self._finding(lease, "sweep") as cursor:
            yield candidates.Sweep(cursor, self.schema, entity)

    def candidate_pages(self, entity: str, size: int) -> Iterator[pa.Array]:
        """The candidates of an entity, in pages by key; no connection is held between two of them."""
        after = ""
        while True:
            with self._asking("read candidates") as cursor:
                page = candidates.page(cursor, self.schema, entity, after, size)
            if len(page):
                yield page
            if len(page) < size:
                return
            after = page[-1].as_py()

    def looked_for(
        self, lease: Lease, entity: str, wanted: pa.Array, there: pa.Array, found: Mapping[str, pa.Table]
    ) -> pa.Array:
        """Note which candidates have no root any more, and their natural keys; the keys of which these moved."""
        with self._finding(lease, "note what was found") as cursor:
            return candidates.looked_for(cursor, self.schema, entity, wanted, there, found)

    def add_followers(self, lease: Lease, entity: str, root: str, layout: Layout) -> int:
        """Make candidates of who refers to what is gone."""
        with self._finding(lease, "find who refers to what is gone") as cursor:
            return candidates.followers(cursor, self.schema, self.platform_schema, entity, root, layout)

    def arrived(self, references: Collection[tuple[str, str, str, str]]) -> list[tuple[str, pa.Array]]:
        """By entity, keys that were loaded with a flag for a missing parent which is there now.

        references:  (entity, table, column, entity that the column refers to).
        """
        with self._asking("ask for parents that arrived") as cursor:
            return candidates.arrived(cursor, self.schema, self.platform_schema, self.system, references)

    def vanishing(self, entities: Iterable[str]) -> list[candidates.Vanishing]:
        """How many candidates are gone, for each entity that has any on the platform."""
        with self._asking("count what is gone") as cursor:
            return candidates.vanishing(cursor, self.schema, entities)

    def spare(self, lease: Lease) -> int:
        """Forget the candidates that are gone, because a brake stopped the run."""
        with self._finding(lease, "spare what seems to be gone") as cursor:
            return candidates.spare(cursor, self.schema)

    def named(self) -> dict[str, bool]:
        """The entities that have candidates -> whether one of these is gone."""
        with self._asking("count candidates") as cursor:
            return candidates.named(cursor, self.schema)

    def candidate_borders(self, entity: str, every: int, *, gone: bool) -> list[str] | None:
        """Borders of ranges of candidates; None when there is none."""
        with self._asking("count candidates") as cursor:
            return candidates.borders(cursor, self.schema, entity, every, gone=gone)

    def candidates(self, entity: str, within: KeyRange, *, gone: bool) -> pa.Array:
        """The candidates of a range."""
        with self._asking("read candidates") as cursor:
            return candidates.take(cursor, self.schema, entity, within, gone=gone)

    def sizes(self, entities: Iterable[str]) -> dict[str, dict[str, int]]:
        """Entity -> member -> rows when the source was last seen whole."""
        with self._asking("read sizes") as cursor:
            return candidates.sizes(cursor, self.schema, entities)

    def remember_sizes(self, lease: Lease, entity: str, rows: Mapping[str, int]) -> None:
        """Keep how big the members were."""
        with self._finding(lease, "keep sizes") as cursor:
            candidates.remember_sizes(cursor, self.schema, entity, rows)

    @contextmanager
    def _finding(self, lease: Lease, doing: str) -> Iterator[Cursor]:
        """A transaction of who holds the lease."""
        with self._cursor(doing) as cursor:
            check_fence(cursor, self.schema, self.system, lease.fence)
            yield cursor

    # --- an undo, in the transaction of the load ---------------------------------------------------------------------

    def undoable(self, lease: Lease, number: int) -> OpenRun:
        """The run of that number, under the present lease; Refused when it cannot be taken back."""
        with self._cursor("read a run") as cursor:
            return replace(undo.undoable(cursor, self.place, number), fence=lease.fence)

    def open_undo(self, cursor: Cursor, run: OpenRun) -> undo.OpenUndo:
        """See `migrate.state.undo`."""
        return undo.open_undo(cursor, self.place, run)

    def close_undo(
        self, cursor: Cursor, run: OpenRun, rows: Mapping[str, Any], actor: str, reason: str
    ) -> int:
        """See `migrate.state.undo`."""
        return undo.close_undo(cursor, self.place, run, actor or self.actor, reason, rows)

    def forget_images(self, age: timedelta) -> int:
        """Forget what runs that began longer ago overwrote; they cannot be taken back any more. Returns how many."""
        with self._cursor("forget before-images") as cursor:
            return images.prune(cursor, self.schema, age)

    # --- what people ask ---------------------------------------------------------------------------------------------

    def ledger(self, run: int | None = None, last: int | None = None) -> list[Entry]:
        """Entries in order: all, those of a run, the last few."""
        where: sql.Composable = sql.SQL("TRUE" if run is None else "run = %s")
        params = [] if run is None else [run]
        if last is not None:
            where += sql.SQL(" AND seq > (SELECT coalesce(max(seq), 0) FROM {}) - %s").format(
                sql.Identifier(self.schema, "ledger")
            )
            params.append(last)
        with self._cursor("read the ledger") as cursor:
            return list(read(cursor, self.schema, where, params))

    def verify_ledger(self, expected: tuple[int, str] | None = None) -> Verified:
        """Check the chain from its start; `expected`: sequence number and hash of a head recorded elsewhere."""
        with self._cursor("verify the ledger") as cursor:
            return verify(read(cursor, self.schema), expected)

    def quarantine(
        self,
        *,
        entity: str | None = None,
        key: str | None = None,
        rule: str | None = None,
        state: str | None = None,
        values: bool = False,
        reason: str = "",
        limit: int | None = None,
    ) -> list[Complaint]:
        """Lines of the quarantine; without the released ones unless `state` asks for them.

        values: with the protected values. That needs a `reason`, which goes into the ledger; Refused without one.
        """
        given = {"entity": entity, "key": key, "rule": rule, "state": state}
        if values:
            self.unmask({name: value for name, value in given.items() if value}, reason)
        with self._cursor("read the quarantine") as cursor:
            return list(complaints.select(cursor, self.schema, values=values, limit=limit, **given))

    def unmask(self, about: Mapping[str, Any], reason: str) -> None:
        """Write into the ledger that somebody is shown protected values, and why; Refused without a reason."""
        if not reason.strip():
            raise Refused(
                "protected values are not shown without a reason",
                remedy="give the reason: --unmask --reason TEXT",
            )
        with self._cursor("note who sees values") as cursor:
            self._note(cursor, "unmask", {**about, "reason": reason})

    def quarantined(
        self, entities: Sequence[str] = (), wanted: Sequence[str] = (), rule: str | None = None
    ) -> dict[str, pa.Array]:
        """Entity -> keys about which something is in quarantine, of these entities and keys where any are named."""
        with self._cursor("read the quarantine") as cursor:
            return complaints.keys(cursor, self.schema, entities, wanted, rule)

    def waive(self, waiver: Waiver, *, dry_run: bool = False) -> int:
        """Let the open complaints that it is about stand until its day; how many were not waived just so before.

        The ledger keeps it. With `dry_run` nothing is written. Refused without a name, a reason and a day to come, and
        where nothing is open.
        """
        with self._cursor("waive") as cursor:
            waivers.check(cursor, waiver)
            given: dict[str, Any] = {"entity": waiver.entity, "key": waiver.key, "rule": waiver.rule}
            if not any(complaints.select(cursor, self.schema, limit=1, **given)):
                by = f" by rule {waiver.rule}" if waiver.rule else ""
                raise Refused(
                    f"nothing about {waiver.entity} {waiver.key} is in quarantine{by}; nothing was waived",
                    remedy="see what is: migrate quarantine list --lines",
                )
            new = 0 if dry_run else waivers.waive(cursor, self.schema, waiver)
            if new:
                self._note(cursor, "waive", waiver.about)
            return new

    def quarantine_history(self, entity: str, key: str) -> list[Event]:
        """What happened to the complaints about a key, oldest first, the released ones too."""
        with self._cursor("read the quarantine's history") as cursor:
            return waivers.history(cursor, self.schema, entity, key)

    def trace(self, entity: str, key_or_id: str) -> list[Line]:
        """The history of a legacy key or platform id: its crosswalk lines, oldest first, along merges, both ways."""
        with self._cursor("read the crosswalk") as cursor:
            return tracing.trace(cursor, self.schema, self.system, entity, key_or_id)

    def accepted(self) -> schemas.Records:
        """What both databases looked like when that was last accepted."""
        with self._cursor("read the accepted schema") as cursor:
            return schemas.read(cursor, self.schema, self.system)

    def accept(
        self, lease: Lease, records: schemas.Records, told: Mapping[str, Any], reason: str = ""
    ) -> None:
        """Expect from now on what `records` describe; the ledger keeps what is told of it."""
        about = {**told, **({"reason": reason} if reason else {})}
        with self._cursor("accept a schema") as cursor:
            schemas.write(cursor, self.schema, self.system, records)
            append(
                cursor, self.schema, self.system, lease.fence, actor=self.actor, kind="schema", batch=about
            )

    def status(self) -> Status:
        """Where things stand: entities, last runs, quarantine, lease, ledger head."""
        with self._cursor("read the status") as cursor:
            return tracing.status(cursor, self.schema, self.system)

    def coverage(self, unmeasured: Collection[str] = ()) -> dict[str, Coverage]:
        """Entity -> how far the nets have seen.

        unmeasured: entities whose mapping names nothing that tells of changes.
        """
        with self._cursor("ask how far was seen") as cursor:
            return coverage.coverage(cursor, self.schema, unmeasured)

    def _note(self, cursor: Cursor, kind: str, about: Mapping[str, Any]) -> None:
        append(cursor, self.schema, self.system, None, actor=self.actor, kind=kind, batch=about)

    @contextmanager
    def _cursor(self, doing: str) -> Iterator[Cursor]:
        """A transaction of its own."""
        with self._asking(doing) as cursor, faults(doing), cursor.connection.transaction():
            yield cursor

    @contextmanager
    def _asking(self, doing: str) -> Iterator[Cursor]:
        """For a single question, which needs no transaction; on an idle connection, or on a new one."""
        connection = self._connection()
        try:
            with faults(doing), connection.cursor() as cursor:
                yield cursor
        except BaseException:
            if connection.broken:  # the others were lost with it
                self.close()
            with contextlib.suppress(psycopg.Error):
                connection.close()
            raise
        self._idle.append(connection)

    def _connection(self) -> Connection:
        with contextlib.suppress(IndexError):
            while (connection := self._idle.pop()).closed:
                pass
            return connection
        return connect(self.url, f"case-migrate {self.system}", autocommit=True, patience=self.patience)


def _user() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
