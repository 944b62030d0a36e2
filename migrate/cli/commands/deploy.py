"""`migrate deploy`: register the flows with a Prefect server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from migrate.cli.command import command as declare
from migrate.cli.session import Session

if TYPE_CHECKING:
    from migrate.cli.documents import DeployDocument

EXAMPLES = (
    ("migrate deploy", "sync every five minutes, sweep and deep at night"),
    ("migrate deploy --dry-run", "list them; ask nobody"),
)


@declare("deploy", examples=EXAMPLES, exits=(3, 4))
@click.option("--dry-run", is_flag=True, help="List the deployments; register nothing.")
def command(session: Session, dry_run: bool) -> None:
    """Register the Prefect deployments.

    With the server that PREFECT_API_URL or the profile of Prefect names. The work pool is made if it is missing.
    Deployments that are there are brought up to date; a schedule that was paused stays paused.
    """
    from flows import deployments

    wanted, pool = deployments.planned(session.project), deployments.pool(session.project)
    done = None if dry_run else deployments.register(session.project)

    def state(path: str) -> str:
        return "planned" if done is None else "created" if path in done.made else "updated"

    document: DeployDocument = {
        "server": done.server if done else None,
        "pool": pool,
        "pool_created": bool(done and done.pool_made),
        "deployments": [
            {
                "deployment": each.path,
                "entrypoint": each.entrypoint,
                "schedule": each.schedule or None,
                "state": state(each.path),
            }
            for each in wanted
        ],
        "dry_run": dry_run,
    }
    session.document(document)
    rows = [(each.path, each.schedule or "when somebody asks", state(each.path)) for each in wanted]
    session.table(("deployment", "schedule", "state"), rows)
    if done is None:
        session.then("migrate deploy")
        return
    session.say(f"work pool {pool} at {done.server}{': created' if done.pool_made else ''}")
    session.then(f"prefect worker start --pool {pool} --limit 2", f"prefect deployment run {wanted[0].path}")
