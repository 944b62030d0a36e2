"""The state in a real PostgreSQL: its revisions, the ledger's guard, the lease."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, make_url
from sqlalchemy.exc import DBAPIError

from migrate.errors import Busy, Drift, Refused, Transient, Unreachable
from migrate.model import KeyRange, Slice, SliceKind
from migrate.state import State
from migrate.state.tables import METADATA
from migrate.state.tracing import Lead, leads
from tests.contracts.outcomes import AS_OF, DIGESTS, ENTITY, SYSTEM, Rejected, Thing, outcome, slices
from tests.contracts.postgres_platform import PostgresPlatform
from tests.contracts.target_suite import bench, waiver
from tests.databases import NewDatabase

TWO_BATCHES = (Slice(ENTITY, 0, SliceKind.RANGE, (KeyRange(None, "k"), KeyRange("k", None))),)


@pytest.fixture(scope="module")
def database(new_module_database: NewDatabase) -> Iterator[PostgresPlatform]:
    made = PostgresPlatform(new_module_database("postgres"))
    yield made
    made.close()


@pytest.fixture
def platform(database: PostgresPlatform) -> Iterator[PostgresPlatform]:
    yield database
    database.empty()


def test_the_revisions_make_the_tables_of_the_model(platform: PostgresPlatform) -> None:
    engine = create_engine(platform.url, connect_args={"options": "-c search_path=migration"})
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_server_default": False,
                "include_name": lambda name, kind, _: name != "alembic_version",
            },
        )
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


def test_every_column_of_the_state_says_what_it_is(platform: PostgresPlatform) -> None:
    inspector = inspect(platform.engine)
    for name in METADATA.tables:
        assert inspector.get_table_comment(name, schema="migration")["text"]
        assert [
            column["name"]
            for column in inspector.get_columns(name, schema="migration")
            if not column["comment"]
        ] == []


def test_upgrading_again_does_nothing(platform: PostgresPlatform) -> None:
    assert platform.state.upgrade() == ()


@pytest.mark.parametrize("statement", ["UPDATE {} SET actor = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_ledger_refuses_to_be_changed(platform: PostgresPlatform, statement: str) -> None:
    with bench(platform):
        pass
    with pytest.raises(DBAPIError, match="append-only"):
        platform.ask(statement.format("migration.ledger"))


# The server has databases of other tests, which run at the same time.
_LOCKING = """
SELECT pid FROM pg_locks JOIN pg_stat_activity USING (pid)
WHERE locktype = 'advisory' AND application_name LIKE '% lease' AND datname = current_database()
"""
_STANDING = """
SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND datname = current_database()
"""
_COPY_LAST = """
INSERT INTO migration.ledger SELECT 5, at, actor, kind, run, entity, slice, batch, tally, digest, hash, hash
FROM migration.ledger WHERE seq = 4
"""


@pytest.mark.parametrize(
    ("tampering", "found"),
    [
        ("UPDATE migration.ledger SET tally = '{\"read\": 1}' WHERE seq = 3", 3),
        ("DELETE FROM migration.ledger WHERE seq = 2", 2),
        ("UPDATE migration.ledger SET seq = CASE seq WHEN 2 THEN -3 ELSE -2 END WHERE seq IN (2, 3)", 1),
        (_COPY_LAST, 5),
    ],
)  # fmt: skip
def test_who_goes_around_the_guard_is_found(platform: PostgresPlatform, tampering: str, found: int) -> None:
    with bench(platform) as on:
        for key in "abc":
            on.things(**{key: Thing()})
    assert platform.state.verify_ledger().broken is None
    platform.ask(f"SET session_replication_role = replica; {tampering}; RESET ALL")
    broken = platform.state.verify_ledger().broken
    assert broken is not None
    assert broken <= found


def test_the_second_is_told_within_five_seconds_who_holds_the_lease_and_since_when(
    platform: PostgresPlatform,
) -> None:
    with platform.state.lease("the night run"):
        started = time.monotonic()
        with (
            pytest.raises(Busy, match=r"the night run, process \d+ on .*, since \d{4}-\d\d-\d\d"),
            platform.state.lease(),
        ):
            pass
        assert time.monotonic() - started < 5


def test_a_lease_that_was_given_back_is_free_at_once(platform: PostgresPlatform) -> None:
    fences = []
    for _ in range(3):
        with platform.state.lease() as lease:
            fences.append(lease.fence)
    assert fences == [1, 2, 3]


def test_two_legacy_systems_may_be_moved_at_once(platform: PostgresPlatform) -> None:
    other = State.open(platform.url, system="another")
    with platform.state.lease() as one, other.lease() as two:
        assert (one.fence, two.fence) == (1, 1)
    other.close()


def test_a_holder_whose_session_the_server_ended_takes_it_up_again(platform: PostgresPlatform) -> None:
    with platform.state.lease(beat=0.1) as lease:
        former = platform.ask(_LOCKING)
        platform.ask("SELECT pg_terminate_backend(:pid)", pid=former[0][0])
        deadline = time.monotonic() + 20
        while platform.ask(_LOCKING) in ([], former):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert not lease.lost
        with pytest.raises(Busy), platform.state.lease():
            pass


def test_sessions_that_were_lost_together_cost_one_fault(platform: PostgresPlatform) -> None:
    def ask(_: int) -> pa.Array:
        return platform.state.known(ENTITY, pa.array(["a"]))

    with platform.engine.connect() as locking, ThreadPoolExecutor(3) as several:
        locking.execution_options(isolation_level="READ COMMITTED")
        locking.exec_driver_sql("LOCK TABLE migration.crosswalk IN ACCESS EXCLUSIVE MODE")
        asked = several.map(ask, range(3))
        while platform.ask(_STANDING) != [(3,)]:
            time.sleep(0.02)
        locking.rollback()
        list(asked)  # now there are three idle sessions
    platform.ask(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        f" WHERE application_name LIKE '% {SYSTEM}' AND datname = current_database()"
    )
    with pytest.raises(Transient):
        ask(0)
    assert len(ask(0)) == 0


def test_a_heartbeat_is_written_while_the_lease_is_held(platform: PostgresPlatform) -> None:
    with platform.state.lease(beat=0.05):
        ((first,),) = platform.ask("SELECT heartbeat FROM migration.lease")
        time.sleep(0.5)
        ((later,),) = platform.ask("SELECT heartbeat FROM migration.lease")
    assert later > first


def test_what_is_known_is_answered_for_ten_thousand_keys(platform: PostgresPlatform) -> None:
    with bench(platform) as on:
        on.write(outcome({f"k{n}": Thing() for n in range(2000)}))
    asked = pa.array([f"k{n}" for n in range(10_000)] + [None])
    assert len(platform.state.known(ENTITY, asked)) == 2000


def test_the_history_of_a_key_and_of_an_id_shows_merges(platform: PostgresPlatform) -> None:
    with bench(platform) as on:
        on.write(outcome({"a": Thing()}, merges=[("dead", "a")]))
    by_key, by_dead = platform.state.trace(ENTITY, "a"), platform.state.trace(ENTITY, "dead")
    assert [(line.key, line.cause, line.survivor) for line in by_key] == [
        ("a", "first_load", None),
        ("dead", "merge", "a"),
    ]
    assert by_dead == by_key
    assert platform.state.trace(ENTITY, by_key[0].id) == by_key
    assert platform.state.trace(ENTITY, "unknown") == []


CROSSWALK = """
INSERT INTO migration.crosswalk (system, entity, key, valid_from, valid_to, id, cause, survivor, run) VALUES
    (:system, 'thing', :key, :since, :until, :id, :cause, :survivor, 1)
