"""The drill itself: copies, faults, two reconciliations, and what they caught."""

import re
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc
from psycopg import sql

from migrate.drilling.faults import Planted, plant
from migrate.drilling.mutations import Mutant, mutants, mutated
from migrate.errors import Refused
from migrate.postgres import connect, faults, names
from migrate.project import Project
from reconciliation.score import SCORE, ClassScore, Score

if TYPE_CHECKING:
    from sqlalchemy import URL

    from migrate.mapping import Mappings
    from reconciliation.folder import Folder

SEARCHED = ("rows",)
"""The check that says where a difference is; a fault is caught only if it is told with its row and column."""

Notice = Callable[[str], None]


@dataclass(frozen=True)
class _OnCopy(Project):
    """The project, with a copy of its platform; what it writes stays in the folder of the drill."""

    copy: "URL | None" = None
    wrong: "Mappings | None" = field(default=None, repr=False)

    @property
    def hidden(self) -> Path:
        """Where evidence of the drill lies until it is scored."""
        path = self.folder / ".migrate" / "drill"
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return path

    def platform_url(self) -> "URL":
        """The copy."""
        assert self.copy is not None
        return self.copy

    @cached_property
    def _mappings(self) -> "Mappings":
        return self.wrong if self.wrong is not None else super()._mappings


def drill(
    project: Project,
    *,
    faults: int = 3,
    mutations: int = 1,
    seed: int = 1,
    notice: Notice = lambda line: None,
) -> Score:
    """Plant faults, ask the reconciliation, and keep the score in the project.

    faults, mutations:  of each class; 0 leaves that half out.
    Raises Refused where the platform cannot be copied, with what would allow it.
    """
    results: dict[str, list[tuple[str, bool]]] = defaultdict(list)
    idle: list[str] = []
    unplanted: list[str] = []
    try:
        if faults:
            _rows(project, faults, seed, results, unplanted, notice)
        if mutations:
            _mapping(project, mutations, seed, results, idle, notice)
    finally:
        shutil.rmtree(project.hidden / "drill", ignore_errors=True)
    classes = {kind: _scored(found) for kind, found in results.items()}
    score = Score(
        datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), seed, classes, tuple(idle), tuple(unplanted)
    )
    score.keep(project.hidden / SCORE)
    return score


def _scored(found: Sequence[tuple[str, bool]]) -> ClassScore:
    return ClassScore(
        len(found), sum(caught for _, caught in found), tuple(place for place, caught in found if not caught)
    )


# --- single faults


def _rows(
    project: Project,
    many: int,
    seed: int,
    results: dict[str, list[tuple[str, bool]]],
    unplanted: list[str],
    notice: Notice,
) -> None:
    layout, schema = project.layout(), project.settings.platform.schema_name
    with _copied(project, "faults", notice) as copy:
        with (
            connect(copy.platform_url(), "case-migrate drill") as connection,
            faults("plant faults in the copy"),
        ):
            cursor = connection.cursor()
            planted, missing = plant(cursor, schema, layout, _tables(project), per_class=many, seed=seed)
        unplanted += missing
        notice(f"{len(planted)} faults planted; reconciling the copy")
        found = _found(copy, notice)
    for each in planted:
        results[each.kind].append(
            (f"{each.table}{'.' if each.column else ''}{each.column}", _caught(each, found))
        )


def _tables(project: Project) -> list[str]:
    """The platform tables that are compared."""
    from reconciliation.compare import read

    compared = read(project.mappings_folder, project.layout()).values()
    return list(dict.fromkeys(pair.table for comparison in compared for pair in comparison.pairs))


def _caught(planted: Planted, found: "_Found") -> bool:
    """Whether one of its rows is told, and where a value was changed, with its column."""
    ids = set(planted.ids)
    return any(
        line["id"] in ids and (not planted.column or line["column"] in (planted.column, ""))
        for line in found.lines
    )


# --- a wrong mapping


def _mapping(
    project: Project,
    many: int,
    seed: int,
    results: dict[str, list[tuple[str, bool]]],
    idle: list[str],
    notice: Notice,
) -> None:
    from migrate.project.project import platform_codes

    layout = project.layout()
    changes = mutants(project.mappings(), layout, platform_codes(), per_class=many, seed=seed)
    wrong = mutated(project.mappings(), changes)
    with _copied(project, "mapping", notice, wrong) as copy:
        before = [_sum(copy, each) for each in changes]
        notice(f"loading the copy again by {len(changes)} wrong table maps")
        _load(copy, tuple(dict.fromkeys(each.entity for each in changes)), notice)
        worked = [each for each, was in zip(changes, before, strict=True) if _sum(copy, each) != was]
        notice(f"{len(worked)} of them changed something; reconciling the copy")
        found = _found(copy, notice)
    idle += [f"{each.kind}: {each.told}" for each in changes if each not in worked]
    for each in worked:
        results[each.kind].append((each.told, _seen(each, found)))


