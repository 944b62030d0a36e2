"""A run from its first slice to its closed books: in this process, or in several side by side.

    with project.open_run(...) as run:
        summary = move(run, watch)                              here
        with Workers(project, run, 4) as workers:               in four processes
            summary = move(run, watch, workers.move)

Stages run in order, the slices of a stage in any order: the result is the same for 1 and n processes.
"""

import multiprocessing
import signal
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from multiprocessing.queues import SimpleQueue
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Self

from migrate.errors import Transient
from migrate.model import Slice, Tally
from migrate.project.defects import Parts, cleaned, rebuilt, taken_apart
from migrate.project.project import Project
from migrate.project.secrets import Readers

if TYPE_CHECKING:
    from migrate.plan import Stage
    from migrate.run import Run, RunSummary


class Watch(Protocol):
    """Who wants to see how a run goes. Called from several threads, one at a time."""

    def stage(self, stage: "Stage") -> None:
        """A stage begins."""

    def moved(self, tally: Tally) -> None:
        """A batch of the stage was committed."""

    def notice(self, line: str) -> None:
        """Something passing is waited for."""


Mover = Callable[["Run", Iterable[Slice], Watch], None]


def move(run: "Run", watch: Watch, mover: Mover | None = None) -> "RunSummary":
    """Move everything that is left of a run, release what waited for it, close the books."""
    for stage in run.stages:
        watch.stage(stage)
        (mover or _here)(run, stage.slices, watch)
    watch.notice("releasing what waited, closing the books")
    run.release(notice=watch.notice)
    return run.finish(notice=watch.notice)


def _here(run: "Run", slices: Iterable[Slice], watch: Watch) -> None:
    for piece in slices:
        run.move(piece, watch.moved, watch.notice)


class Workers:
    """Processes that move slices; each opens the project anew, with connections of its own.

    Leaving the context by an error ends them at once: a batch is one transaction, what is open is rolled back.
    """

    def __init__(self, project: Project, run: "Run", count: int, entities: tuple[str, ...] = ()) -> None:
        context = multiprocessing.get_context("spawn")
        self._news: SimpleQueue[Tally | str | None] = context.SimpleQueue()
        self._pool = ProcessPoolExecutor(
            count,
            mp_context=context,
            initializer=_begin,
            initargs=(project.folder, project.readers, run.id, entities, run.share(), self._news),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            for process in multiprocessing.active_children():
                process.terminate()
        self._pool.shutdown(cancel_futures=True)

    def move(self, _run: "Run", slices: Iterable[Slice], watch: Watch) -> None:
        """Move slices side by side; raises the first error of any."""
        listener = threading.Thread(target=self._listen, args=(watch,), daemon=True)
        listener.start()
        try:
            futures: list[Future[Parts | None]] = [self._pool.submit(_move, piece) for piece in slices]
            for future in as_completed(futures):
                if (wrong := future.result()) is not None:
                    raise rebuilt(*wrong)
        except BrokenProcessPool:
            raise Transient("a worker process ended unexpectedly; run again to go on") from None
        finally:
            self._news.put(None)
            listener.join(timeout=5)

    def _listen(self, watch: Watch) -> None:
        while (news := self._news.get()) is not None:
            watch.notice(news) if isinstance(news, str) else watch.moved(news)


# --- in a worker process

_worker: "tuple[Run, SimpleQueue[Tally | str | None]] | None" = None
_open = ExitStack()


def _begin(
    folder: Path,
    readers: Readers,
    number: int,
    entities: tuple[str, ...],
    shared: str | None,
    news: "SimpleQueue[Tally | str | None]",
) -> None:
    """Once in each process: the same project, the same run."""
    global _worker  # noqa: PLW0603  # what a process of the pool keeps from slice to slice has no other place
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal tells the parent, and the parent ends us
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    run = _open.enter_context(Project.find(folder, readers).joined_run(number, entities, shared))
    _worker = run, news


def _move(piece: Slice) -> Parts | None:
    """Move a slice; an error comes back as plain values, free of what a driver may have said."""
    assert _worker is not None
    run, news = _worker
    try:
        run.move(piece, news.put, news.put)
    except Exception as error:  # noqa: BLE001  # whatever it is, the parent decides
        return taken_apart(cleaned(error))
    return None
