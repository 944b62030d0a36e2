"""No secret and no person in anything that comes out of any command or flow: canaries planted, everything searched.

What is planted, how it is looked for and where the commands run: `tests.canaries`. One project is made; every command
is called there so that it succeeds and so that it fails, and the flows fly on a Prefect server. Then all that they left
is searched. A leak is told by the name of the canary, never by its value.
"""

import shutil
import sqlite3
from base64 import b64encode
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote, quote_plus

import click
import pytest

from migrate.cli.root import cli
from tests.canaries.rows import CLEAN, FAULTS, plant
from tests.canaries.search import Search, forms
from tests.canaries.values import PERSONAL, PERSONS, SECRETS
from tests.canaries.world import MOVER, READER, WAYS, World, odbc, world
from tests.prefect_server import Server, prefect

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

SEARCH = Search(SECRETS | PERSONAL)
PROTECTED = {
    ("quarantine", "value"), ("quarantine", "row"), ("before_image", "row"), ("natural_key", "value"),
    ("natural_key", "variant"),
}  # fmt: skip
"""Columns of the state that hold personal values because the program works with them, as `docs/reliability.md` says."""

EVIDENCE = "differences.jsonl"
"""The one file that holds personal values because the program works with them: values that differ, for their owner."""

FLOWS = ("full-load", "sync", "sweep", "deep")
JUDGE = "reconcile"
"""The flow that only reads: the platform has nothing to refuse."""
FLIGHTS = """
import sys
from flows.__main__ import main
sys.exit(sum(main([name, sys.argv[1]]) > 1 for name in sys.argv[2:]))
"""
"""What `python -m flows` does, for several flows in one process; ends with the number of those that failed."""


@dataclass(frozen=True)
class Call:
    """A command as it is typed, `{key}` for the key of a client whose rows two rules refuse.

    code:         its exit code.
    folder:       of its project.
    environment:  what is set beside the usual.
    alone:        in a process of its own; otherwise in this one, where only what it writes is of interest.
    """

    words: str
    code: int = 0
    folder: str = "project"
    environment: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    alone: bool = False


LOOKS = (
    Call("doctor", alone=True), Call("mapping check --no-examples"), Call("mapping show client"),
    Call("mapping coverage"), Call("mapping schema"), Call("transforms"), Call("plan"), Call("schema check"),
    Call("status", alone=True),
    Call("quarantine list --lines", 1), Call("quarantine show client {key}", 1),
    Call("quarantine history client {key}"), Call("quarantine redrive --dry-run"), Call("crosswalk client {key}", 1),
    Call("reconcile --check counts --check rows --entity client", 1), Call("report", 1), Call("drill --dry-run"),
    Call("ledger show --last 1000"), Call("ledger verify"), Call("deploy --dry-run"), Call("undo 1 --dry-run"),
)  # fmt: skip
"""What only looks: called for people and for programs (`--json`)."""

FIRST = (Call("platform upgrade", alone=True), Call("run --mode full --workers 2", 1, alone=True))
SELFTEST = Call("selftest crash --entity user --server env:SELFTEST_URL", alone=True)
WORKS = (
    Call("init {kept}/new --mappings"),
    Call("sample age --rate 0.2"),
    Call("sample make env:QUERY_URL --dry-run"),
    Call("sample make env:ODBC_URL --dry-run"),
    Call("run --mode delta", alone=True),
    Call("run --mode sweep --json", 1, alone=True),
    Call("run --mode deep", 1),
    Call("quarantine waive --entity client --key {key} --as Ann --reason seen --until 2099-01-01"),
    Call("quarantine redrive --rule code", 1, alone=True),
    Call("schema accept --reason agreed"),
    Call("undo 5 --as Ann --reason tried", alone=True),
)
"""What writes, in this order; the project was loaded whole before."""

WRONG = (
    Call("run --mode full --entity client"), Call("platform upgrade"), Call("status"), Call("schema check"),
    Call("schema accept --reason agreed"), Call("quarantine list"), Call("quarantine show client {key}"),
    Call("quarantine history client {key}"), Call("quarantine redrive"), Call("crosswalk client {key}"),
    Call("quarantine waive --entity client --key {key} --as Ann --reason seen --until 2099-01-01"),
    Call("ledger show"), Call("ledger verify"), Call("undo 1 --reason tried"), Call("doctor"),
    Call("reconcile"), Call("drill"),
)  # fmt: skip
"""What asks the platform, and is refused: called with a wrong password."""

