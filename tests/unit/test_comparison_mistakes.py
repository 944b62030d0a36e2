"""Every mistake in a comparison file is named with its file, its line and the way out: see comparison_mistakes/."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from migrate.errors import InvalidInput
from migrate.judging import compared
from migrate.platform.layout import layout
from migrate.project import Project
from reconciliation.compare import read, unmatched
from tests.small_project import small_project
from tests.unit.test_mapping_mistakes import with_text

CASES = Path(__file__).parent / "comparison_mistakes"
SHIPPED = Path(__file__).parents[2] / "mappings" / "gcms"


def cases() -> Iterator[Any]:
    for file in sorted(CASES.glob("*.yaml")):
        document = YAML(typ="safe").load(file)
        for case in document["cases"]:
            files = {name: with_text(text, case["wrong"]) for name, text in document["base"].items()}
            yield pytest.param(files, case["says"].splitlines(), id=f"{file.stem}: {case['case']}")


def mistakes(folder: Path, files: dict[str, str]) -> list[str]:
    """What is said of a folder with these files."""
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    try:
        read(folder, layout())
    except InvalidInput as error:
        return [str(mistake) for mistake in error.mistakes]
    return []


@pytest.mark.parametrize(("files", "says"), list(cases()))
def test_a_mistake_is_named_with_its_place_and_the_way_out(
    tmp_path: Path, files: dict[str, str], says: list[str]
) -> None:
    assert mistakes(tmp_path, files) == says


def test_there_are_enough_cases_and_each_says_what_to_do() -> None:
    every = [says for case in cases() for says in case.values[1]]
    assert len(list(cases())) >= 60
    assert [case.id for case in cases() if not case.values[1]] == []
    assert [
        says for says in every if not (";" in says or " takes " in says or says.endswith("is missing"))
    ] == []


def test_the_mistakes_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    files = {"compare/a.yaml": "entity: A\n", "compare/b.yaml": "[", "compare/c.yaml": "pairs: {x: {}}\n"}
    assert {line.split(":")[0] for line in mistakes(tmp_path, files)} == set(files)


def test_no_file_at_all_is_a_mistake(tmp_path: Path) -> None:
    (told,) = mistakes(tmp_path, {})
    assert told == "compare/ there is no comparison; write one for each entity: docs/comparison.md"


def test_a_mistake_in_a_shared_group_is_told_once_and_not_for_each_pair(tmp_path: Path) -> None:
    text = (
        (SHIPPED / "compare" / "application.yaml")
        .read_text()
        .replace("as: [reread, trim], class: C", "as: [x]")
    )
    told = [line for line in mistakes(tmp_path, {"compare/application.yaml": text}) if "no form" in line]
    assert [line.partition(" ")[2].partition(":")[0] for line in told] == [
        "shared activity, field title",
        "pair application, field title",
    ]


def test_a_reconciliation_of_everything_wants_a_comparison_of_everything(tmp_path: Path) -> None:
    folder = small_project(tmp_path)
    assert list(compared(Project.find(folder))) == ["office", "user"]
    (folder / "mappings" / "compare" / "office.yaml").unlink()
    with pytest.raises(InvalidInput, match="office is moved and not compared"):
        compared(Project.find(folder))
    assert list(compared(Project.find(folder), ["user"])) == ["user"]
    with pytest.raises(InvalidInput, match="nothing is compared of office"):
        compared(Project.find(folder), ["office"])


def test_each_entity_that_is_moved_needs_a_comparison_and_no_other_has_one() -> None:
    comparisons = read(SHIPPED, layout())
    assert unmatched(comparisons, comparisons) == []
    moved = [*comparisons, "case"]
    moved.remove("office")
    assert list(map(str, unmatched(comparisons, moved))) == [
        "compare/case.yaml case is moved and not compared; write its comparison",
        "compare/office.yaml nothing moves office; entities: " + ", ".join(moved),
    ]
