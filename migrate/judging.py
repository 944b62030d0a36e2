"""A project and its reconciliation: the one place where what moves and what judges are put together.

    summary = judge(project, checks=(), entities=(), limits=Limits())       writes a folder of evidence
    evidence_root(project)                                                   where these folders are

The judge gets both databases, the comparison files and the state's answers; nothing of the mapping but, for the check
`replay`, what it makes of the legacy rows once more. What the report shows beside the findings (books, quarantine,
coverage of the mapping) is gathered here and handed over as plain values.
"""

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from migrate.errors import InvalidInput, Mistake, Refused
from migrate.program import program_version
from migrate.project import Project
from migrate.project.memory import settled, spare_memory
from migrate.reading.grammar import suggest

if TYPE_CHECKING:
    from migrate.state.tracing import Status
    from reconciliation.checks import Check
    from reconciliation.compare import Comparison
    from reconciliation.evidence import Evidence, Limits, Scope
    from reconciliation.running import Notice, Summary
    from reconciliation.seals import Seals

log = logging.getLogger(__name__)

EVIDENCE, SEALS = "evidence", "seals"
HISTORY = 30
"""So many earlier reconciliations are shown beside the newest."""


def evidence_root(project: Project) -> Path:
    """The folder of the project's evidence folders."""
    return project.hidden / EVIDENCE


def judge(
    project: Project,
    *,
    checks: Sequence[str] = (),
    entities: Sequence[str] = (),
    limits: "Limits | None" = None,
    lag: float = 0.0,
    resume: bool = False,
    quick: bool = False,
    notice: "Notice" = lambda line: None,
) -> "Summary":
    """Compare both sides and keep the evidence.

    checks, entities:  only these; none: all.     lag: seconds between the two looks at a difference.
    resume:  go on with the newest one that was not ended; Refused where there is none, or its ground has changed.
    quick:   the check `rows` reads only what has changed on either side since it compared everything, by checksums.
    Raises InvalidInput for names that do not exist and for mistakes in the comparison files; Unreachable, Drift.
    """
    from reconciliation.evidence import Scope
    from reconciliation.folder import Folder
    from reconciliation.running import reconcile

    spare_memory()
    wanted = _chosen(checks)
    settled()
    status = project.state().status()
    with _evidence(project, Scope(frozenset(checks), frozenset(entities)), status, limits, lag) as asked:
        root, ground = evidence_root(project), _ground(project, asked, wanted, entities) | {"quick": quick}
        if resume:
            folder = Folder.resume(root, ground, _iso(asked.platform.moment))
        else:
            folder = Folder.make(root, asked.folder.name, ground=ground)
        seals = _seals(project) if quick else None
        evidence = replace(asked, folder=folder.path, seals=seals)
        before = status.head
        began = evidence.platform.moment

        def manifest() -> Mapping[str, Any]:
            told = _manifest(project, evidence, wanted, entities, status, before, began)
            told["seals"] = {} if seals is None else seals.made_by(folder.path.name)
            if not folder.resumed:
                return told
            return {**told, "resumed": folder.resumed, "moment": {**told["moment"], "how": "two_looks"}}

        def context(timing: list[dict[str, Any]]) -> Mapping[str, Any]:
            return _context(project, evidence, status, timing)

        try:
            return reconcile(evidence, wanted, folder, manifest, context, notice)
        finally:
            folder.leave()


def _seals(project: Project) -> "Seals":
    """The seals, of which those count that are what the newest evidence says; what cannot be read says nothing."""
    from reconciliation.folder import Folder
    from reconciliation.seals import Seals

    trusted: dict[str, str] = {}
    for folder in Folder.closed(evidence_root(project)):
        with suppress(Refused):
            trusted |= folder.manifest().get("seals", {})
    return Seals(project.hidden / SEALS, program_version(), trusted)


def _ground(
    project: Project, evidence: "Evidence", checks: Collection[str], entities: Collection[str]
) -> dict[str, Any]:
    """What has to be the same for a reconciliation to be taken up again."""
    return {
        "program": program_version(),
        "legacy": project.legacy_url().render_as_string(hide_password=True),
        "platform": [project.platform_url().database, project.settings.platform.schema_name],
        "system": project.name,
        "checks": sorted(checks),
        "entities": sorted(entities),
        "mappings": {entity: mapping.digest for entity, mapping in project.mappings().items()},
        "comparisons": {entity: each.digest for entity, each in evidence.comparisons.items()},
    }


