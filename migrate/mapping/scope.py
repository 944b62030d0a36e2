"""The names that a mapping file may use at each point, and the parsers of everything that is such a name.

An `Outline` is what a first look at a file tells (entity, members, labels, natural keys), so that the real reading can
check every name wherever it stands. A `Scope` is one file's view: its own outline, those of the others, the
vocabulary and the platform. `RowScope` is the view of one row: the columns of its own table, of what is joined beside
it, of the root and of `each`.
"""

import re
from collections.abc import Collection
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field

from migrate.conditions import Column, Meaning, MemberColumn
from migrate.mapping.nouns import NaturalKind
from migrate.mapping.vocabulary import Vocabulary, Word
from migrate.model import Layout
from migrate.reading.document import Node, shown
from migrate.reading.grammar import IDENTIFIER, Place, identifier, suggest, text, word

ROOT = "root"
"""The alias under which every row reaches the root row of its entity."""

EACH = "each"
"""The value of the column that an `each` row stands for; `each.<name>`: what was set beside it."""


@dataclass(frozen=True, slots=True)
class Outline:
    """What a first look at a file tells. `whole` is False when it could not be read: its names are not known."""

    file: str
    entity: str
    root: str = ""
    tables: Dict[str, str] = field(default_factory=dict)  # member (and root) -> source table
    labels: Dict[str, str] = field(default_factory=dict)  # label -> platform table
    shared: Dict[str, Node] = field(default_factory=dict)  # fields that several table maps have alike
    naturals: Dict[str, NaturalKind] = field(default_factory=dict)
    after: tuple[str, ...] = ()
    after_line: int = 0
    whole: bool = True


def outline(root: Node, file: str, stem: str) -> Outline:
    """Look through a document without judging it."""
    top = _dict(root)
    own = _dict(top.get("root"))
    table = _text(own.get("table")) or ""
    name = _text(own.get("name")) or table
    name = name if re.fullmatch(IDENTIFIER, name) else ""
    members = {
        member: _text(_dict(node).get("table")) or member
        for member, node in _dict(top.get("members")).items()
    }
    labels = {
        label: _text(_dict(node).get("into")) or label for label, node in _dict(top.get("tables")).items()
    }
    after = top.get("after")
    listed = after.value if after and isinstance(after.value, list) else [after] if after else []
    return Outline(
        file,
        _text(top.get("entity")) or stem,
        name,
        {name: table, **members} if name else members,
        labels,
        _dict(top.get("shared")),
        {
            natural: NaturalKind.POINTER if "pointer" in _dict(node) else NaturalKind.UNIQUE
            for natural, node in _dict(top.get("natural")).items()
        },
        tuple(entity for node in listed if (entity := _text(node))),
        after.line if after else 0,
    )


def _dict(node: Node | None) -> dict[str, Node]:
    return node.value if node and isinstance(node.value, dict) else {}


def _text(node: Node | None) -> str | None:
    return node.value if node and isinstance(node.value, str) else None


