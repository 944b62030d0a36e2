"""Telephones, postal codes, identifiers, money, flags: facts that the examples in the documentation do not show."""

from decimal import Decimal

import pyarrow as pa
import pytest

from migrate.transform import codes, contacts, identifiers, money
from migrate.transform.series import cells, column
from migrate.transform.standards import platform_codes


def parsed(number, **options):
    result = contacts.phone_e164(column(number), **options)
    return cells(result[0] if isinstance(result, tuple) else result)[0]


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("6135551234", "+16135551234"), ("(613) 555-1234", "+16135551234"), ("16135551234", "+16135551234"),
        ("+1 613 555 1234", "+16135551234"), ("+44 (0)20 7946 0018", "+442079460018"),
        ("+919812345678", "+919812345678"),
        ("6135551234 x123", "+16135551234"), ("6135551234\n123", "+16135551234"),
        ("613.555.1234 poste 9", "+16135551234"),
    ],
)  # fmt: skip
def test_a_sure_number_is_parsed(raw, number):
    assert parsed(raw, country="CA") == number


@pytest.mark.parametrize(
    "raw",
    [
        "1-800-FLOWERS", "6135551234 4165551234", "6135551234/4165551234", "6135551234\n4165551234", "5551234",
        "919812345678",
        "0016135551234", "+1 613 555", "unknown", "x", "613555123456", "+999123456789", "613-555-1234 (home)",
    ],
)  # fmt: skip
def test_a_doubtful_number_is_refused_and_marked(raw):
    assert parsed(raw, country="CA") is None
    assert cells(contacts.phone_unclear(column(raw), country="CA")) == [True]


def test_a_domestic_number_needs_a_country():
    assert parsed("6135551234") is None


def test_the_country_of_a_row_comes_before_the_default():
    numbers = column("02079460018", "6135551234", "6135551234")
    found = contacts.phone_e164(
        numbers, country="CA", region=column("200", None, "511"), codes=("200=GB", "511=CA")
    )
    assert cells(found) == ["+442079460018", "+16135551234", "+16135551234"]


@pytest.mark.parametrize(
    ("code", "country"),
    [
        ("K1A 0B1", "CA"),
        ("k1a0b1", "CAN"),
        ("90210", "USA"),
        ("90210-1234", "US"),
        ("SW1A 1AA", "GB"),
        ("110 001", "IN"),
        ("100-0001", "JPN"),
    ],
)
def test_a_postal_code_of_its_country_passes(code, country):
    assert cells(contacts.postal_code(column(code), country=column(country))) == [False]


@pytest.mark.parametrize(
    ("code", "country"),
    [("K1A 0O1", "CA"), ("D1A 0B1", "CA"), ("9021", "US"), ("SW1A", "GB"), ("012345", "IND")],
)
def test_a_malformed_postal_code_is_found(code, country):
    assert cells(contacts.postal_code(column(code), country=column(country))) == [True]


def test_codes_of_a_department_are_translated():
    given = column("K1A 0B1", "bad", "bad", "bad")
    country = column("511", "511", "999", None)
    assert cells(contacts.postal_code(given, country=country, codes=("511=CA",))) == [
        False,
        True,
        False,
        False,
    ]


def test_every_currency_and_country_of_the_platform_is_known():
    assert "CAD" in platform_codes("currency").to_pylist()
    assert "XXA" in platform_codes("country").to_pylist()


def test_amounts_are_never_rounded_and_never_float():
    given = column(
        Decimal("0.0050000"),
        Decimal("-12.3400000"),
        Decimal("9999999999999.9900000"),
        None,
        kind=pa.decimal128(22, 7),
    )
    sums, refused = money.amount(given)
    assert cells(sums) == [None, Decimal("-12.34"), Decimal("9999999999999.99"), None]
    assert cells(refused) == [True, False, False, False]


@pytest.mark.parametrize("text", ["1,000.00", "12,50", "$5", "", " 5", "1e3", "NaN", "12345678901234567890"])
def test_text_that_is_no_plain_amount_is_refused(text):
    sums, refused = money.amount(column(text))
    assert (cells(sums), cells(refused)) == ([None], [True])


def test_a_flag_column_without_strays_is_returned_as_it_is():
    given = column("Y", "N", None)
    assert codes.yes_no(given) is given


@pytest.mark.parametrize("stray", ["y", "1", "?", " ", "O", "Yes"])
def test_an_undeclared_flag_value_is_refused(stray):
    flags, refused = codes.flag(column(stray), null_is="N")
    assert (cells(flags), cells(refused)) == ([None], [True])


@pytest.mark.parametrize("number", ["X01-2345-6789", "CAN000123456789", "1122-33A4"])
def test_a_number_with_letters_keeps_its_hyphens(number):
    given = column(number)
    assert identifiers.digits_only(given) is given


@pytest.mark.parametrize("zeros", ["00000000", "0000-0000", "0000000000", "0"])
def test_zeros_are_no_number(zeros):
    assert cells(identifiers.zeros_to_null(column(zeros))) == [None]
