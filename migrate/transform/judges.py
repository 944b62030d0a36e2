"""Judges: rules on the entity as a whole, across its rows. Each returns an `Offence`: rows of one member.

A judge is a pure function `(frames, *, options) -> Offence`, registered with `@judge`; a mapping names it under
`rules`. What the offence leads to (reject, hold, flag) is the mapping's word, not the judge's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from migrate.canonical import row_hashes
from migrate.conditions import Column, Condition, MemberColumn
from migrate.mapping.nouns import CodeList, Natural
from migrate.mapping.vocabulary import Of
from migrate.transform.conditions import as_text, blank, holds
from migrate.transform.fields import crosswalk_of, differs
from migrate.transform.nul import with_nul
from migrate.transform.registry import STEPS, judge
from migrate.transform.rows import Frames, among, one_piece
from migrate.transform.series import arrow, series

Member = Annotated[str, "member"]
"""An option that names a member of the mapping."""

NaturalKey = Annotated[str, "natural"]
"""An option that names a natural key of the mapping that no two roots may share."""

PointerKey = Annotated[str, "pointer"]
"""An option that names a natural key of the mapping that is a pointer."""

ForeignKey = Annotated[str, "foreign_natural"]
"""An option that names a natural key of an entity that is loaded before, as `entity.name`."""

OnRows = Annotated[Condition, Of("of")]
"""A condition on the rows of the member that `of` names; a plain Condition is one on the root."""

Steps = Annotated[tuple[str, ...], "steps"]
"""Names of steps without options."""


@dataclass(frozen=True, slots=True)
class Offence:
    """The offending rows of one member; `column` is where to look, if it is one column."""

    member: str
    rows: pa.Array  # boolean, aligned with the member's rows, no nulls
    column: str | None = None


@judge
def rows(frames: Frames, *, of: Member, where: OnRows) -> Offence:
    """Rows for which the condition holds: `{rows: {of: S_CASE, where: {CLOSED_DT: {before: {column: OPENED_DT}}}}}`."""
    return Offence(of, holds(where, frames.rows(of)))


@judge
def count(
    frames: Frames, *, of: Member, where: OnRows | None = None, least: int = 0, most: int | None = None,
    equals: Column | None = None, when: Condition | None = None,
) -> Offence:  # fmt: skip
    """Entities whose number of such rows is too small, too large, or not what a root column says.

    `{count: {of: S_CASE_CON, where: {RELATION_TYPE_CD: PA}, least: 1, most: 1}}`. `when` limits it to some roots; with
    `equals`, roots where that column is null are not judged.
    """
    members = frames.members[of].filter(holds(where, frames.rows(of)))
    found = np.bincount(members.entity.to_numpy(), minlength=len(frames.keys))[frames.root.entity.to_numpy()]
    wrong = found < least
    if most is not None:
        wrong |= found > most
    root = frames.rows(frames.mapping.root.name)
    offends = pa.array(wrong)
    if equals is not None:
        offends = pc.or_(
            offends,
            pc.fill_null(
                pc.not_equal(root.column(equals).cast(pa.int64()), pa.array(found, pa.int64())), False
            ),
        )
    return Offence(
        frames.mapping.root.name, pc.and_(offends, holds(when, root)), equals.name if equals else None
    )


@judge
def absent(
    frames: Frames,
    *,
    column: Column,
    among_rows: MemberColumn,
    where: Annotated[Condition, Of("among_rows")] | None = None,
    when: Condition | None = None,
) -> Offence:
    """Roots whose pointer column names no row of the entity.

    `{absent: {column: PR_ADDR_ID, among_rows: S_CON_ADDR.ROW_ID}}`

    Null, blank and Siebel's no-match literal (3.4 of the domain notes) are no pointers. `where` limits the rows that
    count, `when` the roots that are judged.
    """
    root = frames.rows(frames.mapping.root.name)
    values = root.column(column)
    pointer = pc.invert(
        pc.or_(
            blank(values), pc.fill_null(pc.match_substring_regex(values, r"(?i)^no ?match ?row ?id$"), False)
        )
    )
    there = among(frames, root.entity, values, among_rows, holds(where, frames.rows(among_rows.member)))
    offends = pc.and_(pc.and_not(pointer, there), holds(when, root))
    return Offence(frames.mapping.root.name, offends, column.name)


@judge
def unmatched(
    frames: Frames, *, of: Member, column: Annotated[str, Of("of")], among_rows: MemberColumn,
    when: OnRows | None = None, where: Annotated[Condition, Of("among_rows")] | None = None,
) -> Offence:  # fmt: skip
    """Rows whose value none of the entity's rows of another member has, although there are such rows.

    `{unmatched: {of: S_CONTACT, column: HOME_PH_NUM, among_rows: S_PER_COMM_ADDR.ADDR}}`: the same fact in two places,
    told differently. `where` limits the rows to compare with, `when` the judged ones; a blank value is not judged, nor
    is one of an entity without rows to compare with.
    """
    rows = frames.rows(of)
    others = frames.members[among_rows.member].filter(holds(where, frames.rows(among_rows.member)))
    values = others.column(among_rows.column)
    has_others = pc.is_in(rows.entity, value_set=pc.unique(others.entity.filter(pc.invert(blank(values)))))
    own = rows.own.column(column)
    there = among(frames, rows.entity, own, among_rows, holds(where, frames.rows(among_rows.member)))
    judged = pc.and_(pc.and_(has_others, pc.invert(blank(own))), holds(when, rows))
    return Offence(of, pc.and_not(judged, there), column)


@judge
def repeated(
    frames: Frames, *, of: Member, by: Annotated[tuple[str, ...], Of("of")] = (), where: OnRows | None = None
) -> Offence:
    """Rows that share the named columns with another row of the same entity (without `by`: any two rows).

    `{repeated: {of: S_CONTACT_XM, where: {TYPE: DOB_FORMER, ATTRIB_08: Y}}}`. A null in a named column shares nothing.
    """
    candidates = holds(where, frames.rows(of))
    members = frames.members[of]
    for name in by:
        candidates = pc.and_(candidates, members.column(name).is_valid())
    parts = [
        members.entity.cast(pa.string()),
        *(members.column(name).cast(pa.string()) for name in by),
        pa.scalar("\x1f"),
    ]
    keys = pc.fill_null(pc.binary_join_element_wise(*parts), "") if by else parts[0]
    counts = pc.value_counts(keys.filter(candidates))
    several = counts.field("values").filter(pc.greater(counts.field("counts"), 1))
    return Offence(of, pc.and_(candidates, pc.is_in(keys, value_set=several)), by[0] if by else None)


@judge
def unbalanced(
    frames: Frames, *, of: Member, amount: Annotated[str, Of("of")],
    payments: Member, payment: Annotated[str, Of("payments")],
    by: Annotated[str, Of("payments")], currency: Annotated[tuple[str, ...], Of("of", "payments")] = (),
    when: OnRows | None = None, where: Annotated[Condition, Of("payments")] | None = None,
) -> Offence:  # fmt: skip
    """Rows of `of` whose `amount` is not the sum of `payment` over the `payments` that point at them by `by`.

    `currency` names the currency column on both sides (`[AMT_CURCY_CD, PAY_CURCY_CD]`): sums in another currency
    are not comparable and not judged. `when` limits the judged rows, `where` the counted payments. Exact decimals.
    """
    bills, paid = frames.members[of], frames.members[payments].filter(holds(where, frames.rows(payments)))
    key = frames.mapping.member(of).key
    bill_of = pc.index_in(paid.column(by), value_set=bills.column(key))
    judged = pc.and_(holds(when, frames.rows(of)), bills.column(amount).is_valid())
    known = bill_of.is_valid()
    totals = (
        pa.table({"bill": bill_of, "amount": paid.column(payment)})
        .filter(known)
        .group_by("bill")
        .aggregate([("amount", "sum")])
    )
    total = _scatter(one_piece(totals["amount_sum"]), totals["bill"].to_numpy(), len(bills))
    if currency:
        same = pc.equal(paid.column(currency[1]), bills.column(currency[0]).take(bill_of))
        foreign = np.zeros(len(bills), bool)
        foreign[bill_of.filter(pc.and_(known, pc.invert(pc.fill_null(same, False)))).to_numpy()] = True
        judged = pc.and_not(judged, pa.array(foreign))
    wide = pa.decimal128(38, 7)
    offends = pc.not_equal(bills.column(amount).cast(wide), total.cast(wide))
    return Offence(of, pc.and_(judged, pc.fill_null(offends, False)), amount)


@judge
def contested(frames: Frames, *, natural: NaturalKey) -> Offence:
    """Roots whose natural key another root claims as well; with a `variant`, in another variant."""
    mapping, root = frames.mapping, frames.root
    key = next(n for n in mapping.naturals if n.name == natural)
    claimed = frames.lookup.contested.get((mapping.entity, natural))
    values = natural_values(key, root.table)
    offends = (
        pa.repeat(pa.scalar(False), len(root)) if claimed is None else pc.is_in(values, value_set=claimed)
    )
    return Offence(mapping.root.name, pc.and_(offends, values.is_valid()), key.columns[0])


@judge
def looped(frames: Frames, *, natural: PointerKey) -> Offence:
    """Roots whose chain of pointers leads back to themselves."""
    mapping, root = frames.mapping, frames.root
    key = next(n for n in mapping.naturals if n.name == natural)
    loops = frames.lookup.looped.get((mapping.entity, natural))
    own = root.column(mapping.root.key)
    offends = pa.repeat(pa.scalar(False), len(root)) if loops is None else pc.is_in(own, value_set=loops)
    return Offence(mapping.root.name, offends, key.columns[0])


@judge
def disagrees(
    frames: Frames, *, column: Column, natural: ForeignKey, through: Column, do: Steps = ()
) -> Offence:
    """Roots whose copy of another entity's natural key is not what that entity says now.

    `{disagrees: {column: X_UCI_SNAP, natural: client.uci, through: APPLICANT_ID, do: [digits_only]}}`. `do`
    normalises the copy as the natural key was. Not judged where the copy or the other entity's key is missing.
    """
    entity, _, name = natural.partition(".")
    root = frames.rows(frames.mapping.root.name)
    there = frames.lookup.natural.get((entity, name))
    if there is None:
        return Offence(frames.mapping.root.name, pa.repeat(pa.scalar(False), len(root)), column.name)
    actual = one_piece(there["value"]).take(
        pc.index_in(root.column(through), value_set=one_piece(there["key"]))
    )
    copy = root.column(column)
    for step in do:
        copy = _step(step, copy)
    return Offence(frames.mapping.root.name, pc.fill_null(pc.not_equal(copy, actual), False), column.name)


def natural_values(key: Natural, table: pa.Table) -> pa.Array:
    """The normalised natural key of root rows: steps on each column, joined with '|'; null when any part is blank.

    A pair is joined in the order of its values, so that A-B and B-A are one.
    """
    parts = _parts(key, table)
    if key.unordered:
        turned = pc.fill_null(pc.greater(*parts), False)
        parts = [pc.if_else(turned, parts[1], parts[0]), pc.if_else(turned, parts[0], parts[1])]
    values = parts[0] if len(parts) == 1 else pc.binary_join_element_wise(*parts, "|")
    if not pa.types.is_string(values.type):
        return values
    return pc.if_else(with_nul(values), pa.scalar(None, values.type), values)


def variants(key: Natural, table: pa.Table, codes: Mapping[str, CodeList]) -> pa.Array | None:
    """What rightful owners of one natural key have alike; None where the key allows one owner only.

    Through code lists it is told from the side of the pair's first value: rows that name the pair the other way round
    are read by the second list. Values that no list knows stand for themselves.
    """
    if key.variant is None:
        return None
    values = one_piece(table.column(key.variant.column))
    if key.variant.code is None:
        return values
    turned = pc.fill_null(pc.greater(*_parts(key, table)), False)
    straight, inverse = (crosswalk_of(codes[name])(as_text(values), None) for name in key.variant.lists)
    return pc.coalesce(pc.if_else(turned, inverse, straight), values)


def _parts(key: Natural, table: pa.Table) -> list[pa.Array]:
    parts = []
    for name in key.columns:
        values = one_piece(table.column(name))
        for call in key.steps:
            values = _step(call.name, values, **call.options)
        parts.append(pc.if_else(blank(values), pa.scalar(None, values.type), values))
    return parts


def twins(frames: Frames, member: str, content: tuple[str, ...]) -> tuple[pa.Array, pa.Array]:
    """Two masks over a member's rows: twins identical to their main row, and twins that differ from it.

    A twin has CONFLICT_ID other than '0' and the user key of a row that has '0' (or came first). `content` are the
    columns that count for 'identical'. Source: Siebel keeps such rows after replication conflicts and EIM merges.
    """
    mine = frames.members[member]
    conflict = pc.fill_null(pc.not_equal(mine.column("CONFLICT_ID"), "0"), False)
    if not conflict.true_count:
        return conflict, conflict
    key = mine.table.select(list(frames.mapping.member(member).twins)).append_column("_entity", mine.entity)
    order = np.argsort(conflict.to_numpy(zero_copy_only=False), kind="stable")  # main rows first
    keys, contents = row_hashes(key)[order], row_hashes(mine.table.select(list(content)))[order]
    _, first, which = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    main = first[which.ravel()]
    is_twin = (main != np.arange(len(order))) & conflict.to_numpy(zero_copy_only=False)[order]
    same = (contents == contents[main]).all(axis=1)
    identical, different = np.zeros(len(order), bool), np.zeros(len(order), bool)
    identical[order], different[order] = is_twin & same, is_twin & ~same
    return pa.array(identical), pa.array(different)


def _step(name: str, values: pa.Array, **options: object) -> pa.Array:
    result = STEPS[name].function(series(values), **options)
    return arrow(result[0] if isinstance(result, tuple) else result)


def _scatter(values: pa.Array, positions: np.ndarray, length: int) -> pa.Array:
    """Values at their positions, zero elsewhere."""
    index = np.full(length, -1, np.int64)
    index[positions] = np.arange(len(positions))
    zero = pa.scalar(Decimal(0)).cast(values.type)
    return pc.fill_null(values.take(pa.array(index, mask=index < 0)), zero)


__all__ = [
    "Offence",
    "absent",
    "contested",
    "count",
    "differs",
    "disagrees",
    "looped",
    "natural_values",
    "repeated",
    "rows",
    "twins",
    "unbalanced",
    "unmatched",
    "variants",
]
