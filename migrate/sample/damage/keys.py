"""Damage of keys and links: pointers, orphans, deleted users, twins, templates, stamps, parties, loops, numbers."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from migrate.sample.cases import groups
from migrate.sample.damage.plant import (
    CLIENT_TABLES,
    ENTITY,
    EXCL,
    FLAG,
    LOAD,
    QUAR,
    Plant,
    damage,
    matches,
)
from migrate.sample.frame import Bools, Ints, choose, join, mask, picked, strings

NO_MATCH = ["No Match Row Id", "NoMatchRowId"]


@damage("K01", "S_CONTACT", rate=0.05, disposition=LOAD, claims=False)
def no_match_pointer(plant: Plant) -> None:
    """Siebel looked for a primary child and found none."""
    at = plant.pick(~plant.has("PR_ALT_PH_NUM_ID"))
    plant.set("PR_ALT_PH_NUM_ID", at, strings(plant.cycle(NO_MATCH, len(at))))


@damage("K02", "S_CONTACT", rate=0.005, disposition=FLAG)
def broken_pointer(plant: Plant) -> None:
    """The primary pointer names a deleted child, or a child of somebody else."""
    at = plant.pick(plant.has("PR_EMAIL_ADDR_ID"))
    points = plant.block["S_PER_COMM_ADDR"]
    owner = plant.owner("S_PER_COMM_ADDR")
    mails = np.flatnonzero(points.where("COMM_MEDIUM_CD", "Email") & ~np.isin(owner, at))
    foreign = points["ROW_ID"].take(pa.array(plant.rng.choice(mails, len(at))))
    turn = np.arange(len(at)) % 2 == 0
    plant.set("PR_EMAIL_ADDR_ID", at, choose(turn, plant.dead_ids(len(at)), foreign))


# -- orphans -------------------------------------------------------------------------------------------


def _orphans(plant: Plant, column: str, eligible: Bools | None = None) -> None:
    """Copies of rows that hang on an application nobody has any more."""
    rows = plant.rows
    possible = np.flatnonzero(np.ones(len(rows), bool) if eligible is None else eligible)
    at = np.sort(plant.rng.permutation(possible)[: plant.number()])
    dead = plant.dead_ids(len(at))
    new = plant.copy(plant.kind.table, at, **{column: dead})
    plant.line(plant.kind.table, plant.rows["ROW_ID"].take(pa.array(new)), column, "application", dead)


@damage("K03", "S_EVT_ACT", rate=0.0003, disposition=QUAR)
def orphan_activity(plant: Plant) -> None:
    """An activity of a missing application."""
    _orphans(plant, "CASE_ID", ~plant.has("PAR_EVT_ID"))


@damage("K03", "S_NOTE_CASE", rate=0.001, disposition=QUAR)
def orphan_note(plant: Plant) -> None:
    """A note of a missing application."""
    _orphans(plant, "SRC_ROW_ID")


@damage("K03", "S_CASE_CON", rate=0.001, disposition=QUAR)
def orphan_party(plant: Plant) -> None:
    """A person in a missing application; a representative, so that no client is touched."""
    _orphans(plant, "CASE_ID", plant.where("RELATION_TYPE_CD", "REP"))


@damage("K03", "S_CASE_ATT", rate=0.001, disposition=QUAR)
def orphan_attachment(plant: Plant) -> None:
    """An attachment of a missing application."""
    _orphans(plant, "PAR_ROW_ID")


# -- users ---------------------------------------------------------------------------------------------


def _former(plant: Plant, count: int) -> pa.Array:
    pool = plant.world.former_users
    return picked(pool, plant.rng.integers(0, len(pool), count))


@damage("K04", "S_CASE", rate=0.01, disposition=LOAD, claims=False)
def owner_left(plant: Plant) -> None:
    """The owner's user was deleted."""
    at = plant.pick(plant.has("OWNER_PER_ID"))
    plant.set("OWNER_PER_ID", at, _former(plant, len(at)))


@damage("K04", "S_CONTACT", rate=0.01, disposition=LOAD, claims=False)
def creator_left(plant: Plant) -> None:
    """The creator's user was deleted."""
    at = plant.pick(~plant.where("CREATED_BY", "0-1"))
    plant.set("CREATED_BY", at, _former(plant, len(at)))


@damage("K04", "S_EVT_ACT", rate=0.002, disposition=LOAD, claims=False)
def login_without_user(plant: Plant) -> None:
    """A login text that no user has any more."""
    at = plant.pick(plant.has("OWNER_LOGIN"))
    plant.set("OWNER_LOGIN", at, strings(plant.cycle(["ZZ90001", "ZZ90002", "MC12310"], len(at))))


