"""Persons as the legacy's party tables hold them: S_PARTY, S_CONTACT, extensions and family links.

In: ``People``. Out: ``Rows`` of each table, complete but for the contact points and addresses that
``contacts`` adds and points to.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from migrate.sample.clock import DAY, LAST_DAY, NEVER, between, iso_date, later, midnight, ottawa, when
from migrate.sample.data import CANADA, citizenships, french_text, names, phrases, places
from migrate.sample.frame import Bools, Ints, Rows, choose, join, mask, only, picked
from migrate.sample.ids import RowIds, digits, fixed_text, scatter
from migrate.sample.names import CHILD, HEAD, SPOUSE
from migrate.sample.people import FEMALE, People, marital_text, sex_text
from migrate.sample.stamps import stamp

TEXT_SINCE = np.datetime64("2016-01-01", "s")
"""From this day on the birth date is also kept as text."""


def party_rows(rng: np.random.Generator, people: People, users: pa.Array) -> Rows:
    """One S_PARTY row for each person, with the person's ROW_ID."""
    rows = Rows("S_PARTY", len(people), ROW_ID=people.row_id, PARTY_TYPE_CD="Person", PARTY_UID=people.row_id)
    given = pc.fill_null(people.names.given, "")
    rows["NAME"] = pc.utf8_slice_codeunits(join(people.names.family, given, separator=", "), 0, 100)
    rows["ROOT_PARTY_FLG"] = "N"
    stamp(rows, rng, users, people.created, people.loaded)
    return rows


def contact_rows(rng: np.random.Generator, people: People, users: pa.Array, kind: str) -> Rows:
    """One S_CONTACT row for each person; ``kind`` is Client, Representative or Employee."""
    known, home, count = citizenships(), places(), len(people)
    citizenship = picked(known.code, people.citizenship)
    rows = Rows("S_CONTACT", count, ROW_ID=people.row_id, PAR_ROW_ID=people.row_id, PERSON_UID=people.row_id)
    rows["CON_CD"] = kind
    rows["EMP_FLG"] = "Y" if kind == "Employee" else "N"
    rows["BU_ID"] = "0-R9NH"
    _names(rows, people)
    rows["BIRTH_DT"] = people.birth
    rows["X_BIRTH_DT_TXT"] = only(people.created >= TEXT_SINCE, iso_date(people.birth))
    typed_french = people.french & (rng.random(count) < 0.8)
    rows["SEX_MF"] = in_language("SEX_MF", sex_text(people), typed_french)
    rows["MARITAL_STAT_CD"] = in_language("MARITAL_STATUS", marital_text(rng, people), typed_french)
    rows["NATIONALITY"] = citizenship
    rows["CITIZENSHIP_CD"] = citizenship
    rows["X_BIRTH_COUNTRY_CD"] = choose(rng.random(count) < 0.93, citizenship, CANADA)
    rows["RESIDENT_STAT_CD"] = _residence(rng, people)
    birthplace = np.where(home.size[people.citizenship] > 0, home.start[people.citizenship], -1)
    rows["PLACE_OF_BIRTH"] = picked(home.city, birthplace)
    rows["PREF_LANG_ID"] = choose(people.french, "FR", "EN")
    rows["PREF_COMM_METH_CD"] = choose(rng.random(count) < 0.8, "Email", "Phone")
    jobs = phrases("occupation")
    rows["OCCUPATION"] = only(
        people.adult & (rng.random(count) < 0.6), picked(jobs, rng.integers(0, len(jobs), count))
    )
    rows["CUST_STAT_CD"] = "Active"
    stamp(rows, rng, users, people.created, people.loaded)
    if kind == "Client":
        _client_columns(rows, rng, people)
    return rows


def _names(rows: Rows, people: People) -> None:
    names_ = people.names
    rows["LAST_NAME"] = names_.family
    rows["FST_NAME"] = names_.given.fill_null("x")
    rows["MID_NAME"] = names_.middle
    rows["MOTHER_MAIDEN_NAME"] = names_.maternal
    rows["X_LAST_NAME_UP"] = pc.utf8_upper(names_.family)
    rows["X_FST_NAME_UP"] = pc.utf8_upper(names_.given.fill_null("x"))


