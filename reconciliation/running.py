"""One reconciliation: the checks asked in turn, their answers written down, the folder closed.

    summary = reconcile(evidence, checks, folder, manifest, context)

A check that fails ends with an error of its own subjects, and the others go on. What was declared and got no answer is
not run, and says so.

A check is one step, or, where it goes entity by entity (`by_entity`), one for each. After every step what was answered
is on the disk: a folder that was never closed is resumed behind its last whole step.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from migrate.errors import MigrateError, Stop, Transient
from reconciliation.checks import Answer, Check
from reconciliation.evidence import Evidence
from reconciliation.folder import Folder
from reconciliation.model import (
    DIFFERENCES,
    Finding,
    Measure,
    Reason,
    Remark,
    Result,
    Subject,
    Verdict,
    verdict,
)

log = logging.getLogger(__name__)

Notice = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Summary:
    """What a reconciliation came to."""

    name: str
    verdict: Verdict
    findings: tuple[Finding, ...]
    sha256: str
    seconds: float

    @property
    def exit(self) -> int:
        """0 only where everything that was declared is the same."""
        return 0 if self.verdict is Verdict.SAME else 1


def reconcile(
    evidence: Evidence,
    checks: Mapping[str, Check],
    folder: Folder,
    manifest: Callable[[], Mapping[str, Any]],
    context: Callable[[list[dict[str, Any]]], Mapping[str, Any]],
    notice: Notice = lambda line: None,
) -> Summary:
    """Ask every check, write its answers, close the folder.

    manifest, context:  asked at the end; `context` is given how long each check took.
    Raises what a check raises only where nobody could go on: a database that is not reached, an interruption.
    """
    began = time.monotonic()
    _taken_up(evidence, folder)
    for name, each in checks.items():
        notice(name)
        for entity, part in _steps(each, evidence):
            if (name, entity) in folder.done:
                continue
            started = time.monotonic()
            subjects = tuple(each.subjects(part))
            folder.subjects(subjects)
            _asked(part, each, subjects, folder)
            folder.step(name, entity, time.monotonic() - started)
    timing = [{"check": name, "seconds": folder.seconds.get(name, 0)} for name in checks]
    sha256 = folder.close(manifest(), context(timing))
    found = folder.findings()
    return Summary(folder.path.name, verdict(found), found, sha256, time.monotonic() - began)


def _steps(each: Check, evidence: Evidence) -> Iterator[tuple[str, Evidence]]:
    """Name and evidence of each step of a check."""
    if not getattr(each, "by_entity", False):
        yield "", evidence
        return
    for entity, comparison in evidence.comparisons.items():
        yield entity, replace(evidence, comparisons={entity: comparison})


def _taken_up(evidence: Evidence, folder: Folder) -> None:
    """What the steps that are done have come to, for those that follow."""
    if not folder.done:
        return
    evidence.so_far.measured.update((measure.check, measure.entity) for measure in folder.all_measures())
    for lines in folder.differences_in_batches():
        evidence.so_far.add(lines)
        evidence.allowances.used.update(name for name in lines.column("allowance").to_pylist() if name)


def _asked(evidence: Evidence, each: Check, subjects: Iterable[Subject], folder: Folder) -> None:
    """One check; an error becomes a remark about every subject that has no answer yet."""
    if evidence.limits.over:
        _all(folder, subjects, Reason("out_of_time"), Result.NOT_RUN)
        return
    answered: set[tuple[str, str]] = set()
    try:
        for answer in each.run(evidence):
            _write(evidence, folder, answer, answered)
    except (Stop, Transient):
        raise
    except (MigrateError, ValueError, ArithmeticError, LookupError, TypeError, pa.ArrowException) as error:
        log.debug(
            "a check failed", exc_info=error
        )  # its text may hold values: the kind of error is all that is told
        rest = [subject for subject in subjects if (subject.entity, subject.name) not in answered]
        _all(folder, rest, Reason("failed", {"error": type(error).__name__}), Result.ERROR)


def _write(evidence: Evidence, folder: Folder, answer: Answer, answered: set[tuple[str, str]]) -> None:
    match answer:
        case Measure():
            folder.measure(answer)
            evidence.so_far.measured.add((answer.check, answer.entity))
            answered.add((answer.entity, answer.subject))
        case Remark():
            folder.remark(answer)
        case pa.Table():
            lines = evidence.allowances.applied(answer.select(DIFFERENCES.names))
            evidence.so_far.add(lines)
            folder.differences(lines)


def _all(folder: Folder, subjects: Iterable[Subject], reason: Reason, result: Result) -> None:
    for subject in subjects:
        folder.remark(Remark(subject.check, subject.entity, subject.name, reason, result))
