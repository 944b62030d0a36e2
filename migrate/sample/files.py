"""Applications as the legacy's case tables hold them: S_CASE, extensions, persons in a case, associated cases.

In: ``Cases`` and ``Parties``. Out: ``Rows`` of each table, consistent with each other: one principal applicant,
as many clients as counted, the applicant's identifier as copied at intake, the history of the status.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from migrate.sample.cases import APPROVED, Cases, Parties, groups
from migrate.sample.clock import DAY, LAST_DAY, in_office, later, midnight, ottawa, when
from migrate.sample.data import active, places
from migrate.sample.frame import Bools, Ints, Rows, choose, decimals, join, only, picked, strings
from migrate.sample.ids import RowIds, digits, fixed_text, scatter
from migrate.sample.parties import in_language
from migrate.sample.people import People
from migrate.sample.stamps import stamp
from migrate.sample.world import World

CODES_SINCE = np.datetime64("2014-01-01", "s")
"""From this day on S_CASE.STATUS_CD holds codes; before, the display text of the officer's language."""

HRSDC_UNTIL = np.datetime64("2013-01-01", "s")
"""Before this day ATTRIB_34 of S_CASE_X held an HRSDC number; since, a CSQ number."""

_EARLIEST_DELETION = np.datetime64("2034-01-01", "s")


def case_rows(rng: np.random.Generator, world: World, people: People, cases: Cases, parties: Parties) -> Rows:
    """One S_CASE row for each application."""
    known, count = groups(), len(cases)
    group = pa.array(cases.group)
    rows = Rows(
        "S_CASE", count, ROW_ID=cases.row_id, CASE_NUM=cases.number, TYPE_CD="Application", BU_ID="0-R9NH"
    )
    category = picked(known.category, cases.category)
    rows["NAME"] = join(category, " application ", cases.number)
    rows["X_LOB_CD"] = known.lob.take(group)
    rows["X_CATEGORY_CD"] = category
    rows["APPLICANT_ID"] = people.row_id.take(pa.array(cases.applicant))
    rows["X_UCI_SNAP"] = people.uci.take(pa.array(cases.applicant))
    _set_status(rows, cases)
    rows["ACCNT_ID"] = _organisations(rng, world, cases)
    rows["OWNER_PER_ID"] = picked(world.users, cases.owner)
    rows["PR_POSTN_ID"] = picked(world.positions, cases.owner)
    rows["PR_REP_CON_ID"] = picked(world.representatives, cases.representative)
    rows["OPENED_DT"] = cases.opened
    rows["CLOSED_DT"] = cases.closed
    rows["DUE_DT"] = cases.due
    rows["PRIORITY_CD"] = choose(
        rng.random(count) < 0.92, "3-Normal", choose(rng.random(count) < 0.5, "1-Urgent", "2-High")
    )
    rows["X_RECEIVED_DT"] = cases.received
    rows["X_RECV_CHANNEL_CD"] = _channels(rng, cases)
    locked = np.isin(known.lob.take(group).to_numpy(zero_copy_only=False), ["PR", "CIT"])
    rows["X_LOCK_IN_DT"] = when(locked, later(cases.received, rng.integers(0, 10, count) * DAY))
    rows["X_PRIMARY_OFFICE_CD"] = picked(active("IRCC_OFFICE"), cases.office)
    rows["X_CORR_LANG_CD"] = choose(people.french[cases.applicant], "FR", "EN")
    rows["X_INTV_LANG_CD"] = only(rng.random(count) < 0.3, choose(people.french[cases.applicant], "FR", "EN"))
    _set_money_states(rows, rng, cases)
    rows["X_RESTRICTED_FLG"] = choose(cases.restricted, "Y", "N")
    rows["X_LEGAL_HOLD_FLG"] = choose(rng.random(count) < 0.003, "Y", "N")
    keep = later(cases.closed, known.retention[cases.group] * 365 * DAY)
    far = later(np.full(count, _EARLIEST_DELETION), rng.integers(0, 3000, count) * DAY)
    rows["X_PROSP_DEL_DT"] = when(~cases.is_open, midnight(np.maximum(keep, far)))
    rows["X_DISPOSITION_CD"] = only(~cases.is_open, choose(rng.random(count) < 0.9, "Destroy", "Archive"))
    represented = cases.representative >= 0
    rows["X_NUM_CLIENTS"] = np.bincount(parties.case, minlength=count) + represented
    rows["X_NUM_VISAS"] = np.bincount(parties.case[parties.assessed], minlength=count)
    rows["X_DECISION_DT"] = ottawa(cases.decided)
    rows["X_DECISION_BY"] = only(~cases.is_open, picked(world.users, cases.owner))
    stamp(rows, rng, world.users, cases.created, cases.loaded)
    return rows


