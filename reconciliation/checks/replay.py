"""`replay`: the mapping once more on a fresh read; its result against what is kept of it, and against the platform.

Every root is read and mapped again in memory, and the fingerprint of what comes out is held against

    the key image           what the last run that touched the entity wrote down
    the platform's rows     worked out from the rows as they are now, by `migrate.canonical` alone

So it finds what a run has missed, and what somebody has changed on the platform, in columns too that no comparison
file names. It cannot find what the mapping does wrong, for it asks the mapping itself: it says so of every subject, and
is the only check that is handed anything of the mover (`Evidence.replay`). Memory is that of a batch.
"""

import time
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from migrate.canonical import fingerprints, uuid_text
from reconciliation.checks import Answer, check
from reconciliation.checks.lines import line, table
from reconciliation.compare.nouns import Comparison
from reconciliation.evidence import Evidence, Replay
from reconciliation.expected import one
from reconciliation.model import Kind, Look, Measure, Reason, Remark, Result, Subject

NAME = "replay"
IMAGE = "mapped again: what is kept of the last time"
ROWS = "mapped again: the platform's rows"
AT_ONCE = 2_000

Suspect = tuple[str, str, Kind, str]
"""Subject, legacy key, what is wrong, platform id."""


@check(NAME)
class Replayed:
    """See the module."""

    def subjects(self, evidence: Evidence) -> Iterator[Subject]:
        """Of each entity what is kept, and what is there."""
        for comparison in evidence.comparisons.values():
            yield from _subjects(comparison)

    def run(self, evidence: Evidence) -> Iterator[Answer]:
        """Entity by entity."""
        if evidence.replay is None:
            raise LookupError("nobody has handed the mapping over")
        for comparison in evidence.comparisons.values():
            yield from _entity(evidence, evidence.replay, comparison)


def _subjects(comparison: Comparison) -> Iterator[Subject]:
    for name in (IMAGE, ROWS):
        yield Subject(NAME, comparison.entity, name, "A", comparison.own.may_be_empty)


def _entity(evidence: Evidence, replay: Replay, comparison: Comparison) -> Iterator[Answer]:
    counts, suspects = dict.fromkeys((IMAGE, ROWS), 0), list[Suspect]()
    stopped: str | None = None
    for piece in replay.all(comparison.entity):
        if evidence.limits.over or len(suspects) >= evidence.limits.differences:
            stopped = piece.column("key")[0].as_py() if len(piece) else ""
            break
        suspects += _compared(evidence, replay, comparison, piece)
        counts[IMAGE] += len(piece)
        counts[ROWS] += _accepted(piece).true_count
    still, fresh = _second_look(evidence, replay, comparison, suspects)
    for subject in _subjects(comparison):
        name, count = subject.name, counts[subject.name]
        yield Measure(NAME, comparison.entity, name, "entities", count, None, count)
        yield table(
            line(
                subject, kind, key=key, table=comparison.root, id=id_,
                look=(Look.IN_FLIGHT if key in fresh else Look.OUT_OF_SYNC).value,
            )
            for of, key, kind, id_ in still
            if of == name
        )  # fmt: skip
        yield Remark(NAME, comparison.entity, name, Reason("shares_the_mapping"))
        if stopped is not None:
            reason = Reason("stopped", {"before": stopped})
            yield Remark(NAME, comparison.entity, name, reason, Result.NOT_RUN)


def _second_look(
    evidence: Evidence, replay: Replay, comparison: Comparison, suspects: list[Suspect]
) -> tuple[list[Suspect], set[str]]:
    """The suspects that are still there after the lag, and the roots that legacy changed after the last window."""
    if not suspects:
        return [], set()
    time.sleep(evidence.lag)
    evidence.platform.renew()
    keys, again = pc.unique(pa.array([key for _, key, _, _ in suspects])), list[Suspect]()
    for start in range(0, len(keys), AT_ONCE):
        piece = replay.some(comparison.entity, keys.slice(start, AT_ONCE))
        again += _compared(evidence, replay, comparison, piece)
    return again, set(evidence.fresh(comparison))


def _compared(
    evidence: Evidence, replay: Replay, comparison: Comparison, piece: pa.Table
) -> Iterator[Suspect]:
    """What a piece of the replay has other than the image, or than the platform."""
    images = _images(evidence, comparison, piece)
    kept = pc.equal(images.column("disposition"), piece.column("disposition"))
    alike = pc.equal(images.column("fingerprint"), piece.column("fingerprint"))
    same = pc.and_(kept, pc.or_(pc.fill_null(alike, False), pc.invert(_accepted(piece))))
    yield from _suspects(IMAGE, piece, pc.fill_null(same, False), images.column("disposition").is_valid())
    shown = piece.filter(_accepted(piece))
    actual, there = _actual(evidence, replay, comparison, shown)
    yield from _suspects(ROWS, shown, pc.equal(actual, shown.column("fingerprint")), there)


def _suspects(name: str, piece: pa.Table, same: pa.Array, there: pa.Array) -> Iterator[Suspect]:
    wrong = piece.append_column("there", there).filter(pc.invert(same))
    for each in wrong.select(["key", "id", "there"]).to_pylist():
        yield name, each["key"], Kind.CONFLICT if each["there"] else Kind.MISSING, each["id"]


def _images(evidence: Evidence, comparison: Comparison, piece: pa.Table) -> pa.Table:
    """What the state keeps of each key of the piece: disposition and fingerprint, null for none."""
    kinds = dict.fromkeys(("key", "disposition", "fingerprint"), pa.string())
    found = evidence.platform.ask(
        "SELECT key, disposition, fingerprint::text FROM {state}.key_image"
        " WHERE entity = %s AND key = ANY(%s)",
        kinds,
        [comparison.entity, piece.column("key").to_pylist()],
    )
    return found.take(pc.index_in(piece.column("key"), value_set=one(found.column("key"))))


def _actual(
    evidence: Evidence, replay: Replay, comparison: Comparison, shown: pa.Table
) -> tuple[pa.Array, pa.Array]:
    """For each entity the fingerprint of the platform's rows as they are now, and whether its root is there."""
    roots, tables = one(shown.column("id")), {}
    there = pa.repeat(pa.scalar(False), len(roots))
    for name in replay.tables(comparison.entity):
        told = evidence.layout[name]
        rows = evidence.platform.rows(name, list(told.columns), roots)
        entity = pc.index_in(one(rows.column("root")), value_set=roots)
        if name == comparison.table:
            there = pc.is_in(roots, value_set=one(rows.column("root")))
        columns = {
            column: _canonical(rows.column(column), told.columns[column].type) for column in told.columns
        }
        tables[name] = pa.table({**columns, "_entity": entity})
    return uuid_text(fingerprints(tables, len(roots))), there


def _canonical(values: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    """The values as a fingerprint is made of them: ids without hyphens."""
    return pc.replace_substring(values, "-", "") if pa.types.is_fixed_size_binary(kind) else values


def _accepted(piece: pa.Table) -> pa.Array:
    return one(pc.equal(piece.column("disposition"), "accepted"))
