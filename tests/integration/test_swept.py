"""What a sweep counts: the same, whether rows are asked for by keys or the table that holds them is fetched."""

from collections.abc import Iterator
from contextlib import closing

import pyarrow as pa
import pytest

from migrate import finding
from migrate.extract import connect
from migrate.extract.nouns import Source
from migrate.finding import swept
from migrate.mapping import Mappings, load
from migrate.mapping.nouns import Mapping
from migrate.model import KeyRange
from migrate.plan import ranges
from migrate.platform.layout import layout
from migrate.sample import make
from migrate.transform.vocabulary import vocabulary
from tests.databases import Kind, NewDatabase
from tests.servers import ROOT


@pytest.fixture(scope="module", params=["sqlite", "postgres", "mariadb"])
def source(request: pytest.FixtureRequest, new_module_database: NewDatabase) -> Iterator[Source]:
    kind: Kind = request.param
    url = new_module_database(kind)
    make(url, 500, seed=11)
    with closing(connect(url)) as made:
        yield made


@pytest.fixture(scope="module")
def mappings() -> Mappings:
    return load(ROOT / "mappings" / "gcms", vocabulary=vocabulary(), layout=layout())


def found(
    source: Source, mapping: Mapping, within: KeyRange, rows: int
) -> dict[str, list[tuple[object, ...]]]:
    """By member, what was counted, where each table is said to have so many rows."""
    with source.snapshot() as reader:
        tables = swept(reader, mapping, within, lambda member: rows)
    return {name: sorted(zip(*(column.to_pylist() for column in table.columns), strict=True), key=repr)
            for name, table in tables.items()}  # fmt: skip


@pytest.mark.parametrize("parts", [1, 2], ids=["all", "a range"])
@pytest.mark.parametrize("entity", ["client", "application", "representative"])
def test_rows_that_hang_on_others_count_the_same_however_they_are_fetched(
    source: Source, mappings: Mappings, entity: str, parts: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "MANY", 0)
    mapping = mappings[entity]
    root = mapping.root
    roots = source.count(root.table, root.where) // parts + 1
    within = ranges(source.boundaries(root.table, root.key, roots, where=root.where))[0]
    by_keys, whole = (found(source, mapping, within, rows) for rows in (2**63, 0))
    assert by_keys == whole
    assert sum(map(bool, by_keys.values())) >= 5, "hardly anything was counted"


def test_a_short_list_of_keys_is_asked_for_without_a_look_at_the_table(
    source: Source, mappings: Mappings
) -> None:
    def count(_: object) -> int:
        raise AssertionError("it was counted")

    with source.snapshot() as reader:
        assert isinstance(swept(reader, mappings["client"], KeyRange(), count)["S_CONTACT"], pa.Table)
