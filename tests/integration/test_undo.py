"""Undo: a run is taken back exactly, on a real database; and what its before-images can be asked."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import text

from migrate.canonical import derive_id, fingerprints
from migrate.errors import Busy, Refused
from migrate.load.undoing import Undone
from migrate.model import Outcome
from migrate.state.images import KEPT, Pointer, redirected
from tests.contracts.outcomes import (
    ENTITY,
    LAYOUT,
    SYSTEM,
    Excluded,
    Fate,
    Held,
    Rejected,
    Thing,
    outcome,
    thing_id,
)
from tests.contracts.postgres_platform import SCHEMA, PostgresPlatform
from tests.contracts.target_suite import A, Bench, bench, waiver
from tests.databases import NewDatabase

ROOT = Path(__file__).resolve().parents[2]
POINTERS = [Pointer("part", "part_id", "thing_id"), Pointer("thing", "thing_id", "maker_id", "thing_id")]


@pytest.fixture(scope="module")
def database(new_module_database: NewDatabase) -> Iterator[PostgresPlatform]:
    made = PostgresPlatform(new_module_database("postgres"))
    yield made
    made.close()


@pytest.fixture
def platform(database: PostgresPlatform) -> Iterator[PostgresPlatform]:
    yield database
    database.empty()


def test_rows_that_went_from_one_root_to_another_are_found(platform: PostgresPlatform) -> None:
    users = [("account", "u1"), ("account", "u2")]
    with bench(platform) as on:
        on.write(outcome({"a": A, "b": Thing("B", maker="u1"), "c": Thing("C", maker="u1")}, stubs=users))
    with bench(platform) as on:
        on.write(outcome({"b": Thing("B", A.parts, maker="u2"), "c": Thing("C+", maker="u2")}, stubs=users))
        u1, u2 = (derive_id(SYSTEM, f"account/{name}") for name in ("u1", "u2"))
        wanted = pa.array([thing_id("a"), u1, thing_id("z")], pa.binary(16))
        with platform.state.writer(on.run) as connection, connection.cursor() as cursor:
            found = redirected(cursor, "migration", SCHEMA, on.run.id, wanted, POINTERS)
            assert redirected(cursor, "migration", SCHEMA, on.run.id + 1, wanted, POINTERS).num_rows == 0
    rows = {(row["old"], row["new"]): row["rows"] for row in found.to_pylist()}
    assert rows == {(thing_id("a"), thing_id("b")): 2, (u1, u2): 2}


def test_a_root_at_which_something_still_points_was_not_left_for_another(platform: PostgresPlatform) -> None:
    users = [("account", "u1"), ("account", "u2")]
    with bench(platform) as on:
        on.write(outcome({"b": Thing("B", maker="u1"), "c": Thing("C", maker="u1")}, stubs=users))
    with bench(platform) as on:
        on.write(outcome({"b": Thing("B", maker="u2")}, stubs=users))
        wanted = pa.array([derive_id(SYSTEM, "account/u1")], pa.binary(16))
        with platform.state.writer(on.run) as connection, connection.cursor() as cursor:
            assert redirected(cursor, "migration", SCHEMA, on.run.id, wanted, POINTERS).num_rows == 0


def test_a_first_load_keeps_nothing(platform: PostgresPlatform) -> None:
    with bench(platform) as on:
        on.write(outcome({"a": A, "b": Thing(maker="u")}, stubs=[("account", "u")]))
        on.write(outcome({"c": Thing(maker="u")}, stubs=[("account", "u")]))
    assert platform.ask("SELECT count(*) FROM migration.before_image") == [(0,)]


def test_every_table_whose_lines_are_kept_has_its_triggers(platform: PostgresPlatform) -> None:
    found = platform.ask("""
        SELECT tgrelid::regclass::text, tgname, string_to_array(encode(tgargs, 'escape'), '\\000')
        FROM pg_trigger WHERE tgfoid = 'migration.keep_lines'::regproc
    """)
    assert {(table.removeprefix("migration."), name, tuple(args[:-1])) for table, name, args in found} == {
        (table, name, columns) for table, columns in KEPT.items() for name in ("keep_updated", "keep_deleted")
    }


@pytest.mark.parametrize("history", range(3))
def test_any_runs_are_taken_back_one_after_the_other_to_what_was_before_each(
    history: int, seed: int, platform: PostgresPlatform
) -> None:
    """Rows move between things, stand-ins arrive, entities come, change, are held, rejected and looked at twice."""
    draw = random.Random(f"{seed}/{history}")
    before: list[tuple[int, dict[str, list[Any]]]] = []
    for _ in range(6):
        dump = _dump(platform)
        with bench(platform) as on:
            before.append((on.run.id, dump))
            for _ in range(draw.randint(1, 4)):
                _write_some(on, draw)
    for run, dump in reversed(before):
        _take_back(platform, run)
        assert _dump(platform) == dump, f"after the undo of run {run}"
    assert platform.ask("SELECT count(*) FROM migration.before_image") == [(0,)]
    assert platform.state.verify_ledger().broken is None


def test_an_undo_that_is_killed_did_nothing_and_may_be_called_again(platform: PostgresPlatform) -> None:
    with bench(platform) as on:
        on.things(a=A, b=Thing("B"))
    before = _dump(platform)
    with bench(platform) as on:
        on.things(a=replace(A, name="swapped", steps=(), marks=()), b=Rejected(), c=Thing("C"))
    bad = _dump(platform)
    environment = {**os.environ, "CHILD_URL": platform.url}
    engine = platform.engine.execution_options(isolation_level="READ COMMITTED")
    with engine.begin() as connection:
        connection.execute(
            text("SELECT FROM migration.run WHERE id = 2 FOR UPDATE")
        )  # where an undo comes last
        command = [sys.executable, "-m", "tests.integration.load_child", "undo"]
        with subprocess.Popen(command, cwd=ROOT, env=environment) as child:
            _until(platform, "application_name LIKE '% writes %' AND wait_event_type = 'Lock'")
            child.kill()
    assert _dump(platform) == bad
    _take_back(platform, 2)
    assert _dump(platform) == before


def test_what_a_later_run_refers_to_is_not_taken_back_before_it(platform: PostgresPlatform) -> None:
    with bench(platform) as one:
        one.write(outcome({"a": A}, stubs=[("account", "u")]))
    with bench(platform) as two:
        two.things(b=Thing(maker="u", more={"note": "Tremblay"}))
    before = _dump(platform)
    with pytest.raises(Refused, match=rf"(?s)fk_thing__maker_id.*migrate undo {two.run.id}") as caught:
        _take_back(platform, one.run.id)
    assert "Tremblay" not in str(caught.value)
    assert _dump(platform) == before


def test_a_row_that_a_later_run_has_taken_for_what_it_brought_is_not_taken_back_before_it(
    platform: PostgresPlatform,
) -> None:
    with bench(platform) as on:
        on.things(a=A)
    with bench(platform) as dropping:
        dropping.things(a=replace(A, parts=(), steps=()))
    with bench(platform) as taking:
        taking.things(b=Thing("B", A.parts))
    with pytest.raises(Refused, match=rf"(?s)part belong.*migrate undo {taking.run.id}"):
        _take_back(platform, dropping.run.id)
    _take_back(platform, taking.run.id)
    _take_back(platform, dropping.run.id)
    assert len(platform.content()["part"]) == 2


def test_many_rows_that_are_looked_for_without_an_index_leave_the_constraints_as_they_were(
    platform: PostgresPlatform,
) -> None:
    keys = "SELECT conrelid::regclass || conname || pg_get_constraintdef(oid) FROM pg_constraint ORDER BY 1"
    before = platform.ask(keys)
    with bench(platform) as on:
        makers = [f"u{number}" for number in range(50)]
        on.write(outcome({m: Thing(maker=m) for m in makers}, stubs=[("account", m) for m in makers]))
    assert _take_back(platform, on.run.id).removed == {"account": 50, "thing": 50}
    assert platform.ask(keys) == before


def test_a_stand_in_whose_real_row_looks_the_same_stays_when_that_run_is_taken_back(
    platform: PostgresPlatform,
) -> None:
    with bench(platform) as on:
        on.write(outcome({"a": Thing(maker="u0")}, stubs=[("account", "u0")]))
    before = _dump(platform)
    with bench(platform) as on:
        on.write(_account("u0", "u0", "FORMER"))
        assert [line.cause for line in platform.state.trace("account", "u0")] == ["stub", "arrived"]
    _take_back(platform, on.run.id)
    assert _dump(platform) == before


def test_what_a_person_has_waived_stays_waived(platform: PostgresPlatform) -> None:
    with bench(platform) as on:
        on.things(a=Rejected(("r1", "r2")))
    platform.state.waive(waiver("a", "r1"))
    with bench(platform) as on:
        on.things(a=Thing())
    _take_back(platform, on.run.id)
    assert {line.rule: line.state for line in platform.state.quarantine()} == {
        "r1": "waived",
        "r2": "rejected",
    }


def test_what_was_overwritten_is_kept_for_a_while_only(platform: PostgresPlatform) -> None:
    run = 0
    for name in "AB":
        with bench(platform) as on:
            on.things(a=Thing(name))
            platform.state.finish(on.run, status="interrupted")
            run = on.run.id
    platform.ask("UPDATE migration.run SET started = started - interval '2 days'")
    assert platform.state.forget_images(timedelta(days=3)) == 0
    assert platform.state.forget_images(timedelta(days=1)) == 2
    assert platform.ask("SELECT count(*) FROM migration.before_image") == [(0,)]
    with pytest.raises(Refused, match="not kept any more"):
        _take_back(platform, run)


def test_who_lost_the_lease_takes_nothing_back(platform: PostgresPlatform) -> None:
    with bench(platform) as on:
        on.things(a=A)
    before = _dump(platform)
    with pytest.raises(Busy):
        platform.target.undo(on.run, reason="a test")
    assert _dump(platform) == before


def _write_some(on: Bench, draw: random.Random) -> None:
    """One batch; each part lies with one thing at a time, but in the next batch with another."""
    keys = draw.sample([f"k{number}" for number in range(6)], draw.randint(1, 4))
    parts = draw.sample([f"p{number}" for number in range(8)], draw.randint(0, 6))
    things: dict[str, Fate] = {key: _some_fate(draw, parts[at :: len(keys)]) for at, key in enumerate(keys)}
    made = {thing.maker for thing in things.values() if isinstance(thing, Thing) and thing.maker}
    merges = [(f"dead{draw.randrange(3)}", keys[0])] if draw.random() < 0.3 else []
    on.write(outcome(things, stubs=sorted(("account", maker) for maker in made), merges=merges))
    if draw.random() < 0.3:
        on.write(_account(f"u{draw.randrange(3)}", draw.choice(["jd", "ab"])))


def _some_fate(draw: random.Random, parts: list[str]) -> Fate:
    kind = draw.randrange(8)
    if kind == 0:
        return Rejected(tuple(draw.sample(["r1", "r2", "r3"], draw.randint(1, 3))))
    if kind == 1:
        return Held(((ENTITY, f"k{draw.randrange(9)}"),))
    if kind == 2:
        return Excluded(draw.choice(["test", "old"]))
    return Thing(
        draw.choice(["A", "B", "C"]),
        tuple((part, f"{part} {draw.randrange(2)}") for part in parts),
        marks=draw.choice([(), (("flagged", "odd"),)]),
        maker=draw.choice([None, "u0", "u1", "u2"]),
        more={"price": draw.choice([None, Decimal("1.50"), Decimal("1.00")])},
    )


def _account(key: str, login: str, status: str = "ACTIVE") -> Outcome:
    """The real user in the place of a stand-in."""
    identity = pa.array([derive_id(SYSTEM, f"account/{key}")], pa.binary(16))
    row = pa.table(
        {"_entity": pa.array([0], pa.int32()), "account_id": identity, "login": [login], "status": [status]}
    )
    return replace(
        outcome({"x": Thing()}),
        entity="account",
        keys=pa.table({"key": [key], "id": identity, "disposition": ["accepted"]}),
        tables={"account": row},
        fingerprint=fingerprints({"account": row}, 1),
    )


def _take_back(platform: PostgresPlatform, run: int) -> Undone:
    with platform.state.lease("who undoes") as lease:
        return platform.target.undo(platform.state.undoable(lease, run), reason="a test")


def _dump(platform: PostgresPlatform) -> dict[str, list[Any]]:
    """Every row of the platform and every line of the state, with all that stands in them."""
    tables = [f"{SCHEMA}.{name}" for name in LAYOUT] + [f"migration.{name}" for name in KEPT]
    return {name: platform.ask(f"SELECT t::text FROM {name} AS t ORDER BY 1") for name in tables}


def _until(platform: PostgresPlatform, condition: str) -> None:
    deadline = time.monotonic() + 60
    while not platform.ask(
        f"SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND {condition}"
    ):
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)
