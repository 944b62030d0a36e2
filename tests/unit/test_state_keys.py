"""Circles of pointers."""

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from migrate.state.keys import circles


@given(st.dictionaries(st.integers(0, 15).map(str), st.integers(0, 20).map(str)))
def test_a_key_is_on_a_circle_exactly_when_following_its_pointers_leads_back(
    pointers: dict[str, str],
) -> None:
    found = circles(pa.array(list(pointers), pa.string()), pa.array(list(pointers.values()), pa.string()))

    def leads_back(key: str) -> bool:
        at: str | None = pointers.get(key)
        for _ in pointers:
            if at == key:
                return True
            at = pointers.get(at) if at is not None else None
        return False

    assert found.to_pylist() == sorted(key for key in pointers if leads_back(key))
