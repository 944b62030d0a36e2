"""What may be told of an exception: its type and places in the code, and the text only where it is one of ours.

Messages of drivers and libraries quote rows (`Key (email)=(...) already exists`) and URLs, so they go nowhere: not to
the terminal, not to a report, not to another process, not to Prefect.
"""

import traceback
from collections.abc import Iterator
from pathlib import Path

from migrate.errors import Defect, MigrateError

_SAFE = (MigrateError, ImportError, NameError, AttributeError, NotImplementedError)
"""Exceptions whose text speaks of the program and of names, never of data."""


def traced(error: BaseException) -> str:
    """Every exception of the chain with its frames, the first cause first."""
    return "\n".join(line for each in _chain(error) for line in _one(each))


def place(error: BaseException) -> str:
    """Where in our code it arose, as `migrate/file.py:12`."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "site-packages" not in frame.filename] or frames
    return f"{_short(ours[-1].filename)}:{ours[-1].lineno}" if ours else "an unknown place"


def cleaned(error: BaseException) -> MigrateError:
    """The error as it may leave this process: ours without its causes, others as a Defect: type and place."""
    if not isinstance(error, MigrateError):
        return Defect(f"{type(error).__name__} in {place(error)}")
    return rebuilt(*taken_apart(error))


Parts = tuple[type[MigrateError], tuple[object, ...], dict[str, object]]


def taken_apart(error: MigrateError) -> Parts:
    """An error as plain values that can be sent to another process; `rebuilt` is the inverse."""
    return type(error), error.args, dict(error.__dict__)


def rebuilt(kind: type[MigrateError], args: tuple[object, ...], facts: dict[str, object]) -> MigrateError:
    """The error without traceback and causes."""
    error = kind.__new__(kind)
    error.args = args
    error.__dict__.update(facts)
    return error


def _chain(error: BaseException) -> Iterator[BaseException]:
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from _chain(before)
    yield error


def _one(error: BaseException) -> Iterator[str]:
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"  {_short(frame.filename)}:{frame.lineno} in {frame.name}"
    name = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    yield (
        f"{name}: {error}"
        if isinstance(error, _SAFE)
        else f"{name} (its text is withheld: it may quote data)"
    )


def _short(file: str) -> str:
    """A path without what is particular to this machine."""
    for marker in ("site-packages/", "/lib/python"):
        if marker in file:
            return file.rpartition(marker)[2]
    root, path = Path(__file__).parents[2], Path(file)
    return str(path.relative_to(root)) if path.is_relative_to(root) else path.name
