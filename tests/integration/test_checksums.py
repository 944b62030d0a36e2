"""A database's checksum of a row is another one as soon as one of its values is, however small the difference."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from migrate.extract import connect
from tests.databases import Kind, NewDatabase

AMOUNT = Decimal("1.0000000")
ROWS: tuple[dict[str, Any], ...] = (
    *({"A": text} for text in (None, "", " ", "a", "A", "a ", "á", "a\u0301", "NULL", "'", "''", "\\", '"', "\n")),
    *({"A": one, "B": other} for one, other in (("a,", "b"), ("a", ",b"), ("a','b", "c"), ("a", "b','c"))),
    *({"A": one, "B": other} for one, other in ((None, ""), (None, "a"), ("", ""))),
    {"AMOUNT": AMOUNT}, {"AMOUNT": AMOUNT + Decimal("0.0000001")}, {"AMOUNT": -AMOUNT},
    {"AT": datetime(2026, 3, 8, 2, 30, 0)}, {"AT": datetime(2026, 3, 8, 2, 30, 1)},  # noqa: DTZ001  as Siebel keeps them
)  # fmt: skip
"""Values of one row, no two of which are the same."""


@pytest.fixture(params=["sqlite", "postgres", "mariadb"])
def table(request: pytest.FixtureRequest, new_database: NewDatabase) -> tuple[str, sa.Table]:
    """An empty legacy table with texts, an amount and an instant."""
    kind: Kind = request.param
    url = new_database(kind)
    text = sa.Unicode(50).with_variant(mysql.VARCHAR(50, collation="utf8mb4_unicode_ci"), "mysql", "mariadb")
    table = sa.Table(
        "THINGS",
        sa.MetaData(),
        sa.Column("ROW_ID", sa.Unicode(15), primary_key=True),
        sa.Column("A", text),
        sa.Column("B", text),
        sa.Column("AMOUNT", sa.Numeric(22, 7)),
        sa.Column("AT", sa.DateTime()),
    )
    engine = sa.create_engine(url)
    table.create(engine)
    engine.dispose()
    return url, table


def test_no_two_unlike_rows_have_one_checksum(table: tuple[str, sa.Table]) -> None:
    url, things = table
    found = [checksum(url, things, row) for row in ROWS]
    assert [row for row, told in zip(ROWS, found, strict=True) if found.count(told) > 1] == []


def test_a_row_that_is_what_it_was_has_the_checksum_that_it_had(table: tuple[str, sa.Table]) -> None:
    url, things = table
    assert [checksum(url, things, row) for row in ROWS] == [checksum(url, things, row) for row in ROWS]


def test_keys_of_parts_that_a_collation_takes_for_one_come_all(table: tuple[str, sa.Table]) -> None:
    url, things = table
    keys = {"1-A ", "1-A", "1-a"}
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        for row_id, key in enumerate(sorted(keys, reverse=True)):
            connection.execute(sa.insert(things).values(ROW_ID=str(row_id), A="of one part", B=key))
    engine.dispose()
    source = connect(url)
    try:
        with source.snapshot() as reader:
            found = pa.concat_arrays(list(reader.in_parts("THINGS", "B", "A", 8, pa.array(range(8)))))
    finally:
        source.close()
    assert set(found.to_pylist()) == keys


def checksum(url: str, things: sa.Table, row: dict[str, Any]) -> str:
    """Of the table with this row alone."""
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.delete(things))
        connection.execute(sa.insert(things).values(ROW_ID="1-A", **row))
    engine.dispose()
    source = connect(url)
    try:
        with source.snapshot() as reader:
            columns = [column.name for column in things.columns]
            (told,) = reader.checksums("THINGS", columns, "ROW_ID", 8)["row_sum"].to_pylist()
    finally:
        source.close()
    return str(told)
