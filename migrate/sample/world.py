"""What all clients share: offices, organisations, staff, representatives, lists of values, the repository.

Out: ``World``, the rows to write before any client's, and the pools that clients and cases pick from. Its size
follows the number of clients: one employee for every 200, one representative for every 150.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from migrate.sample import contacts, parties
from migrate.sample.clock import FIRST_LOAD, LAST_DAY, in_office
from migrate.sample.data import active, places
from migrate.sample.data import rows as data_rows
from migrate.sample.frame import Rows, choose, join, only, picked, strings
from migrate.sample.ids import RowIds, digits, fixed_text, row_ids, scatter
from migrate.sample.people import People, make_people
from migrate.sample.schema import TABLES
from migrate.sample.stamps import ADMINISTRATOR, stamp

DEFAULT_OFFICE = "0-R9NH"
SEED_POSITION = "0-5220"
REPOSITORY = "0-REPO1"
OPENING = np.datetime64("2004-09-13T13:00:00", "s")
_STAFF_NUMBERS = 80_000_000  # running numbers of staff and representatives, beyond those of clients


@dataclass(frozen=True, slots=True)
class World:
    """The shared rows, and what clients and cases pick from them."""

    tables: tuple[Rows, ...]
    users: pa.Array  # ROW_IDs of S_USER
    logins: pa.Array
    positions: pa.Array  # one for each user
    representatives: pa.Array  # ROW_IDs of S_CONTACT
    former_users: pa.Array  # ROW_IDs that no S_USER row has
    office_units: pa.Array  # the S_BU row of each active office, in the order of the list
    organisations: dict[str, pa.Array]  # by type


def make_world(rng: np.random.Generator, ids: RowIds, clients: int) -> World:
    """The world for a sample of this many clients."""
    staff = _people(rng, ids, max(20, -(-clients // 200)), _STAFF_NUMBERS)
    agents = _people(rng, ids, max(12, -(-clients // 150)), _STAFF_NUMBERS + 1_000_000)
    users = pa.concat_arrays([strings([ADMINISTRATOR]), staff.row_id])
    made: list[Rows] = []

    units, office_units = _offices(rng, ids, users, made)
    organisations = _organisations(rng, ids, users, made)
    logins, positions = _staff(rng, ids, staff, users, made)
    _representatives(rng, ids, agents, users, organisations["Law Firm"], made)
    made.append(units)
    made.append(_lists_of_values(ids, rng, users))
    made += _repository(ids, rng, users)
    return World(
        tables=tuple(made),
        users=staff.row_id,
        logins=logins,
        positions=positions,
        representatives=agents.row_id,
        former_users=row_ids(np.arange(1_700_000_000, 1_700_000_025)),
        office_units=office_units,
        organisations=organisations,
    )


def _people(rng: np.random.Generator, ids: RowIds, count: int, first_number: int) -> People:
    """Canadians who live in Canada and were entered by hand, after the system opened."""
    people = make_people(rng, ids, count, first_number, 0, canadian=True)
    people.loaded = np.zeros(count, bool)
    people.created = in_office(rng, np.full(count, OPENING), np.full(count, np.datetime64("2012-06-01", "s")))
    people.row_id = ids.take(count)
    canadian = places().canadian
    people.home = canadian[rng.integers(0, len(canadian), count)]
    people.abroad = np.zeros(count, bool)
    young = people.birth > np.datetime64("1985-01-01", "s")
    people.birth = np.where(young, np.datetime64("1979-03-02", "s"), people.birth)
    return people


def _seed(
    table: str, row_ids_: Iterable[str], rng: np.random.Generator, users: pa.Array, **columns: object
) -> Rows:
    """Rows that came with the product: ROW_IDs that start with ``0-``, made by the administrator."""
    names = list(row_ids_)
    rows = Rows(table, len(names), ROW_ID=strings(names), **columns)
    stamp(rows, rng, users, np.full(len(names), OPENING), np.ones(len(names), bool))
    return rows


def _offices(
    rng: np.random.Generator, ids: RowIds, users: pa.Array, made: list[Rows]
) -> tuple[Rows, pa.Array]:
    """S_BU: the default organisation and one unit for each office, with their S_PARTY rows."""
    codes = active("IRCC_OFFICE")
    unit_ids = ids.take(len(codes))
    names = pa.concat_arrays([strings(["Default Organization"]), join("Office ", codes)])
    all_ids = pa.concat_arrays([strings([DEFAULT_OFFICE]), unit_ids])
    count = len(all_ids)
    rows = Rows("S_BU", count, ROW_ID=all_ids, PAR_ROW_ID=all_ids, NAME=names)
    rows["PAR_BU_ID"] = choose(np.arange(count) > 0, DEFAULT_OFFICE, None)
    stamp(rows, rng, users, np.full(count, OPENING), np.ones(count, bool))
    made.append(_party(all_ids, "Organization", names, rng, users))
    return rows, unit_ids


def _party(row_id: pa.Array, kind: str, name: pa.Array, rng: np.random.Generator, users: pa.Array) -> Rows:
    rows = Rows("S_PARTY", len(row_id), ROW_ID=row_id, PARTY_TYPE_CD=kind, PARTY_UID=row_id, NAME=name)
    rows["ROOT_PARTY_FLG"] = "N"
    stamp(rows, rng, users, np.full(len(row_id), OPENING), np.ones(len(row_id), bool))
    return rows


def _organisations(
    rng: np.random.Generator, ids: RowIds, users: pa.Array, made: list[Rows]
) -> dict[str, pa.Array]:
    """S_ORG_EXT with party, address and link rows; the ROW_IDs by type."""
    lines = data_rows("organisations")
    count = len(lines)
    row_id = ids.take(count)
    names = strings(line["name"] for line in lines)
    kinds = np.array([line["type"] for line in lines])
    cities = places().city.to_pylist()
    place = np.array([cities.index(line["city"]) for line in lines])
    entered = np.zeros(count, bool)
    addresses = contacts.address_rows(rng, ids, pa.nulls(count, pa.string()), place, entered)
    moments = in_office(rng, np.full(count, OPENING), np.full(count, FIRST_LOAD))
    stamp(addresses, rng, users, moments, entered)
    rows = Rows("S_ORG_EXT", count, ROW_ID=row_id, PAR_ROW_ID=row_id, NAME=names, BU_ID=DEFAULT_OFFICE)
    rows["LOC"] = strings(line["city"] for line in lines)
    rows["OU_NUM"] = join("ORG", fixed_text(digits(np.arange(count) + 1001, 6)))
    rows["OU_TYPE_CD"] = strings(kinds)
    rows["INT_ORG_FLG"] = "N"
    rows["MAIN_PH_NUM"] = contacts.filled_pattern(rng, places().phone, place)
    rows["MAIN_EMAIL_ADDR"] = join("office", fixed_text(digits(np.arange(count) + 11, 3)), "@example.com")
    rows["PR_ADDR_ID"] = addresses["ROW_ID"]
    stamp(rows, rng, users, moments, entered)
    links = Rows(
        "S_CON_ADDR", count, ROW_ID=ids.take(count), ACCNT_ID=row_id, ADDR_PER_ID=addresses["ROW_ID"]
    )
    links["RELATION_TYPE_CD"] = "Mailing"
    links["ACTIVE_FLG"] = "Y"
    stamp(links, rng, users, moments, entered)
    made += [_party(row_id, "Organization", names, rng, users), rows, addresses, links]
    return {kind: row_id.filter(pa.array(kinds == kind)) for kind in sorted(set(kinds))}


def _staff(
    rng: np.random.Generator, ids: RowIds, staff: People, users: pa.Array, made: list[Rows]
) -> tuple[pa.Array, pa.Array]:
    """Employees with login and position; the administrator and the seed position; logins and positions."""
    count = len(staff)
    letters = fixed_text(((np.arange(count)[:, None] // [26, 1]) % 26 + ord("A")).astype(np.uint8))
    logins = join(letters, fixed_text(digits(scatter(np.arange(count), 100_000), 5)))
    persons = parties.contact_rows(rng, staff, users, "Employee")
    persons["JOB_TITLE"] = "Officer"
    persons["X_RESTRICTED_FLG"] = "N"
    made += [parties.party_rows(rng, staff, users), persons]
    made.append(contacts.add_contact_points(rng, ids, staff, users, persons))

    user_rows = Rows(
        "S_USER", count, ROW_ID=staff.row_id, PAR_ROW_ID=staff.row_id, LOGIN=logins, USER_FLG="Y"
    )
    active_ = rng.random(count) < 0.9
    user_rows["STATUS_CD"] = choose(active_, "Active", "Inactive")
    user_rows["LOGIN_DOMAIN"] = "IRCC"
    user_rows["LAST_LOGIN_TS"] = in_office(rng, staff.created, np.full(count, LAST_DAY))
    stamp(user_rows, rng, users, staff.created, staff.loaded)

    positions = ids.take(count)
    names = join("Officer ", logins)
    seats = Rows("S_POSTN", count, ROW_ID=positions, PAR_ROW_ID=positions, PR_EMP_ID=staff.row_id, NAME=names)
    seats["POSTN_TYPE_CD"] = choose(
        rng.random(count) < 0.8, "Officer", choose(rng.random(count) < 0.6, "Clerk", "Supervisor")
    )
    seats["PAR_POSTN_ID"] = SEED_POSITION
    stamp(seats, rng, users, staff.created, staff.loaded)
    persons["PR_POSTN_ID"] = positions
    held = Rows("S_PARTY_PER", count, ROW_ID=ids.take(count), PARTY_ID=positions, PERSON_ID=staff.row_id)
    held["START_DT"] = staff.created
    held["REL_TYPE_CD"] = "Holder"
    stamp(held, rng, users, staff.created, staff.loaded)
    made += [_party(positions, "Position", names, rng, users), user_rows, seats, held]

    one = [ADMINISTRATOR]
    made.append(
        _seed(
            "S_PARTY",
            [ADMINISTRATOR, SEED_POSITION],
            rng,
            users,
            PARTY_TYPE_CD=["Person", "Position"],
            PARTY_UID=[ADMINISTRATOR, SEED_POSITION],
            NAME=["Administrator, Siebel", "Siebel Administrator"],
            ROOT_PARTY_FLG="N",
        )
    )
    made.append(
        _seed(
            "S_CONTACT",
            one,
            rng,
            users,
            PAR_ROW_ID=one,
            PERSON_UID=one,
            LAST_NAME=["Administrator"],
            FST_NAME=["Siebel"],
            CON_CD="Employee",
            EMP_FLG="Y",
            BU_ID=DEFAULT_OFFICE,
        )
    )
    made.append(
        _seed("S_USER", one, rng, users, PAR_ROW_ID=one, LOGIN=["SADMIN"], STATUS_CD="Active", USER_FLG="Y")
    )
    made.append(
        _seed(
            "S_POSTN",
            [SEED_POSITION],
            rng,
            users,
            PAR_ROW_ID=[SEED_POSITION],
            NAME=["Siebel Administrator"],
            PR_EMP_ID=one,
            POSTN_TYPE_CD="System",
        )
    )
    return logins, positions


def _representatives(
    rng: np.random.Generator, ids: RowIds, agents: People, users: pa.Array, firms: pa.Array, made: list[Rows]
) -> None:
    """Representatives with a Party ID, a firm, a governing body and contact points."""
    count = len(agents)
    persons = parties.contact_rows(rng, agents, users, "Representative")
    firm = rng.integers(0, len(firms), count)
    persons["PR_DEPT_OU_ID"] = only(rng.random(count) < 0.8, picked(firms, firm))
    persons["JOB_TITLE"] = choose(rng.random(count) < 0.5, "Lawyer", "Immigration consultant")
    root = parties.party_rows(rng, agents, users)
    root["PARTY_UID"] = join("P", fixed_text(digits(np.arange(count) + 100_000_001, 9)))
    bodies = active("IRCC_GOVERNING_BODY")
    member = Rows(
        "S_CONTACT_XM",
        count,
        ROW_ID=ids.take(count),
        PAR_ROW_ID=agents.row_id,
        TYPE="REP_MEMBER",
        NAME="REP_MEMBER-1",
    )
    member["ATTRIB_03"] = picked(bodies, rng.integers(0, len(bodies), count))
    member["ATTRIB_34"] = join("R", fixed_text(digits(scatter(np.arange(count), 1_000_003), 7)))
    stamp(member, rng, users, agents.created, agents.loaded)
    addresses, links = contacts.add_addresses(rng, ids, agents, users, persons)
    points = contacts.add_contact_points(rng, ids, agents, users, persons)
    made += [root, persons, member, addresses, links, points]


# -- lists of values and repository --------------------------------------------------------------------


def value_key(kind: str, lic: str, language: str, parent: str = "") -> tuple[str, str, str, str]:
    """What names one row of the lists of values."""
    return kind, lic, language, parent


def _lists_of_values(ids: RowIds, rng: np.random.Generator, users: pa.Array) -> Rows:
    """S_LST_OF_VAL from ``data/lov.csv``; a child points to its parent's row of the same language."""
    lines = data_rows("lov")
    row_id = ids.take(len(lines)).to_pylist()
    by_key = {
        value_key(line["TYPE"], line["NAME"], line["LANG_ID"], line["PARENT_NAME"]): identity
        for line, identity in zip(lines, row_id, strict=True)
    }
    rows = Rows("S_LST_OF_VAL", len(lines), ROW_ID=strings(row_id))
    for column in ("TYPE", "NAME", "VAL", "LANG_ID", "ACTIVE_FLG", "MULTI_LINGUAL_FLG"):
        rows[column] = strings(line[column] for line in lines)
    rows["TRANSLATE_FLG"] = rows["MULTI_LINGUAL_FLG"]
    rows["ORDER_BY"] = pa.array([int(line["ORDER_BY"]) for line in lines])
    rows["PAR_ROW_ID"] = strings(
        by_key[value_key(line["PARENT_TYPE"], line["PARENT_NAME"], line["LANG_ID"])]
        if line["PARENT_NAME"]
        else None
        for line in lines
    )
    count = len(lines)
    stamp(rows, rng, users, np.full(count, OPENING), np.ones(count, bool))
    return rows


