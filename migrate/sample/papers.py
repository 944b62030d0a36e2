"""What is filed under an application: notes, attachments, issued documents, the audit trail.

A restricted application has at least one restricted note, and only such applications have them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from migrate.sample.cases import APPROVED, Cases, groups
from migrate.sample.clock import DAY, LAST_DAY, in_office, later, when
from migrate.sample.data import CANADA, active, phrases, rows
from migrate.sample.frame import Bools, Ints, Rows, choose, join, only, picked, strings
from migrate.sample.ids import RowIds, digits, fixed_text, scatter
from migrate.sample.people import People
from migrate.sample.stamps import stamp
from migrate.sample.world import World


def note_rows(rng: np.random.Generator, ids: RowIds, world: World, cases: Cases) -> tuple[Rows, Ints]:
    """S_NOTE_CASE, four for an application on average, and the case of each row."""
    case, number = _several(
        rng, cases, [0.02, 0.06, 0.12, 0.2, 0.22, 0.18, 0.12, 0.08], at_least_one=cases.restricted
    )
    count = len(case)
    result = Rows("S_NOTE_CASE", count, ROW_ID=ids.take(count, cases.loaded[case]))
    result["SRC_ROW_ID"] = cases.row_id.take(pa.array(case))
    result["NOTE_TYPE"] = picked(active("IRCC_NOTE_TYPE"), rng.integers(0, 6, count))
    result["PRIV_FLG"] = "N"
    result["NOTE"] = _sentences(rng, cases.french[case])
    written = in_office(rng, cases.opened[case], cases.last_moment()[case])
    result["START_DT"] = written
    restricted = cases.restricted[case] & ((number == 0) | (rng.random(count) < 0.2))
    classes = active("IRCC_RESTR_CLASS")
    result["X_RESTRICTED_FLG"] = choose(restricted, "Y", "N")
    result["X_RESTR_CLASS_CD"] = only(restricted, picked(classes, rng.integers(0, len(classes), count)))
    stamp(
        result,
        rng,
        world.users,
        np.where(cases.loaded[case], cases.created[case], written),
        cases.loaded[case],
    )
    return result, case


def _several(
    rng: np.random.Generator, cases: Cases, shares: Sequence[float], at_least_one: Bools | None = None
) -> tuple[Ints, Ints]:
    """Zero, one, two … for each case, as (case, number within the case)."""
    how_many = rng.choice(len(shares), len(cases), p=np.array(shares) / sum(shares))
    if at_least_one is not None:
        how_many = np.where(at_least_one, np.maximum(how_many, 1), how_many)
    case = np.repeat(np.arange(len(cases)), how_many)
    return case, np.arange(len(case)) - np.searchsorted(case, case)


def _sentences(rng: np.random.Generator, french: Bools) -> pa.Array:
    """One to three sentences in the officer's language."""
    lines = rows("notes")
    pool = strings(line["sentence"] for line in lines)
    english = sum(line["language"] == "EN" for line in lines)
    low, size = np.where(french, english, 0), np.where(french, len(lines) - english, english)
    count = len(french)

    def one() -> pa.Array:
        return picked(pool, low + (size * rng.random(count)).astype(np.int64))

    text, chance = one(), rng.random(count)
    longer = join(text, one(), separator=" ")
    longest = join(longer, one(), separator="\n")
    return choose(chance < 0.4, text, choose(chance < 0.8, longer, longest))


_EXTENSIONS = strings(["pdf", "pdf", "pdf", "jpg", "tif", "docx"])
_SMALLER = 100  # times than in real life, so that the files themselves can be made and read


