"""How much a test does: the quick amount in `make test`, the full one in `make torture`."""

import os

FULL = os.environ.get("TORTURE") == "1"


def times(quick: int, full: int) -> int:
    """The amount that is asked for."""
    return full if FULL else quick
