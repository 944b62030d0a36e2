"""Files of the Siebel File System: their names, and how much they hold."""

import os
import zlib
from pathlib import Path

import pytest

from reconciliation.filing import Filing, size


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    made = tmp_path / "siebelfs"
    (made / "att" / "deep").mkdir(parents=True)
    return made


def test_a_plain_file_holds_its_bytes_and_a_sparse_one_takes_no_room(tmp_path: Path) -> None:
    path = tmp_path / "plain"
    path.touch()
    os.truncate(path, 5_000_000)
    assert size(path, 5_000_000) == 5_000_000


@pytest.mark.parametrize("count", [0, 1, 70_000, 300_000])
def test_a_container_holds_what_it_unpacks_to(tmp_path: Path, count: int) -> None:
    path = tmp_path / "packed"
    path.write_bytes(zlib.compress(os.urandom(count)))
    assert size(path, count) == count


def test_of_a_bomb_no_more_is_unpacked_than_a_byte_beyond_what_is_stated(tmp_path: Path) -> None:
    path = tmp_path / "bomb"
    path.write_bytes(zlib.compress(bytes(50_000_000)))
    assert size(path, 1_000) == 1_001


def test_a_container_that_is_broken_off_is_taken_as_the_file_that_it_is(tmp_path: Path) -> None:
    path, packed = tmp_path / "broken", zlib.compress(os.urandom(1_000))[:-100]
    path.write_bytes(packed)
    assert size(path, 1_000) == len(packed)


def test_files_are_found_by_row_id_flat_and_in_subfolders_and_strays_are_what_nobody_asked_for(
    tree: Path,
) -> None:
    for name in (
        "S_CASE_ATT_1-A_0.SAF",
        "att/S_CASE_ATT_1-B_0.SAF",
        "att/deep/s_case_att_1-B_2.saf",
        "att/notes.txt",
    ):
        (tree / name).touch()
    filing = Filing.read([tree], tree.parent / "files.db")
    assert [(f.table, f.key, f.revision) for f in filing.of(["1-B"])] == [
        ("S_CASE_ATT", "1-B", "0"),
        ("S_CASE_ATT", "1-B", "2"),
    ]
    assert filing.count == 4
    assert [f.path.name for f in filing.strays()] == ["S_CASE_ATT_1-A_0.SAF", "notes.txt"]
    filing.close()


def test_a_folder_that_is_not_there_is_no_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nowhere"):
        Filing.read([tmp_path / "nowhere"], tmp_path / "files.db")
