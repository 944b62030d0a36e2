"""`migrate quarantine`: rows that were not loaded, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from migrate.cli.command import command as declare
from migrate.cli.command import group
from migrate.cli.output import instant
from migrate.cli.reasons import Told, reason, told
from migrate.cli.session import Session

if TYPE_CHECKING:
    from migrate.cli.documents import QuarantineDocument, QuarantineRow
    from migrate.state.complaints import Complaint

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


@group("quarantine")
def command() -> None:
    """See what was rejected, held or set aside."""


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
    """List what is in quarantine. Exits with 1 when there is something."""
    session.entity(entity)
    found = session.project.state().quarantine(entity=entity, rule=rule, state=state, limit=limit)
    given = told(session.project.mappings())
    rows = [_row(complaint, given) for complaint in found]
    document: QuarantineDocument = {"rows": rows}
    session.document(document)
    if not rows:
        chosen = any((entity, rule, state))
        session.say("nothing like that is in quarantine" if chosen else "nothing is in quarantine")
        return 0
    _lines(session, rows) if lines else _counts(session, rows)
    if len(rows) == limit:
        session.note(f"only the first {limit:,} lines; see --limit")
    first = rows[0]
    session.then(f"migrate quarantine show {first['entity']} {first['key']}")
    return 1


@declare("show", examples=EXAMPLES_SHOW, exits=(1, 3, 4, 6), parent=command)
@click.argument("entity")
@click.argument("key")
@click.option(
    "--unmask", is_flag=True, help="Show the values too. Needs --reason; the ledger notes who, what and why."
)
@click.option("--reason", "why", default="", metavar="TEXT", help="Why the values have to be seen.")
def show(session: Session, entity: str, key: str, unmask: bool, why: str) -> int:
    """Show why an entity was not loaded, values masked."""
    session.entity(entity)
    found = session.project.state().quarantine(entity=entity, key=key, values=unmask, reason=why)
    given = told(session.project.mappings())
    rows = [_row(complaint, given) for complaint in found]
    document: QuarantineDocument = {"rows": rows}
    session.document(document)
    if not rows:
        session.say(f"nothing about {entity} {key} is in quarantine")
        session.then(f"migrate crosswalk {entity} {key}")
        return 0
    for row in rows:
        session.say(f"{row['state']} since {row['since']} by rule {row['rule']}: {row['reason_en']}")
        session.say(f"  scope   {_scope(row)}")
        session.say(f"  where   {_place(row)}")
        session.say(f"  value   {_value(row, unmask=unmask)}")
        if row["waits_for"]:
            session.say(f"  waits   for {row['waits_for']}")
    session.then("correct it at the source, then: migrate run --mode full")
    return 1


def _counts(session: Session, rows: list[QuarantineRow]) -> None:
    counted: dict[tuple[str, str, str, str], int] = {}
    for row in rows:
        at = row["entity"], row["rule"], row["state"], row["reason_en"]
        counted[at] = counted.get(at, 0) + 1
    table = [
        (entity, rule, state, count, text) for (entity, rule, state, text), count in sorted(counted.items())
    ]
    session.table(("entity", "rule", "state", "lines", "reason"), table)


def _lines(session: Session, rows: list[QuarantineRow]) -> None:
    table = [(r["entity"], r["key"], _place(r), r["rule"], r["state"], r["since"]) for r in rows]
    session.table(("entity", "key", "where", "rule", "state", "since"), table)


def _scope(row: QuarantineRow) -> str:
    return (
        "the whole entity is not shown"
        if row["scope"] == "entity"
        else "this row is set aside, its entity is loaded"
    )


def _place(row: QuarantineRow) -> str:
    column = f".{row['column']}" if row["column"] else ""
    of = f" row {row['row']}" if row["row"] and row["row"] != row["key"] else ""
    return f"{row['table'] or row['entity']}{column}{of}"


def _value(row: QuarantineRow, *, unmask: bool) -> str:
    if not unmask:
        return "masked; to see it: --unmask --reason TEXT"
    return "none was kept" if row["value"] is None else row["value"]


def _row(complaint: Complaint, given: Told) -> QuarantineRow:
    english, french = reason(complaint.entity, complaint.rule, given)
    waits = f"{complaint.needs_entity} {complaint.needs_key}" if complaint.needs_key else None
    return {
        "entity": complaint.entity,
        "key": complaint.key,
        "scope": complaint.scope,
        "table": complaint.table,
        "row": complaint.row_id,
        "column": complaint.column,
        "rule": complaint.rule,
        "reason_en": english,
        "reason_fr": french,
        "since": instant(complaint.since),
        "state": complaint.state,
        "waits_for": waits,
        "value": complaint.value,
    }
