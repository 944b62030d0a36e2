"""PostgreSQL, as load and state both use it: one way to connect, one way to copy, one way to name what went wrong.

    connect(url, name)         a psycopg connection in UTC that says who it is
    temporary(cursor, name, …) a temporary table, made once on a connection
    copy_in(cursor, ...)       Arrow rows into a table, by COPY; nothing is lost between Arrow and the server
    copy_out(cursor, query)    the rows of a query as an Arrow table
    copied(cursor, statement)  what a COPY sends, in pieces of whole rows;  parsed(text, schema) makes rows of CSV
    faults(doing)              turns the server's errors into ours

What a server says about an error holds values of rows (`Key (email)=(...) already exists`), so its text never leaves
this module: what remains is the SQLSTATE and the names of table, column and constraint.
"""

import re
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.compute as pc
from psycopg import sql
from psycopg.generators import copy_from
from pyarrow import csv
from sqlalchemy import URL, make_url

from migrate.canonical import id_text
from migrate.errors import Defect, Drift, MigrateError, Transient, Unreachable

if TYPE_CHECKING:
    from psycopg.abc import Params

Connection = psycopg.Connection[tuple[object, ...]]
Cursor = psycopg.Cursor[tuple[object, ...]]

# random_page_cost: batches look up neighbouring keys, of which most are in memory.
_OPTIONS = (
    "-c TimeZone=UTC -c client_encoding=UTF8 -c DateStyle=ISO"
    " -c client_min_messages=warning -c random_page_cost=1.1"
)
# Null: nothing; empty text: "". Measured: 16,384 rows at a time take a third of the time of Arrow's 1,024.
_CSV = csv.WriteOptions(include_header=False, quoting_style="needed", batch_size=16_384)
# A line that is cut without a word, while we wait for an answer or while we send.
_KEEPALIVE = {
    "keepalives_idle": "15",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
}
_COPY_PLACE = re.compile(r"^COPY (?P<table>[^,]+), line \d+, column (?P<column>[^:]+)")


PIECE_BYTES = 2**20
"""Text that is parsed at once: what fits the processor's cache takes half the time of 8 MB."""

PATIENCE = 30.0
"""Seconds for which a fault that may pass is waited for: a server that says nothing is found out in half of them."""


class Listening(psycopg.Connection[tuple[object, ...]]):
    """A connection that does not wait for ever: with no answer, it asks over another one whether anybody is there.

    A statement may take hours, and a server that is frozen, or behind a line that is cut without a word, looks the
    same. Where the other connection is not answered either, this one is given up, as if the server had closed it.

    silence:    seconds without a word before it asks.
    temporary:  names of the temporary tables that `temporary` has made here.
    """

    silence = PATIENCE / 6
    temporary: frozenset[str] = frozenset()

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """See psycopg; called for every exchange with the server, most of which are answered already."""
        try:
            wants = next(gen)
        except StopIteration as end:
            return end.value
        return super().wait(self._heard(gen, wants), interval, timeout)

    def _heard(self, gen: Any, wants: Any) -> Generator[Any, Any, Any]:
        heard = time.monotonic()
        try:
            while True:
                ready = yield wants
                if ready:
                    heard = time.monotonic()
                elif time.monotonic() - heard > self.silence:
                    self._ask()
                    heard = time.monotonic()
                wants = gen.send(ready)
        except StopIteration as end:
            return end.value

    def _ask(self) -> None:
        """Raise unless the server takes another connection, or refuses it by itself."""
        given: dict[str, Any] = {**self.info.get_parameters(), "password": self.info.password}
        try:
            psycopg.connect(**given).close()
        except psycopg.Error as error:
            if "FATAL" not in str(error):
                self.pgconn.finish()
                raise psycopg.OperationalError("the server says nothing any more") from None


