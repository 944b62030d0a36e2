"""`python -m flows NAME [PROJECT]`: a flow, started by hand.

On the server that PREFECT_API_URL or the profile names, otherwise on Prefect's temporary one. It ends with the exit
code of `migrate run` or `migrate reconcile`, and with one message instead of a traceback.
"""

import sys
from pathlib import Path

from migrate.cli.failure import message
from migrate.errors import InvalidInput, MigrateError, Mistake
from migrate.run import RunSummary

USAGE = "write: python -m flows full-load|sync|sweep|deep|reconcile [PROJECT]"


def main(words: list[str]) -> int:
    """Run the flow of that name; the exit code."""
    from flows.full_load import full_load
    from flows.reconcile import reconcile
    from flows.server import reached
    from flows.sync import deep, sweep, sync

    flows = {flow.name: flow for flow in (full_load, sync, sweep, deep, reconcile)}
    name, *project = words or [""]
    try:
        if name not in flows:
            raise InvalidInput([Mistake("NAME", 0, f"there is no flow {name}", USAGE)])
        with reached():
            came_to = flows[name](str(Path(*project).resolve()))
    except MigrateError as error:
        sys.stderr.write(f"{message(error)}\n")
        return error.exit_code
    return came_to.exit if isinstance(came_to, RunSummary) else came_to if isinstance(came_to, int) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
