"""Quality: what is known to be wrong with a row of any other table, or was changed in it."""

from migrate.platform.schema import check, index, long_text, marks_table, plain_id, words

__all__ = ["quality_mark"]

quality_mark = marks_table(
    "quality_mark",
    "A mark on a row: a value was converted by a declared rule, or is doubtful and a person has to look.",
    words("root_entity", 63, "Entity of the aggregate in which the marked row travels.", required=True),
    plain_id("root_id", "Identity of the aggregate's leading row.", required=True),
    words("table_name", 63, "Table of the marked row.", required=True),
    plain_id("row_id", "Identity of the marked row.", required=True),
    words("column_name", 63, "Column that the mark is about; empty where it is about the whole row."),
    words(
        "kind",
        10,
        "converted: changed by a declared rule; flagged: loaded as it is, and doubtful.",
        required=True,
    ),
    words("rule", 100, "Name of the rule that made the mark.", required=True),
    long_text(
        "original_value", "The value as it was found, where it was changed or where the doubt needs it."
    ),
    words("source_table", 128, "Table of the system of origin in which the value was found."),
    words("source_key", 100, "Key of the row of the system of origin."),
    words(
        "work_item_status",
        10,
        "State of the work that a flag asks for: open or closed; empty for a conversion.",
    ),
    check("kind_known", "kind IN ('converted', 'flagged')"),
    check("work_item_status_known", "work_item_status IN ('open', 'closed')"),
    check("flag_asks_for_work", "(kind = 'flagged') = (work_item_status IS NOT NULL)"),
    index("root_id"),
    index("row_id"),
    index("rule", "work_item_status"),
    root_id="root_id",
)
