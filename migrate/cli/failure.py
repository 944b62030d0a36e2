"""An error as one message: what, where, why and the way out. No traceback without --debug, no value ever.

An exception that nobody expected is a defect. What is told of it, on the terminal with --debug and in a report file, is
its type and the places in the code (see `migrate.project.defects`).
"""

import errno
import json
import os
import platform
import sys
import tempfile
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from migrate.errors import InvalidInput, MigrateError, Stop, Transient, Unreachable
from migrate.program import package_version
from migrate.project.defects import place, traced

_LIBRARIES = ("case-migrate", "sqlalchemy", "psycopg", "pyodbc", "pyarrow", "pandas", "prefect", "click")


_FILES = frozenset(
    {
        errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ELOOP,
        errno.ENAMETOOLONG, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EMFILE, errno.ENFILE,
    }
)  # fmt: skip
_LATER = "see that the server runs and can be reached; the same command again goes on from here"


def known(error: BaseException) -> BaseException:
    """A file that cannot be read or written is no defect: which one, and what the system says about it."""
    if not isinstance(error, OSError) or error.errno not in _FILES:
        return error
    file = f" {os.fsdecode(error.filename)}" if isinstance(error.filename, str | bytes) else ""
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    stop = Unreachable(
        f"a file or folder cannot be used:{file or ' one that the system does not name'}",
        why=os.strerror(error.errno or 0),
        remedy="make room on that disk" if full else "name another place, or see to its rights",
    )
    return stop.with_traceback(error.__traceback__)


def message(error: BaseException) -> str:
    """The message for the terminal, over one or several lines."""
    match error:
        case InvalidInput():
            return str(error)
        case Transient():
            return f"error: {error}\n  way out: {_LATER}"
        case MigrateError():
            return f"error: {error}"
    return f"error: {type(error).__name__} in {place(error)}"


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
    elif isinstance(error, Transient):
        told |= {"what": str(error), "remedy": _LATER}
    elif isinstance(error, Stop):
        told |= {"what": error.what, "why": error.why, "remedy": error.remedy}
    return {"error": told | {"report": str(report) if report else None}, "exit": exit_code}


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
        "versions": {name: package_version(name) for name in _LIBRARIES},
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
    for folder in (here, *here.parents):
        if (folder / "migrate.toml").is_file():
            return folder / ".migrate" / "reports"
    return Path(tempfile.gettempdir()) / f"case-migrate-{os.getuid()}" / "reports"
