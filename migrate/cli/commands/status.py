"""`migrate status`: where things stand."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from migrate.cli.command import command as declare
from migrate.cli.output import instant
from migrate.cli.session import Session

if TYPE_CHECKING:
    from migrate.cli.documents import QuarantineCount, RunLineDocument, StatusDocument, UnseenDocument
    from migrate.state.tracing import RunLine, Status

_OTHER = "other"
EXAMPLES = (
    ("migrate status", "entities, last runs, quarantine, who holds the lease"),
    ("migrate status --json", "the same for a script"),
)


@declare("status", examples=EXAMPLES, exits=(4, 6))
def command(session: Session) -> None:
    """Show where things stand: entities, runs, quarantine, lease.

    Says for each entity how old the oldest change can be that was not seen yet. Changes with a true stamp are found by
    any run; others by a sweep; edits that moved neither row, version nor stamp by a deep run.
    """
    from migrate.cli import unseen

    status = session.project.state().status()
    document = _document(session.project.name, status, unseen.documents(session))
    session.document(document)
    if not status.runs:
        session.say("nothing was loaded yet")
        session.then("migrate plan", "migrate run --mode full")
        return
    _show(session, status, document)
    _advise(session, status, unseen.outdated(document["unseen"]))


def _show(session: Session, status: Status, document: StatusDocument) -> None:
    from migrate.cli import unseen

    dispositions = sorted({name for found in status.entities.values() for name in found})
    entities = [
        [entity, *(found.get(name, 0) for name in dispositions)] for entity, found in status.entities.items()
    ]
    headings = [_OTHER if name == "none" else name for name in dispositions]
    session.table(["entity", *headings], entities, title="keys, as last seen")
    if _OTHER in headings:
        session.say(f"{_OTHER}: rows of the same legacy table that are no such entity")
    unseen.show(session, document["unseen"])
    runs = [
        [r["run"], r["mode"], r["status"], r["started"], r["seconds"], f"{r['closed']}/{r['batches']}"]
        for r in document["runs"]
    ]
    session.table(
        ["run", "mode", "status", "started", "seconds", "batches"], runs, title="runs, newest first"
    )
    if document["quarantine"]:
        columns = ["entity", "rule", "state", "scope", "lines", "keys"]
        rows = [[q[name] for name in columns] for q in document["quarantine"]]  # type: ignore[literal-required]
        session.table(columns, rows, title="quarantine")
    lease = document["lease"]
    held = (
        f"held by {lease['holder']}, process {lease['process']} on {lease['host']}, since {lease['since']}"
        if lease
        else "free"
    )
    session.say(f"lease: {held}")
    session.say(f"schema: as accepted at {document['schema_accepted'] or 'no time yet'}")
    session.say(f"ledger: {document['ledger']['seq']:,} entries, head {document['ledger']['hash'][:16]}…")


def _advise(session: Session, status: Status, outdated: list[str]) -> None:
    last = status.runs[0]
    if last.status in ("interrupted", "failed"):
        how = f" --mode {last.mode}" if last.mode in ("full", "deep") else ""
        session.then(f"migrate run{how}   goes on where the last run stopped")
    elif outdated:
        session.then("migrate run --mode full   by the mappings as they are now")
    elif status.quarantine:
        session.then("migrate quarantine list")
    else:
        session.then("migrate ledger verify")


def _document(project: str, status: Status, told: dict[str, UnseenDocument]) -> StatusDocument:
    holder = status.lease if status.lease and status.lease.released is None else None
    return {
        "project": project,
        "entities": {entity: dict(found) for entity, found in status.entities.items()},
        "unseen": told,
        "quarantine": counts(status),
        "runs": [_run(line) for line in status.runs],
        "lease": {
            "holder": holder.holder,
            "host": holder.host,
            "process": holder.pid,
            "since": instant(holder.since),
            "heartbeat": instant(holder.heartbeat),
            "fence": holder.fence,
        }
        if holder
        else None,
        "schema_accepted": instant(status.accepted) if status.accepted else None,
        "ledger": {"seq": status.head[0], "hash": status.head[1]},
    }


def counts(status: Status) -> list[QuarantineCount]:
    """The open quarantine lines by entity and rule."""
    return [
        {"entity": entity, "state": state, "scope": scope, "rule": rule, "lines": lines, "keys": keys}
        for entity, state, scope, rule, lines, keys in status.quarantine
    ]


def _run(line: RunLine) -> RunLineDocument:
    def told(moment: datetime | None) -> str | None:
        return instant(moment) if moment else None

    return {
        "run": str(line.id),
        "mode": line.mode,
        "status": line.status,
        "started": instant(line.started),
        "ended": told(line.ended),
        "seconds": line.seconds,
        "batches": line.batches,
        "closed": line.closed,
    }
