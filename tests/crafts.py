"""A small legacy world and its platform, for random journeys: makers, crafts with parts and notes, and pairs of crafts.

It has one of everything that an engine can get wrong: an entity that others refer to (and that is stood in for), an
entity that refers to its own kind by two fields, a member with twins and an inner reference, a second-level member,
an entity that refers to another in two ways. `Legacy` is its content as plain rows; `oracle` (tests/crafts_oracle.py)
says what has to become of them.

    world = World(url); world.source(legacy); world.load(batch_rows=3) -> books; world.platform()
"""

import random
import sqlite3
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ForeignKey, Index, MetaData, String, Table, Text, Uuid, create_engine, text
from sqlalchemy.schema import CreateSchema

from migrate.extract import connect
from migrate.load import PostgresTarget, Stub
from migrate.mapping import Mappings, load
from migrate.model import Layout, Tally
from migrate.platform.layout import describe
from migrate.run import Parts, Run, start
from migrate.state import State
from migrate.transform.vocabulary import vocabulary

SYSTEM = "crafts"
_SCHEMA = "case_platform"
_NAMES = {"pk": "pk_%(table_name)s", "fk": "fk_%(table_name)s__%(column_0_N_name)s"}
_PLATFORM = MetaData(naming_convention=_NAMES)
_MARK_TEXTS = (
    "root_entity", "table_name", "column_name", "kind", "rule", "original_value", "source_table", "source_key",
    "work_item_status",
)  # fmt: skip


def _id(name: str, to: str = "", *, needed: bool = False) -> Column[Any]:
    waits = to.startswith("part.")  # as on the case platform: a row of the same aggregate
    key = ForeignKey(to, deferrable=waits or None, initially="IMMEDIATE" if waits else None)
    return Column(name, Uuid, *([key] if to else []), nullable=not needed)


Table(
    "account", _PLATFORM, Column("account_id", Uuid, primary_key=True),
    Column("login", String(20), nullable=False), Column("status", String(10), nullable=False),
    info={"root": "account", "root_id": "account_id"},
)  # fmt: skip
Table(
    "craft", _PLATFORM, Column("craft_id", Uuid, primary_key=True),
    Column("name", String(6), nullable=False), Column("kind", String(10)), Column("serial", Text),
    _id("parent_id", "craft.craft_id"), _id("model_id", "craft.craft_id"), _id("maker_id", "account.account_id"),
    info={"root": "craft", "root_id": "craft_id"},
)  # fmt: skip
Table(
    "part", _PLATFORM, Column("part_id", Uuid, primary_key=True),
    _id("craft_id", "craft.craft_id", needed=True), Column("label", String(5), nullable=False),
    _id("before_id", "part.part_id"),
    Index("ix_part__craft_id", "craft_id"), info={"root": "craft", "root_id": "craft_id"},
)  # fmt: skip
Table(
    "note", _PLATFORM, Column("note_id", Uuid, primary_key=True),
    _id("craft_id", "craft.craft_id", needed=True), Column("body", Text), _id("part_id", "part.part_id"),
    Index("ix_note__craft_id", "craft_id"), info={"root": "craft", "root_id": "craft_id"},
)  # fmt: skip
Table(
    "pair", _PLATFORM, Column("pair_id", Uuid, primary_key=True),
    _id("craft_id", "craft.craft_id", needed=True), _id("other_id", "craft.craft_id"),
    info={"root": "pair", "root_id": "pair_id"},
)  # fmt: skip
Table(
    "quality_mark", _PLATFORM, Column("quality_mark_id", Uuid, primary_key=True),
    _id("root_id", needed=True), _id("row_id", needed=True),
    *(Column(name, Text) for name in _MARK_TEXTS),
    Index("ix_quality_mark__root_id", "root_id"), info={"root": "*", "root_id": "root_id"},
)  # fmt: skip

LAYOUT: Layout = {table.name: describe(table) for table in _PLATFORM.sorted_tables}

