"""What every Target must do. Subclass TargetSuite and give it a fixture `platform` (see Platform)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any, Protocol

import pyarrow as pa
import pytest

from migrate.canonical import derive_id
from migrate.errors import Busy, Defect, Refused
from migrate.load.vanished import Tombstone
from migrate.model import KeyRange, Outcome, Slice, SliceKind, Tally
from migrate.state.runs import OpenRun
from migrate.state.waivers import Waiver
from tests.contracts.outcomes import (
    AS_OF,
    DIGESTS,
    ENTITY,
    LAYOUT,
    SYSTEM,
    Excluded,
    Fate,
    Held,
    Rejected,
    Thing,
    outcome,
    slices,
    thing_id,
)

A = Thing("A", parts=(("p1", "left"), ("p2", "right")), steps=(("s1", "first"),), marks=(("flagged", "odd"),))


class Platform(Protocol):
    """A target with its state, over the tables of `outcomes.LAYOUT`, all empty."""

    state: Any
    target: Any

    def content(self) -> dict[str, dict[bytes, dict[str, Any]]]:
        """Table -> id -> row; ids are 16 bytes."""

    def versions(self) -> object:
        """Something that changes whenever a row is written, even with the same content."""


class Bench:
    """A run of many open batches, so that a test may write one outcome after the other."""

    def __init__(self, platform: Platform, run: OpenRun, piece: Slice) -> None:
        self.platform, self.run, self.piece, self.position = platform, run, piece, 0

    def write(self, made: Outcome, *, again: bool = False) -> Tally:
        """Write the next batch, or once more the one before."""
        self.position += 0 if again else 1
        at = self.position - 1
        tally: Tally = self.platform.target.write(self.run, self.piece, at, self.piece.ranges[at], made, 7)
        return tally

    def things(self, **fates: Fate) -> Tally:
        return self.write(outcome(fates))


@contextmanager
def bench(platform: Platform, batches: int = 30) -> Iterator[Bench]:
    (piece,) = slices(batches)
    with platform.state.lease("tests") as lease:
        yield Bench(
            platform,
            platform.state.begin(lease, mode="full", as_of=AS_OF, digests=DIGESTS, slices=[piece]),
            piece,
        )


def waiver(key: str, rule: str | None = None) -> Waiver:
    return Waiver(ENTITY, key, rule, "A. Roy", "ticket 17", date(2999, 12, 31))


class TargetSuite:
    @pytest.fixture
    def on(self, platform: Platform) -> Iterator[Bench]:
        with bench(platform) as made:
            yield made

    def test_a_new_entity_arrives_with_all_its_rows(self, on: Bench) -> None:
        tally = on.things(a=A)
        content = on.platform.content()
        assert content["thing"][thing_id("a")]["name"] == "A"
        assert {row["label"] for row in content["part"].values()} == {"left", "right"}
        assert {row["thing_id"] for row in content["step"].values()} == {thing_id("a")}
        assert tally == Tally(read=1, created=1, rows_read=7, rows_written=5, flagged=1)

    def test_every_fate_is_counted_once(self, on: Bench) -> None:
        tally = on.write(
            outcome(
                {"a": A, "b": Rejected(("r1", "r2")), "c": Held((("thing", "z"),)), "d": Excluded()},
                set_aside=[("a", "p9")],
            )
        )
        assert (tally.read, tally.created, tally.rejected, tally.held, tally.excluded) == (4, 1, 1, 1, 1)
        assert tally.set_aside == 1
        assert tally.balanced

    def test_the_same_again_writes_nothing(self, on: Bench) -> None:
        on.things(a=A, b=Thing("B"))
        before = on.platform.versions()
        tally = on.things(a=A, b=Thing("B"))
        assert (tally.unchanged, tally.rows_written) == (2, 0)
        assert on.platform.versions() == before

    def test_a_changed_entity_is_replaced_row_by_row(self, on: Bench) -> None:
        on.things(a=A, b=Thing("B"))
        changed = replace(A, parts=(("p1", "left"), ("p3", "right")), steps=(("s1", "first"),), marks=())
        tally = on.things(a=changed, b=Thing("B"))
        assert (tally.updated, tally.unchanged) == (1, 1)
        assert tally.rows_written == 3, "p2 and the mark go, p3 takes the label of p2"
        content = on.platform.content()
        assert sorted(content["part"]) == sorted(derive_id(SYSTEM, f"part/{row}") for row in ("p1", "p3"))
        assert content["quality_mark"] == {}

    def test_what_was_loaded_and_is_now_rejected_stays_as_it_was(self, on: Bench) -> None:
        on.things(a=A)
        before = on.platform.versions()
        tally = on.things(a=Rejected())
        assert tally.rejected == 1
        assert on.platform.versions() == before
        assert on.things(a=A).unchanged == 1

    def test_an_entity_that_was_never_loaded_is_created_when_it_is_right(self, on: Bench) -> None:
        on.things(a=Rejected())
        assert on.things(a=A).created == 1
        assert on.platform.state.quarantine() == []

    def test_the_same_batch_twice_is_written_once(self, on: Bench) -> None:
        """The answer to a commit may be lost: the second try finds the books closed."""
        first = on.things(a=A)
        before = on.platform.versions()
        assert on.write(outcome({"a": A}), again=True) == first
        assert on.platform.versions() == before

    def test_books_that_do_not_balance_leave_nothing(self, on: Bench) -> None:
        good = outcome({"a": A, "b": Rejected()})
        lost = replace(good, quarantine=good.quarantine.slice(0, 0))
        with pytest.raises(Defect):
            on.write(lost)
        assert on.platform.content() == {name: {} for name in LAYOUT}
        assert on.platform.state.pending(on.run)[0][1][0] == 0, "the batch is still to be done"
        assert on.platform.state.tallies(on.run) == {}

    def test_an_entity_without_a_known_fate_is_a_defect(self, on: Bench) -> None:
        good = outcome({"a": A})
        fateless = good.keys.set_column(2, "disposition", pa.array(["lost"]))
        with pytest.raises(Defect):
            on.write(replace(good, keys=fateless))

    def test_an_entity_that_is_left_out_without_a_reason_is_a_defect(self, on: Bench) -> None:
        rejected = outcome({"a": A, "b": Rejected()})
        with pytest.raises(Defect, match=r"reason|account"):
            on.write(replace(rejected, quarantine=rejected.quarantine.slice(0, 0)))
        assert on.platform.content()["thing"] == {}

    def test_the_same_key_twice_in_a_batch_is_a_defect(self, on: Bench) -> None:
        good = outcome({"a": A, "b": Thing()})
        doubled = good.keys.set_column(0, "key", pa.array(["a", "a"]))
        with pytest.raises(Defect):
            on.write(replace(good, keys=doubled))

    def test_a_stand_in_is_made_once_and_gives_way_to_the_real_one(self, on: Bench) -> None:
        made = outcome({"a": replace(A, maker="u7")}, stubs=[("account", "u7")])
        assert on.write(made).stubs == 1
        account = on.platform.content()["account"][derive_id(SYSTEM, "account/u7")]
        assert (account["login"], account["status"]) == ("u7", "FORMER")
        assert on.platform.state.known("account", pa.array(["u7", "u8"])).to_pylist() == ["u7"]
        assert on.write(outcome({"b": Thing(maker="u7")}, stubs=[("account", "u7")])).stubs == 0

        columns = {
            "_entity": pa.array([0], pa.int32()),
            "account_id": pa.array([derive_id(SYSTEM, "account/u7")], pa.binary(16)),
        }
        real = pa.table({**columns, "login": ["jd"], "status": ["ACTIVE"]})
        of_account = replace(
            made,
            entity="account",
            keys=pa.table({"key": ["u7"], "id": real["account_id"], "disposition": ["accepted"]}),
            tables={"account": real},
            stubs=made.stubs.slice(0, 0),
        )
        assert on.write(of_account).created == 1
        assert on.platform.content()["account"][derive_id(SYSTEM, "account/u7")]["login"] == "jd"

    def test_a_stand_in_that_nobody_described_is_a_defect(self, on: Bench) -> None:
        with pytest.raises(Defect, match="stand-in"):
            on.write(outcome({"a": A}, stubs=[("office", "o1")]))

    def test_a_merged_key_leads_to_the_survivor_and_is_no_key_to_refer_to(self, on: Bench) -> None:
        on.write(outcome({"a": A}, merges=[("dead", "a")]))
        assert on.platform.state.known(ENTITY, pa.array(["a", "dead"])).to_pylist() == ["a"]

    def bury(self, on: Bench, *keys: str, remove: bool = False) -> Tally:
        """These keys, as a run would."""
        grave = Slice(ENTITY, 50 + on.position, SliceKind.GONE, (KeyRange(),))
        how = Tombstone("thing", ("thing", "part", "step"), "THING", remove=remove)
        tally: Tally = on.platform.target.bury(on.run, grave, 0, KeyRange(), pa.array(keys), how)
        return tally

    def test_what_is_gone_stays_with_a_mark_and_is_no_key_to_refer_to(self, on: Bench) -> None:
        on.things(a=A, b=Thing("B"))
        before = on.platform.content()
        tally = self.bury(on, "a", "never")
        assert (tally.read, tally.deleted, tally.rows_written) == (0, 1, 1)
        assert on.platform.state.known(ENTITY, pa.array(["a", "b"])).to_pylist() == ["b"]
        after = on.platform.content()
        (mark,) = after["quality_mark"].keys() - before["quality_mark"].keys()
        assert after["quality_mark"].pop(mark)["rule"] == "vanished"
        assert after == before

    def test_what_is_gone_is_removed_where_the_mapping_says_so(self, on: Bench) -> None:
        on.things(a=A, b=Thing("B"))
        self.bury(on, "a", remove=True)
        assert on.platform.content()["thing"].keys() == {thing_id("b")}
        assert not on.platform.content()["part"]
        assert not on.platform.content()["quality_mark"]

    def test_what_comes_back_is_created_again_and_its_mark_goes(self, on: Bench) -> None:
        on.things(a=A)
        before = on.platform.content()
        self.bury(on, "a")
        assert on.things(a=A).created == 1
        assert on.platform.content() == before
        assert on.platform.state.known(ENTITY, pa.array(["a"])).to_pylist() == ["a"]

    def test_a_batch_of_what_is_gone_is_buried_once(self, on: Bench) -> None:
        on.things(a=A)
        first = self.bury(on, "a")
        before = on.platform.versions()
        assert self.bury(on, "a") == first
        assert on.platform.versions() == before

    def test_a_held_entity_is_released_when_what_it_needs_is_there(self, on: Bench) -> None:
        state = on.platform.state
        on.things(a=Held(((ENTITY, "b"), (ENTITY, "c"))), d=Held(((ENTITY, "never"),)))
        assert _worth_a_look(state) == []
        on.things(c=Thing("C"), b=Thing("B"))
        assert _worth_a_look(state) == [(ENTITY, ["a"])]

        again = Slice(ENTITY, 99, SliceKind.KEYS, (KeyRange(),))
        tally = on.platform.target.write(on.run, again, 0, KeyRange(), outcome({"a": A}), 7)
        assert (tally.read, tally.created, tally.held) == (0, 1, -1), "it was counted as read and held before"
        assert tally.balanced
        assert state.releasable() == []
        total = state.tallies(on.run)[ENTITY]
        assert (total.read, total.created, total.held) == (4, 3, 1)
        assert total.balanced

    def test_what_a_held_entity_waits_for_no_longer_is_no_more_told(self, on: Bench) -> None:
        on.things(a=Held(((ENTITY, "b"), (ENTITY, "c"))))
        on.things(b=Thing("B"))
        state, target = on.platform.state, on.platform.target
        assert _worth_a_look(state) == [(ENTITY, ["a"])]
        for number in (98, 99):  # the same fate twice, for other reasons
            needs = ((ENTITY, "b"), (ENTITY, "c")) if number == 98 else ((ENTITY, "c"),)
            look = Slice(ENTITY, number, SliceKind.KEYS, (KeyRange(),))
            target.write(on.run, look, 0, KeyRange(), outcome({"a": Held(needs)}), 7)
        assert [line.needs_key for line in state.quarantine(state="held")] == ["c"]
        assert _worth_a_look(state) == []

    def test_those_that_wait_for_nothing_but_each_other_are_looked_at_together(self, on: Bench) -> None:
        on.things(a=Held(((ENTITY, "b"),)), b=Held(((ENTITY, "c"),)), c=Held(((ENTITY, "a"), (ENTITY, "b"))))
        on.things(
            d=Held(((ENTITY, "a"), (ENTITY, "never"))), e=Held((("account", "a"),)), f=Held(((ENTITY, "d"),))
        )
        assert _worth_a_look(on.platform.state) == [(ENTITY, ["a", "b", "c"])]

    def test_a_second_look_with_a_number_that_was_used_before_is_written_all_the_same(
        self, on: Bench
    ) -> None:
        """A resumed run counts its second looks from the start again."""
        target, number = on.platform.target, Slice(ENTITY, 99, SliceKind.KEYS, (KeyRange(),))
        on.things(a=Held(((ENTITY, "z"),)), b=Held(((ENTITY, "z"),)))
        first = target.write(on.run, number, 0, KeyRange(), outcome({"a": A}), 7)
        assert target.write(on.run, number, 0, KeyRange(), outcome({"a": A}), 7) == first
        assert target.write(on.run, number, 0, KeyRange(), outcome({"b": Thing("B")}), 7).created == 1
        total = on.platform.state.tallies(on.run)[ENTITY]
        assert (total.read, total.created, total.held) == (2, 2, 0)

    def test_in_a_first_load_without_indexes_a_stand_in_gives_way_too(self, on: Bench) -> None:
        on.platform.target.begin_bulk(on.run, LAYOUT)
        on.write(outcome({"a": replace(A, maker="u")}, stubs=[("account", "u")]))
        on.write(outcome({"a": replace(A, name="A2", maker="u")}))
        on.platform.target.end_bulk(on.run)
        assert on.platform.content()["thing"][thing_id("a")]["name"] == "A2"

    def test_loose_rows_neither_release_nor_are_released_by_ranges(self, on: Bench) -> None:
        loose = Slice(ENTITY, 50, SliceKind.LOOSE, (KeyRange(), KeyRange()), "PART")
        target, state = on.platform.target, on.platform.state
        on.things(a=Rejected(("bad",)))
        target.write(on.run, loose, 0, KeyRange(), outcome({"a": Rejected(("orphan",))}), 1)
        assert {line.rule for line in state.quarantine()} == {"bad", "orphan"}
        on.things(a=A)
        assert {line.rule for line in state.quarantine()} == {"orphan"}

    def test_loose_rows_that_name_no_parent_stand_under_the_empty_key(self, on: Bench) -> None:
        loose = Slice(ENTITY, 50, SliceKind.LOOSE, (KeyRange(),), "PART")
        made = outcome({"x": Rejected(("orphan",))})
        nobody = pa.nulls(1, pa.string())
        nameless = replace(
            made,
            keys=made.keys.set_column(0, "key", nobody),
            quarantine=made.quarantine.set_column(0, "key", nobody),
        )
        tally = on.platform.target.write(on.run, loose, 0, KeyRange(), nameless, 1)
        assert (tally.read, tally.rejected) == (1, 1)
        assert [line.key for line in on.platform.state.quarantine()] == [""]

    def test_a_complaint_that_comes_back_is_open_again(self, on: Bench) -> None:
        on.things(a=Rejected())
        on.things(a=A)
        assert [line.state for line in on.platform.state.quarantine(state="released")] == ["released"]
        on.things(a=Rejected())
        assert [line.state for line in on.platform.state.quarantine()] == ["rejected"]

    def test_values_in_quarantine_are_not_shown_without_a_reason(self, on: Bench) -> None:
        on.things(a=Rejected(value="Tremblay"))
        state = on.platform.state
        assert [line.value for line in state.quarantine()] == [None]
        assert [line.value for line in state.quarantine(values=True, reason="asked by the data owner")] == [
            "Tremblay"
        ]
        with pytest.raises(Refused):
            state.quarantine(values=True, reason=" ")

    def test_a_waived_complaint_stays_in_the_books_and_asks_for_no_attention(self, on: Bench) -> None:
        state = on.platform.state
        on.things(a=Rejected(), b=Rejected())
        assert state.waive(waiver("a")) == 1
        assert {line.key: (line.state, line.waived_by) for line in state.quarantine()} == {
            "a": ("waived", "A. Roy"),
            "b": ("rejected", None),
        }
        assert on.things(a=Rejected()).rejected == 1
        assert [line.key for line in state.quarantine(state="waived")] == ["a"]
        total = state.finish(on.run, status="interrupted")[ENTITY]
        assert (total.rejected, total.waived, total.to_look_at) == (3, 1, 2)

    def test_an_entity_is_waived_when_every_complaint_about_it_is(self, on: Bench) -> None:
        state = on.platform.state
        on.things(a=Rejected(("bad", "worse")))
        waived = []
        for rule in ("bad", "worse"):
            state.waive(waiver("a", rule=rule))
            waived.append(state.finish(on.run, status="interrupted")[ENTITY].waived)
        assert waived == [0, 1]

    def test_a_waived_row_of_a_loaded_entity_asks_for_no_attention(self, on: Bench) -> None:
        on.write(outcome({"a": A}, set_aside=[("a", "r1"), ("a", "r2")]))
        on.platform.state.waive(waiver("a"))
        total = on.platform.state.finish(on.run, status="interrupted")[ENTITY]
        assert (total.set_aside, total.waived, total.to_look_at) == (2, 2, 0)

    def test_what_comes_back_after_it_was_released_is_not_waived(self, on: Bench) -> None:
        on.things(a=Rejected())
        on.platform.state.waive(waiver("a"))
        on.things(a=A)
        on.things(a=Rejected())
        assert [line.state for line in on.platform.state.quarantine()] == ["rejected"]

    def test_a_waived_hold_is_released_like_any_other(self, on: Bench) -> None:
        state = on.platform.state
        on.things(child=Held(((ENTITY, "parent"),)))
        state.waive(waiver("child"))
        assert [line.state for line in state.quarantine()] == ["waived"]
        on.things(parent=A)
        assert [(entity, keys.to_pylist()) for entity, keys in state.releasable()] == [(ENTITY, ["child"])]

    def test_the_same_waiver_again_writes_nothing(self, on: Bench) -> None:
        on.things(a=Rejected())
        assert [on.platform.state.waive(waiver("a")) for _ in range(2)] == [1, 0]

    @pytest.mark.parametrize(
        "wrong",
        [{"by": " "}, {"reason": ""}, {"until": date(2020, 1, 1)}, {"key": "b"}, {"rule": "odd"}],
        ids=str,
    )
    def test_a_waiver_needs_a_name_a_reason_a_day_to_come_and_something_to_waive(
        self, on: Bench, wrong: dict[str, Any]
    ) -> None:
        on.things(a=Rejected(), b=A)
        with pytest.raises(Refused):
            on.platform.state.waive(replace(waiver("a"), **wrong))
        assert [line.state for line in on.platform.state.quarantine()] == ["rejected"]

    def test_who_lost_the_lease_writes_nothing(self, platform: Platform) -> None:
        with bench(platform) as old:
            pass
        with bench(platform) as new:
            with pytest.raises(Busy):
                old.things(a=A)
            assert new.things(b=Thing()).created == 1
        assert set(platform.content()["thing"]) == {thing_id("b")}

    def test_a_first_load_without_indexes_ends_as_any_other(self, on: Bench) -> None:
        target = on.platform.target
        assert set(target.begin_bulk(on.run, LAYOUT)) == set(LAYOUT)
        on.write(outcome({"a": replace(A, maker="u")}, stubs=[("account", "u")]))
        assert target.begin_bulk(on.run, ["thing"]) == (), "it is not empty any more"
        assert target.end_bulk(on.run) > 0
        assert target.end_bulk(on.run) == 0
        changed = replace(A, name="A2", parts=())
        assert on.things(a=replace(changed, steps=(), maker="u")).updated == 1

    def test_a_run_that_is_taken_back_leaves_everything_as_it_was(self, platform: Platform) -> None:
        with bench(platform) as first:
            first.write(outcome({"a": A, "b": Thing("B"), "r": Rejected(), "x": Excluded()}))
        before, known = platform.content(), platform.state.quarantine()
        with bench(platform) as bad:
            changed = replace(A, name="swapped", parts=(("p1", "right"), ("p3", "left")), steps=(), marks=())
            things: dict[str, Fate] = {"a": changed, "b": Rejected(), "r": Thing(maker="u"), "x": Thing("X")}
            bad.write(outcome(things, stubs=[("account", "u")]))
            bad.write(outcome({"c": Thing("C", parts=(("p9", "new"),))}, merges=[("b2", "c")]))
        assert platform.content() != before
        _take_back(platform, bad.run.id)
        assert platform.content() == before
        assert platform.state.quarantine() == known
        assert platform.state.known(ENTITY, pa.array(["a", "b", "c", "r", "b2"])).to_pylist() == ["a", "b"]
        entries = platform.state.ledger(run=bad.run.id)
        assert [entry.kind for entry in entries] == ["run", "batch", "batch", "undo"]
        assert (entries[-1].actor, entries[-1].batch) == ("ann", {"reason": "wrong mapping"})
        assert platform.state.verify_ledger().broken is None

    def test_after_an_undo_the_same_run_does_the_same_again(self, platform: Platform) -> None:
        tallies, contents = [], []
        for _ in range(2):
            with bench(platform) as on:
                tallies.append(on.write(outcome({"a": A, "b": Thing(maker="u")}, stubs=[("account", "u")])))
            contents.append(platform.content())
            _take_back(platform, on.run.id)
            assert platform.content() == {name: {} for name in LAYOUT}
        assert tallies[0] == tallies[1]
        assert contents[0] == contents[1]

    def test_a_dry_run_of_an_undo_changes_nothing(self, platform: Platform) -> None:
        with bench(platform) as on:
            on.things(a=A)
        before = platform.content()
        assert _take_back(platform, on.run.id, dry_run=True).removed["part"] == 2
        assert platform.content() == before
        _take_back(platform, on.run.id)

    def test_what_a_later_run_changed_is_not_taken_back_before_that_run(self, platform: Platform) -> None:
        runs = []
        for name in ("A1", "A2", "A3"):
            with bench(platform) as on:
                on.things(a=replace(A, name=name))
                runs.append(on.run.id)
        with pytest.raises(Refused, match=f"migrate undo {runs[2]}, migrate undo {runs[1]}"):
            _take_back(platform, runs[0])
        for run in reversed(runs):
            _take_back(platform, run)
        assert platform.content() == {name: {} for name in LAYOUT}

    def test_what_no_later_run_touched_is_taken_back_although_others_ran_since(
        self, platform: Platform
    ) -> None:
        with bench(platform) as one:
            one.things(a=A)
        with bench(platform) as two:
            two.things(b=Thing("B"))
        _take_back(platform, one.run.id)
        assert set(platform.content()["thing"]) == {thing_id("b")}

    def test_an_unknown_run_and_one_that_was_taken_back_are_refused(self, platform: Platform) -> None:
        with bench(platform) as on:
            on.things(a=A)
        _take_back(platform, on.run.id)
        for number in (on.run.id, on.run.id + 1):
            with pytest.raises(Refused, match=f"run {number}"):
                _take_back(platform, number)

    def test_an_undone_run_is_not_resumed(self, platform: Platform) -> None:
        with bench(platform) as on:
            on.things(a=A)
        assert platform.state.unfinished("full", DIGESTS) is not None
        _take_back(platform, on.run.id)
        assert platform.state.unfinished("full", DIGESTS) is None


def _take_back(platform: Platform, run: int, *, dry_run: bool = False) -> Any:
    with platform.state.lease("who undoes") as lease:
        opened = platform.state.undoable(lease, run)
        return platform.target.undo(opened, actor="ann", reason="wrong mapping", dry_run=dry_run)


def _worth_a_look(state: Any) -> list[tuple[str, list[str]]]:
    return [(entity, keys.to_pylist()) for entity, keys in state.releasable()]
