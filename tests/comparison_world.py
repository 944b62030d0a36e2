"""A made-up world for tests of comparisons: one platform table with a column of every type, one file, a few rows.

said("{with: A, as: [trim]}", "title", " Roy ", "Roy")      -> [] : what differs, as kinds of difference
"""

import tempfile
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from migrate.canonical import derive_ids, uuid_text
from migrate.model import TargetColumn
from reconciliation.compare import Comparison, read
from reconciliation.diff import compare
from reconciliation.expected import Expectation, shown_as
from reconciliation.model import Kind
from tests.builders import AS_OF, ID, TEXT, layout, target

THING = target(
    "thing",
    TargetColumn("title", TEXT),
    TargetColumn("kind_code", TEXT),
    TargetColumn("due_on", pa.date32()),
    TargetColumn("seen_at", pa.timestamp("us", "UTC")),
    TargetColumn("amount", pa.decimal128(22, 7)),
    TargetColumn("number", pa.int32()),
    TargetColumn("is_open", pa.bool_()),
    TargetColumn("owner_id", ID),
)
PART = target("part", TargetColumn("title", TEXT), root="thing")
LAYOUT = layout(THING, PART)
KINDS = "parent,value,language,code,equivalence,status,author,reviewer,date,note\n" + "".join(
    f"{line},,approved,,,,\n"
    for line in ("TR,Other,ENU,TR-O", "PR,Other,ENU,PR-O", "TR,Open,ENU,OPEN", "TR,Ouvert,FRA,OPEN")
)


@cache
def comparison(text: str) -> Comparison:
    """The one comparison that a file with this text is."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in (("compare/thing.yaml", text), ("codes/kind.csv", KINDS)):
            path = Path(folder) / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(content, encoding="utf-8")
        (found,) = read(Path(folder), LAYOUT).values()
    return found


def of(column: str, field: str) -> Comparison:
    """A comparison of one column."""
    rest = ", ".join(
        f"{name}: not of interest here" for name in THING.columns if name not in (column, "thing_id")
    )
    return comparison(
        f"entity: thing\nroot: {{table: S_THING, is: thing}}\n"
        f"pairs:\n  thing:\n    fields: {{{column}: {field}}}\n    unchecked: {{{rest}}}\n"
    )


def said(
    field: str, column: str, legacy: Any, platform: Any, *, kind: pa.DataType = TEXT, **beside: Any
) -> list[Kind]:
    """What differs between a legacy value (of that Arrow type) and the platform's; `beside` are further columns."""
    compared = of(column, field)
    given = {"ROW_ID": pa.array(["1-A"]), "A": pa.array([legacy], kind)}
    given |= {name: pa.array([value]) for name, value in beside.items()}
    (pair,) = compared.pairs
    expected = Expectation(compared, {"S_THING": pa.table(given)}, "gcms", AS_OF).rows(pair, LAYOUT)
    own = uuid_text(derive_ids("gcms", "thing/", pa.array(["1-A"])))
    its = pa.array([platform], shown_as(THING.columns[column].type))
    actual = pa.table({"id": own, "root": own, column: its})
    return [Kind(each) for each in compare(expected, actual, pair).lines.column("kind").to_pylist()]


def id_of(entity: str, key: str) -> str:
    """The platform id of a key, as both sides are compared."""
    return str(uuid_text(derive_ids("gcms", f"{entity}/", pa.array([key])))[0])


def at(*parts: int) -> datetime:
    """A naive moment."""
    return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001