MAPPINGS = {
    "maker.yaml": """\
entity: maker
root: {table: MAKER}
changes: {stamps: [LAST_UPD, DB_LAST_UPD], version: MODIFICATION_NUM}
tables:
  account:
    from: MAKER
    fields: {login: LOGIN, status: {value: ACTIVE}}
""",
    "craft.yaml": """\
entity: craft
root: {table: CRAFT}
after: [maker]
changes: {stamps: [LAST_UPD, DB_LAST_UPD], version: MODIFICATION_NUM}
members:
  PART: {by: CRAFT_ID, twins: [CRAFT_ID, NUM]}
  NOTE: {by: PART_ID, via: PART.ROW_ID}
excluded:
  trial: {where: {TRIAL: Y}, reason: not a craft}
natural:
  serial: {from: SERIAL, do: [trim]}
tables:
  craft:
    from: CRAFT
    fields:
      name: {from: NAME, do: [trim]}
      kind: {from: KIND, code: kind}
      serial: SERIAL
      parent_id: {from: PARENT, ref: craft}
      model_id: {from: MODEL, ref: craft}
      maker_id: {from: MAKER_ID, ref: maker, else: stub}
  part:
    from: PART
    fields:
      label: LABEL
      before_id: {from: BEFORE_ID, row: part, else: flag}
  note:
    from: NOTE
    fields:
      body: BODY
      part_id: {from: PART_ID, row: part, else: flag}
rules:
  serial_contested: {contested: {natural: serial}, else: reject}
""",
    "pair.yaml": """\
entity: pair
root: {table: PAIR}
vanished: remove
after: [craft]
changes: {stamps: [LAST_UPD, DB_LAST_UPD], version: MODIFICATION_NUM}
tables:
  pair:
    from: PAIR
    fields:
      craft_id: {from: CRAFT_ID, ref: craft, class: A, required: true}
      other_id: {from: OTHER_ID, ref: craft, else: flag}
""",
    "codes/kind.csv": """\
parent,value,language,code,equivalence,status,author,reviewer,date,note
,Boat,,BOAT,exact,approved,ann,ben,2026-01-01,
,Bateau,,BOAT,exact,approved,ann,ben,2026-01-01,
""",
}

_KINDS = {
    "ROW_ID": "VARCHAR(200) PRIMARY KEY NOT NULL",
    "LAST_UPD": "TIMESTAMP",
    "DB_LAST_UPD": "TIMESTAMP",
    "MODIFICATION_NUM": "NUMERIC(10, 0)",
}
STAMPS = ("LAST_UPD", "DB_LAST_UPD", "MODIFICATION_NUM")
"""What every row has beside; the tests that do not care leave them empty."""

COLUMNS = {
    "MAKER": ("ROW_ID", "LOGIN", *STAMPS),
    "CRAFT": ("ROW_ID", "NAME", "KIND", "SERIAL", "TRIAL", "PARENT", "MODEL", "MAKER_ID", *STAMPS),
    "PART": ("ROW_ID", "CRAFT_ID", "NUM", "LABEL", "BEFORE_ID", "CONFLICT_ID", *STAMPS),
    "NOTE": ("ROW_ID", "PART_ID", "BODY", *STAMPS),
    "PAIR": ("ROW_ID", "CRAFT_ID", "OTHER_ID", *STAMPS),
}

Row = Mapping[str, str | None]
Legacy = dict[str, dict[str, Row]]
"""Table -> ROW_ID -> the other columns."""


@dataclass(frozen=True)
class Books:
    """What a load left behind, as plain values."""

    entities: dict[str, dict[str, int]]
    rows_written: int
    rows: dict[str, dict[str, dict[str, str | None]]]  # table -> id -> columns; ids as text
    quarantine: set[
        tuple[str | None, ...]
    ]  # entity, key, scope, state, table, row_id, column, rule, needs_key
    excluded: set[tuple[str, ...]]
    crosswalk: set[tuple[str, ...]]  # entity, key, id of the current lines


