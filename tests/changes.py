"""What the record of a day's work says, and what it means for each entity when one sync follows all of it.

changes = Changes.read(file)
changes.of("merge", table="S_CONTACT")      lines of one kind
changes.fates()                             (entity, key) -> what the sync must make of it
changes.unseen("delta")                     the entities that this net may miss
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

Line = dict[str, str]
Entity = tuple[str, str]

ENDS = ("deleted", "merged")
BEGINS = ("created", "unmerged")
NETS = ("delta", "sweep", "deep")


@dataclass(frozen=True)
class Changes:
    """The lines of a record, in the order of their commits."""

    lines: list[Line]

    @classmethod
    def read(cls, file: Path) -> "Changes":
        """From a file that `migrate sample age --truth` wrote."""
        with file.open(encoding="utf-8", newline="") as text:
            return cls(list(csv.DictReader(text)))

    def of(self, kind: str, **columns: str) -> list[Line]:
        """The lines of a kind of change that hold these values."""
        return [
            line
            for line in self.lines
            if line["kind"] == kind and all(line[column] == value for column, value in columns.items())
        ]

    def fates(self) -> dict[Entity, str]:
        """What one sync after all of this makes of each entity; `never seen` of those that came and went in between."""
        fates: dict[Entity, str] = {}
        for line in self._concerned():
            entity, now = (line["entity"], line["key"]), line["expected"]
            before = fates.get(entity, "unchanged")
            if now in ENDS and before in BEGINS:
                fates[entity] = "never seen"
            elif now in ENDS + BEGINS or (now == "updated" and before not in ENDS + BEGINS):
                fates[entity] = now
            else:
                fates.setdefault(entity, now)
        return fates

    def survivors(self) -> dict[str, str]:
        """Loser -> the client it ended in, through all chains."""
        into = {line["key"]: line["survivor"] for line in self._concerned() if line["expected"] == "merged"}
        found = dict(into)
        while chained := {loser: into[survivor] for loser, survivor in found.items() if survivor in into}:
            found |= chained
        return found

    def unseen(self, net: str) -> set[Entity]:
        """The changed entities that a net is not sure to find, since none of their writes is within its reach."""
        reach = NETS[: NETS.index(net) + 1]
        seen: dict[Entity, bool] = {}
        for line in self._concerned():
            entity = line["entity"], line["key"]
            within = line["net"] in reach
            ends = line["expected"] in ENDS
            seen[entity] = within if ends else seen.get(entity, False) or within
        return {entity for entity, found in seen.items() if not found}

    def _concerned(self) -> Iterator[Line]:
        return (line for line in self.lines if line["entity"])
