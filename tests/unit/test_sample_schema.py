"""The legacy schema as text and as statements; for SQL Server and Oracle the statements are all that can be tested.

Some tables of every kind of column are in `tests/golden/sample/<dialect>.sql`. Write them anew with GOLDEN=write after
a change that is meant, and read the difference.
"""

import os
from pathlib import Path

import pytest
from sqlalchemy.dialects import mssql, mysql, oracle, postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.schema import CreateIndex, CreateTable, ExecutableDDLElement

from migrate.errors import Defect
from migrate.sample import data
from migrate.sample.schema import TABLES, _read, metadata

GOLDEN = Path(__file__).parent.parent / "golden" / "sample"
SHOWN = ("S_CON_IDNTY_DOC", "S_NOTE_CASE", "S_CASE_ATT", "S_SRC_PAYMENT", "S_CONTACT_X", "S_DOCK_TXN_LOG")
DIALECTS: dict[str, Dialect] = {
    "sqlite": sqlite.dialect(),
    "postgresql": postgresql.psycopg.dialect(),
    "mariadb": mysql.pyodbc.dialect(is_mariadb=True),
    "mssql": mssql.pyodbc.dialect(),
    "oracle": oracle.oracledb.dialect(),
}


@pytest.mark.parametrize("name", DIALECTS)
def test_statements_of_each_database(name: str) -> None:
    """Tables and indexes, word for word."""
    tables = metadata("SIEBEL" if name != "sqlite" else None)
    shown = [table for table in tables.sorted_tables if table.name in SHOWN]
    text = ""
    for table in sorted(shown, key=lambda table: table.name):
        indexes = sorted(table.indexes, key=lambda index: str(index.name))
        statements: list[ExecutableDDLElement] = [CreateTable(table), *map(CreateIndex, indexes)]
        for statement in statements:
            compiled = str(statement.compile(dialect=DIALECTS[name]))
            text += "\n".join(line.rstrip() for line in compiled.strip().splitlines()) + ";\n"
    path = GOLDEN / f"{name}.sql"
    if os.environ.get("GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_every_reference_and_every_key_names_what_exists() -> None:
    """Parents are tables with a ROW_ID, keys are columns."""
    for table in TABLES.values():
        assert all(column in table for column in table.user_key)
        assert all("ROW_ID" in TABLES[column.parent] for column in table.columns if column.parent)


def test_every_list_of_values_is_in_the_data() -> None:
    """A column that names a list finds it."""
    lists = {line["TYPE"] for line in data.rows("lov")}
    assert {column.lov for table in TABLES.values() for column in table.columns if column.lov} <= lists


def test_lists_of_values_have_both_languages_and_fit_their_columns() -> None:
    """Every value in English and in French, no display text over 30 characters."""
    english = {
        (line["TYPE"], line["NAME"], line["PARENT_NAME"])
        for line in data.rows("lov")
        if line["LANG_ID"] == "ENU"
    }
    french = {
        (line["TYPE"], line["NAME"], line["PARENT_NAME"])
        for line in data.rows("lov")
        if line["LANG_ID"] == "FRA"
    }
    assert english == french
    assert max(len(line["VAL"]) for line in data.rows("lov")) <= 30


def test_a_display_text_means_one_code_whatever_its_language() -> None:
    """No French text of a list is the English text of another of its values."""
    for kind in {line["TYPE"] for line in data.rows("lov")} - {"IRCC_CATEGORY"}:
        meaning: dict[str, str] = {}
        for line in data.rows("lov"):
            if line["TYPE"] == kind:
                assert meaning.setdefault(line["VAL"], line["NAME"]) == line["NAME"], (kind, line["VAL"])


@pytest.mark.parametrize(
    ("text", "line"),
    [("@SYS\n  ROW_ID id!\nS_X meaning", 3), ("@SYS\n  ROW_ID id!\nS_X | it | NAME\n  NAME w50!", 4)],
)
def test_a_mistake_in_the_text_names_its_line(text: str, line: int) -> None:
    """A heading without its bars, a type nobody knows."""
    with pytest.raises(Defect, match=f"schema.txt:{line}"):
        _read(text)
