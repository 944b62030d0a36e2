"""Which roots need not be compared again, since nothing that their comparison rests on has changed.

    with sealed(evidence, comparison) as sealing:       before the first row is read: checksums of both sides
        sealing.everything                              nothing is known from before: all has to be compared
        for keys in sealing.keys(): ...                 otherwise: these roots
        sealing.add(…); sealing.strange(…)              while it is compared: how many rows, what differs
        sealing.whole = True                            all was compared, so that a new seal takes the old one's place

Each database makes checksums of its own rows, part by part: the legacy tables by their keys, the platform's by the
first bits of the root's id. They are held against what the same database said the last time, never against the other
side's: so nothing has to be brought into one form first, and no difference of form can hide another.

A root is left out only if all is what it was when its comparison found nothing: its legacy rows and what stands beside
them, the platform's rows, the comparison file, its codes, the merges, what the date decides, and what the books say of
rows that legacy does not have. Where something differed, however it was explained, the root is compared again each
time.

Not seen: a row that was changed, brought over, and changed back without a stamp, between the checksums and the reading
of one and the same reconciliation.
"""

import hashlib
import json
import zoneinfo
from collections import defaultdict
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from migrate.canonical import derive_ids, uuid_text
from reconciliation.compare.nouns import Comparison, columns_of
from reconciliation.evidence import Evidence
from reconciliation.expected import Expectation, one
from reconciliation.look import ROOTS_AT_ONCE
from reconciliation.seals import Seal, Told, Writing, changed, fitting
from reconciliation.strangers import BITS, shares_of
from reconciliation.stream import by_table
from reconciliation.stream import columns_of as compared_columns

FORMAT = 3
ROWS_OF_A_PART = 8
ROOTS_OF_A_SHARE = 4
KEYS_AT_ONCE = 100_000
WORTH_IT = 0.25
"""Where more than this has changed, reading everything in the order of its keys is quicker."""
BOOKS = "(books)"
"""Stands among the platform's tables for what the books say of roots that no legacy key asks for."""
MERGES = 1_000
"""So many new merges are looked for in every column that names a root."""


class Sealing:
    """Where nothing is known from before and nothing is kept: everything is compared.

    everything:  whether all roots have to be compared.
    chosen:      the shares in which strangers are looked for; None: all.
    kept:        pair -> rows that are the same without being read again.
    kept_strangers:  why -> rows of the platform that no legacy row asks for, likewise.
    whole:       set when all that had to be compared was.
    """

    everything = True
    chosen: np.ndarray | None = None
    kept: Mapping[str, int] = {}
    kept_strangers: Mapping[str, int] = {}
    whole = False

    @property
    def told(self) -> Mapping[str, str]:
        """Figures for the report, where something was left out; at the end."""
        return {}

    def keys(self) -> Iterator[pa.Array]:
        """The legacy keys of the roots to compare, some thousands at a time, in their order."""
        return iter(())

    def add(self, expectation: Expectation, roots: Mapping[str, pa.Array], lines: pa.Table) -> None:
        """Some roots were compared: of each pair the root of every row that had to be there, and what differed."""

    def strange(self, why: str, root: str) -> None:
        """A root of the platform that no legacy key asks for; without a reason it is looked at again next time."""


