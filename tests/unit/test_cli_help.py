"""Help is the manual: every command is documented, its help is as committed, and showing it loads nothing heavy."""

import doctest
import json
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from migrate.cli import manual, output
from migrate.cli.command import Command
from migrate.cli.documents import DOCUMENTS
from migrate.cli.root import COMMANDS, cli

ROOT = Path(__file__).parents[2]
PAGES = manual.pages()
HELPS = dict(manual.help_pages())
HEAVY = {"pandas", "pyarrow", "prefect", "sqlalchemy", "numpy", "pydantic", "rich", "psycopg", "ruamel"}


def commands() -> dict[str, Command]:
    """Every command that does something, by its path."""
    found = {}
    for path in HELPS:
        level: click.Command | None = cli
        for word in path.split()[1:]:
            assert isinstance(level, click.Group)
            level = level.get_command(click.Context(level), word)
        if isinstance(level, Command):
            found[path] = level
    return found


@pytest.mark.parametrize("path", sorted(PAGES))
def test_what_is_generated_is_committed(path):
    committed = (ROOT / path).read_text(encoding="utf-8") if (ROOT / path).exists() else ""
    assert committed == PAGES[path], "write it again: python -m migrate.cli.manual"


def test_no_golden_help_page_is_left_over():
    golden = {f"tests/golden/help/{p.name}" for p in (ROOT / "tests/golden/help").iterdir()}
    assert golden == {path for path in PAGES if path.startswith("tests/golden/help/")}


@pytest.mark.parametrize(
    "arguments", [["--help"], ["-h"], ["--version"], ["run", "--help"], ["mapping", "check", "-h"]]
)
def test_help_and_version_load_nothing_heavy(arguments):
    code = (
        "import sys; from migrate.cli.root import cli\n"
        "try: cli(sys.argv[1:], prog_name='migrate')\n"
        "except SystemExit as end: assert not end.code\n"
        f"sys.exit(' '.join({HEAVY!r} & {{name.partition('.')[0] for name in sys.modules}}))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False
    )
    assert run.stderr.strip() == ""
    assert run.stdout


def test_tab_completion_answers_without_loading_anything_heavy():
    code = (
        "import os, sys\n"
        "os.environ.update(_MIGRATE_COMPLETE='bash_complete', COMP_WORDS='migrate qua', COMP_CWORD='1')\n"
        "from migrate.cli.root import cli\n"
        "try: cli(prog_name='migrate')\n"
        "except SystemExit: pass\n"
        f"sys.exit(' '.join({HEAVY!r} & {{name.partition('.')[0] for name in sys.modules}}))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.stdout.strip() == "plain,quarantine"
    assert run.stderr.strip() == ""


@pytest.mark.parametrize("path", sorted(HELPS))
def test_no_line_of_help_is_cut_or_longer_than_80_columns(path):
    lines = HELPS[path].splitlines()
    assert max(map(len, lines)) <= 80
    assert not [line for line in lines if line.endswith("...") and not line.startswith("Usage")]


@pytest.mark.parametrize("path", sorted(commands()))
def test_every_command_has_examples_that_begin_with_itself_and_valid_options(path):
    command = commands()[path]
    assert command.examples
    for example, explained in command.examples:
        assert example.startswith(path), example
        assert explained
        known = {option for parameter in command.params for option in parameter.opts}
        assert set(re.findall(r"(?<= )--[a-z-]+", example)) <= known


@pytest.mark.parametrize("path", sorted(commands()))
def test_every_command_has_the_shared_options(path):
    options = {option for parameter in commands()[path].params for option in parameter.opts}
    assert {"--project", "--json", "--debug"} <= options


def test_every_command_has_a_document_with_a_schema():
    names = {path.removeprefix("migrate ").replace(" ", "-") for path in commands()}
    assert names - {"mapping-schema"} == set(DOCUMENTS) - {"error"}


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_every_schema_is_a_valid_schema(name):
    import jsonschema

    jsonschema.Draft202012Validator.check_schema(json.loads(manual.schema(name, DOCUMENTS[name])))


def test_every_command_is_named_in_the_manual():
    text = (ROOT / "docs/commands.md").read_text(encoding="utf-8")
    assert all(f"`{path}`" in text for path in HELPS)


def test_commands_that_the_readme_names_exist():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    named = {match.split()[0] for match in re.findall(r"`?migrate ([a-z]+)\b", text)}
    assert named & set(COMMANDS)
    for word in re.findall(r"(?m)^(?:\$ )?migrate ([a-z]+)", text):
        assert word in COMMANDS


def test_the_doctest_of_cells_holds():
    assert doctest.testmod(output).failed == 0
