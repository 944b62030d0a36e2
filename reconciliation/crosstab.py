"""Cross tables that each database works out by itself: rows and exact amounts, by programme, office, status, month.

    cells = crosstab(evidence, comparison, total)      part -> Cell

Nothing is read row by row but what is a special case: roots and rows that the books set aside, and roots that legacy
has changed after the last window. What these hold on either side explains, part by part, why the tables differ; the
rest has to agree to the last digit. On either side the table and its special cases are of one instant, so that it does
also while officers work.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa
from psycopg import sql

from migrate.extract.nouns import Reader
from migrate.postgres import comma, names
from reconciliation.compare.nouns import Comparison, Dimension, Total, columns_of
from reconciliation.evidence import Evidence
from reconciliation.expected import Expectation, one
from reconciliation.grouping import AMOUNT, ROWS, grouped, month_of
from reconciliation.model import Number

Part = tuple[str, ...]
"""The values of the dimensions, as text; '' for none."""

KEYS_AT_ONCE = 5_000
IN_FLIGHT = "in_flight"
UNKNOWN = "(no code)"
"""The part of rows whose value is in no code list, or no currency."""


@dataclass
class Cell:
    """One part of a cross table: rows and amount on each side, and what explains a difference of the two."""

    legacy: Number = 0
    platform: Number = 0
    rows: int = 0
    explained: dict[str, Number] = field(default_factory=lambda: defaultdict(int))


def crosstab(evidence: Evidence, comparison: Comparison, total: Total) -> dict[Part, Cell]:
    """The cells of a total; of its amount, or of rows where it has none."""
    cells: dict[Part, Cell] = defaultdict(Cell)
    with evidence.legacy.source.instant() as (reader, connection):
        work = _Crosstab(evidence, comparison, total, reader)
        for why, part, value in work.special():  # before the long question: a snapshot does not live for ever
            cells[part].explained[why] += value
        for part, rows, value in work.legacy(connection):
            cells[part].legacy += value
            cells[part].rows += rows
    for part, _, value in work.platform():
        cells[part].platform += value
    return dict(sorted(cells.items()))


class _Crosstab:
    """The questions of one total to both sides; to legacy through a reader of one instant."""

    def __init__(self, evidence: Evidence, comparison: Comparison, total: Total, reader: Reader) -> None:
        self.evidence, self.comparison, self.total, self.reader = evidence, comparison, total, reader
        self.pair = comparison.pair(total.pair)
        self.by = (*total.by, *([Dimension(total.currency)] if total.currency else ()))
        self.expectation = Expectation(comparison, {}, evidence.system, evidence.as_of, evidence.merged)
        self.derived = Expectation(
            comparison, {}, evidence.system, evidence.as_of
        )  # of a merged person its own row

    # --- whole sides

    def legacy(self, connection: sa.Connection) -> Iterator[tuple[Part, int, Number]]:
        """Part, rows, value; grouped by the legacy database by what it holds, and only then put into codes."""
        source, table = self.evidence.legacy.source, self.pair.source
        yield from self._summed(
            grouped(source, connection, table, raw=self._raw, dated=self._dated, amount=self._amount)
        )

    def platform(self, roots: list[str] | None = None) -> Iterator[tuple[Part, int, Number]]:
        """The same of the platform; of some roots, by their ids."""
        told = self.evidence.layout[self.pair.table]
        shown = [self._shown(each) for each in self.by]
        value: sql.Composable = sql.SQL("count(*)")
        where: sql.Composable = sql.SQL("true")
        if self.total.amount:
            value = sql.SQL("sum({})").format(sql.Identifier(self.total.amount))
        if roots is not None:
            where = sql.SQL("{} = ANY(%s::uuid[])").format(sql.Identifier(told.root_id or told.key))
        query = sql.SQL("SELECT {} FROM {} WHERE {} GROUP BY {}").format(
            comma([*shown, sql.SQL("count(*)"), sql.SQL("coalesce({}, 0)::text").format(value)]),
            names(self.evidence.platform.schema, told.name),
            where,
            comma([sql.Literal(at + 1) for at in range(len(shown))]) if shown else sql.SQL("()"),
        )
        kinds = {**{each.name: pa.string() for each in self.by}, ROWS: pa.int64(), AMOUNT: pa.string()}
        for line in self.evidence.platform.ask(query, kinds, None if roots is None else [roots]).to_pylist():
            yield tuple(line[each.name] or "" for each in self.by), line[ROWS], _number(line[AMOUNT])

    # --- special cases

    def special(self) -> Iterator[tuple[str, Part, Number]]:
        """Why, part, value: how much legacy has more than the platform of what is set aside or on its way."""
        seen: set[str] = set()
        for why, keys in self._special_roots().items():
            new = [key for key in keys if key not in seen]
            seen.update(new)
            for some in _chunks(new):
                yield from self._of_roots(why, some)
        for why, rows in self.evidence.books.rows_aside_of(self.comparison.entity, self.pair.source).items():
            for some in _chunks(rows):
                table = self._read("ROW_ID", some)
                if self._parent in table.column_names:
                    table = table.filter(
                        pc.invert(pc.is_in(table.column(self._parent), pa.array(seen, pa.string())))
                    )
                yield from ((why, part, value) for part, _, value in self._counted(table))

    def _special_roots(self) -> dict[str, list[str]]:
        fresh = {IN_FLIGHT: self.evidence.fresh(self.comparison, self.reader)}
        return {**fresh, **self.evidence.books.special(self.comparison.entity)}

    def _of_roots(self, why: str, keys: list[str]) -> Iterator[tuple[str, Part, Number]]:
        for part, _, value in self._counted(self._read(self._parent, keys)):
            yield why, part, value
        ids = self.derived.ids_of(self.comparison.entity, pa.array(keys, pa.string())).to_pylist()
        for part, _, value in self.platform(ids):
            yield why, part, -value

    def _read(self, by: str, keys: list[str]) -> pa.Table:
        columns = list(dict.fromkeys([*self._raw, *self._dated, *self._amounts, self._parent]))
        return self.reader.rows_by_keys(self.pair.source, columns, by, pa.array(keys, pa.string()))

    def _counted(self, rows: pa.Table) -> Iterator[tuple[Part, int, Number]]:
        """The same figures of rows that were read."""
        amount = one(rows.column(self._amount)) if self._amount else pa.repeat(1, rows.num_rows)
        dated = {month_of(name): pc.strftime(one(rows.column(name)), format="%Y-%m") for name in self._dated}
        table = rows.select(list(dict.fromkeys(self._raw)))
        for name, values in dated.items():
            table = table.append_column(name, values)
        table = table.append_column(ROWS, pa.repeat(1, rows.num_rows)).append_column(AMOUNT, amount)
        yield from self._summed(table)

    # --- the parts

    def _summed(self, grouped: pa.Table) -> Iterator[tuple[Part, int, Number]]:
        """Raw groups as parts: what the pair is not about is left out, the rest has its declared form and code."""
        kept = self.expectation.about(self.pair, grouped)
        columns = [self._part(each, kept) for each in self.by]
        if self.total.currency:  # what is typed there may be anything
            columns[-1] = pc.if_else(
                pc.match_substring_regex(columns[-1], "^[A-Z]{3}$"), columns[-1], UNKNOWN
            )
        parts: dict[Part, tuple[int, Number]] = {}
        values = (
            column.to_pylist() for column in (*columns, one(kept.column(ROWS)), one(kept.column(AMOUNT)))
        )
        for *part, rows, value in zip(*values, strict=True):
            named = tuple("" if each is None else str(each) for each in part)
            before = parts.get(named, (0, 0))
            parts[named] = before[0] + int(rows), before[1] + _number(value)
        for named, (rows, value) in parts.items():
            yield named, rows, value

    def _part(self, dimension: Dimension, rows: pa.Table) -> pa.Array:
        compared = self.pair.field(dimension.column)
        if not dimension.grain:
            values = self.expectation.value(compared, rows, self.evidence.layout[self.pair.table]).cast(
                pa.string()
            )
            return self._known(compared.code, values)
        assert compared.source is not None
        months = one(rows.column(month_of(compared.source.name)))
        return pc.utf8_slice_codeunits(months, 0, 4) if dimension.grain == "year" else months

    def _known(self, code: str | None, values: pa.Array) -> pa.Array:
        """The codes of a list; whatever else was typed in their place may be anything, and is only counted."""
        if code is None:
            return values
        codes = pa.array(set(self.comparison.codes[code].values()), pa.string())
        return pc.if_else(pc.or_(values.is_null(), pc.is_in(values, value_set=codes)), values, UNKNOWN)

    def _shown(self, dimension: Dimension) -> sql.Composable:
        """A dimension as the platform groups by it."""
        column: sql.Composable = sql.Identifier(dimension.column)
        compared = self.pair.field(dimension.column)
        if not dimension.grain:
            return sql.SQL("{}::text").format(column)
        zone = next((form.options["zone"] for form in compared.forms if form.name == "local"), "UTC")
        if pa.types.is_timestamp(self.evidence.layout[self.pair.table].columns[dimension.column].type):
            column = sql.SQL("({} AT TIME ZONE {})").format(column, sql.Literal(zone))
        pattern = "YYYY" if dimension.grain == "year" else "YYYY-MM"
        return sql.SQL("to_char({}, {})").format(column, sql.Literal(pattern))

    @property
    def _raw(self) -> list[str]:
        """Legacy columns that the parts and the pair's condition look at."""
        fields = [self.pair.field(each.column) for each in self.by if not each.grain]
        columns = [column for each in fields for column in (each.source, each.parent) if column is not None]
        scope = self.comparison.scope if self.pair.parent is None else None
        return list(
            dict.fromkeys(each.name for each in (*columns, *columns_of(self.pair.where), *columns_of(scope)))
        )

    @property
    def _dated(self) -> list[str]:
        sources = [self.pair.field(each.column).source for each in self.by if each.grain]
        return list(dict.fromkeys(source.name for source in sources if source is not None))

    @property
    def _amount(self) -> str | None:
        source = self.pair.field(self.total.amount).source if self.total.amount else None
        return source.name if source else None

    @property
    def _amounts(self) -> list[str]:
        return [self._amount] if self._amount else []

    @property
    def _parent(self) -> str:
        return "ROW_ID" if self.pair.parent is None else self.pair.parent.at


def _number(value: Any) -> Number:
    """A figure in its plainest form: whole where it is whole."""
    number = Decimal(0 if value is None else str(value))
    return int(number) if number == int(number) else number.normalize()


def _chunks(keys: list[str]) -> Iterator[list[str]]:
    return (keys[start : start + KEYS_AT_ONCE] for start in range(0, len(keys), KEYS_AT_ONCE))
