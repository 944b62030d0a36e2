"""A made-up world for tests of mapping files: a platform, a vocabulary, code lists, and a folder to put files in."""

from collections.abc import Mapping as Dict
from pathlib import Path

import pyarrow as pa

from migrate.errors import InvalidInput
from migrate.mapping import Mappings, Vocabulary, load
from migrate.mapping.vocabulary import Kind, Option, Word
from migrate.model import Layout, TargetColumn
from tests.builders import ID, TEXT, layout, target


def word(name: str, *options: Option, reverse: str = "") -> Word:
    return Word(name, {option.name: option for option in options}, f"What {name} does.", reverse)


def words(*its: Word) -> Dict[str, Word]:
    return {one.name: one for one in its}


def needs(name: str, kind: Kind, *of: str, many: bool = False) -> Option:
    return Option(name, kind, required=True, of=of, many=many)


def takes(name: str, kind: Kind, *of: str, many: bool = False) -> Option:
    return Option(name, kind, required=False, of=of, many=many)


FOLD = Option("fold", Kind.TEXT, required=False, choices=("first", "last"))
OF, WHERE = needs("of", Kind.MEMBER), takes("where", Kind.CONDITION, "of")

VOCABULARY = Vocabulary(
    steps=words(
        word("trim", reverse="lossless"),
        word("date", reverse="lossy"),
        word("digits_only", reverse="one-way"),
        word("cut", needs("width", Kind.INT), takes("hard", Kind.BOOL), reverse="one-way"),
        word("pick", needs("values", Kind.LIST), takes("other", Kind.COLUMN)),
        word("zone", needs("name", Kind.TEXT), FOLD),
    ),
    rules=words(
        word("lost_characters"),
        word("at_width", needs("width", Kind.INT)),
        word("earlier_than", needs("other", Kind.COLUMN)),
    ),
    judges=words(
        word("contested", needs("natural", Kind.NATURAL)),
        word("looped", needs("natural", Kind.POINTER)),
        word("count", OF, WHERE, takes("least", Kind.INT), takes("equals", Kind.COLUMN)),
        word("absent", needs("column", Kind.COLUMN), needs("among_rows", Kind.MEMBER_COLUMN)),
        word("repeated", OF, takes("by", Kind.COLUMN_NAMES, "of", many=True), WHERE),
        word(
            "unbalanced",
            OF,
            needs("payments", Kind.MEMBER),
            needs("amount", Kind.COLUMN_NAMES, "of"),
            takes("currency", Kind.COLUMN_NAMES, "of", "payments", many=True),
        ),
        word(
            "disagrees",
            needs("column", Kind.COLUMN),
            needs("natural", Kind.FOREIGN_NATURAL),
            takes("do", Kind.STEPS),
        ),
    ),
)

LAYOUT: Layout = layout(
    target(
        "person",
        TargetColumn("sex", TEXT, code_list="sex"),
        TargetColumn("died_on", pa.date32()),
        TargetColumn("biometrics_on", pa.date32()),
        TargetColumn("is_closed", pa.bool_()),
        TargetColumn("height", pa.int32()),
        TargetColumn("balance", pa.decimal128(22, 7)),
        TargetColumn("recorded_at", pa.timestamp("us", "UTC")),
        TargetColumn("recorded_by_id", ID),
    ),
    target(
        "person_name",
        TargetColumn("family_name", TEXT, nullable=False, width=100),
        TargetColumn("name_type", TEXT, width=10),
        TargetColumn("follows_id", ID),
        root="person",
    ),
    target("contact_point", TargetColumn("value", TEXT), TargetColumn("use_code", TEXT), root="person"),
    target("user_account", TargetColumn("login", TEXT)),
    target("office", TargetColumn("name", TEXT)),
)

CODES = {"sex": ("F", "M", "X")}
"""The platform's codes by list, as far as they are known."""

HEADER = "parent,value,language,code,equivalence,status,author,reviewer,date,note\n"
SEX = (
    HEADER
    + ",Male,ENU,M,exact,approved,ann,ben,2026-01-01,\n,Homme,FRA,M,exact,approved,ann,ben,2026-01-01,\n"
)
NAME_TYPE = HEADER + ",NAME_AKA,,ALSO_KNOWN_AS,exact,approved,ann,ben,2026-01-01,\n"

USER = """\
entity: user
root: {table: S_USER}
natural:
  login: {from: LOGIN}
tables:
  user_account:
    from: S_USER
    fields: {login: LOGIN}
"""

BESIDE: dict[str, str] = {"user.yaml": USER, "codes/sex.csv": SEX, "codes/name_type.csv": NAME_TYPE}
"""Correct files that every folder has beside those of a test."""


def folder(path: Path, files: Dict[str, str | bytes]) -> Path:
    """A folder `gcms` of mapping files under `path`."""
    for name, content in {**BESIDE, **files}.items():
        file = path / "gcms" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path / "gcms"


def read(path: Path, files: Dict[str, str | bytes]) -> Mappings:
    """The mappings in these files, beside the correct ones."""
    return load(folder(path, files), vocabulary=VOCABULARY, layout=LAYOUT, codes=CODES)


def mistakes(path: Path, files: Dict[str, str | bytes]) -> list[str]:
    """What is wrong with these files, as people read it, without the folder's name; empty when all is well."""
    try:
        read(path, files)
    except InvalidInput as error:
        return [str(mistake).replace("gcms/", "") for mistake in error.mistakes]
    return []
