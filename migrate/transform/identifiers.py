"""Identifiers: client numbers (UCI), application numbers, Siebel row ids. Shapes only: no number is looked up or made.

Shapes as observed in the department's published forms and notes: a UCI has 8 digits (shown `0000-0000`, the older
series) or 10 (`00-0000-0000`) and no public check digit; temporary and false forms are `X01-2345-6789`,
`T01-2345-6789`, `CAN000123456789`; eight zeros are typed where there is none. A UCI is unique per record, not per
person: two records of one number are a matter for the survey of natural keys, never for a step.

Machine-readable zones of travel documents are in `mrz`.
"""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from migrate.transform.registry import Reverse, rule, step
from migrate.transform.series import TEXT, edit_rows, offences, series, text, true_rows, unless_same, without

# --- steps


@step(reverse=Reverse.ONE_WAY, records=True, note="hyphens and blanks")
def digits_only(values: pd.Series) -> pd.Series:
    """Takes hyphens and blanks out of numbers, so that they compare: `do: [digits_only]`; blank becomes null.

    A value with anything else in it stays as it is: without its letter the temporary `X01-2345-6789` would pass for a
    permanent number.

    >>> cells(digits_only(column("11-2233-4455", "1122 3344", "X01-2345-6789", " ")))
    ['1122334455', '11223344', 'X01-2345-6789', None]
    """
    array = text(values)
    few = true_rows(pc.invert(pc.ascii_is_decimal(array)))
    return unless_same(values, edit_rows(array, few, _digits)) if len(few) else values


@step(reverse=Reverse.ONE_WAY, records=True, note="how many zeros stood for `none`")
def zeros_to_null(values: pd.Series) -> pd.Series:
    """Empties numbers made of zeros only, typed where there is no number: `do: [digits_only, zeros_to_null]`.

    >>> cells(zeros_to_null(column("00000000", "00112233", None)))
    [None, '00112233', None]
    """
    array = text(values)
    few = pc.and_(pc.starts_with(array, "0"), pc.equal(pc.utf8_trim(array, characters="0- "), ""))
    return series(without(array, few), values.index) if few.true_count else values


@step(reverse=Reverse.ONE_WAY, note="the number itself")
def uci_scheme(values: pd.Series) -> pd.Series:
    """The series that a client number belongs to, by its shape: `do: [digits_only, zeros_to_null, uci_scheme]`.

    `UCI` (8 or 10 digits), `TEMPORARY_UCI`, or `OTHER` for any other shape: codes of the platform's list
    `identifier_scheme`. That an eight-digit number is a FOSS id is said by its column, not by its shape.

    >>> cells(uci_scheme(column("1122334455", "11-223344", "X01-2345-6789", "CAN000123456789", "A1", None)))
    ['UCI', 'UCI', 'TEMPORARY_UCI', 'TEMPORARY_UCI', 'OTHER', None]
    """
    array = text(values)
    schemes = pa.array(["UCI", "TEMPORARY_UCI", "OTHER"], TEXT)
    permanent, temporary = _permanent(array), pc.match_substring_regex(array, _TEMPORARY)
    return series(schemes.take(pc.if_else(permanent, 0, pc.if_else(temporary, 1, 2))), values.index)


@step(reverse=Reverse.ONE_WAY, note="the number itself")
def temporary_number(values: pd.Series) -> pd.Series:
    """Whether an application number is temporary, that is, begins with X before its letters: `do: [temporary_number]`.

    Such a number is dropped or replaced later in the life of a file. Blanks around it do not matter.

    >>> cells(temporary_number(column("XE123456789", "E123456789", None)))
    [True, False, None]
    """
    return series(pc.match_substring_regex(text(values), r"^\s*X[A-Z]{1,3}\d{8,9}\s*$"), values.index)


@step(reverse=Reverse.ONE_WAY, note="that the number was a temporary one")
def final_number(values: pd.Series) -> pd.Series:
    """A temporary application number without its X, as the final one is written: `do: [trim, upper, final_number]`.

    For comparison only: a file that was entered under both numbers is found by it. Other values stay as they are.

    >>> cells(final_number(column("XE123456789", "E123456789", "X-1", None)))
    ['E123456789', 'E123456789', 'X-1', None]
    """
    array = text(values)
    few = true_rows(pc.match_substring_regex(array, r"^X[A-Z]{1,3}\d{8,9}$"))
    return unless_same(values, edit_rows(array, few, lambda part: pc.utf8_slice_codeunits(part, 1)))