def compared(project: Project, entities: Collection[str] = ()) -> "dict[str, Comparison]":
    """The comparisons of these entities, or of all: then each that is mapped has to have one, and no other may.

    Raises InvalidInput with every mistake of the comparison files.
    """
    from reconciliation.compare import read, unmatched

    found = read(project.mappings_folder, project.layout())
    mistakes = [
        Mistake("--entity", 0, f"nothing is compared of {name}", suggest(name, found, "entities"))
        for name in sorted(entities)
        if name not in found
    ]
    if not entities:
        mistakes += unmatched(found, project.mappings())
    if mistakes:
        raise InvalidInput(mistakes)
    return {name: each for name, each in found.items() if not entities or name in entities}


@contextmanager
def _evidence(
    project: Project, scope: "Scope", status: "Status", limits: "Limits | None", lag: float
) -> "Iterator[Evidence]":
    from migrate.extract.sql import SqlSource
    from migrate.replaying import Replay
    from migrate.run import Parts
    from reconciliation import traits
    from reconciliation.allowances import FILE as ALLOWANCES
    from reconciliation.allowances import read as read_allowances
    from reconciliation.checks import checks
    from reconciliation.evidence import Evidence, Limits
    from reconciliation.quality import suites
    from reconciliation.sides import LegacySide, PlatformSide

    with ExitStack() as opened:
        opened.callback(project.close)
        layout = project.layout()
        comparisons = compared(project, scope.entities)
        suites.read(project.mappings_folder, layout)  # mistakes are told before anything is begun
        traits.read(project.mappings_folder)
        source = project.source()
        assert isinstance(source, SqlSource)
        opened.callback(source.close)
        legacy = LegacySide(source)
        opened.callback(legacy.close)
        if lacking := [
            Mistake(each.file, 0, what, "correct the name, or ask for SELECT on it")
            for each in comparisons.values()
            for what in legacy.lacking(each)
        ]:
            raise InvalidInput(lacking)
        as_of = legacy.clock()
        synced = _synced(project, comparisons, as_of)  # first: what it says is moved, the platform has then
        schema = project.settings.platform.schema_name
        platform = PlatformSide(project.platform_url(), schema, layout, patience=project.patience.seconds)
        opened.callback(platform.close)
        target = project.target()
        opened.callback(target.close)
        parts = Parts(source, project.state(), target, project.mappings(), layout, project.patience)
        yield Evidence(
            project.name,
            legacy,
            platform,
            comparisons,
            layout,
            as_of,
            synced,
            evidence_root(project) / platform.moment.strftime("%Y%m%dT%H%M%S%fZ"),
            project.mappings_folder,
            limits or Limits(),
            lag=lag,
            allowances=read_allowances(
                project.folder / ALLOWANCES, platform.moment.date(), checks(), project.mappings()
            ),
            scope=scope,
            files=project.files,
            replay=Replay(parts, as_of, **project.batches),
        )


def _chosen(names: Sequence[str]) -> "Mapping[str, Check]":
    from reconciliation.checks import checks

    known = checks()
    if unknown := [name for name in names if name not in known]:
        raise InvalidInput(
            Mistake("--check", 0, f"there is no check {name}", suggest(name, known, "checks"))
            for name in unknown
        )
    return {name: each for name, each in known.items() if not names or name in names}


def _synced(project: Project, entities: Iterable[str], now: datetime) -> dict[str, datetime]:
    """Entity -> up to when the newest run that looked for its changes saw them, as the source's clock runs now."""
    return {entity: covered.until(now) for entity, covered in project.state().covered(entities).items()}


def _manifest(
    project: Project,
    evidence: "Evidence",
    checks: "Mapping[str, Check]",
    entities: Sequence[str],
    status: "Status",
    before: tuple[int, str],
    began: datetime,
) -> dict[str, Any]:
    now = project.state().status()
    quiet = now.head == before and len(evidence.legacy.snapshots) <= 1
    return {
        "system": project.name,
        "program": program_version(),
        "started": _iso(began),
        "ended": _iso(datetime.now(UTC)),
        "moment": {
            "legacy": _iso(evidence.as_of),
            "platform": _iso(began),
            "how": "same_instant" if quiet else "two_looks",
            "lag_seconds": evidence.lag,
        },
        "scope": {"checks": list(checks), "entities": list(entities), "wave": None},
        "run": status.runs[0].id if status.runs else None,
        "window_high": _iso(min(evidence.synced.values())) if evidence.synced else None,
        "mappings": {entity: mapping.digest for entity, mapping in project.mappings().items()},
        "comparison": {entity: each.digest for entity, each in evidence.comparisons.items()},
        "ledger": {"seq": now.head[0], "hash": now.head[1]},
        "limits": {"max_diffs": evidence.limits.differences},
    }


