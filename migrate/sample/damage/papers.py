"""Damage of what is filed: attachments, restrictions, continuity, retention, audit trail, issued documents, masks."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from migrate.sample.clock import DAY, LAST_DAY, later, midnight
from migrate.sample.damage.plant import ENTITY, EXCL, FLAG, LOAD, OUT_OF_SCOPE, Plant, damage
from migrate.sample.frame import Bools, choose, join, strings

SETTLED = ("Passed", "Réussi", "Failed", "Échoué", "Complete", "Terminé")
"""Statuses after which an activity asks for nothing more."""


# -- attachments ---------------------------------------------------------------------------------------


@damage("X06", "S_CASE_ATT", rate=0.002, disposition=FLAG)
def empty_file(plant: Plant) -> None:
    """An attachment of zero bytes."""
    plant.set("FILE_SIZE", plant.pick(plant.where("FILE_SRC_TYPE", "FILE")), 0)


@damage("X06", "S_CASE_ATT", rate=0.002, disposition=LOAD)
def two_revisions(plant: Plant) -> None:
    """A second revision of the same file beside the first."""
    at = plant.pick(plant.where("FILE_REV_NUM", "0"))
    name = join(plant.rows["FILE_NAME"].take(pa.array(at)), "_rev2")
    plant.say(plant.copy("S_CASE_ATT", at, FILE_NAME=name, FILE_REV_NUM="2"), "FILE_REV_NUM")


# -- restrictions --------------------------------------------------------------------------------------


@damage("X07", "S_NOTE_CASE", rate=0.002, disposition=FLAG)
def restricted_note_in_open_file(plant: Plant) -> None:
    """The note is restricted, its application is not."""
    at = plant.pick(~plant.cases.restricted[np.maximum(plant.owner("S_NOTE_CASE"), 0)])
    plant.rows.patch(
        "X_RESTR_CLASS_CD", at, strings(plant.cycle(["Partner", "Informant", "Security"], len(at)))
    )
    plant.set("X_RESTRICTED_FLG", at, "Y")


@damage("X07", "S_CASE", rate=0.002, disposition=FLAG)
def restricted_file_without_note(plant: Plant) -> None:
    """The application is restricted, none of its notes is."""
    plant.set("X_RESTRICTED_FLG", plant.pick(~plant.cases.restricted), "Y")


@damage("X07", "S_NOTE_CASE", rate=0.002, disposition=FLAG)
def private_but_not_restricted(plant: Plant) -> None:
    """A note marked private in the old way only."""
    at = plant.pick(~plant.cases.restricted[np.maximum(plant.owner("S_NOTE_CASE"), 0)])
    plant.set("PRIV_FLG", at, "Y")


# -- continuity ----------------------------------------------------------------------------------------


@damage("X08", "S_CASE", rate=0.002, disposition=FLAG)
def closed_without_decision_event(plant: Plant) -> None:
    """Closed, but no finalisation says who decided."""
    at = plant.pick(~plant.cases.is_open)
    activities = plant.block["S_EVT_ACT"]
    theirs = activities.where("TODO_CD", "FINALIZE") & np.isin(plant.owner("S_EVT_ACT"), at)
    _drop_activities(plant, theirs)
    plant.say(at, "STATUS_CD", "no decision event")


def _drop_activities(plant: Plant, which: Bools) -> None:
    """Remove activities with what points to them."""
    activities, files = plant.block["S_EVT_ACT"], plant.block["S_ACTIVITY_ATT"]
    gone = activities["ROW_ID"].filter(pa.array(which))
    activities.patch("PAR_EVT_ID", np.flatnonzero(np.asarray(pc.is_in(activities["PAR_EVT_ID"], gone))), None)
    files.drop(np.flatnonzero(np.asarray(pc.is_in(files["PAR_ROW_ID"], gone))))
    activities.drop(np.flatnonzero(which))


@damage("X08", "S_CASE", rate=0.002, disposition=FLAG)
def open_without_owner(plant: Plant) -> None:
    """Open, and nobody's."""
    plant.set("OWNER_PER_ID", plant.pick(plant.cases.is_open), None, "no owner")


@damage("X08", "S_CASE", rate=0.002, disposition=FLAG)
def open_without_due_date(plant: Plant) -> None:
    """Open, and never due."""
    plant.set("DUE_DT", plant.pick(plant.cases.is_open), None, "no due date")


@damage("X08", "S_CASE", rate=0.002, disposition=FLAG)
def open_without_next_activity(plant: Plant) -> None:
    """Open, and nothing left to do."""
    at = plant.pick(plant.cases.is_open)
    activities = plant.block["S_EVT_ACT"]
    theirs = ~activities.where("EVT_STAT_CD", *SETTLED) & np.isin(plant.owner("S_EVT_ACT"), at)
    _drop_activities(plant, theirs)
    plant.say(at, "STATUS_CD", "no next activity")


