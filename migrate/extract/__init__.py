"""Read the legacy database: whole entities, in batches, as Arrow tables; never write.

    from migrate.extract import connect
    from migrate.extract.batches import read_batch

    source = connect("mariadb+pyodbc://...")            any supported database, by its SQLAlchemy URL
    borders = source.boundaries("S_CONTACT", "ROW_ID", every=25_000)
    with source.snapshot() as reader:                   one consistent, read-only, bounded transaction
        batch = read_batch(reader, mapping, slice, KeyRange(low, high))

The same data comes back as the same tables from every database: canonical Arrow types, names as the mapping
writes them, text untouched. What differs between databases is one value each in `migrate.extract.dialects`.

Raises `Unreachable` (a driver, a right, the password, the server is missing), `Drift` (the schema is not what the
mapping expects, or a cell does not fit its declared type) and `Transient` (worth another try, with a new snapshot).
"""

from migrate.extract.nouns import (
    Examination,
    Reader,
    Source,
    SourceColumn,
    SourceSchema,
    SourceTable,
    State,
)

__all__ = [
    "Examination",
    "Reader",
    "Source",
    "SourceColumn",
    "SourceSchema",
    "SourceTable",
    "State",
    "connect",
]

BLOCK_ROWS = 25_000
"""Rows that a cursor hands over at once; more is slower, because a block no longer fits the processor's cache."""

STATEMENT_SECONDS = 300
"""After so many seconds the source ends a statement of ours; also the longest life of a snapshot."""


def connect(
    url: str,
    schema: str | None = None,
    *,
    block_rows: int = BLOCK_ROWS,
    statement_seconds: int = STATEMENT_SECONDS,
    plain: bool = False,
) -> Source:
    """Connect to the legacy database at an SQLAlchemy URL.

    schema:             where its tables are; None: where the database looks by itself.
    block_rows:         rows per block of a read, see `Reader.rows_without`.
    statement_seconds:  bound of every statement and of a snapshot's life, at the source.
    plain:              read through the plain cursor, even where the database has a faster way.

    Nothing is written, in read-only sessions. Raises `Unreachable` within 30 seconds when the server, the driver,
    the database or a right is missing, and at once, without a second try, when the password is wrong.
    """
    from migrate.extract.sql import SqlSource

    return SqlSource(url, schema, block_rows=block_rows, statement_seconds=statement_seconds, plain=plain)
