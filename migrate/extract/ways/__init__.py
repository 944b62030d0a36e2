"""Ways to run a read: the plain cursor of any driver, and one columnar way per database.

A Way is one open connection. It knows nothing of ranges or members: it runs statements of ours and yields Arrow
tables whose columns are in the order of the statement, in types that `migrate.extract.types.conform` can make
canonical without loss. Errors leave it as the driver raised them.
"""

from collections.abc import Iterator
from typing import Any, Protocol

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine import Dialect as SqlDialect


class Way(Protocol):
    """One open connection that reads."""

    def run(self, statement: str) -> None:
        """Run one of the dialect's own statements."""

    def value(self, statement: str) -> Any:
        """The single value that one of the dialect's own statements gives."""

    def blocks(self, statement: sa.Select[Any], schema: pa.Schema) -> Iterator[pa.Table]:
        """The rows, in blocks; `schema` is the canonical one that they are for."""

    def close(self) -> None:
        """Give the connection back."""

    def drop(self) -> None:
        """Let go of a connection that is of no more use."""


def compiled(statement: sa.Select[Any] | sa.CompoundSelect[Any], dialect: SqlDialect) -> tuple[str, Any]:
    """Text and bound values of a statement in the driver's style: a tuple or a dict, lists spread."""
    result = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    values = result.params  # made anew at every look
    if dialect.positional:
        return str(result), tuple(values[name] for name in result.positiontup or ())
    return str(result), dict(values)


def table_of(statement: sa.Select[Any]) -> str:
    """The table that a statement reads, for messages."""
    return str(getattr(statement.get_final_froms()[0], "name", ""))
