"""One difference line of a check that looks for single cases; what is not given is empty."""

from collections.abc import Iterable, Iterator

import pyarrow as pa

from reconciliation.model import DIFFERENCES, FieldClass, Kind, Look, Reason, Remark, Subject

_GIVEN = dict.fromkeys(DIFFERENCES.names, "")


def line(subject: Subject, kind: Kind, **given: str | None) -> dict[str, str | None]:
    """A line of `model.DIFFERENCES` about a subject."""
    told = {"check": subject.check, "entity": subject.entity, "subject": subject.name, "kind": kind.value}
    named = {"look": Look.OUT_OF_SYNC.value, "class": subject.field_class or FieldClass.A.value}
    return {**_GIVEN, **told, **named, **given}


def table(lines: Iterable[dict[str, str | None]]) -> pa.Table:
    """Lines as evidence."""
    return pa.Table.from_pylist(list(lines), schema=DIFFERENCES)


def cut(subject: Subject, found: int, listed: int) -> Iterator[Remark]:
    """Says so where a limit has cut the list of what was found: it is counted whole, and named in part."""
    if listed < found:
        given = {"found": str(found), "listed": str(listed)}
        yield Remark(subject.check, subject.entity, subject.name, Reason("cut", given))
