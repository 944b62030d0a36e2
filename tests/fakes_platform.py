"""State and target in memory, for tests of what uses them; they pass the same contract suites as the real ones.

    platform = MemoryPlatform(layout, system="shop", stubs=...)
    platform.state, platform.target     like `State` and `PostgresTarget`
    platform.rows["thing"]              id -> row, as the platform holds it
    platform.fail_next = Transient(...) the next write raises this before it commits

Everything is a dictionary; a write works on a copy that replaces the original when all went well.
"""

import copy
import hashlib
import itertools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self

import numpy as np
import pyarrow as pa

from migrate.canonical import derive_id
from migrate.errors import Busy, Defect, Refused
from migrate.load.fates import fates, tally
from migrate.load.stubs import Stub, stub_rows
from migrate.load.undoing import Undone
from migrate.load.vanished import Tombstone
from migrate.model import KeyRange, Layout, Outcome, Slice, SliceKind, Tally
from migrate.state.entry import Seen
from migrate.state.keys import circles
from migrate.state.ledger import GENESIS, Entry, Verified, verify
from migrate.state.runs import OpenRun, counts, tally_of
from migrate.state.waivers import Waiver


@dataclass
class Books:
    """All that a database would hold."""

    rows: dict[str, dict[bytes, dict[str, Any]]] = field(default_factory=dict)
    ledger: list[Entry] = field(default_factory=list)
    runs: dict[int, dict[str, Any]] = field(default_factory=dict)
    batches: dict[tuple[int, str, int, int], dict[str, Any]] = field(default_factory=dict)
    crosswalk: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)  # current lines
    images: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    quarantine: dict[tuple[Any, ...], dict[str, Any]] = field(default_factory=dict)
    waivers: dict[tuple[Any, ...], Waiver] = field(
        default_factory=dict
    )  # of lines that were not released since
    exclusions: set[tuple[str, ...]] = field(default_factory=set)
    naturals: dict[tuple[str, str], dict[str, tuple[str, str | None]]] = field(default_factory=dict)
    sizes: dict[str, dict[str, int]] = field(default_factory=dict)
    fence: int = 0
    holder: str | None = None


Facts = dict[tuple[str, Any, Any], Any]


def facts(books: Books) -> Facts:
    """All that an undo has to put back: (what, of which table, key) -> row or line; a copy."""
    nested: dict[str, dict[Any, Any]] = {"rows": books.rows, "naturals": books.naturals}
    nested |= {name: {"": getattr(books, name)} for name in ("crosswalk", "images", "quarantine")}
    nested["exclusions"] = {"": dict.fromkeys(books.exclusions, True)}
    return {
        (name, group, key): copy.deepcopy(value)
        for name, groups in nested.items()
        for group, its in groups.items()
        for key, value in its.items()
    }


def changed(before: Facts, after: Facts) -> set[tuple[str, Any, Any]]:
    return {at for at in before.keys() | after.keys() if before.get(at) != after.get(at)}


class MemoryPlatform:
    """A platform database in memory: its state and its target."""

    def __init__(self, layout: Layout, *, system: str, stubs: Mapping[str, Stub] | None = None) -> None:
        self.layout, self.system, self.stubs = layout, system, dict(stubs or {})
        self.books = Books(rows={name: {} for name in layout})
        self.fail_next: Exception | None = None
        self.before: dict[int, Facts] = {}  # of runs that were not taken back
        self.state, self.target = MemoryState(self), MemoryTarget(self)

    @property
    def rows(self) -> dict[str, dict[bytes, dict[str, Any]]]:
        return self.books.rows

    def append(self, books: Books, fence: int, **content: Any) -> Entry:
        if fence != books.fence or books.holder is None:
            raise Busy(f"{books.holder or 'nobody'}; the lease was lost, nothing was written")
        complete: dict[str, Any] = dict.fromkeys(
            ("actor", "kind", "run", "entity", "slice", "batch", "tally", "digest")
        )
        complete |= content
        previous = books.ledger[-1].hash if books.ledger else GENESIS
        at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=len(books.ledger))
        entry = Entry(seq=len(books.ledger) + 1, at=at, previous=previous, **complete)
        books.ledger.append(replace(entry, hash=entry.computed()))
        return books.ledger[-1]


