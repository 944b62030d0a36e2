"""The order of loading: every entity after those that its mapping names in `after`; circles are mistakes."""

from collections.abc import Mapping as Dict
from graphlib import CycleError, TopologicalSorter

from migrate.errors import Mistake
from migrate.mapping.scope import Outline


def in_order(outlines: Dict[str, Outline]) -> tuple[tuple[str, ...], list[Mistake]]:
    """The entities in order (by name where `after` leaves a choice), and the mistake that names a circle."""
    sorter = TopologicalSorter({e: _before(outlines[e], outlines) for e in sorted(outlines)})
    try:
        sorter.prepare()
    except CycleError as error:
        circle: list[str] = error.args[1]
        first = min(circle[:-1], key=lambda entity: outlines[entity].file)
        start = circle.index(first)
        round_trip = [*circle[start:-1], *circle[: start + 1]]
        what = f"`after` goes in a circle: {' before '.join(round_trip)}"
        return (), [
            Mistake(
                outlines[first].file,
                outlines[first].after_line,
                what,
                "one of them must be loaded without the other",
            )
        ]
    ordered: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        ordered += ready
        sorter.done(*ready)
    return tuple(ordered), []


def _before(outline: Outline, outlines: Dict[str, Outline]) -> list[str]:
    return [entity for entity in outline.after if entity in outlines and entity != outline.entity]
