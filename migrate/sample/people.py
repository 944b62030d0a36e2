"""The persons of a block: households with ages, sexes, citizenships, names, languages and homes.

Out: ``People``, plain arrays row by row, sorted by household. Nothing here knows a legacy table: ``parties``
writes these persons into the legacy's columns, ``cases`` sends them through the department.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from migrate.sample.clock import DAY, FIRST_LOAD, later, midnight, office_moment
from migrate.sample.data import citizenships, names, places
from migrate.sample.frame import Bools, Ints, Times, choose
from migrate.sample.ids import RowIds, client_identifiers
from migrate.sample.names import CHILD, HEAD, SPOUSE, Names, make_names

FEMALE, MALE, OTHER, UNKNOWN = 0, 1, 2, 3


@dataclass(slots=True)
class People:
    """Persons, row by row; a household's rows stand together, its head first."""

    row_id: pa.Array
    household: Ints
    role: Ints
    head: Ints  # position of the head of the household
    citizenship: Ints
    culture: Ints
    sex: Ints
    common_law: Bools
    birth: Times
    since: Times  # the household's first application
    created: Times
    loaded: Bools  # came with the bulk load from the predecessor
    french: Bools  # writes to the department in French
    home: Ints  # position in `places`
    abroad: Bools
    uci: pa.Array
    names: Names

    def __len__(self) -> int:
        return len(self.household)

    @property
    def adult(self) -> Bools:
        """Heads of households and their partners."""
        return np.not_equal(self.role, CHILD)


def make_people(
    rng: np.random.Generator,
    ids: RowIds,
    count: int,
    first_number: int,
    block: int,
    *,
    canadian: bool = False,
) -> People:
    """``count`` persons, numbered from ``first_number`` over the whole sample; all ``canadian`` if wanted."""
    household, role, head = _households(rng, count)
    citizenship, culture = _origins(rng, household, head, canadian)
    since, loaded = _first_contact(rng, household)
    sex = _sexes(rng, role, head)
    french = _french(rng, culture, head)
    home, abroad = _homes(rng, citizenship, head, loaded)
    numbers = np.arange(first_number, first_number + count)
    short = loaded | (rng.random(count) < 0.1)
    load_night = later(np.full(count, FIRST_LOAD), np.full(count, block % 40 * DAY))
    return People(
        row_id=ids.take(count, loaded),
        household=household,
        role=role,
        head=head,
        citizenship=citizenship,
        culture=culture,
        sex=sex,
        common_law=(rng.random(count) < 0.2)[head],
        birth=_births(rng, role, head, since),
        since=since,
        created=np.where(loaded, load_night, since),
        loaded=loaded,
        french=french,
        home=home,
        abroad=abroad,
        uci=client_identifiers(numbers, short),
        names=make_names(rng, household, role, culture, sex == MALE),
    )


def _households(rng: np.random.Generator, count: int) -> tuple[Ints, Ints, Ints]:
    sizes = rng.choice([1, 2, 3, 4, 5, 6], count, p=[0.5, 0.2, 0.12, 0.11, 0.05, 0.02])
    household = np.repeat(np.arange(count), sizes)[:count]
    head = np.searchsorted(household, household)
    position = np.arange(count) - head
    couple = (rng.random(count) < 0.85)[household]
    role = np.where(position == 0, HEAD, np.where((position == 1) & couple, SPOUSE, CHILD))
    return household, role, head


_RARE_FIRST = 5  # the first households of a block have single names, so that the smallest sample has them too


def _origins(rng: np.random.Generator, household: Ints, head: Ints, canadian: bool) -> tuple[Ints, Ints]:
    known, pool = citizenships(), names()
    count = len(household)
    citizenship = rng.choice(len(known.share), count, p=known.share)
    single = np.flatnonzero(known.culture[:, pool.culture("burmese")] == 1)[0]
    citizenship = np.where(household < _RARE_FIRST, single, citizenship)[head]
    if canadian:
        citizenship = np.full(count, known.canada)
    chance = rng.random(count)
    culture = (known.culture.cumsum(axis=1)[citizenship] < chance[:, None]).sum(axis=1)
    return citizenship, np.minimum(culture, len(pool.cultures) - 1)[head]


