"""What becomes of the rows of a batch: facts about `migrate.transform.apply`, on small made-up entities."""

from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest

from migrate.canonical import derive_id
from migrate.conditions import Column, MemberColumn, Operator
from migrate.conditions import Test as Comparison
from migrate.mapping.nouns import (
    Call,
    Code,
    Consequence,
    Each,
    Exclusion,
    Field,
    FieldClass,
    Join,
    Mapping,
    Member,
    Orphans,
    Rule,
    TableMap,
)
from migrate.model import Layout, Lookup, Outcome, SliceKind, TargetColumn
from migrate.transform.apply import apply
from migrate.transform.beforehand import references
from tests.builders import batch, codes, layout, lookup, mapping, rows_of, target

TEXT = pa.string()

LAYOUT = layout(
    target(
        "person",
        TargetColumn("name", TEXT, width=10),
        TargetColumn("sex_code", TEXT),
        TargetColumn("born_on", pa.date32()),
        TargetColumn("recorded_by_id", pa.binary(16)),
        TargetColumn("city", TEXT),
    ),
    target(
        "note",
        TargetColumn("text", TEXT, nullable=False),
        TargetColumn("follows_id", pa.binary(16)),
        root="person",
    ),
    target("phone", TargetColumn("value", TEXT), TargetColumn("use", TEXT), root="person"),
)

NAME = Field("name", (Column("NAME"),), field_class=FieldClass.A)
NOTE = Field("text", (Column("TEXT"),))
NOTES = Member("NOTES", "S_NOTE", "PER_ID")


def person(
    *tables: TableMap, fields: tuple[Field, ...] = (NAME,), members: tuple[Member, ...] = (), **more: object
) -> Mapping:
    return mapping(
        "person", "PERSON", (TableMap("person", "person", "PERSON", fields=fields), *tables), members, **more
    )


COLUMNS = {
    "PERSON": dict.fromkeys(("ROW_ID", "NAME", "HOME", "WORK"), TEXT),
    "NOTES": dict.fromkeys(("ROW_ID", "PER_ID", "TEXT"), TEXT),
}


def moved(
    mapping: Mapping, rows: dict[str, Any], given: Lookup | None = None, *, layout: Layout = LAYOUT
) -> Outcome:
    return apply(mapping, batch("person", rows, COLUMNS), given or lookup(), layout=layout, system="test")


def fate(outcome: Outcome) -> dict[str, str]:
    return dict(zip(outcome.keys["key"].to_pylist(), outcome.keys["disposition"].to_pylist(), strict=True))


def test_a_root_row_becomes_a_row_with_the_id_derived_from_its_key() -> None:
    outcome = moved(person(), {"PERSON": [{"ROW_ID": "1-A", "NAME": "Ada"}]})
    assert rows_of(outcome.tables["person"], "person_id", "name") == [
        (derive_id("test", "person/1-A"), "Ada")
    ]


def test_a_member_row_carries_the_id_of_its_root_and_one_of_its_own() -> None:
    notes = TableMap("note", "note", "NOTES", fields=(NOTE,))
    outcome = moved(
        person(notes, members=(NOTES,)),
        {
            "PERSON": [{"ROW_ID": "1-A", "NAME": "Ada"}],
            "NOTES": [{"ROW_ID": "1-N", "PER_ID": "1-A", "TEXT": "seen"}],
        },
    )
    expected = [(derive_id("test", "person/note/1-N"), derive_id("test", "person/1-A"), "seen")]
    assert rows_of(outcome.tables["note"], "note_id", "person_id", "text") == expected


def test_a_member_row_without_a_root_is_quarantined_under_the_missing_key() -> None:
    notes = TableMap("note", "note", "NOTES", fields=(NOTE,))
    outcome = moved(
        person(notes, members=(NOTES,)),
        {
            "PERSON": [{"ROW_ID": "1-A", "NAME": "Ada"}],
            "NOTES": [{"ROW_ID": "1-N", "PER_ID": "1-GONE", "TEXT": "seen"}],
        },
    )
    assert fate(outcome) == {"1-A": "accepted", "1-GONE": "rejected"}
    assert rows_of(outcome.quarantine, "key", "table", "row_id", "rule") == [
        ("1-GONE", "S_NOTE", "1-N", "orphan")
    ]


