"""Seals as files: two writers do not disturb each other, and what is no seal disturbs nobody."""

import hashlib
from contextlib import suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from reconciliation.seals import Seals, Told, Writing


def write(new: Writing, reconciliation: str, rows: int) -> None:
    new.add("roots", "", pa.array([0]), pa.array([rows]))
    new.told = Told("terms", reconciliation, reconciliation, "", "2026-01-01T00:00:00", 256, {})


def test_two_that_are_at_work_at_once_each_write_a_whole_seal(tmp_path: Path) -> None:
    one, other = (Seals(tmp_path, "1.0", {}) for _ in range(2))
    with one.writing("client") as first, other.writing("client") as second:
        write(first, "one", 1)
        write(second, "other", 2)
    assert one.made_by("other") == {}, "the last to be put in its place counts: that of `one`"
    (sha256,) = one.made_by("one").values()
    seal = Seals(tmp_path, "1.0", {"client": sha256}).of("client", "terms")
    assert seal is not None
    assert seal.counts("roots")[0] == 1
    assert [path.name for path in tmp_path.iterdir()] == ["client.parquet"]


def test_one_that_fails_leaves_the_seal_from_before(tmp_path: Path) -> None:
    seals = Seals(tmp_path, "1.0", {})
    with seals.writing("client") as new:
        write(new, "one", 1)
    before = seals.made_by("one")
    with suppress(ConnectionError), seals.writing("client") as new:
        write(new, "other", 2)
        raise ConnectionError
    assert seals.made_by("one") == before
    assert [path.name for path in tmp_path.iterdir()] == ["client.parquet"]


@pytest.mark.parametrize("content", [b"", b"no seal", b"PAR1 cut off"])
def test_a_damaged_seal_counts_for_nothing_and_stops_nobody(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "client.parquet").write_bytes(content)
    seals = Seals(tmp_path, "1.0", {"client": hashlib.sha256(b"another").hexdigest()})
    assert seals.of("client", "terms") is None
    assert seals.made_by("one") == {}


def test_a_table_that_is_no_seal_counts_for_nothing_and_stops_nobody(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1]}), tmp_path / "client.parquet")
    assert Seals(tmp_path, "1.0", {}).made_by("one") == {}
