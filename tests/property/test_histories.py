"""Random histories of a small legacy world, followed by the nets, against an oracle that works row by row.

A history is a number of days. On an *honest* day every change bears a true stamp and nothing goes: a delta has to
follow. On *any other* day rows go, come back under the same key, move to another parent, bear stamps that lie
backwards, stand still or are missing, as long as some number moves: a sweep has to follow. On a *silent* day not even
that: a deep run has to. After each of them the platform must be what the oracle says: nothing lost, nothing extra,
nothing doubled, nothing different.
"""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.crafts import COLUMNS, STAMPS, Books, Legacy, Row, World
from tests.crafts_oracle import Expected, Tables
from tests.databases import NewDatabase
from tests.torture import times

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]

KEYS = ["A", "a", "A ", "B", "1-2", "é", "Z'", "c", "d", "e"]
START = {"MAKER": "", "CRAFT": "", "PART": "p", "NOTE": "n", "PAIR": "q"}
VALUES: dict[str, list[str | None]] = {
    "LOGIN": ["ann", "ben", "", None, "x" * 21],
    "NAME": ["Fram", "Gjøa", " Maud ", "", "Endurance", None],
    "KIND": [None, "Boat", "Bateau", "Sled"],
    "SERIAL": [None, None, "", "s1", "s1 ", "s2"],
    "TRIAL": [None, "N", "N", "Y"],
    "NUM": [None, "1", "2"],
    "LABEL": ["mast", "keel", "", "rudder", None],
    "BODY": [None, "", "x"],
    "CONFLICT_ID": ["0", "0", "1-X", None],
}
POINTERS = {"PARENT": "CRAFT", "MODEL": "CRAFT", "MAKER_ID": "MAKER", "CRAFT_ID": "CRAFT", "PART_ID": "PART"}
POINTERS |= {"OTHER_ID": "CRAFT", "BEFORE_ID": "PART"}
PARENTS = {"PART": "CRAFT_ID", "NOTE": "PART_ID", "PAIR": ""}
"""The column that says to which entity a member's row belongs."""


