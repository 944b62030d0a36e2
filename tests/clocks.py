"""Clocks that a test sets: those of the tool and of database servers, each run under Debian's faketime.

    clocks = Clocks()
    PrivatePostgres(clocks.of("source"))          a server by the clock of that name
    clocks.go(minutes=5)                          time passes, for all
    clocks.wrong("source", hours=-1)              that clock is wrong by so much from now on
    clocks.environment("tool")                    for a process that is started now and keeps its clock

Only what the clock shows is changed; waiting takes as long as ever.
"""

import os
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

TORONTO = "America/Toronto"
"""The zone of every machine with such a clock: it changes to daylight time and back."""

_PLAIN = {"TZ": TORONTO, "FAKETIME_DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1"}


def library() -> str:
    """Path of faketime's library; '' where it is not installed."""
    return next((str(found) for found in Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")), "")


class Clocks:
    """See the module."""

    def __init__(self) -> None:
        # Not one of pytest's folders: the accounts of servers cannot read these.
        self.folder = Path(tempfile.mkdtemp(prefix="case-migrate-clocks-"))
        self.folder.chmod(0o755)
        self._passed, self._wrong = timedelta(0), dict[str, timedelta]()

    def of(self, name: str) -> dict[str, str]:
        """The environment of a server that follows the clock of that name, whenever it is set."""
        self.wrong(name)
        return {
            **_PLAIN,
            "LD_PRELOAD": library(),
            "FAKETIME_TIMESTAMP_FILE": str(self.folder / name),
            "FAKETIME_NO_CACHE": "1",
        }

    def environment(self, name: str) -> dict[str, str]:
        """The environment of a process that begins now, by that clock."""
        shift = self._passed + self._wrong.get(name, timedelta(0))
        return {**os.environ, **_PLAIN, "LD_PRELOAD": library(), "FAKETIME": _text(shift)}

    def go(self, **time: float) -> None:
        """Time passes for all; `timedelta`'s words."""
        self._passed += timedelta(**time)
        self._write()

    def go_to(self, moment: datetime) -> None:
        """It is that moment (naive UTC), and time goes on from there."""
        self._passed = moment.replace(tzinfo=UTC) - datetime.now(UTC)
        self._write()

    def wrong(self, name: str, **time: float) -> None:
        """From now on that clock is wrong by so much; by nothing without words."""
        self._wrong[name] = timedelta(**time)
        self._write()

    def right(self) -> None:
        """All are as those of this machine."""
        self._passed, self._wrong = timedelta(0), dict.fromkeys(self._wrong, timedelta(0))
        self._write()

    def remove(self) -> None:
        """Nobody looks at them any more."""
        shutil.rmtree(self.folder)

    def _write(self) -> None:
        for name, wrong in self._wrong.items():
            new = self.folder / f"{name}.new"
            new.write_text(_text(self._passed + wrong) + "\n")
            new.chmod(0o644)
            new.rename(self.folder / name)  # never read half


def _text(shift: timedelta) -> str:
    return f"{shift.total_seconds():+.3f}"
