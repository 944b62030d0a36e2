"""Damage of persons: fillers for names, partial, repeated, contradicting and impossible birth dates."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from migrate.sample.clock import iso_date
from migrate.sample.damage.plant import (
    CONV,
    ENTITY,
    FLAG,
    LOAD,
    QUAR,
    Plant,
    damage,
)
from migrate.sample.frame import Ints, choose, join, strings

FILLERS = ["x", ".", "-", "FNU", "NMN"]


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
    namesakes = np.setdiff1d(np.flatnonzero(np.asarray(pc.equal(rows["FST_NAME"], rows["LAST_NAME"]))), twice)
    plant.ground.free_clients[namesakes] = False
    plant.say(namesakes, "FST_NAME", "named so by the family", disposition=FLAG)


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


@damage("P18", "S_CONTACT", rate=0.01, disposition=LOAD, claims=False)
def drifted_shadow_name(plant: Plant) -> None:
    """The upper-case shadow was not kept up with the name."""
    at = plant.pick()
    plant.set("X_LAST_NAME_UP", at, join(plant.rows["X_LAST_NAME_UP"].take(pa.array(at)), "E"))


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
