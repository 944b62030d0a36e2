"""What every Source promises, as tests: subclass `SourceContract` and give it a fixture `source`.

The legacy database of the suite holds four small tables with hostile contents (`TABLES`, in canonical types);
`create` writes them into an SQL database. Whatever the database, what comes back must equal `TABLES`.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql

from migrate import conditions
from migrate.conditions import All, Column, Condition, Not, Operator
from migrate.errors import Drift
from migrate.extract import Source
from migrate.model import KeyRange

EVERYTHING = KeyRange()

# In byte order, which is the order of the ranges: '-' before digits, upper case before lower.
KEYS = ["-", "0-1", "1", "1-1", "1-10", "1-2", "1-A", "1-B", "1-a", "1-b", "10-1", "A", "B", "a", "zz"]

TEXTS = [
    None, "", " ", "trailing  ", "\tTab, \r\nlines\nand \x01\x1f\x7f controls", 'O\'Neil "quoted", with, commas',
    "back\\slash \\N \\. \\\\", "NULL", "\\N", "Zoë É 🜁𠮷 four bytes", "e\u0301 n\u0303 \ufb01 as typed", "مُحَمَّد עברית",
    "\ufeffbom \u00a0nbsp\u200b", "null", "\u2028line\u2029paragraph",
]  # fmt: skip

# 15 significant digits, which even SQLite's binary numbers keep
AMOUNTS = [
    None, "0", "-0.0000001", "0.1", "12345678.1234567", "-99999999.9999999", "100", "0.3", "1.10", "999999999999.99",
    "-1", "0.0000002", "1234.5", "7", "33.3333333",
]  # fmt: skip

MOMENTS = [
    None, "3999-12-31 00:00:00", "1753-01-01 00:00:00", "1900-01-01 00:00:00", "0001-01-01 00:00:00",
    "9999-12-31 23:59:59", "2024-02-29 12:34:56", "1969-12-31 23:59:59", "1970-01-01 00:00:00", "2024-03-10 02:30:00",
    "1582-10-10 00:00:00", "2262-04-12 00:00:00", "1677-09-20 00:00:00", "2038-01-19 03:14:08", "2024-12-31 23:59:59",
]  # fmt: skip

COUNT = len(KEYS)

_FLAG, _PARENT, _NAME = Column("FLAG"), Column("PAR_ID"), Column("NAME")

CONDITIONS: dict[str, tuple[Condition, Callable[[dict[str, Any]], bool]]] = {
    "one of": (conditions.Test(_FLAG, Operator.IN, ("Y", "1")), lambda row: row["FLAG"] in ("Y", "1")),
    "blanks": (conditions.Test(_PARENT, Operator.IN, ("", " ")), lambda row: row["PAR_ID"] in ("", " ")),
    "hostile": (conditions.Test(_NAME, Operator.IN, tuple(TEXTS)), lambda row: True),
    "null": (conditions.Test(_PARENT, Operator.IN, None), lambda row: row["PAR_ID"] is None),
    "one of, or null": (
        conditions.Test(_PARENT, Operator.IN, ("1-A", None)),
        lambda row: row["PAR_ID"] in ("1-A", None),
    ),
    "not null": (Not(conditions.Test(_PARENT, Operator.IN, None)), lambda row: row["PAR_ID"] is not None),
    "not blank": (
        Not(conditions.Test(_PARENT, Operator.BLANK)),
        lambda row: bool((row["PAR_ID"] or "").strip()),
    ),
    "blank": (conditions.Test(_PARENT, Operator.BLANK), lambda row: not (row["PAR_ID"] or "").strip()),
    "not one of": (Not(conditions.Test(_FLAG, Operator.IN, ("Y",))), lambda row: row["FLAG"] != "Y"),
    "pattern": (
        conditions.Test(_PARENT, Operator.MATCHES, "[a-z]"),
        lambda row: any(letter in "abz" for letter in row["PAR_ID"] or ""),
    ),
    "number": (conditions.Test(Column("SEATS"), Operator.IN, "7"), lambda row: row["SEATS"] == 7),
    "any of": (
        conditions.Any(
            (conditions.Test(_FLAG, Operator.IN, "N"), conditions.Test(_PARENT, Operator.IN, "1-a"))
        ),
        lambda row: row["FLAG"] == "N" or row["PAR_ID"] == "1-a",
    ),
    "any of, a number among them": (
        conditions.Any(
            (conditions.Test(_FLAG, Operator.IN, "N"), conditions.Test(Column("SEATS"), Operator.IN, "7"))
        ),
        lambda row: row["FLAG"] == "N" or row["SEATS"] == 7,
    ),
    "all of": (
        All((conditions.Test(_FLAG, Operator.IN, "Y"), Not(conditions.Test(_PARENT, Operator.IN, None)))),
        lambda row: row["FLAG"] == "Y" and row["PAR_ID"] is not None,
    ),
    "nothing": (All(), lambda row: True),
}
"""By name: a mapping's condition, and for which rows it holds."""

