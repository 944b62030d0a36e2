"""Telephone numbers: the fast way agrees with the package on the example numbers of every numbering plan."""

import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrate.transform import phones
from migrate.transform.series import TEXT

KINDS = (
    phonenumbers.PhoneNumberType.FIXED_LINE,
    phonenumbers.PhoneNumberType.MOBILE,
    phonenumbers.PhoneNumberType.TOLL_FREE,
)
REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)


def examples(region):
    found = (phonenumbers.example_number_for_type(region, kind) for kind in KINDS)
    return [number for number in found if number is not None]


def parsed(numbers, regions=None):
    regions = pa.array(regions or [None] * len(numbers), TEXT)
    return phones.e164(pa.array(numbers, TEXT), regions).to_pylist()


def test_every_example_number_is_known_and_unchanged():
    numbers = [
        phonenumbers.format_number(n, phonenumbers.PhoneNumberFormat.E164)
        for r in REGIONS
        for n in examples(r)
    ]
    assert parsed(numbers) == numbers
    assert phones._known(pa.array(numbers)).null_count == 0, "none of them needs the slow way"


def test_every_example_number_is_known_as_its_country_writes_it():
    cases = [(region, number) for region in REGIONS for number in examples(region)]
    written = [phonenumbers.format_number(n, phonenumbers.PhoneNumberFormat.INTERNATIONAL) for _, n in cases]
    expected = [phonenumbers.format_number(n, phonenumbers.PhoneNumberFormat.E164) for _, n in cases]
    assert parsed(written) == expected


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["1", "33", "44", "91", "52", "54", "39", "599", "7"]),
            st.from_regex(r"\d{6,11}", fullmatch=True),
        ),
        max_size=30,
    )
)
def test_what_the_package_refuses_is_refused(parts):
    numbers = [f"+{code}{rest}" for code, rest in parts if rest.isascii()]
    for number, found in zip(numbers, parsed(numbers), strict=True):
        answer = phones._one(number, "")
        assert found == answer or (found == number and answer is not None)


@pytest.mark.parametrize("region", ["CA", "US", "JM"])
@settings(max_examples=40)
@given(st.lists(st.from_regex(r"[2-9]\d{9}", fullmatch=True), max_size=20))
def test_domestic_numbers_of_north_america_are_those_of_the_package(region, numbers):
    numbers = [number for number in numbers if number.isascii()]
    assert parsed(numbers, [region] * len(numbers)) == [phones._one(number, region) for number in numbers]


def test_a_null_stays_null():
    assert pc.all(phones.e164(pa.nulls(3, TEXT), pa.array(["CA", None, "CA"])).is_null()).as_py()
