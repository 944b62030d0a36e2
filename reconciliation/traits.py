"""Characteristics of people, from the legacy rows about them: who is in which group.

    equity = read(mappings)                          equity/traits.yaml; None where there is no such file
    groups = equity.traits[0].of(rows, as_of)        a value for each row; `unknown` for none

    person: {entity: client, table: S_CONTACT}
    bearers:
      client: ROW_ID                                 of what, and which column of its root names the person
      application: APPLICANT_ID
    traits:
      citizenship:        {code: country, from: CITIZENSHIP_CD}
      age_band:           {ages: [18, 30, 45, 65], from: BIRTH_DT, text: X_BIRTH_DT_TXT}
      script:             {script_of: [LAST_NAME, FST_NAME]}
      single_name:        {single: FST_NAME, beside: LAST_NAME, fillers: [x, FNU]}
      partial_birth_date: {incomplete: X_BIRTH_DT_TXT}

The legacy side is asked, and not the platform: it alone knows the people who never got there.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc

from migrate.errors import InvalidInput
from migrate.reading.document import read as read_document
from migrate.reading.grammar import (
    Notes,
    Place,
    identifier,
    many,
    name,
    named,
    own_name,
    text,
    whole,
)
from reconciliation.compare.lists import Codes, Lists
from reconciliation.equity import ORDINARY, UNKNOWN
from reconciliation.expected import one

FILE = "equity/traits.yaml"
YES, NO = "yes", ORDINARY


class Trait(Protocol):
    """A characteristic: which group each of some people is in."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The legacy columns that it is told by."""

    def of(self, rows: pa.Table, as_of: datetime) -> pa.Array:
        """The group of each row."""


@dataclass(frozen=True)
class Coded:
    """The code that a legacy value stands for; a value that the list does not have is not known."""

    name: str
    column: str
    codes: Codes = field(repr=False)

    @property
    def columns(self) -> tuple[str, ...]:
        """See `Trait`."""
        return (self.column,)

    def of(self, rows: pa.Table, as_of: datetime) -> pa.Array:
        """See `Trait`."""
        values = pc.utf8_trim_whitespace(one(rows.column(self.column)))
        known = pa.array([value for _, value in self.codes], pa.string())
        found = pa.array(self.codes.values(), pa.string()).take(pc.index_in(values, value_set=known))
        return pc.fill_null(found, UNKNOWN)


