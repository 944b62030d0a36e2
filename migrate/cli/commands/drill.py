"""`migrate drill`: what would the reconciliation miss?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from migrate.cli.command import command as declare
from migrate.cli.session import Session

if TYPE_CHECKING:
    from migrate.cli.documents import DrillDocument
    from migrate.drilling import Score

EXAMPLES = (
    ("migrate drill", "three faults of each class, and two wrong table maps"),
    ("migrate drill --faults 50 --mutations 3 --seed 7", "more of them, others by chance"),
)


@declare("drill", examples=EXAMPLES, exits=(1, 3, 4, 5, 6))
@click.option(
    "--faults", type=click.IntRange(min=0), default=3, show_default=True, help="Single faults of each class."
)
@click.option(
    "--mutations",
    type=click.IntRange(min=0),
    default=2,
    show_default=True,
    help="Wrong table maps of each class; each copy is then loaded anew.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed plants the same faults.")
@click.option("--dry-run", is_flag=True, help="Say what would be planted; copy and change nothing.")
def command(session: Session, faults: int, mutations: int, seed: int, *, dry_run: bool) -> int:
    """Plant known faults in a copy, and see which are caught.

    Copies of the platform's database are made beside it and dropped again; the role must be allowed to make databases,
    and nobody else may be connected while they are made. The platform and the legacy database are only read. Exits
    with 1 when a fault was missed. The score stays in the project, and every later report shows it.
    """
    from migrate.drilling import drill
    from migrate.drilling.faults import FAULTS
    from migrate.drilling.mutations import KINDS

    if dry_run:
        rows = [[kind, faults] for kind in FAULTS] + [[kind, mutations] for kind in KINDS]
        session.document(_planned(faults, mutations, seed))
        session.table(["class", "at most"], rows)
        session.then("migrate drill")
        return 0
    score = drill(session.project, faults=faults, mutations=mutations, seed=seed, notice=session.note)
    session.document(_document(score))
    rows = [
        [name, each.planted, each.caught, ", ".join(each.missed[:3])] for name, each in score.classes.items()
    ]
    session.table(
        ["class", "planted", "caught", "missed in"], rows, total=["all", score.planted, score.caught, ""]
    )
    for words, names in (
        ("changed no row, and prove nothing", score.idle),
        ("found no place", score.unplanted),
    ):
        if names:
            session.say(f"{words}: {', '.join(names)}")
    session.then("migrate reconcile", "migrate report")
    return 0 if score.caught == score.planted else 1


def _document(score: Score) -> DrillDocument:
    return {
        "at": score.at,
        "seed": score.seed,
        "planted": score.planted,
        "caught": score.caught,
        "missed": score.planted - score.caught,
        "classes": {
            name: {"planted": each.planted, "caught": each.caught, "missed": list(each.missed)}
            for name, each in score.classes.items()
        },
        "idle": list(score.idle),
        "unplanted": list(score.unplanted),
        "dry_run": False,
        "exit": 0 if score.caught == score.planted else 1,
    }


def _planned(faults: int, mutations: int, seed: int) -> DrillDocument:
    from migrate.drilling.faults import FAULTS
    from migrate.drilling.mutations import KINDS

    most = {**dict.fromkeys(FAULTS, faults), **dict.fromkeys(KINDS, mutations)}
    return {
        "at": "",
        "seed": seed,
        "planted": sum(most.values()),
        "caught": 0,
        "missed": 0,
        "classes": {name: {"planted": count, "caught": 0, "missed": []} for name, count in most.items()},
        "idle": [],
        "unplanted": [],
        "dry_run": True,
        "exit": 0,
    }