def _set_status(rows: Rows, cases: Cases) -> None:
    """Status, reason, stage and decision, each in the form its column stores."""
    french = cases.french
    status = choose(cases.is_open, "Open", "Closed")
    rows["STATUS_CD"] = in_language("IRCC_APP_STATUS", status, french & (cases.created < CODES_SINCE))
    reasons = strings(["In Process", "Decision Made", "Decision Made", "Withdrawn", "Abandoned"])
    reason = picked(reasons, cases.outcome)
    fresh = cases.is_open & (cases.progress < 0.1)
    rows["SUB_STATUS_CD"] = in_language("IRCC_APP_REASON", choose(fresh, "Received", reason), french)
    decision = picked(
        strings(["Approved", "Refused", "Withdrawn", "Withdrawn"]),
        np.where(cases.is_open, -1, cases.outcome - 1),
    )
    rows["RESOLUTION_CD"] = in_language("IRCC_DECISION", decision, french)
    stages = active("IRCC_STAGE")
    stage = np.where(cases.is_open, np.searchsorted([0.1, 0.45, 0.85], cases.progress, side="right"), 4)
    rows["STAGE_CD"] = picked(stages, stage)
    rows["X_STATUS_DT"] = ottawa(np.where(cases.is_open, cases.opened, cases.closed))


def _organisations(rng: np.random.Generator, world: World, cases: Cases) -> pa.Array:
    """The school, employer or sponsoring partner of groups that have one; null for the others."""
    pool: list[str] = []
    chosen = np.full(len(cases), -1)
    for number, kind in enumerate(groups().organisation):
        if kind:
            here = np.flatnonzero((cases.group == number) & (rng.random(len(cases)) < 0.7))
            chosen[here] = len(pool) + rng.integers(0, len(world.organisations[kind]), len(here))
            pool += world.organisations[kind].to_pylist()
    return picked(strings(pool), chosen)


def _channels(rng: np.random.Generator, cases: Cases) -> pa.Array:
    modern = cases.received > np.datetime64("2015-01-01")
    chance = rng.random(len(cases))
    online = choose(chance < 0.75, "Online", choose(chance < 0.95, "Portal", "Port of Entry"))
    return choose(modern & (chance > 0.15), online, "Paper")


def _set_money_states(rows: Rows, rng: np.random.Generator, cases: Cases) -> None:
    known = groups()
    free = known.fee_cents[cases.group] == 0
    unpaid = cases.is_open & (cases.progress < 0.1)
    rows["X_COST_RECOV_CD"] = choose(free, "Exempt", choose(unpaid, "Deferred", "Complete"))
    has_right_fee = np.array([fee == "RPRF" for fee in known.extra_fee.to_pylist()])[cases.group]
    right = choose(cases.outcome == APPROVED, "Paid", "Unpaid")
    rows["X_RPRF_STAT_CD"] = only(has_right_fee, right)
    rows["X_OVERPAY_FLG"] = "N"


