"""A new project folder: settings with a comment on every line, and on request a copy of the shipped mappings."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from migrate.errors import Refused
from migrate.project.project import shipped_mappings
from migrate.project.settings import FILE

SETTINGS = """\
# Settings of a migration. Secrets never stand here: a URL is given by reference
#   env:NAME             an environment variable
#   file:PATH            a file of mode 0600 with the URL in one line
#   prefect-block:NAME   a Prefect block of the type Secret
# or written out where it holds no password, such as sqlite:///legacy.db (relative to this folder).

[legacy]
url = "{legacy}"{legacy_note}
{schema}system = "gcms"                   # part of every derived id: never change it after the first load
timezone = "UTC"                  # of its stamps, and no other; columns in local time stand in the mapping
{files}

[platform]
url = "embedded"                  # a private PostgreSQL in .migrate/, or env:PLATFORM_URL
schema = "case_platform"          # the state lives beside it in the schema "migration"

[mappings]
{path}

[run]
workers = {workers}                       # processes that move slices side by side
batch_rows = 50000                # legacy rows per transaction, about
overlap = "30m"                   # how far a sync reads back before its window
deep_nights = 7                   # in how many nights a deep run reads everything once
patience = "30s"                  # how long a database that is away for a moment is waited for

[limits]
memory = "512MiB"                 # of one worker
max_vanished = "1%"               # brake: stop when more of an entity vanished at the source
undo = "30d"                      # how long a run can be taken back; what it overwrote is kept so long
"""
_SHIPPED = (
    '# path = "mappings/gcms"          # your own mapping files; default: those shipped with the program'
)
_FILES = "{:<34}# its Siebel File System, one folder or a list: reconcile looks at attachments too"
_COPIED = 'path = "mappings/gcms"            # your copy: change it, then run migrate mapping check'
_IGNORED = "# what the program keeps here, and what nobody should commit\n.migrate/\n*.secret\n"


def settings_text(
    legacy: str = "env:GCMS_URL",
    schema: str | None = "SIEBEL",
    *,
    files: str | None = None,
    mappings: bool = False,
) -> str:
    """The text of a new migrate.toml."""
    note = (
        " " * max(1, 26 - len(legacy)) + "# who may read the tables, and nothing else"
        if legacy.startswith("env:")
        else ""
    )
    return SETTINGS.format(
        legacy=legacy,
        legacy_note=note,
        schema=f'schema = "{schema}"                 # where the tables are; leave it out for the role\'s own\n'
        if schema
        else "",
        files=_FILES.format(f'files = "{files}"' if files else '# files = "/mnt/siebelfs"'),
        path=_COPIED if mappings else _SHIPPED,
        workers=1,
    )


def start(
    folder: Path, *, mappings: bool = False, dry_run: bool = False, settings: str | None = None
) -> Iterator[tuple[str, bool]]:
    """Write what is missing; yields each file and whether it is new. What is there is never overwritten.

    settings: the text of migrate.toml, where it is not the usual one.
    Raises Refused when mappings are asked for and the settings there do not use them.
    """
    own = mappings and not (folder / "mappings" / "gcms").exists()
    if (
        own
        and (folder / FILE).exists()
        and '\npath = "mappings/gcms"' not in (folder / FILE).read_text(encoding="utf-8")
    ):
        raise Refused(
            f"{folder} is a project that uses other mappings; nothing was written",
            why=f'its {FILE} does not say path = "mappings/gcms"',
            remedy=f"add that line under [mappings] in {folder / FILE}, then call it again",
        )
    if not dry_run:
        folder.mkdir(parents=True, exist_ok=True)
    yield _write(folder, FILE, settings or settings_text(mappings=mappings), dry_run=dry_run)
    yield _write(folder, ".gitignore", _IGNORED, dry_run=dry_run)
    if mappings:
        if own and not dry_run:
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(shipped_mappings(), folder / "mappings" / "gcms", ignore=ignored)
        yield "mappings/gcms", own


def _write(folder: Path, name: str, text: str, *, dry_run: bool) -> tuple[str, bool]:
    new = not (folder / name).exists()
    if new and not dry_run:
        (folder / name).write_text(text, encoding="utf-8")
    return name, new
