"""Everything about a source that can be examined without reading a row: for `migrate doctor`, before a long run."""

from collections.abc import Callable, Collection
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from migrate.errors import MigrateError, Stop
from migrate.extract.nouns import Examination, State

if TYPE_CHECKING:
    from migrate.extract.sql import SqlSource

CLOCK_SECONDS = 60
"""A source clock further away from ours than this is told; nothing depends on ours."""


def examine(source: "SqlSource", keys: Collection[tuple[str, str]]) -> list[Examination]:
    """One Examination per point; a point that cannot be examined is a failure of its own and ends nothing."""
    points: dict[str, Callable[[], Examination]] = {
        "server": lambda: _server(source),
        "rights": lambda: _rights(source),
        "snapshot": lambda: _snapshot(source),
        "clock": lambda: _clock(source),
        "character set": lambda: _charset(source),
        "order of keys": lambda: _order(source, keys),
    }
    return [_point(name, examination) for name, examination in points.items()]


def _point(name: str, examination: Callable[[], Examination]) -> Examination:
    try:
        return examination()
    except MigrateError as error:
        remedy = error.remedy if isinstance(error, Stop) else "try again"
        return Examination(name, State.FAILURE, str(error).splitlines()[0], remedy)


def _server(source: "SqlSource") -> Examination:
    version = _ask(source, source.dialect.version)
    way = "the plain cursor" if source.plain else f"{source.dialect.fast} reading"
    return Examination("server", State.OK, f"{source.place}, version {version}, by {way}")


def _rights(source: "SqlSource") -> Examination:
    if source.dialect.can_write is None:
        return Examination("rights", State.OK, "the file is opened read-only")
    rights = int(_ask(source, source.dialect.can_write))
    if rights == 0:
        return Examination("rights", State.OK, "the role can only read")
    return Examination(
        "rights",
        State.WARNING,
        "the role of the source may write; all sessions here are read-only, but a second fence is better",
        "use a role with nothing but SELECT on the tables of the mappings",
    )


def _snapshot(source: "SqlSource") -> Examination:
    with source.snapshot() as reader:
        shared = "which several readers can share" if reader.shared else "of one reader"
    return Examination(
        "snapshot", State.OK, f"a consistent, read-only snapshot {shared}; bound {source.seconds} seconds"
    )


def _clock(source: "SqlSource") -> Examination:
    skew = abs((source.clock() - datetime.now(UTC).replace(tzinfo=None)).total_seconds())
    if skew <= CLOCK_SECONDS:
        return Examination(
            "clock", State.OK, f"the source's clock is within {CLOCK_SECONDS} seconds of this machine's"
        )
    return Examination(
        "clock",
        State.WARNING,
        f"the source's clock is {skew:,.0f} seconds away from this machine's; only the source's is used",
        "set both by a time server, so that logs of both sides can be compared",
    )


def _charset(source: "SqlSource") -> Examination:
    if source.dialect.charset is None:
        return Examination("character set", State.OK, "not told by this database")
    charset = str(_ask(source, source.dialect.charset))
    if not source.dialect.unicode or charset in source.dialect.unicode:
        return Examination("character set", State.OK, charset)
    return Examination(
        "character set",
        State.WARNING,
        f"{charset} does not hold every letter: what it lacked was replaced when it was typed",
        "look for lost characters with the rule lost_characters",
    )


def _order(source: "SqlSource", keys: Collection[tuple[str, str]]) -> Examination:
    """Ranges are cut by the root's key and read by the members' pointers: all must be ordered alike."""
    name, collations = "order of keys", {}
    for table, column in keys:
        found = source.table(table).column(column)
        if pa.types.is_string(found.type) and found.collation:
            collations[f"{table}.{column}"] = found.collation
    if len(set(collations.values())) > 1:
        common = max(set(collations.values()), key=list(collations.values()).count)
        others = ", ".join(sorted(key for key, collation in collations.items() if collation != common))
        return Examination(
            name,
            State.WARNING,
            f"not ordered by {common} like the other keys, so that each range reads the whole table: {others}",
            "ask for an index in that order, or read in few, large slices",
        )
    for collation in set(collations.values()):
        if not any(fnmatchcase(collation, pattern) for pattern in source.dialect.binary):
            text = f"keys are ordered by {collation}; ranges follow it, keys are compared here byte by byte"
            return Examination(name, State.OK, text)
    return Examination(name, State.OK, "keys are ordered byte by byte")


def _ask(source: "SqlSource", statement: str) -> Any:
    from migrate.extract.trouble import explained

    with explained(source.place, "examine the connection"), source.engine.connect() as connection:
        return connection.exec_driver_sql(statement).scalar_one()
