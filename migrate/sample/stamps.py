"""System columns: who made and last changed a row, when, and how often.

Rows typed by officers carry their moment and their user. Rows of the bulk load carry the load's moment, user
``0-1`` and ``MODIFICATION_NUM`` 0 or 1; most were never touched again, so thousands share one ``LAST_UPD``.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from migrate.sample.clock import LAST_DAY, in_office
from migrate.sample.frame import Bools, Rows, Times, choose, picked

ADMINISTRATOR = "0-1"


def stamp(
    rows: Rows,
    rng: np.random.Generator,
    users: pa.Array,
    created: Times,
    loaded: Bools,
    latest: Times | None = None,
) -> None:
    """Fill the system columns. ``latest`` is the last moment the row may have been changed at."""
    count = len(rows)
    high = np.full(count, LAST_DAY) if latest is None else latest
    changes = np.where(rng.random(count) < 0.45, 0, rng.geometric(0.35, count))
    changes = np.where(loaded & (rng.random(count) < 0.8), 0, changes)
    changed = changes > 0
    updated = np.where(changed, in_office(rng, created, high), created)
    by = picked(users, rng.integers(0, len(users), count))
    again = picked(users, rng.integers(0, len(users), count))
    maker = choose(loaded, ADMINISTRATOR, by)
    rows["CREATED"] = created
    rows["CREATED_BY"] = maker
    rows["LAST_UPD"] = updated
    rows["LAST_UPD_BY"] = choose(changed, again, maker)
    rows["MODIFICATION_NUM"] = np.where(loaded, changes * 0 + changed, changes)
    rows["CONFLICT_ID"] = "0"
    rows["DB_LAST_UPD"] = updated
    rows["DB_LAST_UPD_SRC"] = choose(loaded & ~changed, "EIM", "User")