def connect(url: str | URL, name: str, *, autocommit: bool = False, patience: float = PATIENCE) -> Connection:
    """A connection to the database of an SQLAlchemy URL, with times in UTC.

    name:      shown in `pg_stat_activity`; holds no secret.
    patience:  a connection is given a third of it to come about, a lock that others hold a sixth; and so long a server
               may say nothing before it is asked whether it is there.
    Raises Unreachable when the server refuses (never worth another try), Transient when it does not answer.
    """
    where = make_url(url)
    settings: dict[str, Any] = {key: _plain(value) for key, value in where.query.items()}
    parts = {"user": where.username, "password": where.password, "dbname": where.database}
    settings |= {key: value for key, value in parts.items() if value}  # each may stand in the query instead
    settings |= {"host": where.host, "port": where.port} if where.host else {}
    settings = {**_KEEPALIVE, **settings}
    options = f"{settings.get('options', '')} {_OPTIONS} -c lock_timeout={round(patience / 6 * 1000)}"
    settings |= {"application_name": name, "options": options.strip()}
    settings.setdefault("connect_timeout", str(min(10, max(2, round(patience / 3)))))
    try:
        connection = CONNECTION.connect(**settings, autocommit=autocommit)
        connection.silence = patience / 6
        return connection
    except psycopg.Error as error:
        fault = _refused(error, f"connect to the platform database {where.database}")
    raise fault  # out here it has no other error behind it


CONNECTION = Listening
"""The class of all connections. `migrate selftest` puts one in its place whose process dies before a commit."""


def temporary(cursor: Cursor, name: str, columns: sql.Composable) -> sql.Identifier:
    """A temporary table that is empty at the beginning of each transaction; made when a connection first needs it.

    columns:  what stands in the brackets of its declaration.
    A connection is given up when its transaction fails, and so forgets no table that it believes to have.
    """
    connection = cursor.connection
    assert isinstance(connection, Listening)
    if name not in connection.temporary:
        cursor.execute(
            sql.SQL("CREATE TEMPORARY TABLE {} ({}) ON COMMIT DELETE ROWS").format(
                sql.Identifier(name), columns
            )
        )
        connection.temporary |= {name}
    return sql.Identifier("pg_temp", name)


def copy_in(cursor: Cursor, table: sql.Composable, rows: pa.Table, *, called: str) -> int:
    """Append `rows` to a table whose columns have the names of the rows' columns; returns how many.

    called: the table's plain name, for errors. Ids (16 raw bytes) go as hexadecimal text.
    Raises Defect for text that PostgreSQL cannot hold (NUL), naming the column.
    """
    if not rows.num_rows:
        return 0
    text = _csv(rows)
    if not np.frombuffer(text, np.uint8).all():
        raise Defect(
            f"table {called}, column {_nul_column(rows)}: a text holds the character NUL",
            why="PostgreSQL cannot store it",
        )
    columns = sql.SQL(", ").join(map(sql.Identifier, rows.column_names))
    with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(table, columns)) as copy:
        copy.write(memoryview(text))
    if cursor.rowcount != rows.num_rows:
        raise Defect(f"table {called}: {rows.num_rows} rows were sent and {cursor.rowcount} arrived")
    return int(rows.num_rows)


def copy_out(
    cursor: Cursor, query: sql.Composable, types: dict[str, pa.DataType], params: "Params | None" = None
) -> pa.Table:
    """The rows of `query` as an Arrow table with the given columns and types; null and '' stay apart."""
    schema = pa.schema(types)
    pieces = copied(cursor, sql.SQL("COPY ({}) TO STDOUT (FORMAT csv)").format(query), params)
    tables = [parsed(text, schema) for text in pieces]
    return pa.concat_tables([schema.empty_table(), *tables]).combine_chunks()


