"""Faults of the legacy database while a run reads it: PostgreSQL and MariaDB, really stopped and killed."""

import itertools
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from migrate.errors import Transient
from migrate.extract import connect
from migrate.extract.nouns import Reader, Source
from migrate.model import KeyRange, Tally
from migrate.project import Project
from migrate.project.moving import move
from tests.components import require
from tests.databases import NewDatabase
from tests.journeys import content
from tests.private import PrivateMariadb, PrivatePostgres
from tests.proxy import Proxy
from tests.small_project import OFFICES, TABLES, small_project

READER, PASSWORD = "reader", "only-for-tests"
_numbers = itertools.count(1)


@dataclass
class Legacy:
    """A legacy database behind a line that can be spoiled."""

    server: PrivatePostgres | PrivateMariadb
    line: Proxy
    url: str

    def end_sessions(self) -> None:
        if isinstance(self.server, PrivatePostgres):
            ended = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{READER}'"
            self.server.ask(ended)
            return
        query = "SELECT id FROM information_schema.processlist WHERE db = 'legacy' AND id <> CONNECTION_ID()"
        for (number,) in self.server.ask(query):
            self.server.ask(f"KILL {number}")

    def let_nobody_in(self) -> None:
        if isinstance(self.server, PrivatePostgres):
            self.server.ask(f"ALTER ROLE {READER} CONNECTION LIMIT 0")
        else:
            self.server.ask(f"ALTER USER {READER}@localhost WITH MAX_USER_CONNECTIONS 1")
        self.line.cut()

    def let_everybody_in(self) -> None:
        if isinstance(self.server, PrivatePostgres):
            self.server.ask(f"ALTER ROLE {READER} CONNECTION LIMIT -1")
        else:
            self.server.ask(f"ALTER USER {READER}@localhost WITH MAX_USER_CONNECTIONS 0")


@dataclass
class Watch:
    """Strikes at the first commit, heals when the first pause is told."""

    strike: Callable[[], object] = lambda: None
    heal: Callable[[], object] = lambda: None
    told: list[str] = field(default_factory=list)
    commits: int = 0

    def stage(self, _stage: object) -> None:
        """Nothing to say."""

    def moved(self, _tally: Tally) -> None:
        self.commits += 1
        if self.commits == 1:
            self.strike()

    def notice(self, line: str) -> None:
        if "trying again" in line:
            self.told.append(line)
            if len(self.told) == 1:
                self.heal()


def _nothing(_legacy: Legacy) -> None:
    """It is over when it has happened."""


FAULTS: dict[str, tuple[Callable[[Legacy], object], Callable[[Legacy], object]]] = {
    "session ended": (Legacy.end_sessions, _nothing),
    "server stopped": (lambda legacy: legacy.server.stop(), lambda legacy: legacy.server.start()),
    "server killed": (lambda legacy: legacy.server.kill(), lambda legacy: legacy.server.start()),
    "refused": (lambda legacy: legacy.line.refuse(), lambda legacy: legacy.line.through()),
    "line frozen": (lambda legacy: legacy.line.freeze(), lambda legacy: legacy.line.through()),
    "too many connections": (Legacy.let_nobody_in, Legacy.let_everybody_in),
}


SLOW = "CREATE VIEW SLOW AS SELECT ROW_ID, NAME FROM S_BU WHERE CASE ROW_ID WHEN '0-A' THEN NOT ({sleep}) END"


def _statements() -> list[str]:
    made = [part.strip().replace("DATETIME", "TIMESTAMP") for part in TABLES.split(";") if part.strip()]
    for key, name, parent, by in OFFICES:
        above = "NULL" if parent is None else f"'{parent}'"
        made.append(
            f"INSERT INTO S_BU VALUES ('{key}', '{name}', {above}, '2020-01-01 10:00:00', '{by}',"
            f" '2020-01-02 10:00:00', '{by}', '0')"
        )
    return made


