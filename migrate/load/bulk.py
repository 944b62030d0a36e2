"""A first load without indexes, foreign keys and autovacuum, which are there again when the rows are.

Building an index over rows that are there is several times cheaper than keeping it while they arrive in random order.
What is taken away is written down as the server itself describes it, in the transaction that takes it away; each
piece is made again in the transaction that strikes it off. So a kill at any moment leaves a list that is true.

Autovacuum would go over the growing tables again and again, and stand in the way of the foreign keys at the end; the
statistics that it keeps are taken once, when everything is there.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby

from psycopg import sql

from migrate.errors import Defect
from migrate.postgres import Cursor

STEPS = (1, 2, 3, 4, 5)
"""Primary keys, unique constraints, indexes, foreign keys: each needs those before it; then autovacuum."""

REFERENCES = 4


@dataclass(frozen=True, slots=True)
class Item:
    """An index, a constraint or a setting that is away."""

    table: str
    name: str
    kind: str
    definition: str


def begin(
    cursor: Cursor, schema: str, platform: str, tables: Sequence[str], keep_keys: Collection[str]
) -> tuple[str, ...]:
    """Take indexes and constraints off those of `tables` that are empty; returns their names.

    keep_keys: tables whose primary key stays, because rows are looked up while they are loaded.
    """
    empty = [name for name in tables if _is_empty(cursor, platform, name)]
    if not empty:
        return ()
    names = {"m": sql.Identifier(schema)}
    params = {"platform": platform, "tables": empty, "keep": list(keep_keys)}
    cursor.execute(sql.SQL(_RECORD).format(**names), params)
    cursor.execute(
        sql.SQL(
            "SELECT table_name, name, kind, definition FROM {m}.bulk WHERE table_name = ANY(%s) ORDER BY step DESC"
        ).format(**names),
        [empty],
    )
    for row in cursor.fetchall():
        _take_away(cursor, platform, Item(*map(str, row)))
    return tuple(empty)


def todo(cursor: Cursor, schema: str, step: int) -> list[Item]:
    """What is away and belongs to this step."""
    query = sql.SQL(
        "SELECT table_name, name, kind, definition FROM {m}.bulk WHERE step = %s ORDER BY table_name, name"
    )
    cursor.execute(query.format(m=sql.Identifier(schema)), [step])
    return [Item(*map(str, row)) for row in cursor.fetchall()]


def by_table(items: Sequence[Item]) -> list[list[Item]]:
    """The items of each table together."""
    return [list(group) for _, group in groupby(items, key=lambda item: item.table)]


def make(cursor: Cursor, schema: str, platform: str, item: Item) -> None:
    """Make it again and strike it off."""
    cursor.execute("SET LOCAL maintenance_work_mem = '128MB'")
    cursor.execute(
        sql.SQL("DELETE FROM {} WHERE table_name = %s AND name = %s").format(sql.Identifier(schema, "bulk")),
        [item.table, item.name],
    )
    definition = sql.SQL(item.definition)  # the server's own words
    if item.kind == "index":
        cursor.execute(definition)
        return
    if item.kind == "setting":
        table = sql.Identifier(platform, item.table)
        cursor.execute(sql.SQL("ALTER TABLE {} RESET ({}); ANALYZE {}").format(table, definition, table))
        return
    parts = {
        "table": sql.Identifier(platform, item.table),
        "name": sql.Identifier(item.name),
        "definition": definition,
    }
    cursor.execute(sql.SQL("ALTER TABLE {table} ADD CONSTRAINT {name} {definition}").format(**parts))


def check(cursor: Cursor, platform: str) -> None:
    """Raise Defect if a constraint or index of the platform is not valid."""
    cursor.execute(_INVALID, {"platform": platform})
    invalid = [str(name) for (name,) in cursor.fetchall()]
    if invalid:
        raise Defect(f"the platform's constraints are not all valid: {', '.join(invalid)}")


def _is_empty(cursor: Cursor, platform: str, name: str) -> bool:
    cursor.execute(sql.SQL("SELECT EXISTS (SELECT FROM {})").format(sql.Identifier(platform, name)))
    return cursor.fetchone() == (False,)


def _take_away(cursor: Cursor, platform: str, item: Item) -> None:
    if item.kind == "index":
        cursor.execute(sql.SQL("DROP INDEX IF EXISTS {}").format(sql.Identifier(platform, item.name)))
        return
    parts = {"table": sql.Identifier(platform, item.table), "name": sql.Identifier(item.name)}
    if item.kind == "setting":
        definition = sql.SQL(item.definition)
        cursor.execute(sql.SQL("ALTER TABLE {table} SET ({} = off)").format(definition, **parts))
        return
    cursor.execute(sql.SQL("ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}").format(**parts))


# A key or unique constraint stays where a foreign key of a table that is not emptied of its own leads to it.
_RECORD = """
WITH emptied AS (
    SELECT c.oid, c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname = %(platform)s AND c.relname = ANY(%(tables)s) AND c.relkind = 'r'
), needed AS (
    SELECT f.conindid FROM pg_constraint AS f
    WHERE f.contype = 'f' AND f.confrelid IN (SELECT oid FROM emptied) AND f.conrelid NOT IN (SELECT oid FROM emptied)
)
INSERT INTO {m}.bulk (table_name, name, kind, step, definition)
SELECT e.relname, k.conname, 'constraint', CASE k.contype WHEN 'p' THEN 1 WHEN 'u' THEN 2 ELSE 4 END,
       pg_get_constraintdef(k.oid)
FROM emptied AS e JOIN pg_constraint AS k ON k.conrelid = e.oid
WHERE k.contype = 'f'
   OR (k.contype IN ('p', 'u') AND k.conindid NOT IN (SELECT conindid FROM needed) AND e.relname <> ALL (%(keep)s))
UNION ALL
SELECT e.relname, i.relname, 'index', 3, pg_get_indexdef(i.oid)
FROM emptied AS e JOIN pg_index AS x ON x.indrelid = e.oid JOIN pg_class AS i ON i.oid = x.indexrelid
WHERE NOT EXISTS (SELECT FROM pg_constraint AS k WHERE k.conindid = i.oid AND k.contype IN ('p', 'u', 'x'))
UNION ALL
SELECT e.relname, 'autovacuum', 'setting', 5, 'autovacuum_enabled'
FROM emptied AS e JOIN pg_class AS c ON c.oid = e.oid
WHERE NOT EXISTS (SELECT FROM pg_options_to_table(c.reloptions) WHERE option_name = 'autovacuum_enabled')
ON CONFLICT DO NOTHING
"""
_INVALID = """
SELECT k.conname FROM pg_constraint AS k JOIN pg_namespace AS n ON n.oid = k.connamespace
WHERE n.nspname = %(platform)s AND NOT k.convalidated
UNION ALL
SELECT i.relname FROM pg_index AS x JOIN pg_class AS i ON i.oid = x.indexrelid
JOIN pg_namespace AS n ON n.oid = i.relnamespace
WHERE n.nspname = %(platform)s AND NOT x.indisvalid
"""
