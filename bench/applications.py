"""The pair of tables of the benchmark of comparing: so many applications in a legacy database, and on a platform.

    legacy(url, rows)       S_CASE in PostgreSQL or MariaDB; of its columns those that are compared are filled
    platform(url, rows)     the platform's tables, with the rows of `application` that have to be there
    differ(url, cells)      change so many cells of the platform, each in another row

Beside them both have a table `twin` for the rivals: what has to be there, of one shape and with one key on both sides.
A row is worked out from its number, so that every database gets the same. What the platform has to hold is worked out
here too, by other means than the comparison's own: no migration is needed.
"""

import csv
import uuid
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
import psycopg
import pyarrow as pa
import pyarrow.csv
import sqlalchemy as sa
from arrow_odbc import insert_into_table
from psycopg import sql
from sqlalchemy import create_engine, make_url
from sqlalchemy.schema import CreateIndex, CreateTable

from bench.yardstick import plain
from migrate.project.upgrading import upgrade
from migrate.sample.schema import metadata

SYSTEM, SCHEMA = "gcms", "case_platform"
LISTS = Path(__file__).resolve().parents[1] / "mappings" / "gcms" / "codes"
BLOCK = 100_000
USERS, OFFICES = 5_000, 60
CODED = {
    "type_code": ("TYPE_CD", "application_type"),
    "line_of_business_code": ("X_LOB_CD", "line_of_business"),
    "status_code": ("STATUS_CD", "application_status"),
    "status_reason_code": ("SUB_STATUS_CD", "application_reason"),
    "stage_code": ("STAGE_CD", "application_stage"),
    "decision_code": ("RESOLUTION_CD", "decision"),
    "priority_code": ("PRIORITY_CD", "priority"),
}
NEVER = "3999-12-31"
_WORDS = [
    "étude", "permis", "séjour", "visiteur", "famille", "garant", "études", "travail", "retour", "dossier",
    "complément", "Nguyễn", "Müller", "O'Brien",
]  # fmt: skip


def legacy(url: str, rows: int) -> None:
    """The legacy database, which is empty, gets S_CASE and `twin`."""
    engine = create_engine(url)
    mariadb = engine.dialect.name in ("mysql", "mariadb")
    case = metadata().tables["S_CASE"]
    with engine.begin() as connection:
        connection.execute(CreateTable(case))
        connection.execute(CreateTable(_twin()))
        for index in case.indexes:
            connection.execute(CreateIndex(index))
        if mariadb:
            _name_utc(connection)
    for both in _blocks(rows):
        _write(url, "S_CASE", _cases(both))
        _write(url, "twin", _shown(both))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        word = "ANALYZE TABLE" if mariadb else "VACUUM ANALYZE"
        for table in ("S_CASE", "twin"):
            connection.exec_driver_sql(f"{word} {connection.dialect.identifier_preparer.quote(table)}")
    engine.dispose()


