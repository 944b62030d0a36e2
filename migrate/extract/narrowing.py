"""A mapping's condition as SQL that may let more rows through, and never fewer.

The transform judges every row exactly, with one meaning for all databases. What the source leaves out before need not
be read: so a condition is sent as far as every database surely agrees, and is true from there on.

    one of some texts                   IN, whatever else the column's collation takes for equal
    null                                IS NULL
    anything that null cannot be        IS NOT NULL
    all of ...                          those parts that can be said
    any of ...                          if all parts can be said
"""

import sqlalchemy as sa

from migrate.conditions import All, Any, Condition, Not, Operator, Test
from migrate.extract.nouns import SourceTable


def narrowing(
    condition: Condition | None, table: SourceTable, source: sa.TableClause
) -> sa.ColumnElement[bool] | None:
    """The condition on that table's rows as SQL; None where nothing can be said."""
    match condition:
        case All(parts=parts):
            said = [sql for part in parts if (sql := narrowing(part, table, source)) is not None]
            return sa.and_(*said) if said else None
        case Any(parts=parts):
            tried = [narrowing(part, table, source) for part in parts]
            said = [sql for sql in tried if sql is not None]
            return sa.or_(*said) if said and len(said) == len(tried) else None
        case Not(part=Test() as test):
            return _present(test, table, source) if _takes_null(test) else None
        case Test(operator=Operator.IN):
            return _one_of(condition, table, source)
        case Test() if not _takes_null(condition):
            return _present(condition, table, source)
    return None


def _one_of(test: Test, table: SourceTable, source: sa.TableClause) -> sa.ColumnElement[bool] | None:
    column = _text(test, table, source)
    values = _operands(test)
    texts = [value for value in values if value is not None]
    # Blanks behind: whether a fixed-width column has them depends on who looks.
    if column is None or not all(isinstance(value, str) and value == value.rstrip() for value in texts):
        return None
    parts: list[sa.ColumnElement[bool]] = []
    if texts:
        parts.append(column.in_([sa.literal(text, sa.Text()) for text in texts]))
    if None in values:
        parts.append(column.is_(None))
    return sa.or_(*parts)


def _present(test: Test, table: SourceTable, source: sa.TableClause) -> sa.ColumnElement[bool] | None:
    column = _text(test, table, source)
    return None if column is None else column.is_not(None)


def _takes_null(test: Test) -> bool:
    """Whether the comparison holds for null; any but these two are false then."""
    return test.operator is Operator.BLANK or (test.operator is Operator.IN and None in _operands(test))


def _operands(test: Test) -> tuple[object, ...]:
    return test.operand if isinstance(test.operand, tuple) else (test.operand,)


def _text(test: Test, table: SourceTable, source: sa.TableClause) -> sa.ColumnClause[str] | None:
    """The column, if it is of this table and plain text: others have their own ways with null and equality."""
    column = None if test.column.alias else table.columns.get(test.column.name)
    if column is None or not isinstance(column.sql_type, sa.String) or isinstance(column.sql_type, sa.Enum):
        return None
    return source.c[column.name]
