"""reladiff on the twins, in a process of its own; BENCH_LEGACY and BENCH_PLATFORM are addresses in its words.

One line of JSON comes out. It does what its documentation shows: bisection by checksums, two threads a side. Its
results are not sorted, which it cannot do where a value is missing.
"""

import json
import os
import sys
import time

from reladiff import connect_to_table, diff_tables


def main() -> None:
    """Compare, and tell what it cost."""
    columns = tuple(os.environ["BENCH_COLUMNS"].split())
    began = time.monotonic()
    sides = [
        connect_to_table(os.environ[name], "twin", "row_key", extra_columns=columns, thread_count=2)
        for name in ("BENCH_LEGACY", "BENCH_PLATFORM")
    ]
    lines = sum(sign == "+" for sign, _ in diff_tables(*sides, skip_sort_results=True))
    json.dump({"seconds": time.monotonic() - began, "differences": lines}, sys.stdout)


if __name__ == "__main__":
    main()
