"""`migrate undo`: take a run back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from migrate.cli.command import command as declare
from migrate.cli.session import Session

if TYPE_CHECKING:
    from migrate.cli.documents import UndoDocument
    from migrate.load.undoing import Undone

EXAMPLES = (
    ("migrate undo 7 --dry-run", "what would be taken back, and whether it can be; changes nothing"),
    ("migrate undo 7 --as 'Ann Roy' --reason 'names swapped'", "take run 7 back; noted in the ledger"),
)


@declare("undo", examples=EXAMPLES, exits=(3, 4, 5, 6))
@click.argument("run", type=click.IntRange(min=1))
@click.option("--dry-run", is_flag=True, help="Say what would be taken back; change nothing.")
@click.option(
    "--as", "actor", default="", metavar="NAME", help="Who takes it back; default: user and machine."
)
@click.option("--reason", default="", metavar="TEXT", help="Why; needed without --dry-run.")
def command(session: Session, run: int, dry_run: bool, actor: str, reason: str) -> None:
    """Take a run back: everything becomes exactly as it was before it.

    Rows, crosswalk, key images and quarantine change in one transaction: all of it or nothing. Refused when a later
    run has changed the same: take that one back first. Afterwards the next run decides anew.
    """
    from migrate.errors import Refused

    if not dry_run and not reason.strip():
        raise Refused(
            f"run {run} is not taken back without a reason", remedy="give the reason: --reason TEXT"
        )
    session.note(f"taking run {run} back{', as a trial' if dry_run else ''}")
    undone = session.project.undo(run, actor=actor, reason=reason.strip(), dry_run=dry_run)
    document = _document(undone, dry_run=dry_run)
    session.document(document)
    rows = [(name, its["removed"], its["restored"]) for name, its in document["tables"].items()]
    session.table(("table", "removed", "restored"), rows, title="rows of the platform")
    done = "would be" if dry_run else "was"
    session.say(f"run {run} {done} taken back, with {undone.lines:,} lines of the state")
    if dry_run:
        session.then(f"migrate undo {run} --reason TEXT")
    else:
        session.then("correct the mapping, then: migrate run", f"migrate ledger show --run {run}")


def _document(undone: Undone, *, dry_run: bool) -> UndoDocument:
    names = dict.fromkeys([*undone.restored, *undone.removed])
    return {
        "run": str(undone.run),
        "dry_run": dry_run,
        "tables": {
            name: {"removed": undone.removed.get(name, 0), "restored": undone.restored.get(name, 0)}
            for name in names
        },
        "lines": undone.lines,
    }
