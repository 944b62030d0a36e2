"""The applications of a block: who applied for what, when, through which office, and how it ended.

Out: ``Cases``, plain arrays row by row, and ``Parties``, who stands in which case in which role. Nothing here
knows a legacy table: ``files`` writes them, ``activities``, ``notes`` and ``money`` add what hangs on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa

from migrate.sample.clock import DAY, FIRST_LOAD, LAST_DAY, between, in_office, later, midnight, when
from migrate.sample.data import Floats, citizenships, rows, weighted, weights
from migrate.sample.frame import Bools, Ints, Times, strings
from migrate.sample.ids import RowIds, application_numbers
from migrate.sample.names import HEAD, SPOUSE
from migrate.sample.people import People
from migrate.sample.world import World

PER_CLIENT = 1.3
OPEN, APPROVED, REFUSED, WITHDRAWN, ABANDONED = range(5)


@dataclass(frozen=True, slots=True)
class Groups:
    """The client groups of ``data/groups.csv``, column by column."""

    name: tuple[str, ...]
    lob: pa.Array
    letter: pa.Array
    share: Floats
    foreign: Bools
    citizen: Bools
    months: Floats  # (group, 2): least and most months to a decision
    approved: Floats
    fee: pa.Array
    fee_cents: Ints
    extra_fee: pa.Array
    extra_cents: Ints
    credential: pa.Array
    valid_years: Ints
    organisation: tuple[str, ...]
    office: tuple[str, ...]
    retention: Ints
    category: pa.Array  # all categories of all groups
    category_group: Ints
    category_share: Floats  # within the group


@cache
def groups() -> Groups:
    """The client groups."""
    lines = rows("groups")

    def numbers(column: str) -> Ints:
        return np.array([int(line[column]) for line in lines])

    def texts(column: str) -> pa.Array:
        return strings(line[column] or None for line in lines)

    categories = [
        weighted(line["categories"] if ":" in line["categories"] else line["categories"] + ":1")
        for line in lines
    ]
    return Groups(
        name=tuple(line["group"] for line in lines),
        lob=texts("lob"),
        letter=texts("letter"),
        share=weights([line["share"] for line in lines]),
        foreign=numbers("foreign") == 1,
        citizen=numbers("citizen") == 1,
        months=np.column_stack([numbers("months_low"), numbers("months_high")]).astype(float),
        approved=np.array([float(line["approved"]) for line in lines]),
        fee=texts("fee"),
        fee_cents=numbers("fee_cents"),
        extra_fee=texts("extra_fee"),
        extra_cents=numbers("extra_cents"),
        credential=texts("credential"),
        valid_years=numbers("valid_years"),
        organisation=tuple(line["organisation"] for line in lines),
        office=tuple(line["office"] for line in lines),
        retention=numbers("retention_years"),
        category=strings(name for names, _ in categories for name in names),
        category_group=np.repeat(np.arange(len(lines)), [len(names) for names, _ in categories]),
        category_share=np.concatenate([shares for _, shares in categories]),
    )


@dataclass(slots=True)
class Cases:
    """Applications, row by row."""

    row_id: pa.Array
    number: pa.Array
    group: Ints
    category: Ints
    applicant: Ints  # position in People
    received: Times  # date
    opened: Times
    decided: Times  # null while open
    closed: Times
    due: Times
    progress: Floats  # of an open application: 0 … 1
    outcome: Ints
    created: Times
    loaded: Bools
    french: Bools  # handled by a French-speaking officer
    owner: Ints  # position in World.users
    office: Ints  # position in the list of offices
    representative: Ints  # position in World.representatives, or -1
    restricted: Bools

    def __len__(self) -> int:
        return len(self.group)

    @property
    def is_open(self) -> Bools:
        """Which applications are not decided yet."""
        return np.equal(self.outcome, OPEN)

    def last_moment(self) -> Times:
        """After this moment nobody works on the application."""
        return np.where(self.is_open, LAST_DAY, self.closed)


def make_cases(
    rng: np.random.Generator, ids: RowIds, world: World, people: People, first_number: int
) -> Cases:
    """1.3 applications for each person of the block, numbered from ``first_number`` over the whole sample."""
    count = round(PER_CLIENT * len(people))
    applicant = _applicants(rng, people, count)
    known = groups()
    group, category = _groups(rng, people, applicant)
    received = midnight(
        _received(rng, people, applicant)
    )  # from midnight on, the next office hour lies ahead
    loaded = received < FIRST_LOAD
    opened = in_office(rng, received, later(received, np.full(count, 4 * DAY)))
    months = (
        known.months[group, 0] + (known.months[group, 1] - known.months[group, 0]) * rng.random(count) ** 1.5
    )
    days = (months * 30).astype(np.int64)
    decided = in_office(rng, later(received, days * DAY), later(received, (days + 3) * DAY))
    still_open = decided > LAST_DAY - np.timedelta64(12, "D")
    closed = in_office(rng, decided, later(decided, rng.integers(0, 6, count) * DAY))
    spent = (LAST_DAY - opened).astype(np.int64) / np.maximum((decided - opened).astype(np.int64), 1)
    load_night = people.created[applicant]
    return Cases(
        row_id=ids.take(count, loaded),
        number=application_numbers(
            np.arange(first_number, first_number + count), known.letter.take(pa.array(group))
        ),
        group=group,
        category=category,
        applicant=applicant,
        received=received,
        opened=opened,
        decided=when(~still_open, decided),
        closed=when(~still_open, closed),
        due=midnight(later(decided, np.full(count, 14 * DAY))),
        progress=np.clip(spent, 0.0, 0.99),
        outcome=np.where(still_open, OPEN, _outcomes(rng, known.approved[group])),
        created=np.where(loaded, load_night, opened),
        loaded=loaded,
        french=rng.random(count) < np.where(people.french[applicant], 0.6, 0.15),
        owner=rng.integers(0, len(world.users), count),
        office=_offices(rng, group),
        representative=np.where(
            rng.random(count) < 0.22, _popular(rng, len(world.representatives), count), -1
        ),
        restricted=rng.random(count) < 0.02,
    )


def _applicants(rng: np.random.Generator, people: People, count: int) -> Ints:
    """Adults; one person in ten never applies."""
    adults = np.flatnonzero(people.adult & (rng.random(len(people)) < 0.9))
    return np.asarray(rng.choice(adults, count))


def _groups(rng: np.random.Generator, people: People, applicant: Ints) -> tuple[Ints, Ints]:
    known = groups()
    citizen = people.citizenship[applicant] == citizenships().canada
    foreign_share = weights(list(known.share * known.foreign))
    citizen_share = weights(list(known.share * known.citizen))
    count = len(applicant)
    group = np.where(
        citizen,
        rng.choice(len(known.name), count, p=citizen_share),
        rng.choice(len(known.name), count, p=foreign_share),
    )
    chance = rng.random(count)
    category = np.zeros(count, np.int64)
    for number in range(len(known.name)):
        options = np.flatnonzero(known.category_group == number)
        here = group == number
        steps = known.category_share[options].cumsum()
        category[here] = options[np.minimum(np.searchsorted(steps, chance[here]), len(options) - 1)]
    return group, category


def _received(rng: np.random.Generator, people: People, applicant: Ints) -> Times:
    """The household's first application opens its history; the others come later."""
    household = people.household[applicant]
    since = people.since[applicant]
    latest = np.full(len(applicant), np.datetime64("2026-06-01", "s"))
    other = between(rng, since, latest)
    first = np.zeros(len(applicant), bool)
    first[np.unique(household, return_index=True)[1]] = True
    return np.where(first, since, other)


