"""Two tables of one pair against each other: pure, columns at a time.

    matched = compare(expected, actual, pair)      rows and values of one pair
    lines = unexpected([expected, ...], actual)         rows that none of a table's pairs expects

Rows meet by their derived id, whatever order either side gave them in. Whether two values are alike is decided by
equality alone: every trim and every folding was declared, and done, before.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from reconciliation.compare.nouns import Compared, Pair
from reconciliation.expected import PLACES, kept, one
from reconciliation.model import Kind

LINES = pa.schema(
    [
        (name, pa.string())
        for name in ("kind", "class", "key", "row", "id", "root", "column", "source", "legacy", "platform")
    ]
)
"""What `compare` says of each difference."""

_ROW_CLASS = "A"  # a row that is not there, or too much, is always a matter of identity


@dataclass(frozen=True, slots=True)
class Matched:
    """What came of comparing; adds up over segments.

    legacy:   rows that have to be there.      platform: those of the platform that are.
    rows:     pairs of rows that met under the same root, whose values were compared; cells: so many values.
    lines:    differences, a table of LINES.
    """

    legacy: int
    platform: int
    rows: int
    cells: int
    lines: pa.Table


def compare(expected: pa.Table, actual: pa.Table, pair: Pair) -> Matched:
    """What differs between the rows that have to be there and those that are; for rows too many: `unexpected`.

    expected:  as `expected.Expectation.rows` makes them.    actual: as `sides.PlatformSide.rows` reads them, or more.
    """
    position = pc.index_in(one(expected.column("id")), value_set=one(actual.column("id")))
    met = position.is_valid()
    here, there = kept(expected, met), actual.take(kept(position, met))
    placed = pc.equal(one(here.column("root")), one(there.column("root")))
    lines = [
        _missing(expected.filter(pc.invert(met))),
        _doubled(expected),
        _misplaced(here.filter(pc.invert(placed))),
    ]
    found, here, there = here.num_rows, kept(here, placed), kept(there, placed)
    lines += [_cells(here, there, field) for field in pair.fields]
    rows = here.num_rows
    return Matched(expected.num_rows, found, rows, rows * len(pair.fields), pa.concat_tables(lines))


def unexpected(expected: Sequence[pa.Table], actual: pa.Table, roots: pa.Array, keys: pa.Array) -> pa.Table:
    """Lines for the platform's rows that nothing expects; one that says what another of its root says is there twice.

    expected:     everything that is expected of that platform table, pair by pair.
    roots, keys:  ids of the roots that were asked for, those out of scope among them, and their legacy keys.
    """
    ids = pa.concat_arrays([one(table.column("id")) for table in expected])
    rows = actual.filter(pc.invert(pc.is_in(one(actual.column("id")), value_set=ids)))
    if not rows.num_rows:
        return LINES.empty_table()
    common = set.intersection(*(set(table.column_names) for table in expected)) - {*PLACES}
    columns = ["root", *sorted(common)]
    said = pa.concat_arrays([_said(table, columns) for table in expected])
    twice = pc.is_in(_said(rows, columns), value_set=said)
    kinds = pc.if_else(twice, Kind.DOUBLED.value, Kind.EXTRA.value) if common else Kind.EXTRA.value
    known = keys.take(pc.index_in(one(rows.column("root")), value_set=roots))
    return _lines(
        rows.num_rows, kind=kinds, key=pc.fill_null(known, ""), id=rows.column("id"), root=rows.column("root")
    )


def _said(rows: pa.Table, columns: Sequence[str]) -> pa.Array:
    """What the rows say in these columns, as one text each."""
    texts = [rows.column(name).cast(pa.string()) for name in columns]
    return one(pc.binary_join_element_wise(*texts, "\x1f", null_handling="replace", null_replacement="\x00"))


def _missing(rows: pa.Table) -> pa.Table:
    return _lines(rows.num_rows, kind=Kind.MISSING, **_place(rows))


def _doubled(expected: pa.Table) -> pa.Table:
    """Legacy rows with one and the same key."""
    ids = one(expected.column("id"))
    if len(ids.unique()) == len(ids):
        return LINES.empty_table()
    counts = pc.value_counts(ids)
    often = counts.field("values").filter(pc.greater(counts.field("counts"), 1))
    rows = expected.filter(pc.is_in(ids, value_set=often))
    return _lines(rows.num_rows, kind=Kind.DOUBLED, **_place(rows))


def _misplaced(rows: pa.Table) -> pa.Table:
    return _lines(rows.num_rows, kind=Kind.MISPLACED, **_place(rows))


def _cells(here: pa.Table, there: pa.Table, field: Compared) -> pa.Table:
    legacy, platform = one(here.column(field.column)), one(there.column(field.column))
    if legacy.type != platform.type:  # some legacy values cannot be read in the platform's type
        platform = platform.cast(pa.string())
    if legacy.equals(platform):
        return LINES.empty_table()
    nulls = pc.or_(legacy.is_null(), platform.is_null())
    alike = pc.or_(
        pc.fill_null(pc.equal(legacy, platform), False), pc.and_(legacy.is_null(), platform.is_null())
    )
    wrong = pc.invert(alike)
    rows, left, right = here.filter(wrong), legacy.filter(wrong), platform.filter(wrong)
    kinds = pc.if_else(nulls.filter(wrong), Kind.NULL.value, Kind.CONFLICT.value)
    if pa.types.is_string(left.type):
        kinds = pc.if_else(
            pc.fill_null(pc.equal(_folded(left), _folded(right)), False), Kind.FORMAT.value, kinds
        )
    return _lines(
        rows.num_rows,
        kind=kinds,
        **_place(rows),
        column=field.column,
        source=str(field.source or ""),
        legacy=left.cast(pa.string()),
        platform=right.cast(pa.string()),
        **{"class": field.field_class.value},
    )


def _folded(texts: pa.Array) -> pa.Array:
    """Text without its spelling: to tell a difference of format from one of substance, never to forgive it."""
    plain = pc.utf8_lower(pc.utf8_normalize(texts, form="NFKC"))
    return pc.utf8_trim_whitespace(pc.replace_substring_regex(plain, r"\s+", " "))


def _place(rows: pa.Table) -> dict[str, pa.Array]:
    return {name: one(rows.column(name)) for name in ("key", "row", "id", "root")}


def _lines(count: int, **given: "pa.Array | str") -> pa.Table:
    """Lines with these columns; a text stands for all of them, what is not given is empty."""
    given = {"class": _ROW_CLASS, **given}
    made = []
    for name in LINES.names:
        value = given.get(name, "")
        made.append(
            one(value) if isinstance(value, pa.Array | pa.ChunkedArray) else pa.repeat(str(value), count)
        )
    return pa.table(made, schema=LINES)
