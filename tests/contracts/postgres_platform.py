"""The platform of the contract suites in a real PostgreSQL."""

from typing import Any
from uuid import UUID

from sqlalchemy import create_engine, text
from sqlalchemy.schema import CreateSchema

from migrate.load import PostgresTarget
from migrate.state import State
from tests.contracts.outcomes import LAYOUT, PLATFORM, STUBS, SYSTEM

SCHEMA = "case_platform"


class PostgresPlatform:
    """State and target over a fresh database; `ask` for everything else."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = create_engine(url, hide_parameters=True, isolation_level="AUTOCOMMIT")
        with self.engine.connect() as connection:
            connection.execute(CreateSchema(SCHEMA))
        PLATFORM.create_all(self.engine.execution_options(schema_translate_map={None: SCHEMA}))
        self.state = State.open(url, system=SYSTEM)
        self.state.upgrade()
        self.target = PostgresTarget(self.state, LAYOUT, stubs=STUBS)

    def ask(self, statement: str, **values: object) -> list[Any]:
        with self.engine.connect() as connection:
            answer = connection.execute(text(statement), values)
            return list(answer.all()) if answer.returns_rows else []

    def content(self) -> dict[str, dict[bytes, dict[str, Any]]]:
        return {name: {row[table.key]: row for row in self._rows(name)} for name, table in LAYOUT.items()}

    def versions(self) -> dict[str, list[Any]]:
        return {name: self._versions(f"{SCHEMA}.{name}") for name in LAYOUT}

    def state_versions(self) -> dict[str, list[Any]]:
        """The same for what the state knows of keys."""
        tables = ("crosswalk", "key_image", "exclusion", "natural_key")
        return {name: self._versions(f"migration.{name}") for name in tables}

    def _versions(self, table: str) -> list[Any]:
        return sorted(map(tuple, self.ask(f"SELECT t::text, xmin::text, ctid::text FROM {table} AS t")))

    def _rows(self, name: str) -> list[dict[str, Any]]:
        with self.engine.connect() as connection:
            rows = connection.execute(text(f"SELECT * FROM {SCHEMA}.{name}")).mappings().all()
        return [{key: v.bytes if isinstance(v, UUID) else v for key, v in row.items()} for row in rows]

    def empty(self) -> None:
        """As after the upgrade; the session's role keeps the ledger's guard from firing."""
        self.target.close()  # fencing numbers start again
        state = self.ask(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'migration' AND tablename <> 'alembic_version'"
        )
        tables = [f"{SCHEMA}.{name}" for name in LAYOUT] + [f"migration.{name}" for (name,) in state]
        self.ask(
            f"SET session_replication_role = replica; TRUNCATE {', '.join(tables)} RESTART IDENTITY; RESET ALL"
        )

    def close(self) -> None:
        self.target.close()
        self.state.close()
        self.engine.dispose()
