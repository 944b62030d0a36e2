"""The damage that real data carries, planted on purpose: one small function for each kind.

    persons   fillers for names, birth dates
    identity  duplicates, identifiers, merges
    family    staff, representatives, family links, dependants
    passports documents in two tables, machine-readable zones
    text      encodings, blanks, widths, split notes, awkward but legal values
    codes     lists of values, flags, reused attributes, unknown types, obsolete countries
    dates     placeholders, load dates, changes of the clocks, misplaced times, broken order
    keys      pointers, orphans, deleted users, twins, templates, stamps, parties, loops, numbers
    contacts  phones, e-mails, addresses
    money     invoices and payments
    papers    attachments, restricted notes, continuity, retention, audit trail, issued documents

To add one, write a function under ``@damage`` in the file it belongs to; ``plant`` explains how.
"""

from __future__ import annotations

from migrate.sample.block import Block
from migrate.sample.damage import (
    codes,
    contacts,
    dates,
    family,
    identity,
    keys,
    money,
    papers,
    passports,
    persons,
    text,
)
from migrate.sample.damage.consequences import add_consequences
from migrate.sample.damage.plant import REGISTRY, Ground, Plant
from migrate.sample.truth import Truth

FILES = (persons, identity, family, passports, text, codes, dates, keys, contacts, money, papers)
_ORDER = {file.__name__: number for number, file in enumerate(FILES)}


def plant_damage(block: Block) -> Truth:
    """Damage a clean block; what was planted, with all that follows from it."""
    ground = Ground(block)
    for kind in sorted(REGISTRY, key=lambda kind: (kind.stage, _ORDER[kind.function.__module__])):
        kind.function(Plant(ground, kind))
    add_consequences(ground)
    return ground.truth
