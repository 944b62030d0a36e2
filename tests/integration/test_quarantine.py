"""What people do about rows in quarantine: look again, let stand, repair at the source; and what becomes of them."""

from pathlib import Path
from typing import Any

import pytest

from tests.commandline import document, platform, run
from tests.small_project import OFFICE, PERSON, at_source, small_project

CHANGES = OFFICE.replace("root:", "changes: {stamps: [LAST_UPD]}\nroot:")
CHILD = "INSERT INTO S_BU VALUES ('0-G', 'Below', '0-E', '2020-01-01', '0-1', '2020-01-02', '0-1', '0')"
REPAIR = "UPDATE S_BU SET NAME = 'Lagos' WHERE ROW_ID = '0-E'"
STAMP = "UPDATE S_BU SET LAST_UPD = strftime('%Y-%m-%d %H:%M:%f', 'now', '+1 second') WHERE ROW_ID = '{}'"
WAIVER = ("--as", "A. Roy", "--reason", "ticket 17", "--until", "2999-12-31")


@pytest.fixture
def project(tmp_path: Path, postgres_url: str) -> Path:
    """Loaded once: 0-E is rejected, 0-G waits for it, 0-F for an office that does not exist."""
    made = small_project(tmp_path, platform=postgres_url)
    (made / "mappings" / "office.yaml").write_text(CHANGES)
    at_source(made, CHILD)
    assert run(made, "platform", "upgrade").exit_code == 0
    assert run(made, "run").exit_code == 1
    assert quarantined(made) == {"0-E": "rejected", "0-F": "held", "0-G": "held"}
    return made


def quarantined(project: Path, *more: str) -> dict[str, str]:
    told = document(project, "quarantine", "list", *more)
    return {row["key"]: row["state"] for row in told["rows"]}


def offices(project: Path) -> dict[str, str]:
    with platform(project) as connection:
        query = """
            SELECT c.key, o.name FROM case_platform.office AS o JOIN migration.crosswalk AS c ON c.id = o.office_id
        """
        return dict(connection.execute(query).fetchall())  # type: ignore[arg-type]


def books(told: dict[str, Any]) -> dict[str, int]:
    counts: dict[str, int] = told["run"]["entities"]["office"]
    return {name: count for name, count in counts.items() if count}


def test_a_line_that_waits_for_what_is_left_out_says_which_rule_leaves_it_out(project: Path) -> None:
    left_out = "excluded: {closed: {where: {ROW_ID: 0-E}, reason: closed long ago}}\nroot:"
    (project / "mappings" / "office.yaml").write_text(CHANGES.replace("root:", left_out))
    assert run(project, "run", "--mode", "full").exit_code == 1
    (line,) = document(project, "quarantine", "show", "office", "0-G")["rows"]
    assert (line["state"], line["waits_for"], line["left_out_by"]) == ("held", "office 0-E", "closed")
    said = run(project, "quarantine", "show", "office", "0-G").stdout
    assert "which rule closed leaves out: waive the line, or change the rule" in said
    (other,) = document(project, "quarantine", "show", "office", "0-F")["rows"]
    assert other["left_out_by"] is None


def test_a_redrive_moves_only_those_rows_and_then_those_that_waited_for_them(project: Path) -> None:
    at_source(project, REPAIR, "UPDATE S_BU SET NAME = 'not looked at' WHERE ROW_ID = '0-B'")
    told = document(project, "quarantine", "redrive", "--entity", "office", "--key", "0-E")
    assert (told["keys"], told["exit_code"]) == ({"office": 1}, 0)
    assert (told["run"]["mode"], books(told)) == ("redrive", {"read": 2, "created": 2})
    assert offices(project) == {
        "0-A": "Canada", "0-B": "Ottawa", "0-C": "Sydney", "0-D": "Accra", "0-E": "Lagos", "0-G": "Below",
    }  # fmt: skip
    assert quarantined(project) == {"0-F": "held"}


def test_a_redrive_of_everything_says_what_is_still_left_out(project: Path) -> None:
    at_source(project, REPAIR)
    told = document(project, "quarantine", "redrive")
    assert (told["keys"], told["exit_code"]) == ({"office": 3}, 1)
    assert books(told) == {"read": 3, "created": 2, "held": 1}


def test_a_redrive_follows_a_corrected_mapping_without_reading_everything(project: Path) -> None:
    corrected = CHANGES.replace("{from: NAME, do: [trim], class: A", "{from: ROW_ID, class: A")
    (project / "mappings" / "office.yaml").write_text(corrected)
    (project / "mappings" / "office.examples.yaml").unlink()
    assert run(project, "quarantine", "redrive", "--rule", "too_long").exit_code == 0
    assert offices(project)["0-E"] == "0-E"
    assert offices(project)["0-B"] == "Ottawa"
    assert run(project, "run", "--mode", "delta").exit_code == 3


def test_a_redrive_without_a_match_does_nothing(project: Path) -> None:
    told = document(project, "quarantine", "redrive", "--rule", "no_such_rule")
    assert (told["keys"], told["run"], told["exit_code"]) == ({}, None, 0)
    result = run(project, "quarantine", "redrive", "--key", "0-A")
    assert "nothing like that is in quarantine" in result.stdout
    assert len(document(project, "status")["runs"]) == 1


