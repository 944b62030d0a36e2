"""The kinds of change, in the files they belong to; how often each happens stands in ``data/changes.csv``.

    updates    the same update under every kind of stamp
    members    what hangs on a client or an application changes, and its own row does not
    endings    deletions, and keys that come back
    merges     merges, chains of them, unmerges
    files      the life of an application: numbers, representatives, money, closing and opening again
    beginnings new clients, new applications
    lists      lists of values, the workflow queue

To add one, write a function under ``@change`` and a line in the table; ``shift`` explains how.
"""

from __future__ import annotations

from migrate.sample.aging.changes import beginnings, endings, files, lists, members, merges, updates
from migrate.sample.aging.shift import REGISTRY, Change
from migrate.sample.data import rows

FILES = (updates, members, endings, merges, files, beginnings, lists)


def in_order() -> dict[str, Change]:
    """The kinds of change, in the order in which a shift plans them."""
    return {line["change"]: REGISTRY[line["change"]] for line in rows("changes")}
