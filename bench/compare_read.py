"""The yardstick of comparing: both sides read once, each in the order of its key, at the same time: nothing else.

`python -m bench.compare_read`, with BENCH_LEGACY and BENCH_PLATFORM as SQLAlchemy URLs; one line of JSON comes out.
Read are the key and the columns that are compared, PostgreSQL by COPY, MariaDB over ODBC into Arrow; every row is
thrown away.
"""

import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import arrow_odbc
import psycopg
from sqlalchemy import create_engine, make_url

from bench.applications import COMPARED, SCHEMA, SOURCES
from bench.measure import peak_memory
from bench.yardstick import plain


def main() -> None:
    """Read, and tell what it cost."""
    legacy, platform = os.environ["BENCH_LEGACY"], os.environ["BENCH_PLATFORM"]
    began = time.monotonic()
    with ThreadPoolExecutor(2) as both:
        there = both.submit(_postgres, platform, f"{SCHEMA}.application", ["application_id", *COMPARED])
        read = _odbc if make_url(legacy).get_backend_name() == "mariadb" else _postgres
        here = both.submit(read, legacy, "S_CASE", ["ROW_ID", *SOURCES])
        rows = [here.result(), there.result()]
    seconds = time.monotonic() - began
    json.dump({"seconds": seconds, "memory": peak_memory(), "rows": rows}, sys.stdout)


def _postgres(url: str, table: str, columns: list[str]) -> int:
    listed = ", ".join(f'"{name}"' for name in columns)
    place = ".".join(f'"{part}"' for part in table.split("."))
    question = f"COPY (SELECT {listed} FROM {place} ORDER BY 1) TO STDOUT (FORMAT csv)"
    with (
        psycopg.connect(plain(url)) as connection,
        connection.cursor() as cursor,
        cursor.copy(question) as copy,
    ):
        return sum(1 for _ in copy)


def _odbc(url: str, table: str, columns: list[str]) -> int:
    listed = ", ".join(f"`{name}`" for name in columns)
    arguments, _ = create_engine(url).dialect.create_connect_args(make_url(url))
    reader = arrow_odbc.read_arrow_batches_from_odbc(
        f"SELECT {listed} FROM `{table}` ORDER BY `{columns[0]}`", arguments[0], batch_size=25_000
    )
    return sum(batch.num_rows for batch in reader)


if __name__ == "__main__":
    main()
