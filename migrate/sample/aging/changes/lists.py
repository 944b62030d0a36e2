"""Lists of values, and the queue of the workflow engine."""

from __future__ import annotations

from migrate.sample.aging.model import Moment, Row
from migrate.sample.aging.shift import Deed, change


@change()
def value_renamed(deed: Deed, value: Row) -> None:
    """A value is shown under another name; its code stays."""
    deed.update("S_LST_OF_VAL", value, VAL=f"{value['VAL'][:23]} {deed.shift.new_number() % 100_000:05}")


@change()
def value_deactivated(deed: Deed, value: Row) -> None:
    """A value may not be chosen any more; rows that have it keep it."""
    deed.update("S_LST_OF_VAL", value, ACTIVE_FLG="N")


@change()
def queued(deed: Deed, case: Row) -> None:
    """The workflow engine has not yet looked at a change."""
    deed.insert(
        "S_ESCL_REQ",
        CREATED=Moment.NOW,
        CREATED_BY=deed.shift.officers[0],
        BT_ROW_ID=case["ROW_ID"],
        TBL_NAME="S_CASE",
    )
