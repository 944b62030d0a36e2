"""Activities of applications: assessments, tasks, correspondence, interviews, following ``data/steps.csv``.

Every application has its finalisation: complete once it is closed, still to do, with owner and due date, while
it is open. Assessments of an approved application are passed; a refused one failed in eligibility or
criminality; of a withdrawn one, what lay behind the withdrawal was never started.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from migrate.sample.cases import OPEN, REFUSED, Cases, Parties, groups
from migrate.sample.clock import DAY, LAST_DAY, in_office, later, midnight, office_moment, when
from migrate.sample.data import Floats, active, rows
from migrate.sample.frame import Bools, Ints, Rows, Times, choose, only, picked, strings
from migrate.sample.ids import RowIds
from migrate.sample.parties import in_language
from migrate.sample.people import People
from migrate.sample.stamps import stamp
from migrate.sample.world import World


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps of an application, column by column."""

    todo: pa.Array
    name: pa.Array
    at: Floats  # where in the life of the application: 0 … 1
    for_client: Bools
    assessment: Bools
    share: Floats  # (step, line of business)
    closed_only: Bools
    template: pa.Array

    def number(self, todo: str) -> Ints:
        """The steps of one kind."""
        return np.flatnonzero(self.todo.to_numpy(zero_copy_only=False) == todo)


@cache
def steps() -> Steps:
    """The steps of ``data/steps.csv``."""
    lines = rows("steps")
    lines_of_business = active("IRCC_LOB").to_pylist()
    return Steps(
        todo=strings(line["todo"] for line in lines),
        name=strings(line["name"] for line in lines),
        at=np.array([float(line["at"]) for line in lines]),
        for_client=np.array([line["scope"] == "client" for line in lines]),
        assessment=np.array([line["assessment"] == "Y" for line in lines]),
        share=np.array([[float(line[lob]) for lob in lines_of_business] for line in lines]),
        closed_only=np.array([line["closed_only"] == "Y" for line in lines]),
        template=strings(line["template"] or None for line in lines),
    )


NOT_STARTED, IN_PROGRESS, PASSED, FAILED, EXPIRED, COMPLETE, RECOMMENDED = range(7)
_STATUS = strings(
    ["Not Started", "In Progress", "Passed", "Failed", "Expired", "Complete", "Recommended Passed"]
)
_VERSION_DAYS = np.array(["2013-02-01", "2018-11-01", "2022-04-01"], "datetime64[s]")
_VERSIONS = strings(["2010-06", "2013-02", "2018-11", "2022-04"])


def activity_rows(
    rng: np.random.Generator,
    ids: RowIds,
    world: World,
    people: People,
    cases: Cases,
    parties: Parties,
    mail: pa.Array,
) -> tuple[Rows, Ints]:
    """S_EVT_ACT of all cases, and the case of each row."""
    plan = steps()
    case, person, step = _planned(rng, cases, parties)
    count = len(case)
    status = _statuses(rng, cases, case, step)
    done = status >= PASSED
    begun, ended = _moments(rng, cases, case, step, status)

    rows_ = Rows("S_EVT_ACT", count, ROW_ID=ids.take(count, cases.loaded[case]))
    rows_["ACTIVITY_UID"] = choose(cases.loaded[case], "x", rows_["ROW_ID"])
    rows_["NAME"] = picked(plan.name, step)
    rows_["TODO_CD"] = picked(plan.todo, step)
    rows_["EVT_STAT_CD"] = in_language("EVENT_STATUS", picked(_STATUS, status), cases.french[case])
    rows_["EVT_PRIORITY_CD"] = choose(rng.random(count) < 0.9, "3-Normal", "2-High")
    rows_["CASE_ID"] = cases.row_id.take(pa.array(case))
    rows_["TARGET_PER_ID"] = picked(people.row_id, person)
    _set_people(rows_, rng, world, cases, case, status)
    rows_["BU_ID"] = "0-R9NH"
    rows_["TODO_PLAN_START_DT"] = begun
    rows_["TODO_ACTL_START_DT"] = when(status > NOT_STARTED, begun)
    rows_["TODO_ACTL_END_DT"] = when(done, ended)
    rows_["TODO_DUE_DT"] = when(~done, cases.due[case])
    rows_["STATUS_UPD_TS"] = when(status > NOT_STARTED, np.where(done, ended, begun))
    rows_["ACT_CREATED_DT"] = begun
    _set_assessment(rows_, rng, plan, step, status, ended)
    _set_correspondence(rows_, plan, cases, case, step, ended, done, mail)
    parent = (rng.random(count) < 0.03) & (np.arange(count) > 0) & (case == np.roll(case, 1))
    rows_["PAR_EVT_ID"] = only(parent, picked(rows_["ROW_ID"], np.maximum(np.arange(count) - 1, 0)))
    created = np.where(cases.loaded[case], cases.created[case], begun)
    stamp(rows_, rng, world.users, created, cases.loaded[case])
    return rows_, case


