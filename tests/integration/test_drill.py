"""The drill: what it plants is found, what it touches is a copy, and what it proves nothing by is said to."""

import json
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from migrate.drilling import Score, drill
from migrate.drilling.faults import FAULTS
from migrate.drilling.mutations import KINDS
from migrate.errors import Refused
from migrate.judging import evidence_root, judge
from migrate.project import Project
from migrate.sample import make
from reconciliation.folder import Folder
from tests.databases import NewDatabase
from tests.journeys import content, full_load, project

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def loaded(new_module_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """(project, URL of its platform)"""
    folder, platform = tmp_path_factory.mktemp("drill") / "p", new_module_database("postgres")
    legacy = new_module_database("sqlite")
    make(legacy, 500, 1)
    project(folder, legacy, platform)
    full_load(folder)
    return folder, platform


@pytest.fixture(scope="module")
def drilled(loaded: tuple[Path, str]) -> tuple[Score, dict[str, str], dict[str, str]]:
    """(score, content of the platform before it, and after it)"""
    folder, platform = loaded
    before = content(platform)
    score = drill(Project.find(folder), faults=2, mutations=2, seed=1)
    return score, before, content(platform)


def databases(platform: str) -> set[str]:
    url = make_url(platform).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as connection:
        return {str(name) for (name,) in connection.execute("SELECT datname FROM pg_database")}


def test_every_class_is_planted_or_said_to_have_found_no_place(drilled):
    score, *_ = drilled
    assert {*score.classes, *score.unplanted, *(told.partition(":")[0] for told in score.idle)} == {
        *FAULTS,
        *KINDS,
    }
    assert score.planted >= 2 * len(FAULTS) - 2 * len(score.unplanted)


def test_what_is_missed_is_a_column_that_nobody_compares(drilled, loaded):
    score, *_ = drilled
    folder = (
        Folder.open(evidence_root(Project.find(loaded[0])))
        if evidence_root(Project.find(loaded[0])).exists()
        else None
    )
    summary = judge(Project.find(loaded[0]), checks=["counts"])
    folder = Folder.open(evidence_root(Project.find(loaded[0])), summary.name)
    unchecked = {f"{each['table']}.{each['column']}" for each in folder.context()["unchecked"]}
    missed = {place for each in score.classes.values() for place in each.missed}
    assert missed <= unchecked
    assert score.caught >= 0.9 * score.planted


def test_a_wrong_mapping_is_found_by_its_table_or_column(drilled):
    score, *_ = drilled
    mutations = [score.classes[kind] for kind in KINDS if kind in score.classes]
    assert mutations
    assert all(each.caught == each.planted for each in mutations)


def test_the_platform_is_what_it_was_and_the_copies_are_gone(drilled, loaded):
    _, before, after = drilled
    assert before == after
    assert not [name for name in databases(loaded[1]) if "_drill_" in name]


def test_the_score_stands_in_the_evidence_of_the_next_reconciliation(drilled, loaded):
    score, *_ = drilled
    summary = judge(Project.find(loaded[0]), checks=["counts"])
    told = Folder.open(evidence_root(Project.find(loaded[0])), summary.name).context()["drill"]
    assert (told["planted"], told["caught"]) == (score.planted, score.caught)
    assert json.dumps(told)  # plain values alone


def test_a_reconciliation_that_looks_at_nothing_catches_nothing(loaded, monkeypatch):
    """The score is earned: asked for counts alone, it falls."""
    monkeypatch.setattr("migrate.drilling.running.SEARCHED", ("counts",))
    score = drill(Project.find(loaded[0]), faults=1, mutations=0, seed=1)
    assert score.planted > 10
    assert score.caught == 0


def test_while_somebody_is_connected_it_is_refused_with_a_way_out(loaded):
    url = make_url(loaded[1]).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url), pytest.raises(Refused, match="somebody else has a session") as refused:
        drill(Project.find(loaded[0]), faults=1, mutations=0)
    assert "restore a copy" in refused.value.remedy


def test_the_same_seed_plants_the_same(loaded):
    scores = [drill(Project.find(loaded[0]), faults=1, mutations=0, seed=5) for _ in range(2)]
    assert scores[0].classes == scores[1].classes
