"""`migrate status` says how old the oldest unseen change can be: what each kind of run adds, and what it does not."""

import re
import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.commandline import document, platform, run
from tests.small_project import OFFICE, small_project

KINDS = ("stamped", "moved", "vanished", "silent")


@pytest.fixture
def project(tmp_path: Path, postgres_url: str) -> Path:
    """Offices tell of changes, users do not. Nothing was loaded yet."""
    made = small_project(tmp_path, platform=postgres_url)
    nights(made, 1)
    mapping = OFFICE.replace("root:", "changes: {stamps: [LAST_UPD]}\nroot:")
    (made / "mappings" / "office.yaml").write_text(mapping)
    assert run(made, "platform", "upgrade").exit_code == 0
    return made


def nights(project: Path, number: int) -> None:
    """In how many runs a deep one reads everything."""
    settings = project / "migrate.toml"
    settings.write_text(
        re.sub(r"(?m)^#? ?deep_nights = \d+", f"deep_nights = {number}", settings.read_text())
    )
    assert f"\ndeep_nights = {number}" in settings.read_text()


def unseen(project: Path, entity: str = "office") -> dict[str, Any]:
    told: dict[str, Any] = document(project, "status")["unseen"][entity]
    return told


def until(project: Path, entity: str = "office") -> dict[str, str | None]:
    told = unseen(project, entity)
    return {kind: told[kind]["until"] for kind in KINDS}


def windows(project: Path) -> list[str]:
    """The end of each run's window, as the status writes it."""
    with platform(project) as connection:
        found = connection.execute("SELECT window_high FROM migration.run ORDER BY id").fetchall()
    return [f"{moment:%Y-%m-%dT%H:%M:%SZ}" for (moment,) in found if isinstance(moment, datetime)]


def apart(project: Path) -> None:
    """Runs of this test lie hours apart by the source's clock; the next one is of now."""
    with platform(project) as connection:
        connection.execute("UPDATE migration.run SET window_high = window_high - interval '5 hours'")


def test_before_the_first_run_nothing_was_seen(project: Path) -> None:
    told = unseen(project)
    assert [told[kind] for kind in KINDS] == [{"until": None, "age": None}] * 4
    assert (told["mapping_changed"], told["candidates"], told["deep"]) == (False, 0, None)


def test_each_run_says_of_the_changes_that_it_could_see_that_they_were_seen(project: Path) -> None:
    modes = ["full", "delta", "sweep", "deep", "full"]
    found = []
    for mode in modes:
        apart(project)
        assert run(project, "run", "--mode", mode).exit_code in (0, 1), mode
        found.append((until(project), windows(project)))
    newest = [{kind: ends.index(str(end)) for kind, end in seen.items()} for seen, ends in found]
    assert newest == [
        {"stamped": 0, "moved": 0, "vanished": 0, "silent": 0},
        {"stamped": 1, "moved": 0, "vanished": 0, "silent": 0},
        {"stamped": 2, "moved": 2, "vanished": 2, "silent": 0},
        {"stamped": 2, "moved": 2, "vanished": 2, "silent": 3},
        {"stamped": 4, "moved": 4, "vanished": 2, "silent": 4},
    ]


def test_of_an_entity_without_stamps_every_delta_sees_everything(project: Path) -> None:
    for mode in ("full", "delta"):
        apart(project)
        run(project, "run", "--mode", mode)
    assert set(until(project, "user").values()) == {windows(project)[1]}


def test_a_second_full_run_does_not_say_that_what_is_gone_was_seen(project: Path) -> None:
    for _ in range(2):
        apart(project)
        run(project, "run", "--mode", "full")
    first, second = windows(project)
    assert (until(project)["vanished"], until(project)["moved"]) == (first, second)


def test_a_run_that_is_not_done_has_seen_nothing(project: Path) -> None:
    run(project, "run", "--mode", "full")
    before = until(project)
    apart(project)
    run(project, "run", "--mode", "sweep")
    with platform(project) as connection:
        connection.execute("UPDATE migration.run SET status = 'interrupted' WHERE mode = 'sweep'")
    assert until(project).keys() == before.keys()
    assert set(until(project).values()) == {windows(project)[0]}


def test_a_deep_cycle_under_way_is_told_and_counts_when_it_is_through(project: Path) -> None:
    nights(project, 3)
    settings = project / "migrate.toml"
    settings.write_text(settings.read_text().replace("batch_rows = 50000", "batch_rows = 1"))
    run(project, "run", "--mode", "full")
    apart(project)
    run(project, "run", "--mode", "deep")
    told = unseen(project)
    assert told["deep"]["closed"] + unseen(project, "user")["deep"]["closed"] > 0
    assert told["deep"]["closed"] < told["deep"]["batches"]
    assert told["silent"]["until"] == windows(project)[0]
    for _ in range(60):
        if not unseen(project)["deep"]:
            break
        run(project, "run", "--mode", "deep")
    assert until(project)["silent"] == windows(project)[1]


def test_ages_are_by_the_clock_of_the_source(project: Path) -> None:
    run(project, "run", "--mode", "full")
    apart(project)
    age = unseen(project)["stamped"]["age"]
    assert 5 * 3600 <= age < 6 * 3600
    assert "6 h" in run(project, "status").stdout
    (project / "legacy.db").rename(project / "elsewhere.db")
    assert unseen(project)["stamped"]["age"] is None
    assert windows(project)[0] in run(project, "status").stdout


def test_a_mapping_that_changed_and_keys_that_wait_are_told(project: Path) -> None:
    run(project, "run", "--mode", "full")
    mapping = project / "mappings" / "office.yaml"
    mapping.write_text(mapping.read_text().replace("do: [trim], ", ""))
    with platform(project) as connection:
        connection.execute("INSERT INTO migration.candidate VALUES ('office', '0-A', 'delta', FALSE)")
    told = unseen(project)
    assert (told["mapping_changed"], told["candidates"]) == (True, 1)
    assert not unseen(project, "user")["mapping_changed"]
    result = run(project, "status")
    assert "mapping changed" in result.stdout
    assert "migrate run --mode full" in result.stderr


def test_a_change_that_is_older_than_what_the_status_says_was_followed(project: Path) -> None:
    """The sentence itself: whatever was done before the instant that is told stands on the platform."""
    run(project, "run", "--mode", "full")
    with sqlite3.connect(project / "legacy.db") as database:
        database.execute("UPDATE S_BU SET NAME = 'silent' WHERE ROW_ID = '0-A'")
        database.execute("UPDATE S_BU SET NAME = 'stale', LAST_UPD = '2019-01-01' WHERE ROW_ID = '0-B'")
        database.execute("DELETE FROM S_BU WHERE ROW_ID = '0-C'")
    database.close()
    followed = {}
    for mode in ("delta", "sweep", "deep"):
        run(project, "run", "--mode", mode, "--max-vanished", "50%")
        with platform(project) as connection:
            rows = connection.execute("SELECT name FROM case_platform.office").fetchall()
        followed[mode] = {str(name) for (name,) in rows}
    assert {"silent", "stale"} & followed["delta"] == set()
    assert {"silent", "stale"} & followed["sweep"] == {"stale"}
    assert {"silent", "stale"} & followed["deep"] == {"stale", "silent"}
