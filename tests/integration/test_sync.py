"""A day of officers' work on the sample, followed by the nets, on real databases: the platform keeps in step.

The oracle is a platform that was loaded afresh from the aged database. It knows nothing of what vanished; the record
that the officers' work leaves (`migrate sample age --truth`) says what that was.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from migrate.errors import Refused
from migrate.platform.layout import layout
from migrate.project import Project
from migrate.run import RunSummary
from migrate.sample import make
from migrate.sample.aging import age
from tests import journeys
from tests.databases import Kind, NewDatabase

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

CLIENTS = 500
Rows = dict[str, dict[str, dict[str, Any]]]


@dataclass
class InStep:
    """A project whose legacy was aged by a day after the full load; what each net did with it."""

    folder: Path
    legacy: str
    platform: str
    truth: list[dict[str, str]]
    delta: RunSummary
    sweep: RunSummary
    before_deep: Rows
    deep: RunSummary

    def run(self, mode: str, max_vanished: str = "1") -> RunSummary:
        return run(self.folder, mode, max_vanished)

    def rows(self) -> Rows:
        return rows(self.platform)

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        return ask(self.platform, statement)


def run(folder: Path, mode: str, max_vanished: str = "1") -> RunSummary:
    """What `migrate run --mode MODE --max-vanished SHARE` does, in this process."""
    with Project.find(folder).open_run(mode, max_vanished=Decimal(max_vanished)) as opened:
        for stage in opened.stages:
            for piece in stage.slices:
                opened.move(piece)
        opened.release()
        return opened.finish()


def ask(url: str, statement: str) -> list[tuple[Any, ...]]:
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain) as connection:
        return connection.execute(statement).fetchall()


def rows(url: str) -> Rows:
    """Platform table -> key -> row."""
    found = {}
    for name, table in layout().items():
        lines = [row for (row,) in ask(url, f'SELECT to_jsonb(o) FROM case_platform."{name}" AS o')]
        found[name] = {row[table.key]: row for row in lines}
    return found


@pytest.fixture(scope="module", params=["sqlite", "postgres", "mariadb"])
def kind(request: pytest.FixtureRequest) -> Kind:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def kept(kind: Kind, new_module_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory) -> InStep:
    folder = tmp_path_factory.mktemp("sync")
    legacy, platform = new_module_database(kind), new_module_database("postgres")
    make(legacy, CLIENTS, 3)
    home = folder / "project"
    journeys.project(home, legacy, platform)
    settings = (home / "migrate.toml").read_text() + "deep_nights = 1\n"
    (home / "migrate.toml").write_text(settings)
    run(home, "full")
    age(legacy, days=1, seed=5, start=datetime.now(UTC).replace(tzinfo=None), truth=folder / "changes.csv")
    with (folder / "changes.csv").open(newline="") as file:
        truth = list(csv.DictReader(file))
    delta, sweep = run(home, "delta"), run(home, "sweep")
    before = rows(platform)
    return InStep(home, legacy, platform, truth, delta, sweep, before, run(home, "deep"))


@pytest.fixture(scope="module")
def afresh(kept: InStep, new_module_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory) -> Rows:
    folder, platform = tmp_path_factory.mktemp("afresh"), new_module_database("postgres")
    journeys.project(folder, kept.legacy, platform)
    run(folder, "full")
    return rows(platform)


def test_after_delta_sweep_and_deep_every_row_is_what_a_fresh_load_makes(kept: InStep, afresh: Rows) -> None:
    found = kept.rows()
    for name, its in afresh.items():
        found[name] = {
            key: {**row, "merged_into_id": None} if "merged_into_id" in row else row
            for key, row in found[name].items()
        }
        lost = its.keys() - found[name].keys()
        different = [key for key, row in its.items() if found[name].get(key) != row]
        assert (name, lost, different) == (name, set(), [])


def test_what_a_fresh_load_does_not_make_belongs_to_what_vanished(kept: InStep, afresh: Rows) -> None:
    buried = {
        str(id_)
        for (id_,) in kept.ask(
            "SELECT o.id FROM migration.crosswalk AS o JOIN migration.crosswalk AS n USING (system, entity, key)"
            " WHERE o.valid_to < 'infinity' AND n.valid_to = 'infinity' AND n.cause IN ('vanished', 'merge')"
        )
    }
    found = kept.rows()
    for name, table in layout().items():
        extra = [row for key, row in found[name].items() if key not in afresh[name]]
        assert all(row[table.root_id or table.key] in buried for row in extra), name


def test_only_silent_edits_are_left_to_the_deep_run(kept: InStep, afresh: Rows) -> None:
    silent = {line["key"] for line in kept.truth if line["net"] == "deep"}
    different = {
        key for key, row in afresh["application"].items() if kept.before_deep["application"].get(key) != row
    }
    told = ask_keys(kept, "application", different)
    assert told <= silent
    assert silent, "the day has no silent edit"
    assert sum(tally.updated for tally in kept.deep.entities.values()) >= len(told)


def ask_keys(kept: InStep, entity: str, ids: set[str]) -> set[str]:
    """The legacy keys of platform ids."""
    lines = kept.ask(f"SELECT id::text, key FROM migration.crosswalk WHERE entity = '{entity}'")
    return {key for id_, key in lines if id_ in ids}


def test_every_merge_leads_to_its_survivor(kept: InStep) -> None:
    merges = {
        line["key"]: line["survivor"]
        for line in kept.truth
        if line["expected"] == "merged" and line["survivor"]
    }
    loaded = {key for (key,) in kept.ask("SELECT key FROM migration.key_image WHERE entity = 'client'")}
    current = dict(
        kept.ask(
            "SELECT key, survivor FROM migration.crosswalk WHERE entity = 'client' AND valid_to = 'infinity'"
        )
    )
    assert merges
    wrong = {
        key: current.get(key)
        for key, to in merges.items()
        if key in loaded and last(merges, to) != last(current, key)
    }
    assert wrong == {}


def last(leads: Mapping[str, str | None], key: str) -> str:
    """Where a chain of merges ends."""
    while leads.get(key):
        key = str(leads[key])
    return key


def test_what_is_deleted_is_marked_or_removed_and_known_no_more(kept: InStep) -> None:
    deleted = {
        (line["entity"], line["key"])
        for line in kept.truth
        if line["expected"] == "deleted"
        and line["table"] in ("S_CASE", "S_CONTACT")
        and line["change"] == "delete"
    }
    lines = {
        (entity, key): cause
        for entity, key, cause in kept.ask(
            "SELECT entity, key, cause FROM migration.crosswalk WHERE valid_to = 'infinity'"
        )
    }
    assert deleted
    assert {about: lines[about] for about in deleted if about in lines and lines[about] != "vanished"} == {}


def test_the_books_of_every_run_balance(kept: InStep) -> None:
    assert all(summary.balanced for summary in (kept.delta, kept.sweep, kept.deep))


def test_again_every_net_finds_nothing_and_writes_nothing(kept: InStep) -> None:
    statement = "SELECT md5(string_agg(xmin::text || ctid::text, ',' ORDER BY ctid)) FROM case_platform.{}"
    before = [kept.ask(statement.format(name)) for name in layout()]
    for mode in ("delta", "sweep", "deep"):
        written = sum(tally.rows_written for tally in kept.run(mode).entities.values())
        assert (mode, written) == (mode, 0)
    assert [kept.ask(statement.format(name)) for name in layout()] == before


def test_a_window_begins_where_the_last_one_ended_less_the_overlap(kept: InStep) -> None:
    first, second = kept.run("delta"), kept.run("delta")
    assert first.window[1] is not None
    assert second.window[0] is not None
    earlier = (first.window[1] - second.window[0]).total_seconds() - 30 * 60
    assert 0 <= earlier < 5  # asking how long ago that was takes a moment


def test_the_brake_stops_a_sweep_that_misses_too_many_and_nothing_is_written(kept: InStep) -> None:
    import sqlalchemy as sa

    engine = sa.create_engine(kept.legacy, hide_parameters=True)
    with engine.begin() as connection:
        name = next(n for n in sa.inspect(connection).get_table_names() if n.upper() == "S_NOTE_CASE")
        table = sa.Table(name, sa.MetaData(), autoload_with=connection)
        kept_rows = [dict(row) for row in connection.execute(sa.select(table)).mappings()]
        connection.execute(table.delete())
    before = kept.rows()
    for mode in ("sweep", "delta", "full"):
        with pytest.raises(Refused, match="S_NOTE_CASE"):
            kept.run(mode, "0.01")
    assert kept.rows() == before
    with engine.begin() as connection:
        connection.execute(table.insert(), kept_rows)
    engine.dispose()
    assert sum(tally.rows_written for tally in kept.run("sweep", "0.01").entities.values()) == 0