def _first_contact(rng: np.random.Generator, household: Ints) -> tuple[Times, Bools]:
    """The moment of the household's first application, and whether that was in the predecessor's time."""
    count = len(household)
    old = rng.random(count) < 0.15
    earliest, latest = np.datetime64("1996-01-08"), np.datetime64("2009-12-18")
    before = earliest + (rng.random(count) * int((latest - earliest).astype(int))).astype("timedelta64[D]")
    start = np.datetime64("2026-05-29")
    after = start - (rng.random(count) ** 1.7 * 5400).astype("timedelta64[D]")
    day = np.where(old, before, after).astype("datetime64[s]")
    return office_moment(rng, day)[household], old[household]


def _sexes(rng: np.random.Generator, role: Ints, head: Ints) -> Ints:
    count = len(role)
    sex = np.where(rng.random(count) < 0.52, MALE, FEMALE)
    partner = np.where(rng.random(count) < 0.96, 1 - sex[head], sex[head])
    sex = np.where(role == SPOUSE, partner, sex)
    chance = rng.random(count)
    return np.where(chance < 0.003, OTHER, np.where(chance < 0.005, UNKNOWN, sex))


def _births(rng: np.random.Generator, role: Ints, head: Ints, since: Times) -> Times:
    """Birth dates: heads 19 to 74 at the first contact, partners near them, children at least 18 years younger."""
    count = len(role)
    years = np.where(role == HEAD, 19 + 55 * rng.random(count) ** 1.8, 0.0)
    partner = np.clip(years[head] + rng.normal(0, 4, count), 19, 80)
    child = rng.random(count) * np.clip(years[head] - 18, 0.2, 22)
    years = np.where(role == SPOUSE, partner, np.where(role == CHILD, child, years))
    birth = midnight(since - (years * 365.25 * DAY).astype("timedelta64[s]") - np.timedelta64(10, "D"))
    new_year = birth.astype("datetime64[D]") == birth.astype("datetime64[Y]").astype("datetime64[D]")
    return np.where(new_year, birth + np.timedelta64(1, "D"), birth)


def _french(rng: np.random.Generator, culture: Ints, head: Ints) -> Bools:
    pool = names()
    speaks = np.array([name in ("french", "haitian", "francophone_african") for name in pool.cultures])
    share = np.where(speaks, 0.7, 0.08)[culture]
    return np.asarray((rng.random(len(culture)) < share)[head])


def _homes(rng: np.random.Generator, citizenship: Ints, head: Ints, loaded: Bools) -> tuple[Ints, Bools]:
    """Where the household lives: in Canada, or in the country of its citizenship."""
    known, count = places(), len(citizenship)
    abroad = (rng.random(count) < np.where(loaded, 0.2, 0.4)) & (known.size[citizenship] > 0)
    abroad &= citizenship != citizenships().canada
    here = known.canadian[(rng.random(count) * len(known.canadian)).astype(np.int64)]
    there = known.start[citizenship] + (rng.random(count) * known.size[citizenship]).astype(np.int64)
    return np.where(abroad, there, here)[head], abroad[head]


def sex_text(people: People) -> pa.Array:
    """The sex as the English display text of its list."""
    return pa.array(["Female", "Male", "Another Gender", "Unknown"]).take(pa.array(people.sex))


def marital_text(rng: np.random.Generator, people: People) -> pa.Array:
    """The marital status as the English display text of its list, true to the household."""
    count = len(people)
    has_partner = np.zeros(count, bool)
    spouses = np.flatnonzero(people.role == SPOUSE)
    has_partner[spouses] = True
    has_partner[people.head[spouses]] = True
    chance = rng.random(count)
    alone = choose(chance < 0.8, "Single", choose(chance < 0.93, "Divorced", "Widowed"))
    together = choose(people.common_law, "Common-Law", "Married")
    status = choose(has_partner, together, alone)
    return choose(people.role == CHILD, "Single", status)
