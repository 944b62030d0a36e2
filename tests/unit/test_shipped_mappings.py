"""The shipped mappings: their examples hold, and no column of the legacy schema is left behind by oversight."""

from functools import cache
from pathlib import Path

import pytest

from migrate.mapping import Mappings, coverage, load
from migrate.platform.layout import layout
from migrate.project.examples import examples_of, try_examples
from migrate.sample.schema import TABLES
from migrate.transform.vocabulary import vocabulary

FOLDER = Path(__file__).parents[2] / "mappings" / "gcms"
ENTITIES = sorted(
    path.stem for path in FOLDER.glob("*.yaml") if "." not in path.stem and path.stem != "groups"
)


@cache
def shipped() -> Mappings:
    """All mappings, read once."""
    return load(FOLDER, vocabulary=vocabulary(), layout=layout())


@pytest.mark.parametrize("entity", ENTITIES)
def test_every_example_comes_out_as_it_says(entity: str) -> None:
    """The examples beside a mapping are its tests."""
    mapping = shipped()[entity]
    wrong = try_examples(mapping, examples_of(FOLDER, mapping, layout()), layout(), "gcms")
    assert not wrong, "\n".join(map(str, wrong))


def test_every_column_of_the_legacy_tables_is_mapped_derived_or_dropped_with_a_reason() -> None:
    """What `migrate mapping coverage` says of the schema that the sample has."""
    catalogue = {table.name: [column.name for column in table.columns] for table in TABLES.values()}
    found = coverage(shipped().values(), catalogue)
    assert not found.mistakes, "\n".join(map(str, found.mistakes))


@pytest.mark.parametrize("entity", ENTITIES)
def test_every_rule_of_a_mapping_says_what_it_means_in_both_languages(entity: str) -> None:
    mapping = shipped()[entity]
    said = {reason.rule for reason in mapping.reasons if reason.en != reason.fr}
    names = {rule.name for rule in mapping.rules} | {exclusion.name for exclusion in mapping.exclusions}
    assert names == said


def test_social_insurance_and_tax_numbers_are_never_read() -> None:
    """Not asked of the source at all, so that they cannot leak from anywhere."""
    read = {
        column for mapping in shipped().values() for columns in mapping.reads.values() for column in columns
    }
    assert not read & {"SOC_SECURITY_NUM", "TAX_IDEN_NUM"}
