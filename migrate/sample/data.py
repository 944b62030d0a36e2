"""The packaged data of the sample: names, countries, places, client groups, steps of a case, lists of values.

Everything that a reader may want to change without reading code is a CSV file in ``data/``. This module reads
them once and offers them as Arrow pools and numpy arrays, ready for vectorised picking.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from migrate.sample.frame import Ints, strings

Floats = npt.NDArray[np.float64]


@cache
def rows(name: str) -> tuple[Mapping[str, str], ...]:
    """The lines of ``data/<name>.csv``, in order."""
    text = files("migrate.sample").joinpath(f"data/{name}.csv").read_text("utf-8")
    return tuple(csv.DictReader(text.splitlines()))


@cache
def phrases(kind: str) -> pa.Array:
    """The phrases of one kind: streets, occupations, file names."""
    return strings(row["value"] for row in rows("phrases") if row["kind"] == kind)


def weights(values: Sequence[str | float]) -> Floats:
    """Weights as probabilities that add up to 1."""
    numbers = np.array([float(value or 0) for value in values])
    return np.asarray(numbers / numbers.sum(), dtype=np.float64)


def weighted(text: str) -> tuple[list[str], Floats]:
    """``a:6|b:2`` as the values and their probabilities."""
    pairs = [part.rpartition(":") for part in text.split("|")]
    return [value for value, _, _ in pairs], weights([weight for _, _, weight in pairs])


# -- names ---------------------------------------------------------------------------------------------

FAMILY, MALE, FEMALE = 0, 1, 2
_PARTS = {"family": FAMILY, "male": MALE, "female": FEMALE}


@dataclass(frozen=True, slots=True)
class NamePool:
    """All names of all cultures in one array; ``start`` and ``size`` are indexed by (culture, part)."""

    cultures: tuple[str, ...]
    structure: npt.NDArray[np.str_]
    language: pa.Array
    latin: pa.Array
    native: pa.Array
    start: Ints
    size: Ints

    def culture(self, name: str) -> int:
        """The position of a culture."""
        return self.cultures.index(name)

    def pick(self, culture: Ints, part: Ints | int, chance: Floats) -> Ints:
        """Positions in the pool; the names at the head of a list are the more frequent ones."""
        steps = (self.size[culture, part] * chance**1.4).astype(np.int64)
        chosen: Ints = np.add(self.start[culture, part], steps)
        return chosen


@cache
def names() -> NamePool:
    """The names of every culture in ``data/cultures.csv``, from ``data/names/<culture>.csv``."""
    cultures = rows("cultures")
    latin: list[str] = []
    native: list[str | None] = []
    start = np.zeros((len(cultures), 3), np.int64)
    size = np.zeros((len(cultures), 3), np.int64)
    for number, culture in enumerate(cultures):
        lines = rows(f"names/{culture['culture']}")
        for part, column in _PARTS.items():
            chosen = [line for line in lines if line["part"] == part]
            start[number, column], size[number, column] = len(latin), len(chosen)
            latin += [line["latin"] for line in chosen]
            native += [line["native"] or None for line in chosen]
    return NamePool(
        cultures=tuple(culture["culture"] for culture in cultures),
        structure=np.array([culture["structure"] for culture in cultures]),
        language=strings(culture["language"] for culture in cultures),
        latin=strings(latin),
        native=strings(native),
        start=start,
        size=size,
    )


# -- countries and places ------------------------------------------------------------------------------

CANADA = "284"


@dataclass(frozen=True, slots=True)
class Citizenships:
    """Whose clients there are: department code, ISO alpha-3, share, and how unevenly damage falls on them."""

    code: pa.Array
    alpha3: pa.Array
    share: Floats
    damage: Floats
    culture: Floats  # (citizenship, culture): probability
    canada: int


@cache
def citizenships() -> Citizenships:
    """The citizenships of the sample's clients with their shares."""
    lines, pool = rows("citizenships"), names()
    culture = np.zeros((len(lines), len(pool.cultures)))
    for number, line in enumerate(lines):
        chosen, shares = weighted(line["cultures"] if ":" in line["cultures"] else line["cultures"] + ":1")
        culture[number, [pool.culture(name) for name in chosen]] = shares
    return Citizenships(
        code=strings(line["code"] for line in lines),
        alpha3=strings(line["alpha3"] for line in lines),
        share=weights([line["weight"] for line in lines]),
        damage=np.array([float(line["damage"]) for line in lines]),
        culture=culture,
        canada=[line["code"] for line in lines].index(CANADA),
    )


@dataclass(frozen=True, slots=True)
class Places:
    """Cities with the patterns of their postal codes and phone numbers: ``#`` a digit, ``@`` a letter."""

    country: pa.Array
    city: pa.Array
    state: pa.Array
    province: pa.Array
    postal: pa.Array
    phone: pa.Array
    canadian: Ints
    start: Ints  # by citizenship: first place of that country and how many there are
    size: Ints


@cache
def places() -> Places:
    """The cities clients live in."""
    lines = rows("places")
    countries = [line["country"] for line in lines]
    codes = citizenships().code.to_pylist()
    return Places(
        country=strings(countries),
        city=strings(line["city"] for line in lines),
        state=strings(line["state"] or None for line in lines),
        province=strings(line["province"] or None for line in lines),
        postal=strings(line["postal"] or None for line in lines),
        phone=strings(line["phone"] for line in lines),
        canadian=np.flatnonzero(np.array(countries) == CANADA),
        start=np.array([countries.index(code) if code in countries else 0 for code in codes]),
        size=np.array([countries.count(code) for code in codes]),
    )


# -- lists of values -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ValueList:
    """One list of values: codes with their display texts; parents where the list is a child of another."""

    lic: tuple[str, ...]
    english: pa.Array
    french: pa.Array
    active: npt.NDArray[np.bool_]


@cache
def value_list(kind: str) -> ValueList:
    """A list of values by its TYPE, active values first."""
    lines = [line for line in rows("lov") if line["TYPE"] == kind]
    lines.sort(key=lambda line: line["ACTIVE_FLG"] != "Y")
    english = [line for line in lines if line["LANG_ID"] == "ENU"]
    french = {(line["NAME"], line["PARENT_NAME"]): line["VAL"] for line in lines if line["LANG_ID"] == "FRA"}
    return ValueList(
        lic=tuple(line["NAME"] for line in english),
        english=strings(line["VAL"] for line in english),
        french=strings(french[line["NAME"], line["PARENT_NAME"]] for line in english),
        active=np.array([line["ACTIVE_FLG"] == "Y" for line in english]),
    )


@cache
def active(kind: str) -> pa.Array:
    """The language-independent codes of a list that are in use."""
    values = value_list(kind)
    return strings(lic for lic, used in zip(values.lic, values.active, strict=True) if used)


def french_text(kind: str, english: pa.Array) -> pa.Array:
    """The French display text of each English one."""
    import pyarrow.compute as pc

    values = value_list(kind)
    return values.french.take(pc.index_in(english, values.english))