def copied(
    cursor: "psycopg.Cursor[Any]", statement: Any, params: "Params | None" = None
) -> Iterator[bytearray]:
    """What a COPY sends, in pieces of whole rows, each of some 1 MB.

    To wait for each row by itself, as psycopg does, takes a third more processor time.
    """
    with cursor.copy(statement, params):
        connection, more = cursor.connection, True
        while more:
            piece = bytearray()
            more = connection.wait(_fill(piece, connection.pgconn))
            if piece:
                yield piece


def _fill(piece: bytearray, server: psycopg.pq.abc.PGconn) -> Generator[Any, Any, bool]:
    """Add rows to a piece until it is full; False at the end of the COPY."""
    while len(piece) < PIECE_BYTES:
        row = yield from copy_from(server)
        if not isinstance(row, memoryview):
            return False
        piece += row
    return True


def parsed(text: bytes | bytearray, schema: pa.Schema) -> pa.Table:
    """Rows of PostgreSQL's CSV in exactly that schema; null and '' stay apart. Raises ArrowInvalid."""
    return csv.read_csv(
        pa.BufferReader(text),
        csv.ReadOptions(column_names=schema.names, use_threads=False, block_size=len(text) + 1),
        csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        csv.ConvertOptions(
            column_types=schema,
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            timestamp_parsers=[csv.ISO8601],
        ),
    )


def names(*parts: str) -> sql.Composable:
    """A qualified name, each part quoted."""
    return sql.Identifier(*parts)


def comma(parts: Sequence[sql.Composable]) -> sql.Composed:
    """The parts in a row, with commas between them."""
    return sql.SQL(", ").join(parts)


@contextmanager
def faults(doing: str) -> Iterator[None]:
    """Errors of the server inside this block become ours: Transient, Unreachable, Drift or Defect.

    doing: what was tried, in the infinitive ("write client [a, b)"); it opens the message.
    The original error's text may hold values: it is replaced, and the error not chained.
    """
    try:
        yield
    except psycopg.Error as error:
        fault = _translated(error, doing)
        _silence(error)
        raise fault from None


def _translated(error: psycopg.Error, doing: str) -> MigrateError:
    state, place = error.sqlstate or "", _place(error)
    if isinstance(error, psycopg.ProgrammingError) and not state:
        return Defect(
            f"could not {doing}", why="the program has asked in a way that its driver does not understand"
        )
    if not state or state[:2] in _AGAIN or state in _AGAIN or _raced(error):
        return Transient(
            f"could not {doing}: {_KINDS.get(state[:2], 'the connection was lost or refused')} {place}".rstrip()
        )
    if state[:2] in ("28", "3D") or state in ("42501", "25006"):
        return Unreachable(
            f"could not {doing} {place}".rstrip(),
            why=_DENIALS.get(state, "the server does not let this role in"),
            remedy="check platform.url, the role and its rights with: migrate doctor",
        )
    if state[:2] == "42" or state == "3F000":
        return Drift(
            f"could not {doing} {place}".rstrip(),
            why="the platform schema is not the expected one",
            remedy="run: migrate platform upgrade",
        )
    return Defect(
        f"could not {doing} {place}".rstrip(),
        why=_VIOLATIONS.get(state, "the server refused a row or a statement"),
    )


def _refused(error: psycopg.Error, doing: str) -> MigrateError:
    """A failed connection has no SQLSTATE; but where the server itself answered, trying again may lock an account."""
    text = str(error)
    for words, why, remedy in _HOPELESS:
        if re.search(words, text):
            return Unreachable(f"could not {doing}", why=why, remedy=remedy)
    if "FATAL" not in text or any(words in text for words in _PASSING):
        return _translated(error, doing)
    return Unreachable(
        f"could not {doing}",
        why="the server refused: role, password, database or client address",
        remedy="check platform.url, the role and its rights with: migrate doctor",
    )


def _silence(error: BaseException | None) -> None:
    """Python keeps the error that was there before as context, and some tools print it."""
    while error is not None:
        if isinstance(error, psycopg.Error):
            error.args = (f"SQLSTATE {error.sqlstate}",)
        error = error.__cause__ or error.__context__


