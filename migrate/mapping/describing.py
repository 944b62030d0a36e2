"""`describe`: a mapping as it was understood, as plain data (for JSON) and as text for a terminal."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass

from migrate.mapping import wording
from migrate.mapping.nouns import Consequence, Field, Mapping, TableMap
from migrate.mapping.reverse import Reversal, reversal
from migrate.mapping.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class FieldDescription:
    """One platform column: where it comes from and what happens on the way."""

    column: str
    source: str
    steps: tuple[str, ...]
    becomes: str  # code list, referred entity, row of the same entity, or empty
    rules: tuple[str, ...]  # 'flag lost_characters'
    otherwise: str
    when: str
    field_class: str
    required: bool
    reverses: str
    losses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TableDescription:
    """One table map."""

    label: str
    into: str
    rows: str  # 'S_CONTACT_XM where TYPE is NAME_AKA'
    beside: tuple[str, ...]
    each: tuple[str, ...]
    fields: tuple[FieldDescription, ...]


@dataclass(frozen=True, slots=True)
class Description:
    """A mapping as understood. Pairs are (name, words)."""

    entity: str
    file: str
    digest: str
    root: str
    after: tuple[str, ...]
    members: tuple[tuple[str, str], ...]
    excluded: tuple[tuple[str, str], ...]
    merged: str
    naturals: tuple[tuple[str, str], ...]
    tables: tuple[TableDescription, ...]
    rules: tuple[tuple[str, str], ...]
    dropped: tuple[tuple[str, str], ...]

    def data(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)

    def __str__(self) -> str:
        return "\n".join(_lines(self))


def describe(mapping: Mapping, vocabulary: Vocabulary) -> Description:
    """The mapping as it was understood; `str()` of it is for a terminal, `.data()` for JSON."""
    root = mapping.root
    return Description(
        entity=mapping.entity,
        file=mapping.file,
        digest=mapping.digest,
        root=f"{root.table} by {root.key}"
        + (f" where {wording.of_condition(root.where)}" if root.where else ""),
        after=mapping.after,
        members=tuple((member.name, wording.of_member(member)) for member in mapping.members),
        excluded=tuple(
            (e.name, f"{e.member} where {wording.of_condition(e.where)}: {e.reason}")
            for e in mapping.exclusions
        ),
        merged=wording.of_value(mapping.merged) if mapping.merged else "",
        naturals=tuple((natural.name, wording.of_natural(natural)) for natural in mapping.naturals),
        tables=tuple(_table(table, mapping, vocabulary) for table in mapping.tables),
        rules=tuple(
            (r.name, f"{wording.of_call(r.call)}, else {r.consequence}, class {r.field_class}")
            for r in mapping.rules
        ),
        dropped=tuple((f"{drop.member}.{drop.column}", drop.reason) for drop in mapping.dropped),
    )


def _table(table: TableMap, mapping: Mapping, vocabulary: Vocabulary) -> TableDescription:
    where = f" where {wording.of_condition(table.where)}" if table.where else ""
    return TableDescription(
        label=table.label,
        into=table.into,
        rows=table.member + where,
        beside=tuple(wording.of_join(join) for join in table.joins),
        each=tuple(f"{each.name} = {each.column}" for each in table.each),
        fields=tuple(_field(field, reversal(field, mapping, vocabulary)) for field in table.fields),
    )


def _field(field: Field, reverse: Reversal) -> FieldDescription:
    return FieldDescription(
        column=field.column,
        source=wording.of_source(field),
        steps=tuple(wording.of_call(step) for step in field.steps),
        becomes=wording.of_aim(field),
        rules=tuple(f"{consequence} {wording.of_call(call)}" for call, consequence in field.rules),
        otherwise=str(field.otherwise),
        when=wording.of_condition(field.when),
        field_class=str(field.field_class),
        required=field.required,
        reverses=reverse.kind,
        losses=reverse.losses,
    )


# --- for a terminal


def _lines(it: Description) -> Iterator[str]:
    yield f"{it.entity}  ({it.file}, {it.digest[:12]})"
    yield f"  root    {it.root}"
    if it.after:
        yield f"  after   {', '.join(it.after)}"
    if it.merged:
        yield f"  merged  {it.merged}"
    yield from _pairs("members", it.members)
    yield from _pairs("excluded", it.excluded)
    yield from _pairs("natural keys", it.naturals)
    for table in it.tables:
        yield from _table_lines(table)
    yield from _pairs("rules", it.rules)
    yield from _pairs("dropped", it.dropped)


def _pairs(title: str, pairs: tuple[tuple[str, str], ...]) -> Iterator[str]:
    if pairs:
        width = max(len(name) for name, _ in pairs)
        yield ""
        yield f"  {title}"
        yield from (f"    {name:{width}}  {words}" for name, words in pairs)


def _table_lines(table: TableDescription) -> Iterator[str]:
    into = f" into {table.into}" if table.into != table.label else ""
    yield ""
    yield f"  {table.label}{into}  from {table.rows}"
    if table.beside:
        yield f"    beside  {', '.join(table.beside)}"
    if table.each:
        yield f"    each    {', '.join(table.each)}"
    rows = [(field.column, field.field_class, field.reverses, _way(field)) for field in table.fields]
    widths = [max((len(row[i]) for row in rows), default=0) for i in range(3)]
    for column, field_class, reverses, way in rows:
        yield f"    {column:{widths[0]}}  {field_class:{widths[1]}}  {reverses:{widths[2]}}  {way}"


def _way(field: FieldDescription) -> str:
    """`LAST_NAME > trim > code sex; required; flag at_width(width: 100); else flag`"""
    way = " > ".join(part for part in (field.source, *field.steps, field.becomes) if part)
    notes = [
        f"when {field.when}" if field.when else "",
        "required" if field.required else "",
        *field.rules,
        f"else {field.otherwise}" if field.otherwise != Consequence.REJECT else "",
    ]
    return "; ".join(part for part in (way, *notes) if part)