def _planned(rng: np.random.Generator, cases: Cases, parties: Parties) -> tuple[Ints, Ints, Ints]:
    """Which steps each case has, as (case, person or -1, step), in the order of the case's life."""
    plan = steps()
    lines_of_business = active("IRCC_LOB")
    lob = pc.index_in(groups().lob, lines_of_business).to_numpy()[cases.group]
    found: list[tuple[Ints, Ints, Ints]] = []
    assessed = np.flatnonzero(parties.assessed)
    for step in range(len(plan.at)):
        share = plan.share[step, lob]
        share = np.where(plan.closed_only[step] & cases.is_open, 0.0, share)
        if plan.for_client[step]:
            chosen = assessed[rng.random(len(assessed)) < share[parties.case[assessed]]]
            case, person = parties.case[chosen], parties.person[chosen]
        else:
            case = np.flatnonzero(rng.random(len(cases)) < share)
            person = np.full(len(case), -1)
        final = bool(np.isin(step, plan.number("FINALIZE")))
        near = final | ~cases.is_open[case] | (plan.at[step] < cases.progress[case] + 0.25)
        found.append((case[near], person[near], np.full(int(near.sum()), step)))
    case, person, step_ = (np.concatenate(parts) for parts in zip(*found, strict=True))
    order = np.lexsort((step_, case))
    return case[order], person[order], step_[order]


def _statuses(rng: np.random.Generator, cases: Cases, case: Ints, step: Ints) -> Ints:
    plan, count = steps(), len(case)
    at, assessment = plan.at[step], plan.assessment[step]
    outcome, progress = cases.outcome[case], cases.progress[case]
    good = np.where(
        rng.random(count) < 0.93, PASSED, np.where(rng.random(count) < 0.5, COMPLETE, RECOMMENDED)
    )
    finished = np.where(assessment, good, COMPLETE)

    blame_crime = (rng.random(len(cases)) < 0.2)[case]
    todo = plan.todo.to_numpy(zero_copy_only=False)[step]
    failed = (outcome == REFUSED) & (((todo == "ELIG") & ~blame_crime) | ((todo == "CRIM") & blame_crime))
    gave_up = (outcome > REFUSED) & (at > (0.3 + 0.6 * rng.random(len(cases)))[case]) & assessment
    closed = np.where(failed, FAILED, np.where(gave_up, NOT_STARTED, finished))

    current = (at > progress - 0.15) & (at <= progress) & (rng.random(count) < 0.6)
    open_ = np.where(at > progress, NOT_STARTED, np.where(current, IN_PROGRESS, finished))
    lapsed = (todo == "MEDICAL") & (open_ == PASSED) & (rng.random(count) < 0.08)
    open_ = np.where(lapsed, EXPIRED, open_)
    status = np.where(outcome == OPEN, open_, closed)
    final = todo == "FINALIZE"
    return np.where(final, np.where(outcome == OPEN, NOT_STARTED, COMPLETE), status)


