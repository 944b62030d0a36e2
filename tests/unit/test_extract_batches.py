"""A Batch holds whole entities: each root with the rows of all its members, once, and nothing else's."""

from collections.abc import Iterator
from itertools import pairwise

import pyarrow as pa
import pytest

from migrate.conditions import MemberColumn
from migrate.errors import Defect
from migrate.extract import Reader
from migrate.extract.batches import read_batch, read_keys, read_loose, read_survey
from migrate.mapping.nouns import Mapping, Member
from migrate.model import KeyRange, Slice, SliceKind
from tests.fakes import MemorySource

PERSONS = pa.table(
    {"ROW_ID": ["1", "2", "3", "4"], "LAST_NAME": ["Abe", "Bo", "Cy", "Di"], "UNUSED": ["x"] * 4}
)
ADDRESSES = pa.table({"ROW_ID": ["a", "b", "c", "d", "e"], "CITY": ["Ae", "Be", "Ce", "De", "Ee"]})
LINKS = pa.table(
    {
        "ROW_ID": ["k5", "k1", "k2", "k3", "k4", "k6"],
        "CONTACT_ID": ["2", "1", "1", "9", None, "3"],
        "ADDR_ID": ["a", "b", "a", "c", "d", None],
    }
)  # a is shared, e is nobody's, c hangs on an orphan, d on a row without a pointer
CALLS = pa.table({"ROW_ID": ["z", "y", "x"], "PER_ID": ["1", "1", "2"], "ADDR_KEY": ["a", "b", None]})

MAPPING = Mapping(
    entity="client",
    root=Member("person", "S_CONTACT", "ROW_ID"),
    members=(
        Member("address", "S_ADDR_PER", "ROW_ID", via=MemberColumn("link", "ADDR_ID")),
        Member("link", "S_CON_ADDR", "CONTACT_ID"),
        Member("call", "S_CALL", "PER_ID"),
    ),
    tables=(),
    reads={
        "person": ("ROW_ID", "LAST_NAME"),
        "address": ("ROW_ID", "CITY"),
        "link": ("ROW_ID", "CONTACT_ID", "ADDR_ID"),
        "call": ("ROW_ID", "PER_ID"),
    },
)


def piece(kind: SliceKind = SliceKind.RANGE, member: str | None = None) -> Slice:
    return Slice("client", 0, kind, (KeyRange(),), member)


def keys(table: pa.Table) -> list[str]:
    return [str(key) for key in table.column("ROW_ID").to_pylist()]


@pytest.fixture
def reader() -> Iterator[Reader]:
    source = MemorySource(
        {"S_CONTACT": PERSONS, "S_ADDR_PER": ADDRESSES, "S_CON_ADDR": LINKS, "S_CALL": CALLS}
    )
    with source.snapshot() as reader:
        yield reader


def test_a_batch_has_the_columns_that_the_mapping_reads_and_no_others(reader: Reader) -> None:
    batch = read_batch(reader, MAPPING, piece(), KeyRange())
    assert {name: tuple(table.column_names) for name, table in batch.tables.items()} == MAPPING.reads


def test_members_come_by_the_range_of_the_root(reader: Reader) -> None:
    batch = read_batch(reader, MAPPING, piece(), KeyRange(None, "2"))
    assert keys(batch.tables["person"]) == ["1"]
    assert keys(batch.tables["link"]) == ["k1", "k2"]
    assert keys(batch.tables["call"]) == ["y", "z"]


def test_members_of_the_second_level_come_with_the_rows_that_point_at_them(reader: Reader) -> None:
    batch = read_batch(reader, MAPPING, piece(), KeyRange(None, "2"))
    assert keys(batch.tables["address"]) == ["a", "b"]


def test_a_shared_row_comes_with_each_entity_and_once_in_a_batch(reader: Reader) -> None:
    assert keys(read_batch(reader, MAPPING, piece(), KeyRange("2", "3")).tables["address"]) == ["a"]
    assert keys(read_batch(reader, MAPPING, piece(), KeyRange()).tables["address"]) == ["a", "b", "c"]


def test_an_orphan_comes_with_the_range_of_its_missing_root(reader: Reader) -> None:
    batch = read_batch(reader, MAPPING, piece(), KeyRange("4", None))
    assert keys(batch.tables["person"]) == ["4"]
    assert keys(batch.tables["link"]) == ["k3"]
    assert keys(batch.tables["address"]) == ["c"]


def test_rows_are_sorted_by_pointer_and_key(reader: Reader) -> None:
    links = read_batch(reader, MAPPING, piece(), KeyRange()).tables["link"]
    assert list(zip(links["CONTACT_ID"].to_pylist(), keys(links), strict=True)) == [
        ("1", "k1"), ("1", "k2"), ("2", "k5"), ("3", "k6"), ("9", "k3"),
    ]  # fmt: skip


