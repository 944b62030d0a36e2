"""Applications: what a client asked for, who takes part, who speaks for them, and what was decided.

The work on an application (assessments, tasks, letters, notes, documents) is in `migrate.platform.work`,
its fees and payments in `migrate.platform.money`.
"""

from migrate.platform.schema import (
    amount,
    at_least,
    check,
    code,
    count,
    day,
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
    "appeal",
    "application",
    "application_association",
    "application_office",
    "application_parent",
    "application_party",
    "application_reference",
    "issued_document",
    "representation",
    "special_program",
    "status_history",
]

application = root_table(
    "application",
    "An application for a visa, permit, status, citizenship or passport, or an investigation.",
    words(
        "number",
        30,
        "Application number as officers and clients know it; it may change once, from temporary to final.",
        required=True,
    ),
    flag("is_temporary_number", "The number is a temporary one: it begins with X.", required=True),
    words("title", 100, "Short title."),
    code("type_code", "application_type", "Application or investigation.", required=True),
    words("sub_type", 30, "Closer type, as written by the office."),
    code("line_of_business_code", "line_of_business", "Line of business.", required=True),
    code("category_code", "category", "Category within the line of business."),
    code("status_code", "application_status", "Open or closed.", required=True),
    code("status_reason_code", "application_reason", "Why the application stands where it stands."),
    instant("status_changed_at", "When the status last changed."),
    code("stage_code", "application_stage", "Stage of processing."),
    code("decision_code", "decision", "Final decision."),
    instant("decided_at", "When the final decision was made."),
    reference("decided_by_id", "user_account", "Who made the final decision."),
    day("received_on", "Date of receipt; never moves, processing times count from it.", required=True),
    code("received_channel_code", "channel", "How the application came in."),
    day("lock_in_on", "Date that fixes the age of children and the rules in force; never moves."),
    instant("opened_at", "When the file was opened.", required=True),
    instant("closed_at", "When the file was closed."),
    instant("due_at", "When the file is due."),
    code("priority_code", "priority", "Priority."),
    words("severity", 30, "Severity, as written by the office."),
    words("origin", 30, "Origin of the file, as written by the office."),
    words("territory", 30, "Territory, as written by the office."),
    reference("applicant_id", "person", "The principal applicant.", required=True),
    reference("organisation_id", "organisation", "Employer, school or sponsoring body."),
    words(
        "applicant_uci_at_intake",
        20,
        "The applicant's UCI as copied when the file was opened; it is not kept up to date.",
    ),
    count("client_count", "Number of clients, as counted by the office."),
    count("visa_count", "Number of visas that may be issued."),
    reference("owner_id", "user_account", "The officer who owns the file."),
    reference("owning_office_id", "office", "Office that owns the record."),
    reference("owning_position_id", "position", "Position that owns the file."),
    code("primary_office_code", "processing_office", "Office that processes the application."),
    code("correspondence_language_code", "language", "Language of letters."),
    code("interview_language_code", "language", "Language of interviews."),
    code("cost_recovery_code", "cost_recovery", "State of the processing fee."),
    code(
        "permanent_residence_fee_code", "fee_state", "State of the right of permanent residence fee (RPRF)."
    ),
    flag("is_overpaid", "More was paid than was due."),
    flag("is_restricted", "The file holds restricted notes.", required=True),
    flag("has_legal_hold", "Nothing of this application may be destroyed while this is true.", required=True),
    day("retention_due_on", "Date on which the file is to be disposed of, unless it has a legal hold."),
    code("disposition_code", "disposition", "What is to become of the file then."),
    words("destination_city", 100, "City of destination in Canada."),
    words("destination_province", 30, "Province of destination in Canada, as written."),
    flag("is_quebec_selected", "The applicant was selected by Québec."),
    words("quebec_certificate_number", 50, "Number of the Québec selection certificate (CSQ)."),
    day("quebec_certificate_expires_on", "Last day of validity of the Québec selection certificate."),
    words("employment_file_number", 50, "File number of the employment department (HRSDC), before 2013."),
    amount("settlement_funds", "Money that the applicant brings, in Canadian dollars."),
    words("external_key", 30, "Key of the application in another system."),
    words("summary", 255, "What the application is about."),
    words("remarks", 1500, "Remarks of the office."),
    words("further_remarks", 255, "Further remarks of the office."),
    at_least("client_count_not_negative", "client_count", 0),
    at_least("visa_count_not_negative", "visa_count", 0),
    index("number"),
    index("owner_id"),
    index("received_on"),
    index("status_code", "line_of_business_code"),
)

