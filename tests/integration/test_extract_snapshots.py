"""Reads are consistent, read-only, bounded, and never cut or blank a value; on live databases."""

from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal

import pyarrow as pa
import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from migrate.errors import Drift, Transient
from migrate.extract import Source, connect
from migrate.extract.sql import SqlReader, SqlSource
from migrate.model import KeyRange
from tests.databases import Kind

ALL = KeyRange()
KINDS: list[Kind] = ["sqlite", "postgres", "mariadb"]
WAYS = [(kind, plain) for kind in KINDS for plain in (False, True)]


@pytest.fixture
def made(new_database: Callable[[Kind], str]) -> Iterator[Callable[..., tuple[sa.Engine, str]]]:
    """Makes a database from statements; its own engine can write."""
    engines: list[sa.Engine] = []

    def make(kind: Kind, *statements: str) -> tuple[sa.Engine, str]:
        url = new_database(kind)
        engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
        engines.append(engine)
        with engine.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
        return engine, url

    yield make
    for engine in engines:
        engine.dispose()


@pytest.fixture
def opened() -> Iterator[Callable[..., SqlSource]]:
    """Connects and closes what it connected."""
    sources: list[Source] = []

    def open_(url: str, **options: object) -> SqlSource:
        source = connect(url, **options)  # type: ignore[arg-type]  # options of connect
        assert isinstance(source, SqlSource)
        sources.append(source)
        return source

    yield open_
    for source in sources:
        source.close()


ITEMS = ("CREATE TABLE item (id INTEGER NOT NULL, label VARCHAR(50))", "INSERT INTO item VALUES (1, 'first')")


def labels(reader: SqlReader) -> list[str]:
    return sorted(reader.rows("ITEM", ["LABEL"], "ID", ALL).column("LABEL").to_pylist())


@pytest.mark.parametrize(("kind", "plain"), WAYS)
def test_a_snapshot_does_not_see_what_is_committed_after_it_began(kind, plain, made, opened) -> None:
    prepare = ("PRAGMA journal_mode = WAL",) if kind == "sqlite" else ()
    engine, url = made(kind, *prepare, *ITEMS)
    source = opened(url, plain=plain)
    with source.snapshot() as reader:
        with engine.connect() as writer:
            writer.exec_driver_sql("INSERT INTO item VALUES (2, 'second')")
            writer.exec_driver_sql("UPDATE item SET label = 'changed' WHERE id = 1")
        assert labels(reader) == ["first"]
    with source.snapshot() as reader:
        assert labels(reader) == ["changed", "second"]


@pytest.mark.parametrize(("kind", "plain"), WAYS)
def test_neither_readers_nor_control_queries_can_write(kind, plain, made, opened) -> None:
    _, url = made(kind, *ITEMS)
    source = opened(url, plain=plain)
    with source.snapshot() as reader, pytest.raises(Exception, match=r"(?i)read.?only"):
        reader._way.run("INSERT INTO item VALUES (3, 'no')")
    with source.engine.connect() as connection, pytest.raises(sa.exc.DBAPIError, match=r"(?i)read.?only"):
        connection.exec_driver_sql("INSERT INTO item VALUES (3, 'no')")
    assert source.count("ITEM") == 1


def test_several_readers_can_share_a_snapshot_of_postgres(made, opened) -> None:
    engine, url = made("postgres", *ITEMS)
    source = opened(url)
    with source.snapshot() as first:
        with engine.connect() as writer:
            writer.exec_driver_sql("INSERT INTO item VALUES (2, 'second')")
        with source.snapshot(first.shared) as second:
            assert labels(second) == labels(first) == ["first"]
            assert second.shared == first.shared


@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_where_snapshots_cannot_be_shared_there_is_no_token(kind, made, opened) -> None:
    source = opened(made(kind, *ITEMS)[1])
    with source.snapshot() as reader:
        assert reader.shared is None
    with pytest.raises(ValueError, match="share"), source.snapshot("00000003-1"):
        pass


def test_a_snapshot_past_its_age_is_refused(made, opened) -> None:
    source = opened(made("sqlite", *ITEMS)[1])
    with source.snapshot() as reader:
        reader._opened -= source.seconds + 1
        with pytest.raises(Transient, match="older than 300 seconds"):
            labels(reader)


