"""`balance`: the books, key by key: every legacy root has one end, and every end is kept.

A fresh read of the legacy keys is held against the state: each key in scope was accepted, rejected, held or excluded,
and nothing else; no key out of scope was accepted. Then each end has what belongs to it: an accepted key its row on the
platform, a rejected or held one an open line of the quarantine, an excluded one the rule that excludes it.
"""

from collections import Counter
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from reconciliation.checks import Answer, check
from reconciliation.checks.lines import cut, line, table
from reconciliation.compare.nouns import Comparison
from reconciliation.evidence import Evidence
from reconciliation.expected import Expectation, one
from reconciliation.model import Kind, Measure, Subject

NAME = "balance"
KEYS_AT_ONCE = 20_000
BOOKS = "every key has one end"
ENDS = {
    "accepted": "accepted: a row of the platform",
    "rejected": "rejected: a line of the quarantine",
    "held": "held: a line of the quarantine",
    "excluded": "excluded: a named rule",
}
_KEPT = {
    "accepted": "SELECT 1 FROM {platform}.%(table)s t WHERE t.%(key)s = k.id",
    "rejected": "SELECT 1 FROM {state}.quarantine q WHERE (q.entity, q.key, q.state) = (k.entity, k.key, 'rejected')",
    "held": "SELECT 1 FROM {state}.quarantine q WHERE (q.entity, q.key, q.state) = (k.entity, k.key, 'held')",
    "excluded": "SELECT 1 FROM {state}.exclusion x WHERE (x.entity, x.key) = (k.entity, k.key)",
}
_WHY_NONE = "the books hold no such end"


@check(NAME)
class Balance:
    """See the module."""

    def subjects(self, evidence: Evidence) -> Iterator[Subject]:
        """The books of each entity, and what belongs to each end."""
        for comparison in evidence.comparisons.values():
            yield from _subjects(comparison)

    def run(self, evidence: Evidence) -> Iterator[Answer]:
        """Entity by entity."""
        for comparison in evidence.comparisons.values():
            books, *ends = _subjects(comparison)
            yield from _books(evidence, comparison, books)
            for end, subject in zip(ENDS, ends, strict=True):
                yield from _kept(evidence, comparison, end, subject)


def _subjects(comparison: Comparison) -> Iterator[Subject]:
    yield Subject(NAME, comparison.entity, BOOKS, "A", comparison.own.may_be_empty)
    for end, name in ENDS.items():
        empty = comparison.own.may_be_empty if end == "accepted" else _WHY_NONE
        yield Subject(NAME, comparison.entity, name, "A", empty)


def _books(evidence: Evidence, comparison: Comparison, subject: Subject) -> Iterator[Answer]:
    expectation = Expectation(comparison, {}, evidence.system, evidence.as_of, evidence.merged)
    columns = sorted(comparison.sources[comparison.root])
    ends: Counter[str] = Counter()
    unknown: list[str] = []
    lines = []
    for within in evidence.legacy.borders(comparison, KEYS_AT_ONCE):
        with evidence.legacy.reader() as reader:
            rows = reader.rows(comparison.root, columns, "ROW_ID", within)
        keys = one(rows.column("ROW_ID"))
        mine = one(expectation.about(comparison.own, rows).column("ROW_ID"))
        fates = evidence.books.fates(comparison.entity, keys)
        for key in mine.to_pylist():
            end = fates.get(key, "")
            ends[end] += 1
            if end not in ENDS:
                unknown.append(key)
        others = keys.filter(pc.invert(pc.is_in(keys, value_set=mine)))
        wrong = [key for key in others.to_pylist() if fates.get(key) == "accepted"]
        lines += [line(subject, Kind.EXTRA, key=key, table=comparison.root) for key in wrong]
    fresh = set(evidence.fresh(comparison)) & set(unknown) if unknown else set()
    explained = {end: ends[end] for end in ENDS if end != "accepted" and ends[end]}
    explained |= {"in_flight": len(fresh)} if fresh else {}
    lines += [
        line(subject, Kind.UNEXPLAINED, key=k, table=comparison.root) for k in unknown if k not in fresh
    ]
    count = sum(ends.values())
    yield Measure(
        NAME, comparison.entity, subject.name, "keys", count, ends["accepted"], count, {}, explained
    )
    yield table(lines)


def _kept(evidence: Evidence, comparison: Comparison, end: str, subject: Subject) -> Iterator[Answer]:
    """Keys of that end without what belongs to it."""
    target = evidence.layout[comparison.table]
    kept = _KEPT[end] % {"table": target.name, "key": target.key} if end == "accepted" else _KEPT[end]
    place = "FROM {state}.key_image k WHERE k.entity = %s AND k.disposition = %s"
    counted = f"SELECT count(*), count(*) FILTER (WHERE NOT EXISTS ({kept})) {place}"
    kinds = {"all": pa.int64(), "lost": pa.int64()}
    (told,) = evidence.platform.ask(counted, kinds, [comparison.entity, end]).to_pylist()
    yield Measure(NAME, comparison.entity, subject.name, "keys", None, told["all"], told["all"])
    if told["lost"]:
        named = (
            f"SELECT k.key {place} AND NOT EXISTS ({kept}) ORDER BY k.key LIMIT {evidence.limits.differences}"
        )
        lost = evidence.platform.ask(named, {"key": pa.string()}, [comparison.entity, end]).column("key")
        yield table(
            line(subject, Kind.UNEXPLAINED, key=key, table=comparison.root) for key in lost.to_pylist()
        )
        yield from cut(subject, told["lost"], len(lost))
