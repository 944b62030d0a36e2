"""Batches by bytes: what the plan does with rows that are wide."""

from pathlib import Path

import pyarrow as pa

from migrate.conditions import Column
from migrate.mapping.nouns import Field, TableMap
from migrate.model import TargetColumn
from migrate.plan import Plan
from migrate.planning import UNBOUND, make_plan
from migrate.project import Project
from migrate.project.memory import batch_bytes
from migrate.sample import make
from tests.builders import TEXT, layout, mapping, target
from tests.fakes import MemorySource

LAYOUT = layout(target("thing", TargetColumn("name", TEXT)))
THING = mapping(
    "thing", "THING", (TableMap("thing", "thing", "THING", fields=(Field("name", (Column("NAME"),)),)),),
    reads={"THING": ("NAME", "ROW_ID")},
)  # fmt: skip
ROWS = 2_000
MEBIBYTE = 1 << 20


def plan(width: int, *, batch_rows: int = ROWS, bytes_: int = UNBOUND) -> Plan:
    keys = [f"{number:05}" for number in range(ROWS)]
    rows = pa.table({"ROW_ID": keys, "NAME": ["x" * width] * ROWS})
    return make_plan(
        MemorySource({"THING": rows}), {"thing": THING}, batch_rows=batch_rows, batch_bytes=bytes_
    )


def batches(made: Plan) -> int:
    return sum(len(piece.ranges) for piece in made.slices)


def test_wide_rows_make_more_and_smaller_batches() -> None:
    assert batches(plan(1_000)) == 1
    assert batches(plan(1_000, bytes_=MEBIBYTE)) == 2
    assert batches(plan(2_000, bytes_=MEBIBYTE)) == 5
    assert plan(2_000, bytes_=MEBIBYTE).entities[0].keys_per_batch == 400


def test_narrow_rows_are_bounded_by_their_number() -> None:
    assert batches(plan(10, batch_rows=1_000, bytes_=MEBIBYTE)) == 2
    assert batches(plan(10, batch_rows=100, bytes_=1)) == 20


def test_every_key_is_in_one_range_whatever_bounds_the_batch() -> None:
    ranges = [piece for slice_ in plan(2_000, bytes_=MEBIBYTE).slices for piece in slice_.ranges]
    assert [piece.high for piece in ranges[:-1]] == [piece.low for piece in ranges[1:]]
    assert (ranges[0].low, ranges[-1].high) == (None, None)


def test_more_memory_allows_bigger_batches_and_too_little_still_allows_some() -> None:
    assert batch_bytes(1 << 30) > batch_bytes(512 << 20) > 12 * MEBIBYTE
    assert batch_bytes(1) == MEBIBYTE


def test_the_settings_bound_the_batches_of_a_project(sqlite_url: str, tmp_path: Path) -> None:
    make(sqlite_url, 600, 1)
    assert _planned(tmp_path, sqlite_url, "1MiB") > _planned(tmp_path, sqlite_url, "512MiB")


def _planned(folder: Path, legacy: str, memory: str) -> int:
    settings = f'[legacy]\nurl = "{legacy}"\n[limits]\nmemory = "{memory}"\n'
    (folder / "migrate.toml").write_text(settings)
    return batches(Project.find(folder).plan(("application",)))
