"""Parties beside the clients: organisations, offices, representatives, users and positions."""

from migrate.platform.places import address_columns, contact_point_columns
from migrate.platform.schema import (
    code,
    day,
    elsewhere,
    flag,
    index,
    instant,
    member_table,
    reference,
    root_table,
    unique,
    words,
)

__all__ = [
    "office",
    "organisation",
    "organisation_address",
    "organisation_contact_point",
    "position",
    "position_holder",
    "representative",
    "representative_address",
    "representative_contact_point",
    "representative_membership",
    "user_account",
]

user_account = root_table(
    "user_account",
    "A user of the department's systems; one of whom only references are left is kept as a former user.",
    words("login", 50, "Login name; empty for a former user of whom only the key is known."),
    words("login_domain", 50, "Domain of the login name."),
    code("status_code", "user_status", "Active, inactive or former.", required=True),
    words("status_as_recorded", 30, "Standing of the login, as written by the office."),
    words("family_name", 50, "Family name of the officer."),
    words("given_name", 50, "Given names of the officer."),
    words("job_title", 75, "Job title of the officer."),
    words("email", 350, "Work e-mail address."),
    instant("last_login_at", "When the user last signed in."),
    words(
        "external_key",
        30,
        "Key of the user in the system of origin; for a former user all that is left.",
        required=True,
    ),
    unique("external_key"),
    index("login"),
    stamps_required=False,
)

office = root_table(
    "office",
    "An organisational unit of the department that owns records and decides who sees them.",
    words("name", 100, "Name of the office.", required=True),
    reference("parent_id", "office", "The office above.", waits=True),
    elsewhere("not_its_own_parent", "parent_id", "office_id"),
)

organisation = root_table(
    "organisation",
    "A law firm, employer, school, governing body or partner.",
    words("name", 100, "Name of the organisation.", required=True),
    words("location", 50, "Site that tells apart organisations of one name."),
    words("number", 50, "Number of the organisation."),
    code("type_code", "organisation_type", "Kind of organisation."),
    flag("is_internal", "The organisation is a part of the department.", required=True),
    reference("parent_id", "organisation", "The organisation above.", waits=True),
    reference("owning_office_id", "office", "Office that owns the record."),
    words("external_key", 30, "Key of the organisation in another system."),
    elsewhere("not_its_own_parent", "parent_id", "organisation_id"),
)

organisation_address = member_table(
    "organisation_address", "organisation", "An address of an organisation.", *address_columns()
)

organisation_contact_point = member_table(
    "organisation_contact_point",
    "organisation",
    "A telephone number or e-mail address of an organisation.",
    *contact_point_columns(),
)

position = root_table(
    "position",
    "A seat in the department that users hold one after the other; access follows the seat.",
    words("name", 50, "Name of the position.", required=True),
    code("type_code", "position_type", "Kind of position."),
    reference("organisation_id", "organisation", "Organisation to which the position belongs."),
    reference("parent_id", "position", "The position above.", waits=True),
    reference("holder_id", "user_account", "The user who holds the position first."),
    elsewhere("not_its_own_parent", "parent_id", "position_id"),
)

position_holder = member_table(
    "position_holder",
    "position",
    "A user who holds or held a position.",
    reference("user_account_id", "user_account", "The user.", required=True),
    instant("held_from_at", "From when the user held the position."),
    instant("held_to_at", "Until when the user held the position; empty while it lasts."),
)

representative = root_table(
    "representative",
    "A person who acts for clients. Authority is given for each application apart.",
    words("party_number", 100, "Party ID given by the department."),
    words("family_name", 100, "Family name, or the single name."),
    words("given_name", 100, "Given names."),
    words("middle_name", 50, "Middle name where it was recorded apart."),
    words("title", 15, "Form of address before the name."),
    words("suffix", 15, "What follows the name."),
    reference("organisation_id", "organisation", "Firm for which the representative works."),
    words("job_title", 75, "Job title in the firm."),
    words("occupation", 50, "Occupation as declared."),
    code("preferred_language_code", "language", "Language in which the representative wishes to be served."),
    words(
        "preferred_contact_method",
        30,
        "How the representative wishes to be contacted, as written by the office.",
    ),
    words("record_status", 30, "State of the record, as written by the office."),
    words("record_status_reason", 30, "Reason for the state of the record, as written by the office."),
    flag("is_active", "The record is in use.", required=True),
    flag("is_private", "The record is shown to its owners only."),
    flag("is_restricted", "The whole record is restricted to authorized officers.", required=True),
    flag("has_legal_hold", "Nothing of this record may be destroyed while this is true.", required=True),
    reference("owning_office_id", "office", "Office that owns the record."),
    reference("responsible_position_id", "position", "Position that is responsible for the record."),
    words("external_key", 30, "Key of the representative in another system."),
    words("remarks", 255, "Remarks of the office."),
    index("party_number"),
)

representative_membership = member_table(
    "representative_membership",
    "representative",
    "A representative's membership in a body that governs the profession.",
    code("governing_body_code", "governing_body", "The governing body.", required=True),
    words("membership_number", 50, "Number of the membership."),
    day("valid_from", "First day of the membership."),
    day("valid_to", "Last day of the membership; empty while it lasts."),
)

representative_address = member_table(
    "representative_address", "representative", "An address of a representative.", *address_columns()
)

representative_contact_point = member_table(
    "representative_contact_point",
    "representative",
    "A telephone number or e-mail address of a representative.",
    *contact_point_columns(),
)
