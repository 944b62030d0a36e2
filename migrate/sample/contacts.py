"""How to reach a person: addresses with their links, phone numbers and e-mail addresses.

A household shares one address row; some persons have a previous one. Phone numbers follow the legacy's rule:
domestic ones digits only, others ``+`` and country code, digits only. The primary pointers and the copies on
S_CONTACT agree with the rows they come from.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from migrate.sample.clock import DAY, LAST_DAY, later, midnight, when
from migrate.sample.data import phrases, places
from migrate.sample.frame import Bools, Ints, Rows, choose, join, only, picked, strings
from migrate.sample.ids import RowIds
from migrate.sample.names import latin_capitals
from migrate.sample.people import People
from migrate.sample.stamps import stamp


def add_addresses(
    rng: np.random.Generator, ids: RowIds, people: People, users: pa.Array, contacts: Rows
) -> tuple[Rows, Rows]:
    """S_ADDR_PER and S_CON_ADDR rows; sets the primary pointers of ``contacts``."""
    count = len(people)
    heads, own = np.unique(people.head, return_inverse=True)
    moved = np.flatnonzero(rng.random(count) < 0.12)
    owner = np.concatenate([heads, moved])
    place = np.concatenate([people.home[heads], _elsewhere(rng, people.home[moved])])
    addresses = address_rows(rng, ids, people.row_id.take(pa.array(owner)), place, people.loaded[owner])
    stamp(addresses, rng, users, people.created[owner], people.loaded[owner])

    person = np.concatenate([np.arange(count), moved])
    address = np.concatenate([own, len(heads) + np.arange(len(moved))])
    previous = np.arange(len(person)) >= count
    links = Rows("S_CON_ADDR", len(person), ROW_ID=ids.take(len(person), people.loaded[person]))
    links["CONTACT_ID"] = people.row_id.take(pa.array(person))
    links["ADDR_PER_ID"] = addresses["ROW_ID"].take(pa.array(address))
    links["RELATION_TYPE_CD"] = choose(
        previous, "Previous", choose(rng.random(len(person)) < 0.85, "Residential", "Mailing")
    )
    since = midnight(people.since[person])
    moved_on = later(since, rng.integers(100, 900, len(person)) * DAY)
    gone = previous & (moved_on < LAST_DAY)
    links["START_DT"] = later(since, np.where(previous, -rng.integers(300, 3000, len(person)), 0) * DAY)
    links["END_DT"] = when(previous, np.where(gone, moved_on, since))
    links["ACTIVE_FLG"] = choose(previous, "N", "Y")
    stamp(links, rng, users, people.created[person], people.loaded[person])

    contacts["PR_PER_ADDR_ID"] = addresses["ROW_ID"].take(pa.array(own))
    contacts["PR_CON_ADDR_ID"] = links["ROW_ID"].slice(0, count)
    return addresses, links


def address_rows(rng: np.random.Generator, ids: RowIds, person: pa.Array, place: Ints, loaded: Bools) -> Rows:
    """S_ADDR_PER rows in these places; without system columns."""
    known, count = places(), len(place)
    canadian = np.isin(place, known.canadian)
    street = choose(
        canadian, _any(rng, phrases("street"), count), _any(rng, phrases("foreign_street"), count)
    )
    number = pa.array(rng.integers(1, 9900, count)).cast(pa.string())
    both = rng.random(count)
    rows = Rows("S_ADDR_PER", count, ROW_ID=ids.take(count, loaded), PER_ID=person)
    rows["ADDR"] = join(number, street, separator=" ")
    flat = pa.array(rng.integers(1, 2400, count)).cast(pa.string())
    rows["ADDR_LINE_2"] = only(rng.random(count) < 0.3, join("Apt ", flat))
    rows["CITY"] = picked(known.city, place)
    rows["STATE"] = only(both < 0.85, picked(known.state, place))
    rows["PROVINCE"] = only(both > 0.15, picked(known.province, place))
    rows["ZIPCODE"] = filled_pattern(rng, known.postal, place)
    rows["COUNTRY"] = picked(known.country, place)
    rows["ADDR_NAME"] = pc.utf8_slice_codeunits(join(rows["ADDR"], rows["CITY"], separator=", "), 0, 100)
    return rows


def _elsewhere(rng: np.random.Generator, home: Ints) -> Ints:
    """Another place in the same country."""
    country = places().country.to_numpy(zero_copy_only=False)
    result = home.copy()
    for code in np.unique(country[home]):
        here = country[home] == code
        result[here] = rng.choice(np.flatnonzero(country == code), int(here.sum()))
    return result


def add_contact_points(
    rng: np.random.Generator, ids: RowIds, people: People, users: pa.Array, contacts: Rows
) -> Rows:
    """S_PER_COMM_ADDR rows; sets the copies on ``contacts`` and the primary pointers."""
    count = len(people)
    known = places()
    phone = filled_pattern(rng, known.phone, people.home)
    second = filled_pattern(rng, known.phone, people.home)
    has_phone = people.adult | (rng.random(count) < 0.4)
    has_second = has_phone & (rng.random(count) < 0.15)
    has_mail = people.adult & (rng.random(count) < 0.85)
    mail = _mail(people)
    rows = Rows("S_PER_COMM_ADDR", 0)
    first_phone = _points(rows, rng, ids, people, users, has_phone, phone, "Phone", "Home")
    _points(rows, rng, ids, people, users, has_second, second, "Phone", "Work")
    first_mail = _points(rows, rng, ids, people, users, has_mail, mail, "Email", "Home")
    contacts["HOME_PH_NUM"] = only(has_phone, phone)
    contacts["WORK_PH_NUM"] = only(has_second, second)
    contacts["EMAIL_ADDR"] = only(has_mail, mail)
    contacts["PR_PHONE_ID"] = picked(rows["ROW_ID"], first_phone)
    contacts["PR_EMAIL_ADDR_ID"] = picked(rows["ROW_ID"], first_mail)
    return rows


def _points(
    rows: Rows,
    rng: np.random.Generator,
    ids: RowIds,
    people: People,
    users: pa.Array,
    chosen: Bools,
    address: pa.Array,
    medium: str,
    name: str,
) -> Ints:
    """Append one contact point of the chosen persons; each person's row, -1 where there is none."""
    at = np.flatnonzero(chosen)
    new = Rows("S_PER_COMM_ADDR", len(at), ROW_ID=ids.take(len(at), people.loaded[at]))
    new["PER_ID"] = people.row_id.take(pa.array(at))
    new["ADDR"] = address.take(pa.array(at))
    new["COMM_MEDIUM_CD"] = medium
    new["NAME"] = name
    new["COMM_USE_TYPE_CD"] = "Business" if name == "Work" else "Personal"
    stamp(new, rng, users, people.created[at], people.loaded[at])
    position = np.full(len(people), -1)
    position[at] = rows.extend(new)
    return position