class Sealed(Sealing):
    """One entity of a reconciliation that knows of the one before, or is the first.

    before:  the seal that counts, or None.   chosen: the shares of which everything is compared and counted anew.
    open:    keys that are compared wherever they are, since something differed.
    own:     how many legacy roots there are in each share, by the ids that they had if nobody had been merged.
    """

    def __init__(
        self,
        evidence: Evidence,
        comparison: Comparison,
        seal: Told,
        before: Seal | None,
        chosen: np.ndarray,
        own: np.ndarray,
    ) -> None:
        self.evidence, self.comparison, self.seal = evidence, comparison, seal
        self.everything = before is None
        self._chosen, self.chosen = chosen, None if before is None else chosen
        empty = np.zeros(seal.shares, np.int64)
        self._roots = empty.copy()
        self._own = empty.copy() if before is None else own
        self._same: dict[str, np.ndarray] = defaultdict(empty.copy)
        self._strange: dict[str, np.ndarray] = defaultdict(empty.copy)
        self._open: list[str] = []
        self._loose: set[int] = set()
        self._known_open = pa.array([], pa.string())
        self._read = 0
        if before is not None:
            self._known_open = before.lines("open")["name"].combine_chunks()
            self._roots = before.counts("roots") * ~chosen
            for counts, about in ((self._same, "pair"), (self._strange, "stranger")):
                counts.update({name: before.counts(about, name) * ~chosen for name in before.names(about)})
        self.kept = {name: int(counts.sum()) for name, counts in self._same.items()}
        strange = {why: int(counts.sum()) for why, counts in self._strange.items()}
        self.kept_strangers = {why: rows for why, rows in strange.items() if rows}

    @property
    def told(self) -> Mapping[str, str]:
        """See above."""
        if self.everything:
            return {}
        of = int(self._roots.sum())
        return {"roots": str(of - self._read), "of": str(of), "since": self.seal.on, "name": self.seal.since}

    def keys(self) -> Iterator[pa.Array]:
        """See above."""
        if not self._chosen.any():  # none but those that are known
            for start in range(0, len(self._known_open), ROOTS_AT_ONCE):
                yield self._known_open.slice(start, ROOTS_AT_ONCE)
            return
        waiting = pa.array([], pa.string())
        for rows in _roots(self.evidence, self.comparison):
            expectation = _expectation(self.evidence, self.comparison, rows)
            wanted = pa.array(self._chosen[shares_of(expectation.asked, self.seal.shares)])
            wanted = pc.or_(wanted, pc.is_in(expectation.keys, value_set=self._known_open))
            waiting = pa.concat_arrays([waiting, expectation.keys.filter(wanted)])
            while len(waiting) >= ROOTS_AT_ONCE:
                yield waiting.slice(0, ROOTS_AT_ONCE)
                waiting = waiting.slice(ROOTS_AT_ONCE)
        if len(waiting):
            yield waiting

    def add(self, expectation: Expectation, roots: Mapping[str, pa.Array], lines: pa.Table) -> None:
        """See above."""
        bad = one(lines.column("root")).unique()
        asked = expectation.asked
        self._read += len(asked)
        self._open += expectation.keys.filter(pc.is_in(asked, value_set=bad)).to_pylist()
        for root in bad.filter(pc.invert(pc.is_in(bad, value_set=asked))).to_pylist():
            self.strange("", root)
        shares = shares_of(asked, self.seal.shares)
        np.add.at(self._roots, shares[self._chosen[shares]], 1)
        if self.everything:
            np.add.at(self._own, shares_of(expectation.derived, self.seal.shares), 1)
        for name, own in roots.items():
            good = own.filter(pc.invert(pc.is_in(own, value_set=bad)))
            np.add.at(self._same[name], shares_of(good, self.seal.shares), 1)

    def strange(self, why: str, root: str) -> None:
        """See above."""
        (share,) = shares_of(pa.array([root]), self.seal.shares).tolist()
        if why:
            self._strange[why][share] += 1
        else:
            self._loose.add(share)

    def write(self, new: Writing) -> None:
        """The lines of the new seal, beside the checksums."""
        new.counted("roots", "", self._roots)
        new.counted("own", "", self._own)
        for about, counts in (("pair", self._same), ("stranger", self._strange)):
            for name, each in sorted(counts.items()):
                new.counted(about, name, each)
        new.named("open", sorted(set(self._open)))
        loose = np.zeros(self.seal.shares, np.int64)
        loose[list(self._loose)] = 1
        new.counted("loose", "", loose)
        merged = _flat(self.evidence.merged)
        new.named("merged", list(merged), list(merged.values()))


@contextmanager
def sealed(evidence: Evidence, comparison: Comparison) -> Iterator[Sealing]:
    """See the module. Everything is compared, and nothing kept, where nobody asked for more, or it cannot be done."""
    seals = evidence.seals
    if seals is None or not _timeless(comparison) or not evidence.legacy.summable(comparison):
        yield Sealing()
        return
    terms = _terms(evidence, comparison)
    with seals.writing(comparison.entity) as new:
        sealing = _Look(evidence, comparison, terms, seals.of(comparison.entity, terms), new).sealing()
        yield sealing
        if sealing.whole:
            sealing.write(new)
            new.told = sealing.seal


