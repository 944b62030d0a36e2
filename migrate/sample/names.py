"""Names of invented persons: how each culture builds a name from its lists, within a household.

In: household, position in it, culture and sex of each person. Out: family, given and middle names as Arrow
text, and the positions in the pool they came from (for the native script). A mononym has its single name as
family name and null as given name. The structures are those of ``data/cultures.csv``.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from migrate.sample.data import FAMILY, FEMALE, MALE, NamePool, names
from migrate.sample.frame import Bools, Ints, choose, join, mask, only, picked, strings

HEAD, SPOUSE, CHILD = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Names:
    """The names of persons, row by row."""

    family: pa.Array
    given: pa.Array  # null for a mononym
    middle: pa.Array
    maternal: pa.Array
    native_family: pa.Array  # null where the culture's list has no other script
    native_given: pa.Array

    @property
    def mononym(self) -> Bools:
        """Who has a single name."""
        return mask(pc.is_null(self.given))


def make_names(rng: np.random.Generator, household: Ints, role: Ints, culture: Ints, male: Bools) -> Names:
    """Names for persons sorted by household; relatives share what their culture lets them share."""
    pool = names()
    count = len(household)
    part = np.where(male, MALE, FEMALE)
    first = np.searchsorted(household, household)  # each person's head of household

    own = pool.pick(culture, FAMILY, rng.random(count))
    second = pool.pick(culture, FAMILY, rng.random(count))
    given = pool.pick(culture, part, rng.random(count))
    father = pool.pick(culture, MALE, rng.random(count))
    shares_name = (role == CHILD) | ((role == SPOUSE) & (rng.random(count) < 0.45))
    family_at = np.where(shares_name, own[first], own)
    father = np.where(role == CHILD, np.where(male[first], given[first], father[first]), father)

    structure = pool.structure[culture]
    family, given_text, middle, maternal = _plain(rng, pool, family_at, given, culture, part)
    composed = np.zeros(count, bool)

    def use(kind: str, values: pa.Array) -> Bools:
        nonlocal family
        chosen: Bools = np.equal(structure, kind)
        family = choose(chosen, values, family)
        composed[chosen] = True
        return chosen

    mother = np.where(role == CHILD, _partner(household, role, own), second)
    double = use(
        "double_surname",
        join(
            picked(pool.latin, np.where(role == CHILD, own[first], own)),
            picked(pool.latin, mother),
            separator=" ",
        ),
    )
    maternal = choose(double, picked(pool.latin, mother), maternal)
    use("patronymic", picked(pool.latin, father))
    son = choose(male, "son", "dóttir")
    use("icelandic", join(picked(pool.latin, np.where(role == CHILD, own[first], own)), son))
    slavic = use("east_slavic", join(picked(pool.latin, family_at), choose(male, "", "a")))
    middle = choose(slavic, join(picked(pool.latin, father), choose(male, "ovich", "ovna")), middle)
    middle = choose(structure == "maternal_middle", picked(pool.latin, mother), middle)

    single = rng.random(count) < _mononym_share(structure)
    single_name = picked(pool.latin, given)
    return Names(
        family=choose(single, single_name, family),
        given=only(~single, given_text),
        middle=only(~single, middle),
        maternal=only(~single, maternal),
        native_family=only(~composed & ~single, picked(pool.native, family_at)),
        native_given=only(~composed & ~single, picked(pool.native, given)),
    )


def _plain(
    rng: np.random.Generator, pool: NamePool, family: Ints, given: Ints, culture: Ints, part: Ints
) -> tuple[pa.Array, pa.Array, pa.Array, pa.Array]:
    """One family name; a second given name for one person in eight."""
    count = len(family)
    another = pool.pick(culture, part, rng.random(count))
    two = (rng.random(count) < 0.12) & (another != given)
    first_name, second_name = picked(pool.latin, given), picked(pool.latin, another)
    given_text = choose(two, join(first_name, second_name, separator=" "), first_name)
    nothing = pa.nulls(count, pa.string())
    return picked(pool.latin, family), given_text, nothing, nothing


def _partner(household: Ints, role: Ints, own: Ints) -> Ints:
    """The family name of the spouse in each person's household, or of its head where there is none."""
    size = int(household.max()) + 1 if len(household) else 0
    by_household = np.zeros(size, np.int64)
    heads, spouses = role == HEAD, role == SPOUSE
    by_household[household[heads]] = own[heads]
    by_household[household[spouses]] = own[spouses]
    return np.asarray(by_household[household])


def _mononym_share(structure: npt.NDArray[np.str_]) -> npt.NDArray[np.float64]:
    share = np.zeros(len(structure))
    for kind in np.unique(structure):
        if kind.startswith("mononym_"):
            share[structure == kind] = int(kind.removeprefix("mononym_")) / 100
    return share


_LETTERS = str.maketrans(
    {
        "ß": "SS",
        "Þ": "TH",
        "þ": "th",
        "Ð": "D",
        "ð": "d",
        "Đ": "D",
        "đ": "d",
        "Ø": "O",
        "ø": "o",
        "ı": "i",
        "Ł": "L",
        "ł": "l",
    }
)


def latin_capitals(values: pa.Array) -> pa.Array:
    """Names as a machine-readable zone spells them: ``A-Z`` and ``<``; null stays null.

    Apostrophes vanish, hyphens and blanks become ``<`` (ICAO 9303 part 3). Each distinct name is spelled once:
    a block of 5,000 clients has some 4,000.
    """
    encoded = values.dictionary_encode()
    spelled = strings(_capitals(name) for name in encoded.dictionary.to_pylist())
    return spelled.take(encoded.indices)


def _capitals(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.translate(_LETTERS)).upper()
    kept = (char if "A" <= char <= "Z" else "<" for char in plain if char in " -" or "A" <= char <= "Z")
    return "".join(kept)