class MemoryLease:
    """Like `Lease`, without a heart."""

    lost = False

    def __init__(self, books: Books, holder: str) -> None:
        self._books, self.holder, self.fence = books, holder, 0

    def __enter__(self) -> Self:
        if self._books.holder is not None:
            raise Busy(self._books.holder)
        self._books.fence += 1
        self._books.holder, self.fence = self.holder, self._books.fence
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._books.fence == self.fence:
            self._books.holder = None

    def check(self) -> None:
        if self._books.fence != self.fence:
            raise Busy("a new holder")


class MemoryState:
    """Like `State`."""

    def __init__(self, platform: MemoryPlatform) -> None:
        self._platform, self.actor, self.system = platform, "tests", platform.system

    @property
    def _books(self) -> Books:
        return self._platform.books

    def upgrade(self) -> tuple[str, ...]:
        return ()

    def close(self) -> None:
        pass

    def lease(self, holder: str = "tests", *, beat: float = 5) -> MemoryLease:
        return MemoryLease(self._books, holder)

    def begin(
        self,
        lease: MemoryLease,
        *,
        mode: str,
        as_of: datetime,
        digests: Mapping[str, str],
        slices: Sequence[Slice],
        window: tuple[datetime | None, datetime | None] = (None, None),
        ago: float = 0,
    ) -> OpenRun:
        run = OpenRun(len(self._books.runs) + 1, mode, as_of, *window, dict(digests), lease.fence)
        self._books.runs[run.id] = {"run": run, "status": "running"}
        self._platform.before[run.id] = facts(self._books)
        self._plan(run, slices)
        self._platform.append(self._books, lease.fence, kind="run", run=run.id, actor=lease.holder)
        return run

    def unfinished(self, mode: str, digests: Mapping[str, str]) -> OpenRun | None:
        of_mode = [entry for entry in self._books.runs.values() if entry["run"].mode == mode]
        if (
            not of_mode
            or of_mode[-1]["status"] in ("done", "undone")
            or of_mode[-1]["run"].mappings != dict(digests)
        ):
            return None
        found: OpenRun = of_mode[-1]["run"]
        return found

    def planned(self, run: OpenRun) -> int:
        return sum(key[0] == run.id for key in self._books.batches)

    def sizes(self, entities: Iterable[str]) -> dict[str, dict[str, int]]:
        return {entity: dict(self._books.sizes[entity]) for entity in entities if entity in self._books.sizes}

    def remember_sizes(self, lease: MemoryLease, entity: str, rows: Mapping[str, int]) -> None:
        self._books.sizes[entity] = dict(rows)

    def resume(self, lease: MemoryLease, run: OpenRun) -> OpenRun:
        resumed = replace(run, fence=lease.fence)
        self._books.runs[run.id] = {"run": resumed, "status": "running"}
        self._platform.append(self._books, lease.fence, kind="resume", run=run.id, actor=lease.holder)
        return resumed

    def run(self, number: int) -> OpenRun:
        found: OpenRun = self._books.runs[number]["run"]
        return found

    def undoable(self, lease: MemoryLease, number: int) -> OpenRun:
        if number not in self._platform.before:
            raise Refused(f"there is no run {number}, or it was taken back already")
        return replace(self.run(number), fence=lease.fence)

    def _plan(self, run: OpenRun, slices: Sequence[Slice]) -> None:
        for piece in slices:
            for position, within in enumerate(piece.ranges):
                at = (run.id, piece.entity, piece.number, position)
                self._books.batches[at] = {"slice": piece, "within": within, "closed": None}

    def pending(self, run: OpenRun) -> list[tuple[Slice, tuple[int, ...]]]:
        mine = [(at, entry) for at, entry in self._books.batches.items() if at[0] == run.id]
        left = []
        for _, group in itertools.groupby(mine, key=lambda item: item[0][:3]):
            batches = list(group)
            positions = tuple(at[3] for at, entry in batches if entry["closed"] is None)
            if positions:
                left.append((batches[0][1]["slice"], positions))
        return left

    def finish(self, run: OpenRun, *, status: str = "done", seconds: float = 0) -> dict[str, Tally]:
        totals = self.tallies(run)
        if status == "done" and (self.pending(run) or not all(tally.balanced for tally in totals.values())):
            raise Defect(f"run {run.id} cannot be closed")
        self._books.runs[run.id]["status"] = status
        self._platform.append(self._books, run.fence, kind="end", run=run.id, actor=self.actor)
        if status == "done" and run.mode == "full":
            ranged = {
                at[1]
                for at, entry in self._books.batches.items()
                if at[0] == run.id and _ranged(entry["slice"])
            }
            for line in self._books.quarantine.values():
                if line["entity"] in ranged and line["last_run"] < run.id:
                    line["state"] = "released"
        return {
            entity: replace(tally, waived=self._waived(entity, run.id)) for entity, tally in totals.items()
        }

    def _waived(self, entity: str, run: int) -> int:
        things: dict[tuple[Any, ...], bool] = {}
        for about, line in self._books.quarantine.items():
            if line["entity"] == entity and line["state"] != "released" and line["last_run"] == run:
                row = (line["member"], line["row_id"]) if line["scope"] == "row" else ()
                thing = (line["key"], *row)
                things[thing] = things.get(thing, True) and self._in_force(about) is not None
        return sum(things.values())

    def _in_force(self, about: tuple[Any, ...]) -> Waiver | None:
        waiver = self._books.waivers.get(about)
        return waiver if waiver and waiver.until >= datetime.now(UTC).date() else None

    def waive(self, waiver: Waiver, *, dry_run: bool = False) -> int:
        concerned = [
            about
            for about, line in self._books.quarantine.items()
            if (line["entity"], line["key"]) == (waiver.entity, waiver.key)
            and line["state"] != "released"
            and waiver.rule in (None, line["rule"])
        ]
        over = waiver.until < datetime.now(UTC).date()
        if over or not (waiver.by.strip() and waiver.reason.strip() and concerned):
            raise Refused("nothing was waived")
        new = [about for about in concerned if self._books.waivers.get(about) != waiver and not dry_run]
        self._books.waivers.update(dict.fromkeys(new, waiver))
        return len(new)

    def tallies(self, run: OpenRun) -> dict[str, Tally]:
        totals: dict[str, Tally] = {}
        for entry in self._books.ledger:
            if entry.run == run.id and entry.kind == "batch" and entry.entity:
                totals[entry.entity] = totals.get(entry.entity, Tally()) + tally_of(entry.tally or {})
        return totals

    def known(self, entity: str, wanted: pa.Array) -> pa.Array:
        lines = {key: self._books.crosswalk.get((entity, key)) for key in dict.fromkeys(wanted.to_pylist())}
        return pa.array(
            [
                key
                for key, line in lines.items()
                if line and line["survivor"] is None and line["cause"] != "vanished"
            ],
            pa.string(),
        )

    def survey(
        self,
        run: OpenRun,
        slice_: Slice,
        position: int,
        found: Mapping[str, pa.Table],
        within: KeyRange | None = None,
    ) -> None:
        at = (run.id, slice_.entity, slice_.number, position)
        if self._books.batches.get(at, {}).get("closed"):
            return
        entry = self._platform.append(
            self._books, run.fence, kind="survey", run=run.id, entity=slice_.entity, actor="tests"
        )
        for name, rows in found.items():
            claims = self._books.naturals.setdefault((slice_.entity, name), {})
            for row in rows.to_pylist():
                claims.pop(row["key"], None)
                if row["value"] is not None:
                    claims[row["key"]] = (row["value"], row["variant"])
        self._books.batches[at] = {"slice": slice_, "within": within, "closed": entry.seq}

    def contested(self, entity: str, name: str) -> pa.Array:
        owners: dict[str, set[str]] = {}
        for key, (value, variant) in self._books.naturals.get((entity, name), {}).items():
            owners.setdefault(value, set()).add(variant or key)
        return pa.array(sorted(value for value, its in owners.items() if len(its) > 1), pa.string())

    def looped(self, entity: str, name: str) -> pa.Array:
        claims = self._books.naturals.get((entity, name), {})
        values = [value for value, _ in claims.values()]
        return circles(pa.array(list(claims), pa.string()), pa.array(values, pa.string()))

    def natural(self, entity: str, name: str, wanted: pa.Array) -> pa.Table:
        claims = self._books.naturals.get((entity, name), {})
        found = {key: claims[key][0] for key in dict.fromkeys(wanted.to_pylist()) if key in claims}
        return pa.table(
            {"key": pa.array(list(found), pa.string()), "value": pa.array(list(found.values()), pa.string())}
        )

    def rivals(self, entity: str, name: str) -> pa.Array:
        values = set(self.contested(entity, name).to_pylist())
        claims = self._books.naturals.get((entity, name), {})
        return pa.array(sorted(key for key, (value, _) in claims.items() if value in values), pa.string())

    def looked_again(self, run: OpenRun, slice_: Slice, position: int) -> None:
        at = (run.id, slice_.entity, slice_.number, position)
        if not self._books.batches[at]["closed"]:
            entry = self._platform.append(
                self._books, run.fence, kind="second_look", run=run.id, entity=slice_.entity, actor="tests"
            )
            self._books.batches[at]["closed"] = entry.seq

    def releasable(self, entities: Sequence[str] | None = None) -> list[tuple[str, pa.Array]]:
        waiting: dict[tuple[str, str], list[tuple[str, str]]] = {}
        for line in self._books.quarantine.values():
            if line["state"] == "held" and (entities is None or line["entity"] in entities):
                need = (line["needs_entity"], line["needs_key"])
                waiting.setdefault((line["entity"], line["key"]), []).append(need)
        ready = {about for about, needs in waiting.items() if any(map(self._is_there, needs))}
        circle = {about: needs for about, needs in waiting.items() if about not in ready}
        while hopeless := [
            about
            for about, needs in circle.items()
            if not all(need in circle and need[0] == about[0] for need in needs)
        ]:
            for about in hopeless:
                del circle[about]
        found = []
        for entity in sorted({entity for entity, _ in waiting}):
            for some in (ready, circle):
                keys = sorted(key for of, key in some if of == entity)
                found += [(entity, pa.array(keys, pa.string()))] if keys else []
        return found

    def _is_there(self, need: tuple[str, str]) -> bool:
        return len(self.known(need[0], pa.array([need[1]], pa.string()))) == 1

    def ledger(self, run: int | None = None, last: int | None = None) -> list[Entry]:
        entries = [entry for entry in self._books.ledger if run is None or entry.run == run]
        return entries if last is None else entries[-last:]

    def verify_ledger(self, expected: tuple[int, str] | None = None) -> Verified:
        return verify(self._books.ledger, expected)

    def quarantine(
        self, *, state: str | None = None, values: bool = False, reason: str = "", **given: Any
    ) -> list[Any]:
        if values and not reason.strip():
            raise Refused("protected values are not shown without a reason")
        lines = [
            _Line(**self._shown(about, line) | {"value": line["value"] if values else None})
            for about, line in self._books.quarantine.items()
        ]
        wanted = {name: value for name, value in given.items() if value is not None and name != "limit"}
        return [
            line
            for line in lines
            if (line.state == state if state else line.state != "released")
            and all(getattr(line, name) == value for name, value in wanted.items())
        ]

    def _shown(self, about: tuple[Any, ...], line: dict[str, Any]) -> dict[str, Any]:
        waiver = self._in_force(about) if line["state"] != "released" else None
        return line | ({"state": "waived", "waived_by": waiver.by} if waiver else {})


