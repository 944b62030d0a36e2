"""`quality`: what is expected of the data on each side, judged by Great Expectations inside both databases.

The suites (`reconciliation.quality.suites`) state our assumptions about the legacy tables, and what the platform's
schema does not enforce. Every expectation that is declared is a subject. Great Expectations is asked for one set of
rows after the other; what it does not answer is not comparable, whatever else went well: it has been known to leave a
failing expectation out and to call the rest a success.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pyarrow as pa
import sqlalchemy as sa

from migrate.errors import MigrateError, Transient
from migrate.extract.sql import SqlSource
from migrate.postgres import Connection, connect
from reconciliation.checks import Answer, check
from reconciliation.compare.conditions import AS_OF
from reconciliation.evidence import Evidence
from reconciliation.model import (
    DIFFERENCES,
    Kind,
    Look,
    Measure,
    Reason,
    Remark,
    Result,
    Subject,
)
from reconciliation.quality.rows import LegacyTables, PlatformTables, Tables, select, values_of
from reconciliation.quality.suites import LEGACY, SIDES, Expected, Listed, RowSet, Suite, read

if TYPE_CHECKING:
    from reconciliation.quality.gx import Answer as Judged
    from reconciliation.quality.gx import Judge

NAME = "quality"
DATA_DOCS = "data_docs"
SECONDS = 300
"""After so long the platform ends a statement; the legacy side has a bound of its own."""


@check(NAME)
class Quality:
    """See the module."""

    def subjects(self, evidence: Evidence) -> Iterator[Subject]:
        """Every expectation; and the side that has no suite, where the other has one."""
        suites = read(evidence.mappings, evidence.layout)
        for side in _forgotten(suites):
            yield Subject(NAME, "", _no_suite(side))
        for suite in suites.values():
            for row_set in _asked(evidence, suite):
                for each in row_set.expected:
                    name = _name(row_set, each)
                    yield Subject(NAME, row_set.entity, name, each.field_class, each.may_be_empty)

    def run(self, evidence: Evidence) -> Iterator[Answer]:
        """One side after the other, then the Data Docs of both."""
        suites = read(evidence.mappings, evidence.layout)
        if not suites:
            return
        for side in _forgotten(suites):
            yield Remark(NAME, "", _no_suite(side), Reason("no_suite"), Result.NOT_COMPARABLE)
        from reconciliation.quality.gx import Judge  # takes seconds

        with Judge() as judge:
            for suite in suites.values():
                with _side(evidence, suite.side) as (engine, tables):
                    for row_set in _asked(evidence, suite):
                        yield from judged(evidence, judge, suite, row_set, engine, tables)
            judge.publish(evidence.folder / DATA_DOCS)


def _forgotten(suites: Mapping[str, Suite]) -> list[str]:
    """The sides without a suite; none where the project has no suites at all."""
    return [side for side in SIDES if suites and side not in suites]


def _no_suite(side: str) -> str:
    return f"{side} suite"


def _name(row_set: RowSet, expected: Expected) -> str:
    return f"{row_set.name}.{expected.name}"


def _asked(evidence: Evidence, suite: Suite) -> Iterator[RowSet]:
    """The sets of rows of the entities that were asked for."""
    for row_set in suite.row_sets:
        if not evidence.scope.entities or row_set.entity in evidence.scope.entities:
            yield row_set


@contextmanager
def _side(evidence: Evidence, side: str) -> Iterator[tuple[sa.Engine, Tables]]:
    """A read-only, bounded engine of a side, and its tables."""
    if side == LEGACY:
        source = evidence.legacy.source
        assert isinstance(source, SqlSource)
        yield source.engine, LegacyTables(source)
        return
    engine = sa.create_engine(
        "postgresql+psycopg://",
        creator=lambda: reader(evidence.platform.url),
        hide_parameters=True,
        pool_size=1,
    )
    try:
        yield engine, PlatformTables(evidence.layout, evidence.platform.schema)
    finally:
        engine.dispose()


def reader(url: sa.URL) -> Connection:
    """A connection to the platform that can only read, and not for ever."""
    connection = connect(url, "case-migrate reconcile", autocommit=True)
    connection.execute(f"SET statement_timeout = {SECONDS * 1000}")
    connection.execute("SET default_transaction_read_only = on")
    connection.autocommit = False
    return connection


def judged(
    evidence: Evidence, judge: "Judge", suite: Suite, row_set: RowSet, engine: sa.Engine, tables: Tables
) -> Iterator[Answer]:
    """The answers about a set of rows; exactly one for each expectation."""
    answers: Mapping[str, Judged] = {}
    error = ""
    if not evidence.limits.over:
        try:
            options = {each.name: _options(evidence, each, engine, tables) for each in row_set.expected}
            rows = select(row_set, tables, evidence.as_of)
            answers = judge.ask(suite.side, engine, row_set, rows, options)
        except Transient:
            raise
        except (MigrateError, LookupError, sa.exc.SQLAlchemyError) as failed:
            error = type(failed).__name__  # its text may hold values
    for each in row_set.expected:
        name = _name(row_set, each)
        if each.name in answers:
            yield from _measured(suite, row_set, each, name, answers[each.name])
        elif error:
            yield Remark(NAME, row_set.entity, name, Reason("failed", {"error": error}), Result.ERROR)
        elif evidence.limits.over:
            yield Remark(NAME, row_set.entity, name, Reason("out_of_time"), Result.NOT_RUN)
        else:
            yield Remark(NAME, row_set.entity, name, Reason("no_answer"), Result.NOT_COMPARABLE)


def _options(
    evidence: Evidence, expected: Expected, engine: sa.Engine, tables: Tables
) -> Mapping[str, object]:
    """The options with every value worked out."""
    return {key: _option(evidence, value, engine, tables) for key, value in expected.options.items()}


def _option(evidence: Evidence, value: object, engine: sa.Engine, tables: Tables) -> object:
    if isinstance(value, Listed):
        with engine.connect() as connection:
            rows = connection.execute(values_of(value, tables, evidence.as_of)).all()
        return sorted({str(each) for row in rows for each in row if each is not None})
    if value == AS_OF:
        return evidence.as_of
    return list(value) if isinstance(value, tuple) else value


def _measured(
    suite: Suite, row_set: RowSet, expected: Expected, name: str, told: "Judged"
) -> Iterator[Answer]:
    """How many rows are as expected and how many are not; a line where these are too many."""
    for holds, number in (("yes", told.judged - told.unexpected), ("no", told.unexpected)):
        legacy, platform = (number, None) if suite.side == LEGACY else (None, number)
        group = {"as_expected": holds}
        yield Measure(NAME, row_set.entity, name, "rows", legacy, platform, number, group)
    if not told.holds:
        line = {
            **dict.fromkeys(DIFFERENCES.names, ""),
            "check": NAME,
            "entity": row_set.entity,
            "subject": name,
            "kind": Kind.BROKEN_RULE.value,
            "look": Look.OUT_OF_SYNC.value,
            "class": expected.field_class.value,
            "table": row_set.table if suite.side == LEGACY else "",
            "column": ", ".join(expected.columns) if suite.side != LEGACY else "",
            "source": ", ".join(expected.columns) if suite.side == LEGACY else "",
            "legacy": None,
            "platform": None,
        }
        yield pa.Table.from_pylist([line], schema=DIFFERENCES)
