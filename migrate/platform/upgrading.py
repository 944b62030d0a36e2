"""Bring a schema of a PostgreSQL database to the newest revision.

    upgrade(engine, "case_platform")                 the case platform, its code tables included
    upgrade_schema(engine, "migration", folder)      any other schema with a folder of Alembic revisions

Both run in one transaction under a lock of the database: two callers at once wait for each other, and a failure
leaves everything as it was. Revisions run with the schema as their search path, so that their statements name no
schema; Alembic's version table lives in the schema itself. Revisions only go forward.

Raises Drift when the schema holds a revision that this version of the program does not know, and Unreachable when
the database cannot be reached or a right is missing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext, MigrationStep
from alembic.script import Script, ScriptDirectory
from alembic.script.revision import RevisionError
from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.schema import CreateSchema

from migrate.errors import Drift, Unreachable
from migrate.platform import CODE_LISTS, code_table
from migrate.platform.codes import codes
from migrate.platform.versions import VERSIONS

ENVIRONMENT = Path(__file__).with_name("revisions")
RIGHT_MISSING = "42501"  # SQLSTATE insufficient_privilege


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What an upgrade did to a schema.

    before, after:  revisions; before is None where the schema was empty.
    steps:          the revisions that ran, in order, each as `<revision> <what it did>`.
    codes:          how many rows of code tables were added or corrected.
    """

    schema: str
    before: str | None
    after: str
    steps: tuple[str, ...]
    codes: int = 0

    @property
    def changed(self) -> bool:
        """Whether anything was written."""
        return bool(self.steps or self.codes)


def upgrade(engine: Engine, schema: str) -> Upgrade:
    """Create the case platform in `schema`, or bring it and its code tables up to date."""
    with _locked(engine, schema) as connection:
        before, after, steps = _run(connection, schema, VERSIONS)
        return Upgrade(schema, before, after, steps, _write_codes(connection, schema))


def upgrade_schema(engine: Engine, schema: str, versions: Path) -> Upgrade:
    """Create `schema`, or bring it to the newest of the revisions in the folder `versions`."""
    with _locked(engine, schema) as connection:
        return Upgrade(schema, *_run(connection, schema, versions))


@contextmanager
def _locked(engine: Engine, schema: str) -> Iterator[Connection]:
    """A transaction in which nobody else upgrades `schema`, and unqualified names mean tables of `schema`."""
    try:
        with engine.begin() as connection:
            lock = text("SELECT pg_advisory_xact_lock(hashtextextended('upgrade of schema ' || :schema, 0))")
            connection.execute(lock, {"schema": schema})
            _create(connection, schema)
            connection.execute(
                text("SELECT set_config('search_path', quote_ident(:schema), true)"), {"schema": schema}
            )
            yield connection
    except DBAPIError as error:
        raise _explained(error, schema) from error


def _create(connection: Connection, schema: str) -> None:
    """Asked for first: a role may upgrade a schema that it was given without the right to create one."""
    known = connection.scalar(
        text("SELECT count(*) FROM pg_namespace WHERE nspname = :name"), {"name": schema}
    )
    if not known:
        connection.execute(CreateSchema(schema))


def _run(connection: Connection, schema: str, versions: Path) -> tuple[str | None, str, tuple[str, ...]]:
    """Run what is missing; returns the revision before, the revision after, and the steps between."""
    revisions = ScriptDirectory(str(ENVIRONMENT), version_locations=[str(versions)])
    head = revisions.get_current_head()
    assert head is not None, f"no revision in {versions.name}"
    context = MigrationContext.configure(connection, opts={"version_table_schema": schema})
    before = context.get_current_revision()
    todo = _todo(revisions, schema, before, head)
    if todo:
        steps = [MigrationStep.upgrade_from_script(revisions.revision_map, revision) for revision in todo]
        config = Config(attributes={"connection": connection, "schema": schema})
        with EnvironmentContext(config, revisions, fn=lambda _revision, _context: steps):
            revisions.run_env()
    return before, head, tuple(f"{revision.revision} {revision.doc}" for revision in todo)


def _todo(revisions: ScriptDirectory, schema: str, before: str | None, head: str) -> list[Script]:
    """The revisions after `before` up to `head`, oldest first."""
    try:
        return list(revisions.iterate_revisions(head, before))[::-1]
    except RevisionError as error:
        raise Drift(
            f"schema {schema} is at revision {before}, which this version of the program does not know",
            why=f"the newest revision known here is {head}; a newer program has upgraded the schema",
            remedy="install that newer version, or restore the schema from before its upgrade",
        ) from error


def _write_codes(connection: Connection, schema: str) -> int:
    """Add or correct the rows of the code tables; rows that are right are not touched. Returns how many were."""
    return sum(_write_list(connection, schema, code_list) for code_list in CODE_LISTS)


def _write_list(connection: Connection, schema: str, code_list: str) -> int:
    table = code_table(code_list, schema)
    there = {tuple(row) for row in connection.execute(select(table))}
    wrong = [
        dict(zip(table.columns.keys(), row, strict=True)) for row in _rows(code_list) if row not in there
    ]
    if wrong:
        new = insert(table)
        corrections = {
            column.name: new.excluded[column.name] for column in table.columns if not column.primary_key
        }
        connection.execute(new.on_conflict_do_update(constraint=table.primary_key, set_=corrections), wrong)
    return len(wrong)


def _rows(code_list: str) -> Iterator[tuple[str, str, str, bool, int]]:
    return (astuple(code) for code in codes(code_list))


def _explained(error: DBAPIError, schema: str) -> Exception:
    """What a person can do about it. The server's own text may hold values and stays out of the message."""
    state = getattr(error.orig, "sqlstate", None)
    if state == RIGHT_MISSING:
        return Unreachable(
            f"schema {schema} cannot be upgraded",
            why="the role of the platform's URL may not create or change it",
            remedy=f"as the owner of the database: GRANT CREATE ON DATABASE, or make the role owner of {schema}",
        )
    if isinstance(error, OperationalError):
        return Unreachable(
            "the platform database cannot be reached",
            why=_why(error, state),
            remedy="check platform.url, and that the server runs and lets the role in",
        )
    return error


def _why(error: DBAPIError, state: str | None) -> str:
    if state:
        return f"SQLSTATE {state}"
    answered = "FATAL" in str(error.orig)  # a refused connection carries no SQLSTATE
    return (
        "the server refused: role, password, database or client address"
        if answered
        else "no server answers there"
    )
