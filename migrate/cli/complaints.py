"""Lines of the quarantine as documents and as text, values masked unless they were asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrate.cli.output import instant
from migrate.cli.session import Session
from migrate.project.reasons import Told, reason, told

if TYPE_CHECKING:
    from collections.abc import Iterable

    from migrate.cli.documents import QuarantineEvent, QuarantineRow, WaiverDocument
    from migrate.state.complaints import Complaint
    from migrate.state.waivers import Event


def rows(session: Session, found: Iterable[Complaint]) -> list[QuarantineRow]:
    """Complaints for `--json`, with their reasons in both languages."""
    given = told(session.project.mappings())
    return [_row(complaint, given) for complaint in found]


def event(one: Event) -> QuarantineEvent:
    """What happened, for `--json`."""
    return {
        "at": instant(one.at),
        "what": one.what,
        "rule": one.rule,
        "table": one.table,
        "row": one.row_id,
        "column": one.column,
        "run": None if one.run is None else str(one.run),
        "waiver": _waiver(one.by, one.reason, one.until),
    }


def show_counts(session: Session, lines: list[QuarantineRow]) -> None:
    """How many there are of each kind."""
    counted: dict[tuple[str, str, str, str], int] = {}
    for row in lines:
        at = row["entity"], row["rule"], row["state"], row["reason_en"]
        counted[at] = counted.get(at, 0) + 1
    table = [
        (entity, rule, state, count, text) for (entity, rule, state, text), count in sorted(counted.items())
    ]
    session.table(("entity", "rule", "state", "lines", "reason"), table)


def show_lines(session: Session, lines: list[QuarantineRow]) -> None:
    """One by one, in a table."""
    table = [(r["entity"], r["key"], _place(r), r["rule"], r["state"], r["since"]) for r in lines]
    session.table(("entity", "key", "where", "rule", "state", "since"), table)


def show_row(session: Session, row: QuarantineRow, *, unmask: bool) -> None:
    """Everything about one line."""
    session.say(f"{row['state']} since {row['since']} by rule {row['rule']}: {row['reason_en']}")
    if row["waiver"]:
        session.say(f"  waived  {_waived(row['waiver'])}")
    session.say(f"  scope   {_scope(row)}")
    session.say(f"  where   {_place(row)}")
    session.say(f"  value   {_value(row, unmask=unmask)}")
    if row["waits_for"]:
        session.say(f"  waits   for {row['waits_for']}")
    if row["left_out_by"]:
        session.say(
            f"          which rule {row['left_out_by']} leaves out: waive the line, or change the rule"
        )


def show_event(session: Session, one: QuarantineEvent) -> None:
    """When, what, where, and who."""
    column = f".{one['column']}" if one["column"] else ""
    row = f" row {one['row']}" if one["row"] else ""
    session.say(f"{one['at']}  {one['what']:8}  {one['rule']}  {one['table'] or ''}{column}{row}")
    if one["run"]:
        session.say(f"{'':{len(one['at'])}}  in run {one['run']}")
    if one["waiver"]:
        session.say(f"{'':{len(one['at'])}}  {_waived(one['waiver'])}")


def _waived(waiver: WaiverDocument) -> str:
    return f"by {waiver['by']} until {waiver['until']}: {waiver['reason']}"


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
        "left_out_by": complaint.left_out_by,
        "waiver": _waiver(complaint.waived_by, complaint.waived_for, complaint.waived_until),
        "value": complaint.value,
    }


def _waiver(by: str | None, why: str | None, until: object) -> WaiverDocument | None:
    return None if by is None else {"by": by, "reason": why or "", "until": str(until)}
