"""Text whose encoding was taken for another: found, and repaired where the repair is sure.

UTF-8 read as Windows-1252 (or Latin-1) turns `José` into `JosÃ©`, and a second time into `JosÃƒÂ©`. The way back is
exact: the text, written in that encoding, must be valid UTF-8 as a whole. By chance that holds for a few undamaged
texts too (`MÍŠA`, `CAFÉ’S`, `NESTLÉ™`), so a repair is sure only when, besides,

    the text looks damaged to ftfy's tables of impossible neighbours and the result does not, or
    the result is made of letters of one non-Latin script, or
    every repaired letter is one that names use, and the two or three characters it replaces cannot be a word's own.

What is damaged in any other way, mixed with undamaged letters, or in doubt, is left alone and found by the rule
`mojibake`. Letters replaced by `?` are gone for good: rule `lost_characters`, family text.
"""

import re
import unicodedata

import ftfy.bad_codecs  # noqa: F401  registers the codec sloppy-windows-1252
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
from ftfy.badness import is_bad

from migrate.transform.registry import Reverse, rule, step
from migrate.transform.series import (
    FLAG,
    TEXT,
    edit_rows,
    none_offends,
    offences,
    per_distinct,
    rows_at,
    text,
    text_bytes,
    unless_same,
)

ROUNDS = 3
"""How often a text may have been misread, one after the other."""


@step(reverse=Reverse.LOSSLESS, records=True)
def repair_mojibake(values: pd.Series) -> pd.Series:
    """Repairs text that was misread as Windows-1252, where that is sure: `do: [repair_mojibake, trim]`.

    Write it before `trim` and `drop_controls`: the second half of an `à` is a no-break space, that of others looks like
    a control character. Everything that is not surely damaged stays as it is; flag what is left: `flag: [mojibake]`.

    >>> cells(repair_mojibake(column("JosÃ©", "Ã‰lise", "JosÃƒÂ©", "ÅžimÅŸek", "José", "MÍŠA", None)))
    ['José', 'Élise', 'José', 'Şimşek', 'José', 'MÍŠA', None]
    """
    array = text(values)
    rows = rows_at(array, _suspicious(text_bytes(array)))
    # Measured: 9 µs per distinct suspect; the scan that finds suspects 1 ns a byte, less for ASCII.
    return unless_same(values, edit_rows(array, rows, lambda part: per_distinct(part, _repaired, TEXT)))


@rule(
    en="the letters of this text look garbled, and no sure repair is known; compare it with the document",
    fr="les lettres de ce texte semblent altérées et aucune réparation n’est sûre; comparer avec le document",
)
def mojibake(values: pd.Series) -> pd.Series:
    """Text that looks misread, repairable or not; after `repair_mojibake`, what that left: `flag: [mojibake]`.

    >>> cells(mojibake(column("JosÃ© é", "Jos√©", "José", "MÍŠA", None)))
    [True, True, False, False, False]
    """
    array = text(values)
    data = text_bytes(array)
    rows = rows_at(array, np.union1d(_suspicious(data), _strange(data)))
    if not len(rows):
        return none_offends(values)
    answer = np.zeros(len(values), np.bool_)
    answer[rows] = (
        per_distinct(array.take(pa.array(rows)), _looks_damaged, FLAG)
        .fill_null(False)
        .to_numpy(zero_copy_only=False)
    )
    return offences(answer, values)


# --- one value


def _repaired(value: str | None) -> str | None:
    """The value, taken back as often as that is sure and ends in a text that looks whole."""
    best = current = value
    for _ in range(ROUNDS):
        result = current and _way_back(current)
        if not (current and result and _is_sure(current, result)):
            break
        current = result
        best = current if _looks_whole(current) else best
    return best


def _way_back(value: str) -> str | None:
    """The other text that, read as Windows-1252 or Latin-1, gives the value; None if there is none.

    `Ãƒ©` is taken for `ÃƒÂ©`: what was misread twice often lost the `Â` in between.
    """
    if value.isascii():
        return None
    for candidate in (value, value.replace("Ãƒ", "Ã")):
        for encoding in ("sloppy-windows-1252", "latin-1"):
            try:
                return candidate.encode(encoding).decode("utf-8")
            except (UnicodeEncodeError, UnicodeDecodeError):
                continue
    return None


def _is_sure(value: str, result: str) -> bool:
    """Whether the value is damaged, and damaged in just this way."""
    return is_bad(value) or _has_controls(value) or _is_foreign_word(result) or _is_sure_latin(value, result)


def _looks_damaged(value: str | None) -> bool:
    if not value:
        return False
    result = _way_back(value)
    return is_bad(value) or (
        result is not None and (_is_foreign_word(result) or set(_beyond_ascii(result)) <= _NAME_LETTERS)
    )


# --- what a result must look like


def _looks_whole(result: str) -> bool:
    """A text: nothing in it is unassigned or a control character, and it does not begin with an accent."""
    categories = {unicodedata.category(character) for character in result if not character.isspace()}
    return not (
        is_bad(result) or categories & {"Cc", "Cn", "Co"} or unicodedata.category(result[0]).startswith("M")
    )