def test_orphans_are_left_alone_where_another_mapping_answers_for_them() -> None:
    members = (Member("NOTES", "S_NOTE", "PER_ID", orphans=Orphans.IGNORE),)
    outcome = moved(
        person(members=members),
        {"PERSON": [{"ROW_ID": "1-A", "NAME": "Ada"}], "NOTES": [{"ROW_ID": "1-N", "PER_ID": "1-GONE"}]},
    )
    assert fate(outcome) == {"1-A": "accepted"}
    assert outcome.quarantine.num_rows == 0


FILES = Member("FILES", "S_FILE", "PAR_ID", via=MemberColumn("NOTES", "ROW_ID"))
PATTERNS = Exclusion("pattern", "NOTES", Comparison(Column("TEXT"), Operator.IN, ("pattern",)), "not data")
WITH_FILES = {**COLUMNS, "FILES": dict.fromkeys(("ROW_ID", "PAR_ID"), TEXT)}


def without_root(**rows: Any) -> Outcome:
    one = batch("person", {"PERSON": [], "FILES": [], **rows}, WITH_FILES)
    loose = replace(one, slice=replace(one.slice, kind=SliceKind.LOOSE, member="NOTES"))
    mapping = person(members=(NOTES, FILES), exclusions=(PATTERNS,))
    return apply(mapping, loose, lookup(), layout=LAYOUT, system="test")


def test_a_row_of_nobody_is_excluded_where_its_kind_is_and_rejected_otherwise() -> None:
    outcome = without_root(
        NOTES=[{"ROW_ID": "1-M", "TEXT": "pattern"}, {"ROW_ID": "1-N", "TEXT": "seen"}],
        FILES=[{"ROW_ID": "1-F", "PAR_ID": "1-M"}, {"ROW_ID": "1-G", "PAR_ID": "1-N"}],
    )
    assert fate(outcome) == {"1-M": "excluded", "1-N": "rejected"}
    assert rows_of(outcome.excluded, "key", "table", "row_id", "rule") == [
        ("1-M", "S_FILE", "1-F", "pattern"),
        ("1-M", "S_NOTE", "1-M", "pattern"),
    ]
    assert rows_of(outcome.quarantine, "key", "row_id", "rule") == [
        ("1-N", "1-G", "orphan"),
        ("1-N", "1-N", "no_parent"),
    ]


def test_rows_of_one_missing_root_are_rejected_together_unless_all_are_excluded() -> None:
    notes = [{"ROW_ID": "1-M", "PER_ID": "1-GONE", "TEXT": "pattern"}, {"ROW_ID": "1-N", "PER_ID": "1-GONE"}]
    assert fate(without_root(NOTES=notes)) == {"1-GONE": "rejected"}
    assert fate(without_root(NOTES=notes[:1])) == {"1-GONE": "excluded"}


def test_what_hangs_on_an_excluded_row_is_excluded_with_it() -> None:
    rows = {
        "PERSON": [{"ROW_ID": "1-A", "NAME": "Ada"}],
        "NOTES": [{"ROW_ID": "1-M", "PER_ID": "1-A", "TEXT": "pattern"}, {"ROW_ID": "1-N", "PER_ID": "1-A"}],
        "FILES": [{"ROW_ID": "1-F", "PAR_ID": "1-M"}, {"ROW_ID": "1-G", "PAR_ID": "1-N"}],
    }
    mapping = person(members=(NOTES, FILES), exclusions=(PATTERNS,))
    outcome = apply(mapping, batch("person", rows, WITH_FILES), lookup(), layout=LAYOUT, system="test")
    assert rows_of(outcome.excluded, "key", "row_id") == [("1-A", "1-F"), ("1-A", "1-M")]


