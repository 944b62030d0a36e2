"""The books of a run: a row per entity, and in plain words what is beside them."""

from collections.abc import Mapping as Dict

from migrate.cli.session import Session
from migrate.model import Tally

COUNTS = ("read", "created", "updated", "unchanged", "merged", "deleted", "rejected", "held", "excluded")
_ALWAYS = ("read", "created", "unchanged", "rejected")


def document(tally: Tally) -> dict[str, int]:
    """A tally as the JSON of a run names it."""
    return {name: getattr(tally, name) for name in COUNTS}


def show(session: Session, entities: Dict[str, Tally]) -> None:
    """The table of the books on stdout. Columns in which nothing was counted are named below instead."""
    total = sum(entities.values(), Tally())
    shown = [name for name in COUNTS if name in _ALWAYS or getattr(total, name)]
    rows = [[entity, *(getattr(t, name) for name in shown), t.balanced] for entity, t in entities.items()]
    foot = ["all", *(getattr(total, name) for name in shown), total.balanced]
    session.table(["entity", *shown, "balanced"], rows, total=foot)
    if hidden := [name for name in COUNTS if name not in shown]:
        session.say(f"none {_listed(hidden, 'or')}")
    for line in _words(total):
        session.say(line)


def _words(total: Tally) -> list[str]:
    """What the columns of the table do not say."""
    entities = (
        "every entity read is accounted for" if total.balanced else "SOME ENTITIES ARE NOT ACCOUNTED FOR"
    )
    lines = [
        f"{total.rows_read:,} legacy rows read, {total.rows_written:,} platform rows written; {entities}"
    ]
    beside = (
        (total.converted, "values converted by a rule, the original kept"),
        (total.flagged, "values loaded with a flag and an open work item"),
        (total.set_aside, "member rows set aside in the quarantine, their entity loaded without them"),
        (total.stubs, "stand-ins made for users and offices that no longer exist"),
    )
    return lines + [f"{count:,} {what}" for count, what in beside if count]


def _listed(names: list[str], word: str) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {word} {names[-1]}"
