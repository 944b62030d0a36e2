"""A reconciliation that was killed goes on behind its last whole step, and finds what an undisturbed one finds."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from migrate.errors import Refused
from migrate.judging import evidence_root, judge
from migrate.project import Project
from migrate.sample import make
from reconciliation.folder import UNFINISHED, Folder
from reconciliation.model import Finding
from tests.databases import NewDatabase
from tests.journeys import full_load, project
from tests.torture import times

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

ROOT = Path(__file__).parents[2]
CHECKS = ("counts", "rows", "relations", "identity")


@pytest.fixture(scope="module")
def loaded(new_module_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("resume") / "p"
    legacy = new_module_database("sqlite")
    make(legacy, 500, 1)
    project(folder, legacy, new_module_database("postgres"))
    full_load(folder)
    return folder


@pytest.fixture(scope="module")
def undisturbed(loaded: Path) -> tuple[Finding, ...]:
    return judge(Project.find(loaded), checks=CHECKS).findings


def begun(folder: Path) -> subprocess.Popen[bytes]:
    words = [f"--check={check}" for check in CHECKS]
    command = [sys.executable, "-m", "migrate", "reconcile", *words, "--project", str(folder)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def steps(folder: Path) -> int:
    """How many are done of the newest that is not ended."""
    newest = max(evidence_root(Project.find(folder)).glob(f"*/{UNFINISHED}"), default=None)
    return 0 if newest is None else len(json.loads(newest.read_text())["done"])


def killed(folder: Path, after: int) -> int:
    """Kill one with signal 9 as soon as so many steps are done; how many there were then."""
    process = begun(folder)
    while process.poll() is None and steps(folder) < after:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    return steps(folder)


def test_killed_at_random_moments_and_resumed_it_finds_what_an_undisturbed_one_finds(
    loaded, undisturbed, torture
):
    seed = random.randrange(2**32)
    chance = random.Random(seed)
    for _ in range(times(3, 20)):
        done = killed(loaded, chance.randint(1, 12))
        summary = judge(Project.find(loaded), checks=CHECKS, resume=True)
        assert summary.findings == undisturbed, f"seed {seed}"
        manifest = Folder.open(evidence_root(Project.find(loaded)), summary.name).manifest()
        assert len(manifest["resumed"]) == 1, f"seed {seed}"
        assert manifest["moment"]["how"] == "two_looks"
        assert done >= 1


def test_what_was_written_after_the_last_whole_step_is_cut_off(loaded, undisturbed):
    killed(loaded, 4)
    newest = max(evidence_root(Project.find(loaded)).glob(f"*/{UNFINISHED}")).parent
    with (newest / "measures.jsonl").open("a") as measures:
        measures.write('{"check": "rows", "entity": "client", "subj')
    assert judge(Project.find(loaded), checks=CHECKS, resume=True).findings == undisturbed


def test_an_unfinished_one_is_no_evidence_and_is_not_rendered(loaded):
    before = {folder.path.name for folder in Folder.closed(evidence_root(Project.find(loaded)))}
    killed(loaded, 2)
    root = evidence_root(Project.find(loaded))
    assert {folder.path.name for folder in Folder.closed(root)} == before
    shutil.rmtree(max(root.glob(f"*/{UNFINISHED}")).parent)


def test_it_is_not_resumed_for_another_question_nor_where_there_is_none(loaded):
    with pytest.raises(Refused, match="no reconciliation was left unfinished"):
        judge(Project.find(loaded), checks=CHECKS, resume=True)
    killed(loaded, 1)
    with pytest.raises(Refused, match="cannot be resumed") as refused:
        judge(Project.find(loaded), checks=("counts",), resume=True)
    assert "checks" in refused.value.why
    shutil.rmtree(max(evidence_root(Project.find(loaded)).glob(f"*/{UNFINISHED}")).parent)
