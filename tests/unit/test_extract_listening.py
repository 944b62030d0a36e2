"""Calls over ODBC: their answers, and what becomes of a connection of which nobody waits for the answer any more."""

from collections.abc import Iterator
from threading import Event

import pytest

from migrate.extract.dialects import DIALECTS
from migrate.extract.listening import Listener, ListeningConnection, pyodbc
from tests.components import require

pytestmark = pytest.mark.usefixtures("driver")


@pytest.fixture
def driver() -> None:
    require("unixodbc")


@pytest.fixture
def ending() -> Iterator[Event]:
    """Set when the test ends: what hangs goes on then."""
    end = Event()
    yield end
    end.set()


class Asked(Listener):
    """Asks nobody: somebody is there, or not, or its wait is interrupted."""

    def __init__(self, answer: bool | KeyboardInterrupt = True) -> None:
        super().__init__("", DIALECTS["mariadb"], silence=0.01)
        self.answer = answer

    def _anybody(self) -> bool:
        if isinstance(self.answer, KeyboardInterrupt):
            raise self.answer
        return self.answer


class Real:
    """A connection of a driver that hangs when it is used while a call of it is under way."""

    def __init__(self) -> None:
        self.closed = False

    def close(self) -> None:
        self.closed = True


def test_an_answer_is_what_the_driver_returned_or_raised() -> None:
    listener = Asked()
    assert listener.call(divmod, 7, 2) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        listener.call(divmod, 7, 0)
    assert not listener.lost


def test_a_call_is_waited_for_as_long_as_somebody_is_there() -> None:
    asked = Event()

    class There(Asked):
        def _anybody(self) -> bool:
            asked.set()
            return True

    assert There().call(asked.wait) is True


@pytest.mark.parametrize("answer", [False, KeyboardInterrupt()], ids=["nobody is there", "interrupted"])
def test_a_connection_that_is_given_up_is_left_alone(ending: Event, answer: bool | KeyboardInterrupt) -> None:
    listener, real = Asked(answer), Real()
    with pytest.raises((pyodbc().OperationalError, KeyboardInterrupt)):
        listener.call(ending.wait)
    connection = ListeningConnection(real, listener)
    connection.rollback()
    connection.close()
    assert not real.closed
    with pytest.raises(pyodbc().ProgrammingError, match="closed connection"):
        listener.call(divmod, 7, 2)
