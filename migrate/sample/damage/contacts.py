"""Damage of phones, e-mails and addresses: copies that disagree, malformed values, shared rows."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from migrate.sample.contacts import filled_pattern
from migrate.sample.damage.plant import FLAG, LOAD, Plant, damage
from migrate.sample.data import CANADA, places
from migrate.sample.frame import Bools, Ints, strings


@damage("X01", "S_CONTACT", rate=0.02, disposition=FLAG)
def phone_differs_from_primary(plant: Plant) -> None:
    """The copy of the phone number on the person is not the primary one of the list."""
    at = plant.pick(plant.has("HOME_PH_NUM"))
    plant.set("HOME_PH_NUM", at, filled_pattern(plant.rng, places().phone, plant.people.home[at]))


@damage("X01", "S_CONTACT", rate=0.01, disposition=FLAG)
def mail_differs_from_primary(plant: Plant) -> None:
    """The copy of the e-mail address on the person is not the primary one of the list."""
    at = plant.pick(plant.has("EMAIL_ADDR"))
    old = plant.rows["EMAIL_ADDR"].take(pa.array(at))
    plant.set("EMAIL_ADDR", at, pc.replace_substring(old, "@example.org", "@example.net"))


def _single_addresses(plant: Plant, eligible: Bools) -> tuple[Ints, pa.Array]:
    """Canadian addresses with exactly one link, of clients without other damage; with their clients' keys."""
    addresses, links = plant.rows, plant.block["S_CON_ADDR"]
    position = np.asarray(pc.index_in(links["ADDR_PER_ID"], addresses["ROW_ID"]).to_numpy())
    count = np.bincount(position, minlength=len(addresses))
    owner = plant.owner("S_CON_ADDR")
    owner_of = np.full(len(addresses), -1)
    owner_of[position] = owner
    free = plant.ground.free_clients
    possible = (count == 1) & eligible & (owner_of >= 0) & free[owner_of] & plant.where("COUNTRY", CANADA)
    candidates = plant.rng.permutation(np.flatnonzero(possible))
    candidates = candidates[np.unique(owner_of[candidates], return_index=True)[1]]
    at = np.sort(plant.rng.permutation(candidates)[: plant.number()])
    free[owner_of[at]] = False
    return at, plant.people.row_id.take(pa.array(owner_of[at]))


def _plant_address(plant: Plant, column: str, at: Ints, keys: pa.Array, value: object) -> None:
    plant.rows.patch(column, at, value)
    plant.line("S_ADDR_PER", plant.rows["ROW_ID"].take(pa.array(at)), column, "client", keys)


@damage("X02", "S_ADDR_PER", rate=0.007, disposition=FLAG)
def state_against_province(plant: Plant) -> None:
    """The code names one province, the name another."""
    at, keys = _single_addresses(plant, plant.has("STATE"))
    states = plant.rows["STATE"].take(pa.array(at)).to_pylist()
    _plant_address(
        plant, "PROVINCE", at, keys, strings("Manitoba" if state != "MB" else "Ontario" for state in states)
    )


@damage("X02", "S_ADDR_PER", rate=0.006, disposition=FLAG)
def country_missing(plant: Plant) -> None:
    """An address without a country."""
    at, keys = _single_addresses(plant, np.ones(len(plant.rows), bool))
    _plant_address(plant, "COUNTRY", at, keys, None)


@damage("X02", "S_ADDR_PER", rate=0.007, disposition=FLAG)
def malformed_postal_code(plant: Plant) -> None:
    """A Canadian postal code no letter would find."""
    at, keys = _single_addresses(plant, plant.has("ZIPCODE"))
    _plant_address(
        plant, "ZIPCODE", at, keys, strings(plant.cycle(["K1A", "1234567", "ZZZ 9Z9", "A1A-B2B"], len(at)))
    )


@damage("X03", "S_PER_COMM_ADDR", rate=0.05, disposition=FLAG)
def odd_phone_number(plant: Plant) -> None:
    """Letters, an extension, a missing country code, two numbers in one field: a further number of the person."""
    at = plant.pick(plant.where("COMM_MEDIUM_CD", "Phone") & plant.where("NAME", "Home"))
    odd = ["1800CALLNOW", "6135550123x45", "6135550187\n204", "447400123456", "4165550111 / 4165550112"]
    new = plant.copy("S_PER_COMM_ADDR", at, ADDR=strings(plant.cycle(odd, len(at))), NAME="Other")
    plant.say(new, "ADDR")


@damage("X04", "S_CON_ADDR", rate=0.01, disposition=LOAD)
def address_of_somebody_else(plant: Plant) -> None:
    """Two unrelated persons share one address row."""
    at = plant.pick(plant.where("RELATION_TYPE_CD", "Residential"))
    owner = plant.owner("S_CON_ADDR")
    household = plant.people.household[np.maximum(owner, 0)]
    donors = np.flatnonzero(
        (owner >= 0) & plant.where("RELATION_TYPE_CD", "Residential") & plant.ground.free_clients[owner]
    )
    chosen = donors[plant.rng.integers(0, len(donors), len(at))]
    stranger = household[chosen] != household[at]
    at, chosen = at[stranger], chosen[stranger]
    address = plant.rows["ADDR_PER_ID"].take(pa.array(chosen))
    new = plant.copy("S_CON_ADDR", at, ADDR_PER_ID=address, RELATION_TYPE_CD="Mailing")
    plant.say(new, "ADDR_PER_ID")
