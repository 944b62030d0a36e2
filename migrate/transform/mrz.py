"""Machine-readable zones of travel documents, after ICAO Doc 9303, parts 3 to 7: read, checked, compared.

A zone is two or three lines; every step and rule here is written on the first line and names the others:

    mrz_line1: {from: X_MRZ_LINE1, flag: [{mrz_check_digits: {line2: X_MRZ_LINE2, line3: X_MRZ_LINE3}}]}

    format        lines    told by
    TD3 passport  2 x 44   anything else of 44 characters
    TD2           2 x 36   anything else of 36 characters
    TD1 card      3 x 30   a third line
    MRV-A, MRV-B  2 x 44, 2 x 36, first line begins with V; no composite check digit

Damage is marked and the lines are loaded as they are. The zone has two digits for a year: no century is ever derived,
and dates are compared in two digits.
"""

from datetime import datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from migrate.transform.births import governing, parts_of
from migrate.transform.icao9303 import FILLER, Zone, two_digits, wrong_digits
from migrate.transform.registry import Reverse, rule, step
from migrate.transform.series import TEXT, Converted, converted, offences, text
from migrate.transform.standards import platform_codes

# --- rules


@rule(
    en="the machine-readable lines of this document do not have the length and characters that they should have",
    fr="les lignes lisibles par machine de ce document n’ont pas la longueur ou les caractères prévus",
)
def mrz_shape(values: pd.Series, *, line2: pd.Series, line3: pd.Series | None = None) -> pd.Series:
    """Lines of no known format, or with other characters than A-Z, 0-9 and `<`.

    `flag: [{mrz_shape: {line2: X_MRZ_LINE2}}]`.

    >>> cells(mrz_shape(column("P<UTOERIKSSON"), line2=column("L898902C36UTO")))
    [True]
    """
    zone = Zone(values, line2, line3)
    return offences(zone.given & ~zone.shaped, values)


@rule(
    en="a check digit of the machine-readable lines is wrong: they were misread or changed",
    fr="un chiffre de contrôle des lignes lisibles par machine est faux\u00a0: elles ont été mal lues ou modifiées",
)
def mrz_check_digits(values: pd.Series, *, line2: pd.Series, line3: pd.Series | None = None) -> pd.Series:
    """A wrong check digit: `flag: [{mrz_check_digits: {line2: X_MRZ_LINE2, line3: X_MRZ_LINE3}}]`.

    Weights 7, 3, 1; A is 10 and Z 35; `<` is 0 (9303-3, 4.9). An empty optional field may have `<` or 0. A document
    number longer than nine goes on in the optional field of TD1 and TD2, with `<` in its own place (9303-5, 9303-6).
    One wrong character is always found unless it changes the value by a multiple of 10 (`A` for `0`, `K` for `A`).
    Lines of no known shape are for `mrz_shape`.

    >>> line2 = column(
    ...     "L898902C36UTO7408122F1204159ZE184226B<<<<<10", "L898902C36UTO7408122F1204159ZE184226B<<<<<11"
    ... )
    >>> line1 = column(*["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"] * 2)
    >>> cells(mrz_check_digits(line1, line2=line2))
    [False, True]
    """
    zone = Zone(values, line2, line3)
    wrong = np.zeros(len(values), np.bool_)
    for layout, rows, lines in zone.parts:
        wrong[rows] = wrong_digits(layout, lines)
    return offences(wrong, values)


@rule(
    en="the name fills the machine-readable line to its end and may be cut off",
    fr="le nom remplit la ligne lisible par machine jusqu’au bout et peut être tronqué",
)
def mrz_truncated_name(values: pd.Series, *, line2: pd.Series, line3: pd.Series | None = None) -> pd.Series:
    """A name field without a filler at its end (9303-3, 4.6): `flag: [{mrz_truncated_name: {line2: X_MRZ_LINE2}}]`.

    >>> line1 = column("P<UTONILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K")
    >>> cells(mrz_truncated_name(line1, line2=column("L898902C36UTO7408122F1204159ZE184226B<<<<<10")))
    [True]
    """
    zone = Zone(values, line2, line3)
    full = np.zeros(len(values), np.bool_)
    for layout, rows, lines in zone.parts:
        full[rows] = layout.names.of(lines)[:, -1] != FILLER
    return offences(full, values)


