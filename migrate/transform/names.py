"""Names of persons: how they are written, and names that stand for others. No step here changes a name.

A person with one name has it as the family name, and no given name: that is a full name, not a gap. Fillers in the
place of a given name go by `fillers` (family text).
"""

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from migrate.transform.registry import Reverse, rule, step
from migrate.transform.series import TEXT, composed, offences, rows_at, series, text, text_bytes


@step(reverse=Reverse.ONE_WAY, note="the name itself")
def script(values: pd.Series) -> pd.Series:
    """The script that a text is written in: `do: [script]`; null where it has no letter.

    `LATIN`, `ARABIC`, `HAN`, `CYRILLIC` and so on, `MIXED` when letters of several stand together (Japanese names in
    Han and Kana are `JAPANESE`), `OTHER` for scripts without a name here. Ranges are those of the Unicode blocks. For
    reports that compare how groups of people fare.

    >>> cells(script(column("Tremblay", "محمد", "王", "山田アキ", "Иван", "Anna Иван", "Žižek", "123", None)))
    ['LATIN', 'ARABIC', 'HAN', 'JAPANESE', 'CYRILLIC', 'MIXED', 'LATIN', None, None]
    """
    array = text(values)
    found = _ascii_scripts(array)
    rows = rows_at(array, np.flatnonzero(text_bytes(array) >= 0x80))
    if len(rows):
        found[rows] = _scripts(array.take(pa.array(rows)))
    return series(_LABELS.take(pa.array(found, mask=found < 0)), values.index)


@rule(
    en="the given name repeats the family name; the person may have one name only",
    fr="le prénom répète le nom de famille; la personne n’a peut-être qu’un seul nom",
)
def repeated_name(values: pd.Series, *, other: pd.Series) -> pd.Series:
    """A given name that equals the family name: `flag: [{repeated_name: {other: LAST_NAME}}]`.

    Blanks at the ends, case, and the two ways of composing an accent are set aside. The name stays: some people are
    called `Ahmed Ahmed`.

    >>> cells(
    ...     repeated_name(
    ...         column("Suharto", "SUHARTO ", "Ana", None), other=column("Suharto", "Suharto", "Silva", "X")
    ...     )
    ... )
    [True, True, False, False]
    """
    return offences(pc.equal(_folded(text(values)), _folded(text(other))), values)


@rule(
    en="there are digits in this name",
    fr="ce nom contient des chiffres",
)
def digits_in_name(values: pd.Series) -> pd.Series:
    """Names with a digit, often a number typed into the wrong field: `flag: [digits_in_name]`.

    >>> cells(digits_in_name(column("Roy2", "Roy", None)))
    [True, False, False]
    """
    array = text(values)
    data = text_bytes(array)
    mask = np.zeros(len(array), np.bool_)
    mask[rows_at(array, np.flatnonzero((data >= 0x30) & (data <= 0x39)))] = True
    return offences(pc.and_(pa.array(mask), array.is_valid()), values)


# --- helpers


def _folded(array: pa.Array) -> pa.Array:
    return pc.utf8_lower(pc.utf8_trim_whitespace(composed(array)))


def _ascii_scripts(array: pa.Array) -> npt.NDArray[np.int64]:
    """Per row the index of LATIN where there is an ASCII letter, else -1."""
    letters = pc.match_substring_regex(array, "[A-Za-z]")
    return np.where(pc.fill_null(letters, False).to_numpy(zero_copy_only=False), _LATIN, -1)


def _scripts(array: pa.Array) -> npt.NDArray[np.int64]:
    """Per row the index of its script, or -1: by the code points of all rows at once, 30 ns a character."""
    points = np.frombuffer(text_bytes(array).tobytes().decode().encode("utf-32-le"), np.uint32)
    starts = (
        np.cumsum(pc.fill_null(pc.utf8_length(array), 0).to_numpy())
        - pc.fill_null(pc.utf8_length(array), 0).to_numpy()
    )
    kinds = _KINDS[np.searchsorted(_STARTS, points, side="right") - 1]
    letters = kinds >= 0
    owner = np.searchsorted(starts, np.flatnonzero(letters), side="right") - 1
    low = np.full(len(array), np.iinfo(np.int64).max)
    high = np.full(len(array), -1, np.int64)
    np.minimum.at(low, owner, kinds[letters])
    np.maximum.at(high, owner, kinds[letters])
    japanese = (low >= _HAN) & (high <= _KANA) & (high > _HAN)
    return np.where(high < 0, -1, np.where(low == high, high, np.where(japanese, _JAPANESE, _MIXED)))


