"""Commands as a user types them, in this process: their results, documents checked against their schemas.

run(project, "quarantine", "list")            click's Result
document(project, "quarantine", "list")       the document of --json, and its exit code beside it
platform(project)                             a connection to the platform behind the project
"""

import json
from pathlib import Path
from typing import Any

import jsonschema
from click.testing import CliRunner, Result
from sqlalchemy import make_url

from migrate.cli.root import cli
from migrate.postgres import Connection, connect

ROOT = Path(__file__).parents[1]


def run(project: Path, *arguments: object) -> Result:
    return CliRunner().invoke(cli, [*map(str, arguments), "--project", str(project)], prog_name="migrate")


def document(project: Path, *arguments: str, name: str | None = None) -> dict[str, Any]:
    """`name`: of the command, where its words cannot be told from its arguments."""
    result = run(project, *arguments, "--json")
    name = name or "-".join(word for word in arguments[:2] if word.isalpha() and not word.isupper())
    told: dict[str, Any] = json.loads(result.stdout)
    jsonschema.validate(told, json.loads((ROOT / f"docs/{name}.schema.json").read_text()))
    return told | {"exit_code": result.exit_code}


def platform(project: Path) -> Connection:
    url = make_url((project / "platform.secret").read_text())
    return connect(url, "a test", autocommit=True)
