"""Identifiers of the legacy: ROW_IDs, client identifiers, application and document numbers, MRZ check digits.

In: running numbers, unique in the whole sample. Out: Arrow text in the legacy's forms. Every function maps
different numbers to different texts, so that uniqueness needs no look-up, whatever the size of the sample.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from migrate.sample.frame import Bools, Ints

Chars = npt.NDArray[np.uint8]

_ALPHABET = np.frombuffer(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", np.uint8)
_BLOCKS = 21_767_813  # a prime: blocks of 100 suffixes a server process takes at a time
_BLOCK_STEP = 8_675_309


@dataclass(slots=True)
class RowIds:
    """Hands out ROW_IDs from its own range of numbers: a source of ids that no other range repeats."""

    next_number: int
    last_number: int

    def take(self, count: int, loaded: Bools | None = None) -> pa.Array:
        """``count`` new ids; those of ``loaded`` rows have the three-part form of the bulk loader."""
        numbers = np.arange(self.next_number, self.next_number + count)
        self.next_number += count
        if self.next_number > self.last_number:
            raise OverflowError("the range of ROW_IDs is used up: make smaller blocks of clients")
        return row_ids(numbers, loaded)


def row_ids(numbers: Ints, loaded: Bools | None = None) -> pa.Array:
    """ROW_IDs for numbers below 2,176,780,300.

    As in the legacy, neither the text nor its numeric value follows the order of creation beyond blocks of a
    hundred. One id in ten has the prefix of a second server; loaded rows read ``1-4K2-J9ZQ``, some of the
    oldest ``1+4K2+J9ZQ``.
    """
    scattered = (numbers // 100 * _BLOCK_STEP % _BLOCKS) * 100 + numbers % 100
    digits = base36(scattered + 36**6, 7)
    prefix = np.where(numbers // 100 % 10 == 9, ord("2"), ord("1")).astype(np.uint8)
    dash = np.full(len(numbers), ord("-"), np.uint8)
    simple = fixed_text(np.column_stack([prefix, dash, digits]))
    if loaded is None or not loaded.any():
        return simple
    sign = np.where(numbers % 11 == 0, ord("+"), ord("-")).astype(np.uint8)
    three_part = fixed_text(np.column_stack([prefix, sign, digits[:, :3], sign, digits[:, 3:]]))
    return pc.if_else(pa.array(loaded), three_part, simple)


def client_identifiers(numbers: Ints, short: Bools) -> pa.Array:
    """UCIs of ten digits, or of eight where ``short``; numbers below 89,999,999."""
    eight = fixed_text(digits(scatter(numbers, 90_000_000) + 10_000_000, 8))
    ten = fixed_text(digits(scatter(numbers, 90_000_000) * 100 + 1_000_000_000 + numbers % 97, 10))
    return pc.if_else(pa.array(short), eight, ten)


def application_numbers(numbers: Ints, letters: pa.Array) -> pa.Array:
    """Letters and nine digits, or eight where there are two letters; numbers below 89,999,999."""
    eight = fixed_text(digits(scatter(numbers, 90_000_000) + 10_000_000, 8))
    ninth = fixed_text(digits(numbers % 3 + 1, 1))
    two = pc.equal(pc.utf8_length(letters), 2)
    return pc.binary_join_element_wise(letters, pc.if_else(two, "", ninth), eight, "")


def scatter(numbers: Ints, size: int) -> Ints:
    """A permutation of 0 … size-1 that leaves no visible order; ``size`` must not share factors with 7,919,533."""
    return numbers * 7_919_533 % size


def base36(numbers: Ints, width: int) -> Chars:
    """The numbers in base 36, ``width`` characters each, as a matrix of ASCII codes."""
    powers = 36 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    return np.take(_ALPHABET, numbers[:, None] // powers % 36)


def digits(numbers: Ints, width: int) -> Chars:
    """The numbers in base 10, with leading zeros, as a matrix of ASCII codes."""
    powers = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    return np.take(_ALPHABET, numbers[:, None] // powers % 10)


def fixed_text(characters: Chars) -> pa.Array:
    """A matrix of ASCII codes as text, one row each."""
    count, width = characters.shape
    offsets = np.arange(0, (count + 1) * width, width, dtype=np.int32)
    return pa.StringArray.from_buffers(
        count, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(characters))
    )


def characters_of(text: pa.Array, width: int, fill: str = "<") -> Chars:
    """Text of at most ``width`` ASCII characters as a matrix, filled up at the end."""
    padded = pc.utf8_slice_codeunits(pc.utf8_rpad(text, width, fill), 0, width)
    return np.frombuffer(b"".join(padded.cast(pa.binary()).to_pylist()), np.uint8).reshape(-1, width)


_VALUES = np.zeros(256, np.int64)
_VALUES[_ALPHABET] = np.arange(36)


def check_digits(characters: Chars) -> Chars:
    """The ICAO 9303 check digit of each row, as one column of ASCII codes: weights 7, 3, 1, modulo 10."""
    weights = np.resize(np.array([7, 3, 1]), characters.shape[1])
    sums = (_VALUES[characters] * weights).sum(axis=1)
    return np.asarray(sums % 10 + ord("0"), np.uint8).reshape(-1, 1)


def passport_line(number: Chars, nationality: Chars, birth: Chars, sex: Chars, expiry: Chars) -> pa.Array:
    """Line 2 of a TD3 machine-readable zone: widths 9, 3, 6, 1 and 6, with all its check digits."""
    fields = [
        number,
        check_digits(number),
        nationality,
        birth,
        check_digits(birth),
        sex,
        expiry,
        check_digits(expiry),
    ]
    optional = np.full((len(number), 14), ord("<"), np.uint8)
    zero = np.full((len(number), 1), ord("0"), np.uint8)
    line = np.concatenate([*fields, optional, zero], axis=1)
    composite = check_digits(np.concatenate([line[:, 0:10], line[:, 13:20], line[:, 21:43]], axis=1))
    return fixed_text(np.concatenate([line, composite], axis=1))