@rule(
    en="the machine-readable lines name a country or authority that is not on the list",
    fr="les lignes lisibles par machine désignent un pays ou une autorité absents de la liste",
)
def mrz_unknown_country(values: pd.Series, *, line2: pd.Series, line3: pd.Series | None = None) -> pd.Series:
    """An issuing state or nationality that 9303-3, part 5 does not know.

    `flag: [{mrz_unknown_country: {line2: X_MRZ_LINE2}}]`.

    The list is the platform's code list `country`: ISO 3166-1 alpha-3 with historic countries, and ICAO's own codes
    (stateless, refugees, organisations). Germany is `D<<`, and D alone.

    >>> cells(mrz_unknown_country(column("P<QQQROY<<ANNE".ljust(44, "<")), line2=column("<" * 44)))
    [True]
    """
    zone = Zone(values, line2, line3)
    unknown = [
        pc.invert(_known(zone.field(pick)))
        for pick in (lambda layout: layout.issuer, lambda layout: layout.nationality)
    ]
    return offences(pc.or_(*(pc.fill_null(mask, False) for mask in unknown)), values)


@rule(
    en="the document number in the machine-readable lines differs from the number on record",
    fr="le numéro de document des lignes lisibles par machine diffère du numéro enregistré",
)
def mrz_number_differs(
    values: pd.Series, *, line2: pd.Series, number: pd.Series, line3: pd.Series | None = None
) -> pd.Series:
    """A document number that is not that of a column.

    `flag: [{mrz_number_differs: {line2: X_MRZ_LINE2, number: IDENTITY_DOC_NUM}}]`.

    Blanks, hyphens and case are set aside.

    >>> line1, line2 = column("P<UTO".ljust(44, "<")), column("L898902C36UTO7408122F1204159ZE184226B<<<<<10")
    >>> cells(mrz_number_differs(line1, line2=line2, number=column("l898902-c3")))
    [False]
    """
    read = Zone(values, line2, line3).number()
    return offences(pc.not_equal(read, _bare(text(number))), values)


@rule(
    en="the birth date in the machine-readable lines differs from the one on record",
    fr="la date de naissance des lignes lisibles par machine diffère de celle au dossier",
)
def mrz_birth_differs(
    values: pd.Series,
    *,
    line2: pd.Series,
    birth: pd.Series,
    text: pd.Series | None = None,
    line3: pd.Series | None = None,
) -> pd.Series:
    """A birth date that is not that of a column (date, or text with `*`).

    `flag: [{mrz_birth_differs: {line2: X_MRZ_LINE2, birth: X_BIRTH_DT_DOC_TXT}}]`.

    Two digits of the year, month and day, each only where both sides know it. `text` names the text beside a date
    column, which governs where it has unknown parts.

    >>> line1, line2 = column("P<UTO".ljust(44, "<")), column("L898902C36UTO7408122F1204159ZE184226B<<<<<10")
    >>> cells(mrz_birth_differs(line1, line2=line2, birth=column("1974-08-**")))
    [False]
    """
    known = governing(birth, text)
    differs = np.zeros(len(values), np.bool_)
    zone = Zone(values, line2, line3)
    for layout, rows, lines in zone.parts:
        digits = layout.birth.of(lines)
        for start, part, base in ((0, known.year, 100), (2, known.month, 100), (4, known.day, 100)):
            read, legible = two_digits(digits[:, start : start + 2])
            differs[rows] |= legible & (part[rows] > 0) & (read != part[rows] % base)
    return offences(differs, values)


