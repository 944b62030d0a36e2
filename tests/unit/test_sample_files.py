"""The files of the sample's attachments: one for each row that is no link, but for what the truth says of them."""

import csv
import hashlib
import sqlite3
from collections import Counter
from pathlib import Path

import pytest

from migrate.errors import Refused
from migrate.sample import Summary, make
from migrate.sample.attached import EMPTY, FAULTS, LOST, OLDER, OTHER_SIZE, RENAMED, STRAY
from reconciliation.filing import size
from tests.truth import CLIENTS, SEED, small_sample


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Holds `legacy.db`, `truth.csv` and `files`."""
    return tmp_path_factory.mktemp("sample")


@pytest.fixture(scope="module")
def summary(folder: Path) -> Summary:
    """The sample, made once for all tests of this module."""
    return small_sample(folder)


@pytest.fixture(scope="module")
def faults(folder: Path, summary: Summary) -> dict[tuple[str, str], str]:
    """(table, ROW_ID) -> what is wrong with its file."""
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as file:
        lines = [line for line in csv.DictReader(file) if line["note"] in {*FAULTS, STRAY}]
    assert {line["damage"] for line in lines} == {"X06"}
    return {(line["table"], line["row_id"]): line["note"] for line in lines}


@pytest.fixture(scope="module")
def stated(folder: Path, summary: Summary) -> dict[tuple[str, str], tuple[str, int]]:
    """(table, ROW_ID) -> revision and size of every attachment that is no link."""
    rows: dict[tuple[str, str], tuple[str, int]] = {}
    with sqlite3.connect(folder / "legacy.db") as database:
        for table in ("S_CASE_ATT", "S_ACTIVITY_ATT"):
            query = f"SELECT ROW_ID, FILE_REV_NUM, FILE_SIZE FROM {table} WHERE FILE_SRC_TYPE = 'FILE'"
            rows |= {(table, key): (revision, int(held)) for key, revision, held in database.execute(query)}
    database.close()
    return rows


def test_every_fault_is_there_at_least_three_times(faults: dict[tuple[str, str], str]) -> None:
    counts = Counter(faults.values())
    assert set(counts) == {*FAULTS, STRAY}
    assert min(counts.values()) >= 3


def test_the_files_are_those_that_the_rows_name_but_for_what_the_truth_says(
    folder: Path,
    summary: Summary,
    faults: dict[tuple[str, str], str],
    stated: dict[tuple[str, str], tuple[str, int]],
) -> None:
    expected = {}
    for (table, key), (revision, held) in stated.items():
        fault = faults.get((table, key))
        if fault == OLDER:
            expected[f"{table}_{key}_0.SAF"] = held
        if fault != LOST:
            named = "S_SR_ATT" if fault == RENAMED else table
            expected[f"{named}_{key}_{revision}.SAF"] = {EMPTY: 0, OTHER_SIZE: held // 2}.get(
                fault or "", held
            )
    files = {path.name: path for path in (folder / "files" / "att").iterdir()}
    strays = {f"{table}_{key}" for (table, key), fault in faults.items() if fault == STRAY}
    assert {name.rpartition("_")[0] for name in set(files) - set(expected)} == strays
    assert {name: size(files[name], held) for name, held in expected.items()} == expected
    assert summary.files == len(files)


def test_a_file_takes_less_than_a_thousand_bytes(folder: Path, summary: Summary) -> None:
    assert max(path.stat().st_size for path in (folder / "files" / "att").iterdir()) < 1_000


def test_the_same_seed_makes_the_same_files_and_files_change_no_row(
    folder: Path, summary: Summary, tmp_path: Path
) -> None:
    make(f"sqlite:///{tmp_path / 'again.db'}", CLIENTS, SEED, files=tmp_path / "files")
    make(f"sqlite:///{tmp_path / 'without.db'}", CLIENTS, SEED)
    assert _summed(tmp_path / "files") == _summed(folder / "files")
    assert _rows(tmp_path / "without.db") == _rows(folder / "legacy.db")


def test_a_folder_with_files_in_it_is_refused_and_nothing_of_it_or_the_database_is_touched(
    tmp_path: Path,
) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "S_CASE_ATT_1-A_0.SAF").write_bytes(b"somebody's")
    with pytest.raises(Refused, match="no empty folder"):
        make(f"sqlite:///{tmp_path / 'legacy.db'}", CLIENTS, SEED, files=tmp_path / "files", replace=True)
    assert _summed(tmp_path / "files") == {"S_CASE_ATT_1-A_0.SAF": hashlib.sha256(b"somebody's").hexdigest()}
    assert not (tmp_path / "legacy.db").exists()


def test_after_an_error_the_files_are_gone_again(tmp_path: Path) -> None:
    make(f"sqlite:///{tmp_path / 'legacy.db'}", CLIENTS, SEED)
    with pytest.raises(Refused, match="already holds"):
        make(f"sqlite:///{tmp_path / 'legacy.db'}", CLIENTS, SEED, files=tmp_path / "files")
    assert _summed(tmp_path / "files") == {}


def _summed(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def _rows(path: Path) -> str:
    with sqlite3.connect(path) as database:
        text = hashlib.sha256("\n".join(database.iterdump()).encode()).hexdigest()
    database.close()
    return text
