"""Run by test_flows in a process of its own: three full loads on one temporary Prefect server.

python fly.py PROJECT HOME      one that meets a passing fault, one that fails, one with nothing left to do
"""

import json
import sys
from pathlib import Path

import flows

flows.private(Path(sys.argv[2]))
flows.hush()

from flows import full_load as module  # noqa: E402  # Prefect reads its settings when it is imported
from flows import running  # noqa: E402
from migrate.errors import MigrateError, Transient  # noqa: E402
from migrate.run import Run  # noqa: E402

PERSON = "Tremblay-Canary"
project = sys.argv[1]
told: dict[str, object] = {}
move = Run.move


def once_lost(run, piece, *arguments):
    """The connection is lost when the first slice is tried for the first time."""
    setattr(Run, "move", move)  # noqa: B010  # a type checker would refuse the assignment
    raise Transient("the connection was lost")


def broken(run, piece, *arguments):
    """A driver's error that quotes a row."""
    raise ValueError(f"Key (name)=({PERSON}) already exists")


setattr(Run, "move", broken)  # noqa: B010  # a type checker would refuse the assignment
try:
    module.full_load(project)
except MigrateError as error:
    told["failed"] = [type(error).__name__, str(error), error.__cause__ is None, error.__context__ is None]

running.move_slice.retry_delay_seconds = [0, 0]
setattr(Run, "move", once_lost)  # noqa: B010  # a type checker would refuse the assignment
summary = module.full_load(project)
told["first"] = {entity: [t.read, t.created, t.rejected, t.held] for entity, t in summary.entities.items()}
told["written"] = sum(t.rows_written for t in summary.entities.values())

again = module.full_load(project, entities=["user"])
told["again"] = [list(again.entities), sum(t.rows_written for t in again.entities.values())]
sys.stdout.write(json.dumps(told))
