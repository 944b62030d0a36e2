"""Dates and instants: zones, placeholders, misplaced time parts, and rules on order, age and the clock.

What the legacy system stores: a date-only column has a time part (00:00); `dt` columns are UTC; `dtl` columns are the
wall clock of an office. All arrive as naive timestamps in microseconds. A date leaves as date32, an instant as a
timestamp in UTC.

Rules judge the value after its steps. What a step takes away (a time of day, a gap in the clock) is judged with the
option `of`, which names the source column itself. A rule with a parameter `as_of: datetime` gets the instant of the
run from the engine; a mapping never writes it, so that the same batch gives the same answer on any day.

Incomplete birth dates are in `births`.
"""

from datetime import UTC, datetime
from datetime import date as calendar_date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from migrate.transform.registry import Reverse, rule, step
from migrate.transform.series import (
    DAY,
    INSTANT,
    STAMP,
    Converted,
    arrow,
    converted,
    offences,
    put,
    series,
    true_rows,
    without,
    wrong_option,
    wrong_type,
)

DAY_LENGTH = 86_400_000_000
HOUR_LENGTH = 3_600_000_000

# --- steps


@step(reverse=Reverse.LOSSY, note="the time of day")
def date(values: pd.Series) -> Converted:
    """A calendar date from a stored date-time, or from text `YYYY-MM-DD`: `do: [date]`.

    The time of day is cut off; where it says something, write `local_date` before it or the rule `time_of_day` beside
    it. Text is read strictly: 1975-02-30 is refused, and so is any other form.

    >>> cells(date(column(datetime(1985, 6, 12, 4), None, kind=STAMP)))
    [datetime.date(1985, 6, 12), None]
    >>> days, refused = date(column("1975-02-28", "1975-02-30"))
    >>> cells(days), cells(refused)
    ([datetime.date(1975, 2, 28), None], [False, True])
    """
    array = arrow(values)
    if pa.types.is_date32(array.type):
        return values
    if pa.types.is_timestamp(array.type):
        return series(array.cast(DAY), values.index)
    if pa.types.is_string(array.type):
        good = calendar_dates(array)
        days = pc.if_else(good, array, None).cast(DAY)
        return converted(days, pc.and_not(array.is_valid(), good), values)
    raise wrong_type(array.type, "a date, a timestamp or text")


@step(reverse=Reverse.ONE_WAY, records=True, note="which placeholder was written")
def placeholders(found: pd.Series, /, *, values: tuple[str, ...]) -> pd.Series:
    """Empties dates that stand for `no date`: `do: [{placeholders: {values: [3999-12-31, 1900-01-01]}}, date]`.

    Any time on one of these days counts. There is no list by default: 1900-01-01 ends nothing in a column of birth
    dates, and 3999-12-31 may be the very meaning of `no end`. List per column what the column's owner confirmed.

    >>> cells(
    ...     placeholders(
    ...         column(datetime(3999, 12, 31), datetime(2020, 1, 1), kind=STAMP), values=("3999-12-31",)
    ...     )
    ... )
    [None, datetime.datetime(2020, 1, 1, 0, 0)]
    """
    array = arrow(found)
    numbers, length = _numbers(array)
    few = np.zeros(len(array), np.bool_)
    for value in values:
        first = _day_number(str(value)) * length
        few |= (numbers >= first) & (numbers < first + length)
    mask = pc.and_(pa.array(few), array.is_valid())
    return series(without(array, mask), found.index) if mask.true_count else found


@step(reverse=Reverse.ONE_WAY, records=True, note="a time part that a wrong conversion left")
def local_date(values: pd.Series, *, hours: tuple[str, ...] = ("4", "5")) -> pd.Series:
    """Repairs dates to which a conversion to UTC was applied by mistake: `do: [local_date, date]`.

    Midnight in Ottawa is 04:00 or 05:00 UTC: a date-only column that holds exactly that hour holds the local date of
    that midnight. The value stays a timestamp, at midnight, so that the change is seen and recorded. `hours` for
    other zones west of Greenwich (Vancouver: `['7', '8']`); any other time of day is left alone.

    >>> cells(local_date(column(datetime(1985, 6, 12, 4), datetime(1985, 6, 12, 9, 30), kind=STAMP)))
    [datetime.datetime(1985, 6, 12, 0, 0), datetime.datetime(1985, 6, 12, 9, 30)]
    """
    array = _stamps(values)
    numbers, _ = _numbers(array)
    time = numbers % DAY_LENGTH
    few = (
        np.isin(time, [int(hour) * HOUR_LENGTH for hour in hours])
        if time.any()
        else np.zeros(len(time), np.bool_)
    )
    rows = np.flatnonzero(few & array.is_valid().to_numpy(zero_copy_only=False))
    if not len(rows):
        return values
    return series(put(array, rows, pa.array(numbers[rows] - time[rows]).cast(array.type)), values.index)


