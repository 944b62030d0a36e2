"""Small builders for tests: a made-up platform, mappings as values, and batches from rows written as dictionaries."""

from collections.abc import Mapping as Dict
from datetime import datetime
from typing import Any

import pyarrow as pa

from migrate.mapping.nouns import CodeList, Field, Mapping, Member, TableMap
from migrate.model import Batch, KeyRange, Layout, Lookup, Slice, SliceKind, TargetColumn, TargetTable

AS_OF = datetime(2026, 1, 1)  # noqa: DTZ001  # a source's clock is naive UTC
TEXT, ID = pa.string(), pa.binary(16)


def target(name: str, *columns: TargetColumn, root: str | None = None) -> TargetTable:
    """A platform table with its key and, for a member, its root's id in front."""
    root = root or name
    front = [TargetColumn(f"{name}_id", ID, nullable=False)]
    if root != name:
        front.append(TargetColumn(f"{root}_id", ID, nullable=False))
    return TargetTable(name, f"{name}_id", root, f"{root}_id", {c.name: c for c in (*front, *columns)})


QUALITY_MARK = TargetTable(
    "quality_mark",
    "quality_mark_id",
    None,
    "root_id",
    {
        name: TargetColumn(name, ID if name in ("quality_mark_id", "root_id", "row_id") else TEXT)
        for name in (
            "quality_mark_id", "root_entity", "root_id", "table_name", "row_id", "column_name", "kind", "rule",
            "original_value", "source_table", "source_key", "work_item_status",
        )
    },
)  # fmt: skip


def layout(*tables: TargetTable) -> Layout:
    """The tables and quality_mark, by name."""
    return {table.name: table for table in (*tables, QUALITY_MARK)}


def mapping(
    entity: str, root: str, tables: tuple[TableMap, ...], members: tuple[Member, ...] = (), **more: Any
) -> Mapping:
    """A Mapping that reads every column its batches have."""
    return Mapping(entity, Member(root, root, "ROW_ID"), members, tables, **more)


def batch(
    entity: str,
    rows: Dict[str, Any],
    columns: Dict[str, Dict[str, pa.DataType]] | None = None,
) -> Batch:
    """A Batch of one range over everything; columns are text unless `columns` says otherwise."""
    tables = {}
    for member, its in rows.items():
        names = dict.fromkeys(name for row in its for name in row) | dict.fromkeys(
            (columns or {}).get(member, {})
        )
        kinds = {name: (columns or {}).get(member, {}).get(name, TEXT) for name in names}
        tables[member] = pa.table(
            {name: pa.array([row.get(name) for row in its], kind) for name, kind in kinds.items()}
        )
    return Batch(entity, Slice(entity, 0, SliceKind.RANGE, (KeyRange(),)), KeyRange(), tables)


def lookup(**known: list[str]) -> Lookup:
    """A Lookup in which these keys of other entities exist."""
    return Lookup(AS_OF, known={entity: pa.array(keys, TEXT) for entity, keys in known.items()})


def codes(name: str, **values: str) -> CodeList:
    """A code list without parents."""
    return CodeList(name, {("", value): code for value, code in values.items()})


def rows_of(table: pa.Table, *names: str) -> list[tuple[Any, ...]]:
    """Some columns of a table as tuples, sorted; for comparing without regard to order."""
    return sorted(
        (tuple(row[name] for name in names) for row in table.select(list(names)).to_pylist()), key=repr
    )


__all__ = ["AS_OF", "Field", "batch", "codes", "layout", "lookup", "mapping", "rows_of", "target"]
