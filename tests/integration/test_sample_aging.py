"""A day of officers' work: every kind happens, is on record, the same everywhere, and touches nothing else."""

import csv
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from migrate.sample import make
from migrate.sample.aging import age, foresee
from migrate.sample.schema import TABLES, metadata
from tests.databases import NewDatabase

pytestmark = pytest.mark.filterwarnings("ignore:Dialect sqlite:sqlalchemy.exc.SAWarning")

CLIENTS, SEED = 500, 3
Content = dict[tuple[str, str], dict[str, Any]]
"""All rows of a database, by table and key."""


def content(url: str) -> Content:
    """Everything in a database, in a form that does not depend on which it is."""
    engine = sa.create_engine(url, hide_parameters=True)
    found: Content = {}
    with engine.connect() as connection:
        for table in metadata().sorted_tables:
            key = "ROW_ID" if TABLES[table.name].system else TABLES[table.name].columns[0].name
            for row in connection.execute(sa.select(table)).mappings():
                found[table.name, str(row[key])] = {column: _plain(value) for column, value in row.items()}
    engine.dispose()
    return found


def _plain(value: Any) -> Any:
    return format(value.normalize(), "f") if isinstance(value, Decimal) else value


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sample that nobody has worked on yet."""
    file = tmp_path_factory.mktemp("sample") / "legacy.db"
    make(f"sqlite:///{file}", CLIENTS, seed=SEED)
    return file


@pytest.fixture
def fresh(sample: Path, tmp_path: Path) -> Callable[[], str]:
    """URLs of copies of the sample."""
    numbers = iter(range(100))

    def copy() -> str:
        file = tmp_path / f"copy{next(numbers)}.db"
        shutil.copy(sample, file)
        return f"sqlite:///{file}"

    return copy


class Story:
    """A day in a copy of the sample: before, after, and the lines of the record."""

    def __init__(self, sample: Path, folder: Path) -> None:
        file = folder / "aged.db"
        shutil.copy(sample, file)
        self.before = content(f"sqlite:///{file}")
        self.aged = age(f"sqlite:///{file}", seed=SEED, truth=folder / "changes.csv")
        self.after = content(f"sqlite:///{file}")
        with (folder / "changes.csv").open(encoding="utf-8", newline="") as text:
            self.lines = list(csv.DictReader(text))

    def of(self, kind: str, **columns: str) -> Iterator[dict[str, str]]:
        """The lines of a kind of change that hold these values."""
        for line in self.lines:
            if line["kind"] == kind and all(line[column] == value for column, value in columns.items()):
                yield line


@pytest.fixture(scope="module")
def story(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Story:
    """One day."""
    return Story(sample, tmp_path_factory.mktemp("story"))


# -- the day as a whole --------------------------------------------------------------------------------


def test_every_kind_of_change_happens(story: Story, sample: Path) -> None:
    """As often as it is meant to, even in the smallest sample."""
    assert story.aged.changes == foresee(f"sqlite:///{sample}")


def test_nothing_changes_but_the_rows_on_record(story: Story) -> None:
    """And what the record says of a row is what became of it: inserted, updated or deleted."""
    touched: dict[tuple[str, str], list[str]] = defaultdict(list)
    for line in story.lines:
        touched[line["table"], line["row_id"]].append(line["change"])
    changed = {row for row in story.before | story.after if story.before.get(row) != story.after.get(row)}
    assert changed == {row for row, verbs in touched.items() if row in story.before or row in story.after}
    for row, verbs in touched.items():
        assert (row in story.before) == (verbs[0] != "insert"), row
        assert (row in story.after) == (verbs[-1] != "delete"), row


@pytest.mark.parametrize("kind", ["postgres", "mariadb"])
def test_the_same_day_in_every_database(
    kind: Any, new_database: NewDatabase, fresh: Callable[[], str]
) -> None:
    """Where sessions are real transactions side by side, the end is the one of SQLite, where they are not."""
    url, other = new_database(kind), fresh()
    make(url, CLIENTS, seed=SEED)
    assert age(url, 2, seed=SEED).changes == age(other, 2, seed=SEED).changes
    assert content(url) == content(other)


def test_the_same_seed_works_in_the_same_way(fresh: Callable[[], str], tmp_path: Path) -> None:
    """The same content, the same record; another seed differs."""
    urls = [fresh() for _ in range(3)]
    for number, seed in enumerate((5, 5, 6)):
        age(urls[number], seed=seed, truth=tmp_path / f"{number}.csv")
    contents = [content(url) for url in urls]
    records = [(tmp_path / f"{number}.csv").read_bytes() for number in range(3)]
    assert contents[0] == contents[1]
    assert records[0] == records[1]
    assert contents[0] != contents[2]


def test_two_days_at_once_are_one_day_twice(fresh: Callable[[], str], tmp_path: Path) -> None:
    """The clock of the sample goes on by a day; the record is appended."""
    at_once, twice = fresh(), fresh()
    age(at_once, 2, seed=5, truth=tmp_path / "at_once.csv")
    for _ in range(2):
        age(twice, seed=5, truth=tmp_path / "twice.csv")
    assert content(at_once) == content(twice)
    assert (tmp_path / "at_once.csv").read_bytes() == (tmp_path / "twice.csv").read_bytes()


def test_sessions_interleave_and_commit_in_another_order(story: Story) -> None:
    """At least four take part; what is stamped first is not always committed first."""
    commits = [(line["stamped"], line["committed"]) for line in story.lines if line["kind"] == "field_update"]
    commits += [(line["stamped"], line["committed"]) for line in story.lines if line["kind"] == "late_commit"]
    assert len({line["session"] for line in story.lines}) >= 5
    assert any(a < c and b > d for a, b in commits for c, d in commits)
    spans = {(line["session"], line["committed"]): line["stamped"] for line in reversed(story.lines)}
    overlap = [
        (one, two)
        for (one, end), begin in spans.items()
        for (two, ends), begins in spans.items()
        if one < two and begin < begins < end < ends
    ]
    assert overlap
