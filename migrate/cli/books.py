"""The books of a run: a row per entity, and in plain words what is beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrate.cli.output import instant
from migrate.cli.session import Session
from migrate.model import Tally

if TYPE_CHECKING:
    from migrate.cli.documents import BooksDocument, RunDocument
    from migrate.run import RunSummary

COUNTS = ("read", "created", "updated", "unchanged", "merged", "deleted", "rejected", "held", "excluded")
_ALWAYS = ("read", "created", "unchanged", "rejected")


def run_document(summary: RunSummary) -> RunDocument:
    """What `migrate run --json` prints."""
    low, high = summary.window
    total = sum(summary.entities.values(), Tally())
    return {
        "run": summary.run,
        "mode": summary.mode,
        "window": {"low": instant(low) if low else None, "high": instant(high) if high else None},
        "balanced": summary.balanced,
        "entities": {entity: _books(tally) for entity, tally in summary.entities.items()},
        "rows_read": total.rows_read,
        "rows_written": total.rows_written,
        "set_aside": total.set_aside,
        "flagged": total.flagged,
        "converted": total.converted,
        "stubs": total.stubs,
        "waived": total.waived,
        "seconds": round(summary.seconds, 3),
        "exit": summary.exit,
    }


def show(session: Session, summary: RunSummary) -> None:
    """The books on stdout: a row per entity, and in words what is beside them."""
    total = sum(summary.entities.values(), Tally())
    shown = [name for name in COUNTS if name in _ALWAYS or getattr(total, name)]
    names = ["entity", *shown, "balanced"]
    rows = [_counts(entity, tally, shown) for entity, tally in summary.entities.items()]
    foot = _counts("all", total, shown)
    if session.output.fits(names, [*rows, foot]):
        session.table(names, rows, total=foot)
    else:
        names = ["entity", "read", "became", "balanced"]
        rows = [_sentence(entity, tally) for entity, tally in summary.entities.items()]
        session.table(names, rows, total=_sentence("all", total))
    if hidden := [name for name in COUNTS[1:] if not getattr(total, name) and name not in _ALWAYS]:
        session.say(f"none {_listed(hidden, 'or')}")
    for line in _words(total):
        session.say(line)
    session.say(f"run {summary.run}, {summary.seconds:,.1f} s")


def _counts(name: str, tally: Tally, shown: list[str]) -> list[object]:
    """A column per count."""
    return [name, *(getattr(tally, count) for count in shown), tally.balanced]


def _sentence(name: str, tally: Tally) -> list[object]:
    """All counts in one column, for a narrow terminal and great numbers."""
    became = ", ".join(f"{getattr(tally, count):,} {count}" for count in COUNTS[1:] if getattr(tally, count))
    return [name, tally.read, became, tally.balanced]


def _books(tally: Tally) -> BooksDocument:
    return {
        "read": tally.read,
        "created": tally.created,
        "updated": tally.updated,
        "unchanged": tally.unchanged,
        "merged": tally.merged,
        "deleted": tally.deleted,
        "rejected": tally.rejected,
        "held": tally.held,
        "excluded": tally.excluded,
    }


def _words(total: Tally) -> list[str]:
    """What the columns of the table do not say."""
    books = "every entity read is accounted for" if total.balanced else "NOT EVERY ENTITY IS ACCOUNTED FOR"
    lines = [f"{total.rows_read:,} legacy rows read, {total.rows_written:,} platform rows written; {books}"]
    beside = (
        (total.converted, "converted by a rule, the original kept"),
        (total.flagged, "loaded with a flag and an open work item"),
        (total.set_aside, "member rows in quarantine, their entity loaded without them"),
        (total.stubs, "stand-ins for users that no longer exist"),
        (total.waived, "of what was left out, waived by a person"),
    )
    return lines + [f"{what}: {count:,}" for count, what in beside if count]


def _listed(names: list[str], word: str) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {word} {names[-1]}"
