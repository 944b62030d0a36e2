"""The pages in a browser: what people can read and reach, on a screen of any width and on paper; and nothing is alive.

axe-core looks at every page. The pages of naughty strings run no script, ask for no address, and show each string as
the text that it is.
"""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciliation.folder import Folder
from reconciliation.report.build import build
from reconciliation.report.csv import ALIVE, sheets
from reconciliation.report.html import page, plain
from reconciliation.report.language import LANGUAGES, Language
from tests import evidence
from tests.browser import Browser, Page, browser
from tests.components import axe_core, require
from tests.naughty import NAUGHTY

PARTS: dict[str, dict[str, Any]] = {
    "different": {},
    "same": {"only": {"identity", "relations"}, "lines": ()},
    "incomplete": {"only": {"quality"}},
    "nothing": {"only": set(), "context": {}, "manifest": {}},
}
WIDE = (1280, 320)
LETTER = (695, 927)
"""A letter page between its margins, in pixels of 1/96 inch."""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    require("chromium")
    with browser() as made:
        yield made


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Path]:
    """(part, language) -> its page."""
    place = tmp_path_factory.mktemp("pages")
    made = {}
    for name, part in PARTS.items():
        report = build(evidence.made(place / name, **part))
        for code in LANGUAGES:
            made[name, code] = place / f"{name}.{code}.html"
            made[name, code].write_text(page(report, Language(code), "other.html"), encoding="utf-8")
    return made


def opened(shown: Page) -> None:
    """Everything that may be unfolded is."""
    shown.value("document.querySelectorAll('details').forEach(each => each.open = true)")


def violations(shown: Page) -> list[str]:
    """What axe-core finds, each with its first place."""
    script = axe_core()
    assert script is not None
    shown.value(script.read_text(encoding="utf-8") + "\n;0")
    found = shown.value("axe.run(document, {resultTypes: ['violations']}).then(told => told.violations)")
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found]


@pytest.mark.parametrize("wide", WIDE)
@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("part", PARTS)
def test_axe_finds_nothing(chromium, pages, part, code, wide):
    require("axe-core")
    shown = chromium.open(pages[part, code], wide=wide)
    opened(shown)
    assert violations(shown) == []
    shown.close()


def test_axe_would_find_something(chromium, pages, tmp_path):
    require("axe-core")
    text = pages["different", "en"].read_text(encoding="utf-8")
    broken = tmp_path / "broken.html"
    for old, new in ((' lang="en-CA"', ""), ("--soft: #47515a", "--soft: #b9bec3"), ("style-src", "x-src")):
        text = text.replace(old, new, 1)
    broken.write_text(text.replace("default-src", "y-src", 1), encoding="utf-8")
    found = {each.partition(":")[0] for each in violations(chromium.open(broken))}
    assert found == {"color-contrast", "html-has-lang"}


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("part", PARTS)
def test_at_320_pixels_only_tables_scroll_sideways_and_by_themselves(chromium, pages, part, code):
    shown = chromium.open(pages[part, code], wide=320)
    opened(shown)
    assert shown.value("document.scrollingElement.scrollWidth") == 320
    cut = """[...document.querySelectorAll('main *, header *')].filter(each =>
        !each.closest('.scroll, svg, .unseen') && each.getBoundingClientRect().right > 320.5).length"""
    assert shown.value(cut) == 0
    shown.close()


@pytest.mark.parametrize("code", LANGUAGES)
def test_on_paper_the_differences_are_unfolded_and_the_rest_is_as_on_the_screen(chromium, pages, code):
    shown = chromium.open(pages["different", code], wide=700)
    assert shown.value("document.querySelector('#differences .inner').checkVisibility()") is False
    shown.call("Emulation.setEmulatedMedia", media="print")
    inner = "[...document.querySelectorAll('{} > .inner')].{}(each => each.checkVisibility())"
    assert shown.value(inner.format("#differences details", "every")) is True
    assert shown.value(inner.format("details[open]", "every")) is True
    assert shown.value(inner.format("section:not(#differences) > details:not([open])", "some")) is False
    shown.close()


