"""Fixtures for every test: databases, components, hypothesis profiles.

    postgres_url, mariadb_url, sqlite_url       a fresh empty database for one test, as an SQLAlchemy URL
    new_database(kind, durable=False)           as many as the test wants; also new_postgres(), new_mariadb()
    new_module_database(kind, durable=False)    the same, kept until the last test of the module
    require(component)                          skip, or fail under CI=true, where something is not installed
    torture                                     how many turns; --torture N
    seed                                        a number for tests that draw at random; --seed N repeats a run

The servers behind them are private to the run (`tests.servers`).
"""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import hypothesis
import pytest

from tests import components
from tests.databases import SERVERS, Databases, Kind, NewDatabase
from tests.servers import servers

# Set before anything imports them: no telemetry, and no log line after pytest's closing one.
os.environ.update(
    DO_NOT_TRACK="1",
    GX_ANALYTICS_ENABLED="false",
    PREFECT_SERVER_ANALYTICS_ENABLED="false",
    PREFECT_LOGGING_LEVEL="WARNING",
    PREFECT_LOGGING_SERVER_LEVEL="WARNING",
)

CLEANUP = pytest.StashKey[ExitStack]()

# Random on purpose: a failure prints the blob that repeats it (and `--hypothesis-seed` repeats a whole run).
hypothesis.settings.register_profile("default", deadline=None, print_blob=True)
hypothesis.settings.register_profile("ci", deadline=None, print_blob=True, max_examples=200)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "default")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--seed`, for what hypothesis does not draw."""
    parser.addoption(
        "--torture", type=int, default=1, metavar="N", help="so many turns of every fault; see `make torture`"
    )
    parser.addoption("--seed", type=int, default=None, help="repeat a run of the tests that draw at random")


def pytest_configure(config: pytest.Config) -> None:
    """The process that starts the run owns the servers; xdist's workers are told where they are."""
    worker = getattr(config, "workerinput", None)
    config.stash[CLEANUP] = ExitStack()
    config.stash[SERVERS] = (
        Path(worker["servers"]) if worker else config.stash[CLEANUP].enter_context(servers())
    )


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Called by xdist for each worker before it starts."""
    node.workerinput["servers"] = str(node.config.stash[SERVERS])  # type: ignore[attr-defined]  # xdist has no types


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the servers that this process owns, and wait until they are gone."""
    config.stash[CLEANUP].close()


@pytest.fixture(scope="session")
def require() -> Callable[[str], None]:
    """`require("odbc-mariadb")`: see `tests.components`."""
    return components.require


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """A number that differs from run to run and is shown when the test fails."""
    given: int | None = request.config.getoption("--seed")
    value = secrets.randbelow(2**32) if given is None else given
    print(f"seed: repeat with --seed {value}")  # noqa: T201  # pytest shows it beside the failure
    return value


@pytest.fixture
def torture(request: pytest.FixtureRequest) -> int:
    """How many turns a test of faults and kills takes: one in the suite, many before a release."""
    return int(request.config.getoption("--torture"))


@pytest.fixture
def new_database(request: pytest.FixtureRequest) -> Iterator[NewDatabase]:
    """Makes fresh empty databases that live as long as the test."""
    yield from _databases(request)


@pytest.fixture(scope="module")
def new_module_database(request: pytest.FixtureRequest) -> Iterator[NewDatabase]:
    """Makes fresh empty databases that live as long as the tests of the module."""
    yield from _databases(request)


@pytest.fixture
def new_postgres(new_database: NewDatabase) -> Callable[[], str]:
    """Makes PostgreSQL databases."""
    return lambda: new_database("postgres")


@pytest.fixture
def new_mariadb(new_database: NewDatabase) -> Callable[[], str]:
    """Makes MariaDB databases, reached over ODBC."""
    return lambda: new_database("mariadb")


@pytest.fixture
def postgres_url(new_database: NewDatabase) -> str:
    """`postgresql+psycopg://` URL of a fresh empty database."""
    return new_database("postgres")


@pytest.fixture
def mariadb_url(new_database: NewDatabase) -> str:
    """`mariadb+pyodbc://` URL of a fresh empty database; utf8mb4, with a user whose password is part of the URL."""
    return new_database("mariadb")


@pytest.fixture
def sqlite_url(new_database: NewDatabase) -> str:
    """`sqlite://` URL of a file that does not exist yet."""
    return new_database("sqlite")


NEEDS: dict[Kind, tuple[str, ...]] = {
    "postgres": ("pgserver",),
    "mariadb": ("unixodbc", "odbc-mariadb", "mariadb-server"),
    "sqlite": (),
}


def _databases(request: pytest.FixtureRequest) -> Iterator[NewDatabase]:
    files: pytest.TempPathFactory = request.getfixturevalue("tmp_path_factory")
    databases = Databases(request.config.stash[SERVERS], files.mktemp("databases"))

    def new(kind: Kind, *, durable: bool = False, like: str = "") -> str:
        for component in NEEDS[kind]:
            components.require(component)
        return databases.new(kind, durable=durable, like=like)

    try:
        yield new
    finally:
        databases.drop()
