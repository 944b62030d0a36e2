"""Columns of addresses and contact points, alike for persons, representatives and organisations."""

from typing import Any

from sqlalchemy import CheckConstraint, Column

from migrate.platform.schema import check, code, day, flag, long_text, words


def address_columns() -> tuple[Column[Any], ...]:
    """The columns of one address and what it is used for."""
    return (
        code("use_code", "address_use", "What the address is used for."),
        words("name", 100, "Name given to the address."),
        words("line_1", 200, "First line: number and street, or the whole address."),
        words("line_2", 100, "Second line."),
        words("line_3", 100, "Third line."),
        words("line_4", 100, "Fourth line."),
        words("line_5", 100, "Fifth line."),
        words("city", 100, "City or place."),
        words("county", 50, "County or district."),
        words("province", 50, "Province or state, in full where it was written in full."),
        words("province_short", 10, "Province or state in its short form."),
        words("postal_code", 30, "Postal code, as written when its shape is unknown."),
        code("country_code", "country", "Country of the address."),
        day("valid_from", "First day on which the address is good."),
        day("valid_to", "Last day on which the address is good; empty while it is in use."),
        flag("is_active", "The address is in use."),
        flag("is_primary", "The address that the department uses first.", required=True),
        long_text("as_recorded", "The address as it was typed, where a part of it was converted."),
    )


def contact_point_columns() -> tuple[Column[Any] | CheckConstraint, ...]:
    """The columns of one telephone number or e-mail address."""
    return (
        code("medium_code", "contact_medium", "Telephone, fax or e-mail.", required=True),
        code("use_code", "contact_use", "Home, work, mobile or other."),
        words("label", 50, "Name given to the contact point."),
        words("value", 350, "The number or address as it was typed, extension included.", required=True),
        words(
            "e164",
            16,
            "The telephone number in international form (ITU-T E.164), only where the reading is sure.",
        ),
        words("extension", 20, "Extension of the telephone number, only where the reading is sure."),
        flag("is_primary", "The contact point that the department uses first.", required=True),
        check("e164_shape", r"e164 ~ '^\+[1-9][0-9]{6,14}$'"),
    )
