"""What a driver's error means: wait and try again, or stop and tell a person what to do.

A server's own words may hold cell values, so no message repeats them: SQLSTATE, the server's number and the place
are enough to look them up. A password cannot appear because only the parts of `Place` are ever printed.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import URL
from sqlalchemy.exc import SQLAlchemyError

from migrate.errors import Drift, MigrateError, Transient, Unreachable


class Cause(StrEnum):
    """Why a database does not do what it is asked."""

    PASSWORD = "password"  # noqa: S105  # a cause, no password
    DATABASE = "database"
    DAMAGED = "damaged"
    HOST = "host"
    CERTIFICATE = "certificate"
    SERVER = "server"
    DRIVER = "driver"
    RIGHT = "right"
    MISSING = "missing"
    SNAPSHOT = "snapshot"
    VALUE = "value"
    TRANSIENT = "transient"


def causes(**codes: str) -> dict[str, Cause]:
    """Codes separated by blanks, by the name of their cause in lower case -> cause by code."""
    return {code: Cause(cause) for cause, several in codes.items() for code in several.split()}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a database is, without any secret; prints as `mariadb database gcms at localhost as legacy`."""

    kind: str
    host: str = ""
    database: str = ""
    user: str = ""
    driver: str = field(default="install its driver", repr=False)  # what to do when the driver is missing
    right: str = field(default="ask for SELECT on the tables that the mapping names", repr=False)
    causes: Mapping[str, Cause] = field(
        default_factory=dict, repr=False
    )  # what the server's own numbers mean

    def __str__(self) -> str:
        of = f"{self.kind} database {self.database}" if self.database else f"{self.kind} database"
        return of + (f" at {self.host}" if self.host else "") + (f" as {self.user}" if self.user else "")


def place_of(url: URL, **knowledge: Any) -> Place:
    """The place that a URL names; also where it is an ODBC connection string or its query part holds the host.

    knowledge:  the fields of Place that a Dialect knows.
    """
    kind, string = url.get_backend_name(), url.query.get("odbc_connect")
    if isinstance(string, str):
        parts = odbc_parts(string)
        host, database, user = (
            next((parts[key] for key in keys if key in parts), "")
            for keys in (("SERVER", "SERVERNAME", "DSN"), ("DATABASE", "DB", "DBQ"), ("UID", "USER"))
        )
    else:
        given = url.host or url.query.get("host") or ""
        host, database, user = (
            (given if isinstance(given, str) else ", ".join(given)),
            url.database or "",
            url.username or "",
        )
    return Place(kind, host, database, user, **knowledge)


def odbc_parts(string: str) -> dict[str, str]:
    """The parts of an ODBC connection string by upper-case keyword, braces removed."""
    pairs = re.findall(r"\s*([^=;]+?)\s*=\s*(\{(?:[^}]|\}\})*\}|[^;]*)", string)
    return {
        key.upper(): value[1:-1].replace("}}", "}") if value[:1] == "{" else value.strip()
        for key, value in pairs
    }


# SQLSTATE, the same in every database; a server's own numbers are in its Dialect.
_STATES = causes(
    password="28000 28P01 28001",  # noqa: S106
    database="3D000",
    server="08001 08004 HYT01 08S02",
    driver="IM002 IM003 IM004",
    right="42501",
    missing="42P01 42703 42S02 42S22",
    transient="40001 40P01 40003 55P03 55006 57014 57P01 57P02 57P03 57P05 25P03 25P04"
    " 53300 53400 HYT00 08S01 08003 08006 08007",
)

# For drivers that give a text and no code, or one that says too little; the first that matches.
_TEXTS = (
    (Cause.DRIVER, r"can't open lib|dpi-1047|data source name not found"),
    (
        Cause.PASSWORD,
        r"authentication failed|no password supplied|access denied for user|no pg_hba.conf entry",
    ),
    (Cause.DATABASE, r"database .* does not exist|unable to open database file"),
    (
        Cause.HOST,
        r"could not translate host name|failed to resolve|no such host|unknown (mysql |mariadb )?server host",
    ),
    (Cause.CERTIFICATE, r"certificate|ssl error|tls.*error|does not support ssl|ssl connection error"),
    (
        Cause.TRANSIENT,
        r"database is locked|server closed the connection|(lost|says nothing|has gone away)|connection.*closed",
    ),
    (
        Cause.TRANSIENT,
        r"too many|connection slots|starting up|shutting down|recovery|not yet accepting",
    ),
    (
        Cause.SERVER,
        r"could not connect|connection (is bad|refused|timeout|failed)|can't connect to",
    ),
    (Cause.MISSING, r"no such (table|column)"),
    (
        Cause.VALUE,
        r"(date|time|timestamp|interval).*too (large|small)|out of range|could not decode|invalid utf-?8",
    ),
)


