"""Faults of the platform's database while a run is opened, moves and is closed: real ones, on a server of our own.

What passes is waited for, with a line for every pause, and the run ends as if nothing had been. What lasts ends in one
message within a minute, with whole batches only, and the same command goes on when the fault is gone.

`--torture N` repeats each so many times, at moments drawn by `--seed`.
"""

import itertools
import random
import re
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

from migrate.errors import MigrateError, Transient, Unreachable
from migrate.model import Tally
from migrate.project import Project
from migrate.project.moving import move
from tests.components import require
from tests.journeys import content
from tests.private import PrivatePostgres
from tests.proxy import Impostor, Proxy
from tests.small_project import small_project

TEMPLATE = "template_platform"
USER, PASSWORD = "mover", "only-for-tests"
PATIENCE = 2  # seconds
MODES = ("full",)

_numbers = itertools.count(1)


@dataclass
class Bench:
    """A project whose platform is behind a line that can be spoiled, on a server that can be stopped."""

    server: PrivatePostgres
    line: Proxy
    folder: Path
    url: str
    undo: list[Callable[[], object]] = field(default_factory=list)

    @property
    def database(self) -> str:
        return self.url.rpartition("/")[2].partition("?")[0]

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        return self.server.ask(statement, self.database)

    def be_patient(self, seconds: int) -> None:
        settings = self.folder / "migrate.toml"
        settings.write_text(
            settings.read_text().replace(f'patience = "{PATIENCE}s"', f'patience = "{seconds}s"')
        )

    def heal(self) -> None:
        """Undo what a fault did; again is harmless."""
        while self.undo:
            self.undo.pop()()

    def load(self, watch: "Watch", mode: str = "full") -> None:
        with Project.find(self.folder).open_run(mode, notice=watch.notice) as run:
            move(run, watch)


@dataclass
class Watch:
    """Looks on: strikes after so many commits, or when the books are closed; heals when the first pause is told."""

    strike: Callable[[], object] = lambda: None
    heal: Callable[[], object] = lambda: None
    after: int | None = None
    told: list[str] = field(default_factory=list)
    commits: int = 0

    def stage(self, _stage: object) -> None:
        """Nothing to say."""

    def moved(self, _tally: Tally) -> None:
        self.commits += 1
        if self.commits == self.after:
            self.strike()

    def notice(self, line: str) -> None:
        if "trying again" in line:
            self.told.append(line)
            self.heal()
        elif "closing the books" in line and self.after == CLOSING:
            self.strike()


OPENING, CLOSING = 0, -1
COMMITS = 3  # of the small project, with the batches below: two of users, then offices
SOME = 4


# --- the faults: each spoils the bench, and leaves behind how to undo it


