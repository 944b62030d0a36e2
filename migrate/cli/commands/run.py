"""`migrate run`: move."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from migrate.cli import books
from migrate.cli.command import command as declare
from migrate.cli.session import Session
from migrate.project.units import share

if TYPE_CHECKING:
    from migrate.project.moving import Mover
    from migrate.run import Run

EXAMPLES = (
    ("migrate run --mode full", "move everything; again, and nothing is written"),
    ("migrate run", "move what was stamped since the last time"),
    ("migrate run --mode sweep", "find what is new, changed or gone, whatever its stamps say"),
    ("migrate run --entity user --entity client", "only these entities"),
    ("migrate run --workers 4", "in four processes"),
    ("migrate run --mode full --dry-run", "show what it would read; write nothing"),
)


class Share(click.ParamType[Decimal]):
    """A share of a whole, in per cent."""

    name = "share"

    def convert(self, value: Any, param: "click.Parameter | None", ctx: "click.Context | None") -> Decimal:
        """Text such as 1% as a fraction."""
        try:
            return value if isinstance(value, Decimal) else share(value)
        except ValueError:
            self.fail('takes a share from "0%" to "100%"', param, ctx)


@declare("run", examples=EXAMPLES, exits=(1, 3, 4, 5, 6))
@click.option(
    "--mode",
    type=click.Choice(["full", "delta", "sweep", "deep"]),
    help="How work is found; default: delta, or full where something was never loaded. full: every entity is read. "
    "delta: what was stamped since the last window. sweep: what has another version, is new or gone. "
    "deep: everything is read again, a share at a time.",
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
@click.option(
    "--max-vanished",
    type=Share(),
    metavar="SHARE",
    help="For this run: how much of an entity or table may be gone, such as 5%; default: [limits] max_vanished.",
)
@click.option("--dry-run", is_flag=True, help="Show what a run over everything would read; write nothing.")
def command(
    session: Session,
    mode: str | None,
    entities: tuple[str, ...],
    workers: int | None,
    max_vanished: Decimal | None,
    dry_run: bool,
) -> int:
    """Move entities to the platform and close the books.

    A run that was interrupted is resumed. A run with nothing to do writes nothing. Exits with 1 when rows are in
    quarantine or held.
    """
    from migrate.cli.plans import show

    project = session.project
    if dry_run:
        show(session, project.plan(entities, session.note))
        if mode != "full":
            session.note("these are all rows; which of them a delta or a sweep names shows only when it asks")
        session.then("migrate run --mode full")
        return 0
    from migrate.project.moving import move

    count = workers or project.settings.run.workers
    with (
        session.watch() as watch,
        project.open_run(mode, entities, watch.notice, max_vanished=max_vanished) as run,
    ):
        begun = "goes on" if run.resumed else "begins"
        watch.notice(f"{run.opened.mode} run {run.id} {begun}: {len(run.stages)} stages left")
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