@pytest.mark.parametrize("code", LANGUAGES)
def test_on_paper_no_table_is_cut_though_all_is_unfolded(chromium, pages, code):
    shown = chromium.open(pages["different", code], wide=700)  # about a letter page between its margins
    shown.value("document.querySelectorAll('details').forEach(each => each.open = true)")
    shown.call("Emulation.setEmulatedMedia", media="print")
    wide = "[...document.querySelectorAll('table')].filter(t => t.getBoundingClientRect().right > 701).length"
    assert shown.value(wide) == 0
    shown.close()


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("part", PARTS)
def test_the_verdict_and_the_twelve_numbers_are_the_first_page(chromium, pages, part, code):
    wide, high = LETTER
    shown = chromium.open(pages[part, code], wide=wide)
    shown.call("Emulation.setEmulatedMedia", media="print")
    shown.resize(wide)
    assert (
        0 < shown.value("document.querySelector('.figures').getBoundingClientRect().bottom + scrollY") <= high
    )
    shown.close()


@pytest.mark.parametrize("part", PARTS)
def test_a_page_makes_no_noise_and_asks_for_nothing(chromium, pages, part):
    shown = chromium.open(pages[part, "fr"])
    assert (shown.noises, shown.requests) == ([], [])
    shown.close()


def test_a_script_in_a_page_would_not_run(chromium, pages, tmp_path):
    """The policy holds by itself, should something ever get past the escaping."""
    text = pages["different", "en"].read_text(encoding="utf-8")
    planted = tmp_path / "planted.html"
    planted.write_text(
        text.replace(
            "<main", "<script>alert(1)</script><img src=http://example.com/x.png onerror=alert(2)><main", 1
        )
    )
    shown = chromium.open(planted)
    assert not [noise for noise in shown.noises if noise.startswith("dialog")]
    assert any("Content Security Policy" in noise for noise in shown.noises)
    shown.close()


# --- naughty strings


@pytest.fixture(scope="module")
def dangerous(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return evidence.naughty(tmp_path_factory.mktemp("naughty"))


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("unmask", [False, True])
def test_no_string_is_alive_in_a_page_and_each_is_shown_as_it_is(chromium, dangerous, tmp_path, code, unmask):
    path = tmp_path / "page.html"
    path.write_text(page(build(dangerous, unmask=unmask), Language(code)), encoding="utf-8")
    shown = chromium.open(path)
    opened(shown)
    shown.value("document.querySelectorAll('a, summary, [tabindex]').forEach(each => { each.focus() })")
    assert (shown.noises, shown.requests) == ([], [])
    assert (
        shown.value(
            "document.querySelectorAll('script, img, iframe, object, embed, form, base, link').length"
        )
        == 0
    )
    texts = set(shown.value("[...document.querySelectorAll('bdi')].map(each => each.textContent)"))
    assert [text for text in NAUGHTY if plain(text) not in texts] == []
    assert len(NAUGHTY) > 100
    shown.close()


def test_axe_finds_nothing_in_a_page_of_naughty_strings(chromium, dangerous, tmp_path):
    require("axe-core")
    path = tmp_path / "page.html"
    path.write_text(page(build(dangerous), Language("fr")), encoding="utf-8")
    shown = chromium.open(path, wide=320)
    assert shown.value("document.scrollingElement.scrollWidth") == 320
    assert violations(shown) == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_cell_of_a_spreadsheet_is_alive_and_each_text_is_there(dangerous, code):
    made = sheets(dangerous, Language(code), unmask=True)
    cells: set[str] = set()
    for sheet in made:
        if "spreadsheet" in sheet.name:
            text = b"".join(sheet.parts).decode("utf-8-sig")
            rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
            assert len({len(row) for row in rows}) == 1  # nothing spilled into a cell of its own
            cells.update(cell for row in rows for cell in row)
    assert [cell for cell in cells if cell.startswith(tuple(ALIVE)) and not _number(cell)] == []
    assert [text for text in NAUGHTY if text not in cells and f"'{text}" not in cells] == []


def _number(cell: str) -> bool:
    """A figure of ours, which may be negative."""
    return cell.removeprefix("-").replace(".", "", 1).isdigit()


def test_what_programs_read_is_json_whatever_the_strings(dangerous, tmp_path):
    from reconciliation.report.json import as_text, document

    told = json.loads(as_text(document(dangerous)))
    assert {check["entity"] for check in told["checks"]} >= set(NAUGHTY)


def test_a_bundle_of_naughty_strings_is_verified(dangerous, tmp_path):
    from reconciliation.report.bundle import write_bundle
    from reconciliation.verify_bundle import verified

    (made, _) = write_bundle(dangerous, tmp_path / "x.zip", unmask=True)
    assert verified(made)[1] == 0
