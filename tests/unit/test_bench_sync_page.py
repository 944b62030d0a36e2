"""The page of the benchmark of sync judges its figures itself."""

from typing import Any

import pytest

from bench.merging import Turn, reason, with_stamps
from bench.sync_page import Day, Measured, Size, goals, page


def run(what: str, inside: float, **more: Any) -> Measured:
    told = {"seconds": inside + 1, "read": 100, "written": 10, "memory": 300.0, "entities": 50} | more
    return Measured(what, inside=inside, **told)


def day(rate: float, delta: float, *, indexed: bool = False) -> Day:
    whats = ("delta", "sweep of what is left", "sweep of nothing", "deep run over everything")
    runs = [run("delta", delta), *(run(what, 1.0) for what in whats[1:])]
    return Day(rate, 20, 5, indexed, runs)


def size(clients: int, deltas: dict[float, float], **more: Any) -> Size:
    """A database whose full load takes 100 seconds, and its deltas after days of these rates so many."""
    full = run("full load", 100.0, entities=5000, read=100_000)
    idle = [run("delta of nothing", 0.5), run("sweep of nothing", 14.0)]
    days = [day(rate, seconds) for rate, seconds in deltas.items()]
    told: dict[str, Any] = {"idle": idle, "days": days}
    return Size(clients, 100_000, full, **(told | more))


def verdicts(small: Size, large: Size) -> list[str]:
    return [goal.verdict for goal in goals(small, large)]


SMALL = size(10, {0.1: 1.0})


def test_runs_within_every_bound_reach_every_goal():
    assert verdicts(SMALL, size(100, {0.1: 1.3, 1.5: 5.9})) == ["reached"] * 6


@pytest.mark.parametrize(
    ("goal", "large"),
    [
        ([0, 2], size(100, {0.1: 2.1, 1.5: 5.9})),
        ([1], size(100, {0.1: 1.3, 1.5: 6.1})),
        ([2], size(100, {0.1: 1.4, 1.5: 5.9})),
        ([3], size(100, {0.1: 1.3, 1.5: 5.9}, idle=[run("delta", 0.9, seconds=2.1), run("sweep", 14.0)])),
        ([4], size(100, {0.1: 1.3, 1.5: 5.9}, idle=[run("delta", 0.5), run("sweep", 16.0)])),
        ([5], size(100, {0.1: 1.3, 1.5: 5.9}, idle=[run("delta", 0.5), run("sweep", 14.0, memory=513.0)])),
    ],
)
def test_a_figure_out_of_bounds_misses_its_goal(goal, large):
    assert [at for at, verdict in enumerate(verdicts(SMALL, large)) if verdict == "missed"] == goal


def test_a_day_is_compared_with_the_same_day_of_a_tenth_of_the_clients():
    small = size(10, {}, days=[day(0.1, 1.0), day(0.1, 0.5, indexed=True)])
    large = size(100, {}, days=[day(0.1, 1.2), day(0.1, 0.6, indexed=True), day(1.5, 5.0)])
    (tenfold,) = (goal for goal in goals(small, large) if goal.promise.startswith("Ten times"))
    assert [round(figure or 0, 2) for figure in tenfold.measured.values()] == [1.2, 1.2]


def test_the_page_shows_every_run_and_what_the_others_missed():
    turns = [
        Turn("dlt", "1.0", "after the day", 5.0, 100.0, missed={"deleted": 3, "committed late": 2}),
        Turn("Sling", "", "after the day", failure="missing on this machine"),
    ]
    written = page(size(10, {0.1: 1.0}, turns=turns), size(100, {0.1: 1.3, 1.5: 5.9}), ["Today."])
    assert "| delta | 1.30 | 1.3% | 2.30 | 100 | 10 | 300 |" in written
    assert "| after the day | dlt 1.0 | 5.0 | 100 | 2 committed late, 3 deleted |" in written
    assert "| after the day | Sling | missing on this machine | | |" in written


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ({"change": "delete", "kind": "merge"}, "merged and gone"),
        ({"change": "delete", "kind": "note_deleted"}, "deleted"),
        ({"change": "update", "kind": "late_commit"}, "committed late"),
        ({"change": "update", "kind": "replication_touch"}, "DB_LAST_UPD alone moved"),
        ({"change": "update", "kind": "field_update", "net": "delta"}, "stamped"),
        ({"change": "update", "kind": "backdated_update", "net": "sweep"}, "stamp not moved or set back"),
        ({"change": "update", "kind": "silent_edit", "net": "deep"}, "no trace"),
    ],
)
def test_a_line_of_the_record_says_why_a_watermark_passes_it(line, why):
    assert reason(line) == why


def test_a_copy_holds_key_and_stamp_whatever_the_mappings_read():
    assert with_stamps({"S_ONE": ("NAME",)}) == {"S_ONE": ("LAST_UPD", "MODIFICATION_NUM", "NAME", "ROW_ID")}
