"""What a report says of evidence, in each form: facts about the numbers, the pages, the tables, the masks.

The pages of a made-up reconciliation stand in `tests/golden/report/`, style sheet left out. Write them anew with
GOLDEN=write after a change that is meant, read the difference, and look at the page.
"""

import csv
import doctest
import importlib
import io
import json
import os
import re
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pytest

from migrate.cli.documents import ReconcileDocument
from reconciliation.folder import Folder
from reconciliation.model import Kind, Look, Measure, Subject, Verdict
from reconciliation.report.build import build
from reconciliation.report.csv import ALIVE, guarded, sheets
from reconciliation.report.differences import EXAMPLES
from reconciliation.report.html import curve, page
from reconciliation.report.language import LANGUAGES, Language
from reconciliation.report.model import Figure, Past, Report, State
from reconciliation.report.writing import FORMATS, write
from tests import evidence

GOLDEN = Path(__file__).parent.parent / "golden" / "report"
MODULES = ("masking", "html", "csv")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return evidence.made(tmp_path_factory.mktemp("evidence"))


def figures(report: Report) -> dict[str, Figure]:
    return {figure.name: figure for figure in report.figures}


# --- the twelve numbers


def test_there_are_twelve_numbers_and_each_has_words(folder):
    told = figures(build(folder))
    assert len(told) == 12
    asked = [f"figure.{name}.{more}" for name in told for more in ("more", "none")]
    assert [name for name in asked for code in LANGUAGES if not Language(code).has(name)] == []


def test_the_numbers_are_those_of_the_evidence(folder):
    told = figures(build(folder))
    assert {name: (figure.value, figure.of, figure.state) for name, figure in told.items()} == {
        "answered": (10, 12, State.LOOK),
        "different": (6, 10, State.BAD),
        "entities": (6386, None, State.PLAIN),
        "left_out": (140, None, State.LOOK),
        "values": (4571, None, State.PLAIN),
        "class_a": (2, None, State.BAD),
        "class_bc": (1, None, State.LOOK),
        "missing_extra": (2, None, State.BAD),
        "in_flight": (1, None, State.LOOK),
        "money": (1, None, State.BAD),
        "drill": (38, 40, State.BAD),
        "disparity": (1, None, State.BAD),
    }
    assert told["money"].amounts == {"CAD": Decimal("100.00")}
    assert dict(told["missing_extra"].given) == {"missing": 1, "extra": 1}


def test_of_evidence_that_asked_nothing_no_number_is_good(tmp_path):
    report = build(evidence.made(tmp_path, only=set(), context={}, manifest={}))
    assert report.verdict is Verdict.INCOMPLETE
    states = {figure.name: figure.state for figure in report.figures}
    assert states.pop("answered") is State.LOOK
    assert set(states.values()) == {State.UNKNOWN}


def test_what_was_compared_in_part_is_not_good_yet(tmp_path):
    folder = Folder.make(tmp_path, "x")
    folder.subjects([Subject("rows", "client", "person"), Subject("rows", "client", "address")])
    folder.measure(Measure("rows", "client", "person", "rows", 5, 5, 5))
    folder.close({}, {})
    told = figures(build(Folder.open(tmp_path)))
    for name in ("class_a", "class_bc", "missing_extra", "different"):
        assert (told[name].value, told[name].state, told[name].note) == (0, State.LOOK, "part"), name


def test_what_was_compared_as_a_whole_and_is_alike_is_good(tmp_path):
    folder = Folder.make(tmp_path, "x")
    folder.subjects([Subject("rows", "client", "person")])
    folder.measure(Measure("rows", "client", "person", "rows", 5, 5, 5))
    folder.close({}, {"quarantine": []})
    told = figures(build(Folder.open(tmp_path)))
    assert {name for name, figure in told.items() if figure.state is State.GOOD} == {
        "answered", "different", "class_a", "class_bc", "missing_extra", "left_out",
    }  # fmt: skip