def _outcomes(rng: np.random.Generator, approved: Floats) -> Ints:
    chance, other = rng.random(len(approved)), rng.random(len(approved))
    refused = np.where(other < 0.8, REFUSED, np.where(other < 0.92, WITHDRAWN, ABANDONED))
    return np.where(chance < approved, APPROVED, refused)


def _offices(rng: np.random.Generator, group: Ints) -> Ints:
    """An office of the kind that handles the group: intake centre, inland, visa or passport office."""
    known = groups()
    codes = [
        line["NAME"]
        for line in rows("lov")
        if line["TYPE"] == "IRCC_OFFICE" and line["LANG_ID"] == "ENU" and line["ACTIVE_FLG"] == "Y"
    ]
    office = np.zeros(len(group), np.int64)
    for number, prefix in enumerate(known.office):
        options = np.array([place for place, code in enumerate(codes) if code.startswith(prefix)])
        here = group == number
        office[here] = rng.choice(options, int(here.sum()))
    return office


def _popular(rng: np.random.Generator, size: int, count: int) -> Ints:
    """Positions in a pool whose first members are chosen far more often."""
    return (size * rng.random(count) ** 3).astype(np.int64)


# -- who stands in a case ------------------------------------------------------------------------------

FAMILY_SHARE = {
    "visitors": 0.22,
    "students": 0.10,
    "workers": 0.20,
    "passport": 0.0,
    "economic": 0.70,
    "family": 0.50,
    "citizenship": 0.25,
    "refugees": 0.90,
    "claimants": 0.80,
}


