"""Mappings that are wrong in known ways.

    mutants = mutants(mappings, layout, per_class=1, seed=1)        each one change of one table map
    wrong = mutated(mappings, mutants)                              all of them at once

Each class is a mistake that people make: two fields exchanged, a filter forgotten, a time zone taken for another, a
join that takes too much, another default. At most one of them touches a table map, so that what is found can be told
apart.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from migrate.conditions import Column
from migrate.mapping import Mappings
from migrate.mapping.nouns import Call, Field, TableMap
from migrate.model import Layout, TargetTable

OTHER_ZONE = "America/Vancouver"


@dataclass(frozen=True, slots=True)
class Mutant:
    """A wrong table map in the place of a right one. `columns` are those that come out wrong; () for whole rows."""

    kind: str
    entity: str
    label: str
    columns: tuple[str, ...]
    wrong: TableMap

    @property
    def told(self) -> str:
        """Where it is, without a value."""
        return f"{self.entity}/{self.label}" + (f" {', '.join(self.columns)}" if self.columns else "")


def mutants(
    mappings: Mappings, layout: Layout, codes: Mapping[str, Sequence[str]], *, per_class: int, seed: int
) -> list[Mutant]:
    """Some mutants of each class, by chance; the seed repeats them."""
    found: list[Mutant] = []
    for kind, mutate in KINDS.items():
        offered = [
            Mutant(kind, entity, table.label, columns, wrong)
            for entity, mapping in mappings.items()
            for table in mapping.tables
            for columns, wrong in mutate(table, layout[table.into], codes)
        ]
        random.Random(f"{seed} {kind}").shuffle(offered)  # to be repeated, not to be secret
        taken = {(each.entity, each.wrong.into) for each in found}
        fresh = [each for each in offered if (each.entity, each.wrong.into) not in taken]
        found += list({each.wrong.into: each for each in fresh}.values())[:per_class]
    return found


def mutated(mappings: Mappings, changes: Sequence[Mutant]) -> Mappings:
    """The mappings with the wrong table maps; each changed one has a digest of its own."""
    wrong = {(each.entity, each.label): each.wrong for each in changes}
    entities = {each.entity for each in changes}
    return Mappings(
        {
            entity: replace(
                mapping,
                tables=tuple(wrong.get((entity, table.label), table) for table in mapping.tables),
                digest=f"drill {mapping.digest}"[:64] if entity in entities else mapping.digest,
            )
            for entity, mapping in mappings.items()
        }
    )


Offers = Iterator[tuple[tuple[str, ...], TableMap]]
"""Columns that come out wrong, and the wrong table map."""

Mutate = Callable[[TableMap, TargetTable, Mapping[str, Sequence[str]]], Offers]


def _swapped(table: TableMap, target: TargetTable, _: object) -> Offers:
    """Two fields of one type take each other's source."""
    plain = [
        f for f in table.fields if len(f.sources) == 1 and not (f.code or f.ref or f.row or f.when or f.rules)
    ]
    for at, first in enumerate(plain):
        for second in plain[at + 1 :]:
            if target.columns[first.column] == replace(target.columns[second.column], name=first.column):
                sources = {first.column: second.sources, second.column: first.sources}
                yield (first.column, second.column), _with_sources(table, sources)


def _with_sources(table: TableMap, sources: Mapping[str, tuple[Column, ...]]) -> TableMap:
    return _fields(table, lambda field: replace(field, sources=sources.get(field.column, field.sources)))


def _unfiltered(table: TableMap, _: TargetTable, __: object) -> Offers:
    """The filter of the rows is forgotten."""
    if table.where is not None:
        yield (), replace(table, where=None)


def _shifted(table: TableMap, _: TargetTable, __: object) -> Offers:
    """Wall time is taken for that of another zone."""
    for field in table.fields:
        if any(step.name == "local_instant" for step in field.steps):
            yield (field.column,), _with_steps(table, field.column, tuple(map(_elsewhere, field.steps)))


def _with_steps(table: TableMap, column: str, steps: tuple[Call, ...]) -> TableMap:
    return _fields(table, lambda field: replace(field, steps=steps) if field.column == column else field)


def _widened(table: TableMap, _: TargetTable, __: object) -> Offers:
    """A join, or an unpivoted column, takes what it should leave out."""
    if any(each.unless_in for each in table.each):
        yield (), replace(table, each=tuple(replace(each, unless_in=None) for each in table.each))
    for join in table.joins:
        if join.where is not None:
            joins = tuple(replace(each, where=None) if each is join else each for each in table.joins)
            named = [
                field.column
                for field in table.fields
                if any(source.alias == join.alias for source in field.sources)
            ]
            yield tuple(named), replace(table, joins=joins)


def _defaulted(table: TableMap, target: TargetTable, codes: Mapping[str, Sequence[str]]) -> Offers:
    """A constant is another one."""
    for field in table.fields:
        listed = target.columns[field.column].code_list
        if not field.sources and isinstance(field.constant, str) and listed:
            others = [code for code in codes[listed] if code != field.constant]
            if others:
                yield (field.column,), _constant(table, field, others[0])
        elif not field.sources and isinstance(field.constant, bool):
            yield (field.column,), _constant(table, field, not field.constant)


def _constant(table: TableMap, field: Field, value: str | bool) -> TableMap:
    return _fields(table, lambda each: replace(each, constant=value) if each is field else each)


def _fields(table: TableMap, change: Callable[[Field], Field]) -> TableMap:
    return replace(table, fields=tuple(change(field) for field in table.fields))


def _elsewhere(step: Call) -> Call:
    if step.name != "local_instant":
        return step
    return replace(step, options={**step.options, "zone": OTHER_ZONE})


KINDS: Mapping[str, Mutate] = {
    "fields swapped": _swapped,
    "filter dropped": _unfiltered,
    "time zone shifted": _shifted,
    "join widened": _widened,
    "default changed": _defaulted,
}
"""Class -> the ways in which a table map can be wrong so."""
