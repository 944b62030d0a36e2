"""The statements that each database gets, word for word; for SQL Server and Oracle this is all that can be tested.

Every statement of a read is in `tests/golden/extract/<dialect>.sql`. Write them anew with GOLDEN=write after a change
that is meant, and read the difference.
"""

import os
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mssql, mysql, oracle, postgresql, sqlite
from sqlalchemy.engine import Dialect as SqlDialect

from migrate import conditions
from migrate.conditions import All, Column, Not, Operator
from migrate.extract.checksums import summable
from migrate.extract.dialects import DIALECTS, Dialect
from migrate.extract.engine import fill
from migrate.extract.nouns import SourceColumn, SourceTable
from migrate.extract.statements import Statements
from migrate.extract.types import canonical_type
from migrate.extract.ways import compiled
from migrate.model import KeyRange

GOLDEN = Path(__file__).parent.parent / "golden" / "extract"

SQL_DIALECTS: dict[str, SqlDialect] = {
    "sqlite": sqlite.dialect(),
    "postgresql": postgresql.psycopg.dialect(),
    "mariadb": mysql.pyodbc.dialect(is_mariadb=True, paramstyle="qmark"),
    "mysql": mysql.pyodbc.dialect(paramstyle="qmark"),
    "mssql": mssql.pyodbc.dialect(paramstyle="qmark"),
    "oracle": oracle.oracledb.dialect(),
}

OWN_TYPES: dict[str, tuple[Any, Any, Any, Any]] = {  # of the columns PRICE, DONE, AT, CODE
    "sqlite": (sa.REAL(), sa.INTEGER(), sa.TIMESTAMP(), sa.TEXT()),
    "postgresql": (sa.DOUBLE_PRECISION(), sa.BOOLEAN(), sa.TIMESTAMP(timezone=True), sa.UUID()),
    "mariadb": (mysql.DOUBLE(), mysql.BIT(1), mysql.TIMESTAMP(), sa.TIME()),
    "mysql": (mysql.DOUBLE(), mysql.TINYINT(1), mysql.TIMESTAMP(), sa.TIME()),
    "mssql": (mssql.MONEY(), mssql.BIT(), mssql.DATETIMEOFFSET(), mssql.UNIQUEIDENTIFIER()),
    "oracle": (oracle.BINARY_DOUBLE(), oracle.NUMBER(1, 0), oracle.TIMESTAMP(timezone=True), oracle.CLOB()),
}


NARROW = All(
    (
        conditions.Any(
            (
                conditions.Test(Column("PAR_ID"), Operator.IN, ("it's", None)),
                conditions.Test(Column("ROW_ID"), Operator.IN, "1-A"),
            )
        ),
        Not(conditions.Test(Column("ROW_ID"), Operator.BLANK)),
        conditions.Test(Column("AMT"), Operator.IN, "1"),  # a number: judged here alone
    )
)


def table_of(name: str) -> SourceTable:
    """A legacy table with columns of every kind."""
    types: dict[str, Any] = {
        "ROW_ID": sa.VARCHAR(15),
        "PAR_ID": sa.VARCHAR(15),
        "SEQ_NUM": sa.BIGINT(),
        "AMT": sa.NUMERIC(22, 7),
        "CREATED": sa.DateTime(),
        "LAST_UPD": sa.DateTime(),
    } | dict(zip(("PRICE", "DONE", "AT", "CODE"), OWN_TYPES[name], strict=True))
    columns = [
        SourceColumn(
            column, canonical_type(kind), collation="own" if column == "PAR_ID" else None, sql_type=kind
        )
        for column, kind in types.items()
    ]
    return SourceTable("S_CASE", {column.name: column for column in columns})