@dataclass(slots=True)
class Parties:
    """Roles of persons in cases, sorted by case; representatives stand in `Cases.representative`."""

    case: Ints
    person: Ints
    role: pa.Array
    accompanies: Bools
    number: Ints  # within the case, from 1

    def __len__(self) -> int:
        return len(self.case)

    @property
    def assessed(self) -> Bools:
        """The applicant and the family, but not sponsors and hosts."""
        return ~np.isin(self.role.to_numpy(zero_copy_only=False), ["SPONSOR", "HOST"])


def make_parties(rng: np.random.Generator, people: People, cases: Cases) -> Parties:
    """Applicants, family members, sponsors and hosts of all cases."""
    known = groups()
    everyone = np.arange(len(cases))
    family_case, family = _household_members(people, cases)
    share = np.array([FAMILY_SHARE[name] for name in known.name])[cases.group]
    kept = rng.random(len(family)) < share[family_case]
    family_case, family = family_case[kept], family[kept]
    canadians = np.flatnonzero((people.citizenship == citizenships().canada) & people.adult)
    sponsored = np.flatnonzero(cases.group == known.name.index("family"))
    hosted = np.flatnonzero((cases.group == known.name.index("visitors")) & (rng.random(len(cases)) < 0.05))
    outside = np.concatenate([sponsored, hosted])
    helper = canadians[(rng.random(len(outside)) * len(canadians)).astype(np.int64)]
    stranger = people.household[helper] != people.household[cases.applicant[outside]]

    case = np.concatenate([everyone, family_case, outside[stranger]])
    person = np.concatenate([cases.applicant, family, helper[stranger]])
    role = pa.concat_arrays(
        [
            pa.repeat("PA", len(cases)),
            _family_roles(people, family),
            pa.concat_arrays([pa.repeat("SPONSOR", len(sponsored)), pa.repeat("HOST", len(hosted))]).filter(
                pa.array(stranger)
            ),
        ]
    )
    order = np.argsort(case, kind="stable")
    case, person = case[order], person[order]
    return Parties(
        case=case,
        person=person,
        role=role.take(pa.array(order)),
        accompanies=rng.random(len(case)) < 0.9,
        number=np.arange(len(case)) - np.searchsorted(case, case) + 1,
    )


def _household_members(people: People, cases: Cases) -> tuple[Ints, Ints]:
    """Every other member of the applicant's household, as (case, person)."""
    sizes = np.bincount(people.household)
    size = sizes[people.household[cases.applicant]]
    case = np.repeat(np.arange(len(cases)), size)
    start = np.repeat(people.head[cases.applicant], size)
    person = start + np.arange(len(case)) - np.repeat(np.cumsum(size) - size, size)
    others = person != cases.applicant[case]
    return case[others], person[others]


def _family_roles(people: People, person: Ints) -> pa.Array:
    adult = (people.role[person] == HEAD) | (people.role[person] == SPOUSE)
    couple = np.where(people.common_law[person], "CLP", "SPOUSE")
    return pa.array(np.where(adult, couple, "CHILD"))