@pytest.fixture(scope="module", params=["postgres", "mariadb"])
def legacy(request: pytest.FixtureRequest) -> Iterator[Legacy]:
    if request.param == "postgres":
        require("pgserver")
        with PrivatePostgres() as server, Proxy(server.socket) as line:
            url = server.new("legacy")
            for statement in (*_statements(), SLOW.format(sleep="pg_sleep(7) IS NULL")):
                server.ask(statement, "legacy")
            server.ask(f"CREATE ROLE {READER} LOGIN PASSWORD '{PASSWORD}'")
            server.ask(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {READER}", "legacy")
            yield Legacy(server, line, line.postgres(url, READER, PASSWORD))
        return
    for component in ("unixodbc", "odbc-mariadb", "mariadb-server"):
        require(component)
    with PrivateMariadb() as maria, Proxy(maria.socket) as line:
        maria.new("legacy")
        for statement in (*_statements(), SLOW.format(sleep="SLEEP(7) <> 0")):
            maria.ask(statement, "legacy")
        maria.ask(f"CREATE USER {READER}@localhost IDENTIFIED BY '{PASSWORD}'")
        maria.ask(f"GRANT SELECT, SHOW VIEW ON legacy.* TO {READER}@localhost")
        yield Legacy(maria, line, maria.url("legacy", line.port, READER, PASSWORD))


@pytest.fixture(scope="module")
def undisturbed(
    legacy: Legacy, tmp_path_factory: pytest.TempPathFactory, new_module_database: NewDatabase
) -> dict[str, str]:
    platform = new_module_database("postgres")
    folder = _project(tmp_path_factory.mktemp("undisturbed"), legacy, platform, "30s")
    _load(folder, Watch())
    return content(platform)


def _project(folder: Path, legacy: Legacy, platform: str, patience: str) -> Path:
    made = small_project(folder, platform=platform, batch_rows=4, patience=patience)
    (made / "legacy.secret").touch(mode=0o600)
    (made / "legacy.secret").write_text(legacy.url)
    settings = (made / "migrate.toml").read_text().replace("sqlite:///legacy.db", "file:legacy.secret")
    (made / "migrate.toml").write_text(settings)
    project = Project.find(made)
    project.upgrade()
    project.close()
    return made


def _load(folder: Path, watch: Watch) -> None:
    with Project.find(folder).open_run("full", notice=watch.notice) as run:
        move(run, watch)


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_that_passes_is_waited_for(
    legacy: Legacy, name: str, undisturbed: dict[str, str], tmp_path: Path, postgres_url: str
) -> None:
    strike, heal = FAULTS[name]
    folder = _project(tmp_path, legacy, postgres_url, "30s")
    watch = Watch(partial(strike, legacy), partial(heal, legacy))
    _load(folder, watch)
    assert 1 <= len(watch.told) <= 5
    assert content(postgres_url) == undisturbed


@pytest.mark.parametrize("name", [name for name in FAULTS if name != "session ended"])
def test_a_fault_that_lasts_ends_in_one_message_and_the_same_command_goes_on_later(
    legacy: Legacy, name: str, undisturbed: dict[str, str], tmp_path: Path, postgres_url: str
) -> None:
    strike, heal = FAULTS[name]
    folder = _project(tmp_path, legacy, postgres_url, "1s")
    with pytest.raises(Transient) as caught:
        _load(folder, Watch(partial(strike, legacy)))
    assert PASSWORD not in str(caught.value)
    heal(legacy)
    _load(folder, Watch())
    assert content(postgres_url) == undisturbed


READS: dict[str, Callable[[Source, Reader], object]] = {
    "rows": lambda _, reader: reader.rows("S_BU", ["NAME"], "ROW_ID", KeyRange()),
    "count": lambda source, _: source.count("S_BU"),
}


@pytest.mark.slow
@pytest.mark.parametrize("plain", [False, True], ids=["columns", "cursor"])
@pytest.mark.parametrize("read", READS)
def test_a_frozen_source_is_found_out(legacy: Legacy, read: str, plain: bool) -> None:
    """By asking it over another connection."""
    source = connect(legacy.url, plain=plain)
    end = threading.Timer(40, legacy.line.through)  # after so long it answers, and nothing was found out
    try:
        with source.snapshot() as reader:
            source.count("S_BU")
            legacy.line.freeze()
            end.start()
            with pytest.raises(Transient):
                READS[read](source, reader)
            legacy.line.through()
        assert source.count("S_BU") == len(OFFICES)
    finally:
        end.cancel()
        legacy.line.through()
        source.close()


@pytest.mark.slow
@pytest.mark.parametrize("plain", [False, True], ids=["columns", "cursor"])
def test_a_query_that_takes_its_time_is_waited_for(legacy: Legacy, plain: bool) -> None:
    """Where the server answers when it is asked whether it is there."""
    source = connect(legacy.url, plain=plain)
    try:
        with source.snapshot() as reader:
            asked = legacy.line.accepted
            rows = reader.rows("SLOW", ["NAME"], "ROW_ID", KeyRange())
            assert rows.column("NAME").to_pylist() == ["Canada"]
            assert legacy.line.accepted > asked
    finally:
        source.close()


def test_a_slow_line_only_takes_longer(
    legacy: Legacy, undisturbed: dict[str, str], tmp_path: Path, postgres_url: str
) -> None:
    folder = _project(tmp_path, legacy, postgres_url, "30s")
    watch = Watch(partial(legacy.line.delay, 2, words=2))
    _load(folder, watch)
    assert legacy.line.words == 0
    assert watch.told == []
    assert content(postgres_url) == undisturbed
