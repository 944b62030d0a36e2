"""The Siebel File System: files named `<TABLE>_<ROW_ID>_<FILE_REV_NUM>.SAF`, in one or several trees of folders.

    with Filing.read(folders, until=…) as filing:
        filing.of(keys)          files of some ROW_IDs, whatever table their names say
        filing.strays()          files of ROW_IDs that were never asked for, and files with other names
    size(path, declared)         of what a file holds

There may be millions of them: the trees are walked as a stream, and what was found lies in a temporary database on disk
for the time of the check. Its rows are places, ROW_IDs and table names: nothing of what a file holds.
"""

import os
import re
import sqlite3
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

NAME = re.compile(r"(?P<table>[A-Z][A-Z0-9_]*)_(?P<key>[^_]+)_(?P<revision>[^_]+)\.SAF", re.IGNORECASE)
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Filed:
    """A file. `table`, `key` and `revision` are what its name says; '' where it says nothing."""

    path: Path
    table: str
    key: str
    revision: str


class Filing:
    """All files of the trees, by ROW_ID."""

    def __init__(self, folders: Sequence[Path], place: str) -> None:
        self._folders, self.count = folders, 0
        self._database = sqlite3.connect(place)
        self._database.executescript(_TABLES)

    @classmethod
    def read(cls, folders: Sequence[Path], place: Path) -> "Filing":
        """Walk the trees. Raises OSError where a folder cannot be read: what was not seen is not missing."""
        filing = cls(folders, str(place))
        for tree, folder in enumerate(folders):
            rows = ((tree, *_told(folder, path)) for path in _walk(folder))
            cursor = filing._database.executemany("INSERT INTO file VALUES (?, ?, ?, ?, ?)", rows)
            filing.count += cursor.rowcount
        filing._database.execute("CREATE INDEX by_key ON file (key)")
        return filing

    def close(self) -> None:
        """Let go of the temporary database."""
        self._database.close()

    def of(self, keys: Sequence[str]) -> Iterator[Filed]:
        """The files of some ROW_IDs."""
        self._database.execute("DELETE FROM asked")
        self._database.executemany("INSERT OR IGNORE INTO asked VALUES (?)", ((key,) for key in keys))
        self._database.execute("INSERT OR IGNORE INTO seen SELECT key FROM asked")
        return self._files("WHERE key IN (SELECT key FROM asked) ORDER BY key, revision, tree, place")

    def strays(self) -> Iterator[Filed]:
        """The files of which nobody has asked, in the order of their names."""
        return self._files("WHERE key NOT IN (SELECT key FROM seen) ORDER BY tree, place")

    def _files(self, where: str) -> Iterator[Filed]:
        cursor = self._database.execute(f"SELECT tree, place, named, key, revision FROM file {where}")
        for tree, place, table, key, revision in cursor:
            yield Filed(self._folders[tree] / os.fsdecode(place), table, key, revision)


def size(path: Path, declared: int) -> int:
    """How many bytes a file holds: of a zlib container what it unpacks to, read no further than `declared` + 1."""
    with path.open("rb") as stream:
        head = stream.read(2)
        if len(head) == 2 and head[0] & 0x0F == 8 and int.from_bytes(head) % 31 == 0:
            stream.seek(0)
            unpacked = _unpacked(iter(lambda: stream.read(_CHUNK), b""), declared + 1)
            if unpacked is not None:
                return unpacked
        return os.fstat(stream.fileno()).st_size


def _unpacked(blocks: Iterator[bytes], most: int) -> int | None:
    """Bytes that a container unpacks to, at most so many; None where it is none, or is broken off."""
    reader, count = zlib.decompressobj(), 0
    try:
        for block in blocks:
            left = block
            while left and not reader.eof:
                count += len(reader.decompress(left, _CHUNK))
                if count >= most:
                    return most
                left = reader.unconsumed_tail
    except zlib.error:
        return None
    return count if reader.eof else None


def _walk(folder: Path) -> Iterator[Path]:
    """Every file below a folder; links are not followed."""
    waiting = [folder]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(Path(entry.path))
                else:
                    yield Path(entry.path)


def _told(folder: Path, path: Path) -> tuple[bytes, str, str, str]:
    place = os.fsencode(path.relative_to(folder))
    named = NAME.fullmatch(path.name)
    if named is None:
        return place, "", "", ""
    return place, named["table"].upper(), named["key"].upper(), named["revision"]


def temporary() -> "tempfile.TemporaryDirectory[str]":
    """A folder for its owner alone, gone at the end."""
    return tempfile.TemporaryDirectory(prefix="case-migrate-files-")


_TABLES = """
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = FILE;
CREATE TABLE file (tree INTEGER, place BLOB, named TEXT, key TEXT, revision TEXT);
CREATE TABLE asked (key TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE seen (key TEXT PRIMARY KEY) WITHOUT ROWID;
"""