@step(reverse=Reverse.LOSSLESS)
def instant(values: pd.Series) -> pd.Series:
    """Says that a stored date-time is UTC: `do: [instant]`. No value changes, nothing is copied.

    >>> cells(instant(column(datetime(2024, 7, 1, 12), kind=STAMP)))[0].isoformat()
    '2024-07-01T12:00:00+00:00'
    """
    array = _stamps(values)
    return values if array.type == INSTANT else series(array.view(INSTANT), values.index)


@step(reverse=Reverse.LOSSY, note="in the hour when clocks go back, which of the two it was")
def local_instant(values: pd.Series, *, zone: str) -> pd.Series:
    """The instant of a wall-clock time in a zone: `do: [{local_instant: {zone: America/Toronto}}]`.

    Zones are those of the tz database. As in RFC 5545, 3.3.5, a time that comes twice (clocks go back) is the first of
    the two, and a time that never was (clocks go forward) is read with the offset before the gap: 02:30 becomes 03:30.
    Flag both: `flag: [{ambiguous_hour: {zone: America/Toronto, of: X_RECEIVED_DT}}]`, and `nonexistent_hour`.

    >>> (found,) = cells(
    ...     local_instant(column(datetime(2024, 3, 10, 2, 30), kind=STAMP), zone="America/Toronto")
    ... )
    >>> found.isoformat()
    '2024-03-10T07:30:00+00:00'
    """
    array = _naive(values)
    instants = pc.assume_timezone(array, _known(zone), ambiguous="earliest", nonexistent="latest")
    gap = true_rows(_in_gap(array, instants))
    if len(gap):
        instants = put(instants, gap, _before_gap(array.take(pa.array(gap)), zone))
    return series(instants.view(INSTANT), values.index)


@step(reverse=Reverse.LOSSY, note="the time of day")
def local_day(values: pd.Series, *, zone: str) -> pd.Series:
    """The calendar date in a zone of an instant that is stored in UTC: `do: [{local_day: {zone: America/Toronto}}]`.

    An evening in Ottawa is the next day in UTC: a plain `date` would be one day late. Only for instants; a date that
    was stored as midnight has no zone.

    >>> cells(local_day(column(datetime(2024, 7, 2, 2, 30), kind=STAMP), zone="America/Toronto"))
    [datetime.date(2024, 7, 1)]
    """
    instants = _naive(values).view(INSTANT)
    wall = pc.local_timestamp(instants.view(pa.timestamp("us", _known(zone))))
    return series(pc.floor_temporal(wall, unit="day").cast(DAY), values.index)


# --- rules on the clock


@rule(
    en="this local time came twice that night, when clocks went back; the first of the two was taken",
    fr="cette heure locale a existé deux fois cette nuit-là, au recul des horloges; la première a été retenue",
)
def ambiguous_hour(values: pd.Series, *, zone: str, of: pd.Series | None = None) -> pd.Series:
    """Wall-clock times that came twice: `flag: [{ambiguous_hour: {zone: America/Toronto, of: X_RECEIVED_DT}}]`.

    `of` is the source column, as stored; without it the value itself is judged, which must not be converted yet.

    >>> cells(ambiguous_hour(column(datetime(2024, 11, 3, 1, 30), kind=STAMP), zone="America/Toronto"))
    [True]
    """
    array = _naive(values if of is None else of)
    first, last = (
        pc.assume_timezone(array, _known(zone), ambiguous=which, nonexistent="latest")
        for which in ("earliest", "latest")
    )
    return offences(pc.not_equal(first, last), values)


