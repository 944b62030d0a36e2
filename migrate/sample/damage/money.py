"""Damage of money: payments against invoices, refunds, currencies, orphans."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from migrate.sample.damage.plant import FLAG, LOAD, QUAR, Plant, damage
from migrate.sample.frame import Bools, Ints, decimals, join, mask


def _settled(plant: Plant) -> tuple[Bools, Ints]:
    """Invoices settled by exactly one payment, and the position of that payment."""
    payments = plant.block["S_SRC_PAYMENT"]
    invoices = plant.block["S_INVOICE"]
    position = np.asarray(
        pc.fill_null(pc.index_in(payments["INVOICE_ID"], invoices["ROW_ID"]), -1).to_numpy()
    )
    known = position >= 0
    count = np.bincount(position[known], minlength=len(invoices))
    payment = np.zeros(len(invoices), np.int64)
    payment[position[known]] = np.flatnonzero(known)
    return (count == 1) & invoices.where("STATUS_CD", "Paid"), payment


def _further_payment(plant: Plant, payment: Ints, letter: str, **changes: object) -> Ints:
    number = join(plant.block["S_SRC_PAYMENT"]["PAYMENT_NUM"].take(pa.array(payment)), letter)
    return plant.copy("S_SRC_PAYMENT", payment, PAYMENT_NUM=number, X_RECEIPT_NUM=None, **changes)


@damage("X05", "S_INVOICE", rate=0.003, disposition=FLAG)
def overpaid(plant: Plant) -> None:
    """Twenty dollars more than the fee."""
    eligible, payment = _settled(plant)
    at = plant.pick(eligible)
    _further_payment(plant, payment[at], "A", PAY_AMT=decimals(np.full(len(at), 2_000), 2))
    plant.say(at, "TTL_INVC_AMT", "overpaid")


@damage("X05", "S_INVOICE", rate=0.003, disposition=FLAG)
def paid_twice(plant: Plant) -> None:
    """The same amount twice."""
    eligible, payment = _settled(plant)
    at = plant.pick(eligible)
    _further_payment(plant, payment[at], "B")
    plant.say(at, "TTL_INVC_AMT", "paid twice")


@damage("X05", "S_INVOICE", rate=0.003, disposition=FLAG)
def paid_too_little(plant: Plant) -> None:
    """The status says paid, the sum says not."""
    eligible, payment = _settled(plant)
    at = plant.pick(eligible)
    plant.block["S_SRC_PAYMENT"].patch("PAY_AMT", payment[at], decimals(np.full(len(at), 1_500), 2))
    plant.say(at, "STATUS_CD", "status against sum")


@damage("X05", "S_SRC_PAYMENT", rate=0.001, disposition=FLAG)
def refund_of_nothing(plant: Plant) -> None:
    """A refund that names no payment and no invoice."""
    at = plant.pick(plant.where("PAY_TYPE_CD", "Payment"))
    new = _further_payment(
        plant,
        at,
        "C",
        PAY_AMT=decimals(np.full(len(at), -3_000), 2),
        PAY_TYPE_CD="Refund",
        INVOICE_ID=None,
    )
    plant.say(new, "X_REFUND_OF_ID")


@damage("X05", "S_INVOICE", rate=0.002, disposition=LOAD)
def foreign_currency(plant: Plant) -> None:
    """Billed and paid in another currency."""
    eligible, payment = _settled(plant)
    at = plant.pick(eligible)
    plant.block["S_SRC_PAYMENT"].patch("PAY_CURCY_CD", payment[at], "USD")
    plant.set("AMT_CURCY_CD", at, "USD")


@damage("X05", "S_INVOICE", rate=0.0015, disposition=QUAR)
def invoice_without_case(plant: Plant) -> None:
    """An invoice of a missing application, or of none."""
    _orphans(plant, "INVC_NUM", "Z")


@damage("X05", "S_SRC_PAYMENT", rate=0.0015, disposition=QUAR)
def payment_without_case(plant: Plant) -> None:
    """A payment of a missing application, or of none."""
    _orphans(plant, "PAYMENT_NUM", "Z")


def _orphans(plant: Plant, number: str, letter: str) -> None:
    """Copies that hang on a missing application; every second one names no application at all."""
    table = plant.kind.table
    possible = np.flatnonzero(~mask(pc.match_substring_regex(plant.rows[number], "[A-Z]$")))
    if table == "S_SRC_PAYMENT":
        possible = possible[plant.where("PAY_TYPE_CD", "Payment")[possible]]
    at = np.sort(plant.rng.permutation(possible)[: plant.number(2.0)])
    dead = plant.dead_ids(len(at))
    parent = pc.if_else(pa.array(np.arange(len(at)) % 2 == 0), dead, None)
    changes = {"INVOICE_ID": None, "X_RECEIPT_NUM": None} if table == "S_SRC_PAYMENT" else {}
    new = plant.copy(
        table,
        at,
        X_CASE_ID=parent,
        **{number: join(plant.rows[number].take(pa.array(at)), letter)},
        **changes,
    )
    row_id = plant.rows["ROW_ID"].take(pa.array(new))
    plant.line(table, row_id, "X_CASE_ID", "application", pc.coalesce(parent, row_id))
