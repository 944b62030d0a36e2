"""The tests of the tests: a safeguard that is taken away is noticed."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sabotage.safeguards import SAFEGUARDS, Safeguard
from tools.sabotage import ROOT, copy_of_the_tree, without

QUICK = [safeguard for safeguard in SAFEGUARDS if safeguard.quick]


@pytest.fixture(scope="module")
def tree() -> Iterator[Path]:
    with copy_of_the_tree() as folder:
        yield folder


@pytest.mark.parametrize("safeguard", SAFEGUARDS, ids=lambda one: one.name)
def test_every_safeguard_stands_where_the_list_says(safeguard: Safeguard) -> None:
    assert (ROOT / safeguard.file).read_text(encoding="utf-8").count(safeguard.old) == 1


def test_five_safeguards_taken_away_are_noticed(tree: Path, seed: int) -> None:
    """Those that need no server, drawn at random; `make sabotage` takes all of them."""
    for safeguard in random.Random(seed).sample(QUICK, 5):
        finding = without(safeguard, tree)
        assert finding.noticed, f"{safeguard.name}: no test fails without it\n{finding.output}"
