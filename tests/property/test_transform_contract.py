"""What every step and every rule promises, whatever it does: rows, index, nulls, types."""

from datetime import datetime

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrate.transform import library  # noqa: F401  fills the registries
from migrate.transform.registry import RULES, STEPS, options_of
from migrate.transform.series import DAY, STAMP, TEXT, arrow, series

AS_OF = datetime(2026, 1, 1)  # noqa: DTZ001  the engine's instants are naive UTC
OTHER_TYPES = {"amount", "negative", "or_yes", "equals", "latest_revision"}  # flags, numbers, files
PLAIN = {
    "values": ("x",),
    "pattern": "^x",
    "zone": "America/Toronto",
    "width": 5,
    "years": 130,
    "as_of": AS_OF,
}
DATES = {
    "date",
    "placeholders",
    "local_date",
    "instant",
    "local_day",
    "local_instant",
    "ambiguous_hour",
    "nonexistent_hour",
}
DATES |= {"time_of_day", "future", "older_than", "earlier_than", "later_than"}
FILLS_NULL = {
    "birth_year",
    "birth_month",
    "birth_day",
    "birth_date",
    "birth_precision",
}  # from the column beside

ODD = st.sampled_from(
    [
        "",
        " ",
        "x",
        "Roy",
        "José",
        "JosÃ©",
        "1985-06-**",
        "2020-02-29",
        "Y",
        "11-2233",
        "+16135551234",
        "CAD",
        "王",
        "85.00",
        "\x00",
    ]
)
CELLS = st.one_of(st.none(), ODD, st.text(max_size=12))
STAMPS = st.one_of(st.none(), st.datetimes(datetime(1800, 1, 1), datetime(2200, 1, 1)))  # noqa: DTZ001


def text_series(cells, offset=0):
    array = pa.array([None] * offset + cells, TEXT).slice(offset)
    return series(array, pd.Index(range(100, 100 + len(cells))))


def options(function, beside):
    """A value for each option that must be written."""
    return {
        name: ("3999-12-31",) if function.__name__ == "placeholders" else PLAIN.get(name, beside)
        for name, option in options_of(function).items()
        if option.default is option.empty or name == "stand_in"
    }


def check(before, after, *, length):
    assert len(after) == length
    assert after.index.equals(before.index)
    assert isinstance(after.dtype, pd.ArrowDtype)


@pytest.mark.parametrize("name", sorted(set(STEPS) - DATES - OTHER_TYPES))
@settings(max_examples=15)
@given(
    cells=st.lists(CELLS, max_size=8), other=st.lists(CELLS, min_size=8, max_size=8), offset=st.integers(0, 3)
)
def test_a_step_on_text_keeps_rows_and_nulls(name, cells, other, offset):
    values, function = text_series(cells, offset), STEPS[name].function
    beside = text_series(other[: len(cells)])
    if name in FILLS_NULL:
        beside = series(pa.nulls(len(cells), STAMP), values.index)
    result = function(values, **options(function, beside))
    after, refused = result if isinstance(result, tuple) else (result, None)
    check(values, after, length=len(cells))
    assert not pc.any(pc.and_(arrow(values).is_null(), arrow(after).is_valid())).as_py()
    if refused is not None:
        check(values, refused, length=len(cells))
        mask = arrow(refused)
        assert mask.null_count == 0
        assert not pc.any(pc.and_(mask, pc.or_(arrow(values).is_null(), arrow(after).is_valid()))).as_py()


@pytest.mark.parametrize("name", sorted(set(RULES) - DATES - OTHER_TYPES))
@settings(max_examples=15)
@given(
    cells=st.lists(CELLS, max_size=8), other=st.lists(CELLS, min_size=8, max_size=8), offset=st.integers(0, 3)
)
def test_a_rule_on_text_answers_every_row_and_never_offends_by_null(name, cells, other, offset):
    values, function = text_series(cells, offset), RULES[name].function
    result = function(values, **options(function, text_series(other[: len(cells)])))
    check(values, result, length=len(cells))
    answer = arrow(result)
    assert answer.type == pa.bool_()
    assert answer.null_count == 0
    if name not in {"missing", "mrz_shape"}:  # a lost first line is no shape, with the second still there
        assert not pc.any(pc.and_(answer, arrow(values).is_null())).as_py() or name.startswith("mrz")


@pytest.mark.parametrize("name", sorted(DATES))
@pytest.mark.parametrize("kind", [STAMP, DAY], ids=["timestamp", "date"])
@settings(max_examples=15)
@given(cells=st.lists(STAMPS, max_size=8), other=st.lists(STAMPS, min_size=8, max_size=8))
def test_steps_and_rules_on_dates_keep_rows_and_nulls(name, kind, cells, other):
    if kind == DAY and name in {
        "local_date",
        "instant",
        "local_day",
        "local_instant",
        "ambiguous_hour",
        "nonexistent_hour",
    }:
        return
    values = series(pa.array(cells, kind), pd.Index(range(len(cells))))
    function = STEPS[name].function if name in STEPS else RULES[name].function
    result = function(values, **options(function, series(pa.array(other[: len(cells)], STAMP), values.index)))
    check(values, result, length=len(cells))
    nulls = arrow(values).is_null()
    if name in STEPS:
        assert not pc.any(pc.and_(nulls, arrow(result).is_valid())).as_py()
    else:
        assert arrow(result).null_count == 0
        assert not pc.any(pc.and_(nulls, arrow(result))).as_py()


IDEMPOTENT = sorted(
    {
        "trim",
        "blank_to_null",
        "collapse_blanks",
        "remove_blanks",
        "drop_controls",
        "nfc",
        "upper",
        "lower",
        "no_match",
    }
    | {"repair_mojibake", "digits_only", "zeros_to_null", "yes_no"}
)


@pytest.mark.parametrize("name", IDEMPOTENT)
@settings(max_examples=40)
@given(cells=st.lists(CELLS, max_size=8))
def test_a_second_time_changes_nothing_and_returns_the_very_column(name, cells):
    step = STEPS[name].function
    once = step(text_series(cells))
    assert step(once) is once
