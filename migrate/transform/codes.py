"""Flags: the three states of a Siebel flag column, and the letters that stand for them.

Code lists themselves are no steps: a field names its list with `code:`, and unknown values are refused.
"""

from typing import Literal

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from migrate.transform.registry import Reverse, step
from migrate.transform.series import FLAG, TEXT, Converted, arrow, converted, series, text, unless_same


@step(reverse=Reverse.LOSSY, records=True, note="which letter or digit stood for yes or no")
def yes_no(
    values: pd.Series, *, yes: tuple[str, ...] = ("y", "1"), no: tuple[str, ...] = ("n", "0")
) -> pd.Series:
    """Writes the strays of a flag column as `Y` and `N`, blank as null: `do: [yes_no, flag]`.

    Scripts and loads left `y`, `1` and blanks where screens write `Y` or `N`. What is listed in neither option stays as
    it is, for `flag` to refuse.

    >>> cells(yes_no(column("Y", "y", "1", " ", None, "?")))
    ['Y', 'Y', 'Y', None, None, '?']
    """
    array = text(values)
    found = pc.is_in(array, value_set=_SETTLED)
    if found.false_count == 0:
        return values
    trimmed = pc.utf8_trim_whitespace(array)
    spelled = pa.array(["Y", "N", None], TEXT)
    strays = pa.array([*yes, *no, "Y", "N", ""], TEXT)
    meaning = pa.array([*(0 for _ in yes), *(1 for _ in no), 0, 1, 2])
    position = pc.index_in(trimmed, value_set=strays)
    return unless_same(values, pc.if_else(position.is_valid(), spelled.take(meaning.take(position)), array))


@step(reverse=Reverse.LOSSY, note="null, where `null_is` gives it a meaning")
def flag(
    values: pd.Series,
    *,
    yes: tuple[str, ...] = ("Y",),
    no: tuple[str, ...] = ("N",),
    null_is: Literal["", "Y", "N"] = "",
) -> Converted:
    """True or false from a flag column: `do: [flag]`, or `do: [yes_no, {flag: {null_is: N}}]`.

    A null flag shows as N on Siebel's screens and is not N in storage: it stays null unless `null_is` declares what it
    means in this column. Anything but the listed values is refused, `y`, `1` and blanks too: write `yes_no` before.

    >>> cells(flag(column("Y", "N", None)))
    [True, False, None]
    >>> cells(flag(column("Y", None), null_is="N"))
    [True, False]
    >>> flags, refused = flag(column("Y", "?"))
    >>> cells(flags), cells(refused)
    ([True, None], [False, True])
    """
    array = text(values)
    position = pc.index_in(array, value_set=pa.array([*yes, *no], TEXT))
    flags = pc.less(position, len(yes))
    refused = pc.and_not(array.is_valid(), flags.is_valid())
    if null_is and array.null_count:
        flags = pc.if_else(array.is_valid(), flags, pa.scalar(null_is == "Y", FLAG))
    return converted(flags, refused, values)


@step(reverse=Reverse.ONE_WAY, note="which of the flags said yes")
def or_yes(values: pd.Series, *, of: pd.Series, yes: tuple[str, ...] = ("Y", "y", "1")) -> pd.Series:
    """True where another flag of the row says yes too: `do: [flag, {or_yes: {of: PRIV_FLG}}]`, so the strictest wins.

    Where the other flag says anything else the value stays as it is. Strays of the other flag are judged by the field
    that carries it.

    >>> cells(or_yes(column(False, True, False, None, kind=FLAG), of=column("Y", "N", None, "N")))
    [True, True, False, None]
    """
    says_yes = pc.is_in(text(of), value_set=pa.array(yes, TEXT))
    if not says_yes.true_count:
        return values
    return unless_same(values, pc.if_else(says_yes, True, arrow(values)))


@step(reverse=Reverse.ONE_WAY, note="which value it was")
def equals(values: pd.Series, *, other: pd.Series) -> pd.Series:
    """Whether the value equals that of another column: `from: root.PR_ID, do: [{equals: {other: ROW_ID}}]`.

    Null equals nothing.

    >>> cells(equals(column("1-A", "1-B", None), other=column("1-A", "1-C", None)))
    [True, False, False]
    """
    same = pc.fill_null(pc.equal(text(values), text(other)), False)
    return series(same, values.index)


_SETTLED = pa.array(["Y", "N", None], TEXT)
