"""A reconciliation as a flow: both sides compared, the evidence kept, the pages rendered.

    reconcile(project="/path/of/the/project")                       every check of every entity
    reconcile(project="...", checks=["counts", "totals"])           only these

Differences do not fail the flow: it ends Completed, under the name Same, Findings or Incomplete, so that nobody takes a
finding for a broken run, and an automation can tell them apart. The summary is its artifact, with a link to the page.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from prefect import flow, get_run_logger
from prefect.artifacts import create_link_artifact, create_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed

from flows.running import clean
from flows.secrets import READERS
from migrate.judging import evidence_root, judge
from migrate.project import Project
from reconciliation.folder import Folder
from reconciliation.model import Verdict
from reconciliation.report.writing import write
from reconciliation.running import Summary

NAMES = {Verdict.SAME: "Same", Verdict.DIFFERENT: "Findings", Verdict.INCOMPLETE: "Incomplete"}
"""The name of the state that the flow ends in."""


@flow(name="reconcile", flow_run_name="reconciliation of {project}")
def reconcile(
    project: str,
    entities: list[str] | None = None,
    checks: list[str] | None = None,
    lag: float = 60,
    quick: bool = False,
) -> State[Any]:
    """Compare both sides, and say what was found.

    lag:    so many seconds lie between the two looks at a difference.
    quick:  rows are read again only where a checksum has changed on either side since all was compared.
    """
    summary, pages = clean(lambda: _judged(Path(project), entities or (), checks or (), lag, quick=quick))
    _show(summary, pages)
    return Completed(name=NAMES[summary.verdict], message=_sentence(summary), data=summary.exit)


def _judged(
    folder: Path, entities: Sequence[str], checks: Sequence[str], lag: float, *, quick: bool
) -> tuple[Summary, list[Path]]:
    project = Project.find(folder, READERS)
    logger = get_run_logger()
    summary = judge(
        project,
        checks=checks,
        entities=entities,
        lag=lag,
        quick=quick,
        notice=lambda line: logger.info("check %s", line),
    )
    evidence = Folder.open(evidence_root(project), summary.name)
    return summary, write(evidence, project.reports, "html", ("en", "fr"))


def _show(summary: Summary, pages: Sequence[Path]) -> None:
    """The summary and the links as artifacts. The evidence is kept by now: a server that refuses them fails nothing."""
    logger = get_run_logger()
    logger.info("%s; evidence %s", _sentence(summary), summary.sha256)
    name = flow_run.flow_name
    try:
        create_markdown_artifact(markdown(summary), key=f"{name}-summary", description=_sentence(summary))
        for page in pages:
            language = page.suffixes[-2].strip(".")
            create_link_artifact(page.as_uri(), link_text=page.name, key=f"{name}-page-{language}")
    except Exception as error:  # noqa: BLE001  # whatever the server or the network says
        logger.warning(
            "the evidence is kept, but the Prefect server did not take it: %s", type(error).__name__
        )


def markdown(summary: Summary) -> str:
    """A line for each check and entity: counts only, no key and no value."""
    places: dict[tuple[str, str], list[Any]] = {}
    for finding in summary.findings:
        places.setdefault((finding.subject.check, finding.subject.entity), []).append(finding)
    lines = [
        f"## {summary.name}: {summary.verdict.value}",
        "",
        "| check | entity | subjects | same | differing | in flight |",
        "|---|---|---:|---:|---:|---:|",
    ]
    for (check, entity), found in places.items():
        same, differing = sum(each.result == "same" for each in found), sum(each.differing for each in found)
        flying = sum(each.in_flight for each in found)
        lines.append(f"| {check} | {entity} | {len(found):,} | {same:,} | {differing:,} | {flying:,} |")
    return "\n".join([*lines, "", f"Evidence: SHA-256 `{summary.sha256}`. {summary.seconds:,.0f} s."])


def _sentence(summary: Summary) -> str:
    same = sum(each.result == "same" for each in summary.findings)
    return f"{summary.verdict.value}: {same:,} of {len(summary.findings):,} subjects are the same"
