"""Both sides of an entity, piece by piece, read at the same time.

    with closing(stream(evidence, comparison, pieces)) as parts:
        for part in parts: ...                                one piece: what has to be there, and what is

Three threads: one reads the legacy tables of the next piece, one asks the platform for the rows of the piece before,
and whoever takes the parts compares. So the databases and this program work at once, and no more than a few pieces are
ever held. A piece is a range of root keys, or some of these keys; it is whole: every row of its roots, on both sides.
"""

from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass

import pyarrow as pa

from migrate.model import KeyRange
from reconciliation.ahead import ahead
from reconciliation.compare.nouns import Comparison, Pair
from reconciliation.evidence import Evidence
from reconciliation.expected import Expectation

ROWS_AT_ONCE = 25_000
"""Legacy rows of a range, all tables together; four ranges may be held at once."""


@dataclass(frozen=True, slots=True)
class Part:
    """One piece: its first key, the legacy rows of its roots, and of each platform table the rows of the same roots."""

    low: str
    expectation: Expectation
    actual: Mapping[str, pa.Table]


def ranges(evidence: Evidence, comparison: Comparison) -> list[KeyRange]:
    """Ranges of root keys that together are everything, of about ROWS_AT_ONCE rows each."""
    rows = {table: evidence.legacy.source.count(table) for table in comparison.sources}
    every = max(100, ROWS_AT_ONCE * max(1, rows[comparison.root]) // max(1, sum(rows.values())))
    return evidence.legacy.borders(comparison, every)


def stream(
    evidence: Evidence, comparison: Comparison, pieces: Iterable[KeyRange | pa.Array]
) -> Generator[Part]:
    """The parts of these pieces, in their order."""
    merged = evidence.merged  # asked for before anybody else uses the platform's session

    def legacy() -> Iterator[tuple[str, Expectation]]:
        for piece in pieces:
            low = (piece.low or "") if isinstance(piece, KeyRange) else str(piece[0])
            tables = evidence.legacy.roots(comparison, piece)
            yield low, Expectation(comparison, tables, evidence.system, evidence.as_of, merged)

    def both() -> Iterator[Part]:
        with closing(ahead(legacy())) as read:
            for low, expectation in read:
                yield Part(low, expectation, actual(evidence, expectation))

    yield from ahead(both())


def actual(evidence: Evidence, expectation: Expectation) -> dict[str, pa.Table]:
    """Of each platform table that is compared, the rows of these roots."""
    return {
        table: evidence.platform.rows(table, columns_of(pairs), expectation.asked)
        for table, pairs in by_table(expectation.comparison).items()
    }


def by_table(comparison: Comparison) -> Mapping[str, list[Pair]]:
    """The pairs of each platform table, in their order."""
    tables: dict[str, list[Pair]] = {}
    for pair in comparison.pairs:
        tables.setdefault(pair.table, []).append(pair)
    return tables


def columns_of(pairs: list[Pair]) -> list[str]:
    """The platform columns that any of the pairs compares."""
    return list(dict.fromkeys(field.column for pair in pairs for field in pair.fields))
