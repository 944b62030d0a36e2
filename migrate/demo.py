"""The journey of `make demo`, step by step: who has never seen the program watches a full load and a day of changes.

    demo = Demo(folder, clients=500, seed=1)
    demo.prepare()            a project folder
    demo.make_legacy()        a SQLite database like GCMS, and the files of its attachments
    demo.make_platform()      an embedded PostgreSQL with the case platform
    demo.load(watch)          everything moved, as a Prefect flow on its temporary server
    demo.load_again(watch)    the same without Prefect: nothing is written
    demo.age()                a day of officers' work on the legacy database
    demo.sweep(watch)         what changed, followed
    demo.reconcile()          both sides compared: what left no trace is found
    demo.answer(reconciled)   somebody answers for what is wrong with the files
    demo.repair(watch)        everything read again
    demo.drill()              known faults planted in a copy, and caught
    demo.report()             the reconciliation again, as pages in both languages
    demo.stop()

Everything stays in the folder, and nothing outside of it is touched. Calling it again begins anew; a folder that the
demo did not make is refused.
"""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from migrate.errors import Defect, Refused
from migrate.project import Project
from migrate.project.project import HIDDEN
from migrate.project.starting import settings_text, start

if TYPE_CHECKING:
    from flows import Warming
    from migrate.platform.upgrading import Upgrade
    from migrate.project.moving import Watch
    from migrate.run import RunSummary
    from migrate.sample import Summary
    from migrate.sample.aging import Aged
    from migrate.state import Verified
    from migrate.state.tracing import Status
    from reconciliation.model import Finding
    from reconciliation.running import Summary as ReconciliationSummary
    from reconciliation.score import Score

DATABASE, FILES, TRUTH, CHANGES = "legacy.db", "siebelfs", "truth.csv", "changes.csv"
ALLOWANCES = "allowances.yaml"
MARK = "# This project was made by `migrate demo`, which begins anew when it is called again.\n"
OWNER, APPROVER = "Ann Roy", "Jean Côté"
_ALLOWANCES = f"""\
# Differences that somebody answers for: an owner, an approval by another person, a last day.
#
# `migrate demo` has written this file in the place of {OWNER} and {APPROVER}, whom it made up. Nothing else writes
# such a file: in a project of yours a person looks at what was found, decides, and types it. One difference more
# than `at_most` counts again, and after the last day all of them do.

"""
_ALLOWANCE = """\
- name: {subject}
  check: attachments
  entity: {entity}
  subject: {subject}
  at_most: {count}
  owner: {owner}
  approved_by: {approver}
  approved_on: {today}
  expires: {end}
  reason_en: wrong in the old system as well; the register of these files is worked through by hand
  reason_fr: l’ancien système a la même erreur; le registre de ces fichiers est traité à la main
"""


