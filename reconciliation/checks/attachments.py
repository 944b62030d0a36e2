"""`attachments`: rows of documents against the files of the Siebel File System, both ways, with their sizes.

Every document of the platform that is no link needs the file of its revision. A file under the name of another table is
found by its ROW_ID, and told: since Siebel names files by table, a moved row without a renamed file cannot be opened. A
file of a ROW_ID that legacy does not have has no row. Without `[legacy] files` nothing is declared, and the report
says so under what was not checked.

Memory is that of some rows: files wait in a temporary database (`reconciliation.filing`).
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from migrate.canonical import derive_ids, uuid_text
from migrate.model import KeyRange
from reconciliation.checks import Answer, check
from reconciliation.checks.lines import line, table
from reconciliation.compare.nouns import Comparison, Pair
from reconciliation.evidence import Evidence
from reconciliation.expected import one
from reconciliation.filing import Filed, Filing, size, temporary
from reconciliation.model import Kind, Look, Measure, Reason, Remark, Result, Subject

NAME = "attachments"
TABLE = "document"
LINK = "LINK"
ROWS, FILES, SIZES = "documents without their file", "files without a document", "sizes of files"
AT_ONCE = 20_000
_COLUMNS = ("revision", "size_bytes", "storage_code")


@check(NAME)
class Attachments:
    """See the module."""

    def subjects(self, evidence: Evidence) -> Iterator[Subject]:
        """Rows, files and sizes, where the files can be reached."""
        for comparison in about(evidence):
            yield from _subjects(comparison).values()

    def run(self, evidence: Evidence) -> Iterator[Answer]:
        """The entity that has documents."""
        for comparison in about(evidence):
            with temporary() as folder:
                try:
                    filing = Filing.read(evidence.files, Path(folder) / "files.db")
                except OSError as error:
                    raise LookupError("the files cannot be read") from error
                with closing(filing):
                    yield from _Work(evidence, comparison, filing).answers()


def documented(evidence: Evidence) -> list[Comparison]:
    """The entity that has documents: one, or none of those asked for."""
    return [each for each in evidence.comparisons.values() if _pairs(each)][:1]


def about(evidence: Evidence) -> list[Comparison]:
    """The same, if its files can be reached."""
    return documented(evidence) if evidence.files else []


def _pairs(comparison: Comparison) -> list[Pair]:
    return [pair for pair in comparison.pairs if pair.table == TABLE]


def _subjects(comparison: Comparison) -> dict[str, Subject]:
    classes = {ROWS: "A", FILES: "B", SIZES: "A"}
    why = "there are no documents"
    return {name: Subject(NAME, comparison.entity, name, classes[name], why) for name in classes}


@dataclass
class _Work:
    """One comparison under way."""

    evidence: Evidence
    comparison: Comparison
    filing: Filing
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys((ROWS, SIZES), 0))
    lines: list[dict[str, Any]] = field(default_factory=list)
    stopped: str | None = None

    def answers(self) -> Iterator[Answer]:
        for pair, within in self._ranges():
            if self.evidence.limits.over or len(self.lines) >= self.evidence.limits.differences:
                self.stopped = within.low or ""
                break
            self._range(pair, within)
        else:
            self._strays()
        counts = {**self.counts, FILES: self.filing.count}
        lines = list(self._with_roots())
        for name, subject in _subjects(self.comparison).items():
            entity, count = subject.entity, counts[name]
            yield Measure(NAME, entity, name, "files", count, None, count)
            yield table(
                line(subject, Kind.FILE, **{k: v for k, v in each.items() if k != "of"})
                for each in lines
                if each["of"] == name
            )
            if self.stopped is not None:
                reason = Reason("stopped", {"before": self.stopped})
                yield Remark(NAME, entity, name, reason, Result.NOT_RUN)

    def _ranges(self) -> Iterator[tuple[Pair, KeyRange]]:
        """All legacy rows, in pieces."""
        for pair in _pairs(self.comparison):
            cuts = self.evidence.legacy.source.boundaries(pair.source, "ROW_ID", AT_ONCE)
            for low, high in zip([None, *cuts], [*cuts, None], strict=True):
                yield pair, KeyRange(low, high)

    def _range(self, pair: Pair, within: KeyRange) -> None:
        """The documents of some legacy rows, and the files of these."""
        with self.evidence.legacy.reader() as reader:
            keys = one(reader.rows(pair.source, ["ROW_ID"], "ROW_ID", within).column("ROW_ID"))
        prefix = f"{self.comparison.entity}/{pair.name}/"
        ids = uuid_text(derive_ids(self.evidence.system, prefix, keys))
        rows = self.evidence.platform.rows(TABLE, _COLUMNS, ids, self.evidence.layout[TABLE].key)
        found: dict[str, list[Filed]] = {}
        for each in self.filing.of([key.upper() for key in keys.to_pylist()]):
            found.setdefault(each.key, []).append(each)
        named = rows.append_column("key", keys.take(pc.index_in(one(rows.column("id")), value_set=ids)))
        for row in named.filter(
            pc.not_equal(pc.fill_null(named.column("storage_code"), ""), LINK)
        ).to_pylist():
            self._row(pair, row, found.get(row["key"].upper(), []))

    def _row(self, pair: Pair, row: dict[str, Any], files: list[Filed]) -> None:
        self.counts[ROWS] += 1
        current = [each for each in files if each.revision == (row["revision"] or "0")]
        right = [each for each in current if each.table == pair.source]
        if not right:
            other = current[0].path.name if current else None
            self._differs(ROWS, pair, row, column="name" if other else "", platform=other)
        for each in (right or current)[:1]:
            if row["size_bytes"] is not None:
                self.counts[SIZES] += 1
                there = size(each.path, int(row["size_bytes"]))
                if there != row["size_bytes"]:
                    declared = str(row["size_bytes"])
                    self._differs(SIZES, pair, row, column="size_bytes", legacy=str(there), platform=declared)

    def _differs(self, of: str, pair: Pair, row: dict[str, Any], **told: str | None) -> None:
        told = {"legacy": None, "platform": None, **told}
        self.lines.append(
            {"of": of, "table": pair.source, "row": row["key"], "id": row["id"], "root": row["root"], **told}
        )

    def _strays(self) -> None:
        """Files that no legacy row asks for; their names are kept as values, since anybody may have named them."""
        for each in self.filing.strays():
            if len(self.lines) >= self.evidence.limits.differences:
                self.stopped = ""
                return
            told = {"table": each.table, "row": each.key, "legacy": each.path.name, "platform": None}
            self.lines.append({"of": FILES, "id": "", "root": "", **told})

    def _with_roots(self) -> Iterator[dict[str, Any]]:
        """The lines with the legacy keys of their roots, and whether legacy changed these after the last window."""
        roots = pa.array(sorted({each["root"] for each in self.lines if each["root"]}), pa.string())
        fates = self.evidence.books.fates_of(self.comparison.entity, roots) if len(roots) else {}
        fresh = set(self.evidence.fresh(self.comparison)) if self.lines else set()
        for each in self.lines:
            key = fates.get(each.pop("root"), ("", ""))[0]
            look = Look.IN_FLIGHT if key in fresh else Look.OUT_OF_SYNC
            yield {**each, "key": key, "look": look.value}
