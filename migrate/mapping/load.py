"""`load`: a folder of mapping files -> Mappings in the order of loading, or every mistake of every file at once.

read      bytes -> Nodes                                             document
look      Nodes -> Outline: the names that other files may use       scope
read on   Nodes -> Mapping, part by part                             members, tables, calls, conditions
check     against code lists, the platform, and each other           codes, target, order
"""

import hashlib
from collections.abc import Collection, Iterator
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from migrate.errors import InvalidInput, Mistake
from migrate.mapping import members, tables
from migrate.mapping.checks import between, check
from migrate.mapping.lists import CodeLists, display
from migrate.mapping.nouns import Mapping, Vanished
from migrate.mapping.order import in_order
from migrate.mapping.reads import reads
from migrate.mapping.scope import Outline, Scope, outline
from migrate.mapping.target import check_tables
from migrate.mapping.vocabulary import Vocabulary
from migrate.model import Layout
from migrate.reading.document import Node, read, shown
from migrate.reading.grammar import Keys, Notes, Place, Wrong, many, name, named

NOT_MAPPINGS = ("groups.yaml",)
EXAMPLES = ".examples.yaml"


@dataclass(frozen=True)
class Mappings(Dict[str, Mapping]):
    """The mappings by entity, in the order of loading: whatever is referred to comes first."""

    by_entity: Dict[str, Mapping] = field(default_factory=dict)

    def __getitem__(self, entity: str) -> Mapping:
        return self.by_entity[entity]

    def __iter__(self) -> Iterator[str]:
        return iter(self.by_entity)

    def __len__(self) -> int:
        return len(self.by_entity)

    @property
    def order(self) -> tuple[str, ...]:
        """The entities in the order of loading."""
        return tuple(self.by_entity)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all mappings together: which mappings made a run."""
        return _digest(mapping.digest.encode() for mapping in self.by_entity.values())


@dataclass(frozen=True, slots=True)
class _File:
    """A mapping file on its way."""

    path: Path
    data: bytes
    node: Node | None
    notes: Notes
    outline: Outline


def load(
    folder: Path,
    *,
    vocabulary: Vocabulary,
    layout: Layout,
    codes: Dict[str, Collection[str]] | None = None,
    stand_ins: Collection[str] | None = None,
) -> Mappings:
    """Read and check all mapping files of a folder.

    vocabulary: the steps, rules and judges that may be named.
    layout:     the platform's tables.
    codes:      the platform's codes by code list, as far as they are known.
    stand_ins:  the platform's tables of which stand-ins can be made (`else: stub`); None: any.
    Raises InvalidInput with every mistake of all files.
    """
    files = [_open(path, folder) for path in _paths(folder)]
    outlines = _by_entity(files)
    lists = CodeLists(folder, layout, codes or {})
    mappings = [
        _understand(f, Scope(f.outline, outlines, vocabulary, layout, codes or {}), lists) for f in files
    ]
    mistakes = [mistake for f in files for mistake in f.notes.mistakes] + lists.mistakes
    whole = [mapping for mapping in mappings if mapping]
    ordered, circles = in_order({f.outline.entity: f.outline for f in files})
    if mistakes or circles:
        raise InvalidInput({*mistakes, *circles})
    by_entity = {mapping.entity: mapping for mapping in whole}
    if mistakes := list(between(by_entity, layout, stand_ins)):
        raise InvalidInput(mistakes)
    return Mappings({entity: by_entity[entity] for entity in ordered})


def _paths(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise InvalidInput(
            [Mistake(str(folder), 0, "there is no such folder", "set [mappings] path in migrate.toml")]
        )
    paths = sorted(
        path
        for path in folder.glob("*.yaml")
        if path.name not in NOT_MAPPINGS and not path.name.endswith(EXAMPLES)
    )
    if not paths:
        raise InvalidInput(
            [
                Mistake(
                    display(folder, folder),
                    0,
                    "no mapping file in this folder",
                    "write <entity>.yaml; see docs/mapping-language.md",
                )
            ]
        )
    return paths


def _open(path: Path, folder: Path) -> _File:
    file = display(path, folder)
    try:
        data = path.read_bytes()
    except OSError as error:
        mistake = Mistake(file, 0, f"the file cannot be read ({error.strerror})", "check its rights")
        return _File(path, b"", None, Notes(file, [mistake]), Outline(file, path.stem, whole=False))
    node, mistakes = read(data, file)
    if node is None:
        return _File(path, data, None, Notes(file, mistakes), Outline(file, path.stem, whole=False))
    return _File(path, data, node, Notes(file, mistakes), outline(node, file, path.stem))


def _by_entity(files: list[_File]) -> dict[str, Outline]:
    outlines: dict[str, Outline] = {}
    for f in files:
        first = outlines.setdefault(f.outline.entity, f.outline)
        if first is not f.outline:
            f.notes.add(
                1,
                f"entity {shown(f.outline.entity)[1:-1]} is mapped in {first.file} as well",
                "one file per entity",
            )
    return outlines


def _understand(f: _File, scope: Scope, lists: CodeLists) -> Mapping | None:
    """The mapping of one file, with its mistakes noted; None when there is nothing to go on with."""
    if f.node is None:
        return None
    at = Place(f.node, f.notes)
    try:
        with at.keys() as take:
            mapping = _mapping(take, scope)
    except Wrong as wrong:  # the file is no mapping of keys at all
        at.keep(wrong)
        return None
    check(mapping, scope, f.notes)
    check_tables(mapping, scope, f.notes)
    lists.check(mapping, scope)
    if f.notes.mistakes:
        return None
    codes = lists.of(scope)
    data = [f.data, *(part for file in codes for part in (file.codes.name.encode(), file.data))]
    return replace(
        mapping,
        codes={file.codes.name: file.codes for file in codes},
        reads=reads(mapping, scope.vocabulary.judges),
        file=f.notes.file,
        digest=_digest(data),
    )


def _mapping(take: Keys, scope: Scope) -> Mapping:
    """The grammar of a file, key by key."""
    mapping = Mapping(
        entity=take("entity", name),
        root=take("root", lambda at: members.root(at, scope)),
        after=take("after", many(lambda at: members.earlier_entity(at, scope)), ()),
        members=take("members", named(lambda at: members.member(at, scope)), ()),
        exclusions=take("excluded", named(lambda at: members.exclusion(at, scope)), ()),
        merged=take("merged", lambda at: members.merged(at, scope), None),
        changes=take("changes", members.changes, None),
        vanished=take("vanished", members.vanished, Vanished.MARK),
        naturals=take("natural", named(lambda at: members.natural(at, scope)), ()),
        tables=take("tables", named(lambda at: tables.table_map(at, scope))),
        rules=take("rules", named(lambda at: tables.rule(at, scope)), ()),
        reasons=take("reasons", named(tables.reason), ()),
        dropped=sum(take("drop", named(lambda at: members.dropped(at, scope)), ()), ()),
    )
    take("shared", lambda at: tables.shared(at, scope), None)
    return mapping


def _digest(parts: "Iterator[bytes] | list[bytes]") -> str:
    """SHA-256 of the parts, each with its length, so that no two lists of parts look alike."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()
