"""Damage of codes: display texts, inactive and unknown values, flags, reused attributes, unknown types, countries."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from migrate.sample.damage.plant import CONV, ENTITY, FLAG, LOAD, QUAR, Plant, damage
from migrate.sample.data import rows as data_rows
from migrate.sample.data import value_list
from migrate.sample.files import HRSDC_UNTIL
from migrate.sample.frame import Bools, choose, join, mask, strings
from migrate.sample.ids import digits, fixed_text
from migrate.sample.schema import TABLES

FRENCH_COLUMNS = (
    ("S_CONTACT", "SEX_MF"),
    ("S_CONTACT", "MARITAL_STAT_CD"),
    ("S_CON_IDNTY_DOC", "TYPE_CD"),
    ("S_CASE", "STATUS_CD"),
    ("S_CASE", "SUB_STATUS_CD"),
    ("S_CASE", "RESOLUTION_CD"),
    ("S_EVT_ACT", "EVT_STAT_CD"),
)


def _french_only(table: str, column: str) -> list[str]:
    """The French display texts of a column's list that are no English ones."""
    values = value_list(str(TABLES[table][column].lov))
    return [text for text in values.french.to_pylist() if text not in values.english.to_pylist()]


@damage("L01", "S_CASE", rate=0.25, disposition=LOAD, claims=False)
def french_display_text(plant: Plant) -> None:
    """French display texts beside English ones, as the officers typed them; made so by the generator."""
    for table, column in FRENCH_COLUMNS:
        french = plant.block[table].where(column, *_french_only(table, column))
        at = np.flatnonzero(french & (plant.owner(table) >= 0))
        plant.say(at, column, table=table)


@damage("L02", "S_CASE", rate=0.02, disposition=LOAD)
def inactive_category(plant: Plant) -> None:
    """A category that is no longer offered."""
    old = {"TR": "V-0", "PR": "IN-2", "CIT": "GR-5", "REF": "SRC-CTY", "PPT": "PP-24P"}
    at = plant.pick()
    lines_of_business = plant.rows["X_LOB_CD"].take(pa.array(at)).to_pylist()
    plant.set("X_CATEGORY_CD", at, strings(old[lob] for lob in lines_of_business))


@damage("L02", "S_CASE", rate=0.005, disposition=LOAD)
def inactive_decision(plant: Plant) -> None:
    """A decision in a word that was given up."""
    at = plant.pick(plant.where("RESOLUTION_CD", "Refused", "Refusé"))
    plant.set("RESOLUTION_CD", at, strings(plant.cycle(["Rejected", "Rejeté"], len(at))))


@damage("L03", "S_CASE", rate=0.001, disposition=QUAR, scope=ENTITY)
def unknown_status(plant: Plant) -> None:
    """A status no list has: typo, free text."""
    at = plant.pick()
    plant.set(
        "STATUS_CD", at, strings(plant.cycle(["Opne", "Closd - see notes", "Ferme le dossier"], len(at)))
    )


@damage("L03", "S_CONTACT", rate=0.001, disposition=QUAR, scope=ENTITY)
def unknown_sex(plant: Plant) -> None:
    """A sex no list has."""
    at = plant.pick(plant.ground.lonely, claim_client=True)
    plant.set("SEX_MF", at, strings(plant.cycle(["Femal", "M.", "Hommme"], len(at))))


@damage("L03", "S_EVT_ACT", rate=0.0001, disposition=QUAR, scope=ENTITY)
def unknown_activity_status(plant: Plant) -> None:
    """A status of an assessment no list has."""
    at = plant.pick(plant.where("TODO_CD", "ELIG", "SECURITY", "CRIM"))
    plant.set("EVT_STAT_CD", at, strings(plant.cycle(["Passsed", "ok per supervisor", "Echoue"], len(at))))


@damage("L04", "S_CASE", rate=0.01, disposition=LOAD)
def same_code_under_two_parents(plant: Plant) -> None:
    """``OTH``, which means something else under every line of business."""
    plant.set("X_CATEGORY_CD", plant.pick(), "OTH")


FRENCH_IN_CODE_COLUMNS = (
    ("S_CASE", "X_CORR_LANG_CD", {"EN": "Anglais", "FR": "Français"}),
    ("S_CASE", "X_COST_RECOV_CD", {"Complete": "Complet", "Deferred": "Différé", "Exempt": "Dispensé"}),
    ("S_CASE", "X_RECV_CHANNEL_CD", {"Paper": "Papier", "Online": "En ligne", "Portal": "Portail"}),
)


