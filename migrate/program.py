"""This program's own version, as runs, evidence and reports name it."""

from importlib.metadata import PackageNotFoundError, version


def program_version() -> str:
    """The installed version; of a working copy that was never installed, only that."""
    return package_version("case-migrate") or "(a working copy)"


def package_version(package: str) -> str | None:
    """The installed version of a package; None where it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None
