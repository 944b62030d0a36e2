"""Normal forms of legacy values: what a comparison may declare about a column, and nothing that it does not declare.

    applied("no_value", values, {"these": ("x",)}) -> values

Every form takes and gives an Arrow array of the same length; null stays null. They are written here anew, apart from
the transform's steps, so that a mistake there is not repeated here. There is no trimming and no folding that a file
does not ask for: two values are alike only if they are equal.
"""

import inspect
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

Values: TypeAlias = "pa.Array"
Made = Callable[..., Values]

FORMS: dict[str, Made] = {}

_YES, _NO = pa.array(["Y", "y", "1"]), pa.array(["N", "n", "0"])
_BLANKS = "".join(
    map(
        chr,
        [
            *range(9, 14),
            32,
            0x85,
            0xA0,
            0x1680,
            *range(0x2000, 0x200B),
            0x2028,
            0x2029,
            0x202F,
            0x205F,
            0x3000,
        ],
    )
)
_CONTROLS = "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x{9f}]"
# The first byte of a UTF-8 letter as Windows-1252 shows it, and what its second byte may look like.
_MISREAD = re.compile(
    "[\u00c2-\u00c5\u00d0\u00d1\u00d8\u00d9\u00e2\u00ef][\u0080-\u00bf\u0152-\u02dc\u2013-\u2122]"
)


def form(function: Made) -> Made:
    """Enter a form under its name."""
    name = function.__name__
    if name in FORMS:
        raise ValueError(f"two forms are called {name}")
    FORMS[name] = function
    return function


def applied(name: str, values: Values, options: Mapping[str, object]) -> Values:
    """The values in that form."""
    return FORMS[name](values, **options)


@form
def trim(values: Values) -> Values:
    """Without blanks around it; nothing but blanks is no value.

    >>> trim(pa.array([" a b ", "  ", None])).to_pylist()
    ['a b', None, None]
    """
    trimmed = pc.utf8_trim(values, characters=_BLANKS)
    return pc.if_else(pc.equal(trimmed, ""), None, trimmed)


@form
def no_value(values: Values, *, these: tuple[str, ...]) -> Values:
    """Texts that were typed where there is none, such as the filler `x`; only as a whole.

    >>> no_value(pa.array(["x", "xa", None]), these=("x",)).to_pylist()
    [None, 'xa', None]
    """
    return pc.if_else(pc.is_in(values, value_set=pa.array(these, pa.string())), None, values)


@form
def no_date(values: Values, *, these: tuple[date, ...]) -> Values:
    """Days that stand for the end or the beginning of time, whatever the hour.

    >>> from datetime import datetime
    >>> no_date(pa.array([datetime(3999, 12, 31)]), these=(date(3999, 12, 31),)).to_pylist()
    [None]
    """
    days = values.cast(pa.timestamp("s"), safe=False).cast(pa.date32(), safe=False)
    return pc.if_else(pc.is_in(days, value_set=pa.array(these, pa.date32())), None, values)


@form
def day(values: Values) -> Values:
    """The calendar day, whatever the hour; also of a text that begins with one.

    >>> from datetime import datetime
    >>> day(pa.array([datetime(2020, 5, 1, 4)])).to_pylist()
    [datetime.date(2020, 5, 1)]
    """
    if pa.types.is_string(values.type):
        values = pc.utf8_slice_codeunits(values, 0, 10)
        return values.cast(pa.date32())
    return pc.floor_temporal(values, unit="day").cast(pa.date32())


@form
def local(values: Values, *, zone: str) -> Values:
    """Wall time of that zone, as an instant; of a doubtful hour the earlier, of one that was skipped the later.

    >>> from datetime import datetime
    >>> local(pa.array([datetime(2020, 7, 1, 12)]), zone="America/Toronto").to_pylist()
    [datetime.datetime(2020, 7, 1, 16, 0)]
    """
    moments = pc.assume_timezone(
        values.cast(pa.timestamp("us")), timezone=zone, ambiguous="earliest", nonexistent="latest"
    )
    return moments.cast(pa.timestamp("us", "UTC")).cast(pa.timestamp("us"))


@form
def local_day_of(values: Values, *, zone: str) -> Values:
    """The calendar day of an instant in that zone.

    >>> from datetime import datetime
    >>> local_day_of(pa.array([datetime(2020, 7, 1, 2)]), zone="America/Toronto").to_pylist()
    [datetime.date(2020, 6, 30)]
    """
    moments = pc.assume_timezone(values.cast(pa.timestamp("us")), timezone="UTC").cast(
        pa.timestamp("us", zone)
    )
    return pc.local_timestamp(moments).cast(pa.timestamp("s"), safe=False).cast(pa.date32(), safe=False)