# -- twins and templates -------------------------------------------------------------------------------


def _twins(plant: Plant, eligible: Bools, column: str, value: str | None) -> None:
    """Copies with a CONFLICT_ID of their own; ``value`` makes the column differ."""
    at = plant.pick(eligible)
    new = plant.copy(plant.kind.table, at)
    plant.rows.patch("CONFLICT_ID", new, plant.rows["ROW_ID"].take(pa.array(new)))
    if value is not None:
        plant.rows.patch(column, new, value)
    plant.say(new, "CONFLICT_ID")


@damage("K05", "S_CONTACT_XM", rate=0.001, disposition=EXCL)
def identical_twin_of_client_row(plant: Plant) -> None:
    """A replication conflict kept the same row twice."""
    _twins(plant, plant.where("TYPE", "LANGUAGE"), "ATTRIB_03", None)


@damage("K05", "S_CONTACT_XM", rate=0.001, disposition=QUAR)
def differing_twin_of_client_row(plant: Plant) -> None:
    """A replication conflict kept two versions of a row."""
    _twins(plant, plant.where("TYPE", "LANGUAGE") & ~plant.where("ATTRIB_03", "099"), "ATTRIB_03", "099")


@damage("K05", "S_CASE_XM", rate=0.0005, disposition=EXCL)
def identical_twin_of_case_row(plant: Plant) -> None:
    """A replication conflict kept the same row twice."""
    _twins(plant, plant.where("TYPE", "SECONDARY_OFFICE", "SPECIAL_PROGRAM", "EXT_REF"), "ATTRIB_03", None)


@damage("K05", "S_CASE_XM", rate=0.0005, disposition=QUAR)
def differing_twin_of_case_row(plant: Plant) -> None:
    """A replication conflict kept two versions of a row."""
    _twins(plant, plant.where("TYPE", "EXT_REF"), "ATTRIB_34", "D99999999")


@damage("K11", "S_CONTACT_X", rate=0.0005, disposition=EXCL)
def identical_second_extension(plant: Plant) -> None:
    """A merge left two extension rows, alike."""
    _twins(plant, plant.has("ATTRIB_08"), "ATTRIB_36", None)


@damage("K11", "S_CONTACT_X", rate=0.0005, disposition=QUAR)
def differing_second_extension(plant: Plant) -> None:
    """A merge left two extension rows that differ."""
    _twins(plant, plant.has("ATTRIB_08"), "ATTRIB_36", "UMI000000001")


@damage("K11", "S_CONTACT_X", rate=0.6, disposition=LOAD, claims=False)
def missing_extension(plant: Plant) -> None:
    """Most persons have no extension row; ten of them are named here."""
    contacts = plant.block["S_CONTACT"]
    none = np.flatnonzero(
        ~np.isin(np.arange(len(plant.people)), plant.owner("S_CONTACT_X")) & plant.ground.free_clients
    )[:10]
    plant.say(none, "ROW_ID", "no row in S_CONTACT_X", table=contacts.table.name)


@damage("K06", "S_EVT_ACT", rate=0.005, disposition=EXCL, claims=False)
def template_with_case(plant: Plant) -> None:
    """A template that points to an application: not data."""
    at = plant.pick(plant.where("TODO_CD", "TASK") & plant.where("EVT_STAT_CD", "Complete", "Terminé"))
    plant.set("TEMPLATE_FLG", at, "Y")


# -- ROW_IDs and stamps --------------------------------------------------------------------------------


@damage("K07", "S_CASE", rate=0.0, disposition=LOAD, claims=False)
def kinds_of_row_id(plant: Plant) -> None:
    """ROW_IDs from screens, from a second server, from the loader of two releases; some of each are named."""
    for pattern in (r"^1-[0-9A-Z]{7}$", r"^2-", r"^[12]-[0-9A-Z]+-", r"\+"):
        at = np.flatnonzero(matches(plant.rows["ROW_ID"], pattern) & plant.ground.free_cases)[:3]
        plant.say(at, "ROW_ID", pattern)


@damage("K08", "S_CASE", rate=0.0, disposition=LOAD, claims=False)
def count_that_does_not_grow(plant: Plant) -> None:
    """Loaded rows keep MODIFICATION_NUM 0; some are named."""
    at = np.flatnonzero(
        plant.cases.loaded & np.asarray(pc.equal(plant.rows["MODIFICATION_NUM"], 0)) & plant.ground.free_cases
    )
    plant.say(at[:10], "MODIFICATION_NUM")


