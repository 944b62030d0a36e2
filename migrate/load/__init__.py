"""Writing Outcomes into the platform: `Target` is what the pipeline needs, `PostgresTarget` is the one there is.

target = PostgresTarget(state, layout, stubs={"user": Stub("user_account", {...})})
tally = target.write(run, slice, position, within, outcome, rows_read)     # one transaction
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from migrate.load.postgres import PostgresTarget
    from migrate.load.stubs import Stub
    from migrate.load.target import Target

__all__ = ["PostgresTarget", "Stub", "Target"]

_HOME = {"PostgresTarget": "postgres", "Stub": "stubs", "Target": "target"}


def __getattr__(name: str) -> object:
    """Imports the driver only when somebody loads something."""
    if name not in _HOME:
        raise AttributeError(name)
    from importlib import import_module

    return getattr(import_module(f"migrate.load.{_HOME[name]}"), name)
