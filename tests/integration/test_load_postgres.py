"""The PostgreSQL target: its contract, and what only a real database can show."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from psycopg import sql

from migrate.errors import Busy, Defect, MigrateError, Transient
from migrate.load import PostgresTarget
from migrate.model import KeyRange, Tally
from migrate.postgres import connect, copy_in
from migrate.state.ledger import lock_number
from tests.contracts.outcomes import (
    AS_OF,
    DIGESTS,
    ENTITY,
    LAYOUT,
    STUBS,
    Excluded,
    Fate,
    Held,
    Rejected,
    Thing,
    outcome,
    slices,
    thing_id,
)
from tests.contracts.postgres_platform import PostgresPlatform
from tests.contracts.state_suite import SURVEY, StateSuite, natural
from tests.contracts.target_suite import A, TargetSuite, bench
from tests.databases import NewDatabase
from tests.fakes_platform import MemoryPlatform

ROOT = Path(__file__).resolve().parents[2]
_WAITING = (
    "SELECT 1 FROM pg_stat_activity WHERE application_name LIKE '% writes %' AND wait_event = 'advisory'"
    " AND datname = current_database()"
)


@pytest.fixture(scope="module")
def database(new_module_database: NewDatabase) -> Iterator[PostgresPlatform]:
    made = PostgresPlatform(new_module_database("postgres"))
    yield made
    made.close()


@pytest.fixture
def platform(database: PostgresPlatform) -> Iterator[PostgresPlatform]:
    yield database
    database.empty()


class TestPostgresTarget(TargetSuite):
    pass


class TestPostgresState(StateSuite):
    @pytest.fixture
    def state(self, platform: PostgresPlatform) -> object:
        return platform.state

    def test_the_server_knows_how_many_natural_keys_there_are_when_it_is_asked_for_them(
        self, platform: PostgresPlatform
    ) -> None:
        with platform.state.lease() as lease:
            run = self.begin(platform.state, lease, SURVEY)
            claims = natural(*((f"{number:05}", f"v{number}") for number in range(2_000)))
            platform.state.survey(run, SURVEY, 0, {"uci": claims})
        counted = platform.ask("SELECT reltuples FROM pg_class WHERE oid = 'migration.natural_key'::regclass")
        assert counted == [(2_000,)], "or it looks for each of them through the wrong index"


AWKWARD = [
    "", " ", "tab\there", "line\nfeed", "carriage\rreturn", "both\r\n", 'quote " quote', "'", "back\\slash",
    "\\N", "\\.", "a\n\\.\nb", "\\t", "NULL", "null", ",", ";", '"', '""', "Ωμέγα", "محمد", "李小龍", "𠀋", "😀",
    "é", "e\u0301", "\ufeffx", "\u200b", "\x01", "\x7f",
]  # fmt: skip


def test_every_text_arrives_as_it_was_sent(platform: PostgresPlatform) -> None:
    things: dict[str, Fate] = {text or "(empty)": Thing(more={"note": text}) for text in AWKWARD}
    for fresh in (True, False):  # by COPY into the table, then by way of the stage
        with bench(platform) as on:
            on.write(outcome(things))
            notes = {row["note"] for row in platform.content()["thing"].values()}
            assert notes == set(AWKWARD)
        things = {
            key: replace(thing, name="changed") for key, thing in things.items() if isinstance(thing, Thing)
        }
        assert fresh or {row["name"] for row in platform.content()["thing"].values()} == {"changed"}


def test_empty_text_and_null_stay_apart(platform: PostgresPlatform) -> None:
    with bench(platform) as on:
        on.things(a=Thing(more={"note": ""}), b=Thing(more={"note": None}))
    content = platform.content()["thing"]
    assert [content[thing_id(key)]["note"] for key in "ab"] == ["", None]


def test_instants_are_kept_in_utc_whatever_the_server_thinks(platform: PostgresPlatform) -> None:
    with bench(platform) as on:
        on.things(a=A)
    (seen,) = platform.ask(
        "SELECT to_char(seen_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') FROM case_platform.thing"
    )[0]
    assert seen == "2020-02-29 12:00:00.123456"


def test_a_text_that_postgresql_cannot_hold_is_named_without_its_value(platform: PostgresPlatform) -> None:
    with bench(platform) as on, pytest.raises(Defect) as caught:
        on.things(a=Thing(more={"note": "Trem\x00blay"}))
    assert "thing" in str(caught.value)
    assert "note" in str(caught.value)
    assert "blay" not in str(caught.value)
    assert platform.content()["thing"] == {}


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        (Thing(name="Tremblay" * 6), ("22001", "name")),
        (Thing(maker="Tremblay"), ("23503", "fk_thing__maker_id")),
        (Thing(parts=(("p1", "Tremblay"), ("p2", "Tremblay"))), ("23505", "uq_part__thing_id_label")),
    ],
)
def test_what_the_server_refuses_is_told_by_name_and_never_by_value(
    platform: PostgresPlatform, bad: Thing, told: tuple[str, str]
) -> None:
    with bench(platform) as on, pytest.raises(Defect) as caught:
        on.things(a=bad)
    assert all(word in str(caught.value) for word in told)
    error: BaseException | None = caught.value
    while error is not None:
        assert "Tremblay" not in "".join(traceback.format_exception(error))
        error = error.__cause__ or error.__context__
    assert platform.content()["thing"] == {}


def test_a_second_run_touches_neither_the_rows_nor_what_is_known_of_them(platform: PostgresPlatform) -> None:
    things: dict[str, Fate] = {
        "a": A,
        "b": Rejected(),
        "c": Held(((ENTITY, "x"),)),
        "d": Excluded(),
        "e": Thing(maker="u"),
    }
    made = outcome(things, stubs=[("account", "u")], merges=[("dead", "a")])
    with bench(platform) as on:
        on.write(made)
    before = platform.versions(), platform.state_versions()
    with bench(platform) as on:
        assert on.write(made).rows_written == 0
    assert (platform.versions(), platform.state_versions()) == before


def test_a_failure_before_the_commit_leaves_nothing(platform: PostgresPlatform) -> None:
    with bench(platform) as on:
        platform.ask("ALTER TABLE migration.ledger ADD CONSTRAINT no_batch CHECK (kind <> 'batch') NOT VALID")
        with pytest.raises(Defect):
            on.things(a=A)
        platform.ask("ALTER TABLE migration.ledger DROP CONSTRAINT no_batch")
        assert platform.content()["thing"] == {}
        assert platform.state.known(ENTITY, pa.array(["a"])).to_pylist() == []
        assert on.write(outcome({"a": A}), again=True).created == 1


def test_a_process_killed_before_its_commit_leaves_nothing_and_frees_the_lease_at_once(
    platform: PostgresPlatform,
) -> None:
    with _child(platform.url, "write") as child:
        _until(lambda: platform.ask("SELECT 1 FROM migration.run"))
        with _ledger_locked(platform):  # the child stands in line for the ledger, all its rows written
            assert child.stdin is not None
            child.stdin.write(b"go\n")
            child.stdin.flush()
            _until(lambda: platform.ask(_WAITING))
            child.kill()
            child.wait()
    started = time.monotonic()
    with platform.state.lease("the next") as lease:
        assert time.monotonic() - started < 1.5
        assert platform.content()["thing"] == {}
        run = platform.state.unfinished("full", DIGESTS)
        assert run is not None
        run = platform.state.resume(lease, run)
        ((piece, positions),) = platform.state.pending(run)
        assert positions == (0, 1, 2)
        assert platform.target.write(run, piece, 0, piece.ranges[0], outcome({"a": A}), 1).created == 1
    assert "lease_replaced" in {entry.kind for entry in platform.state.ledger()}
    assert platform.state.not_let_go([lease.fence - 1, lease.fence]) == {lease.fence - 1}


def test_a_frozen_holder_is_replaced_and_writes_nothing_when_it_wakes_up(platform: PostgresPlatform) -> None:
    with _child(platform.url, "wait") as child:
        _until(lambda: platform.ask("SELECT 1 FROM migration.run"))
        child.send_signal(signal.SIGSTOP)
        with pytest.raises(Busy, match="the child"), platform.state.lease("too early"):
            pass
        platform.ask("UPDATE migration.lease SET heartbeat = heartbeat - interval '31 seconds'")
        with bench(platform) as on:
            child.send_signal(signal.SIGCONT)
            assert child.wait(timeout=30) == Busy.exit_code
            assert on.things(b=Thing()).created == 1
    assert set(platform.content()["thing"]) == {thing_id("b")}


def test_a_lease_that_passes_on_in_the_middle_of_a_batch_stops_its_commit(platform: PostgresPlatform) -> None:
    """The number is read once more under the ledger's lock, after all rows were written."""
    state = platform.state
    with bench(platform) as on, state.writer(on.run) as connection, connection.cursor() as cursor:
        opened = state.open_batch(cursor, on.run, on.piece, 0, on.piece.ranges[0], outcome({"a": A}))
        platform.ask("UPDATE migration.lease SET fence = fence + 1, holder = 'the next'")
        with pytest.raises(Busy, match="the next"):
            state.close_batch(cursor, opened, Tally(read=1, created=1))
        connection.rollback()


