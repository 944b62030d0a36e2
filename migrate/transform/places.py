"""Forms of postal codes; provinces of Canada and states of the USA by code and name, in English and French.

Forms after the Universal Postal Union's addressing guides and Unicode CLDR's postal code data, hyphens and inner blanks
optional where people leave them out. Provinces after Canada Post; French names after Canada's own usage.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from migrate.transform.series import TEXT, composed


def misshaped(codes: pa.Array, countries: pa.Array) -> pa.Array:
    """True where a postal code does not have its country's form (`countries`: ISO alpha-2, null not judged)."""
    upper = pc.utf8_upper(pc.utf8_trim_whitespace(codes))
    wrong = np.zeros(len(codes), np.bool_)
    for country in pc.unique(countries).drop_null().to_pylist():
        if country in _FORMS:
            rows = pc.indices_nonzero(pc.equal(countries, country))
            fits = pc.match_substring_regex(upper.take(rows), f"^(?:{_FORMS[country]})$")
            wrong[rows.to_numpy()] = pc.invert(pc.fill_null(fits, True)).to_numpy(zero_copy_only=False)
    return pa.array(wrong)


def elsewhere(codes: pa.Array, provinces: pa.Array) -> pa.Array:
    """True where a Canadian postal code begins with a letter of another province than the one named."""
    upper = pc.utf8_upper(pc.utf8_trim_whitespace(codes))
    shaped = pc.match_substring_regex(upper, f"^(?:{_FORMS['CA']})$")
    there = pc.binary_join_element_wise(pc.utf8_slice_codeunits(upper, 0, 1), _region(provinces), "")
    canadian = pc.is_in(_region(provinces), value_set=pa.array(_LETTERS))
    return pc.and_(pc.and_(shaped, canadian), pc.invert(pc.is_in(there, value_set=_DISTRICTS)))


def disagree(left: pa.Array, right: pa.Array) -> pa.Array:
    """True where two names or codes of a province or state are both there, at least one is known, and they differ."""
    ours, theirs = _region(left), _region(right)
    known = pc.or_(ours.is_valid(), theirs.is_valid())
    ours, theirs = pc.coalesce(ours, _plain(left)), pc.coalesce(theirs, _plain(right))
    return pc.and_(
        known, pc.and_(pc.not_equal(ours, theirs), pc.and_(pc.not_equal(ours, ""), pc.not_equal(theirs, "")))
    )


def _plain(names: pa.Array) -> pa.Array:
    """Upper case, composed, without points and blanks at the ends."""
    return pc.utf8_trim_whitespace(pc.replace_substring(pc.utf8_upper(composed(names)), ".", ""))


def _region(names: pa.Array) -> pa.Array:
    """The code of a province or state; null when unknown."""
    return _CODES.take(pc.index_in(_plain(names), value_set=_NAMES))