def test_an_unknown_code_rejects_the_entity_and_is_never_loaded_as_blank() -> None:
    sex = Field("sex_code", (Column("SEX"),), code=Code("sex"), field_class=FieldClass.A)
    outcome = moved(
        person(fields=(NAME, sex), codes={"sex": codes("sex", Femme="F")}),
        {"PERSON": [{"ROW_ID": "1-A", "SEX": "Femme"}, {"ROW_ID": "1-B", "SEX": "Fem"}]},
    )
    assert fate(outcome) == {"1-A": "accepted", "1-B": "rejected"}
    assert rows_of(outcome.tables["person"], "sex_code") == [("F",)]
    assert rows_of(outcome.quarantine, "key", "column", "rule", "value", "scope") == [
        ("1-B", "SEX", "code", "Fem", "entity")
    ]


def test_a_text_longer_than_the_platform_column_is_found_before_the_write() -> None:
    outcome = moved(
        person(), {"PERSON": [{"ROW_ID": "1-A", "NAME": "é" * 10}, {"ROW_ID": "1-B", "NAME": "é" * 11}]}
    )
    assert fate(outcome) == {"1-A": "accepted", "1-B": "rejected"}
    assert rows_of(outcome.quarantine, "rule") == [("too_long",)]


def test_a_rejected_member_row_of_class_b_is_set_aside_and_the_entity_goes_on() -> None:
    notes = TableMap("note", "note", "NOTES", fields=(NOTE,))
    rows = {
        "PERSON": [{"ROW_ID": "1-A", "NAME": "Ada"}],
        "NOTES": [
            {"ROW_ID": "1-M", "PER_ID": "1-A", "TEXT": None},
            {"ROW_ID": "1-N", "PER_ID": "1-A", "TEXT": "x"},
        ],
    }
    outcome = moved(person(notes, members=(NOTES,)), rows)
    assert fate(outcome) == {"1-A": "accepted"}
    assert rows_of(outcome.tables["note"], "text") == [("x",)]
    assert rows_of(outcome.quarantine, "row_id", "rule", "scope") == [("1-M", "required", "row")]


def test_a_rejected_member_row_of_class_a_takes_the_whole_entity_with_it() -> None:
    notes = TableMap(
        "note", "note", "NOTES", fields=(Field("text", (Column("TEXT"),), field_class=FieldClass.A),)
    )
    outcome = moved(
        person(notes, members=(NOTES,)),
        {
            "PERSON": [{"ROW_ID": "1-A", "NAME": "Ada"}],
            "NOTES": [{"ROW_ID": "1-M", "PER_ID": "1-A", "TEXT": None}],
        },
    )
    assert fate(outcome) == {"1-A": "rejected"}
    assert outcome.tables["person"].num_rows == outcome.tables["note"].num_rows == 0


def test_a_missing_parent_holds_the_entity_and_says_what_it_waits_for() -> None:
    by = Field("recorded_by_id", (Column("BY"),), ref="user", otherwise=Consequence.HOLD)
    outcome = moved(
        person(fields=(NAME, by)),
        {
            "PERSON": [
                {"ROW_ID": "1-A", "BY": "0-1"},
                {"ROW_ID": "1-B", "BY": "0-2"},
                {"ROW_ID": "1-C", "BY": None},
            ]
        },
        lookup(user=["0-1"]),
    )
    assert fate(outcome) == {"1-A": "accepted", "1-B": "held", "1-C": "accepted"}
    assert rows_of(outcome.quarantine, "key", "state", "needs_entity", "needs_key") == [
        ("1-B", "held", "user", "0-2")
    ]


def test_a_missing_user_is_stood_in_for_where_the_mapping_says_stub() -> None:
    by = Field("recorded_by_id", (Column("BY"),), ref="user", otherwise=Consequence.STUB)
    outcome = moved(
        person(fields=(NAME, by)),
        {"PERSON": [{"ROW_ID": "1-A", "BY": "0-2"}, {"ROW_ID": "1-B", "BY": "0-2"}]},
    )
    assert fate(outcome) == {"1-A": "accepted", "1-B": "accepted"}
    assert rows_of(outcome.stubs, "entity", "key") == [("user", "0-2")]
    assert set(outcome.tables["person"]["recorded_by_id"].to_pylist()) == {derive_id("test", "user/0-2")}