def _context(
    project: Project, evidence: "Evidence", status: "Status", timing: list[dict[str, Any]]
) -> dict[str, Any]:
    """What the report shows beside the findings; see docs/reports.md."""
    from reconciliation.score import SCORE, kept

    return {
        "timing": timing,
        "books": {entity: _books(ends) for entity, ends in status.entities.items()},
        "quarantine": _quarantine(project, status),
        "coverage": _coverage(project, evidence),
        "lines": _lines(project),
        "runs": [
            {
                "run": run.id,
                "mode": run.mode,
                "status": run.status,
                "started": _iso(run.started),
                "seconds": run.seconds,
            }
            for run in status.runs
        ],
        "unchecked": [
            {
                "entity": entity,
                "table": pair.table,
                "column": column,
                "reason_en": reason,
                "reason_fr": reason,
            }
            for entity, comparison in evidence.comparisons.items()
            for pair in comparison.pairs
            for column, reason in pair.unchecked.items()
        ]
        + _files_unchecked(evidence),
        "allowances": evidence.allowances.told(),
        "drill": kept(project.hidden / SCORE),
        "history": _history(project),
        **_data_docs(evidence),
    }


_ENDS = {
    "created": "accepted",
    "deleted": "gone",
    "merged": "merged",
    "rejected": "rejected",
    "held": "held",
    "excluded": "excluded",
}


def _files_unchecked(evidence: "Evidence") -> list[dict[str, str]]:
    """The files of documents, where nobody can look at them; so it is no subject, and stands where all can read it."""
    from reconciliation.checks.attachments import documented

    return [
        {
            "entity": comparison.entity,
            "table": "document",
            "column": "",
            "reason_en": "the files themselves: [legacy] files does not say where they are",
            "reason_fr": "les fichiers eux-mêmes\u00a0: [legacy] files ne dit pas où ils se trouvent",
        }
        for comparison in documented(evidence)
        if not evidence.files
    ]


def _data_docs(evidence: "Evidence") -> dict[str, str]:
    """Where the pages of the check `quality` begin, seen from the evidence."""
    from reconciliation.checks.quality import DATA_DOCS

    page = f"{DATA_DOCS}/index.html"
    return {"data_docs": page} if (evidence.folder / page).exists() else {}


def _books(ends: Mapping[str, int]) -> dict[str, int]:
    """What became of an entity's keys, as they stand now; all runs together have created what is accepted.

    Deleted are those that are gone from the source, so that nobody can have read them.
    """
    named = {end: ends.get(told, 0) for end, told in _ENDS.items()}
    return {"read": sum(named.values()) - named["deleted"], **named, "updated": 0, "unchanged": 0}


def _quarantine(project: Project, status: "Status") -> list[dict[str, Any]]:
    """Open lines by entity and rule, with the reason in both languages."""
    from migrate.project.reasons import reason, told

    given, lines = told(project.mappings()), []
    for entity, state, scope, rule, count, keys in status.quarantine:
        en, fr = reason(entity, rule, given)
        line = {"entity": entity, "rule": rule, "state": state, "scope": scope, "lines": count, "keys": keys}
        lines.append({**line, "reason_en": en, "reason_fr": fr})
    return lines


def _coverage(project: Project, evidence: "Evidence") -> dict[str, int]:
    """How many source columns are mapped, derived, dropped with a reason, or unaccounted for."""
    from migrate.mapping import coverage

    mappings = project.mappings()
    tables = {member.table for mapping in mappings.values() for member in mapping.by_name.values()}
    there = evidence.legacy.source.catalogue(tables)
    counts = coverage(mappings.values(), {name: list(found.columns) for name, found in there.items()}).counts
    return {str(account): count for account, count in counts.items()}


def _lines(project: Project) -> dict[str, dict[str, str]]:
    """Entity -> a compared value, as `pair column` -> where its mapping stands, as `file:line`."""
    return {
        entity: {
            f"{table.label} {field.column}": f"{Path(mapping.file).name}:{field.line}"
            for table in mapping.tables
            for field in table.fields
        }
        for entity, mapping in project.mappings().items()
    }


def _history(project: Project) -> list[dict[str, Any]]:
    """Earlier reconciliations, oldest first; one whose evidence was changed proves nothing, and is left out."""
    from reconciliation.folder import FINDINGS, Folder

    lines = []
    for folder in Folder.closed(evidence_root(project))[-HISTORY:]:
        try:
            folder.verify(FINDINGS)
        except Refused as refused:
            log.warning("%s", refused.what)
            continue
        told, found = folder.manifest(), folder.findings()
        lines.append(
            {
                "reconciliation": told["reconciliation"],
                "ended": told["ended"],
                "verdict": told["verdict"],
                "subjects": len(found),
                "same": sum(each.result == "same" for each in found),
                "differing": sum(each.differing for each in found),
                "in_flight": sum(each.in_flight for each in found),
            }
        )
    return lines


def _iso(moment: datetime) -> str:
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
