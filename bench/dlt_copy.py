"""dlt with its defaults, copying all tables of a database into PostgreSQL: a process that `bench.rivals` starts.

BENCH_SOURCE and BENCH_TARGET are URLs. With an argument it only says dlt's version, after the same imports.
"""

import os
import sys

import dlt
from dlt.sources.sql_database import sql_database


def main() -> None:
    """Copy."""
    if sys.argv[1:]:
        print(dlt.__version__)
        return
    target = dlt.destinations.postgres(credentials=os.environ["BENCH_TARGET"])
    dlt.pipeline("copy", destination=target, dataset_name="copied").run(
        sql_database(os.environ["BENCH_SOURCE"])
    )


if __name__ == "__main__":
    main()
