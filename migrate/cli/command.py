"""How a command is declared: its help with examples and exit codes, and the options that all commands share.

    @command("status", examples=[("migrate status", "where things stand")], exits=(1, 4))
    def status(session: Session) -> int | None:
        \"\"\"Where things stand.\"\"\"

The function gets a Session first and its own options after it. What it returns is the exit code (None: 0).
"""

from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import Any

import click

from migrate.cli.session import Session

EXIT_CODES = {
    0: "done, nothing to look at",
    1: "done, with findings: rows quarantined or held, differences, a mistake found",
    2: "wrong use, settings or mapping; nothing was touched",
    3: "refused by a brake or a rule; the message says what would allow it",
    4: "a database, driver or right is missing",
    5: "another run holds the lease",
    6: "a schema differs from what the mapping expects",
    70: "a defect of this program; a report file without personal data was written",
    130: "interrupted (INT); run again to go on",
    143: "ended (TERM); run again to go on",
}
COMMON_EXITS = (0, 2, 70, 130, 143)  # of every command

Examples = Sequence[tuple[str, str]]


class Command(click.Command):
    """A command whose help ends with examples and its exit codes."""

    def __init__(self, *args: Any, examples: Examples = (), exits: Sequence[int] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params += _shared()
        self.examples = tuple(examples)
        self.exits = tuple(sorted({*COMMON_EXITS, *exits}))

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Examples and exit codes, in the place of click's epilog."""
        if self.examples:
            with formatter.section("Examples"):
                formatter.write_dl(self.examples, col_max=44)
        with formatter.section("Exit codes"):
            formatter.write_dl([(str(code), EXIT_CODES[code]) for code in self.exits])


def group(name: str) -> Callable[[Callable[[], None]], click.Group]:
    """Declare a noun whose verbs are commands."""
    return click.group(name)


def command(
    name: str, *, examples: Examples, exits: Sequence[int] = (), parent: click.Group | None = None
) -> Callable[[Callable[..., int | None]], Command]:
    """Declare a command, under `parent` if there is one. Options of its own stand below this decorator, as click's."""

    def declare(function: Callable[..., int | None]) -> Command:
        @wraps(function)
        def run(*, project: Path | None, as_json: bool, debug: bool, **options: Any) -> int | None:
            with Session(project, as_json=as_json, debug=debug) as session:
                return function(session, **options)

        made = click.command(name, cls=Command, examples=examples, exits=exits)(run)
        if parent is not None:
            parent.add_command(made)
        return made

    return declare


def _shared() -> list[click.Parameter]:
    folder = click.Path(path_type=Path, file_okay=False)
    help_of_project = "Project folder. Default: the current one or the nearest above with a migrate.toml."
    return [
        click.Option(["--project"], type=folder, metavar="DIR", help=help_of_project),
        click.Option(
            ["--json", "as_json"], is_flag=True, help="Print one JSON document on stdout, no tables."
        ),
        click.Option(["--debug"], is_flag=True, help="With an error, print where in the program it arose."),
    ]
