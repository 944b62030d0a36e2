"""Birth dates, whole or in part: the text as recorded and the stand-in date beside it.

An incomplete date is recorded as incomplete and no part is ever made up. The legacy text has ten characters, unknown
parts as `*`: `1985-06-12`, `1985-06-**`, `1985-**-**`, `****-**-**`; any other form, and a day that no calendar has,
is refused. Beside it may stand a date column, which holds nothing, the same date, or a stand-in such as 1985-01-01:

    text             date column    result
    1985-06-**       any or none    1985, 6, -         where the text has `*` it governs
    1985-06-12       none           1985, 6, 12
    any whole date   a date         the date column    where they differ, mark it: rule `birth_disagrees`
    none             a date         the date column

All steps here work from either side: on the text with `stand_in: BIRTH_DT`, or on the date column with
`text: X_BIRTH_DT_TXT`, which lets `placeholders` and `local_date` repair the date first:

    birth_year: {from: BIRTH_DT, do: [{placeholders: {values: [1900-01-01]}}, {birth_year: {text: X_BIRTH_DT_TXT}}]}
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from migrate.transform.dates import as_day, days_in_month
from migrate.transform.registry import Reverse, rule, step
from migrate.transform.series import (
    DAY,
    TEXT,
    Converted,
    arrow,
    converted,
    offences,
    text,
    text_bytes,
    true_rows,
    wrong_type,
)

# --- steps


@step(reverse=Reverse.LOSSY, note="the other parts of the date")
def birth_year(
    values: pd.Series, *, stand_in: pd.Series | None = None, text: pd.Series | None = None
) -> Converted:
    """The year of a birth date, null when unknown: `do: [{birth_year: {stand_in: BIRTH_DT}}]`.

    >>> cells(birth_year(column("1985-**-**", "****-**-**", None)))
    [1985, None, None]
    """
    return _part(_governing(values, stand_in, text), 0, values)


@step(reverse=Reverse.LOSSY, note="the other parts of the date")
def birth_month(
    values: pd.Series, *, stand_in: pd.Series | None = None, text: pd.Series | None = None
) -> Converted:
    """The month of a birth date, 1 to 12, null when unknown: `do: [{birth_month: {stand_in: BIRTH_DT}}]`.

    >>> cells(birth_month(column("1985-06-**", "1985-**-**")))
    [6, None]
    """
    return _part(_governing(values, stand_in, text), 1, values)


@step(reverse=Reverse.LOSSY, note="the other parts of the date")
def birth_day(
    values: pd.Series, *, stand_in: pd.Series | None = None, text: pd.Series | None = None
) -> Converted:
    """The day of a birth date, 1 to 31, null when unknown: `do: [{birth_day: {stand_in: BIRTH_DT}}]`.

    A day of the month does not depend on the stand-in: `1985-**-**` beside 1985-01-01 has no day.

    >>> cells(birth_day(column("1985-**-**"), stand_in=column(datetime(1985, 1, 1), kind=STAMP)))
    [None]
    """
    return _part(_governing(values, stand_in, text), 2, values)


@step(reverse=Reverse.LOSSY, note="the known parts of an incomplete date")
def birth_date(
    values: pd.Series, *, stand_in: pd.Series | None = None, text: pd.Series | None = None
) -> Converted:
    """The whole birth date, null where any part is unknown: `do: [{birth_date: {stand_in: BIRTH_DT}}]`.

    >>> found = birth_date(
    ...     column("1985-06-**", "1985-06-12", None),
    ...     stand_in=column(None, None, datetime(1990, 5, 1), kind=STAMP),
    ... )
    >>> cells(found)
    [None, datetime.date(1985, 6, 12), datetime.date(1990, 5, 1)]
    >>> days, refused = birth_date(column("1975-02-30"))
    >>> cells(days), cells(refused)
    ([None], [True])
    """
    parts = _governing(values, stand_in, text)
    whole = (parts.year > 0) & (parts.month > 0) & (parts.day > 0)
    days = pa.array(_days_since_1970(parts), pa.int32(), mask=~whole).view(DAY)
    return converted(days, pa.array(parts.refused), values)


@step(reverse=Reverse.LOSSY, note="the date itself")
def birth_precision(
    values: pd.Series, *, stand_in: pd.Series | None = None, text: pd.Series | None = None
) -> Converted:
    """How much of a birth date is known, DAY, MONTH or YEAR; null when nothing is: `do: [birth_precision]`.

    >>> cells(birth_precision(column("1985-06-12", "1985-06-**", "1985-**-**", "****-**-**", None)))
    ['DAY', 'MONTH', 'YEAR', None, None]
    """
    parts = _governing(values, stand_in, text)
    known = np.where(parts.year > 0, 1 + (parts.month > 0) * (1 + (parts.day > 0)), 0)
    labels = pa.array([None, "YEAR", "MONTH", "DAY"], TEXT)
    return converted(labels.take(pa.array(known)), pa.array(parts.refused), values)


# --- rules


@rule(
    en="two records of this birth date disagree; both are kept; a person must decide",
    fr="deux mentions de cette date de naissance se contredisent; les deux sont gardées; à une personne de trancher",
)
def birth_disagrees(
    values: pd.Series, *, other: pd.Series, text: pd.Series | None = None, of: pd.Series | None = None
) -> pd.Series:
    """Two birth dates that cannot both be true: `flag: [{birth_disagrees: {other: X_BIRTH_DT_TXT}}]`.

    Each may be a text with unknown parts, a date or a timestamp. Only parts that both know are compared, so a stand-in
    1985-01-01 agrees with `1985-**-**`, and 1985-06-12 with `1985-06-**`. What is unreadable is not judged. `of` names
    the source column when the value itself is no longer a date, for example a year; `text` the text beside `other`,
    which governs where it has unknown parts.

    >>> stamps = column(datetime(1985, 1, 1), datetime(1985, 6, 12), datetime(1984, 6, 12), kind=STAMP)
    >>> cells(birth_disagrees(stamps, other=column("1985-**-**", "1985-12-06", None)))
    [False, True, False]
    """
    left, right = parts_of(values if of is None else of), governing(other, text)
    differ = np.zeros(len(values), np.bool_)
    for ours, theirs in zip(left.three, right.three, strict=True):
        differ |= (ours != theirs) & (ours > 0) & (theirs > 0)
    return offences(differ, values)


@rule(
    en="this birth date cannot be true: it lies in the future, or too many years back",
    fr="cette date de naissance ne peut être vraie\u00a0: elle est dans le futur ou remonte à trop d’années",
)
def impossible_birth(
    values: pd.Series,
    *,
    as_of: datetime,
    years: int = 130,
    of: pd.Series | None = None,
    text: pd.Series | None = None,
) -> pd.Series:
    """Birth dates after the day of the run, or more than `years` before it: `reject: [impossible_birth]`.

    Of an incomplete date only its known parts are judged: `2091-**-**` cannot be true either. `of` names the source
    column when the value itself is a part of the date, `text` the text beside it.

    >>> births = column("2091-**-**", "2026-06-**", "2026-01-**", "1895-12-31", "1896-01-01", None)
    >>> cells(impossible_birth(births, as_of=datetime(2026, 1, 1)))
    [True, True, False, True, False, False]
    """
    parts = governing(values if of is None else of, text)
    earliest = _as_number(*(np.where(part > 0, part, 1) for part in parts.three))
    latest = _as_number(*(np.where(part > 0, part, 99) for part in parts.three))
    today = as_of.year * 10_000 + as_of.month * 100 + as_of.day
    return offences((parts.year > 0) & ((earliest > today) | (latest < today - years * 10_000)), values)


@rule(
    en="this birth date is incomplete",
    fr="cette date de naissance est incomplète",
)
def partial_birth(values: pd.Series) -> pd.Series:
    """A recorded birth date with unknown parts: `flag: [partial_birth]`. It is legitimate, so usually not flagged.

    >>> cells(partial_birth(column("1985-06-**", "1985-06-12", None)))
    [True, False, False]
    """
    return offences(pc.match_substring(text(values), "*"), values)


@rule(
    en="born on 1 January, recorded when unknown dates were often filled in so; the day may not be true",
    fr="naissance un 1er janvier, saisie à l’époque où l’on comblait ainsi les dates inconnues; le jour est douteux",
)
def new_year(
    values: pd.Series,
    *,
    of: pd.Series | None = None,
    without: pd.Series | None = None,
    recorded: pd.Series | None = None,
    until: str = "2016-01-01",
) -> pd.Series:
    """Birth dates on 1 January that may be made up: `flag: [{new_year: {without: X_BIRTH_DT_TXT, recorded: CREATED}}]`.

    Until January 2016 an unknown day was at times recorded as 1 January. The rule suspects rows without a text as
    recorded (`without` blank) that were `recorded` before the day `until`; it never changes a date. `of` names the
    source column when the value itself is a part of the date.

    >>> births = column(datetime(1985, 1, 1), datetime(1985, 1, 1), kind=STAMP)
    >>> cells(new_year(births, recorded=column(datetime(2012, 3, 1), datetime(2019, 3, 1), kind=STAMP)))
    [True, False]
    """
    parts = parts_of(values if of is None else of)
    suspect = pa.array((parts.year > 0) & (parts.month == 1) & (parts.day == 1))
    if without is not None:
        suspect = pc.and_(suspect, pc.equal(pc.utf8_trim_whitespace(pc.fill_null(text(without), "")), ""))
    if recorded is not None:
        suspect = pc.and_(suspect, pc.less(as_day(recorded), pa.scalar(until, TEXT).cast(DAY)))
    return offences(suspect, values)


# --- reading


@dataclass(frozen=True, slots=True)
class Parts:
    """Year, month and day of some dates as int32, 0 where unknown; `refused` marks text that is no such date."""

    year: npt.NDArray[np.int32]
    month: npt.NDArray[np.int32]
    day: npt.NDArray[np.int32]
    refused: npt.NDArray[np.bool_]
    starred: npt.NDArray[np.bool_]  # text with unknown parts: it governs

    @property
    def three(self) -> tuple[npt.NDArray[np.int32], ...]:
        """Year, month, day."""
        return self.year, self.month, self.day

    def unless(self, mask: npt.NDArray[np.bool_], other: "Parts") -> "Parts":
        """These parts, the other ones where the mask is true."""
        year, month, day = (
            np.where(mask, theirs, ours) for ours, theirs in zip(self.three, other.three, strict=True)
        )
        return Parts(year, month, day, self.refused | other.refused, self.starred)


def _governing(values: pd.Series, stand_in: pd.Series | None, beside: pd.Series | None) -> Parts:
    """The parts that count, by the table at the head of this module."""
    if pa.types.is_string(arrow(values).type):
        recorded, dates = parts_of(values), stand_in
    elif beside is not None:
        recorded, dates = parts_of(beside), values
    else:
        return parts_of(values)
    if dates is None:
        return recorded
    there = arrow(dates).is_valid().to_numpy(zero_copy_only=False)
    return recorded.unless(there & ~recorded.starred & ~recorded.refused, parts_of(dates))


def governing(values: pd.Series, beside: pd.Series | None) -> Parts:
    """The parts of a birth date that count, with the text beside it, if there is one."""
    return _governing(values, None, beside)


def parts_of(values: pd.Series) -> Parts:
    """The parts of dates, timestamps, or texts with `*` for what is unknown."""
    array = arrow(values)
    if pa.types.is_string(array.type) or pa.types.is_large_string(array.type) or pa.types.is_null(array.type):
        return _read_text(text(values))
    if pa.types.is_timestamp(array.type) or pa.types.is_date32(array.type):
        return _read_days(array.cast(DAY))
    raise wrong_type(array.type, "a date, a timestamp or text")


def _read_text(array: pa.Array) -> Parts:
    """The parts of the rows that have a text; those are few, so that only they are looked at."""
    rows = true_rows(pc.not_equal(pc.utf8_trim_whitespace(array), ""))
    year, month, day = (np.zeros(len(array), np.int32) for _ in range(3))
    refused, starred = np.zeros(len(array), np.bool_), np.zeros(len(array), np.bool_)
    if len(rows):
        year[rows], month[rows], day[rows], refused[rows], starred[rows] = _digits(array.take(pa.array(rows)))
    return Parts(year, month, day, refused, starred)


def _digits(array: pa.Array) -> tuple[npt.NDArray[Any], ...]:
    """Year, month, day (0 unknown or refused), refused, starred of texts without nulls, by their ten bytes."""
    shaped = pc.match_substring_regex(array, _SHAPE)
    filled = pc.if_else(shaped, array, "****-**-**")
    digits = text_bytes(filled).reshape(-1, 10).astype(np.int32) - ord("0")
    unknown = digits < 0
    digits = np.where(unknown, 0, digits)
    year, month, day = digits[:, :4] @ _PLACES, digits[:, 5:7] @ _PLACES[2:], digits[:, 8:] @ _PLACES[2:]
    zeros = ((year == 0) & ~unknown[:, 0]) | ((month == 0) & ~unknown[:, 5]) | ((day == 0) & ~unknown[:, 8])
    good = (
        shaped.to_numpy(zero_copy_only=False) & (month <= 12) & (day <= days_in_month(year, month)) & ~zeros
    )
    starred = good & unknown[:, [0, 5, 8]].any(axis=1)
    return year * good, month * good, day * good, ~good, starred


def _read_days(array: pa.Array) -> Parts:
    year, month, day = (
        pc.fill_null(part(array), 0).cast(pa.int32()).to_numpy() for part in (pc.year, pc.month, pc.day)
    )
    nothing = np.zeros(len(array), np.bool_)
    return Parts(year, month, day, nothing, nothing)


_PLACES = np.array([1000, 100, 10, 1], np.int32)
_SHAPE = r"^(?:\d{4}|\*{4})-(?:\d{2}|\*{2})-(?:\d{2}|\*{2})$"


def _part(parts: Parts, which: int, values: pd.Series) -> Converted:
    numbers = parts.three[which]
    return converted(pa.array(numbers.astype(np.int64), mask=numbers == 0), pa.array(parts.refused), values)


def _as_number(year: npt.NDArray[Any], month: npt.NDArray[Any], day: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Dates as numbers in their order: 19850612."""
    number: npt.NDArray[Any] = year * 10_000 + month * 100 + day
    return number


def _days_since_1970(parts: Parts) -> npt.NDArray[np.int32]:
    """Days since 1970 of whole dates, anything elsewhere: whole eras of 400 years, then years that begin in March."""
    year = parts.year - (parts.month <= 2)
    of_era = year % 400
    of_year = (153 * ((parts.month + 9) % 12) + 2) // 5 + parts.day - 1
    days: npt.NDArray[np.int32] = (
        year // 400 * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468
    )
    return days.astype(np.int32)
