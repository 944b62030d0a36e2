"""Whether the platform's database is the one that this program writes to; asked before a run, so that none breaks off.

In: its URL and the platform's schema. Out: what differs from the tables, types, constraints and codes of this program;
or Drift with the revision that a schema has and the one it should have.
"""

import re
from collections.abc import Iterator
from collections.abc import Mapping as Dict
from dataclasses import dataclass
from pathlib import Path

from psycopg import sql
from sqlalchemy import URL, Table
from sqlalchemy.dialects import postgresql

from migrate.errors import Drift
from migrate.platform import CODE_LISTS, tables
from migrate.platform.codes import codes
from migrate.platform.versions import VERSIONS, newest
from migrate.postgres import Cursor, connect, faults, names
from migrate.project.drift.differences import Difference, Side, Weight
from migrate.project.settings import STATE_SCHEMA
from migrate.state.store import REVISIONS

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy's own dialects have no signature
_REVISION_TABLE = "alembic_version"
_COLUMNS = """\
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), NOT a.attnotnull,
  a.atthasdef OR a.attidentity <> ''
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = %s AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"""
_CONSTRAINTS = """\
SELECT c.relname, o.conname FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = %s"""
_AWAY = "SELECT table_name, name FROM {}"  # constraints that a first load makes again

_WHOLE = ("smallint", "integer", "bigint")


@dataclass(frozen=True, slots=True)
class _Column:
    """A column in the server's words; `filled`: the database fills it by itself."""

    type: str
    nullable: bool
    filled: bool = False


def differences(url: URL, schema: str, patience: float) -> list[Difference]:
    """What differs. Raises Drift unless both schemas are at their newest revision."""
    with (
        faults("compare the platform with this program"),
        connect(url, "migrate: schema", patience=patience) as connection,
        connection.cursor() as cursor,
    ):
        _check_revision(cursor, schema, VERSIONS)
        _check_revision(cursor, STATE_SCHEMA, REVISIONS)
        found = _columns(cursor, schema)
        constraints = _pairs(cursor, sql.SQL(_CONSTRAINTS), schema)
        constraints |= _pairs(cursor, sql.SQL(_AWAY).format(names(STATE_SCHEMA, "bulk")))
        lists = [name for name in CODE_LISTS if f"code_{name}" in found and "code" in found[f"code_{name}"]]
        rows = _pairs(cursor, _codes(schema, lists))
    return [
        *(each for name, table in tables().items() for each in _table(table, found.get(name), constraints)),
        *(each for name in lists for each in _code_list(name, rows)),
    ]


def _check_revision(cursor: Cursor, schema: str, versions: Path) -> None:
    cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [f'"{schema}".{_REVISION_TABLE}'])
    (there,) = cursor.fetchone() or (False,)
    found = None
    if there:
        cursor.execute(sql.SQL("SELECT version_num FROM {}").format(names(schema, _REVISION_TABLE)))
        (found,) = cursor.fetchone() or (None,)
    expected, known = newest(versions)
    if found != expected:
        older = found is None or found in known
        raise Drift(
            f"schema {schema} is at revision {found or 'none'}, this program works with {expected}",
            why="the schema was not upgraded yet" if older else "a newer program has upgraded the schema",
            remedy="run: migrate platform upgrade" if older else "install that newer version",
        )


# --- what is there


def _columns(cursor: Cursor, schema: str) -> dict[str, dict[str, _Column]]:
    cursor.execute(_COLUMNS, [schema])
    found: dict[str, dict[str, _Column]] = {}
    for table, column, kind, nullable, filled in cursor.fetchall():
        found.setdefault(str(table), {})[str(column)] = _Column(str(kind), bool(nullable), bool(filled))
    return found


def _pairs(cursor: Cursor, query: sql.SQL | sql.Composed, *values: object) -> set[tuple[str, str]]:
    cursor.execute(query, values)
    return {(str(first), str(second)) for first, second in cursor.fetchall()}


def _codes(schema: str, lists: list[str]) -> sql.Composed:
    parts = [
        sql.SQL("SELECT {}::text, code::text FROM {}").format(
            sql.Literal(name), names(schema, f"code_{name}")
        )
        for name in lists
    ]
    return sql.SQL(" UNION ALL ").join([sql.SQL("SELECT '', '' WHERE false"), *parts])


# --- what differs


def _table(
    table: Table, found: Dict[str, _Column] | None, constraints: set[tuple[str, str]]
) -> Iterator[Difference]:
    if found is None:
        yield _broken(table.name, "a table", "missing")
        return
    expected = {column.name: _expected(column.type.compile(_DIALECT), column) for column in table.columns}
    for name, wanted in expected.items():
        yield from _column(f"{table.name}.{name}", wanted, found.get(name))
    for name, extra in found.items():
        if name in expected:
            continue
        place = f"{table.name}.{name}"
        if extra.nullable or extra.filled:
            yield _told(place, "not there", extra.type, "it stays empty or has its default")
        else:
            yield _broken(place, "not there", f"{extra.type} NOT NULL without a default")
    for constraint in table.constraints:
        rule = _DIALECT.identifier_preparer.format_constraint(constraint)
        if rule and (table.name, rule) not in constraints:
            yield _broken(f"{table.name}, constraint {rule}", "in force", "missing")


def _expected(declared: str, column: object) -> _Column:
    kind = declared.lower().replace("varchar", "character varying").replace(", ", ",")
    return _Column(kind, bool(getattr(column, "nullable", True)))


def _column(place: str, wanted: _Column, found: _Column | None) -> Iterator[Difference]:
    if found is None:
        yield _broken(place, wanted.type, "missing")
        return
    if found.type != wanted.type:
        wider = _holds(found.type, wanted.type)
        yield (_told if wider else _broken)(place, wanted.type, found.type, "wider" if wider else "")
    if found.nullable != wanted.nullable:
        words = ("NULL", "NOT NULL") if wanted.nullable else ("NOT NULL", "NULL")
        yield (_broken if wanted.nullable else _told)(place, *words)


def _holds(found: str, wanted: str) -> bool:
    """Whether a column of the one type holds every value of the other just as well."""
    (base, mine), (other, theirs) = _parts(found), _parts(wanted)
    if base in _WHOLE and other in _WHOLE:
        return _WHOLE.index(base) >= _WHOLE.index(other)
    if other == "character varying" and base in ("text", other):
        return not mine or (bool(theirs) and mine >= theirs)
    if base == other == "numeric":
        return not mine or (
            bool(theirs) and mine[1] >= theirs[1] and mine[0] - mine[1] >= theirs[0] - theirs[1]
        )
    return False


def _parts(declared: str) -> tuple[str, tuple[int, ...]]:
    """A type's name and its figures."""
    name, _, figures = declared.partition("(")
    return name, tuple(map(int, re.findall(r"\d+", figures)))


def _code_list(name: str, rows: set[tuple[str, str]]) -> Iterator[Difference]:
    for code in codes(name):
        if (name, code.code) not in rows:
            yield _broken(f"code_{name}, code {code.code}", "a row", "missing")


def _broken(place: str, old: str, new: str, note: str = "") -> Difference:
    return Difference(Side.PLATFORM, place, old, new, Weight.BROKEN, note)


def _told(place: str, old: str, new: str, note: str = "") -> Difference:
    return Difference(Side.PLATFORM, place, old, new, Weight.TOLD, note)