def session_ended(bench: Bench) -> None:
    bench.ask(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{USER}'")


def server_stopped(bench: Bench) -> None:
    bench.server.stop()
    bench.undo.append(bench.server.start)


def server_killed(bench: Bench) -> None:
    bench.server.kill()
    bench.undo.append(bench.server.start)


def refused(bench: Bench) -> None:
    bench.line.refuse()
    bench.undo.append(bench.line.through)


def deadlock(bench: Bench) -> None:
    """The batch takes the office table, then wants number 7; somebody has 7, and then wants the table."""
    _trigger(bench, "PERFORM pg_advisory_xact_lock(7)")
    other = bench.server.connect(bench.database)
    other.execute("SET deadlock_timeout = '60s'")  # the batch is the one that notices
    other.execute("SELECT pg_advisory_lock(7)")

    def cross() -> None:
        waiting = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = 7 AND NOT granted"
        while not other.execute(waiting).fetchone():
            time.sleep(0.02)
        with other.transaction():
            other.execute("LOCK TABLE case_platform.office IN ACCESS EXCLUSIVE MODE")

    thread = threading.Thread(target=cross, daemon=True)
    thread.start()
    bench.undo += [other.close, thread.join]


def serialization_failure(bench: Bench) -> None:
    _trigger(bench, "RAISE EXCEPTION 'could not serialize access' USING ERRCODE = '40001'")


def lock_timeout(bench: Bench) -> None:
    """Sessions of ours wait for a lock no longer than a sixth of the patience."""
    _locked(bench)


def statement_timeout(bench: Bench) -> None:
    bench.server.configure(statement_timeout="500ms")
    _locked(bench)


def disk_full(bench: Bench) -> None:
    filler = Path(
        bench.ask("SELECT pg_tablespace_location(oid) FROM pg_tablespace WHERE spcname = 'small'")[0][0]
    )
    with suppress(OSError), (filler / "filler").open("wb") as file:
        while True:
            file.write(bytes(1 << 16))
            file.flush()
    bench.undo.append(lambda: (filler / "filler").unlink())


def too_many_connections(bench: Bench) -> None:
    bench.server.ask(f"ALTER ROLE {USER} CONNECTION LIMIT 0")
    bench.line.cut()
    bench.undo.append(lambda: bench.server.ask(f"ALTER ROLE {USER} CONNECTION LIMIT -1"))


def read_only(bench: Bench) -> None:
    bench.server.configure(default_transaction_read_only="on")
    bench.undo.append(bench.server.configure)


def frozen_line(bench: Bench) -> None:
    bench.line.freeze()
    bench.undo.append(bench.line.through)


def frozen_server(bench: Bench) -> None:
    bench.server.freeze()
    bench.undo.append(bench.server.thaw)


def _trigger(bench: Bench, does: str) -> None:
    bench.ask(
        f"CREATE FUNCTION public.fault() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN {does}; RETURN NEW; END$$"
    )
    bench.ask(
        "CREATE TRIGGER fault BEFORE INSERT ON case_platform.office FOR EACH STATEMENT EXECUTE FUNCTION public.fault()"
    )
    bench.undo.append(lambda: bench.ask("DROP FUNCTION public.fault CASCADE"))


def _locked(bench: Bench) -> None:
    holder = bench.server.connect(bench.database)
    holder.autocommit = False
    holder.execute("LOCK TABLE case_platform.office IN ACCESS EXCLUSIVE MODE")
    bench.undo += [bench.server.configure, holder.close]


Fault = Callable[[Bench], None]
ANYWHERE: tuple[Fault, ...] = (
    session_ended, server_stopped, server_killed, refused, too_many_connections, frozen_line, frozen_server,
)  # fmt: skip
WRITING: tuple[Fault, ...] = (deadlock, serialization_failure, lock_timeout, statement_timeout, disk_full)
RESTARTS = (server_stopped, server_killed)  # which takes its time
LASTING: tuple[Fault, ...] = (
    server_stopped, server_killed, refused, serialization_failure, lock_timeout, statement_timeout, disk_full,
    too_many_connections, read_only, frozen_line, frozen_server,
)  # fmt: skip
"""A session that is ended and a deadlock are over when they have happened."""


# --- the bench


@pytest.fixture(scope="module")
def server() -> Iterator[PrivatePostgres]:
    require("pgserver")
    with PrivatePostgres() as made:
        made.ask(f"CREATE ROLE {USER} LOGIN PASSWORD '{PASSWORD}'")
        yield made


@pytest.fixture(scope="module")
def small_disk(server: PrivatePostgres) -> Iterator[str]:
    """A tablespace with room for little more than an empty platform."""
    require("tmpfs")
    place = Path(tempfile.mkdtemp(prefix="case-migrate-disk-"))
    options = f"size=64m,uid={server.server.account.uid},mode=0700"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)], check=True)
    try:
        server.ask(f"CREATE TABLESPACE small LOCATION '{place}'")
        yield "TABLESPACE small"
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)
        place.rmdir()


@pytest.fixture(scope="module")
def line(server: PrivatePostgres) -> Iterator[Proxy]:
    with Proxy(server.socket) as made:
        yield made


