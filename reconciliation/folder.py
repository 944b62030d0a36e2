"""The evidence folder: what one reconciliation has seen, as files that anybody can hash, keep and read again.

    folder = Folder.make(root, name)                  <project>/.migrate/evidence/<name>/
    folder.subjects(...); folder.measure(...)         written as they come
    folder.close(manifest)                            findings worked out, every file hashed: from now on it is fixed

    folder = Folder.open(root, name)                  raises Refused where a file is not what the manifest says
    folder = Folder.resume(root, ground, at)          the newest that was never closed, up to its last whole step

    subjects.jsonl     what the checks declared        measures.jsonl   figures that add up
    differences.jsonl  one line each; personal values  remarks.jsonl    what stopped or was left out, and why
    context.json       what the report shows beside    findings.json    worked out from the four above
    manifest.json      when, of what, under which rules; SHA-256 and number of lines of each file
    salt.txt           a secret of this evidence: see SALT
    unfinished.json    only until it is closed: the steps that are done, and how long each file was then

JSON lines with sorted keys, UTF-8, one final line feed: the same evidence is the same bytes. The SHA-256 of
manifest.json stands for all of it: `evidence_sha256`. The folder has mode 0700, since differences hold people's values.

Who writes a folder holds a lock on its salt, which ends with the process however that ends. The manifest is the last
file and comes as a whole: a folder that has one is closed.
"""

import fcntl
import hashlib
import hmac
import io
import json
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, fields
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, TypeVar

import pyarrow as pa
from pyarrow import json as json_lines

from migrate.errors import Refused
from reconciliation.findings import findings
from reconciliation.model import (
    DIFFERENCES,
    Finding,
    Measure,
    Reason,
    Remark,
    Result,
    Subject,
    Verdict,
    verdict,
)

FORMAT = 1
MANIFEST = "manifest.json"
FINDINGS = "findings.json"
SALT = "salt.txt"
"""The key of the differences' hash. Who knows all of a line but a birth date could find it by trying every day until a
plain hash fits; so that the manifest can be shown to anybody, this file is shown only to who may see the values."""
UNFINISHED = "unfinished.json"
LINES = ("subjects.jsonl", "measures.jsonl", "differences.jsonl", "remarks.jsonl")
_PASSING = {UNFINISHED, f"{UNFINISHED}.new", f"{MANIFEST}.new"}  # what a kill may leave beside a closed one

_BATCH = 1 << 22  # bytes of differences that are read at a time

T = TypeVar("T")


