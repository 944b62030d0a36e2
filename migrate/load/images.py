"""Rows as they were before a run touched them: kept before each statement that changes rows, put back by an undo.

Of an entity that a run appends whole nothing is kept: its crosswalk line says which run it came by, and all rows of
its aggregate came with it. Of an entity that is compared with what is there, the row of its root is kept in any case,
and every other row that the run updates, deletes or adds. So an entity that a run placed, and of whose root no row is
kept, is one that it appended; a row that hangs on such an entity was not there before, whatever it was in between.
"""

from dataclasses import dataclass

from psycopg import sql

from migrate.model import TargetTable
from migrate.postgres import Cursor


@dataclass(frozen=True, slots=True)
class Keeper:
    """Keeps rows on behalf of one batch, in its transaction.

    schema, platform:  of the state, of the platform.
    """

    cursor: Cursor
    schema: str
    platform: str
    run: int
    entity: str

    def rows(
        self,
        table: TargetTable,
        beside: sql.Composable,
        where: sql.Composable,
        then: sql.Composable | None = None,
    ) -> int:
        """Keep the rows `o` of a table for which a condition holds.

        beside:  what else the condition names, as a FROM clause would.
        then:    the statement that changes these rows; it sees them as they are kept. Returns how many it wrote.
        """
        root = sql.Identifier("o", table.root_id or table.key)
        return self._execute(_KEEP, table, beside, where, root, then)

    def absent(self, table: TargetTable, stage: sql.Composable, then: sql.Composable | None = None) -> int:
        """Note that those rows of the stage which are not on the platform were not there.

        then:  the statement that adds them. Returns how many it wrote.
        """
        root = sql.Identifier("s", table.root_id or table.key)
        return self._execute(_ABSENT, table, stage, sql.SQL(""), root, then)

    def _execute(
        self,
        text: str,
        table: TargetTable,
        beside: sql.Composable,
        where: sql.Composable,
        root: sql.Composable,
        then: sql.Composable | None,
    ) -> int:
        parts = {"m": sql.Identifier(self.schema), "table": sql.Identifier(self.platform, table.name)}
        told = {
            "run": sql.Literal(self.run),
            "name": sql.Literal(table.name),
            "entity": sql.Literal(self.entity),
        }
        query = sql.SQL(text).format(
            **parts, **told, key=sql.Identifier(table.key), root=root, beside=beside, where=where
        )
        if then is not None:
            query = sql.SQL("WITH kept AS ({kept}) {then}").format(kept=query, then=then)
        return self.cursor.execute(query).rowcount


_KEEP = """
INSERT INTO {m}.before_image (run, table_name, id, entity, root_id, "row")
SELECT {run}, {name}, o.{key}, {entity}, {root}, CASE WHEN NOT EXISTS (
    SELECT FROM {m}.crosswalk AS c WHERE c.id = {root} AND c.run = {run} AND c.survivor IS NULL
) OR EXISTS (
    SELECT FROM {m}.before_image AS b WHERE b.id = {root} AND b.run = {run} AND b."row" IS NOT NULL
) THEN to_jsonb(o) END
FROM {table} AS o CROSS JOIN {beside} WHERE {where}
ON CONFLICT (run, table_name, id) DO NOTHING
"""
_ABSENT = """
INSERT INTO {m}.before_image (run, table_name, id, entity, root_id)
SELECT {run}, {name}, s.{key}, {entity}, {root}
FROM {beside} AS s WHERE NOT EXISTS (SELECT FROM {table} AS o WHERE o.{key} = s.{key})
ON CONFLICT (run, table_name, id) DO NOTHING
"""
