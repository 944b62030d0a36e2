"""The model written out as PostgreSQL statements, as a database administrator would read it.

    python -m migrate.platform.ddl > migrate/platform/revisions/versions/<revision>.sql

A revision runs a script that was written once and never changes again; this module only helps to write it. The
statements name no schema: they run with the platform's schema as the search path.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable, DDLElement, SetColumnComment, SetTableComment

from migrate.platform import tables

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy's own dialects have no signature


def script() -> str:
    """All tables, parents first, each with its indexes and comments; ends with a line feed."""
    return "\n\n".join("\n".join(_statements(table)) for table in tables().values()) + "\n"


def _statements(table: Table) -> Iterator[str]:
    yield _sql(CreateTable(table))
    for index in sorted(table.indexes, key=lambda index: str(index.name)):
        yield _sql(CreateIndex(index))
    yield _sql(SetTableComment(table))
    yield from (_sql(SetColumnComment(column)) for column in _commented(table))


def _commented(table: Table) -> Iterator[Column[Any]]:
    return (column for column in table.columns if column.comment)


def _sql(statement: DDLElement) -> str:
    lines = str(statement.compile(dialect=_DIALECT)).strip().replace("\t", "    ").splitlines()
    return "\n".join(line.rstrip() for line in lines) + ";"


if __name__ == "__main__":
    print(script(), end="")  # noqa: T201
