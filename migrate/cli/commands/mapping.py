"""`migrate mapping`: the mapping files, checked, shown, accounted for."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import PurePath
from typing import TYPE_CHECKING

import click

from migrate.cli.command import command as declare
from migrate.cli.command import group
from migrate.cli.session import Session
from migrate.errors import InvalidInput, Mistake

if TYPE_CHECKING:
    from migrate.cli.documents import (
        CoverageDocument,
        MappingCheckDocument,
        MappingLine,
        MappingShowDocument,
        MistakeDocument,
    )
    from migrate.mapping.nouns import Mapping
    from migrate.project import Project
    from reconciliation.compare import Comparison

EXAMPLES_CHECK = (("migrate mapping check", "every mistake of every file at once, then the examples"),)
EXAMPLES_SHOW = (
    ("migrate mapping show", "all mappings in a few figures"),
    ("migrate mapping show client", "one of them as it was understood"),
)
EXAMPLES_COVERAGE = (
    ("migrate mapping coverage", "every source column: mapped, derived, dropped with a reason"),
    ("migrate mapping coverage --table S_CONTACT", "column by column"),
)
EXAMPLES_SCHEMA = (
    ("migrate mapping schema > mapping.schema.json", "for completion and checks in an editor"),
)


@group("mapping")
def command() -> None:
    """Check and explain the mapping files."""


@declare("check", examples=EXAMPLES_CHECK, parent=command)
@click.option("--no-examples", is_flag=True, help="Only read and check the files; do not run their examples.")
def check(session: Session, no_examples: bool) -> int:
    """Check all mapping and comparison files; run the examples.

    Every mistake of all files is listed at once, with file, line and way out. Touches no database.
    """
    from migrate.project.examples import run_examples
    from reconciliation.compare import unmatched

    project = session.project
    compared, wrong = _comparisons(project)
    try:
        mappings = project.mappings()
        count, mistakes = (0, ()) if no_examples else run_examples(project)
    except InvalidInput as error:
        every = InvalidInput((*error.mistakes, *wrong))
        session.document(_checked((), 0, 0, every.mistakes))
        if session.as_json:
            session.note(str(every))
            return 2
        raise every from None
    mistakes = (*mistakes, *wrong, *(unmatched(compared, mappings) if compared else ()))
    session.document(_checked(mappings.values(), count, len(compared), mistakes))
    if mistakes:
        session.note(str(InvalidInput(mistakes)))
        return 2
    _table(session, mappings.values())
    session.say(f"no mistake in {project.mappings_folder}; {count:,} examples hold")
    if compared:
        session.say(f"compared: {len(compared)} entities, by files of their own")
    session.then("migrate mapping coverage", "migrate plan")
    return 0


@declare("show", examples=EXAMPLES_SHOW, parent=command)
@click.argument("entity", required=False)
def show(session: Session, entity: str | None) -> None:
    """Show a mapping as it was understood; all in a few figures."""
    from migrate.mapping import describe

    project = session.project
    session.entity(entity)
    mappings = project.mappings((entity,) if entity else ())
    described = [describe(mapping, project.vocabulary()) for mapping in mappings.values()]
    document: MappingShowDocument = {"mappings": [each.data() for each in described]}
    session.document(document)
    if entity:
        session.say(str(described[0]))
        session.then("migrate transforms   what the steps and rules do")
    else:
        _table(session, mappings.values())
        session.then("migrate mapping show ENTITY")


@declare("coverage", examples=EXAMPLES_COVERAGE, exits=(1, 4), parent=command)
@click.option("--table", metavar="T", help="Only the columns of this table, one by one.")
def coverage(session: Session, table: str | None) -> int:
    """Account for every source column.

    Every column of every table that the mappings read is mapped, derived or dropped with a reason.
    Exits with 1 when one is not. Needs the legacy database.
    """
    from migrate.mapping import coverage as account

    source = session.project.source()
    try:
        mappings = session.project.mappings()
        tables = {member.table for mapping in mappings.values() for member in mapping.by_name.values()}
        catalogue = {name: list(found.columns) for name, found in source.catalogue(tables).items()}
    finally:
        source.close()
    found = account(mappings.values(), catalogue)
    columns = [c for c in found.columns if table is None or c.table == table.upper()]
    code = 1 if found.mistakes else 0
    document: CoverageDocument = {
        "counts": {str(kind): count for kind, count in found.counts.items()},
        "columns": [
            {
                "table": c.table,
                "column": c.column,
                "account": str(c.account),
                "entities": list(c.entities),
                "reason": c.reason,
            }
            for c in columns
        ],
        "mistakes": _mistakes(found.mistakes),
        "exit": code,
    }
    session.document(document)
    if table:
        rows = [(c.column, c.account, ", ".join(c.entities) or c.reason) for c in columns]
        session.table(("column", "account", "by, or why not"), rows, title=table.upper())
    else:
        kinds = [str(kind) for kind in found.counts]
        names = sorted({c.table for c in columns})
        counted = [
            [n, *(sum(c.table == n and str(c.account) == kind for c in columns) for kind in kinds)]
            for n in names
        ]
        session.table(["table", *kinds], counted, total=["all", *found.counts.values()])
    for mistake in found.mistakes:
        session.note(str(mistake))
    if found.mistakes:
        session.then("map each of these columns, or name it under `drop` with the reason")
    else:
        session.then("migrate plan")
    return code


@declare("schema", examples=EXAMPLES_SCHEMA, parent=command)
def schema(session: Session) -> None:
    """Print the JSON schema of a mapping file, for editors.

    An editor completes and checks mappings with it. Needs no project.
    """
    from migrate.mapping import schema as schema_of
    from migrate.project import vocabulary

    click.echo(json.dumps(schema_of(vocabulary()), indent=2, ensure_ascii=False))
    session.then(
        "name the file in the first line of a mapping: # yaml-language-server: $schema=mapping.schema.json"
    )


def _table(session: Session, mappings: Iterable[Mapping]) -> None:
    lines = [_line(mapping) for mapping in mappings]
    rows = [(x["entity"], x["root"], x["members"], x["fields"], PurePath(x["file"]).name) for x in lines]
    session.table(("entity", "root", "members", "fields", "file"), rows)


def _line(mapping: Mapping) -> MappingLine:
    return {
        "entity": mapping.entity,
        "file": mapping.file,
        "root": mapping.root.table,
        "members": len(mapping.members),
        "fields": sum(len(table.fields) for table in mapping.tables),
        "digest": mapping.digest,
    }


def _comparisons(project: Project) -> tuple[dict[str, Comparison], tuple[Mistake, ...]]:
    """The comparison files and their mistakes; who has none yet is not asked for them."""
    from reconciliation.compare import read, there_are

    try:
        there = there_are(project.mappings_folder)
        return (read(project.mappings_folder, project.layout()) if there else {}), ()
    except InvalidInput as error:
        return {}, error.mistakes


def _checked(
    mappings: Iterable[Mapping], examples: int, comparisons: int, mistakes: Iterable[Mistake]
) -> MappingCheckDocument:
    told = _mistakes(mistakes)
    lines = [_line(mapping) for mapping in mappings]
    return {
        "mappings": lines,
        "examples": examples,
        "comparisons": comparisons,
        "mistakes": told,
        "exit": 2 if told else 0,
    }


def _mistakes(mistakes: Iterable[Mistake]) -> list[MistakeDocument]:
    return [{"file": m.file, "line": m.line, "what": m.what, "instead": m.instead} for m in mistakes]
