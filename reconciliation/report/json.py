"""The JSON document of a reconciliation: what `migrate reconcile --json` prints, from its evidence.

Its fields are described by `ReconcileDocument` in `migrate.cli.documents`. Figures are text, so that no digit is lost;
a check's `difference` is what is left over after what is explained. Values of persons do not stand in it.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from reconciliation.folder import Folder
from reconciliation.model import Finding, Number, Verdict, verdict


def document(folder: Folder) -> dict[str, Any]:
    """The document of closed evidence."""
    manifest, findings = folder.manifest(), folder.findings()
    return {
        "reconciliation": folder.path.name,
        "verdict": verdict(findings).value,
        "evidence": folder.path.name,  # not its place: the same evidence is the same bytes anywhere
        "evidence_sha256": folder.sha256,
        "checks": checks(findings),
        "seconds": _seconds(manifest),
        "exit": int(verdict(findings) is not Verdict.SAME),
    }


def checks(findings: Iterable[Finding]) -> Any:
    """The part about findings, one for each subject."""
    return [_check(finding) for finding in findings]


def as_text(content: Mapping[str, Any]) -> str:
    """The document as a file holds it; the same content is the same bytes."""
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _check(finding: Finding) -> dict[str, Any]:
    subject = finding.subject
    return {
        "check": subject.check,
        "entity": subject.entity,
        "subject": subject.name,
        "result": finding.result.value,
        "unit": finding.unit,
        "legacy": _text(finding.legacy),
        "platform": _text(finding.platform),
        "difference": _text(finding.difference),
        "compared": finding.compared,
        "differing": finding.differing,
        "in_flight": finding.in_flight,
        "allowed": finding.allowed,
        "explained": {reason: str(count) for reason, count in finding.explained.items()},
        "kinds": dict(finding.kinds),
        "keys": list(finding.keys),
        "class": subject.field_class,
    }


def _text(value: Number | None) -> str | None:
    return None if value is None else str(value)


def _seconds(manifest: Mapping[str, Any]) -> float:
    """How long it took; 0 where the manifest does not say."""
    try:
        started, ended = (datetime.fromisoformat(manifest[name]) for name in ("started", "ended"))
    except (KeyError, ValueError):
        return 0.0
    return (ended - started).total_seconds()