@damage("L05", "S_CASE", rate=0.02, disposition=LOAD, claims=False)
def french_text_in_code_column(plant: Plant) -> None:
    """French display texts in columns that store codes."""
    for _, column, french in FRENCH_IN_CODE_COLUMNS:
        at = plant.pick(plant.where(column, *french), share=1 / 3)
        old = plant.rows[column].take(pa.array(at)).to_pylist()
        plant.set(column, at, strings(french[value] for value in old))


FLAGS = (("S_CONTACT", "X_LEGAL_HOLD_FLG"), ("S_CASE", "X_LEGAL_HOLD_FLG"), ("S_CASE_CON", "X_ACCOMP_FLG"))


def _odd_flags(plant: Plant) -> None:
    column = dict(FLAGS)[plant.kind.table]
    at = plant.pick(plant.has(column))
    plant.set(column, at, strings(plant.cycle(["y", "1", " "], len(at))))


@damage("L06", "S_CONTACT", rate=0.005, disposition=CONV)
def odd_flag_of_client(plant: Plant) -> None:
    """``y``, ``1`` or a blank in a flag."""
    _odd_flags(plant)


@damage("L06", "S_CASE", rate=0.005, disposition=CONV)
def odd_flag_of_case(plant: Plant) -> None:
    """``y``, ``1`` or a blank in a flag."""
    _odd_flags(plant)


@damage("L06", "S_CASE_CON", rate=0.002, disposition=CONV)
def odd_flag_of_party(plant: Plant) -> None:
    """``y``, ``1`` or a blank in a flag."""
    _odd_flags(plant)


@damage("L06", "S_CONTACT", rate=0.01, disposition=LOAD, claims=False)
def missing_flag(plant: Plant) -> None:
    """A flag nobody set: not the same as N."""
    plant.set("X_SINGLE_NAME_FLG", plant.pick(), None)


@damage("L07", "S_CASE_X", rate=0.03, disposition=LOAD, claims=False)
def reused_attribute(plant: Plant) -> None:
    """ATTRIB_34 holds an HRSDC number before 2013; made so by the generator."""
    number = mask(pc.match_substring_regex(plant.rows["ATTRIB_34"], r"^\d{7}$"))
    plant.say(np.flatnonzero(number & (plant.owner("S_CASE_X") >= 0)), "ATTRIB_34")


@damage("L07", "S_CASE_X", rate=0.002, disposition=FLAG)
def attribute_against_its_time(plant: Plant) -> None:
    """A number whose shape contradicts the meaning the attribute had in its time."""
    owner = plant.owner("S_CASE_X")
    at = plant.pick(plant.has("ATTRIB_34"))
    number = plant.rng.integers(1_000_000, 10_000_000, len(at))
    old = plant.cases.received[owner[at]] < HRSDC_UNTIL
    csq = join("Q", fixed_text(digits(number * 9 % 100_000_000, 8)))
    plant.set("ATTRIB_34", at, choose(old, csq, fixed_text(digits(number, 7))))


def _unknown_type(plant: Plant, eligible: Bools) -> None:
    at = plant.pick(eligible)
    plant.set("TYPE", at, strings(plant.cycle(["ZZ_TEST", "MISC_2009", "CONV_TMP"], len(at))))


@damage("L08", "S_CONTACT_XM", rate=0.001, disposition=QUAR)
def unknown_extension_of_client(plant: Plant) -> None:
    """A TYPE nobody knows any more."""
    _unknown_type(plant, plant.where("TYPE", "LANGUAGE"))


@damage("L08", "S_CASE_XM", rate=0.0005, disposition=QUAR)
def unknown_extension_of_case(plant: Plant) -> None:
    """A TYPE nobody knows any more."""
    _unknown_type(plant, plant.where("TYPE", "SECONDARY_OFFICE", "EXT_REF", "SPECIAL_PROGRAM"))


@damage("L09", "S_CONTACT", rate=0.004, disposition=LOAD)
def obsolete_country(plant: Plant) -> None:
    """A country that is no more."""
    codes = [
        line["NAME"]
        for line in data_rows("lov")
        if line["alpha3"] in ("SUN", "YUG", "CSK") and line["LANG_ID"] == "ENU"
    ]
    at = plant.pick(plant.people.birth < np.datetime64("1990-01-01"))
    value = strings(plant.cycle(codes, len(at)))
    plant.rows.patch("NATIONALITY", at, value)
    plant.set("CITIZENSHIP_CD", at, value)


@damage("L09", "S_CONTACT", rate=0.001, disposition=CONV)
def country_with_blanks(plant: Plant) -> None:
    """A country code with blanks around it."""
    at = plant.pick()
    code = plant.rows["CITIZENSHIP_CD"].take(pa.array(at))
    plant.set("CITIZENSHIP_CD", at, choose(np.arange(len(at)) % 2 == 0, join(code, " "), join(" ", code)))
