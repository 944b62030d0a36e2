"""NUL, the one character that some legacy databases keep in text and PostgreSQL refuses.

    holds_nul(values)    whether any text holds it; nearly free of charge
    with_nul(values)     where it is
    storable(values)     the same as text that any database can keep, NUL as its symbol ␀

A value or key with NUL is rejected, never repaired. What is told of it is told in storable form: a row with the key
'1-2', NUL, 'B' stands in the quarantine as '1-2␀B'.
"""

import pyarrow as pa
import pyarrow.compute as pc

_NUL, _SYMBOL = "\x00", "\u2400"


def holds_nul(text: pa.Array) -> bool:
    """Whether some text may hold NUL: of a part of an array the whole is looked at."""
    data = text.buffers()[2]
    return data is not None and b"\x00" in memoryview(data).tobytes()


def with_nul(text: pa.Array) -> pa.Array:
    """True where a text holds NUL; false for null."""
    return pc.fill_null(pc.match_substring(text, _NUL), False)


def storable(values: pa.Array) -> pa.Array:
    """Values as text that a database can keep beside a complaint."""
    return pc.replace_substring(values.cast(pa.string()), _NUL, _SYMBOL)
