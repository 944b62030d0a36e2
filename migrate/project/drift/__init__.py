"""Drift: both databases compared, before anything is written, with what the mappings and this program expect.

    seen = look(source, mappings, layout)
    comparison = compare(seen, state.accepted(), platform.differences(...))
    comparison.refuse()                                  raises Drift where a person has to act
    keep(state, lease, comparison, notice)               tells what is harmless, and expects it from now on

Of the source two things are expected: what the mappings read, and what it looked like when that was last accepted (the
schema records in the state). Of the platform: the tables, types, constraints and codes of this program. What differs is
a `Difference`: harmless ones are told once and accepted by the run that meets them; others end it with Drift, until
the cause is put right or, where only the record speaks against it, a person accepts it (`migrate schema accept`).
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from collections.abc import Mapping as Dict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from migrate.errors import Drift
from migrate.project.drift.differences import Difference, Side, Weight
from migrate.project.drift.legacy import LegacySide, Seen, look
from migrate.state.schemas import Records

if TYPE_CHECKING:
    from migrate.state import Lease, State

__all__ = ["Comparison", "Difference", "Side", "Weight", "compare", "keep", "look", "refuse", "tell"]

TOLD_AT_ONCE = 20
"""Lines of a warning or an error; what is beyond is counted, and `migrate schema check` shows it."""

PLATFORM = (str(Side.PLATFORM), "")


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is not as expected.

    differences:  all that were not accepted before.
    fresh:        the records that are new or differ from the accepted ones.
    first:        nothing was accepted before.
    """

    differences: tuple[Difference, ...]
    fresh: Records
    first: bool

    def of(self, *weights: Weight) -> tuple[Difference, ...]:
        """The differences of these weights."""
        return tuple(each for each in self.differences if each.weight in weights)

    @property
    def grave(self) -> tuple[Difference, ...]:
        """The differences that a run must not go over."""
        return self.of(Weight.REVIEW, Weight.BROKEN)

    def refuse(self, *weights: Weight) -> None:
        """Raise Drift where there are differences of these weights; without any, grave ones."""
        refuse(self.of(*weights) if weights else self.grave)


def refuse(grave: Sequence[Difference]) -> None:
    """Raise Drift unless there are none; nothing was written."""
    if not grave:
        return
    points = "1 difference" if len(grave) == 1 else f"{len(grave)} differences"
    raise Drift(
        "\n".join([f"the schema is not the expected one: {points}; nothing was written", *lines(grave)]),
        why="; ".join(dict.fromkeys(each.why for each in grave)),
        remedy="; ".join(dict.fromkeys(each.remedy for each in grave)),
    )


def compare(seen: Seen, accepted: Records, platform: Sequence[Difference] = ()) -> Comparison:
    """Compare what was seen of the source with what is expected.

    accepted:  the schema records; none before the first run.
    platform:  what is not as expected there, see `migrate.project.drift.platform`.
    """
    legacy = LegacySide(seen, accepted)
    known = set(accepted.get(PLATFORM, {}).get("differences", ()))
    news = [each for each in platform if each.weight is not Weight.TOLD or str(each) not in known]
    harmless = [str(each) for each in platform if each.weight is Weight.TOLD]
    records: dict[tuple[str, str], Dict[str, Any]] = dict(legacy.records())
    if known or harmless:
        records[PLATFORM] = {"differences": harmless}
    fresh = {place: record for place, record in records.items() if accepted.get(place) != record}
    return Comparison((*legacy.differences(), *news), fresh, first=not accepted)


def keep(
    state: "State",
    lease: "Lease",
    comparison: Comparison,
    notice: Callable[[str], None] = lambda line: None,
    reason: str = "",
) -> None:
    """Tell what differs, and expect it from now on; nothing is written where nothing is new."""
    if not comparison.fresh:
        return
    told = {
        "tables": sorted(name for _, name in comparison.fresh if name),
        "differences": [str(each) for each in comparison.differences],
        "sha256": _digest(comparison.fresh),
    }
    state.accept(lease, comparison.fresh, told, reason)
    tell(comparison, notice)


def tell(comparison: Comparison, notice: Callable[[str], None]) -> None:
    """One line for each difference, after one that says what they are."""
    if comparison.differences:
        for line in (
            "the schema has changed, harmlessly as far as can be seen:",
            *lines(comparison.differences),
        ):
            notice(line)


def lines(differences: Sequence[Difference]) -> list[str]:
    """A line each, as many as a person reads."""
    shown = [f"  {each}" for each in differences[:TOLD_AT_ONCE]]
    more = len(differences) - len(shown)
    return [*shown, f"  and {more:,} more: migrate schema check"] if more else shown


def _digest(records: Records) -> str:
    content = [[*place, record] for place, record in sorted(records.items())]
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
