"""Clocks that are wrong, set back, or change to daylight time: nothing is lost, extra, doubled or different.

The real command line, in processes whose clock is set (`tests.clocks`), between a source and a platform on servers of
their own, whose clocks are set too. Officers stamp by the clock of the source, as it is. What has to be there is worked
out row by row from what they wrote, by no code of the program.
"""

import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pytest

from migrate.project.starting import settings_text
from tests.clocks import TORONTO, Clocks
from tests.components import require
from tests.private import PrivateMariadb, PrivatePostgres
from tests.servers import ROOT
from tests.torture import FULL

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

OFFICE = """\
entity: office
root: {table: S_BU}
vanished: remove
changes: {stamps: [LAST_UPD]}
tables:
  office:
    from: S_BU
    fields:
      name:        {from: NAME, class: A, required: true}
      parent_id:   {from: PAR_BU_ID, ref: office}
      recorded_at: {from: LAST_UPD, do: [instant]}
      changed_at:  {from: LAST_UPD, do: [instant]}
"""
TABLE = """\
CREATE TABLE S_BU (ROW_ID VARCHAR(15) PRIMARY KEY NOT NULL, NAME VARCHAR(200), PAR_BU_ID VARCHAR(15),
  LAST_UPD {moment} NOT NULL)
"""
SETTLED = 20  # offices that stay, and are the parents of others
Office = tuple[str, str | None, datetime]  # name, key of the parent, stamp
Server = PrivatePostgres | PrivateMariadb
_CLOCK = {
    PrivatePostgres: "SELECT timezone('UTC', clock_timestamp())",
    PrivateMariadb: "SELECT UTC_TIMESTAMP(6)",
}


