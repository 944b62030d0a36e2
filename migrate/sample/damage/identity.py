"""Damage of identity: duplicates, contested and odd identifiers, merges."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from migrate.sample.clock import iso_date
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
from migrate.sample.frame import Ints, choose, join, mask, strings
from migrate.sample.ids import client_identifiers, digits, fixed_text


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
        X_UCI_NUM=client_identifiers(plant.spare(len(at), 0), np.zeros(len(at), bool)),
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
    plant.set("CSN", at, client_identifiers(plant.spare(len(at), 1), np.ones(len(at), bool)))


@damage("P11", "S_CASE", rate=0.005, disposition=FLAG)
def stale_identifier_on_case(plant: Plant) -> None:
    """The UCI copied at intake is not the applicant's any more."""
    at = plant.pick(plant.has("X_UCI_SNAP"))
    plant.set("X_UCI_SNAP", at, client_identifiers(plant.spare(len(at), 2), np.zeros(len(at), bool)))


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
