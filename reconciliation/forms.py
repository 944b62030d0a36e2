"""Normal forms of legacy values: what a comparison may declare about a column, and nothing that it does not declare.

    applied("no_value", values, {"these": ("x",)}) -> values

Every form takes and gives an Arrow array of the same length; null stays null, and what a form cannot read it leaves as
it is, so that it differs from any value of the platform's type. They are written here anew, apart from
the transform's steps, so that a mistake there is not repeated here. There is no trimming and no folding that a file
does not ask for: two values are alike only if they are equal.
"""

import inspect
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date
from typing import Annotated, TypeAlias
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

Values: TypeAlias = "pa.Array"
ColumnOf = Annotated[pa.Array, "column"]
"""An option for which a file names a column of the same row; the form gets the values there."""
ColumnsOf = tuple[ColumnOf, ...]
"""The same for several columns."""

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
# How Windows-1252 shows a byte; the five that it does not have are shown as Latin-1 does.
_SHOWN = {bytes([code]).decode("cp1252", "ignore") or chr(code): code for code in range(256)}
_SHOWN |= {chr(code): code for code in range(0x80, 0xA0)}
_NEXT = "[" + "".join(re.escape(shown) for shown, code in _SHOWN.items() if 0x80 <= code < 0xC0) + "]"
# A letter in UTF-8, its bytes shown one by one. What a word may hold by itself, such as `É’` or `Å’`, is none of these.
_MISREAD = re.compile(
    rf"(?!Å’)[ÂÃÄÅ]{_NEXT}|Æ[\xa0¡¯°]|È[˜™š›]|(?:[ÎÏÐÑ×ØÙÚ]{_NEXT}){{2}}|à(?![\xa0¡]){_NEXT}{{2}}|[á-ï]{_NEXT}{{2}}|[ð-ô]{_NEXT}{{3}}"
)
_UNSHOWN = re.compile("[\x80-\x84\x86-\x9f]")


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
        return pc.utf8_slice_codeunits(values, 0, 10)
    return pc.floor_temporal(values, unit="day").cast(pa.date32())


@form
def local(values: Values, *, zone: str) -> Values:
    """Wall time of that zone, as an instant; a time that came twice is the first, a skipped one as if none was skipped.

    >>> from datetime import datetime
    >>> walls = pa.array([datetime(2020, 7, 1, 12), datetime(2024, 3, 10, 2, 30)])
    >>> local(walls, zone="America/Toronto").to_pylist()
    [datetime.datetime(2020, 7, 1, 16, 0), datetime.datetime(2024, 3, 10, 7, 30)]
    """
    walls = values.cast(pa.timestamp("us"))
    try:
        return _instants(walls, zone, "raise")
    except pa.ArrowInvalid:  # some were skipped
        moments, before = (_instants(walls, zone, which) for which in ("latest", "earliest"))
    skipped = pc.fill_null(pc.not_equal(moments, before), False)
    there = ZoneInfo(zone)
    read = [wall.replace(tzinfo=there).astimezone(UTC) for wall in walls.filter(skipped).to_pylist()]
    return pc.replace_with_mask(moments, skipped, pa.array(read).cast(pa.timestamp("us")))


def _instants(walls: Values, zone: str, skipped: str) -> Values:
    """Wall time as instants; skipped: what becomes of a time that no clock has shown."""
    moments = pc.assume_timezone(walls, timezone=zone, ambiguous="earliest", nonexistent=skipped)
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
    r"""Text that was read as Windows-1252 or Latin-1 although it was UTF-8, up to three times, read again.

    Only if all of it can be read so, and holds what no word holds; other text stays as it is.

    >>> reread(pa.array(["JosÃ©", "José", "Jos\u00c3\u0192\u00c2\u00a9", "MÍŠA", "CAFÉ’S"])).to_pylist()
    ['José', 'José', 'José', 'MÍŠA', 'CAFÉ’S']
    """
    suspects = pc.fill_null(pc.match_substring_regex(values, pattern="[Â-ô][^a-zA-Z]"), False)
    if not suspects.true_count:
        return values
    texts = [_reread(text) for text in values.filter(suspects).to_pylist()]
    return pc.replace_with_mask(values, suspects, pa.array(texts, pa.string()))


def _reread(text: str) -> str:
    best = text
    for _ in range(3):
        read = _once(text) or _once(text.replace("Ãƒ", "Ã"))  # what was misread twice may have lost its `Â`
        if read is None:
            break
        text = read
        best = best if _UNSHOWN.search(text) else text
    return best


