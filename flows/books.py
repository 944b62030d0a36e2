"""The books of a run as the artifact that Prefect shows."""

from migrate.model import Tally
from migrate.run import RunSummary

COUNTS = ("read", "created", "updated", "unchanged", "merged", "rejected", "held", "excluded")


def markdown(summary: RunSummary) -> str:
    """A table with a row per entity, and what is beside the books. Counts only: no key, no value."""
    total = sum(summary.entities.values(), Tally())
    lines = [
        f"## Run {summary.run}: the books {'balance' if summary.balanced else '**do not balance**'}",
        "",
        f"| entity | {' | '.join(COUNTS)} | balanced |",
        f"|---|{'---:|' * len(COUNTS)}---|",
        *(_line(entity, tally) for entity, tally in summary.entities.items()),
        _line("**all**", total),
        "",
        f"{total.rows_read:,} legacy rows read, {total.rows_written:,} platform rows written.",
        f"{total.flagged:,} values flagged, {total.converted:,} converted, {total.set_aside:,} member rows set aside.",
        f"{total.stubs:,} stand-ins made. {summary.seconds:,.0f} s.",
    ]
    return "\n".join(lines)


def _line(name: str, tally: Tally) -> str:
    counts = " | ".join(f"{getattr(tally, count):,}" for count in COUNTS)
    return f"| {name} | {counts} | {'yes' if tally.balanced else '**no**'} |"
