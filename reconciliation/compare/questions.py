"""The sections of a comparison file beside its pairs: totals, relations, identity, continuity.

totals:
payments: {of: payment, sum: amount, in: currency_code, by: [status_code, {month: paid_at}]}
relations:
one principal applicant: {of: application_party, by: application_id, per: application,
where: {role_code: PRINCIPAL_APPLICANT}, least: 1, most: 1}
continuity:
of: {status_code: OPEN}
columns: [owner_id, due_at, received_on, lock_in_on]
ages: [received_on]
"""

from collections.abc import Collection, Sequence

from migrate.conditions import Scalar
from migrate.model import Layout
from migrate.reading.grammar import Parser, Place, choice, many, named, scalar, suggest, text, whole, word
from reconciliation.compare.nouns import Continuity, Dimension, Identifier, Pair, Relation, Total
from reconciliation.model import FieldClass

GRAINS = ("year", "month")
DATED = frozenset({"day", "local"})
"""The forms after which a month of the platform is a month of the legacy value."""


class Questions:
    """Parsers that know the pairs of their file, and the platform's tables."""

    def __init__(self, pairs: Sequence[Pair] | None, layout: Layout) -> None:
        self.pairs = {pair.name: pair for pair in pairs or ()}
        self.layout = layout

    def total(self, at: Place) -> Total:
        """One cross table."""
        at = at.about(f"total {at.name}")
        with at.keys() as take:
            pair = take("of", word(self.pairs, "pair"))
            compared = [field.column for field in self.pairs[pair].fields] if pair in self.pairs else []
            by = take("by", many(self._dimension(compared, pair)), ())
            amount = take("sum", word(compared, "compared column", "columns"), "")
            currency = take("in", word(compared, "compared column", "columns"), "")
            empty = take("may_be_empty", text, "")
        if amount and not currency:
            at.note("`in` is missing", "name the column with the currency: amounts of two are never added")
        return Total(at.name, pair, by, amount, currency, empty)

    def _dimension(self, compared: Collection[str], pair: str) -> Parser[Dimension]:
        def parse(at: Place) -> Dimension:
            if not isinstance(at.node.value, dict):
                column = word(compared, "compared column", "columns")(at)
                field = self.pairs[pair].field(column)
                if field.code is None and not any(form.name == "flag" for form in field.forms):
                    what = f"column {column} holds no codes: its values would stand in the evidence, person by person"
                    raise at.wrong(what, "go by a coded column, a flag, or the year or month of a date")
                return Dimension(column)
            (entry,) = at.entries()
            if entry.name not in GRAINS:
                raise entry.wrong(f"no grain named {entry.name}", suggest(entry.name, GRAINS, "grains"))
            column = word(compared, "compared column", "columns")(entry)
            forms = {form.name for form in self.pairs[pair].field(column).forms}
            if forms - DATED:
                raise entry.wrong(
                    f"column {column} has forms that a database cannot work out: {', '.join(sorted(forms - DATED))}",
                    "go by another date",
                )
            return Dimension(column, entry.name)

        return parse

    def relation(self, at: Place) -> Relation:
        """One rule on how many."""
        at = at.about(f"relation {at.name}")
        with at.keys() as take:
            of = take("of", word(self.layout, "table of the platform", "tables"))
            columns = self.layout[of].columns if of in self.layout else {}
            return Relation(
                at.name,
                of,
                take("by", word(columns, "column")),
                take("per", word(self.layout, "table of the platform", "tables")),
                dict(take("where", named(_values), ())),
                dict(take("when", named(_values), ())),
                take("least", whole, 0),
                take("most", whole, None),
                FieldClass(take("class", choice(*FieldClass), FieldClass.A)),
            )

    def identifier(self, at: Place) -> Identifier:
        """What belongs to one root alone."""
        at = at.about(f"identity {at.name}")
        with at.keys() as take:
            of = take("of", word(self.layout, "table of the platform", "tables"))
            columns = self.layout[of].columns if of in self.layout else {}
            by = take("by", word(columns, "column"))
            return Identifier(
                at.name, of, by, dict(take("where", named(_values), ())), take("may_be_empty", text, "")
            )

    def continuity(self, at: Place) -> Continuity | None:
        """What has to go on as it was."""
        own = next((pair for pair in self.pairs.values() if not pair.label), None)
        compared = [field.column for field in own.fields] if own else []
        column = word(compared, "compared column of the root", "columns")
        with at.keys() as take:
            of = take("of", named(_values), ())
            columns, ages = take("columns", many(column), ()), take("ages", many(column), ())
        if len(of) != 1:
            raise at.wrong("`of` takes one column with its codes", "of: {status_code: OPEN}")
        ((name, codes),) = of
        return Continuity(columns, name, tuple(map(str, codes)), ages)


def _values(at: Place) -> tuple[str, tuple[Scalar, ...]]:
    return at.name, many(scalar)(at)
