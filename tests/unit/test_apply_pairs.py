"""Facts about what several entities have in common: pairs in any order, rows that are shared, facts in two places."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate.conditions import Column, MemberColumn, Operator
from migrate.conditions import Test as Comparison
from migrate.mapping.nouns import (
    Call,
    CodeList,
    Consequence,
    Field,
    Join,
    Mapping,
    Member,
    Natural,
    NaturalKind,
    Rule,
    TableMap,
    Variant,
)
from migrate.model import Outcome, TargetColumn
from migrate.transform.apply import apply
from migrate.transform.beforehand import naturals, survey_columns
from tests.builders import AS_OF, batch, layout, lookup, mapping, rows_of, target

TEXT = pa.string()
LAYOUT = layout(
    target("link", TargetColumn("kind", TEXT)),
    target("person", TargetColumn("name", TEXT)),
    target("address", TargetColumn("city", TEXT), root="person"),
)
CODES = {
    "relation": CodeList(
        "relation", {("", "SPOUSE"): "SPOUSE", ("", "CHILD"): "CHILD", ("", "PARENT"): "PARENT"}
    ),
    "inverse": CodeList(
        "inverse", {("", "SPOUSE"): "SPOUSE", ("", "CHILD"): "PARENT", ("", "PARENT"): "CHILD"}
    ),
}
PAIR = Natural(
    "pair",
    NaturalKind.UNIQUE,
    ("ONE", "OTHER"),
    unordered=True,
    variant=Variant("KIND", code="relation", turned="inverse"),
)


def links(natural: Natural) -> Mapping:
    table = TableMap("link", "link", "LINK", fields=(Field("kind", (Column("KIND"),)),))
    return mapping("link", "LINK", (table,), naturals=(natural,), codes=CODES)


def surveyed(natural: Natural, *rows: tuple[str | None, str, str]) -> list[tuple[str, str]]:
    """(value, variant) of links between two persons."""
    columns: dict[str, list[str | None]] = {"ROW_ID": [f"1-{n}" for n in range(len(rows))]}
    columns |= {name: [row[n] for row in rows] for n, name in enumerate(("ONE", "OTHER", "KIND"))}
    table = pa.table({name: pa.array(values, TEXT) for name, values in columns.items()})
    ((_, found),) = naturals(links(natural), table, AS_OF)
    return rows_of(found, "value", "variant")


def test_a_pair_is_one_whoever_is_named_first_and_is_told_from_one_side() -> None:
    assert surveyed(PAIR, ("1-A", "1-B", "CHILD"), ("1-B", "1-A", "PARENT")) == [("1-A|1-B", "CHILD")] * 2


def test_a_spouse_who_is_a_child_is_another_variant() -> None:
    told = {variant for _, variant in surveyed(PAIR, ("1-A", "1-B", "SPOUSE"), ("1-B", "1-A", "CHILD"))}
    assert told == {"SPOUSE", "PARENT"}


def test_a_value_that_no_list_knows_stands_for_itself() -> None:
    assert surveyed(PAIR, ("1-A", "1-B", "COUSIN")) == [("1-A|1-B", "COUSIN")]


def test_half_a_pair_is_no_key() -> None:
    assert surveyed(PAIR, (None, "1-B", "SPOUSE"))[0][0] is None


def test_a_key_with_one_order_keeps_it_and_its_variant_as_stored() -> None:
    ordered = Natural("pair", NaturalKind.UNIQUE, ("ONE", "OTHER"), variant=Variant("KIND"))
    assert surveyed(ordered, ("1-B", "1-A", "CHILD")) == [("1-B|1-A", "CHILD")]


@given(st.text("AB1-", min_size=1), st.text("AB1-", min_size=1))
def test_both_orders_of_any_two_keys_meet(one: str, other: str) -> None:
    (there, _), (back, _) = surveyed(PAIR, (one, other, "SPOUSE"), (other, one, "SPOUSE"))
    assert there == back


def test_the_survey_reads_the_column_of_the_variant() -> None:
    assert survey_columns(links(PAIR)) == ("ONE", "OTHER", "KIND")


# --- rows that several entities reach

LINKS = Member("LINKS", "S_LINK", "PER_ID")
ADDRESSES = Member("ADDRESSES", "S_ADDR", "ROW_ID", via=MemberColumn("LINKS", "ADDR_ID"))
COLUMNS = {
    "PERSON": dict.fromkeys(("ROW_ID", "NAME", "PHONE"), TEXT),
    "LINKS": dict.fromkeys(("ROW_ID", "PER_ID", "ADDR_ID"), TEXT),
    "ADDRESSES": dict.fromkeys(("ROW_ID", "CITY"), TEXT),
    "PHONES": dict.fromkeys(("ROW_ID", "PER_ID", "NUMBER", "KIND"), TEXT),
}
CITY = Field("city", (Column("CITY", "a"),), rules=((Call("missing"), Consequence.FLAG),))
NAME = Field("name", (Column("NAME"),))


def persons(*rules: Rule, members: tuple[Member, ...]) -> Mapping:
    tables = [TableMap("person", "person", "PERSON", fields=(NAME,))]
    if LINKS in members:
        tables.append(
            TableMap("address", "address", "LINKS", (Join("a", "ADDRESSES", "ADDR_ID"),), fields=(CITY,))
        )
    return mapping("person", "PERSON", tuple(tables), members, rules=rules)


def moved(its: Mapping, rows: dict[str, list[dict[str, object]]]) -> Outcome:
    return apply(its, batch("person", rows, COLUMNS), lookup(), layout=LAYOUT, system="test")


def sharing(*people: str, cities: dict[str, str | None]) -> dict[str, list[dict[str, object]]]:
    """People who share all addresses of the given cities."""
    return {
        "PERSON": [{"ROW_ID": person} for person in people],
        "LINKS": [
            {"ROW_ID": f"{person}/{address}", "PER_ID": person, "ADDR_ID": address}
            for person in people
            for address in cities
        ],
        "ADDRESSES": [{"ROW_ID": address, "CITY": city} for address, city in cities.items()],
    }


def test_a_shared_row_belongs_to_each_who_reaches_it() -> None:
    there = Comparison(Column("ADDR_ID"), Operator.AMONG, MemberColumn("ADDRESSES", "ROW_ID"))
    found = Rule("found", Call("rows", {"of": "LINKS", "where": there}), Consequence.FLAG)
    outcome = moved(
        persons(found, members=(LINKS, ADDRESSES)),
        sharing("1-A", "1-B", "1-C", cities={"1-H": "Ottawa", "1-I": "Paris"}),
    )
    assert outcome.tables["address"].num_rows == outcome.tables["quality_mark"].num_rows == 6


def test_what_is_wrong_with_a_shared_row_is_told_of_each_once() -> None:
    outcome = moved(persons(members=(LINKS, ADDRESSES)), sharing("1-A", "1-B", cities={"1-H": None}))
    marks = rows_of(outcome.tables["quality_mark"], "rule", "source_table", "source_key")
    assert marks == [("missing", "S_ADDR", "1-H")] * 2


def test_a_row_reached_twice_by_one_entity_stands_there_once() -> None:
    rows = sharing("1-A", cities={"1-H": "Ottawa"})
    rows["LINKS"].append({"ROW_ID": "again", "PER_ID": "1-A", "ADDR_ID": "1-H"})
    outcome = moved(persons(members=(LINKS, ADDRESSES)), rows)
    assert outcome.tables["address"]["city"].to_pylist() == ["Ottawa", "Ottawa"]
    assert outcome.quarantine.num_rows == 0


# --- one fact in two places

PHONES = Member("PHONES", "S_PHONE", "PER_ID")
HOME = Comparison(Column("KIND"), Operator.IN, ("Home",))


@pytest.mark.parametrize(
    ("own", "listed", "flagged"),
    [
        ("1", [("2", "Home")], True),
        ("1", [("2", "Home"), ("1", "Home")], False),
        ("1", [("1", "Work"), ("2", "Home")], True),
        ("1", [("2", "Work")], False),
        ("1", [], False),
        (" ", [("2", "Home")], False),
        (None, [("2", "Home")], False),
        ("1", [(None, "Home")], False),
    ],
    ids=[
        "other",
        "among them",
        "of another kind",
        "none of the kind",
        "none",
        "blank",
        "empty",
        "an empty list",
    ],
)
def test_a_value_is_unmatched_where_the_others_are_there_and_differ(
    own: str | None, listed: list[tuple[str | None, str]], flagged: bool
) -> None:
    numbers = MemberColumn("PHONES", "NUMBER")
    judge = Call("unmatched", {"of": "PERSON", "column": "PHONE", "among_rows": numbers, "where": HOME})
    phones: list[dict[str, object]] = [
        {"ROW_ID": str(n), "PER_ID": "1-A", "NUMBER": it, "KIND": kind} for n, (it, kind) in enumerate(listed)
    ]
    phones.append({"ROW_ID": "x", "PER_ID": "1-B", "NUMBER": "1", "KIND": "Home"})
    outcome = moved(
        persons(Rule("differs", judge, Consequence.FLAG), members=(PHONES,)),
        {"PERSON": [{"ROW_ID": "1-A", "PHONE": own}, {"ROW_ID": "1-B"}], "PHONES": phones},
    )
    assert ("quality_mark" in outcome.tables) is flagged
