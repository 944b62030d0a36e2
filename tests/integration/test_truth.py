"""The truth: a sample with every damage goes through the shipped mappings, and each damage ends as its line says.

The sample's truth file names every row that is to be quarantined, excluded, merged, converted or flagged. Both ways:
what it names happens, and nothing happens that it does not name.
"""

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest

from migrate.extract import connect
from migrate.mapping import load
from migrate.model import Outcome
from migrate.platform.layout import layout
from migrate.sample import make
from migrate.transform.vocabulary import vocabulary
from tests.in_memory import Moved

MAPPINGS = Path(__file__).parents[2] / "mappings" / "gcms"
AS_OF = datetime(2026, 7, 15)  # noqa: DTZ001  # a source's clock is naive UTC
SEED, CLIENTS = 11, 600

Row = tuple[str, str]
"""A legacy row: table and ROW_ID."""

ENTITIES = ("client", "relation", "application", "application_link", "application_parent")


@dataclass
class Ends:
    """What became of the rows of one entity's mapping."""

    quarantined: set[Row] = field(default_factory=set)
    excluded: set[Row] = field(default_factory=set)
    flagged: set[Row] = field(default_factory=set)
    converted: set[Row] = field(default_factory=set)
    merged: set[tuple[str, str]] = field(default_factory=set)  # loser, survivor
    roots: dict[str, str] = field(default_factory=dict)  # key -> disposition
    reasons: dict[Row, set[str]] = field(default_factory=lambda: defaultdict(set))
    owner: dict[Row, str] = field(default_factory=dict)  # quarantined or excluded row -> key of its entity

    def add(self, outcome: Outcome) -> None:
        """Take in one Outcome."""
        self.roots |= {row["key"]: row["disposition"] for row in outcome.keys.to_pylist()}
        self.merged |= {(row["loser"], row["survivor"]) for row in outcome.merges.to_pylist()}
        for where, lines in ((self.quarantined, outcome.quarantine), (self.excluded, outcome.excluded)):
            for line in lines.to_pylist():
                row = line["table"], line["row_id"]
                where.add(row)
                self.owner[row] = line["key"]
                self.reasons[row].add(line["rule"])
        for mark in outcome.tables["quality_mark"].to_pylist() if "quality_mark" in outcome.tables else ():
            row = mark["source_table"], mark["source_key"]
            (self.flagged if mark["kind"] == "flagged" else self.converted).add(row)
            self.reasons[row].add(mark["rule"])


@dataclass
class Story:
    """The truth's lines and what happened, by entity."""

    lines: dict[str, list[dict[str, str]]]
    ends: dict[str, Ends]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """A sample in SQLite, moved in memory."""
    folder = tmp_path_factory.mktemp("truth")
    url = f"sqlite:///{folder / 'legacy.db'}"
    make(url, CLIENTS, seed=SEED, truth=folder / "truth.csv")
    mappings = load(MAPPINGS, vocabulary=vocabulary(), layout=layout())
    source = connect(url)
    moved = Moved(source, mappings, layout(), AS_OF).everything()
    source.close()
    lines: dict[str, list[dict[str, str]]] = defaultdict(list)
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            lines[line["entity"]].append(line)
    ends: dict[str, Ends] = defaultdict(Ends)
    for entity, outcomes in moved.outcomes.items():
        for outcome in outcomes:
            ends[entity].add(outcome)
    return Story(lines, ends)


@pytest.mark.parametrize("entity", ENTITIES)
def test_every_damage_ends_as_its_line_says(story: Story, entity: str) -> None:
    """What the truth file names happens."""
    wrong = [
        f"{line['damage']} {line['table']}.{line['column']} {line['row_id']}: {line['disposition']} {line['note']}"
        for line in story.lines[entity]
        if not _ends_so(line, story.ends[entity])
    ]
    assert not wrong, f"seed {SEED}: {len(wrong)} wrong ends\n" + "\n".join(wrong[:40])


@pytest.mark.parametrize("entity", ENTITIES)
def test_nothing_happens_that_the_truth_does_not_name(story: Story, entity: str) -> None:
    """No row is quarantined, excluded, flagged or converted beyond the truth file."""
    surplus = sorted(_surplus(story.lines[entity], story.ends[entity]))
    assert not surplus, f"seed {SEED}: {len(surplus)} without a line\n" + "\n".join(surplus[:40])


def _ends_so(line: dict[str, str], ends: Ends) -> bool:
    row, note = (line["table"], line["row_id"]), line["note"]
    fate = ends.roots.get(line["key"])
    aside = row in ends.quarantined | ends.excluded
    whole = {("QUAR", "entity"): "rejected", ("QUAR", "held"): "held", ("EXCL", "entity"): "excluded"}
    if wanted := whole.get((line["disposition"], note)):
        return fate == wanted
    return {
        "QUAR": row in ends.quarantined,
        "EXCL": row in ends.excluded,
        "MERGED": any(note in pair for pair in ends.merged),
        "CONV": row in ends.converted and row not in ends.flagged,
        "FLAG": row in ends.flagged,
        "LOAD": fate == "accepted" and not aside,
    }[line["disposition"]]


def _surplus(lines: list[dict[str, str]], ends: Ends) -> Iterator[str]:
    named = defaultdict(set)
    whole = set()
    for line in lines:
        named[line["disposition"]].add((line["table"], line["row_id"]))
        if line["disposition"] in ("QUAR", "EXCL") and line["note"] in ("entity", "held"):
            whole.add(line["key"])
    for what, found, dispositions in (
        ("quarantined", ends.quarantined, ("QUAR",)),
        ("excluded", ends.excluded, ("EXCL",)),
        ("flagged", ends.flagged, ("FLAG",)),
        ("converted", ends.converted, ("CONV", "FLAG")),
    ):
        for row in found - set().union(*(named[d] for d in dispositions)):
            if ends.owner.get(row) not in whole:
                yield f"{' '.join(row)} {what}: {', '.join(sorted(ends.reasons[row]))}"
