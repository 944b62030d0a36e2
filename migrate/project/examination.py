"""`migrate doctor`: everything that a run will need, examined one point after the other; writes nothing.

Each point is an `Examination` (ok, warning or failure, with the remedy). A point that cannot be examined is a failure
of its own; what needs it is left out, everything else goes on.
"""

import platform
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from migrate.errors import InvalidInput, MigrateError, Stop
from migrate.extract import Examination, State
from migrate.project.defects import cleaned
from migrate.project.project import Project
from migrate.project.settings import STATE_SCHEMA

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection

    from migrate.mapping import Mappings

CLOCK_SKEW = timedelta(seconds=60)
"""Clocks further apart than this are told; windows are taken from the source's clock alone."""

FREE_BYTES = 2 << 30
OLDEST_SERVER = 150000  # PostgreSQL 15, in the way of server_version_num

DRIVERS = {"pyodbc": "pyodbc", "oracledb": "oracledb", "psycopg": "psycopg", "adbc": "adbc_driver_sqlite"}

Points = Iterator[tuple[str, Examination]]
"""(area, point)"""


def examine(project: Project) -> Points:
    """Every point, in the order in which a run would need it."""
    yield from _area("program", lambda: _program(project))
    yield from _area("mappings", lambda: _mappings(project))
    yield from _area("legacy", lambda: _legacy(project))
    yield from _area("platform", lambda: _platform(project))
    yield from _area("schema", lambda: _schema(project))


def _area(name: str, points: Callable[[], Iterator[Examination]]) -> Points:
    """The points of an area; an error ends the area with a failure."""
    try:
        for point in points():
            yield name, point
    except Exception as error:  # noqa: BLE001  # whatever it is, a doctor says so and goes on
        yield name, _failure(name, cleaned(error))


def _failure(name: str, error: MigrateError) -> Examination:
    remedy = error.remedy if isinstance(error, Stop) else "try again"
    if isinstance(error, InvalidInput):
        return Examination(name, State.FAILURE, str(error), "correct them; nothing was touched")
    why = f": {error.why}" if isinstance(error, Stop) and error.why else ""
    return Examination(
        name, State.FAILURE, (error.what if isinstance(error, Stop) else str(error)) + why, remedy
    )


# --- this machine and this program


def _program(project: Project) -> Iterator[Examination]:
    version = platform.python_version()
    yield Examination("python", State.OK, f"Python {version} on {platform.system()} {platform.machine()}")
    yield _drivers()
    yield _zones()
    yield _disk(project.folder)


def _drivers() -> Examination:
    missing = [name for name, module in DRIVERS.items() if find_spec(module) is None]
    if missing:
        return Examination(
            "drivers",
            State.WARNING,
            f"not installed: {', '.join(missing)}",
            "install the package again, as locked",
        )
    try:
        import pyodbc
    except ImportError:
        return Examination(
            "drivers",
            State.WARNING,
            "pyodbc finds no unixODBC: SQL Server and MariaDB cannot be read",
            "install it: apt install unixodbc, and the ODBC driver of the database",
        )
    odbc = ", ".join(sorted(pyodbc.drivers())) or "none"
    return Examination("drivers", State.OK, f"{', '.join(DRIVERS)}; ODBC drivers: {odbc}")


def _zones() -> Examination:
    try:
        ZoneInfo("America/Toronto")
    except ZoneInfoNotFoundError:
        return Examination("time zones", State.FAILURE, "no time zone data on this machine", "install tzdata")
    return Examination("time zones", State.OK, "stamps of the legacy database are read as UTC")


def _disk(folder: Path) -> Examination:
    free = shutil.disk_usage(folder).free
    told = f"{free / (1 << 30):,.1f} GiB free in the project folder"
    if free < FREE_BYTES:
        return Examination(
            "disk", State.WARNING, told, "make room: the embedded platform and reports lie there"
        )
    return Examination("disk", State.OK, told)


# --- mappings


def _mappings(project: Project) -> Iterator[Examination]:
    mappings = project.mappings()
    yield Examination(
        "files", State.OK, f"{len(mappings)} mappings in {project.mappings_folder}, without mistakes"
    )


# --- the legacy database


def _legacy(project: Project) -> Iterator[Examination]:
    source = project.source()
    try:
        mappings = _readable(project)
        keys = [(m.root.table, m.root.key) for m in mappings.values()] if mappings else []
        yield from source.check(keys)
    finally:
        source.close()
    yield from map(_files, project.files)


