"""Deletions, of which nothing remains, and keys that come back."""

from __future__ import annotations

from migrate.sample.aging.model import CREATED, DELETED, Effect, Moment, Row, application
from migrate.sample.aging.model import client as client_effect
from migrate.sample.aging.shift import Deed, change

_CASE_MEMBERS = (
    "S_CASE_X", "S_CASE_XM", "S_CASE_CON", "S_NOTE_CASE", "S_CASE_ATT", "S_INVOICE", "S_SRC_PAYMENT",
    "S_PS_CREDENTIAL", "S_EVT_ACT",
)  # fmt: skip
_CLIENT_MEMBERS = (
    "S_CONTACT_X", "S_CONTACT_XM", "S_PARTY_PER", "S_CON_ADDR", "S_PER_COMM_ADDR", "S_CON_IDNTY_DOC",
    "S_PS_CREDENTIAL",
)  # fmt: skip
_NAMED_IN = (
    ("S_CASE_CON", "CONTACT_ID"), ("S_CASE", "APPLICANT_ID"), ("S_EVT_ACT", "TARGET_PER_ID"),
    ("S_EVT_ACT", "PR_CON_ID"), ("S_CASE_ATT", "X_CONTACT_ID"), ("S_INVOICE", "X_CONTACT_ID"),
)  # fmt: skip


@change()
def note_deleted(deed: Deed, case: Row) -> None:
    """A note disappears; one that no other note continues, and that kept no secret."""
    notes = deed.children("S_NOTE_CASE", case)
    continued = {note["X_CONT_OF_NOTE_ID"] for note in notes}
    plain = [
        note
        for note in notes
        if note["ROW_ID"] not in continued
        and not note["X_CONT_OF_NOTE_ID"]
        and note["X_RESTRICTED_FLG"] == "N"
    ]
    for note in plain[:1]:
        deed.delete("S_NOTE_CASE", note)


@change()
def case_deleted(deed: Deed, case: Row) -> None:
    """An application disappears with everything under it; one that no other stands under."""
    key = case["ROW_ID"]
    if any(deed.rows("S_CASE", column, key) for column in ("PAR_CASE_ID", "MSTR_CASE_ID")):
        return
    gone = application(key, DELETED)
    for table in _CASE_MEMBERS:
        for row in deed.children(table, case):
            if table == "S_EVT_ACT":
                for attachment in deed.rows("S_ACTIVITY_ATT", "PAR_ROW_ID", row["ROW_ID"]):
                    deed.delete("S_ACTIVITY_ATT", attachment, gone)
            deed.delete(table, row, gone)
    for column in ("CASE_ID", "REL_CASE_ID"):
        for link in deed.rows("S_CASE_REL", column, key):
            deed.delete("S_CASE_REL", link, Effect("application_link", link["ROW_ID"], DELETED))
    deed.delete("S_CASE", case, gone)


@change()
def client_deleted(deed: Deed, client: Row) -> None:
    """A client whom no application names disappears, with names, addresses, documents and family links."""
    key = client["ROW_ID"]
    if any(deed.rows(table, column, key) for table, column in _NAMED_IN):
        return
    gone = client_effect(key, DELETED)
    for table in _CLIENT_MEMBERS:
        for row in (
            deed.rows(table, "CONTACT_ID", key)
            if table == "S_PS_CREDENTIAL"
            else deed.children(table, client)
        ):
            if row.get("X_REPLACED_ROW_ID") or row.get("X_CASE_ID"):
                deed.writes.clear()
                return
            deed.delete(table, row, gone)
    for column in ("CONTACT_ID", "REL_CONTACT_ID"):
        for relation in deed.rows("S_CONTACT_REL", column, key):
            deed.delete("S_CONTACT_REL", relation, Effect("relation", relation["ROW_ID"], DELETED))
    deed.delete("S_CONTACT", client, gone)
    for party in deed.rows("S_PARTY", "ROW_ID", key):
        deed.delete("S_PARTY", party, gone)


@change()
def reinserted(deed: Deed, client: Row) -> None:
    """A document and a family link are deleted and typed again, under new ROW_IDs."""
    documents = deed.children("S_CON_IDNTY_DOC", client)
    relations = deed.rows("S_CONTACT_REL", "CONTACT_ID", client["ROW_ID"])
    other = [relation["REL_CONTACT_ID"] for relation in relations[:1]]
    if not documents or not relations or not deed.shift.sound.clients(other):
        return
    deed.delete("S_CON_IDNTY_DOC", documents[0])
    deed.copy("S_CON_IDNTY_DOC", documents[0])
    deed.delete("S_CONTACT_REL", relations[0], Effect("relation", relations[0]["ROW_ID"], DELETED))
    new = deed.shift.new_id()
    deed.copy("S_CONTACT_REL", relations[0], Effect("relation", new, CREATED), ROW_ID=new)


@change()
def key_used_again(deed: Deed, case: Row) -> None:
    """A note is deleted and another one inserted under the same ROW_ID."""
    notes = [note for note in deed.children("S_NOTE_CASE", case) if not note["X_CONT_OF_NOTE_ID"]]
    for note in notes[:1]:
        deed.delete("S_NOTE_CASE", note)
        deed.copy("S_NOTE_CASE", note, ROW_ID=note["ROW_ID"], NOTE=deed.sentence(), START_DT=Moment.NOW)
