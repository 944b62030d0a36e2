"""Undo: a run is taken back exactly, on a real database; and what its before-images can be asked."""

from collections.abc import Iterator

import pyarrow as pa
import pytest

from migrate.canonical import derive_id
from migrate.state.images import KEPT, Pointer, redirected
from tests.contracts.outcomes import SYSTEM, Thing, outcome, thing_id
from tests.contracts.postgres_platform import SCHEMA, PostgresPlatform
from tests.contracts.target_suite import A, bench
from tests.databases import NewDatabase

POINTERS = [Pointer("part", "part_id", "thing_id"), Pointer("thing", "thing_id", "maker_id")]


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
        on.write(outcome({"b": Thing("B", A.parts, maker="u2"), "c": Thing("C+", maker="u1")}, stubs=users))
        u1, u2 = (derive_id(SYSTEM, f"account/{name}") for name in ("u1", "u2"))
        wanted = pa.array([thing_id("a"), u1, thing_id("z")], pa.binary(16))
        with platform.state.writer(on.run) as connection, connection.cursor() as cursor:
            found = redirected(cursor, "migration", SCHEMA, on.run.id, wanted, POINTERS)
            assert redirected(cursor, "migration", SCHEMA, on.run.id + 1, wanted, POINTERS).num_rows == 0
    rows = {(row["old"], row["new"]): row["rows"] for row in found.to_pylist()}
    assert rows == {(thing_id("a"), thing_id("b")): 2, (u1, u2): 1}


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
