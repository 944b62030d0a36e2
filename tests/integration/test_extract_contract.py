"""Every database, by its columnar way and by the plain cursor, keeps the promises of a Source."""

from collections.abc import Callable, Iterator

import pytest

from migrate.extract import Source, connect
from tests.contracts.source_suite import CONDITIONS, COUNT, LEGACY, SourceContract, create


@pytest.fixture(scope="module")
def urls(new_module_database: Callable[[str], str]) -> Callable[[str], str]:
    """URL of the suite's database of each kind, made when first asked for."""
    made: dict[str, str] = {}

    def url(kind: str) -> str:
        if kind not in made:
            made[kind] = new_module_database(kind)
            create(made[kind])
        return made[kind]

    return url


class LiveContract(SourceContract):
    kind: str
    plain = False

    @pytest.fixture
    def source(self, urls: Callable[[str], str]) -> Iterator[Source]:
        source = connect(urls(self.kind), plain=self.plain)
        yield source
        source.close()

    def test_the_catalogue_tells_which_column_alone_is_unique(self, source: Source) -> None:
        columns = source.catalogue(["LEGACY"])["LEGACY"].columns
        assert [name for name, column in columns.items() if column.unique] == ["ROW_ID"]

    def test_the_character_set_of_the_server_is_told(self, source: Source) -> None:
        assert source.describe(["LEGACY"]).settings["character set"].lower().startswith("utf")

    @pytest.mark.parametrize("name", ["one of", "null", "one of, or null", "not null", "any of", "all of"])
    def test_what_a_condition_rules_out_is_not_read(self, source: Source, name: str) -> None:
        condition, holds = CONDITIONS[name]
        assert sum(map(holds, LEGACY.to_pylist())) <= source.count("LEGACY", condition) < COUNT


class TestSqlite(LiveContract):
    kind = "sqlite"


class TestSqlitePlain(LiveContract):
    kind, plain = "sqlite", True


class TestPostgres(LiveContract):
    kind = "postgres"


class TestPostgresPlain(LiveContract):
    kind, plain = "postgres", True


class TestMariadb(LiveContract):
    kind = "mariadb"


class TestMariadbPlain(LiveContract):
    kind, plain = "mariadb", True
