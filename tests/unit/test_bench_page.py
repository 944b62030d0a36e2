"""The benchmark's page judges its figures itself."""

from typing import Any

import pytest

from bench.page import Goal, Measured, goals, page


def load(seconds: float, memory: float = 300.0) -> dict[str, Any]:
    return {
        "seconds": seconds,
        "memory": memory,
        "servers": 1.0,
        "cpu": dict.fromkeys(("read", "map", "write", "rest"), 1.0),
    }


def copied(rival: str, seconds: float = 0.0, failure: str = "") -> dict[str, Any]:
    return {"rival": rival, "version": "1.0", "seconds": seconds, "memory": 100.0, "failure": failure}


def found(**changed: Any) -> dict[str, Any]:
    """Figures of a run in which a load takes 10 seconds from everywhere, and the yardstick 5."""
    kinds = ("postgres", "mariadb", "sqlite")
    whole: dict[str, Any] = {
        "rows": 1000,
        "copy": {"seconds": 5.0, "servers": 1.0},
        "made": dict.fromkeys(kinds, 70_000.0),
        "loads": {kind: load(10.0) for kind in kinds},
        "rivals": {
            kind: [copied("dlt", 60.0), copied("Sling", 12.0), copied("pgloader", 11.0)] for kind in kinds
        },
    }
    return whole | changed


def rivals_of(kind: str, **seconds: float) -> dict[str, Any]:
    """The rivals' copies, of which some took other times from one source."""
    times = {"dlt": 60.0, "Sling": 12.0, "pgloader": 11.0} | seconds
    return {"rivals": found()["rivals"] | {kind: [copied(*each) for each in times.items()]}}


def verdicts(large: dict[str, Any], small: dict[str, Any] | None = None) -> list[str]:
    return [goal.verdict for goal in goals(Measured({1: small or found(), 10: large}, 1, 10, 10))]


def test_a_run_within_every_bound_reaches_every_goal():
    assert verdicts(found()) == ["reached"] * 7


@pytest.mark.parametrize(
    ("goal", "changed"),
    [
        (0, {"copy": {"seconds": 3.9, "servers": 1.0}}),
        (1, rivals_of("sqlite", Sling=9.0)),
        (2, rivals_of("sqlite", pgloader=9.0)),
        (3, rivals_of("mariadb", dlt=49.0)),
        (6, {"made": found()["made"] | {"postgres": 59_999.0}}),
    ],
)
def test_one_figure_out_of_bounds_misses_its_goal_and_no_other(goal, changed):
    assert [at for at, verdict in enumerate(verdicts(found(**changed))) if verdict == "missed"] == [goal]


def test_memory_is_judged_in_itself_and_against_a_tenth_of_the_clients():
    loads = found()["loads"] | {"sqlite": load(10.0, memory=513.0)}
    assert verdicts(found(loads=loads))[4:6] == ["missed", "missed"]
    assert verdicts(found(loads=loads), found(loads=loads))[4:6] == ["missed", "reached"]


def test_less_than_ten_times_the_clients_say_nothing_about_memory():
    nine_times = goals(Measured({1: found(), 9: found()}, 1, 9, 9))
    assert [goal.verdict for goal in nine_times][5] == "not shown"


def test_a_rival_that_copied_nothing_proves_no_goal_and_is_named_on_the_page():
    missing = [
        copied("dlt", 60.0),
        copied("Sling", failure="missing on this machine"),
        copied("pgloader", 11.0),
    ]
    figures = found(rivals=dict.fromkeys(("postgres", "mariadb", "sqlite"), missing))
    assert verdicts(figures)[1:4] == ["not shown", "reached", "reached"]
    assert "| SQLite | Sling 1.0 | missing on this machine |" in page(Measured({10: figures}, 0, 0, 10), [])


def test_parts_that_were_not_run_reach_no_goal():
    assert {goal.verdict for goal in goals(Measured({}, 0, 0, 0))} == {"not shown"}


def test_a_goal_says_its_figures():
    assert str(Goal("At most 2", {"here": 1.25, "there": None}, most=2)) == (
        "- At most 2: **not shown** (here 1.25; there not measured)."
    )


def test_a_whole_page_shows_every_source_beside_the_yardstick_and_the_rivals():
    written = page(Measured({1: found(), 10: found()}, 1, 10, 10), ["Today."])
    assert "| PostgreSQL | 10.0 | 100 | 2.00 | 1, 1, 1, 1 | 1 | 300 MiB | 1.00 |" in written
    assert "| SQLite | dlt 1.0 | 60.0 | 17 | 100 MiB | 6.00 |" in written
