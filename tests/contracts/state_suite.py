"""What every State must do beside the batches of the load. Subclass StateSuite and give it a fixture `state`."""

from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest

from migrate.errors import Busy, Defect
from migrate.model import KeyRange, Slice, SliceKind
from migrate.state.runs import OpenRun
from tests.contracts.outcomes import AS_OF, DIGESTS, ENTITY, slices

SURVEY = Slice(ENTITY, 7, SliceKind.SURVEY, (KeyRange(None, "m"), KeyRange("m", None)))


def natural(*rows: tuple[str, str | None] | tuple[str, str | None, str | None]) -> pa.Table:
    """(key, value, variant) rows."""
    full = [(*row, None)[:3] for row in rows]
    columns = list(zip(*full, strict=True)) or [(), (), ()]
    return pa.table(
        {
            name: pa.array(column, pa.string())
            for name, column in zip(("key", "value", "variant"), columns, strict=True)
        }
    )


class StateSuite:
    def begin(self, state: Any, lease: Any, *pieces: Slice, mode: str = "full") -> OpenRun:
        run: OpenRun = state.begin(
            lease, mode=mode, as_of=AS_OF, digests=DIGESTS, slices=pieces or slices(2, 1)
        )
        return run

    def test_a_new_run_has_everything_to_do_in_the_order_of_its_plan(self, state: Any) -> None:
        plan = (SURVEY, *slices(2, 1))
        with state.lease() as lease:
            run = self.begin(state, lease, *plan)
            assert state.pending(run) == [(piece, tuple(range(len(piece.ranges)))) for piece in plan]

    def test_an_unfinished_run_is_found_by_mode_and_mappings(self, state: Any) -> None:
        with state.lease() as lease:
            run = self.begin(state, lease)
        assert state.unfinished("full", DIGESTS) == run
        assert state.unfinished("delta", DIGESTS) is None
        assert state.unfinished("full", {**DIGESTS, ENTITY: "another"}) is None

    def test_a_resumed_run_goes_on_under_the_new_fencing_number(self, state: Any) -> None:
        with state.lease() as lease:
            run = self.begin(state, lease)
        with state.lease() as lease:
            resumed = state.resume(lease, run)
            assert resumed == replace(run, fence=lease.fence)
            assert lease.fence > run.fence
            assert state.run(run.id) == resumed

    def test_a_run_with_open_batches_cannot_be_called_done(self, state: Any) -> None:
        with state.lease() as lease:
            run = self.begin(state, lease)
            with pytest.raises(Defect):
                state.finish(run)
            state.finish(run, status="interrupted")
        assert state.unfinished("full", DIGESTS) == run

    def test_a_survey_finds_values_that_two_roots_claim(self, state: Any) -> None:
        with state.lease() as lease:
            run = self.begin(state, lease, SURVEY)
            state.survey(run, SURVEY, 0, {"uci": natural(("a", "1"), ("b", "2"), ("c", None))})
            state.survey(run, SURVEY, 1, {"uci": natural(("x", "1"), ("y", "3"))})
            assert state.contested(ENTITY, "uci").to_pylist() == ["1"]
            assert state.natural(ENTITY, "uci", pa.array(["a", "c", "y"])).sort_by("key").to_pylist() == [
                {"key": "a", "value": "1"},
                {"key": "y", "value": "3"},
            ]
            state.finish(run)

    def test_a_survey_may_be_repeated_and_corrected(self, state: Any) -> None:
        for value in ("1", "2", None):
            with state.lease() as lease:
                run = self.begin(state, lease, SURVEY)
                state.survey(run, SURVEY, 0, {"uci": natural(("a", value), ("b", "1"))})
                state.survey(run, SURVEY, 0, {"uci": natural(("a", "closed, not read"))})
            assert state.contested(ENTITY, "uci").to_pylist() == (["1"] if value == "1" else [])

    def test_claims_that_agree_in_their_variant_are_not_contested(self, state: Any) -> None:
        with state.lease() as lease:
            run = self.begin(state, lease, SURVEY)
            rows = natural(("a", "1", "case"), ("b", "1", "case"), ("c", "2", "x"), ("d", "2", "y"))
            state.survey(run, SURVEY, 0, {"number": rows})
        assert state.contested(ENTITY, "number").to_pylist() == ["2"]

    def test_pointers_in_a_circle_are_found(self, state: Any) -> None:
        with state.lease() as lease:
            run = self.begin(state, lease, SURVEY)
            chain = natural(("a", "b"), ("b", "c"), ("c", "a"), ("d", "a"), ("e", "e"), ("f", "nowhere"))
            state.survey(run, SURVEY, 0, {"parent": chain})
        assert state.looped(ENTITY, "parent").to_pylist() == ["a", "b", "c", "e"]

    def test_a_second_lease_is_refused_and_names_the_holder(self, state: Any) -> None:
        with state.lease("the night run"), pytest.raises(Busy, match="the night run"), state.lease("another"):
            pass

    def test_every_run_leaves_a_whole_ledger(self, state: Any) -> None:
        with state.lease() as lease:
            self.begin(state, lease)
            run = self.begin(state, lease, SURVEY)
            state.survey(run, SURVEY, 0, {"uci": natural(("a", "1"))})
        found = state.verify_ledger()
        assert (found.entries, found.broken) == (3, None)
        assert [entry.kind for entry in state.ledger(run=run.id)] == ["run", "survey"]
        assert state.verify_ledger(expected=(3, found.head)).broken is None
        assert state.verify_ledger(expected=(4, "f" * 64)).broken == 4
