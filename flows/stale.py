"""Flow runs that Prefect believes alive although their process is gone; each flow closes them when it starts.

A process that is killed tells nobody. Where its worker is killed as well, or its machine goes away, Prefect shows the
run as Running for ever. So a flow writes on its own flow run which process it is and, once it has the lease, under
which fencing number; the next flow of the project looks at what still seems alive:

    ended_here       its process was on this machine, and is there no more
    never_began      its process should have begun an hour ago
    replaced(state)  its lease passed on without having been let go of: its process is gone or frozen, wherever it was

What is closed is Crashed, with a message. All of this is a courtesy to who looks at Prefect: no run waits for it, and a
server that does not answer changes nothing.
"""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import httpx
from prefect import get_run_logger
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import PrefectException
from prefect.runtime import flow_run
from prefect.states import Crashed

if TYPE_CHECKING:
    from migrate.state import State

PROCESS, FENCE = "case-migrate.process", "case-migrate.fence"
_ALIVE = (StateType.PENDING, StateType.RUNNING, StateType.CANCELLING)
_AT_ONCE = 200

Gone = Callable[[list[FlowRun]], list[FlowRun]]
"""Of flow runs that seem alive, those whose process is known to be gone."""


def introduce(fence: int | None = None) -> None:
    """Write on the flow run within which this is called which process it is, and its fencing number."""
    labels: dict[str, bool | int | float | str] = {PROCESS: f"{socket.gethostname()}:{os.getpid()}"}
    if fence is not None:
        labels[FENCE] = fence
    with _courtesy(), get_client(sync_client=True) as client:
        client.update_flow_run_labels(flow_run.id, labels)


def close(project: str, *ways: Gone) -> None:
    """Close the flow runs of this project that are gone in one of these ways."""
    with _courtesy(), get_client(sync_client=True) as client:
        seem_alive = client.read_flow_runs(
            flow_run_filter=FlowRunFilter(
                state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(_ALIVE)))
            ),
            sort=FlowRunSort.START_TIME_DESC,
            limit=_AT_ONCE,
        )
        ours = [run for run in seem_alive if run.parameters.get("project") == project]
        for lost in {run.id: run for gone in ways for run in gone(ours)}.values():
            process = lost.labels.get(PROCESS, "never begun")
            message = f"its process ({process}) ended without a word; closed by {flow_run.name}"
            client.set_flow_run_state(lost.id, Crashed(message=message))  # not where it has ended meanwhile
            get_run_logger().warning("closed the flow run %s: %s", lost.name, message)


def ended_here(runs: list[FlowRun]) -> list[FlowRun]:
    """Those whose process was on this machine and is not there any more."""
    return [run for run in runs if _ended_here(str(run.labels.get(PROCESS, "")))]


def never_began(runs: list[FlowRun]) -> list[FlowRun]:
    """Those that a worker took an hour ago and that are Pending still; a process needs seconds to begin."""
    latest = datetime.now(UTC) - timedelta(hours=1)
    return [r for r in runs if r.state and r.state.is_pending() and r.state.timestamp < latest]


def replaced(state: "State") -> Gone:
    """Those whose lease went to a successor although they had not let go of it."""

    def gone(runs: list[FlowRun]) -> list[FlowRun]:
        fences = {run.id: int(str(run.labels[FENCE])) for run in runs if FENCE in run.labels}
        lost = state.not_let_go(fences.values()) if fences else frozenset()
        return [run for run in runs if fences.get(run.id) in lost]

    return gone


def _ended_here(process: str) -> bool:
    """Of `host:number`."""
    host, _, number = process.rpartition(":")
    if host != socket.gethostname() or not number.isdecimal():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:  # somebody else's, so it is there
        return False
    return False


@contextmanager
def _courtesy() -> Iterator[None]:
    """What a Prefect server says or does not say within is told, and nothing more."""
    try:
        yield
    except (PrefectException, httpx.HTTPError, RuntimeError) as error:  # the last: no server answers
        get_run_logger().warning(
            "Prefect's records of earlier runs stay as they are: %s", type(error).__name__
        )
