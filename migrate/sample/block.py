"""A block of clients with everything that hangs on them: the unit of generation, so that memory stays bounded.

Each block draws from its own random stream, seeded by the sample's seed and the block's number, and takes its
ids from its own range. Blocks never refer to each other; all refer to the shared ``World``.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from migrate.sample import activities, contacts, documents, files, money, papers, parties
from migrate.sample.cases import Cases, Parties, make_cases, make_parties
from migrate.sample.frame import Ints, Rows
from migrate.sample.ids import RowIds
from migrate.sample.people import People, make_people
from migrate.sample.world import World

CLIENTS = 5_000
"""Clients in a block: some 250,000 rows, about 150 MB while they are made."""

IDS = 1_000_000
"""ROW_IDs set aside for a block."""


@dataclass(slots=True)
class Block:
    """The rows of some clients, and what they were made from."""

    number: int
    rng: np.random.Generator
    ids: RowIds
    world: World
    people: People
    cases: Cases
    parties: Parties
    activity_case: Ints
    note_case: Ints
    tables: dict[str, Rows] = field(default_factory=dict)

    def __getitem__(self, table: str) -> Rows:
        return self.tables[table]


def random_stream(seed: int, part: int) -> np.random.Generator:
    """The random numbers of one part of the sample: 0 is the world, n+1 is block n."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, part])))


def id_range(part: int) -> RowIds:
    """The ROW_IDs of one part of the sample."""
    return RowIds(part * IDS, (part + 1) * IDS)


def make_block(seed: int, number: int, clients: int, world: World, audit: int) -> Block:
    """Block ``number`` with ``clients`` clients, clean; ``audit`` entries of the audit trail for each application."""
    rng, ids = random_stream(seed, number + 1), id_range(number + 1)
    users, first = world.users, number * CLIENTS
    first_case = number * CLIENTS * 2
    people = make_people(rng, ids, clients, first, number)
    persons = parties.contact_rows(rng, people, users, "Client")
    addresses, links = contacts.add_addresses(rng, ids, people, users, persons)
    points = contacts.add_contact_points(rng, ids, people, users, persons)
    cases = make_cases(rng, ids, world, people, first_case)
    roles = make_parties(rng, people, cases)
    case_rows = files.case_rows(rng, world, people, cases, roles)
    acts, activity_case = activities.activity_rows(
        rng, ids, world, people, cases, roles, persons["EMAIL_ADDR"]
    )
    notes, note_case = papers.note_rows(rng, ids, world, cases)
    idle = np.setdiff1d(np.arange(len(people)), cases.applicant[cases.is_open])
    parties.deaths(rng, persons, people, idle)
    block = Block(number, rng, ids, world, people, cases, roles, activity_case, note_case)
    made = [
        parties.party_rows(rng, people, users),
        persons,
        parties.extension_rows(rng, people, users),
        parties.many_rows(rng, ids, people, users, persons["MAIDEN_NAME"]),
        parties.relation_rows(rng, ids, people, users),
        addresses,
        links,
        points,
        documents.document_rows(rng, ids, people, users, first),
        papers.credential_rows(rng, ids, world, people, cases, first_case),
        files.link_rows(rng, ids, world, people, cases, case_rows),
        case_rows,
        files.extension_rows(rng, world, cases),
        files.many_rows(rng, ids, world, cases),
        files.party_rows(rng, ids, world, people, cases, roles),
        acts,
        notes,
        *papers.attachment_rows(rng, ids, world, people, cases, acts, activity_case),
        *money.money_rows(rng, ids, world, people, cases, persons["PR_PER_ADDR_ID"], first_case),
        papers.audit_rows(rng, ids, world, cases, audit),
        *papers.queue_rows(rng, ids, world, cases, number * 5 + 1),
    ]
    block.tables.update({rows.table.name: rows for rows in made})
    return block
