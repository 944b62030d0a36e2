"""The machine-readable zones of travel documents: where fields stand, how they are checked (ICAO Doc 9303).

Arithmetic on bytes, all rows of one format at once: the lines of a format have one width, so they are a matrix of
characters. `Zone` sorts rows by format; rows whose lines fit none are in no part of it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import cycle
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from migrate.transform.series import TEXT, text, text_bytes, true_rows

Characters: TypeAlias = npt.NDArray[np.uint8]  # (rows, width)
Rows: TypeAlias = npt.NDArray[np.intp]
Mask: TypeAlias = npt.NDArray[np.bool_]

FILLER = ord("<")


@dataclass(frozen=True, slots=True)
class Span:
    """Characters of a line: 0-based line, first position as ICAO counts (from 1), last position."""

    line: int
    first: int
    last: int

    def of(self, lines: tuple[Characters, ...]) -> Characters:
        """The characters, (rows, width)."""
        return lines[self.line][:, self.first - 1 : self.last]


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the fields of one format stand. `checked`: (fields in order, position of their check digit)."""

    name: str
    lines: int
    width: int
    issuer: Span
    names: Span
    number: Span
    nationality: Span
    birth: Span
    sex: Span
    expiry: Span
    optional: Span
    checked: tuple[tuple[tuple[Span, ...], Span], ...]


def _two_lines(name: str, width: int, *, composite: bool, optional_check: bool = False) -> Layout:
    """TD3, TD2, MRV-A and MRV-B share the first 28 positions of line 2 (parts 4, 6 and 7)."""
    number, birth, expiry = Span(1, 1, 9), Span(1, 14, 19), Span(1, 22, 27)
    checked: list[tuple[tuple[Span, ...], Span]] = [
        ((number,), Span(1, 10, 10)),
        ((birth,), Span(1, 20, 20)),
        ((expiry,), Span(1, 28, 28)),
    ]
    if optional_check:
        checked.append(((Span(1, 29, 42),), Span(1, 43, 43)))
    if composite:
        checked.append(((Span(1, 1, 10), Span(1, 14, 20), Span(1, 22, width - 1)), Span(1, width, width)))
    last = width if not composite else width - 2 if optional_check else width - 1
    return Layout(
        name, 2, width, Span(0, 3, 5), Span(0, 6, width), number, Span(1, 11, 13), birth, Span(1, 21, 21), expiry,
        Span(1, 29, last), tuple(checked),
    )  # fmt: skip


TD3 = _two_lines("TD3", 44, composite=True, optional_check=True)
TD2 = _two_lines("TD2", 36, composite=True)
MRVA = _two_lines("MRV-A", 44, composite=False)
MRVB = _two_lines("MRV-B", 36, composite=False)
TD1 = Layout(
    "TD1", 3, 30, Span(0, 3, 5), Span(2, 1, 30), Span(0, 6, 14), Span(1, 16, 18), Span(1, 1, 6), Span(1, 8, 8),
    Span(1, 9, 14), Span(0, 16, 30),
    (
        ((Span(0, 6, 14),), Span(0, 15, 15)), ((Span(1, 1, 6),), Span(1, 7, 7)), ((Span(1, 9, 14),), Span(1, 15, 15)),
        ((Span(0, 6, 30), Span(1, 1, 7), Span(1, 9, 15), Span(1, 19, 29)), Span(1, 30, 30)),
    ),
)  # fmt: skip


class Zone:
    """The zones of some rows: `line1` and the columns beside it, blanks at their ends set aside."""

    def __init__(self, line1: pd.Series, line2: pd.Series, line3: pd.Series | None) -> None:
        given = [text(line) for line in (line1, line2, line3) if line is not None]
        self._lines = [pc.fill_null(pc.utf8_trim_whitespace(line), "") for line in given]
        self._length = len(line1)

    @property
    def given(self) -> Mask:
        """Rows that have any line at all."""
        lengths = sum(pc.binary_length(line).to_numpy() for line in self._lines)
        return np.asarray(lengths) > 0

    @property
    def shaped(self) -> Mask:
        """Rows whose lines fit a format."""
        mask = np.zeros(self._length, np.bool_)
        for _, rows, _ in self.parts:
            mask[rows] = True
        return mask

    @cached_property
    def parts(self) -> list[tuple[Layout, Rows, tuple[Characters, ...]]]:
        """Per format that occurs: the rows, and their lines as characters."""
        return list(self._parts())

    def field(self, pick: Callable[[Layout], Span]) -> pa.Array:
        """One field of all rows as text, without fillers at its end; null where there is none."""
        return self._spread([_words(pick(layout).of(lines)) for layout, _, lines in self.parts])

    def number(self) -> pa.Array:
        """The document numbers, long ones put together from their two places."""
        return self._spread([_words(_number(layout, lines)) for layout, _, lines in self.parts])

    def _spread(self, found: list[pa.Array]) -> pa.Array:
        """What was read of each part, at the rows of that part."""
        place = np.full(self._length, -1, np.int64)
        start = 0
        for _, rows, _ in self.parts:
            place[rows] = np.arange(start, start + len(rows))
            start += len(rows)
        return pa.concat_arrays([*found, pa.array([], TEXT)]).take(pa.array(place, mask=place < 0))

    def _parts(self) -> Iterator[tuple[Layout, Rows, tuple[Characters, ...]]]:
        lengths = [pc.binary_length(line) for line in self._lines]
        visa = pc.starts_with(self._lines[0], "V")
        third = pc.greater(lengths[2], 0) if len(lengths) > 2 else pa.array(np.zeros(self._length, np.bool_))
        for layout in (TD3, TD2, TD1, MRVA, MRVB):
            fits = third if layout.lines == 3 else pc.invert(third)
            for length in lengths[: layout.lines]:
                fits = pc.and_(fits, pc.equal(length, layout.width))
            if layout.lines == 2:
                fits = pc.and_(fits, visa if layout in (MRVA, MRVB) else pc.invert(visa))
            rows = true_rows(fits)
            if len(rows) and layout.lines <= len(lengths):
                yield from self._read(layout, rows)

    def _read(self, layout: Layout, rows: Rows) -> Iterator[tuple[Layout, Rows, tuple[Characters, ...]]]:
        chosen = pa.array(rows)
        lines = tuple(
            text_bytes(line.take(chosen)).reshape(-1, layout.width) for line in self._lines[: layout.lines]
        )
        legal = np.logical_and.reduce([_legal(line).all(axis=1) for line in lines])
        if legal.all():
            yield layout, rows, lines
        elif legal.any():
            yield layout, rows[legal], tuple(line[legal] for line in lines)


