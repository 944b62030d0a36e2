"""The examples in the documentation of steps and rules are true."""

import doctest
import importlib
from datetime import datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from migrate.transform.library import listing
from migrate.transform.series import DAY, STAMP, cells, column

FAMILIES = sorted({entry.family for entry in listing()})
WORDS = {
    "cells": cells,
    "column": column,
    "datetime": datetime,
    "Decimal": Decimal,
    "pa": pa,
    "STAMP": STAMP,
    "DAY": DAY,
}


@pytest.mark.parametrize("family", FAMILIES)
def test_every_example_gives_what_it_says(family):
    module = importlib.import_module(f"migrate.transform.{family}")
    result = doctest.testmod(module, extraglobs=WORDS)
    assert result.attempted > 0
    assert result.failed == 0
