"""Documents a client presented: passports with a valid machine-readable zone, identity and civil documents.

The zone follows ICAO 9303 (TD3): names in capital letters, check digits right, dates as recorded. A refugee or
stateless person presents a travel document issued by Canada.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from migrate.sample.clock import DAY, LAST_DAY, iso_date, later, midnight, short_date
from migrate.sample.data import CANADA, citizenships
from migrate.sample.frame import Bools, Ints, Rows, choose, join, mask, only, picked, strings
from migrate.sample.ids import RowIds, base36, characters_of, digits, fixed_text, passport_line, scatter
from migrate.sample.names import latin_capitals
from migrate.sample.parties import in_language
from migrate.sample.people import FEMALE, MALE, People
from migrate.sample.stamps import stamp

PASSPORT, TRAVEL = "Passport", "Travel Document"


def document_rows(
    rng: np.random.Generator, ids: RowIds, people: People, users: pa.Array, first_number: int
) -> Rows:
    """S_CON_IDNTY_DOC: passports of most persons, civil documents of some."""
    count = len(people)
    has_passport = rng.random(count) < np.where(people.loaded, 0.7, 0.92)
    rows = _passports(rng, ids, people, users, np.flatnonzero(has_passport), first_number)
    civil = np.flatnonzero(rng.random(count) < 0.12)
    rows.extend(_civil(rng, ids, people, users, civil, first_number))
    return rows


def _passports(
    rng: np.random.Generator, ids: RowIds, people: People, users: pa.Array, at: Ints, first: int
) -> Rows:
    known = citizenships()
    where = pa.array(at)
    alpha3 = picked(known.alpha3, people.citizenship[at])
    stateless = mask(pc.starts_with(alpha3, "X"))
    number = document_numbers(first + at)
    issued = midnight(later(people.since[at], -rng.integers(30, 1700, len(at)) * DAY))
    issued = np.maximum(issued, people.birth[at] + np.timedelta64(1, "D"))
    expires = later(issued, np.full(len(at), 3652 * DAY))
    rows = Rows("S_CON_IDNTY_DOC", len(at), ROW_ID=ids.take(len(at), people.loaded[at]))
    rows["CONTACT_ID"] = people.row_id.take(where)
    french = people.french[at] & (rng.random(len(at)) < 0.8)
    rows["TYPE_CD"] = in_language("IRCC_DOC_TYPE", choose(stateless, TRAVEL, PASSPORT), french)
    rows["IDENTITY_DOC_NUM"] = number
    rows["X_ISSUE_COUNTRY_CD"] = choose(stateless, CANADA, picked(known.code, people.citizenship[at]))
    rows["ISSUE_DT"] = issued
    rows["EXPIRATION_DT"] = expires
    rows["STATUS_CD"] = choose(expires < LAST_DAY, "Expired", "Valid")
    rows["X_PRIMARY_FLG"] = "Y"
    rows["X_FAMILY_NAME_DOC"] = people.names.family.take(where)
    rows["X_GIVEN_NAME_DOC"] = people.names.given.take(where)
    rows["X_BIRTH_DT_DOC_TXT"] = iso_date(people.birth[at])
    rows["X_SEX_DOC"] = _sex_letter(people.sex[at], other="X")
    read = rng.random(len(at)) < 0.9
    issuer = choose(stateless, "CAN", alpha3)
    line1 = name_line(
        issuer,
        latin_capitals(people.names.family.take(where)),
        latin_capitals(people.names.given.take(where)),
    )
    rows["X_MRZ_LINE1"] = only(read, line1)
    rows["X_MRZ_LINE2"] = only(read, data_line(number, alpha3, people.birth[at], people.sex[at], expires))
    stamp(rows, rng, users, people.created[at], people.loaded[at])
    return rows


def document_numbers(numbers: Ints) -> pa.Array:
    """Two letters and seven digits, different for different numbers below 90 million."""
    spread = scatter(numbers, 90_000_000)
    letters = base36(spread // 10_000_000 + 10 + 36 * (10 + numbers % 26), 2)
    return fixed_text(np.concatenate([letters, digits(spread % 10_000_000, 7)], axis=1))


def name_line(issuer: pa.Array, family: pa.Array, given: pa.Array) -> pa.Array:
    """Line 1 of a TD3 zone: 44 characters; a mononym stands alone, a cut name ends in a letter (9303-3, 4.6)."""
    text = choose(mask(pc.is_null(given)), family, join(family, given.fill_null(""), separator="<<"))
    line = pc.utf8_rpad(join("P<", issuer, text), 44, "<")
    between = mask(pc.match_substring_regex(line, r"^.{43}<[A-Z]"))  # there one letter before is left out
    shorter = join(pc.utf8_slice_codeunits(line, 0, 42), pc.utf8_slice_codeunits(line, 43))
    return pc.utf8_slice_codeunits(choose(between, shorter, line), 0, 44)


def data_line(
    number: pa.Array, alpha3: pa.Array, birth: np.ndarray, sex: Ints, expires: np.ndarray
) -> pa.Array:
    """Line 2 of a TD3 zone with valid check digits."""
    return passport_line(
        characters_of(number, 9),
        characters_of(alpha3, 3),
        characters_of(short_date(birth), 6),
        characters_of(_sex_letter(sex, other="<").fill_null("<"), 1),
        characters_of(short_date(expires), 6),
    )


def _sex_letter(sex: Ints, other: str) -> pa.Array:
    letters = np.full(len(sex), -1)
    letters[sex == FEMALE], letters[sex == MALE], letters[sex == 2] = 0, 1, 2
    return picked(strings(["F", "M", other]), letters)


def _civil(
    rng: np.random.Generator, ids: RowIds, people: People, users: pa.Array, at: Ints, first: int
) -> Rows:
    known, where = citizenships(), pa.array(at)
    rows = Rows("S_CON_IDNTY_DOC", len(at), ROW_ID=ids.take(len(at), people.loaded[at]))
    rows["CONTACT_ID"] = people.row_id.take(where)
    kind = choose(rng.random(len(at)) < 0.5, "National ID", "Birth Certificate")
    rows["TYPE_CD"] = in_language("IRCC_DOC_TYPE", kind, people.french[at] & (rng.random(len(at)) < 0.8))
    rows["IDENTITY_DOC_NUM"] = join("C", fixed_text(digits(scatter(first + at, 90_000_000), 8)))
    rows["X_ISSUE_COUNTRY_CD"] = picked(known.code, people.citizenship[at])
    rows["STATUS_CD"] = "Valid"
    rows["X_PRIMARY_FLG"] = "N"
    rows["X_FAMILY_NAME_DOC"] = people.names.family.take(where)
    rows["X_GIVEN_NAME_DOC"] = people.names.given.take(where)
    rows["X_BIRTH_DT_DOC_TXT"] = iso_date(people.birth[at])
    stamp(rows, rng, users, people.created[at], people.loaded[at])
    return rows


def is_latin(values: pa.Array) -> Bools:
    """Which texts hold only letters of the Latin script's first blocks; null counts as Latin."""
    return ~mask(pc.match_substring_regex(values, r"[^\x00-\x{024F}\x{1E00}-\x{1EFF}]"))
