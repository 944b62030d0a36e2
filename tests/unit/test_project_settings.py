"""Settings: what migrate.toml may say; every mistake is told at once, with its line, and without secrets."""

import doctest
from datetime import timedelta
from decimal import Decimal

import pytest

from migrate import errors
from migrate.errors import InvalidInput
from migrate.project import secrets, settings, units
from migrate.project.lines import lines_of
from migrate.project.starting import settings_text

MINIMAL = b'[legacy]\nurl = "env:GCMS_URL"\n'


def mistakes(text: str | bytes) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        settings.read(text.encode() if isinstance(text, str) else text, "migrate.toml")
    return [str(mistake) for mistake in caught.value.mistakes]


def test_the_doctests_of_units_secrets_and_errors_hold():
    for module in (units, secrets, errors):
        assert doctest.testmod(module).failed == 0


def test_a_legacy_url_is_all_that_must_be_written():
    read = settings.read(MINIMAL, "migrate.toml")
    assert read.platform.url == "embedded"
    assert read.platform.schema_name == "case_platform"
    assert read.legacy.schema_name is None
    assert (read.run.batch_rows, read.run.overlap) == (50_000, timedelta(minutes=30))
    assert (read.limits.memory, read.limits.max_vanished) == (512 << 20, Decimal("0.01"))


@pytest.mark.parametrize("mappings", [False, True])
def test_the_text_that_init_writes_is_valid(mappings):
    read = settings.read(settings_text(mappings=mappings).encode(), "migrate.toml")
    assert read.legacy.url == "env:GCMS_URL"
    assert read.mappings.path == ("mappings/gcms" if mappings else None)


def test_every_mistake_is_told_at_once_with_its_line():
    text = """\
[legacy]
url = "sqlite:///x.db"
shema = "SIEBEL"
timezone = "Amerika/Toronto"

[run]
workers = "2"
batch_rows = 0
overlap = "half an hour"

[limitz]
memory = "512MiB"

[limits]
memory = 512
max_vanished = "101%"
"""
    told = mistakes(text)
    assert [line.split(" ", 1)[0] for line in told] == [
        f"migrate.toml:{n}" for n in (3, 4, 7, 8, 9, 11, 15, 16)
    ]
    assert "did you mean schema?" in told[0]
    assert "is not UTC" in told[1]
    assert "local_instant" in told[1]
    assert "did you mean limits?" in told[5]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 0, "`legacy` is missing"),
        ("[legacy]\n", 1, "`legacy.url` is missing"),
        ('legacy = "x"\n', 1, "`legacy` takes a section"),
        ('[legacy\nurl = "x"\n', 1, "not TOML"),
        ('[legacy]\nurl = env:X\n', 2, "not TOML"),
        ('[legacy]\nurl = "a"\nurl = "b"\n', 3, "not TOML"),
        ('[legacy]\nurl = 3\n', 2, "`legacy.url` takes a text"),
        ('[legacy]\nurl = ""\n', 2, "is no database URL"),
        ('[legacy]\nurl = "mongodb://host/db"\n', 2, "names the kind mongodb"),
        ('[legacy]\nurl = "mariadb+pymysql://host/db"\n', 2, "did you mean mariadb+pyodbc?"),
        ('[legacy]\nurl = "env:X"\nsystem = "G C"\n', 3, "`legacy.system` takes a short name"),
        ('[legacy]\nurl = "env:X"\n[platform]\nurl = "sqlite:///x"\n', 4, "names the kind sqlite"),
        ('[legacy]\nurl = "env:X"\n[platform]\nschema = "migration"\n', 4, "where the state of the runs is kept"),
        ('[legacy]\nurl = "env:X"\n[platform]\nschema = "a;b"\n', 4, "plain name of a schema"),
        ('[legacy]\nurl = "env:X"\n[run]\nworkers = 65\n', 4, "too great; the limit is 64"),
        ('[legacy]\nurl = "env:X"\n[run]\nworkers = true\n', 4, "whole number"),
        ('[legacy]\nurl = "env:X" # \x07\n', 2, "control character"),
        ("# " + "x" * 20_000, 0, "too long for settings"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(text, line, said):
    (told,) = mistakes(text)
    assert told.startswith(f"migrate.toml:{line} " if line else "migrate.toml ")
    assert said in told


def test_bytes_that_are_no_text_are_told_with_their_line():
    (told,) = mistakes(b"[legacy]\n# caf\xe9\n")
    assert told.startswith("migrate.toml:2 byte 0xe9 is not UTF-8")


@pytest.mark.parametrize(
    "url",
    [
        "mariadb+pyodbc://gcms:hunter2@host/db",
        "mariadb+pyodbc://gcms:hun/ter2@host/db",
        "mariadb+pyodbc://gcms:hunter2%40@host/db?charset=utf8",
        "postgresql+psycopg://gcms@host/db?password=hunter2",
        "postgresql+psycopg://gcms@host/db?sslpassword=hunter2",
        "mssql+pyodbc:///?odbc_connect=DRIVER%3DX%3BUID%3Dme%3BPWD%3Dhunter2",
        "mssql+pyodbc:///?odbc_connect=DRIVER=X;PWD=hunter2",
        "oracle+oracledb://gcms:hunter2@host:1521/?service_name=x",
    ],
)
def test_a_url_with_a_secret_is_refused_with_the_way_out_and_never_shown(url):
    (told,) = mistakes(f'[legacy]\nurl = "{url}"\n')
    assert told.startswith("migrate.toml:2 `legacy.url` holds a secret")
    assert "env:NAME" in told
    assert "hunter2" not in told
    assert "ter2" not in told


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql+psycopg://me:hun@ter2/x@host/db", "has an @ or / in its user or password"),
        ("postgresql+psycopg://me:hunter2/@host/db", "has an @ or / in its user or password"),
        ("postgresql+psycopg://me:hunter2@host:hunter/db", "has a port that is no number"),
        ("hunter2", "is no database URL"),
    ],
)
def test_a_url_behind_a_reference_is_checked_before_a_part_of_its_password_passes_as_a_host(url, told):
    with pytest.raises(settings.Advised, match=told) as caught:
        settings.check_url(url, settings.LEGACY_KINDS)
    assert "ter" not in f"{caught.value} {caught.value.instead}"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://me:hun%40ter2@[::1]:5432/db",
        "mssql+pyodbc:///?odbc_connect=DRIVER%3DX%3BPWD%3Da%40b%2Fc",
        "postgresql+psycopg://me@/db?host=/run/a@b",
        "oracle+oracledb://me:x@host:1521/?service_name=x",
    ],
)
def test_a_url_whose_parts_are_plain_is_taken(url):
    settings.check_url(url, settings.LEGACY_KINDS)


