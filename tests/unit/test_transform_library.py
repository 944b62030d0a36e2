"""What `migrate transforms` lists is complete and fit to be read."""

import inspect

import pytest

from migrate.mapping.vocabulary import Vocabulary
from migrate.transform.library import listing
from migrate.transform.registry import RULES, STEPS

ENTRIES = listing()
FUNCTIONS = {
    **{name: step.function for name, step in STEPS.items()},
    **{name: rule.function for name, rule in RULES.items()},
}


def test_every_registered_step_and_rule_is_listed():
    assert {entry.name for entry in ENTRIES} == {*STEPS, *RULES}


def test_a_mapping_can_write_every_option():
    vocabulary = Vocabulary.of(STEPS.values(), RULES.values(), [])
    assert len(vocabulary.steps) + len(vocabulary.rules) == len(ENTRIES)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_documentation_says_what_it_does_and_shows_an_example(entry):
    doc = inspect.getdoc(FUNCTIONS[entry.name]) or ""
    assert entry.summary
    assert not any(key in entry.summary for key in ("do:", "flag:", "reject:"))
    assert ">>>" in doc
    assert f"{entry.name}" in doc.partition(">>>")[0], "the YAML that a mapping writes"


@pytest.mark.parametrize(
    "entry", [entry for entry in ENTRIES if entry.kind == "rule"], ids=lambda entry: entry.name
)
def test_a_rule_gives_its_reason_in_english_and_french(entry):
    english, french = entry.reason
    assert english
    assert french
    assert english != french


@pytest.mark.parametrize(
    "entry", [entry for entry in ENTRIES if entry.kind == "step"], ids=lambda entry: entry.name
)
def test_a_step_that_loses_something_says_what(entry):
    assert entry.reverse == "lossless" or ": loses " in entry.reverse


def test_the_instant_of_the_run_is_given_and_never_written():
    future = next(entry for entry in ENTRIES if entry.name == "future")
    assert future.options == {}
