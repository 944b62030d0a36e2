"""`migrate plan`: what a run would read."""

import click

from migrate.cli.command import command as declare
from migrate.cli.plans import show
from migrate.cli.session import Session

EXAMPLES = (
    ("migrate plan", "all entities, in the order of loading"),
    ("migrate plan --entity client", "one entity"),
)


@declare("plan", examples=EXAMPLES, exits=(4, 6))
@click.option(
    "--entity", "entities", multiple=True, metavar="E", help="Only this entity; may be given several times."
)
def command(session: Session, entities: tuple[str, ...]) -> None:
    """Show what a run would do; write nothing.

    Entities in the order of loading, with their rows at the source, batches and slices.
    """
    show(session, session.project.plan(entities, session.note))
    session.then("migrate run --mode full")
