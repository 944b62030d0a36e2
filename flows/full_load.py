"""The full load as a flow.

    full_load(project="/path/of/the/project")                        all entities
    full_load(project="...", entities=["user", "client"])            only these

Somebody asked for it, so another run at work is an error that this person sees at once.
"""

from prefect import flow

from flows.running import SIDE_BY_SIDE, run_through
from migrate.run import Mode, RunSummary


@flow(name="full-load", flow_run_name="full load of {project}", task_runner=SIDE_BY_SIDE)
def full_load(project: str, entities: list[str] | None = None) -> RunSummary:
    """Move every entity of the project, or only the named ones; again, and nothing is written."""
    return run_through(Mode.FULL, project, entities)
