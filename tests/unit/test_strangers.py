"""Roots that nobody asks for, against plain sets, on random ids; the seed is printed when one is missed."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import numpy as np
import pyarrow as pa
import pytest

from migrate.canonical import derive_id
from reconciliation import strangers
from reconciliation.strangers import Found

SYSTEM = "gcms"


@dataclass
class Sides:
    """Both sides and the evidence in one: legacy keys, the platform's ids, merged keys."""

    legacy_keys: list[str]
    there: set[bytes]
    merged: dict[str, dict[str, str]] = field(default_factory=lambda: {"client": {}})
    system: str = SYSTEM
    entity: str = "client"
    table: str = "person"
    read: int = 0
    listed: int = 0

    @property
    def legacy(self) -> Any:
        return self

    platform = legacy

    def keys(self, _: object, every: int) -> Iterator[pa.Array]:
        self.read += 1
        for start in range(0, len(self.legacy_keys), every):
            yield pa.array(self.legacy_keys[start : start + every], pa.string())

    def count(self, _: str) -> int:
        return len(self.there)

    def ids(self, _: str) -> Iterator[np.ndarray]:
        self.listed += 1
        ids = sorted(self.there)
        for start in range(0, len(ids), 7):
            yield np.frombuffer(b"".join(ids[start : start + 7]), np.uint8).reshape(-1, 16)

    def found(self, keys: Sequence[str]) -> Found:
        """What a comparison of these keys, some at a time, has found."""
        found = Found()
        for start in range(0, len(keys), 10):
            derived = [_id(key) for key in keys[start : start + 10]]
            led = [
                UUID(self.merged["client"].get(key, _shown(_id(key)))).bytes
                for key in keys[start : start + 10]
            ]
            rows = [_shown(each) for each in led if each in self.there]
            found.add(
                _Keys(pa.array([_shown(each) for each in derived])),  # type: ignore[arg-type]
                pa.table({"id": pa.array(rows, pa.string())}),
            )
        return found


@dataclass
class _Keys:
    derived: pa.Array


def _id(key: str) -> bytes:
    return derive_id(SYSTEM, f"client/{key}")


def _shown(raw: bytes) -> str:
    return str(UUID(bytes=raw))


def told(sides: Sides, found: Found) -> set[bytes]:
    ids = [each for block in strangers.strangers(sides, sides, found) for each in block.to_pylist()]  # type: ignore[arg-type]
    assert len(ids) == len(set(ids))
    return {UUID(each).bytes for each in ids}


@pytest.mark.parametrize("turn", range(20))
def test_exactly_those_that_no_key_leads_to_are_told(
    turn: int, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = random.Random(seed + turn)
    monkeypatch.setattr(strangers, "IDS_AT_ONCE", draw.choice([3, 50, 10_000]))
    monkeypatch.setattr(strangers, "KEYS_AT_ONCE", draw.choice([5, 1000]))
    keys = [f"1-{number:X}" for number in range(draw.randrange(200))]
    there = {_id(key) for key in keys if draw.random() < 0.9}
    strange = {draw.randbytes(16) for _ in range(draw.choice([0, 0, 1, 40]))}
    survivors = [_shown(each) for each in there] or [_shown(_id("1-0"))]
    merged = {key: draw.choice(survivors) for key in keys if draw.random() < 0.1}
    there -= {_id(key) for key in merged}
    sides = Sides(keys, there | strange, {"client": merged})
    assert told(sides, sides.found(keys)) == strange
    again = sides.found(keys[: len(keys) // 2])
    again.exact = False
    assert told(sides, again) == strange, "the counts of another snapshot were believed"


def test_a_survivor_that_is_asked_for_twice_hides_no_stranger() -> None:
    survivor = _id("1-A")
    stranger = survivor[:4] + bytes(12)  # of the same share
    sides = Sides(["1-A", "1-B"], {survivor, stranger}, {"client": {"1-B": _shown(survivor)}})
    assert told(sides, sides.found(["1-A"] * 1 + ["1-B"])) == {stranger}
    found = Found()
    for key in ("1-A", "1-B"):  # in two ranges
        found.add(
            _Keys(pa.array([_shown(_id(key))])),  # type: ignore[arg-type]
            pa.table({"id": [_shown(survivor)]}),
        )
    assert told(sides, found) == {stranger}


def test_where_as_many_were_found_as_there_are_neither_side_is_read_again() -> None:
    keys = [f"1-{number:X}" for number in range(500)]
    sides = Sides(keys, {_id(key) for key in keys})
    assert told(sides, sides.found(keys)) == set()
    assert (sides.read, sides.listed) == (0, 0)


def test_a_stranger_that_came_while_another_root_went_is_told() -> None:
    keys = [f"1-{number:X}" for number in range(500)]
    sides = Sides(keys, {_id(key) for key in keys})
    found = sides.found(keys)
    found.exact = False
    stranger = _id("1-0")[:4] + bytes(12)
    sides.there = sides.there - {_id("1-0")} | {stranger}
    assert told(sides, found) == {stranger}
