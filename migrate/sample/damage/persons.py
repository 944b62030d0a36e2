"""Damage of persons and identity: names, birth dates, identifiers, merges, staff, representatives, family, documents."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from migrate.sample.block import CLIENTS
from migrate.sample.clock import LAST_DAY, iso_date, later
from migrate.sample.damage.plant import (
    CONV,
    ENTITY,
    EXCL,
    FLAG,
    LOAD,
    MERGED,
    QUAR,
    ROW,
    Plant,
    damage,
)
from migrate.sample.data import citizenships, names
from migrate.sample.documents import data_line, document_numbers, name_line
from migrate.sample.frame import Ints, choose, join, mask, picked, strings
from migrate.sample.ids import client_identifiers, digits, fixed_text
from migrate.sample.names import latin_capitals

FILLERS = ["x", ".", "-", "FNU", "NMN"]
_SPARE = 20_000_000  # running numbers of identifiers that no clean row uses


def _spare(plant: Plant, count: int, series: int) -> Ints:
    """Running numbers for further identifiers; ``series`` 0 to 9 keeps damages apart."""
    return _SPARE + (plant.block.number * 10 + series) * CLIENTS + np.arange(count)


# -- names ---------------------------------------------------------------------------------------------


@damage("P01", "S_CONTACT", rate=0.02, disposition=CONV, first=True)
def filler_given_name(plant: Plant) -> None:
    """Mononyms leave a filler in the given name; every sixth repeats the family name instead."""
    rows = plant.rows
    at = np.flatnonzero(plant.people.names.mononym)
    repeated = np.arange(len(at)) % 6 == 0
    repeated[:3] |= plant.block.number == 0
    filler, twice = at[~repeated], at[repeated]
    plant.ground.free_clients[at] = False
    plant.set("FST_NAME", filler, strings(plant.cycle(FILLERS, len(filler))))
    plant.set("FST_NAME", twice, rows["LAST_NAME"].take(pa.array(twice)), disposition=FLAG)
    rows["X_FST_NAME_UP"] = pc.utf8_upper(rows["FST_NAME"])


@damage("P02", "S_CONTACT", rate=0.005, disposition=FLAG)
def filler_family_name(plant: Plant) -> None:
    """Nobody knew the family name."""
    at = plant.pick()
    plant.set("LAST_NAME", at, strings(plant.cycle(["x", "X", "UNKNOWN"], len(at))))


@damage("P02", "S_CONTACT", rate=0.005, disposition=LOAD)
def filler_key(plant: Plant) -> None:
    """The bulk loader had no value for a column of the user key."""
    plant.set("PERSON_UID", plant.pick(), "x")


@damage("P02", "S_ADDR_PER", rate=0.005, disposition=LOAD)
def filler_address(plant: Plant) -> None:
    """An address without a street; of persons who live alone, so that nobody else shares it."""
    links, addresses = plant.block["S_CON_ADDR"], plant.rows
    size = np.bincount(plant.people.household)[plant.people.household]
    owner = plant.owner("S_CON_ADDR")
    alone = (
        (size[owner] == 1) & links.where("RELATION_TYPE_CD", "Residential") & plant.ground.free_clients[owner]
    )
    link = plant.rng.permutation(np.flatnonzero(alone))[: plant.number()]
    at = np.asarray(pc.index_in(links["ADDR_PER_ID"].take(pa.array(link)), addresses["ROW_ID"]).to_numpy())
    addresses.patch("ADDR", at, "x")
    row_id = addresses["ROW_ID"].take(pa.array(at))
    plant.line("S_ADDR_PER", row_id, "ADDR", "client", plant.people.row_id.take(pa.array(owner[link])))


# -- birth dates ---------------------------------------------------------------------------------------


@damage("P03", "S_CONTACT", rate=0.03, disposition=LOAD)
def partial_birth_date(plant: Plant) -> None:
    """Only the year, or year and month, are known; a third have a stand-in date in BIRTH_DT."""
    at = plant.pick()
    plant.forget_document_dates(at)
    birth = plant.people.birth[at]
    year_only = plant.rng.random(len(at)) < 0.6
    year = pc.strftime(pa.array(birth), format="%Y")
    month = pc.strftime(pa.array(birth), format="%Y-%m")
    stand_in = np.where(
        year_only,
        birth.astype("datetime64[Y]").astype("datetime64[s]"),
        birth.astype("datetime64[M]").astype("datetime64[s]"),
    )
    has_stand_in = np.arange(len(at)) % 3 == 0
    plant.rows.patch("BIRTH_DT", at, np.where(has_stand_in, stand_in, np.datetime64("NaT", "s")))
    plant.set("X_BIRTH_DT_TXT", at, choose(year_only, join(year, "-**-**"), join(month, "-**")))


@damage("P04", "S_CONTACT", rate=0.02, disposition=LOAD)
def several_birth_dates(plant: Plant) -> None:
    """Former or other birth dates, one in four repeating the one in force."""
    at = plant.pick(plant.has("BIRTH_DT"))
    birth = plant.people.birth[at]
    other = np.where(np.arange(len(at)) % 4 == 0, birth, birth + np.timedelta64(31, "D"))
    new = _birth_rows(plant, at, iso_date(other), "N", "DOB-1")
    plant.say(new, "ATTRIB_03", table="S_CONTACT_XM")


@damage("P04", "S_CONTACT", rate=0.001, disposition=FLAG)
def two_primary_birth_dates(plant: Plant) -> None:
    """Two further birth dates both claim to be the primary one."""
    at = plant.pick(plant.has("BIRTH_DT"))
    for number, days in ((1, 40), (2, 70)):
        other = iso_date(plant.people.birth[at] + np.timedelta64(days, "D"))
        new = _birth_rows(plant, at, other, "Y", f"DOB-{number}")
        plant.say(new, "ATTRIB_08", table="S_CONTACT_XM")


def _birth_rows(plant: Plant, at: Ints, text: pa.Array, primary: str, name: str) -> Ints:
    like = np.zeros(len(at), np.int64)
    nothing = {f"ATTRIB_{number:02}": None for number in (1, 2, 12, 13, 34)}
    kind = strings(plant.cycle(["DOB_FORMER", "DOB_AKA"], len(at)))
    owner = plant.people.row_id.take(pa.array(at))
    return plant.copy(
        "S_CONTACT_XM",
        like,
        **nothing,
        PAR_ROW_ID=owner,
        TYPE=kind,
        NAME=name,
        ATTRIB_03=text,
        ATTRIB_04="Birth Certificate",
        ATTRIB_08=primary,
        ATTRIB_47="corrected on proof",
    )


@damage("P05", "S_CONTACT", rate=0.015, disposition=FLAG)
def first_of_january(plant: Plant) -> None:
    """An arbitrary date from before 2016, when an incomplete one could not be recorded."""
    at = plant.pick(plant.people.created < np.datetime64("2016-01-01"))
    plant.forget_document_dates(at)
    new_year = plant.people.birth[at].astype("datetime64[Y]").astype("datetime64[s]")
    plant.rows.patch("X_BIRTH_DT_TXT", at, None)
    plant.set("BIRTH_DT", at, new_year)


@damage("P06", "S_CONTACT", rate=0.0025, disposition=FLAG)
def birth_text_disagrees(plant: Plant) -> None:
    """The text and the date of one row name different days."""
    at = plant.pick(plant.has("X_BIRTH_DT_TXT") & plant.has("BIRTH_DT"))
    plant.forget_document_dates(at)
    plant.set("X_BIRTH_DT_TXT", at, iso_date(plant.people.birth[at] + np.timedelta64(2, "D")))


@damage("P06", "S_CON_IDNTY_DOC", rate=0.0025, disposition=FLAG)
def document_birth_disagrees(plant: Plant) -> None:
    """The document names another day than the client's record."""
    at = plant.pick(plant.has("X_BIRTH_DT_DOC_TXT") & ~plant.has("X_MRZ_LINE2"))
    client = plant.clients_at(plant.kind.table, at)
    plant.set("X_BIRTH_DT_DOC_TXT", at, iso_date(plant.people.birth[client] + np.timedelta64(3, "D")))


