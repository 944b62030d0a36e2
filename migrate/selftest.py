"""Whether a run on this machine survives being killed: at every commit that it makes, with signal 9.

    report = crash(scratch, server=None, clients=500, seed=1)

A sample of some hundred clients in SQLite is loaded three times, into databases of the test's own: once undisturbed;
once in processes of which each is killed just before a commit, one commit later than the one before it, so that the
next has to go on from there; and once in processes that die before the first, the second ... commit while they open the
run. At the end all three have to be the same.

scratch: an empty folder. server: URL of a PostgreSQL in which databases may be created; None: an embedded one. Nothing
else is touched, and the databases are dropped at the end. Raises Unreachable; Defect when a run ends otherwise than by
being killed.
"""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any

from psycopg import sql
from psycopg.pq import TransactionStatus
from sqlalchemy import URL, make_url

from migrate import postgres
from migrate.errors import Defect
from migrate.project import Project
from migrate.project.defects import cleaned, rebuilt, taken_apart
from migrate.project.moving import move
from migrate.project.settings import STATE_SCHEMA
from migrate.project.starting import settings_text, start

Killed = Callable[[int, int], None]
"""Called after every kill: how many there were, and about how many there will be."""

_PLATFORM = "case_platform"
_PATIENCE = 300  # seconds until a process that is neither killed nor done is given up


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that has to be the same after all kills. detail: what was compared, or where it differs."""

    name: str
    same: bool
    detail: str


@dataclass(frozen=True, slots=True)
class CrashReport:
    """What came of it.

    opening, moving:  processes killed while they opened the run, and after it.
    commits:          those that the undisturbed run made.
    """

    opening: int
    moving: int
    commits: int
    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """There were kills of both kinds, and everything is the same."""
        return (
            self.opening > 0
            and self.moving > 0
            and bool(self.checks)
            and all(check.same for check in self.checks)
        )


def crash(
    scratch: Path,
    *,
    server: URL | None = None,
    clients: int,
    seed: int,
    entities: tuple[str, ...] = (),
    killed: Killed = lambda count, about: None,
) -> CrashReport:
    """See the module. entities: move only these; none: all."""
    from migrate.sample import make

    make(f"sqlite:///{scratch / 'legacy.db'}", clients, seed)
    with _databases(scratch, server, "undisturbed", "opening", "moving") as urls:
        undisturbed, *mortal = (_project(scratch / name, url) for name, url in urls.items())
        commits = _lives(undisturbed, entities)
        opening = _die(mortal[0], entities, _DIED_OPENING, lambda count: killed(count, commits))
        moving = _die(mortal[1], entities, _DIED_MOVING, lambda count: killed(opening + count, commits))
        checks = (check for each in mortal for check in compared(undisturbed, each))
        return CrashReport(opening, moving, commits, tuple(checks))


# --- projects and their databases


@contextmanager
def _databases(scratch: Path, server: URL | None, *names: str) -> Iterator[dict[str, URL]]:
    """Databases that exist within the block, by name."""
    from migrate.embedded import embedded, stop

    url = server or make_url(embedded(scratch))
    made: dict[str, URL] = {}
    try:
        with postgres.connect(url, "case-migrate selftest", autocommit=True) as connection:
            for name in names:
                database = f"case_migrate_selftest_{os.getpid()}_{name}"
                with postgres.faults(f"create the database {database}"):
                    connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
                made[name] = url.set(database=database)
        yield made
    finally:
        with postgres.connect(url, "case-migrate selftest", autocommit=True) as connection:
            for each in made.values():
                drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
                connection.execute(drop.format(sql.Identifier(str(each.database))))
        if server is None:
            stop(scratch)


def _project(folder: Path, platform: URL) -> Project:
    """A project between the sample and a database, whose URL stands in a file of its own."""
    secret = "platform.secret"  # noqa: S105  # the name of a file
    settings = settings_text("sqlite:///../legacy.db", schema=None).replace('"embedded"', f'"file:{secret}"')
    list(start(folder, settings=settings.replace("batch_rows = 50000", "batch_rows = 5000")))
    (folder / secret).touch(mode=0o600)
    (folder / secret).write_text(platform.render_as_string(hide_password=False), encoding="utf-8")
    made = Project.find(folder)
    made.upgrade()
    made.accept_schema(
        "selftest"
    )  # written once by whoever comes first, and would shift the numbers of the commits
    return made


# --- lives and deaths


def _lives(project: Project, entities: tuple[str, ...]) -> int:
    """Load in one go; how many commits that took."""
    end = _life(project, entities, None, None)
    if not isinstance(end, int):
        raise Defect("the undisturbed run was killed by somebody else")
    return end


def _die(project: Project, entities: tuple[str, ...], when: str, killed: Callable[[int], None]) -> int:
    """Load in processes that die while they open the run, or after that; how many did."""
    deaths = 0
    while True:
        opening, moving = (deaths, None) if when == _DIED_OPENING else (None, min(deaths, 1))
        if _life(project, entities, opening, moving) != when:
            return deaths
        deaths += 1
        killed(deaths)


_DIED_OPENING, _DIED_MOVING = "opening", "moving"


def _life(project: Project, entities: tuple[str, ...], opening: int | None, moving: int | None) -> int | str:
    """One process: how it died, or how many commits it made to the end.

    opening, moving:  commits that it lives through while it opens the run, and after that; None: all.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["migrate.selftest", "migrate.run", "migrate.transform.vocabulary"])
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_mortal, args=(project.folder, entities, opening, moving, theirs))
    process.start()
    theirs.close()
    with ours:
        process.join(_PATIENCE)
        process.kill()
        process.join()
        told = []
        while ours.poll():
            try:
                told.append(ours.recv())
            except EOFError:
                break
    if process.exitcode == -signal.SIGKILL:
        return _DIED_MOVING if told else _DIED_OPENING
    last = told[-1] if told else None
    if isinstance(last, int):
        return last
    raise (
        rebuilt(*last)
        if isinstance(last, tuple)
        else Defect("a process of the selftest ended without a word")
    )


