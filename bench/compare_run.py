"""One `rows` check in a process of its own, measured from inside: `python -m bench.compare_run`.

BENCH_LEGACY and BENCH_PLATFORM are SQLAlchemy URLs, BENCH_SEALS a folder where the check is to be quick; one line of
JSON comes out. The clock runs from the connecting to
both sides until the folder of evidence is closed. What is compared with what stands in `bench/comparisons`.
"""

import json
import os
import shutil
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from bench.applications import SCHEMA, SYSTEM
from bench.measure import peak_memory
from migrate.extract import connect
from migrate.extract.sql import SqlSource
from migrate.platform.layout import layout
from migrate.project.memory import spare_memory
from reconciliation.checks import checks
from reconciliation.compare import read
from reconciliation.evidence import Evidence
from reconciliation.folder import Folder
from reconciliation.running import reconcile
from reconciliation.seals import Seals
from reconciliation.sides import LegacySide, PlatformSide

SHIPPED = Path(__file__).resolve().parents[1] / "mappings" / "gcms"
OURS = Path(__file__).with_name("comparisons")
NAME = "e"
"""Of every evidence, and so of what has made a seal."""


def main() -> None:
    """Compare, and tell what it cost."""
    with tempfile.TemporaryDirectory() as folder:
        json.dump(
            measured(os.environ["BENCH_LEGACY"], os.environ["BENCH_PLATFORM"], Path(folder)), sys.stdout
        )


def measured(legacy_url: str, platform_url: str, folder: Path) -> dict[str, Any]:
    """One check of all rows."""
    spare_memory()
    mappings = folder / "mappings"
    shutil.copytree(SHIPPED, mappings)
    shutil.copytree(OURS, mappings / "compare", dirs_exist_ok=True)
    tables, rows = layout(), {"rows": checks()["rows"]}
    comparisons = read(mappings, tables)
    began = time.monotonic()
    source = connect(legacy_url)
    assert isinstance(source, SqlSource)
    legacy = LegacySide(source)
    platform = PlatformSide(make_url(platform_url), SCHEMA, tables)
    chosen = {"application": comparisons["application"]}
    evidence = Evidence(SYSTEM, legacy, platform, chosen, tables, legacy.clock(), {}, folder / NAME, mappings)
    if "BENCH_SEALS" in os.environ:
        evidence = replace(evidence, seals=seals(Path(os.environ["BENCH_SEALS"])))
    summary = reconcile(evidence, rows, Folder.make(folder, NAME), dict, lambda timing: {})
    seconds = time.monotonic() - began
    found = {finding.subject.name: finding for finding in summary.findings}
    platform.close()
    legacy.close()
    source.close()
    return {
        "seconds": seconds,
        "memory": peak_memory(),
        "verdict": summary.verdict,
        "rows": found["application"].compared,
        "differences": sum(finding.differing for finding in found.values()),
        "ended": datetime.now(UTC).isoformat(),
    }


def seals(folder: Path) -> Seals:
    """Those that an earlier turn has left there; all of them count."""
    return Seals(folder, NAME, Seals(folder, NAME, {}).made_by(NAME))


if __name__ == "__main__":
    main()
