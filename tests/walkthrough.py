"""A page that shows a walk through the program, as something that can be walked.

    ```yaml title="mappings/staff.yaml"     a file that the reader writes
    ```console                              commands after `$ ` with what they say

The blocks are done in their order in one folder. What is shown has to be what is said: a line `…` stands for any lines,
and what differs from time to time (instants, seconds, hashes) is not compared.

    python -m tests.walkthrough docs/tutorial.md docs/tutorial/shop.sql     writes what is said into the page
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
ANYTHING = "…"
HOME = "my-shop"
"""What the folder of the walk is called on a page."""

_BLOCK = re.compile(
    r'^```(?P<kind>console|\w+ title="(?P<title>[^"]+)")\n(?P<body>.*?)^```$', re.MULTILINE | re.DOTALL
)
_PASSING = (
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"), "<instant>"),
    (re.compile(r"\b\d+(\.\d+)? s\b"), "<seconds>"),
    (re.compile(r"\b[0-9a-f]{12,64}\b"), "<hash>"),
)


@dataclass(frozen=True, slots=True)
class Step:
    """A file to write (title and its text), or a command with what is shown of its answer."""

    line: int
    start: int  # of what is shown, in the page
    end: int
    command: str = ""
    shown: str = ""
    title: str = ""
    text: str = ""


def steps(page: str) -> Iterator[Step]:
    """Files and commands of a page, in order."""
    for block in _BLOCK.finditer(page):
        line = page.count("\n", 0, block.start()) + 1
        if block["title"]:
            yield Step(line, 0, 0, title=block["title"], text=block["body"])
            continue
        for command in re.finditer(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block["body"], re.MULTILINE):
            at = block.start("body")
            line = page.count("\n", 0, at + command.start()) + 1
            start, end = at + command.start(2), at + command.end(2)
            yield Step(line, start, end, command=command[1], shown=command[2])


@dataclass(frozen=True, slots=True)
class Walker:
    """Somebody at a terminal in a folder, with `migrate` and `python` in reach."""

    folder: Path

    def answer(self, command: str) -> str:
        """What the command says, results and remarks as they come."""
        done = subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=self.folder,
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=100,
        )
        said = done.stdout.replace(str(self.folder.resolve()), f"~/{HOME}")
        return "\n".join(line.rstrip() for line in said.splitlines()) + "\n" * bool(said)

    def write(self, title: str, text: str) -> None:
        """A file of the page."""
        path = self.folder / title
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def _environment(self) -> dict[str, str]:
        programs = self.folder.parent / "bin"
        if not programs.exists():
            programs.mkdir()
            for name, module in {"migrate": "-m migrate", "python": ""}.items():
                (programs / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {module} "$@"\n')
                (programs / name).chmod(0o755)
        kept = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
        paths = {"PATH": f"{programs}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
        return kept | paths | {"PYTHONUNBUFFERED": "1", "LC_ALL": "C.UTF-8"}


def agrees(shown: str, said: str) -> bool:
    """Whether what a page shows is what the program said."""
    parts = [re.escape(_lasting(part)) for part in re.split(rf"^{ANYTHING}\n", shown, flags=re.MULTILINE)]
    return re.fullmatch("(?:.*\n)*?".join(parts), _lasting(said)) is not None


def _lasting(text: str) -> str:
    for pattern, name in _PASSING:
        text = pattern.sub(name, text)
    return re.sub(r" +$|(?<=\S) {2,}", "  ", re.sub("─+", "─", text), flags=re.MULTILINE)


def main(page: Path, *files: Path) -> None:
    """Walk a page and write into it what is said."""
    text = page.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        walker = Walker(Path(folder) / HOME)
        walker.folder.mkdir()
        for file in files:
            shutil.copy(file, walker.folder)
        changes = []
        for step in steps(text):
            if step.title:
                walker.write(step.title, step.text)
                continue
            said = walker.answer(step.command)
            if not agrees(step.shown, said):
                changes.append((step, said))
    for step, said in reversed(changes):
        text = text[: step.start] + said + text[step.end :]
    page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
