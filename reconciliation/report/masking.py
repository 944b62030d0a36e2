"""How a person's value is shown to who did not ask for it: enough to see that two values differ, and how.

    >>> masked("Tremblay"), masked("Tremblé"), masked("F"), masked(""), masked(None)
    ('T…(8)', 'T…(7)', '…(1)', '', None)

First letter and length; of a short value, such as a code or a sex, the length alone.
"""

SHORT = 4
"""A value of fewer letters than this does not show its first one."""


def masked(value: str | None) -> str | None:
    """What stands for a value; null stays null and empty stays empty, since that is what a difference is about."""
    if not value:
        return value
    first = "" if len(value) < SHORT else value[0]
    return f"{first}…({len(value)})"
