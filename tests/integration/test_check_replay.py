"""The check `replay`: the mapping once more on a fresh read, against what is kept of it and against the platform."""

from pathlib import Path

import pytest

from migrate.judging import evidence_root, judge
from migrate.project import Project
from reconciliation.checks.replay import IMAGE, ROWS
from reconciliation.evidence import Limits
from reconciliation.folder import Folder
from reconciliation.model import Kind, Look, Result, Verdict
from tests.databases import NewDatabase
from tests.journeys import connected, full_load
from tests.small_project import at_source, small_project

LATER = "2099-01-01 00:00:00.000000"


@pytest.fixture
def platform(new_database: NewDatabase) -> str:
    return new_database("postgres")


@pytest.fixture
def folder(platform: str, tmp_path: Path) -> Path:
    """A small project, loaded."""
    made = small_project(tmp_path, platform=platform)
    Project.find(made).upgrade()
    full_load(made)
    return made


def replayed(folder: Path, **options: object) -> tuple[Verdict, set[tuple[str, str, str, str]]]:
    """The verdict; subject, key, kind and look of every difference."""
    summary = judge(Project.find(folder), checks=["replay"], **options)  # type: ignore[arg-type]
    kept = Folder.open(evidence_root(Project.find(folder)), summary.name)
    columns = ("subject", "key", "kind", "look")
    lines = {tuple(line[name] for name in columns) for line in kept.all_differences().to_pylist()}
    return summary.verdict, lines


def on_the_platform(platform: str, statement: str) -> None:
    with connected(platform) as connection:
        assert connection.execute(statement.encode()).rowcount == 1


def test_after_a_load_nothing_differs_and_everything_was_mapped_again(folder: Path) -> None:
    summary = judge(Project.find(folder), checks=["replay"])
    assert summary.verdict is Verdict.SAME
    compared = {(found.subject.entity, found.subject.name): found.compared for found in summary.findings}
    assert compared == {("user", IMAGE): 2, ("user", ROWS): 2, ("office", IMAGE): 6, ("office", ROWS): 4}


def test_it_says_of_every_subject_that_it_shares_the_mapping(folder: Path) -> None:
    summary = judge(Project.find(folder), checks=["replay"])
    assert all("shares_the_mapping" in {r.name for r in found.reasons} for found in summary.findings)


def test_what_somebody_changed_on_the_platform_differs_though_mapping_and_image_agree(
    folder: Path, platform: str
) -> None:
    on_the_platform(platform, "UPDATE case_platform.office SET name = 'Oslo' WHERE name = 'Ottawa'")
    assert replayed(folder) == (
        Verdict.DIFFERENT,
        {(ROWS, "0-B", Kind.CONFLICT.value, Look.OUT_OF_SYNC.value)},
    )


def test_a_row_that_the_platform_has_lost_is_missing(folder: Path, platform: str) -> None:
    on_the_platform(platform, "DELETE FROM case_platform.office WHERE name = 'Sydney'")
    assert replayed(folder)[1] == {(ROWS, "0-C", Kind.MISSING.value, Look.OUT_OF_SYNC.value)}


def test_an_entity_that_the_state_knows_nothing_of_is_missing(folder: Path, platform: str) -> None:
    on_the_platform(platform, "DELETE FROM migration.key_image WHERE (entity, key) = ('office', '0-C')")
    assert replayed(folder)[1] == {(IMAGE, "0-C", Kind.MISSING.value, Look.OUT_OF_SYNC.value)}


def test_an_edit_without_a_trace_differs_from_what_is_kept_and_from_the_rows(folder: Path) -> None:
    at_source(folder, "UPDATE S_BU SET NAME = 'Oslo' WHERE ROW_ID = '0-B'")
    conflict = ("0-B", Kind.CONFLICT.value, Look.OUT_OF_SYNC.value)
    assert replayed(folder) == (Verdict.DIFFERENT, {(IMAGE, *conflict), (ROWS, *conflict)})


def test_a_root_that_would_end_otherwise_now_differs_from_what_is_kept(folder: Path) -> None:
    """It was accepted, and would be rejected: nothing is left to compare with the rows."""
    at_source(folder, "UPDATE S_BU SET NAME = NULL WHERE ROW_ID = '0-B'")
    assert replayed(folder)[1] == {(IMAGE, "0-B", Kind.CONFLICT.value, Look.OUT_OF_SYNC.value)}


def test_what_was_changed_after_the_last_window_is_in_flight(folder: Path) -> None:
    at_source(folder, f"UPDATE S_BU SET NAME = 'Oslo', LAST_UPD = '{LATER}' WHERE ROW_ID = '0-B'")
    flying = ("0-B", Kind.CONFLICT.value, Look.IN_FLIGHT.value)
    assert replayed(folder) == (Verdict.SAME, {(IMAGE, *flying), (ROWS, *flying)})


def test_stopped_at_a_limit_it_is_not_run(folder: Path) -> None:
    summary = judge(Project.find(folder), checks=["replay"], limits=Limits(differences=0))
    assert {found.result for found in summary.findings} == {Result.NOT_RUN}