@dataclass(frozen=True)
class Aged:
    """Age in bands, by the date of birth; where the text is incomplete, its year is taken for the whole."""

    name: str
    column: str
    text: str
    borders: tuple[int, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """See `Trait`."""
        return self.column, self.text

    def of(self, rows: pa.Table, as_of: datetime) -> pa.Array:
        """See `Trait`."""
        born = one(rows.column(self.column)).cast(pa.timestamp("us"))
        birthday = pc.add(pc.multiply(pc.month(born), 100), pc.day(born))
        to_come = pc.greater(birthday, as_of.month * 100 + as_of.day).cast(pa.int64())
        exact = pc.subtract(pc.subtract(as_of.year, pc.year(born)), to_come)
        written = pc.fill_null(one(rows.column(self.text)), "")
        year = pc.if_else(
            pc.match_substring_regex(written, r"^\d{4}-"), pc.utf8_slice_codeunits(written, 0, 4), None
        )
        about = pc.subtract(as_of.year, year.cast(pa.int64()))
        ages = pc.if_else(pc.match_substring(written, "*"), about, pc.coalesce(exact, about))
        return self._bands(ages)

    def _bands(self, ages: pa.Array) -> pa.Array:
        found = pa.repeat(pa.scalar(UNKNOWN), len(ages))
        for low, high in pairwise((0, *self.borders, 120)):
            label = f"{low}-{high - 1}" if high < 120 else f"{low}+"
            inside = pc.and_(pc.greater_equal(ages, low), pc.less(ages, high))
            found = pc.if_else(pc.fill_null(inside, False), label, found)
        return found


@dataclass(frozen=True)
class Written:
    """The script of a name: the first that is found in it; Latin letters with marks stand apart from those without."""

    name: str
    columns: tuple[str, ...]

    def of(self, rows: pa.Table, as_of: datetime) -> pa.Array:
        """See `Trait`."""
        values = pc.binary_join_element_wise(
            *(pc.fill_null(one(rows.column(each)), "") for each in self.columns), " "
        )
        found = pa.repeat(pa.scalar(UNKNOWN), rows.num_rows)
        for label, pattern in reversed(SCRIPTS.items()):
            found = pc.if_else(pc.match_substring_regex(values, pattern), label, found)
        return found


SCRIPTS = {
    "arabic": r"\p{Arabic}",
    "armenian": r"\p{Armenian}",
    "bengali": r"\p{Bengali}",
    "cyrillic": r"\p{Cyrillic}",
    "devanagari": r"\p{Devanagari}",
    "ethiopic": r"\p{Ethiopic}",
    "georgian": r"\p{Georgian}",
    "greek": r"\p{Greek}",
    "gurmukhi": r"\p{Gurmukhi}",
    "hangul": r"\p{Hangul}",
    "hebrew": r"\p{Hebrew}",
    "kana": r"[\p{Hiragana}\p{Katakana}]",
    "han": r"\p{Han}",
    "tamil": r"\p{Tamil}",
    "thai": r"\p{Thai}",
    "latin_with_marks": r"[^\x00-\x7f]",
    "latin": r"[A-Za-z]",
}
"""Script -> pattern; the first that fits."""


@dataclass(frozen=True)
class Single:
    """Whether somebody has one name only: the given name is a filler, or repeats the family name."""

    name: str
    given: str
    family: str
    fillers: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """See `Trait`."""
        return self.given, self.family

    def of(self, rows: pa.Table, as_of: datetime) -> pa.Array:
        """See `Trait`."""
        given, family = (
            pc.utf8_trim_whitespace(pc.fill_null(one(rows.column(each)), "")) for each in self.columns
        )
        fillers = pa.array(["", *self.fillers], pa.string())
        single = pc.or_(pc.is_in(given, value_set=fillers), pc.equal(given, family))
        return pc.if_else(single, YES, NO)


@dataclass(frozen=True)
class Incomplete:
    """Whether a date of birth is incomplete: unknown parts are written as asterisks."""

    name: str
    column: str

    @property
    def columns(self) -> tuple[str, ...]:
        """See `Trait`."""
        return (self.column,)

    def of(self, rows: pa.Table, as_of: datetime) -> pa.Array:
        """See `Trait`."""
        written = pc.fill_null(one(rows.column(self.column)), "")
        return pc.if_else(pc.match_substring(written, "*"), YES, NO)


@dataclass(frozen=True)
class Equity:
    """Who is asked about, and by what characteristics.

    entity, table:  of the persons.
    bearers:        entity -> column of its roots that names the person; for persons their key.
    """

    entity: str
    table: str
    bearers: Mapping[str, str]
    traits: tuple[Trait, ...]
    digest: str

    @property
    def columns(self) -> list[str]:
        """The columns of persons that have to be read."""
        return list(dict.fromkeys(["ROW_ID", *(column for each in self.traits for column in each.columns)]))


# --- reading


def read(mappings: Path) -> Equity | None:
    """The file beside the mappings; None where there is none. Raises InvalidInput with every mistake."""
    path = mappings / FILE
    if not path.exists():
        return None
    data = path.read_bytes()
    root, mistakes = read_document(data, FILE)
    notes, lists = Notes(FILE, list(mistakes)), Lists(mappings / "codes")
    if root is not None:
        with Place(root, notes).keys() as take:
            entity, table = take("person", _person) or ("", "")
            bearers = take("bearers", named(lambda at: (at.name, identifier(at)))) or ()
            traits = take("traits", named(lambda at: _trait(at, lists))) or ()
        if not notes.mistakes:
            return Equity(entity, table, dict(bearers), traits, hashlib.sha256(data).hexdigest())
    raise InvalidInput(notes.mistakes)


def _person(at: Place) -> tuple[str, str]:
    with at.keys() as take:
        return take("entity", name), take("table", identifier)


_KINDS = ("code", "ages", "script_of", "single", "incomplete")


def _trait(at: Place, lists: Lists) -> Trait:
    at = at.about(f"trait {at.name}")
    label = own_name(at, "trait")
    with at.keys() as take:
        asked = [kind for kind in _KINDS if kind in take]
        match asked:
            case ["code"]:
                code, column = take("code", lists.parse), take("from", identifier)
                return Coded(label, column, lists.known.get(code or "", {}))
            case ["ages"]:
                borders = take("ages", _borders)
                return Aged(label, take("from", identifier), take("text", identifier), borders or ())
            case ["script_of"]:
                return Written(label, take("script_of", many(identifier)) or ())
            case ["single"]:
                given, family = take("single", identifier), take("beside", identifier)
                return Single(label, given, family, take("fillers", many(text), ()))
            case ["incomplete"]:
                return Incomplete(label, take("incomplete", identifier))
    raise at.wrong("a characteristic is told in one way", f"one of {', '.join(_KINDS)}")


def _borders(at: Place) -> tuple[int, ...]:
    found: Sequence[int] = many(whole)(at)
    if list(found) != sorted(set(found)) or not 0 < min(found) < max((*found, 1)) + 1 <= 120:
        raise at.expected("ages in their order, each once, from 1 to 119")
    return tuple(found)