def _files(folder: Path) -> Examination:
    """Whether a tree of the Siebel File System can be read; only its top is looked at."""
    try:
        next(folder.iterdir(), None)
    except OSError:
        told = f"{folder} cannot be read"
        return Examination("attachments", State.WARNING, told, "correct [legacy] files, or mount it")
    return Examination("attachments", State.OK, f"{folder} can be read")


def _readable(project: Project) -> "Mappings | None":
    """The mappings, unless they have mistakes, which their own area tells."""
    try:
        return project.mappings()
    except InvalidInput:
        return None


# --- the platform


def _platform(project: Project) -> Iterator[Examination]:
    from migrate.postgres import connect

    url = project.platform_url()
    connect(url, "migrate: doctor").close()  # says better than the library what is wrong
    yield from _server(url)
    yield from _schemas(project, url)


def _server(url: "URL") -> Iterator[Examination]:
    from sqlalchemy import create_engine

    engine = create_engine(url, hide_parameters=True, connect_args={"connect_timeout": 10})
    try:
        with engine.connect() as connection:
            yield _version(connection)
            yield _encoding(connection)
            yield _clock(connection)
            yield _right(connection)
    finally:
        engine.dispose()


def _version(connection: "Connection") -> Examination:
    number = int(str(connection.exec_driver_sql("SHOW server_version_num").scalar()))
    version = connection.exec_driver_sql("SHOW server_version").scalar()
    told = f"PostgreSQL {version}, database {connection.engine.url.database}"
    if number < OLDEST_SERVER:
        return Examination("server", State.FAILURE, told, "use PostgreSQL 15 or newer")
    return Examination("server", State.OK, told)


def _encoding(connection: "Connection") -> Examination:
    encoding = connection.exec_driver_sql("SHOW server_encoding").scalar()
    if encoding != "UTF8":
        return Examination(
            "character set", State.FAILURE, f"the database is in {encoding}", "make it with ENCODING 'UTF8'"
        )
    return Examination("character set", State.OK, "UTF8")


def _clock(connection: "Connection") -> Examination:
    server = connection.exec_driver_sql("SELECT clock_timestamp()").scalar()
    assert isinstance(server, datetime)
    apart = abs(datetime.now(UTC) - server)
    if apart > CLOCK_SKEW:
        told = f"the platform's clock and this machine's are {apart.total_seconds():,.0f} s apart"
        return Examination(
            "clock", State.WARNING, told, "set both by NTP; only times in the ledger are affected"
        )
    return Examination("clock", State.OK, "agrees with this machine's")


def _right(connection: "Connection") -> Examination:
    query = "SELECT current_user, has_database_privilege(current_database(), 'CREATE')"
    user, may = connection.exec_driver_sql(query).one()
    if may:
        return Examination("rights", State.OK, f"role {user} may create the schemas")
    return Examination(
        "rights",
        State.WARNING,
        f"role {user} may not create schemas",
        f"as the owner: GRANT CREATE ON DATABASE ... TO {user}, or make both schemas for it",
    )


def _schemas(project: Project, url: "URL") -> Iterator[Examination]:
    """The revisions of both schemas, found by an upgrade that is undone."""
    from migrate.project.upgrading import upgrade

    for each in upgrade(url, project.settings.platform.schema_name, dry_run=True):
        name = "state" if each.schema == STATE_SCHEMA else "platform schema"
        if each.changed:
            there = f"is at revision {each.before}" if each.before else "is not there yet"
            told = f"schema {each.schema} {there}, the newest revision is {each.after}"
            yield Examination(name, State.WARNING, told, "run: migrate platform upgrade")
        else:
            yield Examination(name, State.OK, f"schema {each.schema} is at revision {each.after}")


# --- both schemas


def _schema(project: Project) -> Iterator[Examination]:
    """What a run would find changed on either side; a platform that has to be upgraded is told in its own area."""
    from migrate.project.drift import Weight

    mappings = _readable(project)
    if mappings is None:
        return
    comparison = project.comparison()
    for each in comparison.differences:
        state = State.WARNING if each.weight is Weight.TOLD else State.FAILURE
        yield Examination(f"{each.side} schema", state, str(each), each.remedy)
    if not comparison.differences:
        tables = {member.table for mapping in mappings.values() for member in mapping.by_name.values()}
        told = f"{len(tables)} tables have what the mappings read"
        yield Examination(
            "legacy schema", State.OK, told if comparison.first else f"{told}, as when last accepted"
        )