AWAY = {
    "reader-query": f"postgresql+psycopg://{READER}@127.0.0.1:9/gcms?password={SECRETS['reader-query']}",
    "mariadb": f"mariadb+pyodbc://gcms:{quote_plus(SECRETS['mariadb'])}@127.0.0.1:9/gcms?driver=No+Such+Driver",
    "odbc": odbc(SECRETS["odbc"]),
    "odbc-braces": odbc(SECRETS["odbc-braces"], braces=True),
    "mssql": f"mssql+pyodbc://gcms:{quote_plus(SECRETS['mssql'])}@127.0.0.1:9/gcms?driver=No+Such+Driver",
    "oracle": f"oracle+oracledb://gcms:{SECRETS['oracle']}@127.0.0.1:9/?service_name=gcms",
}
"""Legacy databases that nobody answers for, with passwords in every place where a URL may have one."""

_TOLD = f"postgresql+psycopg://gcms:{quote_plus(SECRETS['argument'])}@127.0.0.1:9/gcms"
_OPTION = f"postgresql+psycopg://127.0.0.1:9/gcms?sslpassword={SECRETS['argument']}"
_ELSEWHERE = MappingProxyType({"PREFECT_API_URL": f"http://me:{SECRETS['api-url']}@127.0.0.1:9/api"})

FAILS = (
    *(Call("plan", 4, "away", {"GCMS_URL": url}) for url in AWAY.values()),
    *(Call("doctor", 4, "away", {"GCMS_URL": url}) for url in AWAY.values()),
    Call("run", 4, "away", {"GCMS_URL": AWAY["odbc-braces"]}),
    Call("doctor", 4, "by-query", {"PLATFORM_URL": f"postgresql+psycopg://a@127.0.0.1:9/b?sslpassword={quote_plus(SECRETS['sslpassword'])}"}),
    Call("plan", 6, "lacking"), Call("schema check", 6, "lacking"), Call("doctor", 4, "lacking"),
    Call("run --mode full", 6, "lacking"), Call("mapping coverage", 1, "lacking"),
    Call("run --mode full --entity client", 6, "refused"),
    Call("run --mode full --entity client --workers 2", 6, "refused", alone=True),
    Call("run --mode full --entity client", 6, "damaged", alone=True),
    Call("plan", 2, "told"), Call("mapping check", 2, "told"),
    Call("mapping coverage", 2, "told"), Call("mapping schema --nonsense", 2),
    Call(f"sample make {_TOLD}", 2), Call(f"sample age {_TOLD}", 2), Call(f"status {_TOLD}", 2),
    Call(f"selftest crash --server {_TOLD}", 2), Call(f"init {_TOLD} {_TOLD}", 2),
    Call("selftest crash --server env:WRONG_URL", 4, alone=True),
    Call("sample make", 3), Call("sample age env:READER_URL", 3), Call("demo {kept}/project", 3),
    Call(f"mapping show {_TOLD}", 2), Call(f"transforms {_TOLD}", 2), Call(f"crosswalk {_TOLD} 1", 2),
    Call(f"plan --entity {_TOLD}", 2), Call(f"plan --entity {_OPTION}", 2), Call(f"plan {_OPTION}", 2),
    Call("crosswalk client NOBODY", 1), Call("quarantine show client NOBODY", 0), Call("ledger show --run 999", 0),
    Call("undo 999 --reason tried", 3), Call(f"ledger verify --head 1:{64 * '0'}", 1),
    Call("quarantine show client {key} --unmask", 3), Call("report --unmask", 3), Call("report NOBODY", 3),
    Call(f"reconcile --check {_TOLD}", 2), Call(f"reconcile --entity {_TOLD}", 2), Call(f"report {_TOLD}", 3),
    Call(f"drill {_TOLD}", 2), Call("reconcile", 2, "lacking"),
    Call("deploy", 4, environment=_ELSEWHERE, alone=True),
)  # fmt: skip
"""What goes wrong otherwise: nobody answers, columns and values are not what was expected, wrong use, unknown keys."""


