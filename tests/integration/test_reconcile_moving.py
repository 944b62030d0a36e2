"""While officers work and a mover follows them, a reconciliation raises no alarm, and finds what is wrong."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from migrate.judging import evidence_root, judge
from migrate.project import Project
from migrate.sample import make
from reconciliation.folder import Folder
from reconciliation.model import Look
from tests.databases import Kind, NewDatabase
from tests.journeys import connected, full_load, project, run_once
from tests.torture import times

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

CHECKS = ("counts", "totals", "keys", "rows", "relations", "identity", "continuity", "balance", "replay")


@contextmanager
def at_work(legacy: str, folder: Path, seed: int) -> Iterator[None]:
    """Officers and a mover, both as fast as they can, until the block ends."""
    engine, end = sa.create_engine(legacy), threading.Event()
    officer = _Officer(engine, random.Random(seed))

    def until_the_end(step: Callable[[], None]) -> None:
        while not end.is_set():
            step()

    with ThreadPoolExecutor() as pool:
        steps = (officer.work, lambda: run_once(folder, "delta"))
        working = [pool.submit(until_the_end, step) for step in steps]
        try:
            yield
        finally:
            end.set()
            for each in working:
                each.result()
            engine.dispose()


class _Officer:
    """Does what officers do all the time; every change stamps its row, as the old system does."""

    def __init__(self, engine: sa.Engine, chance: random.Random) -> None:
        self.engine, self.chance, self.made = engine, chance, 0
        names = ("S_CASE", "S_CONTACT", "S_BU")
        with engine.connect() as connection:
            found = [sa.Table(name, sa.MetaData(), autoload_with=connection) for name in names]
            self.keys = {
                table.name: connection.execute(sa.select(table.c.ROW_ID)).scalars().all() for table in found
            }
            self.states = connection.execute(sa.select(found[0].c.STATUS_CD)).scalars().all()
        self.case, self.contact, self.office = found

    def work(self) -> None:
        """One change, committed."""
        statement = self.chance.choice((self._status, self._received, self._sex, self._new_office))()
        with self.engine.begin() as connection:
            connection.execute(statement)
        time.sleep(0.002)

    def _status(self) -> sa.Update:
        return self._changed(self.case, STATUS_CD=self.chance.choice(self.states))

    def _received(self) -> sa.Update:
        return self._changed(self.case, X_RECEIVED_DT=_now() - timedelta(self.chance.randrange(2000)))

    def _sex(self) -> sa.Update:
        return self._changed(self.contact, SEX_MF=self.chance.choice("FM"))

    def _new_office(self) -> sa.Insert:
        self.made += 1
        now = _now()
        new = {"ROW_ID": f"9-{self.made:06}", "CREATED": now, "LAST_UPD": now, "DB_LAST_UPD": now}
        new["NAME"] = f"Office {self.made}"
        columns = [sa.literal(new[c.name]) if c.name in new else c for c in self.office.c]
        like = self.chance.choice(self.keys["S_BU"]) == self.office.c.ROW_ID
        return self.office.insert().from_select(self.office.c.keys(), sa.select(*columns).where(like))

    def _changed(self, table: sa.Table, **values: object) -> sa.Update:
        stamps = {"LAST_UPD": _now(), "DB_LAST_UPD": _now(), "MODIFICATION_NUM": table.c.MODIFICATION_NUM + 1}
        key = self.chance.choice(self.keys[table.name])
        return table.update().where(key == table.c.ROW_ID).values({**stamps, **values})


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


@pytest.fixture(params=["postgres", "mariadb"])
def world(request: pytest.FixtureRequest, new_database: NewDatabase, tmp_path: Path) -> tuple[Path, str, str]:
    """(project, URL of its legacy database, URL of its platform)"""
    kind: Kind = request.param
    legacy, platform = new_database(kind), new_database("postgres")
    make(legacy, 500, 1)
    project(tmp_path / "p", legacy, platform)
    full_load(tmp_path / "p")
    return tmp_path / "p", legacy, platform


def found(folder: Path) -> list[dict[str, str]]:
    """The differences that count, of all checks."""
    summary = judge(Project.find(folder), checks=CHECKS, lag=0.2)
    kept = Folder.open(evidence_root(Project.find(folder)), summary.name)
    assert kept.manifest()["moment"]["how"] == "two_looks"
    return [line for line in kept.all_differences().to_pylist() if line["look"] == Look.OUT_OF_SYNC]


def test_while_both_sides_move_there_is_no_alarm_and_a_fault_is_found(world) -> None:
    folder, legacy, platform = world
    seed = random.randrange(2**32)
    with at_work(legacy, folder, seed):
        for _ in range(times(1, 20)):
            assert found(folder) == [], f"seed {seed}"
        with connected(platform) as connection:
            (fault,) = connection.execute(  # where no officer works, and so no mover puts it right
                "UPDATE case_platform.position SET name = 'planted' WHERE position_id ="
                " (SELECT min(position_id::text)::uuid FROM case_platform.position) RETURNING position_id::text"
            ).fetchall()
        lines = [line for line in found(folder) if line["check"] == "rows"]
    assert [(line["id"], line["column"]) for line in lines] == [(*fault, "name")], f"seed {seed}"
