"""The words of the report: the same names in both files, everything that is asked for, every figure."""

import ast
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from babel.messages.pofile import read_po
from ruamel.yaml import YAML

from reconciliation.checks import checks
from reconciliation.model import Kind, Result, Verdict
from reconciliation.report.html import SECTIONS
from reconciliation.report.language import LANGUAGES, Language
from tests.servers import ROOT

MESSAGES = ROOT / "reconciliation/report/messages"
BLANK = "\u00a0"


def words(code: str) -> dict[str, tuple[str, ...]]:
    """Name -> its forms."""
    with (MESSAGES / f"{code}.po").open("rb") as stream:
        catalog = read_po(stream, abort_invalid=True)
    found = {}
    for message in catalog:
        if message.id:
            name = message.id if isinstance(message.id, str) else message.id[0]
            forms = message.string or ""
            found[name] = (forms,) if isinstance(forms, str) else tuple(forms)
    return found


EN, FR = words("en"), words("fr")


def test_both_languages_have_the_same_names_and_no_empty_words():
    assert EN.keys() == FR.keys()
    assert [name for told in (EN, FR) for name, forms in told.items() if not all(forms)] == []


@pytest.mark.parametrize("name", sorted(EN))
def test_both_languages_have_the_same_places_for_figures(name):
    places = [{place for form in told[name] for place in re.findall(r"{(\w+)}", form)} for told in (EN, FR)]
    assert places[0] == places[1]


def test_no_message_holds_markup_or_a_stray_brace():
    for told in (EN, FR):
        assert [
            n for n, forms in told.items() if re.search(r"[<>]|{(?!\w+})|(?<!{)\b}}", "".join(forms))
        ] == []


def test_french_blanks_before_a_colon_do_not_break():
    wrong = [n for n, forms in FR.items() if re.search(r"[\w} ]:(?!\w)|« | »", "".join(forms))]
    assert wrong == []


def asked() -> Iterator[str]:
    """Every message that a template or the code names in full."""
    for path in (ROOT / "reconciliation/report/templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        yield from re.findall(r"\bt\(\"([\w.]+)\"[,)]", text)
        yield from (f"n.{name}" for name in re.findall(r"\bn\(\"(\w+)\"", text))
        yield from re.findall(r"lang\.text\(\"([\w.]+)\"[,)]", text)
    for section in SECTIONS:
        yield from (f"section.{section}", f"lead.{section}")
    yield from (f"verdict.{each}" for each in Verdict)
    yield from (f"result.{each}" for each in Result)
    yield from (f"kind.{each}" for each in Kind)


def test_everything_that_is_asked_for_has_words():
    assert sorted({name for name in asked() if name not in EN}) == []


def reasons() -> Iterator[tuple[str, set[str]]]:
    """Name and figures of every Reason that the code of the checks makes."""
    for path in (ROOT / "reconciliation").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Reason" and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    yield str(first.value), set()


def test_every_reason_that_a_check_gives_has_words_in_both_languages():
    named = {name for name, _ in reasons()}
    assert named >= {"never_ran", "nothing_compared"}
    assert sorted(name for name in named if f"reason.{name}" not in EN) == []


def test_every_check_has_a_name_and_a_question_in_both_languages():
    assert (
        sorted(name for each in checks() for name in (f"check.{each}", f"check_is.{each}") if name not in EN)
        == []
    )


def shipped() -> Iterator[str]:
    """The questions of the shipped comparison files, and the reasons that they give."""
    for path in sorted((ROOT / "mappings/gcms/compare").glob("*.yaml")):
        told = YAML(typ="safe").load(path)
        for part in ("totals", "relations", "identity"):
            yield from (f"subject.{name}" for name in told.get(part) or {})
        for _, value in walk(told, "may_be_empty"):
            yield f"why.{value}"
        for _, value in walk(told, "unchecked"):
            yield from (f"why.{reason}" for reason in value.values())


def walk(told: Any, wanted: str) -> Iterator[tuple[str, Any]]:
    """Every value under that name, however deep."""
    for name, value in told.items() if isinstance(told, dict) else enumerate(told):
        if name == wanted:
            yield name, value
        elif isinstance(value, dict | list):
            yield from walk(value, wanted)


def test_the_shipped_comparison_files_are_told_in_french_too():
    told = set(shipped())
    assert len(told) > 20
    assert sorted(told - FR.keys()) == []


def test_a_name_that_nobody_wrote_down_is_an_error():
    with pytest.raises(KeyError, match=r"no message verdict\.good in fr\.po"):
        Language("fr").text("verdict.good")


def test_an_unknown_reason_is_told_by_its_name_and_figures():
    assert Language("en").reason("cut_short", {"after": "3"}) == "cut short (after 3)"


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("whole", [10**6, 10**9])
def test_a_share_is_never_rounded_to_none_or_to_all(code, whole):
    language = Language(code)
    none, everything = language.percent(0, whole), language.percent(whole, whole)
    assert re.match("0|100", none)
    assert re.match("0|100", everything)
    for part in (1, whole // 10_000, whole - whole // 10_000, whole - 1):
        assert not re.match(r"(0|100)([.,]0)?\D*$", language.percent(part, whole))


def test_a_share_of_nothing_is_no_share():
    assert Language("en").percent(0, 0) == "–"


def test_english_and_french_write_numbers_money_and_dates_in_the_canadian_way():
    en, fr = Language("en"), Language("fr")
    assert en.number(1234567) == "1,234,567"
    assert fr.number(1234567) == f"1{BLANK}234{BLANK}567"
    assert en.amount(Decimal("1234.5"), "CAD") == "$1,234.50"
    assert fr.amount(Decimal("1234.5"), "CAD") == f"1{BLANK}234,50{BLANK}$"
    assert en.instant("2027-01-14T03:15:02Z") == "January 14, 2027, 03:15 UTC"
    assert fr.instant("2027-01-14T03:15:02Z") == "14 janvier 2027, 03 h 15 UTC"
    assert [fr.date(day) for day in ("2027-01-01", "2027-01-11")] == ["1er janvier 2027", "11 janvier 2027"]
    assert en.date("2027-01-01") == "January 1, 2027"
    assert en.percent(1, 3) == "33.3%"
    assert fr.percent(1, 3) == f"33,3{BLANK}%"


def test_french_nothing_is_singular_and_english_plural():
    assert Language("en").count("differences", 0) == "0 differences"
    assert Language("fr").count("differences", 0) == "0 écart"
    assert Language("fr").count("differences", 2) == "2 écarts"


def test_figures_of_a_reason_are_written_as_the_language_writes_them():
    given = {"roots": "2560", "of": "2601", "since": "2027-01-14T03:15:00Z", "name": "20270114T031500Z"}
    assert Language("en").reason("unchanged", given).startswith("2,560 of 2,601 legacy roots")
    assert "January 14, 2027, 03:15 UTC" in Language("en").reason("unchanged", given)
    assert Language("fr").reason("unchanged", given).startswith(f"2{BLANK}560 des 2{BLANK}601 dossiers")
