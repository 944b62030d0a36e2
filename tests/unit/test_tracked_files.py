"""What is under version control: locks with hashes, no host, no path of anybody's machine."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.servers import ROOT

LOCKS = sorted((ROOT / "requirements").glob("*.lock"))
TEXT = {
    "",
    ".cfg",
    ".csv",
    ".html",
    ".ini",
    ".j2",
    ".json",
    ".lock",
    ".mako",
    ".md",
    ".po",
    ".py",
    ".toml",
    ".txt",
    ".yaml",
    ".yml",
}
HOME = re.compile(r"(?<![\w.])/(?:home|Users|root|work)/[\w.-]+")
REGISTRY = re.compile(  # the brackets keep this very line from naming one
    r"py[p]i\.org|python[h]osted|npm[j]s|index-url\s*=\s*\S", re.IGNORECASE
)


def tracked() -> list[Path]:
    """Files that git knows; all files where this is no checkout."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("not a checkout")
    paths = (ROOT / name for name in done.stdout.split("\0") if name)
    return [path for path in paths if path.suffix in TEXT and path.is_file()]


def pins(lock: Path) -> list[str]:
    """The requirements of a lock, each with its continuation lines."""
    text = re.sub(r"^\s*#.*\n", "", lock.read_text(), flags=re.MULTILINE)
    return [pin for pin in re.sub(r"\\\n", " ", text).splitlines() if pin.strip()]


def versions(lock: Path) -> dict[str, set[str]]:
    """Package -> its versions: several where markers choose among them."""
    found: dict[str, set[str]] = {}
    for pin in pins(lock):
        name, version = re.split(r"[ ;]", pin, maxsplit=1)[0].split("==")
        found.setdefault(normal(name), set()).add(version)
    return found


def normal(name: str) -> str:
    """A package's name without extras, in the one form of PEP 503."""
    return re.sub(r"[-_.]+", "-", name.split("[", maxsplit=1)[0]).lower()


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_lock_pins_a_version_and_hashes_for_every_package(lock: Path) -> None:
    assert pins(lock)
    assert [pin for pin in pins(lock) if not re.match(r"\S+==\S+.* --hash=sha256:[0-9a-f]{64}", pin)] == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_lock_names_no_host(lock: Path) -> None:
    assert "://" not in lock.read_text()


@pytest.mark.parametrize(("smaller", "larger"), [("run", "dev"), ("dev", "bench"), ("bootstrap", "dev")])
def test_a_package_has_one_version_in_all_locks(smaller: str, larger: str) -> None:
    one, other = (versions(ROOT / "requirements" / f"{name}.lock") for name in (smaller, larger))
    assert {name: found for name, found in one.items() if not found <= other.get(name, set())} == {}


def test_every_direct_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {normal(re.split(r"[<>=!~; ]", line, maxsplit=1)[0]) for line in project["dependencies"]}
    assert wanted - versions(ROOT / "requirements/run.lock").keys() == set()


def test_no_file_names_a_folder_of_somebodys_machine() -> None:
    assert findings(HOME) == []


def test_no_file_names_a_package_registry() -> None:
    assert findings(REGISTRY) == []


def findings(pattern: re.Pattern[str]) -> list[str]:
    """file:line of each occurrence outside this file, which holds the patterns."""
    return [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked()
        if path != Path(__file__)
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if pattern.search(line)
    ]
