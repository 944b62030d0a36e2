"""The Vocabulary of this program: the words that its mappings may use, from the registered functions' signatures."""

from functools import cache

from migrate.mapping.vocabulary import Vocabulary
from migrate.transform import judges, library  # noqa: F401  they fill the registries
from migrate.transform.registry import JUDGES, RULES, STEPS


@cache
def vocabulary() -> Vocabulary:
    """All steps, rules and judges; TypeError when one has an option that a mapping cannot write."""
    return Vocabulary.of(STEPS.values(), RULES.values(), JUDGES.values())
