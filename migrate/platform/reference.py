"""Reference: the lists of values of the system of origin as they were, so that an old code can be read."""

from migrate.platform.schema import amount, elsewhere, flag, index, reference, root_table, words

__all__ = ["code_value"]

code_value = root_table(
    "code_value",
    "A value of a list of the system of origin in one language. The platform's own codes are in code tables.",
    words("list", 30, "Name of the list.", required=True),
    words("code", 50, "Code of the value, independent of language.", required=True),
    words("label", 50, "The value as officers saw it.", required=True),
    words("language", 15, "Language of the label, as coded by the system of origin.", required=True),
    words("short_code", 30, "Second code of the value."),
    reference("parent_id", "code_value", "The value above, which gives this one its meaning.", waits=True),
    reference("owning_office_id", "office", "Office that owns the value."),
    amount("sort_order", "Place of the value in its list."),
    flag("is_active", "The value may still be chosen; old records keep values that may not.", required=True),
    words("sub_type", 30, "Group within the list."),
    words("high", 100, "Upper bound or other property of the value."),
    words("low", 100, "Lower bound or other property of the value."),
    amount("target_high", "Upper target of the value."),
    amount("target_low", "Lower target of the value."),
    amount("weight", "Weight of the value."),
    words("description", 255, "What the value means."),
    words("external_key", 30, "Key of the value in another system."),
    elsewhere("not_its_own_parent", "parent_id", "code_value_id"),
    index("list", "code"),
)
