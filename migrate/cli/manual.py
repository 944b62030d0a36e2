"""What is written from the command line itself: the manual, the JSON schemas, the golden help pages.

    python -m migrate.cli.manual            write them again
    python -m migrate.cli.manual --check    exit 1 when one of them would change

Run it in the project's root after a change of a command, an option or a document, and commit what it wrote.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from migrate.cli.command import EXIT_CODES
from migrate.cli.documents import DOCUMENTS
from migrate.cli.root import cli

_NARROW: dict[str, Any] = {"terminal_width": 80, "max_content_width": 80}

OPENING = """\
# Commands

Written by `make docs` from the help of each command.

Results go to stdout, everything else to stderr; colour only to a terminal. Every command takes `--project DIR`
(default: the current folder or the nearest above with a `migrate.toml`), `--json` (one document on stdout, with the
schema named below) and `--debug` (with an error, the places in the program; never a value). A command may be repeated
at any time: what is done is not done again.

An error is one message: what, where, why, and the way out. With `--json` it is also a document,
[error.schema.json](error.schema.json).
"""

ROUND = """\
## A first round

With a sample as the legacy database and the embedded PostgreSQL as the platform. Exit code 1 says that something is in
quarantine, which is what the sample is for.

```sh run
migrate init first-round
cd first-round
export GCMS_URL=sqlite:///legacy.db
migrate sample make --clients 500
migrate doctor                         # warns that the schemas are not there yet
migrate platform upgrade
migrate run --mode full || test $? = 1
migrate run --mode full || test $? = 1 # writes nothing
migrate quarantine list || test $? = 1
migrate ledger verify
```
"""

COMPLETION = """\
## Tab completion

| Shell | Add to its start-up file |
|---|---|
| bash | `eval "$(_MIGRATE_COMPLETE=bash_source migrate)"` in `~/.bashrc` |
| zsh | `eval "$(_MIGRATE_COMPLETE=zsh_source migrate)"` in `~/.zshrc` |
| fish | `_MIGRATE_COMPLETE=fish_source migrate \\| source` in `~/.config/fish/config.fish` |
"""


def pages() -> dict[str, str]:
    """Path from the project's root -> text, of everything that is generated here."""
    helps = dict(help_pages())
    schemas = {f"docs/{name}.schema.json": schema(name, kind) for name, kind in DOCUMENTS.items()}
    golden = {f"tests/golden/help/{path.replace(' ', '-')}.txt": text for path, text in helps.items()}
    return {"docs/commands.md": manual(helps), **schemas, **golden}


def manual(helps: dict[str, str]) -> str:
    """`docs/commands.md`."""
    codes = "\n".join(f"| {code} | {meaning} |" for code, meaning in EXIT_CODES.items())
    parts = [OPENING, ROUND, f"## Exit codes\n\n| Code | Meaning |\n|---|---|\n{codes}\n", COMPLETION]
    for path, text in helps.items():
        name = path.removeprefix("migrate").strip().replace(" ", "-")
        told = (
            f"\nDocument of `--json`: [{name}.schema.json]({name}.schema.json)\n" if name in DOCUMENTS else ""
        )
        parts.append(f"{'#' * min(path.count(' ') + 2, 4)} `{path}`\n\n```text\n{text}```\n{told}")
    return "\n".join(parts)


def help_pages() -> Iterator[tuple[str, str]]:
    """(command path, its help at 80 columns), of the program and every command."""
    yield from _help(
        cli, click.Context(cli, info_name="migrate", help_option_names=["-h", "--help"], **_NARROW)
    )


def schema(name: str, kind: type) -> str:
    """The JSON schema of a command's document."""
    from pydantic import TypeAdapter

    made: dict[str, Any] = TypeAdapter(kind).json_schema()
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"{name}.schema.json"}
    return json.dumps(head | made, indent=2, ensure_ascii=False) + "\n"


def _help(command: click.Command, context: click.Context) -> Iterator[tuple[str, str]]:
    lines = (line.rstrip() for line in command.get_help(context).splitlines())
    yield context.command_path, "\n".join(lines) + "\n"
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            if child is not None:
                yield from _help(child, click.Context(child, info_name=name, parent=context))


def main(arguments: list[str]) -> int:
    """Write or check; the exit code."""
    root = Path(__file__).parents[2]
    stale = {path: text for path, text in pages().items() if _read(root / path) != text}
    for path, text in stale.items():
        click.echo(f"{'out of date: ' if '--check' in arguments else 'wrote '}{path}")
        if "--check" not in arguments:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, encoding="utf-8")
    return 1 if stale and "--check" in arguments else 0


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
