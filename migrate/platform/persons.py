"""Persons: who a client is, by every name, date, number and document the department has seen.

A person is recorded as found. Several names, several and partial birth dates, several identifiers stand
beside each other with their sources; nothing is made up and nothing is chosen here. Addresses and contact
points belong to one person each, also where the system of origin shared them.
"""

from migrate.platform.places import address_columns, contact_point_columns
from migrate.platform.schema import (
    check,
    code,
    day,
    flag,
    index,
    instant,
    member_table,
    reference,
    root_table,
    small,
    unique,
    words,
)

__all__ = [
    "household",
    "household_member",
    "identity_document",
    "person",
    "person_address",
    "person_birth_date",
    "person_citizenship",
    "person_clearance",
    "person_contact_point",
    "person_identifier",
    "person_language",
    "person_name",
    "person_relation",
]

person = root_table(
    "person",
    "A natural person known to the department as a client: one row for each record, duplicates included.",
    code("sex_code", "sex", "Sex or gender as recorded by the department."),
    code("marital_status_code", "marital_status", "Marital status as last declared."),
    day("marital_status_since", "Date from which the marital status holds."),
    words("birth_place", 100, "City or place of birth, as written."),
    code("birth_country_code", "country", "Country of birth, historic countries kept."),
    code("nationality_code", "country", "Nationality as recorded beside the list of citizenships."),
    day("died_on", "Date of death."),
    flag("is_single_name", "The person is known by one name only, which is then the family name."),
    words("mother_maiden_name", 50, "Family name at birth of the person's mother."),
    code("resident_status_code", "resident_status", "Status of residence in Canada."),
    words("ethnicity", 30, "Ethnic origin as declared; only for the measurement of fairness."),
    words("race", 30, "Race as declared; only for the measurement of fairness."),
    words("eye_colour", 30, "Colour of eyes, as written."),
    words("hair_colour", 30, "Colour of hair, as written."),
    words("height", 20, "Height, as written, in the unit beside it."),
    words("height_unit", 30, "Unit of the height, as written."),
    words("weight", 20, "Weight, as written, in the unit beside it."),
    words("weight_unit", 30, "Unit of the weight, as written."),
    words("occupation", 50, "Occupation as declared."),
    words("job_title", 75, "Job title as declared."),
    code("preferred_language_code", "language", "Language in which the person wishes to be served."),
    words("preferred_contact_method", 30, "How the person wishes to be contacted, as written by the office."),
    code("client_status_code", "client_status", "Standing of the client."),
    words("record_status", 30, "State of the client record, as written by the office."),
    words("record_status_reason", 30, "Reason for the state of the record, as written by the office."),
    flag("is_active", "The client record is in use.", required=True),
    flag("is_private", "The record is shown to its owners only."),
    flag("is_suspect", "The person is under suspicion; shown to authorized officers only."),
    flag("is_on_watch_list", "The person is on a watch list; shown to authorized officers only."),
    flag("is_restricted", "The whole record is restricted to authorized officers.", required=True),
    flag("has_legal_hold", "Nothing of this person may be destroyed while this is true.", required=True),
    instant("promoted_at", "When the record was taken over from the department's previous system."),
    reference("owning_office_id", "office", "Office that owns the record."),
    reference("responsible_position_id", "position", "Position that is responsible for the record."),
    reference(
        "merged_into_id", "person", "The record that goes on for this person after a merge.", waits=True
    ),
    words("external_key", 30, "Key of the person in another system."),
    words("remarks", 255, "Remarks of the office."),
    check("not_merged_into_itself", "merged_into_id <> person_id"),
)

person_name = member_table(
    "person_name",
    "person",
    "A name by which a person is or was known. A single name is whole in family_name; given_name stays empty.",
    code("type_code", "name_type", "Legal, also known as, former or other.", required=True),
    words(
        "family_name",
        100,
        "Family name, or the single name; empty only where the record held nothing but blanks.",
    ),
    words("given_name", 100, "Given names; empty for a single name."),
    words("middle_name", 50, "Middle name where it was recorded apart from the given names."),
    words("patronymic", 50, "Patronymic or father's family name where it was recorded apart."),
    words("title", 15, "Form of address before the name."),
    words("suffix", 15, "What follows the name."),
    code("source_code", "name_source", "Where the spelling comes from."),
    code("source_document_type_code", "document_type", "Type of the document that proves the name."),
    words("source_document_number", 50, "Number of the document that proves the name."),
    flag("is_from_mrz", "The spelling is that of a machine-readable zone (ICAO Doc 9303)."),
    day("valid_from", "First day on which the name was borne."),
    day("valid_to", "Last day on which the name was borne; empty while it is in use."),
    flag("is_primary", "The name under which the department knows the person.", required=True),
    index("family_name", "given_name"),
)

