"""A bundle is verified offline by the program in it: every byte that was changed is found, every finding worked out."""

import hashlib
import json
import random
import subprocess
import sys
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from reconciliation import verify_bundle
from reconciliation.folder import Folder
from reconciliation.model import Kind, Look, Measure, Reason, Remark, Result, Subject
from reconciliation.report.bundle import write_bundle
from tests import evidence


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return evidence.made(tmp_path_factory.mktemp("evidence"))


def bundled(folder: Folder, place: Path, *, unmask: bool = False) -> Path:
    write_bundle(folder, place / "evidence.zip", unmask=unmask)
    return place / "evidence.zip"


def verify(place: Path, *arguments: str) -> tuple[int, list[str]]:
    """As somebody else would: a bare Python, no import of ours, and the first words of every line that fails."""
    script = (place if place.is_dir() else place.parent) / "verify_bundle.py"
    if place.is_file():
        script.write_bytes(zipfile.ZipFile(place).read("verify_bundle.py"))
    told = subprocess.run(
        [sys.executable, "-I", "-S", "-B", script, place, "--lang", "en", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.stderr == ""
    return told.returncode, [line[4:] for line in told.stdout.splitlines() if line.startswith("!!")]


@pytest.mark.parametrize("unmask", [False, True])
def test_a_bundle_holds_zipped_and_unpacked(folder, tmp_path, unmask):
    made = bundled(folder, tmp_path, unmask=unmask)
    assert verify(made) == (0, [])
    zipfile.ZipFile(made).extractall(tmp_path / "unpacked")
    assert verify(tmp_path / "unpacked", "--evidence", folder.sha256) == (0, [])


@pytest.mark.parametrize("unmask", [False, True])
def test_the_same_evidence_makes_the_same_bundle(folder, tmp_path, unmask):
    one, other = (bundled(folder, tmp_path / name, unmask=unmask).read_bytes() for name in ("a", "b"))
    assert one == other


def test_it_says_what_it_looked_at_in_both_languages(folder, tmp_path):
    bundled(folder, tmp_path)
    zipfile.ZipFile(tmp_path / "evidence.zip").extractall(tmp_path / "x")
    done = subprocess.run(
        [sys.executable, tmp_path / "x/verify_bundle.py"], capture_output=True, text=True, check=True
    )
    assert "12 findings were worked out again, figure by figure, and are the same" in done.stdout
    assert "12 constats ont été recalculés, chiffre par chiffre, et sont identiques" in done.stdout
    assert done.stdout.count("8 differences have their values masked") == 1


def test_every_file_of_a_bundle_is_guarded_against_one_changed_byte(folder, tmp_path, seed):
    chance = random.Random(seed)
    bundled(folder, tmp_path, unmask=True)
    whole = tmp_path / "whole"
    zipfile.ZipFile(tmp_path / "evidence.zip").extractall(whole)
    files = [path for path in whole.rglob("*") if path.is_file()]
    assert len(files) == 14
    for path in files:
        content = path.read_bytes()
        at = chance.randrange(len(content))
        path.write_bytes(content[:at] + bytes([content[at] ^ 1 << chance.randrange(8)]) + content[at + 1 :])
        told, code = verify_bundle.verified(whole)
        assert code == 1, (path.name, at, told)
        path.write_bytes(content)
    assert verify_bundle.verified(whole)[1] == 0


def test_any_changed_byte_of_the_zip_shows_in_the_hash_beside_it(folder, tmp_path, seed):
    made = bundled(folder, tmp_path)
    content, at = bytearray(made.read_bytes()), random.Random(seed).randrange(made.stat().st_size)
    content[at] ^= 1
    made.write_bytes(content)
    done = subprocess.run(
        ["sha256sum", "--check", "--status", "evidence.zip.sha256"], cwd=tmp_path, check=False
    )
    assert done.returncode == 1


def test_a_file_more_or_less_is_found(folder, tmp_path):
    bundled(folder, tmp_path)
    zipfile.ZipFile(tmp_path / "evidence.zip").extractall(tmp_path / "x")
    (tmp_path / "x/evidence/more.txt").write_text("x")
    assert verify(tmp_path / "x") == (1, ["not in the list: evidence/more.txt"])
    (tmp_path / "x/evidence/more.txt").unlink()
    (tmp_path / "x/README.txt").unlink()
    assert verify(tmp_path / "x") == (1, ["missing: README.txt"])


def test_a_bundle_made_anew_of_other_evidence_is_found_by_the_hash_that_was_kept(folder, tmp_path):
    other = evidence.made(tmp_path / "other", lines=evidence.DIFFERING[:1])
    made = bundled(other, tmp_path)
    assert verify(made) == (0, [])
    code, wrong = verify(made, "--evidence", folder.sha256)
    assert code == 1
    assert wrong == [f"the hash of the evidence is {other.sha256}, not {folder.sha256}"]


def forged(folder: Folder, place: Path, name: str, change) -> Path:
    """A bundle in which somebody changed a file and then every hash, so that only the arithmetic can tell."""
    write_bundle(folder, place / "evidence.zip", unmask=True)
    zipfile.ZipFile(place / "evidence.zip").extractall(place / "x")
    path = place / "x" / name
    path.write_text(change(path.read_text()))
    made = Folder(place / "x/evidence")
    manifest = made.manifest()
    manifest["files"] = {file: made._told(file) for file in manifest["files"]}
    made._json("manifest.json", manifest)
    document = place / "x" / f"{folder.path.name}.json"
    document.write_text(document.read_text().replace(folder.sha256, made.sha256))
    told = json.loads((place / "x/bundle.json").read_text()) | {"evidence_sha256": made.sha256}
    for file in told["files"]:
        content = (place / "x" / file).read_bytes()
        told["files"][file] = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    (place / "x/bundle.json").write_text(json.dumps(told))
    return place / "x"


FORGED = (
    ("evidence/findings.json", '"in_flight": 1', '"in_flight": 0', "rows application application"),
    ("evidence/findings.json", '"result": "different"', '"result": "same"', "counts client person"),
    ("evidence/measures.jsonl", '"legacy": 2085', '"legacy": 2086', "counts client person"),
    ("evidence/subjects.jsonl", '"field_class": "A"', '"field_class": "C"', "totals application fee"),
    ("evidence/differences.jsonl", '"out_of_sync"', '"allowed"', "rows client person.birth_date"),
    ("evidence/remarks.jsonl", '"result": "error"', '"result": null', "quality client"),
    (f"{evidence.NAME}.json", '"verdict": "different"', '"verdict": "same"', "verdict"),
    (f"{evidence.NAME}.json", '"difference": "100.00"', '"difference": "0.00"', "checks"),
)


@pytest.mark.parametrize(("file", "old", "new", "found"), FORGED, ids=range(len(FORGED)))
def test_a_figure_that_does_not_follow_is_found_though_every_hash_was_made_to_fit(
    folder, tmp_path, file, old, new, found
):
    place = forged(folder, tmp_path, file, lambda text: text.replace(old, new, 1))
    code, wrong = verify(place)
    assert code == 1
    said = ("another finding comes out: ", "the report for programs says something else: ")
    assert any(line.startswith(tuple(before + found for before in said)) for line in wrong), wrong


def test_the_masked_bundle_holds_no_value_and_tells_not_even_which_are_equal(folder, tmp_path):
    lines = [
        evidence.line(
            "rows", "client", "person", Kind.CONFLICT, key=f"1-{n}", legacy="Wiśniewski", platform="Roy"
        )
        for n in range(3)
    ]
    made = bundled(evidence.made(tmp_path / "e", lines=lines), tmp_path)
    with zipfile.ZipFile(made) as zipped:
        everything = b"".join(zipped.read(name) for name in zipped.namelist())
        masked = zipped.read("evidence/differences.masked.jsonl").decode().splitlines()
        assert "evidence/salt.txt" not in zipped.namelist()
    assert "Wiśniewski".encode() not in everything
    values = {json.loads(line)[side] for line in masked for side in ("legacy", "platform")}
    assert len(values) == 6


def difference(where: tuple[str, str, str], chance: random.Random) -> dict[str, Any]:
    given: dict[str, Any] = {
        "key": chance.choice([None, "", f"1-{chance.randrange(50)}"]),
        "look": chance.choice(list(Look)),
        "class": chance.choice(["", "A", "B"]),
        "legacy": chance.choice([None, "", "\u2028x\x85"]),
    }
    return evidence.line(*where, chance.choice(list(Kind)), **given)


def measure(where: tuple[str, str, str], chance: random.Random) -> Measure:
    money = chance.random() < 0.3
    most = Decimal(chance.randrange(10**6)) / 100 if money else chance.randrange(10**6)
    legacy, platform = (chance.choice([None, 0, most]) for _ in range(2))
    explained = {why: chance.randrange(-3, 4) for why in ("held", "rejected") if chance.random() < 0.5}
    unit = "CAD" if money else "rows"
    return Measure(*where, unit, legacy, platform, chance.choice([0, 7]), {}, explained)


def random_evidence(place: Path, chance: random.Random) -> Folder:
    """Any evidence: whatever the checks might write."""
    subjects = [
        Subject("rows", "client", f"t{n}", chance.choice("ABC"), chance.choice(["", "", "none yet"]))
        for n in range(chance.randrange(6))
    ]
    folder = Folder.make(place, "20270101T000000Z")
    folder.subjects(subjects)
    for subject in subjects:
        where = (subject.check, subject.entity, subject.name)
        for _ in range(chance.randrange(4)):
            folder.measure(measure(where, chance))
        if chance.random() < 0.3:
            folder.remark(Remark(*where, Reason("x", {"at": "1"}), chance.choice([None, *Result][:5])))
        folder.differences(evidence.table(difference(where, chance) for _ in range(chance.randrange(40))))
    folder.close({}, {})
    return Folder.open(place)


def test_the_program_in_the_bundle_and_the_toolkit_agree_about_any_evidence(tmp_path, seed):
    chance = random.Random(seed)
    for turn in range(60):
        made = bundled(random_evidence(tmp_path / f"{turn}", chance), tmp_path / f"b{turn}")
        told, code = verify_bundle.verified(made)
        assert code == 0, (turn, told)


def test_what_is_no_bundle_is_refused(tmp_path):
    (tmp_path / "x.zip").write_bytes(b"nothing of the kind")
    assert verify_bundle.verified(tmp_path / "x.zip")[1] == 1
    assert verify_bundle.verified(tmp_path / "gone.zip")[1] == 2
