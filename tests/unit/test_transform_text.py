"""Text: facts about single values that the examples in the documentation do not show."""

import pyarrow as pa
import pytest

from migrate.errors import InvalidInput
from migrate.transform import mojibake as damage
from migrate.transform import names
from migrate.transform import text as steps
from migrate.transform.series import STAMP, cells, column, series

SURNAMES = (
    "Null",
    "None",
    "True",
    "O'Neil",
    "NaN",
    "No",
    "N",
    "null",
    "x y",
    "Ng",
    "'; DROP TABLE",
    "<b>Roy</b>",
)


def test_surnames_that_look_like_keywords_stay():
    given = column(*SURNAMES)
    for step in (
        steps.trim,
        steps.blank_to_null,
        steps.drop_controls,
        steps.nfc,
        damage.repair_mojibake,
        steps.no_match,
    ):
        assert step(given) is given


@pytest.mark.parametrize("blank", ["\u00a0", "\u2003", "\u3000", "\t", "\r\n", "\u0085", " "])
def test_every_blank_of_unicode_is_trimmed(blank):
    assert cells(steps.trim(column(f"{blank}Roy{blank}", blank))) == ["Roy", None]


def test_zero_width_characters_are_no_blanks():
    given = column("\u200bRoy\u200f")
    assert steps.trim(given) is given


def test_a_column_without_text_is_returned_as_it_is():
    for given in (column(None, None), column()):
        assert steps.trim(given) is given
        assert steps.drop_controls(given) is given
        assert damage.repair_mojibake(given) is given


def test_a_slice_of_a_longer_column_is_read_from_its_own_start():
    whole = pa.array(["a\x00", "José", "b\x07", "JosÃ©", "?", " c ", None])
    part = series(whole.slice(2, 5))
    assert cells(steps.drop_controls(part)) == ["b", "JosÃ©", "?", " c ", None]
    assert cells(damage.repair_mojibake(part)) == ["b\x07", "José", "?", " c ", None]
    assert cells(steps.lost_characters(part)) == [False, False, True, False, False]
    assert cells(steps.control_characters(part)) == [True, False, False, False, False]


def test_text_steps_refuse_a_column_of_another_type():
    with pytest.raises(InvalidInput, match=r"needs text .* timestamp"):
        steps.trim(column(None, kind=STAMP))


def test_width_counts_characters_and_not_bytes():
    assert cells(steps.at_width(column("é" * 49, "é" * 50), width=50)) == [False, True]
    assert cells(steps.too_long(column("é" * 50, "é" * 51), width=50)) == [False, True]


@pytest.mark.parametrize("name", ["Jos?", "?lise", "Montr?al", "??", "Andr¿", "Fran\ufffdois"])
def test_a_name_with_a_replaced_letter_is_found(name):
    assert cells(steps.lost_characters(column(name))) == [True]


@pytest.mark.parametrize(
    "prose", ["Why?", "¿Por qué no vino?", "see https://a.example/x?y=1 now", "Sure? Yes."]
)
def test_a_question_in_prose_is_no_lost_letter(prose):
    assert cells(steps.lost_characters(column(prose), prose=True)) == [False]


@pytest.mark.parametrize("note", ["file *** important ***", "XXL", "XX", "Xxenia", "***see note"])
def test_what_only_decorates_is_not_masked(note):
    assert cells(steps.masked(column(note))) == [False]


@pytest.mark.parametrize("value", ["XXXX", "xxxxxx", "***", "XXX-XX-XXXX", "####", " *** "])
def test_a_masked_value_is_found(value):
    assert cells(steps.masked(column(value))) == [True]


@pytest.mark.parametrize(
    ("damaged", "right"),
    [
        ("JosÃ©", "José"), ("Ã‰lise", "Élise"), ("JosÃƒÂ©", "José"), ("JosÃƒ©", "José"), ("voilÃ\u00a0", "voilà"),
        ("AyÅŸe", "Ayşe"), ("Åžahin", "Şahin"), ("ZajÄ…c", "Zając"), ("Nguyá»…n", "Nguyễn"), ("ê¹€", "김"),
        ("Ð˜Ð²Ð°Ð½", "Иван"), ("Ù…Ø\xadÙ…Ø¯", "محمد"), ("donâ€™t", "don’t"),
    ],
)  # fmt: skip
def test_a_sure_repair_restores_the_text(damaged, right):
    assert cells(damage.repair_mojibake(column(damaged))) == [right]


@pytest.mark.parametrize(
    "whole", ["MÍŠA", "CAFÉ’S", "NESTLÉ™", "JOÃO", "SÃO", "Ünal", "Âge", "Ægir", "ÜŠA", "É’", "«Ä»", "Ã"]
)
def test_undamaged_text_that_could_be_read_back_stays_and_is_not_suspected(whole):
    given = column(whole)
    assert damage.repair_mojibake(given) is given
    assert cells(damage.mojibake(given)) == [False]


@pytest.mark.parametrize("unsure", ["JosÃ© é", "Jos√©", "Ã?lise JosÃ©"])
def test_damage_without_a_sure_repair_is_left_and_marked(unsure):
    given = column(unsure)
    assert damage.repair_mojibake(given) is given
    assert cells(damage.mojibake(given)) == [True]


@pytest.mark.parametrize(
    ("name", "script"),
    [
        ("Žižek", "LATIN"), ("Nguyễn", "LATIN"), ("محمد", "ARABIC"), ("김", "HANGUL"), ("王小明", "HAN"),
        ("やまだ", "KANA"),
        ("山田アキ", "JAPANESE"), ("ਸਿੰਘ", "GURMUKHI"), ("குமரன்", "TAMIL"), ("გიორგი", "GEORGIAN"),
        ("ሰለሞን", "ETHIOPIC"),
        ("Иван", "CYRILLIC"),
        ("ᐃᓄᒃ", "CANADIAN_SYLLABICS"), ("Anna Иван", "MIXED"), ("O'Neil-Roy", "LATIN"), ("12", None),
    ],
)  # fmt: skip
def test_the_script_of_a_name(name, script):
    assert cells(names.script(column(name, None))) == [script, None]


def test_a_repeated_name_is_found_whatever_its_case_and_composition():
    given, family = column("E\u0301LISE", "Ahmed"), column("Élise ", "Ahmad")
    assert cells(names.repeated_name(given, other=family)) == [True, False]