def _moments(
    rng: np.random.Generator, cases: Cases, case: Ints, step: Ints, status: Ints
) -> tuple[Times, Times]:
    """When each activity began and ended, within the life of its case."""
    end = np.where(cases.is_open, cases.due, cases.decided)[case]
    opened = cases.opened[case]
    spot = later(opened, ((end - opened).astype(np.int64) * steps().at[step] * 0.96).astype(np.int64))
    highest = np.minimum(end, LAST_DAY)
    begun = np.clip(office_moment(rng, np.minimum(spot, highest)), opened, highest)
    begun = np.where(status == NOT_STARTED, np.minimum(begun, later(opened, np.full(len(case), DAY))), begun)
    ended = in_office(rng, begun, np.minimum(later(begun, rng.integers(0, 9, len(case)) * DAY), highest))
    closing = (step == steps().number("FINALIZE")[0]) & ~cases.is_open[case]
    return begun, np.where(closing, cases.decided[case], ended)


def _set_people(
    rows_: Rows, rng: np.random.Generator, world: World, cases: Cases, case: Ints, status: Ints
) -> None:
    count = len(case)
    other = rng.integers(0, len(world.users), count)
    owner = np.where(rng.random(count) < 0.6, cases.owner[case], other)
    started = status > NOT_STARTED
    rows_["OWNER_PER_ID"] = picked(world.users, owner)
    rows_["OWNER_LOGIN"] = picked(world.logins, owner)
    rows_["OWNER_POSTN_ID"] = picked(world.positions, owner)
    rows_["CREATOR_LOGIN"] = picked(world.logins, cases.owner[case])
    rows_["PERFRM_BY_PER_ID"] = only(started & (rng.random(count) < 0.4), picked(world.users, owner))
    rows_["X_STATUS_UPD_BY"] = only(started, picked(world.users, owner))
    rows_["X_ASSIGNED_BY"] = only(rng.random(count) < 0.5, picked(world.users, cases.owner[case]))


def _set_assessment(
    rows_: Rows, rng: np.random.Generator, plan: Steps, step: Ints, status: Ints, ended: Times
) -> None:
    assessment = plan.assessment[step]
    version = np.searchsorted(_VERSION_DAYS, ended, side="right")
    rows_["X_ASSESS_VER_CD"] = only(assessment, picked(_VERSIONS, version))
    rows_["X_CONDITIONAL_FLG"] = only(assessment, choose(rng.random(len(step)) < 0.04, "Y", "N"))
    result = np.where(np.isin(status, [PASSED, RECOMMENDED]), 0, np.where(status == FAILED, 1, -1))
    rows_["X_RESULT_CD"] = only(assessment, picked(strings(["Favourable", "Unfavourable"]), result))
    biometric = np.isin(step, plan.number("BIOMETRIC")) & (status == PASSED)
    ten_years = midnight(later(ended, np.full(len(step), 3652 * DAY)))
    lapsed = midnight(
        np.minimum(later(ended, np.full(len(step), 30 * DAY)), LAST_DAY - np.timedelta64(20, "D"))
    )
    far = ten_years > np.datetime64("2032-01-01")
    rows_["X_VALID_UNTIL_DT"] = np.where(biometric & far, ten_years, when(status == EXPIRED, lapsed))


def _set_correspondence(
    rows_: Rows, plan: Steps, cases: Cases, case: Ints, step: Ints, ended: Times, done: Bools, mail: pa.Array
) -> None:
    def is_kind(todo: str) -> npt.NDArray[np.bool_]:
        return np.isin(step, plan.number(todo))

    refusal = is_kind("CORR_OUT") & (cases.outcome[case] == REFUSED) & plan.closed_only[step]
    rows_["X_CORR_TMPL_CD"] = choose(refusal, "REFL", picked(plan.template, step))
    rows_["DOC_SENT_DT"] = when(is_kind("CORR_OUT") & done, ended)
    rows_["DOC_RCVD_DT"] = when(is_kind("CORR_IN") & done, ended)
    rows_["DOC_EXPCTD_DT"] = when(is_kind("DOC_REQUEST"), later(ended, np.full(len(step), 30 * DAY)))
    interview = is_kind("INTERVIEW") & done
    rows_["APPT_START_DT"] = when(interview, ended)
    rows_["APPT_END_DT"] = when(interview, later(ended, np.full(len(step), 2700)))
    address = mail.take(pa.array(cases.applicant[case]))
    rows_["EMAIL_RECIP_ADDR"] = only(is_kind("CORR_OUT"), address)
