"""`migrate quarantine`: rows that were not loaded, why, and what a person does about it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from migrate.cli.command import command as declare
from migrate.cli.command import group
from migrate.cli.session import Session

if TYPE_CHECKING:
    from migrate.cli.documents import HistoryDocument, QuarantineDocument, RedriveDocument, WaiveDocument
    from migrate.run import RunSummary

EXAMPLES_LIST = (
    ("migrate quarantine list", "what is open, by entity, rule and reason"),
    ("migrate quarantine list --entity client --rule orphan --lines", "line by line"),
)
EXAMPLES_SHOW = (
    ("migrate quarantine show client 1-2AB", "why this client is not there, values masked"),
    (
        "migrate quarantine show client 1-2AB --unmask --reason 'ticket 17'",
        "with the values; noted in the ledger",
    ),
)
EXAMPLES_HISTORY = (
    ("migrate quarantine history client 1-2AB", "when it was found, waived by whom, released"),
)
EXAMPLES_REDRIVE = (
    ("migrate quarantine redrive", "look again at everything in quarantine"),
    ("migrate quarantine redrive --entity client --rule code", "after a code list was corrected"),
    ("migrate quarantine redrive --entity client --key 1-2AB", "this client alone, and who waits for it"),
    ("migrate quarantine redrive --rule code --dry-run", "count the keys; write nothing"),
)
EXAMPLES_WAIVE = (
    (
        "migrate quarantine waive ... --until 2027-03-31",
        "with --entity client --key 1-2AB --as 'A. Roy' --reason 'ticket 17'",
    ),
)


@group("quarantine")
def command() -> None:
    """See what was left out; move it again, or let it stand."""


@declare("list", examples=EXAMPLES_LIST, exits=(1, 4, 6), parent=command)
@click.option("--entity", metavar="E", help="Only of this entity.")
@click.option("--rule", metavar="R", help="Only by this rule.")
@click.option(
    "--state", type=click.Choice(["rejected", "held", "waived", "released"]), help="Only in this state."
)
@click.option("--lines", is_flag=True, help="Line by line instead of counts.")
@click.option(
    "--limit", type=click.IntRange(min=1), default=1_000, show_default=True, help="So many lines at most."
)
def list_(
    session: Session, entity: str | None, rule: str | None, state: str | None, lines: bool, limit: int
) -> int:
    """List what is in quarantine. Exits with 1 when something of it is neither waived nor released."""
    from migrate.cli import complaints

    session.entity(entity)
    found = session.project.state().quarantine(entity=entity, rule=rule, state=state, limit=limit)
    rows = complaints.rows(session, found)
    document: QuarantineDocument = {"rows": rows}
    session.document(document)
    if not rows:
        chosen = any((entity, rule, state))
        session.say("nothing like that is in quarantine" if chosen else "nothing is in quarantine")
        return 0
    (complaints.show_lines if lines else complaints.show_counts)(session, rows)
    if len(rows) == limit:
        session.note(f"only the first {limit:,} lines; see --limit")
    first = rows[0]
    session.then(f"migrate quarantine show {first['entity']} {first['key']}")
    return int(any(complaint.open for complaint in found))


@declare("show", examples=EXAMPLES_SHOW, exits=(1, 3, 4, 6), parent=command)
@click.argument("entity")
@click.argument("key")
@click.option(
    "--unmask", is_flag=True, help="Show the values too. Needs --reason; the ledger notes who, what and why."
)
@click.option("--reason", "why", default="", metavar="TEXT", help="Why the values have to be seen.")
def show(session: Session, entity: str, key: str, unmask: bool, why: str) -> int:
    """Show why an entity was not loaded, values masked. Exits with 1 unless all of it is waived."""
    from migrate.cli import complaints

    session.entity(entity)
    found = session.project.state().quarantine(entity=entity, key=key, values=unmask, reason=why)
    rows = complaints.rows(session, found)
    document: QuarantineDocument = {"rows": rows}
    session.document(document)
    if not rows:
        session.say(f"nothing about {entity} {key} is in quarantine")
        session.then(f"migrate quarantine history {entity} {key}", f"migrate crosswalk {entity} {key}")
        return 0
    for row in rows:
        complaints.show_row(session, row, unmask=unmask)
    session.then(f"correct it, then: migrate quarantine redrive --entity {entity} --key {key}")
    return int(any(complaint.open for complaint in found))


@declare("history", examples=EXAMPLES_HISTORY, exits=(4, 6), parent=command)
@click.argument("entity")
@click.argument("key")
def history(session: Session, entity: str, key: str) -> None:
    """Tell what happened to what was said about a key.

    Found by which run, waived by whom, expired, released.
    """
    from migrate.cli import complaints

    session.entity(entity)
    events = [complaints.event(one) for one in session.project.state().quarantine_history(entity, key)]
    document: HistoryDocument = {"events": events}
    session.document(document)
    if not events:
        session.say(f"nothing about {entity} {key} was ever in quarantine")
    for event in events:
        complaints.show_event(session, event)


@declare("redrive", examples=EXAMPLES_REDRIVE, exits=(1, 3, 4, 5, 6), parent=command)
@click.option(
    "--entity",
    "entities",
    multiple=True,
    metavar="E",
    help="Only of this entity; may be given several times.",
)
@click.option(
    "--key", "keys", multiple=True, metavar="K", help="Only of this key; may be given several times."
)
@click.option("--rule", metavar="R", help="Only what this rule has left out.")
@click.option("--dry-run", is_flag=True, help="Count the keys; write nothing.")
def redrive(
    session: Session, entities: tuple[str, ...], keys: tuple[str, ...], rule: str | None, dry_run: bool
) -> int:
    """Move what is in quarantine once more, and then what waited for it.

    Only the rows of these entities are read, whatever their stamps say. Exits with 1 when something is still left out.
    """
    for entity in entities:
        session.entity(entity)
    found = session.project.state().quarantined(entities, keys, rule)
    counted = {entity: len(named) for entity, named in found.items()}
    summary: RunSummary | None = None
    if found and not dry_run:
        from migrate.project.moving import move

        with (
            session.watch() as watch,
            session.project.open_run("redrive", notice=watch.notice, named=found) as run,
        ):
            summary = move(run, watch)
    _tell(session, counted, summary)
    return summary.exit if summary else 0


def _tell(session: Session, counted: dict[str, int], summary: RunSummary | None) -> None:
    from migrate.cli import books

    document: RedriveDocument = {
        "keys": counted,
        "run": books.run_document(summary) if summary else None,
    }
    session.document(document)
    if not counted:
        session.say("nothing like that is in quarantine: there is nothing to move again")
        return
    told = ", ".join(f"{count:,} of {entity}" for entity, count in counted.items())
    session.say(f"keys in quarantine: {told}")
    if summary is None:
        session.then("the same without --dry-run")
        return
    books.show(session, summary)
    session.then("migrate quarantine list" if summary.exit else "migrate status")


@declare("waive", examples=EXAMPLES_WAIVE, exits=(3, 4, 6), parent=command)
@click.option("--entity", required=True, metavar="E", help="Entity concerned.")
@click.option("--key", required=True, metavar="K", help="Its legacy key.")
@click.option("--rule", metavar="R", help="Only what this rule says about it.")
@click.option("--as", "by", required=True, metavar="NAME", help="Who takes the responsibility.")
@click.option("--reason", "why", required=True, metavar="TEXT", help="Why it may stand.")
@click.option(
    "--until",
    required=True,
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="Last day on which it holds, in UTC, such as 2027-03-31.",
)
@click.option("--dry-run", is_flag=True, help="Show what would be waived; write nothing.")
def waive(
    session: Session,
    *,
    entity: str,
    key: str,
    rule: str | None,
    by: str,
    why: str,
    until: datetime,
    dry_run: bool,
) -> None:
    """Let what is in quarantine stand until a day.

    A person takes the responsibility. It stays in quarantine and in the books, and is shown as waived: it does not make
    a run exit with 1. The day after, it is open again. The ledger keeps who, what and why.
    """
    from migrate.cli import complaints
    from migrate.state import Waiver

    session.entity(entity)
    state = session.project.state()
    new = state.waive(Waiver(entity, key, rule, by, why, until.date()), dry_run=dry_run)
    rows = complaints.rows(session, state.quarantine(entity=entity, key=key, rule=rule))
    document: WaiveDocument = {"waived": new, "rows": rows}
    session.document(document)
    if new:
        session.say(f"waived: {new:,}")
    else:
        session.say("nothing was written" if dry_run else "waived just so before; nothing was written")
    for row in rows:
        complaints.show_row(session, row, unmask=False)
    session.then("the same without --dry-run" if dry_run else f"migrate quarantine history {entity} {key}")
