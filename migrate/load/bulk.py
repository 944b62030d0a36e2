"""A first load without indexes, foreign keys and autovacuum, which are there again when the rows are.

Building an index over rows that are there is several times cheaper than keeping it while they arrive in random order.
What is taken away is written down as the server itself describes it, in the transaction that takes it away; each
piece is made again in the transaction that strikes it off. So a kill at any moment leaves a list that is true.

Foreign keys come back in two steps: stated, which locks two tables and takes no time, then checked against the rows,
which takes time and locks nobody out.

Autovacuum would go over the growing tables again and again, and stand in the way of the foreign keys at the end. Of
the statistics that it keeps, those of indexed columns are taken when everything is there; they are what the next run
asks by, and a tenth of the work of all. The server completes them by itself when autovacuum is back.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby

from psycopg import sql

from migrate.errors import Defect
from migrate.postgres import Cursor, comma

BUILT = (1, 2, 3)
"""Steps that concern one table each: primary keys, unique constraints, indexes."""

STATED = (4,)
"""Foreign keys: they need the keys of the other table."""

CHECKED = (5,)
"""Rows against stated foreign keys; then statistics, and autovacuum."""


@dataclass(frozen=True, slots=True)
class Item:
    """An index, a constraint or a setting that is away; a constraint of the last step is there, and unchecked."""

    table: str
    name: str
    kind: str
    definition: str
    step: int


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
            "SELECT table_name, name, kind, definition, step FROM {m}.bulk"
            " WHERE table_name = ANY(%s) ORDER BY step DESC"
        ).format(**names),
        [empty],
    )
    for row in cursor.fetchall():
        _take_away(cursor, platform, _item(row))
    return tuple(empty)


def todo(cursor: Cursor, schema: str, steps: Sequence[int]) -> list[Item]:
    """What is away and belongs to these steps, by table, in the order of making."""
    query = sql.SQL(
        "SELECT table_name, name, kind, definition, step FROM {m}.bulk"
        " WHERE step = ANY(%s) ORDER BY table_name, step, kind, name"
    )
    cursor.execute(query.format(m=sql.Identifier(schema)), [list(steps)])
    return [_item(row) for row in cursor.fetchall()]


def by_table(items: Sequence[Item]) -> list[list[Item]]:
    """The items of each table together."""
    return [list(group) for _, group in groupby(items, key=lambda item: item.table)]


def make(cursor: Cursor, schema: str, platform: str, items: Sequence[Item]) -> None:
    """Make again what one table lacks of some steps, and strike it off; foreign keys go one step further."""
    name, table = items[0].table, sql.Identifier(platform, items[0].table)
    cursor.execute("SET LOCAL maintenance_work_mem = '128MB'")
    if any(item.kind == "setting" for item in items):
        _take_statistics(cursor, platform, name)
    if actions := [_action(item) for item in items if item.kind != "index"]:
        cursor.execute(sql.SQL("ALTER TABLE {} {}").format(table, comma(actions)))
    for item in items:
        if item.kind == "index":
            cursor.execute(sql.SQL(item.definition))
    done = _STEP_FURTHER if items[0].step in STATED else _STRIKE_OFF
    cursor.execute(sql.SQL(done).format(m=sql.Identifier(schema)), [name, [item.name for item in items]])


def _action(item: Item) -> sql.Composed:
    """Within ALTER TABLE; definitions are the server's own words."""
    if item.kind == "setting":
        text = "RESET ({definition})"
    elif item.step in CHECKED:
        text = "VALIDATE CONSTRAINT {name}"
    else:
        text = "ADD CONSTRAINT {name} {definition}" + " NOT VALID" * (item.step in STATED)
    return sql.SQL(text).format(name=sql.Identifier(item.name), definition=sql.SQL(item.definition))


def _take_statistics(cursor: Cursor, platform: str, table: str) -> None:
    """Of the columns that indexes are about."""
    cursor.execute(_INDEXED, [platform, table])
    columns = [sql.Identifier(str(name)) for (name,) in cursor.fetchall()]
    if columns:
        cursor.execute(sql.SQL("ANALYZE {} ({})").format(sql.Identifier(platform, table), comma(columns)))


def check(cursor: Cursor, platform: str) -> None:
    """Raise Defect if a constraint or index of the platform is not valid."""
    cursor.execute(_INVALID, {"platform": platform})
    invalid = [str(name) for (name,) in cursor.fetchall()]
    if invalid:
        raise Defect(f"the platform's constraints are not all valid: {', '.join(invalid)}")


def _item(row: Sequence[object]) -> Item:
    table, name, kind, definition, step = map(str, row)
    return Item(table, name, kind, definition, int(step))


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


_STRIKE_OFF = "DELETE FROM {m}.bulk WHERE table_name = %s AND name = ANY(%s)"
_STEP_FURTHER = "UPDATE {m}.bulk SET step = step + 1 WHERE table_name = %s AND name = ANY(%s)"
_INDEXED = """
SELECT DISTINCT a.attname FROM pg_index AS x JOIN pg_class AS c ON c.oid = x.indrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = ANY (x.indkey)
WHERE n.nspname = %s AND c.relname = %s ORDER BY a.attname
"""
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