@dataclass
class World:
    """A legacy database in a file and a platform in PostgreSQL."""

    url: str
    folder: Path
    mappings: Mappings = field(init=False)

    def __post_init__(self) -> None:
        self.engine = create_engine(self.url, hide_parameters=True, isolation_level="AUTOCOMMIT")
        with self.engine.connect() as connection:
            connection.execute(CreateSchema(_SCHEMA))
        _PLATFORM.create_all(self.engine.execution_options(schema_translate_map={None: _SCHEMA}))
        self.state = State.open(self.url, system=SYSTEM)
        self.state.upgrade()
        for name, content in MAPPINGS.items():
            file = self.folder / "mappings" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content)
        self.mappings = load(self.folder / "mappings", vocabulary=vocabulary(), layout=LAYOUT)
        self.legacy = self.folder / "legacy.db"
        stubs = {"maker": Stub("account", {"login": "{key}", "status": "FORMER"})}
        fills = {entity: mapping.into for entity, mapping in self.mappings.items()}
        self.target = PostgresTarget(self.state, LAYOUT, stubs=stubs, fills=fills)

    def write(self, legacy: Legacy) -> None:
        """The legacy database, made anew; rows in no particular order."""
        self.legacy.unlink(missing_ok=True)
        with sqlite3.connect(self.legacy) as database:
            for table, columns in COLUMNS.items():
                kinds = ", ".join(f"{c} {_KINDS.get(c, 'VARCHAR(200)')}" for c in columns)
                database.execute(f"CREATE TABLE {table} ({kinds})")
                rows = [(key, *(row.get(c) for c in columns[1:])) for key, row in legacy[table].items()]
                database.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(columns))})", rows)
        database.close()

    @contextmanager
    def opened(self, batch_rows: int, mode: str = "full") -> Iterator[Run]:
        """A run, new or resumed."""
        source = connect(f"sqlite:///{self.legacy}")
        with ExitStack() as stack:
            stack.callback(source.close)
            lease = stack.enter_context(self.state.lease("tests"))
            parts = Parts(source, self.state, self.target, self.mappings, LAYOUT)
            run = start(parts, lease, batch_rows=batch_rows, mode=mode)
            stack.callback(run.close)
            yield run

    def load(
        self, mode: str = "full", *, batch_rows: int = 50_000, workers: int = 1, shuffle: int | None = None
    ) -> Books:
        """One run, or what is left of one."""
        with self.opened(batch_rows, mode) as run:
            _move(run, workers, shuffle)
            run.release()
            summary = run.finish()
        assert summary.balanced
        return self.books(summary.entities)

    def undo(self) -> None:
        """Take the newest run back."""
        ((number,),) = self._ask("SELECT max(id) FROM migration.run")
        with self.state.lease("tests") as lease:
            self.target.undo(self.state.undoable(lease, number), reason="tests")

    def shape(self) -> list[Any]:
        """Indexes and constraints of the platform."""
        return [
            sorted(self._ask(f"SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = '{_SCHEMA}'")),
            sorted(
                self._ask(
                    "SELECT conrelid::regclass::text, conname, convalidated FROM pg_constraint"
                    f" WHERE connamespace = '{_SCHEMA}'::regnamespace"
                )
            ),
        ]

    def books(self, entities: dict[str, Tally]) -> Books:
        told = {entity: {k: v for k, v in asdict(tally).items() if v} for entity, tally in entities.items()}
        return Books(
            told,
            sum(tally.rows_written for tally in entities.values()),
            {name: self._rows(name, table.key) for name, table in LAYOUT.items()},
            set(self._ask("SELECT entity, key, scope, state, table_name, row_id, column_name, rule, needs_key"
                          " FROM migration.quarantine WHERE state <> 'released'")),
            set(self._ask("SELECT entity, key, table_name, row_id, rule FROM migration.exclusion")),
            set(self._ask("SELECT entity, key, id::text FROM migration.crosswalk WHERE valid_to = 'infinity'")),
        )  # fmt: skip

    def versions(self) -> list[Any]:
        """Every row of the platform and of what the state knows of keys, with its version: any write changes it."""
        tables = [f"{_SCHEMA}.{name}" for name in LAYOUT]
        tables += [f"migration.{name}" for name in ("crosswalk", "key_image", "exclusion", "natural_key")]
        return [
            sorted(self._ask(f"SELECT t::text, xmin::text, ctid::text FROM {table} AS t")) for table in tables
        ]

    def empty(self) -> None:
        """As after the upgrade; the session's role keeps the ledger's guard from firing."""
        self.target.close()  # fencing numbers start again
        state = self._ask(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'migration' AND tablename <> 'alembic_version'"
        )
        tables = [f"{_SCHEMA}.{name}" for name in LAYOUT] + [f"migration.{name}" for (name,) in state]
        with self.engine.connect() as connection:
            for statement in (
                "SET session_replication_role = replica",
                f"TRUNCATE {', '.join(tables)} RESTART IDENTITY",
                "RESET session_replication_role",
            ):
                connection.execute(text(statement))

    def close(self) -> None:
        self.target.close()
        self.state.close()
        self.engine.dispose()

    def _rows(self, name: str, key: str) -> dict[str, dict[str, str | None]]:
        with self.engine.connect() as connection:
            rows = connection.execute(text(f"SELECT * FROM {_SCHEMA}.{name}")).mappings().all()
        plain = [{c: str(v) if isinstance(v, UUID) else v for c, v in row.items()} for row in rows]
        return {str(row[key]): {c: v for c, v in row.items() if c != key} for row in plain}

    def _ask(self, statement: str) -> list[tuple[Any, ...]]:
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(statement))]


def _move(run: Run, workers: int, shuffle: int | None) -> None:
    """Stages in order; the slices of a stage in any order, by one or several threads."""
    for stage in run.stages:
        slices = list(stage.slices)
        if shuffle is not None:
            random.Random(shuffle).shuffle(slices)
        if workers == 1:
            for piece in slices:
                run.move(piece)
        else:
            with ThreadPoolExecutor(workers) as pool:
                list(pool.map(run.move, slices))
