"""Take the safeguards away one at a time and see that the tests notice.

    python tools/sabotage.py [--quick] [WORD ...]      those whose names hold all the words; all without words

Works in a copy of the tree. A suite that stays green without a safeguard proves nothing about it: exit code 1.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.sabotage.safeguards import SAFEGUARDS, Safeguard  # noqa: E402

FAILED = re.compile(r"^(?:FAILED|ERROR) .+?::(.+?)(?: - .*)?$", re.MULTILINE)


@dataclass(frozen=True)
class Finding:
    """What happened without a safeguard: the test that noticed, or why none did."""

    safeguard: Safeguard
    noticed: str | None
    output: str


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="only those that need no database server")
    parser.add_argument("words", nargs="*", help="words that the names must hold")
    asked = parser.parse_args()
    chosen = [s for s in SAFEGUARDS if (s.quick or not asked.quick) and all(w in s.name for w in asked.words)]
    unnoticed = 0
    with copy_of_the_tree() as tree:
        for safeguard in chosen:
            began = time.monotonic()
            finding = without(safeguard, tree)
            unnoticed += finding.noticed is None
            told = finding.noticed or "NO TEST FAILS"
            print(f"{safeguard.name:58}  {told}  ({time.monotonic() - began:.0f} s)", flush=True)
            if finding.noticed is None:
                print(finding.output[-1_500:])
    print(f"\n{len(chosen)} safeguards taken away, {unnoticed} times unnoticed")
    return 1 if unnoticed or not chosen else 0


@contextmanager
def copy_of_the_tree() -> Iterator[Path]:
    """The files of the tree as they are now, new ones too, in a folder of their own."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    with tempfile.TemporaryDirectory(prefix="sabotage-") as folder:
        for name in filter(None, listed.stdout.split("\0")):
            if (ROOT / name).is_file():
                (Path(folder) / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, Path(folder) / name)
        yield Path(folder)


def without(safeguard: Safeguard, tree: Path) -> Finding:
    """Run its tests in the tree without the safeguard, which is put back afterwards."""
    file = tree / safeguard.file
    whole = file.read_text(encoding="utf-8")
    if (count := whole.count(safeguard.old)) != 1:
        return Finding(
            safeguard, None, f"its text stands {count} times in {safeguard.file}: correct the list"
        )
    file.write_text(whole.replace(safeguard.old, safeguard.new), encoding="utf-8")
    try:
        done = _tests(tree, *safeguard.tests)
    finally:
        file.write_text(whole, encoding="utf-8")
    failed = FAILED.search(done.stdout)
    return Finding(
        safeguard, failed[1] if done.returncode == 1 and failed else None, done.stdout + done.stderr
    )


def _tests(tree: Path, file: str, only: str) -> "subprocess.CompletedProcess[str]":
    # Compiled files are told apart by second and size, which is not enough here; and no test of this run's own pytest.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment |= {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(tree)}
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", file, "-k", only]
    return subprocess.run(command, cwd=tree, check=False, capture_output=True, text=True, env=environment)


if __name__ == "__main__":
    sys.exit(main())
