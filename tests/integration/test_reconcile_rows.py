"""The check `rows` on real databases: no alarm on what is right, every planted fault found with its row and column.

The faults are drawn at random and planted on copies of a loaded platform; the seed is printed when one is not found.
"""

import random
import re
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pyarrow as pa
import pytest
from sqlalchemy import make_url

from migrate.canonical import derive_ids, uuid_text
from migrate.judging import evidence_root, judge
from migrate.platform.layout import layout
from migrate.project import Project
from migrate.sample import make
from migrate.sample.aging import age
from reconciliation import stream
from reconciliation.compare import Comparison, read
from reconciliation.evidence import Limits
from reconciliation.folder import Folder
from reconciliation.model import Finding, Kind, Look, Result, Verdict
from reconciliation.sides import PlatformSide
from tests.changes import Changes
from tests.databases import Kind as Database
from tests.databases import NewDatabase
from tests.journeys import connected, full_load, project, run_once
from tests.planting import KINDS, Planter
from tests.torture import times

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

CLIENTS = 500
MAPPINGS = Path(__file__).parents[2] / "mappings" / "gcms"


@dataclass(frozen=True)
class World:
    """A legacy sample that was loaded, and its project."""

    folder: Path
    legacy: str
    platform: str


@dataclass(frozen=True)
class Judged:
    """What one reconciliation said."""

    verdict: Verdict
    findings: tuple[Finding, ...]
    differences: list[dict[str, str]]

    def real(self) -> list[dict[str, str]]:
        return [line for line in self.differences if line["look"] == Look.OUT_OF_SYNC]


def judged(folder: Path, **options: object) -> Judged:
    """What `migrate reconcile --check rows` finds."""
    summary = judge(Project.find(folder), checks=["rows"], **options)  # type: ignore[arg-type]
    kept = Folder.open(evidence_root(Project.find(folder)), summary.name)
    return Judged(summary.verdict, summary.findings, kept.all_differences().to_pylist())


def loaded(folder: Path, new: NewDatabase, kind: Database, seed: int = 1) -> World:
    legacy, platform = new(kind), new("postgres")
    make(legacy, CLIENTS, seed)
    project(folder, legacy, platform)
    settings = folder / "migrate.toml"
    settings.write_text(settings.read_text() + "deep_nights = 1\n")
    full_load(folder)
    return World(folder, legacy, platform)


WorldOf = Callable[[Database], World]


@pytest.fixture(scope="module")
def world_of(new_module_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory) -> WorldOf:
    """A loaded sample in a legacy database of that kind, made once."""
    return cache(lambda kind: loaded(tmp_path_factory.mktemp("world") / "p", new_module_database, kind))


@pytest.fixture
def copied(world_of: WorldOf, new_database: NewDatabase, tmp_path: Path) -> WorldOf:
    """The same with a platform that may be damaged."""

    def copy(kind: Database) -> World:
        world, platform = world_of(kind), new_database("postgres", like=world_of(kind).platform)
        project(tmp_path / "p", world.legacy, platform)
        return World(tmp_path / "p", world.legacy, platform)

    return copy


@pytest.fixture(scope="module")
def comparisons() -> dict[str, Comparison]:
    return read(MAPPINGS, layout())


DATABASES = pytest.mark.parametrize("kind", ["sqlite", "postgres", "mariadb"])


@DATABASES
def test_a_clean_load_has_no_difference_and_every_subject_was_compared(
    kind: Database, world_of: WorldOf
) -> None:
    found = judged(world_of(kind).folder)
    assert found.real() == []
    assert {finding.result for finding in found.findings} == {Result.SAME}
    empty = {f.subject.name.removesuffix(" fields") for f in found.findings if not f.compared}
    assert all(f.subject.may_be_empty for f in found.findings if f.subject.name in empty)
    assert sum(f.compared for f in found.findings) > 500_000
    assert found.verdict is Verdict.SAME
    explained = {reason for finding in found.findings for reason in finding.explained}
    assert {"rejected", "held", "excluded", "stub", "circle"} <= explained


