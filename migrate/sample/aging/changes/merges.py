"""Merges as the legacy does them, in chains and across client groups, and unmerges.

The loser's rows are deleted, its extension row with them; what named the loser names the survivor. A row that then
collides on its user key is kept with a CONFLICT_ID of its own (the bulk tool's way) or deleted (the screen's way).
The survivor keeps its own values, and only some survivors say whom they replaced.
"""

from __future__ import annotations

from collections.abc import Iterator

from migrate.sample.aging.model import DELETED, MERGED, SWEEP, UNMERGED, Effect, Row, emptied
from migrate.sample.aging.model import client as client_effect
from migrate.sample.aging.shift import OWNERS, Deed, change, effects_of
from migrate.sample.schema import TABLES

REFERENCES = [
    (table.name, column.name)
    for table in TABLES.values()
    for column in table.columns
    if column.parent == "S_CONTACT" and table.name != "S_CONTACT_X"
]
"""Every column that names a client, by the schema's own word."""

_TRIES = 25


@change()
def merge(deed: Deed, loser: Row) -> None:
    """One person had two records: one swallows the other."""
    number = deed.shift.day.counts["merge"]
    groups, rows = _groups(deed, loser["ROW_ID"]), _user_keys(deed, loser)
    if (number == 0 and not groups) or (number == 1 and not rows):
        return  # the first merge reaches across client groups, the second has rows that collide

    def fits(other: Row) -> bool:
        if number == 0:
            other_groups = _groups(deed, other["ROW_ID"])
            return bool(other_groups) and not groups <= other_groups
        if number == 1:
            return bool(_user_keys(deed, other) & rows)
        return number % 2 == 1 or len(deed.children("S_CONTACT_X", other)) == 1

    others = [other for other in deed.shift.pool("clients")[:_TRIES] if fits(other)]
    if survivor := _merge_into_one(deed, loser, others, number):
        deed.remember(survivor["ROW_ID"])


@change(after="merge")
def merge_of_survivor(deed: Deed, loser: Row) -> None:
    """Who swallowed another in the morning is swallowed in the afternoon."""
    number = deed.shift.day.counts["merge_of_survivor"]
    _merge_into_one(deed, loser, deed.shift.pool("clients")[:_TRIES], number)


def _groups(deed: Deed, key: str) -> set[str]:
    """The lines of business in which a client applies."""
    return {case["X_LOB_CD"] for case in deed.rows("S_CASE", "APPLICANT_ID", key)}


def _user_keys(deed: Deed, client: Row) -> set[tuple[str, str]]:
    """What tells the rows of the 1:many extension apart within a client."""
    return {(row["TYPE"], row["NAME"]) for row in deed.children("S_CONTACT_XM", client)}


def _merge_into_one(deed: Deed, loser: Row, others: list[Row], number: int) -> Row | None:
    """Merge into the first of the others that has nothing to do with the loser, if all its files are sound."""
    naming = list(_naming(deed, loser["ROW_ID"]))
    if naming and _all_sound(deed, naming):
        for survivor in others:
            if survivor["ROW_ID"] != loser["ROW_ID"] and _separate(deed, naming, survivor["ROW_ID"]):
                _merge(deed, loser, survivor, naming, by_bulk=number % 2 == 1)
                return survivor
    return None


def _merge(
    deed: Deed, loser: Row, survivor: Row, naming: list[tuple[str, Row, list[str]]], *, by_bulk: bool
) -> None:
    """Whatever names the loser names the survivor; the loser goes. The screen leaves a pointer to it."""
    old, new = loser["ROW_ID"], survivor["ROW_ID"]
    theirs = _groups(deed, new)
    note = "across client groups" if theirs and _groups(deed, old) - theirs else ""
    for table, row, columns in naming:
        _point(deed, table, row, dict.fromkeys(columns, new), kept=by_bulk)
    gone = client_effect(old, MERGED, new, note)
    for extension in deed.children("S_CONTACT_X", loser):
        deed.delete("S_CONTACT_X", extension, gone)
    deed.delete("S_CONTACT", loser, gone)
    for party in deed.rows("S_PARTY", "ROW_ID", old):
        deed.delete("S_PARTY", party, gone)
    extensions = deed.children("S_CONTACT_X", survivor)
    if len(extensions) == 1 and not by_bulk:
        deed.update("S_CONTACT_X", extensions[0], client_effect(new), X_REPLACED_ROW_ID=old)


def _naming(deed: Deed, key: str) -> Iterator[tuple[str, Row, list[str]]]:
    """Every row that names a client, once, with the columns that do."""
    found: dict[tuple[str, str], tuple[Row, list[str]]] = {}
    for table, column in REFERENCES:
        for row in deed.rows(table, column, key):
            found.setdefault((table, row["ROW_ID"]), (row, []))[1].append(column)
    for (table, _), (row, columns) in found.items():
        yield table, row, columns