class _Look:
    """What has changed on either side since the seal before; the checksums go into the new one as they come."""

    def __init__(
        self, evidence: Evidence, comparison: Comparison, terms: str, before: Seal | None, new: Writing
    ) -> None:
        self.evidence, self.comparison = evidence, comparison
        self.told, self.before, self.new = _told(evidence, comparison, terms, before), before, new
        told = self.told
        self.chosen = np.zeros(told.shares, bool)
        self.own = np.zeros(told.shares, np.int64)
        self.keys = [pa.array([], pa.string())]

    def sealing(self) -> Sealed:
        """Every question, in turn; what is found to have changed too much ends in comparing everything."""
        with ThreadPoolExecutor(1) as beside:  # both databases work at once
            platform = beside.submit(self._of_platform)
            self._legacy()
            self._platform(platform.result())
        if self.before is not None:
            self._merged()
        if self.before is not None:
            self._roots()
        seal, chosen = self.told, self.chosen
        if self.before is None:
            seal = replace(seal, since=seal.made_by, on=_iso(self.evidence.platform.moment))
            chosen = np.ones(seal.shares, bool)
        return Sealed(self.evidence, self.comparison, seal, self.before, chosen, self.own)

    def _legacy(self) -> None:
        for table in self.comparison.links:
            parts = self.told.parts[table]
            now = self.evidence.legacy.checksums(self.comparison, table, parts)
            others = self._noted("legacy", table, now, parts)
            if len(others):
                self.keys.append(self.evidence.legacy.rooted(self.comparison, table, parts, pa.array(others)))

    def _of_platform(self) -> dict[str, pa.Table]:
        return {
            table: self.evidence.platform.checksums(table, compared_columns(pairs), self.told.shares)
            for table, pairs in by_table(self.comparison).items()
        } | {BOOKS: self.evidence.books.strange(self.comparison.entity, self.told.shares)}

    def _platform(self, sums: Mapping[str, pa.Table]) -> None:
        for table, now in sums.items():
            self.chosen[self._noted("platform", table, now, self.told.shares)] = True

    def _noted(self, side: str, table: str, now: pa.Table, parts: int) -> np.ndarray:
        """Keep the checksums of a table; the parts of it that are not what they were."""
        self.new.add(side, table, now["part"], now["rows"], now["sum"])
        if self.before is None:
            return np.zeros(0, np.int64)
        others = changed(self.before.lines(side, table), now)
        if len(others) > WORTH_IT * parts:
            self.before = None
        return others

    def _merged(self) -> None:
        """Roots that were merged, or are so no longer, and those that name them."""
        assert self.before is not None
        lines = self.before.lines("merged")
        then = dict(zip(lines["name"].to_pylist(), lines["sum"].to_pylist(), strict=True))
        now = _flat(self.evidence.merged)
        others = {name for name in then.keys() | now.keys() if then.get(name) != now.get(name)}
        if len(others) > MERGES:
            self.before = None
            return
        by_entity: dict[str, list[str]] = defaultdict(list)
        for name in sorted(others):
            entity, _, key = name.partition("/")
            by_entity[entity].append(key)
        for entity, keys in by_entity.items():
            columns = _naming(self.comparison, entity)
            if columns is None:
                self.before = None
                return
            for table, column in columns:
                found = self.evidence.legacy.naming(self.comparison, table, column, pa.array(keys))
                self.keys.append(found)
        prefix = f"{self.comparison.entity}/"
        own = pa.array(by_entity[self.comparison.entity], pa.string())
        led = [
            ids[name]
            for ids in (then, now)
            for name in sorted(others)
            if name.startswith(prefix) and name in ids
        ]
        for ids in (uuid_text(derive_ids(self.evidence.system, prefix, own)), pa.array(led, pa.string())):
            self.chosen[shares_of(ids, self.told.shares)] = True

    def _roots(self) -> None:
        """Roots that are new or gone, those that the date has brought in or out, and those found before."""
        assert self.before is not None
        keys, moment = pa.concat_arrays(self.keys), self.before.told.moment
        counts = np.zeros(self.told.shares, np.int64)
        for rows in _roots(self.evidence, self.comparison):
            expectation = _expectation(self.evidence, self.comparison, rows)
            shares, own = (
                shares_of(ids, self.told.shares) for ids in (expectation.asked, expectation.derived)
            )
            np.add.at(counts, shares, 1)
            np.add.at(self.own, own, 1)
            then = replace(expectation, as_of=moment).roots.column("ROW_ID")
            now = expectation.roots.column("ROW_ID")
            turned = pc.not_equal(
                pc.is_in(expectation.keys, value_set=one(then)),
                pc.is_in(expectation.keys, value_set=one(now)),
            )
            wanted = pc.or_(turned, pc.is_in(expectation.keys, value_set=keys))
            for each in (shares, own):
                self.chosen[each[wanted.to_numpy(zero_copy_only=False)]] = True
        self.chosen[self.own != self.before.counts("own")] = True
        self.chosen[counts != self.before.counts("roots")] = True
        self.chosen[self.before.counts("loose") > 0] = True
        if self.chosen.mean() > WORTH_IT:
            self.before = None


