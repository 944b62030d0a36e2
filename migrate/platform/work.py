"""Work on an application: assessments, tasks, letters, online events, notes and documents.

Assessments, tasks, letters and online events are *activities*. An activity number is the officers' own
reference; it may name any of the four, hence columns such as `parent_activity_number` and
`document.activity_number` carry the number instead of a foreign key; each of the four tables is indexed by
it.
"""

from typing import Any

from sqlalchemy import Column, Index

from migrate.platform.schema import (
    at_least,
    big_count,
    code,
    day,
    elsewhere,
    flag,
    index,
    instant,
    long_text,
    member_table,
    reference,
    words,
)

__all__ = ["assessment", "correspondence", "document", "note", "online_event", "task"]


def _activity_columns() -> tuple[Column[Any] | Index, ...]:
    """What assessments, tasks, letters and online events have in common."""
    return (
        words("activity_number", 30, "Number by which officers refer to the activity.", required=True),
        words("title", 250, "Short title."),
        words("sub_type", 30, "Closer type, as written by the office."),
        code("status_code", "activity_status", "State of the work."),
        instant("status_changed_at", "When the state last changed."),
        reference("status_changed_by_id", "user_account", "Who last changed the state."),
        code("priority_code", "priority", "Priority."),
        reference(
            "subject_person_id", "person", "The client concerned; empty where the whole application is."
        ),
        reference("subject_organisation_id", "organisation", "The organisation concerned."),
        reference("assigned_to_id", "user_account", "The officer to whom the work is assigned."),
        reference("assigned_by_id", "user_account", "Who assigned the work."),
        reference("performed_by_id", "user_account", "The officer who did the work."),
        reference("owning_position_id", "position", "Position that owns the work."),
        reference("owning_office_id", "office", "Office that owns the record."),
        words(
            "assigned_to_login",
            50,
            "Login name of the assigned officer as copied then; the user may be gone.",
        ),
        words("recorded_by_login", 50, "Login name of the author as copied then; the user may be gone."),
        instant("due_at", "When the work is due."),
        instant("planned_start_at", "When the work was to begin."),
        instant("planned_end_at", "When the work was to end."),
        instant("started_at", "When the work began."),
        instant("ended_at", "When the work ended."),
        instant("created_at", "When the activity itself was created, where it differs from its record."),
        words("parent_activity_number", 30, "Number of the activity of which this one is a part."),
        words("previous_activity_number", 30, "Number of the activity that this one takes up again."),
        words("preceding_activity_number", 30, "Number of the activity that has to come before."),
        reference("payment_id", "payment", "Payment that the activity is about.", waits=True),
        flag("is_private", "The record is shown to its owners only."),
        words("summary", 255, "What the activity is about."),
        words("remarks", 1500, "Remarks of the officer."),
        words("external_key", 30, "Key of the activity in another system."),
        index("activity_number"),
        index("assigned_to_id"),
    )


def _paper_columns() -> tuple[Column[Any], ...]:
    """The way of a paper that was asked for or sent."""
    return (
        instant("expected_at", "When the papers are expected."),
        instant("received_at", "When the papers came in."),
        instant("sent_at", "When the papers went out."),
    )


assessment = member_table(
    "assessment",
    "application",
    "An assessment of an application or of one client in it, such as eligibility, security or medical.",
    code("type_code", "assessment_type", "What is assessed.", required=True),
    words("version", 15, "Version of the assessment form, such as 2010-06."),
    flag("is_conditional", "The result depends on a condition."),
    code("result_code", "assessment_result", "Result beside the state."),
    day("valid_until", "Last day on which the result may be relied upon."),
    *_activity_columns(),
    *_paper_columns(),
    stamps=True,
)

task = member_table(
    "task",
    "application",
    "Work to be done on an application: interview, request for documents, reminder.",
    code("type_code", "task_type", "Kind of task; empty where none was recorded."),
    words("calendar_type", 30, "How the task shows in the calendar, as written by the office."),
    instant("appointment_start_at", "When the appointment begins."),
    instant("appointment_end_at", "When the appointment ends."),
    *_activity_columns(),
    *_paper_columns(),
    stamps=True,
)

correspondence = member_table(
    "correspondence",
    "application",
    "A letter or message to or from the client or another party.",
    code("direction_code", "direction", "Incoming or outgoing.", required=True),
    code("template_code", "letter_template", "Template of the letter."),
    words("sender", 350, "E-mail address of the sender."),
    words("recipient", 350, "E-mail address of the recipient."),
    words("to_line", 2000, "Recipients as written in the message."),
    words("cc_line", 2000, "Recipients of copies as written in the message."),
    words("bcc_line", 2000, "Recipients of blind copies as written in the message."),
    *_activity_columns(),
    *_paper_columns(),
    stamps=True,
)

online_event = member_table(
    "online_event",
    "application",
    "Something that the client did, or that happened, in the online account.",
    *_activity_columns(),
    stamps=True,
)

note = member_table(
    "note",
    "application",
    "A note on an application. A restricted note is exempt from release; the restriction must never be lost.",
    code("type_code", "note_type", "Kind of note."),
    long_text("body", "Text of the note, as written."),
    words("category", 30, "Category, as written by the office."),
    words("area", 30, "Subject area, as written by the office."),
    words("sub_area", 30, "Closer subject area, as written by the office."),
    code("priority_code", "priority", "Priority."),
    instant("starts_at", "From when the note applies."),
    instant("ends_at", "Until when the note applies."),
    flag("is_private", "The note is shown to its author only.", required=True),
    flag(
        "is_restricted",
        "The note is restricted; the strictest mark found on the note or its file wins.",
        required=True,
    ),
    code("restriction_class_code", "restriction_class", "Why the note is restricted."),
    reference(
        "continuation_of_id",
        "note",
        "The note that this one continues, where one text was split.",
        waits=True,
    ),
    elsewhere("does_not_continue_itself", "continuation_of_id", "note_id"),
    stamps=True,
)

document = member_table(
    "document",
    "application",
    "What is known of an attached file; the file itself is kept elsewhere.",
    words("name", 200, "Name of the file.", required=True),
    words("extension", 10, "Extension of the name, without the point."),
    words("revision", 15, "Revision of the file."),
    flag("is_current", "The latest revision of the file.", required=True),
    big_count("size_bytes", "Size of the file in bytes."),
    instant("dated_at", "Date and time of the file itself."),
    code("storage_code", "storage", "Whether it is a file or a link."),
    words("source_path", 255, "Where the file came from."),
    code("type_code", "attachment_type", "What the document is."),
    words("publication", 30, "How far it may be published, as written by the office."),
    words("keyword", 30, "Keyword, as written by the office."),
    reference("subject_person_id", "person", "The client concerned; empty where the whole application is."),
    flag("is_restricted", "The document is restricted to authorized officers.", required=True),
    words(
        "activity_number",
        30,
        "Number of the activity to which the document is attached; empty for the application itself.",
    ),
    words("remarks", 250, "Remarks of the office."),
    at_least("size_not_negative", "size_bytes", 0),
    stamps=True,
)