def test_a_tally_that_loses_an_entity_stops_the_commit(platform: PostgresPlatform) -> None:
    state = platform.state
    with bench(platform) as on, state.writer(on.run) as connection, connection.cursor() as cursor:
        made = outcome({"a": A, "b": Thing()})
        opened = state.open_batch(cursor, on.run, on.piece, 0, on.piece.ranges[0], made)
        with pytest.raises(Defect, match="read 2, created 1"):
            state.close_batch(cursor, opened, Tally(read=2, created=1))
        connection.rollback()


def test_a_lost_connection_is_worth_another_try_and_the_try_succeeds(platform: PostgresPlatform) -> None:
    with bench(platform) as on:
        on.things(a=A)
        platform.ask(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name LIKE '% writes %' AND datname = current_database()"
        )
        with pytest.raises(Transient):
            on.things(b=Thing())
        assert on.write(outcome({"b": Thing()}), again=True).created == 1


def test_workers_that_need_the_same_stand_ins_do_not_disturb_each_other(platform: PostgresPlatform) -> None:
    batches = 8
    makers = [f"u{number}" for number in range(40)]
    (piece,) = slices(batches)
    failures: list[MigrateError] = []
    with platform.state.lease() as lease:
        run = platform.state.begin(lease, mode="full", as_of=AS_OF, digests=DIGESTS, slices=[piece])

        def work(positions: range) -> None:
            for position in positions:
                shuffled = random.Random(position).sample(makers, len(makers))
                made = outcome(
                    {f"{position}-{m}": Thing(maker=m) for m in shuffled},
                    stubs=[("account", m) for m in shuffled],
                )
                try:
                    platform.target.write(run, piece, position, KeyRange(), made, 1)
                except MigrateError as error:
                    failures.append(error)

        workers = [threading.Thread(target=work, args=(range(start, batches, 2),)) for start in (0, 1)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert failures == []
        totals = platform.state.finish(run)[ENTITY]
    assert (totals.created, totals.stubs) == (batches * len(makers), len(makers))
    assert len(platform.content()["account"]) == len(makers)
    assert platform.state.verify_ledger().broken is None


def test_any_sequence_of_outcomes_ends_as_in_memory_and_as_the_last_one_says(
    platform: PostgresPlatform, seed: int
) -> None:
    draw = random.Random(seed)
    memory = MemoryPlatform(LAYOUT, system="shop", stubs=STUBS)
    loaded: dict[str, Thing] = {}
    tallies: list[Tally] = []
    with bench(platform) as real, bench(memory) as fake:  # type: ignore[arg-type]  # without `versions`
        for _ in range(25):
            things = {f"k{n}": _any_fate(draw) for n in draw.sample(range(8), draw.randint(0, 6))}
            stubs = sorted(
                {("account", t.maker) for t in things.values() if isinstance(t, Thing) and t.maker}
            )
            made = outcome(things, stubs=stubs)
            loaded |= {key: fate for key, fate in things.items() if isinstance(fate, Thing)}
            tallies.append(real.write(made))
            assert fake.write(made) == tallies[-1]
        total = platform.state.tallies(real.run)[ENTITY]
        assert total == sum(tallies)
        assert total.balanced
    content = platform.content()
    expected = outcome(loaded)
    for name, rows in content.items():
        assert _comparable(rows.values()) == _comparable(memory.rows[name].values())
        if name != "account":
            table = expected.tables.get(name)
            assert len(rows) == (0 if table is None else table.num_rows)
    opened = sorted((line.key, line.rule) for line in platform.state.quarantine())
    assert opened == sorted((line.key, line.rule) for line in memory.state.quarantine())


def test_the_end_of_a_run_is_told_once_though_its_answer_was_lost(platform: PostgresPlatform) -> None:
    with bench(platform, batches=1) as on:
        on.things(a=A)
        first = platform.state.finish(on.run, seconds=1)
        assert platform.state.finish(on.run, seconds=1) == first
    assert [entry.kind for entry in platform.state.ledger()].count("end") == 1
    assert platform.ask("SELECT seconds FROM migration.run") == [(1.0,)]


class TestBulk:
    def test_indexes_and_constraints_come_back_as_they_were(self, platform: PostgresPlatform) -> None:
        before = _described(platform)
        with bench(platform) as on:
            platform.target.begin_bulk(on.run, LAYOUT)
            during = _described(platform)
            assert not [line for line in during if "FOREIGN KEY" in line or "ix_" in line]
            assert [line for line in during if "pk_account" in line], "stand-ins are looked up by their key"
            on.things(a=A)
            platform.target.end_bulk(on.run)
        assert _described(platform) == before

    def test_who_comes_after_a_kill_makes_what_is_missing(self, platform: PostgresPlatform) -> None:
        before = _described(platform)
        with bench(platform) as on:
            platform.target.begin_bulk(on.run, LAYOUT)
            on.things(a=A)
            platform.ask(
                "CREATE TABLE case_platform.ix_part__thing_id (x int)"
            )  # the third step fails half-way
            with pytest.raises(MigrateError):
                platform.target.end_bulk(on.run)
            platform.ask("DROP TABLE case_platform.ix_part__thing_id")
        with bench(platform) as on:
            later = PostgresTarget(platform.state, LAYOUT)
            assert later.end_bulk(on.run) > 0
            later.close()
        assert _described(platform) == before

    def test_rows_that_break_a_constraint_are_found_at_the_end(self, platform: PostgresPlatform) -> None:
        with bench(platform) as on:
            platform.target.begin_bulk(on.run, LAYOUT)
            on.things(a=Thing(maker="nobody"))
            with pytest.raises(Defect, match="fk_thing__maker_id"):
                platform.target.end_bulk(on.run)
            platform.ask("UPDATE case_platform.thing SET maker_id = NULL")
            platform.target.end_bulk(on.run)

    def test_a_stated_foreign_key_is_checked_by_whoever_comes_after(self, platform: PostgresPlatform) -> None:
        before = _described(platform)
        with bench(platform) as on:
            platform.target.begin_bulk(on.run, LAYOUT)
            on.things(a=Thing(maker="nobody"))
            with pytest.raises(Defect):
                platform.target.end_bulk(on.run)
        with bench(platform) as on:
            with pytest.raises(Defect, match="fk_thing__maker_id"):
                platform.target.end_bulk(on.run)
            platform.ask("UPDATE case_platform.thing SET maker_id = NULL")
            assert platform.target.end_bulk(on.run) > 0
        assert _described(platform) == before

    def test_tables_that_hold_rows_keep_everything(self, platform: PostgresPlatform) -> None:
        with bench(platform) as on:
            on.things(a=A)
            before = _described(platform)
            assert "thing" not in platform.target.begin_bulk(
                on.run, ["thing", "part", "step", "quality_mark"]
            )
            assert _described(platform) == before


def _any_fate(draw: random.Random) -> Fate:
    kind = draw.randrange(8)
    if kind == 0:
        return Rejected(tuple(draw.sample(["r1", "r2", "r3"], draw.randint(1, 3))))
    if kind == 1:
        return Held(((ENTITY, f"k{draw.randrange(9)}"),))
    if kind == 2:
        return Excluded(draw.choice(["test", "old"]))
    parts = tuple((f"p{n}", draw.choice("xyz") + str(n)) for n in draw.sample(range(5), draw.randint(0, 3)))
    own = tuple((f"{draw.random()}", label) for _, label in parts)  # row ids never move to another entity
    return Thing(
        draw.choice(["A", "B"]),
        own,
        marks=draw.choice([(), (("flagged", "odd"),)]),
        maker=draw.choice([None, "u1", "u2"]),
    )


def _comparable(rows: Iterable[dict[str, Any]]) -> list[list[tuple[str, str]]]:
    return sorted(sorted((name, str(value)) for name, value in row.items()) for row in rows)


def _described(platform: PostgresPlatform) -> list[str]:
    return sorted(
        row[0]
        for row in platform.ask(
            "SELECT conrelid::regclass || conname || pg_get_constraintdef(c.oid) FROM pg_constraint AS c "
            "JOIN pg_namespace AS n ON n.oid = connamespace "
            "WHERE nspname = 'case_platform' AND contype IN ('p', 'u', 'f') "
            "UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'case_platform'"
        )
    )


def _until(condition: Callable[[], object], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


@contextmanager
def _child(url: str, act: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "tests.integration.load_child", act]
    environment = {**os.environ, "CHILD_URL": url}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.PIPE) as child:
        try:
            yield child
        finally:
            child.kill()


@contextmanager
def _ledger_locked(platform: PostgresPlatform) -> Iterator[None]:
    with platform.engine.connect() as connection:
        connection.exec_driver_sql("SELECT pg_advisory_lock(%s)", (lock_number("migration", "ledger"),))
        try:
            yield
        finally:
            connection.exec_driver_sql("SELECT pg_advisory_unlock_all()")


def test_rows_in_pieces_of_which_the_first_is_empty_arrive_whole(new_database: NewDatabase) -> None:
    rows = pa.table(
        {"key": pa.array([f"1-{number}" for number in range(84)]), "value": pa.nulls(84, pa.string())}
    )
    with connect(new_database("postgres"), "tests") as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE pieces (key text, value text)")
        copy_in(cursor, sql.Identifier("pieces"), pa.concat_tables([rows.slice(0, 0), rows]), called="pieces")
        cursor.execute("SELECT key FROM pieces")
        assert [key for (key,) in cursor.fetchall()] == rows["key"].to_pylist()
