"""`migrate reconcile`: compare both sides, and keep the evidence."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from migrate.cli.command import command as declare
from migrate.cli.session import Session

if TYPE_CHECKING:
    from migrate.cli.documents import ReconcileDocument
    from reconciliation.model import Finding
    from reconciliation.running import Summary

SHOWN = 40
"""So many subjects that are not the same are listed; the report has them all."""

EXAMPLES = (
    ("migrate reconcile", "every check of every entity; exit 1 on findings"),
    ("migrate reconcile --check rows --entity client", "only this"),
    ("migrate reconcile --quick", "every night: rows are read again where a checksum has changed"),
    ("migrate reconcile --resume", "after it was killed or interrupted: what is done is kept"),
    ("migrate reconcile --max-time 30", "stop after 30 minutes, and say what was not compared"),
)


@declare("reconcile", examples=EXAMPLES, exits=(1, 3, 4, 6))
@click.option("--check", "checks", multiple=True, metavar="NAME", help="Only this check; may be repeated.")
@click.option(
    "--entity", "entities", multiple=True, metavar="NAME", help="Only this entity; may be repeated."
)
@click.option(
    "--max-diffs",
    type=click.IntRange(min=1),
    default=100_000,
    show_default=True,
    help="Stop an entity after so many differences, and say where.",
)
@click.option(
    "--max-time", type=click.FloatRange(min=0), metavar="MINUTES", help="Begin nothing new after that."
)
@click.option(
    "--lag",
    type=click.FloatRange(min=0, max=3600),
    default=0,
    show_default=True,
    metavar="SECONDS",
    help="Wait so long before what differs is looked at a second time.",
)
@click.option(
    "--quick",
    is_flag=True,
    help="Of the check rows, read only what has changed on either side since all was compared, by checksums.",
)
@click.option("--resume", is_flag=True, help="Go on with the newest one that was killed or interrupted.")
def command(
    session: Session,
    checks: tuple[str, ...],
    entities: tuple[str, ...],
    max_diffs: int,
    max_time: float | None,
    lag: float,
    *,
    quick: bool,
    resume: bool,
) -> int:
    """Compare both sides: every row, every field, every total.

    Both databases are only read. What was seen is kept in a folder of evidence, which `migrate report` renders. A
    subject is the same only if something was compared and everything agreed; what was not compared is never a pass.
    """
    from migrate.judging import evidence_root, judge
    from reconciliation.evidence import Limits

    until = None if max_time is None else time.monotonic() + 60 * max_time
    summary = judge(
        session.project,
        checks=checks,
        entities=entities,
        limits=Limits(max_diffs, until),
        lag=lag,
        resume=resume,
        quick=quick,
        notice=lambda line: session.note(f"check {line}"),
    )
    folder = str(evidence_root(session.project) / summary.name)
    session.document(document(summary, folder))
    _show(session, summary)
    if quick:
        _left_out(session, summary)
    session.say(f"evidence: {folder}\n          SHA-256 {summary.sha256}")
    session.then("migrate report", "migrate report --lang fr")
    return summary.exit


def document(summary: Summary, folder: str) -> ReconcileDocument:
    """What `migrate reconcile --json` prints."""
    from reconciliation.report import json

    return {
        "reconciliation": summary.name,
        "verdict": summary.verdict.value,
        "evidence": folder,
        "evidence_sha256": summary.sha256,
        "checks": json.checks(summary.findings),
        "seconds": round(summary.seconds, 3),
        "exit": summary.exit,
    }


def _show(session: Session, summary: Summary) -> None:
    """A line for each check, then what is not the same."""
    checks: dict[str, list[Finding]] = {}
    for finding in summary.findings:
        checks.setdefault(finding.subject.check, []).append(finding)
    columns = ["check", "entities", "subjects", "same", "compared", "differing", "in flight", "allowed"]
    session.table(columns, [[check, *_figures(found)] for check, found in checks.items()])
    bad = [_bad(finding) for finding in summary.findings if finding.result != "same"]
    if bad:
        columns = ["check", "entity", "subject", "result", "differing", "keys"]
        session.table(columns, bad[:SHOWN], title="what is not the same")
    if len(bad) > SHOWN:
        session.say(f"and {len(bad) - SHOWN:,} more: migrate report")
    session.say(f"verdict: {summary.verdict.value}")


def _left_out(session: Session, summary: Summary) -> None:
    """How much of the check `rows` was not read again."""
    told = [
        reason.given
        for finding in summary.findings
        for reason in finding.reasons
        if reason.name == "unchanged"
    ]
    if not told:
        session.say("quick: all rows were read, there was nothing yet to hold them against")
        return
    roots, of = (sum(int(given[name]) for given in told) for name in ("roots", "of"))
    since = min(given["since"] for given in told)
    session.say(
        f"quick: {roots:,} of {of:,} roots were not read again, unchanged since all was compared on {since}"
    )


def _figures(found: list[Finding]) -> list[int]:
    return [
        len({each.subject.entity for each in found}),
        len(found),
        sum(each.result == "same" for each in found),
        sum(each.compared for each in found),
        sum(each.differing for each in found),
        sum(each.in_flight for each in found),
        sum(each.allowed for each in found),
    ]


def _bad(finding: Finding) -> list[object]:
    result, count = finding.result.value.replace("_", " "), finding.differing or finding.unbalanced
    told = finding.subject
    return [told.check, told.entity, told.name, result, count, ", ".join(finding.keys[:3])]
