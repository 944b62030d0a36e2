"""`migrate platform`: the platform's schema and the state beside it."""

from typing import TYPE_CHECKING

import click

from migrate.cli.command import command as declare
from migrate.cli.command import group
from migrate.cli.session import Session

if TYPE_CHECKING:
    from migrate.platform.upgrading import Upgrade

EXAMPLES = (
    ("migrate platform upgrade", "create or upgrade both schemas"),
    ("migrate platform upgrade --dry-run", "what would be done"),
)


@group("platform")
def command() -> None:
    """Create and upgrade the platform's schema."""


@declare("upgrade", examples=EXAMPLES, exits=(4, 6), parent=command)
@click.option("--dry-run", is_flag=True, help="Say which revisions would run; write nothing.")
def upgrade(session: Session, dry_run: bool) -> None:
    """Create or upgrade the platform schema and the state.

    Each schema is upgraded in one transaction; a second call writes nothing.
    """
    done = session.project.upgrade(dry_run=dry_run)
    session.document({"dry_run": dry_run, "schemas": [_document(each) for each in done]})
    for each in done:
        session.say(_line(each, dry_run=dry_run))
    session.then("migrate plan   what a run would do", "migrate run --mode full")


def _document(done: "Upgrade") -> dict[str, object]:
    return {
        "schema": done.schema,
        "before": done.before,
        "after": done.after,
        "steps": list(done.steps),
        "codes": done.codes,
    }


def _line(done: "Upgrade", *, dry_run: bool) -> str:
    if not done.changed:
        return f"{done.schema}: up to date (revision {done.after})"
    steps = (
        f"{len(done.steps)} revision{'s' if len(done.steps) != 1 else ''}, {done.codes} rows of code tables"
    )
    verb = "would be upgraded" if dry_run else "upgraded"
    return f"{done.schema}: {verb} from {done.before or 'nothing'} to {done.after} ({steps})"