def attachment_rows(
    rng: np.random.Generator,
    ids: RowIds,
    world: World,
    people: People,
    cases: Cases,
    activities: Rows,
    activity_case: Ints,
) -> tuple[Rows, Rows]:
    """S_CASE_ATT, five for an application, and S_ACTIVITY_ATT for some incoming correspondence."""
    case, number = _several(rng, cases, [0.02, 0.05, 0.08, 0.13, 0.16, 0.17, 0.14, 0.11, 0.08, 0.06])
    of_case = _attachments(
        "S_CASE_ATT", rng, ids, world, people, cases, case, number, cases.row_id.take(pa.array(case))
    )
    at = np.flatnonzero(activities.where("TODO_CD", "CORR_IN") & (rng.random(len(activities)) < 0.4))
    parents = activities["ROW_ID"].take(pa.array(at))
    case = activity_case[at]
    of_activity = _attachments(
        "S_ACTIVITY_ATT", rng, ids, world, people, cases, case, np.zeros(len(at), np.int64), parents
    )
    return of_case, of_activity


def _attachments(
    table: str,
    rng: np.random.Generator,
    ids: RowIds,
    world: World,
    people: People,
    cases: Cases,
    case: Ints,
    number: Ints,
    parent: pa.Array,
) -> Rows:
    count = len(case)
    result = Rows(table, count, ROW_ID=ids.take(count, cases.loaded[case]), PAR_ROW_ID=parent)
    files = phrases("file")
    stem = picked(files, rng.integers(0, len(files), count))
    result["FILE_NAME"] = join(stem, "_", fixed_text(digits(number + 1, 2)))
    result["FILE_EXT"] = picked(_EXTENSIONS, rng.integers(0, len(_EXTENSIONS), count))
    result["FILE_REV_NUM"] = choose(rng.random(count) < 0.9, "0", "1")
    result["FILE_SIZE"] = rng.integers(8_000, 6_000_000, count) // _SMALLER
    url = rng.random(count) < 0.02
    filed = in_office(rng, cases.opened[case], cases.last_moment()[case])
    result["FILE_DATE"] = filed
    result["FILE_SRC_TYPE"] = choose(url, "URL", "FILE")
    result["FILE_SRC_PATH"] = only(url, join("https://documents.example.org/", result["ROW_ID"]))
    kinds = active("IRCC_ATT_TYPE")
    result["TYPE_CD"] = picked(kinds, rng.integers(0, len(kinds), count))
    result["X_CONTACT_ID"] = only(
        rng.random(count) < 0.7, people.row_id.take(pa.array(cases.applicant[case]))
    )
    result["X_RESTRICTED_FLG"] = "N"
    stamp(
        result, rng, world.users, np.where(cases.loaded[case], cases.created[case], filed), cases.loaded[case]
    )
    return result


def credential_rows(
    rng: np.random.Generator, ids: RowIds, world: World, people: People, cases: Cases, first_number: int
) -> Rows:
    """S_PS_CREDENTIAL: the document an approved application led to, one for its applicant."""
    known = groups()
    has_document = np.asarray(known.credential.is_valid())[cases.group]
    at = np.flatnonzero((cases.outcome == APPROVED) & has_document)
    applicant, group, count = cases.applicant[at], cases.group[at], len(at)
    result = Rows("S_PS_CREDENTIAL", count, ROW_ID=ids.take(count, cases.loaded[at]))
    result["CONTACT_ID"] = people.row_id.take(pa.array(applicant))
    result["CATEGORY_CD"] = picked(known.credential, group)
    number = join("F", fixed_text(digits(scatter(first_number + at, 90_000_000) + 100_000_000, 9)))
    result["CREDENTIAL_NUM"] = number
    result["X_CREDENTIAL_NUM_RAW"] = number
    result["ISSUING_COUNTRY"] = CANADA
    issued = in_office(rng, cases.decided[at], later(cases.decided[at], np.full(count, 5 * DAY)))
    years = known.valid_years[group]
    expires = when(years > 0, later(issued, years * 365 * DAY))
    result["ISSUE_TS"] = issued
    result["EXPIRATION_TS"] = expires
    result["STATUS_CD"] = choose((years > 0) & (expires < LAST_DAY), "Expired", "Issued")
    result["X_CASE_ID"] = cases.row_id.take(pa.array(at))
    result["X_FAMILY_NAME_DOC"] = people.names.family.take(pa.array(applicant))
    result["X_GIVEN_NAME_DOC"] = people.names.given.take(pa.array(applicant))
    stamp(result, rng, world.users, np.where(cases.loaded[at], cases.created[at], issued), cases.loaded[at])
    return result


