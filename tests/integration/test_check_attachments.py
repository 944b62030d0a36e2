"""The check `attachments` on a loaded sample: a file for every document, then one fault after the other."""

import os
import shutil
import sqlite3
import zlib
from pathlib import Path

import pytest

from migrate.judging import evidence_root, judge
from migrate.project import Project
from migrate.sample import make
from reconciliation.checks.attachments import FILES, ROWS, SIZES
from reconciliation.evidence import Limits
from reconciliation.folder import Folder
from reconciliation.model import Kind, Result
from tests.databases import NewDatabase
from tests.journeys import connected, full_load, project
from tests.truth import read_truth, wrong_files

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def loaded(new_module_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a file for every attachment that is no link."""
    folder = tmp_path_factory.mktemp("files") / "p"
    legacy, platform = new_module_database("sqlite"), new_module_database("postgres")
    make(legacy, 500, 1, folder.parent / "truth.csv", files=folder.parent / "made")
    project(folder, legacy, platform)
    full_load(folder)
    (folder / "clean").mkdir()
    with sqlite3.connect(legacy.removeprefix("sqlite:///")) as database:
        for table in ("S_CASE_ATT", "S_ACTIVITY_ATT"):
            query = f"SELECT ROW_ID, FILE_REV_NUM, FILE_SIZE FROM {table} WHERE FILE_SRC_TYPE <> 'URL'"
            for key, revision, size in database.execute(query).fetchall():
                path = folder / "clean" / f"{table}_{key}_{revision or 0}.SAF"
                path.touch()
                os.truncate(path, int(size or 0))
    database.close()
    settings = folder / "migrate.toml"
    text = settings.read_text().replace("[legacy]\n", '[legacy]\nfiles = "files"\n')
    settings.write_text(text)
    return folder


@pytest.fixture
def files(loaded: Path) -> Path:
    """The files, to be damaged."""
    place = loaded / "files"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    for path in (loaded / "clean").iterdir():
        (place / path.name).hardlink_to(path)
    return place


def found(folder: Path) -> dict[str, list[dict[str, str]]]:
    """Subject -> its differences."""
    summary = judge(Project.find(folder), checks=["attachments"])
    kept = Folder.open(evidence_root(Project.find(folder)), summary.name)
    lines = kept.all_differences().to_pylist()
    assert {line["kind"] for line in lines} <= {Kind.FILE.value}
    results = {each.subject.name: each.result for each in summary.findings}
    differing = {line["subject"] for line in lines}
    assert results == {
        name: Result.DIFFERENT if name in differing else Result.SAME for name in (ROWS, FILES, SIZES)
    }
    return {name: [line for line in lines if line["subject"] == name] for name in differing}


def some(folder: Path, files: Path, table: str = "S_CASE_ATT") -> Path:
    """The file of a document that was loaded."""
    with connected((folder / "platform.url").read_text()) as connection:
        query = "SELECT s.row_id FROM migration.quarantine s WHERE s.row_id IS NOT NULL"
        aside = {str(row[0]) for row in connection.execute(query).fetchall()}
    paths = sorted(files.glob(f"{table}_*.SAF"))
    return next(p for p in paths if p.name.split("_")[-2] not in aside and p.stat().st_size > 2_000)


def test_with_a_file_for_every_document_nothing_differs(loaded: Path, files: Path) -> None:
    assert found(loaded) == {}


def test_what_is_wrong_with_the_files_of_the_sample_is_found_and_nothing_else(
    loaded: Path, files: Path
) -> None:
    shutil.rmtree(files)
    files.symlink_to(loaded.parent / "made", target_is_directory=True)
    lines = found(loaded)
    files.unlink()
    told = [(subject, line["table"], line["row"]) for subject in lines for line in lines[subject]]
    expected = wrong_files(read_truth(loaded.parent / "truth.csv"))
    assert sorted(told) == sorted(expected)
    assert set(lines) == {ROWS, FILES, SIZES}


def test_a_document_without_its_file_is_told_with_its_row(loaded: Path, files: Path) -> None:
    lost = sorted(files.glob("S_CASE_ATT_*.SAF"))[:200]
    for path in lost:
        path.unlink()
    lines = found(loaded)[ROWS]
    assert 100 < len(lines) <= 200
    assert {line["row"] for line in lines} <= {path.name.split("_")[-2] for path in lost}
    assert all(line["key"] and line["table"] == "S_CASE_ATT" for line in lines)


def test_a_file_without_a_row_is_told_and_its_name_is_a_protected_value(loaded: Path, files: Path) -> None:
    (files / "S_CASE_ATT_1-NOWHERE_0.SAF").touch()
    (files / "Tremblay passport.pdf").touch()
    lines = found(loaded)[FILES]
    assert {line["legacy"] for line in lines} == {"S_CASE_ATT_1-NOWHERE_0.SAF", "Tremblay passport.pdf"}
    told = [
        str(value) for line in lines for name, value in line.items() if name not in ("legacy", "platform")
    ]
    assert not [text for text in told if "Tremblay" in text]


def test_a_file_under_the_name_of_another_table_is_found_and_told(loaded: Path, files: Path) -> None:
    path = some(loaded, files)
    renamed = path.name.replace("S_CASE_ATT", "S_OLD_ATT")
    path.rename(path.with_name(renamed))
    (line,) = found(loaded)[ROWS]
    assert (line["column"], line["platform"]) == ("name", renamed)


@pytest.mark.parametrize("content", [b"", b"too short", zlib.compress(b"too short")])
def test_another_size_is_told(loaded: Path, files: Path, content: bytes) -> None:
    path = some(loaded, files)
    path.unlink()
    path.write_bytes(content)
    (line,) = found(loaded)[SIZES]
    assert line["row"] == path.name.split("_")[-2]
    assert line["legacy"] == str(len(content) and len(b"too short"))


def test_a_container_of_the_stated_size_and_an_older_revision_are_right(loaded: Path, files: Path) -> None:
    path = some(loaded, files)
    held = path.stat().st_size
    path.unlink()
    path.write_bytes(zlib.compress(bytes(held)))
    (files / f"{path.name.rpartition('_')[0]}_older.SAF").touch()
    assert found(loaded) == {}


def test_without_the_setting_nothing_is_declared_and_the_evidence_says_what_was_not_checked(
    loaded: Path, tmp_path: Path
) -> None:
    project(tmp_path / "p", (loaded / "legacy.url").read_text(), (loaded / "platform.url").read_text())
    summary = judge(Project.find(tmp_path / "p"), checks=["attachments"])
    assert summary.findings == ()
    kept = Folder.open(evidence_root(Project.find(tmp_path / "p")), summary.name)
    assert "the files themselves" in " ".join(each["reason_en"] for each in kept.context()["unchecked"])


def test_a_folder_that_cannot_be_read_is_an_error_and_no_empty_folder(loaded: Path, files: Path) -> None:
    shutil.rmtree(files)
    summary = judge(Project.find(loaded), checks=["attachments"])
    assert {each.result for each in summary.findings} == {Result.ERROR}


def test_stopped_at_a_limit_it_is_not_run(loaded: Path, files: Path) -> None:
    summary = judge(Project.find(loaded), checks=["attachments"], limits=Limits(differences=0))
    assert {each.result for each in summary.findings} == {Result.NOT_RUN}