@rule(
    en="the expiry date in the machine-readable lines differs from the one on record",
    fr="la date d’expiration des lignes lisibles par machine diffère de celle au dossier",
)
def mrz_expiry_differs(
    values: pd.Series, *, line2: pd.Series, expiry: pd.Series, line3: pd.Series | None = None
) -> pd.Series:
    """An expiry date that is not that of a column.

    `flag: [{mrz_expiry_differs: {line2: X_MRZ_LINE2, expiry: EXPIRATION_DT}}]`.

    >>> line1, line2 = column("P<UTO".ljust(44, "<")), column("L898902C36UTO7408122F1204159ZE184226B<<<<<10")
    >>> cells(mrz_expiry_differs(line1, line2=line2, expiry=column(datetime(2012, 4, 15), kind=STAMP)))
    [False]
    """
    read = Zone(values, line2, line3).field(lambda layout: layout.expiry)
    parts = parts_of(expiry)
    numbers = parts.year % 100 * 10_000 + parts.month * 100 + parts.day
    recorded = pc.utf8_lpad(pa.array(numbers).cast(TEXT), 6, "0")
    legible = pc.and_(pc.match_substring_regex(read, r"^\d{6}$"), pa.array(parts.year > 0))
    return offences(pc.and_(legible, pc.not_equal(read, recorded)), values)


@rule(
    en="the sex in the machine-readable lines differs from the one on record",
    fr="le sexe des lignes lisibles par machine diffère de celui au dossier",
)
def mrz_sex_differs(
    values: pd.Series, *, line2: pd.Series, sex: pd.Series, line3: pd.Series | None = None
) -> pd.Series:
    """A sex that is not that of a column, whose first letter counts.

    `flag: [{mrz_sex_differs: {line2: X_MRZ_LINE2, sex: X_SEX_DOC}}]`.

    Unspecified (`<`, X, U) differs from nothing.

    >>> line1, line2 = column("P<UTO".ljust(44, "<")), column("L898902C36UTO7408122F1204159ZE184226B<<<<<10")
    >>> cells(mrz_sex_differs(line1, line2=line2, sex=column("M")))
    [True]
    """
    read = Zone(values, line2, line3).field(lambda layout: layout.sex)
    recorded = pc.utf8_upper(pc.utf8_slice_codeunits(pc.utf8_trim_whitespace(text(sex)), 0, 1))
    stated = pc.and_(pc.is_in(read, value_set=_SEXES), pc.is_in(recorded, value_set=_SEXES))
    return offences(pc.and_(stated, pc.not_equal(read, recorded)), values)


@rule(
    en="the machine-readable lines have two digits for the year of birth, and the century is not known from elsewhere",
    fr="les lignes lisibles par machine donnent deux chiffres pour l’année de naissance; le siècle reste inconnu",
)
def mrz_century_doubt(
    values: pd.Series, *, line2: pd.Series, birth: pd.Series, as_of: datetime, line3: pd.Series | None = None
) -> pd.Series:
    """A year of birth that two centuries allow while no other column knows it.

    `flag: [{mrz_century_doubt: {line2: X_MRZ_LINE2, birth: BIRTH_DT}}]`.

    Doubtful are the two-digit years up to that of the run: 24 may be 1924 or 2024. Nothing is ever derived from them.

    >>> line1, line2 = column("P<UTO".ljust(44, "<")), column("L898902C36UTO2408122F1204159ZE184226B<<<<<10")
    >>> cells(mrz_century_doubt(line1, line2=line2, birth=column(None), as_of=datetime(2026, 1, 1)))
    [True]
    """
    unknown = parts_of(birth).year == 0
    doubt = np.zeros(len(values), np.bool_)
    for layout, rows, lines in Zone(values, line2, line3).parts:
        year, legible = two_digits(layout.birth.of(lines)[:, :2])
        doubt[rows] = legible & (year <= as_of.year % 100) & unknown[rows]
    return offences(doubt, values)


# --- steps


@step(reverse=Reverse.ONE_WAY, note="the rest of the lines")
def mrz_document_number(values: pd.Series, *, line2: pd.Series, line3: pd.Series | None = None) -> Converted:
    """The document number of a machine-readable zone: `do: [{mrz_document_number: {line2: X_MRZ_LINE2}}]`.

    Refused where the lines have no known shape. Check digits are judged by `mrz_check_digits`, not here.

    >>> line1, line2 = column("P<UTO".ljust(44, "<")), column("L898902C36UTO7408122F1204159ZE184226B<<<<<10")
    >>> cells(mrz_document_number(line1, line2=line2))
    ['L898902C3']
    """
    zone = Zone(values, line2, line3)
    return _read(zone, zone.number(), values)


