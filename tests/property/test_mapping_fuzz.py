"""Whatever stands in a mapping, code or example file: it is read or refused with InvalidInput, and nothing else."""

import json
import tempfile
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from migrate.errors import InvalidInput
from migrate.mapping import load_examples
from tests.mapping_world import HEADER, read

CLIENT = YAML(typ="safe").load("""
entity: client
root: {table: S_CONTACT, where: {CON_CD: [Client, null]}}
after: [user]
members:
  S_CONTACT_X: {by: PAR_ROW_ID, twins: [PAR_ROW_ID]}
  S_NOTE: {by: PER_ID, where: {A: {matches: "^x"}}, known: {TYPE: [A, B]}, orphans: ignore}
  S_DEEP: {by: ROW_ID, via: S_NOTE.DEEP_ID, required: true}
excluded: {staff: {where: {any: [{EMP_FLG: Y}, {BORN: {before: as_of}}]}, reason: users}}
merged: S_CONTACT_X.REPLACED
natural: {uci: {from: UCI, do: [digits_only]}, parent: {pointer: PAR_ID}}
tables:
  person:
    from: S_CONTACT
    with: {x: {member: S_CONTACT_X, where: {A: B}}}
    fields:
      sex: {from: [SEX, x.SEX], do: [trim, {cut: {width: 3}}], code: sex, class: A, flag: [lost_characters]}
      died_on: {from: DIED, do: [date], when: {DIED: {not: [a, b]}}, else: flag}
      recorded_by_id: {from: CREATED_BY, ref: user, else: stub}
  person_name:
    from: S_NOTE
    fields: {family_name: {from: NAME, required: true}, follows_id: {from: P, row: person_name}}
  contact_point: {from: S_CONTACT, each: {home: {from: HOME, set: {use: H}}}, fields: {value: each, use_code: each.use}}
rules:
  twice: {contested: {natural: uci}, else: reject, class: A}
  few: {count: {of: S_NOTE, where: {TYPE: A}, least: 1}, else: flag}
  sums: {unbalanced: {of: S_NOTE, payments: S_DEEP, amount: AMT, currency: [C, D]}}
drop: {S_CONTACT: {OLD: not used, OLDER: {reason: none, owner: data, since: '2026-01-01'}}, "*": {DCKING_NUM: vendor}}
""")
EXAMPLES = [
    {
        "example": "a name",
        "given": {"S_CONTACT": [{"ROW_ID": "1-A", "N": None}]},
        "expect": {"person": [{"sex": "M"}], "quarantine": []},
        "known": {"user": []},
        "contested": {"uci": ["1"]},
        "as_of": "2026-01-01",
    }
]

words = st.sampled_from(
    [
        "S_CONTACT",
        "S_NOTE.ROW_ID",
        "x.A",
        "each",
        "each.use",
        "root",
        "person",
        "sex",
        "user",
        "client",
        "uci",
        "trim",
        "*",
        "&",
        "a.b.c",
        "N",
        "null",
        "007",
    ]
)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | words
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(words | st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every (container, key) inside a document."""
    keys = value.keys() if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from places(value[key])


@st.composite
def broken(draw: st.DrawFn, document: Any) -> str:
    """The document with one to three places replaced, renamed or taken out, as JSON, which is YAML."""
    document = deepcopy(document)
    for _ in range(draw(st.integers(1, 3))):
        container, key = draw(st.sampled_from(list(places(document)) or [({"": 0}, "")]))
        action = draw(st.sampled_from(["replace", "replace", "rename", "remove"]))
        if action == "replace":
            container[key] = draw(values)
        else:
            value = container.pop(key)
            if action == "rename" and isinstance(container, dict):
                container[draw(words)] = value
    return json.dumps(document, ensure_ascii=draw(st.booleans()))


def only_invalid_input(files: dict[str, str | bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        try:
            read(Path(folder), files)
        except InvalidInput:
            return


def test_the_document_that_is_broken_here_is_whole(tmp_path: Path) -> None:
    assert list(read(tmp_path, {"client.yaml": json.dumps(CLIENT)})) == ["user", "client"]


@given(broken(CLIENT))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_a_damaged_mapping_is_refused_and_nothing_else(text: str) -> None:
    only_invalid_input({"client.yaml": text.encode("utf-8", "surrogatepass")})


@given(st.text(alphabet=st.sampled_from("abN01 :-,.[]{}&*!|>'\"%@#?<\n\t~é"), max_size=120))
def test_any_text_is_read_or_refused(text: str) -> None:
    only_invalid_input({"client.yaml": text})


@given(st.binary(max_size=80))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    only_invalid_input({"client.yaml": data, "codes/sex.csv": data})


@given(st.booleans(), st.text(alphabet=st.sampled_from('ab,"\n\r\t; é\x00approved'), max_size=120))
def test_any_code_list_is_read_or_refused(headed: bool, text: str) -> None:
    mapping = (
        "entity: client\nroot: {table: A}\ntables: {person: {from: A, fields: {sex: {from: S, code: sex}}}}\n"
    )
    only_invalid_input({"client.yaml": mapping, "codes/sex.csv": (HEADER if headed else "") + text})


@given(broken(EXAMPLES))
def test_damaged_examples_are_refused_and_nothing_else(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "client.examples.yaml")
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        try:
            load_examples(path)
        except InvalidInput:
            return