# --- rules


@rule(
    en="this is not the shape of a client number, permanent or temporary",
    fr="ceci n’a pas la forme d’un numéro de client, permanent ou temporaire",
)
def uci_shape(values: pd.Series, *, temporary: bool = True) -> pd.Series:
    """Client numbers of no known shape, hyphens and blanks apart: `flag: [uci_shape]`.

    With `temporary: false` the temporary forms offend too, and so do numbers of zeros in any case.

    >>> cells(uci_shape(column("11-2233-4455", "X01-2345-6789", "1122", "00000000", None)))
    [False, False, True, True, False]
    """
    array = text(values)
    good = pc.and_not(_permanent(array), pc.match_substring_regex(array, r"^[0\s-]+$"))
    if temporary:
        good = pc.or_(good, pc.match_substring_regex(array, _TEMPORARY))
    return offences(pc.invert(good), values)


@rule(
    en="this is not the shape of an application number",
    fr="ceci n’a pas la forme d’un numéro de demande",
)
def application_number(values: pd.Series) -> pd.Series:
    """Application numbers other than one to three letters and 8 or 9 digits, with `X` before a temporary one.

    `reject: [application_number]`. Write `trim` before it; lower case offends.

    >>> cells(application_number(column("W123456789", "XE123456789", "EP12345678", "123456789", None)))
    [False, False, False, True, False]
    """
    return offences(pc.invert(pc.match_substring_regex(text(values), r"^X?[A-Z]{1,3}\d{8,9}$")), values)


@rule(
    en="this is not the shape of a row id of the legacy system",
    fr="ceci n’a pas la forme d’un identifiant de ligne de l’ancien système",
)
def row_id_shape(values: pd.Series) -> pd.Series:
    """Pointers that cannot be Siebel row ids (`1-2X4B`, `1-9KQ-3`, `0-1`, older `1+9+3`): `flag: [row_id_shape]`.

    A sanity check on strange columns only. Row ids are opaque text: never trimmed, folded or ordered by this shape.

    >>> cells(row_id_shape(column("1-2X4B", "1-9KQ-3", "0-1", "2-7754PL1", "x", None)))
    [False, False, False, False, True, False]
    """
    array = text(values)
    good = pc.match_substring_regex(array, r"^[0-9A-Z]{1,2}[-+][0-9A-Z]{1,7}([-+][0-9A-Z]{1,7})?$")
    return offences(pc.invert(pc.and_(good, pc.less_equal(pc.binary_length(array), 15))), values)


# --- helpers

_TEMPORARY = r"^\s*(?:CAN\d{12}|[XT]\d{2}[\s-]*\d{4}[\s-]*\d{4})\s*$"
_PUNCTUATION = r"[\s\x{A0}\x{2010}-\x{2012}-]+"  # blanks, hyphens and their typographic kin


def _digits(part: pa.Array) -> pa.Array:
    bare = pc.replace_substring(
        pc.replace_substring(part, "-", ""), " ", ""
    )  # by far the most frequent, 5 times faster
    rest = true_rows(pc.invert(pc.ascii_is_decimal(bare)))
    bare = edit_rows(bare, rest, lambda few: pc.replace_substring_regex(few, _PUNCTUATION, ""))
    bare = without(bare, pc.equal(bare, ""))
    return pc.if_else(pc.fill_null(pc.ascii_is_decimal(bare), True), bare, part)


def _permanent(array: pa.Array) -> pa.Array:
    """True where 8 or 10 digits are left when hyphens and blanks are taken out."""
    bare = edit_rows(array, true_rows(pc.invert(pc.ascii_is_decimal(array))), _digits)
    length = pc.binary_length(bare)
    return pc.and_(pc.fill_null(pc.ascii_is_decimal(bare), False), pc.is_in(length, value_set=_LENGTHS))


_LENGTHS = pa.array(np.array([8, 10], np.int32))
