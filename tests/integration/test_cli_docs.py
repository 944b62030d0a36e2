"""What README and docs show is run: every code block that is marked `sh run`, in a folder of its own."""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
RUNNABLE = re.compile(r"^```sh run\n(.*?)^```", re.MULTILINE | re.DOTALL)
BLOCKS = [(page, block) for page in PAGES for block in RUNNABLE.findall(page.read_text(encoding="utf-8"))]


def test_there_is_something_to_run():
    assert BLOCKS


@pytest.fixture
def folder():
    """Not below pytest's own: another pytest that starts takes from the server's account the way to there."""
    with tempfile.TemporaryDirectory(prefix="case-migrate-") as name:
        yield Path(name)


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("page", "block"), BLOCKS, ids=[f"{page.name} {at}" for at, (page, _) in enumerate(BLOCKS)]
)
def test_what_is_shown_runs(page, block, folder):
    program = folder / "bin" / "migrate"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m migrate "$@"\n')
    program.chmod(0o755)
    env = os.environ | {"PATH": f"{program.parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    env.pop("GCMS_URL", None)
    done = subprocess.run(
        ["/bin/sh", "-euxc", block], cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
