"""The deployments of `prefect.yaml`, filled in for a project and registered with a Prefect server.

    for deployment in planned(project): ...        what would be registered; asks nobody
    register(project)                              made or brought up to date; may be repeated at any time

A schedule that somebody has paused stays paused. Raises Unreachable where no server is named or none answers, and
Refused where a deployment belongs to another project.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from migrate.errors import Refused
from migrate.project import Project

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.responses import DeploymentResponse
    from prefect.flows import Flow

_HERE = Path(__file__).parent
FILE = next(path for path in (_HERE / "prefect.yaml", _HERE.parent / "prefect.yaml") if path.is_file())
"""In the package where it is installed, above it in a working copy."""

_VARIABLE = re.compile(r"\{\{ \$(\w+) \}\}")


@dataclass(frozen=True, slots=True)
class Deployment:
    """One entry of the file. `schedule` is told to people; '' for none."""

    flow: str
    name: str
    entrypoint: str
    schedule: str
    told: dict[str, Any] = field(repr=False)

    @property
    def path(self) -> str:
        """As Prefect calls it: `prefect deployment run sync/gcms`."""
        return f"{self.flow}/{self.name}"


@dataclass(frozen=True, slots=True)
class Registered:
    """What a server has now. `made` are the paths that it did not have before."""

    server: str
    pool: str
    pool_made: bool
    deployments: tuple[Deployment, ...]
    made: frozenset[str]


def planned(project: Project) -> tuple[Deployment, ...]:
    """The deployments of a project."""
    return tuple(_deployment(told) for told in _file(project)["deployments"])


def pool(project: Project) -> str:
    """The work pool that all of them share."""
    (name,) = {str(deployment.told["work_pool"]["name"]) for deployment in planned(project)}
    return name


def register(project: Project) -> Registered:
    """Register every deployment with the server that PREFECT_API_URL or the profile names."""
    from prefect.client.orchestration import get_client

    from flows.server import named, reached

    server, wanted, steps = named(), planned(project), _file(project)["pull"]
    with reached(), get_client(sync_client=True) as client:
        before = {each.path: _known(client, each) for each in wanted}
        for each in wanted:
            _refuse_foreign(each, before[each.path])
        pool_made = _make_pool(client, pool(project))
        for each in wanted:
            _register(client, each, before[each.path], steps)
    made = frozenset(path for path, known in before.items() if known is None)
    return Registered(server, pool(project), pool_made, wanted, made)


def _file(project: Project) -> dict[str, Any]:
    """The file with the project's folder and system in place of the variables."""
    from ruamel.yaml import YAML

    values = {"CASE_MIGRATE_PROJECT": str(project.folder), "CASE_MIGRATE_SYSTEM": project.name}

    def filled(value: Any) -> Any:
        match value:
            case str():
                return _VARIABLE.sub(lambda found: values[found[1]], value)
            case dict():
                return {key: filled(each) for key, each in value.items()}
            case list():
                return [filled(each) for each in value]
        return value

    told: dict[str, Any] = filled(YAML(typ="safe").load(FILE.read_text(encoding="utf-8")))
    return told


def _deployment(told: dict[str, Any]) -> Deployment:
    flow = told["entrypoint"].rpartition(".")[2].replace("_", "-")
    schedule = ", ".join(f"{each['cron']} {each['timezone']}" for each in told["schedules"])
    return Deployment(flow, told["name"], told["entrypoint"], schedule, told)


def _known(client: "SyncPrefectClient", deployment: Deployment) -> "DeploymentResponse | None":
    from prefect.exceptions import ObjectNotFound

    try:
        return client.read_deployment_by_name(deployment.path)
    except ObjectNotFound:
        return None


def _refuse_foreign(deployment: Deployment, known: "DeploymentResponse | None") -> None:
    ours = deployment.told["parameters"]["project"]
    if known is not None and (theirs := known.parameters.get("project")) != ours:
        raise Refused(
            f"the deployment {deployment.path} belongs to another project: {theirs}",
            why="both have the same [legacy] system",
            remedy=f"if that project is gone: prefect deployment delete {deployment.path}",
        )


def _make_pool(client: "SyncPrefectClient", name: str) -> bool:
    """Make the work pool of processes, if it is not there; whether it was made."""
    from prefect.client.schemas.actions import WorkPoolCreate
    from prefect.exceptions import ObjectNotFound

    try:
        client.read_work_pool(name)
    except ObjectNotFound:
        client.create_work_pool(WorkPoolCreate(name=name, type="process"))
        return True
    return False


def _register(
    client: "SyncPrefectClient",
    deployment: Deployment,
    known: "DeploymentResponse | None",
    steps: list[dict[str, Any]],
) -> None:
    from prefect.client.schemas.actions import DeploymentScheduleCreate
    from prefect.client.schemas.schedules import CronSchedule
    from prefect.flows import load_flow_from_entrypoint
    from prefect.utilities.callables import parameter_schema

    paused = {each.slug for each in (known.schedules if known else ()) if not each.active}
    schedules = [
        DeploymentScheduleCreate(
            schedule=CronSchedule(cron=each["cron"], timezone=each["timezone"]),
            slug=each["slug"],
            active=each["slug"] not in paused,
        )
        for each in deployment.told["schedules"]
    ]
    flow: Flow[..., Any] = load_flow_from_entrypoint(deployment.entrypoint)
    client.create_deployment(
        flow_id=client.create_flow_from_name(flow.name),
        name=deployment.name,
        entrypoint=deployment.entrypoint,
        pull_steps=steps,
        description=deployment.told["description"],
        parameters=deployment.told["parameters"],
        parameter_openapi_schema=parameter_schema(flow).model_dump_for_openapi(),
        enforce_parameter_schema=True,
        tags=deployment.told["tags"],
        work_pool_name=deployment.told["work_pool"]["name"],
        job_variables=deployment.told["work_pool"]["job_variables"],
        schedules=schedules,
        paused=known.paused if known else False,
    )
