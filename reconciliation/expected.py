"""What the platform has to hold for some legacy roots: pure, from legacy rows and a comparison alone.

    expected = Expectation(comparison, tables, system, as_of, merged).rows(pair, layout)

In: the legacy rows of some roots, a table each, read whole. Out: one table per pair with the columns `id` and `root`
(as PostgreSQL shows them), `key` (of the root), `row` (legacy ROW_ID), and every compared platform column in its own
type.
Nothing of the mapping is used: ids are derived as `migrate.canonical` says, values by the declared forms.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property, reduce
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from migrate.canonical import derive_ids, uuid_text
from migrate.conditions import Column, Condition
from migrate.model import Layout, TargetTable
from reconciliation.compare.conditions import holds
from reconciliation.compare.nouns import Compared, Comparison, Join, Pair, Variant
from reconciliation.forms import applied

PLACES = ("id", "root", "key", "row")
"""The columns beside the compared ones."""

Kept = TypeVar("Kept", pa.Table, pa.Array)

Merged = Mapping[str, Mapping[str, str]]
"""Entity -> legacy key that was merged -> id of the survivor, as PostgreSQL shows it."""


@dataclass(frozen=True)
class Expectation:
    """Some roots with all their rows.

    tables:  legacy table -> its rows for these roots, with the columns of `Comparison.sources`.
    as_of:   what `as_of` means in conditions.
    merged:  keys whose id is another one than the derived.
    """

    comparison: Comparison
    tables: Mapping[str, pa.Table]
    system: str
    as_of: datetime
    merged: Merged = field(default_factory=dict)

    @cached_property
    def roots(self) -> pa.Table:
        """The roots in scope."""
        return self._filtered(self.tables[self.comparison.root], self.comparison.scope)

    @cached_property
    def keys(self) -> pa.Array:
        """Keys of all roots that were read, also of those out of scope, of which nothing may be on the platform."""
        return one(self.tables[self.comparison.root].column("ROW_ID"))

    @cached_property
    def derived(self) -> pa.Array:
        """Their ids, as if nobody had been merged."""
        return uuid_text(derive_ids(self.system, f"{self.comparison.entity}/", self.keys))

    @cached_property
    def asked(self) -> pa.Array:
        """Their ids; of a merged one the survivor's."""
        return self._led(self.comparison.entity, self.keys, self.derived)

    @cached_property
    def _root_ids(self) -> pa.Array:
        """The ids of the roots in scope."""
        position = pc.index_in(one(self.roots.column("ROW_ID")), value_set=self.keys)
        return self.asked.take(position)

    def rows(self, pair: Pair, layout: Layout) -> pa.Table:
        """What has to be there of one pair; see the module."""
        rows = self._of(pair)
        if not pair.variants:
            return self._made(pair, rows, layout)
        made = [self._made(pair, self._variant(pair, rows, each), layout) for each in pair.variants]
        return _together(made)

    def touched(self, pair: Pair, stamps: tuple[str, ...], since: datetime) -> pa.Array:
        """Keys of the roots in scope of which a row of the pair, or one beside it, was changed later."""
        rows = self._linked(pair)
        later = [_later(rows, alias, stamps, since) for alias in (None, *(join.alias for join in pair.joins))]
        return rows.root_keys.filter(reduce(pc.or_, later)).unique()

    def turned(self, stamps: tuple[str, ...], since: datetime) -> pa.Array:
        """Keys of the roots that were themselves changed later, whether they are in scope or, since then, no longer."""
        rows = _Rows.alone(self.tables[self.comparison.root])
        return self.keys.filter(_later(rows, None, stamps, since))

    def about(self, pair: Pair, rows: pa.Table) -> pa.Table:
        """Those of some rows, or groups of rows alike, that a pair is about; by columns of their own table."""
        kept = self._filtered(rows, pair.where)
        return kept if pair.parent is not None else self._filtered(kept, self.comparison.scope)

    def value(self, compared: Compared, rows: pa.Table, table: TargetTable) -> pa.Array:
        """What the platform has to hold in one column for some rows, or groups of rows alike."""
        return self._value(compared, _Rows.alone(rows), shown_as(table.columns[compared.column].type))

    def ids_of(self, prefix: str, keys: pa.Array) -> pa.Array:
        """The platform's ids of legacy keys, as PostgreSQL shows them: derived, or of the survivor of a merge."""
        return self._ids(prefix, keys)

    # --- which rows

    def _of(self, pair: Pair) -> "_Rows":
        rows = self._linked(pair)
        if pair.where is None:
            return rows
        return rows.filter(self._holds(pair.where, rows))

    def _linked(self, pair: Pair) -> "_Rows":
        """The pair's rows of the roots in scope, with what stands beside them."""
        table = self.tables[pair.source]
        keys = one(table.column("ROW_ID")) if pair.parent is None else self._root_keys(pair, table)
        position = pc.index_in(keys, value_set=one(self.roots.column("ROW_ID")))
        there = position.is_valid()
        rows = _Rows(kept(table, there), kept(position, there), self.roots)
        for join in pair.joins:
            rows = rows.joined(join.alias, *self._joined(join, rows))
        return rows

    def _root_keys(self, pair: Pair, table: pa.Table) -> pa.Array:
        assert pair.parent is not None
        pointers = one(table.column(pair.parent.at))
        if pair.parent.through is None or pair.parent.by is None:
            return pointers
        between = self.tables[pair.parent.through]
        position = pc.index_in(pointers, value_set=one(between.column("ROW_ID")))
        return one(between.column(pair.parent.by)).take(position)

    def _joined(self, join: Join, rows: "_Rows") -> tuple[pa.Table, pa.Array]:
        """The joined table, and for each row the position there. Of twins the one without a conflict counts."""
        table = self._filtered(self.tables[join.table], join.where)
        if join.at is not None:
            return table, pc.index_in(rows.column(Column(join.at)), value_set=one(table.column("ROW_ID")))
        assert join.by is not None
        if table.num_rows:
            table = table.take(
                pc.sort_indices(pc.not_equal(table.column("CONFLICT_ID"), "0").cast(pa.int8()))
            )
        return table, pc.index_in(rows.root_keys, value_set=one(table.column(join.by)))

    def _variant(self, pair: Pair, rows: "_Rows", variant: Variant) -> "_Rows":
        values = rows.column(variant.source)
        kept = pc.fill_null(pc.match_substring_regex(values, r"\S"), False)
        if variant.unless_in is not None:
            name, by, column = variant.unless_in
            other = self.tables[name]
            there = _pairs(one(other.column(by)), one(other.column(column)))
            kept = pc.and_(kept, pc.invert(pc.is_in(_pairs(rows.root_keys, values), value_set=there)))
        constants = {
            name: pa.repeat(pa.scalar(value), len(rows)) for name, value in variant.constants.items()
        }
        return replace(rows, each={"each": values, **constants}, variant=variant.name).filter(kept)

    def _filtered(self, table: pa.Table, condition: Condition | None) -> pa.Table:
        return kept(table, self._holds(condition, _Rows.alone(table)))

    # --- what they have to be

    def _made(self, pair: Pair, rows: "_Rows", layout: Layout) -> pa.Table:
        target = layout[pair.table]
        row_ids = one(rows.table.column("ROW_ID"))
        named = row_ids if rows.variant is None else pc.binary_join_element_wise(row_ids, rows.variant, "/")
        root_ids = self._root_ids.take(rows.position)
        own = not pair.label and rows.variant is None
        made = {
            "id": root_ids if own else self._ids(f"{self.comparison.entity}/{pair.label}", named),
            "root": root_ids,
            "key": rows.root_keys,
            "row": row_ids,
        }
        for compared in pair.fields:
            made[compared.column] = self._value(
                compared, rows, shown_as(target.columns[compared.column].type)
            )
        return pa.table(made)

    def _value(self, compared: Compared, rows: "_Rows", kind: pa.DataType) -> pa.Array:
        if compared.holds is not None:
            values = self._holds(compared.holds, rows)
        elif compared.source is None:
            values = pa.repeat(pa.scalar(compared.constant).cast(kind), len(rows))
        else:
            values = self._formed(compared, rows, rows.column(compared.source))
        if compared.when is not None:
            values = pc.if_else(self._holds(compared.when, rows), values, None)
        return read_as(values, kind)

    def _holds(self, condition: Condition | None, rows: "_Rows") -> pa.Array:
        return holds(condition, rows.column, len(rows), self.comparison.codes, self.as_of)

    def _formed(self, compared: Compared, rows: "_Rows", values: pa.Array) -> pa.Array:
        """A legacy value in its declared forms, as a code, as an id."""
        for form in compared.forms:
            options = {name: _option(option, rows) for name, option in form.options.items()}
            values = applied(form.name, values, options)
        if compared.code is not None:
            values = self._coded(compared, rows, values)
        if compared.names is None:
            return values
        return _once(values, lambda keys: self._ids(compared.names or "", _filled(keys)))

    def _coded(self, compared: Compared, rows: "_Rows", values: pa.Array) -> pa.Array:
        """The codes; a value that the list does not have stays what it is, and so differs from any code."""
        codes = self.comparison.codes[compared.code or ""]
        told = pa.array(codes.values(), pa.string())

        def found(asked: pa.Array, known: list[str], values: pa.Array) -> pa.Array:
            return pc.coalesce(told.take(pc.index_in(asked, value_set=pa.array(known, pa.string()))), values)

        if compared.parent is None:
            known = [value for _, value in codes]
            return _once(values, lambda each: found(_filled(each), known, _filled(each)))
        asked = _pairs(_once(rows.column(compared.parent), _filled), values)
        return found(asked, [f"{parent}\x1f{value}" for parent, value in codes], _once(values, _filled))

    def _ids(self, prefix: str, keys: pa.Array) -> pa.Array:
        return self._led(prefix, keys, uuid_text(derive_ids(self.system, f"{prefix}/", keys)))

    def _led(self, prefix: str, keys: pa.Array, ids: pa.Array) -> pa.Array:
        """The ids, but of a merged key its survivor's."""
        merged = self.merged.get(prefix)
        if not merged:
            return ids
        position = pc.index_in(keys, value_set=pa.array(list(merged), pa.string()))
        return pc.coalesce(pa.array(list(merged.values()), pa.string()).take(position), ids)