_TYPE_NAMES = {"v": "V", "c": "C", "n": "N", "d": "D", "l": "L", "i": "I"}


def _repository(ids: RowIds, rng: np.random.Generator, users: pa.Array) -> list[Rows]:
    """S_TABLE and S_COLUMN describe the legacy's own tables; S_SSA_ID holds the generator of ROW_IDs."""
    names = list(TABLES)
    table_id = dict(zip(names, ids.take(len(names)).to_pylist(), strict=True))
    tables = _seed(
        "S_TABLE", list(table_id.values()), rng, users, NAME=names, TYPE="Data (Public)", STAT_CD="Active"
    )
    tables["USER_NAME"] = strings(names)
    tables["DESC_TEXT"] = strings(table.meaning for table in TABLES.values())
    tables["REPOSITORY_ID"] = REPOSITORY
    pairs = [(table, column) for table in TABLES.values() for column in table.columns]
    columns = _seed("S_COLUMN", ids.take(len(pairs)).to_pylist(), rng, users, STAT_CD="Active")
    columns["TBL_ID"] = strings(table_id[table.name] for table, _ in pairs)
    columns["NAME"] = strings(column.name for _, column in pairs)
    columns["USER_NAME"] = strings(column.name for _, column in pairs)
    columns["TYPE"] = strings(_TYPE_NAMES[column.type[0]] for _, column in pairs)
    columns["LENGTH"] = pa.array([column.width for _, column in pairs], pa.int64())
    columns["NULLABLE"] = strings("N" if column.required else "Y" for _, column in pairs)
    columns["PR_KEY"] = strings(
        "Y" if column.name == "ROW_ID" and table.system else "N" for table, column in pairs
    )
    columns["FKEY_TBL_ID"] = strings(table_id.get(column.parent or "") for _, column in pairs)
    generator = _seed(
        "S_SSA_ID", ["0-SSA"], rng, users, CORP_PREFIX="1", NEXT_PREFIX="9ZZ", NEXT_SUFFIX="ZZZZZZ"
    )
    return [tables, columns, generator]