LEGACY = pa.table(
    {
        "ROW_ID": KEYS,
        "PAR_ID": pa.array(
            ["1-1", "1-1", None, "1-a", "1-A", "", "1-A", " ", "A", None, "a", "a", "B", "zz", "1-1"]
        ),
        "FLAG": pa.array([None, "Y", "N", " ", "y", "1", *["Y"] * 9]),
        "NAME": pa.array(TEXTS),
        "NOTE": pa.array([text and text * 400 for text in TEXTS]),
        "SEATS": pa.array([None, 0, -1, 999_999_999, -999_999_999, *range(10)], pa.int64()),
        "AMOUNT": pa.array(
            [None if amount is None else Decimal(amount) for amount in AMOUNTS], pa.decimal128(22, 7)
        ),
        "SEEN_AT": pa.array(
            [None if moment is None else datetime.fromisoformat(moment) for moment in MOMENTS],
            pa.timestamp("us"),
        ),
    }
)

NUMBERED = pa.table(
    {
        "ID": pa.array([-5, 0, 3, 10, 9_007_199_254_740_993, 9_223_372_036_854_775_807], pa.int64()),
        "LABEL": pa.array(["minus", "zero", "three", "ten", "beyond a double", "largest"]),
    }
)

MANY = pa.table({"ROW_ID": pa.array([f"1-{number:05}" for number in range(12_000)])})

EMPTY = pa.table({"ROW_ID": pa.array([], pa.string())})
TABLES = {
    "LEGACY": LEGACY,
    "numbered": NUMBERED,
    "many": MANY,
    "EMPTY": EMPTY,
}  # two names are lower case at the source
LENGTHS = {("LEGACY", "ROW_ID"): 15, ("LEGACY", "NAME"): 100, ("LEGACY", "FLAG"): 1}

_KEY = (
    sa.String(15)
    .with_variant(postgresql.VARCHAR(15, collation="C"), "postgresql")
    .with_variant(mysql.VARCHAR(15, charset="utf8mb4", collation="utf8mb4_bin"), "mysql", "mariadb")
)
_LONG = sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")

METADATA = sa.MetaData()
sa.Table(
    "LEGACY", METADATA,
    sa.Column("ROW_ID", _KEY, nullable=False), sa.Column("PAR_ID", _KEY), sa.Column("FLAG", sa.CHAR(1)),
    sa.Column("NAME", sa.String(100)), sa.Column("NOTE", _LONG), sa.Column("SEATS", sa.Numeric(10, 0)),
    sa.Column("AMOUNT", sa.Numeric(22, 7)),
    sa.Column("SEEN_AT", sa.DateTime()), sa.Index("LEGACY_P1", "ROW_ID", unique=True), sa.Index("LEGACY_F1", "PAR_ID"),
)  # fmt: skip
sa.Table(
    "numbered", METADATA, sa.Column("id", sa.BigInteger(), nullable=False), sa.Column("label", sa.String(30))
)
sa.Table("many", METADATA, sa.Column("row_id", _KEY, nullable=False))
sa.Table("EMPTY", METADATA, sa.Column("ROW_ID", _KEY))


def create(url: str) -> None:
    """Make the suite's tables in an empty SQL database and fill them."""
    engine = sa.create_engine(url, hide_parameters=True)
    METADATA.create_all(engine)
    with engine.begin() as connection:
        for name, rows in TABLES.items():
            table = METADATA.tables[name]
            for start in range(0, rows.num_rows, 500):
                part = rows.slice(start, 500).rename_columns([column.name for column in table.columns])
                connection.execute(table.insert().values(_values(part, engine.dialect.name)))
    engine.dispose()


