"""On which line of a TOML text each key stands; tomllib does not say.

A key stands on the first line that, added to the lines before it, makes the key appear in the parsed document. That is
true for every form TOML has (tables, dotted keys, inline tables, texts over several lines) without a second parser.
The price is one parse per line, so it is only asked once there is a mistake to report, and of short files.
"""

import tomllib
from collections.abc import Iterator

Path = tuple[str, ...]


def lines_of(text: str) -> dict[Path, int]:
    """The line, from 1, of every key and table of a valid document."""
    found: dict[Path, int] = {}
    lines = text.splitlines(keepends=True)
    begin = 1  # of the statement that is not yet whole
    for number in range(1, len(lines) + 1):
        try:
            document = tomllib.loads("".join(lines[:number]))
        except tomllib.TOMLDecodeError:  # within a text or list over several lines
            continue
        for path in _paths(document, ()):
            found.setdefault(path, begin)
        begin = number + 1
    return found


def _paths(value: object, path: Path) -> Iterator[Path]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*path, key)
            yield from _paths(inner, (*path, key))
