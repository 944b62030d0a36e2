"""What is compared with what: files of their own, written apart from the mapping and read by other code.

    comparisons = read(folder, layout)          <mappings>/compare/*.yaml -> Comparison values, every mistake at once

Two people who read the same table of requirements, one for the mapping and one for the comparison, seldom make the same
mistake; that is why nothing here comes from the mapping, and why every platform column is either compared or left
unchecked with a reason that the report shows.
"""

from reconciliation.compare.nouns import Compared, Comparison, Form, Join, Pair, Parent, Variant
from reconciliation.compare.read import read, there_are, unmatched

__all__ = [
    "Compared",
    "Comparison",
    "Form",
    "Join",
    "Pair",
    "Parent",
    "Variant",
    "read",
    "there_are",
    "unmatched",
]
