"""A mapping against the platform's Layout: tables and columns exist, what must be filled is filled, types agree.

Types are compared by their Arrow names, so that this module needs no pyarrow.
"""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from migrate.conditions import Scalar
from migrate.mapping.nouns import Field, Mapping, TableMap
from migrate.mapping.scope import Scope
from migrate.model import TargetColumn, TargetTable
from migrate.reading.document import shown
from migrate.reading.grammar import Notes, suggest

ID_TYPES = ("fixed_size_binary[16]", "extension<arrow.uuid>")


def check_tables(mapping: Mapping, scope: Scope, notes: Notes) -> None:
    """Note every mistake of the mapping's tables against the platform's."""
    for table in mapping.tables or ():
        target = scope.layout.get(table.into)
        if target is None:
            what = f"table {table.label}: the platform has no table {shown(table.into)[1:-1]}"
            notes.add(table.line, what, suggest(table.into or "", scope.layout, "tables"))
        else:
            _check_columns(table, target, scope, notes)
    _check_roots(mapping, scope, notes)


def _check_roots(mapping: Mapping, scope: Scope, notes: Notes) -> None:
    """The first map makes the root's row, and every other table belongs to its aggregate."""
    first = next(iter(mapping.tables or ()), None)
    if first is None or first.member is None:
        return
    if first.member != scope.own.root:
        what = f"table {first.label}: the first table map makes the entity's own row"
        notes.add(first.line, what, f"begin with the one `from: {scope.own.root}`")
        return
    if first.each:
        what = f"table {first.label}: the entity itself has one row, not one for `each`"
        notes.add(first.line, what, "move `each` to another table map")
    root = scope.layout.get(first.into)
    if root is None:
        return
    if root.root not in (None, root.name):
        what = f"table {first.label}: {root.name} is a part of {root.root}"
        notes.add(first.line, what, f"the first table map fills a root table: {_roots(scope)}")
        return
    for table in mapping.tables:
        target = scope.layout.get(table.into)
        if target and target.root not in (None, root.name):
            what = f"table {table.label}: {target.name} belongs to {target.root}, not to {root.name}"
            notes.add(table.line, what, "map it with the entity that it belongs to")


def _roots(scope: Scope) -> str:
    return ", ".join(table.name for table in scope.layout.values() if table.root == table.name)


def _check_columns(table: TableMap, target: TargetTable, scope: Scope, notes: Notes) -> None:
    given = {target.key, target.root_id} - {None}
    filled = {field.column for field in table.fields or ()}
    for field in table.fields or ():
        for what, instead in _mistakes(field, target, given, scope):
            notes.add(field.line, f"field {field.column}: {what}", instead)
    for column in target.columns.values():
        if not column.nullable and column.name not in filled | given:
            notes.add(
                table.line,
                f"table {table.label}: {target.name}.{column.name} must not be empty and has no field",
                f"add `{column.name}:` to `fields`",
            )


def _mistakes(
    field: Field, target: TargetTable, given: set[str | None], scope: Scope
) -> Iterator[tuple[str, str]]:
    if field.column in given:
        yield "it is filled by itself, with the derived id", "remove the field"
        return
    column = target.columns.get(field.column)
    if column is None:
        known = [name for name in target.columns if name not in given]
        yield f"{target.name} has no such column", suggest(field.column, known, "columns")
        return
    is_id, is_text = str(column.type) in ID_TYPES, str(column.type) in ("string", "large_string")
    points = field.ref is not None or field.row is not None
    if points and not is_id:
        yield (
            f"it holds an id, but {target.name}.{column.name} is {column.type}",
            "remove `ref` or `row`, or choose the column that ends in _id",
        )
    if is_id and not points:
        yield (
            f"{target.name}.{column.name} holds an id",
            "say what it points at: `ref: <entity>` or `row: <label>`",
        )
    if field.code and not is_text:
        yield f"a code is text, but {target.name}.{column.name} is {column.type}", "remove `code`"
    if field.constant is not None and not is_id:
        yield from _constant(field.constant, column, scope)


def _constant(value: Scalar, column: TargetColumn, scope: Scope) -> Iterator[tuple[str, str]]:
    kind = str(column.type)
    if not _fits(value, kind):
        yield f"the constant is not {_example(kind)}", f"{column.name} is {kind}"
    elif isinstance(value, str) and column.width is not None and len(value) > column.width:
        yield f"the constant has {len(value)} characters, the column takes {column.width}", "shorten it"
    elif column.code_list and column.code_list in scope.codes:
        known = scope.codes[column.code_list]
        if value not in known:
            what = f"{shown(str(value))} is not in the platform's list {column.code_list}"
            yield what, suggest(str(value), known, "codes")


def _fits(value: Scalar, kind: str) -> bool:
    number = isinstance(value, int) and not isinstance(value, bool)
    if "string" in kind:
        return isinstance(value, str)
    if kind == "bool":
        return isinstance(value, bool)
    if kind.startswith(("int", "uint")):
        return number
    if kind.startswith(("decimal", "double", "float")):
        return number or _parses(Decimal, value)
    if kind.startswith("date"):
        return _parses(date.fromisoformat, value)
    if kind.startswith("timestamp"):
        return _parses(datetime.fromisoformat, value)
    return True


def _parses(parse: object, value: Scalar) -> bool:
    assert callable(parse)
    try:
        parse(value)
    except (ValueError, TypeError, InvalidOperation):
        return False
    return isinstance(value, str)


def _example(kind: str) -> str:
    samples = {
        "string": "text, in quotes",
        "bool": "true or false",
        "int": "a whole number",
        "decimal": "a number, in quotes if it has a fraction",
        "date": "a date as YYYY-MM-DD",
        "timestamp": "a date as YYYY-MM-DD",
    }
    return next((sample for start, sample in samples.items() if kind.startswith(start)), kind)
