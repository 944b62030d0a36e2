"""Machine-readable zones: valid ones pass, one changed character is found unless arithmetic hides it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrate.transform import mrz
from migrate.transform.series import cells, column

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ALPHABET = "0123456789" + LETTERS + "<"
VALUE = {character: index for index, character in enumerate("0123456789" + LETTERS)} | {"<": 0}


def digit(text):
    """The check digit of 9303-3, written down once more, plainly."""
    return str(sum(VALUE[character] * (7, 3, 1)[index % 3] for index, character in enumerate(text)) % 10)


def field(width, alphabet=ALPHABET[:-1]):
    return st.text(st.sampled_from(alphabet), min_size=1, max_size=width).map(
        lambda text: text.ljust(width, "<")
    )


YYMMDD = st.dates().map(lambda day: f"{day:%y%m%d}")
STATE = st.sampled_from(["CAN", "D<<", "UTO", "XXA"])


@st.composite
def zones(draw, kind):
    number, birth, expiry, state = draw(field(9)), draw(YYMMDD), draw(YYMMDD), draw(STATE)
    sex, name = draw(st.sampled_from("FM<")), draw(field(20, LETTERS))
    birth, expiry = birth + digit(birth), expiry + digit(expiry)
    if kind == "TD1":
        first = f"I<{state}{number}{digit(number)}{draw(field(15))}"
        optional = draw(field(11))
        second = f"{birth}{sex}{expiry}{state}{optional}"
        return first, second + digit(first[5:] + birth + expiry + optional), name.ljust(30, "<")
    width = 44 if kind in {"TD3", "MRV-A"} else 36
    first = f"{'V' if kind.startswith('MRV') else 'P'}<{state}{name}".ljust(width, "<")
    second = f"{number}{digit(number)}{state}{birth}{sex}{expiry}"
    if kind.startswith("MRV"):
        return first, second + draw(field(width - 28)), None
    optional = draw(field(14 if kind == "TD3" else 7))
    second += optional + (digit(optional) if kind == "TD3" else "")
    return first, second + digit(second[:10] + second[13:20] + second[21:]), None


KINDS = ["TD3", "TD2", "TD1", "MRV-A", "MRV-B"]
CHECKED = {
    "TD3": [*range(10), *range(13, 20), *range(21, 44)],
    "TD2": [*range(10), *range(13, 20), *range(21, 36)],
}
CHECKED |= {
    "MRV-A": [*range(10), *range(13, 20), *range(21, 28)],
    "TD1": [*range(7), *range(8, 15), *range(18, 30)],
}
CHECKED["MRV-B"] = CHECKED["MRV-A"]
DIGITS = {"TD3": {9, 19, 27, 42, 43}, "TD2": {9, 19, 27, 35}, "TD1": {6, 14, 29}}
DIGITS |= {"MRV-A": {9, 19, 27}, "MRV-B": {9, 19, 27}}


def wrong(lines):
    line1, line2, line3 = (column(*each) for each in zip(*lines, strict=True))
    return cells(mrz.mrz_check_digits(line1, line2=line2, line3=line3))


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40)
@given(data=st.data())
def test_a_valid_zone_passes(kind, data):
    lines = data.draw(st.lists(zones(kind), min_size=1, max_size=5))
    assert not any(wrong(lines))
    line1, line2, line3 = (column(*each) for each in zip(*lines, strict=True))
    assert not any(cells(mrz.mrz_shape(line1, line2=line2, line3=line3)))


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40)
@given(data=st.data())
def test_one_changed_character_of_a_checked_field_is_found_unless_it_has_the_same_value_modulo_ten(
    kind, data
):
    first, second, third = data.draw(zones(kind))
    place = data.draw(st.sampled_from(CHECKED[kind]))
    changed = [
        (first, second[:place] + character + second[place + 1 :], third)
        for character in ALPHABET
        if character != second[place]
    ]
    same = [VALUE[zone[1][place]] % 10 == VALUE[second[place]] % 10 for zone in changed]
    for zone, equal, found in zip(changed, same, wrong(changed), strict=True):
        if place in DIGITS[kind]:  # a check digit must be that very digit
            assert found or zone[1][place] == "<"
        elif not equal:
            assert found, zone
        else:
            assert not found, zone


def test_the_share_of_changes_that_arithmetic_hides_is_the_known_one():
    """Of the other characters of a position, those of the same value modulo 10 pass: three or four of 36."""
    line1 = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
    line2 = "L898902C36UTO7408122F1204159ZE184226B<<<<<10"
    changed = [
        (line1, line2[:place] + character + line2[place + 1 :], None)
        for place in range(9)
        for character in ALPHABET
        if character != line2[place]
    ]
    missed = wrong(changed).count(False)
    expected = sum(
        VALUE[new[1][place]] % 10 == VALUE[line2[place]] % 10
        for new in changed
        for place in range(9)
        if new[1][place] != line2[place]
    )
    assert missed == expected
    assert 0.06 < missed / len(changed) < 0.13
