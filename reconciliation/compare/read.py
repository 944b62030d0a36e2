"""Comparison files -> Comparison values, with every mistake of all files at once.

    entity: application
    root: {table: S_CASE, is: application}
    pairs:
      application:
        fields:
          number:      {with: CASE_NUM, as: [trim], class: A}
          status_code: {with: STATUS_CD, as: [trim], code: application_status, class: A}
        unchecked: {title: free text of the old screens}
      document.activity:
        is: document
        from: S_ACTIVITY_ATT
        parent: {at: PAR_ROW_ID, through: S_EVT_ACT, by: CASE_ID}

A platform column that is neither compared nor left unchecked with a reason is a mistake: nothing is forgotten quietly.
"""

import csv
import hashlib
from collections.abc import Collection, Mapping
from datetime import date
from io import StringIO
from pathlib import Path

from migrate.conditions import Column
from migrate.errors import InvalidInput, Mistake
from migrate.model import Layout, TargetTable
from migrate.reading.document import decode
from migrate.reading.document import read as read_document
from migrate.reading.grammar import (
    Keys,
    Notes,
    Parser,
    Place,
    choice,
    identifier,
    iso_date,
    many,
    name,
    named,
    own_name,
    scalar,
    suggest,
    text,
    word,
)
from reconciliation.compare.conditions import condition
from reconciliation.compare.nouns import Compared, Comparison, Form, Join, Pair, Parent, Variant
from reconciliation.compare.questions import Questions
from reconciliation.forms import FORMS, options_of
from reconciliation.model import FieldClass

FOLDER = "compare"


def read(mappings: Path, layout: Layout) -> dict[str, Comparison]:
    """The comparisons beside the mappings, by entity, in the order of their files' names.

    Raises InvalidInput with every mistake; also where there is no comparison at all.
    """
    folder = mappings / FOLDER
    found: dict[str, Comparison] = {}
    mistakes: list[Mistake] = []
    codes: dict[str, Mapping[tuple[str, str], str]] = {}
    for path in sorted(folder.glob("*.yaml")):
        file = f"{FOLDER}/{path.name}"
        reader = _File(path, Notes(file), layout, mappings / "codes", codes)
        comparison = reader.comparison()
        mistakes += reader.notes.mistakes
        if comparison is not None:
            found[comparison.entity] = comparison
    if not found and not mistakes:
        mistakes = [
            Mistake(
                f"{FOLDER}/", 0, "there is no comparison", "write one for each entity: docs/comparison.md"
            )
        ]
    if mistakes:
        raise InvalidInput(mistakes)
    return found


