"""From an evidence folder to what a page says: numbers and names, without markup and without a language.

    report = build(folder)
    report = build(folder, unmask=True)       with people's values; whoever calls this has written down why

A page stays small however many differences there are: some examples of each kind and subject, the rest in the CSV.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from reconciliation import model
from reconciliation.folder import Folder
from reconciliation.model import Finding, Look, Measure, Number, Result
from reconciliation.report import equity
from reconciliation.report.figures import twelve
from reconciliation.report.masking import masked
from reconciliation.report.model import (
    Allowance,
    Books,
    Check,
    Drill,
    Example,
    Gap,
    Ground,
    Group,
    Kind,
    Line,
    Moment,
    Past,
    People,
    Quarantine,
    Report,
    Run,
    Sum,
    Unchecked,
)

EXAMPLES = 5
"""So many differences are shown of each kind about each subject."""

GROUPS = 40
"""So many subjects are shown of each kind of difference."""

SUBJECTS = 400
"""So many subjects are shown of each check, and so many gaps."""

Place = tuple[str, str, str]
"""Check, entity, subject."""

_ACCOUNTS = ("mapped", "derived", "dropped", "unaccounted")
_BY = ["kind", "check", "entity", "subject"]
_WORST_FIRST = (Result.DIFFERENT, Result.ERROR, Result.NOT_RUN, Result.NOT_COMPARABLE, Result.SAME)


def build(folder: Folder, *, unmask: bool = False) -> Report:
    """What a page says about this evidence."""
    manifest, context = folder.manifest(), folder.context()
    findings, measures = folder.findings(), list(folder.all_measures())
    real = _real(folder.all_differences())
    books, quarantine, drill = _books(context), _quarantine(context), _drill(context)
    gaps = [_gap(finding) for finding in findings if finding.result not in (Result.SAME, Result.DIFFERENT)]
    groups = _people(measures, real)
    return Report(
        name=manifest["reconciliation"],
        system=manifest.get("system", ""),
        verdict=model.verdict(findings),
        unmasked=unmask,
        moment=_moment(manifest),
        figures=twelve(findings, measures, real, books, quarantine, drill),
        checks=tuple(_checks(findings, _sums(measures), dict(_timing(context)))),
        kinds=tuple(_kinds(real, unmask=unmask)),
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


def _real(differences: pa.Table) -> pa.Table:
    """Those that count."""
    return differences.filter(pc.equal(differences["look"], Look.OUT_OF_SYNC.value))


# --- findings and differences


def _sums(measures: Iterable[Measure]) -> dict[Place, tuple[Sum, ...]]:
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


def _kinds(real: pa.Table, *, unmask: bool) -> Iterator[Kind]:
    """Each kind of difference, the most frequent first."""
    if not real.num_rows:
        return
    numbered = real.append_column("at", pa.array(range(real.num_rows), pa.int64()))
    grouped = numbered.group_by(_BY).aggregate([("at", "count"), ("at", "list")]).to_pylist()
    grouped.sort(key=lambda line: (-line["at_count"], *(line[name] for name in _BY)))
    classes = _tallied(real, "kind", "class")
    counts = Counter({kind: sum(told.values()) for kind, told in classes.items()})
    for kind, count in sorted(counts.items(), key=lambda told: (-told[1], told[0])):
        lines = [line for line in grouped if line["kind"] == kind]
        shown = tuple(_group(line, real, unmask=unmask) for line in lines[:GROUPS])
        known = {name: number for name, number in sorted(classes[kind].items()) if name}
        yield Kind(kind, count, known, shown, max(0, len(lines) - GROUPS))


def _tallied(table: pa.Table, outer: str, inner: str) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for line in table.group_by([outer, inner]).aggregate([([], "count_all")]).to_pylist():
        found.setdefault(line[outer], {})[line[inner]] = line["count_all"]
    return found


def _group(line: Mapping[str, Any], real: pa.Table, *, unmask: bool) -> Group:
    some = real.take(pa.array(sorted(line["at_list"])[:EXAMPLES], pa.int64())).to_pylist()
    return Group(
        line["check"],
        line["entity"],
        line["subject"],
        line["at_count"],
        tuple(_example(each, unmask=unmask) for each in some),
    )


def _example(line: Mapping[str, Any], *, unmask: bool) -> Example:
    legacy, platform = line["legacy"], line["platform"]
    return Example(
        line["key"] or "",
        line["table"] or "",
        line["row"] or "",
        line["id"] or "",
        line["column"] or "",
        line["source"] or "",
        legacy if unmask else masked(legacy),
        platform if unmask else masked(platform),
        line["class"] or "",
    )


def _gap(finding: Finding) -> Gap:
    subject = finding.subject
    return Gap(subject.check, subject.entity, subject.name, finding.result, finding.reasons)


def _people(measures: Iterable[Measure], real: pa.Table) -> tuple[People, ...]:
    told = real.filter(pc.equal(real["check"], equity.CHECK)).select(["subject", "legacy"]).to_pylist()
    return equity.people(measures, ((line["subject"], line["legacy"]) for line in told))


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
        str(line.get("owner") or ""),
        str(line.get("approved_by") or ""),
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
