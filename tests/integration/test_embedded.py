"""The embedded PostgreSQL: started when needed, shared, stopped by its last user, and none of it open to others."""

import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from migrate.embedded import embedded, stop
from migrate.errors import Unreachable
from tests.components import require
from tests.servers import ROOT

pytestmark = pytest.mark.timeout(100)

USER = """
import sys
from pathlib import Path
from migrate.embedded import embedded
print(embedded(Path(sys.argv[1])), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder for a server, which is stopped whatever the test did.

    Not pytest's own: every run of pytest takes back what earlier ones granted to others on their common folder.
    """
    require("pgserver")
    with tempfile.TemporaryDirectory(prefix="embedded-") as folder:
        yield Path(folder)
        stop(Path(folder))


def test_makes_a_database_that_keeps_its_rows_when_stopped(home: Path) -> None:
    assert query(embedded(home), "CREATE TABLE t AS SELECT 7 AS x; SELECT x FROM t") == 7
    assert stop(home)
    assert query(embedded(home), "SELECT x FROM t") == 7


def test_calling_again_gives_the_same_server(home: Path) -> None:
    first = embedded(home)
    started = query(first, "SELECT pg_postmaster_start_time()")
    assert embedded(home) == first
    assert query(first, "SELECT pg_postmaster_start_time()") == started


def test_stopping_what_does_not_run_is_no_mistake(home: Path) -> None:
    assert not stop(home)
    embedded(home)
    assert stop(home)
    assert not stop(home)


def test_two_processes_that_start_it_at_once_share_it(home: Path) -> None:
    with user(home) as first, user(home) as second:
        assert url_of(first) == url_of(second)
        finish(first)
        assert query(url_of_running(home), "SELECT 1") == 1, "the second still uses it"
        finish(second)
    assert not running(home), "the last one to leave stops it"


def test_outlives_a_killed_user_and_is_joined_by_the_next(home: Path) -> None:
    with user(home) as killed:
        url = url_of(killed)
        started = query(url, "SELECT pg_postmaster_start_time()")
        killed.send_signal(signal.SIGKILL)
    assert running(home)
    with user(home) as next_one:
        assert query(url_of(next_one), "SELECT pg_postmaster_start_time()") == started
        finish(next_one)
    assert not running(home), "a killed user does not count"


def test_recovers_what_was_committed_when_all_its_processes_are_killed(home: Path) -> None:
    url = embedded(home)
    query(url, "CREATE TABLE t AS SELECT 7 AS x; SELECT 1")
    os.kill(postmaster(home), signal.SIGKILL)
    assert query(embedded(home), "SELECT x FROM t") == 7


def test_starts_where_its_process_number_now_belongs_to_a_stranger(home: Path) -> None:
    embedded(home)
    lock = home / "postgres/data/postmaster.pid"
    left_behind = lock.read_text()
    stop(home)
    lock.write_text(f"{os.getpid()}\n" + left_behind.split("\n", 1)[1])
    assert query(embedded(home), "SELECT 1") == 1


def test_starts_after_a_kill_in_the_middle_of_its_making(home: Path) -> None:
    embedded(home)
    stop(home)
    half_made = home / "postgres/data.new"
    (home / "postgres/data").rename(half_made)
    (half_made / "PG_VERSION").unlink()
    assert query(embedded(home), "SELECT 1") == 1


def test_serves_a_folder_whose_path_is_too_long_for_a_socket(home: Path) -> None:
    deep = home.joinpath(*["a-folder-of-quite-some-length"] * 5)
    deep.mkdir(parents=True)
    try:
        assert query(embedded(deep), "SELECT 1") == 1
    finally:
        stop(deep)


def test_serves_a_folder_with_blanks_and_quotes_in_its_name(home: Path) -> None:
    odd = home / "l'été $HOME"
    try:
        assert query(embedded(odd), "SELECT 1") == 1
    finally:
        stop(odd)


