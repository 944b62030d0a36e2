"""From an evidence folder to what a page says: numbers and names, without markup and without a language.

    report = build(folder)
    report = build(folder, unmask=True)       with people's values; whoever calls this has written down why

A page stays small however many differences there are: some examples of each kind and subject, the rest in the CSV.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from reconciliation import model
from reconciliation.folder import Folder
from reconciliation.model import Finding, Measure, Number, Result
from reconciliation.report import equity
from reconciliation.report.differences import EXAMPLES, Differences
from reconciliation.report.figures import twelve
from reconciliation.report.model import (
    Allowance,
    Books,
    Check,
    Drill,
    Gap,
    Ground,
    Line,
    Moment,
    Past,
    Quarantine,
    Report,
    Run,
    Sum,
    Unchecked,
)

SUBJECTS = 400
"""So many subjects are shown of each check, and so many gaps."""

Place = tuple[str, str, str]
"""Check, entity, subject."""

_ACCOUNTS = ("mapped", "derived", "dropped", "unaccounted")
_WORST_FIRST = (Result.DIFFERENT, Result.ERROR, Result.NOT_RUN, Result.NOT_COMPARABLE, Result.SAME)


def build(folder: Folder, *, unmask: bool = False) -> Report:
    """What a page says about this evidence."""
    manifest, context = folder.manifest(), folder.context()
    findings, measures = folder.findings(), list(folder.all_measures())
    real = Differences(folder.differences_in_batches(), context.get("lines", {}), unmask=unmask)
    books, quarantine, drill = _books(context), _quarantine(context), _drill(context)
    gaps = [_gap(finding) for finding in findings if finding.result not in (Result.SAME, Result.DIFFERENT)]
    groups = equity.people(measures, real.disparities)
    return Report(
        name=manifest["reconciliation"],
        system=manifest.get("system", ""),
        verdict=model.verdict(findings),
        unmasked=unmask,
        moment=_moment(manifest),
        figures=twelve(findings, measures, real.things(), books, quarantine, drill),
        checks=tuple(_checks(findings, in_units(measures), dict(_timing(context)))),
        kinds=tuple(real.kinds()),
        gaps=tuple(gaps[:SUBJECTS]),
        hidden_gaps=max(0, len(gaps) - SUBJECTS),
        unchecked=_each(context, "unchecked", _unchecked),
        allowances=_each(context, "allowances", _allowance),
        books=books,
        quarantine=quarantine,
        coverage=_coverage(context),
        people=groups,
        drill=drill,
        history=_history(context, manifest, findings),
        runs=_each(context, "runs", _run),
        timing=_timing(context),
        data_docs=context.get("data_docs"),
        ground=_ground(folder, manifest),
    )


# --- findings and differences


def in_units(measures: Iterable[Measure]) -> dict[Place, tuple[Sum, ...]]:
    """The figures of every subject, by unit."""
    parts: dict[Place, dict[str, list[Measure]]] = defaultdict(lambda: defaultdict(list))
    for each in measures:
        parts[each.check, each.entity, each.subject][each.unit].append(each)
    return {place: tuple(_sum(unit, of) for unit, of in units.items()) for place, units in parts.items()}


def _sum(unit: str, measures: Sequence[Measure]) -> Sum:
    explained: dict[str, Number] = {}
    for each in measures:
        for why, count in each.explained.items():
            explained[why] = explained.get(why, 0) + count
    sides = ([each.legacy for each in measures], [each.platform for each in measures])
    legacy, platform = (
        sum(known) if (known := [number for number in side if number is not None]) else None for side in sides
    )
    return Sum(unit, legacy, platform, dict(sorted(explained.items())))


def _checks(
    findings: Iterable[Finding], sums: Mapping[Place, tuple[Sum, ...]], seconds: Mapping[str, float]
) -> Iterator[Check]:
    """One for each check, in the order in which they were declared."""
    by_check: dict[str, list[Finding]] = {}
    for finding in findings:
        by_check.setdefault(finding.subject.check, []).append(finding)
    for name, found in by_check.items():
        ordered = sorted(found, key=lambda finding: _WORST_FIRST.index(finding.result))
        yield Check(
            name,
            dict(Counter(finding.result for finding in found)),
            sum(finding.differing for finding in found),
            sum(finding.in_flight for finding in found),
            sum(finding.allowed for finding in found),
            seconds.get(name),
            tuple(
                Line(each, sums.get((name, each.subject.entity, each.subject.name), ()))
                for each in ordered[:SUBJECTS]
            ),
            max(0, len(ordered) - SUBJECTS),
        )


def _gap(finding: Finding) -> Gap:
    subject = finding.subject
    return Gap(subject.check, subject.entity, subject.name, finding.result, finding.reasons)


# --- what stands beside the findings


def _each(context: Mapping[str, Any], name: str, make: Any) -> Any:
    """Every line of a part of the context; None where the part is absent."""
    return tuple(make(line) for line in context[name]) if name in context else None


def _both(line: Mapping[str, Any]) -> dict[str, str]:
    return {"en": line.get("reason_en") or "", "fr": line.get("reason_fr") or ""}


def _unchecked(line: Mapping[str, Any]) -> Unchecked:
    return Unchecked(line["entity"], line["table"], line["column"], _both(line))


def _allowance(line: Mapping[str, Any]) -> Allowance:
    return Allowance(
        str(line["name"]),
        line.get("place") or {},
        line.get("keys"),
        line.get("at_most"),
        str(line.get("owner") or ""),
        str(line.get("approved_by") or ""),
        str(line.get("approved_on") or ""),
        str(line.get("expires") or ""),
        line.get("state") == "in_force",
        _both(line),
        line.get("lines", 0),
    )


def _run(line: Mapping[str, Any]) -> Run:
    return Run(str(line["run"]), line["mode"], line["status"], line["started"], line.get("seconds"))


def _books(context: Mapping[str, Any]) -> tuple[Books, ...] | None:
    told = context.get("books")
    return None if told is None else tuple(Books(entity, counts) for entity, counts in told.items())


def _quarantine(context: Mapping[str, Any]) -> tuple[Quarantine, ...] | None:
    told: tuple[Quarantine, ...] | None = _each(context, "quarantine", _left_out)
    if told is None:
        return None
    return tuple(sorted(told, key=lambda line: (-line.lines, line.entity, line.rule)))


def _left_out(line: Mapping[str, Any]) -> Quarantine:
    scope = line.get("scope") or ""
    return Quarantine(
        line["entity"], line["rule"], line["state"], scope, line["lines"], line["keys"], _both(line)
    )


def _coverage(context: Mapping[str, Any]) -> dict[str, int] | None:
    told = context.get("coverage")
    return None if told is None else {name: told[name] for name in _ACCOUNTS if name in told}


def _drill(context: Mapping[str, Any]) -> Drill | None:
    told = context.get("drill")
    if told is None:
        return None
    classes = {
        name: (each["planted"], each["caught"], tuple(each.get("missed") or ())[:EXAMPLES])
        for name, each in sorted(told.get("classes", {}).items())
    }
    return Drill(told.get("at"), told["planted"], told["caught"], classes)


def _timing(context: Mapping[str, Any]) -> tuple[tuple[str, float], ...]:
    return tuple((line["check"], line["seconds"]) for line in context.get("timing", ()))


def _history(
    context: Mapping[str, Any], manifest: Mapping[str, Any], findings: tuple[Finding, ...]
) -> tuple[Past, ...]:
    """Earlier ones and this one, oldest first."""
    earlier = [
        Past(
            line["reconciliation"],
            line.get("ended"),
            line["verdict"],
            line["subjects"],
            line["same"],
            line["differing"],
            line["in_flight"],
        )
        for line in context.get("history", ())
    ]
    this = Past(
        manifest["reconciliation"],
        manifest.get("ended"),
        manifest["verdict"],
        len(findings),
        sum(finding.result is Result.SAME for finding in findings),
        sum(finding.differing for finding in findings),
        sum(finding.in_flight for finding in findings),
        this=True,
    )
    return (*sorted(earlier, key=lambda past: past.name), this)


def _moment(manifest: Mapping[str, Any]) -> Moment:
    told = manifest.get("moment") or {}
    return Moment(
        manifest.get("started"),
        manifest.get("ended"),
        told.get("legacy"),
        told.get("platform"),
        told.get("how"),
        told.get("lag_seconds"),
    )


def _ground(folder: Folder, manifest: Mapping[str, Any]) -> Ground:
    files = {}
    for name, told in sorted(manifest["files"].items()):
        how = next(key for key in told if key.endswith("sha256"))
        files[name] = (told[how], how, told["lines"])
    ledger, run = manifest.get("ledger"), manifest.get("run")
    return Ground(
        folder.sha256,
        files,
        manifest.get("mappings") or {},
        manifest.get("comparison") or {},
        (ledger["seq"], ledger["hash"]) if ledger else None,
        None if run is None else str(run),
        manifest.get("window_high"),
        {name: value for name, value in (manifest.get("limits") or {}).items() if value is not None},
        {name: value for name, value in (manifest.get("scope") or {}).items() if value},
        manifest.get("program"),
    )
