"""What becomes of each entity of a batch, given what was last seen of it; and the counts that follow. Pure.

                      no rows on the platform      fingerprint as loaded     another fingerprint
accepted              created                      unchanged: not touched    updated
rejected, held,       counted as such; what the platform holds stays as it was
excluded
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from migrate.model import Disposition, Outcome, Tally

if TYPE_CHECKING:
    from migrate.state.entry import Seen

MARKS = "quality_mark"
"""The platform table of quality marks, counted by its column `kind`."""


@dataclass(frozen=True, slots=True)
class Fates:
    """One flag per row of `Outcome.keys`, as numpy arrays.

    fresh:    nothing of it is on the platform, not even a stand-in: its rows can be appended.
    touched:  something of it is there: its rows have to be compared with what is there.
    """

    created: np.ndarray
    updated: np.ndarray
    unchanged: np.ndarray
    fresh: np.ndarray
    touched: np.ndarray


def fates(outcome: Outcome, seen: "Seen") -> Fates:
    """Judge every entity of the batch."""
    accepted = _is(outcome, Disposition.ACCEPTED)
    created = accepted & ~seen.loaded
    updated = accepted & seen.loaded & ~seen.same
    return Fates(
        created,
        updated,
        accepted & seen.loaded & seen.same,
        created & ~seen.placed,
        updated | (created & seen.placed),
    )


def tally(outcome: Outcome, made: Fates, *, rows_read: int, rows_written: int) -> Tally:
    """The counts of the batch."""
    return Tally(
        read=outcome.keys.num_rows,
        created=int(made.created.sum()),
        updated=int(made.updated.sum()),
        unchanged=int(made.unchanged.sum()),
        rejected=int(_is(outcome, Disposition.REJECTED).sum()),
        held=int(_is(outcome, Disposition.HELD).sum()),
        excluded=int(_is(outcome, Disposition.EXCLUDED).sum()),
        rows_read=rows_read,
        rows_written=rows_written,
        set_aside=_set_aside(outcome),
        flagged=_marks(outcome.tables, "flagged"),
        converted=_marks(outcome.tables, "converted"),
    )


def rows_of(rows: pa.Table, chosen: np.ndarray) -> pa.Table:
    """The platform rows of the chosen entities, without the column `_entity`."""
    plain = rows.drop_columns("_entity")
    return plain if chosen.all() else plain.filter(pa.array(chosen[rows.column("_entity").to_numpy()]))


def _is(outcome: Outcome, disposition: Disposition) -> np.ndarray:
    flags: np.ndarray = pc.equal(outcome.keys.column("disposition"), str(disposition)).to_numpy()
    return flags.astype(bool)


def _set_aside(outcome: Outcome) -> int:
    """Member rows in quarantine whose entity is loaded; a row with two reasons counts once."""
    lines = outcome.quarantine.filter(pc.equal(outcome.quarantine.column("scope"), "row"))
    if not lines.num_rows:
        return 0
    loaded = outcome.keys.filter(
        pc.equal(outcome.keys.column("disposition"), str(Disposition.ACCEPTED))
    ).column("key")
    lines = lines.filter(pc.is_in(lines.column("key"), value_set=loaded))
    return int(lines.group_by(["key", "member", "row_id"]).aggregate([]).num_rows)


def _marks(tables: Mapping[str, pa.Table], kind: str) -> int:
    marks = tables.get(MARKS)
    return 0 if marks is None else int(pc.sum(pc.equal(marks.column("kind"), kind), min_count=0).as_py())
