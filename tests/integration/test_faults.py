"""Faults of the platform's database while a run is opened, moves and is closed: real ones, on a server of our own.

What passes is waited for, with a line for every pause, and the run ends as if nothing had been. What lasts ends in one
message within a minute, with whole batches only, and the same command goes on when the fault is gone.

In every mode: a first full load; delta, sweep and deep run after a day of work. The suite has each fault meet some
of these, `make torture` all. `--torture N` repeats each so many times, at moments drawn by `--seed`.
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
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

from migrate.errors import MigrateError, Transient, Unreachable
from migrate.model import Tally
from migrate.project import Project
from migrate.project.moving import move
from tests.components import require
from tests.journeys import left
from tests.private import PrivatePostgres
from tests.proxy import Impostor, Proxy
from tests.small_day import MODES, SmallDay
from tests.torture import FULL

USER, PASSWORD = "mover", "only-for-tests"
PATIENCE = 2  # seconds

_numbers = itertools.count(1)


@dataclass
class Bench:
    """A project whose platform is behind a line that can be spoiled, on a server that can be stopped."""

    server: PrivatePostgres
    line: Proxy
    folder: Path
    url: str
    mode: str
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

    def load(self, watch: "Watch") -> None:
        with Project.find(self.folder).open_run(self.mode, notice=watch.notice) as run:
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
COMMITS = 2  # of the small project, with the batches below: then come offices
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


@dataclass(frozen=True)
class Benches:
    """Makes benches, each the same for a mode: nothing was loaded yet, or a day of work is to be followed."""

    server: PrivatePostgres
    line: Proxy
    day: SmallDay

    def prepare(self, folder: Path) -> None:
        """The platforms that are copied."""
        for name in ("full", "other"):
            url = self.line.postgres(self.server.new(self._template(name), f"OWNER {USER}"), USER, PASSWORD)
            (folder / name).mkdir()
            project = self.day.project(folder / name, platform=url)
            Project.find(project).upgrade()
            if name != "full":
                Bench(self.server, self.line, project, url, "full").load(Watch())

    def new(self, mode: str, folder: Path, where: str = "") -> Bench:
        """In an empty folder. where: the tablespace of its platform."""
        name = f"bench_{next(_numbers)}"
        url = self.server.new(name, f"OWNER {USER} TEMPLATE {self._template(mode)}", where)
        behind = self.line.postgres(url, USER, PASSWORD)
        project = self.day.project(folder, platform=behind, batch_rows=SOME, patience=f"{PATIENCE}s")
        if mode != "full":
            self.day.comes(project)
        return Bench(self.server, self.line, project, url, mode)

    @staticmethod
    def _template(mode: str) -> str:
        return "template_new" if mode == "full" else "template_loaded"


@pytest.fixture(scope="module")
def benches(server: PrivatePostgres, line: Proxy, tmp_path_factory: pytest.TempPathFactory) -> Benches:
    folder = tmp_path_factory.mktemp("benches")
    made = Benches(server, line, SmallDay.made(folder))
    made.prepare(folder)
    return made


@pytest.fixture(scope="module")
def undisturbed(
    benches: Benches, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], dict[str, str]]:
    """Mode -> what a run leaves behind when nothing happens to it."""

    @cache
    def found(mode: str) -> dict[str, str]:
        made = benches.new(mode, tmp_path_factory.mktemp("undisturbed"))
        made.load(Watch())
        return left(made.url)

    return found


@pytest.fixture
def bench(benches: Benches, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Bench]:
    given = request.node.callspec.params if hasattr(request.node, "callspec") else {}
    where = request.getfixturevalue("small_disk") if given.get("fault") is disk_full else ""
    made = benches.new(given.get("mode", "full"), tmp_path, where)
    yield made
    made.heal()
    made.server.ask(f"DROP DATABASE {made.database} WITH (FORCE)")


# --- what holds

Undisturbed = Callable[[str], dict[str, str]]


def met(*faults: Fault, full: bool = False) -> pytest.MarkDecorator:
    """Each fault in every mode; in the suite in one of them by turns and, with `full`, in full loads."""
    cases = [
        pytest.param(fault, mode, id=f"{fault.__name__}-{mode}")
        for number, fault in enumerate(faults)
        for mode in MODES
        if FULL or mode == MODES[number % len(MODES)] or (full and mode == "full")
    ]
    return pytest.mark.parametrize(("fault", "mode"), cases)


@met(*ANYWHERE, *WRITING, full=True)
def test_a_fault_that_passes_is_waited_for_and_the_run_ends_as_if_nothing_had_been(
    bench: Bench, benches: Benches, fault: Fault, mode: str, undisturbed: Undisturbed, torture: int, seed: int
) -> None:
    for each, after in _turns(bench, benches, torture, seed):
        if fault in RESTARTS:
            each.be_patient(20)
        watch = Watch(partial(fault, each), each.heal, after)
        each.load(watch)
        assert 1 <= len(watch.told) <= 5
        assert all(re.search(r"trying again in [\d.]+ s$", line) for line in watch.told)
        _assert_like(each, undisturbed)


@pytest.mark.parametrize("moment", [OPENING, CLOSING], ids=["opening", "closing"])
@pytest.mark.parametrize(
    "fault", [session_ended, server_killed, refused, frozen_line], ids=lambda fault: fault.__name__
)
def test_opening_and_closing_a_run_wait_too(
    bench: Bench, fault: Fault, moment: int, undisturbed: Undisturbed
) -> None:
    if fault in RESTARTS:
        bench.be_patient(20)
    watch = Watch(lambda: fault(bench), bench.heal, after=moment)
    if moment == OPENING:
        watch.strike()
    bench.load(watch)
    assert watch.told or (moment == OPENING and fault is session_ended), "nothing had to be waited for"
    _assert_like(bench, undisturbed)


@met(*LASTING)
def test_a_fault_that_lasts_ends_in_one_message_and_the_same_command_goes_on_later(
    bench: Bench, benches: Benches, fault: Fault, mode: str, undisturbed: Undisturbed, torture: int, seed: int
) -> None:
    for each, after in _turns(bench, benches, torture, seed):
        watch = Watch(partial(fault, each), after=after)
        relief = threading.Timer(60, each.heal)  # so that who waits without end is a failure, too
        relief.start()
        began = time.monotonic()
        with pytest.raises(MigrateError) as caught:
            each.load(watch)
        assert time.monotonic() - began < 60
        relief.cancel()
        assert caught.value.exit_code == 4
        assert PASSWORD not in str(caught.value)
        each.heal()
        _assert_whole_batches(each)
        each.load(Watch())
        _assert_like(each, undisturbed)


def test_a_slow_line_only_takes_longer(bench: Bench, undisturbed: Undisturbed) -> None:
    bench.be_patient(30)
    watch = Watch(lambda: bench.line.delay(2, words=3), after=1)
    bench.load(watch)
    assert bench.line.words == 0
    assert watch.told == []
    _assert_like(bench, undisturbed)


def test_a_long_statement_on_a_server_that_answers_is_not_given_up(
    bench: Bench, undisturbed: Undisturbed
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


def _turns(bench: Bench, benches: Benches, count: int, seed: int) -> Iterator[tuple[Bench, int]]:
    """Benches like this one, and the commit after which the fault strikes."""
    yield bench, 1
    chance = random.Random(seed)
    where = "TABLESPACE small" if bench.ask(_TABLESPACE) == [("small",)] else ""
    for turn in range(1, count):
        folder = bench.folder.parent / f"turn-{turn}"
        folder.mkdir()
        other = benches.new(bench.mode, folder, where)
        yield other, chance.randint(1, COMMITS)
        bench.server.ask(f"DROP DATABASE {other.database} WITH (FORCE)")


def _assert_like(bench: Bench, undisturbed: Undisturbed) -> None:
    assert left(bench.url) == undisturbed(bench.mode)
    project = Project.find(bench.folder)
    assert project.state().verify_ledger().broken is None
    project.close()
    newest = "SELECT id, status FROM migration.run ORDER BY id DESC LIMIT 1"
    ((number, status),) = bench.ask(newest)
    assert status == "done"
    assert bench.ask(f"SELECT count(*) FROM migration.batch WHERE closed IS NULL AND run = {number}") == [
        (0,)
    ]
    if bench.mode in ("full", "deep"):  # which are resumed
        assert bench.ask("SELECT count(*) FROM migration.run WHERE status <> 'done'") == [(0,)]


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
# Users who are gone are removed, offices stay and are marked.
_WHOLE = """
SELECT (SELECT count(*) FROM case_platform.{table}),
       (SELECT coalesce(sum(value::int * CASE key WHEN 'deleted' THEN -1 ELSE 1 END), 0)
          FROM migration.ledger, jsonb_each_text(tally)
         WHERE kind = 'batch' AND (entity = '{entity}' AND key = 'created'
               OR '{entity}' = 'user' AND (key = 'stubs' OR entity = 'user' AND key = 'deleted'))),
       (SELECT count(*) FROM migration.crosswalk WHERE entity = '{entity}' AND valid_to = 'infinity'
           AND NOT (entity = 'user' AND cause = 'vanished'))
"""
