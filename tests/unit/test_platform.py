"""The case-platform model keeps its own conventions."""

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Constraint, Index, String, Table, Text, UniqueConstraint, Uuid

from migrate.platform import (
    CODE_LISTS,
    SUBJECTS,
    code_list_of,
    codes,
    metadata,
    root_id_of,
    root_of,
    tables,
    upgrading,
)
from migrate.platform.ddl import script
from migrate.platform.describing import model_document
from migrate.platform.schema import LASTING
from migrate.platform.versions import VERSIONS, newest
from migrate.state.store import REVISIONS

ALL = tuple(tables().values())
CODE_TABLES = tuple(table for table in ALL if "code_list" in table.info)
ENTITY_TABLES = tuple(table for table in ALL if "code_list" not in table.info)
ROOT = Path(__file__).parents[2]


def columns(of: tuple[Table, ...] = ALL) -> list[Column[object]]:
    return [column for table in of for column in table.columns]


def named(column: Column[object]) -> str:
    return str(column)


def test_every_table_says_what_it_holds() -> None:
    assert [table.name for table in ALL if not (table.comment or "").endswith(".")] == []


def test_every_column_says_what_it_means() -> None:
    assert [named(column) for column in columns() if not (column.comment or "").endswith(".")] == []


def test_every_entity_table_has_a_uuid_key_named_after_it() -> None:
    for table in ENTITY_TABLES:
        (key,) = table.primary_key.columns
        assert (key.name, type(key.type)) == (f"{table.name}_id", Uuid)


def test_every_member_requires_the_id_of_its_root_and_is_indexed_by_it() -> None:
    for table in ENTITY_TABLES:
        root, root_id = root_of(table.name), root_id_of(table.name)
        if root in (None, table.name):
            continue
        column = table.columns[str(root_id)]
        assert not column.nullable, named(column)
        assert column.references(tables()[str(root)].columns[str(root_id)]), named(column)
        assert first_of_an_index(column), named(column)


def test_every_mark_is_indexed_by_the_root_it_belongs_to() -> None:
    assert root_of("quality_mark") is None
    assert first_of_an_index(tables()["quality_mark"].columns[str(root_id_of("quality_mark"))])


def test_roots_are_tables_of_their_own() -> None:
    roots = {root for table in ENTITY_TABLES if (root := root_of(table.name))}
    assert {root for root in roots if root_of(root) != root} == set()


def test_every_code_column_leads_to_its_code_table() -> None:
    for column in columns(ENTITY_TABLES):
        if column.name not in {"postal_code", "short_code"}:  # words of the office, no codes of ours
            assert column.name.endswith("_code") == bool(code_list_of(column)), named(column)
        if code_list := code_list_of(column):
            assert [key.target_fullname for key in column.foreign_keys] == [f"code_{code_list}.code"]


def test_every_code_list_is_used() -> None:
    assert set(CODE_LISTS) - {code_list_of(column) for column in columns()} == set()


def test_every_code_list_has_a_file_and_every_file_a_list() -> None:
    packaged = {path.stem for path in (ROOT / "migrate/platform/codes").glob("*.csv")}
    assert packaged == set(CODE_LISTS)


@pytest.mark.parametrize("code_list", CODE_LISTS)
def test_codes_are_distinct_bilingual_and_fit(code_list: str) -> None:
    found = codes.codes(code_list)
    assert found
    assert len({code.code for code in found}) == len(found)
    for code in found:
        assert code.code == code.code.strip() != ""
        assert len(code.code) <= 30
        assert all(0 < len(label.strip()) <= 200 for label in (code.label_en, code.label_fr)), code.code


@pytest.mark.parametrize("code_list", CODE_LISTS)
def test_labels_of_a_list_are_distinct_in_both_languages(code_list: str) -> None:
    found = codes.codes(code_list)
    for labels in ([code.label_en for code in found], [code.label_fr for code in found]):
        assert len(set(labels)) == len(labels)


def test_an_unknown_code_list_is_refused() -> None:
    with pytest.raises(KeyError):
        codes.codes("no_such_list")


def test_every_reference_to_rows_that_may_go_is_indexed() -> None:
    for column in columns(ENTITY_TABLES):
        for key in column.foreign_keys:
            if key.column.table.name not in LASTING and not code_list_of(column):
                assert first_of_an_index(column), named(column)


def test_references_within_a_table_or_an_aggregate_can_wait_for_the_end_of_a_transaction() -> None:
    for column in columns():
        root = column.table.info["root"]
        for key in column.foreign_keys:
            there = key.column.table
            member = there.info["root"] == root and there.name != root
            if there is column.table or member:
                assert key.deferrable, named(column)


def test_every_constraint_and_index_has_a_name_that_postgresql_keeps_whole() -> None:
    for table in ALL:
        for item in rules(table):
            assert item.name, f"{table.name}: {item!r}"
            assert len(str(item.name)) <= 63, item.name


def test_texts_have_a_width_or_are_long() -> None:
    for column in columns():
        if isinstance(column.type, String) and not isinstance(column.type, Text):
            assert column.type.length, named(column)


def test_parents_come_before_their_children() -> None:
    seen: set[str] = set()
    for table in ALL:
        seen.add(table.name)
        assert {key.column.table.name for key in table.foreign_keys} <= seen


def test_placing_the_tables_in_a_schema_changes_nothing_else() -> None:
    placed = metadata("elsewhere")
    assert {table.schema for table in placed.tables.values()} == {"elsewhere"}
    for table in ALL:
        copy = placed.tables[f"elsewhere.{table.name}"]
        assert names(copy) == names(table)
        assert copy.info == table.info


def test_every_table_stands_in_the_list_of_names_of_its_subject() -> None:
    listed = {name for module in SUBJECTS if module is not codes for name in module.__all__}
    assert listed == {table.name for table in ENTITY_TABLES}


def test_the_model_document_is_fresh() -> None:
    found = (ROOT / "docs/platform-model.md").read_text(encoding="utf-8")
    assert found == model_document(), "run: make docs"


def test_the_statements_come_in_the_same_order_in_every_process() -> None:
    code = "from migrate.platform.ddl import script; print(script(), end='')"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert other.stdout == script()


def test_reading_the_model_needs_neither_alembic_nor_a_driver() -> None:
    code = "import sys, migrate.platform; print([m for m in ('alembic', 'psycopg', 'pandas') if m in sys.modules])"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert other.stdout.strip() == "[]"


def rules(table: Table) -> list[Constraint | Index]:
    return [*table.constraints, *table.indexes]


def names(table: Table) -> set[str]:
    return {str(item.name) for item in rules(table)}


def first_of_an_index(column: Column[object]) -> bool:
    found = [
        *(list(index.columns) for index in column.table.indexes),
        *(list(rule.columns) for rule in column.table.constraints if isinstance(rule, UniqueConstraint)),
    ]
    return any(rule[0] is column for rule in found)


@pytest.mark.parametrize("folder", [VERSIONS, REVISIONS], ids=["platform", "state"])
def test_the_names_of_the_files_tell_the_revisions_that_alembic_finds_in_them(folder: Path) -> None:
    scripts = ScriptDirectory(str(upgrading.ENVIRONMENT), version_locations=[str(folder)])
    found = frozenset(script.revision for script in scripts.walk_revisions())
    assert newest(folder) == (scripts.get_current_head(), found)
