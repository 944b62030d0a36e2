"""Characteristics of people: who is in which group, and what the file may say."""

from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pytest

from migrate.errors import InvalidInput
from reconciliation.traits import Aged, Coded, Incomplete, Single, Written, read

SHIPPED = Path(__file__).parents[2] / "mappings" / "gcms"
AS_OF = datetime(2026, 7, 15)  # noqa: DTZ001  # a source's clock is naive UTC


def moments(*days: str) -> list[datetime]:
    return [datetime.fromisoformat(day) for day in days]


def groups(trait, **columns) -> list[str]:
    types = {name: pa.timestamp("us") if name == "born" else pa.string() for name in columns}
    rows = pa.table({name: pa.array(values, types[name]) for name, values in columns.items()})
    found: list[str] = trait.of(rows, AS_OF).to_pylist()
    return found


def test_a_code_is_what_the_list_says_and_nothing_else_is_guessed():
    trait = Coded("sex", "sex", {("", "Female"): "F", ("", "Femme"): "F", ("", "Male"): "M"})
    assert groups(trait, sex=["Female", " Femme ", "Male", "Femal", None, ""]) == [
        "F",
        "F",
        "M",
        *["unknown"] * 3,
    ]


def test_ages_stand_in_bands_by_the_day():
    trait = Aged("age", "born", "text", (18, 65))
    born = moments("2008-07-16", "2008-07-15", "1961-07-16", "1961-07-15", "1906-01-01", "2027-01-01")
    assert groups(trait, born=born, text=[None] * 6) == [
        "0-17",
        "18-64",
        "18-64",
        "65+",
        "unknown",
        "unknown",
    ]


def test_of_an_incomplete_date_the_year_counts_and_not_what_stands_in_for_it():
    trait = Aged("age", "born", "text", (18, 65))
    texts = ["1950-**-**", "2020-03-**", "****-**-**", None]
    born = [*moments("2001-01-01"), None, None, None]
    assert groups(trait, born=born, text=texts) == ["65+", "0-17", "unknown", "unknown"]


def test_a_name_is_in_the_script_of_its_letters():
    trait = Written("script", ("family", "given"))
    families = ["Smith", "Müller", "Иванов", "김", "王", "ابراهيم", "Papadopoulos", None]
    given = ["Ann", "Jo", "Олег", None, "Li", "Ali", "Νίκος", "x1"]
    assert groups(trait, family=families, given=given) == [
        "latin", "latin_with_marks", "cyrillic", "hangul", "han", "arabic", "greek", "latin",
    ]  # fmt: skip
    assert groups(trait, family=[None, "-"], given=[None, "."]) == ["unknown", "unknown"]


def test_a_filler_and_a_name_said_twice_are_single_names():
    trait = Single("single", "given", "family", ("x", "FNU"))
    family = ["Suharto", "Suharto", "Suharto", "Suharto", "Smith"]
    assert groups(trait, family=family, given=["x", None, "FNU", " Suharto", "X"]) == [*["yes"] * 4, "no"]


def test_a_date_with_asterisks_is_incomplete():
    assert groups(Incomplete("part", "text"), text=["1985-**-**", "1985-06-01", None]) == ["yes", "no", "no"]


def test_the_shipped_file_names_the_characteristics_that_are_asked_for():
    equity = read(SHIPPED)
    assert equity is not None
    assert [trait.name for trait in equity.traits] == [
        "citizenship", "sex", "age_band", "language", "script", "single_name", "partial_birth_date",
    ]  # fmt: skip
    assert equity.bearers == {"client": "ROW_ID", "application": "APPLICANT_ID"}


def test_a_project_without_the_file_has_none(tmp_path):
    assert read(tmp_path) is None


def test_all_mistakes_are_told_at_once(tmp_path):
    (tmp_path / "equity").mkdir()
    (tmp_path / "codes").mkdir()
    (tmp_path / "equity" / "traits.yaml").write_text(
        """\
person: {entity: client}
bearers: {client: ROW ID}
traits:
  sex:    {code: sexes, from: SEX_MF}
  age:    {ages: [30, 18], from: BIRTH_DT, text: T}
  both:   {incomplete: T, script_of: T}
  Single: {single: A, beside: B}
"""
    )
    with pytest.raises(InvalidInput) as told:
        read(tmp_path)
    assert sorted({mistake.line for mistake in told.value.mistakes}) == [1, 2, 4, 5, 6, 7]