@dataclass(frozen=True)
class _Rows:
    """Some rows of a legacy table with what stands beside them; `position` is that of each row's root."""

    table: pa.Table
    position: pa.Array
    roots: pa.Table
    beside: Mapping[str, tuple[pa.Table, pa.Array]] = field(default_factory=dict)
    each: Mapping[str, pa.Array] = field(default_factory=dict)
    variant: str | None = None

    @classmethod
    def alone(cls, table: pa.Table) -> "_Rows":
        """Rows that are their own roots."""
        return cls(table, pa.array(np.arange(table.num_rows)), table)

    def __len__(self) -> int:
        return int(self.table.num_rows)

    @property
    def root_keys(self) -> pa.Array:
        """For each row the key of its root."""
        return one(self.roots.column("ROW_ID")).take(self.position)

    def column(self, column: Column) -> pa.Array:
        """The values of a column; null where a joined row does not exist."""
        if column.alias is None:
            return one(self.table.column(column.name))
        if column.alias == "each":
            return self.each[column.name]
        if column.alias == "root":
            return one(self.roots.column(column.name)).take(self.position)
        table, position = self.beside[column.alias]
        return one(table.column(column.name)).take(position)

    def having(self, names: tuple[str, ...], alias: str | None) -> list[str]:
        """Those of the columns that the rows, or what is joined under the alias, have."""
        table = self.table if alias is None else self.beside[alias][0]
        return [name for name in names if name in table.column_names]

    def joined(self, alias: str, table: pa.Table, position: pa.Array) -> "_Rows":
        """With one more row beside each."""
        return replace(self, beside={**self.beside, alias: (table, position)})

    def filter(self, mask: pa.Array) -> "_Rows":
        """The rows where the mask is true."""
        return replace(
            self,
            table=kept(self.table, mask),
            position=kept(self.position, mask),
            beside={alias: (table, kept(position, mask)) for alias, (table, position) in self.beside.items()},
            each={name: kept(values, mask) for name, values in self.each.items()},
        )


