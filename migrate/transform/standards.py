"""Lists of codes that steps and rules compare with: read from the platform's own code lists, one truth for both."""

import csv
from functools import cache
from importlib.resources import files

import pyarrow as pa


@cache
def platform_codes(name: str) -> pa.Array:
    """The codes of one list of the platform (`platform/codes/<name>.csv`), those out of use included."""
    with files("migrate.platform").joinpath(f"codes/{name}.csv").open(encoding="utf-8") as lines:
        return pa.array([row["code"] for row in csv.DictReader(lines)], pa.string())
