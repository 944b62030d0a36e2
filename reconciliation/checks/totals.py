"""`totals`: cross tables of rows and of exact amounts, worked out by each database by itself.

Which ones a comparison file declares under `totals`. Amounts of two currencies are never added: each part names its
own.
"""

from collections.abc import Iterator
from dataclasses import replace

import pyarrow as pa

from reconciliation.checks import Answer, check
from reconciliation.compare.nouns import Comparison, Total
from reconciliation.crosstab import Cell, Part, crosstab
from reconciliation.evidence import Evidence
from reconciliation.model import DIFFERENCES, Kind, Look, Measure, Subject

NAME = "totals"


@check(NAME)
class Totals:
    """See the module."""

    def subjects(self, evidence: Evidence) -> Iterator[Subject]:
        """Each declared table."""
        for entity, comparison in evidence.comparisons.items():
            for total in comparison.totals:
                yield Subject(NAME, entity, total.name, "A", total.may_be_empty)

    def run(self, evidence: Evidence) -> Iterator[Answer]:
        """Table by table."""
        for comparison in evidence.comparisons.values():
            for total in comparison.totals:
                yield from answers(NAME, evidence, comparison, total)


def answers(check_name: str, evidence: Evidence, comparison: Comparison, total: Total) -> Iterator[Answer]:
    """The parts of one table as measures; those that do not agree as differences as well."""
    cells = crosstab(evidence, comparison, total) or {(): Cell()}
    for part, cell in cells.items():
        group, unit = _named(total, part)
        explained = {why: value for why, value in cell.explained.items() if value}
        measure = Measure(
            check_name,
            comparison.entity,
            total.name,
            unit,
            cell.legacy,
            cell.platform,
            cell.rows,
            group,
            explained,
        )
        if not measure.left_over:
            yield measure
            continue
        lines = evidence.allowances.applied(pa.Table.from_pylist([_line(measure, total)], schema=DIFFERENCES))
        if lines.column("look")[0].as_py() == Look.ALLOWED:
            measure = replace(measure, explained={**explained, "allowed": measure.left_over})
        yield measure
        yield lines


def _named(total: Total, part: Part) -> tuple[dict[str, str], str]:
    """The part's name and its unit."""
    group = dict(zip((each.name for each in total.by), part, strict=False))
    if not total.amount:
        return group, "rows"
    return {**group, total.currency: part[-1]}, part[-1] or "no currency"


def _line(measure: Measure, total: Total) -> dict[str, str]:
    """A part that does not agree; its values are figures of many people, and are shown."""
    where = ", ".join(f"{name} {value or '—'}" for name, value in measure.group.items())
    return {
        **dict.fromkeys(DIFFERENCES.names, ""),
        "check": measure.check,
        "entity": measure.entity,
        "subject": measure.subject,
        "kind": Kind.AMOUNT,
        "look": Look.OUT_OF_SYNC,
        "class": "A",
        "column": total.amount,
        "row": where,
        "legacy": str(measure.legacy),
        "platform": str(measure.platform),
    }
