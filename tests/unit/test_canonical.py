"""The canonical form: one text for one value, whatever type it came in."""

from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate.canonical import canonical_text


def text(value: Decimal | None, precision: int, scale: int) -> bytes | None:
    (found,) = canonical_text(pa.array([value], pa.decimal128(precision, scale))).to_pylist()
    return found  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("value", "expected"),
    [("0", b"0"), ("0.0000001", b"0.0000001"), ("-0.0000012", b"-0.0000012"), ("1200", b"1200"), ("12.50", b"12.5")],
)  # fmt: skip
def test_a_number_is_decimal_text_without_trailing_zeros(value: str, expected: bytes) -> None:
    assert text(Decimal(value), 22, 7) == expected


@given(st.decimals("-9999.99", "9999.99", places=2))
def test_a_number_has_one_text_at_every_scale(value: Decimal) -> None:
    assert text(value, 10, 2) == text(value, 38, 12) == text(value, 22, 7)