def test_an_excluded_entity_is_counted_by_its_rule_and_nothing_else_is_said_of_it() -> None:
    staff = Exclusion("employee", "PERSON", Comparison(Column("EMP"), Operator.IN, ("Y",)), "staff")
    long_name = {"ROW_ID": "1-A", "NAME": "x" * 99, "EMP": "Y"}
    outcome = moved(
        person(exclusions=(staff,)), {"PERSON": [long_name, {"ROW_ID": "1-B", "NAME": "Bo", "EMP": "N"}]}
    )
    assert fate(outcome) == {"1-A": "excluded", "1-B": "accepted"}
    assert rows_of(outcome.excluded, "key", "rule") == [("1-A", "employee")]
    assert outcome.quarantine.num_rows == 0


def test_an_identical_twin_is_excluded_and_a_different_one_set_aside() -> None:
    members = (Member("NOTES", "S_NOTE", "PER_ID", twins=("PER_ID", "NAME")),)
    notes = TableMap("note", "note", "NOTES", fields=(NOTE,))
    rows = {
        "PERSON": [{"ROW_ID": "1-A"}],
        "NOTES": [
            {"ROW_ID": "1-C", "PER_ID": "1-A", "NAME": "a", "TEXT": "other", "CONFLICT_ID": "1-X"},
            {"ROW_ID": "1-M", "PER_ID": "1-A", "NAME": "a", "TEXT": "same", "CONFLICT_ID": "0"},
            {"ROW_ID": "1-I", "PER_ID": "1-A", "NAME": "a", "TEXT": "same", "CONFLICT_ID": "1-Y"},
            {"ROW_ID": "1-L", "PER_ID": "1-A", "NAME": "b", "TEXT": "alone", "CONFLICT_ID": "1-Z"},
        ],
    }
    reads = {"NOTES": ("CONFLICT_ID", "NAME", "PER_ID", "ROW_ID", "TEXT")}
    outcome = moved(person(notes, members=members, reads=reads), rows)
    assert rows_of(outcome.tables["note"], "text") == [("alone",), ("same",)]
    assert rows_of(outcome.excluded, "row_id", "rule") == [("1-I", "identical_twin")]
    assert rows_of(outcome.quarantine, "row_id", "rule", "scope") == [("1-C", "different_twin", "row")]


def test_a_row_of_an_unknown_type_is_set_aside_never_dropped() -> None:
    members = (Member("NOTES", "S_NOTE", "PER_ID", known=("TYPE", ("A",))),)
    outcome = moved(
        person(members=members),
        {"PERSON": [{"ROW_ID": "1-A"}], "NOTES": [{"ROW_ID": "1-N", "PER_ID": "1-A", "TYPE": "Z"}]},
    )
    assert rows_of(outcome.quarantine, "row_id", "rule", "value") == [("1-N", "unknown_type", "Z")]


def test_a_missing_required_member_rejects_the_entity() -> None:
    members = (Member("NOTES", "S_NOTE", "PER_ID", required=True),)
    outcome = moved(
        person(members=members), {"PERSON": [{"ROW_ID": "1-A"}], "NOTES": [{"ROW_ID": "x", "PER_ID": "y"}]}
    )
    assert ("1-A", "missing_NOTES") in rows_of(outcome.quarantine, "key", "rule")


