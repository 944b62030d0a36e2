"""What hangs on a client or an application changes; the stamps of the root do not move."""

from __future__ import annotations

from migrate.sample.aging.model import Moment, Row, application
from migrate.sample.aging.model import client as client_effect
from migrate.sample.aging.shift import Deed, change

_CLASSES = ("Partner", "Informant", "Security")


@change()
def address_changed(deed: Deed, client: Row) -> None:
    """An address is corrected, for everybody who shares it."""
    links = [link for link in deed.children("S_CON_ADDR", client) if link["ACTIVE_FLG"] == "Y"]
    for link in links[:1]:
        sharing = deed.rows("S_CON_ADDR", "ADDR_PER_ID", link["ADDR_PER_ID"])
        owners = sorted({other["CONTACT_ID"] for other in sharing if other["CONTACT_ID"]})
        if len(deed.shift.sound.clients(owners)) < len(owners):
            return
        for address in deed.rows("S_ADDR_PER", "ROW_ID", link["ADDR_PER_ID"]):
            street = f"{deed.shift.new_number() % 9_000 + 1} Wellington Street"
            deed.update("S_ADDR_PER", address, *map(client_effect, owners), ADDR=street)


@change()
def other_name(deed: Deed, client: Row) -> None:
    """A client turns out to be known under another name."""
    name = f"AKA-{deed.shift.new_number()}"
    values = {
        "ATTRIB_01": client["LAST_NAME"],
        "ATTRIB_02": "Robin",
        "ATTRIB_03": "Passport",
        "ATTRIB_08": "N",
    }
    deed.insert("S_CONTACT_XM", PAR_ROW_ID=client["ROW_ID"], TYPE="NAME_AKA", NAME=name, **values)


@change()
def late_extension(deed: Deed, client: Row) -> None:
    """The extension row is made when it is needed for the first time."""
    if not deed.children("S_CONTACT_X", client):
        key = client["ROW_ID"]
        deed.insert(
            "S_CONTACT_X",
            ROW_ID=key,
            PAR_ROW_ID=key,
            ATTRIB_08="Y",
            ATTRIB_12=Moment.TODAY,
            ATTRIB_34=f"B{deed.shift.new_number()}",
        )


@change()
def note_written(deed: Deed, case: Row) -> None:
    """An officer adds a note."""
    deed.insert(
        "S_NOTE_CASE", SRC_ROW_ID=case["ROW_ID"], NOTE_TYPE="General", NOTE=deed.sentence(), START_DT=Moment.NOW,
        PRIV_FLG="N", X_RESTRICTED_FLG="N",
    )  # fmt: skip


@change(where=lambda case: case["X_RESTRICTED_FLG"] == "N")
def note_restricted(deed: Deed, case: Row) -> None:
    """A note, and with it the application, is not for everybody any more."""
    for note in deed.children("S_NOTE_CASE", case)[:1]:
        kind = _CLASSES[deed.shift.new_number() % len(_CLASSES)]
        deed.update("S_NOTE_CASE", note, X_RESTRICTED_FLG="Y", X_RESTR_CLASS_CD=kind)
        deed.update("S_CASE", case, application(case["ROW_ID"]), X_RESTRICTED_FLG="Y")
