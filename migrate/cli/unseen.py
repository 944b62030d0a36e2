"""How old the oldest unseen change of each entity can be, as documents and as a table.

Ages are by the source's clock, asked now. Where the source does not answer, the instants up to which changes were seen
are shown instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrate.cli.output import instant
from migrate.cli.session import Session
from migrate.errors import MigrateError

if TYPE_CHECKING:
    from datetime import datetime

    from migrate.cli.documents import SeenDocument, UnseenDocument
    from migrate.state.coverage import Coverage

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_COLUMNS = ("true stamp", "any stamp", "vanished", "silent edit")
_NEVER = "never seen"


def documents(session: Session) -> dict[str, UnseenDocument]:
    """Entity -> how far it was seen, in the order of loading."""
    from migrate.state.coverage import Coverage

    mappings = session.project.mappings()
    found = session.project.state().coverage(
        [e for e, mapping in mappings.items() if mapping.changes is None]
    )
    now = _clock(session) if found else None
    return {
        entity: _document(found.get(entity, Coverage()), mapping.digest, now)
        for entity, mapping in mappings.items()
    }


def outdated(told: dict[str, UnseenDocument]) -> list[str]:
    """Entities whose mapping has changed since they were last looked at."""
    return [entity for entity, of in told.items() if of["mapping_changed"]]


def show(session: Session, told: dict[str, UnseenDocument]) -> None:
    """A row per entity, and what else there is to know."""
    kinds = {entity: dict(zip(_COLUMNS, _seen(of), strict=True)) for entity, of in told.items()}
    if any(seen["until"] and seen["age"] is None for of in kinds.values() for seen in of.values()):
        until = [
            (entity, kind, seen["until"] or _NEVER)
            for entity, of in kinds.items()
            for kind, seen in of.items()
        ]
        session.table(("entity", "changes", "seen up to"), until, title="up to when changes were seen")
    else:
        rows = [
            (entity, *(_NEVER if seen["age"] is None else _age(seen["age"]) for seen in of.values()))
            for entity, of in kinds.items()
        ]
        session.table(
            ("entity", *_COLUMNS), rows, title="how old the oldest unseen change can be, by what tells of it"
        )
    if waiting := {entity: of["candidates"] for entity, of in told.items() if of["candidates"]}:
        named = ", ".join(f"{count:,} of {entity}" for entity, count in waiting.items())
        session.say(f"named by a net, to be taken up by the next run: {named}")
    for entity, of in told.items():
        if cycle := of["deep"]:
            part = f"{cycle['closed']:,} of {cycle['batches']:,} batches"
            session.say(f"deep run {cycle['run']}, begun {cycle['begun']}: {part} of {entity} are read")
    if changed := outdated(told):
        session.say(f"mapping changed since the last run, only a full one leads on: {', '.join(changed)}")


def _clock(session: Session) -> datetime | None:
    try:
        source = session.project.source()
        try:
            return source.clock()
        finally:
            source.close()
    except MigrateError:
        session.note("the source does not tell its time: instants are shown, no ages; see migrate doctor")
        return None


def _document(of: Coverage, digest: str, now: datetime | None) -> UnseenDocument:
    def seen(kind: str) -> SeenDocument:
        until = of.seen.get(kind)
        age = max((now - until).total_seconds(), 0) if now and until else None
        return {"until": instant(until) if until else None, "age": age}

    return {
        "stamped": seen("stamped"),
        "moved": seen("moved"),
        "vanished": seen("vanished"),
        "silent": seen("silent"),
        "mapping_changed": bool(of.digest) and of.digest != digest,
        "candidates": of.candidates,
        "deep": {
            "run": str(of.deep.run),
            "begun": instant(of.deep.begun),
            "closed": of.deep.closed,
            "batches": of.deep.planned,
        }
        if of.deep
        else None,
    }


def _seen(of: UnseenDocument) -> tuple[SeenDocument, ...]:
    return of["stamped"], of["moved"], of["vanished"], of["silent"]


def _age(seconds: float) -> str:
    """Rounded up, in the unit that a person would use."""
    for size, unit in ((_DAY, "days"), (_HOUR, "h"), (_MINUTE, "min")):
        if seconds >= 2 * size:
            return f"{-(-seconds // size):.0f} {unit}"
    return f"{-(-seconds // 1):.0f} s"
