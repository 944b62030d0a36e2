"""Telephone numbers, e-mail addresses, postal codes: parsed where that is sure, marked where it is not.

The raw text always stays in a column of its own; what is parsed here goes beside it.
"""

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from migrate.transform import places
from migrate.transform.phones import e164, split_extension
from migrate.transform.registry import Reverse, rule, step
from migrate.transform.series import TEXT, Converted, converted, offences, series, text
from migrate.transform.standards import alpha2

# --- telephone


@step(reverse=Reverse.ONE_WAY, note="the way the number was written, and its extension")
def phone_e164(
    values: pd.Series, *, country: str = "", region: pd.Series | None = None, codes: tuple[str, ...] = ()
) -> Converted:
    """A telephone number in E.164 where it is sure: `do: [{phone_e164: {country: CA}}], else: flag`.

    Siebel stores domestic numbers as digits and others with `+`. `country` (ISO alpha-2) is the country of domestic
    numbers, `region` a column that names it per row, in ISO codes or in codes that `codes` translates (`511=CA`).
    Without either only numbers with `+` are sure. An extension is cut off (`phone_extension` keeps it). Letters, two
    numbers, wrong lengths, unknown area codes are refused: keep the raw text in another column.

    >>> numbers, refused = phone_e164(
    ...     column("6135551234", "+33 1 42 68 53 00", "613-555-CALL", None), country="CA"
    ... )
    >>> cells(numbers), cells(refused)
    (['+16135551234', '+33142685300', None, None], [False, False, True, False])
    """
    array = _nonblank(text(values))
    found = e164(array, _regions(values, country, region, codes))
    return converted(found, pc.and_(array.is_valid(), found.is_null()), values)


@step(reverse=Reverse.ONE_WAY, note="the number itself")
def phone_extension(values: pd.Series) -> pd.Series:
    r"""The extension of a telephone number, null where there is none: `do: [phone_extension]`.

    Up to six digits after `x`, `ext.`, `poste`, `#` or a line end.

    >>> cells(phone_extension(column("6135551234 x123", "6135551234\n45", "6135551234")))
    ['123', '45', None]
    """
    return series(split_extension(text(values))[1], values.index)


@rule(
    en="this telephone number is not clear: it has letters, two numbers, a wrong length or no country code",
    fr="ce numéro de téléphone n’est pas clair\u00a0: lettres, deux numéros, mauvaise longueur ou indicatif absent",
)
def phone_unclear(
    values: pd.Series, *, country: str = "", region: pd.Series | None = None, codes: tuple[str, ...] = ()
) -> pd.Series:
    """Telephone numbers that `phone_e164` with the same options would refuse: `flag: [{phone_unclear: {country: CA}}]`.

    >>> cells(
    ...     phone_unclear(column("6135551234", "919812345678", "6135551234/4165551234", None), country="CA")
    ... )
    [False, True, True, False]
    """
    array = _nonblank(text(values))
    found = e164(array, _regions(values, country, region, codes))
    return offences(pc.and_(array.is_valid(), found.is_null()), values)


@rule(
    en="this telephone number carries an extension or other text inside the number field",
    fr="ce numéro de téléphone contient un poste ou un autre texte dans le champ du numéro",
)
def phone_extended(values: pd.Series) -> pd.Series:
    """Telephone numbers with an extension inside: `flag: [phone_extended]`.

    >>> cells(phone_extended(column("6135551234 x123", "6135551234")))
    [True, False]
    """
    return offences(split_extension(text(values))[1].is_valid(), values)


# --- e-mail


@rule(en="this is not the shape of an e-mail address", fr="ceci n’a pas la forme d’une adresse de courriel")
def email_shape(values: pd.Series) -> pd.Series:
    """E-mail addresses other than one text, `@`, and a domain with a point: `flag: [email_shape]`.

    A simple shape on purpose: whether mail arrives is known by sending it.

    >>> cells(email_shape(column("anne.roy@example.ca", "anne.roy@example", "a@b.ca; c@d.ca", None)))
    [False, True, True, False]
    """
    return offences(pc.invert(pc.match_substring_regex(text(values), _EMAIL)), values)


# --- addresses


@rule(
    en="this postal code does not have the form that its country uses",
    fr="ce code postal n’a pas la forme en usage dans son pays",
)
def postal_code(values: pd.Series, *, country: pd.Series, codes: tuple[str, ...] = ()) -> pd.Series:
    """Postal codes not of their country's form: `flag: [{postal_code: {country: COUNTRY, codes: ['511=CA']}}]`.

    `country` is a column of ISO codes, or of other codes that `codes` translates. Case and blanks at the ends are set
    aside. Countries whose form is not in the table (after UPU and CLDR) are not judged, nor are rows without a country.

    >>> cells(
    ...     postal_code(
    ...         column("K1A 0B1", "K1A 0B", "90210", "75007"), country=column("CA", "CAN", "USA", "ZZ")
    ...     )
    ... )
    [False, True, False, False]
    """
    return offences(places.misshaped(text(values), alpha2(text(country), codes)), values)


@rule(
    en="this postal code belongs to another province than the address says",
    fr="ce code postal appartient à une autre province que celle de l’adresse",
)
def postal_province(values: pd.Series, *, province: pd.Series) -> pd.Series:
    """Canadian postal codes of another province than named: `flag: [{postal_province: {province: PROVINCE}}]`.

    The first letter tells. Judged where the code has the Canadian form and the province is one of Canada's, by code or
    by name.

    >>> cells(
    ...     postal_province(column("K1A 0B1", "H2X 1Y4", "10115"), province=column("Ontario", "ON", "Berlin"))
    ... )
    [False, True, False]
    """
    return offences(places.elsewhere(text(values), text(province)), values)


@rule(
    en="the two fields for the province or state of this address disagree",
    fr="les deux champs de province ou d’État de cette adresse se contredisent",
)
def province_disagrees(values: pd.Series, *, other: pd.Series) -> pd.Series:
    """STATE and PROVINCE that name different places: `flag: [{province_disagrees: {other: STATE}}]`.

    Codes and English or French names of Canada's provinces and of the states of the USA are recognised; judged where at
    least one side is one of them and both are there.

    >>> cells(
    ...     province_disagrees(
    ...         column("Québec", "Ontario", "Lagos", "Ontario"), other=column("QC", "BC", "LAG", None)
    ...     )
    ... )
    [False, True, False, False]
    """
    return offences(places.disagree(text(values), text(other)), values)


# --- helpers

_EMAIL = r"^[^\s@<>,;:\"()]+@[^\s@.,;<>()]+(?:\.[^\s@.,;<>()]+)+$"


def _nonblank(array: pa.Array) -> pa.Array:
    return pc.if_else(pc.equal(pc.utf8_trim_whitespace(array), ""), None, array)


def _regions(values: pd.Series, country: str, region: pd.Series | None, codes: tuple[str, ...]) -> pa.Array:
    """Per row the country of domestic numbers, ISO alpha-2 or null."""
    default = pa.repeat(pa.scalar(country or None, TEXT), len(values))
    return default if region is None else pc.coalesce(alpha2(text(region), codes), default)