@dataclass(frozen=True)
class _Line:
    """What `Complaint` shows, but for times and ids."""

    entity: str
    key: str
    scope: str
    state: str
    member: str | None
    table: str | None
    row_id: str | None
    column: str | None
    rule: str
    needs_entity: str | None
    needs_key: str | None
    run: int
    last_run: int
    found_in: str
    value: str | None
    waived_by: str | None = None


class MemoryTarget:
    """Like `PostgresTarget`."""

    def __init__(self, platform: MemoryPlatform) -> None:
        self._platform = platform
        self.bulk: set[str] = set()

    def write(
        self, run: OpenRun, slice_: Slice, position: int, within: KeyRange, outcome: Outcome, rows_read: int
    ) -> Tally:
        platform = self._platform
        before = self._before(run, slice_, position, outcome)
        if before:
            return tally_of(platform.books.ledger[before - 1].tally or {})
        books = copy.deepcopy(platform.books)
        counted = _Writer(platform, books, run, slice_, outcome).write(rows_read)
        if not counted.balanced:
            raise Defect("the books do not balance; nothing was written")
        told = {"position": position, "kind": str(slice_.kind), "low": within.low, "high": within.high}
        about = {"run": run.id, "entity": slice_.entity, "slice": slice_.number, "batch": told}
        entry = platform.append(
            books,
            run.fence,
            kind="batch",
            actor="tests",
            tally=counts(counted),
            digest=_digest(outcome),
            **about,
        )
        if slice_.kind is not SliceKind.KEYS:
            at = (run.id, slice_.entity, slice_.number, position)
            books.batches[at] = {"slice": slice_, "within": within, "closed": entry.seq}
        if platform.fail_next is not None:
            error, platform.fail_next = platform.fail_next, None
            raise error
        platform.books.__dict__.update(books.__dict__)
        return counted

    def _before(self, run: OpenRun, piece: Slice, position: int, outcome: Outcome) -> int | None:
        books = self._platform.books
        if piece.kind is SliceKind.KEYS:
            same = (e.seq for e in books.ledger if e.run == run.id and e.digest == _digest(outcome))
            return next(same, None)
        found: int | None = books.batches.get((run.id, piece.entity, piece.number, position), {}).get(
            "closed"
        )
        return found

    def undo(self, run: OpenRun, *, actor: str = "", reason: str, dry_run: bool = False) -> Undone:
        platform, books = self._platform, copy.deepcopy(self._platform.books)
        before = platform.before[run.id]
        mine = changed(before, self._after(run.id))
        if later := self._overlapping(run.id, mine):
            first = ", ".join(f"migrate undo {number}" for number in later)
            raise Refused(f"run {run.id} cannot be taken back", remedy=f"take back first: {first}")
        for name, group, key in mine:
            there = getattr(books, name)
            held: Any = there if name == "exclusions" else there.get(group, there)
            if name == "exclusions":
                held.symmetric_difference_update({key})
            elif (name, group, key) in before:
                held[key] = copy.deepcopy(before[name, group, key])
            else:
                del held[key]
        removed = Counter(at[1] for at in mine if at[0] == "rows" and at not in before)
        books.runs[run.id]["status"] = "undone"
        platform.append(books, run.fence, kind="undo", run=run.id, actor=actor, batch={"reason": reason})
        if not dry_run:
            platform.books.__dict__.update(books.__dict__)
            del platform.before[run.id]
            for later_facts in (known for number, known in platform.before.items() if number > run.id):
                for at in mine:
                    later_facts.pop(at, None)
                later_facts |= {at: before[at] for at in mine if at in before}
        return Undone(run.id, removed)

    def _after(self, run: int) -> Facts:
        later = sorted(number for number in self._platform.before if number > run)
        return self._platform.before[later[0]] if later else facts(self._platform.books)

    def _overlapping(self, run: int, mine: set[tuple[str, Any, Any]]) -> list[int]:
        """Later runs that changed the same, newest first."""
        before = self._platform.before
        return [
            number
            for number in sorted(before, reverse=True)
            if number > run and changed(before[number], self._after(number)) & mine
        ]

    def bury(
        self, run: OpenRun, slice_: Slice, position: int, within: KeyRange, keys: pa.Array, how: Tombstone
    ) -> Tally:
        platform, books, entity = self._platform, copy.deepcopy(self._platform.books), slice_.entity
        at = (run.id, entity, slice_.number, position)
        if done := books.batches.get(at, {}).get("closed"):
            return tally_of(books.ledger[done - 1].tally or {})
        held = [key for key in keys.to_pylist() if books.images.get((entity, key), {}).get("fingerprint")]
        written = sum(_bury(platform, books, entity, key, how) for key in held)
        counted = Tally(deleted=len(held), rows_written=written)
        entry = platform.append(
            books, run.fence, kind="batch", actor="tests", tally=counts(counted), run=run.id, entity=entity
        )
        books.batches[at] = {"slice": slice_, "within": within, "closed": entry.seq}
        platform.books.__dict__.update(books.__dict__)
        return counted

    def begin_bulk(self, run: OpenRun, tables: Iterable[str]) -> tuple[str, ...]:
        empty = tuple(name for name in tables if not self._platform.rows[name])
        self.bulk.update(empty)
        return empty

    def end_bulk(self, run: OpenRun) -> int:
        made, self.bulk = len(self.bulk), set()
        return made

    def close(self) -> None:
        pass