@dataclass
class World:
    """A project between two servers, the officers who work at the source, and all their clocks.

    offices:  what stands in the source, by key.
    modes:    of the runs so far.
    """

    clocks: Clocks
    source: Server
    platform: PrivatePostgres
    database: str
    project: Path
    dice: random.Random
    offices: dict[str, Office] = field(default_factory=dict)
    modes: list[str] = field(default_factory=list)
    written: int = 0

    # --- officers

    def now(self) -> datetime:
        """By the clock of the source."""
        ((moment,),) = self.source.ask(_CLOCK[type(self.source)])
        assert isinstance(moment, datetime)
        return moment

    def work(self) -> None:
        """Some offices are new, others have changed; each with the stamp of this second."""
        stamp = self.now().replace(microsecond=0)
        settled = [f"S{number}" for number in range(SETTLED)]
        changed = self.dice.sample(sorted(self.offices), 4) if self.offices else settled
        for key in (*changed, *(f"N{self.written + number}" for number in range(3))):
            self.written += 1
            parent = None if key in settled else self.dice.choice([None, *settled])
            self.offices[key] = (f"{key} for the {self.written}. time", parent, stamp)
            self._write(key)

    def close_offices(self) -> None:
        """Two of those that are nobody's parent are gone."""
        for key in self.dice.sample([key for key in sorted(self.offices) if key[0] == "N"], 2):
            del self.offices[key]
            self._ask(f"DELETE FROM S_BU WHERE ROW_ID = '{key}'")

    def _write(self, key: str) -> None:
        name, parent, stamp = self.offices[key]
        above = "NULL" if parent is None else f"'{parent}'"
        self._ask(f"DELETE FROM S_BU WHERE ROW_ID = '{key}'")
        self._ask(f"INSERT INTO S_BU VALUES ('{key}', '{name}', {above}, '{stamp:%Y-%m-%d %H:%M:%S}')")

    def _ask(self, statement: str) -> None:
        self.source.ask(statement, self.database)

    # --- the tool

    def command(self, *words: str) -> dict[str, Any]:
        """What `migrate` says when it is called as a user calls it, at the time of its machine."""
        command = [sys.executable, "-m", "migrate", *words, "--project", str(self.project), "--json"]
        environment = self.clocks.environment("tool")
        done = subprocess.run(
            command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, done.stderr
        told: dict[str, Any] = json.loads(done.stdout)
        return told

    def run(self, mode: str) -> None:
        """`migrate run`: its window ends at the clock of the source. Afterwards nothing is wrong on the platform."""
        before = self.now()
        told = self.command("run", "--mode", mode)
        self.modes.append(told["mode"])
        high = datetime.fromisoformat(told["window"]["high"]).replace(tzinfo=None)
        assert before - timedelta(seconds=1) <= high <= self.now(), "the window ends at another clock"
        assert self.counts() == {"lost": 0, "extra": 0, "doubled": 0, "differing": 0}, told

    def counts(self) -> dict[str, int]:
        """How the platform differs from what the officers wrote."""
        rows = self.platform.ask(
            "SELECT office_id::text, name, parent_id::text, timezone('UTC', changed_at) FROM case_platform.office",
            self.database,
        )
        found = {key: rest for key, *rest in rows}
        wanted = {
            _id(key): [name, parent and _id(parent), stamp]
            for key, (name, parent, stamp) in self.offices.items()
        }
        offices = Counter(name.split()[0] for _, name, *_ in rows)
        return {
            "lost": len(wanted.keys() - found.keys()),
            "extra": len(found.keys() - wanted.keys()),
            "doubled": sum(count - 1 for count in offices.values()),
            "differing": sum(found[key] != wanted[key] for key in wanted.keys() & found.keys()),
        }


def _id(key: str) -> str:
    return str(uuid5(uuid5(NAMESPACE_URL, "urn:case-migrate:gcms"), f"office/{key}"))


# --- what befalls the clocks


def tool_ahead(world: World) -> None:
    """Of the source by two days; then it is set right."""
    _tool_off(world, hours=48)


def tool_behind(world: World) -> None:
    """The same, the other way."""
    _tool_off(world, hours=-48)


def _tool_off(world: World, hours: int) -> None:
    world.clocks.wrong("tool", hours=hours)
    world.run("full")
    for wrong in (hours, hours, 0, hours):
        world.clocks.wrong("tool", hours=wrong)
        world.work()
        world.clocks.go(minutes=5)
        world.run("delta")
    assert world.modes == ["full", *["delta"] * 4]


def source_back(world: World) -> None:
    """By an hour, twice: it is still behind when the next delta looks; it has caught up when the next one looks."""
    world.run("full")
    world.clocks.go(minutes=70)
    world.work()
    world.run("delta")
    world.clocks.wrong("source", hours=-1)
    world.work()
    world.clocks.go(minutes=10)
    world.work()
    world.run("delta")
    world.clocks.go(minutes=70)
    world.work()
    world.run("delta")
    world.clocks.wrong("source", hours=-2)
    world.work()
    world.clocks.go(minutes=70)
    world.work()
    world.run("delta")
    assert world.modes == ["full", "delta", "sweep", "delta", "delta"]


def source_ahead(world: World) -> None:
    """By two days, and then right; in two days there is nothing new about the stamps of that time."""
    world.run("full")
    world.clocks.wrong("source", hours=48)
    world.work()
    world.clocks.go(minutes=5)
    world.run("delta")
    world.clocks.wrong("source")
    for hours in (0.1, 0.1, 47, 2):
        world.work()
        world.clocks.go(hours=hours)
        world.work()
        world.run("delta")
    assert world.modes == ["full", "delta", "sweep", "delta", "delta", "delta"]


def autumn(world: World) -> None:
    """01:59:59 is followed by 01:00:00 on the clocks of all offices."""
    _seasons(world, datetime(2026, 11, 1, 6))  # noqa: DTZ001  # UTC


def spring(world: World) -> None:
    """01:59:59 is followed by 03:00:00."""
    _seasons(world, datetime(2027, 3, 14, 7))  # noqa: DTZ001  # UTC


def _seasons(world: World, change: datetime) -> None:
    world.clocks.go_to(change - timedelta(hours=1))
    world.run("full")
    for minutes in (-20, 0, 1, 50, 70, 130):  # of the change; the third run begins before it, and ends after
        world.clocks.go_to(change + timedelta(minutes=minutes, seconds=-30))
        world.work()
        world.clocks.go_to(change + timedelta(minutes=minutes, seconds=-1))
        world.run("delta")
    assert world.modes == ["full", *["delta"] * 6]


QUICK = (tool_ahead, source_back, source_ahead, autumn)
CASES = (*QUICK, tool_behind, spring) if FULL else QUICK


# --- servers


@pytest.fixture(scope="module")
def clocks() -> Iterator[Clocks]:
    require("faketime")
    require("pgserver")
    made = Clocks()
    yield made
    made.remove()


@pytest.fixture(scope="module")
def platform(clocks: Clocks) -> Iterator[PrivatePostgres]:
    with PrivatePostgres(clocks.of("platform")) as server:
        yield server


@pytest.fixture(scope="module", params=["postgres", "mariadb"] if FULL else ["postgres"])
def source(request: pytest.FixtureRequest, clocks: Clocks) -> Iterator[Server]:
    if request.param == "postgres":
        with PrivatePostgres(clocks.of("source")) as server:
            server.configure(timezone=TORONTO)
            yield server
        return
    for component in ("unixodbc", "odbc-mariadb", "mariadb-server"):
        require(component)
    with PrivateMariadb(clocks.of("source")) as maria:
        yield maria
        maria.stop()  # faketime tidies up after itself, unless it is killed


@pytest.fixture
def world(
    request: pytest.FixtureRequest,
    clocks: Clocks,
    source: Server,
    platform: PrivatePostgres,
    tmp_path: Path,
    seed: int,
) -> World:
    """A project; its offices stand in the source and were not moved yet."""
    clocks.right()
    name = f"{request.node.callspec.params['case'].__name__}_{type(source).__name__}".lower()
    source.new(name)
    source.ask(TABLE.format(moment="DATETIME" if isinstance(source, PrivateMariadb) else "TIMESTAMP"), name)
    urls = {
        "legacy": source.local(name) if isinstance(source, PrivateMariadb) else source.url(name),
        "platform": platform.new(name),
    }
    for side, url in urls.items():
        (tmp_path / f"{side}.secret").touch(mode=0o600)
        (tmp_path / f"{side}.secret").write_text(url)
    (tmp_path / "mappings").mkdir()
    (tmp_path / "mappings" / "office.yaml").write_text(OFFICE)
    settings = settings_text("file:legacy.secret", schema=None)
    for old, new in (
        ('url = "embedded"', 'url = "file:platform.secret"'),
        ('# path = "mappings/gcms"', 'path = "mappings"'),
    ):
        assert old in settings
        settings = settings.replace(old, new)
    (tmp_path / "migrate.toml").write_text(settings)
    made = World(clocks, source, platform, name, tmp_path, random.Random(seed))
    made.command("platform", "upgrade")
    made.work()
    return made


@pytest.mark.parametrize("case", CASES)
def test_whatever_a_clock_does_the_platform_is_what_the_officers_wrote(
    world: World, case: Callable[[World], None]
) -> None:
    """After every delta; and after a sweep, where something is gone."""
    case(world)
    world.close_offices()
    world.run("sweep")