def typed(call: Call, made: World, *more: str) -> list[str]:
    """Its words, the project and the other options."""
    words = [word.replace("{key}", made.key).replace("{kept}", str(made.kept)) for word in call.words.split()]
    return [*words, "--project", str(made.kept / call.folder), *more]


def calls(made: World, several: tuple[Call, ...], *more: str) -> None:
    """Call them all, and note those that end otherwise than they have to."""
    for call in several:
        words = typed(call, made, *more)
        said = (made.call if call.alone else made.call_here)(words, call.environment)
        if said.code != call.code or not said.stdout + said.stderr:
            made.surprises.append(
                f"{call.words} in {call.folder}: {said.code}, not {call.code}: {said.stderr[-600:]}"
            )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Everything was called; see the lists above."""
    folder = tmp_path_factory.mktemp("canaries")
    with world(folder) as made, prefect(made.kept / "prefect") as server, ThreadPoolExecutor() as beside:
        beside.submit(server.start)
        beside.submit(calls, made, (SELFTEST,))
        made.settings("project", legacy=f"sqlite:///{made.legacy}", platform="env:PLATFORM_URL")
        calls(made, (Call("sample make --clients 500", alone=True),))
        made.keys = plant(made.legacy)
        made.key = made.keys[CLEAN]
        calls(made, FIRST)
        alter(made)
        calls(made, LOOKS, "--debug")
        calls(made, tuple(replace(call, alone=False) for call in LOOKS), "--json", "--debug")
        calls(made, WORKS, "--debug")
        spoil(made)
        calls(made, wrong(made), "--json", "--debug")
        calls(made, FAILS, "--json", "--debug")
        calls(made, FAILS[:4])
        by_every_way(made)
        with_the_platform_refusing(made)
        with_a_defect(made)
        beside.shutdown()
        fly(made, server)
        yield made


def alter(made: World) -> None:
    """Rows of the platform that say otherwise than legacy does: a person's name, and one that is gone."""
    made.server.ask(
        "UPDATE case_platform.person_name SET family_name = family_name || ' again' "
        "WHERE person_name_id IN (SELECT person_name_id FROM case_platform.person_name ORDER BY 1 LIMIT 40)",
        "platform",
    )


def wrong(made: World) -> tuple[Call, ...]:
    """Calls of what asks the platform."""
    environment = {"PLATFORM_URL": made.url(MOVER, SECRETS["wrong"], "platform")}
    return tuple(replace(call, code=4, environment=environment) for call in WRONG)


def spoil(made: World) -> None:
    """Further projects: their legacy databases lack a column or hold what cannot be read, or settings name a secret."""
    for name, statement in {
        "lacking": "ALTER TABLE S_CONTACT DROP COLUMN MAIDEN_NAME",
        "refused": f"UPDATE S_CONTACT SET DEATH_DT = '{PERSONS[0].name}' WHERE ROW_ID = '{made.keys[0]}'",
        "damaged": f"UPDATE S_CONTACT SET MID_NAME = CAST(x'ff' AS TEXT) WHERE ROW_ID = '{made.keys[0]}'",
    }.items():
        copy = shutil.copy(made.legacy, made.given / f"{name}.db")
        with sqlite3.connect(copy) as legacy:
            legacy.execute(statement)
        legacy.close()
        made.settings(name, legacy=f"sqlite:///{copy}", platform="env:PLATFORM_URL")
    made.settings("away", legacy="env:GCMS_URL", platform="env:PLATFORM_URL")
    made.settings("by-query", legacy=f"sqlite:///{made.legacy}", platform="env:PLATFORM_URL")
    made.settings("told", legacy=_TOLD, platform="env:PLATFORM_URL")
    made.own |= {"told/migrate.toml"}


