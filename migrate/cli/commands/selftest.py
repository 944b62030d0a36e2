"""`migrate selftest`: whether this installation keeps its word."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from migrate.cli.command import command as declare
from migrate.cli.command import group
from migrate.cli.session import Session

if TYPE_CHECKING:
    from sqlalchemy import URL

    from migrate.cli.documents import CrashDocument
    from migrate.selftest import CrashReport

EXAMPLES = (
    ("migrate selftest crash", "on an embedded PostgreSQL"),
    ("migrate selftest crash --entity user --entity client", "a part of it, which is quicker"),
    ("migrate selftest crash --server env:SCRATCH_URL", "in databases of its own on your server"),
)


@group("selftest")
def command() -> None:
    """Test this installation, in databases of its own."""


@declare("crash", examples=EXAMPLES, exits=(1, 4), parent=command)
@click.option(
    "--clients", type=click.IntRange(500, 20_000), default=500, show_default=True, help="In the sample."
)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes the same rows.")
@click.option(
    "--entity", "entities", multiple=True, metavar="E", help="Only this entity; may be given several times."
)
@click.option(
    "--server",
    metavar="REF",
    help="PostgreSQL in which the role may create databases, as env:NAME or file:PATH; default: an embedded one.",
)
def crash(session: Session, clients: int, seed: int, entities: tuple[str, ...], server: str | None) -> int:
    """Kill a run at every commit, resume it, compare.

    A sample is loaded undisturbed, and again in processes of which each is killed with signal 9 just before a commit.
    The platforms have to be the same. No project is needed, and none is touched; what is made is removed.
    Exits with 1 where something differs.
    """
    from migrate.project.project import writable_url
    from migrate.project.settings import PLATFORM_KINDS
    from migrate.selftest import crash as tested

    url: URL | None = writable_url(server, PLATFORM_KINDS) if server else None
    began = time.monotonic()
    session.note("making a sample, loading it undisturbed")
    with (
        tempfile.TemporaryDirectory(prefix="case-migrate-selftest-") as scratch,
        session.bar("kills", 0, unit="kills") as bar,
    ):

        def killed(count: int, about: int) -> None:
            bar.total = max(about, count)
            bar.advance(count - bar.done)

        report = tested(
            Path(scratch), server=url, clients=clients, seed=seed, entities=entities, killed=killed
        )
    return _tell(session, report, time.monotonic() - began)


def _tell(session: Session, report: CrashReport, seconds: float) -> int:
    code = 0 if report.passed else 1
    document: CrashDocument = {
        "opening": report.opening,
        "moving": report.moving,
        "commits": report.commits,
        "checks": [
            {"check": check.name, "result": "same" if check.same else "different", "detail": check.detail}
            for check in report.checks
        ],
        "seconds": round(seconds, 3),
        "exit": code,
    }
    session.document(document)
    rows = [(line["check"], line["result"], line["detail"]) for line in document["checks"]]
    session.table(("after all kills", "", ""), rows)
    session.say(
        f"killed {report.opening} times while opening a run and {report.moving} times within it, "
        f"which makes {report.commits} commits when nobody kills it: "
        + ("everything is the same" if report.passed else "IT IS NOT THE SAME")
    )
    return code