class Folder:
    """One evidence folder; being written, or closed and only read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._open: dict[str, IO[str]] = {}
        self._lock: IO[bytes] | None = None
        self._progress: dict[str, Any] = {}

    @classmethod
    def make(
        cls, root: Path, name: str, salt: str | None = None, ground: Mapping[str, Any] | None = None
    ) -> "Folder":
        """A new one; raises FileExistsError where there is one of that name.

        ground:  what has to be the same for it to be resumed: digests, scope, the system.
        """
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = root / name
        path.mkdir(mode=0o700)
        folder = cls(path)
        (path / SALT).write_text(f"{salt or secrets.token_hex(32)}\n", encoding="ascii")
        folder._hold()
        for file in LINES:
            folder._open[file] = (path / file).open("w", encoding="utf-8", newline="\n")
        folder._progress = {"ground": _as_kept(ground or {}), "done": [], "seconds": {}, "resumed": []}
        folder._keep_progress()
        return folder

    @classmethod
    def resume(cls, root: Path, ground: Mapping[str, Any], at: str) -> "Folder":
        """The newest one that was never closed, as it was after its last whole step; what came later is cut off.

        at:  when it is taken up again, as the manifest will say.
        Raises Refused where there is none, or the ground is another one now.
        """
        newest = max(
            (path.parent for path in root.glob(f"*/{UNFINISHED}") if _left(path.parent)), default=None
        )
        if newest is None:
            raise Refused("no reconciliation was left unfinished", remedy="run: migrate reconcile")
        folder = cls(newest)
        folder._hold()
        try:
            folder._take_up(_as_kept(ground))
        except Refused:
            folder.leave()
            raise
        folder._progress["resumed"].append(at)
        return folder

    @classmethod
    def open(cls, root: Path, name: str | None = None) -> "Folder":
        """A closed one; None: the newest. Raises Refused where there is none, or its files are not what they were."""
        names = sorted(path.parent.name for path in root.glob(f"*/{MANIFEST}"))
        if name is None and not names:
            raise Refused("there is no evidence yet", remedy="run: migrate reconcile")
        if name is not None and name not in names:
            known = f"there is {', '.join(names[-5:])}" if names else "there is none yet"
            raise Refused(
                f"there is no evidence of the name {name}", why=known, remedy="run: migrate reconcile"
            )
        folder = cls(root / (name or names[-1]))
        folder.verify()
        return folder

    @classmethod
    def closed(cls, root: Path) -> "list[Folder]":
        """All closed ones, oldest first; not verified: what each holds may be damaged."""
        return [cls(path.parent) for path in sorted(root.glob(f"*/{MANIFEST}"))]

    # --- writing

    def subjects(self, declared: Iterable[Subject]) -> None:
        """What the checks are going to answer about."""
        self._write("subjects.jsonl", map(asdict, declared))

    def measure(self, measure: Measure) -> None:
        """A figure."""
        self._write("measures.jsonl", [asdict(measure)])

    def remark(self, remark: Remark) -> None:
        """What a check has to say beside its figures."""
        self._write("remarks.jsonl", [asdict(remark)])

    def differences(self, table: pa.Table) -> None:
        """Lines of `model.DIFFERENCES`."""
        self._write("differences.jsonl", table.select(DIFFERENCES.names).to_pylist())

    def step(self, check: str, entity: str, seconds: float) -> None:
        """A whole step is done, and on the disk: whoever resumes goes on behind it."""
        self._progress["done"].append([check, entity])
        self._progress["seconds"][check] = round(self._progress["seconds"].get(check, 0) + seconds, 3)
        self._keep_progress()

    @property
    def done(self) -> frozenset[tuple[str, str]]:
        """The steps that are done: (check, entity), '' for a check that is one step."""
        return frozenset((check, entity) for check, entity in self._progress["done"])

    @property
    def seconds(self) -> dict[str, float]:
        """How long each check took, all tries together."""
        return dict(self._progress["seconds"])

    @property
    def resumed(self) -> list[str]:
        """When it was taken up again."""
        return list(self._progress["resumed"])

    def _hold(self) -> None:
        """Be the only one who writes here, as long as this process lives; Refused where another one does."""
        try:
            self._lock = (self.path / SALT).open("rb")
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except FileNotFoundError:
            raise _not_resumed(self.path, f"{SALT} is gone") from None
        except BlockingIOError:
            self.leave()
            raise Refused(
                f"the reconciliation {self.path.name} is not unfinished: it is still at work",
                remedy="let it end, or interrupt it first",
            ) from None

    def _take_up(self, ground: Mapping[str, Any]) -> None:
        self._progress = self._kept_progress()
        before = self._progress["ground"]
        if other := sorted(name for name in ground if ground[name] != before.get(name)):
            raise _not_resumed(self.path, f"something is not what it was when it began: {', '.join(other)}")
        for file, size in self._progress["sizes"].items():
            self._open[file] = stream = (self.path / file).open("a", encoding="utf-8", newline="\n")
            stream.truncate(size)

    def _kept_progress(self) -> dict[str, Any]:
        """What was done before; Refused where it cannot be read, or lines are gone that were kept."""
        try:
            kept: dict[str, Any] = self._load(UNFINISHED)
            short = [file for file in LINES if (self.path / file).stat().st_size < kept["sizes"][file]]
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise _not_resumed(self.path, f"{UNFINISHED} or a file beside it cannot be read") from error
        if short:
            raise _not_resumed(self.path, f"lines are gone that were kept: {', '.join(short)}")
        return kept

    def _keep_progress(self) -> None:
        for stream in self._open.values():
            stream.flush()
            os.fsync(stream.fileno())
        sizes = {file: (self.path / file).stat().st_size for file in LINES}
        self._json(UNFINISHED, {**self._progress, "sizes": sizes})

    def leave(self) -> None:
        """Write no more; what was never closed may be resumed, by this process too."""
        self._close_files()
        if self._lock is not None:
            self._lock.close()

    def _close_files(self) -> None:
        for stream in self._open.values():
            stream.close()
        self._open = {}

    def close(self, manifest: Mapping[str, Any], context: Mapping[str, Any]) -> str:
        """Work the findings out, hash everything; returns the evidence's SHA-256."""
        self._close_files()
        self._json("context.json", context)
        found = self._worked_out()
        self._json(FINDINGS, [_plain(finding) for finding in found])
        files = {name: self._told(name) for name in self._files()}
        told = {
            "format": FORMAT,
            "reconciliation": self.path.name,
            "verdict": verdict(found),
            **manifest,
            "files": files,
        }
        self._json(MANIFEST, told)
        (self.path / UNFINISHED).unlink()
        self.leave()
        return self.sha256

    # --- reading

    @property
    def sha256(self) -> str:
        """The evidence's hash: that of its manifest."""
        return hashlib.sha256((self.path / MANIFEST).read_bytes()).hexdigest()

    def manifest(self) -> dict[str, Any]:
        """When it was, of what, under which rules. Raises Refused where it cannot be read as that."""
        try:
            told = self._load(MANIFEST)
        except ValueError as error:
            raise self._changed(MANIFEST) from error
        if not (isinstance(told, dict) and isinstance(told.get("files"), dict)):
            raise self._changed(MANIFEST)
        return told

    def context(self) -> dict[str, Any]:
        """What the report shows beside the findings."""
        told: dict[str, Any] = self._load("context.json")
        return told

    def findings(self) -> tuple[Finding, ...]:
        """The findings, as worked out when the folder was closed."""
        return tuple(_finding(line) for line in self._load(FINDINGS))

    def verdict(self) -> Verdict:
        """The verdict over them."""
        return verdict(self.findings())

    def all_measures(self) -> Iterator[Measure]:
        """Every figure."""
        for line in self._lines("measures.jsonl"):
            yield Measure(**{**line, **_numbers(line)})

    def all_remarks(self) -> Iterator[Remark]:
        """Every remark."""
        for line in self._lines("remarks.jsonl"):
            result = None if line["result"] is None else Result(line["result"])
            yield Remark(line["check"], line["entity"], line["subject"], Reason(**line["reason"]), result)

    def all_subjects(self) -> list[Subject]:
        """Everything that was declared."""
        return [Subject(**line) for line in self._lines("subjects.jsonl")]

    def all_differences(self) -> pa.Table:
        """Every difference, as a table of `model.DIFFERENCES`."""
        return pa.concat_tables([DIFFERENCES.empty_table(), *self.differences_in_batches()])

    def differences_in_batches(self) -> Iterator[pa.Table]:
        """Every difference, some thousands at a time."""
        told = json_lines.ParseOptions(explicit_schema=DIFFERENCES, unexpected_field_behavior="error")
        with (self.path / "differences.jsonl").open("rb") as stream:
            while lines := stream.readlines(_BATCH):
                content = b"".join(lines)
                options = json_lines.ReadOptions(block_size=len(content), use_threads=False)
                yield json_lines.read_json(io.BytesIO(content), options, told).select(DIFFERENCES.names)

    def verify(self, *only: str) -> None:
        """Raise Refused where a file is gone, new or not what the manifest says.

        only:  these files and no others, where the rest is not going to be read.
        """
        files = self.manifest()["files"]
        strange = set() if only else set(files) ^ (set(self._files()) - {MANIFEST})
        wrong = sorted(strange) or [name for name in only or files if not self._is_as_told(name, files)]
        if wrong:
            raise self._changed(*wrong)

    def _is_as_told(self, name: str, files: Mapping[str, Any]) -> bool:
        return (self.path / name).is_file() and self._told(name) == files.get(name)

    def _changed(self, *files: str) -> Refused:
        return Refused(
            f"the evidence {self.path.name} was changed after it was closed: {', '.join(files)}",
            remedy="run: migrate reconcile; what was changed proves nothing",
        )

    def _files(self) -> list[str]:
        """Every file by its path inside the folder; pages of a check stand in a folder of their own."""
        there = (path.relative_to(self.path).as_posix() for path in self.path.rglob("*") if path.is_file())
        return sorted(set(there) - _PASSING)

    @property
    def salt(self) -> bytes:
        """The secret of this evidence: the bytes of its file."""
        return (self.path / SALT).read_bytes()

    def _told(self, file: str) -> dict[str, Any]:
        """What the manifest says of a file."""
        keyed = file == "differences.jsonl"
        digest = hmac.new(self.salt, digestmod="sha256") if keyed else hashlib.sha256()
        lines = 0
        with (self.path / file).open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
                lines += block.count(b"\n")
        return {"hmac_sha256" if keyed else "sha256": digest.hexdigest(), "lines": lines}

    def _worked_out(self) -> tuple[Finding, ...]:
        return findings(self.all_subjects(), self.all_measures(), self.all_differences(), self.all_remarks())

    def _write(self, file: str, lines: Iterable[Mapping[str, Any]]) -> None:
        self._open[file].writelines(_text(line) + "\n" for line in lines)

    def _json(self, file: str, content: object) -> None:
        """A whole file, or the one that was there before."""
        beside = self.path / f"{file}.new"
        with beside.open("w", encoding="utf-8", newline="\n") as stream:
            stream.write(_text(content, indent=1) + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(self.path / file)

    def _load(self, file: str) -> Any:
        return json.loads((self.path / file).read_text(encoding="utf-8"))

    def _lines(self, file: str) -> Iterator[dict[str, Any]]:
        with (self.path / file).open(encoding="utf-8") as stream:
            for line in stream:
                yield json.loads(line)


def _left(path: Path) -> bool:
    """Whether a folder was never closed."""
    return not (path / MANIFEST).exists()


def _not_resumed(path: Path, why: str) -> Refused:
    return Refused(
        f"the reconciliation {path.name} cannot be resumed", why=why, remedy="run: migrate reconcile"
    )


def _text(content: object, indent: int | None = None) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, indent=indent, default=str)


def _number(value: int | str | None) -> int | Decimal | None:
    """Amounts are kept as text, so that no digit is lost."""
    return Decimal(value) if isinstance(value, str) else value


def _as_kept(ground: Mapping[str, Any]) -> dict[str, Any]:
    """As it comes back from the file."""
    kept: dict[str, Any] = json.loads(_text(ground))
    return kept


def _numbers(line: dict[str, Any]) -> dict[str, Any]:
    """The figures of a measure or finding."""
    explained = {reason: _number(value) for reason, value in line["explained"].items()}
    return {"legacy": _number(line["legacy"]), "platform": _number(line["platform"]), "explained": explained}


def _plain(finding: Finding) -> dict[str, Any]:
    return asdict(finding)


def _finding(line: dict[str, Any]) -> Finding:
    made = {each.name: line[each.name] for each in fields(Finding)}
    made["subject"] = Subject(**made["subject"])
    made["result"] = Result(made["result"])
    made |= _numbers(line)
    made["keys"] = tuple(made["keys"])
    made["reasons"] = tuple(Reason(**reason) for reason in made["reasons"])
    return Finding(**made)
