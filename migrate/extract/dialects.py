"""What differs between databases: one `Dialect` value each. To add a database, add a value (and its golden file).

Statements here are constants; `{seconds}`, `{milliseconds}` and `{token}` are filled with numbers of ours or with
a token that the server itself gave out. Everything with names or values is built in `migrate.extract.statements`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from migrate.errors import Unreachable
from migrate.extract import checksums, expressions
from migrate.extract.nouns import SourceColumn
from migrate.extract.trouble import Cause, causes

APPLICATION = "case-migrate"
CONNECT_SECONDS = 10

Collate = Callable[[sa.ColumnElement[Any], str], sa.ColumnElement[Any]]
Express = Callable[[SourceColumn, sa.ColumnElement[Any]], sa.ColumnElement[Any]]


class Fast(StrEnum):
    """The columnar way to read; beside it every database has the plain cursor."""

    COPY = "copy"  # PostgreSQL: COPY ... TO STDOUT, parsed as CSV
    ODBC = "odbc"  # arrow-odbc
    JSON = "json"  # SQLite: rows as JSON text, parsed by Arrow
    FRAMES = "frames"  # oracledb's Arrow frames


class Keys(StrEnum):
    """How a list of keys is bound."""

    ARRAY = "array"  # one array
    JSON = "json"  # one JSON array
    LIST = "list"  # one parameter a key


@dataclass(frozen=True, slots=True)
class Dialect:
    """One database.

    name:       SQLAlchemy's name of it.  fast: its columnar way to read.
    package:    SQLAlchemy's name of the driver; the columnar way needs it.
    driver:     what to install when the driver is missing.
    version, clock:  statements for the server's version and for its time in UTC.
    connect:    arguments of the driver's connect; bounds the time until a silent server counts as absent.
    odbc:       parts of the ODBC connection string, where they are not given; `{driver}` becomes a bound in seconds
                behind that of the server.
    session:    statements on every new connection: read-only, bounded, UTC.
    begin:      open a consistent read-only transaction and pin its snapshot.   end: leave it.
    adopt:      instead of `begin`: join the snapshot with that token.   share: the token of a snapshot.
    as_of:      every read names the token of its snapshot (flashback) instead of relying on the transaction.
    keys, keys_at_once:  how key lists are bound, and how many keys a statement takes.
    text_parameters:     the fast way binds text only, so that numbers are converted by the server.
    text_moments:        dates and times are kept as ISO text, and compared as such.
    collations: statement with the rows (table, column, collation) of `:schema`; None where all text compares alike.
    unique:     statement with the rows (table, column) of `:schema` for the only column of each unique index.
    settings:   statements for what gives stored values their meaning, by the name of the setting.
    collation:  always compare text keys by this one.   binary: collations that compare byte by byte (patterns).
    driver_bounds: the driver, not the server, ends a statement that takes too long.
    can_write:  statement that gives the number of rights to write; None: the connection cannot write at all.
    charset:    statement that gives the character set;  unicode: the answers that hold every letter.
    express:    how a column is selected so that its text or number arrives unharmed.
    checksum:   how a row is made one number.
    collate:    how a key is compared by another column's collation.
    causes:     what the server's own error numbers mean.
    silent:     those of them that the driver gives where the server says nothing.
    """

    name: str
    fast: Fast
    package: str
    driver: str
    version: str
    clock: str
    express: Express
    checksum: checksums.Checksum
    begin: tuple[str, ...]
    end: tuple[str, ...]
    connect: Mapping[str, Any] = field(default_factory=dict)
    odbc: Mapping[str, str] = field(default_factory=dict)
    session: tuple[str, ...] = ()
    share: str | None = None
    adopt: tuple[str, ...] = ()
    as_of: bool = False
    keys: Keys = Keys.LIST
    keys_at_once: int = 1_000
    text_parameters: bool = False
    text_moments: bool = False
    collations: str | None = None
    unique: str | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    collation: str | None = None
    collate: Collate = expressions.collate
    binary: tuple[str, ...] = ()
    driver_bounds: bool = False
    can_write: str | None = None
    charset: str | None = None
    unicode: tuple[str, ...] = ()
    right: str = "ask for SELECT on the tables that the mapping names"
    causes: Mapping[str, Cause] = field(default_factory=dict)
    silent: frozenset[str] = frozenset()


SQLITE = Dialect(
    name="sqlite",
    fast=Fast.JSON,
    package="pysqlite",
    driver="use a Python that was built with SQLite",
    version="SELECT sqlite_version()",
    clock="SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')",
    begin=("BEGIN", "SELECT count(*) FROM sqlite_master"),  # the snapshot begins with the first read
    end=("ROLLBACK",),
    session=("PRAGMA query_only = 1",),
    keys=Keys.JSON,
    keys_at_once=10_000,
    text_moments=True,
    unique=(
        "SELECT t.name, MIN(c.name) FROM sqlite_master AS t"
        " JOIN pragma_index_list(t.name) AS i JOIN pragma_index_info(i.name) AS c"
        " WHERE :schema IS NULL AND t.type = 'table' AND i.\"unique\" AND NOT i.partial GROUP BY t.name, i.name"
        " HAVING COUNT(*) = 1 UNION ALL"  # a whole number that is the primary key has no index of its own
        " SELECT t.name, MIN(c.name) FROM sqlite_master AS t, pragma_table_info(t.name) AS c"
        " WHERE t.type = 'table' AND c.pk > 0 GROUP BY t.name HAVING COUNT(*) = 1"
    ),
    settings={"character set": "PRAGMA encoding"},
    collation="BINARY",
    charset="PRAGMA encoding",
    unicode=("UTF-8", "UTF-16le", "UTF-16be"),
    express=expressions.sqlite,
    checksum=checksums.sqlite,
    causes=causes(
        transient="SQLITE_BUSY SQLITE_LOCKED SQLITE_BUSY_SNAPSHOT",
        database="SQLITE_CANTOPEN",
        damaged="SQLITE_NOTADB SQLITE_CORRUPT SQLITE_IOERR_READ SQLITE_IOERR_SHORT_READ",
        right="SQLITE_PERM",
    ),
)

POSTGRESQL = Dialect(
    name="postgresql",
    fast=Fast.COPY,
    package="psycopg",
    driver="install the Python package psycopg[binary]",
    version="SHOW server_version",
    clock="SELECT timezone('UTC', clock_timestamp())",
    begin=(
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        "SELECT 1",
    ),  # the snapshot begins with the first read
    end=("ROLLBACK",),
    connect={
        "connect_timeout": CONNECT_SECONDS,
        "application_name": APPLICATION,
        "client_encoding": "utf8",
        "tcp_user_timeout": 60_000,
    },
    session=(
        "SET default_transaction_read_only = on",
        "SET statement_timeout = {milliseconds}",
        "SET idle_in_transaction_session_timeout = {milliseconds}",
        "SET lock_timeout = 10000",
        "SET TimeZone = 'UTC'",
        "SET DateStyle = 'ISO, YMD'",
        "SET extra_float_digits = 1",
    ),
    share="SELECT pg_export_snapshot()",
    adopt=("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", "SET TRANSACTION SNAPSHOT '{token}'"),
    keys=Keys.ARRAY,
    keys_at_once=10_000,
    collations=(
        "SELECT c.relname, a.attname, CASE WHEN l.collname = 'default' THEN d.datcollate ELSE l.collname END"
        " FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_collation l ON l.oid = a.attcollation"
        " JOIN pg_database d ON d.datname = current_database() JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE a.attnum > 0 AND n.nspname = COALESCE(CAST(:schema AS text), current_schema())"
    ),
    unique=(
        "SELECT c.relname, a.attname FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid"
        " JOIN pg_namespace n ON n.oid = c.relnamespace"
        " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]"
        " WHERE i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indnkeyatts = 1"
        " AND n.nspname = COALESCE(CAST(:schema AS text), current_schema())"
    ),
    settings={
        "character set": "SHOW server_encoding",
        "time zone": "SELECT reset_val FROM pg_settings WHERE name = 'TimeZone'",  # not the session's own
    },
    binary=("C", "POSIX", "ucs_basic", "C.*"),
    can_write=(
        "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p')"
        " AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
        " AND has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')"
    ),
    charset="SHOW server_encoding",
    unicode=("UTF8",),
    express=expressions.postgresql,
    checksum=checksums.postgresql,
)

MARIADB = Dialect(
    name="mariadb",
    fast=Fast.ODBC,
    package="pyodbc",
    driver="install the system package odbc-mariadb; `odbcinst -q -d` lists the drivers that are there",
    version="SELECT VERSION()",
    clock="SELECT UTC_TIMESTAMP(6)",
    begin=("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",),
    end=("ROLLBACK",),
    odbc={
        "CHARSET": "utf8mb4",
        "FORWARDONLY": "1",
        "NO_CACHE": "1",
        "CONN_TIMEOUT": str(CONNECT_SECONDS),
        "READ_TIMEOUT": "{driver}",  # what nobody waits for any more ends then
    },
    session=(
        "SET SESSION TRANSACTION READ ONLY",
        "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
        "SET SESSION max_statement_time = {seconds}",
        "SET SESSION lock_wait_timeout = 10",
        "SET SESSION time_zone = '+00:00'",
        # CHAR keeps its blanks, as in the other databases; || and "..." keep their meaning
        "SET SESSION sql_mode = CONCAT(@@sql_mode, ',PAD_CHAR_TO_FULL_LENGTH')",
    ),
    keys_at_once=5_000,
    text_parameters=True,
    collations="SELECT table_name, column_name, collation_name FROM information_schema.columns"
    " WHERE table_schema = COALESCE(:schema, DATABASE()) AND collation_name IS NOT NULL",
    unique=(
        "SELECT table_name, MIN(column_name) FROM information_schema.statistics"
        " WHERE table_schema = COALESCE(:schema, DATABASE()) AND non_unique = 0"
        " GROUP BY table_name, index_name HAVING COUNT(*) = 1 AND COUNT(sub_part) = 0"
    ),
    settings={
        "character set": "SELECT @@character_set_database",
        "time zone": "SELECT @@global.time_zone",  # not the system's, whose name changes with the season
    },
    binary=("binary", "*_bin"),
    can_write=(
        "SELECT COUNT(*) FROM (SELECT privilege_type FROM information_schema.user_privileges UNION ALL"
        " SELECT privilege_type FROM information_schema.schema_privileges WHERE DATABASE() LIKE table_schema UNION ALL"
        " SELECT privilege_type FROM information_schema.table_privileges WHERE table_schema = DATABASE()) AS p"
        " WHERE privilege_type IN ('INSERT', 'UPDATE', 'DELETE', 'DROP', 'ALTER', 'CREATE')"
    ),
    charset="SELECT @@character_set_connection",
    unicode=("utf8mb4",),
    express=expressions.mariadb,
    checksum=checksums.mariadb,
    collate=expressions.collate_mariadb,
    causes=causes(
        password="1045 1698 4151",  # noqa: S106
        database="1049",
        server="2002 2003",
        host="2005",
        certificate="2026",
        right="1044 1142 1143 1227 1370",
        missing="1146 1054",
        transient="1205 1213 1969 3024 1040 1203 1226 2006 2013 1927 1053 1317 4031 5012 5013 5014",
    ),
    silent=frozenset({"2002", "2003", "2005", "2006", "2013", "2026"}),
)

MYSQL = replace(
    MARIADB,
    name="mysql",
    session=tuple(
        "SET SESSION max_execution_time = {milliseconds}" if "max_statement_time" in statement else statement
        for statement in MARIADB.session
    ),
)

SQL_SERVER = Dialect(
    name="mssql",
    fast=Fast.ODBC,
    package="pyodbc",
    driver="install Microsoft's package msodbcsql18; `odbcinst -q -d` lists the drivers that are there",
    version="SELECT CONVERT(NVARCHAR(128), SERVERPROPERTY('ProductVersion'))",
    clock="SELECT SYSUTCDATETIME()",
    begin=(
        "SET TRANSACTION ISOLATION LEVEL SNAPSHOT",
        "BEGIN TRANSACTION",
        "SELECT COUNT(*) FROM sys.schemas",  # the snapshot begins with the first read
    ),
    end=("ROLLBACK TRANSACTION",),
    odbc={"APP": APPLICATION, "ApplicationIntent": "ReadOnly"},
    session=(
        "SET LOCK_TIMEOUT 10000",
        "SET DATEFORMAT ymd",
        "SET QUOTED_IDENTIFIER ON",
        "SET ANSI_NULLS ON",
        "SET TEXTSIZE -1",
    ),
    keys_at_once=2_000,  # a statement takes 2,100 parameters
    text_parameters=True,
    collations=(
        "SELECT table_name, column_name, collation_name FROM information_schema.columns"
        " WHERE table_schema = COALESCE(:schema, SCHEMA_NAME()) AND collation_name IS NOT NULL"
    ),
    unique=(
        "SELECT t.name, MIN(c.name) FROM sys.indexes AS i JOIN sys.tables AS t ON t.object_id = i.object_id"
        " JOIN sys.index_columns AS p ON p.object_id = i.object_id AND p.index_id = i.index_id AND p.key_ordinal > 0"
        " JOIN sys.columns AS c ON c.object_id = p.object_id AND c.column_id = p.column_id"
        " WHERE i.is_unique = 1 AND i.has_filter = 0 AND i.is_disabled = 0"
        " AND SCHEMA_NAME(t.schema_id) = COALESCE(:schema, SCHEMA_NAME())"
        " GROUP BY t.name, i.index_id HAVING COUNT(*) = 1"
    ),
    settings={"character set": "SELECT CONVERT(NVARCHAR(128), DATABASEPROPERTYEX(DB_NAME(), 'Collation'))"},
    binary=("*_BIN", "*_BIN2"),
    driver_bounds=True,
    can_write=(
        "SELECT COUNT(*) FROM"
        " (SELECT QUOTENAME(SCHEMA_NAME(schema_id)) + '.' + QUOTENAME(name) AS name FROM sys.tables) AS t"
        " WHERE HAS_PERMS_BY_NAME(t.name, 'OBJECT', 'INSERT') = 1 OR HAS_PERMS_BY_NAME(t.name, 'OBJECT', 'UPDATE') = 1"
        " OR HAS_PERMS_BY_NAME(t.name, 'OBJECT', 'DELETE') = 1"
    ),
    charset="SELECT CONVERT(NVARCHAR(128), DATABASEPROPERTYEX(DB_NAME(), 'Collation'))",
    express=expressions.sql_server,
    checksum=checksums.sql_server,
    causes=causes(
        password="18456 18470 18487 18488",  # noqa: S106
        database="4060",
        right="229 230 262 300 916",
        missing="207 208",
        snapshot="3952 3953",
        transient="1204 1205 1222 3960 10053 10054 10060 10928 10929 40197 40501 40613",
    ),
    silent=frozenset({"10053", "10054", "10060"}),
)

ORACLE = Dialect(
    name="oracle",
    fast=Fast.FRAMES,
    package="oracledb",
    driver="install the Python package oracledb and use a URL oracle+oracledb://, which needs no client",
    version="SELECT version FROM product_component_version FETCH FIRST 1 ROWS ONLY",
    clock="SELECT SYS_EXTRACT_UTC(SYSTIMESTAMP) FROM dual",
    begin=("SET TRANSACTION READ ONLY",),
    end=("ROLLBACK",),
    connect={"tcp_connect_timeout": CONNECT_SECONDS},
    session=(
        "ALTER SESSION SET NLS_SORT = BINARY NLS_COMP = BINARY",  # ranges need byte order; Siebel's own indexes have it
        "ALTER SESSION SET NLS_NUMERIC_CHARACTERS = '.,' TIME_ZONE = 'UTC'",
        "ALTER SESSION SET OPTIMIZER_MODE = ALL_ROWS",  # Siebel's connections say FIRST_ROWS, deadly for bulk reads
    ),
    share="SELECT TO_CHAR(DBMS_FLASHBACK.GET_SYSTEM_CHANGE_NUMBER) FROM dual",
    adopt=("SET TRANSACTION READ ONLY",),
    as_of=True,
    driver_bounds=True,
    keys_at_once=1_000,  # a list takes no more
    can_write=(
        "SELECT COUNT(*) FROM (SELECT privilege FROM session_privs UNION ALL SELECT privilege FROM user_tab_privs"
        " UNION ALL SELECT 'UPDATE' FROM user_tables WHERE ROWNUM = 1) WHERE privilege IN"
        " ('INSERT', 'UPDATE', 'DELETE', 'INSERT ANY TABLE', 'UPDATE ANY TABLE', 'DELETE ANY TABLE')"
    ),
    unique=(
        "SELECT MIN(c.table_name), MIN(c.column_name) FROM all_ind_columns c"
        " JOIN all_indexes i ON i.owner = c.index_owner AND i.index_name = c.index_name"
        " WHERE i.uniqueness = 'UNIQUE'"
        " AND i.table_owner = COALESCE(UPPER(:schema), SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA'))"
        " GROUP BY c.index_owner, c.index_name HAVING COUNT(*) = 1"
    ),
    settings={
        "character set": "SELECT value FROM nls_database_parameters WHERE parameter = 'NLS_CHARACTERSET'",
        "time zone": "SELECT DBTIMEZONE FROM dual",
    },
    charset="SELECT value FROM nls_database_parameters WHERE parameter = 'NLS_CHARACTERSET'",
    unicode=("AL32UTF8", "UTF8"),
    express=expressions.oracle,
    checksum=checksums.oracle,
    right="ask for SELECT and FLASHBACK on the tables that the mapping names, and EXECUTE on DBMS_FLASHBACK",
    causes=causes(
        password="1017 1005 28000 28001",  # noqa: S106
        database="12154 12505 12514",
        server="12541 12543",
        host="12545",
        right="1031 1039 41900 1950",
        missing="942 904",
        transient="54 60 1013 1033 1089 1555 3113 3114 3135 3136 8177 12153 12170 12516 12537 12547",
    ),
)

DIALECTS: Mapping[str, Dialect] = {
    "sqlite": SQLITE,
    "postgresql": POSTGRESQL,
    "mariadb": MARIADB,
    "mysql": MYSQL,
    "mssql": SQL_SERVER,
    "oracle": ORACLE,
}


def dialect_of(backend: str) -> Dialect:
    """The dialect of an SQLAlchemy backend name; raises `Unreachable` for one that is not supported."""
    try:
        return DIALECTS[backend]
    except KeyError:
        raise Unreachable(
            f"cannot read from {backend!r}", remedy=f"use one of: {', '.join(DIALECTS)}"
        ) from None