def _load(copy: Project, entities: tuple[str, ...], notice: Notice) -> None:
    from decimal import Decimal

    from migrate.project.moving import move

    with copy.open_run("full", entities, notice, max_vanished=Decimal(1)) as run:
        move(run, _Silent())


class _Silent:
    """Looks on and says nothing."""

    def stage(self, stage: object) -> None:
        """A stage begins."""

    def moved(self, tally: object) -> None:
        """A batch was committed."""

    def notice(self, line: str) -> None:
        """Something passing is waited for."""


def _sum(copy: Project, mutant: Mutant) -> object:
    """What the platform holds in the columns that come out wrong, in one figure."""
    told = copy.layout()[mutant.wrong.into]
    columns = [sql.Identifier(name) for name in mutant.columns]
    texts = [
        sql.SQL("coalesce({}::text, '')").format(column) for column in (sql.Identifier(told.key), *columns)
    ]
    query = sql.SQL("SELECT count(*), coalesce(sum(hashtextextended({}, 0)), 0) FROM {}").format(
        sql.SQL(" || '|' || ").join(texts), names(copy.settings.platform.schema_name, told.name)
    )
    with connect(copy.platform_url(), "case-migrate drill") as connection, faults("look at the copy"):
        return connection.execute(query).fetchone()


def _seen(mutant: Mutant, found: "_Found") -> bool:
    """Whether a difference of that table map, in one of its columns, is told."""
    mine = [
        line for line in found.lines if line["entity"] == mutant.entity and line["table"] == mutant.wrong.into
    ]
    return any(line["column"] in mutant.columns for line in mine) if mutant.columns else bool(mine)


# --- both


@dataclass(frozen=True, slots=True)
class _Found:
    """The differences that a reconciliation of a copy counts."""

    lines: tuple[dict[str, Any], ...]


def _found(copy: Project, notice: Notice) -> _Found:
    from migrate.judging import evidence_root, judge
    from reconciliation.folder import Folder

    summary = judge(copy, checks=SEARCHED, notice=lambda line: notice(f"  check {line}"))
    return _Found(tuple(_counting(Folder.open(evidence_root(copy), summary.name))))


def _counting(folder: "Folder") -> Iterator[dict[str, Any]]:
    """The differences that count; `table` is the platform's, by the name of the subject."""
    lines = folder.all_differences()
    counting = lines.filter(pc.equal(lines.column("look"), "out_of_sync"))
    for line in counting.select(["entity", "subject", "id", "column"]).to_pylist():
        yield {**line, "table": re.split(r"[. ]", line["subject"])[0]}


@contextmanager
def _copied(
    project: Project, name: str, notice: Notice, wrong: "Mappings | None" = None
) -> "Iterator[_OnCopy]":
    """A copy of the platform's database, dropped at the end."""
    url = project.platform_url()
    project.close()
    copy = f"{url.database}_drill_{name}"
    notice(f"copying the platform for {name}")
    with _admin(url) as connection:
        _drop(connection, copy)
        _make(connection, copy, str(url.database))
    try:
        on_copy = _OnCopy(
            project.folder, project.settings, project.text, project.readers, url.set(database=copy), wrong
        )
        yield on_copy
        on_copy.close()
    finally:
        with _admin(url) as connection:
            _drop(connection, copy)


@contextmanager
def _admin(url: "URL") -> "Iterator[Any]":
    """A session beside the platform's own database, in which databases can be made."""
    with connect(url.set(database="postgres"), "case-migrate drill", autocommit=True) as connection:
        yield connection


def _make(connection: Any, copy: str, of: str) -> None:
    import psycopg

    try:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(copy), sql.Identifier(of))
        )
    except psycopg.Error as error:
        state = error.sqlstate
        why = {
            "55006": "somebody else has a session on the platform",
            "42501": "the role may not make databases, or not copy this one",
        }.get(state or "", f"the server refused it (SQLSTATE {state})")
        refused = Refused(
            "the platform cannot be copied for a drill",
            why=why,
            remedy="restore a copy of the platform on another server, name it in a project of its own, and drill there",
        )
    else:
        return
    raise refused


def _drop(connection: Any, copy: str) -> None:
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(copy)))
