"""The platform in memory keeps the contracts of the real one."""

from typing import Any

import pytest

from tests.contracts.outcomes import LAYOUT, STUBS, SYSTEM
from tests.contracts.state_suite import StateSuite
from tests.contracts.target_suite import TargetSuite
from tests.fakes_platform import MemoryPlatform, MemoryState


class Memory(MemoryPlatform):
    def content(self) -> dict[str, dict[bytes, dict[str, Any]]]:
        return {name: {key: dict(row) for key, row in rows.items()} for name, rows in self.rows.items()}

    versions = content


def memory() -> Memory:
    return Memory(LAYOUT, system=SYSTEM, stubs=STUBS)


class TestMemoryTarget(TargetSuite):
    @pytest.fixture
    def platform(self) -> Memory:
        return memory()


class TestMemoryState(StateSuite):
    @pytest.fixture
    def state(self) -> MemoryState:
        return memory().state