# First code points of the blocks, in order, with the script of their letters; '' for what is no letter of any script.
_BLOCKS = [
    (0x0000, ""), (0x0041, "LATIN"), (0x005B, ""), (0x0061, "LATIN"), (0x007B, ""), (0x00AA, "LATIN"),
    (0x00AB, ""), (0x00BA, "LATIN"), (0x00BB, ""), (0x00C0, "LATIN"), (0x00D7, ""), (0x00D8, "LATIN"),
    (0x00F7, ""), (0x00F8, "LATIN"), (0x02B0, ""), (0x0370, "GREEK"), (0x0400, "CYRILLIC"),
    (0x0530, "ARMENIAN"), (0x0590, "HEBREW"), (0x0600, "ARABIC"), (0x0700, "SYRIAC"), (0x0750, "ARABIC"),
    (0x0780, "THAANA"), (0x07C0, "OTHER"), (0x0860, "SYRIAC"), (0x0870, "ARABIC"), (0x0900, "DEVANAGARI"),
    (0x0980, "BENGALI"), (0x0A00, "GURMUKHI"), (0x0A80, "GUJARATI"), (0x0B00, "ODIA"), (0x0B80, "TAMIL"),
    (0x0C00, "TELUGU"), (0x0C80, "KANNADA"), (0x0D00, "MALAYALAM"), (0x0D80, "SINHALA"), (0x0E00, "THAI"),
    (0x0E80, "LAO"), (0x0F00, "TIBETAN"), (0x1000, "MYANMAR"), (0x10A0, "GEORGIAN"), (0x1100, "HANGUL"),
    (0x1200, "ETHIOPIC"), (0x13A0, "CHEROKEE"), (0x1400, "CANADIAN_SYLLABICS"), (0x1680, "OTHER"),
    (0x1780, "KHMER"), (0x1800, "MONGOLIAN"), (0x18B0, "CANADIAN_SYLLABICS"), (0x1900, "OTHER"),
    (0x1C80, "CYRILLIC"), (0x1C90, "GEORGIAN"), (0x1CC0, "OTHER"), (0x1D00, "LATIN"), (0x1DC0, ""),
    (0x1E00, "LATIN"), (0x1F00, "GREEK"), (0x2000, ""), (0x2C00, "OTHER"), (0x2C60, "LATIN"),
    (0x2C80, "OTHER"), (0x2D00, "GEORGIAN"), (0x2D30, "OTHER"), (0x2D80, "ETHIOPIC"), (0x2DE0, "CYRILLIC"),
    (0x2E00, ""), (0x2E80, "HAN"), (0x2FF0, ""), (0x3005, "HAN"), (0x3008, ""), (0x3040, "KANA"),
    (0x30FB, ""), (0x30FC, "KANA"), (0x3100, "BOPOMOFO"), (0x3130, "HANGUL"), (0x3190, ""),
    (0x31F0, "KANA"), (0x3200, ""), (0x3400, "HAN"), (0x4DC0, ""), (0x4E00, "HAN"), (0xA000, "OTHER"),
    (0xA640, "CYRILLIC"), (0xA6A0, "OTHER"), (0xA720, "LATIN"), (0xA800, "OTHER"), (0xAB00, "ETHIOPIC"),
    (0xAB30, "LATIN"), (0xAB70, "CHEROKEE"), (0xABC0, "OTHER"), (0xAC00, "HANGUL"), (0xD800, ""),
    (0xF900, "HAN"), (0xFB00, "LATIN"), (0xFB13, "ARMENIAN"), (0xFB1D, "HEBREW"), (0xFB50, "ARABIC"),
    (0xFE00, ""), (0xFE70, "ARABIC"), (0xFEFF, ""), (0xFF21, "LATIN"), (0xFF3B, ""), (0xFF41, "LATIN"),
    (0xFF5B, ""), (0xFF66, "KANA"), (0xFFA0, "HANGUL"), (0xFFE0, ""), (0x10000, "OTHER"), (0x1F000, ""),
    (0x20000, "HAN"), (0x32000, ""),
]  # fmt: skip
_HAN, _KANA, _JAPANESE, _MIXED = 0, 1, 2, 3
_NAMES = ["HAN", "KANA", "JAPANESE", "MIXED", *sorted({name for _, name in _BLOCKS} - {"", "HAN", "KANA"})]
_LATIN = _NAMES.index("LATIN")
_LABELS = pa.array(_NAMES, TEXT)
_STARTS = np.array([start for start, _ in _BLOCKS], np.uint32)
_KINDS = np.array([_NAMES.index(name) if name else -1 for _, name in _BLOCKS], np.int64)
