"""Money: exact amounts and their currencies. Nothing is ever rounded, added up or converted here."""

from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from migrate.transform.registry import Reverse, rule, step
from migrate.transform.series import (
    FLAG,
    Converted,
    arrow,
    converted,
    offences,
    per_distinct,
    series,
    unless_same,
    without,
    wrong_type,
)
from migrate.transform.series import text as text_of
from migrate.transform.standards import platform_codes

DIGITS = 18
"""Digits of an amount: what 64 bits hold, and more cents than any treasury has."""


@step(reverse=Reverse.LOSSLESS)
def amount(values: pd.Series, *, scale: int = 2) -> Converted:
    """An exact decimal of `scale` places from a number or from text: `do: [amount]`, `do: [{amount: {scale: 3}}]`.

    A value with more places than that (`number(22,7)` holds seven) is refused, not rounded, and so is one of more than
    18 digits. Text is digits, perhaps a sign, and a point; no thousands separators, no comma, no currency.

    >>> cells(amount(column(Decimal("85.0000000"), None, kind=pa.decimal128(22, 7))))
    [Decimal('85.00'), None]
    >>> sums, refused = amount(column("85.1", "85.005", "1,000.00"))
    >>> cells(sums), cells(refused)
    ([Decimal('85.10'), None, None], [False, True, True])
    """
    given, kind = arrow(values), pa.decimal128(DIGITS, scale)
    exact = _decimals(given)
    try:
        amounts = exact.cast(kind)
    except (
        pa.ArrowInvalid
    ):  # says that some value does not fit, not which: 2 µs per distinct value, on bad batches only
        amounts = without(
            exact, pc.invert(per_distinct(exact, lambda value: _fits(value, scale), FLAG))
        ).cast(kind)
    return converted(amounts, pc.and_not(given.is_valid(), amounts.is_valid()), values)


@step(reverse=Reverse.ONE_WAY, records=True, note="case and blanks")
def currency(values: pd.Series) -> Converted:
    """A currency code of ISO 4217, trimmed and in upper case; blank becomes null: `do: [currency]`.

    Currencies out of use are known (a payment of 1999 may be in DEM). Any other text is refused, signs such as `$` too:
    which dollar it means is not ours to guess. The list is the platform's code list `currency`.

    >>> codes, refused = currency(column("CAD", " usd", "$", None))
    >>> cells(codes), cells(refused)
    (['CAD', 'USD', None, None], [False, False, True, False])
    """
    array = text_of(values)
    if not pc.is_in(array, value_set=platform_codes("currency")).false_count - array.null_count:
        return values
    clean = pc.utf8_upper(pc.utf8_trim_whitespace(array))
    clean = without(clean, pc.equal(clean, ""))
    refused = pc.and_(clean.is_valid(), pc.invert(pc.is_in(clean, value_set=platform_codes("currency"))))
    if not refused.true_count:
        return unless_same(values, clean)
    return series(without(clean, refused), values.index), series(refused, values.index)


@rule(en="this amount is below zero", fr="ce montant est inférieur à zéro")
def negative(values: pd.Series) -> pd.Series:
    """Amounts below zero, where no refund is meant: `flag: [negative]`.

    >>> cells(negative(column(Decimal("-1.00"), Decimal("0.00"), kind=pa.decimal128(18, 2))))
    [True, False]
    """
    return offences(pc.less(arrow(values), 0), values)


def _decimals(given: pa.Array) -> pa.Array:
    """Numbers as exact decimals; text that is no number as null."""
    if pa.types.is_decimal128(given.type):
        return given
    if pa.types.is_integer(given.type):
        return given.cast(pa.decimal128(38, 0))
    if pa.types.is_string(given.type):
        shaped = pc.match_substring_regex(given, r"^[+-]?\d{1,18}(\.\d{1,10})?$")
        return pc.if_else(pc.fill_null(shaped, False), given, None).cast(pa.decimal128(38, 10))
    raise wrong_type(given.type, "a decimal, an integer or text")


def _fits(value: Decimal | None, scale: int) -> bool | None:
    return None if value is None else value == round(value, scale) and abs(value) < 10 ** (DIGITS - scale)
