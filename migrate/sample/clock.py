"""Time in the sample: UTC seconds, Ottawa wall time, office hours, and the day the legacy was last worked on.

All moments the generator makes lie in office hours (13:00 to 21:59 UTC, 08:00 to 17:59 in Ottawa), so that no
moment falls into the hours a change of the clocks repeats or skips. Damage does that on purpose.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from migrate.sample.frame import Bools, Ints, Times

LAST_DAY = np.datetime64("2026-06-30T21:59:59", "s")
"""No row was touched after this moment."""

FIRST_LOAD = np.datetime64("2010-11-06T05:00:00", "s")
"""The predecessor's records were loaded in the nights from this one on."""

NEVER = np.datetime64("NaT", "s")
DAY = 86_400


def office_moment(rng: np.random.Generator, days: Times) -> Times:
    """A moment in office hours of each of these days, in UTC seconds."""
    midnight = days.astype("datetime64[D]").astype("datetime64[s]")
    second = 13 * 3600 + rng.integers(0, 9 * 3600, len(days))
    return later(midnight, second)


def later(moments: Times, seconds: Ints) -> Times:
    """These moments some seconds later."""
    result: Times = np.add(moments, seconds.astype("timedelta64[s]"))
    return result


def midnight(moments: Times) -> Times:
    """The moment's date at 00:00:00, as the legacy stores dates."""
    return moments.astype("datetime64[D]").astype("datetime64[s]")


def between(rng: np.random.Generator, low: Times, high: Times) -> Times:
    """A moment from ``low`` to ``high``, on the second; ``low`` where ``high`` lies before it."""
    span = np.maximum((high - low).astype(np.int64), 0)
    return later(low, (rng.random(len(low)) * (span + 1)).astype(np.int64))


def in_office(rng: np.random.Generator, low: Times, high: Times) -> Times:
    """A moment in office hours from ``low`` to ``high``: never before ``low``, never after ``high``."""
    moment = office_moment(rng, between(rng, low, high))
    return np.minimum(np.maximum(moment, low), np.maximum(low, high))


def ottawa(moments: Times) -> Times:
    """UTC moments as wall time in Ottawa; null stays null."""
    aware = pc.assume_timezone(pa.array(moments.astype("datetime64[s]")), "UTC").cast(
        pa.timestamp("s", "America/Toronto")
    )
    return np.asarray(pc.local_timestamp(aware).to_numpy(zero_copy_only=False), dtype="datetime64[s]")


def when(condition: Bools, moments: Times) -> Times:
    """``moments`` where the condition holds, else null."""
    return np.where(condition, moments, NEVER)


def iso_date(moments: Times) -> pa.Array:
    """Dates as ``1985-06-17``."""
    return pc.strftime(pa.array(moments.astype("datetime64[s]")), format="%Y-%m-%d")


def short_date(moments: Times) -> pa.Array:
    """Dates as a machine-readable zone writes them: ``850617``."""
    return pc.strftime(pa.array(moments.astype("datetime64[s]")), format="%y%m%d")
