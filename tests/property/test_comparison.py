"""Facts about the comparison that hold for any values: what is equal is silent, what is not is told, and told once."""

import unicodedata
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from migrate.canonical import derive_ids, uuid_text
from reconciliation.diff import compare, unexpected
from reconciliation.expected import Expectation
from reconciliation.forms import applied
from reconciliation.model import Kind
from tests.builders import AS_OF
from tests.comparison_world import LAYOUT, comparison, of, said

ZONES = st.sampled_from(
    ["America/Toronto", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]
)
WALLS = st.datetimes(datetime(1975, 1, 1), datetime(2037, 12, 31))  # noqa: DTZ001  # a wall clock has no zone
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
NAMES = st.text(
    "abcdefghilmnoprstuvyzABCDELMNOPRSTÀÂÇÉÈÊËÎÏÔÙÛÜàâçéèêëîïôùûüÿœšžąęłńóśźż' -", min_size=1, max_size=14
)


@given(TEXTS, TEXTS)
def test_two_texts_are_the_same_only_if_they_are_equal(legacy: str, platform: str) -> None:
    told = said("A", "title", legacy, platform)
    assert (told == []) == (legacy == platform)


@given(TEXTS)
def test_a_difference_of_blanks_case_or_normal_form_is_told_as_one_of_format(text: str) -> None:
    decomposed = unicodedata.normalize("NFD", text)
    for legacy, platform in ((text, f" {text} "), (f"A{text}", f"a{text}"), (text, decomposed)):
        told = said("A", "title", legacy, platform)
        assert told == ([Kind.FORMAT] if platform != legacy else [])


@given(st.decimals(-(10**9), 10**9, places=7), st.integers(7, 9), st.booleans())
def test_amounts_are_compared_by_what_they_are_worth(amount: Decimal, places: int, other: bool) -> None:
    platform = amount + Decimal("0.0000001") if other else amount
    told = said("A", "amount", amount, platform, kind=pa.decimal128(30, places))
    assert told == ([Kind.CONFLICT] if other else [])


@given(WALLS, ZONES)
def test_wall_time_is_the_first_of_two_instants_and_a_skipped_one_goes_on_with_the_old_offset(
    wall: datetime, zone: str
) -> None:
    expected = wall.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC).replace(tzinfo=None)
    field = f"{{with: A, as: [{{local: {{zone: {zone}}}}}]}}"
    assert said(field, "seen_at", wall, expected, kind=pa.timestamp("us")) == []
    later = expected + timedelta(seconds=1)
    assert said(field, "seen_at", wall, later, kind=pa.timestamp("us")) == [Kind.CONFLICT]


@given(NAMES, st.integers(1, 3))
def test_a_name_that_was_misread_up_to_three_times_is_read_again(name: str, times: int) -> None:
    misread = name
    for _ in range(times):
        data = misread.encode("utf-8")
        lacking = set(data) & {0x81, 0x8D, 0x8F, 0x90, 0x9D}
        misread = data.decode("latin-1" if lacking else "cp1252")  # Windows-1252 does not have these bytes
    assert applied("reread", pa.array([misread]), {}).to_pylist() == [name]
    assert applied("reread", pa.array([name]), {}).to_pylist() == [name]


PARTS = comparison("""
entity: thing
root: {table: S_THING, is: thing}
pairs:
  thing:
    fields: {title: A}
    unchecked: {kind_code: w, due_on: w, seen_at: w, amount: w, number: w, is_open: w, owner_id: w}
  part: {from: S_PART, parent: THING_ID, fields: {title: A}}
""")
ROWS = st.lists(st.tuples(st.integers(0, 5), st.sampled_from(["a", "b"])), max_size=8)