@rule(
    en="this local time never was: clocks went forward over it that night; it was moved on by the missing hour",
    fr="cette heure locale n’a pas existé\u00a0: les horloges ont avancé cette nuit-là; elle a été décalée d’autant",
)
def nonexistent_hour(values: pd.Series, *, zone: str, of: pd.Series | None = None) -> pd.Series:
    """Wall-clock times that never were: `flag: [{nonexistent_hour: {zone: America/Toronto, of: X_RECEIVED_DT}}]`.

    `of` is the source column, as stored; without it the value itself is judged, which must not be converted yet.

    >>> cells(nonexistent_hour(column(datetime(2024, 3, 10, 2, 30), kind=STAMP), zone="America/Toronto"))
    [True]
    """
    array = _naive(values if of is None else of)
    return offences(
        _in_gap(array, pc.assume_timezone(array, _known(zone), ambiguous="earliest", nonexistent="latest")),
        values,
    )


@rule(
    en="a field for a date holds a time of day as well; the date may be off by one day",
    fr="un champ de date contient aussi une heure; la date peut être décalée d’un jour",
)
def time_of_day(values: pd.Series, *, of: pd.Series | None = None) -> pd.Series:
    """A time part in a date-only column: `flag: [{time_of_day: {of: BIRTH_DT}}]`.

    `of` is the source column: the value has lost its time once `date` or `local_date` is done.

    >>> cells(time_of_day(column(datetime(1985, 6, 12, 4), datetime(1985, 6, 12), None, kind=STAMP)))
    [True, False, False]
    """
    array = arrow(values if of is None else of)
    numbers, length = _numbers(array)
    return offences(pc.and_(pa.array(numbers % length != 0), array.is_valid()), values)


# --- rules on order and age


@rule(en="this date lies in the future", fr="cette date est dans le futur")
def future(values: pd.Series, *, as_of: datetime) -> pd.Series:
    """Dates after the day of the run, instants after its instant: `reject: [future]`.

    >>> cells(
    ...     future(
    ...         column(datetime(2030, 1, 1), datetime(2026, 1, 1), kind=STAMP), as_of=datetime(2026, 1, 1, 9)
    ...     )
    ... )
    [True, False]
    """
    return _limit(values, as_of, pc.greater)


@rule(
    en="this date lies too many years back to be true",
    fr="cette date remonte à trop d’années pour être vraie",
)
def older_than(values: pd.Series, *, years: int, as_of: datetime) -> pd.Series:
    """Dates more than so many years before the run: `reject: [{older_than: {years: 130}}]`.

    >>> cells(
    ...     older_than(
    ...         column(datetime(1890, 5, 1), datetime(1900, 5, 1), kind=STAMP),
    ...         years=130,
    ...         as_of=datetime(2026, 1, 1),
    ...     )
    ... )
    [True, False]
    """
    day = 28 if (as_of.month, as_of.day) == (2, 29) else as_of.day
    return _limit(values, as_of.replace(year=as_of.year - years, day=day), pc.less)


@rule(
    en="this date lies before another one that it should follow",
    fr="cette date précède une autre qu’elle devrait suivre",
)
def earlier_than(values: pd.Series, *, other: pd.Series) -> pd.Series:
    """A date before that of another column: `reject: [{earlier_than: {other: BIRTH_DT}}]` on a date of death.

    Where one of the two is a date, days are compared. Rows where one is empty are not judged.

    >>> cells(
    ...     earlier_than(
    ...         column(datetime(1980, 1, 1), kind=STAMP), other=column(datetime(1985, 6, 12), kind=STAMP)
    ...     )
    ... )
    [True]
    """
    return _compare(values, other, pc.less)


@rule(
    en="this date lies after another one that it should precede",
    fr="cette date suit une autre qu’elle devrait précéder",
)
def later_than(values: pd.Series, *, other: pd.Series) -> pd.Series:
    """A date after that of another column: `flag: [{later_than: {other: CLOSED_DT}}]` on a date of opening.

    Where one of the two is a date, days are compared. Rows where one is empty are not judged.

    >>> cells(
    ...     later_than(
    ...         column(datetime(2021, 1, 1), None, kind=STAMP),
    ...         other=column(datetime(2020, 1, 1), None, kind=STAMP),
    ...     )
    ... )
    [True, False]
    """
    return _compare(values, other, pc.greater)


# --- for the other families


