"""What the mappings need of each source table: what they read, what they order by, and where values go."""

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field

from migrate.conditions import Column
from migrate.mapping.nouns import Field, Mapping, TableMap
from migrate.mapping.scope import EACH, ROOT
from migrate.model import Layout, TargetColumn


@dataclass(frozen=True, slots=True)
class Goal:
    """A platform column that a source column fills; `plain`: without steps, code or reference in between."""

    place: str
    column: TargetColumn
    plain: bool


@dataclass(frozen=True, slots=True)
class Needs:
    """Of one table.

    read:     column -> the mapping files that read it.
    keys:     the columns that name its rows.
    ordered:  the columns by whose order it is read: keys and pointers.
    goals:    column -> the platform columns that it fills.
    """

    read: dict[str, list[str]] = field(default_factory=dict)
    keys: set[str] = field(default_factory=set)
    ordered: set[str] = field(default_factory=set)
    goals: dict[str, list[Goal]] = field(default_factory=dict)

    @property
    def files(self) -> list[str]:
        """The mapping files that read the table."""
        return list(dict.fromkeys(file for files in self.read.values() for file in files))


def needs(mappings: Iterable[Mapping], layout: Layout) -> dict[str, Needs]:
    """By table, in the order of the mappings."""
    found: dict[str, Needs] = {}
    for mapping in mappings:
        members = mapping.by_name
        for name, member in members.items():
            need = found.setdefault(member.table, Needs())
            for column in mapping.reads[name]:
                need.read.setdefault(column, []).append(mapping.file or mapping.entity)
            need.keys.add(member.key)
            need.ordered.update((member.key, member.by))
            if member.via:
                found.setdefault(members[member.via.member].table, Needs()).ordered.add(member.via.column)
        for member_name, column, goal in _goals(mapping, layout):
            found[members[member_name].table].goals.setdefault(column, []).append(goal)
    return found


def _goals(mapping: Mapping, layout: Layout) -> Iterator[tuple[str, str, Goal]]:
    for table in mapping.tables:
        members: Dict[str | None, str] = {None: table.member, ROOT: mapping.root.name} | {
            join.alias: join.member for join in table.joins
        }
        for each in table.fields:
            target = layout[table.into].columns[each.column]
            plain = not (each.steps or each.code or each.ref or each.row)
            for column in _columns(table, each):
                if column.alias in members:
                    yield (
                        members[column.alias],
                        column.name,
                        Goal(f"{table.into}.{each.column}", target, plain),
                    )


def _columns(table: TableMap, of: Field) -> Iterator[Column]:
    for column in of.sources:
        if table.each and column == Column(EACH):
            yield from (each.column for each in table.each)
        else:
            yield column
