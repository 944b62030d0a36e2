"""`migrate sample`: a legacy database like GCMS, with invented persons and real-life dirt."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from migrate.cli.command import command as declare
from migrate.cli.command import group
from migrate.cli.session import Session
from migrate.errors import InvalidInput, Mistake
from migrate.sample import FEWEST, MOST

if TYPE_CHECKING:
    from sqlalchemy import URL

    from migrate.cli.documents import AgingDocument, SampleDocument

EXAMPLES = (
    ("migrate sample make sqlite:///legacy.db", "2,000 clients in a file"),
    ("migrate sample make env:GCMS_URL --clients 20000", "in the database behind a variable"),
    ("migrate sample make", "in the project's own legacy database"),
    ("migrate sample make sqlite:///legacy.db --files siebelfs", "with the files of its attachments"),
)

AGE_EXAMPLES = (
    ("migrate sample age", "a day of work on the project's own legacy database"),
    (
        "migrate sample age sqlite:///legacy.db --days 5 --truth changes.csv",
        "five days, and what happened in them",
    ),
    ("migrate sample age env:GCMS_URL --rate 10", "ten times as many changes"),
)


@group("sample")
def command() -> None:
    """Make a legacy database like GCMS, and work on it."""


@declare("make", examples=EXAMPLES, exits=(3, 4), parent=command)
@click.argument("url", required=False)
@click.option(
    "--clients",
    type=click.IntRange(FEWEST, MOST),
    default=2_000,
    show_default=True,
    help="Clients; some 50 rows come with each.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes the same rows.")
@click.option(
    "--schema", help="SQL schema of the tables; default: the project's, for a URL the database's own."
)
@click.option(
    "--truth",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write what was damaged, and what must become of it, to a CSV file.",
)
@click.option(
    "--files",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Write the files of its attachments to a new folder, as the Siebel File System has them.",
)
@click.option("--replace", is_flag=True, help="Drop the sample's tables first, where they exist.")
@click.option("--dry-run", is_flag=True, help="Say what would be made; write nothing.")
def make(
    session: Session,
    url: str | None,
    clients: int,
    seed: int,
    schema: str | None,
    truth: Path | None,
    files: Path | None,
    replace: bool,
    dry_run: bool,
) -> None:
    """Make the sample in a database.

    URL is an SQLAlchemy URL without a password, env:NAME or file:PATH; default: the project's legacy database.

    All persons are invented. Tables that are there already are refused, unless --replace is given; a folder of files
    that is not empty always is.
    """
    target, schema = _place(session, url, schema)
    if dry_run:
        session.document(_document(clients, seed))
        session.say(f"would make {clients:,} clients with seed {seed} in {_told(target)}")
        return
    from sqlalchemy import create_engine

    from migrate.sample import make as make_sample

    _reach(target)
    engine = create_engine(target, hide_parameters=True)
    try:
        with session.bar("sample", clients, unit="clients") as bar:
            summary = make_sample(
                engine, clients, seed, truth, files=files, schema=schema, replace=replace,
                progress=lambda made, _: bar.advance(made - bar.done),
            )  # fmt: skip
    finally:
        engine.dispose()
    document = _document(clients, seed)
    document |= {
        "dry_run": False,
        "rows": dict(summary.rows),
        "planted": dict(summary.damage),
        "files": summary.files,
        "seconds": round(summary.seconds, 3),
    }
    session.document(document)
    planted = sum(summary.damage.values())
    session.table(("table", "rows"), sorted(summary.rows.items()), total=("all", summary.total))
    session.say(f"{clients:,} clients, seed {seed}; {planted:,} rows damaged on purpose")
    if files is not None:
        session.say(
            f'{summary.files:,} files; tell a project of them: files = "{files.resolve()}" under [legacy]'
        )
    session.then("migrate doctor", "migrate plan")


@declare("age", examples=AGE_EXAMPLES, exits=(3, 4), parent=command)
@click.argument("url", required=False)
@click.option("--days", type=click.IntRange(1), default=1, show_default=True, help="Days of work.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed works in the same way.")
@click.option(
    "--rate",
    type=click.FloatRange(0),
    default=1.0,
    show_default=True,
    help="Times the usual number of changes.",
)
@click.option(
    "--start",
    type=click.DateTime(
        ["%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"]
    ),
    metavar="MOMENT",
    help="When the first day begins, in UTC; default: the day after the last one worked on, at 13:00.",
)
@click.option(
    "--schema", help="SQL schema of the tables; default: the project's, for a URL the database's own."
)
@click.option(
    "--truth",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Append what happened, and what a sync must make of it, to a CSV file.",
)
@click.option("--dry-run", is_flag=True, help="Say how many changes of each kind; write nothing.")
def age(
    session: Session,
    url: str | None,
    days: int,
    seed: int,
    rate: float,
    start: datetime | None,
    schema: str | None,
    truth: Path | None,
    dry_run: bool,
) -> None:
    """Let officers work on the sample for some days.

    URL is an SQLAlchemy URL without a password, env:NAME or file:PATH; default: the project's legacy database.

    Updates of every kind of stamp, changes of children alone, late commits, deletions, merges and unmerges, from
    several sessions at once: all that a sync has to notice. The same database, days and seed give the same content.
    """
    from sqlalchemy import create_engine

    from migrate.sample.aging import age as age_sample
    from migrate.sample.aging import foresee

    target, schema = _place(session, url, schema)
    _reach(target)
    engine = create_engine(target, hide_parameters=True)
    document: AgingDocument = {
        "days": days, "seed": seed, "first": None, "last": None, "changes": {}, "rows": 0, "seconds": 0.0,
        "dry_run": dry_run,
    }  # fmt: skip
    try:
        if dry_run:
            document["changes"] = dict(foresee(engine, days, schema=schema, rate=rate))
        else:
            with session.bar("work", days, unit="days") as bar:
                done = age_sample(
                    engine, days, seed, truth, schema=schema, rate=rate, start=start,
                    progress=lambda worked, _: bar.advance(worked - bar.done),
                )  # fmt: skip
            document |= {
                "first": f"{done.first.isoformat()}Z", "last": f"{done.last.isoformat()}Z",
                "changes": dict(done.changes), "rows": done.rows, "seconds": round(done.seconds, 3),
            }  # fmt: skip
    finally:
        engine.dispose()
    session.document(document)
    session.table(
        ("change", "times"), document["changes"].items(), total=("all", sum(document["changes"].values()))
    )
    if dry_run:
        session.say(f"would happen in {_told(target)}; nothing was written")
        return
    session.say(
        f"{document['rows']:,} rows written, seed {seed}, from {document['first']} to {document['last']}"
    )
    session.then("migrate run")


def _place(session: Session, url: str | None, schema: str | None) -> tuple[URL, str | None]:
    """The database that is meant, and the schema in it."""
    from migrate.project import writable_url

    if url is None:
        target = session.project.legacy_url()
        schema = schema or session.project.settings.legacy.schema_name
    else:
        target = writable_url(url)
    return target, None if target.get_backend_name() == "sqlite" else schema


def _told(target: URL) -> str:
    """Where it is, without what is secret in any part of its URL."""
    from migrate.extract.trouble import place_of

    return str(place_of(target))


def _reach(target: URL) -> None:
    """Connect once, for a message that says what is wrong with the place; a new SQLite file is made later."""
    from migrate.extract import connect

    file = Path(target.database or "") if target.get_backend_name() == "sqlite" else None
    if file is None or file.exists():
        source = connect(target.render_as_string(hide_password=False))
        source.catalogue()
        source.close()
    elif not file.parent.is_dir():
        raise InvalidInput(
            [Mistake("URL", 0, f"there is no folder {file.parent}", "make it, or name another")]
        )


def _document(clients: int, seed: int) -> SampleDocument:
    return {
        "clients": clients,
        "seed": seed,
        "rows": {},
        "planted": {},
        "files": 0,
        "seconds": 0.0,
        "dry_run": True,
    }
