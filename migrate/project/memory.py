"""The memory of one worker: how big a batch may be, and an allocator that gives back what is not needed any more.

In: `limits.memory` of the settings. Out: the bytes of a batch, for the plan. The two figures were measured with the
sample; docs/decisions/0016-memory-is-bounded-by-bytes.md tells how.
"""

_STANDING = 260 << 20
"""What a worker takes before its first batch: libraries, mappings, code lists."""

_COPIES = 18
"""How often the bytes of a batch are there at once: two batches, two outcomes, and what is made on the way."""

_LEAST = 1 << 20


def batch_bytes(memory: int) -> int:
    """Bytes of a batch with which a worker stays within its memory."""
    return max(_LEAST, (memory - _STANDING) // _COPIES)


def spare_memory() -> None:
    """Have Arrow use jemalloc, where it has it: the same work in a seventh less memory than with its own choice."""
    import pyarrow as pa  # late: help needs no Arrow

    if "jemalloc" in pa.supported_memory_backends():
        pa.set_memory_pool(pa.jemalloc_memory_pool())
