"""The straight line of making a sample: world, then block after block, each written before the next is made."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import sqlalchemy as sa

from migrate.errors import InvalidInput, Mistake
from migrate.sample import FEWEST, MOST, Progress, Summary
from migrate.sample.attached import FileTree
from migrate.sample.block import CLIENTS, Block, id_range, make_block, random_stream
from migrate.sample.damage import plant_damage
from migrate.sample.frame import Rows
from migrate.sample.truth import Truth, TruthFile
from migrate.sample.world import World, make_world
from migrate.sample.write import Writer, legacy_database


def make(
    target: str | sa.Engine,
    clients: int,
    seed: int,
    truth: Path | None,
    *,
    files: Path | None,
    schema: str | None,
    audit: int,
    replace: bool,
    progress: Progress | None,
) -> Summary:
    """See ``migrate.sample.make``."""
    if not FEWEST <= clients <= MOST:
        raise InvalidInput(
            [Mistake("--clients", 0, f"{clients} is out of range", f"name {FEWEST} to {MOST}")]
        )
    engine = sa.create_engine(target, hide_parameters=True) if isinstance(target, str) else target
    try:
        with (
            FileTree(files) as tree,
            legacy_database(engine, schema, replace) as writer,
            TruthFile(truth) as truth_file,
        ):
            return _make(writer, truth_file, tree, clients, seed, audit, progress)
    finally:
        if isinstance(target, str):
            engine.dispose()


def _make(
    writer: Writer,
    truth_file: TruthFile,
    tree: FileTree,
    clients: int,
    seed: int,
    audit: int,
    progress: Progress | None,
) -> Summary:
    started = time.perf_counter()
    written: Counter[str] = Counter()
    world = make_world(random_stream(seed, 0), id_range(0), clients)
    _write(writer, world.tables, written)
    truth_file.write(shared(world))
    done = 0
    for block in blocks(seed, clients, world, audit):
        truth = plant_damage(block)
        tree.write(block, truth)
        truth_file.write(truth)
        _write(writer, block.tables.values(), written)
        done += min(CLIENTS, clients - done)
        if progress is not None:
            progress(done, clients)
    writer.finish()
    seconds = time.perf_counter() - started
    return Summary(clients, seed, dict(written), dict(truth_file.counts), tree.count, seconds)


def blocks(seed: int, clients: int, world: World, audit: int) -> Iterator[Block]:
    """The blocks of a sample, in order, one in memory at a time."""
    for number, first in enumerate(range(0, clients, CLIENTS)):
        yield make_block(seed, number, min(CLIENTS, clients - first), world, audit)


def shared(world: World) -> Truth:
    """Staff (P14) and representatives (P15): persons of the party model, but no clients."""
    truth = Truth()
    for rows in world.tables:
        for damage, kind in (("P14", "Employee"), ("P15", "Representative")):
            if rows.table.name == "S_CONTACT" and rows.where("CON_CD", kind).any():
                keys = rows["ROW_ID"]
                truth.add(
                    damage=damage,
                    table="S_CONTACT",
                    row_id=keys,
                    column="CON_CD",
                    entity="client",
                    key=keys,
                    disposition="EXCL",
                    note="entity",
                )
    return truth


def _write(writer: Writer, tables: Iterable[Rows], written: Counter[str]) -> None:
    for rows in tables:
        if len(rows):
            writer.write(rows)
            written[rows.table.name] += len(rows)
