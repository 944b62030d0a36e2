"""Findings and differences as CSV, in two kinds that are not to be confused.

    *.spreadsheet.csv   for people: opened in a spreadsheet no cell is alive. A text that would begin a formula is
                        marked with a single quote (CWE-1236); headings in the reader's language; RFC 4180, UTF-8 marked
    *.exact.csv         for programs: every value as it is, null told from empty by its missing quotes; never to be
                        opened in a spreadsheet

Values of persons are masked in both unless the report was asked for them.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from reconciliation.folder import Folder
from reconciliation.model import DIFFERENCES, Finding
from reconciliation.report.build import Place, in_units
from reconciliation.report.language import Language
from reconciliation.report.masking import masked
from reconciliation.report.model import Sum

ALIVE = "=+-@\t\r\n\0＝＋－＠"
"""A spreadsheet takes a cell that begins so for a formula, or strips what it begins with and then does."""

_NOTHING = Sum("", None, None, {})
_FINDINGS = (
    "check",
    "entity",
    "subject",
    "class",
    "result",
    "unit",
    "legacy",
    "platform",
    "explained",
    "left_over",
    "compared",
    "differences",
    "in_flight",
    "allowed",
    "keys",
    "why",
)


def guarded(text: str) -> str:
    """A text that no spreadsheet runs.

    >>> guarded("=1+1"), guarded("Tremblay")
    ("'=1+1", 'Tremblay')
    """
    return f"'{text}" if text.startswith(tuple(ALIVE)) else text


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file to be written."""

    name: str
    parts: Iterable[bytes]


def sheets(folder: Folder, language: Language, *, unmask: bool) -> Iterator[Sheet]:
    """Both files in both kinds."""
    findings = folder.findings()
    sums = in_units(folder.all_measures())
    each_unit = [
        (finding, figures) for finding in findings for figures in sums.get(_place(finding), (_NOTHING,))
    ]
    lines = [_finding(finding, figures, language) for finding, figures in each_unit]
    yield Sheet("findings.spreadsheet.csv", _spreadsheet(_FINDINGS, [lines], language))
    yield Sheet("findings.exact.csv", _exact([_plain_findings(each_unit)]))

    def differences() -> Iterator[pa.Table]:
        return (batch if unmask else _masked(batch) for batch in folder.differences_in_batches())

    rows = (list(zip(*batch.to_pydict().values(), strict=True)) for batch in differences())
    yield Sheet("differences.spreadsheet.csv", _spreadsheet(DIFFERENCES.names, rows, language))
    yield Sheet("differences.exact.csv", _exact(chain([DIFFERENCES.empty_table()], differences())))


def _spreadsheet(
    names: Sequence[str], parts: Iterable[Iterable[Sequence[Any]]], language: Language
) -> Iterator[bytes]:
    """The rows in chunks. A cell of digits alone is a number; anything else a text, and guarded."""
    yield "\ufeff".encode()
    yield _written([[guarded(language.named("col", name)) for name in names]])
    for rows in parts:
        yield _written([["" if cell is None else _cell(cell) for cell in row] for row in rows])


def _cell(value: object) -> object:
    return guarded(value) if isinstance(value, str) else value


def _written(rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode("utf-8", "surrogatepass")


def _exact(tables: Iterable[pa.Table]) -> Iterator[bytes]:
    for number, table in enumerate(tables):
        sink = io.BytesIO()
        options = arrow_csv.WriteOptions(quoting_style="all_valid", include_header=number == 0)
        arrow_csv.write_csv(table, sink, options)
        yield sink.getvalue()


def _masked(differences: pa.Table) -> pa.Table:
    """Both values masked; each distinct one once."""
    for name in ("legacy", "platform"):
        coded = pc.dictionary_encode(differences[name]).combine_chunks()
        values = pa.array([masked(value) for value in coded.dictionary.to_pylist()], pa.string())
        at = differences.column_names.index(name)
        differences = differences.set_column(at, name, values.take(coded.indices))
    return differences


def _place(finding: Finding) -> Place:
    return finding.subject.check, finding.subject.entity, finding.subject.name


def _finding(finding: Finding, figures: Sum, language: Language) -> list[object]:
    """A line; a finding about two currencies has two."""
    subject = finding.subject
    explained = "; ".join(
        f"{language.named('explained', why)} {count}" for why, count in figures.explained.items() if count
    )
    why = " ".join(language.reason(reason.name, reason.given) for reason in finding.reasons)
    return [
        language.named("check", subject.check),
        language.named("entity", subject.entity),
        language.subject(subject.name),
        subject.field_class,
        language.text(f"result.{finding.result}"),
        language.named("unit", figures.unit),
        figures.legacy,
        figures.platform,
        explained,
        figures.left_over,
        finding.compared,
        finding.differing,
        finding.in_flight,
        finding.allowed,
        " ".join(finding.keys),
        why,
    ]


def _plain_findings(lines: Sequence[tuple[Finding, Sum]]) -> pa.Table:
    """Findings under the names of the model, a line for each unit; amounts as text."""
    rows = [
        {
            "check": finding.subject.check,
            "entity": finding.subject.entity,
            "subject": finding.subject.name,
            "class": finding.subject.field_class,
            "result": str(finding.result),
            "unit": figures.unit,
            "legacy": _text(figures.legacy),
            "platform": _text(figures.platform),
            "difference": _text(figures.left_over),
            "compared": finding.compared,
            "differences": finding.differing,
            "in_flight": finding.in_flight,
            "allowed": finding.allowed,
        }
        for finding, figures in lines
    ]
    text, whole = pa.string(), pa.int64()
    counts = ("compared", "differences", "in_flight", "allowed")
    names = (
        "check",
        "entity",
        "subject",
        "class",
        "result",
        "unit",
        "legacy",
        "platform",
        "difference",
        *counts,
    )
    return pa.Table.from_pylist(
        rows, pa.schema([(name, whole if name in counts else text) for name in names])
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)