def extension_rows(rng: np.random.Generator, world: World, cases: Cases) -> Rows:
    """S_CASE_X for two applications in five: destination, Québec selection, settlement funds."""
    at = np.flatnonzero(rng.random(len(cases)) < 0.42)
    count, home = len(at), places()
    rows = Rows(
        "S_CASE_X", count, ROW_ID=cases.row_id.take(pa.array(at)), PAR_ROW_ID=cases.row_id.take(pa.array(at))
    )
    place = home.canadian[rng.integers(0, len(home.canadian), count)]
    rows["ATTRIB_01"] = picked(home.city, place)
    rows["ATTRIB_03"] = picked(home.state, place)
    quebec = np.asarray(rows["ATTRIB_03"].to_numpy(zero_copy_only=False) == "QC")
    rows["ATTRIB_08"] = choose(quebec, "Y", "N")
    numbered = quebec | (rng.random(count) < 0.08)
    old = cases.received[at] < HRSDC_UNTIL
    number = rng.integers(1_000_000, 10_000_000, count)
    csq = join("Q", fixed_text(digits(number * 7 % 100_000_000, 8)))
    rows["ATTRIB_34"] = only(numbered, choose(old, fixed_text(digits(number, 7)), csq))
    rows["ATTRIB_12"] = when(numbered & ~old, midnight(later(cases.received[at], np.full(count, 1095 * DAY))))
    funded = rng.random(count) < 0.3
    rows["ATTRIB_14"] = only(funded, decimals(rng.integers(500_000, 9_000_000, count), 2))
    stamp(rows, rng, world.users, cases.created[at], cases.loaded[at])
    return rows


def many_rows(rng: np.random.Generator, ids: RowIds, world: World, cases: Cases) -> Rows:
    """S_CASE_XM: history of the status, secondary offices, programs, numbers in other systems, appeals."""
    count = len(cases)
    result = Rows("S_CASE_XM", 0)

    def add(chosen: Bools, kind: str, name: str, **columns: object) -> None:
        at = np.flatnonzero(chosen)
        rows = Rows("S_CASE_XM", len(at), PAR_ROW_ID=cases.row_id.take(pa.array(at)), TYPE=kind, NAME=name)
        for column, values in columns.items():
            rows[column] = values if isinstance(values, str) else pa.array(values).take(pa.array(at))
        rows["ROW_ID"] = ids.take(len(at), cases.loaded[at])
        stamp(rows, rng, world.users, cases.created[at], cases.loaded[at])
        result.extend(rows)

    everyone = np.ones(count, bool)
    user = picked(world.users, cases.owner)
    add(everyone, "STATUS_HIST", "STATUS-1", ATTRIB_04="Open", ATTRIB_05=user, ATTRIB_12=cases.opened)
    add(
        ~cases.is_open,
        "STATUS_HIST",
        "STATUS-2",
        ATTRIB_03="Open",
        ATTRIB_04="Closed",
        ATTRIB_05=user,
        ATTRIB_12=cases.closed,
    )
    office, program = active("IRCC_OFFICE"), active("IRCC_SPECIAL_PROGRAM")
    other_office = picked(office, (cases.office + 3) % len(office))
    add(
        rng.random(count) < 0.1,
        "SECONDARY_OFFICE",
        "OFFICE-1",
        ATTRIB_03=other_office,
        ATTRIB_12=cases.received,
    )
    chosen_program = picked(program, rng.integers(0, len(program), count))
    add(
        rng.random(count) < 0.04,
        "SPECIAL_PROGRAM",
        "PROGRAM-1",
        ATTRIB_03=chosen_program,
        ATTRIB_12=cases.received,
    )
    number = fixed_text(digits(scatter(rng.integers(0, 10**8, count), 99_999_989), 8))
    add(
        cases.loaded & (rng.random(count) < 0.6),
        "EXT_REF",
        "REF-1",
        ATTRIB_03="FOSS_DOC",
        ATTRIB_34=join("D", number),
    )
    nominee = picked(groups().category, cases.category).to_numpy(zero_copy_only=False) == "PNP"
    add(nominee, "EXT_REF", "REF-2", ATTRIB_03="PNC", ATTRIB_34=join("PN", number))
    appealed = ~cases.is_open & (cases.outcome > APPROVED) & (rng.random(count) < 0.08)
    filed = in_office(
        rng, later(cases.decided, np.full(count, DAY)), later(cases.decided, np.full(count, 29 * DAY))
    )
    past = filed + np.timedelta64(200, "D") < LAST_DAY
    add(
        appealed & (filed < LAST_DAY),
        "APPEAL",
        "APPEAL-1",
        ATTRIB_03=choose(cases.group >= 7, "RAD", choose(rng.random(count) < 0.5, "IAD", "FC")),
        ATTRIB_34=join("IMM-", number),
        ATTRIB_12=filed,
        ATTRIB_13=when(past, later(filed, np.full(count, 150 * DAY))),
        ATTRIB_04=choose(past, choose(rng.random(count) < 0.3, "Allowed", "Dismissed"), "Pending"),
    )
    return result


