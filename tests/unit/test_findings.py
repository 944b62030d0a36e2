"""What evidence comes to: facts about `reconciliation.findings`, and about the folder that keeps it."""

import os
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from migrate.errors import Refused
from reconciliation.findings import findings
from reconciliation.folder import Folder
from reconciliation.model import (
    DIFFERENCES,
    Kind,
    Look,
    Measure,
    Reason,
    Remark,
    Result,
    Subject,
    Verdict,
    verdict,
)

SUBJECT = Subject("rows", "client", "person")
NONE = DIFFERENCES.empty_table()


def measure(legacy=10, platform=10, compared=10, **more):
    return Measure("rows", "client", "person", "rows", legacy, platform, compared, **more)


def line(**given):
    told = {
        **dict.fromkeys(DIFFERENCES.names, ""),
        "check": "rows",
        "entity": "client",
        "subject": "person",
        "kind": Kind.CONFLICT,
        "look": Look.OUT_OF_SYNC,
        "class": "A",
        "key": "1-A",
    }
    return {**told, **given}


def table(*lines):
    return pa.Table.from_pylist(list(lines), schema=DIFFERENCES)


def result(*measures, lines=(), remarks=(), subject=SUBJECT):
    (finding,) = findings([subject], measures, table(*lines), remarks)
    return finding.result


def test_what_was_compared_and_is_alike_is_the_same():
    assert result(measure()) is Result.SAME


def test_what_never_ran_is_no_pass():
    assert result() is Result.NOT_RUN


def test_nothing_compared_is_no_pass():
    assert result(measure(0, 0, 0)) is Result.NOT_COMPARABLE


def test_what_may_be_empty_is_the_same_when_both_sides_are():
    subject = Subject("rows", "client", "person", may_be_empty="nobody has one yet")
    assert result(measure(0, 0, 0), subject=subject) is Result.SAME
    assert result(measure(3, 3, 0), subject=subject) is Result.NOT_COMPARABLE


def test_a_difference_that_counts_is_different_whatever_else_is_said():
    stopped = Remark("rows", "client", "person", Reason("limit"), Result.NOT_RUN)
    assert result(measure(), lines=[line()], remarks=[stopped]) is Result.DIFFERENT


def test_what_is_in_flight_or_allowed_does_not_count():
    lines = [line(look=Look.IN_FLIGHT), line(look=Look.ALLOWED)]
    (finding,) = findings([SUBJECT], [measure()], table(*lines))
    assert (finding.result, finding.in_flight, finding.allowed) == (Result.SAME, 1, 1)


def test_a_difference_without_a_key_counts_too():
    (finding,) = findings([SUBJECT], [measure()], table(line(key=None), line(key="")))
    assert (finding.kinds, finding.keys) == ({"conflict": 2}, ())


def test_a_figure_that_does_not_balance_is_different_though_another_makes_up_for_it():
    assert result(measure(10, 9), measure(9, 10)) is Result.DIFFERENT


def test_what_is_explained_balances():
    assert result(measure(10, 8, explained={"rejected": 1, "held": 1})) is Result.SAME


def test_amounts_of_two_currencies_are_never_added():
    both = [
        Measure("rows", "client", "person", unit, Decimal(5), Decimal(5), 1, {}, {"held": 0})
        for unit in ("CAD", "USD")
    ]
    (finding,) = findings([SUBJECT], both, NONE)
    assert (finding.result, finding.unit, finding.compared) == (Result.SAME, "", 2)
    assert (finding.legacy, finding.platform, finding.difference, finding.explained) == (None, None, None, {})
    (finding,) = findings([SUBJECT], [both[0], replace(both[1], platform=Decimal(4))], NONE)
    assert (finding.result, finding.unbalanced) == (Result.DIFFERENT, 1)


def test_a_figure_of_one_side_has_nothing_to_balance():
    assert result(measure(None, 12)) is Result.SAME


@pytest.mark.parametrize("worst", [Result.ERROR, Result.NOT_RUN, Result.NOT_COMPARABLE])
def test_a_remark_says_what_the_result_cannot_be_better_than(worst):
    assert result(measure(), remarks=[Remark("rows", "client", "person", Reason("x"), worst)]) is worst


def test_nobody_answers_about_what_was_never_declared():
    with pytest.raises(ValueError, match="nobody declared rows client person"):
        findings([], [measure()], NONE)


def test_the_verdict_is_the_same_only_if_every_finding_is():
    (same,) = findings([SUBJECT], [measure()], NONE)
    (different,) = findings([SUBJECT], [measure(1, 2, 1)], NONE)
    (absent,) = findings([SUBJECT], [], NONE)
    assert verdict([same]) is Verdict.SAME
    assert verdict([same, absent]) is Verdict.INCOMPLETE
    assert verdict([same, absent, different]) is Verdict.DIFFERENT
    assert verdict([]) is Verdict.INCOMPLETE


# --- the folder


