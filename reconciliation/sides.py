"""Both sides as a check may see them: read-only, in snapshots, by whole roots.

    legacy = LegacySide(source);   legacy.roots(comparison, low, high)     every legacy table of some roots
    platform = PlatformSide(url, schema);   platform.rows(pair, roots)     the platform's rows of the same roots

The platform's session is read-only and sees one instant from its first question to its end. The legacy database bounds
the life of a snapshot, so long comparisons see several; what changed meanwhile is looked at a second time.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from psycopg import sql
from sqlalchemy import URL

from migrate.canonical import ID
from migrate.errors import Drift
from migrate.extract.checksums import summable
from migrate.extract.nouns import Reader
from migrate.extract.readers import Readers
from migrate.extract.sql import SqlSource
from migrate.extract.types import is_text
from migrate.model import KeyRange, Layout
from migrate.postgres import PATIENCE, comma, connect, copied, copy_out, faults, names
from reconciliation.compare.nouns import Comparison
from reconciliation.expected import one, shown_as

STATE = "migration"
STAMPS = ("LAST_UPD", "DB_LAST_UPD")
"""When a legacy row was changed: the later of the two, of which the second may be empty."""

VERSION = "MODIFICATION_NUM"
"""How often Siebel has changed it."""


class LegacySide:
    """The legacy database.

    source:  as `migrate.extract.connect` gives it; nothing but its reads is used.
    """

    def __init__(self, source: SqlSource) -> None:
        self.source = source
        self._readers = Readers(source)
        self.snapshots: set[datetime] = set()

    def close(self) -> None:
        """End the snapshots."""
        self._readers.close()

    def lacking(self, comparison: Comparison) -> list[str]:
        """What a comparison looks at and the legacy database does not have, or not for this role: in words."""
        wrong = []
        for table, columns in sorted(comparison.sources.items()):
            try:
                there = self.source.table(table).columns
            except Drift:
                wrong.append(f"the legacy database has no table {table}")
                continue
            wrong += [
                f"the legacy table {table} has no column {name}"
                for name in sorted(columns)
                if name not in there
            ]
        return wrong

    def types(self, comparison: Comparison) -> dict[str, str]:
        """How every column that a comparison looks at is declared."""
        return {
            f"{table}.{name}": self.source.table(table).column(name).declared
            for table, columns in comparison.sources.items()
            for name in columns
        }

    def clock(self) -> datetime:
        """The source's own time, naive UTC."""
        return self.source.clock()

    def borders(self, comparison: Comparison, every: int) -> list[KeyRange]:
        """Ranges of root keys that hold `every` roots each, and together everything."""
        cuts = self.source.boundaries(comparison.root, "ROW_ID", every)
        return [KeyRange(low, high) for low, high in zip([None, *cuts], [*cuts, None], strict=True)]

    def roots(self, comparison: Comparison, within: KeyRange | pa.Array) -> dict[str, pa.Table]:
        """The roots of a range, or those with these keys, with all their rows: legacy table -> rows."""
        like, found = (comparison.root, "ROW_ID"), dict[str, pa.Table]()
        with self.reader() as reader:
            for table, link in comparison.links.items():
                columns, wanted = sorted(comparison.sources[table]), within
                if link.via is not None:
                    wanted = _at(found, link.via)
                found[table] = (
                    reader.rows(table, columns, link.by, wanted, like=like)
                    if isinstance(wanted, KeyRange)
                    else reader.rows_by_keys(table, columns, link.by, wanted)
                )
        return found

    def keys(self, comparison: Comparison, every: int) -> Iterator[pa.Array]:
        """The keys of all roots, so many at a time."""
        for within in self.borders(comparison, every):
            with self.reader() as reader:
                rows = reader.rows(comparison.root, ["ROW_ID"], "ROW_ID", within)
            yield one(rows.column("ROW_ID"))

    def some(self, comparison: Comparison, keys: pa.Array) -> dict[str, pa.Table]:
        """The same for some roots by key, in a snapshot of their own and with the stamps of every row."""
        found: dict[str, pa.Table] = {}
        with self.source.snapshot() as reader:
            for table, link in comparison.links.items():
                columns = sorted({*comparison.sources[table], *self.stamps(table)})
                wanted = keys if link.via is None else _at(found, link.via)
                found[table] = reader.rows_by_keys(table, columns, link.by, wanted)
        return found

    def stamps(self, table: str) -> tuple[str, ...]:
        """Those of STAMPS that a legacy table has."""
        return tuple(stamp for stamp in STAMPS if stamp in self.source.table(table).columns)

    def changed(self, comparison: Comparison, since: datetime, within: Reader | None = None) -> list[str]:
        """Keys of the roots of which a row that hangs on them by one column was changed later.

        within:  a reader of the instant that is meant; None: now, and no snapshot that began a while ago.
        """
        by = {(comparison.root, "ROW_ID")}
        by |= {
            (p.source, p.parent.at)
            for p in comparison.pairs
            if p.parent is not None and p.parent.through is None
        }
        keys: set[str] = set()
        with nullcontext(within) if within else self.source.snapshot() as reader:
            for table, column in sorted(by):
                if stamps := self.stamps(table):
                    for block in reader.changed(table, column, stamps, since):
                        keys.update(str(key) for key in block.to_pylist())
        return sorted(keys)

    def values(self, table: str, column: str, keys: Collection[str]) -> dict[str, str | None]:
        """What a column of these rows holds, by the rows' keys."""
        with self.source.snapshot() as reader:
            found = reader.rows_by_keys(table, ["ROW_ID", column], "ROW_ID", pa.array(sorted(keys)))
        return dict(zip(*(found.column(name).to_pylist() for name in ("ROW_ID", column)), strict=True))

    def summable(self, comparison: Comparison) -> bool:
        """Whether the database can make checksums of all that is read, and a key is of one type wherever it stands."""
        for table, link in comparison.links.items():
            told = self.source.table(table)
            pointing, column = link.via or (comparison.root, "ROW_ID")
            here, there = told.column(link.by), self.source.table(pointing).column(column)
            alike = type(here.sql_type) is type(there.sql_type) and is_text(here.sql_type)
            if not alike or not all(summable(told.column(name)) for name in self._summed(comparison, table)):
                return False
        return True

    def checksums(self, comparison: Comparison, table: str, parts: int) -> pa.Table:
        """Of each part of a table that is read: `part`, `rows` and `sum`; over the columns compared, and the stamps."""
        columns, by = self._summed(comparison, table), comparison.links[table].by
        with self.reader() as reader:
            return reader.checksums(table, columns, by, parts).rename_columns(["part", "rows", "sum"])

    def rooted(self, comparison: Comparison, table: str, parts: int, chosen: pa.Array) -> pa.Array:
        """The keys of the roots to which rows in these parts of a table belong, or belonged."""
        link = comparison.links[table]
        pointing, column = link.via or (comparison.root, "ROW_ID")
        by = comparison.links[pointing].by
        with self.reader() as reader:
            blocks = [*reader.in_parts(pointing, by, column, parts, chosen)]
        return self._above(comparison, pointing, pa.concat_arrays([pa.array([], pa.string()), *blocks]))

    def naming(self, comparison: Comparison, table: str, column: str, keys: pa.Array) -> pa.Array:
        """The keys of the roots of which a row of a table has one of these keys in a column."""
        by = comparison.links[table].by
        with self.reader() as reader:
            found = one(reader.rows_by_keys(table, [by], column, keys).column(by))
        return self._above(comparison, table, found.drop_null().unique())

    def _above(self, comparison: Comparison, table: str, values: pa.Array) -> pa.Array:
        """What some values of the column that a table is found by lead to: keys of roots."""
        via = comparison.links[table].via
        return values if via is None else self.naming(comparison, *via, values)

    def _summed(self, comparison: Comparison, table: str) -> list[str]:
        beside = [name for name in (*STAMPS, VERSION) if name in self.source.table(table).columns]
        return sorted({*comparison.sources[table], comparison.links[table].by, *beside})

    @contextmanager
    def reader(self) -> Iterator[Any]:
        """A reader of a snapshot that is still young, for one piece of work."""
        with self._readers.reader() as reader:
            self.snapshots.add(reader.started)
            yield reader


