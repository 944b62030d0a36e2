"""What a check may see: both sides, what is compared with what, the books; all of it read-only.

A check asks here and nowhere else. It answers with measures, differences and remarks (`reconciliation.model`); it does
not decide what they mean.
"""

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from migrate.extract.nouns import Reader
from migrate.model import Layout
from reconciliation.allowances import Allowances
from reconciliation.books import Books
from reconciliation.compare.nouns import Comparison
from reconciliation.model import Look
from reconciliation.sides import LegacySide, PlatformSide

if TYPE_CHECKING:
    from reconciliation.seals import Seals

MAX_DIFFERENCES = 100_000


@dataclass(frozen=True, slots=True)
class Limits:
    """When to stop, with an honest partial answer.

    differences:  so many lines of one check; then it stops, and says where.
    until:        moment of `time.monotonic` after which nothing new is begun; None: no such limit.
    """

    differences: int = MAX_DIFFERENCES
    until: float | None = None

    @property
    def over(self) -> bool:
        """Whether the time is up."""
        return self.until is not None and time.monotonic() >= self.until


@dataclass(frozen=True, slots=True)
class Scope:
    """What was asked for, by name; empty: everything."""

    checks: frozenset[str] = frozenset()
    entities: frozenset[str] = frozenset()


@dataclass
class SoFar:
    """What the checks that were asked before have come to.

    measured:   (check, entity) of their figures.
    differing:  entity -> legacy keys of the roots of which something differs and counts.
    """

    measured: set[tuple[str, str]] = field(default_factory=set)
    differing: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def add(self, lines: pa.Table) -> None:
        """Differences, as they are written."""
        real = lines.filter(pc.equal(lines.column("look"), Look.OUT_OF_SYNC.value))
        for entity, key in zip(*(real.column(name).to_pylist() for name in ("entity", "key")), strict=True):
            if key:
                self.differing[entity].add(key)


class Replay(Protocol):
    """The mover's word, for the check `replay` alone: what its mapping makes of the legacy rows as they are now.

    A piece is a table of `key`, `id`, `disposition` and `fingerprint`, ids and fingerprints as PostgreSQL shows them.
    """

    def all(self, entity: str) -> Iterator[pa.Table]:
        """Every entity that has a root, piece by piece."""

    def some(self, entity: str, keys: pa.Array) -> pa.Table:
        """Those of some legacy keys, read once more."""

    def tables(self, entity: str) -> Sequence[str]:
        """The platform tables in which an entity may have rows."""


@dataclass(frozen=True)
class Evidence:
    """Both sides, for checks.

    system:       name of the legacy system; part of every derived id.
    comparisons:  entity -> what is compared of it; only the entities asked for.
    as_of:        what `as_of` means in conditions: the source's clock when the reconciliation began, naive UTC.
    synced:       entity -> up to when the last run saw its changes, by the source's clock; without those never seen.
    folder:       where a check may leave files of its own, such as Data Docs; part of the evidence.
    files:        folders with the files of the legacy attachments; () where they cannot be reached.
    lag:          seconds between the two looks at a difference.
    allowances:   differences that somebody answers for.
    scope:        which checks and entities were asked for.
    so_far:       what earlier checks of this reconciliation have come to.
    replay:       the mapping, run again; None where there is none.
    seals:        what both sides were when all was compared, where only what has changed since is to be; or None.
    """

    system: str
    legacy: LegacySide
    platform: PlatformSide
    comparisons: Mapping[str, Comparison]
    layout: Layout
    as_of: datetime
    synced: Mapping[str, datetime]
    folder: Path
    mappings: Path
    limits: Limits = field(default_factory=Limits)
    files: tuple[Path, ...] = ()
    lag: float = 0.0
    allowances: Allowances = field(default_factory=Allowances)
    scope: Scope = field(default_factory=Scope)
    so_far: SoFar = field(default_factory=SoFar)
    replay: Replay | None = None
    seals: "Seals | None" = None

    @cached_property
    def books(self) -> Books:
        """What the state says."""
        return Books(self.platform)

    def fresh(self, comparison: Comparison, within: Reader | None = None) -> list[str]:
        """Legacy keys of the roots of which a row bears a stamp that no window has covered yet.

        within:  a reader of the instant that is meant; None: now.
        """
        since = self.synced.get(comparison.entity)
        return [] if since is None else self.legacy.changed(comparison, since, within)

    @cached_property
    def merged(self) -> Mapping[str, Mapping[str, str]]:
        """Entity -> legacy key that was merged away -> id of its survivor."""
        named = {name.partition("/")[0] for each in self.comparisons.values() for name in _named(each)}
        return self.books.merged(sorted({*self.comparisons, *named}))


def _named(comparison: Comparison) -> set[str]:
    return {field.names for pair in comparison.pairs for field in pair.fields if field.names is not None}
