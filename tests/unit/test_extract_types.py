"""The canonical type of every kind of column, and values that become it without loss or stop the read."""

from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mssql, mysql, oracle, postgresql

from migrate.errors import Drift
from migrate.extract.types import canonical_type, conform

EXACT = pa.decimal128(38, 10)


TYPES: Any = (
    oracle.NUMBER,
    mssql.DATETIME2,
    mssql.ROWVERSION,
    oracle.RAW,
)  # these have no types of their own
NUMBER, DATETIME2, ROWVERSION, RAW = TYPES


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        (sa.String(15), pa.string()), (sa.CHAR(1), pa.string()), (sa.Text(), pa.string()), (oracle.CLOB(), pa.string()),
        (mssql.NVARCHAR(), pa.string()), (sa.Uuid(), pa.string()), (sa.Time(), pa.string()), (sa.JSON(), pa.string()),
        (mysql.ENUM("a"), pa.string()), (mysql.SET("a"), pa.string()), (sa.types.NullType(), pa.string()),
        (sa.Integer(), pa.int64()), (sa.BigInteger(), pa.int64()), (sa.Boolean(), pa.int64()),
        (mysql.YEAR(), pa.int64()),
        (mysql.TINYINT(1), pa.int64()), (mysql.BIGINT(unsigned=True), pa.decimal128(20, 0)), (mysql.BIT(1), pa.int64()),
        (sa.Numeric(10, 0), pa.int64()), (sa.Numeric(18, 0), pa.int64()), (sa.Numeric(19, 0), pa.decimal128(19, 0)),
        (sa.Numeric(22, 7), pa.decimal128(22, 7)), (sa.Numeric(60, 7), pa.decimal128(38, 7)), (sa.Numeric(), EXACT),
        (NUMBER(10, 0), pa.int64()), (NUMBER(22, 7), pa.decimal128(22, 7)), (NUMBER(), EXACT),
        (NUMBER(10, -2), pa.int64()), (NUMBER(3, 5), pa.decimal128(5, 5)), (sa.Float(), EXACT),
        (mssql.MONEY(), pa.decimal128(19, 4)), (mssql.SMALLMONEY(), pa.decimal128(10, 4)), (sa.Double(), EXACT),
        (sa.DateTime(), pa.timestamp("us")), (sa.Date(), pa.timestamp("us")), (oracle.DATE(), pa.timestamp("us")),
        (DATETIME2(), pa.timestamp("us")), (postgresql.TIMESTAMP(), pa.timestamp("us")),
        (sa.LargeBinary(), pa.binary()), (RAW(8), pa.binary()), (ROWVERSION(), pa.binary()),
    ],
)  # fmt: skip
def test_every_type_of_a_database_has_a_canonical_one(
    declared: sa.types.TypeEngine, expected: pa.DataType
) -> None:
    assert canonical_type(declared) == expected


@pytest.mark.parametrize(
    ("given", "kind", "expected"),
    [
        (pa.array([1, None], pa.int8()), pa.int64(), [1, None]),
        (pa.array(["7", "-7.0", None]), pa.int64(), [7, -7, None]),
        (pa.array([Decimal("7.00")], pa.decimal128(12, 2)), pa.int64(), [7]),
        (pa.array([Decimal("1.5")], pa.decimal128(38, 10)), pa.decimal128(22, 7), [Decimal("1.5")]),
        (pa.array([0.1 + 0.2]), pa.decimal128(22, 7), [Decimal("0.3")]),
        (pa.array([9_007_199_254_740_993]), pa.decimal128(22, 7 - 5), [Decimal(9_007_199_254_740_993)]),
        (pa.array(["1e-7", "-12.50"]), pa.decimal128(22, 7), [Decimal("1E-7"), Decimal("-12.5")]),
        (pa.array(["x", None], pa.large_string()), pa.string(), ["x", None]),
    ],
)
def test_a_drivers_value_becomes_the_canonical_one(
    given: pa.Array, kind: pa.DataType, expected: list[object]
) -> None:
    found = conform(pa.table({"x": given}), pa.schema([("X", kind)]), "T").column("X")
    assert found.type == kind
    assert found.to_pylist() == expected


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (pa.array(["7.5"]), pa.int64()),
        (pa.array(["9223372036854775808"]), pa.int64()),
        (pa.array([Decimal("1.23456789")]), pa.decimal128(22, 7)),
        (pa.array(["NaN"]), pa.decimal128(22, 7)),
        (pa.array(["1975-02-30"]), pa.timestamp("us")),
        (pa.array(["0000-00-00 00:00:00"]), pa.timestamp("us")),
        (pa.array([2**62], pa.timestamp("s")), pa.timestamp("us")),
        (pa.array([b"\xff"]), pa.string()),
    ],
)
def test_a_value_that_does_not_fit_stops_the_read_and_is_not_shown(
    given: pa.Array, kind: pa.DataType
) -> None:
    with pytest.raises(Drift, match=r"T\.X") as caught:
        conform(pa.table({"x": given}), pa.schema([("X", kind)]), "T")
    assert "7.5" not in str(caught.value)
    assert caught.value.__suppress_context__
