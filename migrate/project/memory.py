"""The memory of one worker: how big a batch may be, and an allocator that gives back what is not needed any more.

In: `limits.memory` of the settings. Out: the bytes of a batch, for the plan. The two figures were measured with the
sample; docs/decisions/0016-memory-is-bounded-by-bytes.md tells how.
"""

import gc

_STANDING = 260 << 20
"""What a worker takes before its first batch: libraries, mappings, code lists."""

_COPIES = 18
"""How often the bytes of a batch are there at once: two batches, two outcomes, and what is made on the way."""

_LEAST = 1 << 20

_USUAL = (700, 10, 10)
"""Python's own thresholds of its garbage collector."""


def batch_bytes(memory: int) -> int:
    """Bytes of a batch with which a worker stays within its memory."""
    return max(_LEAST, (memory - _STANDING) // _COPIES)


def settled() -> None:
    """What was imported and read stays: from here on garbage is looked for as often as usual, and only in what is new.

    At the start it is looked for seldom (`migrate.cli`): among what stays, that took a sixth of the time.
    """
    gc.freeze()
    gc.set_threshold(*_USUAL)


def spare_memory() -> None:
    """Have Arrow use jemalloc, where it has it: the same work in a seventh less memory than with its own choice."""
    import pyarrow as pa  # late: help needs no Arrow

    if "jemalloc" in pa.supported_memory_backends():
        pa.set_memory_pool(pa.jemalloc_memory_pool())
