"""References that are empty on the platform although legacy has a pointer: which of them a comparison file explains.

    why = why_empty(evidence, comparison, pair, lines)        `dangling`, `circle`, or '', for each line

Only what a file declares is looked at, and each case is looked up anew: that the row to which the pointer leads is not
on the platform (whether it should be is the question of its own pair), or that the chain of pointers in legacy leads
back to where it began.
"""

from collections.abc import Mapping

import pyarrow as pa

from reconciliation.compare.nouns import Compared, Comparison, Pair
from reconciliation.evidence import Evidence
from reconciliation.model import Kind

DANGLING, CIRCLE = "dangling", "circle"


def why_empty(evidence: Evidence, comparison: Comparison, pair: Pair, lines: pa.Table) -> list[str]:
    """The explanation of each line of `diff.LINES`, '' for none."""
    found = [""] * lines.num_rows
    suspects: dict[str, dict[int, tuple[str, str]]] = {}
    for at, line in enumerate(lines.select(["kind", "column", "row", "legacy", "platform"]).to_pylist()):
        if line["kind"] == Kind.NULL and line["platform"] is None:
            suspects.setdefault(line["column"], {})[at] = line["row"], line["legacy"]
    for compared in pair.fields:
        for at, why in _explained(evidence, comparison, pair, compared, suspects.get(compared.column, {})):
            found[at] = why
    return found


def _explained(
    evidence: Evidence,
    comparison: Comparison,
    pair: Pair,
    compared: Compared,
    suspects: Mapping[int, tuple[str, str]],
) -> list[tuple[int, str]]:
    """Places of lines about one column, and what explains them."""
    found: list[tuple[int, str]] = []
    if suspects and compared.may_dangle and compared.names is not None:
        wanted = pa.array([target for _, target in suspects.values()])
        there = evidence.platform.there(comparison.named[compared.names], wanted)
        found += [(at, DANGLING) for at, (_, target) in suspects.items() if target not in there]
    if suspects and compared.may_circle and compared.source is not None:
        rows = {row for row, _ in suspects.values()}
        circling = _circling(evidence, pair.source, compared.source.name, rows)
        found += [(at, CIRCLE) for at, (row, _) in suspects.items() if row in circling]
    return found


def _circling(evidence: Evidence, table: str, column: str, rows: set[str]) -> set[str]:
    """Those rows from which the pointers of that column lead back to them."""
    known: dict[str, str | None] = {}
    asked = rows
    while asked := {key for key in asked if key not in known}:
        known |= dict.fromkeys(asked) | evidence.legacy.values(table, column, asked)
        asked = {pointer for key in asked if (pointer := known[key]) is not None}
    return {row for row in rows if row in _chain(known, row)}


def _chain(known: Mapping[str, str | None], row: str) -> set[str]:
    """Every row that the pointers lead to from there."""
    found: set[str] = set()
    at = known.get(row)
    while at is not None and at not in found:
        found.add(at)
        at = known.get(at)
    return found
