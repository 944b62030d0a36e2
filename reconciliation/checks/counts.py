"""`counts`: how many roots each entity has on both sides, by both databases' own counting."""

from collections.abc import Iterator

from reconciliation.checks import Answer, check
from reconciliation.checks.totals import answers
from reconciliation.compare.nouns import Total
from reconciliation.evidence import Evidence
from reconciliation.model import Subject

NAME = "counts"


@check(NAME)
class Counts:
    """Rows of the root's table, less those that the comparison has out of scope."""

    def subjects(self, evidence: Evidence) -> Iterator[Subject]:
        """The roots of each entity."""
        for entity, comparison in evidence.comparisons.items():
            yield Subject(NAME, entity, comparison.own.name, "A", comparison.own.may_be_empty)

    def run(self, evidence: Evidence) -> Iterator[Answer]:
        """Entity by entity."""
        for comparison in evidence.comparisons.values():
            total = Total(comparison.own.name, comparison.own.name, ())
            yield from answers(NAME, evidence, comparison, total)
