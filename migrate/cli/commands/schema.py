"""`migrate schema`: what both databases look like, against what is expected of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from migrate.cli.command import command as declare
from migrate.cli.command import group
from migrate.cli.session import Session

if TYPE_CHECKING:
    from migrate.cli.documents import SchemaComparisonDocument
    from migrate.project.drift import Comparison

EXAMPLES_CHECK = (("migrate schema check", "what a run would find changed; exits with 6 when it would stop"),)
EXAMPLES_ACCEPT = (
    ("migrate schema accept --dry-run", "show what would be expected from now on"),
    ('migrate schema accept --reason "checked with the owner"', "go on with the schema as it is"),
)


@group("schema")
def command() -> None:
    """Compare both schemas with the expected ones; accept a change."""


@declare("check", examples=EXAMPLES_CHECK, exits=(4, 6), parent=command)
def check(session: Session) -> int:
    """Show what differs from the expected schemas.

    The source is compared with what the mappings read and with what it looked like when that was last accepted, the
    platform with this program. Writes nothing. Exits with 6 when a run would stop.
    """
    comparison = session.project.comparison()
    code = 6 if comparison.grave else 0
    _show(session, comparison, accepted=False, code=code)
    if code:
        session.then("correct the mappings or the database, or: migrate schema accept --reason TEXT")
    else:
        session.then("migrate run")
    return code


@declare("accept", examples=EXAMPLES_ACCEPT, exits=(4, 5, 6), parent=command)
@click.option("--reason", metavar="TEXT", help="Why the change is in order; goes into the ledger.")
@click.option("--dry-run", is_flag=True, help="Show what would be accepted; write nothing.")
def accept(session: Session, reason: str | None, dry_run: bool) -> None:
    """Expect the source's schema as it is now.

    For a change that stops a run and that a person has looked at. What the mappings cannot read, and what is wrong with
    the platform, cannot be accepted: it has to be put right, exit code 6.
    """
    if not dry_run and not (reason or "").strip():
        raise click.UsageError("a change is accepted with a reason: --reason TEXT")
    comparison = session.project.accept_schema((reason or "").strip(), dry_run=dry_run)
    _show(session, comparison, accepted=not dry_run, code=0)
    session.then("migrate schema accept --reason TEXT" if dry_run else "migrate run")


def _show(session: Session, comparison: Comparison, *, accepted: bool, code: int) -> None:
    document: SchemaComparisonDocument = {
        "differences": [
            {
                "side": str(each.side),
                "place": each.place,
                "old": each.old,
                "new": each.new,
                "weight": str(each.weight),
                "note": each.note,
            }
            for each in comparison.differences
        ],
        "accepted": accepted,
        "exit": code,
    }
    session.document(document)
    columns = ("side", "place", "old", "new", "weight", "note")
    rows = [tuple(line[name] for name in columns) for line in document["differences"]]  # type: ignore[literal-required]
    if rows:
        session.table(columns, rows)
    count = "no difference" if not rows else "1 difference" if len(rows) == 1 else f"{len(rows)} differences"
    session.say(f"{count}; accepted" if accepted else count)