@pytest.fixture(scope="module")
def template(server: PrivatePostgres, line: Proxy, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A platform that nothing was loaded into."""
    url = line.postgres(server.new(TEMPLATE, f"OWNER {USER}"), USER, PASSWORD)
    folder = small_project(tmp_path_factory.mktemp("template"), platform=url)
    Project.find(folder).upgrade()
    return TEMPLATE


@pytest.fixture(scope="module")
def undisturbed(
    server: PrivatePostgres, line: Proxy, template: str, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    made = _bench(server, line, template, tmp_path_factory.mktemp("undisturbed"))
    made.load(Watch())
    return content(made.url)


@pytest.fixture
def bench(
    server: PrivatePostgres, line: Proxy, template: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Bench]:
    fault = request.node.callspec.params.get("fault") if hasattr(request.node, "callspec") else None
    where = request.getfixturevalue("small_disk") if fault is disk_full else ""
    made = _bench(server, line, template, tmp_path, where)
    yield made
    made.heal()
    server.ask(f"DROP DATABASE {made.database} WITH (FORCE)")


def _bench(server: PrivatePostgres, line: Proxy, template: str, folder: Path, where: str = "") -> Bench:
    name = f"bench_{next(_numbers)}"
    url = server.new(name, f"OWNER {USER} TEMPLATE {template}", where)
    behind = line.postgres(url, USER, PASSWORD)
    project = small_project(folder, platform=behind, batch_rows=SOME, patience=f"{PATIENCE}s")
    return Bench(server, line, project, url)


# --- what holds


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("fault", [*ANYWHERE, *WRITING], ids=lambda fault: fault.__name__)
def test_a_fault_that_passes_is_waited_for_and_the_run_ends_as_if_nothing_had_been(
    bench: Bench, fault: Fault, mode: str, undisturbed: dict[str, str], torture: int, seed: int
) -> None:
    for each, after in _turns(bench, torture, seed):
        if fault in RESTARTS:
            each.be_patient(20)
        watch = Watch(partial(fault, each), each.heal, after)
        each.load(watch, mode)
        assert 1 <= len(watch.told) <= 5
        assert all(re.search(r"trying again in [\d.]+ s$", line) for line in watch.told)
        _assert_like(each, undisturbed)


@pytest.mark.parametrize("moment", [OPENING, CLOSING], ids=["opening", "closing"])
@pytest.mark.parametrize(
    "fault", [session_ended, server_killed, refused, frozen_line], ids=lambda fault: fault.__name__
)
def test_opening_and_closing_a_run_wait_too(
    bench: Bench, fault: Fault, moment: int, undisturbed: dict[str, str]
) -> None:
    if fault in RESTARTS:
        bench.be_patient(20)
    watch = Watch(lambda: fault(bench), bench.heal, after=moment)
    if moment == OPENING:
        watch.strike()
    bench.load(watch)
    assert watch.told or (moment == OPENING and fault is session_ended), "nothing had to be waited for"
    _assert_like(bench, undisturbed)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("fault", LASTING, ids=lambda fault: fault.__name__)
def test_a_fault_that_lasts_ends_in_one_message_and_the_same_command_goes_on_later(
    bench: Bench, fault: Fault, mode: str, undisturbed: dict[str, str], torture: int, seed: int
) -> None:
    for each, after in _turns(bench, torture, seed):
        watch = Watch(partial(fault, each), after=after)
        relief = threading.Timer(60, each.heal)  # so that who waits without end is a failure, too
        relief.start()
        began = time.monotonic()
        with pytest.raises(MigrateError) as caught:
            each.load(watch, mode)
        assert time.monotonic() - began < 60
        relief.cancel()
        assert caught.value.exit_code == 4
        assert PASSWORD not in str(caught.value)
        each.heal()
        _assert_whole_batches(each)
        each.load(Watch(), mode)
        _assert_like(each, undisturbed)


def test_a_slow_line_only_takes_longer(bench: Bench, undisturbed: dict[str, str]) -> None:
    bench.be_patient(30)
    watch = Watch(lambda: bench.line.delay(2, words=3), after=1)
    bench.load(watch)
    assert bench.line.words == 0
    assert watch.told == []
    _assert_like(bench, undisturbed)


def test_a_long_statement_on_a_server_that_answers_is_not_given_up(
    bench: Bench, undisturbed: dict[str, str]
) -> None:
    """Longer than the whole patience: who is asked whether anybody is there says yes."""
    _trigger(bench, f"PERFORM pg_sleep({PATIENCE + 1})")
    watch = Watch()
    bench.load(watch)
    assert watch.told == []
    _assert_like(bench, undisturbed)


# --- who is not let in


def _refused_access(bench: Bench, url: str) -> Unreachable:
    """The error of a run with another URL of the platform; asked once, told soon, without a secret."""
    (bench.folder / "platform.secret").write_text(url)
    watch, began = Watch(), time.monotonic()
    bench.be_patient(30)
    with pytest.raises(Unreachable) as caught:
        bench.load(watch)
    assert time.monotonic() - began < 30
    assert watch.told == []
    assert PASSWORD not in str(caught.value)
    return caught.value


def test_a_wrong_password_is_tried_once(bench: Bench) -> None:
    before = bench.line.accepted
    error = _refused_access(bench, bench.line.postgres(bench.url, USER, f"{PASSWORD}-not"))
    assert bench.line.accepted == before + 1
    assert "role, password" in error.why


def test_an_expired_password_is_tried_once(bench: Bench) -> None:
    bench.server.ask(f"CREATE ROLE late LOGIN PASSWORD '{PASSWORD}' VALID UNTIL '2020-01-01'")
    bench.undo.append(lambda: bench.server.ask("DROP ROLE late"))
    before = bench.line.accepted
    _refused_access(bench, bench.line.postgres(bench.url, "late", PASSWORD))
    assert bench.line.accepted == before + 1


def test_a_right_that_is_missing_is_told(bench: Bench) -> None:
    bench.server.ask(f"CREATE ROLE guest LOGIN PASSWORD '{PASSWORD}'")
    bench.undo.append(lambda: bench.server.ask("DROP ROLE guest"))
    error = _refused_access(bench, bench.line.postgres(bench.url, "guest", PASSWORD))
    assert "lacks a right" in error.why


def test_an_unknown_database_is_told(bench: Bench) -> None:
    url = bench.line.postgres(bench.url, USER, PASSWORD).replace(bench.database, "nowhere")
    assert "nowhere" in _refused_access(bench, url).what


def test_an_unknown_host_is_told(bench: Bench) -> None:
    url = bench.line.postgres(bench.url, USER, PASSWORD).replace("127.0.0.1", "no-such-host.invalid")
    assert "no host of that name" in _refused_access(bench, url).why


def test_a_certificate_that_does_not_hold_is_told(bench: Bench, tmp_path: Path) -> None:
    for name in ("theirs", "ours"):
        command = [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-subj",
            f"/CN={name}",
            "-days",
            "2",
        ]
        files = ["-keyout", str(tmp_path / f"{name}.key"), "-out", str(tmp_path / f"{name}.crt")]
        subprocess.run([*command, *files], check=True, capture_output=True)
    with Impostor(tmp_path / "theirs.crt", tmp_path / "theirs.key") as port:
        url = make_url(bench.line.postgres(bench.url, USER, PASSWORD)).set(port=port)
        trusting = {"sslmode": "verify-full", "sslrootcert": str(tmp_path / "ours.crt")}
        error = _refused_access(bench, url.update_query_dict(trusting).render_as_string(hide_password=False))
    assert "certificate" in error.why


def test_a_lock_that_somebody_holds_is_given_up_within_thirty_seconds(bench: Bench) -> None:
    _locked(bench)
    bench.be_patient(12)
    relief = threading.Timer(30, bench.heal)
    relief.start()
    began = time.monotonic()
    with pytest.raises(Transient, match="a lock was not to be had in time"):
        bench.load(Watch())
    assert time.monotonic() - began < 30
    relief.cancel()


def _turns(bench: Bench, count: int, seed: int) -> Iterator[tuple[Bench, int]]:
    """Benches like this one, and the commit after which the fault strikes."""
    yield bench, 1
    chance = random.Random(seed)
    where = "TABLESPACE small" if bench.ask(_TABLESPACE) == [("small",)] else ""
    for turn in range(1, count):
        folder = bench.folder.parent / f"turn-{turn}"
        folder.mkdir()
        other = _bench(bench.server, bench.line, TEMPLATE, folder, where)
        yield other, chance.randint(1, COMMITS)
        bench.server.ask(f"DROP DATABASE {other.database} WITH (FORCE)")


def _assert_like(bench: Bench, undisturbed: dict[str, str]) -> None:
    assert content(bench.url) == undisturbed
    project = Project.find(bench.folder)
    assert project.state().verify_ledger().broken is None
    project.close()
    assert bench.ask("SELECT count(*) FROM migration.run WHERE status <> 'done'") == [(0,)]
    assert bench.ask(_OPEN) == [(0,)]


def _assert_whole_batches(bench: Bench) -> None:
    """The rows that are there are those that the ledger counts, and each has its crosswalk line."""
    for entity, table in (("user", "user_account"), ("office", "office")):
        ((rows, counted, placed),) = bench.ask(_WHOLE.format(entity=entity, table=table))
        assert rows == placed
        assert rows == counted


_TABLESPACE = """
SELECT spcname FROM pg_database AS d JOIN pg_tablespace AS t ON t.oid = dattablespace
WHERE datname = current_database()
"""
_OPEN = "SELECT count(*) FROM migration.batch WHERE closed IS NULL"
_WHOLE = """
SELECT (SELECT count(*) FROM case_platform.{table}),
       (SELECT coalesce(sum((tally ->> 'created')::int), 0) FROM migration.ledger
         WHERE kind = 'batch' AND entity = '{entity}')
       + (SELECT coalesce(sum((tally ->> 'stubs')::int), 0) FROM migration.ledger
           WHERE kind = 'batch' AND '{entity}' = 'user'),
       (SELECT count(*) FROM migration.crosswalk WHERE entity = '{entity}' AND valid_to = 'infinity')
"""
