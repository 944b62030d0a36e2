"""`identity`: nobody merged by mistake, nobody doubled, no merge without a cause.

`one row, one key`: no row of the platform stands for two living legacy keys. `merges`: who was merged is gone from
legacy, and the survivor's row is there. The rest is what a comparison file declares to belong to one root alone.
"""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc
from psycopg import sql

from migrate.postgres import names
from reconciliation.checks import Answer, check
from reconciliation.checks.lines import cut, line, table
from reconciliation.compare.nouns import Comparison, Identifier
from reconciliation.evidence import Evidence
from reconciliation.expected import one
from reconciliation.model import Kind, Measure, Subject

NAME = "identity"
ONE_KEY, MERGES = "one row, one key", "merges"
_NO_MERGES = "nobody was merged"


@check(NAME)
class Identity:
    """See the module."""

    def subjects(self, evidence: Evidence) -> Iterator[Subject]:
        """Keys and merges of each entity, and each declared identifier."""
        for entity, comparison in evidence.comparisons.items():
            yield Subject(NAME, entity, ONE_KEY, "A", comparison.own.may_be_empty)
            yield Subject(NAME, entity, MERGES, "A", _NO_MERGES)
            for identifier in comparison.identifiers:
                yield Subject(NAME, entity, identifier.name, "A", identifier.may_be_empty)

    def run(self, evidence: Evidence) -> Iterator[Answer]:
        """Entity by entity."""
        for comparison in evidence.comparisons.values():
            yield from _one_key(evidence, comparison)
            yield from _merges(evidence, comparison)
            for identifier in comparison.identifiers:
                yield from _alone(evidence, comparison, identifier)


def _one_key(evidence: Evidence, comparison: Comparison) -> Iterator[Answer]:
    subject = Subject(NAME, comparison.entity, ONE_KEY, "A")
    living = evidence.books.living(comparison.entity)
    counts = living.group_by("id").aggregate([("key", "count")])
    doubled = one(counts.column("id")).filter(pc.greater(one(counts.column("key_count")), 1))
    yield Measure(NAME, comparison.entity, ONE_KEY, "rows", None, counts.num_rows, counts.num_rows)
    wrong = living.filter(pc.is_in(living.column("id"), value_set=doubled))
    yield table(line(subject, Kind.COLLISION, key=row["key"], id=row["id"]) for row in wrong.to_pylist())


def _merges(evidence: Evidence, comparison: Comparison) -> Iterator[Answer]:
    """A merge is legacy's own: its loser is gone there. The survivor's row has to be on the platform."""
    subject = Subject(NAME, comparison.entity, MERGES, "A")
    target = evidence.layout[comparison.table]
    merges = evidence.platform.ask(
        f"""
        SELECT c.key, c.id::text, t.{target.key} IS NOT NULL FROM {{state}}.crosswalk c
        LEFT JOIN {{platform}}.{target.name} t ON t.{target.key} = c.id
        WHERE c.entity = %s AND c.cause = 'merge' AND c.valid_to = 'infinity' ORDER BY c.key
        """,
        {"key": pa.string(), "id": pa.string(), "there": pa.string()},
        [comparison.entity],
    )
    yield Measure(NAME, comparison.entity, MERGES, "keys", None, merges.num_rows, merges.num_rows)
    with evidence.legacy.reader() as reader:
        alive = reader.rows_by_keys(comparison.root, ["ROW_ID"], "ROW_ID", one(merges.column("key")))
    living = set(alive.column("ROW_ID").to_pylist())
    rows = merges.to_pylist()
    yield table(
        [
            *(
                line(subject, Kind.CONTRADICTION, key=row["key"], id=row["id"])
                for row in rows
                if row["key"] in living
            ),
            *(
                line(subject, Kind.MISSING, key=row["key"], id=row["id"])
                for row in rows
                if row["there"] != "t"
            ),
        ]
    )


def _alone(evidence: Evidence, comparison: Comparison, identifier: Identifier) -> Iterator[Answer]:
    """An identifier that several roots bear."""
    subject = Subject(NAME, comparison.entity, identifier.name, "A")
    told = evidence.layout[identifier.of]
    root = sql.Identifier(told.root_id or told.key)
    value = sql.Identifier(identifier.by)
    place = sql.SQL("FROM {} WHERE {} IS NOT NULL{}").format(
        names(evidence.platform.schema, identifier.of),
        value,
        sql.Composed(
            [
                sql.SQL(" AND {}::text = ANY({})").format(
                    sql.Identifier(column), sql.Literal([str(v) for v in values])
                )
                for column, values in identifier.where.items()
            ]
        ),
    )
    (count,) = evidence.platform.ask(sql.SQL("SELECT count(*) {}").format(place), {"n": pa.int64()}).column(
        "n"
    )
    yield Measure(NAME, comparison.entity, identifier.name, "rows", None, count.as_py(), count.as_py())
    shared = sql.SQL("SELECT {value} {place} GROUP BY {value} HAVING count(DISTINCT {root}) > 1")
    query = sql.SQL(
        "SELECT {root}::text, count(*) OVER () {place} AND {value} IN ({shared})"
        " GROUP BY {root} ORDER BY 1 LIMIT {limit}"
    )
    parts = {"root": root, "value": value, "place": place, "limit": sql.Literal(evidence.limits.differences)}
    kinds = {"id": pa.string(), "all": pa.int64()}
    rows = evidence.platform.ask(query.format(**parts, shared=shared.format(**parts)), kinds)
    yield table(
        line(subject, Kind.COLLISION, id=each, column=f"{identifier.of}.{identifier.by}")
        for each in rows.column("id").to_pylist()
    )
    yield from cut(subject, rows.column("all")[0].as_py() if rows.num_rows else 0, rows.num_rows)
