"""The same update under every kind of stamp: what a watermark sees, and what it does not."""

from __future__ import annotations

from migrate.sample.aging.model import (
    MISSING,
    NOT_MOVED,
    RELOADED,
    REPLICATED,
    SCRIPT,
    SILENT,
    UNCHANGED,
    Row,
    Stamp,
    application,
    backdated,
)
from migrate.sample.aging.shift import Deed, change

OFFICER = Stamp()


def _remark(deed: Deed, case: Row, stamp: Stamp = OFFICER) -> None:
    deed.update("S_CASE", case, application(case["ROW_ID"]), stamp=stamp, COMMENTS=deed.sentence())


@change()
def field_update(deed: Deed, case: Row) -> None:
    """An officer writes a remark."""
    _remark(deed, case)


@change()
def client_update(deed: Deed, client: Row) -> None:
    """A client has another occupation."""
    deed.update("S_CONTACT", client, OCCUPATION=f"Clerk {deed.shift.new_number() % 100_000}")


@change()
def backdated_update(deed: Deed, case: Row) -> None:
    """A script writes stamps that lie weeks or years back."""
    _remark(deed, case, backdated(int(deed.shift.rng.integers(20, 900))))


@change()
def stamp_not_moved(deed: Deed, case: Row) -> None:
    """The number of modifications grows, both stamps stay."""
    _remark(deed, case, NOT_MOVED)


@change(together=True)
def bulk_update(deed: Deed, case: Row) -> None:
    """A script changes a block of rows, which all bear one stamp."""
    _remark(deed, case, SCRIPT)


@change(together=True)
def bulk_reload(deed: Deed, case: Row) -> None:
    """The bulk loader writes extension rows again: every other one as it was, and no modification is counted."""
    for row in deed.children("S_CASE_X", case):
        alike = deed.shift.day.counts["bulk_reload"] % 2 == 0
        remark = row["ATTRIB_47"] if alike else deed.sentence()
        effect = application(case["ROW_ID"], UNCHANGED) if alike else application(case["ROW_ID"])
        deed.update("S_CASE_X", row, effect, stamp=RELOADED, ATTRIB_47=remark)


@change()
def stamp_missing(deed: Deed, case: Row) -> None:
    """A load leaves DB_LAST_UPD empty."""
    _remark(deed, case, MISSING)


@change()
def silent_edit(deed: Deed, case: Row) -> None:
    """Somebody changes content with plain SQL: no stamp moves, no modification is counted."""
    _remark(deed, case, SILENT)


@change()
def replication_touch(deed: Deed, case: Row) -> None:
    """Replication moves DB_LAST_UPD, and nothing else."""
    deed.update("S_CASE", case, application(case["ROW_ID"], UNCHANGED), stamp=REPLICATED)


@change(slow=3600)
def clock_set_back(deed: Deed, case: Row) -> None:
    """The clock of a server was set back by one hour."""
    _remark(deed, case)


@change(together=True, held=True)
def late_commit(deed: Deed, case: Row) -> None:
    """Stamped in the morning, committed when the shift ends; others commit in between."""
    _remark(deed, case)
