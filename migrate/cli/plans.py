"""A plan as a table and as a document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrate.cli.session import Session

if TYPE_CHECKING:
    from migrate.cli.documents import EntityPlanDocument, PlanDocument
    from migrate.plan import EntityPlan, Plan


def show(session: Session, plan: Plan) -> None:
    """The plan on stdout."""
    lines = [_line(entity) for entity in plan.entities]
    document: PlanDocument = {
        "mode": "full",
        "entities": lines,
        "rows": plan.rows,
        "slices": len(plan.slices),
    }
    session.document(document)
    columns = ("entity", "roots", "rows", "batches", "slices", "keys per batch")
    rows = [tuple(line[name.replace(" ", "_")] for name in columns) for line in lines]  # type: ignore[literal-required]
    session.table(
        columns,
        rows,
        total=("all", None, plan.rows, sum(x["batches"] for x in lines), len(plan.slices), None),
    )
    session.say("rows are counted at the source; a table that two entities read counts twice")


def _line(entity: EntityPlan) -> EntityPlanDocument:
    slices = [piece for stage in entity.stages for piece in stage.slices]
    return {
        "entity": entity.entity,
        "roots": entity.roots,
        "rows": sum(entity.rows.values()),
        "batches": sum(len(piece.ranges) for piece in slices),
        "slices": len(slices),
        "keys_per_batch": entity.keys_per_batch,
    }