def described(name: str) -> Iterator[str]:
    """Everything that is sent, in the order of a run."""
    dialect: Dialect = DIALECTS[name]
    table = table_of(name)
    statements = Statements(dialect, schema="SIEBEL", token="1234567")
    every = list(table.columns)

    def named(title: str, statement: sa.Select | sa.CompoundSelect) -> str:
        text, values = compiled(statement, SQL_DIALECTS[name])
        shown = "".join(f"\n-- {key} = {value!r}" for key, value in _pairs(values))
        return f"-- {title}\n{text};{shown}\n"

    for statement in dialect.session:
        yield f"-- every connection\n{fill(statement, 300)};\n"
    for question in (
        dialect.version,
        dialect.clock,
        dialect.charset,
        dialect.can_write,
        dialect.collations,
        dialect.unique,
        *dialect.settings.values(),
    ):
        if question is not None:
            yield f"-- examine\n{question};\n"
    control = Statements(dialect, schema="SIEBEL")
    yield named("count", control.count(table))
    yield named("filled", control.filled([table, table]))
    yield named("boundaries", control.boundaries(table, "ROW_ID", 25_000))
    yield named("boundaries of rows without a pointer", control.boundaries(table, "ROW_ID", 25_000, "PAR_ID"))
    yield named("rights", control.nothing([table, table]))
    yield named("count, narrowed", control.count(table, NARROW))
    yield named("boundaries, narrowed", control.boundaries(table, "ROW_ID", 25_000, where=NARROW))
    for statement in dialect.begin:
        yield f"-- begin\n{statement};\n"
    if dialect.share:
        yield f"-- share\n{dialect.share};\n"
        for statement in dialect.adopt:
            yield f"-- join\n{statement.replace('{token}', '1234567')};\n"
    yield named("range", statements.rows(table, every, "ROW_ID", KeyRange("1-A", "1-B")))
    yield named("first range", statements.rows(table, ["ROW_ID"], "ROW_ID", KeyRange(None, "1-B")))
    yield named("last range", statements.rows(table, ["ROW_ID"], "ROW_ID", KeyRange("1-A", None)))
    yield named(
        "narrowed range", statements.rows(table, ["ROW_ID"], "ROW_ID", KeyRange("1-A", None), where=NARROW)
    )
    yield named("one range over everything", statements.rows(table, ["ROW_ID"], "ROW_ID", KeyRange()))
    yield named(
        "range of a number", statements.rows(table, ["ROW_ID"], "SEQ_NUM", KeyRange("1", "9007199254740993"))
    )
    yield named(
        "range in another column's order",
        statements.rows(table, ["ROW_ID"], "PAR_ID", KeyRange("1-A", None), "other"),
    )
    yield named("keys", statements.rows_by_keys(table, ["ROW_ID"], "PAR_ID", ["1-A", "it's"]))
    yield named(
        "keys that are numbers",
        statements.rows_by_keys(table, ["ROW_ID"], "SEQ_NUM", [1, 9_007_199_254_740_993]),
    )
    yield named("keys that are decimals", statements.rows_by_keys(table, ["ROW_ID"], "AMT", [Decimal("1.5")]))
    yield named("keys, narrowed", statements.rows_by_keys(table, ["ROW_ID"], "PAR_ID", ["1-A"], NARROW))
    since = datetime(2026, 1, 31, 23, 59, 58, 123456)  # noqa: DTZ001  # a source's time is naive UTC
    yield named("changed", statements.changed(table, "PAR_ID", ["CREATED"], since))
    stamps = ["CREATED", "LAST_UPD"]
    yield named("changed by one stamp or another", statements.changed(table, "PAR_ID", stamps, since))
    summed = [name for name, column in table.columns.items() if summable(column)]
    yield named("checksums", statements.checksums(table, summed, "PAR_ID", 4096))
    yield named("keys of some parts", statements.in_parts(table, "ROW_ID", "PAR_ID", 4096, [0, 17]))
    yield named(
        "measured",
        statements.measured(table, "PAR_ID", ["CREATED"], "SEQ_NUM", KeyRange("1-A", "1-B"), where=NARROW),
    )
    yield named(
        "measured in another column's order, without a version",
        statements.measured(table, "PAR_ID", ["CREATED"], None, KeyRange("1-A", None), "other"),
    )
    yield named("without a pointer", statements.rows_without(table, ["ROW_ID"], "PAR_ID", None, KeyRange()))
    yield named(
        "without a pointer, bounded",
        statements.rows_without(table, ["ROW_ID"], "PAR_ID", "ROW_ID", KeyRange("1-A", "1-B")),
    )
    for statement in dialect.end:
        yield f"-- end\n{statement};\n"


def _pairs(values: tuple | dict) -> Iterator[tuple[object, object]]:
    return iter(values.items() if isinstance(values, dict) else enumerate(values, 1))


@pytest.mark.parametrize("name", DIALECTS)
def test_the_statements_are_those_of_the_golden_file(name: str) -> None:
    text = "\n".join(line.rstrip() for line in "\n".join(described(name)).splitlines()) + "\n"
    golden = GOLDEN / f"{name}.sql"
    if os.environ.get("GOLDEN") == "write":
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text("utf-8")


@pytest.mark.parametrize("name", DIALECTS)
def test_a_statement_of_a_session_leaves_no_bound_unfilled(name: str) -> None:
    assert all("{" not in fill(statement, 300) for statement in DIALECTS[name].session)


@pytest.mark.parametrize("name", DIALECTS)
def test_no_statement_can_write(name: str) -> None:
    verbs = {
        line.split()[0]
        for line in "\n".join(described(name)).splitlines()
        if line and not line.startswith("--")
    }
    assert not verbs & {
        "INSERT",
        "UPDATE",
        "DELETE",
        "CREATE",
        "DROP",
        "TRUNCATE",
        "MERGE",
        "LOCK",
        "GRANT",
        "CALL",
        "EXEC",
    }


def test_a_dialect_exists_for_every_database_that_mappings_may_come_from() -> None:
    assert set(DIALECTS) == {"sqlite", "postgresql", "mariadb", "mysql", "mssql", "oracle"}


def test_a_column_of_bytes_cannot_be_read() -> None:
    assert pa.types.is_binary(canonical_type(sa.LargeBinary()))
