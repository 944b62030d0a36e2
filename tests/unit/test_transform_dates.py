"""Dates, instants, birth dates: facts about single values that the examples in the documentation do not show."""

# ruff: noqa: DTZ001  times as they are stored, without a zone, are the subject here

from datetime import date, datetime

import pytest

from migrate.errors import InvalidInput
from migrate.transform import births, dates
from migrate.transform.series import DAY, INSTANT, STAMP, arrow, cells, column

TORONTO = "America/Toronto"


@pytest.mark.parametrize(
    "text",
    [
        "1975-02-30",
        "2023-04-31",
        "1900-02-29",
        "2023-00-10",
        "2023-13-01",
        "0000-01-01",
        "1-2-3",
        "2023-1-01",
        "x",
        "",
    ],
)
def test_a_day_that_no_calendar_has_is_refused(text):
    days, refused = dates.date(column(text))
    assert (cells(days), cells(refused)) == ([None], [True])


@pytest.mark.parametrize("text", ["2000-02-29", "1996-02-29", "0001-01-01", "9999-12-31"])
def test_a_day_of_the_calendar_is_read(text):
    assert cells(dates.date(column(text))) == [date.fromisoformat(text)]


def test_a_date_before_1970_keeps_its_day_whatever_the_time():
    assert cells(dates.date(column(datetime(1969, 12, 31, 23, 59), kind=STAMP))) == [date(1969, 12, 31)]


def test_a_date_that_is_one_already_is_returned_as_it_is():
    given = column(date(2020, 1, 1), kind=DAY)
    assert dates.date(given) is given


@pytest.mark.parametrize("kind", [STAMP, DAY])
def test_placeholders_are_emptied_in_dates_and_timestamps(kind):
    given = column(datetime(3999, 12, 31), datetime(1753, 1, 1), datetime(2020, 5, 5), None, kind=kind)
    found = cells(dates.placeholders(given, values=("3999-12-31", "1753-01-01")))
    assert [cell is None for cell in found] == [True, True, False, True]


def test_any_time_on_a_placeholder_day_counts():
    given = column(datetime(3999, 12, 31, 23, 59, 59), datetime(3999, 12, 30, 23, 59), kind=STAMP)
    assert [cell is None for cell in cells(dates.placeholders(given, values=("3999-12-31",)))] == [
        True,
        False,
    ]


def test_nothing_to_repair_returns_the_column_itself():
    given = column(datetime(2020, 1, 1), datetime(2020, 1, 1, 9), None, kind=STAMP)
    assert dates.local_date(given) is given
    assert dates.placeholders(given, values=("3999-12-31",)) is given


def test_a_repaired_date_stays_a_timestamp_so_that_the_change_is_seen():
    repaired = dates.local_date(column(datetime(1985, 6, 12, 4), datetime(1960, 6, 12, 5), kind=STAMP))
    assert arrow(repaired).type == STAMP
    assert cells(repaired) == [datetime(1985, 6, 12), datetime(1960, 6, 12)]


def test_the_time_of_day_of_a_source_column_is_seen_after_it_was_cut_off():
    raw = column(datetime(1985, 6, 12, 4), datetime(1985, 6, 12), kind=STAMP)
    assert cells(dates.time_of_day(dates.date(raw), of=raw)) == [True, False]


def test_an_hour_that_comes_twice_is_the_first_of_the_two():
    (found,) = cells(dates.local_instant(column(datetime(2024, 11, 3, 1, 30), kind=STAMP), zone=TORONTO))
    assert found.isoformat() == "2024-11-03T05:30:00+00:00"


def test_an_hour_that_never_was_is_moved_on_by_the_gap():
    given = column(
        datetime(2024, 3, 10, 2, 0), datetime(2024, 3, 10, 2, 59), datetime(2024, 3, 10, 3, 0), kind=STAMP
    )
    found = [cell.isoformat() for cell in cells(dates.local_instant(given, zone=TORONTO))]
    assert found == ["2024-03-10T07:00:00+00:00", "2024-03-10T07:59:00+00:00", "2024-03-10T07:00:00+00:00"]
    assert cells(dates.nonexistent_hour(given, zone=TORONTO)) == [True, True, False]


def test_the_clock_is_judged_on_the_source_column_only():
    converted = dates.local_instant(column(datetime(2024, 11, 3, 1, 30), kind=STAMP), zone=TORONTO)
    with pytest.raises(InvalidInput, match="name the source column"):
        dates.ambiguous_hour(converted, zone=TORONTO)


