"""Every mistake in a mapping or code file is named with its file, its line and the way out: see mapping_mistakes/."""

from collections.abc import Iterator
from pathlib import Path
from textwrap import indent
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.mapping_world import mistakes, read

HERE = "HERE"
CASES = Path(__file__).parent / "mapping_mistakes"


def cases() -> Iterator[Any]:
    for file in sorted(CASES.glob("*.yaml")):
        document = YAML(typ="safe").load(file)
        for case in document["cases"]:
            files = {name: with_text(text, case["wrong"]) for name, text in document["base"].items()}
            yield pytest.param(files, case["says"].splitlines(), id=f"{file.stem}: {case['case']}")


def with_text(text: str, wrong: str) -> str:
    """The text with the line HERE replaced, at its indentation."""
    lines = []
    for line in text.splitlines():
        if line.strip() == HERE:
            lines.append(indent(wrong, line[: line.index(HERE)]))
        else:
            lines.append(line)
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(("files", "says"), list(cases()))
def test_a_mistake_is_named_with_its_place_and_the_way_out(
    tmp_path: Path, files: dict[str, str], says: list[str]
) -> None:
    assert mistakes(tmp_path, files) == says


def test_there_are_enough_cases_and_each_says_what_to_do() -> None:
    every = [says for case in cases() for says in case.values[1]]
    assert len(list(cases())) >= 150
    silent = [says for says in every if not (";" in says or " takes " in says or says.endswith("is missing"))]
    assert silent == []


CORRECT = """\
entity: client
root: {table: S_CONTACT}
tables:
  person: {from: S_CONTACT, fields: {sex: {from: SEX_MF, code: sex}}}
"""


def test_the_world_of_these_tests_is_correct(tmp_path: Path) -> None:
    assert list(read(tmp_path, {"client.yaml": CORRECT})) == ["client", "user"]


def test_the_mistakes_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    files = {
        "client.yaml": CORRECT.replace("SEX_MF", "[").replace("{table", "{tables"),
        "office.yaml": "entity: Office\nroof: {}\n",
        "user.yaml": "entity: user\nentity: user\n",
        "codes/sex.csv": "nonsense",
    }
    told = mistakes(tmp_path, files)
    assert {line.split(":")[0].split(" ")[0] for line in told} == {"client.yaml", "office.yaml", "user.yaml"}
    assert len(told) > 6


def test_code_lists_are_told_with_the_mappings_that_use_them(tmp_path: Path) -> None:
    files = {"client.yaml": CORRECT.replace("person:", "persons:"), "codes/sex.csv": "nonsense"}
    assert [line.split(":")[0] for line in mistakes(tmp_path, files)] == ["client.yaml", "codes/sex.csv"]


def test_bytes_that_are_not_utf8_are_named_by_line(tmp_path: Path) -> None:
    told = mistakes(tmp_path, {"client.yaml": CORRECT.encode() + "# Montréal".encode("latin-1")})
    assert told == ["client.yaml:5 byte 0xe9 is not UTF-8; save the file as UTF-8"]


def test_code_files_in_another_encoding_are_named_by_line(tmp_path: Path) -> None:
    header = "parent,value,language,code,equivalence,status,author,reviewer,date,note\n"
    told = mistakes(
        tmp_path, {"client.yaml": CORRECT, "codes/sex.csv": (header + ",Féminin").encode("cp1252")}
    )
    assert told == ["codes/sex.csv:2 byte 0xe9 is not UTF-8; save the file as UTF-8"]


@pytest.mark.parametrize("control", ["\x00", "\x07", "\x1b", "\u200e\x7f", "\ufffe"])
def test_control_characters_are_named_by_line(tmp_path: Path, control: str) -> None:
    (told,) = mistakes(tmp_path, {"client.yaml": CORRECT + f"# {control}\n"})
    assert told.startswith("client.yaml:5 control character U+")


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    assert mistakes(tmp_path, {"client.yaml": b"\xef\xbb\xbf" + CORRECT.encode()}) == []


def test_lines_may_end_as_on_windows(tmp_path: Path) -> None:
    assert mistakes(tmp_path, {"client.yaml": CORRECT.replace("\n", "\r\n")}) == []


def test_a_file_of_megabytes_is_refused_unread(tmp_path: Path) -> None:
    (told,) = mistakes(tmp_path, {"client.yaml": CORRECT + "#" * (1 << 20)})
    assert told.startswith("client.yaml the file has 1,048,6")


def test_aliases_that_would_grow_without_end_are_refused(tmp_path: Path) -> None:
    bomb = "a: &a [x]\n" + "".join(
        f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    told = mistakes(tmp_path, {"client.yaml": bomb})
    assert any("alias *h" in line for line in told)


def test_a_circle_of_entities_is_named_in_full(tmp_path: Path) -> None:
    def waits(entity: str, table: str, other: str) -> str:
        tables = f"tables: {{{table}: {{from: S_A, fields: {{}}}}}}"
        return f"entity: {entity}\nroot: {{table: S_A}}\nafter: [{other}]\n{tables}\n"

    told = mistakes(
        tmp_path,
        {
            "client.yaml": waits("client", "person", "office"),
            "office.yaml": waits("office", "office", "case"),
            "case.yaml": waits("case", "office", "client"),
        },
    )
    circle = "case before office before client before case"
    assert told == [
        f"case.yaml:3 `after` goes in a circle: {circle}; one of them must be loaded without the other"
    ]


def test_no_folder_and_no_files_are_mistakes(tmp_path: Path) -> None:
    from migrate.errors import InvalidInput
    from migrate.mapping import load
    from tests.mapping_world import LAYOUT, VOCABULARY

    for folder, says in (
        (tmp_path / "none", "there is no such folder"),
        (tmp_path, "no mapping file in this folder"),
    ):
        with pytest.raises(InvalidInput, match=says):
            load(folder, vocabulary=VOCABULARY, layout=LAYOUT)
