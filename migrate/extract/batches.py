"""Read a Batch: the rows of whole entities, root and members, each table by one key range or by key lists.

Rows of every table come sorted by the pointer and then by their own key, byte by byte, so that the same data gives
the same Batch from every database. No row comes twice within a table of a Batch. Keys and pointers come as text, also
where the source keeps numbers.
"""

from collections.abc import Callable, Collection, Iterator

import pyarrow as pa
import pyarrow.compute as pc

from migrate.canonical import key_text
from migrate.errors import Defect, Drift
from migrate.extract.nouns import Reader
from migrate.mapping.nouns import Mapping, Member, Orphans
from migrate.mapping.reads import keys as keys_of
from migrate.model import Batch, KeyRange, Slice


def read_batch(reader: Reader, mapping: Mapping, slice: Slice, within: KeyRange) -> Batch:  # noqa: A002  # the noun's name
    """All roots in the range, and the rows of their members; a member row without its root comes along as it is.

    What the mapping's conditions rule out may be missing; the transform judges what comes.

    Members with `via` are read by the values that the rows of their parent member hold; members of whose orphans the
    mapping takes no notice, by the keys of the roots: their table may be far bigger than the entity's share of it.
    """
    root = mapping.root
    roots = reader.rows(root.table, mapping.reads[root.name], root.by, within, where=root.where)
    keys = key_text(roots.column(root.key).combine_chunks())

    def rows(member: Member) -> pa.Table:
        if member is root:
            return roots
        columns = mapping.reads[member.name]
        if member.orphans is Orphans.IGNORE:
            return reader.rows_by_keys(member.table, columns, member.by, keys, where=member.where)
        return reader.rows(
            member.table, columns, member.by, within, like=(root.table, root.by), where=member.where
        )

    tables = _tables(reader, mapping, rows)
    if within == slice.ranges[0]:
        _check_keys(mapping, tables)
    return Batch(mapping.entity, slice, within, tables)


def read_keys(
    reader: Reader,
    mapping: Mapping,
    slice: Slice,  # noqa: A002  # the noun's name
    keys: pa.Array,
    within: KeyRange | None = None,
) -> Batch:
    """The roots with these keys, and the rows of their members; a key that is gone brings nothing.

    The same rows as in the Batch of a range that holds the keys, so that versions are the same.
    """
    root = mapping.root
    roots = reader.rows_by_keys(root.table, mapping.reads[root.name], root.by, keys, where=root.where)
    found = key_text(roots.column(root.key).combine_chunks())

    def rows(member: Member) -> pa.Table:
        if member is root:
            return roots
        wanted = found if member.orphans is Orphans.IGNORE else keys
        columns = mapping.reads[member.name]
        return reader.rows_by_keys(member.table, columns, member.by, wanted, where=member.where)

    within = slice.ranges[0] if within is None else within
    return Batch(mapping.entity, slice, within, _tables(reader, mapping, rows), keys)


def read_survey(reader: Reader, mapping: Mapping, columns: tuple[str, ...], within: KeyRange) -> pa.Table:
    """The root's key and the given columns of the roots in the range, sorted by key."""
    root = mapping.root
    names = tuple(dict.fromkeys((root.by, *columns)))
    rows = reader.rows(root.table, names, root.by, within, where=root.where)
    return _sorted(rows, root, keys_of(mapping)[root.name])


def read_loose(reader: Reader, mapping: Mapping, slice: Slice, within: KeyRange) -> Batch:  # noqa: A002  # the noun's name
    """Rows of `slice.member` that no range of the root reaches, and the rows that hang on them by `via`.

    A member that points at the root: rows with a null pointer; `within` is a range of the member's own key, which
    bounds the batch (`Source.boundaries(table, key, every, without=by)`).

    A member with `via`: rows in that range of the pointer whose parent row does not exist, read as keys of both sides
    and compared in memory; the range without a low end also brings the rows with a null pointer. Rows whose parent
    exists are read with their parent, even when that is itself an orphan.
    """
    member = mapping.member(_loose_member(slice))
    columns, keys = mapping.reads[member.name], keys_of(mapping)
    empty = {name: _empty(reader, mapping, name) for name in mapping.by_name}
    if member.via is None:
        parts = list(reader.rows_without(member.table, columns, member.by, key=member.key, within=within))
    else:
        parts = [_without_parent(reader, mapping, member, within)]
        if within.low is None:
            parts += reader.rows_without(member.table, columns, member.by)
    rows = pa.concat_tables([empty[member.name], *parts])
    tables = {name: _as_text(none, keys[name]) for name, none in empty.items()}
    tables[member.name] = _sorted(rows, member, keys[member.name])
    for child in _parents_first(mapping):
        if child.via is not None and child.name != member.name and tables[child.via.member].num_rows:
            rows = reader.rows_by_keys(
                child.table, mapping.reads[child.name], child.by, _pointers(tables, child)
            )
            tables[child.name] = _sorted(rows, child, keys[child.name])
    return Batch(mapping.entity, slice, within, tables)