def platform(url: str, rows: int) -> None:
    """The platform's database, which is empty, gets all its tables, and rows in `application` and `twin`."""
    upgrade(make_url(url), SCHEMA)
    with psycopg.connect(plain(url), autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")  # whom the rows refer to does not exist
        connection.execute(str(CreateTable(_twin()).compile(dialect=sa.dialects.postgresql.dialect())))
        for both in _blocks(rows):
            copy(connection, sql.Identifier(SCHEMA, "application"), _applications(both))
            copy(connection, sql.Identifier("twin"), _shown(both))
        connection.execute("VACUUM ANALYZE")


def differ(url: str, cells: int) -> None:
    """Change so many cells: texts, codes, dates, numbers and nulls, evenly spread."""
    changes = (
        "title = title || ' '",
        "status_code = CASE status_code WHEN 'OPEN' THEN 'CLOSED' ELSE 'OPEN' END",
        "opened_at = opened_at + interval '1 second'",
        "received_on = '1999-12-31'",
        "client_count = client_count + 1",
        "summary = NULL",
        "remarks = 'é' || remarks",
    )
    with psycopg.connect(plain(url)) as connection:
        keys = connection.execute(
            "SELECT row_key FROM (SELECT row_key, row_number() OVER (ORDER BY row_key) n, count(*) OVER () a FROM twin"
            " WHERE title IS NOT NULL AND summary IS NOT NULL AND remarks IS NOT NULL) t"
            " WHERE n %% (a / %s) = 0 ORDER BY n LIMIT %s",
            [cells, cells],
        ).fetchall()
        for number, (key,) in enumerate(keys):
            change = changes[number % len(changes)]
            connection.execute(f"UPDATE twin SET {change} WHERE row_key = %s", [key])
            connection.execute(
                f"UPDATE {SCHEMA}.application SET {change} WHERE application_id = %s",
                [_id(f"application/{row_id(key)}")],
            )
        connection.commit()
    with psycopg.connect(plain(url), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


COMPARED = (
    "number", "title", "type_code", "sub_type", "line_of_business_code", "status_code", "status_reason_code",
    "status_changed_at", "stage_code", "decision_code", "decided_at", "decided_by_id", "received_on", "lock_in_on",
    "opened_at", "closed_at", "due_at", "priority_code", "applicant_id", "client_count", "owner_id", "owning_office_id",
    "is_restricted", "summary", "remarks",
)  # fmt: skip
"""The 25 columns of `application` that are compared; `bench/comparisons/application.yaml` says with what."""

SOURCES = (
    "CASE_NUM", "NAME", "TYPE_CD", "SUB_TYPE_CD", "X_LOB_CD", "STATUS_CD", "SUB_STATUS_CD", "X_STATUS_DT", "STAGE_CD",
    "RESOLUTION_CD", "X_DECISION_DT", "X_DECISION_BY", "X_RECEIVED_DT", "X_LOCK_IN_DT", "OPENED_DT", "CLOSED_DT",
    "DUE_DT", "PRIORITY_CD", "APPLICANT_ID", "X_NUM_CLIENTS", "OWNER_PER_ID", "BU_ID", "X_RESTRICTED_FLG",
    "DESC_TEXT", "COMMENTS",
)  # fmt: skip
"""The columns of S_CASE with which they are compared."""


# --- the rows


def _blocks(rows: int) -> Iterator[pd.DataFrame]:
    """Both sides of the rows in one frame: legacy columns in capitals, the platform's beside them."""
    for start in range(0, rows, BLOCK):
        yield _block(np.arange(start, min(rows, start + BLOCK), dtype=np.uint64))


def _block(number: np.ndarray) -> pd.DataFrame:
    made: dict[str, pd.Series | np.ndarray | list[str] | str] = {
        "row_key": number.astype(np.int64),
        "ROW_ID": [row_id(each) for each in number.tolist()],
    }
    made["CASE_NUM"] = [f"{'EVUSW'[each % 5]}{300_000_000 + each}" for each in number.tolist()]
    made["NAME"] = _texts(number, 3, 1)
    made["SUB_TYPE_CD"] = _chosen(["Study", "Work", "Visit", "Renewal", None], number, 2)
    for column, (source, named) in CODED.items():
        values, codes = _list(named)
        at = _spread(number, len(source) + 3) % len(values)
        made[source], made[column] = values[at], codes[at]
    for column, salt, void in (("X_STATUS_DT", 11, 0.1), ("X_DECISION_DT", 12, 0.4)):
        made[column] = _moments(number, salt, void)
    made["X_DECISION_BY"] = _chosen([*map("0-{:05X}".format, range(USERS)), *[None] * USERS], number, 13)
    made["X_RECEIVED_DT"] = _moments(number, 14, 0).dt.floor("D")
    made["X_LOCK_IN_DT"] = _moments(number, 15, 0.5).dt.floor("D")
    made["OPENED_DT"] = _moments(number, 16, 0)
    made["CLOSED_DT"] = _moments(number, 17, 0.4).mask(
        _spread(number, 18) % 10 == 0, pd.Timestamp(NEVER).as_unit("s")
    )
    made["DUE_DT"] = _moments(number, 19, 0.6)
    made["X_NUM_CLIENTS"] = (_spread(number, 20) % 6).astype(np.int64)
    made["APPLICANT_ID"] = [f"1-C{each:06X}" for each in (_spread(number, 21) % 2**24).tolist()]
    made["OWNER_PER_ID"] = _chosen([*map("0-{:05X}".format, range(USERS))], number, 22)
    made["BU_ID"] = _chosen([*map("0-B{:03X}".format, range(OFFICES))], number, 23)
    made["X_RESTRICTED_FLG"] = _chosen([*"NNNNNY", None], number, 24)
    made["DESC_TEXT"] = _texts(number, 8, 25)
    made["COMMENTS"] = _texts(number, 30, 26)
    frame = pd.DataFrame(made)
    return _converted(frame)


def _converted(frame: pd.DataFrame) -> pd.DataFrame:
    """With what the platform has to hold."""
    plain_ones = {
        "number": "CASE_NUM", "title": "NAME", "sub_type": "SUB_TYPE_CD", "opened_at": "OPENED_DT",
        "due_at": "DUE_DT", "client_count": "X_NUM_CLIENTS", "summary": "DESC_TEXT", "remarks": "COMMENTS",
    }  # fmt: skip
    for column, source in plain_ones.items():
        frame[column] = frame[source]
    for column, source in (("status_changed_at", "X_STATUS_DT"), ("decided_at", "X_DECISION_DT")):
        local = frame[source].dt.tz_localize("America/Toronto")
        frame[column] = local.dt.tz_convert("UTC").dt.tz_localize(None)
    for column, source in (("received_on", "X_RECEIVED_DT"), ("lock_in_on", "X_LOCK_IN_DT")):
        frame[column] = frame[source].dt.strftime("%Y-%m-%d")
    frame["closed_at"] = frame["CLOSED_DT"].mask(frame["CLOSED_DT"] == pd.Timestamp(NEVER))
    for column, source, entity in (
        ("decided_by_id", "X_DECISION_BY", "user"),
        ("owner_id", "OWNER_PER_ID", "user"),
        ("owning_office_id", "BU_ID", "office"),
        ("applicant_id", "APPLICANT_ID", "client"),
    ):
        ids = {key: _id(f"{entity}/{key}") for key in frame[source].dropna().unique()}
        frame[column] = frame[source].map(ids)
    frame["is_restricted"] = np.where(frame["X_RESTRICTED_FLG"] == "Y", "true", "false")
    return frame


def _cases(both: pd.DataFrame) -> pa.Table:
    """Rows of S_CASE, with what every row has to hold."""
    columns = [name for name in both.columns if name.isupper()]
    stamp = pd.Timestamp("2026-11-20 12:00:00").as_unit("s")
    rest = {
        "CREATED": stamp, "CREATED_BY": "0-00001", "LAST_UPD": stamp, "LAST_UPD_BY": "0-00001",
        "MODIFICATION_NUM": 0, "CONFLICT_ID": "0", "DB_LAST_UPD": stamp, "DB_LAST_UPD_SRC": "x",
    }  # fmt: skip
    known = metadata().tables["S_CASE"].columns
    return _table(both[columns].assign(**{name: value for name, value in rest.items() if name in known}))


def _applications(both: pd.DataFrame) -> pa.Table:
    """Rows of `application`, with what every row has to hold."""
    return _table(
        both[list(COMPARED)].assign(
            application_id=[_id(f"application/{key}") for key in both["ROW_ID"]],
            is_temporary_number="false",
            has_legal_hold="false",
            recorded_at="2026-11-20 12:00:00",
            changed_at="2026-11-20 12:00:00",
        )
    )


def _shown(both: pd.DataFrame) -> pa.Table:
    """Rows of `twin`."""
    frame = both[["row_key", *COMPARED]].copy()
    frame["is_restricted"] = (frame["is_restricted"] == "true").astype(np.int64)
    return _table(frame)


def _twin() -> sa.Table:
    """A table of the rivals: numbers as keys, ids and dates as text, flags as numbers: they know those everywhere."""
    kinds: dict[str, sa.types.TypeEngine[object]] = {
        **dict.fromkeys(COMPARED, sa.String(40)),
        **dict.fromkeys(("status_changed_at", "decided_at", "opened_at", "closed_at", "due_at"), sa.DateTime()),
        **dict.fromkeys(("client_count", "is_restricted"), sa.Integer()),
        "title": sa.String(100), "summary": sa.String(255), "remarks": sa.String(1500),
    }  # fmt: skip
    key = sa.Column("row_key", sa.BigInteger, primary_key=True, autoincrement=False)
    rest = (sa.Column(name, kinds[name]) for name in COMPARED)
    return sa.Table("twin", sa.MetaData(), key, *rest)


def _table(frame: pd.DataFrame) -> pa.Table:
    return pa.Table.from_pandas(frame, preserve_index=False)


# --- values that follow from a number


def row_id(number: int) -> str:
    """The legacy key of an application."""
    return f"1-{number:07X}"


def _spread(number: np.ndarray, salt: int) -> np.ndarray:
    """Numbers without an order to them (splitmix64)."""
    x = number * np.uint64(1_000_003) + np.uint64(salt * 0x9E3779B97F4A7C15 % 2**64)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def _chosen(values: list[str | None], number: np.ndarray, salt: int) -> np.ndarray:
    return np.array(values, object)[_spread(number, salt) % len(values)]


def _texts(number: np.ndarray, words: int, salt: int) -> pd.Series:
    """Up to so many words; a tenth has none."""
    count = 1 + _spread(number, salt) % words
    made = [
        " ".join(_WORDS[(seed + n * n) % len(_WORDS)] for n in range(many))
        for seed, many in zip((number % 97).tolist(), count.tolist(), strict=True)
    ]
    return pd.Series(made, dtype=object).mask(_spread(number, salt + 50) % 10 == 0, None)


def _moments(number: np.ndarray, salt: int, void: float) -> pd.Series:
    """Instants of office hours, when no clock is put forward or back; so large a share of them is empty."""
    days = (_spread(number, salt) % 8_000).astype("timedelta64[D]")
    seconds = (8 * 3600 + _spread(number, salt + 100) % 30_000).astype("timedelta64[s]")
    moments = pd.Series(np.datetime64("2004-01-01", "s") + days + seconds)
    return moments.mask(_spread(number, salt + 200) % 1000 < 1000 * void)


@cache
def _list(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Values of a code list, and the code of each."""
    with (LISTS / f"{name}.csv").open(encoding="utf-8") as stream:
        lines = [line for line in csv.DictReader(stream) if not line["parent"]]
    values, codes = ([line[column] for line in lines] for column in ("value", "code"))
    return np.array(values, object), np.array(codes, object)


@cache
def _space() -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_URL, f"urn:case-migrate:{SYSTEM}")


def _id(name: str) -> str:
    return str(uuid.uuid5(_space(), name))


# --- writing


def _name_utc(connection: sa.Connection) -> None:
    """A fresh MariaDB knows no zone by its name; DVT asks for this one."""
    for table, values in (
        ("time_zone", "1, 'N'"),
        ("time_zone_name", "'UTC', 1"),
        ("time_zone_transition_type", "1, 0, 0, 0, 'UTC'"),
    ):
        connection.exec_driver_sql(f"INSERT INTO mysql.{table} VALUES ({values})")


def _write(url: str, table: str, rows: pa.Table) -> None:
    if make_url(url).get_backend_name() == "postgresql":
        with psycopg.connect(plain(url)) as connection:
            copy(connection, sql.Identifier(table), rows)
        return
    arguments, _ = create_engine(url).dialect.create_connect_args(make_url(url))
    insert_into_table(
        reader=rows.to_reader(max_chunksize=2_000),
        chunk_size=2_000,
        table=f"`{table}`",
        connection_string=arguments[0],
    )


def copy(connection: psycopg.Connection[tuple[object, ...]], table: sql.Composable, rows: pa.Table) -> None:
    """Rows into a table of PostgreSQL."""
    text = BytesIO()
    pyarrow.csv.write_csv(rows, text, pyarrow.csv.WriteOptions(include_header=False))
    columns = sql.SQL(", ").join(map(sql.Identifier, rows.column_names))
    with (
        connection.cursor() as cursor,
        cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(table, columns)) as copy,
    ):
        copy.write(text.getbuffer())