def by_every_way(made: World) -> None:
    """The platform's password in a file, in the query of the URL, in the places that PostgreSQL's own library knows."""
    made.settings("by-file", legacy=f"sqlite:///{made.legacy}", platform="file:../../given/platform.secret")
    made.secret_file("platform.secret", made.way("file", SECRETS["file"]))
    passwords = "*:*:*:{}:{}\n".format
    made.secret_file("../kept/home/.pgpass", passwords(f"{MOVER}_pgpass", SECRETS["pgpass"]))
    made.own |= {"home/.pgpass"}
    other = made.secret_file("passwords", passwords(f"{MOVER}_pgpassfile", SECRETS["PGPASSFILE"]))
    ways = {
        "file": {},
        "query": {"PLATFORM_URL": made.way("query", password=SECRETS["query"])},
        "PGPASSWORD": {"PLATFORM_URL": made.way("PGPASSWORD"), "PGPASSWORD": SECRETS["PGPASSWORD"]},
        "PGPASSFILE": {"PLATFORM_URL": made.way("PGPASSFILE"), "PGPASSFILE": str(other)},
        "pgpass": {"PLATFORM_URL": made.way("pgpass")},
        "reader": {"GCMS_URL": made.url(READER, SECRETS["reader"], "legacy")},
    }
    assert set(ways) == {*WAYS, "reader"} - {"block"}
    folder = {"file": "by-file", "reader": "away"}
    several = [
        Call("doctor", 4 if name == "reader" else 0, folder.get(name, "project"), ways[name]) for name in ways
    ]
    calls(made, tuple(several))


_REFUSALS = {
    "a trigger that quotes the row": (
        """
        CREATE FUNCTION quote() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION 'not %', NEW USING DETAIL = NEW::text, HINT = NEW::text; END
        $$;
        CREATE TRIGGER quoting BEFORE INSERT OR UPDATE ON case_platform.person_name
            FOR EACH ROW EXECUTE FUNCTION quote()
        """,
        "DROP FUNCTION quote CASCADE",
    ),
    "a constraint": (
        "ALTER TABLE case_platform.person_name ADD CONSTRAINT short CHECK (family_name IS NULL) NOT VALID",
        "ALTER TABLE case_platform.person_name DROP CONSTRAINT short",
    ),
}


@contextmanager
def refusing(made: World, refusal: str) -> Iterator[None]:
    """The platform does not take what the program wants to write: persons whose rows have just changed."""
    before, after = _REFUSALS[refusal]
    with sqlite3.connect(made.legacy) as legacy:
        legacy.executemany(
            "UPDATE S_CONTACT SET MID_NAME = ?, LAST_UPD = datetime('now'), MODIFICATION_NUM = MODIFICATION_NUM + 1 "
            "WHERE ROW_ID = ?",
            [(refusal, key) for key in made.keys[:CLEAN]],
        )
    legacy.close()
    made.server.ask(before, "platform")
    try:
        yield
    finally:
        made.server.ask(after, "platform")


def with_the_platform_refusing(made: World) -> None:
    """In the middle of a run."""
    for refusal in _REFUSALS:
        with refusing(made, refusal):
            several = (Call("run --mode full --entity client", 70, alone=True),)
            calls(made, several, "--json", "--debug")
    with refusing(made, "a constraint"):
        calls(made, (Call("run --mode full --entity client --workers 2", 70, alone=True),), "--debug")


DEFECT = f"""
import migrate.run
from migrate.cli import main

def move(*_):
    try:
        raise ValueError({PERSONS[0].name!r})
    except ValueError as cause:
        raise RuntimeError({SECRETS["url"]!r}) from cause

migrate.run.Run.move = move
main()
"""


def with_a_defect(made: World) -> None:
    """A library's error that nobody expected, whose text quotes a row and a password; in this process's code alone."""
    script = made.given / "defect.py"
    script.write_text(DEFECT)
    words = typed(Call("run --mode full --entity client"), made, "--json", "--debug")
    if (said := made.call(words, {}, (str(script),))).code != 70:
        made.surprises.append(said.stderr)


def fly(made: World, server: Server) -> None:
    """Each flow on a Prefect server: refused by the platform, and as it should be; its secrets in a block."""
    made.settings("flown", legacy=f"sqlite:///{made.legacy}", platform="prefect-block:platform")
    keep(server, "platform", made.way("block", SECRETS["block"]))
    environment = {
        name: value for name, value in server.environment.items() if name.startswith("PREFECT_")
    } | {
        "PREFECT_API_URL": server.url.replace("//", f"//me:{SECRETS['api-url']}@"),
        "PREFECT_API_KEY": SECRETS["api-key"],
        "PREFECT_API_AUTH_STRING": f"me:{SECRETS['api-auth']}",
    }
    calls(made, (Call("deploy", environment=environment, alone=True),))
    words = [str(made.kept / "flown"), *FLOWS]
    with refusing(made, "a trigger that quotes the row"):
        refused = made.call(words, environment, ("-c", FLIGHTS))
    flown = made.call([*words, JUDGE], environment, ("-c", FLIGHTS))
    if (refused.code, flown.code) != (len(FLOWS), 0):
        made.surprises.append(f"flows: {refused.code} {refused.stderr}, {flown.code} {flown.stderr}")