@step(reverse=Reverse.ONE_WAY, note="the rest of the lines")
def mrz_nationality(values: pd.Series, *, line2: pd.Series, line3: pd.Series | None = None) -> Converted:
    """The nationality of a machine-readable zone, alpha-3 or `D`: `do: [{mrz_nationality: {line2: X_MRZ_LINE2}}]`.

    >>> line1, line2 = column("P<UTO".ljust(44, "<")), column("L898902C36UTO7408122F1204159ZE184226B<<<<<10")
    >>> cells(mrz_nationality(line1, line2=line2))
    ['UTO']
    """
    zone = Zone(values, line2, line3)
    return _read(zone, zone.field(lambda layout: layout.nationality), values)


@step(reverse=Reverse.ONE_WAY, note="the rest of the lines")
def mrz_birth(values: pd.Series, *, line2: pd.Series, line3: pd.Series | None = None) -> Converted:
    """The birth date of a machine-readable zone as it stands, YYMMDD without a century.

    `do: [{mrz_birth: {line2: X_MRZ_LINE2}}]`.

    >>> line1, line2 = column("P<UTO".ljust(44, "<")), column("L898902C36UTO7408122F1204159ZE184226B<<<<<10")
    >>> cells(mrz_birth(line1, line2=line2))
    ['740812']
    """
    zone = Zone(values, line2, line3)
    return _read(zone, zone.field(lambda layout: layout.birth), values)


@step(reverse=Reverse.ONE_WAY, note="the rest of the lines")
def mrz_expiry(values: pd.Series, *, line2: pd.Series, line3: pd.Series | None = None) -> Converted:
    """The expiry date of a machine-readable zone as it stands, YYMMDD: `do: [{mrz_expiry: {line2: X_MRZ_LINE2}}]`.

    >>> line1, line2 = column("P<UTO".ljust(44, "<")), column("L898902C36UTO7408122F1204159ZE184226B<<<<<10")
    >>> cells(mrz_expiry(line1, line2=line2))
    ['120415']
    """
    zone = Zone(values, line2, line3)
    return _read(zone, zone.field(lambda layout: layout.expiry), values)


@step(reverse=Reverse.ONE_WAY, note="the rest of the lines")
def mrz_sex(values: pd.Series, *, line2: pd.Series, line3: pd.Series | None = None) -> Converted:
    """The sex of a machine-readable zone, F or M; null when unspecified: `do: [{mrz_sex: {line2: X_MRZ_LINE2}}]`.

    >>> line1, line2 = column("P<UTO".ljust(44, "<")), column("L898902C36UTO7408122F1204159ZE184226B<<<<<10")
    >>> cells(mrz_sex(line1, line2=line2))
    ['F']
    """
    zone = Zone(values, line2, line3)
    return _read(zone, zone.field(lambda layout: layout.sex), values)


# --- helpers

_SEXES = pa.array(["F", "M"], TEXT)


def _read(zone: Zone, found: pa.Array, values: pd.Series) -> Converted:
    """What a step read of the zones; refused where the lines have no known shape."""
    there = text(values).is_valid()
    return converted(found, pc.and_(pa.array(zone.given & ~zone.shaped), there), values)


def _known(codes: pa.Array) -> pa.Array:
    """True where a code is on the list, or Germany's D; null stays null."""
    known = pc.or_(pc.is_in(codes, value_set=platform_codes("country")), pc.equal(codes, "D"))
    return pc.if_else(codes.is_valid(), known, None)


def _bare(numbers: pa.Array) -> pa.Array:
    """Numbers in upper case without blanks and hyphens; null where nothing is left."""
    bare = pc.utf8_upper(pc.replace_substring_regex(numbers, r"[\s-]+", ""))
    return pc.if_else(pc.equal(bare, ""), None, bare)