def test_an_option_that_says_nothing_is_told_with_a_way_out():
    given = column(datetime(2024, 1, 1), kind=STAMP)
    with pytest.raises(InvalidInput, match=r"Ottawa is no time zone; use a name of the tz database"):
        dates.local_instant(given, zone="Ottawa")
    with pytest.raises(InvalidInput, match=r"31/12/3999 is no date; write it as"):
        dates.placeholders(given, values=("31/12/3999",))


def test_an_instant_is_not_copied():
    given = column(datetime(2024, 1, 1), None, kind=STAMP)
    found = dates.instant(given)
    assert arrow(found).type == INSTANT
    assert arrow(found).buffers()[1].address == arrow(given).buffers()[1].address
    assert dates.instant(found) is found


def test_order_compares_days_where_one_side_is_a_date():
    day, noon = column(date(2020, 1, 1), kind=DAY), column(datetime(2020, 1, 1, 12), kind=STAMP)
    assert cells(dates.earlier_than(day, other=noon)) == [False]
    assert cells(dates.later_than(noon, other=day)) == [False]


def test_age_is_counted_in_calendar_years():
    given = column(date(1896, 1, 1), date(1895, 12, 31), None, kind=DAY)
    assert cells(dates.older_than(given, years=130, as_of=datetime(2026, 1, 1))) == [False, True, False]
    assert cells(dates.older_than(given, years=130, as_of=datetime(2028, 2, 29))) == [True, True, False]


def test_the_day_of_the_run_is_not_the_future():
    given = column(date(2026, 1, 1), date(2026, 1, 2), kind=DAY)
    assert cells(dates.future(given, as_of=datetime(2026, 1, 1, 3))) == [False, True]


# --- birth dates

STAND_IN = column(datetime(1985, 1, 1), kind=STAMP)


@pytest.mark.parametrize(
    ("text", "stand_in", "parts"),
    [
        ("1985-**-**", datetime(1985, 1, 1), (1985, None, None)),
        ("1985-06-**", None, (1985, 6, None)),
        ("****-06-12", None, (None, 6, 12)),
        ("1985-06-12", None, (1985, 6, 12)),
        ("1985-06-12", datetime(1985, 12, 6), (1985, 12, 6)),
        (None, datetime(1990, 5, 1, 4), (1990, 5, 1)),
        ("  ", datetime(1990, 5, 1), (1990, 5, 1)),
        (None, None, (None, None, None)),
    ],
)
def test_the_text_governs_where_it_has_stars_and_the_date_column_elsewhere(text, stand_in, parts):
    recorded, beside = column(text), column(stand_in, kind=STAMP)
    for values, options in ((recorded, {"stand_in": beside}), (beside, {"text": recorded})):
        found = [
            cells(step(values, **options))[0]
            for step in (births.birth_year, births.birth_month, births.birth_day)
        ]
        assert tuple(found) == parts
        whole = date(*parts) if None not in parts else None
        assert cells(births.birth_date(values, **options)) == [whole]


@pytest.mark.parametrize(
    "text",
    [
        "1975-02-30",
        "1985-13-**",
        "1985-00-**",
        "0000-**-**",
        "198*-**-**",
        "1985",
        "1985-*-*",
        "12-06-1985",
        "unknown",
    ],
)
def test_an_unreadable_birth_date_is_refused_even_beside_a_date(text):
    days, refused = births.birth_date(column(text), stand_in=STAND_IN)
    assert (cells(days), cells(refused)) == ([None], [True])


def test_the_29th_of_february_of_an_unknown_year_is_possible():
    assert cells(births.birth_day(column("****-02-29"))) == [29]


def test_only_known_parts_can_disagree():
    stamps = column(*[datetime(1985, 1, 1)] * 4, kind=STAMP)
    other = column("1985-**-**", "1986-**-**", "****-01-02", "unreadable")
    assert cells(births.birth_disagrees(stamps, other=other)) == [False, True, True, False]


def test_the_first_of_january_is_suspected_only_without_text_and_before_2016():
    born = column(*[datetime(1985, 1, 1)] * 4, datetime(1985, 1, 2), kind=STAMP)
    text = column(None, " ", "1985-01-01", None, None)
    created = column(
        datetime(2012, 1, 1),
        datetime(2015, 12, 31),
        datetime(2012, 1, 1),
        datetime(2016, 1, 1),
        datetime(2012, 1, 1),
        kind=STAMP,
    )
    assert cells(births.new_year(born, without=text, recorded=created)) == [True, True, False, False, False]