@form
def flag(values: Values, *, null_is: str | None = None) -> Values:
    """Y, y and 1 are true, N, n and 0 false, a blank is no value; `null_is` says what no value means.

    >>> flag(pa.array(["y", "0", " ", None]), null_is="N").to_pylist()
    [True, False, False, False]
    """
    values = trim(values)
    if null_is is not None:
        values = pc.fill_null(values, null_is)
    said = pc.if_else(
        pc.is_in(values, value_set=_YES), True, pc.if_else(pc.is_in(values, value_set=_NO), False, None)
    )
    return said.cast(pa.bool_())


@form
def upper(values: Values) -> Values:
    """In capital letters.

    >>> upper(pa.array(["aé"])).to_pylist()
    ['AÉ']
    """
    return pc.utf8_upper(values)


@form
def without(values: Values, *, letters: str) -> Values:
    """Without these letters, wherever they stand.

    >>> without(pa.array(["12-34 5"]), letters="- ").to_pylist()
    ['12345']
    """
    return pc.replace_substring_regex(values, pattern=f"[{re.escape(letters)}]", replacement="")


@form
def without_blanks(values: Values) -> Values:
    """Without any blank, wherever it stands; nothing else is no value.

    >>> without_blanks(pa.array([" C A "])).to_pylist()
    ['CA']
    """
    return trim(pc.replace_substring_regex(values, pattern=f"[{_BLANKS}]", replacement=""))


@form
def without_controls(values: Values) -> Values:
    r"""Without control characters, of which tab and line ends are none.

    >>> without_controls(pa.array(["a\x07b"])).to_pylist()
    ['ab']
    """
    return pc.replace_substring_regex(values, pattern=_CONTROLS, replacement="")


@form
def reread(values: Values) -> Values:
    r"""Text that was read as Windows-1252 although it was UTF-8, once or twice, read again; other text as it is.

    >>> reread(pa.array(["JosÃ©", "José", "Jos\u00c3\u0192\u00c2\u00a9"])).to_pylist()
    ['José', 'José', 'José']
    """
    if not pc.any(pc.match_substring_regex(values, pattern="[ÂÃÄÅÐÑØÙâï]")).as_py():
        return values
    texts = values.to_pylist()
    return pa.array([text and _reread(text) for text in texts], pa.string())


def _reread(text: str) -> str:
    for _ in range(2):
        if not _MISREAD.search(text):
            return text
        try:
            text = text.encode("cp1252").decode("utf-8")
        except UnicodeError:
            return text
    return text


@form
def number(values: Values) -> Values:
    """A number that is kept as text.

    >>> number(pa.array(["12", None])).to_pylist()
    [12, None]
    """
    return values.cast(pa.int64())


@form
def part(values: Values, *, of: str) -> Values:
    """`year`, `month` or `day` of a date that may be known in part: `1985-06-**`, or a date.

    >>> part(pa.array(["1985-06-**", None]), of="month").to_pylist()
    [6, None]
    """
    start, stop = {"year": (0, 4), "month": (5, 7), "day": (8, 10)}[of]
    texts = values if pa.types.is_string(values.type) else pc.strftime(values, format="%Y-%m-%d")
    digits = pc.utf8_slice_codeunits(texts, start, stop)
    return pc.if_else(pc.match_substring_regex(digits, pattern="^[0-9]+$"), digits, None).cast(pa.int64())


@form
def this_row(values: Values, *, rows: Values) -> Values:
    """Whether the value is the key of the row itself (`rows`, which nobody writes); no value is none of them.

    >>> this_row(pa.array(["1-A", "1-B", None]), rows=pa.array(["1-A", "1-A", "1-A"])).to_pylist()
    [True, False, False]
    """
    return pc.fill_null(pc.equal(values, rows), False)


OWN_ROWS = "rows"
"""The option that a comparison gives by itself: the keys of the rows."""


def options_of(name: str) -> dict[str, inspect.Parameter]:
    """The options that a file may give to a form."""
    given = inspect.signature(FORMS[name]).parameters.values()
    return {each.name: each for each in given if each.kind is each.KEYWORD_ONLY and each.name != OWN_ROWS}


def wants_rows(name: str) -> bool:
    """Whether a form looks at the keys of the rows."""
    return OWN_ROWS in inspect.signature(FORMS[name]).parameters
