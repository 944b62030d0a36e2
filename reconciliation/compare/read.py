"""Comparison files -> Comparison values, with every mistake of all files at once.

    entity: application
    root: {table: S_CASE, is: application}
    shared:
      stamps: {recorded_at: {with: CREATED, class: A}, changed_at: LAST_UPD}
    pairs:
      application:
        shared: [stamps]
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

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from migrate.errors import InvalidInput, Mistake
from migrate.model import Layout, TargetTable
from migrate.reading.document import Node
from migrate.reading.document import read as read_document
from migrate.reading.grammar import (
    Notes,
    Parser,
    Place,
    identifier,
    many,
    name,
    named,
    own_name,
    scalar,
    suggest,
    text,
    word,
)
from reconciliation.compare.fields import Fields
from reconciliation.compare.lists import Lists
from reconciliation.compare.nouns import Compared, Comparison, Join, Pair, Parent, Variant
from reconciliation.compare.questions import Questions

FOLDER = "compare"


def read(mappings: Path, layout: Layout) -> dict[str, Comparison]:
    """The comparisons beside the mappings, by entity, in the order of their files' names.

    Raises InvalidInput with every mistake; also where there is no comparison at all.
    """
    files = [_File(path, layout, mappings / "codes") for path in sorted((mappings / FOLDER).glob("*.yaml"))]
    if not files:
        way_out = "write one for each entity: docs/comparison.md"
        raise InvalidInput([Mistake(f"{FOLDER}/", 0, "there is no comparison", way_out)])
    told = [each for file in files if (each := file.comparison()) is not None]
    named_rows = _named_rows(told)
    for file in files:
        file.names(named_rows)
    if mistakes := [mistake for file in files for mistake in dict.fromkeys(file.notes.mistakes)]:
        raise InvalidInput(mistakes)
    return {each.entity: replace(each, named=named_rows) for each in told}


def there_are(mappings: Path) -> bool:
    """Whether there are comparison files beside these mappings."""
    return any((mappings / FOLDER).glob("*.yaml"))


def unmatched(comparisons: Mapping[str, Comparison], moved: Collection[str]) -> list[Mistake]:
    """What is wrong between the comparisons and the entities that are moved: each of these needs one."""
    mistakes = [
        Mistake(f"{FOLDER}/{name}.yaml", 0, f"{name} is moved and not compared", "write its comparison")
        for name in moved
        if name not in comparisons
    ]
    strange = [each for name, each in comparisons.items() if name not in moved]
    return mistakes + [
        Mistake(each.file, 0, f"nothing moves {each.entity}", suggest(each.entity, moved, "entities"))
        for each in strange
    ]


def _named_rows(comparisons: Collection[Comparison]) -> dict[str, str]:
    """What a field may name -> the platform table in which such rows are."""
    rows = {each.entity: each.table for each in comparisons}
    for each in comparisons:
        rows |= {f"{each.entity}/{pair.label}": pair.table for pair in each.pairs if pair.label}
    return rows


class _File:
    """Reads one file; notes its mistakes."""

    def __init__(self, path: Path, layout: Layout, codes: Path) -> None:
        self.path, self.layout = path, layout
        self.notes = Notes(f"{FOLDER}/{path.name}")
        self.lists = Lists(codes)
        self.shared: dict[str, Node] = {}
        self.shared_used: set[str] = set()
        self.pointing: list[tuple[Place, str]] = []

    def comparison(self) -> Comparison | None:
        """What the file says; where it has mistakes, as much of it as others may name."""
        data = self.path.read_bytes()
        root, mistakes = read_document(data, self.notes.file)
        self.notes.mistakes += mistakes
        if root is None:
            return None
        at = Place(root, self.notes)
        with at.keys() as take:
            entity = take("entity", name)
            table, platform = take("root", self._root) or (None, None)
            self.root, self.root_table = table or "", platform or ""
            self.root_known = bool(self.root and self.root_table)
            scope = take("scope", Fields(None, (), self.lists).condition, None)
            take("shared", self._groups, None)
            pairs = take("pairs", named(self._pair), ())
            questions = Questions(pairs, self.layout)
            totals = take("totals", named(questions.total), ())
            relations = take("relations", named(questions.relation), ())
            identifiers = take("identity", named(questions.identifier), ())
            continuity = take("continuity", questions.continuity, None)
        self._complete(at, pairs)
        if not entity:
            return None
        codes = dict(sorted(self.lists.known.items()))
        digest = hashlib.sha256(data).hexdigest()
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
            codes,
            {},
            self.notes.file,
            digest,
        )

    def names(self, known: Mapping[str, str]) -> None:
        """Note the fields that name what no file compares."""
        for at, wanted in self.pointing:
            if wanted not in known:
                at.note(f"nobody compares {wanted}", suggest(wanted, known, "entities and pairs"))

    def _root(self, at: Place) -> tuple[str, str]:
        with at.keys() as take:
            return take("table", identifier), take("is", word(self.layout, "table of the platform", "tables"))

    def _groups(self, at: Place) -> None:
        self.shared = {entry.name: entry.node for entry in at.entries()}

    def _complete(self, at: Place, pairs: tuple[Pair, ...]) -> None:
        """The root has its pair, every group is used, and no table is read in two ways."""
        if self.root_table and self.root_table not in [pair.table for pair in pairs if not pair.label]:
            at.note(f"there is no pair {self.root_table}", "compare the rows of the root first")
        for group in self.shared.keys() - self.shared_used:
            at.child(group, self.shared[group]).note(
                f"no pair uses {group}", "remove it, or name it in a pair"
            )
        ways: dict[str, set[str]] = defaultdict(set)
        for pair in pairs:
            for table, by in _ways(pair, self.root):
                ways[table].add(by)
        for table, several in ways.items():
            if len(several) > 1:
                told = " and by ".join(sorted(several))
                at.note(f"{table} is read by {told}", "find its rows in one way in the whole file")

    # --- a pair

    def _pair(self, at: Place) -> Pair:
        at = at.about(f"pair {at.name}")
        label, own = at.name, at.name == self.root_table
        with at.keys() as take:
            table = take("is", word(self.layout, "table of the platform", "tables"), label.partition(".")[0])
            if table not in self.layout:
                raise at.wrong(f"there is no platform table {table}", suggest(table, self.layout, "tables"))
            source = take("from", identifier, self.root if own else "")
            if not own and "from" not in take and self.root_known:
                at.note("`from` is missing", "name the legacy table")
            parent = None if own else take("parent", _parent, None)
            if not own and "parent" not in take and self.root_known:
                at.note("`parent` is missing", "name the column with the root's key")
            joins = take("joins", named(self._join), ())
            plain = Fields(self.layout[table], [join.alias for join in joins], self.lists)
            where = take("where", plain.condition, None)
            variants = take("each", named(lambda each: _variant(each, plain)), ())
            set_names = {key for each in variants for key in each.constants} if variants else None
            fields = replace(plain, each=set_names)
            shared = take("shared", lambda place: self._shared(place, fields), ())
            compared = (*take("fields", named(self._field(fields)), ()), *shared)
            unchecked = take("unchecked", _reasons, {})
            empty = take("may_be_empty", text, "")
            written = {*take.names_in("fields"), *take.names_in("unchecked")}
        self._accounted(at, compared, unchecked, self.layout[table], written)
        return Pair(
            "" if own else label,
            table,
            source,
            parent,
            where,
            joins,
            variants,
            compared,
            unchecked,
            empty,
        )

    def _field(self, fields: Fields) -> Parser[Compared]:
        def parse(at: Place) -> Compared:
            found = fields.field(at)
            if found.names is not None:
                self.pointing.append((at.about(f"{at.subject}, field {at.name}"), found.names))
            return found

        return parse

    def _shared(self, at: Place, fields: Fields) -> tuple[Compared, ...]:
        """`shared: [group, …]`: the fields of these groups, read as if they stood here."""
        found: tuple[Compared, ...] = ()
        for group in many(word(self.shared, "group of shared fields", "groups"))(at):
            self.shared_used.add(group)
            place = at.child(group, self.shared[group]).about(
                f"shared {group}"
            )  # told once, not for each pair
            found += named(self._field(fields))(place)
        return found

    def _accounted(
        self,
        at: Place,
        compared: tuple[Compared, ...],
        unchecked: Mapping[str, str],
        table: TargetTable,
        written: set[str],
    ) -> None:
        """Every platform column is compared, or left out with a reason; and not both, and not twice.

        written:  columns that are named, be it with a mistake that was told already.
        """
        columns = [field.column for field in compared]
        for column in table.columns:
            if column not in {*columns, *written, table.key, table.root_id}:
                way_out = "compare it, or give a reason: unchecked: {…}"
                at.note(f"column {table.name}.{column} is not compared", way_out)
            if columns.count(column) > 1:
                at.note(
                    f"column {column} is compared twice", "keep it in `fields` or in one group of `shared`"
                )
        for column in unchecked:
            if column not in table.columns:
                way_out = suggest(column, table.columns, "columns")
                at.note(f"unchecked: {table.name} has no column {column}", way_out)
            if column in columns:
                at.note(f"column {column} is compared and unchecked", "keep one of the two")

    def _join(self, at: Place) -> Join:
        at = at.about(f"{at.subject}, join {at.name}")
        with at.keys() as take:
            join = Join(
                own_name(at, "join"),
                take("table", identifier),
                take("by", identifier, None),
                take("at", identifier, None),
                take("where", Fields(None, (), self.lists).condition, None),
            )
        if (join.by is None) == (join.at is None):
            way_out = "by: its column with the root's key; at: the row's column with its ROW_ID"
            at.note("a join takes `by` or `at`", way_out)
        return join


def _ways(pair: Pair, root: str) -> Iterator[tuple[str, str]]:
    """Tables, and how their rows are found: a table is read once for all pairs of a file."""
    if pair.parent is None:
        yield pair.source, "ROW_ID"
    elif pair.parent.through is None:
        yield pair.source, pair.parent.at
    else:
        yield pair.parent.through, str(pair.parent.by)
        yield pair.source, f"{pair.parent.at} through {pair.parent.through}"
    for join in pair.joins:
        if pair.parent is None or (join.table, join.at) != (pair.parent.through, pair.parent.at):
            yield join.table, join.by or f"ROW_ID at {pair.source}.{join.at}"
    for variant in pair.variants:
        if variant.unless_in is not None:
            yield variant.unless_in[0], variant.unless_in[1]


def _variant(at: Place, fields: Fields) -> Variant:
    with at.keys() as take:
        return Variant(
            at.name,
            take("from", fields.column),
            dict(take("set", named(lambda each: (each.name, scalar(each))), ())),
            take("unless_in", _elsewhere, None),
        )


def _parent(at: Place) -> Parent:
    if not isinstance(at.node.value, dict):
        return Parent(identifier(at))
    with at.keys() as take:
        parent = Parent(
            take("at", identifier), take("through", identifier, None), take("by", identifier, None)
        )
    if (parent.through is None) != (parent.by is None):
        way_out = "by: the column of that table with the root's key"
        at.note("`through` and `by` belong together", way_out)
    return parent


def _elsewhere(at: Place) -> tuple[str, str, str]:
    with at.keys() as take:
        return take("table", identifier), take("by", identifier), take("column", identifier)


def _reasons(at: Place) -> dict[str, str]:
    return dict(named(lambda each: (each.name, text(each)))(at))