def test_too_much_money_here_does_not_make_up_for_too_little_there(tmp_path):
    folder = Folder.make(tmp_path, "x")
    folder.subjects([Subject("totals", "application", "fee")])
    for part, legacy, platform in (("a", "10.00", "9.00"), ("b", "9.00", "10.00")):
        money = (Decimal(legacy), Decimal(platform))
        folder.measure(Measure("totals", "application", "fee", "CAD", *money, 1, {"office": part}))
    folder.close({}, {})
    assert figures(build(Folder.open(tmp_path)))["money"].amounts == {"CAD": Decimal("2.00")}


def test_books_that_do_not_balance_are_said_to(tmp_path):
    books = {"client": {"read": 10, "created": 7, "rejected": 1, "deleted": 4}}
    report = build(evidence.made(tmp_path, context={"books": books}))
    told = figures(report)["entities"]
    assert (told.value, told.state, told.given["left_over"]) == (10, State.BAD, 2)
    assert "Unaccounted for: 2." in page(report, Language("en"))


def test_what_two_checks_find_counts_once_among_the_numbers(tmp_path):
    lines = [
        evidence.line("keys", "client", "person", Kind.MISSING, key="1-A", table="S_CONTACT"),
        evidence.line("rows", "client", "person", Kind.MISSING, key="1-A", table="S_CONTACT", id="a-b-c"),
    ]
    told = figures(build(evidence.made(tmp_path, lines=lines)))
    assert told["missing_extra"].value == 1


def test_amounts_of_two_currencies_are_never_added(tmp_path):
    folder = Folder.make(tmp_path, "x")
    folder.subjects([Subject("totals", "application", "fee")])
    for currency, amount in (("CAD", "10.50"), ("USD", "3.25")):
        folder.measure(Measure("totals", "application", "fee", currency, Decimal(amount), Decimal(amount), 1))
    folder.close({}, {})
    report = build(Folder.open(tmp_path))
    (line,) = report.checks[0].lines
    assert [(each.unit, str(each.legacy)) for each in line.sums] == [("CAD", "10.50"), ("USD", "3.25")]
    text = page(report, Language("en"))
    assert "$10.50" in text
    assert "US$3.25" in text
    written = [
        path
        for kind in ("json", "csv")
        for path in write(Folder.open(tmp_path), tmp_path / "o", kind, ["en"])
    ]
    for told in (text, *(path.read_text() for path in written)):
        assert "13.75" not in told
    assert sum("10.50" in path.read_text() and "3.25" in path.read_text() for path in written) == 2


# --- the pages


def scrubbed(text: str) -> str:
    """Without the style sheet and its hash."""
    text = re.sub(r"<style>.*?</style>", "<style>…</style>", text, flags=re.DOTALL)
    return re.sub(r"sha256-[\w+/]+=", "sha256-…", text)


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_page_is_the_golden_one(folder, code):
    other = next(each for each in LANGUAGES if each != code)
    made = scrubbed(page(build(folder), Language(code), f"{folder.path.name}.{other}.html"))
    path = GOLDEN / f"page.{code}.html"
    if os.environ.get("GOLDEN") == "write":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(made, encoding="utf-8")
    assert made.splitlines() == path.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("only", [[], ["quality"], ["identity"], ["counts", "keys"]], ids="+".join)
def test_there_is_a_page_for_any_part_of_it(tmp_path, code, only):
    report = build(evidence.made(tmp_path, only=only, context={}, manifest={}))
    text = page(report, Language(code))
    assert f"<h1>{Language(code).text(f'verdict.{report.verdict}')}</h1>" in text
    assert text.count(Language(code).text("not_known")) >= 6


def test_nothing_compared_is_shown_as_incomplete_and_never_as_the_same(tmp_path):
    text = page(build(evidence.made(tmp_path, only=set(), context={}, manifest={})), Language("en"))
    assert 'class="verdict incomplete"' in text
    assert 'class="verdict same"' not in text
    assert "Nothing was asked, so nothing is known." in text