def _mortal(
    folder: Path, entities: tuple[str, ...], opening: int | None, moving: int | None, pipe: Pipe
) -> None:
    """In a process of its own: a run that dies. Tells when the run is open, and at the end."""
    postgres.CONNECTION = _Mortal
    _Mortal.left = opening
    try:
        with Project.find(folder).open_run("full", entities) as run:
            pipe.send("open")
            _Mortal.left = moving
            move(run, _Nobody())
        pipe.send(_Mortal.commits)
    except Exception as error:  # noqa: BLE001  # whatever it is, the parent decides
        pipe.send(taken_apart(cleaned(error)))


class _Mortal(postgres.Listening):
    """A connection whose process dies just before it commits, when the commits that were left to it are made.

    Only transactions count that have written something.
    """

    left: int | None = None
    commits = 0
    _one_at_a_time = threading.Lock()

    @contextmanager
    def transaction(self, *args: Any, **options: Any) -> Iterator[Any]:
        """See psycopg."""
        outermost = self.info.transaction_status == TransactionStatus.IDLE
        with super().transaction(*args, **options) as made:
            yield made
            if outermost and self.execute(_WROTE).fetchone() == (True,):
                self._count()

    @classmethod
    def _count(cls) -> None:
        with cls._one_at_a_time:
            cls.commits += 1
            if cls.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            if cls.left is not None:
                cls.left -= 1


class _Nobody:
    """Looks on and says nothing."""

    def stage(self, stage: object) -> None: ...

    def moved(self, tally: object) -> None: ...

    def notice(self, line: str) -> None: ...


# --- what has to be the same


def compared(one: Project, other: Project) -> Iterator[Check]:
    """The platforms of two projects, as they are after a run of each."""
    killed = other.folder.name
    for schema, what in ((_PLATFORM, "rows of the platform"), (STATE_SCHEMA, "what the state says of them")):
        left, right = _contents(one, schema), _contents(other, schema)
        differing = sorted(name for name in {*left, *right} if left.get(name) != right.get(name))
        rows = sum(count for count, _ in left.values())
        detail = f"differ: {', '.join(differing)}" if differing else f"{rows:,} rows in {len(left)} tables"
        yield Check(f"{killed}: {what}", not differing and rows > 0, detail)
    shapes = _shape(one), _shape(other)
    yield Check(f"{killed}: indexes and constraints", shapes[0] == shapes[1], f"{len(shapes[0])} of them")
    books = [state.status().runs[0].totals for state in (one.state(), other.state())]
    told = "read = created + rejected + ..., by entity"
    yield Check(f"{killed}: books of the run", books[0] == books[1], told)
    verified = other.state().verify_ledger()
    told = f"{verified.entries} entries" + (f", broken at {verified.broken}" if verified.broken else "")
    yield Check(f"{killed}: chain of the ledger", verified.broken is None, told)
    one.close()
    other.close()


def _contents(project: Project, schema: str) -> dict[str, tuple[int, str]]:
    """Table -> how many rows, and a hash over them without instants and numbers of runs."""
    with postgres.connect(project.platform_url(), "case-migrate selftest") as connection:
        found = {}
        for table, columns in connection.execute(_COLUMNS, [schema, schema == STATE_SCHEMA, list(_OF_ROWS)]):
            names = postgres.comma([sql.Identifier(name) for name in columns])  # type: ignore[attr-defined]
            query = sql.SQL(_HASHED).format(names, sql.Identifier(schema, str(table)))
            count, digest = connection.execute(query).fetchone() or (0, "")
            found[str(table)] = int(str(count)), str(digest)
        return found


def _shape(project: Project) -> list[tuple[object, ...]]:
    with postgres.connect(project.platform_url(), "case-migrate selftest") as connection:
        return connection.execute(_SHAPE, [_PLATFORM, _PLATFORM]).fetchall()


_OF_ROWS = ("crosswalk", "key_image", "exclusion", "quarantine", "natural_key")
_WROTE = "SELECT pg_current_xact_id_if_assigned() IS NOT NULL"
_COLUMNS = """
SELECT table_name, array_agg(column_name::text ORDER BY ordinal_position) FROM information_schema.columns
WHERE table_schema = %s AND table_name <> 'alembic_version'
  AND (NOT %s OR table_name = ANY(%s) AND data_type NOT LIKE 'timestamp%%' AND column_name NOT LIKE '%%run')
GROUP BY table_name
"""
_HASHED = """
SELECT count(*), encode(sha256(convert_to(coalesce(string_agg(x::text, E'\\n' ORDER BY x::text COLLATE "C"), ''),
       'UTF8')), 'hex') FROM (SELECT {} FROM {}) AS x
"""
_SHAPE = """
SELECT 'index', indexdef, TRUE FROM pg_indexes WHERE schemaname = %s
UNION ALL
SELECT conrelid::regclass::text, pg_get_constraintdef(oid), convalidated FROM pg_constraint
WHERE connamespace = %s::regnamespace ORDER BY 1, 2
"""
