"""What a mapping file means once it is read: facts about `migrate.mapping.load` on the example of the documentation."""

import re
from pathlib import Path

import pytest

from migrate.conditions import All, Any, Column, Condition, MemberColumn, Not, Operator
from migrate.conditions import Test as Comparison
from migrate.mapping import Mappings
from migrate.mapping.nouns import (
    Call,
    Code,
    Consequence,
    Dropped,
    Each,
    Field,
    FieldClass,
    Join,
    Mapping,
    Natural,
    NaturalKind,
    TableMap,
)
from tests.mapping_world import read

DOCUMENTATION = Path(__file__).parents[2] / "docs" / "mapping-language.md"
ORGANISATION = """\
entity: organisation
root: {table: S_ORG_EXT}
tables: {office: {from: S_ORG_EXT, fields: {name: NAME}}}
"""
SMALL = """\
entity: client
root: {table: S_CONTACT}
members: {S_X: {by: PAR_ROW_ID}}
tables:
  person:
    from: S_CONTACT
"""


def documented() -> str:
    found = re.search(
        r"```yaml\n(entity: client.*?)```", DOCUMENTATION.read_text(encoding="utf-8"), re.DOTALL
    )
    assert found
    return found[1]


@pytest.fixture(scope="module")
def mappings(tmp_path_factory: pytest.TempPathFactory) -> Mappings:
    return read(
        tmp_path_factory.mktemp("doc"), {"client.yaml": documented(), "organisation.yaml": ORGANISATION}
    )


@pytest.fixture
def client(mappings: Mappings) -> Mapping:
    return mappings["client"]


def field(mapping: Mapping, label: str, column: str) -> Field:
    (table,) = (t for t in mapping.tables if t.label == label)
    (found,) = (f for f in table.fields if f.column == column)
    return found


def mapped(path: Path, table: str, more: str = "") -> TableMap:
    """The root's table map of a small mapping; `table` is what stands in it beside `from`."""
    text = f"{SMALL}    {table}\n{more}"
    return read(path, {"client.yaml": text})["client"].tables[0]


def condition(path: Path, text: str) -> Condition | None:
    return mapped(path, f"where: {text}\n    fields: {{sex: SEX}}").where


# --- the whole


def test_entities_come_in_the_order_of_loading(mappings: Mappings) -> None:
    assert mappings.order == ("organisation", "user", "client")
    assert [mapping.entity for mapping in mappings.values()] == list(mappings)


def test_the_example_of_the_documentation_is_understood(client: Mapping) -> None:
    assert client.root.table == "S_CONTACT"
    assert client.after == ("user", "organisation")
    assert client.into == ("person", "person_name", "contact_point")
    assert [member.name for member in client.members] == [
        "S_PARTY", "S_CONTACT_X", "S_CONTACT_XM", "S_PER_COMM_ADDR",
        "S_CON_ADDR", "S_ADDR_PER", "S_CONTACT_REL", "incoming",
    ]  # fmt: skip
    assert client.merged == MemberColumn("S_CONTACT_X", "X_REPLACED_ROW_ID")
    assert client.naturals == (
        Natural(
            "uci", NaturalKind.UNIQUE, ("X_UCI_NUM",), (Call("digits_only"),), line=client.naturals[0].line
        ),
    )


def test_values_know_their_lines(client: Mapping) -> None:
    lines = documented().splitlines()
    assert "S_CONTACT_XM:" in lines[client.member("S_CONTACT_XM").line - 1]
    assert "family_name:" in lines[field(client, "person_name.other", "family_name").line - 1]
    assert "pointer_dead:" in lines[client.rules[1].line - 1]


def test_what_has_to_be_read_follows_from_the_mapping(client: Mapping) -> None:
    assert client.reads["S_CONTACT"] == (
        "CREATED_BY", "DEATH_DT", "EMP_FLG", "HOME_PH_NUM", "PR_CON_ADDR_ID", "ROW_ID", "SEX_MF",
        "WORK_PH_NUM", "X_UCI_NUM",
    )  # fmt: skip
    assert client.reads["S_CONTACT_X"] == (
        "ATTRIB_08",
        "CONFLICT_ID",
        "PAR_ROW_ID",
        "ROW_ID",
        "X_REPLACED_ROW_ID",
    )
    assert client.reads["S_CON_ADDR"] == ("ADDR_PER_ID", "CONTACT_ID", "ROW_ID")
    assert client.reads["incoming"] == ("REL_CONTACT_ID", "ROW_ID")
    assert client.reads["S_PER_COMM_ADDR"] == ("ADDR", "PER_ID", "ROW_ID")