application_party = member_table(
    "application_party",
    "application",
    "A person who takes part in an application: applicant, family member, sponsor, host.",
    reference("person_id", "person", "The person.", required=True),
    code("role_code", "case_role", "The person's part in the application.", required=True),
    count("sequence", "Place of the person among the parties."),
    flag("is_accompanying", "The family member goes along; family who stay must still be declared."),
    code("decision_code", "decision", "Decision on this person."),
    code("status_code", "party_status", "Whether the person still takes part."),
    day("valid_from", "First day of the part."),
    day("valid_to", "Last day of the part; empty while it lasts."),
    words("remarks", 250, "Remarks of the office."),
    stamps=True,
)

representation = member_table(
    "representation",
    "application",
    "Authority to act for the client or to receive information, given for one application. Only an accepted"
    " authority in force opens the file to its holder.",
    reference("representative_id", "representative", "Who may act or be informed.", required=True),
    code("role_code", "case_role", "Representative or designee.", required=True),
    code("form_code", "authority_form", "Form by which the authority was given."),
    code("status_code", "authority_status", "Accepted, rejected or cancelled."),
    code("type_code", "representative_type", "Whether the representative is paid."),
    count("sequence", "Place of the representative among the parties."),
    code("party_status_code", "party_status", "Whether the representative still takes part."),
    day("valid_from", "First day of the authority."),
    day("valid_to", "Last day of the authority; empty while it lasts."),
    words("remarks", 250, "Remarks of the office."),
    stamps=True,
)

application_office = member_table(
    "application_office",
    "application",
    "A further office that works on an application.",
    code("office_code", "processing_office", "The office.", required=True),
    day("valid_from", "First day of its part."),
    day("valid_to", "Last day of its part; empty while it lasts."),
)

special_program = member_table(
    "special_program",
    "application",
    "A special program or public policy under which an application is processed.",
    code("program_code", "program", "The program.", required=True),
    day("valid_from", "First day on which it applies."),
    day("valid_to", "Last day on which it applies; empty while it does."),
)

application_reference = member_table(
    "application_reference",
    "application",
    "A number by which others know the application, or its earlier temporary number.",
    code(
        "scheme_code", "reference_scheme", "The series of numbers to which the value belongs.", required=True
    ),
    words("value", 50, "The number.", required=True),
    index("value", "scheme_code"),
)

status_history = member_table(
    "status_history",
    "application",
    "A change of the status of an application.",
    code("old_status_code", "application_status", "Status before."),
    code("new_status_code", "application_status", "Status after."),
    instant("occurred_at", "When the status changed."),
    reference("actor_id", "user_account", "Who changed it."),
)

appeal = member_table(
    "appeal",
    "application",
    "An appeal or application for judicial review against the decision on an application.",
    code("body_code", "appeal_body", "Tribunal or court."),
    words("file_number", 50, "File number of the tribunal or court."),
    day("filed_on", "Date of filing."),
    day("decided_on", "Date of the ruling."),
    code("outcome_code", "appeal_outcome", "Outcome."),
)

issued_document = member_table(
    "issued_document",
    "application",
    "A visa, permit, card, certificate or passport issued to a person on the strength of an application.",
    reference("person_id", "person", "To whom it was issued.", required=True),
    code("type_code", "document_type", "Type of the document.", required=True),
    words("number", 100, "Number of the document.", required=True),
    words("number_as_typed", 100, "Number as it was first typed."),
    code("issuing_country_code", "country", "Country of issue."),
    code("status_code", "document_status", "Standing of the document."),
    instant("issued_at", "When it was issued."),
    instant("expires_at", "When it ceases to be valid."),
    words("family_name", 50, "Family name as printed."),
    words("given_name", 50, "Given names as printed."),
    index("number"),
    stamps=True,
)

application_association = root_table(
    "application_association",
    "A link between two applications, such as those of one family.",
    reference(
        "application_id", "application", "The application from whose side the link was made.", required=True
    ),
    reference("related_application_id", "application", "The application at the other end.", required=True),
    code("type_code", "association_type", "Kind of link.", required=True),
    words("remarks", 250, "Remarks of the office."),
)

application_parent = root_table(
    "application_parent",
    "The application above another one, kept apart so that either may be loaded first. A link that would close"
    " a circle is cut, and marked.",
    reference("application_id", "application", "The application below.", required=True),
    reference("parent_id", "application", "The application directly above; empty where the link was cut."),
    reference(
        "master_id",
        "application",
        "The application that leads the whole group; empty where the link was cut.",
    ),
    unique("application_id"),
    check("not_its_own_parent", "parent_id <> application_id"),
    check("not_its_own_master", "master_id <> application_id"),
)
