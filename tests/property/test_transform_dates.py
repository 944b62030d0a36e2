"""Dates and instants against the calendar and the clocks of Python."""

# ruff: noqa: DTZ001  times as they are stored, without a zone, are the subject here

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate.transform import births, dates
from migrate.transform.series import STAMP, TEXT, cells, series

ZONES = ["America/Toronto", "America/Vancouver", "America/St_Johns", "Europe/Paris", "Asia/Kolkata", "UTC"]
TIMES = st.datetimes(datetime(1970, 1, 1), datetime(2037, 12, 31))
NEAR_CHANGES = st.builds(
    lambda start, minutes: start + timedelta(minutes=minutes),
    st.sampled_from(
        [
            datetime(year, *day)
            for year in range(1990, 2030)
            for day in ((3, 10), (3, 31), (4, 1), (10, 27), (11, 3))
        ]
    ),
    st.integers(-10_000, 10_000),
)


@pytest.mark.parametrize("zone", ZONES)
@given(times=st.lists(st.one_of(TIMES, NEAR_CHANGES), min_size=1, max_size=20))
def test_local_instant_is_what_zoneinfo_says_gaps_and_overlaps_included(zone, times):
    wall = series(pa.array(times, STAMP))
    expected = [time.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC) for time in times]
    assert cells(dates.local_instant(wall, zone=zone)) == expected


@pytest.mark.parametrize("zone", ZONES)
@given(times=st.lists(st.one_of(TIMES, NEAR_CHANGES), min_size=1, max_size=20))
def test_hours_that_come_twice_or_never_are_those_of_zoneinfo(zone, times):
    wall, place = series(pa.array(times, STAMP)), ZoneInfo(zone)
    back = [
        time.replace(tzinfo=place).astimezone(UTC).astimezone(place).replace(tzinfo=None) for time in times
    ]
    gaps = [time != again for time, again in zip(times, back, strict=True)]
    offsets = [
        (time.replace(tzinfo=place, fold=0).utcoffset(), time.replace(tzinfo=place, fold=1).utcoffset())
        for time in times
    ]
    assert cells(dates.nonexistent_hour(wall, zone=zone)) == gaps
    twice = [first != second and not gap for (first, second), gap in zip(offsets, gaps, strict=True)]
    assert cells(dates.ambiguous_hour(wall, zone=zone)) == twice


@given(st.lists(st.dates()))
def test_every_day_of_the_calendar_survives_text(days):
    assert cells(dates.date(series(pa.array([day.isoformat() for day in days], TEXT)))) == days


PARTS = st.tuples(st.integers(0, 10_000), st.integers(0, 14), st.integers(0, 33))


def day_or_none(text):
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


@given(st.lists(PARTS))
def test_only_days_of_the_calendar_are_read(parts):
    texts = [f"{year:04}-{month:02}-{day:02}" for year, month, day in parts]
    expected = [day_or_none(text) for text in texts]
    for step in (dates.date, births.birth_date):
        result = step(series(pa.array(texts, TEXT)))
        days, refused = result if isinstance(result, tuple) else (result, None)
        assert cells(days) == expected
        assert (cells(refused) if refused is not None else [False] * len(texts)) == [
            day is None for day in expected
        ]


@given(st.lists(st.dates(date(1, 1, 1))), st.sampled_from(["day", "month", "year", "nothing"]))
def test_a_birth_date_has_just_the_parts_that_the_text_has(days, known):
    written = {
        "day": "{0:%Y}-{0:%m}-{0:%d}",
        "month": "{0:%Y}-{0:%m}-**",
        "year": "{0:%Y}-**-**",
        "nothing": "****-**-**",
    }[known]
    texts = series(pa.array([written.format(day).rjust(10, "0") for day in days], TEXT))
    assert cells(births.birth_year(texts)) == [day.year if known != "nothing" else None for day in days]
    assert cells(births.birth_month(texts)) == [
        day.month if known in {"day", "month"} else None for day in days
    ]
    assert cells(births.birth_day(texts)) == [day.day if known == "day" else None for day in days]
    assert cells(births.birth_date(texts)) == [day if known == "day" else None for day in days]
    assert cells(births.birth_precision(texts)) == [None if known == "nothing" else known.upper()] * len(days)


@given(st.lists(st.one_of(st.none(), TIMES)))
def test_local_date_moves_only_the_hours_named(times):
    found = cells(dates.local_date(series(pa.array(times, STAMP))))
    for before, after in zip(times, found, strict=True):
        exact = (
            before is not None
            and (before.hour in {4, 5})
            and not (before.minute or before.second or before.microsecond)
        )
        assert after == (before.replace(hour=0) if exact else before)


@pytest.mark.parametrize("zone", ZONES)
@given(times=st.lists(st.one_of(TIMES, NEAR_CHANGES), min_size=1, max_size=20))
def test_the_local_day_of_an_instant_is_the_one_of_the_calendar_there(zone, times):
    expected = [time.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date() for time in times]
    assert cells(dates.local_day(series(pa.array(times, STAMP)), zone=zone)) == expected
