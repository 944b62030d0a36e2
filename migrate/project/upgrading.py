"""Both schemas of the platform's database, brought up to date one after the other."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from sqlalchemy import URL, Connection, Engine, create_engine

from migrate.platform.upgrading import Upgrade, upgrade_schema
from migrate.platform.upgrading import upgrade as upgrade_platform
from migrate.project.settings import STATE_SCHEMA
from migrate.state.store import REVISIONS


def upgrade(url: URL, schema: str, *, dry_run: bool = False) -> tuple[Upgrade, ...]:
    """Upgrade the platform's schema, then the state's. With `dry_run` each is done and undone: nothing stays."""
    engine = create_engine(url, hide_parameters=True)
    try:
        through = cast("Engine", _Rehearsal(engine)) if dry_run else engine
        return upgrade_platform(through, schema), upgrade_schema(through, STATE_SCHEMA, REVISIONS)
    finally:
        engine.dispose()


class _Rehearsal:
    """In the place of an engine: its transactions do everything and keep nothing."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction that is rolled back at the end."""
        with self._engine.connect() as connection, connection.begin() as transaction:
            yield connection
            transaction.rollback()
