"""An error as one message: what, where, why and the way out. No traceback without --debug, no value ever.

An exception that nobody expected is a defect. Its text is withheld, since a driver's or a library's message may quote a
row; what is written, to the terminal with --debug and to a report file, is its type and the places in the code.
"""

import json
import os
import platform
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from migrate.errors import InvalidInput, MigrateError, Stop

_SAFE = (MigrateError, ImportError, NameError, AttributeError, NotImplementedError)
"""Exceptions whose text speaks of the program and of names, never of data."""

_LIBRARIES = ("case-migrate", "sqlalchemy", "psycopg", "pyodbc", "pyarrow", "pandas", "prefect", "click")


def message(error: BaseException) -> str:
    """The message for the terminal, over one or several lines."""
    match error:
        case InvalidInput():
            return str(error)
        case MigrateError():
            return f"error: {error}"
    return f"error: {type(error).__name__} in {_last_place(error)}"


def document(error: BaseException, exit_code: int, report: Path | None = None) -> dict[str, Any]:
    """The same for --json."""
    told: dict[str, Any] = {
        "what": message(error).removeprefix("error: "),
        "why": "",
        "remedy": "",
        "mistakes": [],
    }
    if isinstance(error, InvalidInput):
        told["what"] = str(error).partition("\n")[0]
        told["mistakes"] = [
            {"file": m.file, "line": m.line, "what": m.what, "instead": m.instead} for m in error.mistakes
        ]
    elif isinstance(error, Stop):
        told |= {"what": error.what, "why": error.why, "remedy": error.remedy}
    return {"error": told | {"report": str(report) if report else None}, "exit": exit_code}


def traced(error: BaseException) -> str:
    """Every exception of the chain with its frames, for --debug and the report."""
    return "\n".join(line for each in _chain(error) for line in _one(each))


def write_report(error: BaseException, command: str) -> Path | None:
    """A report of a defect in the project's `.migrate/reports/`; outside any project in the system's temporary folder.

    command: the words of the command, without arguments and options. None when nothing can be written.
    """
    content = {
        "what": "a defect of case-migrate; this file holds no data of any database",
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": command,
        "python": sys.version.split()[0],
        "platform": platform.platform(),
        "versions": {name: _version(name) for name in _LIBRARIES},
        "trace": traced(error).splitlines(),
    }
    name = f"defect-{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{os.getpid()}.json"
    with suppress(OSError):
        folder = _folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / name).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
        return folder / name
    return None


def _folder() -> Path:
    here = Path.cwd()
    for place in (here, *here.parents):
        if (place / "migrate.toml").is_file():
            return place / ".migrate" / "reports"
    return Path(tempfile.gettempdir()) / f"case-migrate-{os.getuid()}" / "reports"


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The causes, the first of them first."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from _chain(before)
    yield error


def _one(error: BaseException) -> Iterator[str]:
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"  {_short(frame.filename)}:{frame.lineno} in {frame.name}"
    name = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    shown = isinstance(error, _SAFE)
    yield f"{name}: {error}" if shown else f"{name} (its text is withheld: it may quote data)"


def _last_place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "site-packages" not in frame.filename] or frames
    return f"{_short(ours[-1].filename)}:{ours[-1].lineno}" if ours else "an unknown place"


def _short(file: str) -> str:
    """A path without what is particular to this machine."""
    for marker in ("site-packages/", "/lib/python"):
        if marker in file:
            return file.rpartition(marker)[2]
    root = Path(__file__).parents[2]
    path = Path(file)
    return str(path.relative_to(root)) if path.is_relative_to(root) else path.name


def program_version() -> str:
    """Of this program; of a working copy that was never installed, only that."""
    return _version("case-migrate") or "(a working copy)"


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