@damage("K09", "S_EVT_ACT", rate=0.0, disposition=LOAD, claims=False)
def thousands_with_one_stamp(plant: Plant) -> None:
    """All that a night loaded bears one LAST_UPD; one row of each table stands for its block."""
    for table in ("S_CONTACT", "S_CASE", "S_EVT_ACT"):
        rows = plant.block[table]
        owner, ground = plant.owner(table), plant.ground
        free = (ground.free_clients if table in CLIENT_TABLES else ground.free_cases)[owner] & (owner >= 0)
        at = np.flatnonzero(rows.where("DB_LAST_UPD_SRC", "EIM") & free)[:1]
        plant.say(at, "LAST_UPD", "one LAST_UPD for the whole block", table=table)


@damage("K10", "S_CASE", rate=0.03, disposition=LOAD, claims=False)
def stamps_disagree(plant: Plant) -> None:
    """DB_LAST_UPD is missing, older or newer than LAST_UPD."""
    _disagree(plant)


@damage("K10", "S_CONTACT", rate=0.03, disposition=LOAD, claims=False)
def stamps_of_clients_disagree(plant: Plant) -> None:
    """DB_LAST_UPD is missing, older or newer than LAST_UPD."""
    _disagree(plant)


def _disagree(plant: Plant) -> None:
    at = plant.pick()
    updated = plant.rows.times("LAST_UPD")[at]
    turn = np.arange(len(at)) % 3
    shift = np.where(turn == 1, -3600, 7200).astype("timedelta64[s]")
    plant.set("DB_LAST_UPD", at, np.where(turn == 0, np.datetime64("NaT", "s"), updated + shift))


# -- parties -------------------------------------------------------------------------------------------


@damage("K12", "S_PARTY", rate=0.0002, disposition=QUAR, scope=ENTITY)
def party_without_contact(plant: Plant) -> None:
    """The root of a person without the person."""
    at = plant.rng.integers(0, len(plant.people), plant.number())
    ids = plant.block.ids.take(len(at))
    new = plant.copy("S_PARTY", at, PARTY_UID=ids)
    plant.rows.patch("ROW_ID", new, ids)
    plant.line("S_PARTY", ids, "ROW_ID", "client", ids)


@damage("K12", "S_CONTACT", rate=0.0002, disposition=QUAR, scope=ENTITY)
def contact_without_party(plant: Plant) -> None:
    """A person without the root."""
    at = plant.rng.integers(0, len(plant.people), plant.number())
    pointers = ("PR_PER_ADDR_ID", "PR_CON_ADDR_ID", "PR_PHONE_ID", "PR_EMAIL_ADDR_ID", "X_UCI_NUM", "CSN")
    new = plant.copy("S_CONTACT", at, **dict.fromkeys(pointers))
    ids = plant.rows["ROW_ID"].take(pa.array(new))
    for column in ("PAR_ROW_ID", "PERSON_UID"):
        plant.rows.patch(column, new, ids)
    plant.line("S_CONTACT", ids, "PAR_ROW_ID", "client", ids)


@damage("K13", "S_CASE", rate=0.0007, disposition=QUAR, scope=ENTITY)
def no_principal_applicant(plant: Plant) -> None:
    """Nobody in the application has the role PA."""
    at = plant.pick()
    roles = plant.block["S_CASE_CON"]
    theirs = roles.where("RELATION_TYPE_CD", "PA") & np.isin(plant.owner("S_CASE_CON"), at)
    roles.drop(np.flatnonzero(theirs))
    _recount(plant, at)
    plant.say(at, "APPLICANT_ID")


def _recount(plant: Plant, at: Ints) -> None:
    owner = plant.owner("S_CASE_CON")
    count = np.bincount(owner[owner >= 0], minlength=len(plant.cases))
    plant.block["S_CASE"].patch("X_NUM_CLIENTS", at, count[at])


@damage("K13", "S_CASE_CON", rate=0.0007, disposition=QUAR, scope=ENTITY)
def two_principal_applicants(plant: Plant) -> None:
    """A member of the family has the role PA too."""
    at = plant.pick(plant.where("RELATION_TYPE_CD", "SPOUSE", "CLP", "CHILD"))
    plant.set("RELATION_TYPE_CD", at, "PA")


