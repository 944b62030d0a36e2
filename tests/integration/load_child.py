"""A process of its own that holds the lease and writes, to be killed or frozen by a test.

write    begin a run, write a batch
undo     take run 2 back
wait     begin a run, wait until the lease is lost, try to write; ends with the exit code of the error
"""

import os
import sys
import time

from migrate.errors import Stop, Transient
from migrate.load import PostgresTarget
from migrate.state import State
from tests.contracts.outcomes import AS_OF, DIGESTS, LAYOUT, STUBS, SYSTEM, outcome, slices
from tests.contracts.target_suite import A


def main(act: str) -> int:
    state = State.open(os.environ["CHILD_URL"], system=SYSTEM)
    target = PostgresTarget(state, LAYOUT, stubs=STUBS)
    (piece,) = slices(3)
    with state.lease("the child", beat=0.2) as lease:
        if act == "undo":
            target.undo(state.undoable(lease, 2), reason="a test")
            return 0
        run = state.begin(lease, mode="full", as_of=AS_OF, digests=DIGESTS, slices=[piece])
        if act == "write":
            sys.stdin.readline()
        while act == "wait" and not lease.lost:
            time.sleep(0.05)
        for _ in range(3):
            try:
                target.write(run, piece, 0, piece.ranges[0], outcome({"a": A}), 1)
            except Transient:
                continue
            except Stop as error:
                return error.exit_code
            return 0
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
