"""An iterator in a thread of its own: order, errors, and that nobody outlives whoever takes the items."""

import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

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
