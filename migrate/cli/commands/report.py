"""`migrate report`: evidence as a page for people, as JSON for programs, as CSV for both; and as a bundle to keep."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from migrate.cli.command import command as declare
from migrate.cli.session import Session

if TYPE_CHECKING:
    from collections.abc import Sequence

    from migrate.cli.documents import ReportDocument
    from reconciliation.folder import Folder

EXAMPLES = (
    ("migrate report", "the newest evidence as pages in both languages"),
    ("migrate report --lang fr --open", "in French, shown in the browser"),
    ("migrate report 20270114T031500Z --format csv", "an older one, for a spreadsheet and for programs"),
    ("migrate report --bundle evidence.zip", "all that it rests on, to be kept and verified offline"),
    ("migrate report --unmask --reason 'ticket 17'", "with people's values; noted in the ledger"),
)


@declare("report", examples=EXAMPLES, exits=(1, 3, 4, 6))
@click.argument("reconciliation", required=False, metavar="[RECONCILIATION]")
@click.option(
    "--format",
    "kind",
    type=click.Choice(["html", "json", "csv"]),
    default="html",
    show_default=True,
    help="Pages for people, a document for programs, or tables for both.",
)
@click.option("--lang", type=click.Choice(["en", "fr"]), help="One language. Default: pages in both.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder to write to. Default: .migrate/reports of the project.",
)
@click.option(
    "--bundle",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Instead: one zip file with the evidence, the pages, and a program that verifies them offline.",
)
@click.option("--open", "show", is_flag=True, help="Show the page in the browser.")
@click.option(
    "--unmask", is_flag=True, help="With people's values. Needs --reason; the ledger notes who, what and why."
)
@click.option("--reason", "why", default="", metavar="TEXT", help="Why the values have to be seen.")
def command(
    session: Session,
    *,
    reconciliation: str | None,
    kind: str,
    lang: str | None,
    out: Path | None,
    file: Path | None,
    show: bool,
    unmask: bool,
    why: str,
) -> int:
    """Show what a reconciliation found, from its evidence.

    The databases are not touched, but for the line that --unmask leaves in the ledger. Values of persons are masked.
    Exits with 0 if both sides are the same, with 1 on any difference or question without an answer, with 3 if the
    evidence was changed after it was closed.
    """
    from migrate.judging import evidence_root
    from reconciliation.folder import Folder
    from reconciliation.report.bundle import write_bundle
    from reconciliation.report.writing import write

    project = session.project
    folder = Folder.open(evidence_root(project), reconciliation)
    if unmask:
        project.state().unmask(
            {"reconciliation": folder.path.name, "format": "bundle" if file else kind}, why
        )
    if file:
        files = write_bundle(folder, file, unmask=unmask)
    else:
        languages = (lang,) if lang else ("en", "fr")
        files = write(folder, out or project.reports, kind, languages, unmask=unmask)
    code = _tell(session, folder, files, unmask=unmask)
    if show and kind == "html" and not file:
        click.launch(str(files[0]))
    return code


def _tell(session: Session, folder: Folder, files: Sequence[Path], *, unmask: bool) -> int:
    verdict = folder.verdict()
    code = int(verdict != "same")
    document: ReportDocument = {
        "reconciliation": folder.path.name,
        "verdict": verdict.value,
        "evidence": str(folder.path),
        "evidence_sha256": folder.sha256,
        "unmasked": unmask,
        "files": [str(path) for path in files],
        "exit": code,
    }
    session.document(document)
    session.say(f"{folder.path.name}: {verdict}, evidence {folder.sha256}")
    for path in files:
        session.say(f"  {path}")
    session.then("migrate report --bundle FILE.zip   to keep it, and to verify it years later")
    return code
