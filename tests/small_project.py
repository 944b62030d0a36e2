"""A small project for tests of commands and flows: two entities, and a legacy database of a few rows, some of them bad.

    folder = small_project(tmp_path, platform=postgres_url)      its settings name files, never a secret

Of six offices one has a name that is too long (rejected, its value protected) and one hangs on an office that does not
exist (held). A user who is written in a row exists nowhere (a stand-in).
"""

import sqlite3
from pathlib import Path

from migrate.project.starting import settings_text

PERSON = "Tremblay-Canary"
"""Stands in a cell that no output may show."""

USER = """\
entity: user
root: {table: S_USER}
tables:
  user_account:
    from: S_USER
    fields:
      login:         LOGIN
      status_code:   {value: ACTIVE}
      external_key:  {from: ROW_ID, class: A}
      recorded_at:   {from: CREATED, do: [instant]}
drop:
  S_USER:
    CONFLICT_ID: not used here
"""

OFFICE = """\
entity: office
root: {table: S_BU}
after: [user]
tables:
  office:
    from: S_BU
    fields:
      name:           {from: NAME, do: [trim], class: A, required: true}
      parent_id:      {from: PAR_BU_ID, ref: office}
      recorded_at:    {from: CREATED, do: [instant]}
      recorded_by_id: {from: CREATED_BY, ref: user, else: stub}
      changed_at:     {from: LAST_UPD, do: [instant]}
      changed_by_id:  {from: LAST_UPD_BY, ref: user, else: stub}
drop:
  S_BU:
    CONFLICT_ID: not used here
"""

OFFICE_EXAMPLES = """\
- example: an office with a parent
  given:
    S_BU:
      - {ROW_ID: 0-B, NAME: Ottawa, PAR_BU_ID: 0-A, CREATED: '2020-01-01 10:00:00', CREATED_BY: 0-1,
         LAST_UPD: '2020-01-02 10:00:00', LAST_UPD_BY: 0-1}
  expect:
    office: [{name: Ottawa, parent_id: office/0-A, recorded_at: '2020-01-01 10:00:00'}]
    quarantine: []
- example: an office needs a name
  given:
    S_BU:
      - {ROW_ID: 0-B, CREATED: 2020-01-01, CREATED_BY: 0-1, LAST_UPD: 2020-01-02, LAST_UPD_BY: 0-1}
  expect:
    quarantine: [{rule: required, column: NAME, scope: entity}]
"""

COMPARE_USER = """\
entity: user
root: {table: S_USER, is: user_account}
pairs:
  user_account:
    fields:
      login:        {with: LOGIN, class: A}
      status_code:  {value: ACTIVE}
      external_key: {with: ROW_ID, class: A}
      recorded_at:  CREATED
    unchecked:
      login_domain:       not in the old database
      status_as_recorded: not in the old database
      family_name:        not in the old database
      given_name:         not in the old database
      job_title:          not in the old database
      email:              not in the old database
      last_login_at:      not in the old database
      recorded_by_id:     not in the old database
      changed_at:         not in the old database
      changed_by_id:      not in the old database
"""

COMPARE_OFFICE = """\
entity: office
root: {table: S_BU, is: office}
pairs:
  office:
    fields:
      name:           {with: NAME, as: [trim], class: A}
      parent_id:      {with: PAR_BU_ID, names: office, class: A}
      recorded_at:    CREATED
      recorded_by_id: {with: CREATED_BY, names: user}
      changed_at:     LAST_UPD
      changed_by_id:  {with: LAST_UPD_BY, names: user}
totals:
  offices by year: {of: office, by: [{year: recorded_at}]}
"""

TABLES = """\
CREATE TABLE S_USER (ROW_ID VARCHAR(15) PRIMARY KEY NOT NULL, LOGIN VARCHAR(50), CREATED DATETIME NOT NULL, CONFLICT_ID VARCHAR(15));
CREATE TABLE S_BU (ROW_ID VARCHAR(15) PRIMARY KEY NOT NULL, NAME VARCHAR(200), PAR_BU_ID VARCHAR(15), CREATED DATETIME NOT NULL,
  CREATED_BY VARCHAR(15), LAST_UPD DATETIME NOT NULL, LAST_UPD_BY VARCHAR(15), CONFLICT_ID VARCHAR(15));
INSERT INTO S_USER VALUES ('0-1', 'ann', '2019-01-01 08:00:00.000000', '0'), ('0-2', 'ben', '2019-01-01 08:00:00.000000', '0');
"""  # noqa: E501

OFFICES = [
    ("0-A", "Canada", None, "0-1"),
    ("0-B", "Ottawa", "0-A", "0-1"),
    ("0-C", "Sydney", "0-A", "0-2"),
    ("0-D", "Accra", "0-A", "0-GONE"),
    ("0-E", f"{PERSON} " * 10, "0-A", "0-1"),
    ("0-F", "Nowhere", "0-LOST", "0-LEFT"),
]
BOOKS = {
    "user": {"read": 2, "created": 2, "rejected": 0, "held": 0},
    "office": {"read": 6, "created": 4, "rejected": 1, "held": 1},
}
"""What the books of a full load say."""


def small_project(
    folder: Path, *, platform: str = "embedded", batch_rows: int = 50_000, patience: str = "30s"
) -> Path:
    """Write the project, its mappings and its legacy database.

    platform:  URL of its platform, written into a file of its own.
    """
    project = folder / "project"
    (project / "mappings").mkdir(parents=True)
    for name, text in {"user": USER, "office": OFFICE, "office.examples": OFFICE_EXAMPLES}.items():
        (project / "mappings" / f"{name}.yaml").write_text(text)
    (project / "mappings" / "compare").mkdir()
    for name, text in {"user": COMPARE_USER, "office": COMPARE_OFFICE}.items():
        (project / "mappings" / "compare" / f"{name}.yaml").write_text(text)
    settings = settings_text("sqlite:///legacy.db", schema=None).replace(
        '# path = "mappings/gcms"', 'path = "mappings"'
    )
    if platform != "embedded":
        (project / "platform.secret").touch(mode=0o600)
        (project / "platform.secret").write_text(platform)
        settings = settings.replace('url = "embedded"', 'url = "file:platform.secret"')
    settings = settings.replace("batch_rows = 50000", f"batch_rows = {batch_rows}")
    (project / "migrate.toml").write_text(settings.replace('patience = "30s"', f'patience = "{patience}"'))
    legacy(project / "legacy.db")
    return project


def legacy(path: Path) -> None:
    """The legacy database, in a file that does not exist yet."""
    with sqlite3.connect(path) as database:
        database.executescript(TABLES)
        rows = [
            (key, name, parent, "2020-01-01 10:00:00.000000", by, "2020-01-02 10:00:00.000000", by, "0")
            for key, name, parent, by in OFFICES
        ]
        database.executemany("INSERT INTO S_BU VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
    database.close()


def at_source(project: Path, *statements: str) -> None:
    """Officers' work on the legacy database of a small project."""
    with sqlite3.connect(project / "legacy.db") as database:
        for statement in statements:
            database.execute(statement)
    database.close()
