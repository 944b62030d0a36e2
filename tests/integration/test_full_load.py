"""Promises of the full load, on real databases: the same from everywhere, again is harmless, killed is resumed.

CLIENTS in the environment makes the sample larger than the 500 clients of the ordinary suite.
"""

import os
import random
from pathlib import Path

import pytest

from migrate.project.moving import Workers, move
from migrate.sample import make
from tests.databases import NewDatabase
from tests.journeys import connected, content, count, full_load, killed_load, project, versions

CLIENTS, SEED = int(os.environ.get("CLIENTS", "500")), 5


@pytest.fixture(scope="module")
def sample(new_module_database: NewDatabase) -> str:
    url = new_module_database("sqlite")
    make(url, CLIENTS, SEED)
    return url


@pytest.fixture(scope="module")
def undisturbed(
    tmp_path_factory: pytest.TempPathFactory, new_module_database: NewDatabase, sample: str
) -> str:
    """The platform after one full load of the sample in one go."""
    platform = new_module_database("postgres")
    folder = tmp_path_factory.mktemp("undisturbed")
    project(folder, sample, platform)
    full_load(folder)
    return platform


@pytest.mark.parametrize("kind", ["postgres", "mariadb"])
def test_every_source_gives_the_same_platform_byte_for_byte(
    kind: str, tmp_path: Path, new_database: NewDatabase, undisturbed: str
) -> None:
    legacy, platform = new_database(kind), new_database("postgres")  # type: ignore[arg-type]
    make(legacy, CLIENTS, SEED)
    project(tmp_path / "p", legacy, platform, batch_rows=3_000)
    full_load(tmp_path / "p")
    assert content(platform) == content(undisturbed)


def test_a_second_run_writes_no_row(tmp_path: Path, new_database: NewDatabase, sample: str) -> None:
    platform = new_database("postgres")
    project(tmp_path / "p", sample, platform)
    full_load(tmp_path / "p")
    before = versions(platform), content(platform)
    full_load(tmp_path / "p")
    assert (versions(platform), content(platform)) == before
    assert count(platform, "SELECT count(*) FROM migration.run WHERE status = 'done'") == 2


@pytest.mark.parametrize("load", range(5))
def test_killed_five_times_at_random_moments_it_ends_like_the_undisturbed_run(
    load: int,
    seed: int,
    torture: int,
    tmp_path: Path,
    new_database: NewDatabase,
    sample: str,
    undisturbed: str,
) -> None:
    for turn in range(torture):
        chance = random.Random(f"{seed}/{load}/{turn}")
        _killed_five_times(tmp_path / str(turn), chance, new_database("postgres"), sample, undisturbed)


def _killed_five_times(
    folder: Path, chance: random.Random, platform: str, sample: str, undisturbed: str
) -> None:
    project(folder, sample, platform, batch_rows=1_000)
    kills = 0
    for _ in range(5):
        kills += killed_load(folder, chance.uniform(0.2, 3.0))
    assert not killed_load(folder, 100)
    assert content(platform) == content(undisturbed)
    assert kills, "no kill hit a running load: the moments have to be earlier"
    assert count(platform, "SELECT count(*) FROM migration.batch WHERE closed IS NULL") == 0


def test_every_source_row_of_every_entity_is_accounted_for(undisturbed: str) -> None:
    with connected(undisturbed) as connection:
        unbalanced = connection.execute("""
            SELECT entity, tally FROM migration.ledger
            WHERE kind = 'batch' AND coalesce((tally->>'read')::int, 0) <>
                (SELECT coalesce(sum(value::int), 0) FROM jsonb_each_text(tally)
                 WHERE key IN ('created', 'updated', 'unchanged', 'merged', 'rejected', 'held', 'excluded'))
        """).fetchall()
    assert unbalanced == []


def test_the_server_has_statistics_of_what_a_full_load_has_written(undisturbed: str) -> None:
    known = "SELECT count(*) FROM pg_class WHERE reltuples > 0 AND relname IN ('crosswalk', 'key_image', 'quarantine')"
    assert count(undisturbed, known) == 3


def test_all_indexes_and_constraints_are_back_and_valid_after_a_first_load(
    undisturbed: str, new_database: NewDatabase, tmp_path: Path, sample: str
) -> None:
    fresh = new_database("postgres")
    project(tmp_path / "p", sample, fresh)
    shape = """
        SELECT count(*), count(*) FILTER (WHERE NOT convalidated)
        FROM pg_constraint WHERE connamespace = 'case_platform'::regnamespace
    """
    indexes = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'case_platform' ORDER BY 1"
    with connected(fresh) as one, connected(undisturbed) as other:
        assert one.execute(shape).fetchall() == other.execute(shape).fetchall()
        assert one.execute(indexes).fetchall() == other.execute(indexes).fetchall()


def test_two_processes_give_what_one_gives(
    tmp_path: Path, new_database: NewDatabase, undisturbed: str
) -> None:
    legacy, platform = new_database("postgres"), new_database("postgres")
    make(legacy, CLIENTS, SEED)
    made = project(tmp_path / "p", legacy, platform, batch_rows=1_000)
    with made.open_run("full") as run, Workers(made, run, 2) as workers:
        move(run, Silent(), workers.move)
    assert content(platform) == content(undisturbed)


class Silent:
    """Watches a run without a word."""

    def stage(self, stage: object) -> None:
        """Nothing to say."""

    moved = notice = stage
