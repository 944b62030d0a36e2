"""Telephone numbers: raw text to E.164, only where no doubt is left.

Sure is a number that the numbering plans know (Google's metadata, package phonenumbers) and that says its country: by
a leading `+`, or as a domestic number of a country that the mapping names. Letters, two numbers in one field, a number
of the wrong length leave doubt; the raw text is then all there is.

The plans are regular expressions per calling code; they are matched here column by column (170 ns a row for +1), which
the package itself does value by value (80 µs). What the fast way does not recognise, such as a national `0` inside an
international number, goes through the package, once per distinct value.
"""

from collections.abc import Iterator
from functools import cache

import numpy as np
import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc
from phonenumbers.phonemetadata import PhoneMetadata

from migrate.transform.series import TEXT, edit_rows, put, true_rows

_EXTENSION = r"(?i)(?:[\s,;]*(?:x|ext\.?|extension|poste|#)[\s.:]*|[ \t]*\r?\n\s*)(?P<extension>\d{1,6})\s*$"
_DIALABLE = r"^\s*\+?[\d\s().\x{A0}-]{5,40}$"


def split_extension(raw: pa.Array) -> tuple[pa.Array, pa.Array]:
    """The numbers without their extension, and the extensions (`x123`, `ext. 12`, `poste 12`, or after a line end)."""
    digits = pc.struct_field(pc.extract_regex(raw, _EXTENSION), 0)
    if digits.null_count == len(digits):
        return raw, digits
    return pc.if_else(digits.is_valid(), pc.replace_substring_regex(raw, _EXTENSION, ""), raw), digits


def e164(raw: pa.Array, regions: pa.Array) -> pa.Array:
    """The numbers in E.164, null where in doubt.

    regions:  ISO alpha-2 of the country whose domestic numbers a value may be, null for none.
    """
    number, _ = split_extension(raw)
    digits = edit_rows(
        number, true_rows(pc.invert(pc.match_substring_regex(number, r"^\+?\d{5,20}$"))), _bare
    )
    found = _known(_international(digits, regions))
    rest = true_rows(pc.and_(digits.is_valid(), found.is_null()))
    return (
        put(found, rest, _slowly(number.take(pa.array(rest)), regions.take(pa.array(rest))))
        if len(rest)
        else found
    )


def _bare(numbers: pa.Array) -> pa.Array:
    """Numbers without what only spaces their digits; null where anything else is in them."""
    dialable = pc.match_substring_regex(numbers, _DIALABLE)
    return pc.if_else(dialable, pc.replace_substring_regex(numbers, r"[^\d+]", ""), None)


def _international(digits: pa.Array, regions: pa.Array) -> pa.Array:
    """Numbers with `+` as they are; ten digits, or eleven with a leading 1, of North America with `+1` before them."""
    plus = pc.starts_with(digits, "+")
    american = pc.and_(pc.fill_null(pc.is_in(regions, value_set=_NORTH_AMERICA), False), pc.invert(plus))
    eleven = true_rows(pc.and_(pc.equal(pc.binary_length(digits), 11), pc.starts_with(digits, "1")))
    ten = edit_rows(digits, eleven, lambda part: pc.utf8_slice_codeunits(part, 1))
    ten = pc.if_else(pc.equal(pc.binary_length(ten), 10), ten, None)
    prefixed = pc.binary_join_element_wise("+1", ten, "")
    return pc.if_else(plus, digits, pc.if_else(american, prefixed, pa.scalar(None, TEXT)))


def _known(numbers: pa.Array) -> pa.Array:
    """The numbers that the plan of their calling code knows; null otherwise."""
    codes = pc.index_in(pc.utf8_slice_codeunits(numbers, 1, 4), value_set=_PREFIXES)
    calling = pc.fill_null(_CALLING_CODES.take(codes), 0).to_numpy()
    known = np.zeros(len(numbers), np.bool_)
    for code in np.unique(calling[calling > 0]):
        rows = np.flatnonzero(calling == code)
        known[rows] = pc.match_substring_regex(numbers.take(pa.array(rows)), _plan(int(code))).to_numpy(
            zero_copy_only=False
        )
    return pc.if_else(pa.array(known), numbers, None)


@cache
def _plan(code: int) -> str:
    """The national numbers of a calling code, of all its countries and kinds, as one pattern."""
    patterns = dict.fromkeys(
        pattern
        for region in phonenumbers.COUNTRY_CODE_TO_REGION_CODE[code]
        for pattern in _kinds(region, code)
    )
    return rf"^\+{code}(?:{'|'.join(patterns)})$"


def _kinds(region: str, code: int) -> Iterator[str]:
    if region == "001":
        metadata = PhoneMetadata.metadata_for_nongeo_region(code)
    else:
        metadata = PhoneMetadata.metadata_for_region(region)
    for kind in _KINDS:
        description = getattr(metadata, kind)
        if description is not None and description.national_number_pattern:
            yield description.national_number_pattern


def _slowly(numbers: pa.Array, regions: pa.Array) -> pa.Array:
    """The package's own answer, once per distinct number and region."""
    keys = pc.binary_join_element_wise(numbers, pc.fill_null(regions, ""), "\x1f").dictionary_encode()
    answers = [_one(*key.split("\x1f")) for key in keys.dictionary.to_pylist()]
    return pa.array(answers, TEXT).take(keys.indices)


def _one(number: str, region: str) -> str | None:
    try:
        parsed = phonenumbers.parse(number, region or None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


_KINDS = (
    "fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "personal_number", "voip", "pager", "uan",
    "voicemail",
)  # fmt: skip
_NORTH_AMERICA = pa.array(phonenumbers.COUNTRY_CODE_TO_REGION_CODE[1])
_BY_PREFIX = {
    f"{prefix:03}": next(
        (
            int(f"{prefix:03}"[:size])
            for size in (1, 2, 3)
            if int(f"{prefix:03}"[:size]) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE
        ),
        0,
    )
    for prefix in range(100, 1000)
}
_PREFIXES = pa.array(_BY_PREFIX.keys())
_CALLING_CODES = pa.array(_BY_PREFIX.values(), pa.int64())
