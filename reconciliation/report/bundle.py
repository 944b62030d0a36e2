"""A bundle: the evidence, the pages, and the program that verifies both, as one file to be kept for years.

    write_bundle(folder, Path("evidence.zip"))                     values of persons masked
    write_bundle(folder, Path("evidence.zip"), unmask=True)        with them; who calls this has written down why

    bundle.json        every file with its SHA-256, and the hash of the evidence
    evidence/          the folder as it was closed. Masked: without `salt.txt`, and `differences.masked.jsonl` in
                       place of `differences.jsonl`, each value in it replaced by a keyed hash of its own
    <name>.en.html, <name>.fr.html, <name>.json
    verify_bundle.py   needs nothing but Python
    README.txt

The same evidence gives the same bytes: fixed dates, names in order. Beside it `<file>.sha256`, for `sha256sum --check`.
"""

import hashlib
import hmac
import json
import zipfile
from collections.abc import Iterable, Iterator
from importlib.resources import files
from pathlib import Path

from reconciliation.folder import MANIFEST, SALT, Folder
from reconciliation.report.language import LANGUAGES
from reconciliation.report.writing import rendered, whole

DIFFERENCES, MASKED = "differences.jsonl", "differences.masked.jsonl"
PERSONAL = ("legacy", "platform")
FORMAT = 1

_README = """\
Reconciliation {name}
Evidence (SHA-256): {sha256}

To verify, with Python 3.11 or newer and nothing else:   python3 verify_bundle.py
To see what was found: open {name}.en.html

-----

Rapprochement {name}
Preuves (SHA-256) : {sha256}

Pour vérifier, avec Python 3.11 ou plus récent et rien d'autre :   python3 verify_bundle.py
Pour voir ce qui a été trouvé : ouvrir {name}.fr.html
"""


def write_bundle(folder: Folder, path: Path, *, unmask: bool = False) -> list[Path]:
    """Write the bundle of closed evidence and its hash beside it; both files.

    unmask:  with people's values; whoever calls this has written down why.
    """
    with whole(path) as stream, zipfile.ZipFile(stream, "w") as zipped:
        told = {name: _add(zipped, name, parts) for name, parts in sorted(_files(folder, unmask=unmask))}
        content = {
            "format": FORMAT,
            "reconciliation": folder.path.name,
            "evidence_sha256": folder.sha256,
            "values": "full" if unmask else "masked",
            "files": told,
        }
        _add(zipped, "bundle.json", [_json(content, indent=1).encode()])
    beside = path.with_name(f"{path.name}.sha256")
    with path.open("rb") as made, whole(beside) as stream:
        stream.write(f"{hashlib.file_digest(made, 'sha256').hexdigest()}  {path.name}\n".encode())
    return [path, beside]


def _files(folder: Folder, *, unmask: bool) -> Iterator[tuple[str, Iterable[bytes]]]:
    name, listed = folder.path.name, folder.manifest()["files"]
    for file in (MANIFEST, *listed):
        if unmask or file not in (SALT, DIFFERENCES):
            yield f"evidence/{file}", _blocks(folder.path / file)
    if not unmask:
        yield f"evidence/{MASKED}", masked_lines(folder)
    told = folder.context().get("data_docs")
    docs = f"evidence/{told}" if told in listed else ""
    yield from rendered(folder, "html", LANGUAGES, unmask=unmask, docs=docs)
    yield from rendered(folder, "json", LANGUAGES, unmask=unmask)
    yield "verify_bundle.py", [(files("reconciliation") / "verify_bundle.py").read_bytes()]
    yield "README.txt", [_README.format(name=name, sha256=folder.sha256).encode()]


def masked_lines(folder: Folder) -> Iterator[bytes]:
    """The differences, each value replaced by a keyed hash of itself and its place.

    Who has the salt can see that they are the ones of the evidence. Who has not learns whether there was a value; not
    even whether two of them are equal.
    """
    salt = folder.salt
    with (folder.path / DIFFERENCES).open("rb") as stream:
        for number, text in enumerate(stream):
            line = json.loads(text)
            for side in PERSONAL:
                if line[side]:
                    about = f"{number}\x1f{side}\x1f{line[side]}".encode("utf-8", "surrogatepass")
                    line[side] = "hmac:" + hmac.new(salt, about, hashlib.sha256).hexdigest()
            yield _json(line).encode() + b"\n"


def _add(zipped: zipfile.ZipFile, name: str, parts: Iterable[bytes]) -> dict[str, int | str]:
    """One file, with a fixed date; what the list says of it."""
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    info.create_system, info.external_attr = 3, 0o600 << 16
    digest, size = hashlib.sha256(), 0
    with zipped.open(info, "w", force_zip64=True) as stream:
        for part in parts:
            stream.write(part)
            digest.update(part)
            size += len(part)
    return {"sha256": digest.hexdigest(), "bytes": size}


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            yield block


def _json(content: object, indent: int | None = None) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, indent=indent)