def _tables(reader: Reader, mapping: Mapping, rows_of: Callable[[Member], pa.Table]) -> dict[str, pa.Table]:
    """Root and members: `rows_of` reads those that point at the root, the others are read by what these point at."""
    tables: dict[str, pa.Table] = {}
    keys = keys_of(mapping)
    for member in _parents_first(mapping):
        if member.via is None:
            rows = rows_of(member)
        else:
            columns, pointers = mapping.reads[member.name], _pointers(tables, member)
            rows = reader.rows_by_keys(member.table, columns, member.by, pointers, where=member.where)
        tables[member.name] = _sorted(rows, member, keys[member.name])
    return tables


def _without_parent(reader: Reader, mapping: Mapping, member: Member, within: KeyRange) -> pa.Table:
    """Rows in the range of a `via` pointer whose parent row does not exist."""
    assert member.via is not None
    parent = mapping.member(member.via.member)
    own = reader.rows(member.table, (member.by,), member.by, within).column(member.by)
    there = reader.rows(
        parent.table, (member.via.column,), member.via.column, within, like=(member.table, member.by)
    ).column(member.via.column)
    own, there = key_text(own.combine_chunks()), key_text(there.combine_chunks())
    dead = own.filter(pc.invert(pc.is_in(own, value_set=there)))
    return reader.rows_by_keys(member.table, mapping.reads[member.name], member.by, dead)


def _pointers(tables: dict[str, pa.Table], member: Member) -> pa.Array:
    assert member.via is not None
    return tables[member.via.member].column(member.via.column).combine_chunks()


def _parents_first(mapping: Mapping) -> Iterator[Member]:
    """Root and members, each after the member that it is found through."""
    waiting = [mapping.root, *mapping.members]
    done: set[str] = set()
    while waiting:
        ready = [member for member in waiting if member.via is None or member.via.member in done]
        if not ready:
            names = ", ".join(member.name for member in waiting)
            raise Defect(f"the members {names} of {mapping.entity} are found only through each other")
        yield from ready
        done |= {member.name for member in ready}
        waiting = [member for member in waiting if member.name not in done]


def _sorted(rows: pa.Table, member: Member, keys: Collection[str]) -> pa.Table:
    """By pointer, then by own key, which are text; rows that a range reads by an index are mostly in order already."""
    rows = _as_text(rows, keys)
    names = [name for name in dict.fromkeys((member.by, member.key)) if name in rows.column_names]
    order = pc.sort_indices(rows, sort_keys=[(name, "ascending") for name in names]) if names else None
    return rows if order is None else rows.take(order)


def _check_keys(mapping: Mapping, tables: dict[str, pa.Table]) -> None:
    """Every row has a key of its own; otherwise Drift.

    Looked at in the first batch of each slice, since counting costs as much as sorting: a column that is no key shows
    in any batch. What might slip through, the platform's primary key refuses, with less to say.
    """
    for name, rows in tables.items():
        member = mapping.member(name)
        if pc.count_distinct(rows.column(member.key)).as_py() < rows.num_rows:
            raise Drift(
                f"{member.table}.{member.key} is not a key: several rows have the same value there, or none",
                why=f"{mapping.entity} names the rows of {name} by it, and ids are derived from it",
                remedy="write as `key` a column that is filled and unique; where several columns make the key "
                "together, have a view that joins them into one",
            )


def _as_text(rows: pa.Table, keys: Collection[str]) -> pa.Table:
    """The same rows with their keys as text; these very rows where they are text already."""
    for at, name in enumerate(rows.column_names):
        if name in keys and not pa.types.is_string(rows.schema.field(at).type):
            rows = rows.set_column(at, name, key_text(rows.column(at)))
    return rows


def _loose_member(slice: Slice) -> str:  # noqa: A002  # the noun's name
    if slice.member is None:
        raise Defect(f"the slice {slice} names no member")
    return slice.member


def _empty(reader: Reader, mapping: Mapping, name: str) -> pa.Table:
    """No rows of a member, in its types."""
    member = mapping.member(name)
    return reader.rows_by_keys(member.table, mapping.reads[name], member.by, pa.array([], pa.string()))
