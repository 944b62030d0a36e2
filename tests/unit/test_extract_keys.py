"""Keys of databases that are no Siebel: numbers, and columns that are no keys at all."""

import sqlite3
from dataclasses import replace

import pyarrow as pa
import pytest

from migrate.canonical import key_text
from migrate.conditions import Column, MemberColumn
from migrate.errors import Drift
from migrate.extract import connect
from migrate.extract.batches import read_batch, read_keys, read_loose
from migrate.mapping.nouns import Field, Mapping, Member, TableMap
from migrate.mapping.reads import keys
from migrate.model import KeyRange, Slice, SliceKind

EVERYTHING = KeyRange()
ORDERS = Member("ORDERS", "ORDERS", by="ORDER_ID", key="ORDER_ID")
LINES = Member("LINES", "LINES", by="ORDER_ID", key="LINE_ID")
ARTICLES = Member(
    "ARTICLES", "ARTICLES", by="ARTICLE_ID", key="ARTICLE_ID", via=MemberColumn("LINES", "ARTICLE_ID")
)
MAPPING = Mapping(
    entity="order",
    root=ORDERS,
    members=(LINES, ARTICLES),
    tables=(
        TableMap("order", "order", "ORDERS", fields=(Field("buyer_id", (Column("BUYER"),), ref="buyer"),)),
    ),
    reads={
        "ORDERS": ("BUYER", "ORDER_ID", "WEIGHT"),
        "LINES": ("ARTICLE_ID", "LINE_ID", "ORDER_ID"),
        "ARTICLES": ("ARTICLE_ID",),
    },
)


@pytest.fixture
def reader(tmp_path):
    file = tmp_path / "shop.db"
    with sqlite3.connect(file) as shop:
        shop.executescript("""
            CREATE TABLE orders (order_id INTEGER PRIMARY KEY, buyer INTEGER, weight INTEGER);
            CREATE TABLE lines (line_id INTEGER, order_id INTEGER, article_id NUMERIC(10, 0));
            CREATE TABLE articles (article_id NUMERIC(10, 0));
            CREATE TABLE slips (slip INTEGER, order_no VARCHAR(10));
            INSERT INTO orders VALUES (9, 70, 5), (10, NULL, 6);
            INSERT INTO lines VALUES (1, 9, 300), (2, 10, 300), (3, 11, 400), (4, NULL, 400);
            INSERT INTO articles VALUES (300), (400);
        """)
    shop.close()
    source = connect(f"sqlite:///{file}")
    with source.snapshot() as reader:
        yield reader
    source.close()


def piece(kind: SliceKind = SliceKind.RANGE, member: str | None = None) -> Slice:
    return Slice("order", 0, kind, (EVERYTHING,), member)


def values(table: pa.Table, column: str) -> list[object]:
    return list(table[column].to_pylist())


def test_keys_are_what_names_rows_and_what_points_at_them():
    assert keys(MAPPING) == {
        "ORDERS": {"ORDER_ID", "BUYER"},
        "LINES": {"LINE_ID", "ORDER_ID", "ARTICLE_ID"},
        "ARTICLES": {"ARTICLE_ID"},
    }


def test_numbers_that_are_keys_come_as_text_and_other_numbers_as_numbers(reader):
    orders = read_batch(reader, MAPPING, piece(), EVERYTHING).tables["ORDERS"]
    assert values(orders, "ORDER_ID") == ["10", "9"]
    assert values(orders, "BUYER") == [None, "70"]
    assert values(orders, "WEIGHT") == [6, 5]


def test_members_are_found_by_numbers_also_through_another_member(reader):
    tables = read_batch(reader, MAPPING, piece(), EVERYTHING).tables
    assert values(tables["LINES"], "ORDER_ID") == ["10", "11", "9"]
    assert values(tables["ARTICLES"], "ARTICLE_ID") == ["300", "400"]


def test_a_range_of_numbers_is_in_the_order_of_numbers(reader):
    orders = read_batch(reader, MAPPING, piece(), KeyRange("9", "10")).tables["ORDERS"]
    assert values(orders, "ORDER_ID") == ["9"]


def test_chosen_numbers_are_read_again_by_their_text(reader):
    tables = read_keys(reader, MAPPING, piece(SliceKind.KEYS), pa.array(["10"])).tables
    assert values(tables["LINES"], "LINE_ID") == ["2"]


def test_rows_without_a_pointer_are_found_among_numbers(reader):
    loose = read_loose(reader, MAPPING, piece(SliceKind.LOOSE, "LINES"), EVERYTHING).tables
    assert values(loose["LINES"], "LINE_ID") == ["4"]
    assert values(loose["ARTICLES"], "ARTICLE_ID") == ["400"]


def test_text_that_points_at_numbers_is_refused_since_its_order_is_another(reader):
    columns = ("SLIP",)
    with pytest.raises(Drift, match=r"SLIPS\.ORDER_NO and ORDERS\.ORDER_ID .* one is text"):
        reader.rows("SLIPS", columns, "ORDER_NO", EVERYTHING, like=("ORDERS", "ORDER_ID"))


def test_a_key_that_several_rows_share_is_refused_with_its_place(reader):
    wrong = replace(MAPPING, members=(replace(LINES, key="ARTICLE_ID"), ARTICLES))
    with pytest.raises(Drift, match=r"LINES\.ARTICLE_ID is not a key"):
        read_batch(reader, wrong, piece(), EVERYTHING)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (pa.array(["007", None]), ["007", None]),
        (pa.array([7, None]), ["7", None]),
        (pa.array(["7.50", "70"]).cast(pa.decimal128(9, 2)), ["7.5", "70"]),
        (pa.array(["700"]).cast(pa.decimal128(20, 0)), ["700"]),
    ],
)
def test_a_key_is_told_as_its_digits(given, told):
    assert key_text(given).to_pylist() == told