def test_an_empty_range_gives_every_member_without_rows(reader: Reader) -> None:
    batch = read_batch(reader, MAPPING, piece(), KeyRange("5", "6"))
    assert batch.rows == 0
    assert set(batch.tables) == set(MAPPING.by_name)


def test_every_reachable_row_is_read_in_exactly_one_range(reader: Reader) -> None:
    borders = [None, "2", "3", None]
    batches = [read_batch(reader, MAPPING, piece(), KeyRange(low, high)) for low, high in pairwise(borders)]
    for member, expected in (("person", 4), ("link", 5), ("call", 3)):
        found = [key for batch in batches for key in keys(batch.tables[member])]
        assert len(found) == len(set(found)) == expected


def test_chosen_keys_bring_the_same_rows_as_their_range(reader: Reader) -> None:
    chosen = read_keys(reader, MAPPING, piece(), pa.array(["1", "7"]))
    ranged = read_batch(reader, MAPPING, piece(), KeyRange(None, "2"))
    assert chosen.tables == ranged.tables


def test_a_survey_reads_the_key_and_the_natural_keys(reader: Reader) -> None:
    found = read_survey(reader, MAPPING, ("LAST_NAME",), KeyRange("2", "4"))
    assert found.to_pydict() == {"ROW_ID": ["2", "3"], "LAST_NAME": ["Bo", "Cy"]}


def test_loose_rows_of_a_member_are_those_without_a_pointer_and_what_hangs_on_them(reader: Reader) -> None:
    batch = read_loose(reader, MAPPING, piece(SliceKind.LOOSE, "link"), KeyRange())
    assert {name: keys(table) for name, table in batch.tables.items() if table.num_rows} == {
        "link": ["k4"],
        "address": ["d"],
    }


def test_loose_rows_can_be_bounded_by_their_own_key(reader: Reader) -> None:
    loose = piece(SliceKind.LOOSE, "link")
    assert read_loose(reader, MAPPING, loose, KeyRange(None, "k4")).rows == 0
    assert keys(read_loose(reader, MAPPING, loose, KeyRange("k4", None)).tables["link"]) == ["k4"]


def test_loose_rows_of_the_second_level_are_those_whose_parent_row_does_not_exist(reader: Reader) -> None:
    batch = read_loose(reader, MAPPING, piece(SliceKind.LOOSE, "address"), KeyRange())
    assert {name: keys(table) for name, table in batch.tables.items() if table.num_rows} == {"address": ["e"]}
    assert read_loose(reader, MAPPING, piece(SliceKind.LOOSE, "address"), KeyRange(None, "e")).rows == 0


def test_loose_rows_of_the_second_level_include_those_without_a_pointer_once() -> None:
    mapping = Mapping(
        "client",
        Member("person", "S_CONTACT", "ROW_ID"),
        (
            Member("call", "S_CALL", "ADDR_KEY", via=MemberColumn("link", "ADDR_ID")),
            Member("link", "S_CON_ADDR", "CONTACT_ID"),
        ),
        (),
        reads={
            "person": ("ROW_ID",),
            "call": ("ROW_ID", "ADDR_KEY"),
            "link": ("ROW_ID", "CONTACT_ID", "ADDR_ID"),
        },
    )
    with MemorySource({"S_CONTACT": PERSONS, "S_CON_ADDR": LINKS, "S_CALL": CALLS}).snapshot() as reader:
        parts = [
            keys(read_loose(reader, mapping, piece(SliceKind.LOOSE, "call"), within).tables["call"])
            for within in (KeyRange(None, "b"), KeyRange("b", None))
        ]
    assert parts == [["x"], []]


def test_every_row_of_every_member_is_read_by_a_range_or_a_loose_slice(reader: Reader) -> None:
    batches = [read_batch(reader, MAPPING, piece(), KeyRange())]
    batches += [
        read_loose(reader, MAPPING, piece(SliceKind.LOOSE, member), KeyRange())
        for member in ("link", "address", "call")
    ]
    for member, table in (("link", LINKS), ("address", ADDRESSES), ("call", CALLS), ("person", PERSONS)):
        assert {key for batch in batches for key in keys(batch.tables[member])} == set(keys(table))


def test_members_that_only_lead_to_each_other_are_a_defect(reader: Reader) -> None:
    circle = Mapping(
        "client",
        Member("person", "S_CONTACT", "ROW_ID"),
        tuple(
            Member(name, "S_CALL", "ROW_ID", via=MemberColumn(other, "ROW_ID"))
            for name, other in ("ab", "ba")
        ),
        (),
        reads={"person": ("ROW_ID",), "a": ("ROW_ID",), "b": ("ROW_ID",)},
    )
    with pytest.raises(Defect, match="a, b"):
        read_batch(reader, circle, piece(), KeyRange())
