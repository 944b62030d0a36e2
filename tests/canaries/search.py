"""Looks for values in bytes, in every form in which a program could have written them.

    search = Search(SECRETS | PERSONAL)
    search.found(data)          names of the values that are in the data

A form is the value raw, percent-encoded in each of the usual ways, escaped as in JSON, as Python's `repr`, as bytes of
a `repr`, in base64 at each of the three offsets, as HTML, doubled as in SQL and CSV, in UTF-16; with capital letters
and small ones taken as the same. A date is looked for as Python and people write dates, too.
"""

import base64
import html
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from urllib.parse import quote, quote_plus

import numpy as np
import numpy.typing as npt

_HEAD = 4  # bytes of a form by which it is found fast
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)")


class Search:
    """Looks for all values at once."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._forms: dict[bytes, list[tuple[bytes, str]]] = defaultdict(list)
        for name, value in values.items():
            for form in {form.lower() for form in forms(value)}:
                self._forms[form[:_HEAD]].append((form, name))
        self._heads = np.unique(_heads(np.frombuffer(b"".join(self._forms), np.uint8))[::_HEAD])

    def found(self, data: bytes | str) -> set[str]:
        """Names of the values of which some form is in the data."""
        data = (data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data).lower()
        if len(data) < _HEAD:
            return set()
        heads = _heads(np.frombuffer(data, np.uint8))
        near = self._heads[np.searchsorted(self._heads, heads).clip(max=len(self._heads) - 1)] == heads
        return {
            name
            for at in np.flatnonzero(near)
            for form, name in self._forms[data[at : at + _HEAD]]
            if data.startswith(form, at)
        }


def forms(value: str) -> Iterator[bytes]:
    """Every form of a value; several may be equal."""
    for text in (value, *_dates(value)):
        raw = text.encode()
        yield raw
        yield text.upper().encode()  # lower case of what is not ASCII
        yield text.lower().encode()
        for written in (
            quote(text), quote(text, safe=""), quote_plus(text), quote(quote(text, safe=""), safe=""),
            json.dumps(text)[1:-1], json.dumps(json.dumps(text))[3:-3], json.dumps(text, ensure_ascii=False)[1:-1],
            repr(text)[1:-1], ascii(text)[1:-1], repr(raw)[2:-1], html.escape(text),
            text.replace("'", "''"), text.replace('"', '""'), text.replace("\\", "\\\\"),
        ):  # fmt: skip
            yield written.encode()
        yield text.encode("utf-16-le")
        yield from _base64(raw)


def _base64(raw: bytes) -> Iterator[bytes]:
    """What is the same in base64 whatever stands before and behind."""
    for offset in range(3):
        code = base64.b64encode(b"\0" * offset + raw)
        whole = (len(raw) + offset) * 8 // 6
        inner = code[(offset * 8 + 5) // 6 : whole]
        yield inner
        yield inner.replace(b"+", b"-").replace(b"/", b"_")


def _dates(value: str) -> Iterator[str]:
    """Other ways to write a date."""
    if match := _DATE.fullmatch(value):
        year, month, day = match.groups()
        yield f"{year}/{month}/{day}"
        yield f"{day}/{month}/{year}"
        yield f"date({year}, {int(month)}, {int(day)}"
        yield f"datetime({year}, {int(month)}, {int(day)}"


def _heads(data: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint32]:
    """Each four neighbouring bytes as a number."""
    heads = np.zeros(len(data) - _HEAD + 1, np.uint32)
    for at in range(_HEAD):
        heads |= data[at : len(heads) + at].astype(np.uint32) << np.uint32(8 * at)
    return heads