@damage("X08", "S_EVT_ACT", rate=0.0001, disposition=FLAG)
def passed_and_expired(plant: Plant) -> None:
    """A passed assessment of an open application whose validity is over."""
    is_open = plant.cases.is_open[np.maximum(plant.owner("S_EVT_ACT"), 0)]
    assessed = plant.where("TODO_CD", "MEDICAL", "BIOMETRIC", "ELIG", "CRIM") & plant.where(
        "EVT_STAT_CD", "Passed", "Réussi"
    )
    at = plant.pick(is_open & assessed)
    plant.set(
        "X_VALID_UNTIL_DT", at, np.full(len(at), midnight(np.array([LAST_DAY - np.timedelta64(90, "D")]))[0])
    )


# -- retention -----------------------------------------------------------------------------------------


@damage("X09", "S_CASE", rate=0.01, disposition=EXCL, scope=ENTITY)
def past_its_delete_date(plant: Plant) -> None:
    """Should have been deleted years ago."""
    at = plant.pick(~plant.cases.is_open & ~plant.where("X_LEGAL_HOLD_FLG", "Y"))
    _overdue(plant, at)


@damage("X09", "S_CASE", rate=0.001, disposition=LOAD)
def past_its_delete_date_but_held(plant: Plant) -> None:
    """Should have been deleted, but a legal hold keeps it."""
    at = plant.pick(~plant.cases.is_open)
    plant.rows.patch("X_LEGAL_HOLD_FLG", at, "Y")
    _overdue(plant, at)


def _overdue(plant: Plant, at: np.ndarray) -> None:
    start = np.full(len(at), np.datetime64("2015-01-01", "s"))
    plant.set("X_PROSP_DEL_DT", at, later(start, plant.rng.integers(0, 2000, len(at)) * DAY))


# -- audit trail, issued documents, masks --------------------------------------------------------------


@damage("X10", "S_AUDIT_ITEM", rate=0.05, disposition=OUT_OF_SCOPE)
def audit_of_other_times(plant: Plant) -> None:
    """Entries in the old style, logs nobody can parse, entries of dead persons."""
    rows = plant.rows
    case = plant.rng.integers(0, len(plant.cases), plant.number())
    ids = plant.cases.row_id.take(pa.array(case))
    turn = np.arange(len(case)) % 3
    source = plant.block["S_CASE"].take(case)
    new = type(rows)(
        "S_AUDIT_ITEM", len(case), ROW_ID=plant.block.ids.take(len(case)), BUSCOMP_NAME="HLS Case"
    )
    for column in (
        "CREATED",
        "CREATED_BY",
        "LAST_UPD",
        "LAST_UPD_BY",
        "MODIFICATION_NUM",
        "CONFLICT_ID",
        "DB_LAST_UPD",
        "DB_LAST_UPD_SRC",
    ):
        new[column] = source[column]
    new["OPERATION_CD"] = "Modify"
    new["USER_ID"] = source["CREATED_BY"]
    new["OPERATION_DT"] = source["CREATED"]
    new["BC_BASE_TBL"] = "S_CASE"
    new["RECORD_ID"] = choose(turn == 2, plant.dead_ids(len(case)), ids)
    new["FIELD_NAME"] = choose(turn == 0, "STATUS_CD", None)
    new["OLD_VAL"] = choose(turn == 0, "Open", None)
    new["NEW_VAL"] = choose(turn == 0, "Closed", None)
    new["AUDIT_LOG"] = choose(turn == 1, "2*C199*STATUS_CD2*N1", None)
    rows.extend(new)
    note = choose(turn == 0, "old style", choose(turn == 1, "unparsable", "dead id"))
    for text in ("old style", "unparsable", "dead id"):
        these = new["ROW_ID"].filter(pc.equal(note, text))
        if len(these):
            plant.line("S_AUDIT_ITEM", these, "AUDIT_LOG", "audit", these, text)


@damage("X11", "S_PS_CREDENTIAL", rate=0.0005, disposition=FLAG)
def two_documents_for_one_decision(plant: Plant) -> None:
    """A document issued twice, both in force."""
    at = plant.pick(plant.where("STATUS_CD", "Issued") & plant.has("X_CASE_ID"))
    number = join(plant.rows["CREDENTIAL_NUM"].take(pa.array(at)), "9")
    new = plant.copy("S_PS_CREDENTIAL", at, CREDENTIAL_NUM=number, X_CREDENTIAL_NUM_RAW=number)
    plant.say(np.concatenate([at, new]), "CREDENTIAL_NUM")


@damage("X12", "S_CONTACT", rate=0.001, disposition=FLAG)
def masked_name(plant: Plant) -> None:
    """A production value somebody masked in place."""
    at = plant.pick()
    plant.set("LAST_NAME", at, strings(plant.cycle(["XXXX", "***", "XXXXXXXX"], len(at))))
