"""Text: trims, fillers, control characters, and rules on cut, lost, masked or blank text.

Text stays as it is stored. There is no folding of case, no removal of accents, no normalisation that a mapping does
not ask for: `Null`, `None`, `True` and `O'Neil` are surnames, and an upper-case name stays upper-case. What a step
changes is declared per column, and steps that change content record the original.

Damaged encodings are in `mojibake`.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from migrate.transform.registry import Reverse, rule, step
from migrate.transform.series import (
    TEXT,
    arrow,
    composed,
    edit_rows,
    longest,
    none_offends,
    offences,
    rows_at,
    series,
    text,
    text_bytes,
    text_offsets,
    true_rows,
    unless_same,
    without,
)

# --- steps


@step(reverse=Reverse.ONE_WAY, records=True, note="blanks at both ends")
def trim(values: pd.Series) -> pd.Series:
    r"""Takes blanks off both ends; what is blank only becomes empty (null): `do: [trim]`.

    Every blank of Unicode counts, the no-break space U+00A0 too, which SQL's TRIM leaves; zero-width characters are no
    blanks and stay. Write `repair_mojibake` before it: a no-break space at the end may be the second half of an `à`.

    >>> cells(trim(column(" Roy ", "\u00a0Tran", "  ", None)))
    ['Roy', 'Tran', None, None]
    """
    array = text(values)
    return unless_same(values, _blank_to_null(pc.utf8_trim_whitespace(array), array))


@step(reverse=Reverse.ONE_WAY, records=True, note="blank-only text")
def blank_to_null(values: pd.Series) -> pd.Series:
    """Makes text that is empty or blank only null, and leaves blanks at the ends of other text: `do: [blank_to_null]`.

    >>> cells(blank_to_null(column(" ", "", " Roy")))
    [None, None, ' Roy']
    """
    array = text(values)
    return unless_same(values, _blank_to_null(pc.utf8_trim_whitespace(array), array, keep=True))


@step(reverse=Reverse.ONE_WAY, records=True, note="the number and kind of blanks between words")
def collapse_blanks(values: pd.Series) -> pd.Series:
    r"""Makes every run of blanks, tabs and line ends inside a text one space: `do: [trim, collapse_blanks]`.

    For codes and headings; in notes and addresses line ends carry meaning.

    >>> cells(collapse_blanks(column("Sainte  Foy", "a\tb", None)))
    ['Sainte Foy', 'a b', None]
    """
    array = text(values)
    few = true_rows(pc.match_substring_regex(array, f"{_BLANKS}{{2}}|[{_OTHER_BLANKS}]"))
    return unless_same(
        values, edit_rows(array, few, lambda part: pc.replace_substring_regex(part, _BLANKS + "+", " "))
    )


@step(reverse=Reverse.ONE_WAY, records=True, note="where the blanks were")
def remove_blanks(values: pd.Series) -> pd.Series:
    """Takes out every blank, also inside: for codes such as ` 51 1`: `do: [remove_blanks]`. Blank only becomes null.

    >>> cells(remove_blanks(column(" 51 1", "511", "  ")))
    ['511', '511', None]
    """
    array = text(values)
    few = true_rows(pc.match_substring_regex(array, _BLANKS))
    after = edit_rows(array, few, lambda part: pc.replace_substring_regex(part, _BLANKS + "+", ""))
    return unless_same(values, _blank_to_null(after, array))


@step(reverse=Reverse.ONE_WAY, records=True, note="control characters")
def drop_controls(values: pd.Series) -> pd.Series:
    r"""Takes out control characters that no text may hold, NUL among them: `do: [repair_mojibake, drop_controls]`.

    Control means Unicode category Cc but tab, line feed, carriage return and next line (U+0085). PostgreSQL refuses
    NUL, XML 1.0 most of the others. Write `repair_mojibake` before it: halves of damaged letters look like controls.

    >>> cells(drop_controls(column("a\x00b\x07c", "line\nline", None)))
    ['abc', 'line\nline', None]
    """
    array = text(values)
    return unless_same(
        values,
        edit_rows(array, _control_rows(array), lambda part: pc.replace_substring_regex(part, _CONTROLS, "")),
    )


@step(
    reverse=Reverse.LOSSY,
    records=True,
    note="which of two equivalent spellings of an accented letter was stored",
)
def nfc(values: pd.Series) -> pd.Series:
    r"""Composes letters and their accents (Unicode NFC): `do: [nfc]`.

    For keys that are compared; names keep their stored form (comparison uses NFC by itself). Only values with a
    character that may combine are touched; the scan costs a few ns a row.

    >>> cells(nfc(column("e\u0301", "é"))) == ["é", "é"]
    True
    """
    return unless_same(values, composed(text(values)))


@step(reverse=Reverse.ONE_WAY, records=True, note="the case of letters")
def upper(values: pd.Series) -> pd.Series:
    """Upper case, for codes and document numbers; never for names (`ß`, the Turkish dotless i): `do: [trim, upper]`.

    >>> cells(upper(column("w123456789", "W1", None)))
    ['W123456789', 'W1', None]
    """
    return unless_same(values, pc.utf8_upper(text(values)))


@step(reverse=Reverse.ONE_WAY, records=True, note="the case of letters")
def lower(values: pd.Series) -> pd.Series:
    """Lower case, for codes and e-mail domains; never for names: `do: [trim, lower]`.

    >>> cells(lower(column("EN", None)))
    ['en', None]
    """
    return unless_same(values, pc.utf8_lower(text(values)))


@step(reverse=Reverse.ONE_WAY, records=True, note="which filler was written")
def fillers(found: pd.Series, /, *, values: tuple[str, ...]) -> pd.Series:
    """Empties values that only fill a required column: `do: [trim, {fillers: {values: [x, X, ., '-', FNU, NMN]}}]`.

    Compared whole and exactly, after the steps before it. Siebel's own filler is `x`; FNU (first name unknown) and NMN
    (no middle name) come from visas. Put `-` in quotes in YAML. Never list `Null`, `None` or `Unknown` for names that
    may be real ones: use the rule `filler`, which marks and keeps.

    >>> cells(fillers(column("x", "FNU", "Xavier", "Null"), values=("x", "FNU")))
    [None, None, 'Xavier', 'Null']
    """
    array = text(found)
    few = pc.is_in(array, value_set=pa.array(values, TEXT))
    return series(without(array, few), found.index) if few.true_count else found


@step(reverse=Reverse.LOSSY, note="how `no such row` was spelled")
def no_match(values: pd.Series) -> pd.Series:
    """Empties Siebel's literal for `looked, and there is no child` in PR_ columns: `do: [no_match]`.

    Documented as `NoMatchRowId`, found as `No Match Row Id`, which fills the 15 characters of an id. It is no orphan
    and no damage, so nothing is recorded.

    >>> cells(no_match(column("No Match Row Id", "1-2X4", "NoMatchRowId")))
    [None, '1-2X4', None]
    """
    array = text(values)
    few = pc.is_in(array, value_set=_NO_MATCH)
    return series(without(array, few), values.index) if few.true_count else values


# --- rules


@rule(
    en="letters of this text were lost and stand as question marks; ask for the document; do not guess",
    fr="des lettres sont perdues, remplacées par des points d’interrogation; demander le document; ne pas deviner",
)
def lost_characters(values: pd.Series, *, prose: bool = False) -> pd.Series:
    """Text in which letters that a database could not store were replaced: `Jos?`, `Andr¿`, U+FFFD.

    In names, `flag: [lost_characters]`, every `?`, `¿` and U+FFFD counts. In notes, `{lost_characters: {prose: true}}`,
    a question may be asked: there only a mark between two letters (outside web addresses) counts, and U+FFFD. Nothing
    can be repaired.

    >>> cells(lost_characters(column("Jos?", "José", None)))
    [True, False, False]
    >>> cells(lost_characters(column("Why?", "Montr?al", "https://a.ca/x?y=1"), prose=True))
    [False, True, False]
    """
    array = text(values)
    if not prose:
        return offences(_has_any(array, "?", "¿", "\ufffd"), values)
    rows = true_rows(_has_any(array, "?", "¿", "\ufffd"))
    if not len(rows):
        return none_offends(values)
    few = pc.replace_substring_regex(array.take(pa.array(rows)), r"(https?://|www\.)\S+", "")
    return _at(rows, pc.match_substring_regex(few, r"\pL[?¿]+\pL|\x{FFFD}"), values)


@rule(
    en="this text fills its column to the last character: its end may have been cut off",
    fr="ce texte remplit sa colonne jusqu’au dernier caractère\u00a0: la fin a peut-être été coupée",
)
def at_width(values: pd.Series, *, width: int) -> pd.Series:
    """Text as long as its source column is wide, or longer: `flag: [{at_width: {width: 50}}]`.

    Siebel's widths are characters, so characters are counted, not bytes. Give the width of the source column.

    >>> cells(at_width(column("Wolfeschlegel", "Ünal"), width=13))
    [True, False]
    """
    return _longer(values, width - 1)


@rule(
    en="this text is longer than the place it is meant for; it was not shortened",
    fr="ce texte est plus long que l’espace prévu; il n’a pas été raccourci",
)
def too_long(values: pd.Series, *, width: int) -> pd.Series:
    """Text of more characters than `width`: `reject: [{too_long: {width: 50}}]`.

    >>> cells(too_long(column("Ünal", "Ünala"), width=4))
    [False, True]
    """
    return _longer(values, width)


@rule(
    en="this is not a real value but a filler, typed because the field had to be filled",
    fr="ce n’est pas une vraie valeur, mais un remplissage saisi parce que le champ était obligatoire",
)
def filler(found: pd.Series, /, *, values: tuple[str, ...]) -> pd.Series:
    """Values that only fill a required column, kept and marked: `flag: [{filler: {values: [x, X, UNKNOWN]}}]`.

    Compared whole and exactly. The step `fillers` empties them instead.

    >>> cells(filler(column("UNKNOWN", "Unknown Soldier", None), values=("x", "UNKNOWN")))
    [True, False, False]
    """
    return offences(pc.is_in(text(found), value_set=pa.array(values, TEXT)), found)


@rule(
    en="this value was masked at its source; it is no content and proves no match",
    fr="cette valeur a été masquée à la source; elle n’est pas un contenu et ne prouve aucune correspondance",
)
def masked(values: pd.Series, *, anywhere: bool = False) -> pd.Series:
    """Values masked in place, `XXXX`, `***`, `XXX-XX-XXXX`: `flag: [masked]`.

    Three or more of `X`, `x`, `*` or `#` and nothing else but blanks, hyphens and dots. With `anywhere: true` a run of
    four inside a value counts too (`TrembXXXX`); do not use that on notes, where stars decorate.

    >>> cells(masked(column("XXXX", "*** ***", "Xx", "xXavier")))
    [True, True, False, False]
    >>> cells(masked(column("Trem****", "Tremblay"), anywhere=True))
    [True, False]
    """
    return offences(pc.match_substring_regex(text(values), _MASKED_INSIDE if anywhere else _MASKED), values)


@rule(
    en="this text holds control characters that no text should hold",
    fr="ce texte contient des caractères de contrôle qui n’ont pas leur place dans un texte",
)
def control_characters(values: pd.Series) -> pd.Series:
    r"""Text with control characters that `drop_controls` would take out: `flag: [control_characters]`.

    >>> cells(control_characters(column("a\x00b", "a\tb")))
    [True, False]
    """
    array = text(values)
    rows = _control_rows(array)
    return (
        _at(rows, pc.match_substring_regex(array.take(pa.array(rows)), _CONTROLS), values)
        if len(rows)
        else none_offends(values)
    )


@rule(
    en="this text has not the shape that this field should have",
    fr="ce texte n’a pas la forme attendue dans ce champ",
)
def unlike(values: pd.Series, *, pattern: str) -> pd.Series:
    r"""Text in which the pattern (RE2) is not found: `flag: [{unlike: {pattern: '^Q\d{8}$'}}]`.

    >>> cells(unlike(column("Q12345678", "1234567", None), pattern=r"^Q\d{8}$"))
    [False, True, False]
    """
    return offences(pc.invert(pc.match_substring_regex(text(values), pattern)), values)


@rule(en="this field holds only blanks", fr="ce champ ne contient que des espaces")
def blank(values: pd.Series) -> pd.Series:
    """Text that is there and yet empty or blank only; null is not blank: `reject: [blank]`.

    >>> cells(blank(column(" ", "", "Roy", None)))
    [True, True, False, False]
    """
    trimmed = pc.utf8_trim_whitespace(text(values))
    return offences(pc.equal(pc.binary_length(trimmed), 0), values)


@rule(en="this field is empty", fr="ce champ est vide")
def missing(values: pd.Series) -> pd.Series:
    """Null. The one rule that null offends; `required: true` rejects, this one may flag: `flag: [missing]`.

    >>> cells(missing(column("CAN", None)))
    [False, True]
    """
    return series(arrow(values).is_null(), values.index)


# --- helpers

_NO_MATCH = pa.array(["No Match Row Id", "NoMatchRowId"])
_OTHER_BLANKS = (
    r"\t-\r\x{85}\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}"  # White_Space
)
_BLANKS = f"[ {_OTHER_BLANKS}]"
_CONTROLS = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x{84}\x{86}-\x{9F}]+"
_MASKED = r"^[\s.-]*[Xx*#](?:[\s.-]*[Xx*#]){2,}[\s.-]*$"
_MASKED_INSIDE = r"X{4}|x{4}|\*{4}|#{4}|" + _MASKED


def _blank_to_null(trimmed: pa.Array, array: pa.Array, *, keep: bool = False) -> pa.Array:
    """The trimmed text (with `keep`, the original), null where nothing is left."""
    after = array if keep else trimmed
    empty = np.diff(text_offsets(trimmed)) == 0
    return without(after, pa.array(empty)) if np.count_nonzero(empty) > trimmed.null_count else after


def _control_rows(array: pa.Array) -> npt.NDArray[np.intp]:
    """Rows that may hold a control character: found by their bytes, 0.5 ns a byte."""
    data = text_bytes(array)
    if not len(data):
        return np.empty(0, np.intp)
    low = np.flatnonzero((data < 0x20) | (data == 0x7F))
    low = low[~np.isin(data[low], (0x09, 0x0A, 0x0D))]
    if data.max() >= 0xC2:
        high = np.flatnonzero(data[:-1] == 0xC2)
        low = np.union1d(low, high[data[high + 1] < 0xA0])
    return rows_at(array, low)


def _has_any(array: pa.Array, *marks: str) -> pa.Array:
    """True where the text holds one of the characters; marks that no value holds are not looked for row by row."""
    data = text_bytes(array).tobytes()
    rows = np.zeros(len(array), np.bool_)
    found = pa.array(rows)
    for mark in marks:
        if mark.encode() in data:
            found = pc.or_(found, pc.match_substring(array, mark))
    return found


def _longer(values: pd.Series, width: int) -> pd.Series:
    array = text(values)
    if longest(array) <= width:  # bytes: characters are never more
        return none_offends(values)
    return offences(pc.greater(pc.utf8_length(array), width), values)


def _at(rows: npt.NDArray[np.intp], mask: pa.Array, values: pd.Series) -> pd.Series:
    """A rule's answer that is False everywhere but, as the mask says, at some rows."""
    answer = np.zeros(len(values), np.bool_)
    answer[rows] = pc.fill_null(mask, False).to_numpy(zero_copy_only=False)
    return offences(answer, values)
