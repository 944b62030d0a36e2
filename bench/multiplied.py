"""The pair of `bench.applications` several times as large, made by the databases themselves.

    multiply(sources, there, rows, times)       both sides get every row again, under the keys that follow

A copy differs from its row in its key alone. Indexes that no comparison reads are dropped first, which saves hours.
"""

from collections.abc import Iterable

import psycopg
import pyarrow as pa
import sqlalchemy as sa
from psycopg import sql
from sqlalchemy import create_engine

from bench.applications import SCHEMA, SYSTEM, copy, row_id
from bench.yardstick import plain
from migrate.canonical import derive_ids, id_text

KEY = "ROW_ID"


def multiply(sources: Iterable[str], there: str, rows: int, times: int) -> None:
    """Both sides, which hold the applications 0 to rows - 1, get the others up to times * rows - 1."""
    for url in sources:
        _legacy(url, rows, times)
    _platform(there, rows, times)


def _legacy(url: str, rows: int, times: int) -> None:
    engine = create_engine(url)
    quote, mariadb = engine.dialect.identifier_preparer.quote, engine.dialect.name != "postgresql"
    case, once = quote("S_CASE"), quote("S_CASE_ONCE")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        seen = sa.inspect(connection)
        names = [column["name"] for column in seen.get_columns("S_CASE")]
        for index in seen.get_indexes("S_CASE"):
            if index["column_names"] != [KEY]:
                place = f" ON {case}" if mariadb else ""
                connection.exec_driver_sql(f"DROP INDEX {quote(str(index['name']))}{place}")
        connection.exec_driver_sql(f"CREATE TABLE {once} AS SELECT * FROM {case}")
        columns = ", ".join(map(quote, names))
        for turn in range(1, times):
            key = _later_in_mariadb(turn * rows) if mariadb else _later_in_postgres(turn * rows)
            chosen = ", ".join(key if name == KEY else quote(name) for name in names)
            connection.exec_driver_sql(
                f"INSERT INTO {case} ({columns}) SELECT {chosen} FROM {once} ORDER BY {quote(KEY)}"
            )
        connection.exec_driver_sql(f"DROP TABLE {once}")
        connection.exec_driver_sql(f"ANALYZE TABLE {case}" if mariadb else f"VACUUM ANALYZE {case}")
    engine.dispose()


def _later_in_postgres(more: int) -> str:
    number = f"""('x' || lpad(substr("{KEY}", 3), 8, '0'))::bit(32)::int + {more}"""
    return f"'1-' || lpad(upper(to_hex({number})), 7, '0')"


def _later_in_mariadb(more: int) -> str:
    return f"CONCAT('1-', LPAD(HEX(CONV(SUBSTR({KEY}, 3), 16, 10) + {more}), 7, '0'))"


def _platform(url: str, rows: int, times: int) -> None:
    """The ids of the copies are derived here: PostgreSQL knows no UUIDv5 by itself."""
    application = sql.Identifier(SCHEMA, "application")
    with psycopg.connect(plain(url), autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")  # whom the rows refer to does not exist
        for (index,) in connection.execute(
            "SELECT relname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid"
            " WHERE indrelid = %s::regclass AND NOT indisprimary",
            [f"{SCHEMA}.application"],
        ).fetchall():
            connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(SCHEMA, index)))
        names = [
            name
            for (name,) in connection.execute(
                "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
                [f"{SCHEMA}.application"],
            ).fetchall()
            if name != "application_id"
        ]
        columns = sql.SQL(", ").join(map(sql.Identifier, names))
        for turn in range(1, times):
            connection.execute("CREATE TEMPORARY TABLE later (number int, old uuid, new uuid)")
            copy(connection, sql.Identifier("later"), _later(rows, turn * rows))
            connection.execute("ANALYZE later")
            connection.execute(
                sql.SQL(
                    "INSERT INTO {table} (application_id, {columns}) SELECT new, {columns} FROM {table}"
                    " JOIN later ON application_id = old ORDER BY later.number"
                ).format(table=application, columns=columns)
            )
            connection.execute("DROP TABLE later")
        connection.execute(sql.SQL("VACUUM ANALYZE {}").format(application))


def _later(rows: int, more: int) -> pa.Table:
    old, new = (
        id_text(derive_ids(SYSTEM, "application/", pa.array([row_id(n + start) for n in range(rows)])))
        for start in (0, more)
    )
    return pa.table({"number": pa.array(range(rows), pa.int32()), "old": old, "new": new})
