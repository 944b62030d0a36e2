"""What has to be known before a batch is mapped, because `apply` asks nobody.

    references      the keys of other entities that a batch points at: `Lookup.known` answers
    naturals        the natural keys of a survey: `Lookup.contested`, `natural` and `looped` come of them
    agreements      the natural keys of other entities that a mapping compares with

In: a Mapping and rows as read. Out: plain columns for the state to answer. Pure.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import reduce

import pyarrow as pa
import pyarrow.compute as pc

from migrate.conditions import Column, Operator
from migrate.mapping.nouns import Exclusion, Mapping
from migrate.mapping.reads import comparisons
from migrate.model import Batch, Lookup
from migrate.transform import library  # noqa: F401  fills the registries
from migrate.transform.conditions import holds
from migrate.transform.gather import root_frames
from migrate.transform.judges import natural_values, variants
from migrate.transform.nul import storable, with_nul
from migrate.transform.registry import STEPS
from migrate.transform.rows import ROOT, one_piece
from migrate.transform.series import arrow, series

_UNTIMED = Lookup(as_of=datetime.max)  # noqa: DTZ901  # which rows are roots at all is no matter of time


def references(mapping: Mapping, batch: Batch) -> dict[str, pa.Array]:
    """Entity -> distinct legacy keys that the batch refers to: what `Lookup.known` has to answer."""
    wanted: dict[str, list[pa.Array]] = {}
    for table, field_ in mapping.references():
        aliases = {join.alias: join.member for join in table.joins}
        for column in field_.sources:
            member = (
                mapping.root.name if column.alias == ROOT else aliases.get(column.alias or "", table.member)
            )
            columns = [each.column.name for each in table.each] if column.name == "each" else [column.name]
            for name in columns:
                keys = pc.unique(one_piece(batch.tables[member].column(name)))
                for call in field_.steps:
                    result = STEPS[call.name].function(series(keys), **call.options)
                    keys = arrow(result[0] if isinstance(result, tuple) else result)
                wanted.setdefault(field_.ref or "", []).append(keys)
    return {entity: keys_of_rows(pc.unique(pa.concat_arrays(keys))) for entity, keys in wanted.items()}


def keys_of_rows(values: pa.Array) -> pa.Array:
    """What can be the key of a row: not null, and without NUL, of which no database can be asked."""
    values = values.drop_null()
    return values.filter(pc.invert(with_nul(values)))


def survey_columns(mapping: Mapping) -> tuple[str, ...]:
    """The root's columns that `naturals` needs: the keys, their variants, and what tells which roots count."""
    wanted = [c for key in mapping.naturals for c in key.columns]
    wanted += [key.variant.column for key in mapping.naturals if key.variant]
    excluded = (exclusion.where for exclusion in _exclusions(mapping))
    for test in (test for condition in (mapping.root.where, *excluded) for test in comparisons(condition)):
        wanted += [column.name for column in (test.column, test.operand) if isinstance(column, Column)]
    return tuple(dict.fromkeys(wanted))


def roots_of(mapping: Mapping, rows: pa.Table) -> pa.Array:
    """The keys of those rows that are roots of the entity; needs `survey_columns`."""
    own = one_piece(rows.column(mapping.root.key))
    if mapping.root.where is None:
        return own
    return own.filter(holds(mapping.root.where, root_frames(mapping, rows, _UNTIMED).rows(mapping.root.name)))


def naturals(mapping: Mapping, rows: pa.Table, as_of: datetime) -> Iterator[tuple[str, pa.Table]]:
    """For the survey: every natural key with (key, value, variant) of every root row; value null: it has none.

    A root whose own key holds NUL is rejected whatever it claims; one that is excluded claims nothing, so that nobody
    is set aside because of what is not carried over.
    """
    rows = rows.filter(pc.invert(with_nul(rows.column(mapping.root.key))))
    mine = root_frames(mapping, rows, Lookup(as_of)).rows(mapping.root.name)
    mask = holds(mapping.root.where, mine)
    excluded = reduce(pc.or_, (holds(e.where, mine) for e in _exclusions(mapping)), pc.invert(mask))
    rows, excluded = rows.filter(mask), excluded.filter(mask)
    own = one_piece(rows.column(mapping.root.key))
    for key in mapping.naturals:
        values = natural_values(key, rows)
        values = pc.if_else(excluded, pa.scalar(None, values.type), values)
        variant = variants(key, rows, mapping.codes)
        yield (
            key.name,
            pa.table({"key": own, "value": values, "variant": own if variant is None else storable(variant)}),
        )


def _exclusions(mapping: Mapping) -> tuple[Exclusion, ...]:
    """The exclusions of whole entities that can be judged by the root's row alone."""
    return tuple(
        exclusion
        for exclusion in mapping.exclusions
        if exclusion.member == mapping.root.name
        and all(test.operator is not Operator.AMONG for test in comparisons(exclusion.where))
    )


def contested(claims: pa.Table) -> pa.Array:
    """Values that more than one root claims; where the claims name a variant, in more than one."""
    claims = claims.filter(claims["value"].is_valid())
    who = pc.coalesce(claims["variant"], claims["key"])
    owners = (
        pa.table({"value": claims["value"], "who": who})
        .group_by("value")
        .aggregate([("who", "count_distinct")])
    )
    return one_piece(owners.filter(pc.greater(owners["who_count_distinct"], 1))["value"]).sort()


def agreements(mapping: Mapping) -> tuple[tuple[str, str, str], ...]:
    """Natural keys of others that the mapping's rules compare with: (entity, name, root column with their keys)."""
    rules = (rule.call.options for rule in mapping.rules if "through" in rule.call.options)
    return tuple((*str(options["natural"]).split(".", 1), str(options["through"])) for options in rules)  # type: ignore[misc]
