"""What the pipeline needs of a platform. A further product is a class with these few methods and the contract suite
`tests/contracts/target_suite.py`.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

from migrate.model import KeyRange, Outcome, Slice, Tally

if TYPE_CHECKING:
    import pyarrow as pa

    from migrate.load.undoing import Undone
    from migrate.load.vanished import Tombstone
    from migrate.state import OpenRun


class Target(Protocol):
    """A platform that takes Outcomes. May be used by several threads at once."""

    def write(
        self, run: "OpenRun", slice_: Slice, position: int, within: KeyRange, outcome: Outcome, rows_read: int
    ) -> Tally:
        """Write one batch, rows and books, in one transaction: all of it or nothing.

        Writing the same batch of the same run again writes nothing and returns the tally of the first time. An entity
        whose fingerprint is what was last loaded is not touched. An entity that was loaded and is now rejected, held
        or excluded stays on the platform as it was.

        Raises Transient when the same call may succeed in a moment, Busy when the lease was lost, Defect when the
        books do not balance or a row breaks a rule of the platform that the mapping should have known.
        """

    def bury(
        self,
        run: "OpenRun",
        slice_: Slice,
        position: int,
        within: KeyRange,
        keys: "pa.Array",
        how: "Tombstone",
    ) -> Tally:
        """Mark, link or remove what the platform holds of keys that are gone from the source, in one transaction.

        The same batch again does nothing. Where the legacy system merged a key into another, its rows stay and lead
        there; what was never loaded only leaves the books of the state.
        """

    def undo(self, run: "OpenRun", *, actor: str = "", reason: str, dry_run: bool = False) -> "Undone":
        """Take a run back (see `State.undoable`), exactly: rows and books become what they were before it.

        One transaction: all of it or nothing. The ledger keeps all entries and gets one more, with who (`actor`,
        default: user and machine) and why; the run is marked as undone. With `dry_run` everything is undone at the end.
        Raises Refused, naming the runs to be taken back first, when a later run has changed the same rows or lines.
        """

    def begin_bulk(self, run: "OpenRun", tables: Iterable[str]) -> tuple[str, ...]:
        """Before a first load: prepare those of the tables that are empty for fast filling; returns their names.

        Harmless when called again. What is taken away for speed is on record, and `end_bulk` of any later process
        brings it back.
        """

    def end_bulk(self, run: "OpenRun") -> int:
        """Bring back what `begin_bulk` took away; returns how many indexes and constraints were made.

        To be called after a first load, and before anything else when an earlier run was killed. Raises Defect,
        naming the constraint, when the loaded rows break one.
        """

    def close(self) -> None:
        """Let go of all connections."""
