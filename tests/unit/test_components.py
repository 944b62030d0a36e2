"""A component that is missing skips a test on a developer's machine, and fails it in continuous integration."""

import os
import subprocess
from pathlib import Path

import pytest

from tests import components
from tests.servers import ROOT


@pytest.fixture
def without_abacus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(components.COMPONENTS, "abacus", ("package abacus", lambda: False))


@pytest.mark.usefixtures("without_abacus")
def test_missing_component_skips_and_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="abacus is missing: install the package abacus"):
        components.require("abacus")


@pytest.mark.usefixtures("without_abacus")
def test_missing_component_fails_in_continuous_integration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="abacus is missing"):
        components.require("abacus")


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder of programs in place of Debian's: nothing is installed; apt-get writes down how it was called."""
    programs = tmp_path / "bin"
    programs.mkdir()
    write(programs / "dpkg-query", "exit 1")
    write(programs / "sudo", '[ "$1" = -n ] && shift; exec "$@"')
    write(
        programs / "apt-get",
        f'echo "${{@: -1}} $*" >> {tmp_path}/calls; [[ " $* " == *" update "* || -e {tmp_path}/lists ]]',
    )
    return tmp_path


def write(path: Path, body: str) -> None:
    path.write_text(f"#!/usr/bin/env bash\n{body}\n")
    path.chmod(0o755)


def system_packages(machine: Path) -> tuple[int, str, list[str]]:
    """Exit code, words on stderr, calls of apt-get: `install` or `update`."""
    environment = {**os.environ, "PATH": f"{machine / 'bin'}:{os.environ['PATH']}"}
    done = subprocess.run(
        [ROOT / "tools/system-packages"], env=environment, capture_output=True, text=True, check=False
    )
    log = machine / "calls"
    calls = log.read_text().splitlines() if log.exists() else []
    return (
        done.returncode,
        done.stderr,
        ["update" if call.startswith("update") else "install" for call in calls],
    )


def test_system_packages_is_quiet_when_all_is_there(machine: Path) -> None:
    write(machine / "bin/dpkg-query", "echo installed")
    assert system_packages(machine) == (0, "", [])


def test_system_packages_installs_without_asking_for_new_lists_first(machine: Path) -> None:
    (machine / "lists").touch()
    code, words, calls = system_packages(machine)
    assert (code, calls) == (0, ["install"])
    assert "installing unixodbc" in words


def test_system_packages_gets_new_lists_when_installing_failed(machine: Path) -> None:
    call = f'echo "${{@: -1}}" >> {machine}/calls'
    update = f'[[ " $* " == *" update "* ]] && touch {machine}/lists'
    write(machine / "bin/apt-get", f"{call}; {update}; [[ -e {machine}/lists ]]")
    code, _, calls = system_packages(machine)
    assert (code, calls) == (0, ["install", "update", "install"])


def test_system_packages_names_what_it_could_not_install(machine: Path) -> None:
    code, words, _ = system_packages(machine)
    assert code == 1
    assert "could not install: unixodbc odbc-mariadb" in words
