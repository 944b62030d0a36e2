"""One full load in a process of its own, measured from inside: `python -m bench.load`, settings in the environment.

BENCH_SOURCE and BENCH_PLATFORM are SQLAlchemy URLs, the platform's of an empty database. One line of JSON comes out.
The clock runs from the first question to the source (the plan) until the books are closed; indexes and foreign keys
are there by then. Imports and the making of empty tables are outside.
"""

import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

import migrate.run
from bench.measure import peak_memory, span
from migrate import pipeline
from migrate.model import Batch, Outcome, Tally
from migrate.pipeline import Line
from migrate.project.moving import move
from migrate.project.project import Project
from migrate.project.starting import settings_text

T = TypeVar("T")


def main() -> None:
    """Load, and tell what it cost."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "migrate.toml").write_text(
            settings_text("env:BENCH_SOURCE", None).replace('"embedded"', '"env:BENCH_PLATFORM"')
        )
        json.dump(load(Project.find(Path(folder))), sys.stdout)


def load(project: Project) -> dict[str, Any]:
    """One full load of everything that the project's mappings name."""
    project.upgrade()
    stages = Stages()
    stages.measure()
    watch = Watch()
    before = time.process_time()
    with span(*map(int, os.environ.get("BENCH_SERVERS", "").split())) as measured, project.open_run() as run:
        watch.begun = time.monotonic()
        summary = move(run, watch)
    total = time.process_time() - before
    tally = sum(summary.entities.values(), Tally())
    return {
        "seconds": measured.seconds,
        "plan": watch.begun - measured.started,
        "end": measured.started + measured.seconds - watch.last,
        "servers": measured.servers,
        "idle": measured.idle,
        "memory": peak_memory(),
        "cpu": {**stages.seconds, "rest": total - sum(stages.seconds.values())},
        "entities": watch.entities,
        "tally": asdict(tally),
        "balanced": summary.balanced,
    }


class Stages:
    """Processor seconds of the three threads, by stage."""

    def __init__(self) -> None:
        self.seconds = {"read": 0.0, "map": 0.0, "write": 0.0}

    def measure(self) -> None:
        """From now on every slice that moves is measured: its stages are wrapped where the pipeline takes them."""
        stages = self

        class Measured(Line):
            __slots__ = ()

            def outcome(self, batch: Batch) -> Outcome:
                return stages.clocked("map", super(Measured, self).outcome)(batch)

        def measured_move(
            piece: Any, positions: Any, line: Line, read: Any, write: Any, progress: Any
        ) -> Tally:
            line = Measured(**{name: getattr(line, name) for name in Line.__slots__})
            return pipeline.move(
                piece, positions, line, self.clocked("read", read), self.clocked("write", write), progress
            )

        migrate.run.move = measured_move  # type: ignore[assignment]

    def clocked(self, stage: str, function: Callable[..., T]) -> Callable[..., T]:
        """The function, its processor seconds added to a stage."""

        def call(*arguments: Any) -> T:
            began = time.thread_time()
            try:
                return function(*arguments)
            finally:
                self.seconds[stage] += time.thread_time() - began

        return call


class Watch:
    """Seconds by entity, as the stages go by."""

    def __init__(self) -> None:
        self.entities: Counter[str] = Counter()
        self.begun = self.last = 0.0
        self._entity = ""

    def stage(self, stage: Any) -> None:
        """A stage begins."""
        self._entity, self.last = stage.entity, time.monotonic()

    def moved(self, tally: Tally) -> None:
        """A batch was committed."""
        del tally
        now = time.monotonic()
        self.entities[self._entity] += now - self.last  # type: ignore[assignment]  # seconds add like counts
        self.last = now

    def notice(self, line: str) -> None:
        """Something passing is waited for."""
        print(line, file=sys.stderr)


if __name__ == "__main__":
    main()