class Office:
    """Officers at work on the legacy database: all changes come from one seed."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.rows: Legacy = {table: {} for table in COLUMNS}
        for _ in range(25):
            self.insert(honest=True)

    def insert(self, *, honest: bool) -> None:
        """A new row; its number has moved since whatever stood under that key before."""
        table = self.dice.choice(list(COLUMNS))
        key = START[table] + self.dice.choice(KEYS)
        if key not in self.rows[table]:
            row = {column: self.value(column) for column in COLUMNS[table][1:] if column not in STAMPS}
            self.rows[table][key] = {**row, **self.stamped({}, honest=honest)}

    def update(self, *, honest: bool, silent: bool = False) -> None:
        """Some columns of a row; where a member belongs changes only on a day that is not honest."""
        table, key = self.any_row()
        if key is None:
            return
        row = dict(self.rows[table][key])
        columns = [
            c for c in COLUMNS[table][1:] if c not in STAMPS and (not honest or c != PARENTS.get(table))
        ]
        for column in self.dice.sample(columns, min(len(columns), self.dice.choice([1, 1, 2]))):
            row[column] = self.value(column)
        self.rows[table][key] = row if silent else {**row, **self.stamped(row, honest=honest)}

    def delete(self) -> None:
        """A row, and nothing that hangs on it."""
        table, key = self.any_row()
        if key is not None:
            del self.rows[table][key]

    def reinsert(self) -> None:
        """A row goes, and another one comes under its key."""
        table, key = self.any_row()
        if key is not None:
            before = self.rows[table].pop(key)
            row = {column: self.value(column) for column in COLUMNS[table][1:] if column not in STAMPS}
            self.rows[table][key] = {**row, **self.stamped(before, honest=False)}

    def touch(self) -> None:
        """Only the stamp of replication moves."""
        table, key = self.any_row()
        if key is not None:
            self.rows[table][key] = {**self.rows[table][key], "DB_LAST_UPD": _now()}

    def honest_day(self, operations: int) -> None:
        """Inserts, updates, touches with true stamps."""
        for _ in range(operations):
            act: Callable[[], None] = self.dice.choice(
                [lambda: self.insert(honest=True), lambda: self.update(honest=True), self.touch]
            )
            act()

    def other_day(self, operations: int) -> None:
        """Everything but silent edits."""
        acts: list[Callable[[], None]] = [
            lambda: self.insert(honest=False), lambda: self.update(honest=False), self.delete, self.reinsert, self.touch
        ]  # fmt: skip
        for _ in range(operations):
            self.dice.choice(acts)()

    def silent_day(self, operations: int) -> None:
        """Edits of which no number tells."""
        for _ in range(operations):
            self.update(honest=False, silent=True)

    def any_row(self) -> tuple[str, str | None]:
        table = self.dice.choice(list(COLUMNS))
        keys = sorted(self.rows[table])
        return table, self.dice.choice(keys) if keys else None

    def value(self, column: str) -> str | None:
        if column not in POINTERS:
            return self.dice.choice(VALUES[column])
        others = [START[POINTERS[column]] + key for key in KEYS]
        return self.dice.choice([None, *others, "gone"])

    def stamped(self, row: Row, *, honest: bool) -> dict[str, Any]:
        """The numbers of a change: on an honest day a true stamp; on others any stamp, and a version that moves."""
        version = str(int(row.get("MODIFICATION_NUM") or 0) + 1 + self.dice.randrange(1_000_000))
        if honest:
            stamp, other = _now(), self.dice.choice([None, _now(), "2001-01-01 00:00:00"])
            first, second = self.dice.choice([(stamp, other), (other, stamp)])
            return {
                "LAST_UPD": first,
                "DB_LAST_UPD": second,
                "MODIFICATION_NUM": self.dice.choice([version, "0"]),
            }
        stamps = [None, row.get("LAST_UPD"), "1999-12-31 23:59:59", "2020-02-29 12:00:00", _now()]
        chosen = {name: self.dice.choice(stamps) for name in ("LAST_UPD", "DB_LAST_UPD")}
        return {**chosen, "MODIFICATION_NUM": version}


@pytest.fixture(scope="module")
def module_world(
    new_module_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    made = World(new_module_database("postgres"), tmp_path_factory.mktemp("histories"))
    yield made
    made.close()


@pytest.fixture
def world(module_world: World) -> World:
    module_world.empty()
    return module_world


@pytest.mark.parametrize("seed", range(times(2, 20)))
def test_after_every_day_the_platform_is_what_the_oracle_says(world: World, seed: int) -> None:
    office, expected = Office(seed), Expected()
    follow(world, office, expected, "full")
    days, operations = times(20, 200), 25
    for day in range(days):
        kind = office.dice.choice(["honest", "honest", "other", "other", "silent"])
        match kind:
            case "honest":
                office.honest_day(operations)
                follow(world, office, expected, "delta", told=f"seed {seed}, day {day}")
            case "other":
                office.other_day(operations)
                follow(world, office, expected, "sweep", told=f"seed {seed}, day {day}")
            case _:
                office.silent_day(operations // 5)
                follow(world, office, expected, "deep", told=f"seed {seed}, day {day}")
    world.load("sweep")
    before = world.versions()
    for mode in ("sweep", "delta", "deep"):
        assert world.load(mode).rows_written == 0, mode
    assert world.versions() == before


def follow(world: World, office: Office, expected: Expected, mode: str, told: str = "") -> None:
    """One run, and what has to be there after it."""
    world.write(office.rows)
    if mode == "sweep":
        expected.vanish(office.rows)
    expected.load(office.rows)
    books = world.load(mode, batch_rows=office.dice.choice([3, 50, 50_000]))
    agrees(books, expected, office.rows, told, quarantine=mode != "delta")


def agrees(books: Books, expected: Expected, legacy: Legacy, told: str, *, quarantine: bool) -> None:
    """Rows and keys are as expected; a delta need not have seen rows that hang on nothing.

    Of what is in quarantine already a further need is told when it is read again, see docs/sync.md.
    """
    assert different(books.rows, expected.rows()) == {}, told
    assert books.crosswalk == expected.crosswalk(), told
    if quarantine:
        already = {line[:2] for line in books.quarantine if line[2] == "entity"}
        further = {
            line for line in expected.quarantine if line[7] == "missing_parent" and line[:2] in already
        }
        assert books.quarantine | further == expected.quarantine, told
        assert {line for line in books.excluded if line[3] in legacy[line[2]]} == expected.excluded, told


def different(found: Tables, wanted: Tables) -> dict[str, Any]:
    """Rows that are lost, extra or different, by table and id; doubled ones the platform's keys refuse."""
    return {
        f"{table} {key}": (found[table].get(key, "lost"), rows.get(key, "extra"))
        for table, rows in wanted.items()
        for key in rows.keys() | found[table].keys()
        if found[table].get(key) != rows.get(key)
    }


