"""Verifies a bundle of evidence, offline, with nothing but Python: every hash, and every finding worked out again.

    python3 verify_bundle.py [BUNDLE.zip | FOLDER] [--evidence SHA256] [--lang en|fr]

Without a place it looks where it lies itself. With --evidence, the hash that was signed or printed elsewhere, it also
says whether this is the evidence that was meant: a bundle that was made anew as a whole is found by nothing else.
Exit code 0: all of it holds; 1: something does not; 2: there is no bundle.

This file is copied into every bundle. It imports nothing of the toolkit on purpose: it repeats in plain Python what
`reconciliation/findings.py` does, and a mistake of the one is not a mistake of the other.
"""

import argparse
import hashlib
import hmac
import json
import sys
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, Self

FORMAT = 1
LIST = "bundle.json"
EVIDENCE = "evidence/"
DIFFERENCES, MASKED, SALT = "differences.jsonl", "differences.masked.jsonl", "salt.txt"
SOME_KEYS = 20

Place = tuple[str, str, str]

WORDS = {
    "en": {
        "listed": "{n} files are those of the bundle's list, byte for byte",
        "evidence": "the evidence is the one whose hash is {sha256}",
        "manifest": "{n} files of the evidence are as they were when it was closed",
        "masked": "{n} differences have their values masked: their number agrees, their hash needs the values",
        "findings": "{n} findings were worked out again, figure by figure, and are the same",
        "verdict": "the verdict follows from them: {verdict}",
        "document": "the report for programs says the same of each of them",
        "zip": "SHA-256 of the bundle: {sha256}",
        "good": "ALL OF IT HOLDS",
        "bad": "IT DOES NOT HOLD",
        "extra": "not in the list: {name}",
        "gone": "missing: {name}",
        "changed": "changed: {name}",
        "other_evidence": "the hash of the evidence is {found}, not {expected}",
        "finding": "another finding comes out: {name}",
        "count": "{found} findings come out, {expected} are recorded",
        "other_verdict": "the verdict that follows is {found}, recorded is {expected}",
        "said": "the report for programs says something else: {name}",
        "none": "there is no bundle: {name}",
        "unreadable": "cannot be read: {name}",
    },
    "fr": {
        "listed": "{n} fichiers sont ceux de la liste du dossier, octet pour octet",
        "evidence": "les preuves sont celles dont l’empreinte est {sha256}",
        "manifest": "{n} fichiers de preuve sont tels qu’à la clôture",
        "masked": "{n} écarts ont leurs valeurs masquées\u00a0: leur nombre concorde, l’empreinte exige les valeurs",
        "findings": "{n} constats ont été recalculés, chiffre par chiffre, et sont identiques",
        "verdict": "le verdict en découle\u00a0: {verdict}",
        "document": "le rapport destiné aux programmes dit la même chose de chacun",
        "zip": "SHA-256 du dossier\u00a0: {sha256}",
        "good": "TOUT CONCORDE",
        "bad": "CELA NE CONCORDE PAS",
        "extra": "hors de la liste\u00a0: {name}",
        "gone": "absent\u00a0: {name}",
        "changed": "modifié\u00a0: {name}",
        "other_evidence": "l’empreinte des preuves est {found}, et non {expected}",
        "finding": "un autre constat en résulte\u00a0: {name}",
        "count": "{found} constats en résultent, {expected} sont consignés",
        "other_verdict": "le verdict qui en découle est {found}, celui consigné est {expected}",
        "said": "le rapport destiné aux programmes dit autre chose\u00a0: {name}",
        "none": "il n’y a pas de dossier de preuves\u00a0: {name}",
        "unreadable": "illisible\u00a0: {name}",
    },
}

Told = tuple[bool, str, dict[str, Any]]
"""Whether it holds, a message, its figures."""


def main(arguments: list[str]) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("bundle", nargs="?", type=Path, default=Path(__file__).resolve().parent)
    parser.add_argument(
        "--evidence", default="", metavar="SHA256", help="the hash that was signed or kept elsewhere"
    )
    parser.add_argument("--lang", choices=sorted(WORDS), help="one language; default: both")
    asked = parser.parse_args(arguments)
    told, code = verified(asked.bundle, asked.evidence.lower())
    for language in [asked.lang] if asked.lang else sorted(WORDS):
        words = WORDS[language]
        for holds, name, given in told:
            sys.stdout.write(f"{'ok' if holds else '!!'}  {words[name].format_map(given)}\n")
        sys.stdout.write(f"{words['bad' if code else 'good']}\n\n")
    return code


