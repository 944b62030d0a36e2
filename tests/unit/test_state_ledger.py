"""The hash chain: whatever is done to a ledger is found."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate.model import Tally
from migrate.state.ledger import GENESIS, Entry, verify
from migrate.state.runs import counts, tally_of


def chain(length: int) -> list[Entry]:
    entries: list[Entry] = []
    for seq in range(1, length + 1):
        previous = entries[-1].hash if entries else GENESIS
        at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seq)
        tally = {"read": seq, "created": seq}
        place = {"position": seq, "low": "é", "high": None}
        entry = Entry(seq, at, "someone", "batch", 1, "client", 0, place, tally, "0" * 64, previous)
        entries.append(replace(entry, hash=entry.computed()))
    return entries


def test_a_whole_chain_verifies() -> None:
    entries = chain(5)
    found = verify(entries)
    assert (found.entries, found.head, found.broken) == (5, entries[-1].hash, None)


def test_an_empty_ledger_is_whole() -> None:
    assert verify([]).broken is None


@pytest.mark.parametrize(
    "field", ["at", "actor", "kind", "run", "entity", "slice", "batch", "tally", "digest", "previous", "hash"]
)
def test_an_edited_entry_is_found_where_it_stands(field: str) -> None:
    entries = chain(6)
    wrong: dict[str, Any] = {
        "at": datetime(2020, 1, 1, tzinfo=UTC),
        "run": 2,
        "slice": 9,
        "batch": {},
        "tally": {"read": 1},
    }
    entries[3] = replace(entries[3], **{field: wrong.get(field, "f" * 64)})
    assert verify(entries).broken == 4


def test_an_edit_that_corrects_its_own_hash_is_found_at_the_next_entry() -> None:
    entries = chain(6)
    edited = replace(entries[2], tally={"read": 0})
    entries[2] = replace(edited, hash=edited.computed())
    assert verify(entries).broken == 4


def test_removed_inserted_and_swapped_entries_are_found(seed: int) -> None:
    draw = random.Random(seed)
    for _ in range(30):
        entries = chain(8)
        at = draw.randrange(1, 7)
        match draw.choice(["remove", "insert", "swap"]):
            case "remove":
                del entries[at]
            case "insert":
                entries.insert(at, replace(entries[at], kind="invented"))
            case _:
                entries[at], entries[at - 1] = entries[at - 1], entries[at]
        assert verify(entries).broken is not None


def test_a_cut_tail_is_found_by_a_head_that_was_kept_elsewhere() -> None:
    entries = chain(8)
    head = (8, entries[-1].hash)
    assert verify(entries, head).broken is None
    assert verify(entries[:5]).broken is None, "the chain alone cannot know"
    assert verify(entries[:5], head).broken == 6


def test_an_older_or_invented_copy_is_found_by_a_head_that_was_kept_elsewhere() -> None:
    other = [replace(entry, actor="forger") for entry in chain(8)]
    previous, forged = GENESIS, []
    for entry in other:
        linked = replace(entry, previous=previous)
        forged.append(replace(linked, hash=linked.computed()))
        previous = forged[-1].hash
    assert verify(forged).broken is None
    assert verify(forged, (8, chain(8)[-1].hash)).broken == 8


def test_the_hash_does_not_depend_on_the_zone_in_which_the_time_is_shown() -> None:
    entry = chain(1)[0]
    assert replace(entry, at=entry.at.astimezone(timezone(timedelta(hours=-5)))).computed() == entry.hash


@given(st.lists(st.builds(Tally, *[st.integers(-5, 10**9)] * 15)))
def test_tallies_survive_the_ledger_and_add_up(tallies: list[Tally]) -> None:
    kept = [tally_of(counts(tally)) for tally in tallies]
    assert kept == tallies
    assert sum(kept, Tally()).read == sum(tally.read for tally in tallies)
    if all(tally.balanced for tally in tallies):
        assert sum(kept, Tally()).balanced