def _now() -> str:
    """By the clock of the source, to the second, as Siebel stamps."""
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")


def test_a_run_that_was_taken_back_is_made_up_for_by_the_next_one(world: World) -> None:
    """Also for rivals, of which nothing at the source tells: what a net found stays found."""
    office, expected = Office(5), Expected()
    follow(world, office, expected, "full")
    for day in range(3):
        office.other_day(25)
        world.write(office.rows)
        before = world.books({}).rows
        world.load("sweep")
        world.undo()
        assert different(world.books({}).rows, before) == {}
        follow(world, office, expected, "sweep", told=f"day {day}")


def test_a_row_that_was_lost_in_two_ways_is_released_when_it_goes(world: World) -> None:
    """First it hangs on a part without a craft, which a range reads; then on no part, which only loose slices read."""
    rows = {"PART_ID": "p", "BODY": "x"}
    legacy: Legacy = {table: {} for table in COLUMNS} | {
        "PART": {"p": {"CRAFT_ID": "gone", "LABEL": "mast", "CONFLICT_ID": "0"}},
        "NOTE": {"n": rows, "m": rows},
    }
    for pointer in ("p", "gone"):
        legacy["NOTE"]["n"] = {**rows, "PART_ID": pointer, "MODIFICATION_NUM": "2"}
        world.write(legacy)
        assert "n" in {line[5] for line in world.load("full").quarantine}
    del legacy["NOTE"]["n"]
    world.write(legacy)
    assert {line[5] for line in world.load("sweep").quarantine} == {"p", "m"}


def test_who_refers_to_what_is_gone_is_looked_at_again(world: World) -> None:
    """The pair has not changed: its craft went, and so it waits."""
    craft = {"NAME": "Fram", "KIND": "Boat", "TRIAL": "N"}
    legacy: Legacy = {table: {} for table in COLUMNS} | {
        "CRAFT": {"a": craft, "b": craft}, "PAIR": {"q": {"CRAFT_ID": "a", "OTHER_ID": "b"}}
    }  # fmt: skip
    world.write(legacy)
    assert world.load("full").quarantine == set()
    del legacy["CRAFT"]["a"]
    world.write(legacy)
    found = {(line[0], line[1], line[2], line[7], line[8]) for line in world.load("sweep").quarantine}
    assert found == {("pair", "q", "entity", "missing_parent", "a")}


def test_a_key_of_which_only_lost_rows_are_left_is_gone_once(world: World) -> None:
    """A part names a craft that is not there, and a note a part of that very name: the part goes, the note stays."""
    legacy: Legacy = {table: {} for table in COLUMNS} | {
        "PART": {"p": {"CRAFT_ID": "gone", "LABEL": "mast", "CONFLICT_ID": "0"}},
        "NOTE": {"n": {"PART_ID": "gone", "BODY": "x"}},
    }
    world.write(legacy)
    world.load("full")
    del legacy["PART"]["p"]
    world.write(legacy)
    assert {line[5] for line in world.load("sweep").quarantine} == {"n"}
    before = world.versions()
    world.load("sweep")
    assert world.versions() == before
