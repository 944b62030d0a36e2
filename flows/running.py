"""A run as a Prefect flow: stages in order, slices as tasks, the books as an artifact; what all flows share.

    summary = run_through(Mode.FULL, project, entities)              raises Busy where another run is at work
    summary = in_turn(Mode.SWEEP, project, entities, wait=HOUR)      lets that one end, or leaves the work to the next

Prefect schedules, retries and shows; it never holds the truth. What is done stands in the platform database alone, so
a flow that was killed is simply run again, by Prefect or by `migrate run`, and a Prefect server that goes away in the
middle costs its own records and no row. Parameters are a folder and names, never a secret; errors are cleaned of
everything that a driver may have said before Prefect sees them.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from prefect import get_run_logger, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.futures import PrefectFuture, wait
from prefect.runtime import flow_run
from prefect.states import Completed
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner
from prefect.tasks import Task

from flows import stale
from flows.books import markdown
from flows.secrets import READERS
from migrate.errors import Busy, Transient
from migrate.model import Slice, Tally
from migrate.project import Project
from migrate.project.defects import cleaned
from migrate.project.moving import Watch
from migrate.run import Mode, Run, RunSummary

T = TypeVar("T")

Books = RunSummary | State[Any]
"""What a flow ends with: the books, or the state Skipped."""

RETRIES = 2
"""By Prefect, minutes apart; a Run itself tries again several times within a minute."""

ASK_AGAIN = 15.0
"""Seconds after which a flow that waits for another run asks again."""

SIDE_BY_SIDE: TaskRunner[PrefectFuture[Any]] = ThreadPoolTaskRunner(max_workers=2)  # type: ignore[assignment]  # its type is invariant


def run_through(mode: Mode, project: str, entities: list[str] | None) -> RunSummary:
    """A whole run within the flow that calls this; the books are the flow's artifact.

    Rows in quarantine do not fail the flow: the artifact and `RunSummary.exit` tell of them.
    """
    summary = clean(lambda: _run(mode, project, tuple(entities or ())))
    _show(summary)
    return summary


def in_turn(mode: Mode, project: str, entities: list[str] | None, wait: timedelta = timedelta(0)) -> Books:
    """The same, but no failure where another run is at work: it is waited for so long, then the flow is Skipped.

    What a skipped run would have found, the next one finds.
    """
    until = time.monotonic() + wait.total_seconds()
    while True:
        try:
            return run_through(mode, project, entities)
        except Busy as busy:
            if time.monotonic() >= until:
                return Completed(name="Skipped", message=f"nothing was done: {busy.what}")
            get_run_logger().info("waiting: %s", busy.what)
        time.sleep(ASK_AGAIN)


def _run(mode: Mode, folder: str, entities: tuple[str, ...]) -> RunSummary:
    logger, project = get_run_logger(), Project.find(Path(folder), READERS)
    stale.introduce()
    stale.close(folder, stale.ended_here, stale.never_began)
    with project.open_run(mode, entities, _watch.notice) as run, _shared(run):
        stale.introduce(run.opened.fence)
        stale.close(folder, stale.replaced(run.parts.state))
        logger.info("run %s %s, %d stages", run.id, "goes on" if run.resumed else "begins", len(run.stages))
        for stage in run.stages:
            _watch.stage(stage)
            _all([move_slice.submit(run.id, p.entity, str(p.kind), p.number) for p in stage.slices])
        _watch.notice("releasing what waited, closing the books")
        run.release(notice=_watch.notice)
        return run.finish(notice=_watch.notice)


def _show(summary: RunSummary) -> None:
    """The books as an artifact. They are closed by now: a server that does not take it fails nothing."""
    logger = get_run_logger()
    logger.info("books %s", "balance" if summary.balanced else "DO NOT BALANCE")
    try:
        create_markdown_artifact(
            markdown(summary), key=f"{flow_run.flow_name}-books", description=f"Books of run {summary.run}"
        )
    except Exception as error:  # noqa: BLE001  # whatever the server or the network says
        logger.warning(
            "the books are closed, but the Prefect server did not take them: %s", type(error).__name__
        )


def _passing(_task: "Task[..., object]", _run: TaskRun, state: "State[object]") -> bool:
    """Only what may succeed in a moment is tried again."""
    return isinstance(state.result(raise_on_failure=False), Transient)


@task(
    task_run_name="{entity} {kind} {number}",
    retries=RETRIES,
    retry_delay_seconds=[30, 120],
    retry_condition_fn=_passing,
    cache_policy=NO_CACHE,
    persist_result=False,
)
def move_slice(run: int, entity: str, kind: str, number: int) -> None:
    """Move one slice of a run that this process has opened."""
    tally = clean(lambda: _runs[run].move(_slice(_runs[run], entity, number), _moved, _watch.notice))
    get_run_logger().info(
        "%s %s %d: %d rows read, %d entities, %d rows written",
        entity, kind, number, tally.rows_read, tally.read, tally.rows_written,
    )  # fmt: skip


@contextmanager
def watched(watch: Watch) -> Iterator[None]:
    """Within the block, flows of this process tell `watch` how they go."""
    global _watch  # noqa: PLW0603  # parameters of a flow are data; who looks on is none
    before, _watch = _watch, watch
    try:
        yield
    finally:
        _watch = before


class _Nobody:
    """Looks on and says nothing."""

    def stage(self, stage: object) -> None: ...

    def moved(self, tally: Tally) -> None: ...

    def notice(self, line: str) -> None: ...


_watch: Watch = _Nobody()
_runs: dict[int, Run] = {}  # what this process has opened, by number
_stopping = threading.Event()


@contextmanager
def _shared(run: Run) -> Iterator[None]:
    """The run is there for tasks. When the flow ends before its tasks, they end with their next commit."""
    _stopping.clear()
    _runs[run.id] = run
    try:
        yield
    except BaseException:
        _stopping.set()
        raise
    finally:
        del _runs[run.id]


def _moved(tally: Tally) -> None:
    """After every commit."""
    _watch.moved(tally)
    if _stopping.is_set():
        raise Transient("the flow has ended; what was committed stays, run it again to go on")


def _all(futures: list[PrefectFuture[None]]) -> None:
    """Wait for all; raise the first error."""
    wait(futures)
    for future in futures:
        future.result()


def _slice(run: Run, entity: str, number: int) -> Slice:
    return next(p for stage in run.stages for p in stage.slices if (p.entity, p.number) == (entity, number))


def clean(work: Callable[[], T]) -> T:
    """Do the work; an error leaves without its causes, whose texts may quote rows or a URL, for Prefect keeps them."""
    try:
        return work()
    except Exception as caught:  # noqa: BLE001  # whatever it is
        error = cleaned(caught)
    raise error  # after the handler, so that no context hangs on it
