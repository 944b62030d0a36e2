"""Who may import whom: the contracts of pyproject.toml hold, and each of them would notice."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.servers import ROOT

PACKAGES = ("migrate", "reconciliation", "flows")

# Contract -> a forbidden line, and the module to plant it in.
PLANTED = {
    "Imports point down only": ("migrate/errors.py", "import migrate.canonical"),
    "Only flows imports prefect": ("migrate/embedded/users.py", "import prefect"),
    "Only reconciliation.quality.gx imports great_expectations": (
        "flows/__init__.py",
        "import great_expectations",
    ),
    "What is pure knows no database driver": ("migrate/model.py", "import pyodbc"),
    "The verifier shares nothing with the mover": ("reconciliation/__init__.py", "import migrate.transform"),
    "Nothing that moves or judges knows the sample and its truth file": (
        "migrate/pipeline.py",
        "import migrate.sample",
    ),
    "No two neighbours import each other": ("migrate/mapping/nouns.py", "import migrate.plan"),
}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs the linter over the packages in `folder`; in a process of its own, as it changes the path of imports."""
    command = [
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_logo=True, no_cache=True))",
    ]
    environment = {**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "200"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_imports_point_where_the_contracts_say() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the linter says of a copy of the packages with one forbidden import for each contract."""
    folder = tmp_path_factory.mktemp("planted")
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__", "data", "codes")
        )
    shutil.copy(ROOT / "pyproject.toml", folder)
    for name, line in PLANTED.values():
        with (folder / name).open("a") as module:
            module.write(f"\n{line}\n")
    return lint(folder).stdout


@pytest.mark.parametrize("contract", PLANTED)
def test_a_forbidden_import_breaks_its_contract(contract: str, report: str) -> None:
    assert any(line.startswith(contract) and " BROKEN" in line for line in report.splitlines()), report


def test_every_contract_is_shown_to_notice() -> None:
    assert {contract["name"].split(",")[0] for contract in contracts()} == set(PLANTED)


def test_every_part_of_the_mover_has_its_layer() -> None:
    [layers] = (contract["layers"] for contract in contracts() if contract["type"] == "layers")
    placed = set(re.findall(r"migrate\.(\w+)", " ".join(layers)))
    modules = {path.stem for path in (ROOT / "migrate").glob("*.py")} - {"__init__"}
    packages = {path.parent.name for path in (ROOT / "migrate").glob("*/__init__.py")}
    assert (modules | packages) - placed == set()


def contracts() -> list[dict[str, Any]]:
    """The contracts as pyproject.toml has them."""
    linter = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    found: list[dict[str, Any]] = linter["contracts"]
    return found


def test_no_engine_puts_the_values_of_a_statement_into_its_errors() -> None:
    """SQLAlchemy quotes them, unless it is told not to."""
    made = [
        place for package in PACKAGES for file in (ROOT / package).rglob("*.py") for place in engines(file)
    ]
    assert made, "no engine is made anywhere"
    assert [place for place, hides in made if not hides] == []


def engines(file: Path) -> list[tuple[str, bool]]:
    """Where a file makes engines, or says how, and whether they hide parameters there."""
    nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
    said = {
        id(part): any(
            word.arg == "hide_parameters"
            and isinstance(word.value, ast.Constant)
            and word.value.value is True
            for word in node.keywords
        )
        for node in nodes
        if isinstance(node, ast.Call)
        for part in (node.func, *node.args)
    }
    return [
        (f"{file.relative_to(ROOT)}:{node.lineno}", said.get(id(node), False))
        for node in nodes
        if isinstance(node, ast.Name | ast.Attribute)
        and "create_engine" in (getattr(node, "id", ""), getattr(node, "attr", ""))
    ]
