"""Which revisions of a schema this program knows, told by the names of their files, without Alembic and its imports."""

from pathlib import Path

VERSIONS = Path(__file__).with_name("revisions") / "versions"
"""The case platform's own."""


def newest(versions: Path) -> tuple[str, frozenset[str]]:
    """The newest revision in a folder of them, and all that it knows: `0004_schema_record.py` is revision 0004."""
    known = frozenset(path.name.partition("_")[0] for path in versions.glob("[0-9]*_*.py"))
    assert known, f"no revision in {versions.name}"
    return max(known), known