def _residence(rng: np.random.Generator, people: People) -> pa.Array:
    chance = rng.random(len(people))
    here = choose(
        chance < 0.5, "Temporary Resident", choose(chance < 0.85, "Permanent Resident", "Protected Person")
    )
    status = choose(people.abroad, "Foreign National", here)
    return choose(people.citizenship == citizenships().canada, "Citizen", status)


def _client_columns(rows: Rows, rng: np.random.Generator, people: People) -> None:
    count = len(people)
    rows["X_UCI_NUM"] = people.uci
    rows["X_UCI_STAT_CD"] = "Permanent"
    rows["X_NAME_SRC_CD"] = choose(
        rng.random(count) < 0.8, "MRZ", choose(rng.random(count) < 0.8, "Document", "VIZ")
    )
    rows["X_SINGLE_NAME_FLG"] = choose(people.names.mononym, "Y", "N")
    rows["X_RESTRICTED_FLG"] = choose(rng.random(count) < 0.004, "Y", "N")
    rows["X_LEGAL_HOLD_FLG"] = choose(rng.random(count) < 0.002, "Y", "N")
    promoted = people.loaded & (rng.random(count) < 0.5)
    rows["X_PROMOTED_DT"] = when(promoted, ottawa(later(people.created, np.full(count, 12 * 3600))))
    married = (
        (people.role == SPOUSE) & (people.sex == FEMALE) & ~people.names.mononym & (rng.random(count) < 0.25)
    )
    pool = names()
    maiden = picked(pool.latin, pool.pick(people.culture, 0, rng.random(count)))
    rows["MAIDEN_NAME"] = only(married & (pool.size[people.culture, 0] > 0), maiden)


def in_language(kind: str, english: pa.Array, french: Bools) -> pa.Array:
    """Display texts of a list in the language of the person who typed them."""
    return choose(french, french_text(kind, english), english)


# -- extensions ----------------------------------------------------------------------------------------


def extension_rows(rng: np.random.Generator, people: People, users: pa.Array) -> Rows:
    """S_CONTACT_X for two persons in five: biometrics and medical exam."""
    at = np.flatnonzero(rng.random(len(people)) < 0.4)
    count = len(at)
    rows = Rows(
        "S_CONTACT_X",
        count,
        ROW_ID=people.row_id.take(pa.array(at)),
        PAR_ROW_ID=people.row_id.take(pa.array(at)),
    )
    enrolled = later(people.since[at], rng.integers(1, 40, count) * DAY)
    taken = rng.random(count) < 0.8
    examined = rng.random(count) < 0.5
    number = rng.integers(10**8, 10**9, count)
    rows["ATTRIB_08"] = choose(taken, "Y", "N")
    rows["ATTRIB_12"] = when(taken, enrolled)
    rows["ATTRIB_13"] = when(taken, later(enrolled, np.full(count, 3652 * DAY)))
    rows["ATTRIB_26"] = when(examined, midnight(later(enrolled, np.full(count, 365 * DAY))))
    rows["ATTRIB_34"] = only(taken, join("B", fixed_text(digits(number, 9))))
    rows["ATTRIB_35"] = only(examined, join("IME", fixed_text(digits(number, 9))))
    rows["ATTRIB_36"] = only(examined, join("UMI", fixed_text(digits(scatter(number, 999_999_937), 9))))
    stamp(rows, rng, users, people.created[at], people.loaded[at])
    return rows


