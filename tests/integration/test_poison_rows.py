"""Rows that cannot be loaded, first, last and on the borders of batches: they and what depends on them, nothing else.

A sample is loaded as it is; loaded elsewhere with rows that a fault each makes unfit; repaired and loaded again. What
depends on a refused entity is told by the foreign keys of the undisturbed platform, not by the code under test.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pytest
import sqlalchemy as sa

from migrate.platform.layout import layout
from migrate.sample import make
from tests.databases import NewDatabase
from tests.journeys import connected, content, full_load, project

CLIENTS, SEED, BATCH_ROWS = 500, 5, 2_000
ROOTS = {"client": "S_CONTACT", "application": "S_CASE", "relation": "S_CONTACT_REL"}
GCMS = uuid5(NAMESPACE_URL, "urn:case-migrate:gcms")
BESIDE = (
    "quality_mark",
    "user_account",
)  # marks of the rows, and stand-ins that come and stay with who names them
LASTING_STATE = ("quarantine", "key_image")  # what was once refused is remembered


@dataclass(frozen=True)
class Poison:
    """A fault: the value that makes a row of an entity unfit, and what has to be said of it.

    by:     the row's pointer to its root; ROW_ID for the root itself.
    alone:  only the row is refused, and the rest of its entity loaded.
    told:   table and column that are named, where they are not those of the value.
    twice:  a second entity gets the value, and contests it.
    only:   the one kind of database that can hold it.
    """

    entity: str
    table: str
    by: str
    column: str
    value: object
    rule: str
    alone: bool = False
    told: tuple[str, str | None] | None = None
    twice: bool = False
    only: str = ""


POISONS = (
    Poison("client", "S_CONTACT", "ROW_ID", "SEX_MF", "Unheard of", "code"),
    Poison("client", "S_CONTACT", "ROW_ID", "OCCUPATION", "o" * 51, "too_long"),
    Poison("client", "S_CONTACT", "ROW_ID", "LAST_NAME", " " + "ﬃ" * 101, "too_long"),
    Poison("client", "S_CONTACT", "ROW_ID", "OCCUPATION", "a\0b", "nul", only="sqlite"),
    Poison("client", "S_CONTACT", "ROW_ID", "DEATH_DT", datetime(2999, 1, 1), "future"),  # noqa: DTZ001
    Poison("client", "S_CONTACT", "ROW_ID", "ACTIVE_FLG", "?", "flag"),
    Poison("client", "S_CONTACT", "ROW_ID", "X_UCI_NUM", "9999999999", "uci_contested", twice=True),
    Poison(
        "client", "S_PARTY", "ROW_ID", "PARTY_TYPE_CD", "UserList", "missing_S_PARTY", told=("S_CONTACT", None)
    ),
    Poison("application", "S_CASE", "ROW_ID", "CASE_NUM", " ", "required"),
    Poison("application", "S_CASE", "ROW_ID", "X_NUM_VISAS", 3_000_000_000, "type"),
    Poison("application", "S_CASE", "ROW_ID", "X_NUM_VISAS", -1, "out_of_range"),
    Poison("application", "S_EVT_ACT", "CASE_ID", "TARGET_PER_ID", "9-DEAD", "missing_parent"),
    Poison("application", "S_EVT_ACT", "CASE_ID", "CASE_ID", None, "no_parent", alone=True),
    Poison("application", "S_NOTE_CASE", "SRC_ROW_ID", "SRC_ROW_ID", "9-GONE", "orphan", alone=True),
    Poison("application", "S_CASE_XM", "PAR_ROW_ID", "TYPE", "UNHEARD OF", "unknown_type", alone=True),
    Poison("relation", "S_CONTACT_REL", "ROW_ID", "RELATION_TYPE_CD", "Nemesis", "code"),
    Poison("relation", "S_CONTACT_REL", "ROW_ID", "REL_CONTACT_ID", "9-DEAD", "missing_parent"),
)  # fmt: skip
"""Seventeen faults: codes, widths, characters, dates, flags, numbers, keys that two claim, what is missing, what is
required, pointers that are empty, dead or lead to nothing."""


@dataclass(frozen=True)
class Planted:
    """A fault in a row of an entity."""

    poison: Poison
    key: str
    row_id: str
    before: object

    @property
    def line(self) -> tuple[str, ...]:
        """What the quarantine has to say: entity, table, row, column, rule."""
        table, column = self.poison.told or (self.poison.table, self.poison.column)
        row = self.row_id if table == self.poison.table else self.key
        return (self.poison.entity, table, row, column or "", self.poison.rule)


class Legacy:
    """A legacy database, and what is planted in it."""

    def __init__(self, url: str) -> None:
        self.engine = sa.create_engine(url)
        self.tables = sa.MetaData()
        self.tables.reflect(self.engine, only=lambda name, _: name.startswith("S_"))
        self.planted: list[Planted] = []

    def keys(self, entity: str) -> list[str]:
        """The keys of all roots, byte by byte."""
        with self.engine.connect() as connection:
            return sorted(connection.scalars(sa.select(self.tables.tables[ROOTS[entity]].c.ROW_ID)))

    def plant(self, poison: Poison, key: str) -> bool:
        """Make the entity's first such row unfit; False when it has none."""
        table = self.tables.tables[poison.table]
        column = table.c[poison.column]
        with self.engine.begin() as connection:
            query = (
                sa.select(table.c.ROW_ID, column).where(table.c[poison.by] == key).order_by(table.c.ROW_ID)
            )
            row = connection.execute(query).first()
            if row is None:
                return False
            self.planted.append(Planted(poison, key, *row))
            self._set(connection, self.planted[-1], poison.value)
        return True

    def repair(self) -> None:
        """Every row as it was."""
        with self.engine.begin() as connection:
            for planted in self.planted:
                self._set(connection, planted, planted.before)

    def widen(self) -> None:
        """As an administrator would have: texts of any width, where the server enforces widths."""
        if self.engine.dialect.name == "postgresql":
            with self.engine.begin() as connection:
                for column in ("OCCUPATION", "LAST_NAME"):
                    connection.exec_driver_sql(f'ALTER TABLE "S_CONTACT" ALTER COLUMN "{column}" TYPE text')

    def _set(self, connection: sa.Connection, planted: Planted, value: object) -> None:
        table = self.tables.tables[planted.poison.table]
        where = table.c["ROW_ID"] == planted.row_id
        connection.execute(sa.update(table).where(where).values({planted.poison.column: value}))