@damage("K13", "S_CASE", rate=0.0007, disposition=QUAR, scope=ENTITY)
def applicant_is_somebody_else(plant: Plant) -> None:
    """APPLICANT_ID names another client than the row with the role PA."""
    at = plant.pick()
    strangers = np.flatnonzero(plant.ground.free_clients)
    household = plant.people.household
    other = strangers[plant.rng.integers(0, len(strangers), len(at))]
    alike = household[other] == household[plant.cases.applicant[at]]
    other = np.where(alike, strangers[(np.searchsorted(strangers, other) + 11) % len(strangers)], other)
    plant.set("APPLICANT_ID", at, plant.people.row_id.take(pa.array(other)))


@damage("K13", "S_CASE", rate=0.01, disposition=FLAG)
def wrong_number_of_clients(plant: Plant) -> None:
    """X_NUM_CLIENTS is not the number of persons."""
    at = plant.pick()
    counted = np.asarray(plant.rows["X_NUM_CLIENTS"].to_numpy())
    plant.set("X_NUM_CLIENTS", at, counted[at] + 2)


# -- loops and numbers ---------------------------------------------------------------------------------


def _unlinked(plant: Plant) -> Bools:
    """Applications no other one refers to, and that refer to none."""
    cases, links = plant.block["S_CASE"], plant.block["S_CASE_REL"]
    named = pa.concat_arrays([cases["PAR_CASE_ID"], links["CASE_ID"], links["REL_CASE_ID"]])
    return ~cases.filled("PAR_CASE_ID") & ~mask(pc.is_in(cases["ROW_ID"], named.drop_null()))


@damage("K14", "S_CASE", rate=0.0004, disposition=FLAG)
def parents_in_a_circle(plant: Plant) -> None:
    """Two applications are each other's parent."""
    at = plant.pick(_unlinked(plant), share=2)
    at = at[: len(at) // 2 * 2]
    other = at.reshape(-1, 2)[:, ::-1].ravel()
    ids = plant.rows["ROW_ID"]
    plant.rows.patch("PAR_CASE_ID", at, ids.take(pa.array(other)))
    own = ids.take(pa.array(at))
    plant.line("S_CASE", own, "PAR_CASE_ID", "application_parent", own)


@damage("K14", "S_CASE", rate=0.0002, disposition=FLAG)
def linked_to_itself(plant: Plant) -> None:
    """An application associated with itself."""
    at = plant.pick(_unlinked(plant))
    own = plant.rows["ROW_ID"].take(pa.array(at))
    new = plant.copy(
        "S_CASE_REL", np.zeros(len(at), np.int64), CASE_ID=own, REL_CASE_ID=own, REL_TYPE_CD="Family group"
    )
    row_id = plant.block["S_CASE_REL"]["ROW_ID"].take(pa.array(new))
    plant.line("S_CASE_REL", row_id, "REL_CASE_ID", "application_link", row_id)


@damage("K15", "S_CASE_XM", rate=0.0025, disposition=LOAD)
def temporary_number_kept(plant: Plant) -> None:
    """The temporary number of an application beside its final one."""
    at = plant.pick(plant.where("NAME", "STATUS-1"))
    case = plant.clients_at("S_CASE_XM", at)
    number = join("X", plant.cases.number.take(pa.array(case)))
    empty: dict[str, None] = {"ATTRIB_04": None, "ATTRIB_05": None, "ATTRIB_12": None}
    new = plant.copy(
        "S_CASE_XM", at, TYPE="EXT_REF", NAME="TEMP-1", ATTRIB_03="TEMP_APP", ATTRIB_34=number, **empty
    )
    plant.say(new, "ATTRIB_34")


@damage("K15", "S_CASE", rate=0.002, disposition=FLAG)
def one_number_on_two_cases(plant: Plant) -> None:
    """The temporary and the final number of one application stand on two."""
    at = plant.pick(share=2)
    at = at[: len(at) // 2 * 2]
    final, temporary = at[::2], at[1::2]
    plant.rows.patch("CASE_NUM", temporary, join("X", plant.rows["CASE_NUM"].take(pa.array(final))))
    plant.say(at, "CASE_NUM")


@damage("K16", "S_CASE", rate=0.08, disposition=LOAD, claims=False)
def open_in_two_groups(plant: Plant) -> None:
    """A client with open applications in two client groups; made so by the generator."""
    open_ = np.flatnonzero(plant.cases.is_open)
    person = plant.cases.applicant[open_]
    lists = np.zeros((len(plant.people), len(groups().name)), bool)
    lists[person, plant.cases.group[open_]] = True
    straddlers = np.flatnonzero(lists.sum(axis=1) > 1)
    plant.say(straddlers, "ROW_ID", "open applications in two client groups", table="S_CONTACT")