@pytest.mark.parametrize(
    ("kind", "plain"), [("postgres", False), ("postgres", True), ("mariadb", False), ("mariadb", True)]
)
def test_a_statement_that_takes_too_long_is_ended_by_the_server(kind, plain, made, opened) -> None:
    slow = (
        "CREATE VIEW slow AS SELECT 1 AS id, "
        + ("pg_sleep(10)::text" if kind == "postgres" else "CAST(SLEEP(10) AS CHAR)")
        + " AS nap"
    )
    source = opened(made(kind, slow)[1], plain=plain, statement_seconds=1)
    with source.snapshot() as reader, pytest.raises(Transient):
        reader.rows("SLOW", ["NAP"], "ID", ALL)


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("length", [5_000, 70_000, 1_200_000])
def test_long_text_of_mariadb_is_never_cut(length, plain, made, opened) -> None:
    engine, url = made("mariadb", "CREATE TABLE note (id INTEGER NOT NULL, text LONGTEXT)")
    texts = ["short", "é" * length, None, "😀" * (length // 4), ""]
    with engine.connect() as writer:
        for number, text in enumerate(texts):
            writer.execute(sa.text("INSERT INTO note VALUES (:id, :text)"), {"id": number, "text": text})
    with opened(url, plain=plain).snapshot() as reader:
        for _ in range(2):  # the second time it is known how long the texts are
            assert (
                reader.rows("NOTE", ["ID", "TEXT"], "ID", ALL).sort_by("ID").column("TEXT").to_pylist()
                == texts
            )


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("width", [1, 50, 2_000])
def test_text_of_full_width_in_letters_of_four_bytes_is_never_cut(width, plain, made, opened) -> None:
    table = sa.Table("wide", sa.MetaData(), sa.Column("id", sa.Integer), sa.Column("text", sa.String(width)))
    engine, url = made("mariadb")
    table.create(engine)
    with engine.connect() as writer:
        writer.execute(table.insert().values(id=1, text="𠮷" * width))
    with opened(url, plain=plain).snapshot() as reader:
        assert reader.rows("WIDE", ["TEXT"], "ID", ALL).column("TEXT").to_pylist() == ["𠮷" * width]


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("zero", ["0000-00-00 00:00:00", "2004-00-00 00:00:00"])
def test_a_date_that_the_driver_would_blank_stops_the_read(zero, plain, made, opened) -> None:
    _, url = made(
        "mariadb",
        "CREATE TABLE seen (id INTEGER NOT NULL, at DATETIME, until DATETIME)",
        f"SET STATEMENT sql_mode = '' FOR INSERT INTO seen VALUES (1, '2004-01-01', NULL), (2, '{zero}', NULL)",
    )
    with opened(url, plain=plain).snapshot() as reader:
        with pytest.raises(Drift, match=r"seen\.AT"):
            reader.rows("SEEN", ["AT", "UNTIL"], "ID", ALL)
        assert reader.rows("SEEN", ["AT"], "ID", KeyRange("1", "2")).num_rows == 1


@pytest.mark.parametrize(
    ("kind", "plain"), [("postgres", False), ("postgres", True), ("mariadb", False), ("mariadb", True)]
)
def test_numbers_are_exact_where_the_database_is_exact(kind, plain, made, opened) -> None:
    numbers = ["999999999999999.9999999", "-999999999999999.9999999", "0.0000001", "123456789012345.6700000"]
    values = ", ".join(f"({number}, {value})" for number, value in enumerate(numbers))
    _, url = made(
        kind, "CREATE TABLE money (id INTEGER, amount NUMERIC(22, 7))", f"INSERT INTO money VALUES {values}"
    )
    with opened(url, plain=plain).snapshot() as reader:
        found = reader.rows("MONEY", ["ID", "AMOUNT"], "ID", ALL).sort_by("ID").column("AMOUNT")
    assert found.type == pa.decimal128(22, 7)
    assert found.to_pylist() == [Decimal(number) for number in numbers]


@pytest.mark.parametrize(
    ("declared", "value", "named"),
    [
        ("NUMERIC(10, 0)", "'many'", "int64"),
        ("NUMERIC(10, 2)", "'1.234'", "decimal128"),
        ("DATETIME", "'yesterday'", "timestamp"),
        ("DATETIME", "'1975-02-30 00:00:00'", "timestamp"),
        ("INTEGER", "1.5", "int64"),
    ],
)
@pytest.mark.parametrize("plain", [False, True])
def test_what_does_not_fit_its_declared_type_stops_the_read_without_being_shown(
    declared, value, named, plain, made, opened
) -> None:
    _, url = made(
        "sqlite", f"CREATE TABLE odd (id INTEGER, cell {declared})", f"INSERT INTO odd VALUES (1, {value})"
    )
    with opened(url, plain=plain).snapshot() as reader, pytest.raises(Drift, match=r"odd\.CELL") as caught:
        reader.rows("ODD", ["CELL"], "ID", ALL)
    assert named in str(caught.value)
    assert value.strip("'") not in str(caught.value)


@pytest.mark.parametrize("plain", [False, True])
def test_an_infinite_date_of_postgres_stops_the_read(plain, made, opened) -> None:
    _, url = made(
        "postgres", "CREATE TABLE seen (id INTEGER, at TIMESTAMP)", "INSERT INTO seen VALUES (1, 'infinity')"
    )
    with opened(url, plain=plain).snapshot() as reader, pytest.raises(Drift, match="seen"):
        reader.rows("SEEN", ["AT"], "ID", ALL)


@pytest.mark.parametrize("plain", [False, True])
def test_types_of_postgres_that_a_legacy_system_lacks_become_canonical(plain, made, opened) -> None:
    _, url = made(
        "postgres",
        "CREATE TABLE shop (id UUID, done BOOLEAN, price DOUBLE PRECISION, at TIMESTAMPTZ, day DATE, hour TIME,"
        " kind JSONB, n NUMERIC, code CHAR(3))",
        "INSERT INTO shop VALUES ('6ba7b810-9dad-11d1-80b4-00c04fd430c8', true, 0.1, '2024-07-01 12:00:00-04',"
        " '2024-07-01', '12:30', '{\"a\": 1}', 1234567.89, 'ab')",
    )
    with opened(url, plain=plain).snapshot() as reader:
        columns = ["ID", "DONE", "PRICE", "AT", "DAY", "HOUR", "KIND", "N", "CODE"]
        [row] = reader.rows("SHOP", columns, "ID", ALL).to_pylist()
        by_key = reader.rows_by_keys("SHOP", ["ID"], "ID", pa.array(["6ba7b810-9dad-11d1-80b4-00c04fd430c8"]))
    assert by_key.num_rows == 1
    assert row == {
        "ID": "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
        "DONE": 1,
        "PRICE": Decimal("0.1000000000"),
        "AT": datetime.fromisoformat("2024-07-01 16:00"),
        "DAY": datetime.fromisoformat("2024-07-01"),
        "HOUR": "12:30:00",
        "KIND": '{"a": 1}',
        "N": Decimal("1234567.8900000000"),
        "CODE": "ab ",
    }


@pytest.mark.parametrize("plain", [False, True])
def test_types_of_mariadb_that_a_legacy_system_lacks_become_canonical(plain, made, opened) -> None:
    engine, url = made("mariadb")
    table = sa.Table(
        "shop", sa.MetaData(),
        sa.Column("id", sa.Integer), sa.Column("done", mysql.BIT(1)), sa.Column("price", mysql.DOUBLE()),
        sa.Column("day", sa.Date()), sa.Column("hour", sa.Time()), sa.Column("year", mysql.YEAR()),
        sa.Column("kind", sa.Enum("big", "small")), sa.Column("tiny", mysql.TINYINT(1)),
        sa.Column("large", mysql.BIGINT(unsigned=True)), sa.Column("code", sa.CHAR(3)),
    )  # fmt: skip
    table.create(engine)
    with engine.connect() as writer:
        writer.exec_driver_sql(
            "INSERT INTO shop VALUES (1, 1, 0.1, '2024-07-01', '12:30', 1999, 'big', 1, 18446744073709551615, 'ab')"
        )
    with opened(url, plain=plain).snapshot() as reader:
        [row] = reader.rows("SHOP", [column.name.upper() for column in table.columns], "ID", ALL).to_pylist()
    assert row == {
        "ID": 1,
        "DONE": 1,
        "PRICE": Decimal("0.1000000000"),
        "DAY": datetime.fromisoformat("2024-07-01"),
        "HOUR": "12:30:00",
        "YEAR": 1999,
        "KIND": "big",
        "TINY": 1,
        "LARGE": Decimal(18446744073709551615),
        "CODE": "ab ",
    }


def test_two_tables_that_differ_only_in_case_are_told(made, opened) -> None:
    source = opened(made("postgres", 'CREATE TABLE "Item" (id INTEGER)', "CREATE TABLE item (id INTEGER)")[1])
    with pytest.raises(Drift, match="Item, item"):
        source.count("ITEM")


def test_bytes_are_in_the_catalogue_and_cannot_be_read(made, opened) -> None:
    source = opened(made("postgres", "CREATE TABLE scan (id INTEGER, page BYTEA)")[1])
    assert pa.types.is_binary(source.catalogue()["SCAN"].columns["PAGE"].type)
    with source.snapshot() as reader, pytest.raises(Drift, match=r"scan\.page cannot be read"):
        reader.rows("SCAN", ["PAGE"], "ID", ALL)


@pytest.mark.parametrize("plain", [False, True])
def test_a_wide_table_is_read_whole(plain, made, opened) -> None:
    names = [f"C{number}" for number in range(150)]  # more than a function of SQLite takes
    _, url = made("sqlite", f"CREATE TABLE wide ({', '.join(f'{name} VARCHAR(9)' for name in names)})")
    engine = sa.create_engine(url)
    with engine.begin() as writer:
        writer.exec_driver_sql(f"INSERT INTO wide VALUES ({', '.join(repr(name.lower()) for name in names)})")
    engine.dispose()
    with opened(url, plain=plain).snapshot() as reader:
        [row] = reader.rows("WIDE", names, "C0", ALL).to_pylist()
    assert row == {name: name.lower() for name in names}


def test_tables_of_another_schema_are_found_where_it_is_named(made, opened) -> None:
    _, url = made(
        "postgres",
        "CREATE SCHEMA siebel",
        'CREATE TABLE siebel.s_case (row_id VARCHAR(15) COLLATE "POSIX")',
        "INSERT INTO siebel.s_case VALUES ('1')",
    )
    with pytest.raises(Drift):
        opened(url).count("S_CASE")
    source = opened(url, schema="siebel")
    assert source.table("S_CASE").column("ROW_ID").collation == "POSIX"
    assert source.count("S_CASE") == 1
    with source.snapshot() as reader:
        assert reader.rows("S_CASE", ["ROW_ID"], "ROW_ID", ALL).num_rows == 1


def test_a_view_can_be_read_like_a_table(made, opened) -> None:
    source = opened(made("postgres", *ITEMS, "CREATE VIEW shown AS SELECT id, label FROM item")[1])
    with source.snapshot() as reader:
        assert reader.rows("SHOWN", ["LABEL"], "ID", ALL).column("LABEL").to_pylist() == ["first"]


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("root", ["utf8mb4_bin", "ascii_bin"])
def test_members_with_another_collation_are_read_in_the_order_of_the_root(root, plain, made, opened) -> None:
    charset = root.partition("_")[0]
    _, url = made(
        "mariadb",
        f"CREATE TABLE root (id VARCHAR(15) CHARACTER SET {charset} COLLATE {root})",
        "CREATE TABLE member (id VARCHAR(15) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci)",
        "INSERT INTO root VALUES ('A'), ('B'), ('a')",
        "INSERT INTO member VALUES ('A'), ('B'), ('a')",
    )
    source = opened(url, plain=plain)
    within = KeyRange(None, source.boundaries("ROOT", "ID", 2)[0])
    with source.snapshot() as reader:
        assert sorted(reader.rows("ROOT", ["ID"], "ID", within).column("ID").to_pylist()) == ["A", "B"]
        found = reader.rows("MEMBER", ["ID"], "ID", within, like=("ROOT", "ID"))
    assert sorted(found.column("ID").to_pylist()) == ["A", "B"]
    [order] = [
        point for point in source.check([("ROOT", "ID"), ("MEMBER", "ID")]) if point.name == "order of keys"
    ]
    assert order.state == "warning"


def test_keys_of_a_collation_without_case_are_still_compared_byte_by_byte(made, opened) -> None:
    _, url = made(
        "mariadb",
        "CREATE TABLE t (id VARCHAR(15) COLLATE utf8mb4_general_ci)",
        "INSERT INTO t VALUES ('ab'), ('AB'), ('ab ')",
    )
    with opened(url).snapshot() as reader:
        assert reader.rows_by_keys("T", ["ID"], "ID", pa.array(["ab"])).column("ID").to_pylist() == ["ab"]