def test_columns_of_judges_are_read_from_the_members_that_they_name(tmp_path: Path) -> None:
    rules = (
        "rules:\n"
        "  sums: {unbalanced: {of: S_X, payments: S_CONTACT, amount: AMT, currency: [CUR, PAID_CUR]}}\n"
        "  twice: {repeated: {of: S_X, by: [A, B], where: {TYPE: T, C: {same_as: root.D}}}}\n"
    )
    text = f"{SMALL}    fields: {{sex: SEX}}\n{rules}"
    reads = read(tmp_path, {"client.yaml": text})["client"].reads
    assert reads == {
        "S_CONTACT": ("D", "PAID_CUR", "ROW_ID", "SEX"),
        "S_X": ("A", "AMT", "B", "C", "CUR", "PAR_ROW_ID", "ROW_ID", "TYPE"),
    }


def test_the_digest_changes_with_the_file_and_with_its_code_lists_alone(tmp_path: Path) -> None:
    from tests.mapping_world import SEX

    files = {"client.yaml": documented(), "organisation.yaml": ORGANISATION}
    first = read(tmp_path / "a", files)
    again = read(tmp_path / "b", files)
    codes = read(tmp_path / "c", {**files, "codes/sex.csv": SEX + "\n"})
    text = read(tmp_path / "d", {**files, "client.yaml": documented() + "# remark\n"})
    assert first["client"].digest == again["client"].digest != codes["client"].digest
    assert text["client"].digest not in (first["client"].digest, codes["client"].digest)
    assert first["user"].digest == codes["user"].digest
    assert len({first.digest, codes.digest, text.digest}) == 3
    assert first.digest == again.digest


def test_files_that_are_no_mappings_are_left_alone(tmp_path: Path) -> None:
    beside = {"client.examples.yaml": "[", "groups.yaml": "[", "waves/one.yaml": "["}
    assert list(read(tmp_path, beside)) == ["user"]


# --- fields


def test_a_field_says_where_it_comes_from_and_what_happens_on_the_way(client: Mapping) -> None:
    sex = field(client, "person", "sex")
    assert (sex.sources, sex.steps, sex.code, sex.field_class) == (
        (Column("SEX_MF"),),
        (Call("trim"),),
        Code("sex"),
        FieldClass.A,
    )
    assert sex.otherwise is Consequence.REJECT
    name = field(client, "person_name.other", "family_name")
    assert name.rules == (
        (Call("lost_characters"), Consequence.FLAG),
        (Call("at_width", {"width": 100}), Consequence.FLAG),
    )
    assert name.required
    assert field(client, "person", "recorded_by_id").otherwise is Consequence.STUB


def test_a_reference_that_is_missing_holds_unless_told_otherwise(tmp_path: Path) -> None:
    table = mapped(tmp_path, "fields: {recorded_by_id: {from: CREATED_BY, ref: client}}")
    assert table.fields[0].otherwise is Consequence.HOLD


def test_the_short_form_is_a_source(tmp_path: Path) -> None:
    assert mapped(tmp_path, "fields: {sex: SEX}").fields[0].sources == (Column("SEX"),)


def test_several_sources_and_columns_beside_the_rows(tmp_path: Path) -> None:
    table = mapped(
        tmp_path,
        "with: {x: {member: S_X, on: X_ID, where: {A: B}}}\n    fields: {sex: {from: [SEX, x.SEX, root.SEX]}}",
    )
    assert table.fields[0].sources == (Column("SEX"), Column("SEX", "x"), Column("SEX", "root"))
    assert table.joins == (Join("x", "S_X", "X_ID", Comparison(Column("A"), Operator.IN, ("B",))),)


def test_each_names_a_column_and_what_is_set_beside_it(client: Mapping) -> None:
    table = client.tables[2]
    assert table.each[0] == Each(
        "home", Column("HOME_PH_NUM"), {"use": "HOME"}, MemberColumn("S_PER_COMM_ADDR", "ADDR")
    )
    assert [f.sources for f in table.fields] == [(Column("each"),), (Column("use", "each"),)]


@pytest.mark.parametrize(
    ("field", "constant"),
    [
        ("sex: {value: M}", "M"),
        ("height: {value: -3}", -3),
        ("is_closed: {value: true}", True),
        ("died_on: {value: 2026-01-31}", "2026-01-31"),
        ("balance: {value: '0.50'}", "0.50"),
    ],
)
def test_a_constant_keeps_its_type(tmp_path: Path, field: str, constant: object) -> None:
    made = mapped(tmp_path, f"fields: {{{field}}}").fields[0]
    assert (made.constant, type(made.constant), made.sources) == (constant, type(constant), ())


def test_shared_fields_are_read_as_if_they_stood_in_the_table(tmp_path: Path) -> None:
    table = mapped(
        tmp_path,
        "shared: stamps\n    fields: {sex: SEX}",
        "shared:\n  stamps: {recorded_at: CREATED, died_on: {from: DIED, do: date}}\n",
    )
    assert [f.column for f in table.fields] == ["sex", "recorded_at", "died_on"]


# --- conditions

