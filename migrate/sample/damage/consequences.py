"""What follows from roots that are not loaded: whatever refers to them is held.

Clients that are quarantined hold the applications they made and their family links; applications that are
quarantined, held or excluded hold the links to them; one that is excluded takes its own place under another along.
The lines bear the damage id ``HELD``.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from migrate.sample.damage.plant import EXCL, QUAR, Ground
from migrate.sample.frame import Rows, mask


def add_consequences(ground: Ground) -> None:
    """Add the lines of all that is held, and drop the lines that no longer hold."""
    block, truth = ground.block, ground.truth
    clients = truth.keys("client", QUAR, EXCL)
    cases, roles = block["S_CASE"], block["S_CASE_CON"]
    own = cases["ROW_ID"].filter(pc.is_in(cases["APPLICANT_ID"], clients))
    named = roles["CASE_ID"].filter(pc.is_in(roles["CONTACT_ID"], clients))
    already = truth.keys("application", QUAR, EXCL)
    affected = pc.is_in(cases["ROW_ID"], pa.concat_arrays([own, named]))
    _hold(
        ground,
        cases,
        pc.and_(affected, pc.invert(pc.is_in(cases["ROW_ID"], already))),
        "APPLICANT_ID",
        "application",
    )

    relations = block["S_CONTACT_REL"]
    ends = pc.or_(pc.is_in(relations["CONTACT_ID"], clients), pc.is_in(relations["REL_CONTACT_ID"], clients))
    _hold(ground, relations, ends, "CONTACT_ID", "relation")

    missing = truth.keys("application", QUAR, EXCL)
    links = block["S_CASE_REL"]
    ends = pc.or_(pc.is_in(links["CASE_ID"], missing), pc.is_in(links["REL_CASE_ID"], missing))
    _hold(ground, links, ends, "CASE_ID", "application_link")

    under_another = pc.is_valid(cases["PAR_CASE_ID"])
    left_out = pc.and_(under_another, pc.is_in(cases["ROW_ID"], truth.keys("application", EXCL)))
    _follow(ground, cases, left_out, "PAR_CASE_ID", "application_parent", EXCL, "entity")
    ends = pc.or_(pc.is_in(cases["ROW_ID"], missing), pc.is_in(cases["PAR_CASE_ID"], missing))
    held = pc.and_not(pc.and_(ends, under_another), left_out)
    _hold(ground, cases, held, "PAR_CASE_ID", "application_parent")
    truth.settle()


def _hold(ground: Ground, rows: Rows, which: pa.Array, column: str, entity: str) -> None:
    _follow(ground, rows, which, column, entity, QUAR, "held")


def _follow(
    ground: Ground, rows: Rows, which: pa.Array, column: str, entity: str, disposition: str, note: str
) -> None:
    row_id = rows["ROW_ID"].filter(pa.array(mask(which)))
    if len(row_id):
        ground.truth.add(
            damage="HELD",
            table=rows.table.name,
            row_id=row_id,
            column=column,
            entity=entity,
            key=row_id,
            disposition=disposition,
            note=note,
        )