def many_rows(
    rng: np.random.Generator, ids: RowIds, people: People, users: pa.Array, maiden: pa.Array
) -> Rows:
    """S_CONTACT_XM: languages, second citizenships, other and former names."""
    count, known, pool = len(people), citizenships(), names()
    all_rows = Rows("S_CONTACT_XM", 0)

    def add(chosen: Bools, kind: str, name: str, **columns: pa.Array) -> None:
        at = np.flatnonzero(chosen)
        rows = Rows(
            "S_CONTACT_XM", len(at), PAR_ROW_ID=people.row_id.take(pa.array(at)), TYPE=kind, NAME=name
        )
        for column, values in columns.items():
            rows[column] = values.take(pa.array(at))
        rows["ROW_ID"] = ids.take(len(at), people.loaded[at])
        stamp(rows, rng, users, people.created[at], people.loaded[at])
        all_rows.extend(rows)

    add(rng.random(count) < 0.4, "LANGUAGE", "LANGUAGE-1", ATTRIB_03=picked(pool.language, people.culture))
    other = rng.choice(len(known.share), count, p=known.share)
    second = (rng.random(count) < 0.08) & (other != people.citizenship)
    granted = pa.array(midnight(between(rng, people.birth, people.since)))
    add(second, "CITIZENSHIP", "CITIZENSHIP-1", ATTRIB_03=picked(known.code, other), ATTRIB_12=granted)
    variant = rng.random(count) < 0.05
    passport = in_language(
        "IRCC_DOC_TYPE", pa.repeat("Passport", count), people.french & (rng.random(count) < 0.8)
    )
    number = join("AK", fixed_text(digits(rng.integers(0, 10**7, count), 7)))
    add(
        variant & ~people.names.mononym,
        "NAME_AKA",
        "AKA-1",
        ATTRIB_01=people.names.family,
        ATTRIB_02=pc.utf8_slice_codeunits(people.names.given, 0, 1),
        ATTRIB_03=passport,
        ATTRIB_34=number,
        ATTRIB_08=pa.repeat("N", count),
    )
    add(
        mask(pc.is_valid(maiden)),
        "NAME_FORMER",
        "FORMER-1",
        ATTRIB_01=maiden,
        ATTRIB_02=people.names.given,
        ATTRIB_03=passport,
    )
    return all_rows


# -- family --------------------------------------------------------------------------------------------

_BACK = 0.6  # share of family links written in both directions


def relation_rows(rng: np.random.Generator, ids: RowIds, people: People, users: pa.Array) -> Rows:
    """S_CONTACT_REL between members of a household; two links in five stand in one direction only."""
    partners = np.flatnonzero(people.role == SPOUSE)
    children = np.flatnonzero(people.role == CHILD)
    partner_kind = choose(people.common_law[partners], "CLP", "SPOUSE")
    both = np.concatenate([partners, children])
    kind = pa.concat_arrays([partner_kind, pa.repeat("CHILD", len(children))])
    opposite = pa.concat_arrays([partner_kind, pa.repeat("PARENT", len(children))])
    back = np.flatnonzero(rng.random(len(both)) < _BACK)
    head = people.head[both]
    start = np.concatenate([people.since[partners], people.birth[children]])
    came = np.concatenate([both, both[back]])
    rows = Rows("S_CONTACT_REL", len(came), ROW_ID=ids.take(len(came), people.loaded[came]))
    rows["CONTACT_ID"] = people.row_id.take(pa.array(np.concatenate([head, both[back]])))
    rows["REL_CONTACT_ID"] = people.row_id.take(pa.array(np.concatenate([both, head[back]])))
    rows["RELATION_TYPE_CD"] = pa.concat_arrays([kind, opposite.take(pa.array(back))])
    rows["START_DT"] = midnight(np.concatenate([start, start[back]]))
    rows["STATUS_CD"] = "Active"
    stamp(rows, rng, users, people.created[came], people.loaded[came])
    return rows


def deaths(rng: np.random.Generator, contacts: Rows, people: People, at: Ints) -> None:
    """Some of the oldest persons, without an open application, have died since."""
    old = at[
        (people.role[at] == HEAD)
        & (people.birth[at] < np.datetime64("1950-01-01"))
        & (rng.random(len(at)) < 0.2)
    ]
    died = midnight(
        between(
            rng,
            np.maximum(people.created[old], people.since[old]) + np.timedelta64(400, "D"),
            np.full(len(old), LAST_DAY),
        )
    )
    died = np.where(died < LAST_DAY, died, NEVER)
    contacts.patch("DEATH_DT", old, died)
    contacts.patch("CUST_STAT_CD", old, choose(~np.isnat(died), "Deceased", "Active"))