def calendar_dates(array: pa.Array) -> pa.Array:
    """Where text is a day of the calendar, written `YYYY-MM-DD`; null is not.

    By arithmetic on the digits: `strptime` of Arrow takes 1975-02-30 for 2 March, and its cast stops at the first bad
    value without saying which.
    """
    shaped = pc.fill_null(pc.match_substring_regex(array, r"^\d{4}-\d{2}-\d{2}$"), False)
    filled = pc.if_else(shaped, array, "0001-01-01")
    year, month, day = (
        pc.utf8_slice_codeunits(filled, start, stop).cast(pa.int32()).to_numpy()
        for start, stop in ((0, 4), (5, 7), (8, 10))
    )
    real = (year >= 1) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= days_in_month(year, month))
    return pc.and_(shaped, pa.array(real))


def days_in_month(year: npt.NDArray[np.int32], month: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """The number of days of a month; for month 0 (not known) 31, for year 0 (not known) that of a leap year."""
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    days: npt.NDArray[np.int32] = _MONTH_LENGTHS[np.clip(month, 0, 12)] + ((month == 2) & leap)
    return days


def as_day(values: pd.Series) -> pa.Array:
    """Dates and timestamps as date32."""
    array = arrow(values)
    if pa.types.is_timestamp(array.type) or pa.types.is_date32(array.type):
        return array.cast(DAY)
    raise wrong_type(array.type, "a date or a timestamp")


# --- helpers

_MONTH_LENGTHS = np.array([31, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], np.int32)


def _stamps(values: pd.Series) -> pa.Array:
    array = arrow(values)
    if pa.types.is_timestamp(array.type):
        return array if array.type.unit == "us" else array.cast(pa.timestamp("us", array.type.tz))
    raise wrong_type(array.type, "a timestamp")


def _naive(values: pd.Series) -> pa.Array:
    array = _stamps(values)
    if array.type.tz is None:
        return array
    raise wrong_type(array.type, "a local time without a zone (name the source column in `of`)")


def _numbers(array: pa.Array) -> tuple[npt.NDArray[np.int64], int]:
    """Days or microseconds since 1970 (anything where null), and how many of them make a day."""
    if pa.types.is_date32(array.type):
        return array.view(pa.int32()).fill_null(0).to_numpy().astype(np.int64), 1
    if pa.types.is_timestamp(array.type) and array.type.unit == "us":
        return array.view(pa.int64()).fill_null(0).to_numpy(), DAY_LENGTH
    raise wrong_type(array.type, "a date or a timestamp")


def _day_number(iso: str) -> int:
    try:
        return (calendar_date.fromisoformat(iso[:10]) - calendar_date(1970, 1, 1)).days
    except ValueError:
        raise wrong_option(f"{iso} is no date", "write it as 3999-12-31") from None


def _known(zone: str) -> str:
    try:
        return ZoneInfo(zone).key
    except (ZoneInfoNotFoundError, ValueError):
        raise wrong_option(
            f"{zone} is no time zone", "use a name of the tz database, such as America/Toronto"
        ) from None


def _in_gap(array: pa.Array, instants: pa.Array) -> pa.Array:
    """True where a wall-clock time is not what the clock showed at the instant that was made of it."""
    return pc.not_equal(pc.local_timestamp(instants), array)


def _before_gap(array: pa.Array, zone: str) -> pa.Array:
    """Instants of wall-clock times in a gap, with the offset that was in force a day before."""
    day_before = pc.subtract(array, pa.scalar(DAY_LENGTH, pa.duration("us")))
    instants = pc.assume_timezone(day_before, zone, ambiguous="earliest", nonexistent="latest")
    return pc.add(instants, pa.scalar(DAY_LENGTH, pa.duration("us")))


def _limit(values: pd.Series, limit: datetime, compare: "pc.Function") -> pd.Series:
    naive = limit.astimezone(UTC).replace(tzinfo=None) if limit.tzinfo else limit
    array = arrow(values)
    if pa.types.is_date32(array.type):
        return offences(compare(array, pa.scalar(naive.date(), DAY)), values)
    return offences(compare(_stamps(values).view(STAMP), pa.scalar(naive, STAMP)), values)


def _compare(values: pd.Series, other: pd.Series, compare: "pc.Function") -> pd.Series:
    left, right = arrow(values), arrow(other)
    if pa.types.is_timestamp(left.type) and pa.types.is_timestamp(right.type):
        return offences(compare(_stamps(values).view(STAMP), _stamps(other).view(STAMP)), values)
    return offences(compare(as_day(values), as_day(other)), values)
