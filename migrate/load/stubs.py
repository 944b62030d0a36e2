"""Stand-ins: a row for something that others refer to and that the legacy system does not have (any more).

A stand-in has the id that the real row would have, so that the real one, should it come, takes its place.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from migrate.canonical import derive_ids
from migrate.model import TargetTable

KEY = "{key}"


@dataclass(frozen=True, slots=True)
class Stub:
    """How the stand-in of an entity looks.

    table:    the entity's root table.
    columns:  column -> value; in a text, `{key}` stands for the legacy key. All others stay empty.
    """

    table: str
    columns: Mapping[str, object] = field(default_factory=dict)


def stub_rows(stub: Stub, table: TargetTable, system: str, entity: str, keys: pa.Array) -> pa.Table:
    """The rows that stand in for these keys."""
    columns = {table.key: derive_ids(system, f"{entity}/", keys)}
    for name, value in stub.columns.items():
        kind = table.columns[name].type
        columns[name] = (
            _filled(value, keys) if _has_key(value) else pa.repeat(pa.scalar(value, kind), len(keys))
        )
    return pa.table(columns)


def _has_key(value: object) -> bool:
    return isinstance(value, str) and KEY in value


def _filled(value: object, keys: pa.Array) -> pa.Array:
    before, _, after = str(value).partition(KEY)
    return pc.binary_join_element_wise(before, keys, after, "")
