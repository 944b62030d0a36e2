"""dlt keeping a copy in step: incremental by LAST_UPD, merged by ROW_ID; a process that `bench.merging` starts.

BENCH_SOURCE and BENCH_TARGET are URLs; the argument is a file with the columns of every table. What dlt knows from turn
to turn lies in DLT_DATA_DIR.
"""

import json
import os
import sys
from pathlib import Path

import dlt
from dlt.sources.sql_database import sql_table


def main() -> None:
    """Copy what is new by its stamp."""
    columns = json.loads(Path(sys.argv[1]).read_text())
    target = dlt.destinations.postgres(credentials=os.environ["BENCH_TARGET"])
    tables = [
        sql_table(
            os.environ["BENCH_SOURCE"],
            table=table,
            included_columns=names,
            incremental=dlt.sources.incremental("LAST_UPD"),
            primary_key="ROW_ID",
            write_disposition="merge",
        )
        for table, names in columns.items()
    ]
    dlt.pipeline("follow", destination=target, dataset_name="copied").run(tables)


if __name__ == "__main__":
    main()
