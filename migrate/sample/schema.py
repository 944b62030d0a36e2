"""The legacy schema: what the tables of the old system look like, and their DDL per database.

In: ``data/schema.txt``, a declarative text whose notation is explained in its head. Out: ``TABLES``, plain
values that the generator and the repository rows are made from, and ``metadata()``, the same as SQLAlchemy
Core tables with the types of each database. The legacy has no primary and no foreign keys, and neither have
these tables: keys are unique indexes (``_P1``, ``_U1``), references are plain indexes (``_F1``, ``_F2`` …).

What can go wrong: a mistake in the text raises ``Defect`` naming its line when the module is imported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mssql, mysql, oracle, postgresql

from migrate.errors import Defect

_COLUMN = re.compile(
    r"(?P<names>[A-Z0-9_., ]+?) (?P<type>v\d+|id|c1|n\d+(?:,\d+)?|dtl?|d|long)(?P<required>!?)(?:=(?P<default>[\w-]+))?"
    r"(?P<modelled> ~)?(?: →(?P<parent>\w+))?(?: LOV (?P<lov>\w+)/(?P<storage>M|D|MD))?"
)
_RANGE = re.compile(r"(\w+_)(\d+)\.\.(\d+)")
_HEADING = re.compile(r"(?P<name>[A-Z_]+)(?: ~)? \| (?P<meaning>.*?) \|(?P<key>.*)")


@dataclass(frozen=True, slots=True)
class Column:
    """A legacy column. ``type`` is the notation of the text: ``v50``, ``id``, ``c1``, ``n22,7``, ``dt`` …"""

    name: str
    type: str
    required: bool = False
    default: str | None = None
    modelled: bool = False
    parent: str | None = None
    lov: str | None = None
    storage: str | None = None

    @property
    def width(self) -> int | None:
        """The greatest number of characters a text value may have; None where there is no such limit."""
        if self.type == "id":
            return 15
        return int(self.type[1:]) if self.type[0] in "vc" else None


@dataclass(frozen=True, slots=True)
class Table:
    """A legacy table: its columns in order, its user key, and whether a unique index enforces that key."""

    name: str
    meaning: str
    columns: tuple[Column, ...]
    user_key: tuple[str, ...]
    enforced: bool
    system: bool

    def __getitem__(self, column: str) -> Column:
        return self._by_name()[column]

    def __contains__(self, column: str) -> bool:
        return column in self._by_name()

    def _by_name(self) -> dict[str, Column]:
        return _columns_by_name(self)


@cache
def _columns_by_name(table: Table) -> dict[str, Column]:
    return {column.name: column for column in table.columns}


def metadata(schema: str | None = None) -> sa.MetaData:
    """The whole legacy schema as Core tables with their indexes, in ``schema`` where one is given."""
    result = sa.MetaData(schema=schema)
    for table in TABLES.values():
        columns = [_sql_column(column) for column in table.columns]
        sa.Table(table.name, result, *columns, *_indexes(table), comment=table.meaning)
    return result


def _sql_column(column: Column) -> sa.Column[Any]:
    default: Any = column.default
    if default == "now":
        default = sa.text("CURRENT_TIMESTAMP")
    elif default is not None and column.type[0] == "n":
        default = sa.text(default)
    return sa.Column(
        column.name, _sql_type(column.type), nullable=not column.required, server_default=default
    )


def _sql_type(notation: str) -> sa.types.TypeEngine[Any]:
    """The type of each database; ids compare byte by byte everywhere, widths count characters."""
    if notation == "id":
        return (
            sa.String(15)
            .with_variant(postgresql.VARCHAR(15, collation="C"), "postgresql")
            .with_variant(mysql.VARCHAR(15, charset="ascii", collation="ascii_bin"), "mysql", "mariadb")
            .with_variant(mssql.NVARCHAR(15, collation="Latin1_General_BIN2"), "mssql")
            .with_variant(oracle.VARCHAR2(15), "oracle")
        )
    if notation == "c1":
        return (
            sa.CHAR(1)
            .with_variant(mysql.VARCHAR(1, charset="ascii", collation="ascii_bin"), "mysql", "mariadb")
            .with_variant(mssql.NCHAR(1), "mssql")
            .with_variant(_OracleChar(1), "oracle")
        )
    if notation == "long":
        return (
            sa.Text()
            .with_variant(mysql.LONGTEXT(), "mysql", "mariadb")
            .with_variant(mssql.NVARCHAR(), "mssql")
            .with_variant(sa.CLOB(), "oracle")
        )
    if notation[0] == "v":
        width = int(notation[1:])
        return (
            sa.String(width)
            .with_variant(mssql.NVARCHAR(width), "mssql")
            .with_variant(oracle.VARCHAR2(width), "oracle")
        )
    if notation[0] == "n":
        precision, _, scale = notation[1:].partition(",")
        return sa.Numeric(int(precision), int(scale or 0))
    return sa.DateTime().with_variant(mssql.DATETIME(), "mssql").with_variant(oracle.DATE(), "oracle")


class _OracleChar(sa.types.UserDefinedType[str]):
    """``CHAR(n CHAR)``: without the unit Oracle counts bytes."""

    cache_ok = True

    def __init__(self, length: int) -> None:
        self.length = length

    def get_col_spec(self, **_: Any) -> str:
        return f"CHAR({self.length} CHAR)"


def _indexes(table: Table) -> Iterator[sa.Index]:
    if table.system:
        yield sa.Index(f"{table.name}_P1", "ROW_ID", unique=True)
    if table.user_key and table.enforced:
        yield sa.Index(f"{table.name}_U1", *table.user_key, unique=True)
    references = [column.name for column in table.columns if column.parent]
    for number, name in enumerate(references, 1):
        yield sa.Index(f"{table.name}_F{number}", name)


# -- reading the text ----------------------------------------------------------------------------------


def _read(text: str) -> dict[str, Table]:
    """The tables of a schema text by name."""
    shared: dict[str, tuple[Column, ...]] = {}
    tables: dict[str, Table] = {}
    open_columns: list[Column] = []
    shared_name, heading = "", None

    def close() -> None:
        if shared_name:
            shared[shared_name] = tuple(open_columns)
        elif heading is not None:
            table = _table(heading, tuple(open_columns), shared["@SYS"])
            tables[table.name] = table

    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        if line.startswith("  "):
            open_columns += _columns(stripped, shared, number)
            continue
        close()
        open_columns = []
        if stripped.startswith("@"):
            shared_name, heading = stripped, None
        else:
            shared_name, heading = "", _HEADING.fullmatch(stripped)
            if heading is None:
                raise _mistake(number, "a table heading needs the form NAME | meaning | user key")
    close()
    return tables


def _table(heading: re.Match[str], columns: tuple[Column, ...], system: tuple[Column, ...]) -> Table:
    key, has_system = heading["key"], "(no @SYS)" not in heading["key"]
    names = [part.strip() for part in re.sub(r"\(.*?\)", "", key).split(",") if part.strip()]
    return Table(
        name=heading["name"],
        meaning=heading["meaning"],
        columns=(system if has_system else ()) + columns,
        user_key=tuple(names),
        enforced="(not enforced)" not in key,
        system=has_system,
    )


def _columns(line: str, shared: dict[str, tuple[Column, ...]], number: int) -> Iterator[Column]:
    for part in line.split(" ; "):
        if part.startswith("@"):
            yield from shared[part]
            continue
        match = _COLUMN.fullmatch(part)
        if match is None:
            raise _mistake(number, f"cannot read the column {part!r}")
        model = Column(
            name="",
            type=match["type"],
            required=bool(match["required"]),
            default=match["default"],
            modelled=bool(match["modelled"]),
            parent=match["parent"],
            lov=match["lov"],
            storage=match["storage"],
        )
        for name in match["names"].split(","):
            yield from (replace(model, name=single) for single in _spread(name.strip()))


def _spread(name: str) -> Iterator[str]:
    """``ATTRIB_01..02`` stands for ``ATTRIB_01`` and ``ATTRIB_02``."""
    match = _RANGE.fullmatch(name)
    if match is None:
        yield name
        return
    stem, low, high = match.groups()
    yield from (f"{stem}{number:02}" for number in range(int(low), int(high) + 1))


def _mistake(line: int, why: str) -> Defect:
    return Defect(f"migrate/sample/data/schema.txt:{line}", why=why)


TABLES: dict[str, Table] = _read(files("migrate.sample").joinpath("data/schema.txt").read_text("utf-8"))
