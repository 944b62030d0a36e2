"""Fees: invoices of applications and the payments that settle them, to the cent.

Everything is counted in whole cents and becomes a decimal at the end. A paid invoice's payments and refunds add
up to its total; an open one has none. Applications that are free of charge have no invoice.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from migrate.sample.cases import APPROVED, Cases, groups
from migrate.sample.clock import DAY, in_office, later, ottawa, when
from migrate.sample.data import active
from migrate.sample.frame import Bools, Ints, Rows, Times, choose, decimals, join, only, picked
from migrate.sample.ids import RowIds, digits, fixed_text, scatter
from migrate.sample.people import People
from migrate.sample.stamps import stamp
from migrate.sample.world import World


def money_rows(
    rng: np.random.Generator,
    ids: RowIds,
    world: World,
    people: People,
    cases: Cases,
    addresses: pa.Array,
    first_number: int,
) -> tuple[Rows, Rows]:
    """S_INVOICE and S_SRC_PAYMENT; ``addresses`` is the primary address of each person."""
    case, fee, cents, number = _fees(rng, cases, first_number)
    count = len(case)
    paid = ~(cases.is_open[case] & (cases.progress[case] < 0.1))
    invoiced = cases.opened[case]
    latest = np.minimum(later(invoiced, np.full(count, 20 * DAY)), cases.last_moment()[case])
    settled = in_office(rng, invoiced, latest)

    invoices = Rows("S_INVOICE", count, ROW_ID=ids.take(count, cases.loaded[case]))
    invoices["INVC_NUM"] = join("INV", fixed_text(digits(number, 9)))
    invoices["INVC_TYPE_CD"] = "Fee"
    invoices["INVC_DT"] = invoiced
    invoices["STATUS_CD"] = choose(paid, "Paid", "Open")
    invoices["TTL_INVC_AMT"] = decimals(cents, 2)
    invoices["GROSS_AMT"] = decimals(cents, 2)
    invoices["AMT_CURCY_CD"] = "CAD"
    applicant = pa.array(cases.applicant[case])
    invoices["BL_ADDR_ID"] = only(rng.random(count) < 0.4, addresses.take(applicant))
    invoices["INVC_FULLY_PAID_DT"] = when(paid, settled)
    invoices["X_CASE_ID"] = cases.row_id.take(pa.array(case))
    invoices["X_CONTACT_ID"] = people.row_id.take(applicant)
    invoices["X_FEE_TYPE_CD"] = fee
    stamp(
        invoices,
        rng,
        world.users,
        np.where(cases.loaded[case], cases.created[case], invoiced),
        cases.loaded[case],
    )
    payments = _payments(rng, ids, world, cases, invoices, case, cents, number, paid, settled)
    return invoices, payments


def _fees(rng: np.random.Generator, cases: Cases, first_number: int) -> tuple[Ints, pa.Array, Ints, Ints]:
    """One invoice for each case with a fee; a second for biometrics, or for the right of permanent residence."""
    known = groups()
    first = np.flatnonzero(known.fee_cents[cases.group] > 0)
    extra_kind = picked(known.extra_fee, cases.group).to_numpy(zero_copy_only=False)
    biometric = (extra_kind == "Biometrics") & (rng.random(len(cases)) < 0.3)
    right = (extra_kind == "RPRF") & (cases.outcome == APPROVED)
    second = np.flatnonzero(biometric | right)
    case = np.concatenate([first, second])
    fee = pa.concat_arrays(
        [picked(known.fee, cases.group[first]), picked(known.extra_fee, cases.group[second])]
    )
    cents = np.concatenate([known.fee_cents[cases.group[first]], known.extra_cents[cases.group[second]]])
    number = np.concatenate([(first_number + first) * 2, (first_number + second) * 2 + 1]) + 100_000_000
    return case, fee, cents, number


def _payments(
    rng: np.random.Generator,
    ids: RowIds,
    world: World,
    cases: Cases,
    invoices: Rows,
    case: Ints,
    cents: Ints,
    number: Ints,
    paid: Bools,
    settled: Times,
) -> Rows:
    """One payment, or two that add up, or one too high with the refund of what was too much."""
    chance = rng.random(len(case))
    in_two = paid & (chance < 0.06)
    refunded = paid & (chance > 0.98)
    part = (cents * (0.2 + 0.5 * rng.random(len(case)))).astype(np.int64) // 500 * 500
    first, rest, back = np.flatnonzero(paid), np.flatnonzero(in_two), np.flatnonzero(refunded)
    amounts = np.where(in_two, cents - part, np.where(refunded, cents + 5_000, cents))
    at = np.concatenate([first, rest, back])
    amount = np.concatenate([amounts[first], part[rest], np.full(len(back), -5_000)])
    kind = np.repeat([0, 1, 2], [len(first), len(rest), len(back)])

    rows = Rows("S_SRC_PAYMENT", len(at), ROW_ID=ids.take(len(at), cases.loaded[case[at]]))
    rows["PAYMENT_NUM"] = join("PAY", fixed_text(digits(number[at] * 3 + kind, 10)))
    rows["INVOICE_ID"] = invoices["ROW_ID"].take(pa.array(at))
    rows["X_CASE_ID"] = cases.row_id.take(pa.array(case[at]))
    rows["PAY_AMT"] = decimals(amount, 2)
    rows["PAY_CURCY_CD"] = "CAD"
    rows["PAY_TYPE_CD"] = choose(kind == 2, "Refund", "Payment")
    methods = active("IRCC_PAY_METHOD")
    rows["PAY_METHOD_CD"] = picked(methods, rng.integers(0, len(methods), len(at)))
    rows["PAY_STAT_CD"] = "Completed"
    moment = np.where(kind == 2, later(settled[at], np.full(len(at), 5400)), settled[at])
    rows["PAY_DT"] = ottawa(moment)
    rows["X_RECEIPT_NUM"] = join("R", fixed_text(digits(scatter(number[at] * 3 + kind, 999_999_937), 9)))
    original = np.searchsorted(first, back)
    rows.patch(
        "X_REFUND_OF_ID",
        len(first) + len(rest) + np.arange(len(back)),
        rows["ROW_ID"].take(pa.array(original)),
    )
    loaded = cases.loaded[case[at]]
    stamp(rows, rng, world.users, np.where(loaded, cases.created[case[at]], settled[at]), loaded)
    return rows
