"""`schema`: the JSON schema (2020-12) of a mapping file, for completion and checks in editors.

It says which keys and words there are and what they take. What depends on other files or on the platform only `load`
can say. `docs/mapping.schema.json` is written from here; a test keeps it fresh.
"""

from collections.abc import Mapping as Dict
from typing import Any

from migrate.mapping.conditions import AS_OF
from migrate.mapping.nouns import Consequence
from migrate.mapping.vocabulary import Kind, Option, Vocabulary, Word

Schema = dict[str, Any]

IDENTIFIER = {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_$#]*$"}
NAME = {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"}
TEXT = {"type": "string", "pattern": r"\S"}
FLAG = {"type": "boolean"}
SCALAR = {"type": ["string", "integer", "boolean", "null"]}
CONSTANT = {"type": ["string", "integer", "boolean"]}
COMPARED = {"type": ["string", "number", "null"]}

COLUMN = {"$ref": "#/$defs/column"}
MEMBER_COLUMN = {"$ref": "#/$defs/member_column"}
CONDITION = {"$ref": "#/$defs/condition"}
STEP = {"$ref": "#/$defs/step"}
RULE = {"$ref": "#/$defs/rule"}


def schema(vocabulary: Vocabulary) -> Schema:
    """The schema of a mapping file that may use these words."""
    member_column = {"type": "string", "pattern": r"^[^.]+\.[A-Za-z_][A-Za-z0-9_$#]*$"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Mapping of one entity",
        "description": "How one entity comes from the legacy tables; see docs/mapping-language.md.",
        **_mapping(),
        "$defs": {
            "column": _said("COLUMN, alias.COLUMN, root.COLUMN, each or each.<name>", TEXT),
            "member_column": _said("member.COLUMN", member_column),
            "condition": _condition(),
            "step": _calls(vocabulary.steps),
            "rule": _calls(vocabulary.rules),
            "judged": _judged(vocabulary.judges),
            "natural": _natural(),
            "reason": _reason(),
            "member": _member(),
            "table": _table(),
            "field": _field(),
        },
    }


# --- the grammar


def _mapping() -> Schema:
    root = _keys({"table!": IDENTIFIER, "key": IDENTIFIER, "name": IDENTIFIER, "where": CONDITION})
    exclusion = _keys({"from": TEXT, "where!": CONDITION, "reason!": TEXT})
    return _keys(
        {
            "entity!": _said("The name that other mappings refer to; part of every derived id.", NAME),
            "root!": _said("The leading table: one entity per row.", root),
            "after": _said("Entities that are loaded before.", _many(NAME)),
            "members": _said("Tables whose rows travel with the root.", _named({"$ref": "#/$defs/member"})),
            "excluded": _said("Rows that are never loaded, by rule name.", _named(exclusion)),
            "merged": _said("The column that holds the dead key of a merged root.", TEXT),
            "changes": _said(
                "The columns of root and members that tell of changes.",
                _keys({"stamps!": _many(IDENTIFIER), "version": IDENTIFIER}),
            ),
            "vanished": _said(
                "What becomes of an entity whose root is gone; default mark.", {"enum": ["mark", "remove"]}
            ),
            "natural": _said(
                "Natural keys, surveyed before the first batch.", _named({"$ref": "#/$defs/natural"})
            ),
            "shared": _said(
                "Fields that several tables have alike, by group.", _named(_named({"$ref": "#/$defs/field"}))
            ),
            "tables!": _said("Platform tables by label; the first makes the entity's own row.", _tables()),
            "rules": _said("Judgements on the entity as a whole.", _named({"$ref": "#/$defs/judged"})),
            "reasons": _said(
                "What rules and exclusions mean, in English and French.",
                _named(_keys({"en!": TEXT, "fr!": TEXT})),
            ),
            "drop": _said(
                'Columns not carried over, by member or "*".', _named(_named({"$ref": "#/$defs/reason"}))
            ),
        }
    )


def _tables() -> Schema:
    return {**_named({"$ref": "#/$defs/table"}), "minProperties": 1}


def _natural() -> Schema:
    variant = _keys({"from!": IDENTIFIER, "code!": NAME, "turned": NAME})
    unordered = _said("A-B and B-A are one key.", {"type": "boolean"})
    unique = _keys(
        {
            "from!": _many(IDENTIFIER),
            "do": _many(STEP),
            "unordered": unordered,
            "variant": {"anyOf": [IDENTIFIER, variant]},
        }
    )
    return {"anyOf": [unique, _keys({"pointer!": IDENTIFIER})]}


def _reason() -> Schema:
    since = {"type": "string", "format": "date"}
    return {"anyOf": [TEXT, _keys({"reason!": TEXT, "owner": TEXT, "since": since})]}


def _member() -> Schema:
    known = {**_named(_many(TEXT)), "minProperties": 1, "maxProperties": 1}
    return _keys(
        {
            "table": _said("The source table; default: the member's name.", IDENTIFIER),
            "by!": _said("The column that points at the root's key, or at the column in `via`.", IDENTIFIER),
            "via": _said("member.COLUMN of an earlier member.", MEMBER_COLUMN),
            "key": _said("The column that names its rows; default ROW_ID.", IDENTIFIER),
            "required": _said("An entity without such a row is rejected.", FLAG),
            "orphans": _said("Rows whose root does not exist.", {"enum": ["reject", "pointing", "ignore"]}),
            "where": _said("Rows that belong to the entity at all.", CONDITION),
            "known": _said("The values that the mapping knows; rows with others are set aside.", known),
            "twins": _said("The user key without CONFLICT_ID.", _many(IDENTIFIER)),
        }
    )


def _table() -> Schema:
    join = _keys({"member!": TEXT, "on": IDENTIFIER, "where": CONDITION})
    each = _keys({"from!": COLUMN, "set": _named(SCALAR), "unless_in": MEMBER_COLUMN})
    return _keys(
        {
            "from!": _said("The member whose rows are mapped.", TEXT),
            "into": _said("The platform table; default: the label.", TEXT),
            "with": _said("1:0..1 tables beside the rows, by alias.", _named({"anyOf": [TEXT, join]})),
            "where": _said("Which rows are mapped.", CONDITION),
            "each": _said("One row per column that has a value.", _named({"anyOf": [TEXT, each]})),
            "fields!": _said("How each platform column is made.", _named({"$ref": "#/$defs/field"})),
            "shared": _said("Groups of fields, from `shared` of the mapping.", _many(NAME)),
        }
    )


def _field() -> Schema:
    code = _keys({"list!": NAME, "parent": COLUMN})
    ways = {"enum": [consequence.value for consequence in Consequence]}
    keys = _keys(
        {
            "from": _said("The source column; of several, the first that is not blank.", _many(COLUMN)),
            "value": _said("A constant instead of `from`.", CONSTANT),
            "do": _said("Steps in order.", _many(STEP)),
            "code": _said("A code list, codes/<list>.csv.", {"anyOf": [NAME, code]}),
            "ref": _said("Another entity: the value is its legacy key.", NAME),
            "row": _said("A label of this mapping: the value is the ROW_ID of one of its rows.", TEXT),
            "reject": _said("Rules on the value that quarantine.", _many(RULE)),
            "flag": _said("Rules on the value that leave a quality mark.", _many(RULE)),
            "else": _said("What happens to a value that cannot be converted.", ways),
            "when": _said("Where it does not hold the column is empty.", CONDITION),
            "class": _said("A: must be exact; B: tolerance; C: listed only.", {"enum": ["A", "B", "C"]}),
            "required": _said("Empty is rejected.", FLAG),
        }
    )
    return {"anyOf": [TEXT, {**keys, "oneOf": [{"required": ["from"]}, {"required": ["value"]}]}]}


def _condition() -> Schema:
    moment = _said(f"YYYY-MM-DD or {AS_OF}", {"type": "string"})
    limit = {"anyOf": [{"type": "number"}, moment, _keys({"column!": COLUMN})]}
    meaning = {**_named(_many(TEXT)), "minProperties": 1, "maxProperties": 1}
    operators = _keys(
        {
            "not": _many(COMPARED),
            "blank": FLAG,
            "starts": TEXT,
            "matches": _said("An RE2 pattern.", TEXT),
            "before": limit,
            "after": limit,
            "same_as": COLUMN,
            "differs": COLUMN,
            "among": MEMBER_COLUMN,
            "not_among": MEMBER_COLUMN,
            "looped": _said("A pointer among the natural keys: the chain leads back to this key.", NAME),
            "code": _said(
                "A code list, or {list: [codes]} that the value stands for.", {"anyOf": [NAME, meaning]}
            ),
        }
    )
    parts = {"type": "array", "minItems": 1, "items": CONDITION}
    return {
        "description": "{COLUMN: value}, {COLUMN: [values]} or {COLUMN: {operator: operand}}; all keys hold.",
        "type": "object",
        "minProperties": 1,
        "properties": {"any": parts, "all": parts, "not": CONDITION},
        "additionalProperties": {"anyOf": [_many(COMPARED), {**operators, "minProperties": 1}]},
    }


# --- words


def _calls(words: Dict[str, Word]) -> Schema:
    """`name` of a word that needs no option, or `{name: {options}}`."""
    plain = [_said(_note(word), {"const": word.name}) for word in words.values() if not _needy(word)]
    return {"anyOf": [*plain, *(_keys({f"{word.name}!": _options(word)}) for word in words.values())]}


def _judged(judges: Dict[str, Word]) -> Schema:
    common = {"else": {"enum": ["reject", "flag"]}, "class": {"enum": ["A", "B"]}}
    return {"anyOf": [_keys({f"{word.name}!": _options(word), **common}) for word in judges.values()]}


def _options(word: Word) -> Schema:
    options = {f"{o.name}{'!' if o.required else ''}": _option(o) for o in word.options.values()}
    return _said(_note(word), _keys(options))


def _needy(word: Word) -> bool:
    return any(option.required for option in word.options.values())


def _note(word: Word) -> str:
    return f"{word.summary} Reverses: {word.reverse}." if word.reverse else word.summary


def _option(option: Option) -> Schema:
    if option.choices:
        return {"enum": list(option.choices)}
    if option.kind is Kind.COLUMN_NAMES:
        return _many(IDENTIFIER) if option.many else IDENTIFIER
    return {
        Kind.TEXT: TEXT,
        Kind.INT: {"type": "integer"},
        Kind.BOOL: FLAG,
        Kind.LIST: _many({"type": "string"}),
        Kind.COLUMN: COLUMN,
        Kind.CONDITION: CONDITION,
        Kind.MEMBER: TEXT,
        Kind.MEMBER_COLUMN: MEMBER_COLUMN,
        Kind.NATURAL: NAME,
        Kind.POINTER: NAME,
        Kind.FOREIGN_NATURAL: TEXT,
        Kind.STEPS: _many(NAME),
    }[option.kind]


# --- shapes


def _keys(keys: Schema) -> Schema:
    """A mapping with these keys and no others; a key that ends in `!` has to be there."""
    shape: Schema = {
        "type": "object",
        "properties": {key.rstrip("!"): value for key, value in keys.items()},
        "additionalProperties": False,
    }
    required = [key.rstrip("!") for key in keys if key.endswith("!")]
    return {**shape, "required": required} if required else shape


def _named(value: Schema) -> Schema:
    """A mapping of free names."""
    return {"type": "object", "additionalProperties": value}


def _many(item: Schema) -> Schema:
    """A list, or a single value for a list of one."""
    return {"anyOf": [item, {"type": "array", "minItems": 1, "items": item}]}


def _said(description: str, schema: Schema) -> Schema:
    return {"description": description, **schema}
