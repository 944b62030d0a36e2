"""Work in threads of its own: order, errors, and that nobody outlives whoever takes the items."""

import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from migrate.ahead import side_by_side
from reconciliation.ahead import ahead


def test_items_come_in_their_order_from_another_thread() -> None:
    def items() -> Iterator[tuple[int, int]]:
        for number in range(100):
            yield number, threading.get_ident()

    found = list(ahead(items(), 2))
    assert [number for number, _ in found] == list(range(100))
    assert threading.get_ident() not in {thread for _, thread in found}


def test_no_more_is_made_than_there_is_room_for() -> None:
    made = []

    def items() -> Iterator[int]:
        for number in range(100):
            made.append(number)
            yield number

    with closing(ahead(items(), 2)) as taken:
        for number in taken:
            assert (
                len(made) <= number + 1 + 2 + 1 + 1
            )  # in use, waiting, being made; and one that was just asked for
            if number == 50:
                break


def test_what_the_iterator_raises_is_raised_where_the_items_are_taken() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise LookupError("no more")

    taken = ahead(items())
    assert next(taken) == 1
    with pytest.raises(LookupError, match="no more"):
        next(taken)


def test_closing_ends_every_thread_of_a_chain_and_closes_what_it_reads_from() -> None:
    closed = []

    def source() -> Iterator[int]:
        try:
            number = 0
            while True:
                yield (number := number + 1)
        finally:
            closed.append("source")

    def doubled() -> Iterator[int]:
        with closing(ahead(source())) as numbers:
            for number in numbers:
                yield 2 * number

    before = threading.active_count()
    with closing(ahead(doubled())) as taken:
        assert [next(taken) for _ in range(3)] == [2, 4, 6]
    assert closed == ["source"]
    assert threading.active_count() == before


def test_two_are_worked_on_at_once_and_come_in_their_order() -> None:
    both = threading.Barrier(2, timeout=10)

    def work(number: int) -> int:
        both.wait()  # nobody passes alone
        return number * 10

    assert list(side_by_side(work, range(10))) == [number * 10 for number in range(10)]


def test_no_third_is_begun_before_the_first_is_taken() -> None:
    begun = []

    def items() -> Iterator[int]:
        for number in range(10):
            begun.append(number)
            yield number

    with closing(side_by_side(str, items())) as made:
        assert next(made) == "0"
        assert begun == [0, 1]


def test_an_error_of_the_work_surfaces_where_its_item_is_taken() -> None:
    made = side_by_side(lambda number: 6 // number, [3, 2, 0, 1])
    assert [next(made), next(made)] == [2, 3]
    with pytest.raises(ZeroDivisionError):
        next(made)


def test_whoever_stops_leaves_no_work_behind() -> None:
    before = threading.active_count()
    with closing(side_by_side(str, range(10))) as made:
        next(made)
    assert threading.active_count() == before