def _has_controls(value: str) -> bool:
    """Characters of U+0080 to U+009F: what Latin-1 makes of bytes that no text written in it holds."""
    return any("\x80" <= character <= "\x9f" and character != "\x85" for character in value)


def _is_foreign_word(result: str) -> bool:
    """Letters of one non-Latin script (blanks and ASCII punctuation apart), and of two-byte letters at least two."""
    letters = [character for character in result if not character.isspace() and character not in " -.'()"]
    if not letters or any(unicodedata.category(letter)[0] not in "LM" for letter in letters):
        return False
    scripts = {unicodedata.name(letter, "?").split()[0] for letter in letters}
    known = scripts <= _CJK or (len(scripts) == 1 and scripts <= _SCRIPTS)
    return known and unicodedata.category(letters[0])[0] == "L" and len(result.encode()) > 2


def _is_sure_latin(value: str, result: str) -> bool:
    """Every repaired letter is a letter of names, and what stood for it is no part of a word."""
    repaired = _beyond_ascii(result)
    return set(repaired) <= _NAME_LETTERS and len(_SURE.findall(value)) == len(repaired)


def _beyond_ascii(value: str) -> list[str]:
    return [character for character in value if not character.isascii()]


_CJK = {"CJK", "HANGUL", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "IDEOGRAPHIC"}
_SCRIPTS = {
    "ARABIC", "ARMENIAN", "BENGALI", "CYRILLIC", "DEVANAGARI", "ETHIOPIC", "GEORGIAN", "GREEK", "GUJARATI", "GURMUKHI",
    "HEBREW", "KANNADA", "KHMER", "LAO", "MALAYALAM", "MYANMAR", "SINHALA", "TAMIL", "TELUGU", "THAI", "TIBETAN",
}  # fmt: skip
# Latin-1, Central European, Baltic, Turkish, Romanian and Vietnamese letters, without those that chance makes of
# ordinary neighbours: Ŋ of ÅŠ, Ŏ of ÅŽ, Ċ of ÄŠ.
_NAME_LETTERS = {
    *(chr(code) for code in range(0xC0, 0x100) if code not in (0xD7, 0xF7)),
    *"ĀāĂăĄąĆćČčĎďĐđĒēĖėĘęĚěĞğĢģĨĩĪīĮįİıĶķĹĺĻļĽľŁłŃńŅņŇňŌōŐőŒœŔŕŘřŚśŞşŠšŢţŤťŨũŪūŮůŰűŲųŹźŻżŽžƠơƯưȘșȚțẞ",
    *(chr(code) for code in range(0x1EA0, 0x1EFA)),
}
_SURE = re.compile(
    r"""
      (?<=[a-zß-öø-ÿ]) [ÃÄÅÆÈ] [^\x00-\x7f]       # a capital, then a strange character, inside a word: TuÄŸrul
    | [ÃÄÅ] [\x80-\x9f\xa0-¬®-º¼-¿€‚ƒ„†‡ˆ‰‹˜™•]   # a symbol right behind a letter: VÅ©
    | [ÃÄÅ] […”“‘›»] (?=[^\W\d_])                 # a closing mark, but the word goes on: ZajÄ…c
    | Å [žšŸŒœ] | Ã [ŠšŽžŒœŸ] | Ä [ŸŒœ]           # letters that share no alphabet: Åžahin, BENOÃŽT
    | (?<=[A-Z]) Ä [šž] | Ä [ŠŽ] (?=[a-z])         # capitals and small letters mixed: DOÄžAN, ÄŽurica
    | á [º»] [^\x00-\x7f]                          # Vietnamese: Nguyá»…n
    | Ã ’ $                                        # NICCOLÃ’
    | Æ [\xa0¡¯°] | È [˜™š›]                       # Vietnamese, Romanian: È˜tefan
    """,
    re.VERBOSE,
)

# --- suspects by their bytes


def _suspicious(data: npt.NDArray[np.uint8]) -> npt.NDArray[np.intp]:
    """Where a letter of U+00C2 to U+00F4 is followed by a character that a byte 0x80 to 0xBF becomes when misread."""
    places = np.flatnonzero(data[:-2] == 0xC3)
    if not len(places):
        return places
    second, third = data[places + 1], data[places + 2]
    found: npt.NDArray[np.intp] = places[(second >= 0x82) & (second <= 0xB4) & _LEADS[third]]
    return found


def _strange(data: npt.NDArray[np.uint8]) -> npt.NDArray[np.intp]:
    """Where `Ã`, `Â`, `√` or `├` stands: what other misreadings leave."""
    places = np.flatnonzero((data[:-2] == 0xC3) | (data[:-2] == 0xE2))
    first, second, third = data[places], data[places + 1], data[places + 2]
    capital = (first == 0xC3) & ((second == 0x82) | (second == 0x83))
    sign = (first == 0xE2) & (((second == 0x88) & (third == 0x9A)) | ((second == 0x94) & (third == 0x9C)))
    found: npt.NDArray[np.intp] = places[capital | sign]
    return found


_LEADS = np.isin(np.arange(256), (0xC2, 0xC5, 0xC6, 0xCB, 0xE2))
