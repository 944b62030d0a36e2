"""`relations`: what points at what, and how many of it there are, as the platform holds it.

`links`: every id that names a row of another table has that row, whether or not a foreign key says so. Beside them the
relations that a comparison file declares, such as one principal applicant in each application.
"""

from collections.abc import Iterator, Mapping

import pyarrow as pa
from psycopg import sql

from migrate.conditions import Scalar
from migrate.postgres import names
from reconciliation.checks import Answer, check
from reconciliation.checks.lines import cut, line, table
from reconciliation.compare.nouns import Comparison, Relation
from reconciliation.evidence import Evidence
from reconciliation.model import Kind, Measure, Subject

NAME = "relations"
LINKS = "links"


@check(NAME)
class Relations:
    """See the module."""

    def subjects(self, evidence: Evidence) -> Iterator[Subject]:
        """The links of each entity, and each relation that is declared."""
        for entity, comparison in evidence.comparisons.items():
            if _has_links(comparison):
                yield Subject(NAME, entity, LINKS, "A", comparison.own.may_be_empty)
            for relation in comparison.relations:
                yield Subject(NAME, entity, relation.name, relation.field_class.value)

    def run(self, evidence: Evidence) -> Iterator[Answer]:
        """Entity by entity."""
        for comparison in evidence.comparisons.values():
            if _has_links(comparison):
                yield from _links(evidence, comparison)
            for relation in comparison.relations:
                yield from _counted(evidence, comparison, relation)


def _has_links(comparison: Comparison) -> bool:
    return any(field.names for pair in comparison.pairs for field in pair.fields)


def _links(evidence: Evidence, comparison: Comparison) -> Iterator[Answer]:
    """Each column of the entity's tables that names a row elsewhere."""
    subject = Subject(NAME, comparison.entity, LINKS, "A")
    for name in dict.fromkeys(pair.table for pair in comparison.pairs):
        told = evidence.layout[name]
        for column in told.columns.values():
            if column.points_at is not None and column.points_at in evidence.layout:
                group = {"from": f"{name}.{column.name}", "to": column.points_at}
                yield from _link(evidence, subject, name, column.name, column.points_at, group)


def _link(
    evidence: Evidence, subject: Subject, name: str, column: str, target: str, group: Mapping[str, str]
) -> Iterator[Answer]:
    schema, told, there = evidence.platform.schema, evidence.layout[name], evidence.layout[target]
    parts = {
        "from_table": names(schema, name),
        "to_table": names(schema, target),
        "column": sql.Identifier(column),
        "key": sql.Identifier(there.key),
        "id": sql.Identifier(told.key),
        "limit": sql.Literal(evidence.limits.differences),
    }
    joined = sql.SQL(
        "FROM {from_table} f LEFT JOIN {to_table} t ON t.{key} = f.{column} WHERE f.{column} IS NOT NULL"
    )
    place = joined.format(**parts)
    counted = sql.SQL("SELECT count(*), count(*) - count(t.{key}) {place}").format(**parts, place=place)
    (found,) = evidence.platform.ask(counted, {"all": pa.int64(), "lost": pa.int64()}).to_pylist()
    yield Measure(NAME, subject.entity, LINKS, "links", None, found["all"], found["all"], group)
    if found["lost"]:
        query = sql.SQL("SELECT f.{id}::text {place} AND t.{key} IS NULL ORDER BY 1 LIMIT {limit}")
        lost = evidence.platform.ask(query.format(**parts, place=place), {"id": pa.string()}).column("id")
        yield table(
            line(subject, Kind.ORPHAN, id=each, column=f"{name}.{column}") for each in lost.to_pylist()
        )
        yield from cut(subject, found["lost"], len(lost))


def _counted(evidence: Evidence, comparison: Comparison, relation: Relation) -> Iterator[Answer]:
    """Rows that have too few or too many of something."""
    subject = Subject(NAME, comparison.entity, relation.name, relation.field_class.value)
    schema, per = evidence.platform.schema, evidence.layout[relation.per]
    most = sql.SQL("") if relation.most is None else sql.SQL(" OR n > {}").format(sql.Literal(relation.most))
    query = sql.SQL("SELECT count(*), count(*) FILTER (WHERE n < {least}{most}) FROM ({counts}) c")
    counts = sql.SQL(
        "SELECT p.{key} AS id, count(f.{by}) AS n FROM {per} p LEFT JOIN {of} f ON f.{by} = p.{key}{where}"
        " WHERE true{when} GROUP BY p.{key}"
    ).format(
        key=sql.Identifier(per.key),
        by=sql.Identifier(relation.by),
        per=names(schema, relation.per),
        of=names(schema, relation.of),
        where=_such("f", relation.where),
        when=_such("p", relation.when),
    )
    parts = {"least": sql.Literal(relation.least), "most": most, "counts": counts}
    (found,) = evidence.platform.ask(
        query.format(**parts), {"all": pa.int64(), "wrong": pa.int64()}
    ).to_pylist()
    yield Measure(NAME, comparison.entity, relation.name, "rows", None, found["all"], found["all"])
    if found["wrong"]:
        which = sql.SQL(
            "SELECT id::text, n FROM ({counts}) c WHERE n < {least}{most} ORDER BY 1 LIMIT {limit}"
        )
        rows = evidence.platform.ask(
            which.format(**parts, limit=sql.Literal(evidence.limits.differences)),
            {"id": pa.string(), "n": pa.int64()},
        )
        allowed = f"{relation.least} to {'any' if relation.most is None else relation.most}"
        yield table(
            line(
                subject,
                Kind.CARDINALITY,
                id=row["id"],
                column=relation.of,
                legacy=allowed,
                platform=str(row["n"]),
            )
            for row in rows.to_pylist()
        )
        yield from cut(subject, found["wrong"], rows.num_rows)


def _such(alias: str, wanted: Mapping[str, tuple[Scalar, ...]]) -> sql.Composed:
    """Only rows with these values, as a further condition."""
    parts = [
        sql.SQL(" AND {}.{}::text = ANY({})").format(
            sql.Identifier(alias), sql.Identifier(column), sql.Literal([_text(value) for value in values])
        )
        for column, values in wanted.items()
    ]
    return sql.Composed(parts)


def _text(value: Scalar) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
