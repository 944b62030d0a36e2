"""The pages are true: what they name exists, what is generated is fresh, what can be done is documented."""

import ast
import importlib.util
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from migrate.cli import manual
from migrate.transform.vocabulary import vocabulary
from tests.servers import ROOT

PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
WRITTEN = [
    page
    for page in PAGES
    if page.name not in ("commands.md", "transforms.md", "platform-model.md", "comparison-forms.md")
]
FOLDERS = (
    "docs",
    "flows",
    "mappings",
    "migrate",
    "reconciliation",
    "requirements",
    "tests",
    "tools",
    "bench",
    ".ci",
)

_LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`\n]+)`")
_PATH = re.compile(rf"(?:{'|'.join(map(re.escape, FOLDERS))})/[\w./-]*")
_TEST = re.compile(r"(tests/[\w/]+\.py)::(test_\w+)")
_COMMAND = re.compile(r"(?:^|[\s`$])migrate ((?:[a-z]+ ?)+)")
_TARGET = re.compile(r"\bmake ([a-z][a-z-]*)")
_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def prose(page: Path) -> str:
    """A page without its blocks of code."""
    return _FENCE.sub("", text(page))


@cache
def anchors(page: Path) -> set[str]:
    """What a link may lead to within a page: its headings, as they are made into anchors; repeats are numbered."""
    found: list[str] = []
    for heading in re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE):
        words = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        found.append(words)
    seen: Counter[str] = Counter()
    numbered = set()
    for anchor in found:
        numbered.add(f"{anchor}-{seen[anchor]}" if seen[anchor] else anchor)
        seen[anchor] += 1
    return numbered


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_somewhere(page):
    dead = []
    for target in _LINK.findall(prose(page)):
        if target.startswith(("http://", "https://")):
            continue
        file, _, anchor = target.partition("#")
        there = (page.parent / file).resolve() if file else page
        if not there.exists() or (anchor and anchor not in anchors(there)):
            dead.append(target)
    assert dead == []


@pytest.mark.parametrize("page", WRITTEN, ids=name)
def test_every_path_that_is_named_exists(page):
    named = {word for code in _CODE.findall(prose(page)) for word in code.split() if _PATH.fullmatch(word)}
    named = {path for path in named if not any(mark in path for mark in ("<", "…", "NNNN"))}
    assert sorted(path for path in named if not (ROOT / path).exists()) == []


def test_every_file_of_the_map_exists():
    (house,) = re.findall(r"```\n(mappings/.*?)```", text(ROOT / "docs/architecture.md"), re.DOTALL)
    named = [word.rstrip(",") for line in house.splitlines() for word in line.split() if _PATH.match(word)]
    assert len(named) > 25
    assert [
        path for path in named if not ((ROOT / path).exists() or (ROOT / "mappings" / path).exists())
    ] == []


@pytest.mark.parametrize("page", WRITTEN, ids=name)
def test_every_function_that_is_named_beside_its_file_exists(page):
    wrong = []
    for path, function in re.findall(r"`(\w[\w/]+\.py)` `([A-Za-z_.]+)`", prose(page)):
        *owner, last = function.split(".")
        source = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        defined = {n.name for n in ast.walk(source) if isinstance(n, ast.FunctionDef | ast.ClassDef)}
        if not {*owner, last} <= defined:
            wrong.append(f"{path} {function}")
    assert wrong == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_test_that_is_named_exists(page):
    named = _TEST.findall(text(page))
    assert [
        f"{file}::{test}" for file, test in named if f"def {test}(" not in (ROOT / file).read_text()
    ] == []


def test_every_law_names_its_test_or_the_part_that_brings_it():
    page = text(ROOT / "docs/architecture.md")
    laws = page.partition("## The laws")[2].partition("## Tests")[0]
    rows = [row for row in laws.splitlines() if row.startswith("| ") and "| Shown by |" not in row]
    assert len(rows) == 12
    assert [row for row in rows if not (_TEST.search(row) or "comes with" in row)] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_command_that_is_named_exists(page):
    known = set(dict(manual.help_pages()))
    groups = {path for path in known if any(other.startswith(f"{path} ") for other in known)}
    wrong = []
    for code in [*_CODE.findall(text(page)), *re.findall(r"^\$ (.*)$", text(page), re.MULTILINE)]:
        for words in _COMMAND.findall(f" {code}"):
            path = "migrate"
            for word in words.split():
                if path in groups and f"{path} {word}" in known:
                    path = f"{path} {word}"
                elif path == "migrate":
                    wrong.append(code)
                    break
    assert wrong == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_target_that_is_named_exists(page):
    targets = set(re.findall(r"^([a-z-]+):", text(ROOT / "Makefile"), re.MULTILINE))
    named = {target for code in _CODE.findall(text(page)) for target in _TARGET.findall(code)}
    assert named - targets == set()


def test_every_command_is_on_its_page_with_every_option():
    page = text(ROOT / "docs/commands.md")
    for path, helped in manual.help_pages():
        assert f"`{path}`" in page
        assert helped in page, path


def test_every_step_rule_and_judge_is_on_its_page():
    page = ROOT / "docs/transforms.md"
    words = vocabulary()
    assert {*words.steps, *words.rules, *words.judges} <= anchors(page)
    for word in (*words.steps.values(), *words.rules.values(), *words.judges.values()):
        entry = text(page).partition(f"\n### {word.name}\n")[2].partition("\n### ")[0]
        assert [option for option in word.options if f"| `{option}" not in entry] == [], word.name


def test_every_rule_is_on_its_page_with_its_reason_in_both_languages():
    from migrate.transform.registry import RULES

    page = text(ROOT / "docs/transforms.md")
    assert [r.name for r in RULES.values() if f"- en: {r.en}\n- fr: {r.fr}\n" not in page] == []


def test_what_is_generated_is_fresh():
    spec = importlib.util.spec_from_file_location("docs", ROOT / "tools" / "docs.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    stale = [path for path, page in tool.documents().items() if not same(ROOT / path, page)]
    assert stale == [], "write them again: make docs"


def same(path: Path, content: str) -> bool:
    return path.is_file() and text(path) == content


def test_decisions_are_numbered_without_gaps_and_have_their_three_parts():
    pages = sorted((ROOT / "docs/decisions").glob("*.md"))
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    for number, page in enumerate(pages, 1):
        assert text(page).startswith(f"# {number}. "), page.name
        parts = re.findall(r"^## (.+)$", text(page), re.MULTILINE)
        assert parts == ["Context", "Decision", "Consequences"], page.name