def _once(text: str) -> str | None:
    if not _MISREAD.search(text):
        return None
    try:
        return bytes(_SHOWN[letter] for letter in text).decode("utf-8")
    except (KeyError, UnicodeDecodeError):
        return None


@form
def digits(values: Values) -> Values:
    """A number without the hyphens and blanks that part it; what holds anything else stays as it is.

    >>> digits(pa.array(["11-2233 4455", "X01-2345", " ", None])).to_pylist()
    ['1122334455', 'X01-2345', None, None]
    """
    plain = pc.replace_substring_regex(values, pattern=f"[-\u2010-\u2012{_BLANKS}]", replacement="")
    plain = pc.if_else(pc.equal(plain, ""), None, plain)
    numbers = pc.fill_null(pc.match_substring_regex(plain, pattern="^[0-9]*$"), True)
    return pc.if_else(numbers, plain, values)


@form
def shape(values: Values, *, shapes: dict[str, str], otherwise: str | None = None) -> Values:
    """The name of the first shape (a pattern of RE2) that the whole text has.

    >>> shape(pa.array(["12345678", "X1", None]), shapes={"UCI": "[0-9]{8}"}, otherwise="OTHER").to_pylist()
    ['UCI', 'OTHER', None]
    """
    found = pc.if_else(values.is_valid(), pa.scalar(otherwise, pa.string()), None)
    for name, pattern in reversed(shapes.items()):
        found = pc.if_else(pc.match_substring_regex(values, pattern=f"^(?:{pattern})$"), name, found)
    return found


@form
def known(values: Values, *, of: str, text: ColumnOf | None = None) -> Values:
    """`year`, `month`, `day` or `date` of a date that may be known in part.

    The values are dates or texts such as `1985-06-**`. Beside a date may stand such a `text`: where it has an asterisk
    it is what is known, and where there is no date.

    >>> known(pa.array(["1985-06-**", "1985-**-**", None]), of="month").to_pylist()
    ['06', None, None]
    >>> dates = pa.array([date(1985, 1, 1), date(1990, 5, 3), None])
    >>> texts = pa.array(["1985-**-**", "1990-05-04", "1985-06-12"])
    >>> known(dates, of="day", text=texts).to_pylist()
    [None, '03', '12']
    >>> known(dates, of="date", text=texts).to_pylist()
    [None, '1990-05-03', '1985-06-12']
    """
    texts = values if pa.types.is_string(values.type) else pc.strftime(values, format="%Y-%m-%d")
    if text is not None:
        text = trim(text)
        texts = pc.if_else(pc.fill_null(pc.match_substring(text, "*"), False), text, texts)
        texts = pc.coalesce(texts, text)
    if of == "date":
        return pc.if_else(pc.match_substring(texts, "*"), None, texts)
    start, stop = {"year": (0, 4), "month": (5, 7), "day": (8, 10)}[of]
    parts = pc.utf8_slice_codeunits(texts, start, stop)
    return pc.if_else(pc.match_substring(parts, "*"), None, parts)


@form
def same_as(values: Values, *, column: ColumnOf) -> Values:
    """Whether the value is that of the other column; no value is like none.

    >>> same_as(pa.array(["1-A", "1-B", None]), column=pa.array(["1-A", "1-A", None])).to_pylist()
    [True, False, False]
    """
    return pc.fill_null(pc.equal(values, column), False)


@form
def highest(values: Values, *, among: ColumnsOf) -> Values:
    """Whether the number is the highest of the rows that are alike in these columns; no number is below all numbers.

    >>> highest(pa.array(["9", "10", "x"]), among=(pa.array(["a", "a", "b"]),)).to_pylist()
    [False, True, True]
    """
    shaped = pc.fill_null(pc.match_substring_regex(values, pattern="^[0-9]{1,18}$"), False)
    numbers = pc.if_else(shaped, values, "-1").cast(pa.int64())
    texts = [pc.fill_null(column.cast(pa.string()), "") for column in among]
    alike = pc.binary_join_element_wise(*texts, "\x1f")
    best = pa.table({"of": alike, "number": numbers}).group_by("of").aggregate([("number", "max")])
    position = pc.index_in(alike, value_set=best.column("of").combine_chunks())
    return pc.equal(numbers, best.column("number_max").combine_chunks().take(position))


def options_of(name: str) -> dict[str, inspect.Parameter]:
    """The options that a file may give to a form."""
    given = inspect.signature(FORMS[name]).parameters.values()
    return {each.name: each for each in given if each.kind is each.KEYWORD_ONLY}
