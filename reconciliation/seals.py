"""What both sides of an entity were when every row of it had been compared, kept as a file.

    seals = Seals(folder, program, trusted)
    seal = seals.of("client", terms)                   the one before; None where there is none that counts
    with seals.writing("client") as new: ...           the next one: new.add(…); new.told = Told(…) puts it in its place

The lines of a seal, and what `about` and `name` say:

    legacy, platform   checksums of a table, part by part           name: the table
    roots, own         legacy roots in each share; own: by the ids that they had if nobody had been merged
    pair               rows that were the same                       name: the pair
    stranger           rows of the platform that no legacy row asks for, as the books explain them; name: why
    open               roots of which something differed             name: the legacy key
    loose              shares in which a row of no known root differed
    merged             keys that were merged                         name: entity/key, sum: id of the survivor

A *part* of a legacy table is a set of keys, a *share* of the platform a set of ids: those with the same first bits.
A seal is no evidence: the evidence says which reconciliation made it, and its SHA-256. One that is not what the
evidence says does not count, nor does one that was made under other terms: then everything is compared.
"""

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryFile
from typing import IO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

_TEXT, _NUMBER = pa.string(), pa.int64()
LINES = pa.schema([("about", _TEXT), ("name", _TEXT), ("part", _NUMBER), ("rows", _NUMBER), ("sum", _TEXT)])

FEWEST, MOST = 1 << 8, 1 << 18
"""Parts of a table, and shares: no more, so that a seal stays some megabytes a table."""

_TOLD = b"seal"


@dataclass(frozen=True, slots=True)
class Told:
    """What a seal says of itself.

    terms:   digest of everything that has to be the same for it to count.
    made_by: the reconciliation that wrote it.    since: the one that compared every row, and `on`, when that was.
    as_of:   what `as_of` meant in conditions.
    shares:  how many shares.      parts: of each legacy table how many parts.
    """

    terms: str
    made_by: str
    since: str
    on: str
    as_of: str
    shares: int
    parts: Mapping[str, int]

    @property
    def moment(self) -> datetime:
        """`as_of` as the instant that it is."""
        return datetime.fromisoformat(self.as_of)


class Seal:
    """One that counts; its lines are read as they are asked for."""

    def __init__(self, content: pa.NativeFile) -> None:
        self._file = pq.ParquetFile(content)
        self.told = _told(self._file.metadata)

    def lines(self, about: str, name: str = "") -> pa.Table:
        """The lines about something: `part`, `rows`, `sum`, `name`; name: only these."""
        groups = [
            group
            for group in range(self._file.num_row_groups)
            if (first := self._file.metadata.row_group(group)).column(0).statistics.min == about
            and (not name or first.column(1).statistics.min <= name <= first.column(1).statistics.max)
        ]
        found = self._file.read_row_groups(groups) if groups else LINES.empty_table()
        return found.filter(pc.equal(found["name"], name)) if name else found

    def counts(self, about: str, name: str = "") -> np.ndarray:
        """How many rows in each share."""
        lines, counts = self.lines(about, name), np.zeros(self.told.shares, np.int64)
        counts[lines["part"].to_numpy()] = lines["rows"].to_numpy()
        return counts

    def names(self, about: str) -> list[str]:
        """What there are lines about."""
        return sorted(set(self.lines(about)["name"].to_pylist()))


class Writing:
    """A seal that is being made. told: what it says of itself; as long as that is None it comes to nothing."""

    def __init__(self, writer: pq.ParquetWriter) -> None:
        self._writer = writer
        self.told: Told | None = None

    def add(
        self, about: str, name: str, part: pa.Array, rows: pa.Array, sums: pa.Array | None = None
    ) -> None:
        """Lines about one thing; without any, none."""
        if not len(part):
            return
        texts = pa.repeat("", len(part)) if sums is None else sums
        columns = [pa.repeat(about, len(part)), pa.repeat(name, len(part)), part, rows, texts]
        self._writer.write_table(pa.table(columns, schema=LINES))

    def named(self, about: str, names: list[str], sums: list[str] | None = None) -> None:
        """Lines that are told apart by their names alone."""
        if not names:
            return
        zero = pa.array(np.zeros(len(names), np.int64))
        columns = [pa.repeat(about, len(names)), pa.array(names), zero, zero]
        self._writer.write_table(pa.table([*columns, pa.array(sums or [""] * len(names))], schema=LINES))

    def counted(self, about: str, name: str, counts: np.ndarray) -> None:
        """A count for each share."""
        there = np.flatnonzero(counts)
        self.add(about, name, pa.array(there), pa.array(counts[there]))


