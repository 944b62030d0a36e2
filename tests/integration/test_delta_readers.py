"""A delta over a source whose connection is busy until its rows are fetched: it needs two."""

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, cast
from unittest.mock import MagicMock

import pyarrow as pa
import pytest
from sqlalchemy import create_engine, text

from migrate.extract import connect
from migrate.extract.readers import Readers
from migrate.finding import Brake, Nets
from migrate.mapping import load
from migrate.transform.vocabulary import vocabulary
from tests.crafts import COLUMNS, LAYOUT, MAPPINGS

STAMPED = datetime(2026, 1, 1)  # noqa: DTZ001  # a source's clock is naive UTC


@pytest.mark.timeout(60, method="signal")
def test_second_level_rows_lead_to_their_roots_while_they_are_still_arriving(
    tmp_path: Path, postgres_url: str
) -> None:
    _craft_with_notes(postgres_url)
    for name, content in MAPPINGS.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    mappings = load(tmp_path, vocabulary=vocabulary(), layout=LAYOUT)
    source, named = connect(postgres_url, "public"), list[str]()
    state = MagicMock(candidate_pages=lambda *_: iter(()), vanishing=lambda _: [], sizes=lambda _: {})
    state.add_candidates = lambda _lease, _entity, blocks, _cause: named.extend(
        key for block in blocks for key in cast("pa.Array", block).to_pylist()
    )
    readers, parts = Readers(source), {"craft": mappings["craft"]}
    lease = cast("Any", None)
    nets = Nets(source, readers, state, lease, parts, LAYOUT, brake=Brake(Decimal(1)), as_of=STAMPED)
    try:
        nets.delta(STAMPED)
    finally:
        readers.close()
        source.close()
    assert set(named) == {"c"}


def _craft_with_notes(url: str) -> None:
    """Of a craft, a part and its notes only the notes bear a stamp of the day."""
    kinds = {"LAST_UPD": "timestamp", "DB_LAST_UPD": "timestamp", "MODIFICATION_NUM": "numeric"}
    engine = create_engine(url, hide_parameters=True)
    with engine.begin() as connection:
        for table, columns in COLUMNS.items():
            told = ", ".join(f"{name} {kinds.get(name, 'varchar(200)')}" for name in columns)
            connection.execute(text(f"CREATE TABLE {table} ({told}, PRIMARY KEY (ROW_ID))"))
        connection.execute(text("INSERT INTO CRAFT (ROW_ID, LAST_UPD) VALUES ('c', '2001-01-01')"))
        connection.execute(
            text("INSERT INTO PART (ROW_ID, CRAFT_ID, LAST_UPD) VALUES ('p', 'c', '2001-01-01')")
        )
        connection.execute(
            text("INSERT INTO NOTE (ROW_ID, PART_ID, LAST_UPD) VALUES ('n', 'p', '2026-02-02')")
        )
    engine.dispose()
