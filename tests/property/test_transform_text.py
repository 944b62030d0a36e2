"""Text steps against plain Python, and mojibake against the names of the world."""

import csv
from functools import cache
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate.transform import identifiers, mojibake, names, text
from migrate.transform.series import TEXT, cells, series

BLANKS = "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
LISTS = Path(__file__).parents[2] / "migrate" / "sample" / "data" / "names"


@cache
def all_names():
    """Every name of the sample, in Latin and in its own script, as written and in upper case."""
    found = set()
    for path in LISTS.glob("*.csv"):
        with path.open(encoding="utf-8") as lines:
            for row in csv.DictReader(lines):
                found |= {value for key, value in row.items() if key != "part" and value}
    return sorted(found | {name.upper() for name in found})


def of(values):
    return series(pa.array(values, TEXT))


@given(
    st.lists(st.one_of(st.none(), st.text(st.one_of(st.sampled_from(BLANKS), st.characters(codec="utf-8")))))
)
def test_trim_is_strip_with_the_blanks_of_unicode(values):
    assert cells(text.trim(of(values))) == [(value or "").strip(BLANKS) or None for value in values]


@given(st.lists(st.text(st.sampled_from("0123456789- A"), max_size=12)))
def test_digits_only_keeps_the_digits_or_the_whole(values):
    for value, found in zip(values, cells(identifiers.digits_only(of(values))), strict=True):
        bare = value.replace("-", "").replace(" ", "")
        assert found == (value if "A" in value else bare or None)


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=10)), st.integers(1, 12))
def test_width_is_counted_like_python_does(values, width):
    assert cells(text.too_long(of(values), width=width)) == [len(value) > width for value in values]
    assert cells(text.at_width(of(values), width=width)) == [len(value) >= width for value in values]


@given(st.lists(st.text(max_size=8)))
def test_controls_are_found_exactly_where_they_are_dropped(values):
    given_ = of(values)
    changed = [
        before != after for before, after in zip(values, cells(text.drop_controls(given_)), strict=True)
    ]
    assert cells(text.control_characters(given_)) == changed


def test_no_undamaged_name_is_repaired_or_suspected():
    everyone = of(all_names())
    assert mojibake.repair_mojibake(everyone) is everyone
    assert not any(cells(mojibake.mojibake(everyone)))


@pytest.mark.parametrize("encoding", ["sloppy-windows-1252", "latin-1"])
@pytest.mark.parametrize("rounds", [1, 2])
def test_damaged_names_are_restored_and_the_rest_is_marked(encoding, rounds):
    whole = [name for name in all_names() if not name.isascii()]
    damaged = whole
    for _ in range(rounds):
        damaged = [name.encode().decode(encoding) for name in damaged]
    after = mojibake.repair_mojibake(of(damaged))
    restored = [right == found for right, found in zip(whole, cells(after), strict=True)]
    assert sum(restored) >= 0.99 * len(whole)
    marked = cells(mojibake.mojibake(after))
    assert all(right or mark for right, mark in zip(restored, marked, strict=True))


@given(st.lists(st.text(st.characters(codec="utf-8"))))
def test_repair_of_any_text_gives_text_that_misread_gives_it_back(values):
    for before, after in zip(values, cells(mojibake.repair_mojibake(of(values))), strict=True):
        misread = {after}
        for _ in range(mojibake.ROUNDS):
            misread |= {
                text.encode().decode(name) for text in misread for name in ("sloppy-windows-1252", "latin-1")
            }
        assert before in misread or "Ãƒ" in before


@given(st.lists(st.text(max_size=6)))
def test_the_script_of_text_without_letters_is_unknown(values):
    for value, label in zip(values, cells(names.script(of(values))), strict=True):
        if not any(character.isalpha() for character in value):
            assert label is None or not value.isascii()
