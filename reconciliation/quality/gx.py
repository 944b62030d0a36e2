"""Great Expectations, behind one file: judges sets of rows inside the databases, and writes its Data Docs.

    with Judge() as judge:
        answers = judge.ask("legacy", engine, row_set, select, options)    of those that answered: name -> Answer
        judge.publish(folder)                                              pages that need nothing from elsewhere

Importing this module takes seconds: import it where it is used. What Great Expectations would do by itself and does not
do here: make temporary tables, keep a project, draw progress bars, call home, show values of rows, or have its pages
fetch scripts from other machines.
"""

import os
import re
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import quote

os.environ["GX_ANALYTICS_ENABLED"] = "false"  # read while it is imported

import great_expectations as gx
import sqlalchemy as sa
from great_expectations import expectations as gxe
from great_expectations.compatibility import pydantic
from great_expectations.core.batch import BatchMarkers
from great_expectations.data_context.types.base import DataContextConfig, InMemoryStoreBackendDefaults
from great_expectations.datasource.fluent import SQLDatasource
from great_expectations.exceptions import GreatExpectationsError
from great_expectations.execution_engine import SqlAlchemyExecutionEngine
from great_expectations.execution_engine.sqlalchemy_batch_data import SqlAlchemyBatchData
from sqlalchemy.dialects import mysql

from reconciliation.model import FieldClass
from reconciliation.quality.suites import Expected, RowSet

COUNTS_ONLY = {"result_format": "BASIC", "partial_unexpected_count": 0}
_SEVERITY = {FieldClass.A: "critical", FieldClass.B: "warning", FieldClass.C: "info"}
_SITE = "evidence"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one expectation.

    rows:        how many there were.
    judged:      how many of them had something to judge.
    unexpected:  for how many of these it does not hold.
    holds:       whether it holds for as many as it has to.
    """

    rows: int
    judged: int
    unexpected: int
    holds: bool


class _Engine(SqlAlchemyExecutionEngine):  # type: ignore[misc]  # untyped for mypy, see pyproject.toml
    """Judges the SELECTs that it is given, as they are.

    Great Expectations would make a temporary table of each, and read the whole of it to learn its columns' names.
    """

    _connection: sa.Connection | None

    def __init__(self, engine: sa.Engine) -> None:
        super().__init__(engine=engine, create_temp_table=False)
        if engine.dialect.name == "mariadb":  # which it does not know, and takes for one without patterns
            self.dialect_module = mysql
        self.selects: dict[str, sa.Select[Any]] = {}

    def get_batch_data_and_markers(self, batch_spec: Any) -> tuple[Any, Any]:
        """The rows of a set, by its name."""
        name = batch_spec["data_asset_name"]
        data = SqlAlchemyBatchData(
            execution_engine=self,
            selectable=self.selects[name],
            create_temp_table=False,
            source_table_name=sa.quoted_name(name, quote=True),
        )
        return data, BatchMarkers({"ge_load_time": ""})

    def get_inspector(self) -> Any:
        """Tells the columns of a set of rows, without asking the database."""
        return _Columns(self)

    def close(self) -> None:
        """Let go of the connection that is kept. The pool is its owner's.

        Great Expectations would throw that away too, now and again whenever this object happens to be collected: what
        somebody reads through at that moment would come back to a pool that nobody closes any more.
        """
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class _Columns:
    """As much of SQLAlchemy's inspector as is asked for."""

    def __init__(self, engine: _Engine) -> None:
        self.engine, self.dialect = engine, engine.dialect

    def get_columns(self, table_name: str, schema: str | None = None) -> list[dict[str, Any]]:
        """The columns of a set of rows."""
        chosen = self.engine.selects[str(table_name)].selected_columns
        return [{"name": str(each.name), "type": each.type} for each in chosen]

    def get_pk_constraint(self, table_name: str, schema: str | None = None) -> dict[str, Any]:
        """None that anybody needs to know."""
        return {}


class Rows(SQLDatasource):  # type: ignore[misc]
    """A datasource over an engine that is there already, read-only and bounded."""

    type: Literal["rows"] = "rows"
    _engine_of_ours: Any = pydantic.PrivateAttr(None)

    def test_connection(self, test_assets: bool = True) -> None:
        """Nothing: the engine is given a moment later, and reads were made through it already."""

    def over(self, engine: "_Engine") -> None:
        """Read through this engine."""
        self._engine_of_ours = engine

    def get_engine(self) -> sa.Engine:
        """The engine that was given."""
        engine: sa.Engine = self._engine_of_ours.engine
        return engine

    def get_execution_engine(self) -> SqlAlchemyExecutionEngine:
        """The same for Great Expectations."""
        return self._engine_of_ours


