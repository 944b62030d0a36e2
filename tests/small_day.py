"""A day of work on the small project, so small that it can be followed a hundred times: what every net has to find.

    day = SmallDay.made(folder)                       its legacy databases, as they were and as they are
    project = day.project(folder, platform=url)       over the database as it was
    day.comes(project)                                the officers' work is done

Offices tell of changes by stamps, users do not, so that every net reads these whole. In the day an office is renamed,
one comes, one is repaired, the parent that another waited for arrives, two come to contest a label; one is deleted,
one is merged by a claim and one because all that hung on it moved to another; one is changed without a trace. A user
comes, and one goes. A delta finds what is stamped, a sweep what has moved a number and what is gone, a deep run also
what has left no trace.
"""

import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.small_project import OFFICE, USER, legacy, small_project

MAPPINGS = {
    "user": USER.replace("root:", "vanished: remove\nroot:"),
    "office": OFFICE.replace(
        "root:",
        "changes: {stamps: [LAST_UPD]}\nmerged: S_BU.SWALLOWED\n"
        "natural:\n  label: {from: LABEL, do: [trim]}\n"
        "rules:\n  label_contested: {contested: {natural: label}, else: reject}\n"
        "root:",
    ),
}
MODES = ("full", "delta", "sweep", "deep")

_BEFORE = """\
ALTER TABLE S_BU ADD COLUMN LABEL VARCHAR(20);
ALTER TABLE S_BU ADD COLUMN SWALLOWED VARCHAR(15);
INSERT INTO S_USER VALUES ('0-7', 'eve', '2019-01-01 08:00:00.000000', '0');
INSERT INTO S_BU (ROW_ID, NAME, PAR_BU_ID, CREATED, CREATED_BY, LAST_UPD, LAST_UPD_BY, CONFLICT_ID, LABEL)
SELECT column1, column2, column3, '2020-01-01 10:00:00.000000', '0-1', '2020-01-02 10:00:00.000000', '0-2', '0', column4
FROM (VALUES ('0-H', 'Paris', '0-A', NULL), ('0-I', 'Lyon', '0-H', NULL), ('0-J', 'Lima', '0-A', 'Andes'),
             ('0-K', 'Cusco', '0-A', 'Peru'), ('0-L', 'Quito', '0-A', NULL));
"""
_DAY = """\
UPDATE S_BU SET NAME = 'Gatineau', SWALLOWED = '0-D', LAST_UPD = {now} WHERE ROW_ID = '0-B';
UPDATE S_BU SET NAME = 'Dublin', LAST_UPD = {now} WHERE ROW_ID = '0-E';
UPDATE S_BU SET LABEL = 'Peru', LAST_UPD = {now} WHERE ROW_ID = '0-J';
UPDATE S_BU SET PAR_BU_ID = '0-B', LAST_UPD = {now} WHERE ROW_ID = '0-I';
UPDATE S_BU SET NAME = 'Quito Sur' WHERE ROW_ID = '0-L';
INSERT INTO S_BU (ROW_ID, NAME, PAR_BU_ID, CREATED, CREATED_BY, LAST_UPD, LAST_UPD_BY, CONFLICT_ID) VALUES
    ('0-LOST', 'Found', '0-A', '2020-01-01 10:00:00.000000', '0-1', {now}, '0-3', '0'),
    ('0-M', 'Mexico', '0-LOST', '2020-01-01 10:00:00.000000', '0-NEVER', {now}, '0-1', '0');
DELETE FROM S_BU WHERE ROW_ID IN ('0-C', '0-D', '0-H');
INSERT INTO S_USER VALUES ('0-3', 'carl', '2019-01-01 08:00:00.000000', '0');
DELETE FROM S_USER WHERE ROW_ID = '0-7';
"""
_NOW = "strftime('%Y-%m-%d %H:%M:%f000', 'now')"


@dataclass(frozen=True)
class SmallDay:
    """The legacy database before and after the day, each in a file."""

    before: Path
    after: Path

    @classmethod
    def made(cls, folder: Path, now: str = _NOW) -> Self:
        """Write both. now: SQL of the instant at which the officers work, by the source's clock."""
        home = folder / "day"
        home.mkdir()
        day = cls(home / "before.db", home / "after.db")
        legacy(day.before)
        _do(day.before, _BEFORE)
        shutil.copy(day.before, day.after)
        _do(day.after, _DAY.format(now=now))
        return day

    def project(
        self, folder: Path, *, platform: str, batch_rows: int = 50_000, patience: str = "30s", nights: int = 1
    ) -> Path:
        """A project over the database as it was before the day."""
        made = small_project(folder, platform=platform, batch_rows=batch_rows, patience=patience)
        for entity, mapping in MAPPINGS.items():
            (made / "mappings" / f"{entity}.yaml").write_text(mapping)
        settings = made / "migrate.toml"
        settings.write_text(settings.read_text().replace("deep_nights = 7 ", f"deep_nights = {nights} "))
        assert f"\ndeep_nights = {nights}" in settings.read_text()
        shutil.copy(self.before, made / "legacy.db")
        return made

    def comes(self, project: Path) -> None:
        """Put the database as it is after the day in the place of the other."""
        shutil.copy(self.after, project / "legacy.db")


def _do(file: Path, statements: str) -> None:
    with sqlite3.connect(file) as database:
        database.executescript(statements)
    database.close()