def test_a_dry_redrive_counts_the_keys_and_writes_nothing(project: Path) -> None:
    at_source(project, REPAIR)
    told = document(project, "quarantine", "redrive", "--dry-run")
    assert (told["keys"], told["run"]) == ({"office": 3}, None)
    assert len(document(project, "status")["runs"]) == 1
    assert quarantined(project) == {"0-E": "rejected", "0-F": "held", "0-G": "held"}


def test_a_key_that_is_gone_from_the_source_leaves_the_quarantine_by_a_redrive(project: Path) -> None:
    at_source(project, "DELETE FROM S_BU WHERE ROW_ID = '0-F'")
    assert run(project, "quarantine", "redrive", "--key", "0-F").exit_code == 0
    assert quarantined(project) == {"0-E": "rejected", "0-G": "held"}


@pytest.mark.parametrize("mode", ["delta", "sweep", "full"])
def test_what_was_repaired_at_the_source_is_released_and_loaded(project: Path, mode: str) -> None:
    at_source(project, REPAIR, STAMP.format("0-E"))
    assert run(project, "run", "--mode", mode).exit_code in (0, 1)
    assert {"0-E", "0-G"} <= set(offices(project))
    assert quarantined(project) == {"0-F": "held"}
    assert quarantined(project, "--state", "released") == {"0-E": "released", "0-G": "released"}
    events = document(project, "quarantine", "history", "office", "0-E", name="quarantine-history")["events"]
    assert [event["what"] for event in events] == ["found", "released"]


def test_a_waived_line_stays_in_the_books_and_does_not_make_a_run_exit_with_1(project: Path) -> None:
    for key in ("0-E", "0-F", "0-G"):
        assert run(project, "quarantine", "waive", "--entity", "office", "--key", key, *WAIVER).exit_code == 0
    told = document(project, "run", "--mode", "full")
    office = told["entities"]["office"]
    assert (told["exit_code"], told["waived"], office["rejected"], office["held"]) == (0, 3, 1, 2)
    assert set(quarantined(project).values()) == {"waived"}
    assert run(project, "quarantine", "list").exit_code == 0
    assert {count["state"] for count in document(project, "status")["quarantine"]} == {"waived"}


def test_the_day_after_a_waiver_the_line_is_open_again(project: Path) -> None:
    for key in ("0-E", "0-F", "0-G"):
        run(project, "quarantine", "waive", "--entity", "office", "--key", key, *WAIVER)
    with platform(project) as connection:
        connection.execute("UPDATE migration.waiver SET until = (now() AT TIME ZONE 'UTC')::date - 1")
    assert quarantined(project) == {"0-E": "rejected", "0-F": "held", "0-G": "held"}
    assert run(project, "quarantine", "list").exit_code == 1
    assert run(project, "run", "--mode", "full").exit_code == 1


def test_a_waiver_is_kept_with_who_why_and_until_when(project: Path) -> None:
    told = document(project, "quarantine", "waive", "--entity", "office", "--key", "0-E", *WAIVER)
    waiver = {"by": "A. Roy", "reason": "ticket 17", "until": "2999-12-31"}
    assert (told["waived"], [row["waiver"] for row in told["rows"]]) == (1, [waiver])
    shown = run(project, "quarantine", "show", "office", "0-E")
    assert (shown.exit_code, "by A. Roy until 2999-12-31: ticket 17" in shown.stdout) == (0, True)
    assert PERSON not in shown.output
    entry = document(project, "ledger", "show", name="ledger-show")["entries"][-1]
    assert (entry["kind"], entry["batch"]) == ("waive", {"entity": "office", "key": "0-E", **waiver})
    events = document(project, "quarantine", "history", "office", "0-E", name="quarantine-history")["events"]
    assert [(event["what"], event["waiver"]) for event in events] == [("found", None), ("waived", waiver)]
    assert document(project, "ledger", "verify")["exit_code"] == 0


def test_a_dry_waiver_writes_nothing(project: Path) -> None:
    command = ("quarantine", "waive", "--entity", "office", "--key", "0-E", *WAIVER, "--dry-run")
    assert document(project, *command)["waived"] == 0
    assert quarantined(project)["0-E"] == "rejected"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"--until": "2020-01-01"}, "2020-01-01 is over"),
        ({"--as": " "}, "--as NAME"),
        ({"--reason": ""}, "--reason TEXT"),
        ({"--key": "0-A"}, "nothing about office 0-A is in quarantine"),
    ],
)
def test_a_waiver_that_says_too_little_is_refused(project: Path, changed: dict[str, str], told: str) -> None:
    options = {
        "--entity": "office",
        "--key": "0-E",
        **dict(zip(WAIVER[::2], WAIVER[1::2], strict=True)),
        **changed,
    }
    result = run(project, "quarantine", "waive", *[word for option in options.items() for word in option])
    assert result.exit_code == 3
    assert told in result.stderr
