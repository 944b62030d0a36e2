"""Random small worlds through the real run, from SQLite to PostgreSQL, against an oracle that works row by row."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.crafts import Books, Legacy, World
from tests.crafts_oracle import Expected, platform_id
from tests.databases import NewDatabase

KEYS = ["A", "a", "A ", "B", "1-2", "é", "Z'"]
"""Keys that some collation takes for the same, or that a careless program trims."""


def pointer(*more: str) -> st.SearchStrategy[str | None]:
    return st.sampled_from([None, None, *KEYS, "gone", *more])


def table(start: str = "", **columns: st.SearchStrategy[str | None]) -> st.SearchStrategy[dict[str, Any]]:
    keys = st.sampled_from([start + key for key in KEYS])
    return st.dictionaries(keys, st.fixed_dictionaries(columns), max_size=5)


def some(*values: str | None) -> st.SearchStrategy[str | None]:
    return st.sampled_from(values)


LEGACY: st.SearchStrategy[Legacy] = st.fixed_dictionaries({
    "MAKER": table(LOGIN=some("ann", "ben", "", None, "x" * 21)),
    "CRAFT": table(
        NAME=some("Fram", "Gjøa", "Fram", " Maud ", "", "Endurance", None),
        KIND=some(None, "Boat", "Bateau", "Boat", "Sled"),
        SERIAL=some(None, None, None, "", " ", "s1", "s1 ", "s2"),
        TRIAL=some(None, "N", "N", "Y"),
        PARENT=pointer(), MODEL=pointer(), MAKER_ID=pointer("lost"),
    ),
    "PART": table(
        CRAFT_ID=pointer("", " "), NUM=some(None, "1", "2"), LABEL=some("mast", "keel", "", "rudder", None),
        BEFORE_ID=pointer(), CONFLICT_ID=some("0", "0", "1-X", None),
    ),
    "NOTE": table("n", PART_ID=pointer("", " "), BODY=some(None, "", "x")),
    "PAIR": table(CRAFT_ID=pointer(), OTHER_ID=pointer()),
})  # fmt: skip

HOW = st.fixed_dictionaries(
    {"batch_rows": some(1, 1, 3, 50_000), "workers": some(1, 2), "shuffle": st.integers(0, 9)}  # type: ignore[arg-type]
)
"""What must make no difference: size of the batches, threads side by side, order of the slices of a stage."""

# No shrinking: each example is a few real loads, and the failing one is small enough to read.
FEW = settings(
    max_examples=6,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.fixture(scope="module")
def module_world(
    new_module_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    made = World(new_module_database("postgres"), tmp_path_factory.mktemp("crafts"))
    yield made
    made.close()


@pytest.fixture
def world(module_world: World) -> World:
    module_world.empty()
    return module_world


@FEW
@given(states=st.lists(LEGACY, min_size=1, max_size=3), how=HOW)
def test_every_load_ends_as_the_oracle_says_and_a_second_one_writes_nothing(
    module_world: World, states: list[Legacy], how: dict[str, Any]
) -> None:
    module_world.empty()
    expected = Expected()
    for legacy in states:
        module_world.write(legacy)
        expected.load(legacy)
        agrees(module_world.load(**how), expected, legacy)
    before = module_world.versions()
    assert module_world.load(**how).rows_written == 0
    assert module_world.versions() == before


GOOD: Legacy = {
    "MAKER": {"m": {"LOGIN": "ann"}},
    "CRAFT": {
        key: {
            "NAME": "Fram", "KIND": "Boat", "SERIAL": f"s-{key}", "TRIAL": "N", "PARENT": None, "MODEL": None,
            "MAKER_ID": "m",
        }
        for key in ("c1", "c2", "c3", "c4")
    },
    "PART": {
        key: {"CRAFT_ID": "c1", "NUM": key, "LABEL": "mast", "BEFORE_ID": None, "CONFLICT_ID": "0"}
        for key in ("p1", "p2")
    },
    "NOTE": {"n1": {"PART_ID": "p1", "BODY": "x"}},
    "PAIR": {"q1": {"CRAFT_ID": "c1", "OTHER_ID": "c4"}},
}  # fmt: skip


def with_(**changes: dict[str, str | None] | None) -> Legacy:
    """The good world with some rows changed (`c1={...}`), added or removed (None)."""
    legacy = deepcopy(GOOD)
    homes = {"m": "MAKER", "c": "CRAFT", "p": "PART", "n": "NOTE", "q": "PAIR"}
    for key, change in changes.items():
        rows = legacy[homes[key[0]]]
        if change is None:
            del rows[key]
        else:
            rows[key] = {**dict.fromkeys(next(iter(rows.values()))), **rows.get(key, {}), **change}
    return legacy


BROKEN = {
    "a circle of two that refer to each other": with_(c1={"PARENT": "c4"}, c4={"MODEL": "c1"}),
    "a chain against the order of the keys": with_(c1={"PARENT": "c2"}, c2={"PARENT": "c3"}, c3={"PARENT": "c4"}),
    "a chain behind a rejected one": with_(
        c1={"PARENT": "c2"}, c2={"MODEL": "c3"}, c3={"PARENT": "c4"}, c4={"KIND": "Sled"}
    ),
    "one of two needs is met": with_(c1={"PARENT": "c4", "MODEL": "gone"}),
    "a pair with one that is released late": with_(
        c4={"PARENT": "c5"}, c5={"NAME": "Maud", "PARENT": "c6"}, c6={"NAME": "Maud"}
    ),
    "a serial that two claim": with_(c2={"SERIAL": "s-c1"}),
    "a maker who is not there": with_(m=None),
    "a part and a note without a craft": with_(c1=None),
    "a part that has moved to a new craft while its own is gone": with_(
        c1=None, p1=None, c5={"NAME": "x"}, p2={"CRAFT_ID": "c5"}, n1={"PART_ID": "p2"}
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_broken_stays_out_and_comes_in_once_it_is_repaired(what: str, world: World) -> None:
    """Broken from the start, repaired, broken again (it stays as it was), repaired again; in batches of any size."""
    expected = Expected()
    for legacy, batch_rows in ((BROKEN[what], 1), (GOOD, 50_000), (BROKEN[what], 50_000), (GOOD, 1)):
        world.write(legacy)
        expected.load(legacy)
        agrees(world.load(batch_rows=batch_rows), expected, legacy)


def test_text_that_no_database_can_hold_is_quarantined_wherever_it_stands(world: World) -> None:
    legacy = with_(
        c2={"NAME": "Fr\0am"},
        c3={"MAKER_ID": "m\0"},
        c4={"PARENT": "c1\0", "SERIAL": "s\0"},
        p1={"LABEL": "a\0b"},
        p2={"BEFORE_ID": "p\0"},
    )
    world.write(legacy)
    books = world.load()
    assert books.entities["craft"] == {"read": 4, "created": 1, "rejected": 3} | _beside(books)
    told = {
        (line[1], line[5], line[6]) for line in books.quarantine if line[0] == "craft" and line[7] == "nul"
    }
    assert told == {
        ("c2", "c2", "NAME"), ("c3", "c3", "MAKER_ID"), ("c4", "c4", "PARENT"), ("c4", "c4", "SERIAL"),
        ("c1", "p1", "LABEL"),
    }  # fmt: skip


@pytest.mark.parametrize("batch_rows", [1, 50_000])
def test_a_nul_in_a_key_or_pointer_is_a_matter_of_its_row_until_it_is_repaired(
    batch_rows: int, world: World
) -> None:
    """The rest is loaded; what is told of it names the key with a symbol in the place of NUL."""
    legacy = deepcopy(GOOD)
    for table, row, key, changes in (
        ("CRAFT", "c2", "c\0", {"SERIAL": "s-c1"}),  # rejected, so it contests nothing
        ("PART", "p1", "p\0", {"CRAFT_ID": "c4"}),
        ("PART", "p2", "p2", {"CRAFT_ID": "c9\0"}),
        ("NOTE", "n1", "n1", {"PART_ID": "p9\0"}),
        ("PAIR", "q1", "\0", {}),
    ):
        legacy[table][key] = {**legacy[table].pop(row), **changes}
    legacy["CRAFT"]["c3"] = {**legacy["CRAFT"]["c3"], "PARENT": "c\0"}
    world.write(legacy)
    books = world.load(batch_rows=batch_rows)
    assert {(line[0], *line[1:2], *line[4:8]) for line in books.quarantine} == {
        ("craft", "c␀", "CRAFT", "c␀", "ROW_ID", "nul"),
        ("craft", "c3", "CRAFT", "c3", "PARENT", "nul"),
        ("craft", "c4", "PART", "p␀", "ROW_ID", "nul"),
        ("craft", "c9␀", "PART", "p2", "CRAFT_ID", "orphan"),
        ("craft", "p9␀", "NOTE", "n1", "PART_ID", "orphan"),
        ("pair", "␀", "PAIR", "␀", "ROW_ID", "nul"),
    }
    assert set(books.rows["craft"]) == {platform_id("craft/c1")}
    expected = Expected()
    expected.load(GOOD)
    world.write(GOOD)
    repaired = world.load(batch_rows=batch_rows)
    assert (repaired.rows, repaired.quarantine) == (expected.rows(), set())


def test_a_run_that_was_broken_off_goes_on_where_it_stopped(world: World) -> None:
    expected = Expected()
    expected.load(GOOD)
    world.write(GOOD)
    with world.opened(batch_rows=1) as run:
        planned = [piece for stage in run.stages for piece in stage.slices]
        for piece in planned[:3]:
            run.move(piece)
    with world.opened(batch_rows=1) as run:
        assert run.resumed
        assert [piece for stage in run.stages for piece in stage.slices] == planned[3:]
    agrees(world.load(), expected, GOOD)


def test_indexes_and_constraints_are_what_they_were_after_a_first_load(world: World) -> None:
    before = world.shape()
    world.write(GOOD)
    world.load()
    assert world.shape() == before


def _beside(books: Books) -> dict[str, int]:
    beside = ("rows_read", "rows_written", "set_aside", "flagged", "converted", "stubs")
    return {name: count for name, count in books.entities["craft"].items() if name in beside}


def agrees(books: Books, expected: Expected, legacy: Legacy) -> None:
    assert books.quarantine == expected.quarantine
    # What is said of a root that is gone from the source is no business of a full load.
    assert {line for line in books.excluded if line[3] in legacy[line[2]]} == expected.excluded
    assert books.rows == expected.rows()
    assert books.crosswalk == expected.crosswalk()
    shown = ("read", "created", "updated", "unchanged", "rejected", "held", "excluded")
    told = {entity: {k: n for k, n in its.items() if k in shown} for entity, its in books.entities.items()}
    assert told == expected.books