def one(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """A column in one piece; copied only where it is in several."""
    if isinstance(column, pa.Array):
        return column
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def kept(values: Kept, mask: pa.Array) -> Kept:
    """The rows, or the values, where a mask is true; not copied where it is true everywhere."""
    return values if mask.true_count == len(values) else values.filter(mask)


def _later(rows: _Rows, alias: str | None, stamps: tuple[str, ...], since: datetime) -> pa.Array:
    """Whether each row, or what stands beside it, bears a stamp after that instant."""
    later = pa.repeat(False, len(rows))
    for stamp in rows.having(stamps, alias):
        moments = rows.column(Column(stamp, alias)).cast(pa.timestamp("us"))
        later = pc.or_(later, pc.fill_null(pc.greater(moments, pa.scalar(since, pa.timestamp("us"))), False))
    return later


def _together(tables: list[pa.Table]) -> pa.Table:
    """One table of several; a column that is text in some of them is text."""
    for column in tables[0].column_names:
        if len({table.schema.field(column).type for table in tables}) > 1:
            tables = [_as_text(table, column) for table in tables]
    return pa.concat_tables(tables)


def _as_text(table: pa.Table, column: str) -> pa.Table:
    at = table.column_names.index(column)
    return table.set_column(at, column, table.column(column).cast(pa.string()))


def read_as(values: pa.Array, kind: pa.DataType) -> pa.Array:
    """The values in a type; as text, where some of them cannot be read so: those then differ from all that can."""
    if values.type == kind:
        return values
    try:
        return values.cast(kind)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        told = values.dictionary_encode()
        texts = [_text(told.dictionary.slice(at, 1), kind) for at in range(len(told.dictionary))]
        return pa.array(texts, pa.string()).take(told.indices)


def _text(value: pa.Array, kind: pa.DataType) -> str:
    try:
        return str(value.cast(kind).cast(pa.string())[0])
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return str(value[0])


def shown_as(kind: pa.DataType) -> pa.DataType:
    """The type in which both sides are compared: ids as text, instants without a zone, numbers as exact as can be."""
    if pa.types.is_fixed_size_binary(kind):
        return pa.string()
    if pa.types.is_timestamp(kind):
        return pa.timestamp("us")
    if pa.types.is_decimal(kind):
        return pa.decimal128(38, 10)
    return pa.int64() if pa.types.is_integer(kind) else kind


def _once(values: pa.Array, function: Callable[[pa.Array], pa.Array]) -> pa.Array:
    """A function of single values, which is asked once about each value that occurs."""
    encoded = values.dictionary_encode()
    return function(encoded.dictionary).take(encoded.indices)


def _option(option: object, rows: _Rows) -> object:
    """An option of a form: of a column its values."""
    if isinstance(option, Column):
        return rows.column(option)
    return tuple(_option(each, rows) for each in option) if isinstance(option, tuple) else option


def _filled(values: pa.Array) -> pa.Array:
    """A blank is no code and no key."""
    return pc.if_else(pc.match_substring_regex(values, r"\S"), values, None)


def _pairs(first: pa.Array, second: pa.Array) -> pa.Array:
    return pc.binary_join_element_wise(first, second, "\x1f")
