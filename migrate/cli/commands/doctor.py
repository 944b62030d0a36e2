"""`migrate doctor`: what is missing before a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrate.cli.command import command as declare
from migrate.cli.session import Session

if TYPE_CHECKING:
    from migrate.cli.documents import DoctorDocument, PointDocument

EXAMPLES = (
    ("migrate doctor", "examine everything that a run needs"),
    ("migrate doctor --json", "the same for monitoring"),
)
_MARKS = {"ok": "ok     ", "warning": "WARNING", "failure": "FAILURE"}


@declare("doctor", examples=EXAMPLES, exits=(4,))
def command(session: Session) -> int:
    """Examine everything that a run needs.

    Drivers, connections, rights, schemas, clocks, time zones, character sets, disk. Writes nothing.

    Each point is ok, a warning or a failure with its remedy. Exits with 4 when there is a failure.
    """
    from migrate.project.examination import examine

    points: list[PointDocument] = []
    area = ""
    for area_of, point in examine(session.project):
        if area_of != area:
            session.say(area_of)
            area = area_of
        points.append(
            {
                "area": area_of,
                "name": point.name,
                "state": str(point.state),
                "text": point.text,
                "remedy": point.remedy,
            }
        )
        session.say(f"  {_MARKS[str(point.state)]}  {point.name}: {_indented(point.text)}")
        if point.remedy:
            session.say(f"           way out: {point.remedy}")
    failures = sum(point["state"] == "failure" for point in points)
    warnings = sum(point["state"] == "warning" for point in points)
    code = 4 if failures else 0
    document: DoctorDocument = {"points": points, "exit": code}
    session.document(document)
    session.say(f"{len(points)} points examined: {_some(failures, 'failure')}, {_some(warnings, 'warning')}")
    if failures:
        session.then("remove the failures, then: migrate doctor")
    elif any("platform upgrade" in point["remedy"] for point in points):
        session.then("migrate platform upgrade")
    else:
        session.then("migrate plan", "migrate run --mode full")
    return code


def _indented(text: str) -> str:
    return text.replace("\n", "\n           ")


def _some(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