A = Column("A")


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("{A: N}", Comparison(A, Operator.IN, ("N",))),
        ("{A: [Y, null, 7, 1.50]}", Comparison(A, Operator.IN, ("Y", None, 7, "1.50"))),
        ("{A: null}", Comparison(A, Operator.IN, (None,))),
        ("{A: {not: no}}", Not(Comparison(A, Operator.IN, ("no",)))),
        ("{A: {blank: true}}", Comparison(A, Operator.BLANK)),
        ("{A: {blank: false}}", Not(Comparison(A, Operator.BLANK))),
        ("{A: {starts: No}}", Comparison(A, Operator.STARTS, "No")),
        ("{A: {matches: '^[0-9]+$'}}", Comparison(A, Operator.MATCHES, "^[0-9]+$")),
        ("{A: {before: 2026-01-31}}", Comparison(A, Operator.BEFORE, "2026-01-31")),
        ("{A: {before: as_of}}", Comparison(A, Operator.BEFORE, "as_of")),
        ("{A: {after: 0}}", Comparison(A, Operator.AFTER, 0)),
        ("{A: {after: 0.5}}", Comparison(A, Operator.AFTER, "0.5")),
        ("{A: {after: {column: root.B}}}", Comparison(A, Operator.AFTER, Column("B", "root"))),
        ("{A: {same_as: B}}", Comparison(A, Operator.SAME_AS, Column("B"))),
        ("{A: {differs: B}}", Not(Comparison(A, Operator.SAME_AS, Column("B")))),
        ("{A: {among: S_X.ROW_ID}}", Comparison(A, Operator.AMONG, MemberColumn("S_X", "ROW_ID"))),
        ("{A: {not_among: S_X.ROW_ID}}", Not(Comparison(A, Operator.AMONG, MemberColumn("S_X", "ROW_ID")))),
        (
            "{A: {after: 1, before: 3}}",
            All((Comparison(A, Operator.AFTER, 1), Comparison(A, Operator.BEFORE, 3))),
        ),
        (
            "{A: x, B: y}",
            All((Comparison(A, Operator.IN, ("x",)), Comparison(Column("B"), Operator.IN, ("y",)))),
        ),
        (
            "{any: [{A: x}, {A: y}]}",
            Any((Comparison(A, Operator.IN, ("x",)), Comparison(A, Operator.IN, ("y",)))),
        ),
        ("{not: {A: x}}", Not(Comparison(A, Operator.IN, ("x",)))),
    ],
)
def test_a_condition_means_what_it_says(tmp_path: Path, text: str, meaning: Condition) -> None:
    assert condition(tmp_path, text) == meaning


@pytest.mark.parametrize(
    "word", ["N", "Y", "no", "yes", "on", "off", "2026-01-01", "0-R9NH", "1-2E3", "1_000"]
)
def test_words_that_older_yaml_would_change_stay_text(tmp_path: Path, word: str) -> None:
    assert condition(tmp_path, f"{{A: {word}}}") == Comparison(A, Operator.IN, (word,))


# --- the rest


def test_dropped_columns_keep_who_decided_and_when(tmp_path: Path) -> None:
    text = (
        "entity: client\nroot: {table: S_CONTACT}\ntables: {person: {from: S_CONTACT, fields: {sex: SEX}}}\n"
        "drop:\n"
        "  S_CONTACT: {A: old, B: {reason: private, owner: data, since: 2026-01-31}}\n"
        "  '*': {DCKING_NUM: vendor column}\n"
    )
    dropped = read(tmp_path, {"client.yaml": text})["client"].dropped
    assert dropped == (
        Dropped("S_CONTACT", "A", "old", line=5), Dropped("S_CONTACT", "B", "private", "data", "2026-01-31", line=5),
        Dropped("*", "DCKING_NUM", "vendor column", line=6),
    )  # fmt: skip


def test_only_approved_codes_are_in_force(tmp_path: Path) -> None:
    from tests.mapping_world import HEADER

    rows = ",Male,ENU,M,exact,approved,a,b,2026-01-01,\n,Femme,FRA,F,exact,proposed,a,b,,\n,Other,,X,,retired,,,,\n"
    text = (
        "entity: client\nroot: {table: A}\ntables: {person: {from: A, fields: {sex: {from: S, code: sex}}}}\n"
    )
    codes = read(tmp_path, {"client.yaml": text, "codes/sex.csv": "\ufeff" + HEADER + rows})["client"].codes
    assert codes["sex"].codes == {("", "Male"): "M"}


def test_several_labels_fill_one_platform_table(tmp_path: Path) -> None:
    tables = "".join(
        f"  note.t{i}:\n    into: contact_point\n    from: S_X\n    fields: {{value: V{i}}}\n"
        for i in range(30)
    )
    text = f"{SMALL}    fields: {{sex: SEX}}\n{tables}"
    assert len(read(tmp_path, {"client.yaml": text})["client"].tables) == 31