class Judge:
    """One context of Great Expectations, in memory."""

    def __init__(self) -> None:
        defaults = InMemoryStoreBackendDefaults(init_temp_docs_sites=False)
        config = DataContextConfig(store_backend_defaults=defaults, analytics_enabled=False)
        self.context = gx.get_context(mode="ephemeral", project_config=config)
        self.context.variables.progress_bars = {"globally": False}
        self._engines: dict[str, _Engine] = {}
        self._failed: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Close what connections are kept; the engines stay their owners'."""
        for engine in self._engines.values():
            engine.close()

    def ask(
        self,
        side: str,
        engine: sa.Engine,
        row_set: RowSet,
        select: sa.Select[Any],
        options: Mapping[str, Mapping[str, object]],
    ) -> dict[str, Answer]:
        """What came of each expectation; those that came to nothing are left out.

        options:  of each expectation, with every value worked out.
        """
        name = f"{side}_{row_set.name}"
        asset = self._source(side, engine).add_query_asset(name, query=f"SELECT * FROM {row_set.table}")
        self._engines[side].selects[name] = select
        rows = asset.add_batch_definition("all rows")
        expected = [_expectation(each, options[each.name]) for each in row_set.expected]
        suite = self.context.suites.add(gx.ExpectationSuite(name, expectations=expected))
        asked = gx.ValidationDefinition(name=name, data=rows, suite=suite)
        try:
            told = self.context.validation_definitions.add(asked).run(result_format=COUNTS_ONLY)
        except GreatExpectationsError:
            return {}
        if not told.success:
            self._failed.add(name)
        answers = {each.expectation_config.meta["name"]: _answer(each) for each in told.results}
        return {name: answer for name, answer in answers.items() if answer is not None}

    def publish(self, folder: Path) -> None:
        """Data Docs of everything that was asked."""
        self._forget_errors()
        store = {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(folder)}
        site = {"class_name": "SiteBuilder", "show_how_to_buttons": False, "store_backend": store}
        self.context.add_data_docs_site(_SITE, site)
        self.context.build_data_docs(site_names=[_SITE])
        shutil.rmtree(folder / "static")
        for page in folder.rglob("*.html"):
            page.write_text(alone(page.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
        pages = sorted(page.relative_to(folder) for page in (folder / "validations").rglob("*.html"))
        (folder / "index.html").write_text(_index(pages, self._failed), encoding="utf-8", newline="\n")

    def _source(self, side: str, engine: sa.Engine) -> Any:
        if side not in self._engines:
            self._engines[side] = _Engine(engine)
            source = self.context.data_sources.add_rows(name=side, connection_string="given://")
            source.over(self._engines[side])
        return self.context.data_sources.get(side)

    def _forget_errors(self) -> None:
        """What a database says of an error may hold values of rows."""
        store = self.context.validation_results_store
        for key in store.list_keys():
            told = store.get(key)
            for each in told.results:
                if each.exception_info and not each.result:
                    each.exception_info = {"raised_exception": False}
            store.update(key, told)


def _expectation(expected: Expected, options: Mapping[str, object]) -> Any:
    given: dict[str, object] = dict(options)
    if "column_A" in given:
        given["ignore_row_if"] = "either_value_is_missing"
    if expected.columns:
        given["mostly"] = float(expected.mostly)
    notes = [expected.reasons["en"], expected.reasons["fr"]]
    return getattr(gxe, expected.expectation)(
        **given, severity=_SEVERITY[expected.field_class], notes=notes, meta={"name": expected.name}
    )


def _answer(told: Any) -> Answer | None:
    """The counts of a result; None where there are none."""
    result = told.result or {}
    if "element_count" in result:
        rows = int(result["element_count"])
        judged = rows - int(result.get("missing_count") or 0)
        return Answer(rows, judged, int(result.get("unexpected_count") or 0), bool(told.success))
    if "observed_value" in result:
        rows = int(result["observed_value"])
        return Answer(rows, rows, 0 if told.success else rows, bool(told.success))
    return None


_ELSEWHERE = re.compile(
    r"<script\b.*?</script>|<link\b[^>]*>|<img\b[^>]*>|<(?P<tag>iframe|footer)\b.*?</(?P=tag)>", re.DOTALL
)
_FETCHED = re.compile(r"url\(\s*[\"']?https?:[^)]*\)")
_HEAD = re.compile(r"<head>")
_POLICY = """<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>
body { font-family: sans-serif; margin: 2em; max-width: 70em }
table { border-collapse: collapse }
td, th { border: 1px solid #767676; padding: .3em .6em; text-align: left; vertical-align: top }
.fa-check-circle::before { content: "\\2713 holds" }
.fa-times::before, .fa-exclamation-triangle::before { content: "\\2717 does not hold" }
</style>"""
_INDEX = """<!DOCTYPE html>
<html lang="en">
{head}
<title>Data Docs</title>
</head>
<body>
<h1>Data Docs</h1>
<p>What was expected of each set of rows, and whether it holds; written by Great Expectations.
No value of a row is shown here.</p>
<p lang="fr">Ce qui était attendu de chaque ensemble de rangées, et si cela se vérifie; rédigé en anglais par Great
Expectations. Aucune valeur d’une rangée n’y figure.</p>
<table>
<thead><tr><th scope="col">Rows</th><th scope="col">Result</th></tr></thead>
<tbody>
{rows}
</tbody>
</table>
</body>
</html>
"""


def alone(page: str) -> str:
    """A page of Data Docs that needs nothing from elsewhere and may ask for nothing: no script, picture or style."""
    return _HEAD.sub(lambda _: _POLICY, _FETCHED.sub("none", _ELSEWHERE.sub("", page)), count=1)


def _index(pages: Sequence[Path], failed: Collection[str]) -> str:
    """The first page: Great Expectations' own is drawn by a script."""
    rows = [
        f'<tr><th scope="row"><a href="{quote(page.as_posix())}">{escape(page.parts[1])}</a></th>'
        f"<td>{'&#x2717; does not hold' if page.parts[1] in failed else '&#x2713; holds'}</td></tr>"
        for page in pages
    ]
    return _INDEX.format(head=_POLICY, rows="\n".join(rows))
