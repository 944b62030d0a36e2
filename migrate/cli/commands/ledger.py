"""`migrate ledger`: the journal of everything that was done, and whether somebody tampered with it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from migrate.cli.command import command as declare
from migrate.cli.command import group
from migrate.cli.output import instant
from migrate.cli.session import Session

if TYPE_CHECKING:
    from migrate.cli.documents import EntryDocument, LedgerDocument, VerifyDocument
    from migrate.state.ledger import Entry

EXAMPLES_SHOW = (
    ("migrate ledger show", "the last 20 entries"),
    ("migrate ledger show --run 3 --last 1000", "those of a run"),
)
EXAMPLES_VERIFY = (
    ("migrate ledger verify", "follow the chain from its start"),
    ("migrate ledger verify --head 42:9f86d081...", "and through a head that was kept elsewhere"),
)


@group("ledger")
def command() -> None:
    """Show and verify the journal."""


@declare("show", examples=EXAMPLES_SHOW, exits=(4, 6), parent=command)
@click.option("--run", type=int, metavar="N", help="Only entries of this run.")
@click.option(
    "--last", type=click.IntRange(min=1), default=20, show_default=True, help="So many entries at most."
)
def show(session: Session, run: int | None, last: int) -> None:
    """Show entries of the journal."""
    found = session.project.state().ledger(run, None if run is not None else last)[-last:]
    document: LedgerDocument = {"entries": [_document(entry) for entry in found]}
    session.document(document)
    rows = [(e.seq, instant(e.at), _what(e), _counts(e), e.hash[:8]) for e in found]
    session.table(("seq", "at", "entry", "counts", "hash"), rows)
    session.then("migrate ledger verify")


@declare("verify", examples=EXAMPLES_VERIFY, exits=(1, 4, 6), parent=command)
@click.option(
    "--head",
    callback=lambda *given: _head(given[2]),
    metavar="SEQ:HASH",
    help="A head that was recorded elsewhere: shows a tail that was cut off.",
)
def verify(session: Session, head: tuple[int, str] | None) -> int:
    """Check the hash chain of the journal.

    Exits with 1 where it is broken.
    """
    found = session.project.state().verify_ledger(head)
    code = 0 if found.broken is None else 1
    document: VerifyDocument = {
        "entries": found.entries,
        "head": found.head,
        "broken": found.broken,
        "exit": code,
    }
    session.document(document)
    if found.broken is None:
        session.say(f"whole: {found.entries:,} entries, head {found.entries}:{found.head}")
        session.then(
            f"keep the head elsewhere; later: migrate ledger verify --head {found.entries}:{found.head}"
        )
    else:
        session.say(
            f"BROKEN at entry {found.broken:,}: it was changed, removed, added or moved after it was written"
        )
        session.then(f"migrate ledger show --last 20   and compare entry {found.broken:,} with a backup")
    return code


def _head(text: str | None) -> tuple[int, str] | None:
    if text is None:
        return None
    found = re.fullmatch(r"(\d{1,18}):([0-9a-f]{64})", text.strip())
    if not found:
        raise click.BadParameter("takes SEQ:HASH, as `migrate ledger verify` prints it")
    return int(found[1]), found[2]


def _what(entry: Entry) -> str:
    """Kind, run, entity."""
    run = "" if entry.run is None else f" {entry.run}"
    return f"{entry.kind}{run}" + (f" {entry.entity}" if entry.entity else "")


def _counts(entry: Entry) -> str:
    """The counts of a batch in entities; the totals at the end of a run stand in `migrate status`."""
    told = (entry.tally or {}).items()
    return ", ".join(f"{n} {v:,}" for n, v in told if isinstance(v, int) and not n.startswith("rows_"))


def _document(entry: Entry) -> EntryDocument:
    return {
        "seq": entry.seq,
        "at": instant(entry.at),
        "actor": entry.actor,
        "kind": entry.kind,
        "run": None if entry.run is None else str(entry.run),
        "entity": entry.entity,
        "slice": entry.slice,
        "batch": None if entry.batch is None else dict(entry.batch),
        "tally": None if entry.tally is None else dict(entry.tally),
        "digest": entry.digest,
        "previous": entry.previous,
        "hash": entry.hash,
    }