def wrong_digits(layout: Layout, lines: tuple[Characters, ...]) -> Mask:
    """True per row where a check digit does not match its fields."""
    columns = [
        _values(line).T.copy() for line in lines
    ]  # turned, so that each position lies together: 3 times faster
    wrong = np.zeros(len(lines[0]), np.bool_)
    for fields, digit in layout.checked:
        places = [
            columns[field.line][place] for field in fields for place in range(field.first - 1, field.last)
        ]
        written = digit.of(lines)[:, 0]
        mismatch: Mask = written != _check_digits(places)
        if (written == FILLER).any():
            _excuse(layout, lines, fields, written == FILLER, mismatch)
        wrong |= mismatch
    return wrong


def _check_digits(places: Sequence[Characters]) -> Characters:
    """The check digit, as a character, over the values of some positions: weights 7, 3, 1, modulo 10 (9303-3, 4.9)."""
    total = np.zeros(len(places[0]), np.uint16)
    for values, weight in zip(places, cycle((7, 3, 1)), strict=False):
        total += values * np.uint8(weight)  # at most 35 * 7, which a byte holds
    return (total % 10 + ord("0")).astype(np.uint8)


def _values(characters: Characters) -> Characters:
    """0-9 as they are, A=10 to Z=35, `<`=0."""
    letters = (characters >= ord("A")) * np.uint8(ord("A") - 10 - ord("0"))
    values: Characters = (characters - ord("0") - letters) * (characters != FILLER)
    return values


def _legal(characters: Characters) -> Mask:
    """True where a character is one of A-Z, 0-9 and `<`."""
    legal: Mask = (characters - ord("A") <= 25) | (characters - ord("0") <= 9) | (characters == FILLER)
    return legal


def two_digits(characters: Characters) -> tuple[npt.NDArray[np.int64], Mask]:
    """Two characters as a number, and where they are digits."""
    digits = characters.astype(np.int64) - ord("0")
    legible: Mask = np.logical_and.reduce((digits >= 0) & (digits <= 9), axis=1)
    return digits @ np.array([10, 1]), legible


# --- helpers


def _excuse(
    layout: Layout, lines: tuple[Characters, ...], fields: tuple[Span, ...], filler: Mask, wrong: Mask
) -> None:
    """Correct `wrong` where a filler may stand for a check digit: a long document number, an empty optional field."""
    if fields == (layout.number,) and layout in (TD1, TD2):
        np.copyto(wrong, _long_mismatch(layout, lines), where=filler)
    elif fields == (layout.optional,):
        wrong &= ~(filler & np.logical_and.reduce(fields[0].of(lines) == FILLER, axis=1))


def _long_numbers(layout: Layout, lines: tuple[Characters, ...]) -> tuple[Characters, npt.NDArray[np.intp]]:
    """The number field and the optional field side by side, and where in them the digit of a long number stands."""
    joined = np.concatenate([layout.number.of(lines), layout.optional.of(lines)], axis=1)
    rest = joined[:, 9:] == FILLER
    end = np.where(rest.any(axis=1), rest.argmax(axis=1), rest.shape[1])
    return joined, 9 + end - 1


def _long_mismatch(layout: Layout, lines: tuple[Characters, ...]) -> Mask:
    joined, digit = _long_numbers(layout, lines)
    written = joined[np.arange(len(joined)), digit]
    number = np.where(np.arange(joined.shape[1]) < digit[:, None], joined, FILLER).astype(np.uint8)
    mismatch: Mask = (written != _check_digits([*_values(number).T])) | (digit < 10)
    return mismatch


def _number(layout: Layout, lines: tuple[Characters, ...]) -> Characters:
    """The characters of the document number."""
    short = layout.number.of(lines)
    if layout not in (TD1, TD2):
        return short
    joined, digit = _long_numbers(layout, lines)
    place = Span(layout.number.line, layout.number.last + 1, layout.number.last + 1)
    long = (place.of(lines)[:, 0] == FILLER) & (digit >= 10)
    end = np.where(long, digit, 9)
    return np.where(np.arange(joined.shape[1]) < end[:, None], joined, FILLER).astype(np.uint8)


def _words(characters: Characters) -> pa.Array:
    """Rows of characters as text, without fillers at the end; null where nothing else is there."""
    rows, width = characters.shape
    offsets = pa.py_buffer(np.arange(0, (rows + 1) * width, width, dtype=np.int32).tobytes())
    words = pa.StringArray.from_buffers(
        rows, offsets, pa.py_buffer(np.ascontiguousarray(characters).tobytes())
    )
    trimmed = pc.utf8_rtrim(words, characters="<")
    return pc.if_else(pc.equal(trimmed, ""), None, trimmed)