def _raced(error: psycopg.Error) -> bool:
    """Two workers made the same row at once: the second try finds it."""
    return error.sqlstate == "23505" and (error.diag.constraint_name or "").startswith("pk_")


def _place(error: psycopg.Error) -> str:
    """Names, never values: SQLSTATE, table, column, constraint."""
    diag = error.diag
    table, column = diag.table_name, diag.column_name
    if not column and (found := _COPY_PLACE.match(diag.context or "")):
        table, column = found["table"], found["column"]
    parts = {"SQLSTATE": error.sqlstate, "table": table, "column": column, "constraint": diag.constraint_name}
    told = ", ".join(f"{name} {value}" for name, value in parts.items() if value)
    return f"({told})" if told else ""


def _csv(rows: pa.Table) -> pa.Buffer:
    """The rows as text. Each column goes in one piece: after an empty one Arrow 26.0 writes zeros instead of a row."""
    sink = pa.BufferOutputStream()
    columns = [_writable(column) for column in rows.columns]
    csv.write_csv(pa.table(columns, names=rows.column_names).combine_chunks(), sink, _CSV)
    return sink.getvalue()


def _writable(column: pa.ChunkedArray) -> "pa.Array | pa.ChunkedArray":
    if pa.types.is_fixed_size_binary(column.type):
        return id_text(column)
    if pa.types.is_timestamp(column.type) and column.type.tz == "UTC":
        # The session's zone is UTC. Arrow writes an instant without a zone twenty times faster.
        return column.cast(pa.timestamp(column.type.unit))
    return column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column


def _nul_column(rows: pa.Table) -> str:
    texts = (
        (name, rows.column(name))
        for name in rows.column_names
        if pa.types.is_string(rows.schema.field(name).type)
    )
    return next((name for name, column in texts if pc.any(pc.match_substring(column, "\x00")).as_py()), "?")


def _plain(value: "str | tuple[str, ...] | None") -> str | None:
    return ",".join(value) if isinstance(value, tuple) else value


# Classes and codes after which the same may succeed: 55P03 lock not available, 25P03 and 25P04 session timeouts.
_AGAIN = ("08", "40", "53", "57", "58", "55P03", "25P03", "25P04")
_PASSING = (
    "starting up",
    "not yet accepting",
    "shutting down",
    "recovery",
    "too many",
    "connection slots",
    "administrator command",
)
# What keeps a connection from coming about, and will tomorrow too.
_HOPELESS = (
    (
        r"could not translate host name|failed to resolve host|[Nn]ame or service not known",
        "there is no host of that name",
        "correct the host in platform.url",
    ),
    (
        r"certificate|SSL error|does not support SSL|sslmode",
        "its certificate does not hold, or it does not encrypt as platform.url demands",
        "have the server's certificate signed by the authority in sslrootcert, for the host in platform.url",
    ),
    (
        r"no password supplied",
        "the server wants a password, and platform.url holds none",
        "put the URL with its password into the variable or file that platform.url names",
    ),
)
_KINDS = {
    "40": "the server undid it because of another transaction",
    "53": "the server is out of a resource (disk, memory or connections)",
    "55": "a lock was not to be had in time",
    "57": "the server stopped, ended the session or cancelled the statement",
    "23": "another worker made the same row at the same time",
}
_DENIALS = {
    "42501": "the role lacks a right",
    "25006": "the database is read-only",
    "3D000": "there is no such database",
}
_VIOLATIONS = {
    "22001": "a value is longer than its column",
    "22003": "a number is out of the range of its column",
    "22021": "a text holds bytes that PostgreSQL cannot store",
    "23502": "a required column is empty",
    "23503": "a row refers to a row that does not exist",
    "23505": "two rows claim the same unique value",
    "23514": "a row breaks a check constraint",
}
