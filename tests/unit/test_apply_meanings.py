"""Facts about conditions on codes and circles, about references that are missing, and about what a survey reads."""

from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pytest

from migrate.conditions import Any, Column, Condition, Meaning, Not, Operator
from migrate.conditions import Test as Comparison
from migrate.errors import InvalidInput
from migrate.mapping import load, load_examples
from migrate.mapping.nouns import CodeList, Consequence, Field, Natural, NaturalKind, TableMap
from migrate.model import Lookup, TargetColumn
from migrate.platform.layout import layout as platform
from migrate.transform.apply import apply
from migrate.transform.beforehand import survey_columns
from migrate.transform.vocabulary import vocabulary
from tests.builders import AS_OF, ID, batch, layout, mapping, rows_of, target

LAYOUT = layout(
    target("file", TargetColumn("number", pa.string()), TargetColumn("owner_id", ID, nullable=False))
)
ROLES = CodeList(
    "role", {("", "PA"): "APPLICANT", ("", "Demandeur"): "APPLICANT", ("", "REP"): "REPRESENTATIVE"}
)


def chosen(condition: Condition, *cells: str | None, looped: tuple[str, ...] = ()) -> list[str]:
    """The keys, 1-0, 1-1 …, of files whose ROLE makes the condition true."""
    owner = Field("owner_id", (Column("ROW_ID"),), ref="person", otherwise=Consequence.STUB)
    table = TableMap("file", "file", "FILE", fields=(Field("number", (Column("ROW_ID"),)), owner))
    its = mapping("file", "FILE", (table,), codes={"role": ROLES})
    rule = TableMap("file", "file", "FILE", where=condition, fields=table.fields)
    rows = [{"ROW_ID": f"1-{number}", "ROLE": cell} for number, cell in enumerate(cells)]
    given = Lookup(AS_OF, looped={("file", "above"): pa.array(looped, pa.string())})
    chosen_rows = apply(
        mapping("file", "FILE", (rule,), codes=its.codes),
        batch("file", {"FILE": rows}),
        given,
        layout=LAYOUT,
        system="x",
    )
    return [key for (key,) in rows_of(chosen_rows.tables["file"], "number")]


def test_a_value_means_a_code_in_whatever_language() -> None:
    condition = Comparison(Column("ROLE"), Operator.CODE, Meaning("role", ("APPLICANT",)))
    assert chosen(condition, "PA", "Demandeur", "REP", "pa", None) == ["1-0", "1-1"]


def test_without_codes_every_listed_value_counts() -> None:
    assert chosen(Comparison(Column("ROLE"), Operator.CODE, Meaning("role")), "PA", "REP", "?", None) == [
        "1-0",
        "1-1",
    ]


def test_the_negation_holds_for_what_is_unlisted_or_empty() -> None:
    condition = Not(Comparison(Column("ROLE"), Operator.CODE, Meaning("role")))
    assert chosen(condition, "PA", "?", None) == ["1-1", "1-2"]


def test_a_key_is_in_a_circle_or_not() -> None:
    condition = Comparison(Column("ROW_ID"), Operator.LOOPED, "above")
    assert chosen(condition, "PA", "PA", "PA", looped=("1-1",)) == ["1-1"]
    assert chosen(Not(condition), "PA", "PA", "PA", looped=("1-1",)) == ["1-0", "1-2"]


def test_a_missing_parent_holds_and_is_not_called_empty() -> None:
    """A required reference that has to wait must not be rejected as empty: nothing would ever release it."""
    owner = Field("owner_id", (Column("OWNER"),), ref="person", otherwise=Consequence.HOLD, required=True)
    table = TableMap("file", "file", "FILE", fields=(owner,))
    rows = batch("file", {"FILE": [{"ROW_ID": "1-A", "OWNER": "1-P"}, {"ROW_ID": "1-B", "OWNER": None}]})
    nobody = Lookup(AS_OF, known={"person": pa.array([], pa.string())})
    outcome = apply(mapping("file", "FILE", (table,)), rows, nobody, layout=LAYOUT, system="x")
    assert rows_of(outcome.quarantine, "key", "state", "rule") == [
        ("1-A", "held", "missing_parent"),
        ("1-B", "rejected", "required"),
    ]


def test_a_survey_reads_also_what_tells_which_roots_count() -> None:
    blank = Comparison(Column("KIND"), Operator.BLANK)
    later = Comparison(Column("CLOSED"), Operator.AFTER, Column("OPENED"))
    key = Natural("number", NaturalKind.UNIQUE, ("NUMBER",))
    one = mapping("file", "FILE", (), naturals=(key,))
    root = type(one.root)("FILE", "FILE", "ROW_ID", where=Any((blank, Not(later))))
    narrowed = type(one)("file", root, (), (), naturals=(key,))
    assert survey_columns(narrowed) == ("NUMBER", "KIND", "CLOSED", "OPENED")


# --- read from files

HEAD = "parent,value,language,code,equivalence,status,author,reviewer,date,note\n"


def folder(path: Path, more: str) -> Path:
    """A mapping of S_CASE_REL with one code list."""
    (path / "codes").mkdir()
    (path / "codes" / "link.csv").write_text(HEAD + ",A,,REPLACES,equal,approved,,,,\n", encoding="utf-8")
    (path / "link.yaml").write_text(
        "entity: link\nroot: {table: S_CASE_REL}\ntables:\n  office:\n    from: S_CASE_REL\n"
        "    fields: {name: NAME, recorded_at: CREATED, changed_at: CREATED}\n" + more,
        encoding="utf-8",
    )
    return path


def complaints(path: Path) -> str:
    """What is wrong with the mappings of a folder."""
    with pytest.raises(InvalidInput) as caught:
        load(path, vocabulary=vocabulary(), layout=platform())
    return str(caught.value)


def test_a_code_that_no_value_has_is_a_mistake_of_the_condition(tmp_path: Path) -> None:
    rule = "excluded: {x: {where: {KIND: {code: {link: [REPLACED]}}}, reason: tests}}\n"
    assert "no value of code list link has the code REPLACED did you mean REPLACES?" in complaints(
        folder(tmp_path, rule)
    ).replace("; ", " ")


def test_a_range_of_columns_is_dropped_at_once(tmp_path: Path) -> None:
    folder(tmp_path, "drop: {S_CASE_REL: {ATTRIB_08..11: no meaning on record}}\n")
    found = load(tmp_path, vocabulary=vocabulary(), layout=platform())["link"].dropped
    assert [drop.column for drop in found] == ["ATTRIB_08", "ATTRIB_09", "ATTRIB_10", "ATTRIB_11"]
    assert {drop.reason for drop in found} == {"no meaning on record"}


def test_defaults_fill_what_a_given_row_does_not_write(tmp_path: Path) -> None:
    file = tmp_path / "link.examples.yaml"
    file.write_text(
        "- defaults: {S_CASE_REL: {NAME: Halifax, KIND: A}}\n"
        "- example: one\n  given: {S_CASE_REL: [{ROW_ID: 1-A, KIND: null}]}\n  expect: {office: []}\n",
        encoding="utf-8",
    )
    (example,) = load_examples(file)
    assert example.given["S_CASE_REL"][0].cells == {"ROW_ID": "1-A", "NAME": "Halifax", "KIND": None}
    assert example.as_of == datetime(2026, 1, 1).date()  # noqa: DTZ001  # a date
