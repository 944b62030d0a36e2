"""One canonical form of a value, one way to make ids, one fingerprint: used by extract, load and comparison alike.

Version 1 of the canonical form, as the text that is hashed:

    null            a mark of its own, so that null and '' differ
    text            as stored, no trim, no folding
    number          decimal text without trailing zeros; integers as such
    date, instant   days or microseconds since 1970-01-01, as integer text
    flag            'true' or 'false'
    id              its 16 bytes in hexadecimal

Fields are joined with U+001F. A change of any rule here changes every stored fingerprint: raise VERSION with it.
"""

import hashlib
import uuid
from decimal import Decimal
from functools import cache
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

VERSION = 1

ID = pa.binary(16)
"""Arrow type of a platform id and of a fingerprint: 16 raw bytes."""

_NULL_MARK = b"\x00"
_SEPARATOR = b"\x1f"


@cache
def namespace(system: str) -> uuid.UUID:
    """The UUID namespace of one legacy system: `urn:case-migrate:<system>` under the URL namespace."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"urn:case-migrate:{system}")


def derive_id(system: str, name: str) -> bytes:
    """The 16 bytes of one platform id; see `derive_ids`."""
    return uuid.uuid5(namespace(system), name).bytes


def derive_ids(system: str, prefix: str, keys: "pa.Array | pa.ChunkedArray") -> pa.FixedSizeBinaryArray:
    """UUIDv5 of `prefix + key` for every key, as raw bytes; null stays null (RFC 9562, section 5.5).

    The same key gives the same id on every machine, in every run and in any order: that is what makes a rerun
    harmless. Repeated keys are hashed once.
    """
    encoded = _one_chunk(pc.dictionary_encode(keys))
    seed = hashlib.sha1(namespace(system).bytes + prefix.encode(), usedforsecurity=False)
    copy = seed.copy

    def digest(key: str) -> bytes:
        state = copy()
        state.update(key.encode())
        return state.digest()[:16]

    # Measured: 0.45 µs a key; uuid.uuid5 needs 4.4 µs.
    raw = (
        np.frombuffer(b"".join([digest(key) for key in encoded.dictionary.to_pylist()]), np.uint8)
        .reshape(-1, 16)
        .copy()
    )
    raw[:, 6] = raw[:, 6] & 0x0F | 0x50
    raw[:, 8] = raw[:, 8] & 0x3F | 0x80
    ids = pa.FixedSizeBinaryArray.from_buffers(ID, len(raw), [None, pa.py_buffer(raw.tobytes())])
    return ids.take(encoded.indices)


def id_text(ids: "pa.Array | pa.ChunkedArray") -> pa.Array:
    """Ids as 32 hexadecimal digits, which PostgreSQL reads as uuid; null stays null."""
    return _texts(ids, _digits(ids))


def uuid_text(ids: "pa.Array | pa.ChunkedArray") -> pa.Array:
    """Ids as PostgreSQL shows them, with hyphens between five groups of digits; null stays null."""
    digits = _digits(ids)
    shown = np.full((len(digits), 36), ord("-"), np.uint8)
    for hyphens, (start, stop) in enumerate(pairwise((0, 8, 12, 16, 20, 32))):
        shown[:, start + hyphens : stop + hyphens] = digits[:, start:stop]
    return _texts(ids, shown)


def _digits(ids: "pa.Array | pa.ChunkedArray") -> np.ndarray:
    """The hexadecimal digits of each id, whatever stands where one is null."""
    ids = _one_chunk(ids)
    data = ids.buffers()[1][ids.offset * 16 : (ids.offset + len(ids)) * 16] if len(ids) else b""
    return np.frombuffer(bytes(data).hex().encode(), np.uint8).reshape(-1, 32)


def _texts(ids: "pa.Array | pa.ChunkedArray", letters: np.ndarray) -> pa.Array:
    """A text for each id, of as many letters; null where the id is."""
    count, width = letters.shape
    offsets = np.arange(0, width * (count + 1), width, dtype=np.int32)
    text = pa.StringArray.from_buffers(
        count, pa.py_buffer(offsets.tobytes()), pa.py_buffer(letters.tobytes())
    )
    return pc.if_else(_one_chunk(ids).is_valid(), text, None) if ids.null_count else text


def canonical_text(column: "pa.Array | pa.ChunkedArray") -> "pa.Array | pa.ChunkedArray":
    """The canonical form of a column, as binary text; null stays null. See the module's table."""
    kind = column.type
    if pa.types.is_fixed_size_binary(kind):
        return id_text(column).cast(pa.binary())
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return column.cast(pa.binary())
    if pa.types.is_timestamp(kind):
        return column.cast(pa.timestamp("us", kind.tz)).cast(pa.int64()).cast(pa.string()).cast(pa.binary())
    if pa.types.is_date32(kind):
        return column.cast(pa.int32()).cast(pa.string()).cast(pa.binary())
    if pa.types.is_decimal(kind) and kind.scale > 0:
        plain = _without_exponent(column.cast(pa.string()))
        return pc.utf8_rtrim(pc.utf8_rtrim(plain, characters="0"), characters=".").cast(pa.binary())
    return column.cast(pa.string()).cast(pa.binary())


