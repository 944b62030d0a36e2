"""A run from start to end, over a source and a platform in memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, cast

import pyarrow as pa
import pytest

from migrate.conditions import Column
from migrate.errors import Transient
from migrate.mapping.nouns import Consequence, Field, TableMap
from migrate.model import SliceKind, TargetColumn
from migrate.patience import Patience
from migrate.run import Parts, Run, start
from tests.builders import ID, TEXT, layout, mapping, target
from tests.fakes import MemorySource
from tests.fakes_platform import MemoryPlatform

LONG_AGO = datetime(1999, 12, 31, 23, 59)  # noqa: DTZ001  # a source's clock is naive UTC
LAYOUT = layout(target("thing", TargetColumn("name", TEXT), TargetColumn("parent_id", ID)))
FIELDS = (
    Field("name", (Column("NAME"),)),
    Field("parent_id", (Column("PARENT"),), ref="thing", otherwise=Consequence.HOLD),
)
THING = mapping(
    "thing", "THING", (TableMap("thing", "thing", "THING", fields=FIELDS),),
    reads={"THING": ("NAME", "PARENT", "ROW_ID")},
)  # fmt: skip
ROWS = pa.table({"ROW_ID": ["a", "b", "c"], "NAME": ["Ada", "Ben", "Cyd"], "PARENT": ["b", "c", None]})
"""A chain against the order of the keys."""


@pytest.fixture
def platform() -> MemoryPlatform:
    return MemoryPlatform(LAYOUT, system="shop")


@contextmanager
def opened(platform: MemoryPlatform) -> Iterator[Run]:
    source = MemorySource({"THING": ROWS}, now=LONG_AGO)
    with platform.state.lease() as lease:
        patience = Patience(0.1)
        parts = Parts(
            source, cast("Any", platform.state), platform.target, {"thing": THING}, LAYOUT, patience
        )
        yield start(parts, cast("Any", lease), batch_rows=1)


def test_ages_are_judged_against_the_clock_of_the_source(platform: MemoryPlatform) -> None:
    with opened(platform) as run:
        assert (run.opened.as_of, run.opened.high) == (LONG_AGO, LONG_AGO)


def test_what_waits_for_its_own_kind_is_taken_up_before_the_entity_is_done(platform: MemoryPlatform) -> None:
    with opened(platform) as run:
        assert [stage.kind for stage in run.stages] == [SliceKind.RANGE, SliceKind.KEYS]
        for stage in run.stages:
            for piece in stage.slices:
                run.move(piece)
        assert {row["name"] for row in platform.rows["thing"].values()} == {"Ada", "Ben", "Cyd"}
        assert run.finish().entities["thing"].created == 3


def test_a_second_look_is_tried_again_like_everything_else(platform: MemoryPlatform) -> None:
    told: list[str] = []
    with opened(platform) as run:
        ranges, looks = run.stages
        for piece in ranges.slices:
            run.move(piece)
        platform.fail_next = Transient("the connection was lost")
        run.release(notice=told.append)
        for piece in looks.slices:
            run.move(piece)
        assert run.finish().entities["thing"].created == 3
    assert ["the connection was lost" in line for line in told] == [True]
