"""`migrate run`: move."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from migrate.cli import books
from migrate.cli.command import command as declare
from migrate.cli.session import Session

if TYPE_CHECKING:
    from migrate.project.moving import Mover
    from migrate.run import Run

EXAMPLES = (
    ("migrate run --mode full", "move everything; again, and nothing is written"),
    ("migrate run --entity user --entity client", "only these entities"),
    ("migrate run --workers 4", "in four processes"),
    ("migrate run --dry-run", "show the plan; write nothing"),
)


@declare("run", examples=EXAMPLES, exits=(1, 4, 5, 6))
@click.option(
    "--mode",
    type=click.Choice(["full"]),
    default="full",
    show_default=True,
    help="full: every entity of the source.",
)
@click.option(
    "--entity", "entities", multiple=True, metavar="E", help="Only this entity; may be given several times."
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    metavar="N",
    help="Processes side by side; default: [run] workers.",
)
@click.option("--dry-run", is_flag=True, help="Show the plan; write nothing.")
def command(
    session: Session, mode: str, entities: tuple[str, ...], workers: int | None, dry_run: bool
) -> int:
    """Move entities to the platform and close the books.

    A run that was interrupted is resumed. A run with nothing to do writes nothing. Exits with 1 when rows are in
    quarantine or held.
    """
    from migrate.cli.plans import show

    project = session.project
    if dry_run:
        show(session, project.plan(entities))
        session.then("migrate run --mode full")
        return 0
    from migrate.project.moving import move

    count = workers or project.settings.run.workers
    with session.watch() as watch, project.open_run(mode, entities, watch.notice) as run:
        watch.notice(f"run {run.id} {'goes on' if run.resumed else 'begins'}: {len(run.stages)} stages left")
        with _mover(session, run, count, entities) as mover:
            summary = move(run, watch, mover)
    session.document(books.run_document(summary))
    books.show(session, summary)
    if summary.exit:
        session.then("migrate quarantine list", "migrate status")
    else:
        session.then("migrate status", "migrate ledger verify")
    return summary.exit


@contextmanager
def _mover(session: Session, run: "Run", count: int, entities: tuple[str, ...]) -> "Iterator[Mover | None]":
    """Worker processes where more than one is wanted; otherwise this process."""
    if count == 1:
        yield None
        return
    from migrate.project.moving import Workers

    with Workers(session.project, run, count, entities) as workers:
        yield workers.move
