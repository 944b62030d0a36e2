"""The PostgreSQL target: its contract, and what only a real database can show."""

from collections.abc import Iterator

import pytest

from tests.contracts.postgres_platform import PostgresPlatform
from tests.contracts.state_suite import StateSuite
from tests.contracts.target_suite import TargetSuite


@pytest.fixture
def platform(postgres_url: str) -> Iterator[PostgresPlatform]:
    made = PostgresPlatform(postgres_url)
    yield made
    made.close()


class TestPostgresTarget(TargetSuite):
    pass


class TestPostgresState(StateSuite):
    @pytest.fixture
    def state(self, platform: PostgresPlatform) -> object:
        return platform.state
