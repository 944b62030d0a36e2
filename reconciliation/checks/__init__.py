"""The checks: one question each. `CHECKS` has them by name, in the order in which they are asked.

    @check("counts")
    class Counts:
        def subjects(self, evidence) -> Iterator[Subject]       declared before anything is read
        def run(self, evidence) -> Iterator[Answer]             measures, differences (a table), remarks

To add one, write a module here and enter it in `MODULES`; its subjects appear in every report by themselves. Proven by
one clean and one dirty test.
"""

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import Protocol, TypeAlias

import pyarrow as pa

from reconciliation.evidence import Evidence
from reconciliation.model import Measure, Remark, Subject

Answer: TypeAlias = "Measure | Remark | pa.Table"

MODULES = (
    "counts",
    "totals",
    "keys",
    "rows",
    "relations",
    "identity",
    "continuity",
    "balance",
    "replay",
    "quality",
    "attachments",
    "equity",
)
"""Modules of this package that hold checks, in their order; each is imported when it is asked for."""


class Check(Protocol):
    """One question about both sides; with `by_entity` set it is asked of each entity apart, and resumed there."""

    def subjects(self, evidence: Evidence) -> Iterator[Subject]:
        """What it is going to answer about."""

    def run(self, evidence: Evidence) -> Iterator[Answer]:
        """Its answers. An exception makes the subjects that have no answer yet an error, and goes no further."""


_CHECKS: dict[str, Check] = {}


def check(name: str) -> Callable[[type[Check]], type[Check]]:
    """Enter a check under its name."""

    def enter(made: type[Check]) -> type[Check]:
        if name in _CHECKS:
            raise ValueError(f"two checks are called {name}")
        _CHECKS[name] = made()
        return made

    return enter


def checks() -> Mapping[str, Check]:
    """All checks by name."""
    for module in MODULES:
        import_module(f"reconciliation.checks.{module}")
    return {name: _CHECKS[name] for name in MODULES}