class Seals:
    """The seals of a project, one for each entity.

    program:  version of the program that judges.
    trusted:  entity -> SHA-256 of its seal, as the newest evidence that speaks of one says.
    """

    def __init__(self, folder: Path, program: str, trusted: Mapping[str, str]) -> None:
        self.program = program
        self._folder, self._trusted = folder, trusted

    def of(self, entity: str, terms: str) -> Seal | None:
        """The seal of an entity, if it is what the evidence says and was made under these terms."""
        path = self._path(entity)
        if not path.exists():
            return None
        content = pa.OSFile(str(path))  # opened once: another may take its place meanwhile
        if _sha256(content) != self._trusted.get(entity):
            return None
        seal = Seal(content)
        return seal if seal.told.terms == terms else None

    @contextmanager
    def writing(self, entity: str) -> Iterator[Writing]:
        """A new one; at the end it takes the place of the old one, if it says what it is."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with TemporaryFile(dir=self._folder) as content:  # of this writer alone, and gone with it
            with pq.ParquetWriter(content, LINES, compression="zstd") as writer:
                new = Writing(writer)
                yield new
                if new.told is not None:
                    writer.add_key_value_metadata({_TOLD: json.dumps(asdict(new.told), sort_keys=True)})
            if new.told is not None:
                content.seek(0)
                _place(content, self._path(entity))

    def made_by(self, reconciliation: str) -> dict[str, str]:
        """Entity -> SHA-256 of the seals that a reconciliation has written."""
        paths = sorted(self._folder.glob("*.parquet"))
        return {
            path.stem: _sha256(pa.OSFile(str(path))) for path in paths if _made_by(path) == reconciliation
        }

    def _path(self, entity: str) -> Path:
        return self._folder / f"{entity}.parquet"


def changed(before: pa.Table, now: pa.Table) -> np.ndarray:
    """The parts of a table whose rows or checksum are not what they were, those that are new or gone among them."""
    position = pc.index_in(now["part"], value_set=before["part"].combine_chunks())
    same = pc.and_(
        pc.equal(now["rows"], before["rows"].take(position)),
        pc.equal(now["sum"], before["sum"].take(position)),
    )
    other = now["part"].filter(pc.invert(pc.fill_null(same, False)))
    gone = before["part"].filter(pc.invert(pc.is_in(before["part"], value_set=now["part"].combine_chunks())))
    return np.concatenate([other.to_numpy(), gone.to_numpy()])


def fitting(rows: int, each: int) -> int:
    """How many parts, a power of two, hold about so many of these rows each."""
    return min(MOST, max(FEWEST, 1 << max(0, rows // each - 1).bit_length()))


def _told(metadata: pq.FileMetaData) -> Told:
    return Told(**json.loads(metadata.metadata[_TOLD]))


def _made_by(path: Path) -> str | None:
    """Who wrote a file; None where it is no seal, or is damaged."""
    try:
        return _told(pq.read_metadata(path)).made_by
    except (pa.ArrowException, OSError, LookupError, ValueError, TypeError):
        return None


def _place(content: IO[bytes], path: Path) -> None:
    """A file that is there as a whole, or the one that was there before."""
    with NamedTemporaryFile(dir=path.parent, suffix=".new", delete=False) as beside:
        try:
            shutil.copyfileobj(content, beside)
            beside.flush()
            Path(beside.name).replace(path)
        except BaseException:
            Path(beside.name).unlink(missing_ok=True)
            raise


def _sha256(content: pa.NativeFile) -> str:
    return hashlib.file_digest(content, "sha256").hexdigest()
