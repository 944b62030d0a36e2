"""What is told about mappings: descriptions, coverage, the schema for editors, examples."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from migrate.errors import InvalidInput
from migrate.mapping import Account, Coverage, coverage, describe, load_examples, schema
from migrate.mapping.nouns import Mapping
from migrate.transform.vocabulary import vocabulary
from tests.mapping_world import LAYOUT, VOCABULARY, read

ROOT = Path(__file__).parents[2]

CLIENT = """\
entity: client
root: {table: S_CONTACT}
after: [user]
members:
  S_X: {by: PAR_ROW_ID, twins: [PAR_ROW_ID]}
natural: {uci: {from: UCI, do: [digits_only]}}
excluded: {staff: {where: {EMP_FLG: Y}, reason: loaded as users}}
tables:
  person:
    from: S_CONTACT
    with: {x: S_X}
    where: {CON_CD: {not: [Lead, null]}}
    fields:
      sex: {from: SEX_MF, do: [trim], code: sex, class: A}
      died_on: {from: [DIED, x.DIED], do: [date], else: flag}
      height: {from: x.HEIGHT, do: [{cut: {width: 3}}], when: {EMP_FLG: N}, flag: [{at_width: {width: 3}}]}
      is_closed: {value: false}
      recorded_by_id: {from: CREATED_BY, ref: user, else: stub}
rules: {few: {count: {of: S_X, where: {A: B}, least: 1}, else: flag}}
drop:
  S_CONTACT: {OLD: not used}
  "*": {DCKING_NUM: vendor column}
"""


@pytest.fixture
def client(tmp_path: Path) -> Mapping:
    return read(tmp_path, {"client.yaml": CLIENT})["client"]


# --- description


def test_a_description_reads_like_the_mapping(client: Mapping) -> None:
    told = str(describe(client, VOCABULARY))
    body = told.split("\n", 1)[1]
    assert body == (Path(__file__).parent / "mapping_described.txt").read_text(encoding="utf-8").rstrip("\n")


def test_a_description_is_json(client: Mapping) -> None:
    data = json.loads(json.dumps(describe(client, VOCABULARY).data()))
    assert data["tables"][0]["fields"][0]["becomes"] == "code sex"


def test_a_field_reverses_as_badly_as_its_worst_part(client: Mapping) -> None:
    fields = {f.column: (f.reverses, f.losses) for f in describe(client, VOCABULARY).tables[0].fields}
    assert fields["sex"] == ("lossy", ("which of several values had the code (sex)",))
    assert fields["died_on"] == ("lossy", ("date", "which column the value came from"))
    assert fields["height"] == ("one-way", ("cut", "values where the condition does not hold"))
    assert fields["is_closed"] == ("constant", ())
    assert fields["recorded_by_id"] == ("lossless", ())


# --- coverage

CATALOGUE = {
    "S_CONTACT": ["ROW_ID", "SEX_MF", "DIED", "EMP_FLG", "CON_CD", "CREATED_BY", "UCI", "OLD", "DCKING_NUM"],
    "S_X": ["ROW_ID", "PAR_ROW_ID", "CONFLICT_ID", "DIED", "HEIGHT", "A", "DCKING_NUM"],
}  # fmt: skip


def covered(client: Mapping, **more: list[str]) -> Coverage:
    catalogue = {table: [*columns, *more.get(table, [])] for table, columns in CATALOGUE.items()}
    return coverage([client], catalogue)


def test_every_column_has_an_account(client: Mapping) -> None:
    found = covered(client)
    accounts = {(c.table, c.column): c.account for c in found.columns}
    assert accounts["S_CONTACT", "SEX_MF"] is accounts["S_X", "DIED"] is Account.MAPPED
    assert accounts["S_CONTACT", "EMP_FLG"] is accounts["S_X", "CONFLICT_ID"] is Account.DERIVED
    assert (
        accounts["S_CONTACT", "OLD"]
        is accounts["S_CONTACT", "DCKING_NUM"]
        is accounts["S_X", "DCKING_NUM"]
        is Account.DROPPED
    )
    assert (found.mistakes, found.unaccounted) == ((), ())
    assert sum(found.counts.values()) == len(found.columns) == 16


def test_a_column_that_nobody_names_is_a_mistake(client: Mapping) -> None:
    (mistake,) = covered(client, S_X=["X_NEW"]).mistakes
    assert (
        str(mistake).replace("gcms/", "")
        == "client.yaml:5 S_X.X_NEW is not accounted for; map it, or name it under `drop` with the reason"
    )


def test_columns_that_the_source_does_not_have_are_mistakes(client: Mapping) -> None:
    found = coverage(
        [client],
        {**CATALOGUE, "S_CONTACT": [c for c in CATALOGUE["S_CONTACT"] if c not in ("OLD", "SEX_MF")]},
    )
    assert [str(m).replace("gcms/", "").split(";")[0] for m in found.mistakes] == [
        "client.yaml:2 S_CONTACT: the source's S_CONTACT has no column SEX_MF",
        "client.yaml:21 drop S_CONTACT.OLD: the source has no such column",
    ]


def test_a_table_that_the_source_does_not_have_is_one_mistake(client: Mapping) -> None:
    found = coverage([client], {"S_CONTACT": CATALOGUE["S_CONTACT"]})
    assert [m.what for m in found.mistakes] == ["the source has no table S_X"]


# --- schema


def validator(of: Any = None) -> Any:
    return jsonschema.Draft202012Validator(of or schema(VOCABULARY))


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schema(vocabulary()))


def test_a_correct_mapping_fits_the_schema() -> None:
    assert list(validator().iter_errors(YAML(typ="safe").load(CLIENT))) == []


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("from: S_CONTACT\n", "form: S_CONTACT\n"),
        ("class: A", "class: D"),
        ("[trim]", "[trimm]"),
        ("width: 3}}]}", "widht: 3}}]}"),
        ("least: 1", "least: one"),
        ("root: {table", "root: {tabel"),
        ("EMP_FLG: Y", "EMP_FLG: {is: Y}"),
        ("value: false", "value: false, from: A"),
    ],
)
def test_what_the_loader_refuses_an_editor_marks(text: str, wrong: str) -> None:
    assert text in CLIENT
    assert list(validator().iter_errors(YAML(typ="safe").load(CLIENT.replace(text, wrong, 1))))


def test_the_committed_schema_is_fresh() -> None:
    committed = json.loads((ROOT / "docs" / "mapping.schema.json").read_text(encoding="utf-8"))
    assert committed == json.loads(json.dumps(schema(vocabulary()))), "write it again with: make docs"


@pytest.mark.parametrize("file", sorted((ROOT / "mappings").glob("*/*.yaml")), ids=lambda file: file.stem)
def test_the_shipped_mappings_fit_the_schema(file: Path) -> None:
    if file.name == "groups.yaml" or file.name.endswith(".examples.yaml"):
        return
    reader = YAML(typ="safe")
    reader.version = (1, 2)
    document = json.loads(json.dumps(reader.load(file), default=str))
    assert [
        f"{'/'.join(map(str, e.absolute_path))}: {e.message[:200]}"
        for e in validator(schema(vocabulary())).iter_errors(document)
    ] == []


# --- examples

EXAMPLES = """\
- example: a man
  given:
    S_CONTACT: [{ROW_ID: 1-A, SEX_MF: Male, UCI: '007', DIED: null}]
    S_X: []
  known: {user: [0-1], client: []}
  contested: {uci: ['12']}
  as_of: 2027-02-28
  expect:
    person: [{sex: M}]
    quarantine: []