"""
# A was merged into B, B later into C; D was once merged into A and is a thing of its own again; X has nothing to do
# with any of them, Y is gone, and P and Q name each other.
MERGES = [
    ("A", 1, 2, "A", "first_load", None), ("A", 2, None, "B", "merge", "B"),
    ("B", 1, 3, "B", "first_load", None), ("B", 3, None, "C", "merge", "C"),
    ("C", 1, None, "C", "first_load", None),
    ("D", 1, 2, "A", "merge", "A"), ("D", 2, None, "D", "unmerged", None),
    ("X", 1, None, "E", "first_load", None),
    ("Y", 1, 4, "F", "first_load", None), ("Y", 4, None, "F", "vanished", None),
    ("P", 1, None, "0", "merge", "Q"), ("Q", 1, None, "1", "merge", "P"),
]  # fmt: skip


def named(letter: str) -> str:
    return f"{letter * 8}-{letter * 4}-4{letter * 3}-8{letter * 3}-{letter * 12}".lower()


@pytest.fixture
def merged(platform: PostgresPlatform) -> PostgresPlatform:
    for key, since, until, identity, cause, survivor in MERGES:
        platform.ask(
            CROSSWALK, system=SYSTEM, key=key, since=datetime(2026, 1, since, tzinfo=UTC), id=named(identity),
            until="infinity" if until is None else datetime(2026, 1, until, tzinfo=UTC).isoformat(),
            cause=cause, survivor=survivor,
        )  # fmt: skip
    return platform


@pytest.mark.parametrize("asked", ["A", "B", "C", "D", named("A"), named("B"), named("C"), named("D")])
def test_a_chain_of_merges_is_traced_from_each_of_its_keys_and_ids(
    merged: PostgresPlatform, asked: str
) -> None:
    lines = merged.state.trace(ENTITY, asked)
    assert len(lines) == 7
    assert {line.key for line in lines} == set("ABCD")
    assert [line.valid_from for line in lines] == sorted(line.valid_from for line in lines)


@pytest.mark.parametrize(
    ("asked", "path", "identity"),
    [
        ("A", "ABC", "C"), ("B", "BC", "C"), ("C", "C", "C"), ("D", "D", "D"),
        (named("A"), "ABC", "C"), (named("B"), "BC", "C"), (named("C"), "C", "C"),
    ],
)  # fmt: skip
def test_an_old_key_or_id_leads_to_the_last_survivor(
    merged: PostgresPlatform, asked: str, path: str, identity: str
) -> None:
    lead = leads(merged.state.trace(ENTITY, asked), asked)
    assert lead == Lead(tuple(path), named(identity), "unmerged" if path == "D" else "first_load")
    assert lead.alive


def test_what_is_gone_leads_to_nothing_alive_and_a_circle_ends(merged: PostgresPlatform) -> None:
    for key, path in (("Y", "Y"), ("P", "PQ")):
        lead = leads(merged.state.trace(ENTITY, key), key)
        assert lead is not None
        assert (lead.path, lead.alive) == (tuple(path), False)
    assert leads(merged.state.trace(ENTITY, "unknown"), "unknown") is None


def test_rows_that_name_no_entity_are_told_among_what_was_rejected(platform: PostgresPlatform) -> None:
    loose = Slice(ENTITY, 50, SliceKind.LOOSE, (KeyRange(),), "PART")
    made = outcome({"x": Rejected(("no_parent",)), "y": Rejected(("no_parent", "code"))})
    with bench(platform) as on:
        on.things(a=Thing(), b=Rejected())
        on.platform.target.write(on.run, loose, 0, KeyRange(), made, 2)
    assert platform.state.status().entities == {ENTITY: {"accepted": 1, "rejected": 3}}


def test_the_status_tells_runs_entities_quarantine_and_the_head_of_the_ledger(
    platform: PostgresPlatform,
) -> None:
    with bench(platform) as on:
        on.things(a=Thing())
        platform.state.finish(on.run, status="interrupted", seconds=1.5)
    status = platform.state.status()
    assert status.entities == {ENTITY: {"accepted": 1}}
    (run,) = status.runs
    assert (run.status, run.closed, run.batches, run.seconds) == ("interrupted", 1, 30, 1.5)
    assert run.totals[ENTITY].created == 1
    assert status.lease is not None
    assert status.lease.released is not None
    assert status.head == (3, platform.state.verify_ledger().head)


def test_a_run_begun_after_a_kill_marks_the_one_before(platform: PostgresPlatform) -> None:
    for _ in range(2):
        with platform.state.lease() as lease:
            platform.state.begin(lease, mode="full", as_of=AS_OF, digests=DIGESTS, slices=slices(1))
    assert platform.ask("SELECT status FROM migration.run ORDER BY id") == [("interrupted",), ("running",)]


def test_how_long_ago_a_run_began_is_told_by_the_clock_of_the_platform(platform: PostgresPlatform) -> None:
    """From its beginning, not from the end of its planning."""
    with platform.state.lease() as lease:
        run = platform.state.begin(
            lease, mode="full", as_of=AS_OF, digests=DIGESTS, slices=(), window=(None, AS_OF), ago=3_600
        )
        platform.state.finish(run)
    covered = platform.state.covered([ENTITY])[ENTITY]
    assert timedelta(hours=1) <= covered.ago < timedelta(hours=1, minutes=5)
    behind, right = AS_OF + timedelta(minutes=20), AS_OF + timedelta(hours=2)
    assert covered.until(right) == AS_OF
    assert covered.until(behind) <= behind - timedelta(hours=1)


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM migration.batch WHERE position = 1",
        "DELETE FROM migration.batch",
        "UPDATE migration.batch SET high = 'm' WHERE high IS NULL",
        "UPDATE migration.batch SET low = 'a', kind = 'keys' WHERE position = 0",
        "UPDATE migration.batch SET ordinal = -1 WHERE position = 0",
        "UPDATE migration.batch SET ordinal = 1 - ordinal",
        "UPDATE migration.batch SET run = 1 WHERE position = 0",
        "UPDATE migration.batch SET closed = (SELECT max(seq) FROM migration.ledger) WHERE position = 1",
        "UPDATE migration.run SET plan = repeat('0', 64) WHERE id = 2",
    ],
)
def test_a_run_whose_plan_was_damaged_is_neither_resumed_nor_done(
    platform: PostgresPlatform, damage: str
) -> None:
    state = platform.state
    with state.lease("the one before") as lease:
        state.begin(lease, mode="full", as_of=AS_OF, digests={"other": "x"}, slices=())
    with state.lease("a kill") as lease:
        run = state.begin(lease, mode="full", as_of=AS_OF, digests=DIGESTS, slices=TWO_BATCHES)
    with platform.engine.begin() as connection:
        connection.exec_driver_sql(damage)
    with state.lease("the next") as lease:
        with pytest.raises(Refused, match="the plan of run 2 is not what it was"):
            state.resume(lease, run)
        with pytest.raises(Refused, match="migrate undo 2"):
            state.finish(replace(run, fence=lease.fence))


def test_complaints_that_a_whole_run_does_not_find_again_are_released(platform: PostgresPlatform) -> None:
    for things in ({"gone": Rejected(), "still": Rejected()}, {"still": Rejected()}):
        with bench(platform, batches=1) as on:
            on.write(outcome(things))
            platform.state.finish(on.run)
    assert [line.key for line in platform.state.quarantine()] == ["still"]


def test_showing_protected_values_leaves_a_line_in_the_ledger(platform: PostgresPlatform) -> None:
    with bench(platform) as on:
        on.things(a=Thing())
        platform.state.quarantine(values=True, reason="asked by the data owner")
    last = platform.state.ledger(last=1)[0]
    assert (last.kind, last.batch) == ("unmask", {"reason": "asked by the data owner"})


def test_a_waiver_whose_last_day_is_over_holds_no_more(platform: PostgresPlatform) -> None:
    with bench(platform) as on:
        on.things(a=Rejected())
        platform.state.waive(waiver("a"))
        states = []
        for days in (0, -1):
            platform.ask(
                "UPDATE migration.waiver SET until = (now() AT TIME ZONE 'UTC')::date + :days", days=days
            )
            counted = platform.state.finish(on.run, status="interrupted")[ENTITY].waived
            states.append(
                (platform.state.quarantine()[0].state, platform.state.status().quarantine[0][1], counted)
            )
    assert states == [("waived", "waived", 1), ("rejected", "rejected", 0)]


def test_the_newest_waiver_counts(platform: PostgresPlatform) -> None:
    with bench(platform) as on:
        on.things(a=Rejected())
    platform.state.waive(waiver("a"))
    (((today,),),) = (platform.ask("SELECT (now() AT TIME ZONE 'UTC')::date"),)
    platform.state.waive(replace(waiver("a"), by="B. Tran", until=today))
    (line,) = platform.state.quarantine()
    assert (line.waived_by, line.waived_until) == ("B. Tran", today)


def test_the_history_of_a_key_tells_when_it_was_found_waived_expired_and_released(
    platform: PostgresPlatform,
) -> None:
    with bench(platform) as on:
        on.things(a=Rejected())
        platform.state.waive(waiver("a"))
        platform.ask("UPDATE migration.quarantine SET since = now() - interval '9 days'")
        platform.ask("UPDATE migration.waiver SET at = now() - interval '8 days', until = CURRENT_DATE - 5")
        on.things(a=Thing())
        on.things(a=Rejected())
        platform.state.waive(waiver("a"))
    events = platform.state.quarantine_history(ENTITY, "a")
    assert [event.what for event in events] == ["found", "waived", "expired", "released", "found", "waived"]
    assert [event.at for event in events] == sorted(event.at for event in events)
    assert (events[1].by, events[1].reason) == ("A. Roy", "ticket 17")
    assert platform.state.quarantine_history(ENTITY, "b") == []


def test_a_waiver_leaves_a_line_in_the_ledger(platform: PostgresPlatform) -> None:
    with bench(platform) as on:
        on.things(a=Rejected())
    for _ in range(2):
        platform.state.waive(waiver("a", "bad"))
    last = platform.state.ledger(last=2)
    assert [entry.kind for entry in last] == ["batch", "waive"]
    assert last[1].batch == {
        "entity": ENTITY, "key": "a", "rule": "bad", "by": "A. Roy", "reason": "ticket 17", "until": "2999-12-31",
    }  # fmt: skip


def test_keys_in_quarantine_are_found_by_entity_key_and_rule(platform: PostgresPlatform) -> None:
    with bench(platform) as on:
        on.things(a=Rejected(), b=Rejected(("worse",)), c=Thing(), d=Rejected())
        on.things(d=Thing())

    def found(*given: Any) -> dict[str, list[str]]:
        return {entity: keys.to_pylist() for entity, keys in platform.state.quarantined(*given).items()}

    assert found() == found([ENTITY]) == {ENTITY: ["a", "b"]}
    assert found([], ["b", "c"]) == {ENTITY: ["b"]}
    assert found([], [], "bad") == {ENTITY: ["a"]}
    assert found(["account"]) == {}


def test_a_database_without_the_state_is_drift_with_a_way_out(postgres_url: str) -> None:
    with pytest.raises(Drift, match="migrate platform upgrade"):
        State.open(postgres_url, system=SYSTEM).status()


def test_a_server_that_does_not_answer_is_worth_another_try() -> None:
    with pytest.raises(Transient, match="connect"):
        State.open("postgresql+psycopg://nobody@/x?host=/nowhere", system=SYSTEM).status()


def test_a_database_that_does_not_exist_is_not_worth_another_try(platform: PostgresPlatform) -> None:
    absent = make_url(platform.url).set(database="no_such_database")
    with pytest.raises(Unreachable, match="no_such_database"):
        State.open(absent, system=SYSTEM).status()