@pytest.mark.parametrize("looks", [(), (Look.ALLOWED,), (Look.IN_FLIGHT,), (Look.ALLOWED, Look.IN_FLIGHT)])
def test_a_page_that_says_the_same_says_beside_it_what_is_allowed_or_in_flight(tmp_path, looks):
    lines = [evidence.line("rows", "client", "person", Kind.CONFLICT, key="1-A", look=look) for look in looks]
    report = build(evidence.made(tmp_path, only={"rows"}, lines=lines))
    text = page(report, Language("en"))
    counted = {look: looks.count(look) for look in Look}
    said = f"allowed: {counted[Look.ALLOWED]}; in flight: {counted[Look.IN_FLIGHT]}." in text
    assert report.verdict is Verdict.SAME
    assert ("every answer is the same" in text, said) == (not looks, bool(looks))
    assert ("No difference was found among what was compared." in text) == (not looks)


def test_a_page_allows_no_script_and_nothing_from_elsewhere(folder):
    text = page(build(folder), Language("fr"))
    assert "default-src &#39;none&#39;" in text
    assert re.findall(r"<(?:script|link|img|iframe|object|embed|base|form)\b", text) == []
    assert re.findall(r"\s(?:style|on\w+)=", text) == []
    assert [link for link in re.findall(r'href="([^"]*)"', text) if not link.startswith("#")] == []