@pytest.mark.parametrize("reference", ["env:", "env:a=b", "env:1"])
def test_a_reference_to_no_variable_says_so(reference, tmp_path):
    with pytest.raises(secrets.Unresolved, match="not followed by the name of a variable"):
        secrets.resolve(reference, tmp_path, {})


@pytest.mark.parametrize("text", ['[legacy]\nurl = "mysql://a:hunter2@b"x\n', "[legacy]\nhunter2 = = 3\n"])
def test_a_broken_line_is_not_quoted(text):
    assert "hunter2" not in " ".join(mistakes(text))


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://me@/db?host=/run/pg",
        "sqlite:///C:/a@b.db",
        "postgresql+psycopg://h/db?sslkey=/k.pem",
    ],
)
def test_a_url_without_a_secret_may_be_written_down(url):
    assert settings.read(f'[legacy]\nurl = "{url}"\n'.encode(), "f").legacy.url == url


def test_masking_hides_passwords_in_any_text():
    text = "cannot open mysql+pyodbc://me:hun@ter2@h/db and X;PWD=hunter2;Y and ?sslpassword=hunter2&x=1 PWD%3Dhunter2"
    assert "ter2" not in errors.masked(text)
    assert "x=1" in errors.masked(text)


def test_a_secret_does_not_show_itself():
    secret = secrets.Secret("hunter2")
    assert "hunter2" not in f"{secret} {secret!r} {[secret]}"
    assert secret.reveal() == "hunter2"


def test_the_line_of_a_key_is_found_in_every_form_of_toml():
    text = '# c\na.b = 1\n[c]\nd = """\nx = 1\n"""\ne = [\n  1,\n]\n"f g" = { h = 1 }\n[[i]]\nj = 1\n'
    lines = lines_of(text)
    assert lines[("a", "b")] == 2
    assert lines[("c", "d")] == 4
    assert lines[("c", "e")] == 7
    assert lines[("c", "f g", "h")] == 10
    assert lines[("i",)] == 11
    assert ("c", "x") not in lines


def test_the_file_system_is_one_folder_or_several():
    one = settings.read(b'[legacy]\nurl = "env:GCMS_URL"\nfiles = "fs"\n', settings.FILE)
    two = settings.read(b'[legacy]\nurl = "env:GCMS_URL"\nfiles = ["fs1", "fs2"]\n', settings.FILE)
    assert (one.legacy.files, two.legacy.files) == (("fs",), ("fs1", "fs2"))
    with pytest.raises(InvalidInput, match="takes a folder or a list of folders"):
        settings.read(b'[legacy]\nurl = "env:GCMS_URL"\nfiles = 3\n', settings.FILE)