person_birth_date = member_table(
    "person_birth_date",
    "person",
    "A date of birth on record. An incomplete date stays incomplete: no part is ever made up.",
    code("type_code", "birth_date_type", "Current, former or also known as.", required=True),
    small("birth_year", "Year of birth; empty when unknown."),
    small("birth_month", "Month of birth, 1 to 12; empty when unknown."),
    small("birth_day", "Day of birth, 1 to 31; empty when unknown."),
    day("born_on", "The whole date, only where year, month and day are known and form a date."),
    words("as_recorded", 30, "The date as it was typed, unknown parts marked with asterisks."),
    flag(
        "is_primary",
        "The date by which the department knows the person; more than one is damage, and marked.",
        required=True,
    ),
    code("source_document_type_code", "document_type", "Type of the document that proves the date."),
    words("reason", 255, "Why the date was added or demoted."),
    check("month_in_year", "birth_month BETWEEN 1 AND 12"),
    check("day_in_month", "birth_day BETWEEN 1 AND 31"),
    check("year_in_calendar", "birth_year BETWEEN 1 AND 9999"),
    check(
        "whole_date_has_its_parts",
        "born_on IS NULL OR (birth_year IS NOT NULL AND birth_month IS NOT NULL AND birth_day IS NOT NULL"
        " AND EXTRACT(year FROM born_on) = birth_year AND EXTRACT(month FROM born_on) = birth_month"
        " AND EXTRACT(day FROM born_on) = birth_day)",
    ),
)

person_identifier = member_table(
    "person_identifier",
    "person",
    "A number that identifies a person: a client identifier (UCI) or the number of an older system.",
    code(
        "scheme_code", "identifier_scheme", "The series of numbers to which the value belongs.", required=True
    ),
    words(
        "value",
        50,
        "The number, without hyphens or blanks; a number of unknown shape as written.",
        required=True,
    ),
    code("status_code", "identifier_status", "Permanent, temporary or retired."),
    day("since", "Date from which the number or its status holds."),
    index("value", "scheme_code"),
)

person_citizenship = member_table(
    "person_citizenship",
    "person",
    "A citizenship held by a person, now or in the past.",
    code(
        "country_code", "country", "Country of citizenship, historic and stateless included.", required=True
    ),
    day("valid_from", "First day of the citizenship."),
    day("valid_to", "Last day of the citizenship; empty while it is held."),
    flag("is_primary", "The citizenship that the department uses first.", required=True),
)

person_language = member_table(
    "person_language",
    "person",
    "A language that a person speaks.",
    code("language_code", "language", "The language.", required=True),
    day("valid_from", "First day on which it was declared."),
    day("valid_to", "Last day on which it was declared."),
)

identity_document = member_table(
    "identity_document",
    "person",
    "A passport, identity or civil document of a person, or a document issued outside any application.",
    code(
        "register_code",
        "document_register",
        "Whether the client presented it or the department issued it.",
        required=True,
    ),
    code("type_code", "document_type", "Type of the document.", required=True),
    words("number", 100, "Number of the document.", required=True),
    words("number_as_typed", 100, "Number as it was first typed."),
    code("issuing_country_code", "country", "Country or authority of issue (ICAO Doc 9303 codes)."),
    code("status_code", "document_status", "Standing of the document."),
    day("issued_on", "Date of issue."),
    day("expires_on", "Last day of validity."),
    flag("is_primary", "The document that the department uses first."),
    words("family_name", 50, "Family name as printed in the visual zone."),
    words("given_name", 50, "Given names as printed in the visual zone."),
    words("birth_date_as_printed", 10, "Date of birth as printed, unknown parts marked."),
    words("sex_as_printed", 1, "Sex marker as printed."),
    words("mrz_line_1", 44, "First line of the machine-readable zone, as read."),
    words("mrz_line_2", 44, "Second line of the machine-readable zone, as read."),
    words("mrz_line_3", 30, "Third line of the machine-readable zone, as read."),
    index("number"),
    stamps=True,
)

person_address = member_table(
    "person_address",
    "person",
    "An address of one person; a shared address is copied to each.",
    *address_columns(),
)

person_contact_point = member_table(
    "person_contact_point",
    "person",
    "A telephone number or e-mail address of a person.",
    *contact_point_columns(),
)

person_clearance = member_table(
    "person_clearance",
    "person",
    "Where a person stands with biometrics and the immigration medical exam.",
    flag("has_given_biometrics", "Biometrics were given."),
    words("biometrics_number", 50, "Number of the biometric enrolment."),
    day("biometrics_enrolled_on", "Date of enrolment."),
    day("biometrics_valid_until", "Last day on which the biometrics are valid."),
    words("medical_exam_number", 50, "Number of the immigration medical exam (IME)."),
    words("unique_medical_identifier", 50, "Unique medical identifier number."),
    day("medical_exam_valid_until", "Last day on which the medical exam is valid."),
    unique("person_id"),
)

person_relation = root_table(
    "person_relation",
    "A family or other link between two persons, with what each is to the other.",
    reference("person_id", "person", "The person from whose side the link was recorded.", required=True),
    reference("related_person_id", "person", "The person at the other end.", required=True),
    code("relation_code", "relation", "What the related person is to the person.", required=True),
    code(
        "inverse_relation_code",
        "relation",
        "What the person is to the related person, derived from relation_code.",
    ),
    day("valid_from", "First day of the link."),
    day("valid_to", "Last day of the link; empty while it lasts."),
    code("status_code", "relation_status", "Whether the link lasts."),
    words("remarks", 250, "Remarks of the office."),
)

household = root_table(
    "household",
    "A household: persons who live or apply together.",
    words("name", 100, "Name of the household."),
    words("type", 30, "Type of group, as written by the office."),
)

household_member = member_table(
    "household_member",
    "person",
    "A person's place in a household.",
    reference("household_id", "household", "The household.", required=True),
    code("role_code", "household_role", "The person's part in the household."),
    words("relation_detail", 30, "Closer description of the part, as written by the office."),
    words("title", 100, "The person's title in the household."),
    instant("joined_at", "When the person joined."),
    instant("left_at", "When the person left; empty while the person belongs to it."),
    words("remarks", 255, "Remarks of the office."),
)