@DATABASES
@pytest.mark.parametrize("turn", range(times(1, 6)))
def test_every_planted_fault_is_found_with_its_row_and_column_and_nothing_else_is(
    kind: Database,
    copied: WorldOf,
    comparisons: dict[str, Comparison],
    turn: int,
    seed: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if kind == "sqlite":
        monkeypatch.setattr(stream, "ROWS_AT_ONCE", 3_000)  # in many ranges; elsewhere in few
    world = copied(kind)
    planter = Planter(world.platform, comparisons, layout(), random.Random(seed + turn))
    planted = [planter.plant(fault) for fault in list(KINDS) * times(2, 3)]
    found = judged(world.folder)
    lines = {(Kind(line["kind"]), line["id"], line["column"]): line for line in found.real()}
    wanted = {line: each for each in planted for line in each.lines}
    assert lines.keys() - wanted.keys() == set()
    assert {each.kind for line, each in wanted.items() if line not in lines} == set()
    assert len(found.real()) == len(wanted)
    assert found.verdict is Verdict.DIFFERENT
    assert {_root(line) for line in lines.values()} <= {root for each in planted for root in each.roots}


def _root(line: dict[str, str]) -> str:
    (found,) = uuid_text(derive_ids("gcms", f"{line['entity']}/", pa.array([line["key"]]))).to_pylist()
    return str(found)


@pytest.mark.parametrize("seed_of_sample", range(2, 2 + times(1, 48)))
def test_other_samples_give_no_alarm_either(
    seed_of_sample: int, new_database: NewDatabase, tmp_path: Path
) -> None:
    world = loaded(tmp_path / "p", new_database, "sqlite", seed_of_sample)
    found = judged(world.folder)
    assert found.real() == []
    lacking = [finding for finding in found.findings if finding.result is not Result.SAME]
    assert {finding.result for finding in lacking} <= {Result.NOT_COMPARABLE}
    waiting = [finding for finding in lacking if finding.unit == "rows"]  # all that is there is in quarantine
    assert [sum(finding.explained.values()) for finding in waiting] == [finding.legacy for finding in waiting]


def test_a_root_that_legacy_never_had_is_too_much(copied: WorldOf) -> None:
    world = copied("sqlite")
    with connected(world.platform) as connection:
        connection.execute(
            "INSERT INTO case_platform.household (household_id, name, recorded_at, changed_at)"
            " VALUES (gen_random_uuid(), 'nobody', now(), now())"
        )
    (line,) = judged(world.folder).real()
    assert (line["entity"], line["kind"], line["key"]) == ("household", Kind.EXTRA, "")


def test_what_legacy_has_deleted_and_no_run_has_seen_is_too_much(copied: WorldOf, tmp_path: Path) -> None:
    """Though the crosswalk still knows its key: a second look at legacy finds nothing there to hold it against."""
    world = copied("sqlite")
    with connected(world.platform) as connection:
        ((key,),) = connection.execute(
            "SELECT min(key) FROM migration.key_image WHERE entity = 'relation' AND disposition = 'accepted'"
        ).fetchall()
    legacy = shutil.copy(str(make_url(world.legacy).database), tmp_path / "legacy.db")
    with sqlite3.connect(legacy) as database:
        database.execute("DELETE FROM S_CONTACT_REL WHERE ROW_ID = ?", [key])
    database.close()
    project(world.folder, f"sqlite:///{legacy}", world.platform)
    (line,) = judged(world.folder, entities=["relation"]).real()
    assert (line["kind"], line["key"]) == (Kind.EXTRA, key)


def test_after_a_day_of_work_only_what_no_net_has_seen_yet_differs(
    new_database: NewDatabase, tmp_path: Path
) -> None:
    world = loaded(tmp_path / "p", new_database, "sqlite", 3)
    record = tmp_path / "changes.csv"
    age(world.legacy, days=1, seed=5, start=datetime.now(UTC).replace(tzinfo=None), truth=record)
    waiting = judged(world.folder)
    assert waiting.verdict is Verdict.DIFFERENT
    for net in ("delta", "sweep"):
        run_once(world.folder, net)
        differs = {(line["entity"], line["key"]) for line in judged(world.folder).real()}
        assert differs
        assert differs <= Changes.read(record).unseen(net)
    run_once(world.folder, "deep")
    assert judged(world.folder).verdict is Verdict.SAME


def test_what_legacy_changed_after_the_last_window_is_in_flight(
    new_database: NewDatabase, tmp_path: Path
) -> None:
    world = loaded(tmp_path / "p", new_database, "sqlite", 3)
    with sqlite3.connect(str(make_url(world.legacy).database)) as legacy:
        (key,) = legacy.execute("SELECT min(ROW_ID) FROM S_BU").fetchone()
        legacy.execute(
            "UPDATE S_BU SET NAME = 'Renamed', LAST_UPD = strftime('%Y-%m-%d %H:%M:%f000', 'now', '+1 second')"
            " WHERE ROW_ID = ?",
            [key],
        )
    found = judged(world.folder, entities=["office"])
    assert {(line["look"], line["key"]) for line in found.differences} == {(Look.IN_FLIGHT, key)}
    assert found.verdict is Verdict.SAME


def test_what_left_the_scope_after_the_last_window_is_in_flight(
    new_database: NewDatabase, tmp_path: Path
) -> None:
    """A client who is a representative now: all that the platform has of the person is too much, until the next run."""
    world = loaded(tmp_path / "p", new_database, "sqlite", 3)
    with sqlite3.connect(str(make_url(world.legacy).database)) as legacy:
        (key,) = legacy.execute(
            "SELECT min(ROW_ID) FROM S_CONTACT WHERE EMP_FLG = 'N' AND CON_CD <> 'Representative'"
        ).fetchone()
        legacy.execute(
            "UPDATE S_CONTACT SET EMP_FLG = 'Y', LAST_UPD = strftime('%Y-%m-%d %H:%M:%f000', 'now', '+1 second')"
            " WHERE ROW_ID = ?",
            [key],
        )
    found = judged(world.folder, entities=["client"])
    assert {(line["kind"], line["look"], line["key"]) for line in found.differences} == {
        (Kind.EXTRA, Look.IN_FLIGHT, key)
    }
    assert found.verdict is Verdict.SAME


def test_what_arrives_between_the_two_looks_is_no_difference(
    copied: WorldOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = copied("sqlite")
    with connected(world.platform) as connection:
        connection.execute("UPDATE case_platform.office SET name = name || '~'")
    renew = PlatformSide.renew

    def arrive(self: PlatformSide) -> None:
        with connected(world.platform) as connection:
            connection.execute("UPDATE case_platform.office SET name = rtrim(name, '~')")
        renew(self)

    monkeypatch.setattr(PlatformSide, "renew", arrive)
    found = judged(world.folder, entities=["office"])
    assert (found.differences, found.verdict) == ([], Verdict.SAME)
    assert [reason.name for finding in found.findings for reason in finding.reasons] == ["arrived"]


def test_an_empty_reference_is_explained_only_where_it_leads_nowhere(
    new_database: NewDatabase, tmp_path: Path
) -> None:
    legacy, platform = new_database("sqlite"), new_database("postgres")
    make(legacy, CLIENTS, 1)
    with sqlite3.connect(str(make_url(legacy).database)) as database:
        database.execute("UPDATE S_EVT_ACT SET OWNER_POSTN_ID = '1-GONE' WHERE TODO_CD = 'ONLINE'")
    project(tmp_path / "p", legacy, platform)
    full_load(tmp_path / "p")
    clean = judged(tmp_path / "p", entities=["application"])
    assert clean.verdict is Verdict.SAME
    (events,) = (f for f in clean.findings if f.subject.name == "online_event fields")
    assert events.explained["dangling"] == events.compared / len(
        read(MAPPINGS, layout())["application"].pair("online_event").fields
    )
    with connected(platform) as connection:
        emptied = connection.execute("""
            UPDATE case_platform.application SET owning_position_id = NULL WHERE application_id IN (
                SELECT application_id FROM case_platform.application WHERE owning_position_id IS NOT NULL
                ORDER BY 1 LIMIT 3)
        """).rowcount
        circling = connection.execute("""
            UPDATE case_platform.application_parent SET parent_id = NULL WHERE parent_id IS NOT NULL
        """).rowcount
    found = judged(tmp_path / "p", entities=["application", "application_parent"])
    counted = Counter((line["entity"], line["column"], line["kind"]) for line in found.real())
    assert counted == {
        ("application", "owning_position_id", Kind.NULL): emptied,
        ("application_parent", "parent_id", Kind.NULL): circling,
    }


def test_a_text_of_some_megabytes_is_compared_like_any_other(copied: WorldOf) -> None:
    world = copied("sqlite")
    with connected(world.platform) as connection:
        (note,) = connection.execute(
            "UPDATE case_platform.note SET body = repeat('x', 3000000) WHERE note_id ="
            " (SELECT note_id FROM case_platform.note WHERE body IS NOT NULL LIMIT 1) RETURNING note_id::text"
        ).fetchall()
    lines = judged(world.folder, entities=["application"]).real()
    assert [(line["id"], line["column"]) for line in lines] == [(*note, "body")]


@pytest.mark.parametrize("fate", ["excluded", "gone", "accepted"])
def test_that_the_mover_left_a_row_out_explains_nothing(fate: str, copied: WorldOf) -> None:
    world = copied("sqlite")
    with connected(world.platform) as connection:
        (row,) = connection.execute(
            "SELECT min(person_relation_id::text) FROM case_platform.person_relation"
        ).fetchall()
        connection.execute("DELETE FROM case_platform.person_relation WHERE person_relation_id = %s", row)
        connection.execute("UPDATE migration.key_image SET disposition = %s WHERE id = %s", [fate, *row])
        (member,) = connection.execute(
            "SELECT min(person_language_id::text) FROM case_platform.person_language"
        ).fetchall()
        (root,) = connection.execute(
            "DELETE FROM case_platform.person_language WHERE person_language_id = %s RETURNING person_id",
            member,
        ).fetchall()
        connection.execute(
            "INSERT INTO migration.exclusion (entity, key, table_name, row_id, rule, run)"
            " SELECT 'client', key, 'S_CONTACT_XM', %s, 'by_mistake', 1 FROM migration.key_image WHERE id = %s",
            [_row_of(world, member[0]), *root],
        )
    lines = judged(world.folder, entities=["client", "relation"]).real()
    assert {(line["kind"], line["id"]) for line in lines} == {(Kind.MISSING, *row), (Kind.MISSING, *member)}


def _row_of(world: World, member: object) -> str:
    """The legacy key behind a row of person_language."""
    with sqlite3.connect(str(make_url(world.legacy).database)) as database:
        keys = [key for (key,) in database.execute("SELECT ROW_ID FROM S_CONTACT_XM WHERE TYPE = 'LANGUAGE'")]
    ids = uuid_text(derive_ids("gcms", "client/person_language/", pa.array(keys))).to_pylist()
    return str(keys[ids.index(str(member))])


def test_a_limit_of_time_or_of_differences_is_never_a_pass(copied: WorldOf) -> None:
    world = copied("sqlite")
    out_of_time = judged(world.folder, limits=Limits(until=0.0))
    assert {finding.result for finding in out_of_time.findings} == {Result.NOT_RUN}
    assert out_of_time.verdict is Verdict.INCOMPLETE
    with connected(world.platform) as connection:
        connection.execute(
            "UPDATE case_platform.person SET occupation = 'x' WHERE occupation IS DISTINCT FROM 'x'"
        )
    stopped = judged(world.folder, entities=["client"], limits=Limits(differences=1))
    assert stopped.verdict is not Verdict.SAME


def test_a_pair_without_rows_is_a_pass_only_where_the_file_says_why(copied: WorldOf, tmp_path: Path) -> None:
    world = copied("sqlite")
    mappings = tmp_path / "mappings"
    shutil.copytree(MAPPINGS, mappings)
    file = mappings / "compare" / "household.yaml"
    file.write_text(re.sub(r".*may_be_empty.*\n", "", file.read_text()))
    settings = world.folder / "migrate.toml"
    settings.write_text(settings.read_text() + f'[mappings]\npath = "{mappings}"\n')
    found = judged(world.folder, entities=["household"])
    assert {finding.result for finding in found.findings} == {Result.NOT_COMPARABLE}
    assert found.verdict is Verdict.INCOMPLETE