class Demo:
    """One journey in one folder."""

    def __init__(self, folder: Path, *, clients: int, seed: int) -> None:
        self.folder, self.clients, self.seed = folder.expanduser().resolve(), clients, seed
        self._server: Warming | None = None

    @cached_property
    def project(self) -> Project:
        """The project in the folder."""
        return Project.find(self.folder)

    def prepare(self) -> None:
        """Make the project folder, or clear the one of an earlier demo; start Prefect's server in the background."""
        self._clear()
        text = MARK + settings_text(f"sqlite:///{DATABASE}", schema=None, files=FILES)
        list(start(self.folder, settings=text))
        import flows

        flows.private(self.project.hidden / "prefect")
        self._server = flows.Warming()

    def make_legacy(self, progress: Callable[[int, int], None] | None = None) -> "Summary":
        """Fill the legacy database and its folder of files, and write down what was damaged."""
        from sqlalchemy import create_engine

        from migrate.sample import make

        engine = create_engine(self.project.legacy_url(), hide_parameters=True)
        try:
            return make(
                engine,
                self.clients,
                self.seed,
                self.folder / TRUTH,
                files=self.folder / FILES,
                progress=progress,
            )
        finally:
            engine.dispose()

    def make_platform(self) -> "tuple[Upgrade, ...]":
        """Start the embedded PostgreSQL and create both schemas."""
        return self.project.upgrade()

    def load(self, watch: "Watch") -> "RunSummary":
        """Move everything, as a flow. Raises Defect when the books do not balance."""
        assert self._server is not None, "prepare comes first"
        self._server.wait()
        from flows.full_load import full_load
        from flows.running import watched

        with watched(watch):
            return _balanced(full_load(str(self.folder)))

    def load_again(self, watch: "Watch") -> "RunSummary":
        """The same without Prefect. Raises Defect when anything is written."""
        from migrate.project.moving import move

        with self.project.open_run("full") as run:
            summary = _balanced(move(run, watch))
        if wrote := sum(tally.rows_written for tally in summary.entities.values()):
            raise Defect(f"the second run wrote {wrote:,} rows although nothing had changed")
        return summary

    def age(self) -> "Aged":
        """Let officers work for a day, and write down what they did."""
        from sqlalchemy import create_engine

        from migrate.sample.aging import age

        engine = create_engine(self.project.legacy_url(), hide_parameters=True)
        try:
            return age(engine, 1, self.seed, self.folder / CHANGES)
        finally:
            engine.dispose()

    def sweep(self, watch: "Watch") -> "RunSummary":
        """Follow what changed. In a small sample the officers' deletions are a large share: the brake is eased."""
        from migrate.project.moving import move

        with self.project.open_run("sweep", max_vanished=Decimal("0.1")) as run:
            return _balanced(move(run, watch))

    def reconcile(self, notice: Callable[[str], None] = lambda line: None) -> "ReconciliationSummary":
        """Compare both sides, and keep the evidence."""
        from migrate.judging import judge

        return judge(self.project, notice=notice)

    def answer(self, reconciled: "ReconciliationSummary") -> "list[Finding]":
        """In the place of whoever owns the files: answer for all that was found about them, for twelve weeks."""
        files = [
            each for each in reconciled.findings if each.subject.check == "attachments" and each.differing
        ]
        today = datetime.now(UTC).date()
        given = {"owner": OWNER, "approver": APPROVER, "today": today, "end": today + timedelta(weeks=12)}
        items = [
            _ALLOWANCE.format(
                entity=each.subject.entity, subject=each.subject.name, count=each.differing, **given
            )
            for each in files
        ]
        (self.folder / ALLOWANCES).write_text(_ALLOWANCES + "\n".join(items), encoding="utf-8")
        return files

    def repair(self, watch: "Watch") -> "RunSummary":
        """Read everything again: an edit that moved neither stamp nor version is found by nothing less."""
        from migrate.project.moving import move

        with self.project.open_run("full", max_vanished=Decimal("0.1")) as run:
            return _balanced(move(run, watch))

    def drill(self, notice: Callable[[str], None] = lambda line: None) -> "Score":
        """Plant known faults in a copy of the platform, and let the reconciliation find them."""
        from migrate.drilling import drill

        return drill(self.project, faults=1, mutations=0, seed=self.seed, notice=notice)

    def report(self, name: str) -> list[Path]:
        """The pages of a reconciliation, in English and in French."""
        from migrate.judging import evidence_root
        from reconciliation.folder import Folder
        from reconciliation.report.writing import write

        evidence = Folder.open(evidence_root(self.project), name)
        return write(evidence, self.project.reports, "html", ("en", "fr"))

    def status(self) -> "tuple[Status, Verified]":
        """Where things stand, and whether the journal is whole."""
        state = self.project.state()
        return state.status(), state.verify_ledger()

    def stop(self) -> None:
        """Stop the embedded server; its data stays, and any command starts it again."""
        self.project.close()
        self.project.stop_platform()

    def _clear(self) -> None:
        settings = self.folder / "migrate.toml"
        if not self.folder.exists() or not any(self.folder.iterdir()):
            return
        if not settings.is_file() or not settings.read_text(encoding="utf-8").startswith(MARK):
            raise Refused(
                f"{self.folder} is not empty, and not the folder of an earlier demo",
                remedy="name another folder: migrate demo DIR",
            )
        from migrate.embedded import stop

        stop(self.folder / HIDDEN)
        shutil.rmtree(self.folder / HIDDEN, ignore_errors=True)
        shutil.rmtree(self.folder / FILES, ignore_errors=True)
        of_its_own = (
            DATABASE,
            f"{DATABASE}-wal",
            f"{DATABASE}-shm",
            TRUTH,
            CHANGES,
            ALLOWANCES,
            "migrate.toml",
        )
        for name in of_its_own:
            (self.folder / name).unlink(missing_ok=True)


def _balanced(summary: "RunSummary") -> "RunSummary":
    if not summary.balanced:
        raise Defect(f"the books of run {summary.run} do not balance")
    return summary