def _bury(platform: MemoryPlatform, books: Books, entity: str, key: str, how: Tombstone) -> int:
    """Mark or remove one entity; how many rows that took. It is known no more."""
    identity = books.crosswalk[entity, key]["id"]
    books.crosswalk[entity, key] = {"id": identity, "cause": "vanished", "survivor": None}
    books.images[entity, key] |= {"fingerprint": None, "disposition": "gone"}
    if not how.remove:
        mark = derive_id(platform.system, f"{entity}/quality_mark/vanished/{key}")
        said = {"root_id": identity, "row_id": identity, "root_entity": entity, "table_name": how.root}
        said |= {"kind": "flagged", "rule": "vanished", "source_table": how.source, "source_key": key}
        columns = platform.layout["quality_mark"].columns
        books.rows["quality_mark"][mark] = {
            name: {**said, "quality_mark_id": mark, "work_item_status": "open"}.get(name) for name in columns
        }
        return 1
    removed = 0
    for name, table in platform.layout.items():
        there = books.rows[name]
        own = [k for k, row in there.items() if table.root_id and row[table.root_id] == identity]
        removed += len(own)
        books.rows[name] = {k: row for k, row in there.items() if k not in own}
    return removed


@dataclass
class _Writer:
    """One batch on its way into a copy of the books."""

    platform: MemoryPlatform
    books: Books
    run: OpenRun
    slice: Slice
    outcome: Outcome

    def write(self, rows_read: int) -> Tally:
        outcome, entity = self.outcome, self.outcome.entity
        keys = outcome.keys.column("key").to_pylist()
        dispositions = outcome.keys.column("disposition").to_pylist()
        self._audit(keys, dispositions)
        made = fates(outcome, self._seen(keys))
        stubs = self._stand_in()
        written = stubs + self._rows(made.created | made.updated)
        counted = replace(tally(outcome, made, rows_read=rows_read, rows_written=written), stubs=stubs)
        if self.slice.kind is SliceKind.KEYS:
            counted = self._once(keys, counted)
        marks = outcome.fingerprint.to_pylist()
        for key, disposition, mark in zip(keys, dispositions, marks, strict=True):
            if disposition == "accepted":
                line = self.books.crosswalk.get((entity, key))
                cause = (
                    "first_load"
                    if line is None
                    else {"stub": "arrived", "merge": "unmerged", "vanished": "returned"}.get(line["cause"])
                )
                if cause:
                    identity = derive_id(self.platform.system, f"{entity}/{key}")
                    self.books.crosswalk[entity, key] = {"id": identity, "cause": cause, "survivor": None}
            if self.slice.kind is not SliceKind.LOOSE:
                image = self.books.images.setdefault((entity, key), {"fingerprint": None})
                image.update(disposition=disposition, fingerprint=mark or image["fingerprint"])
        self._merge(dict(zip(keys, dispositions, strict=True)))
        self._complain(set(keys))
        return counted

    def _audit(self, keys: list[str], dispositions: list[str]) -> None:
        explained = {
            *self.outcome.quarantine.column("key").to_pylist(),
            *self.outcome.excluded.column("key").to_pylist(),
        }
        silent = [
            key
            for key, fate in zip(keys, dispositions, strict=True)
            if fate != "accepted" and key not in explained
        ]
        unknown = set(dispositions) - {"accepted", "rejected", "held", "excluded"}
        if silent or unknown or len(set(keys)) != len(keys):
            raise Defect("an outcome that does not account for its entities")

    def _seen(self, keys: list[str]) -> Seen:
        entity, marks = self.outcome.entity, self.outcome.fingerprint.to_pylist()
        images = [self.books.images.get((entity, key)) for key in keys]
        lines = [self.books.crosswalk.get((entity, key)) for key in keys]
        loaded = np.array([bool(image and image["fingerprint"]) for image in images], bool)
        same = np.array(
            [bool(i and m and i["fingerprint"] == m) for i, m in zip(images, marks, strict=True)], bool
        )
        placed = np.array([line is not None for line in lines], bool)
        read = np.array([i is not None for i in images], bool)
        return Seen(read, loaded, same, same, np.ones(len(images), bool), placed, placed)

    def _stand_in(self) -> int:
        new = 0
        for entity, key in {(row["entity"], row["key"]) for row in self.outcome.stubs.to_pylist()}:
            if entity not in self.platform.stubs:
                raise Defect(f"no stand-in is described for {entity}")
            if (entity, key) in self.books.crosswalk:
                continue
            stub = self.platform.stubs[entity]
            table = self.platform.layout[stub.table]
            (row,) = stub_rows(
                stub, table, self.platform.system, entity, pa.array([key], pa.string())
            ).to_pylist()
            self.books.rows[stub.table][row[table.key]] = dict.fromkeys(table.columns) | row
            self.books.crosswalk[entity, key] = {"id": row[table.key], "cause": "stub", "survivor": None}
            new += 1
        return new

    def _rows(self, chosen: np.ndarray) -> int:
        written = 0
        ids = {
            identity
            for identity, its in zip(self.outcome.keys.column("id").to_pylist(), chosen, strict=True)
            if its
        }
        for name, table in self.platform.layout.items():
            there, new = self.books.rows[name], self.outcome.tables.get(name)
            rows = [row for row in (new.to_pylist() if new is not None else []) if chosen[row.pop("_entity")]]
            coming = {row[table.key]: row for row in rows}
            if table.root_id and table.root_id != table.key:
                for gone in [k for k, row in there.items() if row[table.root_id] in ids and k not in coming]:
                    del there[gone]
                    written += 1
            for key, row in coming.items():
                if there.get(key) != (full := dict.fromkeys(table.columns) | row):
                    there[key] = full
                    written += 1
        return written

    def _once(self, keys: list[str], counted: Tally) -> Tally:
        entity = self.outcome.entity
        before = {"rejected": 0, "held": 0}
        for key in keys:
            lines = [
                line
                for line in self.books.quarantine.values()
                if (line["entity"], line["key"]) == (entity, key)
            ]
            open_now = any(
                line["scope"] == "entity" and line["state"] != "released" and line["last_run"] == self.run.id
                for line in lines
            )
            image = self.platform.books.images.get((entity, key))
            if open_now and image and image["disposition"] in before:
                before[image["disposition"]] += 1
        again = sum(before.values())
        return replace(
            counted,
            read=counted.read - again,
            rejected=counted.rejected - before["rejected"],
            held=counted.held - before["held"],
        )

    def _merge(self, fate: Mapping[str, str]) -> None:
        entity = self.outcome.entity
        for row in self.outcome.merges.to_pylist():
            alive = self.books.images.get((entity, row["loser"]), {}).get("fingerprint")
            if fate.get(row["survivor"]) == "accepted" and not alive:
                identity = derive_id(self.platform.system, f"{entity}/{row['survivor']}")
                line = {"id": identity, "cause": "merge", "survivor": row["survivor"]}
                self.books.crosswalk[entity, row["loser"]] = line

    def _complain(self, keys: set[str]) -> None:
        entity, found = self.outcome.entity, "loose" if self.slice.kind is SliceKind.LOOSE else "range"
        lines = [dict(row, key=row["key"] or "") for row in self.outcome.quarantine.to_pylist()]
        names = ("key", "scope", "member", "table", "row_id", "column", "rule", "needs_entity", "needs_key")
        coming = {(entity, *(line[name] for name in names)): line for line in lines}
        for about, old in self.books.quarantine.items():
            mine = old["entity"] == entity and old["key"] in keys and old["found_in"] == "range"
            if found == "range" and mine and about not in coming:
                old["state"] = "released"
        for about, line in coming.items():
            there = self.books.quarantine.get(about)
            if there and there["state"] == "released":
                self.books.waivers.pop(about, None)
            since = there["run"] if there and there["state"] != "released" else self.run.id
            more = {
                "entity": entity,
                "found_in": found,
                "run": since,
                "last_run": self.run.id,
            }
            self.books.quarantine[about] = {**line, **more}
        if found == "range":
            self.books.exclusions = {
                line for line in self.books.exclusions if line[0] != entity or line[1] not in keys
            }
        for row in self.outcome.excluded.to_pylist():
            self.books.exclusions.add((entity, row["key"], row["table"], row["row_id"], row["rule"]))


def _ranged(piece: Slice) -> bool:
    return piece.kind is SliceKind.RANGE


def _digest(outcome: Outcome) -> str:
    facts = zip(
        outcome.keys.column("key").to_pylist(),
        outcome.keys.column("disposition").to_pylist(),
        outcome.fingerprint.to_pylist(),
        strict=True,
    )
    needs = [
        (line["key"], line["needs_entity"], line["needs_key"])
        for line in outcome.quarantine.to_pylist()
        if line["state"] == "held"
    ]
    return hashlib.sha256(repr([sorted(facts, key=repr), sorted(needs)]).encode()).hexdigest()
