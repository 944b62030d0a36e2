"""What mappings say of each other is checked against the real platform: where references lead, who may be made up."""

from pathlib import Path

import pytest

from migrate.errors import InvalidInput
from migrate.mapping import load
from migrate.platform.layout import layout
from migrate.project.project import STAND_INS, platform_codes, vocabulary

STAFF = """\
entity: staff
root: {table: STAFF, key: STAFF_ID}
tables:
  user_account: {from: STAFF, fields: {status_code: {value: ACTIVE}, external_key: STAFF_ID}}
"""
SHOP = """\
entity: shop
root: {table: SHOPS, key: SHOP_ID}
after: [staff]
tables:
  office:
    from: SHOPS
    fields:
      name:           NAME
      recorded_at:    MADE
      changed_at:     MADE
      recorded_by_id: {from: MADE_BY, ref: staff, else: stub}
      parent_id:      {from: ABOVE, ref: shop}
"""


def mistakes(folder: Path, shop: str) -> list[str]:
    for name, text in {"staff": STAFF, "shop": shop}.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    try:
        load(
            folder,
            vocabulary=vocabulary(),
            layout=layout(),
            codes=platform_codes(),
            stand_ins=STAND_INS,
        )
    except InvalidInput as error:
        return [f"{mistake.line} {mistake.what}; {mistake.instead}" for mistake in error.mistakes]
    return []


def test_references_to_the_right_tables_are_no_mistakes(tmp_path):
    assert mistakes(tmp_path, SHOP) == []


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        (
            "ref: shop}",
            "ref: staff}",
            "12 field parent_id: office.parent_id names a row of office, staff is a user_account; refer to shop",
        ),
        (
            "ref: shop}",
            "ref: shop, else: stub}",
            (
                "12 field parent_id: `else: stub` depends on which shop is read first; "
                "write `else: hold`, or map the reference by an entity of its own"
            ),
        ),
    ],
)
def test_a_reference_that_cannot_hold_is_a_mistake_with_its_line(tmp_path, right, wrong, told):
    assert mistakes(tmp_path, SHOP.replace(right, wrong)) == [told]


def test_a_stand_in_that_nobody_can_make_is_a_mistake_with_its_line(tmp_path):
    guest = """\
entity: guest
root: {table: GUESTS}
after: [shop]
tables:
  person:
    from: GUESTS
    fields:
      recorded_at:      MADE
      changed_at:       MADE
      has_legal_hold:   {value: false}
      is_active:        {value: true}
      is_restricted:    {value: false}
      owning_office_id: {from: SHOP, ref: shop, else: stub}
"""
    (tmp_path / "guest.yaml").write_text(guest, encoding="utf-8")
    told = (
        "13 field owning_office_id: no row of office can be made up to stand in for a missing one; "
        "write `else: hold`, `flag` or `reject`"
    )
    assert mistakes(tmp_path, SHOP) == [told]


def test_a_missing_code_list_is_to_be_written_with_the_codes_of_the_platform(tmp_path):
    staff = STAFF.replace("{value: ACTIVE}", "{from: STATE, code: user_status}")
    (tmp_path / "staff.yaml").write_text(staff, encoding="utf-8")
    with pytest.raises(InvalidInput, match="the platform's codes are ACTIVE, INACTIVE, FORMER"):
        load(tmp_path, vocabulary=vocabulary(), layout=layout(), codes=platform_codes())