# Canada's provinces and territories: code, other codes and names, first letters of postal codes.
_CANADA = {
    "AB": ("ALTA", "ALBERTA"),
    "BC": ("CB", "BRITISH COLUMBIA", "COLOMBIE-BRITANNIQUE"),
    "MB": ("MAN", "MANITOBA"),
    "NB": ("NEW BRUNSWICK", "NOUVEAU-BRUNSWICK"),
    "NL": (
        "NF",
        "NFLD",
        "NEWFOUNDLAND",
        "NEWFOUNDLAND AND LABRADOR",
        "TERRE-NEUVE",
        "TERRE-NEUVE-ET-LABRADOR",
    ),
    "NS": ("NOVA SCOTIA", "NOUVELLE-ÉCOSSE", "NOUVELLE-ECOSSE"),
    "NT": ("NWT", "TNO", "NORTHWEST TERRITORIES", "TERRITOIRES DU NORD-OUEST"),
    "NU": ("NUNAVUT",),
    "ON": ("ONT", "ONTARIO"),
    "PE": ("PEI", "IPE", "PRINCE EDWARD ISLAND", "ÎLE-DU-PRINCE-ÉDOUARD", "ILE-DU-PRINCE-EDOUARD"),
    "QC": ("PQ", "QUE", "QUÉ", "QUEBEC", "QUÉBEC"),
    "SK": ("SASK", "SASKATCHEWAN"),
    "YT": ("YK", "YUKON", "YUKON TERRITORY", "TERRITOIRE DU YUKON"),
}
_LETTERS = {
    "AB": "T", "BC": "V", "MB": "R", "NB": "E", "NL": "A", "NS": "B", "NT": "X", "NU": "X", "ON": "KLMNP", "PE": "C",
    "QC": "GHJ", "SK": "S", "YT": "Y",
}  # fmt: skip
_STATES = """ALABAMA=AL;ALASKA=AK;ARIZONA=AZ;ARKANSAS=AR;CALIFORNIA=CA;COLORADO=CO;CONNECTICUT=CT;DELAWARE=DE;\
DISTRICT OF COLUMBIA=DC;FLORIDA=FL;GEORGIA=GA;HAWAII=HI;IDAHO=ID;ILLINOIS=IL;INDIANA=IN;IOWA=IA;KANSAS=KS;KENTUCKY=KY;\
LOUISIANA=LA;MAINE=ME;MARYLAND=MD;MASSACHUSETTS=MA;MICHIGAN=MI;MINNESOTA=MN;MISSISSIPPI=MS;MISSOURI=MO;MONTANA=MT;\
NEBRASKA=NE;NEVADA=NV;NEW HAMPSHIRE=NH;NEW JERSEY=NJ;NEW MEXICO=NM;NEW YORK=NY;NORTH CAROLINA=NC;NORTH DAKOTA=ND;\
OHIO=OH;OKLAHOMA=OK;OREGON=OR;PENNSYLVANIA=PA;RHODE ISLAND=RI;SOUTH CAROLINA=SC;SOUTH DAKOTA=SD;TENNESSEE=TN;TEXAS=TX;\
UTAH=UT;VERMONT=VT;VIRGINIA=VA;WASHINGTON=WA;WEST VIRGINIA=WV;WISCONSIN=WI;WYOMING=WY;PUERTO RICO=PR"""
_USA = dict(pair.split("=") for pair in _STATES.split(";"))
_KNOWN = {
    **{name: code for code, names in _CANADA.items() for name in (code, *names)},
    **_USA,
    **{code: code for code in _USA.values()},
}
_NAMES, _CODES = pa.array(_KNOWN.keys(), TEXT), pa.array(_KNOWN.values(), TEXT)
_DISTRICTS = pa.array([letter + code for code, letters in _LETTERS.items() for letter in letters])

_DIGITS = {
    4: "AF AL AM AR AT AU BD BE BG CH CY DK ET GE GL HU LI LU MK NO NZ PH SI TN VE ZA",
    5: "BA CR CU DE DO DZ EE EG ES FI FR GT HR ID IQ IT JO KE KW LA LK MA ME MM MX MY NP PE PK RS SN TH TR UA UY XK",
    6: "BY CN CO EC IN KG KZ MN NG RO RU SG TJ TM UZ",
}
_FORMS = {
    country: rf"\d{{{length}}}" for length, countries in _DIGITS.items() for country in countries.split()
} | {
    "AR": r"(?:[A-HJ-NP-Z])?\d{4}(?:[A-Z]{3})?",
    "BR": r"\d{5}-?\d{3}",
    "CA": r"[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z][ -]?\d[ABCEGHJ-NPRSTV-Z]\d",
    "CL": r"\d{3}-?\d{4}",
    "CZ": r"\d{3} ?\d{2}",
    "GB": r"GIR ?0AA|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}",
    "GR": r"\d{3} ?\d{2}",
    "HT": r"(?:HT)?\d{4}",
    "IE": r"(?:D6W|[AC-FHKNPRTV-Y]\d{2}) ?[0-9AC-FHKNPRTV-Y]{4}",
    "IL": r"\d{5}(?:\d{2})?",
    "IN": r"[1-9]\d{2} ?\d{3}",
    "IR": r"\d{5}-?\d{5}",
    "JP": r"\d{3}-?\d{4}",
    "KH": r"\d{5,6}",
    "KR": r"\d{5}|\d{3}-\d{3}",
    "LB": r"\d{4}(?: ?\d{4})?",
    "LT": r"(?:LT-)?\d{5}",
    "LV": r"(?:LV-)?\d{4}",
    "MD": r"(?:MD-?)?\d{4}",
    "NL": r"[1-9]\d{3} ?[A-Z]{2}",
    "PL": r"\d{2}-?\d{3}",
    "PT": r"\d{4}(?:-?\d{3})?",
    "SA": r"\d{5}(?:-\d{4})?",
    "SE": r"\d{3} ?\d{2}",
    "SK": r"\d{3} ?\d{2}",
    "TW": r"\d{3}(?:-?\d{2,3})?",
    "US": r"\d{5}(?:-?\d{4})?",
    "VN": r"\d{5,6}",
}
