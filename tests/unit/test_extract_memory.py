"""The Source that tests use instead of a database keeps the promises of a Source."""

import pytest

from migrate.extract import Source
from tests.contracts.source_suite import LENGTHS, TABLES, SourceContract
from tests.fakes import MemorySource


class TestMemorySource(SourceContract):
    moves = False

    @pytest.fixture
    def source(self) -> Source:
        return MemorySource(TABLES, lengths=LENGTHS)
