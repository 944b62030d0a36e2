"""INT and TERM: the work is left at once, in order if it goes quickly, by force otherwise.

A batch is one transaction, so there is nothing to save: the open one is rolled back, and the next run goes on behind
the last that was committed. The signal raises Interrupted in the main thread, which unwinds through every `with`.
Should that take longer than GRACE seconds (a driver that does not answer), the process ends where it stands.
"""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

GRACE = 8.0
"""Seconds for an orderly end; the promise is ten."""


class Interrupted(KeyboardInterrupt):
    """INT or TERM has arrived. A KeyboardInterrupt, so that nothing but the outermost level takes it for an error."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(signal.Signals(number).name)

    @property
    def exit_code(self) -> int:
        """128 and the number of the signal, as shells have it: 130 or 143."""
        return 128 + self.number


class ReaderGone(BaseException):
    """Who read our output (`| head`) has closed it: nobody is left to tell anything."""


@contextmanager
def interruptible() -> Iterator[None]:
    """Within the block the first INT or TERM raises Interrupted; a second one ends the process at once."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may set handlers; whoever runs us in another has his own
        return
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, _first) for number in numbers}
    try:
        yield
    finally:
        for number in numbers:
            signal.signal(number, before[number])


def _first(number: int, _frame: FrameType | None) -> None:
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, _at_once)
    watchdog = threading.Timer(GRACE, _at_once, (number, None))
    watchdog.daemon = True
    watchdog.start()
    raise Interrupted(number)


def _at_once(number: int, _frame: FrameType | None) -> None:
    sys.stderr.flush()
    os._exit(128 + number)
