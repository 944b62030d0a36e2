"""Waivers: a person says of a complaint that it may stand until some day.

A waiver is a line of its own and changes nothing of the complaint: the row stays in quarantine and in the books, it is
only shown as *waived* and does not ask for attention. So nobody has to open it again when its last day is over, and a
hold that is waived is released like any other. The newest waiver of a complaint counts; one from before the complaint
was last found does not: what came back after it was released is news.

In: the complaint's place, who, why, until when. Out: waivers, and how many things of a run are waived. Raises Refused
for a waiver without a name, a reason or a day to come, and where nothing is there to be waived.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from psycopg import sql

from migrate.errors import Refused
from migrate.postgres import Cursor


@dataclass(frozen=True, slots=True)
class Waiver:
    """What a person says about the complaints of a key, or about those by one rule.

    by:     who takes the responsibility; until: the last day on which it holds, in UTC.
    """

    entity: str
    key: str
    rule: str | None
    by: str
    reason: str
    until: date

    @property
    def about(self) -> dict[str, object]:
        """The same for the ledger."""
        named = {"entity": self.entity, "key": self.key, "rule": self.rule}
        told: dict[str, object] = {name: value for name, value in named.items() if value is not None}
        return told | {"by": self.by, "reason": self.reason, "until": self.until.isoformat()}


def check(cursor: Cursor, waiver: Waiver) -> None:
    """Refused unless it says who and why, and its last day is not over by the platform's clock."""
    for value, what, option in (
        (waiver.by, "name", "--as NAME"),
        (waiver.reason, "reason", "--reason TEXT"),
    ):
        if not value.strip():
            raise Refused(f"nothing is waived without a {what}", remedy=f"give it: {option}")
    cursor.execute(f"SELECT {TODAY}".encode())
    (today,) = cursor.fetchone() or (waiver.until,)
    if waiver.until < today:  # type: ignore[operator]  # a date
        raise Refused(
            f"{waiver.until} is over; nothing was waived",
            why=f"today is {today} by the platform's clock, in UTC",
            remedy="name the last day on which it shall hold: --until DATE",
        )


def waive(cursor: Cursor, schema: str, waiver: Waiver) -> int:
    """Write it for every open complaint that it is about and that is not waived just so. Returns how many."""
    given = [waiver.by, waiver.reason, waiver.until, waiver.entity, waiver.key, waiver.rule, waiver.rule]
    cursor.execute(_said(_WAIVE, schema), [*given, waiver.by, waiver.reason, waiver.until])
    return cursor.rowcount


