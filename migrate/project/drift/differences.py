"""One difference between what was expected of a schema and what is there."""

from dataclasses import dataclass
from enum import StrEnum


class Side(StrEnum):
    """Which database."""

    LEGACY = "legacy"
    PLATFORM = "platform"


class Weight(StrEnum):
    """What becomes of a run that meets the difference."""

    TOLD = "told"  # it goes on, tells it, and expects it from now on
    REVIEW = "review"  # it ends; a person may accept it
    BROKEN = "broken"  # it ends; the mapping or the database has to be put right


_WHY = {
    Side.LEGACY: "the legacy database was changed, or the mappings were",
    Side.PLATFORM: "something else than this program has changed the platform, or it was restored in part",
}
_REMEDY = {
    (
        Side.LEGACY,
        Weight.REVIEW,
    ): "see what it means for the mappings, then: migrate schema accept --reason TEXT",
    (
        Side.LEGACY,
        Weight.BROKEN,
    ): "correct the mappings (`migrate mapping coverage` compares), or have it undone",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """Where, what was expected, what is there.

    place:  table, table.column, or what of the server.
    note:   what follows from it, where that is not plain.
    """

    side: Side
    place: str
    old: str
    new: str
    weight: Weight = Weight.TOLD
    note: str = ""

    def __str__(self) -> str:
        before = "was" if self.side is Side.LEGACY else "has to be"
        return f"{self.side} {self.place}: {before} {self.old}, is {self.new}" + (
            f"; {self.note}" if self.note else ""
        )

    @property
    def why(self) -> str:
        """How such a thing comes about."""
        return _WHY[self.side]

    @property
    def remedy(self) -> str:
        """What to do about it; empty where nothing has to be done."""
        if self.weight is Weight.TOLD:
            return ""
        restore = "have the platform's schema restored, then: migrate platform upgrade"
        return _REMEDY.get((self.side, self.weight), restore)
