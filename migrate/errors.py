"""The tree of errors, grouped by what happens next.

    MigrateError
    ├── Stop                 a person must act before anything goes on
    │   ├── InvalidInput     2   arguments, settings, mapping or code files: all mistakes at once
    │   ├── Refused          3   a brake, an illegal state change, stale evidence
    │   ├── Unreachable      4   a database, a driver or a right is missing
    │   ├── Busy             5   another run holds the lease
    │   ├── Drift            6   a schema differs from what the mapping expects
    │   └── Defect          70   a bug of this program
    └── Transient                the same call may succeed in a moment: wait and retry

The number is the exit code of the command line. Rows that cannot be loaded are no exceptions: they become
Rejections (`migrate.model`) and the run goes on.

Every error says what, where, why and the way out. No message ever holds a cell's value, a password or a
connection string: row keys, names of tables, columns and rules only. What a user typed may stand in it, and may be a
URL: so every text is `masked` when the error is made, before anybody can print, log or send it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_ANY_USERINFO = re.compile(r"([a-zA-Z][\w+.-]*://)[^/@\s]*:[^\s]*@")
_ANY_OPTION = re.compile(
    r"(?i)((?:\b|%3B)(?:pwd|pass(?:word|wd|phrase)?|sslpassword|secret|token))(=|%3D)[^\s&;'\"]+"
)


def masked(text: str) -> str:
    """The text with every password of a URL or an option in it replaced by stars: the last net under all messages.

    >>> masked("cannot open mysql+pyodbc://me:hunter2@host/db?sslpassword=x&charset=utf8")
    'cannot open mysql+pyodbc://***@host/db?sslpassword=***&charset=utf8'
    """
    text = _ANY_USERINFO.sub(r"\1***@", text)
    return _ANY_OPTION.sub(r"\1\2***", text)


class MigrateError(Exception):
    """Root of all errors that this program raises on purpose."""

    exit_code = 70

    def __init__(self, text: str = "") -> None:
        super().__init__(masked(text))


class Stop(MigrateError):
    """Nothing goes on until a person has acted.

    what:    what could not be done, with its place (table, column, file, setting).
    why:     the cause, as far as it is known.
    remedy:  what to do about it, in the imperative.
    """

    def __init__(self, what: str, *, why: str = "", remedy: str = "") -> None:
        self.what, self.why, self.remedy = masked(what), masked(why), masked(remedy)
        super().__init__(
            "\n".join(
                part for part in (what, why and f"  why: {why}", remedy and f"  way out: {remedy}") if part
            )
        )


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One mistake in a file that a person wrote: where, what, and what to write instead."""

    file: str
    line: int  # 1-based; 0 when the mistake has no line, such as a missing file
    what: str
    instead: str = ""

    def __post_init__(self) -> None:
        for name in ("file", "what", "instead"):
            object.__setattr__(self, name, masked(getattr(self, name)))

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place} {self.what}" + (f"; {self.instead}" if self.instead else "")


class InvalidInput(Stop):
    """Arguments, settings, mappings or code files are wrong; nothing was touched; every mistake is listed."""

    exit_code = 2

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(sorted(mistakes))
        count = len(self.mistakes)
        super().__init__(
            "\n".join(
                [
                    f"{count} mistake{'s' if count != 1 else ''} found; nothing was touched",
                    *(f"  {m}" for m in self.mistakes),
                ]
            )
        )


class Refused(Stop):
    """A brake or a rule of the house says no; the remedy says what would allow it."""

    exit_code = 3


class Unreachable(Stop):
    """A database, service or driver cannot be reached, or a right is missing."""

    exit_code = 4


class Busy(Stop):
    """Another run holds the lease; `holder` says who and since when."""

    exit_code = 5

    def __init__(self, holder: str) -> None:
        self.holder = holder
        super().__init__(
            f"another run holds the lease: {holder}",
            remedy="wait for it to end, or stop it; a dead holder is replaced within 30 seconds",
        )


class Drift(Stop):
    """The schema of a database is not the one that the mapping was written for; nothing was touched."""

    exit_code = 6


class Defect(Stop):
    """This program broke one of its own promises, for example the books of a batch do not balance."""

    exit_code = 70


class Transient(MigrateError):
    """A lost connection, a deadlock, a timeout: the same call may succeed in a moment."""

    exit_code = 4
