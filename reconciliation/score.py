"""The score of a drill: caught and missed, by class of fault. `migrate.drilling` makes it, the report shows it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

SCORE = "drill.json"
"""Where the last score lies in the project's own folder."""


@dataclass(frozen=True, slots=True)
class ClassScore:
    """One class: how many were planted, how many caught, and what was missed (tables and columns, never a value)."""

    planted: int
    caught: int
    missed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """A drill: when, on how many faults, by class. `idle` mutations changed no row, and prove nothing."""

    at: str
    seed: int
    classes: Mapping[str, ClassScore]
    idle: tuple[str, ...] = ()
    unplanted: tuple[str, ...] = field(default=())

    @property
    def planted(self) -> int:
        """Faults that were there to be found."""
        return sum(each.planted for each in self.classes.values())

    @property
    def caught(self) -> int:
        """Those that were found."""
        return sum(each.caught for each in self.classes.values())

    def document(self) -> dict[str, Any]:
        """As it is kept, and as the report reads it."""
        told = {"at": self.at, "seed": self.seed, "planted": self.planted, "caught": self.caught}
        missed = self.planted - self.caught
        classes = {name: asdict(each) for name, each in self.classes.items()}
        return {**told, "missed": missed, "classes": classes, "idle": self.idle, "unplanted": self.unplanted}

    def keep(self, path: Path) -> None:
        """Write it down for later reports."""
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_text(json.dumps(self.document(), indent=1, sort_keys=True) + "\n", encoding="utf-8")


def kept(path: Path) -> dict[str, Any] | None:
    """The last score; None where there was no drill."""
    if not path.is_file():
        return None
    told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return told
