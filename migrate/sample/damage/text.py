"""Damage of text: encodings, lost characters, accents, blanks, widths, split notes, awkward but legal values.

Names and notes are few for each block, so plain Python on the picked rows is fast enough here.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from migrate.sample.damage.plant import CONV, FLAG, LOAD, Plant, damage, matches
from migrate.sample.frame import choose, join, mask, strings

ACCENTED = "[éèêëàâçñóíáúãõöüôîï]"


def _change(plant: Plant, column: str, at: np.ndarray, change: Callable[[str], str], note: str = "") -> None:
    """Set a text column to a changed copy of itself."""
    old = plant.rows[column].take(pa.array(at)).to_pylist()
    plant.set(column, at, strings(change(value) for value in old), note)


def mojibake(text: str) -> str:
    """The text as UTF-8 that was read as Windows-1252: ``é`` becomes ``Ã©``."""
    return text.encode("utf-8").decode("cp1252")


def _short_accented_names(plant: Plant) -> np.ndarray:
    """Names with the accents of Western Europe that stay within the width when they are damaged."""
    column = plant.rows["LAST_NAME"]
    safe = mask(pc.less(pc.utf8_length(column), 24)) & ~matches(column, r"[^A-Za-z éèêëâçñóíáãõöüôîï'-]|à|Á")
    return np.asarray(safe & matches(column, "[éèêëâçñóáãõöüôî]") & ~matches(column, "[àÁíï]"))


@damage("T01", "S_CONTACT", rate=0.004, disposition=CONV)
def mojibake_name(plant: Plant) -> None:
    """A family name decoded wrongly, once."""
    _change(plant, "LAST_NAME", plant.pick(_short_accented_names(plant)), mojibake)


@damage("T01", "S_CONTACT", rate=0.001, disposition=CONV)
def double_mojibake_name(plant: Plant) -> None:
    """A family name decoded wrongly, twice."""
    at = plant.pick(_short_accented_names(plant))
    _change(plant, "LAST_NAME", at, lambda name: mojibake(mojibake(name)), "twice")


@damage("T01", "S_NOTE_CASE", rate=0.001, disposition=CONV)
def mojibake_note(plant: Plant) -> None:
    """A note decoded wrongly."""
    column = plant.rows["NOTE"]
    at = plant.pick(matches(column, "[éèêô]") & ~matches(column, "[àÀ]"))
    _change(plant, "NOTE", at, mojibake)


@damage("T02", "S_CONTACT", rate=0.003, disposition=FLAG)
def lost_characters(plant: Plant) -> None:
    """Letters a database could not hold: gone for good."""
    at = plant.pick(matches(plant.rows["LAST_NAME"], ACCENTED))
    marks = iter(plant.cycle(["?", "¿", "\ufffd"], len(at)))

    def lose(name: str) -> str:
        mark = next(marks)
        return "".join(mark if char.lower() in ACCENTED else char for char in name)

    _change(plant, "LAST_NAME", at, lose)


@damage("T03", "S_CONTACT", rate=0.003, disposition=LOAD)
def decomposed_accents(plant: Plant) -> None:
    """Accents as separate characters."""
    at = plant.pick(
        matches(plant.rows["LAST_NAME"], ACCENTED)
        & mask(pc.less(pc.utf8_length(plant.rows["LAST_NAME"]), 30))
    )
    _change(plant, "LAST_NAME", at, lambda name: unicodedata.normalize("NFD", name))


@damage("T03", "S_CONTACT", rate=0.002, disposition=LOAD)
def invisible_characters(plant: Plant) -> None:
    """No-break blanks, zero-width and direction marks."""
    at = plant.pick(
        matches(plant.rows["FST_NAME"], " ") & mask(pc.less(pc.utf8_length(plant.rows["FST_NAME"]), 40))
    )
    blanks = iter(plant.cycle(["\u00a0", "\u200b ", "\u200e "], len(at)))
    _change(plant, "FST_NAME", at, lambda name: name.replace(" ", next(blanks)))


@damage("T03", "S_NOTE_CASE", rate=0.002, disposition=CONV)
def control_characters(plant: Plant) -> None:
    """Bell, vertical tab and escape in a note."""
    at = plant.pick()
    codes = iter(plant.cycle(["\x07", "\x0b", "\x1b"], len(at)))
    _change(plant, "NOTE", at, lambda note: note.replace(" ", next(codes) + " ", 1))


@damage("T04", "S_CONTACT", rate=0.02, disposition=CONV)
def blanks_around(plant: Plant) -> None:
    """Leading and trailing blanks in names."""
    at = plant.pick(mask(pc.less(pc.utf8_length(plant.rows["LAST_NAME"]), 45)))
    name = plant.rows["LAST_NAME"].take(pa.array(at))
    turn = np.arange(len(at)) % 3
    plant.set(
        "LAST_NAME",
        at,
        choose(turn == 0, join(name, " "), choose(turn == 1, join(" ", name), join(" ", name, "  "))),
    )


@damage("T04", "S_CONTACT", rate=0.002, disposition=CONV)
def only_blanks(plant: Plant) -> None:
    """A required given name that holds nothing but blanks."""
    plant.set("FST_NAME", plant.pick(), "   ", "blank-only")


@damage("T05", "S_CONTACT", rate=0.001, disposition=FLAG)
def name_cut_at_width(plant: Plant) -> None:
    """A family name of exactly fifty characters, cut in the middle, with more bytes than characters."""
    at = plant.pick()
    long = join(
        plant.rows["LAST_NAME"].take(pa.array(at)), "-Échaňové-Ñuñezovská-Dąbrowskiewicz-Großmannová-Ångström"
    )
    plant.rows.patch("X_LAST_NAME_UP", at, pc.utf8_slice_codeunits(pc.utf8_upper(long), 0, 50))
    plant.set("LAST_NAME", at, pc.utf8_slice_codeunits(long, 0, 50))


@damage("T05", "S_CASE", rate=0.001, disposition=FLAG)
def description_cut_at_width(plant: Plant) -> None:
    """A description of exactly 255 characters, cut in the middle of a word."""
    at = plant.pick()
    plant.set("DESC_TEXT", at, ("Demande reçue avec pièces à compléter; " * 8)[:255])


@damage("T05", "S_EVT_ACT", rate=0.0001, disposition=FLAG)
def comment_cut_at_width(plant: Plant) -> None:
    """A comment of exactly 255 characters."""
    at = plant.pick(plant.where("TODO_CD", "ELIG"))
    plant.set("COMMENTS", at, ("Reviewed the documents and compared them with the file. " * 5)[:255])


@damage("T06", "S_NOTE_CASE", rate=0.003, disposition=LOAD)
def split_note(plant: Plant) -> None:
    """A long note over three rows, each naming the one it continues."""
    at = plant.pick(~plant.where("X_RESTRICTED_FLG", "Y"))
    rows, text = plant.rows, plant.rows["NOTE"].take(pa.array(at))
    plant.set("NOTE", at, join(text, " (1/3)"))
    previous = at
    for number in (2, 3):
        before = rows["ROW_ID"].take(pa.array(previous))
        new = plant.copy("S_NOTE_CASE", at, NOTE=join(f"({number}/3) ", text), X_CONT_OF_NOTE_ID=before)
        plant.say(new, "X_CONT_OF_NOTE_ID")
        previous = new


AWKWARD_NAMES = ["Null", "True", "O'Shaughnessy", 'D"Arcy', "None", "No", "St. O'Hara-D'Angelo"]
AWKWARD_NOTES = [
    "<p>Client <b>called</b> &amp; asked for an update.</p><script>alert(1)</script>",
    "From: officer@example.org\nTo: client@example.org\nSubject: Re: status\n\nThank you.",
    "column\tcolumn\tcolumn\r\nvalue\tvalue\tvalue",
    "NULL",
    "\\N",
    "5 * 3 \"quoted\" and 'quoted', 50 % ; done",
]


@damage("T07", "S_CONTACT", rate=0.002, disposition=LOAD)
def awkward_name(plant: Plant) -> None:
    """Surnames that programs take for something else."""
    at = plant.pick()
    plant.set("LAST_NAME", at, strings(plant.cycle(AWKWARD_NAMES, len(at))))


@damage("T07", "S_NOTE_CASE", rate=0.002, disposition=LOAD)
def awkward_note(plant: Plant) -> None:
    """Notes with markup, e-mail headers, tabs, quotes, and the word NULL."""
    at = plant.pick()
    plant.set("NOTE", at, strings(plant.cycle(AWKWARD_NOTES, len(at))))


@damage("T08", "S_CONTACT", rate=0.005, disposition=LOAD)
def native_script(plant: Plant) -> None:
    """A name in its own script."""
    family, given = plant.people.names.native_family, plant.people.names.native_given
    count = len(plant.rows) - len(family)
    both = mask(pc.and_(pc.is_valid(family), pc.is_valid(given)))
    at = plant.pick(np.concatenate([both, np.zeros(count, bool)]))
    plant.rows.patch("FST_NAME", at, given.take(pa.array(at)))
    plant.set("LAST_NAME", at, family.take(pa.array(at)))


@damage("T08", "S_CONTACT", rate=0.1, disposition=LOAD, claims=False)
def capital_letters(plant: Plant) -> None:
    """Names in capital letters only."""
    at = plant.pick(~matches(plant.rows["LAST_NAME"], "ß"))
    rows, where = plant.rows, pa.array(at)
    rows.patch("FST_NAME", at, pc.utf8_upper(rows["FST_NAME"].take(where)))
    plant.set("LAST_NAME", at, pc.utf8_upper(rows["LAST_NAME"].take(where)))
