"""`migrate crosswalk`: which platform row is this legacy row, and the other way round."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from migrate.cli.command import command as declare
from migrate.cli.output import instant
from migrate.cli.session import Session

if TYPE_CHECKING:
    from migrate.cli.documents import CrosswalkDocument, CrosswalkLine, LeadDocument
    from migrate.state.tracing import Lead

EXAMPLES = (
    ("migrate crosswalk client 1-2AB", "a legacy key: ids, merges, causes, runs"),
    ("migrate crosswalk client 0b4f...-5c1d", "a platform id: the legacy keys behind it"),
)


@declare("crosswalk", examples=EXAMPLES, exits=(1, 4, 6))
@click.argument("entity")
@click.argument("key")
def command(session: Session, entity: str, key: str) -> int:
    """Trace a legacy key or platform id.

    Shows the chain of ids and merges with their causes and runs, both ways and however long, and where the key leads
    now. Exits with 1 when nothing is known of it.
    """
    from migrate.state.tracing import leads

    session.entity(entity)
    found = session.project.state().trace(entity, key)
    lines: list[CrosswalkLine] = [
        {
            "entity": line.entity,
            "key": line.key,
            "id": line.id,
            "valid_from": instant(line.valid_from),
            "valid_to": instant(line.valid_to) if line.valid_to else None,
            "cause": line.cause,
            "survivor": line.survivor,
            "run": str(line.run),
        }
        for line in found
    ]
    lead = leads(found, key)
    document: CrosswalkDocument = {"lines": lines, "leads_to": _lead(lead) if lead else None}
    session.document(document)
    if not lead:
        session.say(f"nothing is known of {entity} {key}")
        session.then(f"migrate quarantine show {entity} {key}")
        return 1
    for line in lines:
        until = f" until {line['valid_to']}" if line["valid_to"] else ""
        session.say(f"{line['key']:15}  {line['id']}")
        session.say(f"{'':15}  {_cause(line)} in run {line['run']}, since {line['valid_from']}{until}")
    way = " → ".join(lead.path)
    session.say(
        f"leads to {way}: {lead.id}" if lead.alive else f"leads to {way}, which is gone from the source"
    )
    return 0


def _lead(lead: Lead) -> LeadDocument:
    return {"path": list(lead.path), "id": lead.id, "cause": lead.cause, "alive": lead.alive}


def _cause(line: CrosswalkLine) -> str:
    return f"{line['cause']} into {line['survivor']}" if line["survivor"] else line["cause"]