@given(ROWS, ROWS, st.sets(st.integers(0, 7)))
def test_every_row_is_missing_misplaced_too_much_or_compared_and_only_one_of_these(
    legacy: list[tuple[int, str]], strange: list[tuple[int, str]], lost: set[int]
) -> None:
    """The platform has legacy's parts but for the lost, and strange ones with ids that legacy knows nothing of."""
    rows = [(f"1-P{n}", f"1-T{of}", title) for n, (of, title) in enumerate(legacy)]
    things = [f"1-T{n}" for n in range(6)]
    tables = {
        "S_THING": pa.table({"ROW_ID": things, "A": things}),
        "S_PART": _table(rows, ("ROW_ID", "THING_ID", "A")),
    }
    pair = PARTS.pairs[1]
    expected = Expectation(PARTS, tables, "gcms", AS_OF).rows(pair, LAYOUT)
    kept = expected.filter(pa.array([n not in lost for n in range(len(rows))], pa.bool_()))
    more = _table(
        [(str(UUID(int=n)), _root(f"1-T{of}"), title) for n, (of, title) in enumerate(strange)],
        ("id", "root", "title"),
    )
    actual = pa.concat_tables([kept.select(["id", "root", "title"]), more])
    keys = pa.array(things)
    roots = pa.array([_root(key) for key in things])
    matched, extra = compare(expected, actual, pair), unexpected([expected], actual, roots, keys)
    assert matched.rows == kept.num_rows
    assert matched.lines.column("kind").to_pylist() == [Kind.MISSING] * (len(rows) - kept.num_rows)
    assert sorted(extra.column("id").to_pylist()) == sorted(more.column("id").to_pylist())
    said_twice = {(f"1-T{of}", title) for of, title in legacy}
    kinds = [Kind.DOUBLED if (f"1-T{of}", title) in said_twice else Kind.EXTRA for of, title in strange]
    assert extra.column("kind").to_pylist() == kinds


@given(
    st.lists(st.integers(0, 5), min_size=1, max_size=6), st.lists(st.integers(0, 5), min_size=1, max_size=6)
)
def test_a_row_under_another_root_is_misplaced(legacy: list[int], platform: list[int]) -> None:
    """Its values are not compared: so the same is said wherever the ranges of keys are cut."""
    legacy, platform = legacy[: len(platform)], platform[: len(legacy)]
    tables = {
        "S_THING": pa.table({"ROW_ID": [f"1-T{n}" for n in range(6)], "A": ["x"] * 6}),
        "S_PART": _table(
            [(f"1-P{n}", f"1-T{of}", "a") for n, of in enumerate(legacy)], ("ROW_ID", "THING_ID", "A")
        ),
    }
    pair = PARTS.pairs[1]
    expected = Expectation(PARTS, tables, "gcms", AS_OF).rows(pair, LAYOUT)
    roots = pa.array([_root(f"1-T{of}") for of in platform])
    titles = pa.array(["a" if old == new else "b" for old, new in zip(legacy, platform, strict=True)])
    actual = pa.table({"id": expected.column("id"), "root": roots, "title": titles})
    told = compare(expected, actual, pair).lines.select(["kind", "row"]).to_pylist()
    moved = [n for n, (old, new) in enumerate(zip(legacy, platform, strict=True)) if old != new]
    assert told == [{"kind": Kind.MISPLACED, "row": f"1-P{n}"} for n in moved]


@given(st.lists(st.one_of(st.none(), TEXTS), max_size=5))
def test_no_form_changes_how_many_values_there_are_or_makes_one_of_nothing(values: list[str | None]) -> None:
    for field in ("[trim]", "[reread]", "[without_controls]", "[without_blanks]", "[digits]", "[upper]"):
        compared = of("title", f"{{with: A, as: {field}}}").pairs[0].fields[0]
        (form,) = compared.forms
        made: list[Any] = applied(form.name, pa.array(values, pa.string()), form.options).to_pylist()
        assert len(made) == len(values)
        assert [new for old, new in zip(values, made, strict=True) if old is None and new is not None] == []


def _table(rows: list[tuple[str, str, str]], names: tuple[str, str, str]) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else ((), (), ())
    return pa.table(
        {name: pa.array(list(column), pa.string()) for name, column in zip(names, columns, strict=True)}
    )


def _root(key: str) -> str:
    return str(uuid_text(derive_ids("gcms", "thing/", pa.array([key])))[0])