def party_rows(
    rng: np.random.Generator, ids: RowIds, world: World, people: People, cases: Cases, parties: Parties
) -> Rows:
    """S_CASE_CON: applicant, family, sponsors, and the representative where there is one."""
    case = parties.case
    rows = Rows("S_CASE_CON", len(case), ROW_ID=ids.take(len(case), cases.loaded[case]))
    rows["CASE_ID"] = cases.row_id.take(pa.array(case))
    rows["CONTACT_ID"] = people.row_id.take(pa.array(parties.person))
    rows["RELATION_TYPE_CD"] = parties.role
    rows["X_SEQ_NUM"] = parties.number
    family = parties.assessed & (parties.number > 1)
    rows["X_ACCOMP_FLG"] = only(family, choose(parties.accompanies, "Y", "N"))
    decision = np.where(parties.assessed & ~cases.is_open[case], np.minimum(cases.outcome[case], 3) - 1, -1)
    rows["X_CLIENT_DECISION_CD"] = picked(strings(["Approved", "Refused", "Withdrawn"]), decision)
    _finish(rows, rng, world, cases, case)
    rows.extend(_representatives(rng, ids, world, cases))
    return rows


def _representatives(rng: np.random.Generator, ids: RowIds, world: World, cases: Cases) -> Rows:
    at = np.flatnonzero(cases.representative >= 0)
    rows = Rows("S_CASE_CON", len(at), ROW_ID=ids.take(len(at), cases.loaded[at]), RELATION_TYPE_CD="REP")
    rows["CASE_ID"] = cases.row_id.take(pa.array(at))
    rows["CONTACT_ID"] = picked(world.representatives, cases.representative[at])
    rows["X_SEQ_NUM"] = 90
    rows["X_AUTH_FORM_CD"] = "IMM5476"
    rows["X_AUTH_STAT_CD"] = "Accepted"
    rows["X_REP_TYPE_CD"] = choose(rng.random(len(at)) < 0.8, "Paid", "Unpaid")
    _finish(rows, rng, world, cases, at)
    return rows


def _finish(rows: Rows, rng: np.random.Generator, world: World, cases: Cases, case: Ints) -> None:
    rows["EFFECTIVE_DT"] = cases.received[case]
    rows["STATUS_CD"] = "Active"
    stamp(rows, rng, world.users, cases.created[case], cases.loaded[case])


def link_rows(
    rng: np.random.Generator, ids: RowIds, world: World, people: People, cases: Cases, case_rows_: Rows
) -> Rows:
    """S_CASE_REL between applications of one household; also sets some PAR_CASE_ID, always to an earlier one."""
    household = people.household[cases.applicant]
    order = np.lexsort((cases.opened, household))
    earlier, following = order[:-1], order[1:]
    related = household[earlier] == household[following]
    chance = rng.random(len(related))
    linked, parented = related & (chance < 0.07), related & (chance > 0.96)
    low, high = earlier[linked], following[linked]
    same = (cases.applicant[low] == cases.applicant[high]) & (cases.outcome[low] > APPROVED)
    rows = Rows("S_CASE_REL", len(high), ROW_ID=ids.take(len(high), cases.loaded[high]))
    rows["CASE_ID"] = cases.row_id.take(pa.array(high))
    rows["REL_CASE_ID"] = cases.row_id.take(pa.array(low))
    rows["REL_TYPE_CD"] = choose(
        same, "Replaces", choose(rng.random(len(high)) < 0.8, "Family group", "Sponsorship")
    )
    stamp(rows, rng, world.users, cases.created[high], cases.loaded[high])
    case_rows_.patch("PAR_CASE_ID", following[parented], cases.row_id.take(pa.array(earlier[parented])))
    return rows
