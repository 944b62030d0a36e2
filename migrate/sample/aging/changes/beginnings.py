"""New clients and new applications, each like one that is there, with names, numbers and dates of its own."""

from __future__ import annotations

from datetime import timedelta

from migrate.sample.aging.changes.files import is_open
from migrate.sample.aging.model import CREATED, Moment, Row, application, emptied
from migrate.sample.aging.model import client as client_effect
from migrate.sample.aging.shift import Deed, change

_NOT_COPIED = (
    "PR_PER_ADDR_ID", "PR_CON_ADDR_ID", "PR_PHONE_ID", "PR_EMAIL_ADDR_ID", "PR_ALT_PH_NUM_ID", "HOME_PH_NUM",
    "WORK_PH_NUM", "EMAIL_ADDR", "MAIDEN_NAME", "MID_NAME", "X_PROMOTED_DT", "CSN", "MOTHER_MAIDEN_NAME",
)  # fmt: skip
_NOT_COPIED_OF_CASE = (
    "PR_REP_CON_ID", "X_PROSP_DEL_DT", "X_DISPOSITION_CD", "COMMENTS", "DESC_TEXT", "INTEGRATION_ID",
)  # fmt: skip


@change(where=lambda client: client["X_SINGLE_NAME_FLG"] == "N" and client["BIRTH_DT"] is not None)
def new_client(deed: Deed, alike: Row) -> None:
    """A person applies for the first time and gets a record."""
    family, given = deed.shift.name()
    if family == given or (alike["BIRTH_DT"].month, alike["BIRTH_DT"].day) == (12, 31):
        return
    key, birth = deed.shift.new_id(), alike["BIRTH_DT"].replace(hour=0) + timedelta(days=1)
    made = client_effect(key, CREATED)
    party = {"PARTY_TYPE_CD": "Person", "PARTY_UID": key, "ROOT_PARTY_FLG": "N", "NAME": f"{family}, {given}"}
    deed.insert("S_PARTY", made, ROW_ID=key, **party)
    names_ = {
        "LAST_NAME": family,
        "FST_NAME": given,
        "X_LAST_NAME_UP": family.upper(),
        "X_FST_NAME_UP": given.upper(),
    }
    own = {"ROW_ID": key, "PAR_ROW_ID": key, "PERSON_UID": key, "X_UCI_NUM": deed.shift.new_identifier()}
    own |= {"X_UCI_STAT_CD": "Permanent", "BIRTH_DT": birth, "X_BIRTH_DT_TXT": f"{birth:%Y-%m-%d}"}
    deed.copy("S_CONTACT", alike, made, **emptied(_NOT_COPIED), **names_, **own)
    for point in deed.children("S_PER_COMM_ADDR", alike)[:1]:
        deed.copy("S_PER_COMM_ADDR", point, made, PER_ID=key)
    for link in deed.children("S_CON_ADDR", alike)[:1]:
        for address in deed.rows("S_ADDR_PER", "ROW_ID", link["ADDR_PER_ID"]):
            home = deed.copy("S_ADDR_PER", address, made, PER_ID=key)
            deed.copy("S_CON_ADDR", link, made, CONTACT_ID=key, ADDR_PER_ID=home)


@change(where=lambda case: is_open(case) and not case["CASE_NUM"].startswith("X"))
def new_application(deed: Deed, alike: Row) -> None:
    """A client applies again; every third application has a temporary number at first."""
    final = [row for row in deed.children("S_EVT_ACT", alike) if row["TODO_CD"] == "FINALIZE"]
    principal = [row for row in deed.children("S_CASE_CON", alike) if row["RELATION_TYPE_CD"] == "PA"]
    if len(final) != 1 or final[0]["TEMPLATE_FLG"] != "N":
        return
    key = deed.shift.new_id()
    made = application(key, CREATED)
    number = deed.shift.new_case_number(alike["CASE_NUM"].rstrip("0123456789 "))
    number = f"X{number}" if deed.shift.new_number() % 3 == 0 else number
    deed.copy(
        "S_CASE", alike, made, ROW_ID=key, CASE_NUM=number, NAME=f"Application {number}", STATUS_CD="Open",
        SUB_STATUS_CD="Received", STAGE_CD=None, X_STATUS_DT=Moment.LOCAL, OPENED_DT=Moment.NOW,
        X_RECEIVED_DT=Moment.TODAY, X_LOCK_IN_DT=None, X_RESTRICTED_FLG="N", X_NUM_CLIENTS=1, X_NUM_VISAS=1,
        X_COST_RECOV_CD="Deferred", X_OVERPAY_FLG="N", **emptied(_NOT_COPIED_OF_CASE),
    )  # fmt: skip
    deed.copy(
        "S_CASE_CON", principal[0], made, CASE_ID=key, EFFECTIVE_DT=Moment.TODAY, X_CLIENT_DECISION_CD=None
    )
    own = {"PAR_EVT_ID": None, "TODO_PLAN_START_DT": Moment.NOW, "ACT_CREATED_DT": Moment.NOW}
    new = deed.shift.new_id()
    deed.copy("S_EVT_ACT", final[0], made, ROW_ID=new, ACTIVITY_UID=new, CASE_ID=key, **own)
    deed.insert(
        "S_NOTE_CASE", made, SRC_ROW_ID=key, NOTE_TYPE="General", NOTE=deed.sentence(), X_RESTRICTED_FLG="N"
    )
    deed.insert(
        "S_INVOICE", made, INVC_NUM=f"INV{deed.shift.new_number()}", INVC_TYPE_CD="Fee", INVC_DT=Moment.NOW,
        STATUS_CD="Open", TTL_INVC_AMT=100, GROSS_AMT=100, AMT_CURCY_CD="CAD", X_CASE_ID=key,
        X_CONTACT_ID=alike["APPLICANT_ID"], X_FEE_TYPE_CD="Processing",
    )  # fmt: skip