def explain(error: BaseException, place: Place, doing: str) -> MigrateError:
    """The error that says what happened to `doing` at `place` and what comes next; never a driver's own text."""
    if isinstance(error, MigrateError):
        return error
    if isinstance(error, ImportError):
        return _no_package(error, place)
    codes = error_codes(error)
    note = f" ({', '.join(codes)})" if codes else f" ({type(error).__name__})"
    what = f"could not {doing}: {place}"
    cause = cause_of(error, place)
    if cause in _PASSING:
        return Transient(f"{what}: {_PASSING[cause]}{note}")
    kind = Drift if cause in {Cause.MISSING, Cause.VALUE} else Unreachable
    why, remedy = _EXPLANATIONS[cause]
    return kind(what, why=why + note, remedy=remedy.format(driver=place.driver, right=place.right))


_PASSING = {
    Cause.TRANSIENT: "the server ended or refused it for now",
    Cause.SERVER: "no server answers there",
}
_EXPLANATIONS: dict[Cause | None, tuple[str, str]] = {
    Cause.PASSWORD: (
        "the server refused the user or the password; it was asked once, so that no account is locked",
        "correct the user and the password of this connection",
    ),
    Cause.DATABASE: ("there is no such database", "correct the database's name or its address"),
    Cause.DAMAGED: ("the file is no database, or a damaged one", "name the right file, or restore it"),
    Cause.HOST: ("there is no host of that name", "correct the host in the address of this connection"),
    Cause.CERTIFICATE: (
        "its certificate does not hold, or it does not encrypt as the address demands",
        "have the server's certificate signed by an authority that the address names, for the host in it",
    ),
    Cause.DRIVER: ("its ODBC driver is not installed", "{driver}"),
    Cause.RIGHT: ("the role may not do this", "{right}"),
    Cause.MISSING: (
        "a table or column is missing or hidden from the role",
        "compare the schema with the mapping",
    ),
    Cause.SNAPSHOT: (
        "the database does not allow snapshot isolation",
        "ask its administrator for ALTER DATABASE ... SET ALLOW_SNAPSHOT_ISOLATION ON",
    ),
    Cause.VALUE: (
        "it holds a value that is damaged, or outside what the driver can give",
        "have the value corrected at the source, or leave its column out of the mapping",
    ),
    None: (
        "the driver gave up",
        "`migrate doctor` examines the connection; the server's manual explains the code",
    ),
}


@contextmanager
def explained(place: Place, doing: str) -> Iterator[None]:
    """Turn every error of a driver into ours, see `explain`; any other is a defect and goes on as it is."""
    try:
        yield
    except Exception as error:
        if isinstance(error, MigrateError) or not of_driver(error):
            raise
        raise explain(error, place, doing) from None  # the driver's text may hold values


def error_codes(error: BaseException) -> tuple[str, ...]:
    """SQLSTATE and server's number of a driver's error, as far as it carries them."""
    original: object = getattr(error, "orig", None) or error
    found: list[str] = []
    for attribute in ("sqlstate", "sqlite_errorname"):
        value = getattr(original, attribute, None)
        if isinstance(value, str):
            found.append(value)
    text = str(original)
    arguments = getattr(original, "args", ())
    if arguments and isinstance(arguments[0], str) and re.fullmatch(r"[0-9A-Z]{5}", arguments[0]):
        found.append(arguments[0])
    found += re.findall(r"State: (\w{5}), Native error: (-?\d+)", text)[0] if "Native error" in text else ()
    found += [str(int(number)) for number in re.findall(r"ORA-(\d{5})", text)]
    found += re.findall(r"\((\d{2,6})\) \(SQL\w+\)", text)
    return tuple(dict.fromkeys(code for code in found if code != "0"))


def cause_of(error: BaseException, place: Place) -> Cause | None:
    """Why a driver's error happened; None when nobody can say."""
    codes = error_codes(error)
    for cause in (meaning.get(code) for meaning in (place.causes, _STATES) for code in codes):
        if cause:  # the server's own number says more than the SQLSTATE
            return cause
    for code in codes:
        if len(code) == 5 and code.startswith("22"):  # SQLSTATE class "data exception"
            return Cause.VALUE
    text = str(getattr(error, "orig", None) or error)
    return next((cause for cause, pattern in _TEXTS if re.search(pattern, text, re.IGNORECASE)), None)


def of_driver(error: Exception) -> bool:
    """Whether a driver raised it: all of them name their base class Error (PEP 249)."""
    if isinstance(error, SQLAlchemyError | ImportError | OSError | UnicodeError):
        return True
    return any(base.__name__ == "Error" for base in type(error).__mro__)


def _no_package(error: ImportError, place: Place) -> Unreachable:
    what = f"could not load the driver of the {place}"
    if "libodbc" in str(error):
        remedy = f"install the system package unixodbc, and {place.driver}"
        return Unreachable(what, why="the system's ODBC library libodbc.so.2 is missing", remedy=remedy)
    return Unreachable(
        what,
        why=f"the Python package {error.name} is missing",
        remedy=f"install it: pip install {error.name}",
    )