def _mail(people: People) -> pa.Array:
    """Invented addresses under example.org, told apart by the number in them."""
    letters = pc.replace_substring(latin_capitals(people.names.family), "<", "")
    number = pc.utf8_slice_codeunits(people.uci, 2)
    return pc.utf8_lower(join(pc.utf8_slice_codeunits(letters, 0, 30), ".", number, "@example.org"))


def filled_pattern(rng: np.random.Generator, patterns: pa.Array, at: Ints) -> pa.Array:
    """Each row's pattern with ``#`` replaced by digits and ``@`` by letters Canada's post office uses."""
    result = np.full(len(at), None, dtype=object)
    letters = np.frombuffer(b"ABCEGHJKLMNPRSTVWXYZ", np.uint8)
    for number in np.unique(at):
        pattern = patterns[int(number)].as_py()
        if pattern is None:
            continue
        rows = np.flatnonzero(at == number)
        text = np.frombuffer(pattern.encode(), np.uint8)
        matrix = np.tile(text, (len(rows), 1))
        matrix[:, text == ord("#")] = rng.integers(
            ord("0"), ord("9") + 1, (len(rows), int((text == ord("#")).sum()))
        )
        matrix[:, text == ord("@")] = letters[
            rng.integers(0, len(letters), (len(rows), int((text == ord("@")).sum())))
        ]
        result[rows] = matrix.view(f"S{len(text)}").ravel().astype(str)
    return strings(result)


def _any(rng: np.random.Generator, pool: pa.Array, count: int) -> pa.Array:
    return picked(pool, rng.integers(0, len(pool), count))
