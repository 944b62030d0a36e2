"""Questions about keys: which are on the platform, who claims a natural key, whose pointers run in a circle.

Natural keys (an identifier that should belong to one client, a case number) are collected by *survey* slices over all
roots before the first batch of an entity, so that a batch can know of rivals that it does not hold itself.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from psycopg import sql

from migrate.postgres import Cursor, copy_in, copy_out, temporary

NATURAL = sql.Identifier("pg_temp", "stage_natural")
"""(key, value, variant) of some roots, within a transaction."""


def known(cursor: Cursor, schema: str, system: str, entity: str, keys: pa.Array) -> pa.Array:
    """Those of `keys` that have a live row on the platform, stand-ins included; each once."""
    wanted = pc.unique(pc.drop_null(keys)).to_pylist()
    if not wanted:
        return pa.array([], pa.string())
    cursor.execute(sql.SQL(_KNOWN).format(m=sql.Identifier(schema)), [system, entity, wanted], binary=True)
    return pa.array([key for (key,) in cursor.fetchall()], pa.string())


def survey(cursor: Cursor, schema: str, run: int, entity: str, name: str, rows: pa.Table) -> int:
    """Keep the natural keys of some roots; returns how many lines changed.

    rows:  (key, value, variant), all string, one per root read; a root without a value has null there.
    """
    names = {"m": sql.Identifier(schema), "n": NATURAL}
    stage(cursor, rows)
    without = rows.filter(rows.column("value").is_null()).column("key").to_pylist()
    cursor.execute(sql.SQL(_FORGET).format(**names), [entity, name, without])
    changed = cursor.rowcount
    cursor.execute(sql.SQL(_SURVEY).format(**names), [entity, name, run, entity, name])
    return changed + cursor.rowcount


def take_statistics(cursor: Cursor, schema: str) -> None:
    """Tell the server what natural keys there are now, before it is asked for them by the thousand.

    Of two indexes that begin alike it would take either: with the wrong one, every look goes over the whole table.
    """
    cursor.execute(sql.SQL(_STATISTICS).format(m=sql.Identifier(schema)))


def stage(cursor: Cursor, rows: pa.Table) -> None:
    """The rows of stage_natural."""
    temporary(cursor, "stage_natural", sql.SQL(_STAGE))
    cursor.execute("DELETE FROM pg_temp.stage_natural")  # another natural key in this transaction
    if copy_in(cursor, NATURAL, rows.select(["key", "value", "variant"]), called="stage_natural"):
        cursor.execute("ANALYZE pg_temp.stage_natural (key, value)")


def contested(cursor: Cursor, schema: str, entity: str, name: str) -> pa.Array:
    """Values that more than one root claims; with variants, those whose claims differ in the variant."""
    query = sql.SQL(_CONTESTED).format(m=sql.Identifier(schema))
    return copy_out(cursor, query, {"value": pa.string()}, [entity, name]).column("value").combine_chunks()


def rivals(cursor: Cursor, schema: str, entity: str, name: str, among: pa.Array | None = None) -> pa.Array:
    """Keys of the roots that claim a contested value; `among`: only values that one of these keys has."""
    query = sql.SQL(_RIVALS if among is None else _RIVALS_AMONG).format(m=sql.Identifier(schema))
    given = [entity, name] if among is None else [entity, name, among.to_pylist(), entity, name]
    return copy_out(cursor, query, {"key": pa.string()}, given).column("key").combine_chunks()


def looped(cursor: Cursor, schema: str, entity: str, name: str) -> pa.Array:
    """Keys whose chain of pointers leads back to themselves; one that points at itself among them."""
    query = sql.SQL(_POINTERS).format(m=sql.Identifier(schema))
    pairs = copy_out(cursor, query, {"key": pa.string(), "value": pa.string()}, [entity, name])
    return circles(pairs.column("key").combine_chunks(), pairs.column("value").combine_chunks())


def circles(keys: pa.Array, pointers: pa.Array) -> pa.Array:
    """The keys on a circle of a graph in which `keys[i]`, each once, points at `pointers[i]`; sorted.

    After as many steps as there are keys, who still is somewhere is on a circle; each turn doubles the steps.
    """
    nodes = pa.concat_arrays([keys, pointers]).dictionary_encode()
    nowhere, ends = len(nodes.dictionary), nodes.indices.to_numpy()
    after = np.full(nowhere + 1, nowhere)
    after[ends[: len(keys)]] = ends[len(keys) :]
    for _ in range(nowhere.bit_length()):
        after = after[after]
    reached = np.unique(after)
    return nodes.dictionary.take(pa.array(reached[reached < nowhere])).sort()


def natural(cursor: Cursor, schema: str, entity: str, name: str, keys: pa.Array) -> pa.Table:
    """(key, value) of a natural key for those of `keys` that have one."""
    wanted = pc.unique(pc.drop_null(keys)).to_pylist()
    cursor.execute(sql.SQL(_NATURALS).format(m=sql.Identifier(schema)), [wanted, entity, name], binary=True)
    found = cursor.fetchall()
    columns = zip(*found, strict=True) if found else ((), ())
    return pa.table([pa.array(column, pa.string()) for column in columns], names=["key", "value"])


_KNOWN = """
SELECT key FROM {m}.crosswalk AS c
WHERE system = %s AND entity = %s AND key = ANY(%s) AND valid_to = 'infinity' AND survivor IS NULL
  AND cause <> 'vanished'
  AND NOT EXISTS (SELECT FROM {m}.candidate AS k WHERE k.entity = c.entity AND k.key = c.key AND k.gone)
