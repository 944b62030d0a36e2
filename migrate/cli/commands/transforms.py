"""`migrate transforms`: the words that a mapping may use."""

import click

from migrate.cli.command import command as declare
from migrate.cli.session import Session

EXAMPLES = (
    ("migrate transforms", "all steps, rules and judges with their options"),
    ("migrate transforms date", "only those with 'date' in the name"),
    ("migrate transforms --json", "the same for an editor or a script"),
)


@declare("transforms", examples=EXAMPLES)
@click.argument("name", default="", metavar="[NAME]")
def command(session: Session, name: str) -> None:
    """List the words of mappings: steps, rules, judges.

    A step converts a column, a rule judges a value, a judge judges an entity as a whole. Needs no project.
    """
    from migrate.errors import InvalidInput, Mistake
    from migrate.project import vocabulary
    from migrate.reading.grammar import suggest

    words = vocabulary()
    kinds = {"steps": words.steps, "rules": words.rules, "judges": words.judges}
    found = {kind: {n: w for n, w in known.items() if name in n} for kind, known in kinds.items()}
    if not any(found.values()):
        every = [each for known in kinds.values() for each in known]
        raise InvalidInput(
            [
                Mistake(
                    "NAME",
                    0,
                    f"no step, rule or judge has {name!r} in its name",
                    suggest(name, every, "") or "list them all: migrate transforms",
                )
            ]
        )
    session.document(
        {
            kind: [
                {
                    "name": word.name,
                    "summary": word.summary,
                    "options": [
                        {
                            "name": option.name,
                            "takes": str(option.kind),
                            "required": option.required,
                            "choices": list(option.choices),
                        }
                        for option in word.options.values()
                    ],
                    "reverse": word.reverse,
                    "note": word.note,
                }
                for word in known.values()
            ]
            for kind, known in found.items()
        }
    )
    for kind, known in found.items():
        if known:
            rows = [(w.name, ", ".join(w.options), w.reverse, w.summary) for w in known.values()]
            columns = ("name", "options", "reverse", "what it does")
            session.table(columns, rows, title=kind)
    session.then("migrate mapping show ENTITY   how a mapping uses them")