# -- audit trail ---------------------------------------------------------------------------------------


def packed(columns: Sequence[str], new: Sequence[str], old: Sequence[str]) -> str:
    """An audit log as the legacy packs it: length-prefixed tokens, lengths in characters.

    >>> packed(["EVT_STAT_CD"], ["Completed"], ["Open"])
    '2*C111*EVT_STAT_CD2*N19*Completed2*O14*Open'
    """

    def group(letter: str, values: Sequence[str]) -> str:
        tokens = [f"{letter}{len(values)}", *values]
        return "".join(f"{len(token)}*{token}" for token in tokens)

    return group("C", columns) + group("N", new) + group("O", old)


_LOGS = strings(
    [
        packed(["STATUS_CD", "SUB_STATUS_CD"], ["Closed", "Decision Made"], ["Open", "In Process"]),
        packed(["STAGE_CD"], ["Admissibility"], ["Eligibility"]),
        packed(["OWNER_PER_ID", "PR_POSTN_ID"], ["1-100ABCD", "1-100ABCE"], ["1-100ABCF", ""]),
        packed(["COMMENTS"], ["2*3 copies; see note\nof 12 May"], [""]),
        packed(["X_PRIMARY_OFFICE_CD"], ["RC-9570"], ["IO-1030"]),
    ]
)


def audit_rows(rng: np.random.Generator, ids: RowIds, world: World, cases: Cases, per_case: int) -> Rows:
    """S_AUDIT_ITEM: ``per_case`` packed entries for each application."""
    case = np.repeat(np.arange(len(cases)), per_case)
    count = len(case)
    result = Rows(
        "S_AUDIT_ITEM", count, ROW_ID=ids.take(count), BUSCOMP_NAME="HLS Case", OPERATION_CD="Modify"
    )
    result["RECORD_ID"] = cases.row_id.take(pa.array(case))
    result["USER_ID"] = picked(world.users, cases.owner[case])
    moment = in_office(rng, cases.created[case], np.maximum(cases.last_moment()[case], cases.created[case]))
    result["OPERATION_DT"] = moment
    result["BC_BASE_TBL"] = "S_CASE"
    result["TBL_NAME"] = "S_CASE"
    result["TBL_RECORD_ID"] = result["RECORD_ID"]
    result["AUDIT_LOG"] = picked(_LOGS, rng.integers(0, len(_LOGS), count))
    stamp(result, rng, world.users, moment, np.zeros(count, bool), latest=moment)
    return result


def queue_rows(
    rng: np.random.Generator, ids: RowIds, world: World, cases: Cases, first_number: int
) -> tuple[Rows, Rows]:
    """A few S_ESCL_REQ rows waiting for the workflow engine, and S_DOCK_TXN_LOG rows of replication."""
    at = rng.choice(len(cases), 5)
    waiting = Rows(
        "S_ESCL_REQ", len(at), REQ_ID=ids.take(len(at)), TBL_NAME="S_CASE", CREATED=np.full(len(at), LAST_DAY)
    )
    waiting["CREATED_BY"] = picked(world.users, cases.owner[at])
    waiting["BT_ROW_ID"] = cases.row_id.take(pa.array(at))
    log = Rows(
        "S_DOCK_TXN_LOG", len(at), TXN_ID=first_number + np.arange(len(at)), OPERATION="U", ITEM_NAME="S_CASE"
    )
    log["ROW_ID"] = waiting["BT_ROW_ID"]
    log["CREATED"] = np.full(len(at), LAST_DAY)
    return waiting, log
