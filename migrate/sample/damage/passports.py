"""Damage of documents: passports in two tables, machine-readable zones."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from migrate.sample.clock import later
from migrate.sample.damage.plant import (
    FLAG,
    LOAD,
    Plant,
    damage,
    matches,
)
from migrate.sample.data import citizenships
from migrate.sample.documents import data_line, document_numbers, name_line
from migrate.sample.frame import join, mask, picked
from migrate.sample.names import latin_capitals


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
    number = document_numbers(plant.spare(len(at), series))
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


@damage("P20", "S_CON_IDNTY_DOC", rate=0.0, disposition=FLAG, first=True)
def long_name_in_zone(plant: Plant) -> None:
    """A name the zone has to cut; made so by the generator."""
    at = np.flatnonzero(matches(plant.rows["X_MRZ_LINE1"], "[^<]$"))
    plant.ground.free_clients[plant.clients_at(plant.kind.table, at)] = False
    plant.say(at, "X_MRZ_LINE1", "a long name")


@damage("P20", "S_CON_IDNTY_DOC", rate=0.001, disposition=FLAG)
def truncated_name_in_zone(plant: Plant) -> None:
    """Given names so long that the zone cuts them."""
    at = plant.pick(plant.has("X_MRZ_LINE1") & plant.has("X_GIVEN_NAME_DOC"))
    rows, where = plant.rows, pa.array(at)
    given = join(rows["X_GIVEN_NAME_DOC"].take(where), " Maximilianabartholomeaconstantinawilhelmina")
    given = pc.utf8_rtrim(pc.utf8_slice_codeunits(given, 0, 48), " ")
    rows.patch("X_GIVEN_NAME_DOC", at, given)
    issuer = pc.utf8_slice_codeunits(rows["X_MRZ_LINE1"].take(where), 2, 5)
    family = latin_capitals(rows["X_FAMILY_NAME_DOC"].take(where))
    plant.set("X_MRZ_LINE1", at, name_line(issuer, family, latin_capitals(given)))
