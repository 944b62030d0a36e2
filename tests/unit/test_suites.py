"""Suites of expectations: what a file may say, and that all its mistakes are told at once."""

from decimal import Decimal
from pathlib import Path

import pytest

from migrate.errors import InvalidInput
from migrate.platform.layout import layout
from reconciliation.quality.suites import VOCABULARY, Listed, Made, Suite, read

SHIPPED = Path(__file__).parents[2] / "mappings" / "gcms"
WRONG = """\
tables:
  person:
    entity: client
    where: {is_actve: true, birth_place: {matches: x}}
    columns:
      twice:  {length_of: birth_place, count_of: person_name, by: person_id, at: person_id}
      names:  {count_of: person_nam, by: person_id, at: person_id}
      others: {count_of: person_name, by: person_idd, at: person_id}
    expectations:
      misnamed: {is: ExpectColumnValuesToNotBeNul, column: sex_code, en: a, fr: b}
      nameless: {column: sex_code, en: a, fr: b}
      elsewhere: {is: ExpectColumnValuesToNotBeNull, column: sex, en: a, fr: b}
      unending: {is: ExpectColumnValuesToBeBetween, column: died_on, en: a, fr: b}
      undated:  {is: ExpectColumnValuesToBeBetween, column: died_on, max_value: soon, en: a, fr: b}
      too_much: {is: ExpectColumnValuesToNotBeNull, column: sex_code, mostly: 98, en: a, fr: b}
      unsaid:   {is: ExpectColumnValuesToNotBeNull, column: sex_code, en: a}
      level:    {is: ExpectColumnValuesToNotBeNull, column: sex_code, class: D, en: a, fr: b}
      extra:    {is: ExpectColumnValuesToNotBeNull, column: sex_code, value_set: [F], en: a, fr: b}
  persn:
    expectations:
      filled: {is: ExpectTableRowCountToBeBetween, min_value: 1, en: a, fr: b}
"""


def suites(folder: Path, **files: str) -> dict[str, Suite]:
    (folder / "quality").mkdir(exist_ok=True)
    for side, text in files.items():
        (folder / "quality" / f"{side}.yaml").write_text(text)
    return read(folder, layout())


def test_the_shipped_suites_have_no_mistakes():
    shipped = read(SHIPPED, layout())
    assert set(shipped) == {"legacy", "platform"}
    assert all(len(suite.row_sets) > 10 for suite in shipped.values())


def test_every_expectation_that_is_not_asked_of_all_rows_says_why():
    for suite in read(SHIPPED, layout()).values():
        for row_set in suite.row_sets:
            for each in row_set.expected:
                assert each.reasons["en"] != each.reasons["fr"]
                assert each.mostly == 1 or len(each.reasons["en"]) > 20, each.name


def test_all_mistakes_of_a_file_are_told_at_once(tmp_path):
    with pytest.raises(InvalidInput) as told:
        suites(tmp_path, platform=WRONG)
    lines = sorted({mistake.line for mistake in told.value.mistakes})
    assert lines == [4, 6, 7, 8, *range(10, 20)]
    assert {mistake.file for mistake in told.value.mistakes} == {"quality/platform.yaml"}
    words = "\n".join(map(str, told.value.mistakes))
    assert "did you mean ExpectColumnValuesToNotBeNull?" in words
    assert "did you mean is_active?" in words
    assert "did you mean person_name?" in words


def test_the_mistakes_of_both_files_are_told_together(tmp_path):
    with pytest.raises(InvalidInput) as told:
        suites(tmp_path, platform=WRONG, legacy="tables: {}\n")
    assert {mistake.file for mistake in told.value.mistakes} == {
        "quality/legacy.yaml",
        "quality/platform.yaml",
    }


def test_a_column_that_nothing_looks_at_is_a_mistake(tmp_path):
    text = "tables:\n  S_BU:\n    columns: {a: {length_of: NAME}}\n    expectations:\n      b: {is: ExpectColumnValuesToBeUnique, column: NAME, en: a, fr: b}\n"  # noqa: E501
    with pytest.raises(InvalidInput, match="no expectation looks at the column a"):
        suites(tmp_path, legacy=text)


def test_a_project_without_suites_has_none(tmp_path):
    assert read(tmp_path, layout()) == {}


def test_a_suite_says_what_it_says(tmp_path):
    text = """\
tables:
  application:
    from: S_CASE
    entity: application
    columns:
      applicants: {count_of: S_CASE_CON, by: CASE_ID, at: ROW_ID, where: {RELATION_TYPE_CD: PA}}
    expectations:
      one:    {is: ExpectColumnValuesToBeBetween, column: applicants, min_value: 1, max_value: 1,
               mostly: 0.99, class: A, en: a, fr: b}
      listed: {is: ExpectColumnValuesToBeInSet, column: STATUS_CD, value_set: {in: S_LST_OF_VAL, columns: [NAME, VAL]},
               en: a, fr: b}
"""
    ((row_set,)) = suites(tmp_path, legacy=text)["legacy"].row_sets
    one, listed = row_set.expected
    assert (row_set.name, row_set.table) == ("application", "S_CASE")
    assert isinstance(row_set.made[0], Made)
    assert (one.options["min_value"], one.mostly, one.field_class) == (1, Decimal("0.99"), "A")
    assert one.columns == ("applicants",)
    assert listed.options["value_set"] == Listed("S_LST_OF_VAL", ("NAME", "VAL"))


@pytest.mark.parametrize("name", VOCABULARY)
def test_great_expectations_knows_every_word_of_the_vocabulary(name):
    from great_expectations import expectations

    known = set(getattr(expectations, name).__fields__)
    words = VOCABULARY[name]
    assert {*words.columns, *words.options, "severity", "notes", "meta"} <= known
    assert ("mostly" in known) == bool(words.columns)