def keep(server: Server, name: str, secret: str) -> None:
    """Make a Secret block on the server."""
    kind = server.ask("block_types/slug/secret")["id"]
    schemas = server.ask("block_schemas/filter", block_schemas={"block_type_id": {"any_": [kind]}})
    server.ask(
        "block_documents/",
        name=name,
        data={"value": secret},
        block_type_id=kind,
        block_schema_id=schemas[0]["id"],
    )


def told(found: set[str], where: object) -> str:
    """Names of canaries and where they are, never their values."""
    return f"{', '.join(sorted(found))} in {where}" if found else ""


def leaks(made: World) -> dict[str, list[str]]:
    """Everything that was written, by the kind of place; empty where nothing is found."""
    places: dict[str, Iterator[str]] = {
        "output": (
            told(SEARCH.found(text), f"what `{said.words[:3]}` says ({said.code})")
            for said in made.said
            for text in (said.stdout, said.stderr)
        ),
        "file": (
            told(SEARCH.found(data), name)
            for name, data in made.files().items()
            if Path(name).name != EVIDENCE
        ),
        "command line": (told(SEARCH.found(line), "a command line") for line in list(made.command_lines)),
        "state": (told(SEARCH.found(text), f"{table}.{column}") for table, column, text in state(made)),
    }
    return {kind: [leak for leak in found if leak] for kind, found in places.items()}


def state(made: World) -> Iterator[tuple[str, str, str]]:
    """Table, column and all cells of every column of the state that is not protected."""
    columns = made.server.ask(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'migration'",
        "platform",
    )
    for table, column in columns:
        if (table, column) not in PROTECTED:
            yield table, column, cells(made, table, column)


def cells(made: World, table: str, column: str) -> str:
    """All cells of a column as text."""
    query = f"SELECT string_agg({column}::text, chr(10)) FROM migration.{table}"  # names of our own
    return str(made.server.ask(query, "platform")[0][0])


def test_every_call_ended_as_it_had_to(made: World) -> None:
    assert not made.surprises, "\n".join(made.surprises)


@pytest.fixture(scope="module")
def leaking(made: World) -> dict[str, list[str]]:
    return leaks(made)


@pytest.mark.parametrize("kind", ["output", "file", "command line", "state"])
def test_nothing_that_any_command_or_flow_writes_holds_a_secret_or_a_person(
    leaking: dict[str, list[str]], kind: str
) -> None:
    assert leaking[kind] == []


def commands(command: click.Command, *path: str) -> Iterator[str]:
    """Every command of the tree."""
    if not isinstance(command, click.Group):
        yield " ".join(path)
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        child = command.get_command(context, name)
        assert child is not None
        yield from commands(child, *path, name)


@pytest.mark.parametrize("name", list(commands(cli)))
def test_every_command_was_called_so_that_it_succeeds_and_so_that_it_fails(made: World, name: str) -> None:
    codes = {said.code for said in made.said if " ".join(said.words).startswith(name)}
    if name != "demo":  # whose whole journey, of its own persons, is made and searched by `test_demo.py`
        assert codes & {0, 1}
    assert codes - {0, 1}


def test_what_is_planted_goes_wrong_in_every_way_that_the_program_judges(made: World) -> None:
    query = "SELECT rule FROM migration.quarantine UNION SELECT rule FROM case_platform.quality_mark"
    rules = {rule for (rule,) in made.server.ask(query, "platform")}
    assert {fault.rule for fault in FAULTS if fault.rule} <= rules
    assert len(SECRETS) == 20
    assert len(PERSONAL) == 200


def test_personal_values_were_there_to_leak(made: World) -> None:
    """Offending values, natural keys, rows as they were before: where the program has to keep them, they are found."""
    kept = {place: SEARCH.found(cells(made, *place)) for place in sorted(PROTECTED)}
    assert len(kept["quarantine", "value"]) > 10
    assert len(kept["natural_key", "value"]) > 20
    assert len(kept["before_image", "row"]) > 2
    assert len(SEARCH.found(made.legacy.read_bytes())) > 180
    evidence = [data for name, data in made.files().items() if Path(name).name == EVIDENCE]
    assert SEARCH.found(b"".join(evidence))


