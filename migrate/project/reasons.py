"""Why a row was not loaded, in a sentence of each official language, by the name of the rule."""

from collections.abc import Mapping as Dict
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from migrate.mapping import Mappings

Told = Dict[str, Dict[str, tuple[str, str]]]
"""Entity -> rule -> the reason that its mapping gives, in English and French."""

_BY_STRUCTURE: dict[str, tuple[str, str]] = {
    "code": (
        "the code is not in the code list of the mapping",
        "le code ne figure pas dans la liste de codes de la correspondance",
    ),
    "different_twin": (
        "a doubled row that differs from the row it doubles",
        "une ligne en double qui diffère de la ligne d’origine",
    ),
    "itself": ("the row refers to itself", "la ligne renvoie à elle-même"),
    "missing_parent": (
        "the row that it refers to does not exist or was not loaded",
        "la ligne à laquelle elle renvoie n’existe pas ou n’a pas été chargée",
    ),
    "missing_row": (
        "the row of the same entity that it refers to was not loaded",
        "la ligne de la même entité à laquelle elle renvoie n’a pas été chargée",
    ),
    "no_parent": ("the row names no parent", "la ligne ne désigne aucun parent"),
    "nul": ("the text holds the character NUL", "le texte contient le caractère NUL"),
    "orphan": ("the parent of the row does not exist", "le parent de la ligne n’existe pas"),
    "out_of_range": (
        "the number is smaller than the platform's column allows",
        "le nombre est inférieur à ce que permet la colonne de la plateforme",
    ),
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


def told(mappings: "Mappings") -> Told:
    """The reasons that the mapping files give for rules of their own."""
    return {
        entity: {given.rule: (given.en, given.fr) for given in mapping.reasons}
        for entity, mapping in mappings.items()
    }


def reason(entity: str, rule: str, given: Told) -> tuple[str, str]:
    """The reason behind a rule's name, in English and French: the mapping's own words, or those of the program."""
    return given.get(entity, {}).get(rule) or _general(rule)


@cache
def _general(rule: str) -> tuple[str, str]:
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
        return f"the step {rule} cannot convert the value", f"l’étape {rule} ne peut pas convertir la valeur"
    words = rule.replace("_", " ")
    return f"the mapping's rule: {words}", f"règle de la correspondance\u00a0: {words}"