def verified(bundle: Path, expected: str = "") -> tuple[list[Told], int]:
    """Everything that was looked at, and the exit code."""
    try:
        with Source(bundle) as source:
            told = list(_looks(source, expected))
    except FileNotFoundError:
        return [(False, "none", {"name": bundle})], 2
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError, RuntimeError, OSError):
        return [(False, "unreadable", {"name": bundle})], 1
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError) as error:
        return [(False, "unreadable", {"name": f"{bundle} ({type(error).__name__})"})], 1
    return told, int(not all(holds for holds, _, _ in told))


class Source:
    """The files of a bundle, from a zip file or from the folder where it was unpacked."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.zip = zipfile.ZipFile(place) if place.is_file() else None
        if self.zip is None and not (place / LIST).is_file():
            raise FileNotFoundError(place)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.zip is not None:
            self.zip.close()

    def names(self) -> list[str]:
        """Every file; one that is there twice is named twice."""
        if self.zip is not None:
            return self.zip.namelist()
        return [path.relative_to(self.place).as_posix() for path in self.place.rglob("*") if path.is_file()]

    def open(self, name: str) -> IO[bytes]:
        """A file; a zip checks it against its own sum as well, when it was read to its end."""
        return self.zip.open(name) if self.zip is not None else (self.place / name).open("rb")

    def read(self, name: str) -> bytes:
        """All of it."""
        with self.open(name) as stream:
            return stream.read()

    def measured(self, name: str, key: bytes | None = None) -> tuple[str, int, int]:
        """Its SHA-256, or its HMAC under a key; its bytes, and its lines."""
        digest = hashlib.sha256() if key is None else hmac.new(key, digestmod="sha256")
        size = lines = 0
        with self.open(name) as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
                size += len(block)
                lines += block.count(b"\n")
        return digest.hexdigest(), size, lines


def _looks(source: Source, expected: str) -> Iterator[Told]:
    """One look after the other. The first that fails ends it: what follows would rest on it."""
    listed = json.loads(source.read(LIST))
    if listed["format"] != FORMAT:
        raise ValueError(listed["format"])
    for looks in (_listed, _evidence, _manifest, _findings):
        told = list(looks(source, listed, expected))
        yield from told
        if not all(holds for holds, _, _ in told):
            return
    if source.zip is not None:
        with source.place.open("rb") as stream:
            yield True, "zip", {"sha256": hashlib.file_digest(stream, "sha256").hexdigest()}


def _listed(source: Source, listed: dict[str, Any], _: str) -> Iterator[Told]:
    names, files = source.names(), listed["files"]
    wrong: list[Told] = [(False, "gone", {"name": name}) for name in sorted(set(files) - set(names))]
    doubled = {name for name, count in Counter(names).items() if count > 1}
    strange = (set(names) - set(files) - {LIST}) | doubled
    wrong += [(False, "extra", {"name": name}) for name in sorted(strange) if not _passing(name)]
    for name in sorted(set(files) & set(names)):
        try:
            sha256, size = source.measured(name)[:2]
            right = files[name] == {"sha256": sha256, "bytes": size}
        except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError, RuntimeError):
            right = False
        if not right:
            wrong.append((False, "changed", {"name": name}))
    yield from wrong or [(True, "listed", {"n": len(files)})]


def _passing(name: str) -> bool:
    """What Python itself leaves beside a script that was run."""
    return name.startswith("__pycache__/")


def _evidence(source: Source, listed: dict[str, Any], expected: str) -> Iterator[Told]:
    found = hashlib.sha256(source.read(f"{EVIDENCE}manifest.json")).hexdigest()
    wanted = expected or listed["evidence_sha256"]
    same = found == wanted == listed["evidence_sha256"]
    yield (
        (True, "evidence", {"sha256": found})
        if same
        else (
            False,
            "other_evidence",
            {"found": found, "expected": wanted},
        )
    )


def _manifest(source: Source, listed: dict[str, Any], _: str) -> Iterator[Told]:
    """The files that the evidence's own manifest names; without the salt, the differences are there masked."""
    files = json.loads(source.read(f"{EVIDENCE}manifest.json"))["files"]
    full = listed["values"] == "full"
    left_out = set() if full else {SALT, DIFFERENCES}
    there = {name.removeprefix(EVIDENCE) for name in source.names() if name.startswith(EVIDENCE)}
    there -= {"manifest.json"} | (set() if full else {MASKED})
    wanted = set(files) - left_out
    wrong: list[Told] = [(False, "gone", {"name": name}) for name in sorted(wanted - there)]
    wrong += [(False, "extra", {"name": name}) for name in sorted(there - wanted)]
    salt = source.read(EVIDENCE + SALT) if full and not wrong else b""
    for name in sorted(wanted & there):
        if not wrong and not _as_told(source, name, files[name], salt):
            wrong.append((False, "changed", {"name": name}))
    lines = 0 if full or wrong else source.measured(EVIDENCE + MASKED)[2]
    if not full and not wrong and lines != files[DIFFERENCES]["lines"]:
        wrong.append((False, "changed", {"name": MASKED}))
    yield from wrong or [(True, "manifest", {"n": len(wanted)})]
    if not full and not wrong:
        yield True, "masked", {"n": lines}


