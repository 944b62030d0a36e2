"""The truth: a sample with every damage goes through the shipped mappings, and each damage ends as its line says.

The sample's truth file names every row that is to be quarantined, excluded, merged, converted or flagged. Both ways:
what it names happens, and nothing happens that it does not name. Once as `apply` has it, once as a platform in
PostgreSQL has it after a full load.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from migrate.extract import connect
from migrate.mapping import load
from migrate.platform.layout import layout
from migrate.sample import make
from migrate.transform.vocabulary import vocabulary
from tests.databases import NewDatabase
from tests.in_memory import Moved
from tests.journeys import connected, full_load, project
from tests.truth import Ends, Line, read_truth

MAPPINGS = Path(__file__).parents[2] / "mappings" / "gcms"
AS_OF = datetime(2026, 7, 15)  # noqa: DTZ001  # a source's clock is naive UTC
SEED, CLIENTS = 11, 600
ENTITIES = (
    "user", "office", "organisation", "position", "household", "code_value",
    "representative", "client", "relation", "application", "application_link", "application_parent",
)  # fmt: skip


@dataclass
class Story:
    """The truth's lines and what happened, by entity."""

    lines: dict[str, list[Line]]
    ends: dict[str, Ends]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, list[Line]]]:
    """A legacy database with every damage, and its truth."""
    folder = tmp_path_factory.mktemp("sample")
    url = f"sqlite:///{folder / 'legacy.db'}"
    make(url, CLIENTS, SEED, folder / "truth.csv", files=folder / "files")
    return url, read_truth(folder / "truth.csv")


@pytest.fixture(scope="module", params=["in memory", "on a platform"])
def story(
    request: pytest.FixtureRequest,
    sample: tuple[str, dict[str, list[Line]]],
    tmp_path_factory: pytest.TempPathFactory,
    new_module_database: NewDatabase,
) -> Story:
    """The sample, moved."""
    url, lines = sample
    ways: dict[str, Callable[[], dict[str, Ends]]] = {
        "in memory": lambda: _in_memory(url),
        "on a platform": lambda: _on_platform(
            url, new_module_database("postgres"), tmp_path_factory.mktemp("project")
        ),
    }
    return Story(lines, ways[request.param]())


@pytest.mark.parametrize("entity", ENTITIES)
def test_every_damage_ends_as_its_line_says(story: Story, entity: str) -> None:
    """What the truth file names happens."""
    wrong = [
        f"{line['damage']} {line['table']}.{line['column']} {line['row_id']}: {line['disposition']} {line['note']}"
        for line in story.lines.get(entity, [])
        if not story.ends[entity].tell(line)
    ]
    assert not wrong, f"seed {SEED}: {len(wrong)} wrong ends\n" + "\n".join(wrong[:40])


@pytest.mark.parametrize("entity", ENTITIES)
def test_nothing_happens_that_the_truth_does_not_name(story: Story, entity: str) -> None:
    """No row is quarantined, excluded, flagged, converted or merged beyond the truth file."""
    surplus = sorted(story.ends[entity].beyond(story.lines.get(entity, [])))
    assert not surplus, f"seed {SEED}: {len(surplus)} without a line\n" + "\n".join(surplus[:40])


def test_every_entity_of_the_truth_is_told(sample: tuple[str, dict[str, list[Line]]]) -> None:
    """No line of the truth file is left out of these tests but what the mappings leave alone."""
    _, lines = sample
    others = {
        entity: {line["disposition"] for line in lines[entity]} for entity in lines if entity not in ENTITIES
    }
    assert others == {"audit": {"OUT_OF_SCOPE"}, "file": {"OUT_OF_SCOPE"}}


def _in_memory(url: str) -> dict[str, Ends]:
    mappings = load(MAPPINGS, vocabulary=vocabulary(), layout=layout())
    source = connect(url)
    moved = Moved(source, mappings, layout(), AS_OF).everything()
    source.close()
    return {entity: Ends.of(moved.outcomes[entity]) for entity in ENTITIES}


def _on_platform(url: str, platform: str, folder: Path) -> dict[str, Ends]:
    project(folder, url, platform)
    full_load(folder)
    with connected(platform) as connection:
        return {entity: Ends.on(connection, entity) for entity in ENTITIES}