def key_text(column: "pa.Array | pa.ChunkedArray") -> "pa.Array | pa.ChunkedArray":
    """A legacy key as text: text as stored, a number as its digits, without zeros behind the point; null stays null."""
    if pa.types.is_string(column.type):
        return column
    return canonical_text(column).cast(pa.string())


def row_hashes(table: pa.Table) -> np.ndarray:
    """128 bits per row, shape (rows, 2) of uint64: the start of SHA-256 over the row's canonical text."""
    if not table.num_rows:
        return np.empty((0, 2), np.uint64)
    joined = _joined(table.columns)
    sha256 = hashlib.sha256
    digests = b"".join([sha256(row).digest()[:16] for row in joined.to_pylist()])  # measured: 0.6 µs a row
    return np.frombuffer(digests, np.uint64).reshape(-1, 2)


def fingerprints(tables: dict[str, pa.Table], entities: int) -> pa.FixedSizeBinaryArray:
    """One fingerprint per entity over all its platform rows, whatever order they come in.

    tables:    platform table -> rows with the column `_entity` (int, index of the entity).
    entities:  how many entities there are; one without any row has the fingerprint of nothing.

    A row's hash covers the table's name and every column but `_entity`; the hashes of an entity's rows are added
    modulo 2^64 in two halves. That is safe against accidents and reordering, and not meant against an adversary.
    """
    total = np.zeros((entities, 2), np.uint64)
    for name in sorted(tables):
        table = tables[name]
        owner = table.column("_entity").to_numpy()
        rows = table.drop_columns("_entity")
        named = rows.append_column("_table", pa.repeat(pa.scalar(name), rows.num_rows))
        hashes = row_hashes(named.select(sorted(named.column_names)))
        order = np.argsort(owner, kind="stable")
        starts = np.flatnonzero(np.diff(owner[order], prepend=-1))
        if len(starts):
            total[owner[order][starts]] += np.add.reduceat(hashes[order], starts, axis=0)
    return pa.FixedSizeBinaryArray.from_buffers(ID, entities, [None, pa.py_buffer(total.tobytes())])


def _without_exponent(numbers: "pa.Array | pa.ChunkedArray") -> "pa.Array | pa.ChunkedArray":
    """Arrow writes decimals below a millionth, zero among them, as `0E-7`; here they are `0.0000000`."""
    if not pc.any(pc.match_substring(numbers, "E")).as_py():
        return numbers
    encoded = _one_chunk(pc.dictionary_encode(numbers))
    plain = [format(Decimal(number), "f") for number in encoded.dictionary.to_pylist()]
    return pa.array(plain, pa.string()).take(encoded.indices)


def _joined(columns: "list[pa.ChunkedArray]") -> pa.ChunkedArray:
    """The rows' canonical text; neighbouring columns without any value are one constant."""
    parts: list[pa.ChunkedArray | bytes] = []
    for column in columns:
        if column.null_count < len(column):
            parts.append(canonical_text(column))
        elif parts and isinstance(parts[-1], bytes):
            parts[-1] += _SEPARATOR + _NULL_MARK
        else:
            parts.append(_NULL_MARK)
    values = [pa.scalar(part, pa.binary()) if isinstance(part, bytes) else part for part in parts]
    joined = pc.binary_join_element_wise(
        *values,
        pa.scalar(_SEPARATOR, pa.binary()),
        null_handling="replace",
        null_replacement=_NULL_MARK.decode(),
    )
    return joined if isinstance(joined, pa.ChunkedArray | pa.Array) else pa.repeat(joined, len(columns[0]))


def _one_chunk(column: "pa.Array | pa.ChunkedArray") -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