def _values(rows: pa.Table, dialect: str) -> list[dict[str, object]]:
    """Rows for an INSERT; SQLite gets date-times as the legacy's exports write them, without a fraction."""
    values: list[dict[str, object]] = rows.to_pylist()
    if dialect == "sqlite":
        return [
            {
                key: sa.literal(str(value), sa.Text()) if isinstance(value, datetime) else value
                for key, value in row.items()
            }
            for row in values
        ]
    return values


def rows_of(
    source: Source,
    columns: Sequence[str] = LEGACY.column_names,
    by: str = "ROW_ID",
    within: KeyRange = EVERYTHING,
) -> pa.Table:
    """Rows of the suite's main table, by key."""
    with source.snapshot() as reader:
        rows = reader.rows("LEGACY", list(dict.fromkeys([*columns, "ROW_ID"])), by, within)
    return rows.sort_by("ROW_ID").select(columns)


def keys_of(rows: pa.Table) -> list[str]:
    """The keys of some rows, sorted."""
    return sorted(rows.column("ROW_ID").to_pylist())


class SourceContract:
    """The promises. `moves`: the source's clock runs, so that it can be compared with ours."""

    moves = True

    @pytest.fixture
    def source(self) -> Source:
        raise NotImplementedError

    def test_hostile_contents_come_back_as_they_were_written(self, source: Source) -> None:
        found = rows_of(source)
        for name in LEGACY.column_names:
            assert found.column(name).to_pylist() == LEGACY.column(name).to_pylist(), name
        assert found.equals(LEGACY)

    @pytest.mark.parametrize("column", LEGACY.column_names)
    def test_a_single_column_can_be_read(self, source: Source, column: str) -> None:
        with source.snapshot() as reader:
            found = reader.rows("LEGACY", [column], "ROW_ID", EVERYTHING)
        assert found.column_names == [column]
        assert found.schema.field(column).type == LEGACY.schema.field(column).type
        assert sorted(map(str, found.column(column).to_pylist())) == sorted(
            map(str, LEGACY.column(column).to_pylist())
        )

    def test_columns_come_in_the_order_they_are_asked_for(self, source: Source) -> None:
        assert rows_of(source, ["SEATS", "NAME", "ROW_ID"]).column_names == ["SEATS", "NAME", "ROW_ID"]

    def test_a_range_holds_its_low_end_and_not_its_high_end(self, source: Source) -> None:
        assert keys_of(rows_of(source, within=KeyRange("1-A", "1-b"))) == ["1-A", "1-B", "1-a"]

    def test_a_range_without_ends_is_open(self, source: Source) -> None:
        assert keys_of(rows_of(source, within=KeyRange(None, "1"))) == ["-", "0-1"]
        assert keys_of(rows_of(source, within=KeyRange("B", None))) == ["B", "a", "zz"]

    @pytest.mark.parametrize("name", CONDITIONS)
    def test_a_condition_leaves_out_no_row_for_which_it_holds(self, source: Source, name: str) -> None:
        condition, holds = CONDITIONS[name]
        kept = {row["ROW_ID"] for row in LEGACY.to_pylist() if holds(row)}
        with source.snapshot() as reader:
            found = keys_of(reader.rows("LEGACY", ["ROW_ID"], "ROW_ID", EVERYTHING, where=condition))
        assert kept <= set(found) <= set(KEYS)
        assert source.count("LEGACY", condition) == len(found)
        assert source.boundaries("LEGACY", "ROW_ID", 1, where=condition) == found[1:]

    def test_a_table_with_a_row_is_filled(self, source: Source) -> None:
        assert source.filled([]) == set()
        assert source.filled(["LEGACY", "MANY", "EMPTY"]) == {"LEGACY", "MANY"}

    def test_an_empty_range_gives_a_table_of_the_same_types(self, source: Source) -> None:
        assert rows_of(source, within=KeyRange("2", "3")).equals(LEGACY.slice(0, 0))

    @pytest.mark.parametrize(
        "since", ["2024-03-10 02:30:00", "2024-03-10 02:30:01", "9999-12-31 23:59:59", "1500-01-01"]
    )
    def test_changed_names_the_pointers_of_rows_that_are_not_earlier(
        self, source: Source, since: str
    ) -> None:
        moment = datetime.fromisoformat(since)
        with source.snapshot() as reader:
            found = [
                key
                for block in reader.changed("LEGACY", "PAR_ID", ["SEEN_AT"], moment)
                for key in block.to_pylist()
            ]
        expected = {
            row["PAR_ID"]
            for row in LEGACY.to_pylist()
            if row["SEEN_AT"] and row["SEEN_AT"] >= moment and row["PAR_ID"]
        }
        assert {key for key in found if key.strip()} == {key for key in expected if key.strip()}
        assert None not in found

    @pytest.mark.parametrize("within", [KeyRange("0"), KeyRange("1-A", "B"), KeyRange("2", "3")])
    def test_measured_groups_as_the_rows_themselves_say(self, source: Source, within: KeyRange) -> None:
        columns = ["PAR_ID", "SEATS", "SEEN_AT"]
        with source.snapshot() as reader:
            found = reader.measured("LEGACY", "PAR_ID", ["SEEN_AT"], "SEATS", within)
            rows = reader.rows("LEGACY", columns, "PAR_ID", within)
        assert found.column_names == ["PAR_ID", "row_count", "version_sum", "SEEN_AT"]
        assert found.schema.types == [pa.string(), pa.int64(), pa.int64(), pa.timestamp("us")]
        grouped = rows.group_by("PAR_ID").aggregate([([], "count_all"), ("SEATS", "sum"), ("SEEN_AT", "max")])
        expected = [
            (row["PAR_ID"], row["count_all"], row["SEATS_sum"] or 0, row["SEEN_AT_max"])
            for row in grouped.to_pylist()
        ]
        assert sorted(tuple(row.values()) for row in found.to_pylist()) == sorted(expected)

    def test_measured_without_stamps_and_version_counts(self, source: Source) -> None:
        with source.snapshot() as reader:
            found = reader.measured(
                "LEGACY", "PAR_ID", [], None, KeyRange("1-A", "1-a"), like=("LEGACY", "ROW_ID")
            )
        assert found.to_pylist() == [{"PAR_ID": "1-A", "row_count": 2, "version_sum": 0}]

    def test_measured_can_go_by_numbers(self, source: Source) -> None:
        with source.snapshot() as reader:
            found = reader.measured("NUMBERED", "ID", [], "ID", KeyRange("3", "11")).sort_by("ID")
        assert found.to_pylist() == [
            {"ID": 3, "row_count": 1, "version_sum": 3},
            {"ID": 10, "row_count": 1, "version_sum": 10},
        ]

    @pytest.mark.parametrize("by", ["ROW_ID", "PAR_ID"])
    def test_checksums_count_every_row_with_that_key_in_some_part(self, source: Source, by: str) -> None:
        with source.snapshot() as reader:
            found = reader.checksums("LEGACY", ["ROW_ID", "PAR_ID", "NAME"], by, 8)
            keys = reader.rows("LEGACY", [by], by, EVERYTHING).column(0)
        assert found.column_names == ["part", "row_count", "row_sum"]
        assert sum(found["row_count"].to_pylist()) == len(keys)
        assert set(found["part"].to_pylist()) <= set(range(8))

    def test_checksums_of_unchanged_rows_are_the_same_again(self, source: Source) -> None:
        columns = ["ROW_ID", "PAR_ID", "NAME", "FLAG"]
        with source.snapshot() as reader:
            once = reader.checksums("LEGACY", columns, "ROW_ID", 8)
        with source.snapshot() as reader:
            again = reader.checksums("LEGACY", columns, "ROW_ID", 8)
        assert once.sort_by("part").to_pydict() == again.sort_by("part").to_pydict()

    def test_every_key_is_in_one_part_and_named_with_it(self, source: Source) -> None:
        with source.snapshot() as reader:
            parts = reader.checksums("LEGACY", ["ROW_ID"], "ROW_ID", 4)
            named = {
                part: [
                    key
                    for block in reader.in_parts("LEGACY", "ROW_ID", "ROW_ID", 4, pa.array([part]))
                    for key in block.to_pylist()
                ]
                for part in parts["part"].to_pylist()
            }
            keys = reader.rows("LEGACY", ["ROW_ID"], "ROW_ID", EVERYTHING).column(0).to_pylist()
        assert sorted(key for some in named.values() for key in some) == sorted(keys)
        assert {part: len(some) for part, some in named.items()} == dict(
            zip(parts["part"].to_pylist(), parts["row_count"].to_pylist(), strict=True)
        )

    def test_the_part_of_a_key_is_the_same_wherever_it_stands(self, source: Source) -> None:
        with source.snapshot() as reader:
            rows = reader.rows("LEGACY", ["ROW_ID", "PAR_ID"], "ROW_ID", EVERYTHING)
            for part in range(4):
                own, pointing = (
                    {
                        value
                        for block in reader.in_parts("LEGACY", by, by, 4, pa.array([part]))
                        for value in block.to_pylist()
                    }
                    for by in ("ROW_ID", "PAR_ID")
                )
                keys, pointers = set(rows["ROW_ID"].to_pylist()), set(rows["PAR_ID"].to_pylist())
                assert pointing & keys == own & pointers

    def test_other_columns_of_the_rows_in_a_part_can_be_asked_for(self, source: Source) -> None:
        with source.snapshot() as reader:
            every = pa.array(range(4), pa.int64())
            found = pa.concat_arrays(reader.in_parts("LEGACY", "ROW_ID", "PAR_ID", 4, every)).unique()
            rows = reader.rows("LEGACY", ["ROW_ID", "PAR_ID"], "ROW_ID", EVERYTHING)
        pointing = [row["ROW_ID"] for row in rows.to_pylist() if row["PAR_ID"] is not None]
        assert sorted(found.to_pylist()) == sorted(pointing)

    def test_rows_without_a_pointer_are_in_no_range(self, source: Source) -> None:
        found = rows_of(source, by="PAR_ID")
        assert keys_of(found) == sorted(
            key
            for key, pointer in zip(KEYS, LEGACY.column("PAR_ID").to_pylist(), strict=True)
            if pointer is not None
        )

    def test_rows_without_a_pointer_are_those_with_null(self, source: Source) -> None:
        with source.snapshot() as reader:
            found = pa.concat_tables(reader.rows_without("LEGACY", ["ROW_ID", "NAME"], "PAR_ID"))
        assert keys_of(found) == ["1", "1-b"]

    def test_rows_without_a_pointer_can_be_bounded_by_their_own_key(self, source: Source) -> None:
        borders = source.boundaries("LEGACY", "ROW_ID", 1, without="PAR_ID")
        assert borders == ["1-b"]
        with source.snapshot() as reader:
            parts = [
                pa.concat_tables(
                    reader.rows_without(
                        "LEGACY", ["ROW_ID"], "PAR_ID", key="ROW_ID", within=KeyRange(low, high)
                    )
                )
                for low, high in pairwise([None, *borders, None])
            ]
        assert [keys_of(part) for part in parts] == [["1"], ["1-b"]]

    def test_no_rows_without_a_pointer_are_no_rows(self, source: Source) -> None:
        with source.snapshot() as reader:
            assert sum(block.num_rows for block in reader.rows_without("LEGACY", ["ROW_ID"], "ROW_ID")) == 0

    def test_keys_are_compared_byte_by_byte(self, source: Source) -> None:
        wanted = pa.array(["1-A", "A ", "b", "zz", "zz", None, "missing", "%", "'", "\\"])
        with source.snapshot() as reader:
            found = reader.rows_by_keys("LEGACY", ["ROW_ID", "NAME"], "ROW_ID", wanted)
        assert keys_of(found) == ["1-A", "zz"]

    def test_no_keys_give_no_rows_in_the_same_types(self, source: Source) -> None:
        with source.snapshot() as reader:
            found = reader.rows_by_keys("LEGACY", LEGACY.column_names, "ROW_ID", pa.array([], pa.string()))
        assert found.equals(LEGACY.slice(0, 0))

    def test_more_keys_than_a_statement_takes_are_read(self, source: Source) -> None:
        keys = MANY.column("ROW_ID").combine_chunks()
        with source.snapshot() as reader:
            found = reader.rows_by_keys("MANY", ["ROW_ID"], "ROW_ID", keys)
        assert found.column("ROW_ID").combine_chunks().sort().equals(keys)

    def test_a_pointer_can_be_read_without_being_among_the_columns(self, source: Source) -> None:
        with source.snapshot() as reader:
            found = reader.rows_by_keys("LEGACY", ["NAME"], "PAR_ID", pa.array(["zz"]))
        assert found.column_names == ["NAME"]
        assert found.num_rows == 1

    @pytest.mark.parametrize("every", [1, 2, 7, COUNT - 1])
    def test_boundaries_cut_the_table_into_pieces_of_equal_size(self, source: Source, every: int) -> None:
        borders = source.boundaries("LEGACY", "ROW_ID", every)
        assert borders == KEYS[every::every]
        pieces = [
            rows_of(source, within=KeyRange(low, high)) for low, high in pairwise([None, *borders, None])
        ]
        assert [key for piece in pieces for key in piece.column("ROW_ID").to_pylist()] == KEYS

    def test_a_table_of_one_piece_has_no_boundaries(self, source: Source) -> None:
        assert source.boundaries("LEGACY", "ROW_ID", COUNT) == []

    def test_boundaries_of_a_pointer_do_not_repeat_and_skip_nulls(self, source: Source) -> None:
        first, *others = source.boundaries("LEGACY", "PAR_ID", 1)
        assert not first.strip()  # '' and ' ' are the same to some: either may come
        assert others == ["1-1", "1-A", "1-a", "A", "B", "a", "zz"]

    def test_a_number_can_be_a_key(self, source: Source) -> None:
        borders = source.boundaries("NUMBERED", "ID", 2)
        assert borders == ["3", "9007199254740993"]
        with source.snapshot() as reader:
            pieces = [
                reader.rows("NUMBERED", ["ID", "LABEL"], "ID", KeyRange(low, high))
                for low, high in pairwise([None, *borders, None])
            ]
            chosen = reader.rows_by_keys("NUMBERED", ["ID"], "ID", pa.array([10, 9_007_199_254_740_993]))
        assert pa.concat_tables(pieces).sort_by("ID").equals(NUMBERED)
        assert sorted(chosen.column("ID").to_pylist()) == [10, 9_007_199_254_740_993]

    def test_the_catalogue_tells_types_and_widths(self, source: Source) -> None:
        table = source.catalogue(["LEGACY"])["LEGACY"]
        assert {name: column.type for name, column in table.columns.items()} == dict(
            zip(LEGACY.column_names, LEGACY.schema.types, strict=True)
        )
        assert {name: table.columns[name].length for name in ("ROW_ID", "NAME", "FLAG")} == {
            "ROW_ID": 15,
            "NAME": 100,
            "FLAG": 1,
        }

    def test_the_catalogue_finds_names_whatever_their_case(self, source: Source) -> None:
        found = source.catalogue()
        assert {"LEGACY", "NUMBERED", "MANY"} <= set(found)
        assert list(found["NUMBERED"].columns) == ["ID", "LABEL"]

    def test_the_catalogue_leaves_out_what_does_not_exist(self, source: Source) -> None:
        assert list(source.catalogue(["MANY", "NOWHERE"])) == ["MANY"]

    def test_a_schema_is_told_with_the_tables_that_were_asked_for(self, source: Source) -> None:
        found = source.describe(["LEGACY", "NOWHERE"])
        assert dict(found.tables) == source.catalogue(["LEGACY"])
        assert found.names >= {"LEGACY", "NUMBERED", "MANY"}

    def test_a_missing_table_or_column_is_drift(self, source: Source) -> None:
        with source.snapshot() as reader:
            with pytest.raises(Drift, match="NOWHERE"):
                reader.rows("NOWHERE", ["ROW_ID"], "ROW_ID", EVERYTHING)
            with pytest.raises(Drift, match="NO_COLUMN"):
                reader.rows("LEGACY", ["NO_COLUMN"], "ROW_ID", EVERYTHING)

    def test_rows_are_counted(self, source: Source) -> None:
        assert source.count("MANY") == MANY.num_rows

    def test_the_clock_is_naive_utc(self, source: Source) -> None:
        now = source.clock()
        assert now.tzinfo is None
        if self.moves:
            assert abs(now - datetime.now(UTC).replace(tzinfo=None)) < timedelta(minutes=1)

    def test_a_snapshot_says_when_it_began(self, source: Source) -> None:
        before = source.clock()
        with source.snapshot() as reader:
            assert before <= reader.started <= source.clock()
            assert 0 <= reader.age < 60

    def test_every_examined_point_has_a_remedy_if_it_is_not_well(self, source: Source) -> None:
        found = source.check([("LEGACY", "ROW_ID"), ("LEGACY", "PAR_ID")])
        assert found
        assert [point.name for point in found if point.state == "failure"] == []
        assert all(point.remedy for point in found if point.state != "ok")
