"""The source's own description of its tables, as `SourceTable` values; nothing is taken from the mapping."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from migrate.errors import Drift
from migrate.extract.dialects import Dialect
from migrate.extract.nouns import SourceColumn, SourceTable
from migrate.extract.types import canonical_type


class Catalogue:
    """Tables and views of one schema, asked for when first needed and then kept."""

    def __init__(self, engine: sa.Engine, dialect: Dialect, schema: str | None) -> None:
        self._engine, self._dialect, self._schema = engine, dialect, schema
        self._names: dict[str, list[str]] | None = None
        self._views: set[str] = set()
        self._tables: dict[str, SourceTable] = {}
        self._collations: dict[tuple[str, str], str] | None = None
        self._unique: set[tuple[str, str]] | None = None

    @property
    def names(self) -> frozenset[str]:
        """Upper-case names of all tables and views."""
        return frozenset(self._all_names())

    def tables(self, wanted: Collection[str] | None = None) -> dict[str, SourceTable]:
        """By upper-case name those of the wanted tables that exist, or all."""
        names = self._all_names()
        wanted = (
            names.keys() if wanted is None else [name.upper() for name in wanted if name.upper() in names]
        )
        missing = [name for name in wanted if name not in self._tables]
        if missing:
            self._tables |= self._reflect([self._spelled(name) for name in missing])
        return {name: self._tables[name] for name in wanted}

    def table(self, name: str) -> SourceTable:
        """One table; raises `Drift` if there is none."""
        try:
            return self.tables([name])[name.upper()]
        except KeyError:
            where = f" in the schema {self._schema}" if self._schema else ""
            raise Drift(
                f"the source has no table {name}{where}",
                why="the mapping was written for another schema, or the role may not see the table",
                remedy=f"correct the mapping or the schema of the source, or ask for SELECT on {name}",
            ) from None

    def _all_names(self) -> dict[str, list[str]]:
        """Names as spelled, by upper-case name."""
        if self._names is None:
            inspector = sa.inspect(self._engine)
            found: dict[str, list[str]] = defaultdict(list)
            self._views = set(inspector.get_view_names(self._schema))
            for name in [*inspector.get_table_names(self._schema), *self._views]:
                found[name.upper()].append(name)
            self._names = dict(found)
        return self._names

    def _spelled(self, name: str) -> str:
        """How the database spells an upper-case name; the very same letters win."""
        spellings = self._all_names()[name]
        if name in spellings or len(spellings) == 1:
            return name if name in spellings else spellings[0]
        raise Drift(
            f"the source has several tables that differ from {name} only in case: {', '.join(sorted(spellings))}"
        )

    def _reflect(self, names: list[str]) -> dict[str, SourceTable]:
        inspector = sa.inspect(self._engine)
        columns = inspector.get_multi_columns(
            schema=self._schema, filter_names=names, kind=sa.engine.reflection.ObjectKind.ANY
        )
        return {
            name.upper(): SourceTable(name, self._columns(name, rows), name in self._views)
            for (_, name), rows in columns.items()
        }

    def _columns(self, table: str, rows: Iterable[Any]) -> dict[str, SourceColumn]:
        return {row["name"].upper(): self._column(table, row) for row in rows}

    def _column(self, table: str, row: Any) -> SourceColumn:
        declared, place = row["type"], (table.upper(), row["name"].upper())
        return SourceColumn(
            name=row["name"],
            type=canonical_type(declared),
            nullable=bool(row["nullable"]),
            length=getattr(declared, "length", None),
            collation=self._all_collations().get(place),
            declared=_words(declared, self._engine),
            unique=place in self._all_unique(),
            sql_type=declared,
        )

    def _all_collations(self) -> dict[tuple[str, str], str]:
        if self._collations is None:
            rows = self._ask(self._dialect.collations)
            self._collations = {(table.upper(), column.upper()): name for table, column, name in rows}
        return self._collations

    def _all_unique(self) -> set[tuple[str, str]]:
        if self._unique is None:
            rows = self._ask(self._dialect.unique)
            self._unique = {(table.upper(), column.upper()) for table, column in rows}
        return self._unique

    def _ask(self, statement: str | None) -> Sequence[Any]:
        """Rows of a statement about the whole schema; none where the database has no such thing."""
        if statement is None:
            return ()
        with self._engine.connect() as connection:
            return connection.execute(sa.text(statement), {"schema": self._schema}).all()


def _words(declared: sa.types.TypeEngine[Any], engine: sa.Engine) -> str:
    """The declaration in the words of the database; a type without any is named by its class."""
    try:
        return declared.compile(dialect=engine.dialect)
    except sa.exc.CompileError:
        return type(declared).__name__