@dataclass(frozen=True, slots=True)
class Scope:
    """One file's view of every name it may use."""

    own: Outline
    others: Dict[str, Outline]  # by entity
    vocabulary: Vocabulary
    layout: Layout
    codes: Dict[str, Collection[str]] = field(
        default_factory=dict
    )  # the platform's codes by list, where known
    code_lists: dict[str, list[tuple[Place, bool | None]]] = field(
        default_factory=dict
    )  # where asked for, and whether under a parent (None: by a condition, under any)
    meanings: list[tuple[Place, Meaning]] = field(default_factory=list)  # what conditions take values to mean
    shared_used: set[str] = field(default_factory=set)  # groups of shared fields that some table map has

    @property
    def members(self) -> Collection[str]:
        """The root and the members by name."""
        return self.own.tables.keys()

    def member(self, at: Place) -> str:
        """The root or a member."""
        if (value := text(at)) in self.own.tables or not self.own.root:
            return value
        raise at.wrong(f"no member named {shown(value)[1:-1]}", suggest(value, self.members, "members"))

    def member_column(self, at: Place) -> MemberColumn:
        """`member.COLUMN`."""
        member, dot, column = text(at).partition(".")
        if not dot:
            raise at.wrong(
                f"`{at.name}` takes member.COLUMN, not {shown(member)}", f"write <member>.{member[:40]}"
            )
        if member not in self.own.tables and self.own.root:
            raise at.wrong(f"no member named {shown(member)[1:-1]}", suggest(member, self.members, "members"))
        return MemberColumn(member, identifier(at.child(at.name, Node(at.line, column))))

    def entity(self, at: Place) -> str:
        """This entity, or one that is loaded before."""
        value = text(at)
        if value == self.own.entity or (value in self.own.after and value in self.others):
            return value
        if value in self.others:
            raise at.wrong(f"entity {value} is not loaded before this one", f"add {value} to `after`")
        raise at.wrong(f"no entity named {shown(value)[1:-1]}", suggest(value, self.others, "entities"))

    def label(self, at: Place) -> str:
        """A label of this mapping's tables."""
        if (value := text(at)) in self.own.labels:
            return value
        raise at.wrong(
            f"no table map labelled {shown(value)[1:-1]}", suggest(value, self.own.labels, "labels")
        )

    def natural(self, at: Place, kind: NaturalKind) -> str:
        """A natural key of this mapping, of that kind."""
        known = [name for name, its in self.own.naturals.items() if its is kind]
        return word(known, "pointer" if kind is NaturalKind.POINTER else "natural key")(at)

    def foreign_natural(self, at: Place) -> str:
        """`entity.natural` of an entity that is loaded before."""
        value = text(at)
        entity, dot, name = value.partition(".")
        if not dot:
            raise at.wrong(
                f"`{at.name}` takes entity.natural, not {shown(value)}", f"write <entity>.{value[:40]}"
            )
        self.entity(at.child(at.name, Node(at.line, entity)))
        outline = self.others[entity]
        if name in outline.naturals or not outline.whole:
            return value
        what = f"{entity} has no natural key named {shown(name)[1:-1]}"
        raise at.wrong(
            what, suggest(name, [f"{entity}.{natural}" for natural in outline.naturals], "natural keys")
        )

    @property
    def words_on_values(self) -> tuple[tuple[Dict[str, Word], str], ...]:
        """Steps and rules, with what they are called."""
        return (self.vocabulary.steps, "step"), (self.vocabulary.rules, "rule")

    def rows_of(self, member: str) -> "RowScope":
        """The view of a row of a member, nothing joined."""
        return RowScope(self, member)


@dataclass(frozen=True, slots=True)
class RowScope:
    """The columns that a row can see. `used` collects the aliases that something asked for."""

    scope: Scope
    member: str
    aliases: Dict[str, str] = field(default_factory=dict)  # alias -> member
    each: frozenset[str] | None = None  # names set beside `each`; None outside an `each` table
    used: set[str] = field(default_factory=set)

    def column(self, at: Place) -> Column:
        """`COLUMN`, `alias.COLUMN`, `root.COLUMN`, `each` or `each.<name>`."""
        value = at.node.value
        if not isinstance(value, str):
            raise at.expected("a column")
        alias, dot, name = value.partition(".")
        if EACH in (value, alias):
            return self._each(at, name)
        if not dot:
            return Column(identifier(at))
        if alias != ROOT and alias not in self.aliases:
            raise at.wrong(f"no alias named {shown(alias)[1:-1]}", self._aliases(alias))
        self.used.add(alias)
        return Column(identifier(at.child(at.name, Node(at.line, name))), alias)

    def _each(self, at: Place, name: str) -> Column:
        if self.each is None:
            raise at.wrong(
                "`each` stands only in a table map that has `each`", "add `each`, or name a column"
            )
        if not name:
            return Column(EACH)
        if name not in self.each:
            what = f"each.{shown(name)[1:-1]} is not set by every entry of `each`"
            way_out = f"write `set: {{{name[:40]}: …}}` in each of them"
            raise at.wrong(what, suggest(name, self.each, "") or way_out)
        return Column(name, EACH)

    def _aliases(self, alias: str) -> str:
        if alias in self.scope.members:
            return f"put it beside the rows: `with: {{x: {alias}}}`, then x.COLUMN"
        return suggest(alias, [*self.aliases, ROOT], "aliases")
