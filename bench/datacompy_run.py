"""datacompy on the twins, in the rivals' environment; BENCH_LEGACY and BENCH_PLATFORM are addresses for connectorx.

One line of JSON comes out. Both tables are read whole into polars, the fastest of the frames that it compares.
"""

import json
import os
import sys
import time

import polars as pl
from datacompy import PolarsCompare


def main() -> None:
    """Compare, and tell what it cost."""
    columns = ", ".join(["row_key", *os.environ["BENCH_COLUMNS"].split()])
    began = time.monotonic()
    here, there = (
        pl.read_database_uri(f"SELECT {columns} FROM twin", os.environ[name], engine="connectorx")
        for name in ("BENCH_LEGACY", "BENCH_PLATFORM")
    )
    compared = PolarsCompare(_alike(here), _alike(there), join_columns="row_key")
    lines = len(compared.all_mismatch()) + len(compared.df1_unq_rows) + len(compared.df2_unq_rows)
    json.dump({"seconds": time.monotonic() - began, "differences": lines}, sys.stdout)


def _alike(frame: pl.DataFrame) -> pl.DataFrame:
    """Connectorx gives whole numbers and times of two databases in two types."""
    whole = [pl.col(name).cast(pl.Int64) for name, kind in frame.schema.items() if kind.is_integer()]
    times = [
        pl.col(name).cast(pl.Datetime("us")) for name, kind in frame.schema.items() if kind.is_temporal()
    ]
    return frame.with_columns(whole + times)


if __name__ == "__main__":
    main()
