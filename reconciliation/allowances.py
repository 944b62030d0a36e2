"""Expected differences that somebody answers for: with an owner, an approval by another person, and an end.

    allowances = read(project_folder / "allowances.yaml", today, checks, entities)
    lines = allowances.applied(lines)              those that are covered bear the allowance's name

    - name: provinces written out
      check: rows
      entity: client
      subject: person_address fields
      column: province
      kind: conflict
      at_most: 20
      owner: Ann Roy
      approved_by: Jean Côté
      approved_on: 2027-01-10
      expires: 2027-06-30
      reason_en: the platform writes provinces out; to be taken back with release 3
      reason_fr: la plateforme écrit les provinces en toutes lettres; sera annulé avec la version 3

An allowance covers differences, never an answer that is missing. One that has expired covers nothing any more, and the
report says so. What is not said is not asked of: without a column it covers every column of the subject.
"""

import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from migrate.errors import InvalidInput
from migrate.reading.document import read as read_document
from migrate.reading.grammar import Notes, Parser, Place, choice, iso_date, many, text, whole, word
from reconciliation.model import Kind, Look

FILE = "allowances.yaml"
_NEEDED = ("check", "entity")
"""An allowance for everything would be a pass for everything."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """One expected difference.

    place:    what a line has to say for it to be covered: column of `model.DIFFERENCES` -> value.
    keys:     only of these legacy keys; () for all.
    at_most:  so many lines are covered; further ones count. None: any number.
    """

    name: str
    place: dict[str, str]
    keys: tuple[str, ...]
    at_most: int | None
    owner: str
    approved_by: str
    approved_on: date
    expires: date
    reason_en: str
    reason_fr: str

    def covers(self, line: dict[str, Any]) -> bool:
        """Whether a difference is of this kind."""
        return all(line[name] == value for name, value in self.place.items()) and (
            not self.keys or line["key"] in self.keys
        )


@dataclass
class Allowances:
    """All allowances of a project, and how many differences each has covered so far."""

    given: tuple[Allowance, ...] = ()
    today: date = date.min
    used: Counter[str] = field(default_factory=Counter)

    def applied(self, lines: pa.Table) -> pa.Table:
        """The same differences; the covered ones are allowed, and name the allowance. Others stay as they are."""
        in_force = [each for each in self.given if each.expires >= self.today]
        if not in_force or not lines.num_rows:
            return lines
        told = lines.to_pylist()
        for line in told:
            if line["look"] == Look.OUT_OF_SYNC and (allowance := self._cover(line, in_force)):
                line |= {"look": Look.ALLOWED.value, "allowance": allowance.name}
        return pa.Table.from_pylist(told, schema=lines.schema)

    def _cover(self, line: dict[str, Any], in_force: Sequence[Allowance]) -> Allowance | None:
        for each in in_force:
            if each.covers(line) and (each.at_most is None or self.used[each.name] < each.at_most):
                self.used[each.name] += 1
                return each
        return None

    def told(self) -> list[dict[str, Any]]:
        """What the report says of them."""
        return [
            {
                "name": each.name,
                "place": each.place,
                "keys": len(each.keys) or None,
                "at_most": each.at_most,
                "owner": each.owner,
                "approved_by": each.approved_by,
                "approved_on": each.approved_on.isoformat(),
                "expires": each.expires.isoformat(),
                "state": "in_force" if each.expires >= self.today else "expired",
                "reason_en": each.reason_en,
                "reason_fr": each.reason_fr,
                "lines": self.used[each.name],
            }
            for each in self.given
        ]


def read(path: Path, today: date, checks: Collection[str], entities: Collection[str]) -> Allowances:
    """The allowances in a file; none where there is no file. Raises InvalidInput with every mistake.

    checks, entities:  the names that there are: an allowance for another one would cover nothing, unseen.
    """
    if not path.is_file():
        return Allowances(today=today)
    root, mistakes = read_document(path.read_bytes(), path.name)
    notes = Notes(path.name, list(mistakes))
    places: dict[str, Parser[str]] = {
        "check": word(checks, "check"),
        "entity": word(entities, "entity", "entities"),
        "subject": text,
        "column": text,
        "kind": choice(*Kind),
    }
    found = _all(Place(root, notes), places, today) if root is not None else ()
    if notes.mistakes:
        raise InvalidInput(notes.mistakes)
    return Allowances(found, today)


def _all(at: Place, places: Mapping[str, Parser[str]], today: date) -> tuple[Allowance, ...]:
    if not isinstance(at.node.value, list):
        at.note("the file takes a list of allowances", "- name: …")
        return ()
    each = partial(_allowance, places=places, today=today)
    found = [allowance for item in at.items() if (allowance := item.attempt(each)) is not None]
    for name, count in Counter(allowance.name for allowance in found).items():
        if count > 1:
            at.note(f"{count} allowances are called {name}", "give each a name of its own")
    return tuple(found)


def _allowance(at: Place, places: Mapping[str, Parser[str]], today: date) -> Allowance:
    with at.keys() as take:
        name = take("name", text)
        at = at.about(f"allowance {name}")
        place = {
            key: take(key, parser) if key in _NEEDED else take(key, parser, "")
            for key, parser in places.items()
        }
        allowance = Allowance(
            name,
            {key: value for key, value in place.items() if value},
            take("keys", many(text), ()),
            take("at_most", whole, None),
            take("owner", text),
            take("approved_by", text),
            take("approved_on", iso_date),
            take("expires", iso_date),
            take("reason_en", text),
            take("reason_fr", text),
        )
    _sound(at, allowance, today)
    return allowance


def _sound(at: Place, allowance: Allowance, today: date) -> None:
    """What no single key can be wrong about."""
    if allowance.owner and _person(allowance.owner) == _person(allowance.approved_by):
        at.note("owner and approver are one person", "have another person approve it")
    if allowance.at_most is not None and allowance.at_most < 1:
        at.note("`at_most` is below 1: it covers nothing", "leave it out for any number")
    if None in (allowance.approved_on, allowance.expires):
        return
    if allowance.approved_on > today:
        at.note("it is approved on a day to come", "let it begin when somebody has approved it")
    if allowance.expires <= allowance.approved_on:
        at.note("it expires before it is approved", "correct the dates")


def _person(name: str | None) -> str:
    """A name however it was typed."""
    return " ".join(unicodedata.normalize("NFKC", name or "").casefold().split())