- example: a woman
  given: {S_CONTACT: [{ROW_ID: 1-B}]}
  expect: {stubs: [{entity: user, key: 0-1}]}
"""


def examples(path: Path, text: str, mapping: Mapping | None = None) -> list[Any]:
    file = path / "client.examples.yaml"
    file.write_text(text, encoding="utf-8")
    return load_examples(file, mapping, LAYOUT)


def test_examples_are_read_with_their_lines(client: Mapping, tmp_path: Path) -> None:
    man, woman = examples(tmp_path, EXAMPLES, client)
    assert (man.name, man.line, woman.line) == ("a man", 1, 11)
    assert man.given["S_CONTACT"][0].cells == {"ROW_ID": "1-A", "SEX_MF": "Male", "UCI": "007", "DIED": None}
    assert man.given["S_X"] == man.expect["quarantine"] == ()
    assert (man.known, man.contested, man.as_of.isoformat()) == (
        {"user": ("0-1",), "client": ()},
        {"uci": ("12",)},
        "2027-02-28",
    )
    assert woman.as_of.isoformat() == "2026-01-01"
    assert woman.expect["stubs"][0].line == 13


def test_every_mistake_of_the_examples_is_named(client: Mapping, tmp_path: Path) -> None:
    wrong = (
        "- example: a man\n  given: {S_CONTCAT: [], S_CONTACT: [{SEX: M, ROW_ID: [1]}], S_X: {A: B}}\n"
        "  expect: {persons: [], person: [{sexe: M}], quarantine: [{rules: code}]}\n"
        "  known: {users: []}\n  contested: {ucis: [a]}\n"
        "  as_of: today\n  because: of tests\n"
        "- example: a man\n  given: {}\n- expect: {}\n"
    )
    with pytest.raises(InvalidInput) as caught:
        examples(tmp_path, wrong, client)
    told = [str(mistake).split("client.examples.yaml:")[1] for mistake in caught.value.mistakes]
    assert (
        told
        == (Path(__file__).parent / "mapping_examples_mistakes.txt").read_text(encoding="utf-8").splitlines()
    )


def test_a_file_of_examples_is_a_list(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="the file is no list of examples"):
        examples(tmp_path, "example: a man\n")


# --- vocabulary


def test_the_words_of_the_program_can_all_be_written() -> None:
    words = vocabulary()
    assert {"trim", "date"} <= words.steps.keys()
    assert words.steps["trim"].reverse == "one-way"
    assert words.rules["at_width"].options["width"].required
    assert words.judges["count"].options["where"].of == ("of",)
    assert all(word.summary for group in (words.steps, words.rules, words.judges) for word in group.values())


def test_an_option_that_no_mapping_can_write_is_a_defect_of_the_program() -> None:
    from migrate.mapping import Vocabulary
    from migrate.transform.registry import Reverse, Step

    def odd(values: object, *, how: dict[str, int]) -> object:
        return values, how

    with pytest.raises(TypeError, match="option how: a mapping cannot write"):
        Vocabulary.of([Step("odd", odd, Reverse.LOSSY, False)], [], [])
