"""Expected differences: who answers for them, what they cover, and when they end."""

from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from migrate.errors import InvalidInput
from reconciliation.allowances import read
from reconciliation.model import DIFFERENCES, Kind, Look

TODAY = date(2027, 2, 1)
CHECKS, ENTITIES = ("rows", "totals"), ("client", "office")
GOOD = """\
- name: provinces written out
  check: rows
  entity: client
  subject: person_address fields
  column: province
  kind: conflict
  owner: Ann Roy
  approved_by: Jean Côté
  approved_on: 2027-01-10
  expires: 2027-06-30
  reason_en: to be taken back with release 3
  reason_fr: sera annulé avec la version 3
"""


def line(**given):
    told = {
        **dict.fromkeys(DIFFERENCES.names, ""),
        "check": "rows",
        "entity": "client",
        "subject": "person_address fields",
        "column": "province",
        "kind": Kind.CONFLICT.value,
        "look": Look.OUT_OF_SYNC.value,
        "key": "1-A",
    }
    return {**told, **given}


def allowances(tmp_path: Path, text: str = GOOD, today: date = TODAY):
    path = tmp_path / "allowances.yaml"
    path.write_text(text, encoding="utf-8")
    return read(path, today, CHECKS, ENTITIES)


def looks(given, *lines):
    return given.applied(pa.Table.from_pylist(list(lines), schema=DIFFERENCES)).column("look").to_pylist()


def test_what_is_covered_is_allowed_and_names_the_allowance(tmp_path):
    given = allowances(tmp_path)
    (applied,) = given.applied(pa.Table.from_pylist([line()], schema=DIFFERENCES)).to_pylist()
    assert (applied["look"], applied["allowance"]) == ("allowed", "provinces written out")
    assert given.told()[0]["lines"] == 1


def test_the_report_is_told_what_one_covers_and_how_much_at_most(tmp_path):
    (told,) = allowances(
        tmp_path, GOOD.replace("  owner", "  keys: [1-A, 1-B]\n  at_most: 3\n  owner")
    ).told()
    place = {"check": "rows", "entity": "client", "subject": "person_address fields"}
    assert told["place"] == {**place, "column": "province", "kind": "conflict"}
    assert (told["keys"], told["at_most"], told["approved_on"]) == (2, 3, "2027-01-10")


@pytest.mark.parametrize(
    "other",
    [
        {"check": "totals"},
        {"entity": "office"},
        {"subject": "person fields"},
        {"column": "city"},
        {"kind": Kind.NULL.value},
    ],
    ids=lambda given: next(iter(given)),
)
def test_what_is_otherwise_in_any_respect_counts(tmp_path, other):
    assert looks(allowances(tmp_path), line(**other)) == ["out_of_sync"]


def test_an_expired_one_covers_nothing_and_says_so(tmp_path):
    given = allowances(tmp_path, today=date(2027, 7, 1))
    assert looks(given, line()) == ["out_of_sync"]
    assert given.told()[0]["state"] == "expired"


def test_on_its_last_day_it_still_holds(tmp_path):
    assert looks(allowances(tmp_path, today=date(2027, 6, 30)), line()) == ["allowed"]


def test_more_than_were_expected_count(tmp_path):
    given = allowances(tmp_path, GOOD.replace("  owner", "  at_most: 1\n  owner"))
    assert looks(given, line(), line(key="1-B")) == ["allowed", "out_of_sync"]


def test_only_the_named_keys_are_covered(tmp_path):
    given = allowances(tmp_path, GOOD.replace("  owner", "  keys: [1-A]\n  owner"))
    assert looks(given, line(), line(key="1-B")) == ["allowed", "out_of_sync"]


def test_what_is_in_flight_is_nobodys_to_allow(tmp_path):
    assert looks(allowances(tmp_path), line(look=Look.IN_FLIGHT.value)) == ["in_flight"]


def test_without_a_file_nothing_is_allowed(tmp_path):
    assert read(tmp_path / "allowances.yaml", TODAY, CHECKS, ENTITIES).given == ()


def test_every_mistake_is_told_with_its_line(tmp_path):
    bad = GOOD.replace("approved_by: Jean Côté", "approved_by: Ann Roy").replace("2027-06-30", "2027-01-01")
    bad = bad.replace("kind: conflict", "kind: odd").replace("  check: rows\n", "")
    with pytest.raises(InvalidInput) as told:
        allowances(tmp_path, bad)
    said = [str(mistake) for mistake in told.value.mistakes]
    assert len(said) == 4
    assert any("one person" in each for each in said)
    assert any("expires before" in each for each in said)
    assert any("`check` is missing" in each for each in said)
    assert any(each.startswith("allowances.yaml:5") and "kind" in each for each in said), said


def test_what_somebody_forgot_is_told(tmp_path):
    with pytest.raises(InvalidInput, match="`approved_by` is missing"):
        allowances(tmp_path, GOOD.replace("  approved_by: Jean Côté\n", ""))


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("check: rows", "check: row", "no check named row; did you mean rows?"),
        ("entity: client", "entity: clients", "no entity named clients; did you mean client?"),
        ("owner: Ann Roy", "owner: JEAN  CÔTE\u0301", "owner and approver are one person"),
        ("approved_on: 2027-01-10", "approved_on: 2027-02-02", "approved on a day to come"),
        ("kind: conflict", "kind: conflict\n  at_most: 0", "`at_most` is below 1"),
    ],
    ids=["check", "entity", "person", "approval", "number"],
)
def test_what_would_cover_nothing_or_is_nobodys_approval_is_a_mistake(tmp_path, right, wrong, said):
    with pytest.raises(InvalidInput) as told:
        allowances(tmp_path, GOOD.replace(right, wrong))
    (mistake,) = told.value.mistakes
    assert said in str(mistake)
