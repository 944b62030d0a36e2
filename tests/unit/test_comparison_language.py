"""What docs/comparison.md says of comparison files: its examples are read, its keys exist, its forms are run."""

import doctest
import re
import shutil
from pathlib import Path

import pytest

from migrate.errors import InvalidInput, Mistake
from migrate.platform.layout import layout
from migrate.reading.document import read as read_document
from migrate.reading.grammar import Notes, Place
from reconciliation import forms
from reconciliation.compare import Comparison, read
from reconciliation.compare.conditions import OPERATORS
from reconciliation.compare.fields import Fields
from reconciliation.compare.lists import Lists
from reconciliation.compare.nouns import Compared, Pair

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "mappings" / "gcms"
PAGE = (ROOT / "docs" / "comparison.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


def blocks(opening: str) -> list[str]:
    return [block for block in BLOCKS if block.startswith(opening)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped files."""
    for name in ("compare", "codes"):
        shutil.copytree(SHIPPED / name, tmp_path / name)
    return tmp_path


def mistakes(folder: Path) -> list[Mistake]:
    """What is wrong in the folder, but for columns that an example leaves out."""
    try:
        read(folder, layout())
    except InvalidInput as error:
        return [m for m in error.mistakes if not m.what.endswith("is not compared")]
    return []


def test_the_whole_example_is_a_comparison_file(folder: Path) -> None:
    (whole,) = blocks("entity: position")
    (folder / "compare" / "position.yaml").write_text(whole, encoding="utf-8")
    found: Comparison = read(folder, layout())["position"]
    own, holders = found.pairs
    assert [field.column for field in own.fields][-4:] == [
        "recorded_at",
        "recorded_by_id",
        "changed_at",
        "changed_by_id",
    ]
    assert holders.unchecked == {"held_to_at": "the end is not kept up to date in the old system"}


@pytest.mark.parametrize("entity", ["client", "application"])
def test_every_pair_of_an_example_is_understood(folder: Path, entity: str) -> None:
    (block,) = blocks(f"# a pair of {entity}:")
    label = re.search(r"^([\w.]+):$", block, re.MULTILINE)
    assert label
    file = folder / "compare" / f"{entity}.yaml"
    text = re.sub(
        rf"^  {re.escape(label[1])}:.*?\n(?=\n?  \S|\n*\Z|\S)",
        "",
        file.read_text(),
        flags=re.MULTILINE | re.DOTALL,
    )
    indented = "".join(f"  {line}\n" for line in block.splitlines())
    file.write_text(text.replace("pairs:\n", "pairs:\n" + indented, 1))
    assert mistakes(folder) == []


def test_every_field_of_an_example_is_understood() -> None:
    (block,) = blocks("# fields of application")
    root, wrong = read_document(block.encode(), "comparison.md")
    assert (wrong, root is not None) == ([], True)
    notes = Notes("comparison.md")
    assert root is not None
    fields = Fields(layout()["application"], ["x", "secret"], Lists(SHIPPED / "codes"))
    made = [fields.field(each) for each in Place(root, notes).entries()]
    assert (len(made), notes.mistakes) == (6, [])


def keys_of(heading: str) -> set[str]:
    """The words in the first column of a table under a heading."""
    part = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`.*?) \|", part, re.MULTILINE)
    return {word for row in rows for word in re.findall(r"`(\w+)", row)}


def known_keys(text: str) -> set[str]:
    """The keys that a mistake about an unknown one names."""
    return set(re.findall(r"\w+", text.partition("keys: ")[2]))


def test_every_key_is_in_its_table_and_no_other(tmp_path: Path) -> None:
    (tmp_path / "compare").mkdir()
    text = "entity: office\nroot: {table: S_BU, is: office}\nqqqq: 1\n"
    text += "pairs:\n  office: {vvvv: 1, fields: {name: {wwww: 1}}}\n"
    (tmp_path / "compare" / "office.yaml").write_text(text)
    with pytest.raises(InvalidInput) as raised:
        read(tmp_path, layout())
    told = {
        word: m.instead for m in raised.value.mistakes for word in ("qqqq", "vvvv", "wwww") if word in m.what
    }
    assert known_keys(told["qqqq"]) == keys_of("Keys of a file")
    assert known_keys(told["vvvv"]) | {"parent"} == keys_of("Pairs")
    assert known_keys(told["wwww"]) == keys_of("Fields")
    assert set(OPERATORS) == keys_of("Conditions") - {"true", "false"}


def test_what_the_nouns_say_is_what_the_page_says() -> None:
    assert {"when", "may_dangle", "may_circle", "holds", "names", "code"} <= set(
        Compared.__dataclass_fields__
    )
    assert {"where", "joins", "unchecked", "may_be_empty"} <= set(Pair.__dataclass_fields__)


def test_the_examples_of_the_forms_hold() -> None:
    outcome = doctest.testmod(forms)
    assert (outcome.failed, outcome.attempted > 20) == (0, True)


def test_every_form_is_used_by_a_shipped_file() -> None:
    used = {
        f.name
        for c in read(SHIPPED, layout()).values()
        for p in c.pairs
        for each in p.fields
        for f in each.forms
    }
    assert forms.FORMS.keys() - used == set()