class _File:
    """Reads one file; notes its mistakes."""

    def __init__(
        self,
        path: Path,
        notes: Notes,
        layout: Layout,
        codes: Path,
        known: dict[str, Mapping[tuple[str, str], str]],
    ) -> None:
        self.path, self.notes, self.layout, self.code_folder, self.codes = path, notes, layout, codes, known
        self.used: set[str] = set()

    def comparison(self) -> Comparison | None:
        data = self.path.read_bytes()
        root, mistakes = read_document(data, self.notes.file)
        self.notes.mistakes += mistakes
        if root is None:
            return None
        at = Place(root, self.notes)
        with at.keys() as take:
            entity = take("entity", name)
            table, platform = take("root", self._root, (None, None))
            self.root = table or ""
            self.root_table = platform or ""
            scope = take("scope", condition(self._column(())), None)
            pairs = take("pairs", named(self._pair), ())
            questions = Questions(pairs, self.layout)
            totals = take("totals", named(questions.total), ())
            relations = take("relations", named(questions.relation), ())
            identifiers = take("identity", named(questions.identifier), ())
            continuity = take("continuity", questions.continuity, None)
        if self.notes.mistakes:
            return None
        return Comparison(
            entity,
            self.root,
            self.root_table,
            scope,
            pairs,
            totals,
            relations,
            identifiers,
            continuity,
            {each: self.codes[each] for each in sorted(self.used)},
            self.notes.file,
            hashlib.sha256(data).hexdigest(),
        )

    def _root(self, at: Place) -> tuple[str, str]:
        with at.keys() as take:
            return take("table", identifier), take("is", word(self.layout, "table of the platform", "tables"))

    def _pair(self, at: Place) -> Pair:
        at = at.about(f"pair {at.name}")
        label = at.name
        with at.keys() as take:
            table = take("is", word(self.layout, "table of the platform", "tables"), label.partition(".")[0])
            if table not in self.layout:
                raise at.wrong(f"there is no platform table {table}", suggest(table, self.layout, "tables"))
            own = label == self.root_table
            source = take("from", identifier, self.root if own else None)
            if source is None:
                at.note("`from` is missing", "name the legacy table")
            parent = None if own else take("parent", _parent)
            joins = take("joins", named(_join), ())
            columns = self._column([join.alias for join in joins])
            where = take("where", condition(columns), None)
            variants = take("each", named(lambda each: self._variant(each, columns)), ())
            fields = take("fields", named(lambda each: self._field(each, self.layout[table], columns)), ())
            unchecked = take("unchecked", _reasons, {})
            empty = take("may_be_empty", text, "")
        pair = Pair(
            "" if own else label,
            table,
            source or "",
            parent,
            where,
            joins,
            variants,
            fields,
            unchecked,
            empty,
        )
        self._complete(at, pair, self.layout[table])
        return pair

    def _complete(self, at: Place, pair: Pair, table: TargetTable) -> None:
        """Every platform column is compared, or left out with a reason; and not both."""
        compared = {field.column for field in pair.fields}
        taken = {table.key, table.root_id}
        for column in table.columns:
            if column not in compared | pair.unchecked.keys() | taken:
                at.note(
                    f"column {table.name}.{column} is not compared",
                    "compare it, or give a reason: unchecked: {…}",
                )
        for column in pair.unchecked:
            if column not in table.columns:
                at.note(
                    f"unchecked: {table.name} has no column {column}",
                    suggest(column, table.columns, "columns"),
                )
            if column in compared:
                at.note(f"column {column} is compared and unchecked", "keep one of the two")

    def _column(self, aliases: Collection[str]) -> Parser[Column]:
        """`COLUMN`, `alias.COLUMN`, `root.COLUMN`, `each` or `each.constant`."""

        def parse(at: Place) -> Column:
            alias, dot, column = text(at).rpartition(".")
            if not dot and column == "each":
                return Column("each", "each")
            if dot and alias not in {*aliases, "root", "each"}:
                raise at.wrong(f"there is no join {alias}", suggest(alias, [*aliases, "root"], "joins"))
            return Column(column, alias if dot else None)

        return parse

    def _variant(self, at: Place, columns: Parser[Column]) -> Variant:
        with at.keys() as take:
            return Variant(
                at.name,
                take("from", columns),
                dict(take("set", named(lambda each: (each.name, scalar(each))), ())),
                take("unless_in", _elsewhere, None),
            )

    def _field(self, at: Place, table: TargetTable, columns: Parser[Column]) -> Compared:
        at = at.about(f"{at.subject}, field {at.name}")
        if at.name not in table.columns:
            raise at.wrong(f"{table.name} has no such column", suggest(at.name, table.columns, "columns"))
        if not isinstance(at.node.value, dict):
            return Compared(at.name, columns(at), FieldClass.B)
        with at.keys() as take:
            constant = take("value", scalar, None)
            source = take("with", columns, None)
            forms = take("as", many(_form), ())
            code = take("code", self._codes, None)
            parent = take("parent", columns, None)
            names = take("names", text, None)
            field_class = take("class", choice(*FieldClass), FieldClass.B)
        if source is None and "value" not in (at.node.value or {}):
            at.note("`with` is missing", "name the legacy column, or give a `value`")
        return Compared(at.name, source, FieldClass(field_class), constant, forms, code, parent, names)

    def _codes(self, at: Place) -> str:
        wanted = name(at)
        if wanted not in self.codes:
            path = self.code_folder / f"{wanted}.csv"
            if not path.is_file():
                known = [each.stem for each in self.code_folder.glob("*.csv")]
                raise at.wrong(f"there is no code list {wanted}", suggest(wanted, known, "lists"))
            self.codes[wanted] = read_codes(path)
        self.used.add(wanted)
        return wanted


def read_codes(path: Path) -> dict[tuple[str, str], str]:
    """(parent, value) -> code of the approved lines of a code list."""
    content, mistakes = decode(path.read_bytes(), f"codes/{path.name}")
    if content is None:
        raise InvalidInput(mistakes)
    lines = csv.DictReader(StringIO(content, newline=""))
    return {(line["parent"], line["value"]): line["code"] for line in lines if line["status"] == "approved"}


def _parent(at: Place) -> Parent:
    if not isinstance(at.node.value, dict):
        return Parent(identifier(at))
    with at.keys() as take:
        return Parent(take("at", identifier), take("through", identifier, None), take("by", identifier, None))


def _join(at: Place) -> Join:
    with at.keys() as take:
        join = Join(
            own_name(at, "join"),
            take("table", identifier),
            take("by", identifier, None),
            take("at", identifier, None),
        )
    if (join.by is None) == (join.at is None):
        at.note(
            "a join takes `by` or `at`",
            "by: its column with the root's key; at: the row's column with its ROW_ID",
        )
    return join


def _elsewhere(at: Place) -> tuple[str, str, str]:
    with at.keys() as take:
        return take("table", identifier), take("by", identifier), take("column", identifier)


def _reasons(at: Place) -> dict[str, str]:
    return dict(named(lambda each: (each.name, text(each)))(at))


def _form(at: Place) -> Form:
    if not isinstance(at.node.value, dict):
        form = Form(word(FORMS, "form")(at))
    else:
        (entry,) = at.entries()
        if entry.name not in FORMS:
            raise entry.wrong(f"no form named {entry.name}", suggest(entry.name, FORMS, "forms"))
        with entry.keys() as take:
            form = Form(entry.name, _options(entry.name, take))
    missing = [
        key
        for key, each in options_of(form.name).items()
        if each.default is each.empty and key not in form.options
    ]
    if missing:
        raise at.wrong(f"form {form.name} needs {', '.join(missing)}")
    return form


def _options(form: str, take: Keys) -> dict[str, object]:
    """The options that are given, by the annotations of the form's parameters."""
    parsers: dict[object, Parser[object]] = {
        str: text,
        "str | None": text,
        str | None: text,
        tuple[str, ...]: many(text),
        tuple[date, ...]: many(iso_date),
    }
    return {
        key: take(key, parsers[each.annotation], None)
        for key, each in options_of(form).items()
        if key in take
    }
