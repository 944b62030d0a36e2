"""dlt and Sling keeping a copy in step, as their documentation has it: by LAST_UPD, merged by ROW_ID.

In: a legacy database and an empty PostgreSQL one. Out, of each turn: the seconds that it took and what it missed, row
by row against the source: rows that are other there or missing here, and rows that are gone there and still here.

Only the tables and columns that the mappings read are copied, unmapped. Each runs as a process of its own, like our
runs; the start of a program counts for all alike.
"""

import csv
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import psycopg
from psycopg import sql

from bench.measure import version, watch
from bench.places import Place
from bench.rivals import DLT, PATIENCE, QUIET, sling_postgres, sling_program
from bench.yardstick import Columns, plain

STAMP, KEY = "LAST_UPD", "ROW_ID"
MERGE = (sys.executable, str(Path(__file__).with_name("dlt_merge.py")))

Lines = list[dict[str, str]]
"""Of the record of the officers' work (`migrate.sample.aging.record`)."""


@dataclass(frozen=True)
class Turn:
    """One run of a rival. failure: why there is none; missed: rows by why a watermark does not see them."""

    rival: str
    version: str
    what: str
    seconds: float = 0.0
    memory: float = 0.0  # MiB
    failure: str = ""
    missed: dict[str, int] | None = None


@dataclass
class Follower:
    """A rival and its copy. folder: where it keeps what it knows from turn to turn."""

    name: str
    source: str
    target: str
    columns: Columns
    folder: Path

    def turn(self, what: str, lines: Lines = ()) -> Turn:  # type: ignore[assignment]  # nothing is missed by the first
        """Run it once more; count what it missed of these lines."""
        hello = (*DLT, "--version") if self.name == "dlt" else (sling_program(), "--version")
        known = version(*hello)
        if not known:
            return Turn(self.name, "", what, failure="missing on this machine")
        command, told = self._dlt() if self.name == "dlt" else self._sling()
        home = {"HOME": str(self.folder), "DLT_DATA_DIR": str(self.folder)}
        done = watch(command, {**os.environ, **QUIET, **home, **told}, self.folder, PATIENCE)
        if done.code:
            print(f"{self.name}: {done.said}", file=sys.stderr)
            return Turn(self.name, known, what, failure=f"ended with code {done.code}")
        missed = missing(lines, self.source, self.target, self.columns)
        return Turn(self.name, known, what, done.seconds, done.memory, missed=missed)

    def _dlt(self) -> tuple[list[str], dict[str, str]]:
        source, target = Place.of(self.source), Place.of(self.target)
        origin = f"postgresql+psycopg://{source.user}@/{source.name}?host={source.socket}"
        into = f"postgresql://{target.user}:dlt-insists-on-one@localhost/{target.name}?host={target.socket}"
        wanted = self.folder / "columns.json"
        wanted.write_text(json.dumps(self.columns))
        return [*MERGE, str(wanted)], {"BENCH_SOURCE": origin, "BENCH_TARGET": into}

    def _sling(self) -> tuple[list[str], dict[str, str]]:
        source, target = Place.of(self.source), Place.of(self.target)
        replication = {
            "source": "ORIGIN",
            "target": "INTO",
            "defaults": {
                "mode": "incremental",
                "primary_key": [KEY],
                "update_key": STAMP,
                "object": "copied.{stream_table}",
            },
            "streams": {f"public.{table}": {"select": list(names)} for table, names in self.columns.items()},
        }
        (self.folder / "replication.json").write_text(json.dumps(replication))
        command = [sling_program(), "run", "-r", str(self.folder / "replication.json")]
        return command, {"ORIGIN": sling_postgres(source), "INTO": sling_postgres(target)}


def followers(source: str, targets: tuple[str, str], columns: Columns, folder: Path) -> list[Follower]:
    """Dlt and Sling, each with a target and a folder of its own."""
    found = []
    for name, target in zip(("dlt", "Sling"), targets, strict=True):
        home = folder / name
        home.mkdir()
        found.append(Follower(name, source, target, columns, home))
    return found


def with_stamps(columns: Columns) -> Columns:
    """The columns with the key, the stamp and the number that every change by an officer moves."""
    return {
        table: tuple(sorted({*names, KEY, STAMP, "MODIFICATION_NUM"})) for table, names in columns.items()
    }


# --- what was missed --------------------------------------------------------------------------------------------------


def missing(lines: Lines, source: str, target: str, columns: Columns) -> dict[str, int]:
    """Rows that the record names and the copy has otherwise than the source, by why a watermark does not see them."""
    wanted: dict[tuple[str, str], str] = {}
    for line in lines:
        if line["table"] in columns:
            wanted[line["table"], line["row_id"]] = reason(line)
    wrong: Counter[str] = Counter()
    for table in {table for table, _ in wanted}:
        keys = [row for name, row in wanted if name == table]
        there = dict(_rows(source, table, keys, columns[table], like_rival=False))
        here = dict(_rows(target, table, keys, columns[table], like_rival=True))
        wrong.update(wanted[table, key] for key in keys if there.get(key) != here.get(key))
    return dict(wrong)


def reason(line: dict[str, str]) -> str:
    """Why a watermark on LAST_UPD may not see this change."""
    if line["change"] == "delete":
        return "merged and gone" if line["kind"].startswith("merge") else "deleted"
    if line["kind"] == "late_commit":
        return "committed late"
    if line["kind"] == "replication_touch":
        return "DB_LAST_UPD alone moved"
    return {"delta": "stamped", "sweep": "stamp not moved or set back", "deep": "no trace"}.get(
        line["net"], "stamped"
    )


def record(path: Path) -> Lines:
    """The lines of a record of officers' work."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _rows(
    url: str, table: str, keys: list[str], columns: tuple[str, ...], *, like_rival: bool
) -> Iterator[tuple[str, tuple[object, ...]]]:
    """Key -> values, from the table of that name, however a rival spells it and whatever types it has chosen."""
    with psycopg.connect(plain(url), options="-c timezone=UTC") as connection:
        place = connection.execute(_PLACE, [table, like_rival]).fetchone()
        if place is None:
            return
        spelled = {
            str(name).upper(): str(name) for (name,) in connection.execute(_COLUMNS, list(place)).fetchall()
        }
        chosen = sql.SQL(", ").join(sql.Identifier(spelled[name]) for name in columns)
        query = sql.SQL("SELECT {key}, {chosen} FROM {table} WHERE {key} = ANY(%s)").format(
            key=sql.Identifier(spelled[KEY]), chosen=chosen, table=sql.Identifier(*place)
        )
        for key, *values in connection.execute(query, [keys]).fetchall():
            yield str(key), tuple(map(_plainly, values))


def _plainly(value: object) -> object:
    """The same for every type that a value may have been copied into."""
    match value:
        case datetime():
            return value.replace(tzinfo=None)
        case int() | float() | Decimal():
            return Decimal(str(value)).normalize()
        case str():
            return value.rstrip() or None
        case _:
            return value


_PLACE = """
SELECT schemaname, tablename FROM pg_tables WHERE upper(tablename) = %s AND (schemaname <> 'public') = %s
    AND schemaname NOT LIKE '%%staging'
"""
_COLUMNS = """
SELECT column_name FROM information_schema.columns WHERE table_schema = %s AND table_name = %s
"""