def _separate(deed: Deed, naming: list[tuple[str, Row, list[str]]], other: str) -> bool:
    """Whether no row, no application, no household and no address has to do with both."""
    cases = {row["CASE_ID"] for table, row, _ in naming if table == "S_CASE_CON"}
    parties = {row["PARTY_ID"] for table, row, _ in naming if table == "S_PARTY_PER"}
    relatives = {value for table, row, _ in naming if table == "S_CONTACT_REL" for value in _ends(row)}
    theirs = {row["CASE_ID"] for row in deed.rows("S_CASE_CON", "CONTACT_ID", other)}
    homes = {row["PARTY_ID"] for row in deed.rows("S_PARTY_PER", "PERSON_ID", other)}
    family = {other}
    for column in ("CONTACT_ID", "REL_CONTACT_ID"):
        for row in deed.rows("S_CONTACT_REL", column, other):
            family.update(_ends(row))
    return not (cases & theirs or parties & homes or relatives & family)


def _ends(relation: Row) -> tuple[str, str]:
    return relation["CONTACT_ID"], relation["REL_CONTACT_ID"]


def _all_sound(deed: Deed, naming: list[tuple[str, Row, list[str]]]) -> bool:
    """Whether every application and every relative concerned is fit to be touched."""
    cases = {row["ROW_ID"] for table, row, _ in naming if table == "S_CASE"}
    for table, row, _ in naming:
        cases |= {effect.key for effect in effects_of(table, row) if effect.entity == "application"}
    relatives = {value for table, row, _ in naming if table == "S_CONTACT_REL" for value in _ends(row)}
    sound = deed.shift.sound
    return len(sound.cases(cases)) == len(cases) and len(sound.clients(relatives)) == len(relatives)


def _point(deed: Deed, table: str, row: Row, values: Row, *, kept: bool) -> None:
    """Let a row name another client; one that collides is kept beside the other, or goes."""
    after = {**row, **values}
    effects = tuple(effects_of(table, after))
    if not _collides(deed, table, after):
        deed.update(table, row, *effects, **values)
    elif kept:
        doubled = tuple(Effect(one.entity, one.key, note="doubled") for one in effects)
        deed.update(table, row, *doubled, **values, CONFLICT_ID=row["ROW_ID"])
    else:
        ends = tuple(
            Effect(
                one.entity, one.key, DELETED if one.key == row["ROW_ID"] else one.expected, note="collided"
            )
            for one in effects
        )
        deed.delete(table, row, *ends)


def _collides(deed: Deed, table: str, after: Row) -> bool:
    kind = TABLES[table]
    owner = next((column for column in kind.user_key if kind[column].parent == "S_CONTACT"), None)
    if not kind.enforced or owner is None:
        return False
    key = [after[column] for column in kind.user_key]
    return any(
        [row[column] for column in kind.user_key] == key for row in deed.rows(table, owner, after[owner])
    )


@change()
def unmerge(deed: Deed, survivor: Row) -> None:
    """The swallowed person was another one: a new record, a new UCI, and part of the rows goes back."""
    old, new = survivor["ROW_ID"], deed.shift.new_id()
    given = deed.children("S_CON_IDNTY_DOC", survivor)[-1:], deed.children("S_PER_COMM_ADDR", survivor)[-1:]
    extensions = deed.children("S_CONTACT_X", survivor)
    if not any(given) or len(extensions) != 1:
        return
    parted = client_effect(new, UNMERGED, old)
    for party in deed.rows("S_PARTY", "ROW_ID", old):
        deed.copy("S_PARTY", party, parted, ROW_ID=new, PARTY_UID=new)
    own = {
        "ROW_ID": new,
        "PAR_ROW_ID": new,
        "PERSON_UID": new,
        "X_UCI_NUM": deed.shift.new_identifier(),
        **emptied(_POINTERS),
    }
    deed.copy("S_CONTACT", survivor, parted, **own)
    for table, rows in zip(("S_CON_IDNTY_DOC", "S_PER_COMM_ADDR"), given, strict=True):
        theirs: Row = {OWNERS[table][1]: new}
        for row in rows:
            taken = client_effect(old, net=SWEEP)  # the row names another owner now
            deed.update(table, row, taken, client_effect(new, UNMERGED, old), **theirs)
    lost = {row["ROW_ID"] for rows in given for row in rows}
    if dangling := [column for column in _POINTERS if survivor[column] in lost]:
        deed.update("S_CONTACT", survivor, client_effect(old), **emptied(dangling))
    deed.update("S_CONTACT_X", extensions[0], client_effect(old), X_REPLACED_ROW_ID=None)


_POINTERS = (
    "PR_PER_ADDR_ID", "PR_CON_ADDR_ID", "PR_PHONE_ID", "PR_EMAIL_ADDR_ID", "PR_ALT_PH_NUM_ID", "MSTR_CASE_ID",
)  # fmt: skip