def test_every_flow_failed_and_succeeded_with_books_and_log_lines(made: World) -> None:
    with sqlite3.connect(made.kept / "prefect" / "prefect.db") as database:
        states = database.execute(
            "SELECT f.name, r.state_type FROM flow_run AS r JOIN flow AS f ON f.id = r.flow_id"
        ).fetchall()
        (artifacts,) = database.execute("SELECT count(*) FROM artifact WHERE key LIKE '%-books'").fetchone()
        (lines,) = database.execute("SELECT count(*) FROM log").fetchone()
    database.close()
    judged = {(JUDGE, "COMPLETED")}
    assert set(states) == judged | {(flow, state) for flow in FLOWS for state in ("FAILED", "COMPLETED")}
    assert artifacts == len(FLOWS)
    assert lines > 2 * len(FLOWS)


def test_a_defect_was_reported_in_a_file_which_was_searched(made: World) -> None:
    reports = [name for name in made.files() if "/reports/defect-" in name]
    assert len(reports) >= len(_REFUSALS) + 1  # refusals, and an error that nobody expected


def test_values_are_shown_to_who_gives_a_reason_and_the_ledger_keeps_it(made: World) -> None:
    """The one place of all where a personal value may appear."""
    words = ["quarantine", "show", "client", made.key, "--project", str(made.kept / "project")]
    masked = made.call_here([*words, "--json"], {})
    shown = made.call_here([*words, "--json", "--unmask", "--reason", "ticket 17"], {})
    made.said.remove(shown)
    assert not SEARCH.found(masked.stdout + masked.stderr)
    assert SEARCH.found(shown.stdout) == {f"name {CLEAN}", f"uci {CLEAN}"}
    assert not SEARCH.found(shown.stderr)
    (kind, about), *_ = made.server.ask(
        "SELECT kind, batch FROM migration.ledger ORDER BY seq DESC LIMIT 1", "platform"
    )
    assert kind == "unmask"
    assert about == {"entity": "client", "key": made.key, "reason": "ticket 17"}


# --- the search itself


def test_a_value_is_found_in_every_form_and_wherever_it_stands() -> None:
    for name, value in (SECRETS | PERSONAL).items():
        for form in forms(value):
            for before in (b"", b"'", b"before "):
                assert name in SEARCH.found(before + form + b"&after")
        for offset in range(3):
            assert name in SEARCH.found(b64encode(b"it:"[:offset] + value.encode() + b":it"))


def test_what_holds_no_canary_is_not_found() -> None:
    source = Path(__file__).read_bytes() + (Path(__file__).parents[2] / "CHANGELOG.md").read_bytes()
    assert not SEARCH.found(source)
    assert not SEARCH.found(b"")


def test_a_leak_is_found_wherever_it_is_planted(made: World) -> None:
    """In the output of a call, in a file, in Prefect's log, in the state, among the arguments of a process."""
    secret, person = SECRETS["odbc"], PERSONS[1]
    leak = made.kept / "tmp" / "left-behind"
    leak.write_text(quote(person.name))
    program = "import sys, time; print(sys.argv[1][:5]); sys.stderr.write(sys.argv[1]); time.sleep(1)"
    made.call([secret], {}, ("-c", program))
    with sqlite3.connect(made.kept / "prefect" / "prefect.db") as database:
        database.execute(
            "UPDATE log SET message = message || ? WHERE id = (SELECT min(id) FROM log)", [person.email]
        )
    database.close()
    made.server.ask(f"UPDATE migration.run SET host = '{person.phone}' WHERE id = 1", "platform")
    found = leaks(made)
    assert {kind: len(several) for kind, several in found.items()} == {
        "output": 1, "file": 2, "command line": 1 if Path("/proc/self/cmdline").exists() else 0, "state": 1
    }  # fmt: skip
    assert "odbc" in found["output"][0]
    assert {leak.split(" in ")[0] for leak in found["file"]} == {"name 1", "email 1"}
    assert found["state"] == ["phone 1 in run.host"]
