"""What is known about the move, in the platform database: runs, ledger, crosswalk, key images, quarantine, lease.

    state = State.open(url, system="gcms")
    state.upgrade()
    with state.lease(holder="...") as lease:
        run = state.begin(lease, ...)

One word: the state never holds a truth of its own about rows; it is written in the transaction that writes them.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from migrate.state.lease import Lease
    from migrate.state.ledger import Verified
    from migrate.state.runs import OpenRun
    from migrate.state.store import State
    from migrate.state.waivers import Waiver

__all__ = ["Lease", "OpenRun", "State", "Verified", "Waiver"]

_HOME = {"Lease": "lease", "OpenRun": "runs", "State": "store", "Verified": "ledger", "Waiver": "waivers"}


def __getattr__(name: str) -> object:
    """Imports the drivers only when somebody needs them, so that `migrate --help` answers at once."""
    if name not in _HOME:
        raise AttributeError(name)
    from importlib import import_module

    return getattr(import_module(f"migrate.state.{_HOME[name]}"), name)