class Tags(HTMLParser):
    """Every element of a page, with the names of its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: set[tuple[str, str]] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.update((tag, name) for name, _ in [*attrs, ("", "")])


def test_no_text_becomes_an_element_or_an_attribute(folder, tmp_path):
    usual = Tags(page(build(folder, unmask=True), Language("en"), "x.html")).found
    naughty = Tags(page(build(evidence.naughty(tmp_path), unmask=True), Language("en"), "x.html")).found
    assert naughty - usual <= {("th", "rowspan"), ("td", "rowspan")}


def test_groups_of_people_are_shown_with_their_rates_and_the_small_ones_not(folder):
    (question,) = build(folder).people
    assert question.what == "client rejected by citizenship"
    told = {each.value: (each.bears, each.total, each.disparity) for each in question.groups}
    assert told == {
        "IRN": (12, 100, True), "IND": (9, 620, False), "PHL": (None, None, False), "FRA": (None, None, False),
        "NRU": (None, None, False),
    }  # fmt: skip
    assert (question.groups[0].value, question.disparities, question.hidden) == ("IRN", 1, 0)
    assert question.groups[0].low < 0.12 < question.groups[0].high


def test_examples_are_few_and_the_rest_is_counted(tmp_path):
    lines = [
        evidence.line("rows", "client", "person", Kind.CONFLICT, key=f"1-{number}", legacy="a", platform="b")
        for number in range(50)
    ]
    (kind,) = build(evidence.made(tmp_path, lines=lines)).kinds
    assert (kind.count, kind.groups[0].count, len(kind.groups[0].examples)) == (50, 50, EXAMPLES)


def test_a_page_over_100_000_differences_stays_small(tmp_path):
    folder = evidence.large(tmp_path, 100_000)
    for code in LANGUAGES:
        assert len(page(build(folder), Language(code)).encode()) < 5_000_000


def test_the_curve_reaches_the_top_only_if_all_is_the_same():
    def past(same: int, of: int) -> Past:
        return Past("x", None, "different", of, same, 0, 0)

    heights = [point.y for point in curve([past(10_000, 10_000), past(9_999, 10_000), past(0, 0)], 100, 100)]
    assert heights == [0, 8, 100]


# --- the masks


def everything(folder: Folder, out: Path, *, unmask: bool) -> str:
    written = [path for kind in FORMATS for path in write(folder, out, kind, LANGUAGES, unmask=unmask)]
    return "".join(path.read_text(encoding="utf-8") for path in written)


def test_no_value_of_a_person_is_shown_unless_asked_for(folder, tmp_path):
    masked, shown = (everything(folder, tmp_path / str(unmask), unmask=unmask) for unmask in (False, True))
    for value in ("1990-01-02", "1971-11-30", "חביב", "Habib", "k1a 0b1"):
        assert value not in masked
    for value in ("1990-01-02", "חביב"):
        assert value in shown
    assert Language("fr").text("unmasked") in shown
    assert Language("fr").text("unmasked") not in masked


# --- the tables


def table(folder: Folder, name: str, code: str = "en", *, unmask: bool = False) -> bytes:
    made = sheets(folder, Language(code), unmask=unmask)
    return {sheet.name: b"".join(sheet.parts) for sheet in made}[name]


def test_the_table_for_programs_holds_every_value_as_it_is(tmp_path):
    wild = ["=1+1", "a,b", 'say "x"', "two\nlines", "", None, " blank ", "é\u0301", "\t@x"]
    lines = [
        evidence.line("rows", "client", "person", Kind.CONFLICT, key=f"1-{n}", legacy=value, platform="x")
        for n, value in enumerate(wild)
    ]
    data = table(evidence.made(tmp_path, lines=lines), "differences.exact.csv", unmask=True)
    read = pa.csv.read_csv(
        io.BytesIO(data),
        parse_options=pa.csv.ParseOptions(newlines_in_values=True),
        convert_options=pa.csv.ConvertOptions(
            strings_can_be_null=True, quoted_strings_can_be_null=False, column_types={"legacy": pa.string()}
        ),
    )
    assert read["legacy"].to_pylist() == wild


def test_the_table_for_people_is_what_rfc_4180_says_with_headings_in_their_language(folder):
    data = table(folder, "findings.spreadsheet.csv", "fr")
    assert data.startswith("\ufeff".encode())
    assert data.count(b"\r\n") == data.count(b"\n") == 13
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert rows[0][:3] == ["Vérification", "Dossier", "Objet"]
    assert rows[3][:5] == ["Totaux", "Demande", "fee by currency and month", "A", "Différent"]
    assert rows[3][5:9] == ["CAD", "219250.50", "219150.50", ""]


@pytest.mark.parametrize("first", ALIVE)
def test_no_text_begins_a_formula(first):
    assert guarded(f"{first}cmd|' /C calc'!A0").startswith("'")


# --- again


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("unmask", [False, True])
def test_the_same_evidence_gives_the_same_bytes(tmp_path, kind, unmask):
    made = [evidence.made(tmp_path / place) for place in ("a", "b")]
    one, other = (
        [path.read_bytes() for path in write(folder, tmp_path / f"o{n}", kind, LANGUAGES, unmask=unmask)]
        for n, folder in enumerate(made)
    )
    assert one == other


def test_the_document_is_as_its_schema_says(folder, tmp_path):
    from pydantic import TypeAdapter

    (path,) = write(folder, tmp_path, "json", LANGUAGES)
    told = json.loads(path.read_text(encoding="utf-8"))
    TypeAdapter(ReconcileDocument).validate_python(told, strict=True)
    assert told.keys() == ReconcileDocument.__annotations__.keys()
    assert told["exit"] == 1


def test_what_is_written_is_for_its_owner_alone(folder, tmp_path):
    for path in write(folder, tmp_path / "out", "html", LANGUAGES):
        assert path.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o700


def with_data_docs(root: Path) -> Folder:
    folder = Folder.make(root, "x")
    (folder.path / "data-docs").mkdir()
    (folder.path / "data-docs/index.html").touch()
    folder.close({}, {"data_docs": "data-docs/index.html"})
    return Folder.open(root)


def test_data_docs_are_linked_where_they_are_part_of_the_evidence_and_nowhere_else(folder, tmp_path):
    (text, _) = (path.read_text() for path in write(folder, tmp_path / "out", "html", LANGUAGES))
    assert "data-docs/index.html</bdi>" in text
    linked = with_data_docs(tmp_path / "evidence")
    (text, _) = (path.read_text() for path in write(linked, tmp_path / "out", "html", LANGUAGES))
    assert 'href="../evidence/x/data-docs/index.html"' in text


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_the_docstrings_hold(name):
    result = doctest.testmod(importlib.import_module(f"reconciliation.report.{name}"))
    assert result.attempted
    assert result.failed == 0


def test_differences_that_are_allowed_or_in_flight_are_no_examples(tmp_path):
    lines = [
        evidence.line(
            "rows", "client", "person", Kind.CONFLICT, key="1-A", look=look, legacy="a", platform="b"
        )
        for look in (Look.ALLOWED, Look.IN_FLIGHT)
    ]
    assert build(evidence.made(tmp_path, lines=lines)).kinds == ()