def test_columns_become_rows_except_where_the_value_stands_elsewhere_already() -> None:
    fields = (Field("value", (Column("each"),)), Field("use", (Column("use", "each"),)))
    seen = MemberColumn("NOTES", "TEXT")
    phones = TableMap(
        "phone",
        "phone",
        "PERSON",
        fields=fields,
        each=(
            Each("home", Column("HOME"), {"use": "HOME"}, seen),
            Each("work", Column("WORK"), {"use": "WORK"}, seen),
        ),
    )
    rows = {
        "PERSON": [
            {"ROW_ID": "1-A", "HOME": "111", "WORK": " "},
            {"ROW_ID": "1-B", "HOME": "222", "WORK": "333"},
        ],
        "NOTES": [{"ROW_ID": "1-N", "PER_ID": "1-B", "TEXT": "222"}],
    }
    outcome = moved(person(phones, members=(NOTES,)), rows)
    assert rows_of(outcome.tables["phone"], "value", "use") == [("111", "HOME"), ("333", "WORK")]
    assert derive_id("test", "person/phone/1-A/home") in outcome.tables["phone"]["phone_id"].to_pylist()


def test_a_joined_table_gives_null_where_it_has_no_row() -> None:
    table = TableMap(
        "person",
        "person",
        "PERSON",
        joins=(Join("n", "NOTES"),),
        fields=(NAME, Field("city", (Column("CITY", "n"),))),
    )
    m = mapping("person", "PERSON", (table,), (NOTES,))
    outcome = moved(
        m,
        {
            "PERSON": [{"ROW_ID": "1-A", "NAME": "Ada"}, {"ROW_ID": "1-B", "NAME": "Bo"}],
            "NOTES": [{"ROW_ID": "1-N", "PER_ID": "1-B", "CITY": "Laval"}],
        },
    )
    assert rows_of(outcome.tables["person"], "name", "city") == [("Ada", None), ("Bo", "Laval")]


@pytest.mark.parametrize(("follows", "flags"), [("1-M", 0), ("1-GONE", 1), ("1-OTHER", 1)])
def test_a_reference_to_a_row_of_the_entity_holds_only_if_that_row_is_loaded(
    follows: str, flags: int
) -> None:
    follow = Field("follows_id", (Column("FOLLOWS"),), row="note", otherwise=Consequence.FLAG)
    notes = TableMap("note", "note", "NOTES", fields=(NOTE, follow))
    rows = {
        "PERSON": [{"ROW_ID": "1-A"}, {"ROW_ID": "1-B"}],
        "NOTES": [
            {"ROW_ID": "1-M", "PER_ID": "1-A", "TEXT": "first", "FOLLOWS": None},
            {"ROW_ID": "1-N", "PER_ID": "1-A", "TEXT": "second", "FOLLOWS": follows},
            {"ROW_ID": "1-OTHER", "PER_ID": "1-B", "TEXT": "of another", "FOLLOWS": None},
        ],
    }
    outcome = moved(person(notes, members=(NOTES,)), rows)
    expected = None if flags else derive_id("test", f"person/note/{follows}")
    assert ("second", expected) in rows_of(outcome.tables["note"], "text", "follows_id")
    marks = outcome.tables.get("quality_mark")
    assert (marks.num_rows if marks is not None else 0) == flags


def test_a_judge_flags_the_root_with_the_rule_and_the_source_row() -> None:
    rule = Rule("one_note", Call("count", {"of": "NOTES", "least": 1}), Consequence.FLAG)
    outcome = moved(
        person(members=(NOTES,), rules=(rule,)),
        {"PERSON": [{"ROW_ID": "1-A"}], "NOTES": [{"ROW_ID": "1-N", "PER_ID": "1-Z"}]},
    )
    mark = outcome.tables["quality_mark"].to_pylist()[0]
    assert (mark["table_name"], mark["rule"], mark["kind"], mark["source_key"], mark["work_item_status"]) == (
        "person",
        "one_note",
        "flagged",
        "1-A",
        "open",
    )


def test_the_fingerprint_does_not_depend_on_the_order_of_rows_and_changes_with_a_value() -> None:
    notes = TableMap("note", "note", "NOTES", fields=(NOTE,))

    def fingerprint(*texts: tuple[str, str]) -> object:
        rows = [{"ROW_ID": key, "PER_ID": "1-A", "TEXT": text} for key, text in texts]
        return (
            moved(person(notes, members=(NOTES,)), {"PERSON": [{"ROW_ID": "1-A"}], "NOTES": rows})
            .fingerprint[0]
            .as_py()
        )

    assert fingerprint(("1", "a"), ("2", "b")) == fingerprint(("2", "b"), ("1", "a"))
    assert fingerprint(("1", "a"), ("2", "b")) != fingerprint(("1", "b"), ("2", "a"))


