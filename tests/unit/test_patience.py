"""What passes is waited for, a bounded time, and every wait is told; what needs a person is not tried again."""

import time

import pytest

from migrate.errors import MigrateError, Transient, Unreachable
from migrate.patience import RETRIES, Patience

SHORT = Patience(0.3)


class Failing:
    """An action that fails so many times and then returns how often it was called.

    until:  progress is seen up to that call.
    """

    def __init__(self, times: int, *, error: MigrateError | None = None, until: int = 0) -> None:
        self.times, self.error, self.until, self.calls = times, error or Transient("lost"), until, 0

    def __call__(self) -> int:
        self.calls += 1
        if self.calls <= self.times:
            raise self.error
        return self.calls

    def so_far(self) -> int:
        return min(self.calls, self.until)


def test_a_passing_fault_is_waited_for_with_a_line_for_every_pause() -> None:
    told: list[str] = []
    assert SHORT.through("slice 7", Failing(3), told.append) == 4
    assert [line.startswith("slice 7: lost; trying again in ") for line in told] == [True] * 3


def test_a_lasting_fault_is_raised_after_bounded_retries() -> None:
    action = Failing(100)
    began = time.monotonic()
    with pytest.raises(Transient):
        SHORT.through("x", action)
    assert 1 < action.calls <= RETRIES + 1
    assert time.monotonic() - began < 3


def test_what_needs_a_person_is_asked_for_once() -> None:
    action = Failing(1, error=Unreachable("the password is wrong"))
    with pytest.raises(Unreachable):
        SHORT.through("x", action)
    assert action.calls == 1


def test_after_progress_a_fault_is_a_new_one() -> None:
    action = Failing(12, until=10)
    assert Patience(0.2).through("x", action, so_far=action.so_far) == 13


def test_a_try_that_would_outlast_the_patience_is_not_begun() -> None:
    action = Failing(100)

    def slow() -> int:
        time.sleep(0.2)
        return action()

    with pytest.raises(Transient):
        Patience(0.5).through("x", slow)
    assert 1 < action.calls <= 3  # the fourth would end after 0.7 s


def test_no_patience_is_one_try() -> None:
    action = Failing(1)
    with pytest.raises(Transient):
        Patience(0).through("x", action)
    assert action.calls == 1


def test_all_pauses_together_are_just_within_the_patience() -> None:
    pauses = [Patience(32).pause(tried) for tried in range(RETRIES)]
    assert pauses == [1, 2, 4, 8, 16]
