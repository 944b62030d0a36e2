"""`migrate init DIR`: a project folder with commented settings."""

from pathlib import Path
from shlex import quote

import click

from migrate.cli.command import command as declare
from migrate.cli.session import Session

EXAMPLES = (
    ("migrate init move-2027", "a folder with migrate.toml to fill in"),
    ("migrate init . --mappings", "here, with a copy of the shipped mappings to change"),
)


@declare("init", examples=EXAMPLES, exits=(3,))
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False), metavar="DIR")
@click.option("--mappings", is_flag=True, help="Copy the shipped mappings into the folder and use that copy.")
@click.option("--dry-run", is_flag=True, help="Say what would be written; write nothing.")
def command(session: Session, directory: Path, mappings: bool, dry_run: bool) -> None:
    """Make a project folder with commented settings.

    What is there already is kept, so it may be called again at any time.
    """
    from migrate.project.starting import start

    done = list(start(directory, mappings=mappings, dry_run=dry_run))
    session.document(
        {"project": str(directory.resolve()), "files": [{"file": f, "written": new} for f, new in done]}
    )
    for file, new in done:
        session.say(f"{('would write' if dry_run else 'written') if new else 'kept'}  {directory / file}")
    session.then(
        f"export GCMS_URL=...   the legacy database, see {directory / 'migrate.toml'}",
        f"migrate doctor --project {quote(str(directory))}",
    )
