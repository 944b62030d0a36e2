"""Stand-ins: what their rows hold."""

import pyarrow as pa

from migrate.canonical import derive_id
from migrate.load.stubs import Stub, stub_rows
from tests.contracts.outcomes import LAYOUT


def test_a_stand_in_has_the_derived_id_and_the_legacy_key_where_it_is_wanted() -> None:
    stub = Stub("account", {"login": "legacy:{key}", "status": "FORMER"})
    rows = stub_rows(stub, LAYOUT["account"], "shop", "account", pa.array(["1-A", "1-B"]))
    assert rows.to_pylist() == [
        {"account_id": derive_id("shop", f"account/{key}"), "login": f"legacy:{key}", "status": "FORMER"}
        for key in ("1-A", "1-B")
    ]


def test_constants_take_the_type_of_their_column() -> None:
    rows = stub_rows(
        Stub("thing", {"is_open": False, "name": "?"}), LAYOUT["thing"], "shop", "thing", pa.array(["k"])
    )
    assert rows.schema.field("is_open").type == pa.bool_()
