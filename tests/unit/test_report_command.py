"""`migrate report`, as a user types it: it reads evidence alone, and no database is asked."""

import json
from pathlib import Path

import jsonschema
import pytest

from tests import evidence
from tests.commandline import ROOT, document, run


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose databases do not exist."""
    run(tmp_path / "p", "init", tmp_path / "p")
    return tmp_path / "p"


@pytest.fixture
def judged(project: Path) -> Path:
    evidence.made(project / ".migrate/evidence")
    return project


def test_it_writes_pages_in_both_languages_without_any_database(judged):
    told = document(judged, "report", name="report")
    assert [Path(path).name for path in told["files"]] == [
        f"{evidence.NAME}.{code}.html" for code in ("en", "fr")
    ]
    assert (told["verdict"], told["exit"], told["exit_code"]) == ("different", 1, 1)


def test_it_ends_with_0_only_if_both_sides_are_the_same(project):
    evidence.made(project / ".migrate/evidence", only={"identity", "relations"}, lines=())
    assert run(project, "report").exit_code == 0
    evidence.made(project / ".migrate/evidence", name="20280101T000000Z", only=set())
    assert run(project, "report").exit_code == 1
    assert run(project, "report", evidence.NAME).exit_code == 0


def test_evidence_that_was_changed_is_refused(judged):
    with (judged / ".migrate/evidence" / evidence.NAME / "context.json").open("a") as stream:
        stream.write(" ")
    refused = run(judged, "report")
    assert refused.exit_code == 3
    assert "was changed after it was closed: context.json" in refused.stderr


def test_without_evidence_it_says_how_to_get_some(project):
    refused = run(project, "report")
    assert (refused.exit_code, "migrate reconcile" in refused.stderr) == (3, True)


@pytest.mark.parametrize(("kind", "files"), [("html", 1), ("json", 1), ("csv", 4)])
def test_each_format_goes_where_it_is_told_to(judged, tmp_path, kind, files):
    told = document(
        judged, "report", "--format", kind, "--lang", "fr", "--out", str(tmp_path / "o"), name="report"
    )
    assert sorted(told["files"]) == sorted(str(path) for path in (tmp_path / "o").iterdir())
    assert len(told["files"]) == files


def test_the_json_document_is_the_one_of_reconcile(judged, tmp_path):
    run(judged, "report", "--format", "json", "--out", tmp_path)
    told = json.loads((tmp_path / f"{evidence.NAME}.json").read_text())
    jsonschema.validate(told, json.loads((ROOT / "docs/reconcile.schema.json").read_text()))


def test_a_bundle_is_written_with_its_hash_beside_it(judged, tmp_path):
    told = document(judged, "report", "--bundle", str(tmp_path / "b.zip"), name="report")
    assert [Path(path).name for path in told["files"]] == ["b.zip", "b.zip.sha256"]
