"""The fields of a pair: each platform column, and what stands for it in the legacy row.

number:          {with: CASE_NUM, as: [trim], class: A}
status_code:     {with: STATUS_CD, as: [trim], code: application_status, class: A}
is_restricted:   {holds: {any: [{X_RESTRICTED_FLG: [Y, y]}, {secret.ROW_ID: {blank: false}}]}, class: A}
owner_id:        {with: OWNER_PER_ID, names: user, may_dangle: some owners were deleted}
changed_at:      LAST_UPD                         the same as {with: LAST_UPD}
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from migrate.conditions import Column, Condition
from migrate.model import TargetTable
from migrate.reading.document import Node
from migrate.reading.grammar import (
    Keys,
    Parser,
    Place,
    choice,
    identifier,
    iso_date,
    many,
    scalar,
    string,
    suggest,
    text,
    word,
)
from reconciliation.compare.conditions import condition
from reconciliation.compare.lists import Lists
from reconciliation.compare.nouns import Compared, Form
from reconciliation.forms import FORMS, ColumnOf, ColumnsOf, options_of
from reconciliation.model import FieldClass

_SOURCES = ("with", "value", "holds")


@dataclass(frozen=True)
class Fields:
    """The parser of the fields of one pair.

    table:    the platform's, None where it is not known.
    aliases:  names of the rows that stand beside each.
    each:     names that the entries of `each` set; None where there are no such entries.
    """

    table: TargetTable | None
    aliases: Collection[str]
    lists: Lists
    each: Collection[str] | None = None

    def field(self, at: Place) -> Compared:
        """One platform column."""
        at = at.about(f"{at.subject}, field {at.name}")
        if self.table is not None and at.name not in self.table.columns:
            known = suggest(at.name, self.table.columns, "columns")
            raise at.wrong(f"{self.table.name} has no such column", known)
        if not isinstance(at.node.value, dict):
            return Compared(at.name, self.column(at), FieldClass.B)
        with at.keys() as take:
            compared = Compared(
                at.name,
                source=take("with", self.column, None),
                field_class=FieldClass(take("class", choice(*FieldClass), FieldClass.B)),
                constant=take("value", scalar, None),
                holds=take("holds", self.condition, None),
                forms=take("as", many(self._form), ()),
                code=take("code", self.lists.parse, None),
                parent=take("parent", self.column, None),
                names=take("names", text, None),
                when=take("when", self.condition, None),
                may_dangle=take("may_dangle", text, ""),
                may_circle=take("may_circle", text, ""),
            )
        self._sound(at, compared)
        return compared

    def _sound(self, at: Place, compared: Compared) -> None:
        """What belongs together is there together."""
        given = [key for key in _SOURCES if key in at.node.value]  # type: ignore[operator]
        if not given:
            at.note("`with` is missing", "name the legacy column, or give a `value`, or say what `holds`")
        if len(given) > 1:
            at.note(f"{' and '.join(f'`{key}`' for key in given)} are given", "keep one of them")
        if compared.source is None and (compared.forms or compared.code or compared.names):
            at.note("`as`, `code` and `names` need a legacy value", "name the legacy column: with: COLUMN")
        if compared.parent is not None and compared.code is None:
            at.note("`parent` tells apart the codes of a list", "name the list: code: …")
        if (compared.may_dangle or compared.may_circle) and compared.names is None:
            at.note("only a field with `names` points at something", "name it, or leave the key out")

    def condition(self, at: Place) -> Condition:
        """A condition on the row."""
        return condition(self.column, self.lists)(at)

    def column(self, at: Place) -> Column:
        """`COLUMN`, `alias.COLUMN`, `root.COLUMN`, `each` or `each.constant`."""
        value = text(at)
        alias, dot, column = value.rpartition(".")
        if (alias or column) == "each":
            return self._each(at, column)
        if dot and alias not in {*self.aliases, "root"}:
            raise at.wrong(f"there is no join {alias}", suggest(alias, [*self.aliases, "root"], "joins"))
        identifier(at.child(at.name, Node(at.line, column)))
        return Column(column, alias if dot else None)

    def _each(self, at: Place, column: str) -> Column:
        if self.each is None:
            raise at.wrong("`each` has no meaning here", "list the columns: each: {…}")
        if column != "each" and column not in self.each:
            raise at.wrong(f"no entry sets {column}", suggest(column, self.each, "names"))
        return Column(column, "each")

    def _form(self, at: Place) -> Form:
        if not isinstance(at.node.value, dict):
            return _whole(at, Form(word(FORMS, "form")(at)))
        entries = at.entries()
        if len(entries) != 1:
            raise at.expected("one form: {name: {option: value}}")
        (entry,) = entries
        if entry.name not in FORMS:
            raise entry.wrong(f"no form named {entry.name}", suggest(entry.name, FORMS, "forms"))
        with entry.keys() as take:
            options = self._options(entry.name, take)
        return _whole(at, Form(entry.name, options))

    def _options(self, form: str, take: Keys) -> dict[str, object]:
        """The options that are given, by the annotations of the form's parameters."""
        parsers: dict[object, Parser[object]] = {
            str: text,
            str | None: text,
            tuple[str, ...]: many(text),
            tuple[date, ...]: many(iso_date),
            dict[str, str]: _texts,
            ColumnOf: self.column,
            ColumnOf | None: self.column,
            ColumnsOf: many(self.column),
        }
        given = {key: take(key, parsers[each.annotation], None) for key, each in options_of(form).items()}
        return {key: value for key, value in given.items() if value is not None}


def _whole(at: Place, form: Form) -> Form:
    """The form, if every option is there that it needs."""
    needed = [key for key, each in options_of(form.name).items() if each.default is each.empty]
    if missing := [key for key in needed if key not in form.options]:
        raise at.wrong(f"form {form.name} needs {', '.join(missing)}", f"write {{{form.name}: {{…}}}}")
    return form


def _texts(at: Place) -> dict[str, str]:
    return {entry.name: string(entry) for entry in at.entries()}
