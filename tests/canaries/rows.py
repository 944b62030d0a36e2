"""Plants the persons in the sample: all eight values in the rows of a client each, and of each a fault of its own.

    keys = plant(database)       number of the person -> key of the client

Three persons have no fault and load as they are. The others go wrong in every way that the program judges, and the
value that offends is one of theirs, so that a message about it would have the chance to quote it.
"""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from tests.canaries.values import PERSONS, Person

CLEAN = 3
"""So many persons, the first ones, have no fault."""


@dataclass(frozen=True)
class Fault:
    """A column of one row of a client, of their application or of a relation, and what it is made to hold.

    value:  with fields of the person, as `str.format` takes them.
    rule:   by which it is quarantined or marked; '' where it is excluded, and leaves no line.
    """

    table: str
    column: str
    value: str
    rule: str


FAULTS = (
    Fault("S_CONTACT", "SEX_MF", "{name}", "code"),
    Fault("S_CONTACT", "OCCUPATION", "{note} {address} {email}", "too_long"),
    Fault("S_CONTACT", "OCCUPATION", "{phone}\0{name}", "nul"),
    Fault("S_CONTACT", "X_BIRTH_DT_TXT", "{passport}", "birth_year"),
    Fault("S_CONTACT", "DEATH_DT", "2999-01-01 00:00:00.000000", "future"),
    Fault("S_CONTACT", "ACTIVE_FLG", "{name}", "flag"),
    Fault("S_CONTACT", "X_UCI_NUM", PERSONS[CLEAN].uci, "uci_contested"),  # of another person
    Fault("S_CONTACT", "EMP_FLG", "Y", ""),
    Fault("S_CONTACT", "FST_NAME", "Andr\N{REPLACEMENT CHARACTER} {name}", "lost_characters"),
    Fault("S_CONTACT", "PLACE_OF_BIRTH", "MontrÃ©al de {name}", "mojibake"),
    Fault("S_CONTACT", "HOME_PH_NUM", "{name}", "phone_e164"),
    Fault("S_PARTY", "PARTY_TYPE_CD", "UserList", "missing_S_PARTY"),
    Fault("S_CON_IDNTY_DOC", "TYPE_CD", "{passport}", "code"),
    Fault("S_CONTACT", "DEATH_DT", "1899-12-24 00:00:00.000000", "earlier_than"),
    Fault("S_PER_COMM_ADDR", "COMM_MEDIUM_CD", "{email}", "code"),
    Fault("S_CASE", "CASE_NUM", " ", "required"),
    Fault("S_CASE", "X_NUM_VISAS", "{uci}", "type"),
    Fault("S_CASE", "STATUS_CD", "{name}", "code"),
    Fault("S_CASE_XM", "TYPE", "{passport}", "unknown_type"),
    Fault("S_NOTE_CASE", "SRC_ROW_ID", "9-GONE", "orphan"),
    Fault("S_EVT_ACT", "TARGET_PER_ID", "9-DEAD", "missing_parent"),
    Fault("S_CONTACT_REL", "REL_CONTACT_ID", "9-DEAD", "missing_parent"),
)
assert len(FAULTS) + CLEAN == len(PERSONS)

