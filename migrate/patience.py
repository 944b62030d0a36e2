"""Waiting for what passes: a lost connection, a deadlock, a full disk, a server that starts again.

    patience = Patience(30)
    patience.through("open the run", action, notice)      what the action returns, sooner or later

A pause doubles from try to try, and all of them together last no longer than the patience; each is told. What is
still wrong then is raised. Only Transient is waited for: what needs a person (a password, a right) is never tried
again.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from migrate.errors import Transient

T = TypeVar("T")

RETRIES = 5
"""How often the same thing is tried again without any progress."""

Notice = Callable[[str], None]


def _unheard(_line: str) -> None:
    """Nobody wants to know."""


def _still(_: object = None) -> object:
    """No progress can be seen."""
    return None


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a fault that may pass is waited for, in seconds, from the first time that it shows."""

    seconds: float = 30.0

    def pause(self, tried: int) -> float:
        """Seconds before the next try: each twice the one before; all of them are just within the patience."""
        return float(self.seconds * 2**tried / 2**RETRIES)

    def through(
        self,
        what: object,
        action: Callable[[], T],
        notice: Notice = _unheard,
        so_far: Callable[[], object] = _still,
    ) -> T:
        """What the action returns; tried again as long as the fault is a passing one and the patience lasts.

        notice:  called with one line before every pause.
        so_far:  how far the action has come; when that has changed, a fault is a new one.
        """
        tried, first, reached = 0, 0.0, so_far()
        while True:
            began = time.monotonic()
            try:
                return action()
            except Transient as error:
                now, last = time.monotonic(), time.monotonic() - began
                if not tried or so_far() != reached:
                    tried, first, last, reached = 0, now, 0.0, so_far()
                pause = self.pause(tried)
                # A try may take its time to fail: the next one shall end within the patience too.
                if tried == RETRIES or now - first + pause + last >= self.seconds:
                    raise
                notice(f"{what}: {error}; trying again in {pause:.2g} s")
                time.sleep(pause)
                tried += 1
