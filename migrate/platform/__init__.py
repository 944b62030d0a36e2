"""The case-platform model: product-neutral tables for persons, parties, applications, work and money.

    tables()               every table by name, parents before children, without a schema
    tables("case")         the same tables in the schema "case", for statements that name it
    metadata("case")       the MetaData of those
    root_of("person_name") the root table of the aggregate in which a table's rows travel: "person"
    root_id_of(...)        the column that holds the root's id: "person_id"
    code_list_of(column)   the code list of a column, or None
    upgrade(engine, "case")  create or upgrade the schema (see `migrate.platform.upgrading`)

Nothing here opens a connection; importing it costs SQLAlchemy and no more.
"""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Engine, MetaData, Table

from migrate.platform import applications, codes, money, parties, persons, quality, reference, work
from migrate.platform.codes import CODE_LISTS, Code
from migrate.platform.schema import METADATA

if TYPE_CHECKING:
    from migrate.platform.upgrading import Upgrade

__all__ = [
    "CODE_LISTS",
    "Code",
    "code_list_of",
    "code_table",
    "metadata",
    "root_id_of",
    "root_of",
    "tables",
    "upgrade",
]

SUBJECTS = (codes, reference, parties, persons, applications, work, money, quality)
"""The modules that define the tables, in the order in which a reader should meet them."""


@cache
def metadata(schema: str | None = None) -> MetaData:
    """All tables, placed in `schema`; without one, the tables as they were defined."""
    if schema is None:
        return METADATA
    placed = MetaData(schema=schema)
    for table in METADATA.sorted_tables:
        table.to_metadata(placed, schema=schema)
    return placed


@cache
def tables(schema: str | None = None) -> Mapping[str, Table]:
    """Every table by its bare name, parents before children (a table that refers to itself counts once)."""
    return MappingProxyType({table.name: table for table in metadata(schema).sorted_tables})


def root_of(table: str) -> str | None:
    """Name of the root table of the aggregate in which rows of `table` travel; None outside any."""
    return tables()[table].info["root"]  # type: ignore[no-any-return]


def root_id_of(table: str) -> str | None:
    """Name of the column of `table` that holds the root's id; None for code tables."""
    return tables()[table].info["root_id"]  # type: ignore[no-any-return]


def code_list_of(column: Column[Any]) -> str | None:
    """The code list whose codes the column holds, or None."""
    return column.info.get("code_list")


def code_table(code_list: str, schema: str | None = None) -> Table:
    """The table of a code list. Raises KeyError for a list that does not exist."""
    return tables(schema)[f"code_{code_list}"]


def upgrade(engine: Engine, schema: str) -> "Upgrade":
    """Create `schema` or bring it to the newest revision, and its code tables to the packaged codes."""
    from migrate.platform import upgrading  # late: Alembic is not needed to read the model

    return upgrading.upgrade(engine, schema)