"""
_STAGE = 'key text COLLATE "C", value text COLLATE "C", variant text COLLATE "C"'
# By an array and not by a join: without statistics the server would join every line with every key.
_FORGET = "DELETE FROM {m}.natural_key WHERE entity = %s AND name = %s AND key = ANY(%s)"
_SURVEY = """
INSERT INTO {m}.natural_key (entity, name, key, value, variant, run)
SELECT DISTINCT ON (n.key) %s, %s, n.key, n.value, n.variant, %s FROM {n} AS n
WHERE n.value IS NOT NULL AND NOT EXISTS (
    SELECT FROM {m}.natural_key AS o
    WHERE o.entity = %s AND o.name = %s AND o.key = n.key
      AND o.value = n.value AND o.variant IS NOT DISTINCT FROM n.variant
) ORDER BY n.key, n.value
ON CONFLICT (entity, name, key) DO UPDATE SET value = excluded.value, variant = excluded.variant, run = excluded.run
"""
_STATISTICS = "ANALYZE {m}.natural_key (entity, name, key, value)"
_CONTESTED = """
SELECT value FROM {m}.natural_key WHERE entity = %s AND name = %s
GROUP BY value HAVING count(*) > 1 AND count(DISTINCT coalesce(variant, key)) > 1 ORDER BY value
"""
# In one pass: joined with the contested values, without statistics, every key would be held against every value.
_RIVALS = """
SELECT key FROM (
    SELECT key, min(coalesce(variant, key)) OVER claim AS one, max(coalesce(variant, key)) OVER claim AS other
    FROM {m}.natural_key WHERE entity = %s AND name = %s WINDOW claim AS (PARTITION BY value)
) AS claimed WHERE one <> other ORDER BY key
"""
_RIVALS_AMONG = """
SELECT key FROM (
    SELECT n.key, min(coalesce(n.variant, n.key)) OVER claim AS one, max(coalesce(n.variant, n.key)) OVER claim AS other
    FROM (
        SELECT DISTINCT value FROM {m}.natural_key WHERE entity = %s AND name = %s AND key = ANY(%s)
    ) AS own JOIN {m}.natural_key AS n ON n.entity = %s AND n.name = %s AND n.value = own.value
    WINDOW claim AS (PARTITION BY n.value)
) AS claimed WHERE one <> other ORDER BY key
"""
_POINTERS = """
SELECT o.key, o.value FROM {m}.natural_key AS o JOIN {m}.natural_key AS n
    ON n.entity = o.entity AND n.name = o.name AND n.key = o.value
WHERE o.entity = %s AND o.name = %s
"""
# Key by key through the index, see `take_statistics`; by a join, every key could be held against every line.
_NATURALS = """
SELECT n.key, n.value FROM unnest(%s::text[]) AS w (key) CROSS JOIN LATERAL (
    SELECT o.key, o.value FROM {m}.natural_key AS o
    WHERE o.entity = %s AND o.name = %s AND o.key = w.key COLLATE "C" OFFSET 0
) AS n
"""
