"""`migrate demo`: the whole journey with a sample database."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from migrate.cli import books
from migrate.cli.command import command as declare
from migrate.cli.commands.status import counts
from migrate.cli.session import Session

if TYPE_CHECKING:
    from migrate.cli.documents import DemoDocument, QuarantineCount
    from migrate.demo import Demo
    from migrate.run import RunSummary
    from reconciliation.running import Summary as ReconciliationSummary
    from reconciliation.score import Score

CLIENTS = 2_000

EXAMPLES = (
    ("migrate demo", "in the folder demo"),
    ("migrate demo /tmp/try --clients 5000", "more of everything, elsewhere"),
)


@declare("demo", examples=EXAMPLES, exits=(3, 4))
@click.argument(
    "directory", type=click.Path(path_type=Path, file_okay=False), default="demo", metavar="[DIR]"
)
@click.option(
    "--clients",
    type=click.IntRange(500, 1_000_000),
    default=CLIENTS,
    show_default=True,
    help="Clients in the sample.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes the same rows.")
def command(session: Session, directory: Path, clients: int, seed: int) -> int:
    """Show the whole journey with a sample database.

    A legacy database like GCMS with the files of its attachments, a full load as a Prefect flow, its books, its
    quarantine, a second load, a day of changes and how they are followed, a reconciliation of both sides, and its
    report in English and French.

    Needs nothing but this program: the legacy database is a file, the platform an embedded PostgreSQL. Everything
    stays in DIR; calling it again begins anew.
    """
    from migrate.demo import Demo

    began = time.monotonic()
    demo = Demo(directory, clients=clients, seed=seed)
    tell = _Steps(session)
    tell.step("A project folder", f"{demo.folder}: settings, and everything that follows")
    demo.prepare()
    try:
        first, second, swept, quarantine = _travel(session, demo, tell)
        before, after, score, pages = _judge(session, demo, tell)
    finally:
        demo.stop()
    seconds = time.monotonic() - began
    document: DemoDocument = {
        "project": str(demo.folder),
        "clients": clients,
        "seed": seed,
        "first": books.run_document(first),
        "second": books.run_document(second),
        "sweep": books.run_document(swept),
        "quarantine": quarantine,
        "differing": sum(finding.differing for finding in before.findings),
        "reconciliation": after.name,
        "verdict": after.verdict.value,
        "drill": {"planted": score.planted, "caught": score.caught},
        "reports": [str(page) for page in pages],
        "seconds": round(seconds, 3),
        "exit": 0,
    }
    session.document(document)
    _farewell(session, demo, directory, pages, seconds)
    return 0


def _travel(
    session: Session, demo: Demo, tell: _Steps
) -> tuple[RunSummary, RunSummary, RunSummary, list[QuarantineCount]]:
    """The stations between the folder and the farewell."""
    tell.step("A legacy database like GCMS", "invented persons in Siebel tables, with the dirt of real life")
    with session.bar("sample", demo.clients, unit="clients") as bar:
        sample = demo.make_legacy(lambda made, _: bar.advance(made - bar.done))
    tables, planted = len(sample.rows), sum(sample.damage.values())
    session.say(f"{sample.total:,} rows in {tables} tables, {planted:,} of them damaged on purpose")
    session.say(
        f"{sample.files:,} files of attachments, some lost, empty, of another size, or named by no row"
    )

    tell.step("The case platform", "an embedded PostgreSQL; the state of the move lies beside it")
    for schema in demo.make_platform():
        session.say(f"schema {schema.schema} at revision {schema.after}, {schema.codes:,} codes")

    tell.step(
        "The full load", "a Prefect flow on its temporary server: every entity read, mapped, checked, written"
    )
    with session.watch() as watch:
        first = demo.load(watch)

    tell.step("The books", "every entity that was read, and what became of it")
    books.show(session, first)

    tell.step("The quarantine", "what was not loaded, by the rule that says so; nothing vanishes quietly")
    status, _ = demo.status()
    quarantine = counts(status)
    columns = ("entity", "rule", "state", "scope", "lines")
    session.table(columns, [tuple(line[name] for name in columns) for line in quarantine])  # type: ignore[literal-required]

    tell.step("The same again", "`migrate run`, without Prefect: nothing has changed, so nothing is written")
    with session.watch() as watch:
        second = demo.load_again(watch)
    books.show(session, second)

    tell.step("A day of work", "officers change, delete and merge in the old system, with stamps that lie")
    aged = demo.age()
    session.say(f"{sum(aged.changes.values()):,} changes of {len(aged.changes)} kinds, {aged.rows:,} rows")

    tell.step(
        "The sweep",
        "`migrate run --mode sweep`: what is new, changed, merged or gone, whatever its stamps say",
    )
    with session.watch() as watch:
        swept = demo.sweep(watch)
    books.show(session, swept)

    tell.step("The journal", "every batch is an entry, each holds the hash of the one before")
    _, journal = demo.status()
    session.say(f"whole: {journal.entries:,} entries, head {journal.entries}:{journal.head}")
    return first, second, swept, quarantine


def _judge(
    session: Session, demo: Demo, tell: _Steps
) -> tuple[ReconciliationSummary, ReconciliationSummary, Score, list[Path]]:
    """From the first comparison of both sides to the pages of the last."""
    from migrate.demo import ALLOWANCES

    tell.step("The reconciliation", "`migrate reconcile`: every row, every field, every total of both sides")
    before = demo.reconcile()
    _verdict(session, before)
    session.say("what was edited without a trace, no sweep can see: it is found here")

    tell.step(
        "Everything again", "`migrate run --mode full`: what the sweep could not see is read and written"
    )
    with session.watch() as watch:
        repaired = demo.repair(watch)
    books.show(session, repaired)

    tell.step("The files", "what is wrong with them is wrong in the old system too, and no run can mend it")
    answered = demo.answer(before)
    count = sum(finding.differing for finding in answered)
    session.say(f"{ALLOWANCES} allows {count:,} differences of {len(answered)} kinds for twelve weeks")
    session.say("the demo wrote it in the place of two persons; in a project of yours two persons decide")

    tell.step(
        "The drill", "`migrate drill`: would it be found? Known faults are planted in a copy of the platform"
    )
    score = demo.drill()
    session.say(f"{score.caught:,} of {score.planted:,} planted faults of {len(score.classes)} kinds caught")

    tell.step("The report", "the reconciliation again, on one page for who has to sign")
    after = demo.reconcile()
    _verdict(session, after)
    return before, after, score, demo.report(after.name)


def _verdict(session: Session, summary: ReconciliationSummary) -> None:
    """A line about a reconciliation, and what is not the same."""
    same = sum(finding.result == "same" for finding in summary.findings)
    session.say(f"{summary.verdict.value}: {same:,} of {len(summary.findings):,} subjects are the same")
    if allowed := sum(finding.allowed for finding in summary.findings):
        session.say(f"  but for {allowed:,} differences that are allowed")
    for finding in [each for each in summary.findings if each.result != "same"]:
        where = f"{finding.subject.check} {finding.subject.entity} {finding.subject.name}"
        session.say(f"  {where}: {finding.result.value.replace('_', ' ')}, {finding.differing:,} differences")


def _farewell(session: Session, demo: Demo, directory: Path, pages: list[Path], seconds: float) -> None:
    from migrate.demo import ALLOWANCES, CHANGES, DATABASE, FILES, TRUTH

    session.say(f"\nDone in {seconds:,.0f} s. The embedded server is stopped; any command starts it again.")
    session.say(f"  {directory / DATABASE}   the legacy database")
    session.say(f"  {directory / FILES}   the files of its attachments")
    session.say(f"  {directory / TRUTH}   what was damaged, and what had to become of it")
    session.say(f"  {directory / CHANGES}   what the officers did")
    session.say(f"  {directory / ALLOWANCES}   differences that somebody answers for")
    session.say(f"  {directory / 'migrate.toml'}   the settings")
    for page in pages:
        session.say(f"  {page}   the report")
    session.then(
        f"migrate status --project {directory}",
        f"migrate quarantine list --project {directory} --lines",
        f"migrate mapping show client --project {directory}",
        "migrate init DIR   a project for your own database",
    )


class _Steps:
    """Headings: a number, a title, and a line that explains."""

    def __init__(self, session: Session) -> None:
        self._session, self._number = session, 0

    def step(self, title: str, explanation: str) -> None:
        """The next station."""
        self._number += 1
        self._session.say(f"\n{self._number}. {title}\n   {explanation}")