def _roots(evidence: Evidence, comparison: Comparison) -> Iterator[pa.Table]:
    """The roots of everything, with what decides whether they belong on the platform."""
    columns = sorted({"ROW_ID", *(column.name for column in columns_of(comparison.scope))})
    for within in evidence.legacy.borders(comparison, KEYS_AT_ONCE):
        with evidence.legacy.reader() as reader:
            rows = reader.rows(comparison.root, columns, "ROW_ID", within)
        yield rows


def _expectation(evidence: Evidence, comparison: Comparison, rows: pa.Table) -> Expectation:
    return Expectation(comparison, {comparison.root: rows}, evidence.system, evidence.as_of, evidence.merged)


def _told(evidence: Evidence, comparison: Comparison, terms: str, before: Seal | None) -> Told:
    """What the new seal says of itself; the old one's parts, so that both can be held against each other."""
    name, as_of, legacy = evidence.folder.name, evidence.as_of.isoformat(), evidence.legacy
    if before is not None:
        return replace(before.told, made_by=name, as_of=as_of)
    parts = {table: fitting(legacy.source.count(table), ROWS_OF_A_PART) for table in comparison.links}
    shares = min(1 << BITS, fitting(evidence.platform.count(comparison.table), ROOTS_OF_A_SHARE))
    return Told(terms, name, name, _iso(evidence.platform.moment), as_of, shares, parts)


def _terms(evidence: Evidence, comparison: Comparison) -> str:
    """Digest of everything beside the rows that a comparison rests on."""
    types = {
        f"{pair.table}.{field.column}": str(evidence.layout[pair.table].columns[field.column].type)
        for pair in comparison.pairs
        for field in pair.fields
    } | evidence.legacy.types(comparison)
    codes = {name: sorted(map(list, each.items())) for name, each in comparison.codes.items()}
    assert evidence.seals is not None
    zones = {name: _zone(name) for name in comparison.zones}
    said = [FORMAT, evidence.seals.program, evidence.system, comparison.digest, types, codes, zones]
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


def _zone(name: str) -> list[str]:
    """What the machine's tables of time zones say of one, as digests."""
    files = [Path(folder, name) for folder in zoneinfo.TZPATH]
    return [hashlib.sha256(file.read_bytes()).hexdigest() for file in files if file.is_file()]


def _timeless(comparison: Comparison) -> bool:
    """Whether nothing but the scope depends on the date: only of that is looked at what it decides anew."""
    return not any("as_of" in repr(pair) for pair in comparison.pairs)


def _naming(comparison: Comparison, entity: str) -> set[tuple[str, str]] | None:
    """Legacy tables and columns that name roots of an entity; None where a key is not there as it is."""
    found: set[tuple[str, str]] = set()
    for pair in comparison.pairs:
        tables: dict[str | None, str] = {None: pair.source, "root": comparison.root}
        tables |= {join.alias: join.table for join in pair.joins}
        for field in pair.fields:
            if field.names != entity or field.source is None:
                continue
            formed = field.code or any(form.name != "no_value" for form in field.forms)
            if formed or field.source.alias not in tables:
                return None
            found.add((tables[field.source.alias], field.source.name))
    return found


def _flat(merged: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    return {
        f"{entity}/{key}": id_ for entity, keys in sorted(merged.items()) for key, id_ in sorted(keys.items())
    }


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