@dataclass(frozen=True)
class Undisturbed:
    """The platform of the sample as it is: rows by table, lines of the quarantine, borders of batches."""

    content: dict[str, str]
    rows: dict[str, dict[str, dict[str, Any]]]
    quarantine: set[tuple[str, ...]]
    borders: dict[str, set[str]]
    clean: dict[str, set[str]]

    def edges(self, entity: str, keys: list[str]) -> list[str]:
        """Keys of clean entities: the very first, the very last, those beside borders of batches, then all others."""
        beside = {keys[0], keys[-1]}
        for border in self.borders[entity]:
            at = keys.index(border)
            beside |= {keys[at - 1], border}
        fit = sorted(beside & self.clean[entity])
        clean = sorted(self.clean[entity])
        return list(dict.fromkeys([clean[0], clean[-1], *fit, *clean]))

    def without(self, roots: set[tuple[str, str]]) -> dict[str, set[str]]:
        """The ids of all rows by table, but for these roots and whatever depends on them by a foreign key."""
        gone = {str(uuid5(GCMS, f"{entity}/{key}")) for entity, key in roots}
        while more := {
            str(row[shape.root_id])
            for name, shape in layout().items()
            if shape.root_id and name not in BESIDE
            for row in self.rows[name].values()
            if str(row[shape.root_id]) not in gone
            and any(str(row[c.name]) in gone for c in shape.columns.values() if c.points_at)
        }:
            gone |= more
        return {
            name: {
                key
                for key, row in self.rows[name].items()
                if str(row[shape.root_id or shape.key]) not in gone
            }
            for name, shape in layout().items()
            if name not in BESIDE
        }


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("sample") / "legacy.db"
    make(f"sqlite:///{file}", CLIENTS, SEED)
    return file


@pytest.fixture(scope="module")
def undisturbed(
    sample: Path, tmp_path_factory: pytest.TempPathFactory, new_module_database: NewDatabase
) -> Undisturbed:
    platform, folder = new_module_database("postgres"), tmp_path_factory.mktemp("undisturbed")
    project(folder, f"sqlite:///{sample}", platform, batch_rows=BATCH_ROWS)
    full_load(folder)
    accepted = """
        SELECT key FROM migration.key_image AS i WHERE entity = %s AND disposition = 'accepted'
        AND NOT EXISTS (SELECT FROM migration.quarantine AS q WHERE q.entity = i.entity AND q.key = i.key)
        AND NOT EXISTS (SELECT FROM migration.crosswalk AS c WHERE c.survivor = i.key)
        AND NOT EXISTS (SELECT FROM migration.exclusion AS x WHERE x.entity = i.entity AND x.key = i.key)
    """
    lows = "SELECT low FROM migration.batch WHERE entity = %s AND kind = 'range' AND low IS NOT NULL"
    with connected(platform) as connection:

        def ask(query: str) -> dict[str, set[str]]:
            return {e: {str(key) for (key,) in connection.execute(query.encode(), [e])} for e in ROOTS}

        return Undisturbed(
            content(platform), rows_of(platform), quarantine_of(platform), ask(lows), ask(accepted)
        )