def _as_told(source: Source, name: str, told: dict[str, Any], salt: bytes) -> bool:
    """Whether a file is what the manifest says of it."""
    kind = next(key for key in told if key.endswith("sha256"))
    digest, _, lines = source.measured(EVIDENCE + name, salt if kind == "hmac_sha256" else None)
    return {kind: digest, "lines": lines} == told


def _findings(source: Source, listed: dict[str, Any], _: str) -> Iterator[Told]:
    """Work out what the evidence comes to, and hold it against what was recorded, and against the report."""
    differences = DIFFERENCES if listed["values"] == "full" else MASKED
    parts = [
        _lines(source, name) for name in ("subjects.jsonl", "measures.jsonl", differences, "remarks.jsonl")
    ]
    found = findings(*parts)
    recorded = json.loads(source.read(f"{EVIDENCE}findings.json"))
    if len(found) != len(recorded):
        yield False, "count", {"found": len(found), "expected": len(recorded)}
        return
    for ours, theirs in zip(found, recorded, strict=True):
        if ours != theirs:
            yield False, "finding", {"name": " ".join(_place(ours["subject"], "name"))}
    yield True, "findings", {"n": len(found)}
    verdict, told = _verdict(found), json.loads(source.read(f"{EVIDENCE}manifest.json"))["verdict"]
    if verdict == told:
        yield True, "verdict", {"verdict": verdict}
    else:
        yield False, "other_verdict", {"found": verdict, "expected": told}
    yield from _document(source, listed, found, verdict)


def _document(
    source: Source, listed: dict[str, Any], found: list[dict[str, Any]], verdict: str
) -> Iterator[Told]:
    """The report for programs, against what came out."""
    told = json.loads(source.read(f"{listed['reconciliation']}.json"))
    said = {
        "reconciliation": listed["reconciliation"],
        "verdict": verdict,
        "evidence_sha256": listed["evidence_sha256"],
        "checks": [_said(finding) for finding in found],
    }
    wrong = [name for name, value in said.items() if told[name] != value]
    for name in wrong:
        yield False, "said", {"name": name}
    if not wrong:
        yield True, "document", {}


def _lines(source: Source, name: str) -> Iterator[dict[str, Any]]:
    with source.open(EVIDENCE + name) as stream:
        for line in stream:  # of bytes: it ends at line feeds alone, whatever else a value may hold
            yield json.loads(line)


# --- what `reconciliation/findings.py` does, once more


def findings(
    subjects: Iterable[dict[str, Any]],
    measures: Iterable[dict[str, Any]],
    differences: Iterable[dict[str, Any]],
    remarks: Iterable[dict[str, Any]],
) -> list[dict[str, Any]]:
    """One finding for each subject, as findings.json holds them."""
    figures, said, lines = _by_place(measures), _by_place(remarks), _tallied(differences)
    declared = list(subjects)
    known = {_place(each, "name") for each in declared}
    if strange := ({*figures, *lines, *said} - known):
        raise ValueError(f"nobody declared {' '.join(min(strange))}")
    return [_finding(each, figures, lines, said) for each in declared]


def _place(line: dict[str, Any], subject: str = "subject") -> Place:
    return line["check"], line["entity"], line[subject]


def _by_place(lines: Iterable[dict[str, Any]]) -> dict[Place, list[dict[str, Any]]]:
    found = defaultdict(list)
    for line in lines:
        found[_place(line)].append(line)
    return found


class Tally:
    """Differences about one subject."""

    def __init__(self) -> None:
        self.looks: Counter[str] = Counter()
        self.kinds: Counter[str] = Counter()
        self.classes: Counter[str] = Counter()
        self.keys: set[str] = set()

    def add(self, line: dict[str, Any]) -> None:
        """One more; of the keys, the first few are enough."""
        self.looks[line["look"]] += 1
        if line["look"] != "out_of_sync":
            return
        self.kinds[line["kind"]] += 1
        self.classes[line["class"]] += 1
        if line["key"]:
            self.keys.add(line["key"])
        if len(self.keys) > 100 * SOME_KEYS:
            self.keys = set(self.some_keys())

    def some_keys(self) -> list[str]:
        """The first of them, in order."""
        return sorted(self.keys)[:SOME_KEYS]


