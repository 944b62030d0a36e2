"""The tree of commands, and the one place where what went wrong becomes a message and an exit code."""

import importlib
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

import click

from migrate.cli.interrupts import Interrupted, ReaderGone, interruptible
from migrate.cli.output import as_text, forgive_encodings

COMMANDS: Mapping[str, str] = {
    "init": "init",
    "demo": "demo",
    "doctor": "doctor",
    "sample": "sample",
    "mapping": "mapping",
    "transforms": "transforms",
    "platform": "platform",
    "schema": "schema",
    "plan": "plan",
    "run": "run",
    "undo": "undo",
    "status": "status",
    "quarantine": "quarantine",
    "report": "report",
    "crosswalk": "crosswalk",
    "reconcile": "reconcile",
    "drill": "drill",
    "ledger": "ledger",
    "deploy": "deploy",
    "selftest": "selftest",
}
"""Command -> module under `migrate.cli.commands`, whose attribute `command` it is; in the order of the journey."""


EPILOG: Mapping[str, Sequence[tuple[str, str]]] = {
    "First steps": (
        ("migrate demo", "the whole journey with a sample database"),
        ("migrate init DIR", "a project folder for your own database"),
        ("migrate doctor", "what is missing before a run"),
        ("migrate run --mode full", "move everything; safe to repeat at any time"),
    ),
    "Tab completion": (
        ("bash", 'eval "$(_MIGRATE_COMPLETE=bash_source migrate)"'),
        ("zsh", 'eval "$(_MIGRATE_COMPLETE=zsh_source migrate)"'),
        ("fish", "_MIGRATE_COMPLETE=fish_source migrate | source"),
    ),
    "Exit codes": (
        ("0, 1", "done; done with findings"),
        ("2, 3", "wrong use, settings or mapping; refused"),
        ("4, 5, 6", "not reachable; another run is at work; a schema has changed"),
        ("70", "a defect of this program"),
        ("130, 143", "interrupted; run again to go on"),
    ),
}


class Root(click.Group):
    """Loads a command's module when it is named; ends the process with the documented exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names, in the order of the journey."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The command of a name, or None."""
        if name not in COMMANDS:
            return None
        module = importlib.import_module(f"migrate.cli.commands.{COMMANDS[name]}")
        command: click.Command = module.command
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; click would take a closed pipe for an error."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise ReaderGone from None

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What a newcomer types first, tab completion, exit codes."""
        for title, lines in EPILOG.items():
            with formatter.section(title):
                formatter.write_dl(lines)

    def main(self, args: Sequence[str] | None = None, *rest: Any, **options: Any) -> NoReturn:
        """Run the command of these arguments and leave; the only way out of the program."""
        words = list(sys.argv[1:] if args is None else args)
        forgive_encodings()
        as_json, debug = "--json" in words, "--debug" in words
        try:
            with interruptible():
                result = super().main(words, *rest, **options | {"standalone_mode": False})
            _leave(result if isinstance(result, int) else 0)
        except click.exceptions.Exit as stop:
            _leave(stop.exit_code)
        except ReaderGone:
            _leave_without_reader()
        except (KeyboardInterrupt, click.Abort) as stop:
            _leave(_interrupted(stop))
        except BaseException as error:
            if isinstance(error, SystemExit):
                raise
            _leave(_failed(error, words, as_json=as_json, debug=debug))


@click.group(cls=Root, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=lambda *given: _version(*given),
    help="Show the version and exit.",
)
def cli() -> None:
    """Move the cases of a Siebel system to a new case platform, and prove that both agree."""


def _version(ctx: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted:
        from migrate.program import program_version

        click.echo(f"migrate {program_version()}")
        ctx.exit()


def _leave(code: int) -> NoReturn:
    sys.exit(code)


def _leave_without_reader() -> NoReturn:
    """Who read our output (`| head`) has seen enough; no message, and none when the streams are closed."""
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123  # a device, no path
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
    sys.exit(0)


def _interrupted(stop: BaseException) -> int:
    cause = stop.__cause__ or stop  # click has made an Abort of it
    code = cause.exit_code if isinstance(cause, Interrupted) else 130
    click.echo("interrupted; what was committed stays, the same command goes on from there", err=True)
    return code


def _failed(error: BaseException, words: Sequence[str], *, as_json: bool, debug: bool) -> int:
    """Say what went wrong, on stderr, with --json also as the document on stdout; returns the exit code."""
    if isinstance(error, click.ClickException):
        return _misused(error, as_json=as_json)
    from migrate.cli import failure
    from migrate.errors import MigrateError
    from migrate.project.defects import traced

    error = failure.known(error)
    code = error.exit_code if isinstance(error, MigrateError) else 70
    report: Path | None = None
    text = failure.message(error)
    if code == 70:
        report = failure.write_report(error, _command(words))
        text += (
            f"\n  report: {report}, free of personal data; please send it to the maintainers"
            if report
            else ""
        )
    click.echo(text, err=True)
    if debug:
        click.echo(traced(error), err=True)
    if as_json:
        _document(failure.document(error, code, report))
    return code


def _misused(error: click.ClickException, *, as_json: bool) -> int:
    """Click's own complaint about arguments; it quotes them, so a password among them is masked."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        click.echo(error.format_message(), err=True)  # the help, as somebody who typed nothing more expects
        return 2
    from migrate.errors import masked

    what = masked(error.format_message())
    ctx = getattr(error, "ctx", None)
    if ctx is not None:
        click.echo(ctx.get_usage(), err=True)
    click.echo(f"error: {what}", err=True)
    if ctx is not None:
        click.echo(f"  way out: {ctx.command_path} --help", err=True)
    if as_json:
        told: dict[str, object] = {"what": what, "why": "", "remedy": "", "mistakes": [], "report": None}
        _document({"error": told, "exit": 2})
    return 2


def _document(content: Mapping[str, Any]) -> None:
    click.echo(as_text(content))


def _command(words: Sequence[str]) -> str:
    """The words that name the command, such as `mapping check`; never its arguments."""
    level: click.Command | None = cli
    path = []
    for word in words:
        if not isinstance(level, click.Group):
            break
        level = level.get_command(click.Context(level), word)
        if level is None:
            break
        path.append(word)
    return " ".join(path)