@damage("P07", "S_CONTACT", rate=0.001, disposition=QUAR, scope=ENTITY)
def impossible_dates(plant: Plant) -> None:
    """Born in the future, 130 years ago, or after death."""
    at = plant.pick(plant.ground.lonely, claim_client=True)
    birth = np.array(plant.cycle(["2091-05-12", "1884-03-09", "1970-07-15"], len(at)), "datetime64[s]")
    plant.rows.patch("X_BIRTH_DT_TXT", at, None)
    plant.set("BIRTH_DT", at, birth)
    dead = at[2::3]
    plant.rows.patch("DEATH_DT", dead, np.full(len(dead), np.datetime64("1969-02-01", "s")))


# -- one person or two ---------------------------------------------------------------------------------


@damage("P08", "S_CONTACT", rate=0.015, disposition=LOAD)
def duplicate_person(plant: Plant) -> None:
    """The same person again under another ROW_ID and UCI: a variant of the name, or day and month swapped."""
    at = plant.pick(plant.people.adult & ~plant.people.names.mononym)
    birth = plant.people.birth[at]
    month, day = (_part(birth, code) for code in ("%m", "%d"))
    year = pc.strftime(pa.array(birth), format="%Y")
    swapped = join(
        year,
        "-",
        choose(day <= 12, two_digits(day), two_digits(month)),
        "-",
        choose(day <= 12, two_digits(month), two_digits(day)),
    )
    swap = (np.arange(len(at)) % 2 == 0) & (day <= 12) & (month != day) & ~((day == 1) & (month == 1))
    rows = plant.rows.take(at)
    given = rows["FST_NAME"]
    initial = pc.utf8_slice_codeunits(given, 0, 1)
    pointers = (
        "PR_PER_ADDR_ID",
        "PR_CON_ADDR_ID",
        "PR_PHONE_ID",
        "PR_EMAIL_ADDR_ID",
        "MAIDEN_NAME",
        "HOME_PH_NUM",
        "WORK_PH_NUM",
        "EMAIL_ADDR",
        "X_PROMOTED_DT",
    )
    new_birth = choose(swap, swapped, iso_date(birth))
    ids = plant.block.ids.take(len(at))
    new = plant.copy(
        "S_CONTACT",
        at,
        **dict.fromkeys(pointers),
        X_UCI_NUM=client_identifiers(_spare(plant, len(at), 0), np.zeros(len(at), bool)),
        FST_NAME=choose(swap, given, initial),
        X_FST_NAME_UP=pc.utf8_upper(choose(swap, given, initial)),
        X_BIRTH_DT_TXT=new_birth,
        BIRTH_DT=pc.strptime(new_birth, format="%Y-%m-%d", unit="s"),
    )
    for column in ("ROW_ID", "PAR_ROW_ID", "PERSON_UID"):
        plant.rows.patch(column, new, ids)
    parties = plant.copy("S_PARTY", at)
    for column in ("ROW_ID", "PARTY_UID"):
        plant.block["S_PARTY"].patch(column, parties, ids)
    plant.say(new, "ROW_ID", "a duplicate of another client")


