"""Reasons stand beside each other in lists and reports, whoever has written them: they are all of one kind."""

import re

import pytest

from migrate.mapping import load
from migrate.platform.layout import layout
from migrate.project.reasons import reason, told
from migrate.transform import library  # noqa: F401  # fills the registry
from migrate.transform.registry import RULES
from migrate.transform.vocabulary import vocabulary
from tests.servers import ROOT

SHIPPED = load(ROOT / "mappings" / "gcms", vocabulary=vocabulary(), layout=layout())
STRUCTURE = ("code", "different_twin", "missing_parent", "missing_S_PARTY", "no_parent", "orphan", "too_long")
REASONS = {
    **{name: (rule.en, rule.fr) for name, rule in RULES.items()},
    **{name: reason("client", name, {}) for name in (*STRUCTURE, "a_rule_without_words")},
    **{f"{entity} {name}": said for entity, given in told(SHIPPED).items() for name, said in given.items()},
}


@pytest.mark.parametrize("said", REASONS.values(), ids=REASONS.keys())
def test_a_reason_is_a_phrase_without_capital_and_full_stop(said: tuple[str, str]) -> None:
    for words in said:
        assert re.match(r"[a-zà-ÿ]", words)
        assert not re.search(r"\.$|\. [A-ZÀ-Ý]", words)


@pytest.mark.parametrize("said", REASONS.values(), ids=REASONS.keys())
def test_its_french_is_set_as_in_canada(said: tuple[str, str]) -> None:
    """After Le guide du rédacteur: no space before a semicolon, one that does not break before a colon."""
    _, french = said
    assert not re.search(r"\s;|[^\u00a0]:|\w'\w", french)
