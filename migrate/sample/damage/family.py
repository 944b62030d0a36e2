"""Damage of roles: staff who are clients, representatives, family links, dependants."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from migrate.sample.clock import LAST_DAY
from migrate.sample.damage.plant import (
    ENTITY,
    FLAG,
    LOAD,
    QUAR,
    Plant,
    damage,
)
from migrate.sample.data import names
from migrate.sample.frame import Ints, choose, join, mask, picked


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
    alike = mask(pc.equal(given, family))
    given = choose(alike, pc.utf8_slice_codeunits(given, 0, 3), given)
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
