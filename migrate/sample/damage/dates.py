"""Damage of dates and times: placeholders, load dates, changes of the clocks, misplaced times, broken order."""

from __future__ import annotations

import numpy as np

from migrate.sample.clock import later, midnight
from migrate.sample.damage.plant import CONV, FLAG, LOAD, Plant, damage
from migrate.sample.frame import Bools, Ints, Times

END_OF_TIME = np.datetime64("3999-12-31", "s")
STARTS_OF_TIME = np.array(["1900-01-01", "1753-01-01"], "datetime64[s]")


@damage("D01", "S_CON_ADDR", rate=0.005, disposition=CONV)
def address_without_end(plant: Plant) -> None:
    """The end of time stands for no end."""
    at = plant.pick(plant.where("ACTIVE_FLG", "Y"))
    plant.set("END_DT", at, np.full(len(at), END_OF_TIME))


@damage("D01", "S_CONTACT", rate=0.002, disposition=CONV)
def married_at_the_start_of_time(plant: Plant) -> None:
    """The start of time stands for no date."""
    at = plant.pick(~plant.has("MARITAL_STAT_DT"))
    plant.set("MARITAL_STAT_DT", at, STARTS_OF_TIME[np.arange(len(at)) % 2])


@damage("D01", "S_CASE_CON", rate=0.002, disposition=CONV)
def role_without_end(plant: Plant) -> None:
    """The end of time stands for no end."""
    at = plant.pick(plant.where("RELATION_TYPE_CD", "PA"))
    plant.set("END_DT", at, np.full(len(at), END_OF_TIME))


@damage("D02", "S_CASE", rate=0.15, disposition=LOAD, claims=False)
def created_by_the_load(plant: Plant) -> None:
    """CREATED is the night of the load, the application years older; made so by the generator."""
    plant.say(np.flatnonzero(plant.cases.loaded), "CREATED")


OVERLAPS = np.array(["2015-11-01T01:30:00", "2018-11-04T01:10:00", "2021-11-07T01:45:00"], "datetime64[s]")
GAPS = np.array(["2016-03-13T02:20:00", "2019-03-10T02:40:00", "2022-03-13T02:05:00"], "datetime64[s]")


@damage("D03", "S_CASE", rate=0.001, disposition=FLAG)
def ambiguous_or_missing_hour(plant: Plant) -> None:
    """Ottawa wall time in an hour that came twice, or never."""
    at = plant.pick()
    hours = np.concatenate([OVERLAPS, GAPS])
    plant.set("X_STATUS_DT", at, hours[np.arange(len(at)) % len(hours)])


@damage("D03", "S_NOTE_CASE", rate=0.001, disposition=LOAD)
def near_midnight(plant: Plant) -> None:
    """A note written late in the evening in Ottawa: the next day in UTC."""
    at = plant.pick()
    written = midnight(plant.rows.times("START_DT")[at]) + np.timedelta64(3 * 3600 + 1800, "s")
    plant.set("START_DT", at, written)


def _shifted(moments: Times) -> Times:
    """Midnight in Ottawa written as if it were UTC: four hours late in summer, five in winter."""
    month = moments.astype("datetime64[M]").astype(np.int64) % 12 + 1
    seconds = np.where((month >= 5) & (month <= 9), 4 * 3600, 5 * 3600)
    return later(moments, seconds)


def _clear_season(moments: Times) -> Bools:
    """Days on which nobody doubts whether summer time is in force."""
    month = moments.astype("datetime64[M]").astype(np.int64) % 12 + 1
    return np.isin(month, [1, 2, 6, 7, 8, 12])


@damage("D04", "S_CONTACT", rate=0.002, disposition=FLAG)
def birth_date_with_time(plant: Plant) -> None:
    """A conversion to UTC that should not have been applied to a date."""
    birth = plant.people.birth
    at = plant.pick(_at_birth(plant, _clear_season(birth) & (birth > np.datetime64("1975-01-01"))))
    plant.set("BIRTH_DT", at, _shifted(birth[at]))


def _at_birth(plant: Plant, clients: Bools) -> Bools:
    """The rows of these clients; rows added by other damage are out."""
    return np.concatenate([clients, np.zeros(len(plant.rows) - len(clients), bool)]) & plant.has("BIRTH_DT")


@damage("D04", "S_CASE", rate=0.002, disposition=FLAG)
def received_date_with_time(plant: Plant) -> None:
    """The same in the date an application was received."""
    received = plant.cases.received
    at = plant.pick(_clear_season(received))
    plant.set("X_RECEIVED_DT", at, _shifted(received[at]))


@damage("D05", "S_CASE", rate=0.001, disposition=FLAG)
def closed_before_opened(plant: Plant) -> None:
    """Closed forty days before it was opened."""
    at = plant.pick(plant.has("CLOSED_DT"))
    plant.set("CLOSED_DT", at, plant.cases.opened[at] - np.timedelta64(40, "D"))


@damage("D05", "S_CASE", rate=0.001, disposition=FLAG)
def decided_before_received(plant: Plant) -> None:
    """Decided thirty days before it was received."""
    at = plant.pick(plant.has("X_DECISION_DT") & ~plant.has("X_LOCK_IN_DT"))
    plant.set("X_DECISION_DT", at, plant.cases.received[at] - _noon(at))


def _noon(at: Ints) -> np.ndarray:
    return np.full(len(at), np.timedelta64(30 * 86_400 - 43_200, "s"))


@damage("D05", "S_CASE", rate=0.001, disposition=FLAG)
def locked_in_after_decision(plant: Plant) -> None:
    """Locked in twenty days after the decision."""
    at = plant.pick(plant.has("X_DECISION_DT") & plant.has("X_LOCK_IN_DT"))
    plant.set("X_LOCK_IN_DT", at, midnight(plant.cases.decided[at] + np.timedelta64(20, "D")))