@pytest.fixture(params=["sqlite", "postgres"])
def legacy(
    request: pytest.FixtureRequest, sample: Path, tmp_path: Path, new_database: NewDatabase
) -> Iterator[Legacy]:
    url = new_database(request.param)
    if request.param == "sqlite":
        Path(url.removeprefix("sqlite:///")).write_bytes(sample.read_bytes())
    else:
        make(url, CLIENTS, SEED)
    made = Legacy(url)
    yield made
    made.engine.dispose()


def test_poison_rows_and_their_dependants_are_quarantined_the_rest_is_loaded_and_a_repair_releases_them_once(
    request: pytest.FixtureRequest,
    legacy: Legacy,
    undisturbed: Undisturbed,
    seed: int,
    tmp_path: Path,
    new_database: NewDatabase,
) -> None:
    chance = random.Random(f"{seed}/{request.node.name}")
    plant_all(legacy, undisturbed, chance)
    platform = new_database("postgres")
    url = legacy.engine.url.render_as_string(hide_password=False)
    project(tmp_path / "p", url, platform, batch_rows=BATCH_ROWS)
    full_load(tmp_path / "p")

    lines = quarantine_of(platform) - undisturbed.quarantine
    told = {planted.line for planted in legacy.planted}
    assert told - lines == set(), f"seed {seed}: not told"
    assert undisturbed.quarantine - quarantine_of(platform) == set(), f"seed {seed}"
    whole = {(p.poison.entity, p.key) for p in legacy.planted if not p.poison.alone}
    expected = undisturbed.without(whole)
    found = {name: set(rows) for name, rows in rows_of(platform).items() if name not in BESIDE}
    alone = {p.row_id for p in legacy.planted if p.poison.alone}
    lost = {name: expected[name] - found[name] for name in expected if expected[name] - found[name]}
    assert sum(map(len, lost.values())) <= len(alone), f"seed {seed}: {lost}"
    surplus = {name: found[name] - expected[name] for name in expected if found[name] - expected[name]}
    assert surplus == {}, f"seed {seed}: loaded although refused, or without what they depend on"
    followers = {line[-1] for line in lines - told}
    assert followers <= {"missing_parent"}, f"seed {seed}: {lines - told}"

    legacy.repair()
    full_load(tmp_path / "p")
    assert quarantine_of(platform) == undisturbed.quarantine, f"seed {seed}"
    now = content(platform)
    assert {k: v for k, v in now.items() if k not in LASTING_STATE} == {
        k: v for k, v in undisturbed.content.items() if k not in LASTING_STATE
    }
    before = released(platform)
    assert {line[:-1] for line in before} == lines
    if legacy.engine.dialect.name == "postgresql":
        return  # what a third run does is no matter of the source
    full_load(tmp_path / "p")
    assert released(platform) == before, "released once"
    assert content(platform) == now


def plant_all(legacy: Legacy, undisturbed: Undisturbed, chance: random.Random) -> None:
    """Every fault in an entity of its own: at the very first and last, and on borders of batches."""
    legacy.widen()
    for entity in ROOTS:
        edges = undisturbed.edges(entity, legacy.keys(entity))
        first, last, *others = edges
        chance.shuffle(others)
        places = [first, last, *others]
        poisons = [p for p in POISONS if p.entity == entity and p.only in ("", legacy.engine.dialect.name)]
        chance.shuffle(poisons)
        for poison in poisons:
            for _ in range(2 if poison.twice else 1):
                key = next(key for key in places if legacy.plant(poison, key))
                places.remove(key)


def rows_of(platform: str) -> dict[str, dict[str, dict[str, Any]]]:
    """Table -> id -> row."""
    found = {}
    with connected(platform) as connection:
        for name, shape in layout().items():
            columns = [
                shape.key,
                *{c.name for c in shape.columns.values() if c.points_at or c.name == shape.root_id},
            ]
            query = f"SELECT {', '.join(columns)} FROM case_platform.{name}".encode()
            rows = [dict(zip(columns, row, strict=True)) for row in connection.execute(query)]
            found[name] = {str(row[shape.key]): row for row in rows}
    return found


def quarantine_of(platform: str) -> set[tuple[str, ...]]:
    """Entity, table, row, column and rule of the lines that stand."""
    return _lines(
        platform, "entity, table_name, row_id, coalesce(column_name, ''), rule", "state <> 'released'"
    )


def released(platform: str) -> set[tuple[str, ...]]:
    """The same of those that were released, and when."""
    return _lines(
        platform,
        "entity, table_name, row_id, coalesce(column_name, ''), rule, released",
        "state = 'released'",
    )


def _lines(platform: str, columns: str, where: str) -> set[tuple[str, ...]]:
    query = f"SELECT {columns} FROM migration.quarantine WHERE {where}".encode()
    with connected(platform) as connection:
        return {tuple(map(str, row)) for row in connection.execute(query)}
