"""What is told of a platform that cannot be reached."""

import traceback

import pytest

from migrate.errors import MigrateError
from migrate.postgres import connect

CANARY = "canary-value"


def test_what_the_library_says_of_a_url_stands_neither_in_our_error_nor_behind_it() -> None:
    with pytest.raises(MigrateError) as caught:
        connect(f"postgresql+psycopg://127.0.0.1:9/platform?sslmode={CANARY}", "a test")
    assert CANARY not in "".join(traceback.format_exception(caught.value))
    assert caught.value.__context__ is None
