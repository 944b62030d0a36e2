"""What a terminal shows: whole numbers whatever its width, and bars only where the cursor can move."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TABLE = """
from migrate.cli.output import Output
from migrate.cli.progress import bar
output = Output(as_json=False)
output.table(("entity", "accepted", "excluded", "held", "rejected"), [("application", 1_234_567, 89_012, 345, 6)])
with bar(output.stderr, "sample", 4, "clients") as drawn:
    drawn.advance(4)
"""


def on_a_terminal(code: str, **environment: str) -> str:
    """What a process writes to a terminal."""
    terminal, inside = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdin=inside, stdout=inside, stderr=inside,
        env={"PATH": os.environ["PATH"], "TERM": "xterm", **environment},
    )  # fmt: skip
    os.close(inside)
    shown = b""
    try:
        while block := os.read(terminal, 65_536):
            shown += block
    except OSError:  # how Linux says that the other end is closed
        pass
    os.close(terminal)
    assert process.wait() == 0, shown
    return shown.decode()


@pytest.mark.parametrize("columns", ["20", "40", "80"])
def test_a_narrow_terminal_cuts_no_number(columns):
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", on_a_terminal(TABLE, COLUMNS=columns))
    for whole in ("application", "1,234,567", "89,012", "345"):
        assert whole in shown


def test_a_terminal_that_cannot_move_its_cursor_gets_plain_lines():
    shown = on_a_terminal(TABLE, TERM="dumb", COLUMNS="80")
    assert "\x1b" not in shown
    assert "sample: 4 of 4 clients, 0 s" in shown
    assert "\r\n\r\n\r\n" not in shown