_CLIENTS = """
SELECT c.ROW_ID, a.ROW_ID FROM S_CONTACT AS c JOIN S_CASE AS a ON a.APPLICANT_ID = c.ROW_ID
WHERE c.EMP_FLG = 'N' AND coalesce(c.CON_CD, '') <> 'Representative' AND c.CONFLICT_ID = '0'
  AND EXISTS (SELECT FROM S_CON_IDNTY_DOC AS x WHERE x.CONTACT_ID = c.ROW_ID)
  AND EXISTS (SELECT FROM S_PER_COMM_ADDR AS x WHERE x.PER_ID = c.ROW_ID)
  AND EXISTS (SELECT FROM S_CON_ADDR AS x JOIN S_ADDR_PER AS p ON p.ROW_ID = x.ADDR_PER_ID
              WHERE x.CONTACT_ID = c.ROW_ID)
  AND EXISTS (SELECT FROM S_CONTACT_REL AS x WHERE x.CONTACT_ID = c.ROW_ID)
  AND EXISTS (SELECT FROM S_NOTE_CASE AS x WHERE x.SRC_ROW_ID = a.ROW_ID)
  AND EXISTS (SELECT FROM S_EVT_ACT AS x WHERE x.CASE_ID = a.ROW_ID)
  AND EXISTS (SELECT FROM S_CASE_XM AS x WHERE x.PAR_ROW_ID = a.ROW_ID)
GROUP BY c.ROW_ID ORDER BY c.ROW_ID LIMIT ?
""".replace("SELECT FROM", "SELECT 1 FROM")

_BY = {
    "S_CONTACT": "ROW_ID", "S_PARTY": "ROW_ID", "S_CON_IDNTY_DOC": "CONTACT_ID", "S_CON_ADDR": "CONTACT_ID",
    "S_PER_COMM_ADDR": "PER_ID", "S_CONTACT_REL": "CONTACT_ID", "S_CASE": "ROW_ID", "S_CASE_XM": "PAR_ROW_ID",
    "S_NOTE_CASE": "SRC_ROW_ID", "S_EVT_ACT": "CASE_ID",
}  # fmt: skip
"""Table -> its column with the key of the client, or of the application."""


def plant(database: Path) -> list[str]:
    """Keys of the clients, in the order of PERSONS."""
    with sqlite3.connect(database) as legacy:
        places = legacy.execute(_CLIENTS, [len(PERSONS)]).fetchall()
        assert len(places) == len(PERSONS), "the sample has too few clients of this kind"
        for person, (client, case) in zip(PERSONS, places, strict=True):
            _values(legacy, person, client, case)
        for fault, person, (client, case) in zip(FAULTS, PERSONS[CLEAN:], places[CLEAN:], strict=True):
            key = case if fault.table in ("S_CASE", "S_CASE_XM", "S_NOTE_CASE", "S_EVT_ACT") else client
            value = fault.value.format(**vars(person))
            _set(legacy, fault.table, key, **{fault.column: value})
    legacy.close()
    return [client for client, _ in places]


def _values(legacy: sqlite3.Connection, person: Person, client: str, case: str) -> None:
    """Where the values of a person belong."""
    _set(
        legacy, "S_CONTACT", client,
        LAST_NAME=person.name, MAIDEN_NAME=f"née {person.name}", X_UCI_NUM=person.uci, X_BIRTH_DT_TXT=person.born,
        BIRTH_DT=f"{person.born} 00:00:00.000000", HOME_PH_NUM=person.phone, EMAIL_ADDR=person.email,
        COMMENTS=person.note,
    )  # fmt: skip
    _set(legacy, "S_CON_IDNTY_DOC", client, IDENTITY_DOC_NUM=person.passport)
    _set(legacy, "S_PER_COMM_ADDR", client, ADDR=person.email)
    _set(legacy, "S_NOTE_CASE", case, NOTE=person.note)
    _set(legacy, "S_CONTACT_REL", client, COMMENTS=person.note)
    legacy.execute(
        "UPDATE S_ADDR_PER SET ADDR = ? "
        "WHERE ROW_ID = (SELECT ADDR_PER_ID FROM S_CON_ADDR WHERE CONTACT_ID = ? LIMIT 1)",
        [person.address, client],
    )


def _set(legacy: sqlite3.Connection, table: str, key: str, **values: str) -> None:
    """Of the first such row."""
    row = f"(SELECT min(ROW_ID) FROM {table} WHERE {_BY[table]} = ?)"
    columns = ", ".join(f"{name} = ?" for name in values)
    legacy.execute(f"UPDATE {table} SET {columns} WHERE ROW_ID = {row}", [*values.values(), key])
