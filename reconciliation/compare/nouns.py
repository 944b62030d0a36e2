"""What a comparison file says, as values; made by `reconciliation.compare.read` after every name was checked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from migrate.conditions import All, Any, Column, Condition, Not, Scalar, Test
from reconciliation.model import FieldClass


@dataclass(frozen=True, slots=True)
class Form:
    """A declared normal form of a legacy value: a name of `reconciliation.forms`, and its options.

    An option that is a Column, or some of them, stands for the values there.
    """

    name: str
    options: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Compared:
    """One platform column, and what stands for it in the legacy row.

    column:   of the platform.
    source:   of the legacy row (alias None), of a joined row, of `root`, or `each` for a variant's value.
    constant: what has to stand there in every row; used where there is no source.
    holds:    the column says whether this is so of the row; used where there is no source.
    forms:    applied to the legacy value in this order; without any the value is compared as it is.
    code:     the list of `codes/<list>.csv` that says which code a value is; `parent` is the column that tells apart
              values of the same name.
    names:    the value is the key of this entity's root: the platform has its id. `entity/label` names a member's row.
    when:     where it does not hold, there must be no value.
    may_dangle: why there may be none where the named row is not on the platform; '' where that is a difference.
    may_circle: why there may be none where the chain of these pointers leads back to the row; '' as before.
    """

    column: str
    source: Column | None
    field_class: FieldClass
    constant: Scalar = None
    forms: tuple[Form, ...] = ()
    code: str | None = None
    parent: Column | None = None
    names: str | None = None
    holds: Condition | None = None
    when: Condition | None = None
    may_dangle: str = ""
    may_circle: str = ""

    def columns(self) -> Iterator[Column]:
        """The legacy columns that it looks at."""
        for column in (self.source, self.parent):
            if column is not None:
                yield column
        for condition in (self.holds, self.when):
            yield from columns_of(condition)
        for form in self.forms:
            for option in form.options.values():
                for each in option if isinstance(option, tuple) else (option,):
                    if isinstance(each, Column):
                        yield each


@dataclass(frozen=True, slots=True)
class Join:
    """At most one further legacy row beside each: of the same root (`by` holds the root's key), or named by `at`.

    where:  which rows of that table may stand there; of several the first without a conflict does.
    """

    alias: str
    table: str
    by: str | None = None
    at: str | None = None
    where: Condition | None = None


@dataclass(frozen=True, slots=True)
class Variant:
    """One of several columns of a row of which each makes a platform row where it holds a value.

    unless_in: the value makes none where the same root has a row of that table with it in that column.
    """

    name: str
    source: Column
    constants: Mapping[str, Scalar]
    unless_in: tuple[str, str, str] | None = (
        None  # table, its column with the root's key, its column with the value
    )


@dataclass(frozen=True, slots=True)
class Parent:
    """How a legacy row leads to its root: by a column with the root's key, or through a row of another table.

    at:      the column; where `through` is set it holds a ROW_ID of that table, whose column `by` has the root's key.
    """

    at: str
    through: str | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """The rows of a legacy table, and the rows of a platform table that they have to be.

    label:      part of the derived ids, `<entity>/<label>/<ROW_ID>`; '' for the root's own table.
    parent:     None for the root's own table.
    where:      which legacy rows; each of them has to be there, and no other row of that label may be.
    variants:   where one row makes several.
    unchecked:  platform column -> why it is not compared.
    may_be_empty: why there may be no such row at all; '' where that would be no pass.
    """

    label: str
    table: str
    source: str
    parent: Parent | None
    where: Condition | None
    joins: tuple[Join, ...]
    variants: tuple[Variant, ...]
    fields: tuple[Compared, ...]
    unchecked: Mapping[str, str]
    may_be_empty: str = ""

    @property
    def name(self) -> str:
        """How findings call it."""
        return self.label or self.table

    def field(self, column: str) -> Compared:
        """What stands for a platform column."""
        return next(each for each in self.fields if each.column == column)


@dataclass(frozen=True, slots=True)
class Dimension:
    """What a cross table goes by: a compared column, or the year or month of one."""

    column: str
    grain: str = ""  # '', 'year' or 'month'

    @property
    def name(self) -> str:
        """How the parts of a measure call it."""
        return f"{self.column} ({self.grain})" if self.grain else self.column


@dataclass(frozen=True, slots=True)
class Total:
    """A cross table of the rows of a pair, or of an amount in them, that both databases work out by themselves.

    amount:    platform column that is added up; '' counts rows.
    currency:  platform column that says in what; the amounts of each are a total of their own.
    """

    name: str
    pair: str
    by: tuple[Dimension, ...]
    amount: str = ""
    currency: str = ""
    may_be_empty: str = ""


@dataclass(frozen=True, slots=True)
class Relation:
    """How many rows of a platform table each row of another has.

    of:      the platform table that is counted, `by` the column that says whose its rows are.
    where:   platform column -> values that count; `when` the same for whose they are.
    """

    name: str
    of: str
    by: str
    per: str
    where: Mapping[str, tuple[Scalar, ...]]
    when: Mapping[str, tuple[Scalar, ...]]
    least: int
    most: int | None
    field_class: FieldClass


@dataclass(frozen=True, slots=True)
class Identifier:
    """A value that no two roots may share: column `by` of the platform table `of`, in the rows that `where` names."""

    name: str
    of: str
    by: str
    where: Mapping[str, tuple[Scalar, ...]]
    may_be_empty: str = ""


@dataclass(frozen=True, slots=True)
class Continuity:
    """What officers must find as they left it: columns of the root of work that goes on.

    columns:  compared columns of the root's pair.     of: a column and the codes of it that mean open work.
    dates:    of these, by which the age of the open work is compared.
    """

    columns: tuple[str, ...]
    of: str
    codes: tuple[str, ...]
    dates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """How the rows of a legacy table are found for some roots: those whose `by` is one of certain values.

    via:  the table, found before, and the column of it that has these values; None: the keys of the roots.
    """

    table: str
    by: str
    via: tuple[str, str] | None = None


@dataclass(frozen=True)
class Comparison:
    """All that is compared of one entity.

    root, table:  the legacy table of the roots, and the platform table that they are in.
    scope:        which roots belong on the platform; None: all.
    named:        what fields name -> the platform table in which such rows are.
    file, digest: where it stands, and the SHA-256 of that file.
    """

    entity: str
    root: str
    table: str
    scope: Condition | None
    pairs: tuple[Pair, ...]
    totals: tuple[Total, ...]
    relations: tuple[Relation, ...]
    identifiers: tuple[Identifier, ...]
    continuity: Continuity | None
    codes: Mapping[str, Mapping[tuple[str, str], str]] = field(repr=False)
    named: Mapping[str, str] = field(default_factory=dict)
    file: str = ""
    digest: str = ""

    def pair(self, name: str) -> Pair:
        """The pair of that name."""
        return next(pair for pair in self.pairs if pair.name == name)

    @property
    def own(self) -> Pair:
        """The pair of the roots themselves."""
        return next(pair for pair in self.pairs if not pair.label)

    @cached_property
    def links(self) -> Mapping[str, Link]:
        """Every legacy table that has to be read, by name: what others hang on comes before them."""
        found: dict[str, Link] = {}
        for link in self._found():
            found.setdefault(link.table, link)
        return found

    @property
    def zones(self) -> set[str]:
        """The time zones by which legacy times are read."""
        forms = (form for pair in self.pairs for each in pair.fields for form in each.forms)
        return {str(form.options["zone"]) for form in forms if "zone" in form.options}

    def _found(self) -> Iterator[Link]:
        yield Link(self.root, "ROW_ID")
        for pair in self.pairs:
            if pair.parent is not None and pair.parent.through is None:
                yield Link(pair.source, pair.parent.at)
        for pair in self.pairs:
            yield from _hanging(pair)

    @cached_property
    def sources(self) -> Mapping[str, frozenset[str]]:
        """Legacy table -> the columns that have to be read of it."""
        wanted: dict[str, set[str]] = {}
        for table, column in self._read():
            wanted.setdefault(table, {"ROW_ID"}).add(column)
        return {table: frozenset(columns) for table, columns in wanted.items()}

    def _read(self) -> Iterator[tuple[str, str]]:
        yield self.root, "ROW_ID"
        for column in columns_of(self.scope):
            yield self.root, column.name
        for pair in self.pairs:
            yield from _read_by(pair, self.root)


def _hanging(pair: Pair) -> Iterator[Link]:
    """What is read beside the tables whose rows name their root."""
    if pair.parent is not None and pair.parent.through is not None and pair.parent.by is not None:
        yield Link(pair.parent.through, pair.parent.by)
        yield Link(pair.source, pair.parent.at, (pair.parent.through, "ROW_ID"))
    for variant in pair.variants:
        if variant.unless_in is not None:
            yield Link(variant.unless_in[0], variant.unless_in[1])
    for join in pair.joins:
        yield (
            Link(join.table, join.by)
            if join.by is not None
            else Link(join.table, "ROW_ID", (pair.source, join.at or "ROW_ID"))
        )


def _read_by(pair: Pair, root: str) -> Iterator[tuple[str, str]]:
    """Tables and columns that a pair looks at."""
    yield pair.source, "ROW_ID"
    yield from _links(pair)
    tables: dict[str | None, str] = {None: pair.source, "root": root}
    tables |= {join.alias: join.table for join in pair.joins}
    named = [*columns_of(pair.where), *(variant.source for variant in pair.variants)]
    for compared in pair.fields:
        named += compared.columns()
    yield from ((tables[column.alias], column.name) for column in named if column.alias != "each")


def _links(pair: Pair) -> Iterator[tuple[str, str]]:
    """What leads from row to row."""
    if pair.parent is not None:
        yield pair.source, pair.parent.at
        if pair.parent.through is not None and pair.parent.by is not None:
            yield pair.parent.through, pair.parent.by
    for join in pair.joins:
        yield join.table, join.by or "ROW_ID"
        yield from ((join.table, column.name) for column in columns_of(join.where))
        yield (join.table, "CONFLICT_ID") if join.at is None else (pair.source, join.at)
    for variant in pair.variants:
        if variant.unless_in is not None:
            yield from ((variant.unless_in[0], column) for column in variant.unless_in[1:])


def columns_of(condition: Condition | None) -> Iterator[Column]:
    """The columns that a condition looks at."""
    match condition:
        case None:
            return
        case Test(column=column):
            yield column
        case Not(part=part):
            yield from columns_of(part)
        case All(parts=parts) | Any(parts=parts):
            for part in parts:
                yield from columns_of(part)