def of_run(cursor: Cursor, schema: str, run: int) -> Mapping[str, int]:
    """Entity -> how many of the entities and member rows that the run has counted as left out are waived."""
    cursor.execute(_said(_OF_RUN, schema), [run])
    return {str(entity): int(str(count)) for entity, count in cursor.fetchall()}


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a complaint: found, waived, expired or released; at `at` of the platform's clock.

    run:          which found it.
    by … until:   of a waiver.
    """

    at: datetime
    what: str
    rule: str
    table: str | None
    row_id: str | None
    column: str | None
    run: int | None = None
    by: str | None = None
    reason: str | None = None
    until: date | None = None


def history(cursor: Cursor, schema: str, entity: str, key: str) -> list[Event]:
    """Everything that happened to the complaints about a key, oldest first, the released ones too."""
    cursor.execute(_said(_HISTORY, schema), [entity, key])
    return [Event(*row) for row in cursor.fetchall()]  # type: ignore[arg-type]


def _said(text: str, schema: str) -> sql.Composed:
    return sql.SQL(text).format(m=sql.Identifier(schema), waived=in_force(schema))


def in_force(schema: str) -> sql.Composed:
    """A query of the waivers that hold today: (complaint, at, waived_by, reason, until).

    To be joined with the quarantine by complaint = id AND at >= since.
    """
    return sql.SQL(_IN_FORCE).format(m=sql.Identifier(schema))


TODAY = "(now() AT TIME ZONE 'UTC')::date"
_IN_FORCE = f"""
SELECT * FROM (SELECT DISTINCT ON (complaint) * FROM {{m}}.waiver ORDER BY complaint, at DESC) AS newest
WHERE newest.until >= {TODAY}
"""
_WAIVE = """
INSERT INTO {m}.waiver (complaint, at, waived_by, reason, until)
SELECT q.id, clock_timestamp(), %s, %s, %s FROM {m}.quarantine AS q
WHERE q.entity = %s AND q.key = %s AND q.state <> 'released' AND (%s::text IS NULL OR q.rule = %s) AND NOT EXISTS (
    SELECT FROM ({waived}) AS w
    WHERE w.complaint = q.id AND w.at >= q.since AND (w.waived_by, w.reason, w.until) = (%s, %s, %s)
)
"""
# A thing is an entity that was left out, or a member row without which its entity was loaded: waived when every open
# complaint about it is.
_OF_RUN = """
WITH waived AS ({waived}), concerned AS (
    SELECT DISTINCT o.entity, o.key FROM waived AS w JOIN {m}.quarantine AS o ON o.id = w.complaint
), thing AS (
    SELECT q.entity, q.key, q.scope, bool_and(w.complaint IS NOT NULL) AS waived
    FROM concerned JOIN {m}.quarantine AS q USING (entity, key)
    LEFT JOIN waived AS w ON w.complaint = q.id AND w.at >= q.since
    WHERE q.state <> 'released' AND q.last_run = %s
    GROUP BY q.entity, q.key, q.scope, CASE q.scope WHEN 'row' THEN row(q.member, q.row_id) END
)
SELECT t.entity, count(*) FROM thing AS t WHERE t.waived AND (t.scope = 'entity' OR EXISTS (
    SELECT FROM {m}.key_image AS i WHERE i.entity = t.entity AND i.key = t.key AND i.disposition = 'accepted'
)) GROUP BY t.entity
"""
_HISTORY = f"""
WITH complaint AS (SELECT * FROM {{m}}.quarantine WHERE entity = %s AND key = %s), spell AS (
    SELECT id, since, run, released FROM complaint
    UNION ALL
    SELECT c.id, e.since, e.run, e.released FROM {{m}}.earlier_complaint AS e
    JOIN complaint AS c ON c.id = e.complaint AND c.since <> e.since
), waiver AS (
    SELECT w.*, lead(at) OVER (PARTITION BY complaint ORDER BY at) AS next
    FROM {{m}}.waiver AS w WHERE complaint IN (SELECT id FROM complaint)
), expiry AS (
    SELECT w.*, (w.until + 1)::timestamp AT TIME ZONE 'UTC' AS over FROM waiver AS w WHERE w.until < {TODAY}
), event AS (
    SELECT id, since AS at, 'found' AS what, run, NULL AS waived_by, NULL AS reason, NULL::date AS until FROM spell
    UNION ALL SELECT id, released, 'released', NULL, NULL, NULL, NULL FROM spell WHERE released IS NOT NULL
    UNION ALL SELECT complaint, at, 'waived', NULL, waived_by, reason, until FROM waiver
    UNION ALL SELECT x.complaint, x.over, 'expired', NULL, x.waived_by, x.reason, x.until FROM expiry AS x
    WHERE (x.next IS NULL OR x.next > x.over) AND NOT EXISTS (
        SELECT FROM spell AS s WHERE s.id = x.complaint AND s.released BETWEEN x.at AND x.over
    )
)
SELECT e.at, e.what, c.rule, c.table_name, c.row_id, c.column_name, e.run, e.waived_by, e.reason, e.until
FROM event AS e JOIN complaint AS c USING (id)
ORDER BY e.at, c.rule, c.row_id, c.column_name, e.what
"""