def test_serves_root_below_a_folder_that_is_closed_to_all_others_without_opening_it(home: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root needs another account")
    closed = home / "closed"
    closed.mkdir(mode=0o700)
    try:
        assert query(embedded(closed / "project"), "SELECT 1") == 1
        assert stat.S_IMODE(closed.stat().st_mode) & stat.S_IRWXO == 0
        nobody = subprocess.run(
            ["ls", str(closed / "project")], user="nobody", capture_output=True, check=False
        )
        assert nobody.returncode != 0
    finally:
        stop(closed / "project")


def test_lets_no_other_account_in(home: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can be somebody else")
    url = embedded(home)
    socket_folder = home / "postgres"
    assert stat.S_IMODE(socket_folder.stat().st_mode) == 0o700
    socket_folder.chmod(0o755)  # even past the folder's mode ...
    for folder in (socket_folder, *socket_folder.parents):
        if folder.stat().st_uid == 0 and not folder.stat().st_mode & stat.S_IXOTH:
            folder.chmod(0o711)
    become_nobody = (
        "import os, sys, psycopg; os.setgid(65534); os.setuid(65534); psycopg.connect(sys.argv[1])"
    )
    stranger = subprocess.run(
        [sys.executable, "-c", become_nobody, url.replace("+psycopg", "")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Peer authentication failed" in stranger.stderr  # ... the server asks the system who it is


def test_listens_to_no_network(home: Path) -> None:
    assert query(embedded(home), "SHOW listen_addresses") == ""


def test_log_holds_no_value_of_a_failed_statement(home: Path) -> None:
    url = embedded(home)
    with pytest.raises(Exception, match="invalid input syntax"):
        query(url, "SELECT CAST('canary-of-a-person' AS integer)")
    query(url, "CREATE TABLE t (x text PRIMARY KEY); INSERT INTO t VALUES ('canary-of-a-person'); SELECT 1")
    with pytest.raises(Exception, match="duplicate key"):
        query(url, "INSERT INTO t VALUES ('canary-of-a-person')")
    assert "canary" not in (home / "postgres/server.log").read_text()


def test_sorts_text_by_code_point_on_every_machine(home: Path) -> None:
    words = "SELECT string_agg(w, ' ' ORDER BY w) FROM unnest(ARRAY['b', 'a', 'B', 'é', 'z']) AS w"
    assert query(embedded(home), words) == "B a b z é"


def test_refuses_data_of_another_version(home: Path) -> None:
    embedded(home)
    stop(home)
    (home / "postgres/data/PG_VERSION").write_text("16\n")
    with pytest.raises(Unreachable, match="written by PostgreSQL 16"):
        embedded(home)


def test_says_why_it_does_not_start(home: Path) -> None:
    with pytest.raises(Unreachable, match=r"failed: pg_ctl.*\n.*no_such_setting.*\n.*server\.log"):
        embedded(home, settings={"no_such_setting": "1"})


def test_refuses_a_link_in_place_of_its_folder(home: Path) -> None:
    elsewhere = home / "elsewhere"
    elsewhere.mkdir()
    (home / "linked").mkdir()
    (home / "linked/postgres").symlink_to(elsewhere)
    with pytest.raises(Unreachable, match="cannot use"):
        embedded(home / "linked")


def query(url: str, sql: str) -> object:
    """Runs the statements, commits, and gives the first value of the last one that has any."""
    engine = create_engine(url, hide_parameters=True)
    try:
        with engine.begin() as connection:
            *before, last = sql.split("; ")
            for statement in before:
                connection.execute(text(statement))
            result = connection.execute(text(last))
            return result.scalar() if result.returns_rows else None
    finally:
        engine.dispose()


def user(home: Path) -> subprocess.Popen[str]:
    """Another process that uses the server until its input ends."""
    command = [sys.executable, "-c", USER, str(home)]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def url_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def finish(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(30) == 0


def url_of_running(home: Path) -> str:
    return f"postgresql+psycopg://postgres@/postgres?host={home / 'postgres'}"


def postmaster(home: Path) -> int:
    return int((home / "postgres/data/postmaster.pid").read_text().splitlines()[0])


def running(home: Path) -> bool:
    time.sleep(0.05)
    return (home / "postgres/data/postmaster.pid").exists()
