"""Why a row was not loaded, in a sentence of each official language, by the name of the rule."""

from functools import cache

_BY_STRUCTURE: dict[str, tuple[str, str]] = {
    "code": (
        "the code is not in the code list of the mapping",
        "le code ne figure pas dans la liste de codes de la correspondance",
    ),
    "different_twin": (
        "a doubled row that differs from the row it doubles",
        "une ligne en double qui diffère de la ligne d'origine",
    ),
    "missing_parent": (
        "the row that it refers to does not exist or was not loaded",
        "la ligne à laquelle elle renvoie n'existe pas ou n'a pas été chargée",
    ),
    "missing_row": (
        "the row of the same entity that it refers to was not loaded",
        "la ligne de la même entité à laquelle elle renvoie n'a pas été chargée",
    ),
    "no_parent": ("the row names no parent", "la ligne ne désigne aucun parent"),
    "nul": ("the text holds the character NUL", "le texte contient le caractère NUL"),
    "orphan": ("the parent of the row does not exist", "le parent de la ligne n'existe pas"),
    "required": ("a value that is required is empty", "une valeur obligatoire est vide"),
    "too_long": (
        "the value is longer than the platform's column",
        "la valeur dépasse la longueur de la colonne de la plateforme",
    ),
    "type": (
        "the value does not fit the type of the platform's column",
        "la valeur ne convient pas au type de la colonne de la plateforme",
    ),
    "unknown_type": (
        "the mapping does not know rows of this type",
        "la correspondance ne connaît pas les lignes de ce type",
    ),
}


@cache
def reason(rule: str) -> tuple[str, str]:
    """The reason behind a rule's name, in English and French."""
    if rule in _BY_STRUCTURE:
        return _BY_STRUCTURE[rule]
    if rule.startswith("missing_"):
        member = rule.removeprefix("missing_")
        return f"its row in {member} is missing", f"sa ligne dans {member} est absente"
    from migrate.transform import library  # noqa: F401  # fills the registries
    from migrate.transform.registry import RULES, STEPS

    if rule in RULES:
        return RULES[rule].en, RULES[rule].fr
    if rule in STEPS:
        return f"the step {rule} cannot convert the value", f"l'étape {rule} ne peut pas convertir la valeur"
    words = rule.replace("_", " ")
    return f"the mapping's rule: {words}", f"règle de la correspondance : {words}"
