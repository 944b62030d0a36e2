"""What the sample's truth file says, and what became of its rows: in memory, or on a platform.

lines = read_truth(file)                 the lines of the truth file, by entity
ends = Ends.of(outcomes)                 what mappings made of one entity
ends = Ends.on(platform, "client")       the same, read from a platform after a load
ends.tell(line)                          whether a line came true
ends.beyond(lines)                       what happened and no line names
wrong_files(lines)                       what the check `attachments` has to find
small_sample(folder)                     the smallest sample in which every damage is planted
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from migrate.model import Outcome
from migrate.sample import Summary, make
from migrate.sample.attached import EMPTY, LOST, OTHER_SIZE, RENAMED, STRAY
from reconciliation.checks import attachments

CLIENTS, SEED = 500, 3
"""Of the smallest sample in which every damage is planted."""

Line = dict[str, str]
"""A line of the truth file, by its columns."""

Row = tuple[str, str]
"""A legacy row: table and ROW_ID."""

_WHOLE = {("QUAR", "entity"): "rejected", ("QUAR", "held"): "held", ("EXCL", "entity"): "excluded"}
_OF_ENTITY = {
    "keys": "SELECT key, disposition FROM migration.key_image WHERE entity = %(entity)s",
    "merges": """
        SELECT key AS loser, survivor FROM migration.crosswalk
        WHERE entity = %(entity)s AND cause = 'merge' AND valid_to = 'infinity'
    """,
    "quarantine": """
        SELECT key, table_name AS "table", row_id, rule FROM migration.quarantine
        WHERE entity = %(entity)s AND state IN ('rejected', 'held')
    """,
    "excluded": """
        SELECT key, table_name AS "table", row_id, rule FROM migration.exclusion WHERE entity = %(entity)s
    """,
    "marks": """
        SELECT kind, rule, source_table, source_key FROM case_platform.quality_mark WHERE root_entity = %(entity)s
    """,
}


def read_truth(file: Path) -> dict[str, list[Line]]:
    """The lines by entity."""
    lines: dict[str, list[Line]] = defaultdict(list)
    with file.open(encoding="utf-8", newline="") as text:
        for line in csv.DictReader(text):
            lines[line["entity"]].append(line)
    return lines


_FOUND_IN = {
    LOST: attachments.ROWS,
    RENAMED: attachments.ROWS,
    STRAY: attachments.FILES,
    EMPTY: attachments.SIZES,
    OTHER_SIZE: attachments.SIZES,
}


def wrong_files(lines: dict[str, list[Line]]) -> set[tuple[str, str, str]]:
    """(subject, table, ROW_ID) of what is wrong with the files."""
    of_files = [
        line for entity in ("application", "file") for line in lines[entity] if line["damage"] == "X06"
    ]
    return {
        (_FOUND_IN[line["note"]], line["table"], line["row_id"])
        for line in of_files
        if line["note"] in _FOUND_IN
    }


@dataclass
class Ends:
    """What became of the rows of one entity's mapping."""

    roots: dict[str, str] = field(default_factory=dict)  # key -> disposition
    merged: set[tuple[str, str]] = field(default_factory=set)  # loser, survivor
    quarantined: set[Row] = field(default_factory=set)
    excluded: set[Row] = field(default_factory=set)
    flagged: set[Row] = field(default_factory=set)
    converted: set[Row] = field(default_factory=set)
    owner: dict[Row, str] = field(default_factory=dict)  # quarantined or excluded row -> key of its entity
    reasons: dict[Row, set[str]] = field(default_factory=lambda: defaultdict(set))

    @classmethod
    def of(cls, outcomes: Iterable[Outcome]) -> "Ends":
        """As `apply` has it."""
        ends = cls()
        for outcome in outcomes:
            marks = outcome.tables.get("quality_mark")
            ends._add(
                keys=outcome.keys.to_pylist(),
                merges=outcome.merges.to_pylist(),
                quarantine=outcome.quarantine.to_pylist(),
                excluded=outcome.excluded.to_pylist(),
                marks=marks.to_pylist() if marks is not None else [],
            )
        return ends

    @classmethod
    def on(cls, platform: psycopg.Connection[Any], entity: str) -> "Ends":
        """As the platform has it."""
        ends = cls()
        with platform.cursor(row_factory=dict_row) as cursor:
            ends._add(
                **{
                    what: cursor.execute(ask, {"entity": entity}).fetchall()
                    for what, ask in _OF_ENTITY.items()
                }
            )
        return ends

    def _add(
        self,
        *,
        keys: list[dict[str, Any]],
        merges: list[dict[str, Any]],
        quarantine: list[dict[str, Any]],
        excluded: list[dict[str, Any]],
        marks: list[dict[str, Any]],
    ) -> None:
        self.roots |= {row["key"]: row["disposition"] for row in keys}
        self.merged |= {(row["loser"], row["survivor"]) for row in merges}
        for found, lines in ((self.quarantined, quarantine), (self.excluded, excluded)):
            for line in lines:
                row = line["table"], line["row_id"]
                found.add(row)
                self.owner[row] = line["key"]
                self.reasons[row].add(line["rule"])
        for mark in marks:
            row = mark["source_table"], mark["source_key"]
            (self.flagged if mark["kind"] == "flagged" else self.converted).add(row)
            self.reasons[row].add(mark["rule"])

    def tell(self, line: Line) -> bool:
        """Whether what the line says came true."""
        row, note = (line["table"], line["row_id"]), line["note"]
        fate = self.roots.get(line["key"])
        if wanted := _WHOLE.get((line["disposition"], note)):
            return fate == wanted
        return {
            "QUAR": row in self.quarantined,
            "EXCL": row in self.excluded,
            "MERGED": (line["key"], note) in self.merged,
            "CONV": row in self.converted and row not in self.flagged,
            "FLAG": row in self.flagged,
            "LOAD": fate == "accepted" and row not in self.quarantined | self.excluded,
        }[line["disposition"]]

    def beyond(self, lines: list[Line]) -> Iterator[str]:
        """What was quarantined, excluded, flagged, converted or merged and no line names."""
        named = defaultdict(set)
        for line in lines:
            named[line["disposition"]].add((line["table"], line["row_id"]))
        whole = {line["key"] for line in lines if (line["disposition"], line["note"]) in _WHOLE}
        for what, found, dispositions in (
            ("quarantined", self.quarantined, ("QUAR",)),
            ("excluded", self.excluded, ("EXCL",)),
            ("flagged", self.flagged, ("FLAG",)),
            ("converted", self.converted, ("CONV", "FLAG")),
        ):
            for row in found - set().union(*(named[d] for d in dispositions)):
                if self.owner.get(row) not in whole:
                    yield f"{' '.join(row)} {what}: {', '.join(sorted(self.reasons[row]))}"
        told = {(line["key"], line["note"]) for line in lines if line["disposition"] == "MERGED"}
        yield from (f"{loser} merged into {survivor}" for loser, survivor in self.merged - told)


def small_sample(folder: Path) -> Summary:
    """The smallest sample in which every damage is planted: `legacy.db`, `truth.csv` and `files`, in that folder."""
    return make(
        f"sqlite:///{folder / 'legacy.db'}", CLIENTS, SEED, folder / "truth.csv", files=folder / "files"
    )
