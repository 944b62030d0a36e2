"""The life of an application: numbers, representatives, money, closing and opening again."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from migrate.sample.aging.model import Moment, Row, application, emptied
from migrate.sample.aging.shift import Deed, change

_OPEN, _CLOSED = ("Open", "Ouvert"), ("Closed", "Fermé")
_KEPT_UNTIL = datetime(2044, 1, 1)  # noqa: DTZ001  # a date of the legacy bears no zone
_TOO_MUCH = Decimal(50)
_UNDECIDED = (
    "RESOLUTION_CD", "CLOSED_DT", "X_DECISION_DT", "X_DECISION_BY", "X_PROSP_DEL_DT", "X_DISPOSITION_CD",
)  # fmt: skip


def is_open(case: Row) -> bool:
    """Whether an application is being worked on."""
    return case["STATUS_CD"] in _OPEN and case["CLOSED_DT"] is None and case["DUE_DT"] is not None


def _represented(case: Row) -> bool:
    return case["PR_REP_CON_ID"] is not None


# -- numbers and representatives -----------------------------------------------------------------------


@change()
def number_made_final(deed: Deed, case: Row) -> None:
    """The temporary number gives way to the final one, and is kept as a reference."""
    final = case["CASE_NUM"].removeprefix("X")
    if deed.rows("S_CASE", "CASE_NUM", final):
        return
    key = case["ROW_ID"]
    deed.update("S_CASE", case, application(key), CASE_NUM=final)
    reference = {"ATTRIB_03": "TEMP_APP", "ATTRIB_34": case["CASE_NUM"]}
    deed.insert(
        "S_CASE_XM", PAR_ROW_ID=key, TYPE="EXT_REF", NAME=f"TEMP-{deed.shift.new_number()}", **reference
    )


def _authorities(deed: Deed, case: Row) -> list[Row]:
    """The rows of the representative whom the application names."""
    roles = deed.children("S_CASE_CON", case)
    return [
        role
        for role in roles
        if role["RELATION_TYPE_CD"] == "REP" and role["CONTACT_ID"] == case["PR_REP_CON_ID"]
    ]


@change(where=_represented)
def representative_changed(deed: Deed, case: Row) -> None:
    """Another representative acts from now on; the authority of the former one has ended."""
    for role in _authorities(deed, case)[:1]:
        taken = {row["CONTACT_ID"] for row in deed.children("S_CASE_CON", case)}
        free = [key for key in deed.shift.representatives if key not in taken]
        deed.update("S_CASE_CON", role, STATUS_CD="Removed", END_DT=Moment.TODAY)
        deed.copy(
            "S_CASE_CON", role, CONTACT_ID=free[0], EFFECTIVE_DT=Moment.TODAY, X_AUTH_STAT_CD="Accepted"
        )
        count = int(case["X_NUM_CLIENTS"] or 0) + 1
        deed.update("S_CASE", case, application(case["ROW_ID"]), PR_REP_CON_ID=free[0], X_NUM_CLIENTS=count)


@change(where=_represented)
def authority_rejected(deed: Deed, case: Row) -> None:
    """The form of the representative is rejected."""
    for role in _authorities(deed, case)[:1]:
        if role["X_AUTH_STAT_CD"] != "Rejected":
            deed.update("S_CASE_CON", role, X_AUTH_STAT_CD="Rejected")


# -- money ---------------------------------------------------------------------------------------------


@change(where=lambda case: case["X_COST_RECOV_CD"] == "Deferred")
def payment(deed: Deed, case: Row) -> None:
    """A fee is paid, with fifty dollars too much."""
    invoices = deed.children("S_INVOICE", case)
    if len(invoices) != 1 or invoices[0]["STATUS_CD"] != "Open" or deed.children("S_SRC_PAYMENT", case):
        return
    key, invoice = case["ROW_ID"], invoices[0]
    deed.insert(
        "S_SRC_PAYMENT", PAYMENT_NUM=_payment_number(deed), INVOICE_ID=invoice["ROW_ID"], X_CASE_ID=key,
        PAY_AMT=Decimal(str(invoice["TTL_INVC_AMT"])) + _TOO_MUCH, PAY_CURCY_CD=invoice["AMT_CURCY_CD"],
        PAY_TYPE_CD="Payment", PAY_METHOD_CD="Credit Card", PAY_STAT_CD="Completed", PAY_DT=Moment.LOCAL,
    )  # fmt: skip
    deed.update("S_INVOICE", invoice, STATUS_CD="Paid", INVC_FULLY_PAID_DT=Moment.NOW)
    deed.update("S_CASE", case, application(key), X_COST_RECOV_CD="Complete", X_OVERPAY_FLG="Y")
    deed.remember(key)


@change(after="payment")
def refund(deed: Deed, case: Row) -> None:
    """What was too much goes back."""
    for paid in deed.children("S_SRC_PAYMENT", case)[:1]:
        deed.copy(
            "S_SRC_PAYMENT", paid, PAYMENT_NUM=_payment_number(deed), PAY_AMT=-_TOO_MUCH, PAY_TYPE_CD="Refund",
            PAY_DT=Moment.LOCAL, X_REFUND_OF_ID=paid["ROW_ID"],
        )  # fmt: skip
        deed.update("S_CASE", case, application(case["ROW_ID"]), X_OVERPAY_FLG="N")


def _payment_number(deed: Deed) -> str:
    return f"PAY{5_000_000_000 + deed.shift.new_number()}"


# -- closing and opening again -------------------------------------------------------------------------


@change(where=is_open)
def case_closed(deed: Deed, case: Row) -> None:
    """An application is decided and closed."""
    final = _finalization(deed, case, "Not Started", "Non commencé")
    if final is None:
        return
    key, owner = case["ROW_ID"], case["OWNER_PER_ID"]
    deed.update(
        "S_CASE", case, application(key), STATUS_CD="Closed", SUB_STATUS_CD="Decision Made", RESOLUTION_CD="Approved",
        STAGE_CD=None, CLOSED_DT=Moment.NOW, X_STATUS_DT=Moment.LOCAL, X_DECISION_DT=Moment.LOCAL,
        X_DECISION_BY=owner, X_PROSP_DEL_DT=_KEPT_UNTIL, X_DISPOSITION_CD="Destroy",
    )  # fmt: skip
    deed.update("S_EVT_ACT", final, EVT_STAT_CD="Complete", TODO_ACTL_END_DT=Moment.NOW, TODO_DUE_DT=None)
    _history(deed, key, "Open", "Closed", owner)
    deed.remember(key)


@change(after="case_closed")
def case_reopened(deed: Deed, case: Row) -> None:
    """The decision is set aside, and the work goes on."""
    final = _finalization(deed, case, "Complete")
    if final is None:
        return
    key = case["ROW_ID"]
    deed.update(
        "S_CASE", case, application(key), STATUS_CD="Open", SUB_STATUS_CD="In Process", X_STATUS_DT=Moment.LOCAL,
        **emptied(_UNDECIDED),
    )  # fmt: skip
    due = case["DUE_DT"]
    deed.update("S_EVT_ACT", final, EVT_STAT_CD="Not Started", TODO_ACTL_END_DT=None, TODO_DUE_DT=due)
    _history(deed, key, "Closed", "Open", case["OWNER_PER_ID"])


def _finalization(deed: Deed, case: Row, *states: str) -> Row | None:
    """The one activity that closes an application, if it is in one of these states."""
    acts = [row for row in deed.children("S_EVT_ACT", case) if row["TODO_CD"] == "FINALIZE"]
    found = len(acts) == 1 and acts[0]["EVT_STAT_CD"] in states and acts[0]["TEMPLATE_FLG"] == "N"
    return acts[0] if found else None


def _history(deed: Deed, key: str, old: str, new: str, user: str | None) -> None:
    name = f"STATUS-{deed.shift.new_number()}"
    values = {"ATTRIB_03": old, "ATTRIB_04": new, "ATTRIB_05": user, "ATTRIB_12": Moment.NOW}
    deed.insert("S_CASE_XM", PAR_ROW_ID=key, TYPE="STATUS_HIST", NAME=name, **values)
