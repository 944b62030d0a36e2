"""The tutorial is walked as a reader would: its files written, its commands typed, its answers compared."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.walkthrough import HOME, ROOT, Walker, agrees, steps

PAGE = ROOT / "docs" / "tutorial.md"


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not below pytest's own: another pytest that starts takes from the server's account the way to there."""
    with tempfile.TemporaryDirectory(prefix="case-migrate-") as name:
        yield Path(name)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_tutorial_says_what_the_program_does(folder: Path) -> None:
    walker = Walker(folder / HOME)
    walker.folder.mkdir()
    shutil.copy(ROOT / "docs" / "tutorial" / "shop.sql", walker.folder)
    walked = 0
    for step in steps(PAGE.read_text(encoding="utf-8")):
        if step.title:
            walker.write(step.title, step.text)
            continue
        said = walker.answer(step.command)
        walked += 1
        assert agrees(step.shown, said), (
            f"{PAGE.name}:{step.line} $ {step.command}\n--- shown\n{step.shown}--- said\n{said}"
        )
    assert walked > 20


def test_a_line_of_an_ellipsis_stands_for_any_lines() -> None:
    assert agrees("a\n…\nd\n", "a\nb\nc\nd\n")
    assert agrees("…\n", "")
    assert not agrees("a\n…\n", "b\n")
    assert not agrees("a\n", "a\nb\n")


def test_what_passes_is_not_compared() -> None:
    assert agrees("run 1, 0.4 s\n", "run 1, 12.0 s\n")
    assert agrees("at 2026-11-23T09:13:49Z\n", "at 2027-01-01T00:00:00Z\n")
    assert not agrees("run 1, 0.4 s\n", "run 2, 0.4 s\n")
