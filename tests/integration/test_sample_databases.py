"""The sample is the same in every database, made again by its seed, and never mixed with other data."""

import hashlib
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from migrate.errors import InvalidInput, Refused, Unreachable
from migrate.sample import make
from migrate.sample.schema import metadata
from tests.databases import NewDatabase

CLIENTS = 500


def fingerprints(url: str, schema: str | None = None) -> dict[str, str]:
    """A hash of all rows of each table, in a form that does not depend on the database."""
    engine = sa.create_engine(url, hide_parameters=True)
    tables = metadata(None if engine.dialect.name == "sqlite" else schema)
    result = {}
    with engine.connect() as connection:
        for table in tables.sorted_tables:
            lines = sorted("\x1f".join(map(_plain, row)) for row in connection.execute(sa.select(table)))
            digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
            result[table.name] = f"{len(lines)} {digest}"
    engine.dispose()
    return result


def _plain(value: Any) -> str:
    if value is None:
        return "\x00"
    return format(value.normalize(), "f") if isinstance(value, Decimal) else str(value)


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    """Twice the same file content and the same truth; another seed differs."""
    contents, truths = [], []
    for name, seed in (("one", 1), ("again", 1), ("other", 2)):
        make(f"sqlite:///{tmp_path / name}.db", CLIENTS, seed=seed, truth=tmp_path / f"{name}.csv")
        contents.append(fingerprints(f"sqlite:///{tmp_path / name}.db"))
        truths.append((tmp_path / f"{name}.csv").read_bytes())
    assert contents[0] == contents[1]
    assert truths[0] == truths[1]
    assert contents[0]["S_CONTACT"] != contents[2]["S_CONTACT"]
    assert truths[0] != truths[2]


@pytest.mark.parametrize("kind", ["postgres", "mariadb"])
@pytest.mark.filterwarnings("ignore:Dialect sqlite:sqlalchemy.exc.SAWarning")
def test_the_same_rows_in_every_database(kind: Any, new_database: NewDatabase, tmp_path: Path) -> None:
    """PostgreSQL and MariaDB hold what SQLite holds, with every odd character of the damage."""
    make(f"sqlite:///{tmp_path / 'legacy.db'}", CLIENTS, seed=4)
    url = new_database(kind)
    make(url, CLIENTS, seed=4)
    assert fingerprints(url) == fingerprints(f"sqlite:///{tmp_path / 'legacy.db'}")


def test_the_plain_writer_writes_the_same_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What SQL Server and Oracle get, row by row through SQLAlchemy."""
    from migrate.sample import write

    make(f"sqlite:///{tmp_path / 'fast.db'}", CLIENTS, seed=4)
    monkeypatch.delitem(write.WRITERS, "sqlite")
    make(f"sqlite:///{tmp_path / 'plain.db'}", CLIENTS, seed=4)
    assert fingerprints(f"sqlite:///{tmp_path / 'plain.db'}") == fingerprints(
        f"sqlite:///{tmp_path / 'fast.db'}"
    )


def test_the_schema_is_made_where_it_is_named(postgres_url: str) -> None:
    """With its keys and its index for every reference, and not a single constraint on keys."""
    make(postgres_url, CLIENTS, schema="SIEBEL")
    engine = sa.create_engine(postgres_url)
    inspector = sa.inspect(engine)
    assert "S_CASE" in inspector.get_table_names("SIEBEL")
    assert inspector.get_table_names() == []
    indexes = {index["name"]: index for index in inspector.get_indexes("S_CONTACT_XM", "SIEBEL")}
    assert indexes["S_CONTACT_XM_P1"]["unique"]
    assert indexes["S_CONTACT_XM_U1"]["column_names"] == ["PAR_ROW_ID", "TYPE", "NAME", "CONFLICT_ID"]
    assert not indexes["S_CONTACT_XM_F1"]["unique"]
    assert inspector.get_pk_constraint("S_CONTACT_XM", "SIEBEL")["constrained_columns"] == []
    assert inspector.get_foreign_keys("S_CONTACT_XM", "SIEBEL") == []
    engine.dispose()


@pytest.mark.parametrize("kind", ["sqlite", "postgres", "mariadb"])
def test_existing_tables_are_refused_and_left_alone(kind: Any, new_database: NewDatabase) -> None:
    """Unless they are to be replaced."""
    url = new_database(kind)
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        metadata().tables["S_BU"].create(connection)
    with pytest.raises(Refused, match="S_BU"):
        make(url, CLIENTS)
    assert sa.inspect(engine).get_table_names() == ["S_BU"]
    assert make(url, CLIENTS, replace=True).rows["S_BU"] > 1
    engine.dispose()


@pytest.mark.parametrize("kind", ["sqlite", "postgres", "mariadb"])
def test_a_failure_leaves_no_table_behind(kind: Any, new_database: NewDatabase) -> None:
    """Whatever stops the making, nothing half made stays."""

    def stop(made: int, wanted: int) -> None:
        raise KeyboardInterrupt

    url = new_database(kind)
    with pytest.raises(KeyboardInterrupt):
        make(url, CLIENTS, progress=stop)
    engine = sa.create_engine(url)
    assert sa.inspect(engine).get_table_names() == []
    engine.dispose()


@pytest.mark.parametrize("clients", [0, 499, 1_000_001])
def test_a_number_of_clients_out_of_range_is_refused(clients: int, tmp_path: Path) -> None:
    """Before anything is touched."""
    with pytest.raises(InvalidInput):
        make(f"sqlite:///{tmp_path / 'legacy.db'}", clients)
    assert not (tmp_path / "legacy.db").exists()


def test_a_database_that_does_not_answer_is_named_unreachable() -> None:
    """Without the address, which may hold a password."""
    with pytest.raises(Unreachable) as caught:
        make("postgresql+psycopg://nobody:secret@localhost:1/none", CLIENTS)
    assert "secret" not in str(caught.value)


def test_a_missing_right_is_named(tmp_path: Path) -> None:
    """A database that may only be read."""
    file = tmp_path / "legacy.db"
    file.touch()
    with pytest.raises(Unreachable, match="refused"):
        make(f"sqlite:///file:{file}?mode=ro&uri=true", CLIENTS)
    assert file.stat().st_size == 0


def test_progress_is_told_block_by_block(new_database: NewDatabase) -> None:
    """Clients made and clients wanted, up to the end."""
    told: list[tuple[int, int]] = []
    report: Callable[[int, int], None] = lambda made, wanted: told.append((made, wanted))  # noqa: E731
    make(new_database("sqlite"), 5_600, audit=0, progress=report)
    assert told == [(5_000, 5_600), (5_600, 5_600)]
