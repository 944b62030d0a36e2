"""Writes what was rendered: whole files or none, readable by their owner alone.

files = write(folder, out, "html", ("en", "fr"))        <out>/<name>.en.html, <out>/<name>.fr.html
files = write(folder, out, "csv", ("fr",))              <out>/<name>.findings.spreadsheet.csv, ...
"""

import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import quote

from reconciliation.folder import Folder
from reconciliation.report import csv, json
from reconciliation.report.build import build
from reconciliation.report.html import page
from reconciliation.report.language import Language

FORMATS = ("html", "json", "csv")


def write(
    folder: Folder, out: Path, kind: str, languages: Sequence[str], *, unmask: bool = False
) -> list[Path]:
    """Render evidence into the folder `out`, in each of the languages where words are in it; what was written.

    unmask:  with people's values; whoever calls this has written down why.
    """
    docs = _docs(folder, out)
    files = rendered(folder, kind, languages, unmask=unmask, docs=docs)
    return [_write(out / name, parts) for name, parts in files]


def rendered(
    folder: Folder, kind: str, languages: Sequence[str], *, unmask: bool, docs: str = ""
) -> Iterator[tuple[str, Iterable[bytes]]]:
    """Name and content of each file. `docs`: where the Data Docs lie, seen from a page; '' for nowhere."""
    name = folder.path.name
    if kind == "json":
        yield f"{name}.json", [json.as_text(json.document(folder)).encode()]
    elif kind == "csv":
        for sheet in csv.sheets(folder, Language(languages[0]), unmask=unmask):
            yield f"{name}.{sheet.name}", sheet.parts
    else:
        report = build(folder, unmask=unmask)
        for code in languages:
            others = [other for other in languages if other != code]
            sibling = f"{name}.{others[0]}.html" if others else ""
            yield f"{name}.{code}.html", [page(report, Language(code), sibling, docs).encode()]


def _docs(folder: Folder, out: Path) -> str:
    """The address of the Data Docs, from the folder where the pages will lie; '' where there are none."""
    told = folder.context().get("data_docs", "")
    return quote(os.path.relpath(folder.path / told, out)) if told in folder.manifest()["files"] else ""


def _write(path: Path, parts: Iterable[bytes]) -> Path:
    with whole(path) as stream:
        stream.writelines(parts)
    return path


@contextmanager
def whole(path: Path) -> Iterator[IO[bytes]]:
    """A file for its owner alone, that is there as a whole or not at all: it is written beside its place first."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mode 0600
    beside = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
