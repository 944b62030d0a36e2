"""What each net promises by itself, on a small day of work: what it sees, what it leaves alone, when it stops."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from migrate.errors import Refused
from migrate.project import Project
from tests.databases import NewDatabase
from tests.journeys import connected, left, run_once
from tests.small_day import SmallDay
from tests.small_project import at_source

READS = ("boundaries", "count", "has_rows", "snapshot")


@pytest.fixture
def platform(new_database: NewDatabase) -> str:
    return new_database("postgres")


@pytest.fixture
def project(tmp_path: Path, platform: str) -> Path:
    """Loaded; the day's work is not done yet."""
    made = SmallDay.made(tmp_path).project(tmp_path, platform=platform)
    Project.find(made).upgrade()
    run_once(made, "full")
    return made


def ask(platform: str, statement: str) -> list[tuple[Any, ...]]:
    with connected(platform) as connection:
        return connection.execute(statement.encode()).fetchall()


def names(platform: str) -> set[str]:
    return {name for (name,) in ask(platform, "SELECT name FROM case_platform.office")}


def cause(platform: str, key: str) -> str:
    """Why the crosswalk says of an office what it says now."""
    line = f"SELECT cause FROM migration.crosswalk WHERE key = '{key}' AND entity = 'office' AND valid_to = 'infinity'"
    ((found,),) = ask(platform, line)
    return str(found)


def test_a_change_that_is_committed_twenty_minutes_late_is_seen_by_the_next_delta(
    project: Path, platform: str
) -> None:
    late = "strftime('%Y-%m-%d %H:%M:%f000', 'now', '-20 minutes')"
    at_source(project, f"UPDATE S_BU SET NAME = 'Gatineau', LAST_UPD = {late} WHERE ROW_ID = '0-B'")
    run_once(project, "delta")
    assert "Gatineau" in names(platform)


@pytest.mark.parametrize("mode", ["delta", "sweep", "full"])
def test_a_table_that_came_back_empty_stops_every_net_and_nothing_is_written(
    project: Path, platform: str, mode: str
) -> None:
    before = left(platform)
    at_source(project, "DELETE FROM S_BU")
    with pytest.raises(Refused, match="S_BU has 0 rows"), Project.find(project).open_run(mode):
        raise AssertionError("it was opened")
    assert left(platform) == before


def test_a_sweep_stops_when_more_is_gone_than_may_be(project: Path, platform: str) -> None:
    some = [f"('9-{n}', 'Office {n}', '2020-01-01', '0-1', '2020-01-01', '0-1')" for n in range(40)]
    columns = "(ROW_ID, NAME, CREATED, CREATED_BY, LAST_UPD, LAST_UPD_BY)"
    at_source(project, f"INSERT INTO S_BU {columns} VALUES {', '.join(some)}")
    run_once(project, "sweep")
    before = names(platform)
    gone = (
        "DELETE FROM S_BU WHERE ROW_ID LIKE '9-1%'"  # eleven; their places are taken, so that none is missing
    )
    at_source(project, gone, f"INSERT INTO S_BU {columns} SELECT 'x' || ROW_ID, NAME, CREATED, CREATED_BY, LAST_UPD,"
           " LAST_UPD_BY FROM S_BU WHERE ROW_ID LIKE '9-2%'")  # fmt: skip
    with pytest.raises(Refused, match="11 of"), Project.find(project).open_run("sweep"):
        raise AssertionError("it was opened")
    assert names(platform) == before
    with Project.find(project).open_run("sweep", max_vanished=Decimal("0.5")) as run:
        for stage in run.stages:
            for piece in stage.slices:
                run.move(piece)
        run.finish()
    assert cause(platform, "9-1") == "vanished"


def test_what_is_back_when_it_is_looked_for_again_is_not_buried(project: Path, platform: str) -> None:
    at_source(project, "CREATE TABLE ASIDE AS SELECT * FROM S_BU WHERE ROW_ID = '0-C'",
           "DELETE FROM S_BU WHERE ROW_ID = '0-C'")  # fmt: skip
    with Project.find(project).open_run("sweep") as run:
        at_source(project, "INSERT INTO S_BU SELECT * FROM ASIDE")
        for stage in run.stages:
            for piece in stage.slices:
                run.move(piece)
        run.finish()
    assert cause(platform, "0-C") == "first_load"


def test_what_a_sweep_found_before_it_was_broken_off_is_taken_up_by_a_delta(
    project: Path, platform: str
) -> None:
    at_source(project, "DELETE FROM S_BU WHERE ROW_ID = '0-C'")
    with pytest.raises(KeyboardInterrupt), Project.find(project).open_run("sweep"):
        raise KeyboardInterrupt
    assert cause(platform, "0-C") == "first_load"
    run_once(project, "delta")
    assert cause(platform, "0-C") == "vanished"


@pytest.mark.parametrize("mode", ["full", "delta", "sweep", "deep"])
def test_the_window_ends_at_the_clock_of_the_source_before_anything_was_read(
    project: Path, mode: str
) -> None:
    with Recorded.find(project).open_run(mode) as run:
        pass
    first = next(place for place, (name, _) in enumerate(Recorded.calls) if name in READS)
    told = [answer for name, answer in Recorded.calls[:first] if name == "clock"]
    assert told == [run.opened.high]


class Recorded(Project):
    """A project whose source's answers are kept."""

    calls: list[tuple[str, datetime]]

    def source(self) -> Any:
        Recorded.calls = []
        return _Recording(super().source(), Recorded.calls)


class _Recording:
    def __init__(self, real: Any, calls: list[tuple[str, Any]]) -> None:
        self._real, self._calls = real, calls

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._real, name)
        return (
            found
            if not callable(found)
            else self._snapshot
            if name == "snapshot"
            else self._kept(name, found)
        )

    def _kept(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            answer = method(*arguments, **options)
            self._calls.append((name, answer))
            return answer

        return call

    @contextmanager
    def _snapshot(self, *arguments: Any) -> Iterator[Any]:
        self._calls.append(("snapshot", None))
        with self._real.snapshot(*arguments) as reader:
            yield reader
