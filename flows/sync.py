"""What keeps both systems in step, as flows for a schedule: `sync` every few minutes, `sweep` and `deep` at night.

They meet: a sync that finds another run at work leaves the work to the next sync, the nightly ones wait an hour.
"""

from datetime import timedelta

from prefect import flow

from flows.running import SIDE_BY_SIDE, Books, in_turn
from migrate.run import Mode

NIGHT = timedelta(hours=1)
"""So long the nightly ones wait for their turn."""


@flow(name="sync", flow_run_name="sync of {project}", task_runner=SIDE_BY_SIDE)
def sync(project: str, entities: list[str] | None = None) -> Books:
    """Move what was stamped since the last window."""
    return in_turn(Mode.DELTA, project, entities)


@flow(name="sweep", flow_run_name="sweep of {project}", task_runner=SIDE_BY_SIDE)
def sweep(project: str, entities: list[str] | None = None) -> Books:
    """Find what has another version, is new or gone, whatever its stamps say, and move it."""
    return in_turn(Mode.SWEEP, project, entities, wait=NIGHT)


@flow(name="deep", flow_run_name="deep run of {project}", task_runner=SIDE_BY_SIDE)
def deep(project: str, entities: list[str] | None = None) -> Books:
    """Read everything again, a share of it each night; finds what moved neither stamp nor version."""
    return in_turn(Mode.DEEP, project, entities, wait=NIGHT)