def test_an_entity_waits_with_the_one_of_its_own_kind_that_it_points_at() -> None:
    above = Field("recorded_by_id", (Column("ABOVE"),), ref="person", otherwise=Consequence.HOLD)
    rows = [
        {"ROW_ID": "1", "NAME": "x" * 99, "ABOVE": None},
        {"ROW_ID": "2", "ABOVE": "1"},
        {"ROW_ID": "3", "ABOVE": "2"},
        {"ROW_ID": "4", "ABOVE": "5"},
        {"ROW_ID": "5", "ABOVE": None},
    ]
    outcome = moved(person(fields=(NAME, above)), {"PERSON": rows})
    assert fate(outcome) == {"1": "rejected", "2": "held", "3": "held", "4": "accepted", "5": "accepted"}


def test_references_lists_the_distinct_keys_that_a_batch_points_at() -> None:
    by = Field("recorded_by_id", (Column("BY"),), ref="user")
    rows = {"PERSON": [{"ROW_ID": "1", "BY": "u"}, {"ROW_ID": "2", "BY": "u"}, {"ROW_ID": "3", "BY": None}]}
    assert references(person(fields=(by,)), batch("person", rows))["user"].to_pylist() == ["u"]


def test_a_number_below_the_least_of_its_column_is_found_before_the_write() -> None:
    shape = layout(target("person", TargetColumn("pieces", pa.int32(), least=0)))
    pieces = Field("pieces", (Column("PIECES"),))
    rows = [{"ROW_ID": "1", "PIECES": "-1"}, {"ROW_ID": "2", "PIECES": "0"}, {"ROW_ID": "3", "PIECES": None}]
    outcome = moved(person(fields=(pieces,)), {"PERSON": rows}, layout=shape)
    assert fate(outcome) == {"1": "rejected", "2": "accepted", "3": "accepted"}
    assert [(line["key"], line["rule"]) for line in outcome.quarantine.to_pylist()] == [("1", "out_of_range")]


def test_who_points_at_itself_waits_for_nobody_and_is_told() -> None:
    shape = layout(target("person", TargetColumn("above_id", pa.binary(16), elsewhere=True)))
    above = Field("above_id", (Column("ABOVE"),), ref="person", otherwise=Consequence.HOLD)
    rows = [{"ROW_ID": "1", "ABOVE": "1"}, {"ROW_ID": "2", "ABOVE": "3"}, {"ROW_ID": "3", "ABOVE": None}]
    outcome = moved(person(fields=(above,)), {"PERSON": rows}, layout=shape)
    assert fate(outcome) == {"1": "rejected", "2": "accepted", "3": "accepted"}
    assert [line["rule"] for line in outcome.quarantine.to_pylist()] == ["itself"]


def test_a_row_that_points_at_itself_is_loaded_without_the_pointer_and_flagged() -> None:
    shape = layout(
        target("person", TargetColumn("name", TEXT)),
        target(
            "note",
            TargetColumn("text", TEXT),
            TargetColumn("follows_id", pa.binary(16), elsewhere=True),
            root="person",
        ),
    )
    follow = Field("follows_id", (Column("FOLLOWS"),), row="note", otherwise=Consequence.FLAG)
    rows = {
        "PERSON": [{"ROW_ID": "1-A"}],
        "NOTES": [{"ROW_ID": "1-N", "PER_ID": "1-A", "TEXT": "x", "FOLLOWS": "1-N"}],
    }
    notes = TableMap("note", "note", "NOTES", fields=(NOTE, follow))
    outcome = moved(person(notes, members=(NOTES,)), rows, layout=shape)
    assert rows_of(outcome.tables["note"], "text", "follows_id") == [("x", None)]
    assert [mark["rule"] for mark in outcome.tables["quality_mark"].to_pylist()] == ["itself"]