def written(root):
    folder = Folder.make(root, "20270101T000000Z", salt="5a" * 32)
    folder.subjects([SUBJECT])
    folder.measure(measure(Decimal("10.50"), Decimal("10.50")))
    folder.remark(Remark("rows", "client", "person", Reason("look", {"lag": "5"})))
    folder.differences(table(line(legacy="Tremblay", platform=None)))
    folder.close({"system": "gcms"}, {"entities": {}})
    return folder


def test_evidence_comes_back_as_it_was_written(tmp_path):
    written(tmp_path)
    folder = Folder.open(tmp_path)
    assert folder.all_subjects() == [SUBJECT]
    assert [m.legacy for m in folder.all_measures()] == [Decimal("10.50")]
    assert folder.all_differences().to_pylist() == [line(legacy="Tremblay", platform=None)]
    assert [r.reason for r in folder.all_remarks()] == [Reason("look", {"lag": "5"})]
    assert folder.findings()[0].kinds == {"conflict": 1}
    assert folder.manifest()["verdict"] == "different"


def test_the_same_evidence_is_the_same_bytes(tmp_path):
    assert written(tmp_path / "a").sha256 == written(tmp_path / "b").sha256


@pytest.mark.parametrize("file", ["measures.jsonl", "differences.jsonl", "context.json", "findings.json"])
def test_one_changed_byte_is_found(tmp_path, file):
    path = written(tmp_path).path / file
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(Refused, match=f"changed after it was closed: {file}"):
        Folder.open(tmp_path)


def test_nobody_who_lacks_the_salt_can_try_values_until_the_hash_fits(tmp_path):
    one, other = (Folder.make(tmp_path, name) for name in ("a", "b"))
    for folder in (one, other):
        folder.differences(table(line(legacy="1990-01-02")))
        folder.subjects([SUBJECT])
        folder.close({}, {})
    told = [folder.manifest()["files"]["differences.jsonl"] for folder in (one, other)]
    assert told[0] != told[1]
    assert told[0].keys() == {"hmac_sha256", "lines"}


def test_a_damaged_salt_is_found(tmp_path):
    (written(tmp_path).path / "salt.txt").write_text("not a salt\n")
    with pytest.raises(Refused, match=r"salt\.txt"):
        Folder.open(tmp_path)


@pytest.mark.parametrize("half", ["", "{", "[]", '{"files": 1}', '{"format": 1, "reconciliation": "x", "fi'])
def test_half_a_manifest_is_damaged_evidence(tmp_path, half):
    (written(tmp_path).path / "manifest.json").write_text(half)
    with pytest.raises(Refused, match=r"changed after it was closed: manifest\.json"):
        Folder.open(tmp_path)


def test_a_file_more_or_less_is_found(tmp_path):
    folder = written(tmp_path)
    (folder.path / "more.txt").write_text("x")
    with pytest.raises(Refused, match=r"more\.txt"):
        Folder.open(tmp_path)


def unfinished(root):
    folder = Folder.make(root, "20270101T000000Z", ground={"system": "gcms"})
    folder.subjects([SUBJECT])
    folder.measure(measure())
    folder.step("rows", "client", 1.0)
    return folder


def test_one_that_is_still_at_work_is_not_taken_up_by_another(tmp_path):
    working = unfinished(tmp_path)
    with pytest.raises(Refused, match="it is still at work"):
        Folder.resume(tmp_path, {"system": "gcms"}, "2027-01-02T00:00:00Z")
    working.close({}, {})
    assert Folder.open(tmp_path).findings()[0].result is Result.SAME


@pytest.mark.parametrize("file", ["measures.jsonl", "unfinished.json"])
def test_what_lost_lines_that_were_kept_is_not_taken_up(tmp_path, file):
    folder = unfinished(tmp_path)
    folder.leave()
    os.truncate(folder.path / file, 5)
    with pytest.raises(Refused, match="cannot be resumed"):
        Folder.resume(tmp_path, {"system": "gcms"}, "2027-01-02T00:00:00Z")


@pytest.mark.parametrize("moment", ["context.json", "findings.json", "manifest.json"])
def test_killed_while_it_is_closed_it_is_whole_or_can_be_taken_up(tmp_path, monkeypatch, moment):
    folder = unfinished(tmp_path)
    replace_file = Path.replace

    def killed(self, target):
        replace_file(self, target)
        if target.name == moment:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            folder.close({}, {})
    folder.leave()  # as the end of a process does
    if moment != "manifest.json":
        Folder.resume(tmp_path, {"system": "gcms"}, "2027-01-02T00:00:00Z").close({}, {})
    assert Folder.open(tmp_path).findings()[0].result is Result.SAME
    with pytest.raises(Refused, match="no reconciliation was left unfinished"):
        Folder.resume(tmp_path, {"system": "gcms"}, "2027-01-02T00:00:00Z")


def test_only_its_owner_may_look_into_the_folder(tmp_path):
    assert written(tmp_path / "root").path.stat().st_mode & 0o777 == 0o700
