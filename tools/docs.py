"""Writes the generated documents, or says which of them are out of date.

    python tools/docs.py            write them          (make docs)
    python tools/docs.py --check    exit 1 when one of them would change   (part of make check)

A generated document is a path under docs/ and a function without arguments that gives its text.
"""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parent.parent

OPENING = """\
# Commands

Written by `make docs` from `migrate --help` and the help of each command.
"""


def main(arguments: list[str]) -> int:
    """Exit code: 0 when all documents are as they should be."""
    stale = [path for path, text in GENERATED.items() if _text(ROOT / path) != text()]
    if "--check" in arguments:
        for path in stale:
            print(f"{path} is out of date; write it again with: make docs", file=sys.stderr)
        return 1 if stale else 0
    for path in stale:
        (ROOT / path).write_text(GENERATED[path](), encoding="utf-8")
        print(f"wrote {path}")
    return 0


def commands() -> str:
    """The help of every command, as somebody with a terminal of 100 columns reads it."""
    from migrate.cli.root import cli

    context = click.Context(cli, info_name="migrate", terminal_width=100, max_content_width=100, color=False)
    return "\n".join([OPENING, *_help_pages(cli, context)]).rstrip() + "\n"


def platform_model() -> str:
    """What the platform holds."""
    from migrate.platform.describing import model_document

    return model_document()


def mapping_schema() -> str:
    """What editors know of mapping files."""
    from migrate.mapping import schema
    from migrate.transform.vocabulary import vocabulary

    return json.dumps(schema(vocabulary()), indent=2, ensure_ascii=False) + "\n"


GENERATED: dict[str, Callable[[], str]] = {
    "docs/commands.md": commands,
    "docs/mapping.schema.json": mapping_schema,
    "docs/platform-model.md": platform_model,
}


def _help_pages(command: click.Command, context: click.Context) -> Iterator[str]:
    depth = context.command_path.count(" ") + 2
    text = "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
    yield f"{'#' * min(depth, 4)} `{context.command_path}`\n\n```text\n{text}\n```\n"
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            if (child := command.get_command(context, name)) is not None and not child.hidden:
                yield from _help_pages(child, click.Context(child, info_name=name, parent=context))


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