def _tallied(differences: Iterable[dict[str, Any]]) -> dict[Place, Tally]:
    found: dict[Place, Tally] = defaultdict(Tally)
    for line in differences:
        found[_place(line)].add(line)
    return found


def _finding(
    subject: dict[str, Any],
    figures: dict[Place, list[dict[str, Any]]],
    lines: dict[Place, Tally],
    said: dict[Place, list[dict[str, Any]]],
) -> dict[str, Any]:
    place = _place(subject, "name")
    measured, told, tally = figures.get(place, []), said.get(place, []), lines.get(place, Tally())
    alike = measured if len({measure["unit"] for measure in measured}) == 1 else []
    explained: dict[str, int | Decimal] = {}
    for measure in alike:
        for why, count in measure["explained"].items():
            explained[why] = explained.get(why, 0) + _number(count)
    compared = sum(measure["compared"] for measure in measured)
    unbalanced = sum(_left_over(measure) != 0 for measure in measured)
    result, reasons = _result(
        subject, measured, told, bool(tally.looks["out_of_sync"] or unbalanced), compared
    )
    return {
        "subject": subject,
        "result": result,
        "unit": alike[0]["unit"] if alike else "",
        "legacy": _plain(_sum(alike, "legacy")),
        "platform": _plain(_sum(alike, "platform")),
        "compared": compared,
        "explained": {why: _plain(explained[why]) for why in sorted(explained)},
        "unbalanced": unbalanced,
        "kinds": _named(tally.kinds),
        "classes": _named(tally.classes),
        "in_flight": tally.looks["in_flight"],
        "allowed": tally.looks["allowed"],
        "keys": tally.some_keys(),
        "reasons": reasons,
    }


def _result(
    subject: dict[str, Any],
    measured: list[dict[str, Any]],
    told: list[dict[str, Any]],
    differs: bool,
    compared: int,
) -> tuple[str, list[dict[str, Any]]]:
    reasons = [remark["reason"] for remark in told]
    stopped = {remark["result"] for remark in told}
    worst = next((result for result in ("error", "not_run", "not_comparable") if result in stopped), None)
    if differs:
        return "different", reasons
    if worst:
        return worst, reasons
    if not measured:
        return "not_run", [*reasons, {"name": "never_ran", "given": {}}]
    if compared:
        return "same", reasons
    why = subject["may_be_empty"]
    if why and not any(_number(m["legacy"] or 0) or _number(m["platform"] or 0) for m in measured):
        return "same", [*reasons, {"name": "may_be_empty", "given": {"why": why}}]
    return "not_comparable", [*reasons, {"name": "nothing_compared", "given": {}}]


def _verdict(found: list[dict[str, Any]]) -> str:
    results = {finding["result"] for finding in found}
    if "different" in results:
        return "different"
    return "same" if results == {"same"} else "incomplete"


def _said(finding: dict[str, Any]) -> dict[str, Any]:
    """A finding as the report for programs says it."""
    subject = finding["subject"]
    both = (finding["legacy"], finding["platform"])
    difference = None
    if None not in both:
        legacy, platform = (_number(side) for side in both)
        difference = legacy - platform - sum(_number(count) for count in finding["explained"].values())
    return {
        "check": subject["check"],
        "entity": subject["entity"],
        "subject": subject["name"],
        "result": finding["result"],
        "unit": finding["unit"],
        **{side: None if finding[side] is None else str(finding[side]) for side in ("legacy", "platform")},
        "difference": None if difference is None else str(difference),
        "compared": finding["compared"],
        "differing": sum(finding["kinds"].values()),
        "in_flight": finding["in_flight"],
        "allowed": finding["allowed"],
        "explained": {why: str(count) for why, count in finding["explained"].items()},
        "kinds": finding["kinds"],
        "keys": finding["keys"],
        "class": subject["field_class"],
    }


def _left_over(measure: dict[str, Any]) -> int | Decimal:
    if measure["legacy"] is None or measure["platform"] is None:
        return 0
    explained = sum(_number(count) for count in measure["explained"].values())
    return _number(measure["legacy"]) - _number(measure["platform"]) - explained


def _sum(measured: list[dict[str, Any]], side: str) -> int | Decimal | None:
    known = [_number(measure[side]) for measure in measured if measure[side] is not None]
    return sum(known) if known else None


def _named(counts: Counter[str]) -> dict[str, int]:
    return {name: count for name, count in sorted(counts.items()) if name}


def _number(value: Any) -> int | Decimal:
    """Amounts are kept as text, so that no digit is lost."""
    return Decimal(value) if isinstance(value, str) else int(value)


def _plain(value: int | Decimal | None) -> int | str | None:
    return str(value) if isinstance(value, Decimal) else value


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