def _at(found: Mapping[str, pa.Table], place: tuple[str, str]) -> pa.Array:
    return one(found[place[0]].column(place[1]))


class PlatformSide:
    """The platform and the state beside it.

    url, schema:  as in the settings.    layout:  its tables as plain values.
    """

    def __init__(self, url: URL, schema: str, layout: Layout, *, patience: float = PATIENCE) -> None:
        self.url, self.schema, self.layout = url, schema, layout
        with faults("open a session on the platform"):
            self._connection = connect(url, "case-migrate reconcile", patience=patience)
            self._connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            self.moment: datetime = self._one(sql.SQL("SELECT clock_timestamp()")).astimezone(UTC)

    def close(self) -> None:
        """End the session."""
        self._connection.close()

    def renew(self) -> None:
        """See the platform as it is now."""
        with faults("renew the platform's snapshot"):
            self._connection.rollback()
            self._connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")

    def ask(
        self,
        query: str | sql.Composable,
        types: Mapping[str, pa.DataType],
        values: Sequence[object] | None = None,
    ) -> pa.Table:
        """The rows of a question; in a text `{platform}` and `{state}` stand for the two schemas."""
        composed = self.composed(query) if isinstance(query, str) else query
        with faults("ask the platform"), self._connection.cursor() as cursor:
            return copy_out(cursor, composed, dict(types), values)

    def composed(self, query: str) -> sql.Composed:
        """A question of ours, with the names of both schemas quoted."""
        return sql.SQL(query).format(platform=sql.Identifier(self.schema), state=sql.Identifier(STATE))

    def count(self, table: str) -> int:
        """How many rows a platform table has."""
        with faults(f"count {table}"):
            return int(self._one(sql.SQL("SELECT count(*) FROM {}").format(names(self.schema, table))))

    def there(self, table: str, ids: pa.Array) -> set[str]:
        """Those of some ids that a platform table has."""
        key = _shown(self.layout[table].key, ID)
        query = sql.SQL("SELECT {} FROM {} WHERE {} = ANY(%s::uuid[])").format(
            key, names(self.schema, table), sql.Identifier(self.layout[table].key)
        )
        return set(self.ask(query, {"id": pa.string()}, [_listed(ids)]).column("id").to_pylist())

    def rows(self, table: str, columns: Sequence[str], roots: pa.Array, by: str | None = None) -> pa.Table:
        """The platform's rows of some roots: `id`, `root` and these columns, in the types of `expected.shown_as`.

        by:  the column that `roots` are looked for in; default: the one with the root's id.
        """
        told = self.layout[table]
        root = told.root_id or told.key
        chosen = [_shown(told.key, ID), _shown(root, ID)] + [
            _shown(name, told.columns[name].type) for name in columns
        ]
        kinds = {name: shown_as(told.columns[name].type) for name in columns}
        query = sql.SQL("SELECT {} FROM {} WHERE {} = ANY(%s::uuid[])").format(
            comma(chosen), names(self.schema, table), sql.Identifier(by or root)
        )
        return self.ask(query, {"id": pa.string(), "root": pa.string(), **kinds}, [_listed(roots)])

    def checksums(self, table: str, columns: Sequence[str], shares: int) -> pa.Table:
        """Of each share of a table, by the first bits of the root's id: `part`, `rows` and `sum` over these columns."""
        told = self.layout[table]
        root = sql.Identifier(told.root_id or told.key)
        every = dict.fromkeys([told.key, told.root_id or told.key, *columns])
        rows = sql.SQL("SELECT {root} AS id, {columns} FROM {table} WHERE {root} IS NOT NULL").format(
            root=root,
            columns=comma([sql.Identifier(name) for name in every]),
            table=names(self.schema, table),
        )
        return self.summed(rows, shares)

    def summed(self, rows: sql.Composable, shares: int, values: Sequence[object] | None = None) -> pa.Table:
        """Of each share of some rows, by the first bits of their `id`: `part`, `rows` and `sum` over all columns."""
        query = sql.SQL(
            "SELECT ('x' || encode(uuid_send(id), 'hex'))::bit(32)::bigint >> {bits} AS share, count(*),"
            " sum(hashtextextended(each_row::text, 0))::text FROM ({rows}) AS each_row GROUP BY share"
        ).format(bits=sql.Literal(33 - shares.bit_length()), rows=rows)
        return self.ask(query, {"part": pa.int64(), "rows": pa.int64(), "sum": pa.string()}, values)

    def ids(self, table: str) -> Iterator[np.ndarray]:
        """The keys of all rows of a platform table, in blocks of 16 bytes each."""
        query = sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT (FORMAT binary)").format(
            sql.Identifier(self.layout[table].key), names(self.schema, table)
        )
        with faults(f"read the keys of {table}"), self._connection.cursor() as cursor:
            for piece in copied(cursor, query):
                yield _ids_of(piece)

    def _one(self, query: sql.SQL | sql.Composed) -> Any:
        row = self._connection.execute(query).fetchone()
        assert row is not None
        return row[0]


_HEADER, _ROW = b"PGCOPY\n\xff\r\n\0", 22  # PostgreSQL's documentation of COPY, "Binary Format"


def _ids_of(block: bytearray) -> np.ndarray:
    """Ids of a piece of a binary COPY that begins and ends with a row: 2 bytes count, 4 bytes length, 16 bytes id."""
    start = 19 if block.startswith(_HEADER) else 0
    rows = (len(block) - start) // _ROW
    return np.frombuffer(block, np.uint8, rows * _ROW, start).reshape(rows, _ROW)[:, 6:]


def _listed(ids: pa.Array) -> str:
    """Ids as the text of an array of PostgreSQL."""
    return "{" + str(pc.binary_join(pa.ListArray.from_arrays([0, len(ids)], ids), ",")[0]) + "}"


def _shown(column: str, kind: pa.DataType) -> sql.Composed:
    """A platform column as it travels: instants in UTC without a zone, flags as words."""
    told = sql.Identifier(column)
    if pa.types.is_boolean(kind):
        return sql.SQL("{}::text").format(told)
    if pa.types.is_timestamp(kind):
        return sql.SQL("{} AT TIME ZONE 'UTC'").format(told)
    return sql.SQL("{}").format(told)