def _part(moments: np.ndarray, code: str) -> Ints:
    return np.asarray(pc.strftime(pa.array(moments), format=code).cast(pa.int64()).to_numpy())


def two_digits(numbers: Ints) -> pa.Array:
    """Numbers below 100 as two digits."""
    return fixed_text(digits(numbers, 2))


@damage("P09", "S_CONTACT", rate=0.0005, disposition=QUAR, scope=ENTITY)
def contested_identifier(plant: Plant) -> None:
    """Two people under one UCI, of different sex and with different documents."""
    at = plant.pick(plant.ground.lonely, share=2, claim_client=True)
    at = at[: len(at) // 2 * 2]
    first, second = at[::2], at[1::2]
    plant.rows.patch("SEX_MF", at, strings(plant.cycle(["Female", "Male"], len(at))))
    plant.rows.patch("X_UCI_NUM", second, plant.rows["X_UCI_NUM"].take(pa.array(first)))
    plant.say(at, "X_UCI_NUM")


@damage("P10", "S_CONTACT", rate=0.015, disposition=CONV)
def identifier_with_hyphens(plant: Plant) -> None:
    """The UCI as people write it: with hyphens, with blanks."""
    at = plant.pick(~plant.ground.has_case)
    plain = plant.people.uci.take(pa.array(at))
    hyphens = pc.replace_substring_regex(plain, r"^(\d{2})?(\d{4})(\d{4})$", r"\1-\2-\3")
    hyphens = pc.utf8_ltrim(hyphens, "-")
    blanks = pc.replace_substring(hyphens, "-", " ")
    plant.set("X_UCI_NUM", at, choose(np.arange(len(at)) % 3 > 0, hyphens, blanks))


@damage("P10", "S_CONTACT", rate=0.015, disposition=LOAD)
def no_identifier(plant: Plant) -> None:
    """No UCI, zeros typed instead of one, or a temporary one."""
    at = plant.pick(~plant.ground.has_case)
    number = plant.rng.integers(0, 10**9, len(at))
    temporary = choose(
        number % 2 == 0,
        join("X01-", fixed_text(digits(number, 4)), "-", fixed_text(digits(number // 7, 4))),
        join("CAN", fixed_text(digits(number, 12))),
    )
    turn = np.arange(len(at)) % 3
    plant.rows.patch("X_UCI_STAT_CD", at, choose(turn == 2, "Temporary", "Permanent"))
    plant.set(
        "X_UCI_NUM",
        at,
        choose(turn == 2, temporary, choose(turn == 1, "00000000", pa.nulls(len(at), pa.string()))),
    )


@damage("P11", "S_CONTACT", rate=0.05, disposition=LOAD, claims=False)
def foss_identifier(plant: Plant) -> None:
    """A client of the predecessor: eight digits in CSN beside the UCI of ten."""
    at = plant.pick(mask(pc.equal(pc.utf8_length(plant.rows["X_UCI_NUM"]), 10)))
    plant.set("CSN", at, client_identifiers(_spare(plant, len(at), 1), np.ones(len(at), bool)))


@damage("P11", "S_CASE", rate=0.005, disposition=FLAG)
def stale_identifier_on_case(plant: Plant) -> None:
    """The UCI copied at intake is not the applicant's any more."""
    at = plant.pick(plant.has("X_UCI_SNAP"))
    plant.set("X_UCI_SNAP", at, client_identifiers(_spare(plant, len(at), 2), np.zeros(len(at), bool)))


@damage("P12", "S_CONTACT_X", rate=0.003, disposition=MERGED)
def survivor_of_merge(plant: Plant) -> None:
    """The survivor of a merge names the id of the person it swallowed."""
    at = plant.pick()
    dead = plant.dead_ids(len(at))
    plant.rows.patch("X_REPLACED_ROW_ID", at, dead)
    where = pa.array(at)
    survivors = plant.rows["PAR_ROW_ID"].take(where)
    for number, survivor in enumerate(survivors.to_pylist()):
        row = plant.rows["ROW_ID"].take(where.slice(number, 1))
        plant.line("S_CONTACT_X", row, "X_REPLACED_ROW_ID", "client", dead.slice(number, 1), survivor)


@damage("P12", "S_PER_COMM_ADDR", rate=0.001, disposition=EXCL, scope=ROW)
def doubled_child(plant: Plant) -> None:
    """A contact point doubled by a merge, alike but for ids."""
    _double(plant, "ADDR", differs=False)


@damage("P12", "S_PER_COMM_ADDR", rate=0.001, disposition=QUAR, scope=ROW)
def doubled_child_that_differs(plant: Plant) -> None:
    """A contact point doubled by a merge, with another use."""
    _double(plant, "COMM_USE_TYPE_CD", differs=True)


def _double(plant: Plant, column: str, *, differs: bool) -> None:
    table = plant.kind.table
    at = plant.pick(plant.where("NAME", "Home"))
    new = plant.copy(table, at)
    plant.rows.patch("CONFLICT_ID", new, plant.rows["ROW_ID"].take(pa.array(new)))
    if differs:
        plant.rows.patch(column, new, "Business")
    plant.say(new, column)


# -- staff, representatives, family --------------------------------------------------------------------


@damage("P14", "S_CONTACT", rate=0.0, disposition=LOAD)
def client_who_works_here(plant: Plant) -> None:
    """A client row of a person who is also staff, under another row: never to be linked."""
    if plant.block.number:
        return
    at = plant.pick(~plant.people.names.mononym)
    staff = next(
        rows for rows in plant.world.tables if rows.table.name == "S_CONTACT" and "JOB_TITLE" in rows
    )
    same = staff.take(np.arange(len(at)) + 2)
    for column in ("FST_NAME", "X_LAST_NAME_UP", "X_FST_NAME_UP"):
        plant.rows.patch(column, at, same[column])
    plant.set("LAST_NAME", at, same["LAST_NAME"])


@damage("P15", "S_CASE", rate=0.002, disposition=QUAR, scope=ENTITY)
def representative_disagrees(plant: Plant) -> None:
    """The application's pointer names another representative than the row in force."""
    at = plant.pick(plant.has("PR_REP_CON_ID"))
    pool = plant.world.representatives
    other = (plant.cases.representative[at] + 1 + plant.rng.integers(0, len(pool) - 1, len(at))) % len(pool)
    plant.set("PR_REP_CON_ID", at, picked(pool, other))


@damage("P15", "S_CASE_CON", rate=0.01, disposition=LOAD)
def authority_not_in_force(plant: Plant) -> None:
    """Form 5476 rejected, cancelled or expired: contact went back to the client."""
    at = plant.pick(plant.where("RELATION_TYPE_CD", "REP"))
    turn = np.arange(len(at)) % 3
    status = choose(turn == 0, "Rejected", choose(turn == 1, "Cancelled", "Accepted"))
    start = plant.rows.times("EFFECTIVE_DT")[at]
    ended = np.minimum(
        start + np.timedelta64(60, "D"),
        LAST_DAY.astype("datetime64[D]").astype("datetime64[s]") - np.timedelta64(1, "D"),
    )
    plant.rows.patch("END_DT", at, np.where(turn == 2, np.maximum(ended, start), np.datetime64("NaT", "s")))
    plant.block["S_CASE"].patch("PR_REP_CON_ID", plant.clients_at(plant.kind.table, at), None)
    plant.set("X_AUTH_STAT_CD", at, status)


@damage("P15", "S_CASE", rate=0.01, disposition=LOAD)
def release_of_information_only(plant: Plant) -> None:
    """Only form 5475: a designated individual, who does not represent."""
    at = plant.pick(~plant.has("PR_REP_CON_ID"))
    first = np.searchsorted(plant.block.parties.case, at)
    new = plant.copy(
        "S_CASE_CON",
        first,
        CASE_ID=plant.rows["ROW_ID"].take(pa.array(at)),
        CONTACT_ID=picked(
            plant.world.representatives, plant.rng.integers(0, len(plant.world.representatives), len(at))
        ),
        RELATION_TYPE_CD="DESIGNEE",
        X_SEQ_NUM=91,
        X_ACCOMP_FLG=None,
        X_CLIENT_DECISION_CD=None,
        X_AUTH_FORM_CD="IMM5475",
        X_AUTH_STAT_CD="Accepted",
    )
    _one_more(plant, at)
    plant.say(new, "X_AUTH_FORM_CD", table="S_CASE_CON")


def _one_more(plant: Plant, case: Ints) -> None:
    """The case counts one client more."""
    cases = plant.block["S_CASE"]
    counted = np.asarray(cases["X_NUM_CLIENTS"].to_numpy())
    cases.patch("X_NUM_CLIENTS", case, counted[case] + 1)


@damage("P16", "S_CONTACT_REL", rate=0.4, disposition=LOAD)
def one_direction(plant: Plant) -> None:
    """A family link that stands in one direction only; made so by the generator."""
    rows = plant.rows
    there = join(rows["CONTACT_ID"], rows["REL_CONTACT_ID"], separator="|")
    back = join(rows["REL_CONTACT_ID"], rows["CONTACT_ID"], separator="|")
    alone = rows["ROW_ID"].filter(pc.invert(pc.is_in(there, back)))
    plant.line("S_CONTACT_REL", alone, "RELATION_TYPE_CD", "relation", alone)


@damage("P16", "S_CONTACT_REL", rate=0.001, disposition=FLAG)
def contradicting_relation(plant: Plant) -> None:
    """A is the spouse of B, and B the child of A."""
    rows, people = plant.rows, plant.people
    one = np.asarray(pc.index_in(rows["CONTACT_ID"], people.row_id).to_numpy())
    other = np.asarray(pc.index_in(rows["REL_CONTACT_ID"], people.row_id).to_numpy())
    there = {(a, b): number for number, (a, b) in enumerate(zip(one.tolist(), other.tolist(), strict=True))}
    partners = rows.where("RELATION_TYPE_CD", "SPOUSE", "CLP") & (people.head[one] == one)
    free = plant.ground.free_clients
    found = [
        number
        for number in np.flatnonzero(partners & free[one] & free[other]).tolist()
        if (other[number], one[number]) in there
    ]
    at = np.array(found[: plant.number()], np.int64)
    back = np.array([there[other[number], one[number]] for number in at.tolist()], np.int64)
    free[one[at]] = False
    free[other[at]] = False
    rows.patch("RELATION_TYPE_CD", back, "CHILD")
    both = rows["ROW_ID"].take(pa.array(np.concatenate([at, back])))
    plant.line("S_CONTACT_REL", both, "RELATION_TYPE_CD", "relation", both)


@damage("P17", "S_CASE", rate=0.005, disposition=LOAD)
def dependant_without_detail(plant: Plant) -> None:
    """A non-accompanying child of whom nothing but the name is known."""
    at = plant.pick()
    applicant, count = plant.cases.applicant[at], len(at)
    ids = plant.block.ids.take(count)
    pool = names()
    given = picked(pool.latin, pool.pick(plant.people.culture[applicant], 1, plant.rng.random(count)))
    family = plant.people.names.family.take(pa.array(applicant))
    contacts = plant.block["S_CONTACT"]
    kept = {
        "ROW_ID",
        "CREATED",
        "CREATED_BY",
        "LAST_UPD",
        "LAST_UPD_BY",
        "MODIFICATION_NUM",
        "CONFLICT_ID",
        "DB_LAST_UPD",
        "DB_LAST_UPD_SRC",
        "BU_ID",
        "CON_CD",
        "EMP_FLG",
    }
    empty = {
        column.name: None
        for column in contacts.table.columns
        if column.name in contacts and column.name not in kept
    }
    new = plant.copy("S_CONTACT", applicant, **empty)
    upper = pc.utf8_upper(family), pc.utf8_upper(given)
    for column, value in (
        ("ROW_ID", ids),
        ("PAR_ROW_ID", ids),
        ("PERSON_UID", ids),
        ("LAST_NAME", family),
        ("FST_NAME", given),
        ("X_LAST_NAME_UP", upper[0]),
        ("X_FST_NAME_UP", upper[1]),
    ):
        contacts.patch(column, new, value)
    party = plant.copy("S_PARTY", applicant, NAME=join(family, given, separator=", "))
    for column in ("ROW_ID", "PARTY_UID"):
        plant.block["S_PARTY"].patch(column, party, ids)
    first = np.searchsorted(plant.block.parties.case, at)
    role = plant.copy(
        "S_CASE_CON",
        first,
        CASE_ID=plant.rows["ROW_ID"].take(pa.array(at)),
        CONTACT_ID=ids,
        RELATION_TYPE_CD="CHILD",
        X_SEQ_NUM=80,
        X_ACCOMP_FLG="N",
    )
    _one_more(plant, at)
    plant.say(role, "X_ACCOMP_FLG", table="S_CASE_CON")


@damage("P18", "S_CONTACT", rate=0.01, disposition=LOAD, claims=False)
def drifted_shadow_name(plant: Plant) -> None:
    """The upper-case shadow was not kept up with the name."""
    at = plant.pick()
    plant.set("X_LAST_NAME_UP", at, join(plant.rows["X_LAST_NAME_UP"].take(pa.array(at)), "E"))


# -- documents -----------------------------------------------------------------------------------------


@damage("P19", "S_PS_CREDENTIAL", rate=0.01, disposition=LOAD)
def passport_kept_as_credential(plant: Plant) -> None:
    """An old passport stands only among the documents the department issued."""
    _add_passports(plant, with_passport=False, series=3)


@damage("P19", "S_PS_CREDENTIAL", rate=0.003, disposition=FLAG)
def passports_that_differ(plant: Plant) -> None:
    """A passport stands in both tables, with different numbers."""
    _add_passports(plant, with_passport=True, series=4)


def _add_passports(plant: Plant, *, with_passport: bool, series: int) -> None:
    people, count = plant.people, plant.number()
    passports = plant.block["S_CON_IDNTY_DOC"]
    owner = plant.owner("S_CON_IDNTY_DOC")[passports.where("X_PRIMARY_FLG", "Y")]
    has = np.zeros(len(people), bool)
    has[owner] = True
    citizen = ~mask(pc.starts_with(picked(citizenships().alpha3, people.citizenship), "X"))
    possible = np.flatnonzero((has == with_passport) & plant.ground.free_clients & citizen)
    at = np.sort(plant.rng.permutation(possible)[:count])
    plant.ground.free_clients[at] = False
    number = document_numbers(_spare(plant, len(at), series))
    issued = people.since[at] - np.timedelta64(500, "D")
    where = pa.array(at)
    new = plant.copy(
        "S_PS_CREDENTIAL",
        np.zeros(len(at), np.int64),
        CONTACT_ID=people.row_id.take(where),
        CATEGORY_CD="Passport",
        CREDENTIAL_NUM=number,
        X_CREDENTIAL_NUM_RAW=number,
        ISSUING_COUNTRY=picked(citizenships().code, people.citizenship[at]),
        ISSUE_TS=issued,
        EXPIRATION_TS=later(issued, np.full(len(at), 3652 * 86400)),
        X_CASE_ID=None,
        STATUS_CD="Issued",
        X_FAMILY_NAME_DOC=people.names.family.take(where),
        X_GIVEN_NAME_DOC=people.names.given.take(where),
    )
    row_id = plant.rows["ROW_ID"].take(pa.array(new))
    plant.line("S_PS_CREDENTIAL", row_id, "CREDENTIAL_NUM", "client", people.row_id.take(where))


@damage("P20", "S_CON_IDNTY_DOC", rate=0.002, disposition=FLAG)
def wrong_check_digit(plant: Plant) -> None:
    """The check digit of the document number does not fit."""
    at = plant.pick(plant.has("X_MRZ_LINE2"))
    line = plant.rows["X_MRZ_LINE2"].take(pa.array(at))
    digit = pc.utf8_slice_codeunits(line, 9, 10).cast(pa.int64())
    wrong = pa.array((digit.to_numpy() + 1) % 10).cast(pa.string())
    plant.set(
        "X_MRZ_LINE2", at, join(pc.utf8_slice_codeunits(line, 0, 9), wrong, pc.utf8_slice_codeunits(line, 10))
    )


@damage("P20", "S_CON_IDNTY_DOC", rate=0.001, disposition=FLAG)
def unknown_country_in_zone(plant: Plant) -> None:
    """A country code no list has; all check digits fit."""
    at = plant.pick(plant.has("X_MRZ_LINE2"))
    people, client, rows, where = (
        plant.people,
        plant.clients_at(plant.kind.table, at),
        plant.rows,
        pa.array(at),
    )
    unknown = pa.repeat("QQQ", len(at))
    expires = rows.times("EXPIRATION_DT")[at]
    first = rows["X_MRZ_LINE1"].take(where)
    rows.patch(
        "X_MRZ_LINE1",
        at,
        join(pc.utf8_slice_codeunits(first, 0, 2), unknown, pc.utf8_slice_codeunits(first, 5)),
    )
    number = rows["IDENTITY_DOC_NUM"].take(where)
    plant.set(
        "X_MRZ_LINE2", at, data_line(number, unknown, people.birth[client], people.sex[client], expires)
    )


@damage("P20", "S_CON_IDNTY_DOC", rate=0.001, disposition=FLAG)
def truncated_name_in_zone(plant: Plant) -> None:
    """Given names so long that the zone cuts them."""
    at = plant.pick(plant.has("X_MRZ_LINE1") & plant.has("X_GIVEN_NAME_DOC"))
    rows, where = plant.rows, pa.array(at)
    given = join(rows["X_GIVEN_NAME_DOC"].take(where), " Maximiliana Bartholomea Constantina Wilhelmina")
    given = pc.utf8_rtrim(pc.utf8_slice_codeunits(given, 0, 48), " ")
    rows.patch("X_GIVEN_NAME_DOC", at, given)
    issuer = pc.utf8_slice_codeunits(rows["X_MRZ_LINE1"].take(where), 2, 5)
    family = latin_capitals(rows["X_FAMILY_NAME_DOC"].take(where))
    plant.set("X_MRZ_LINE1", at, name_line(issuer, family, latin_capitals(given)))
