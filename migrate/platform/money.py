"""Money: what is due for an application and what was paid, exact, each amount beside its currency."""

from migrate.platform.schema import (
    amount,
    code,
    count,
    elsewhere,
    flag,
    index,
    instant,
    member_table,
    reference,
    words,
)

__all__ = ["invoice", "payment"]

invoice = member_table(
    "invoice",
    "application",
    "A fee that is due for an application.",
    words("number", 50, "Number of the invoice.", required=True),
    count("revision", "Revision of the invoice, from 1.", required=True),
    code("type_code", "invoice_type", "Fee or adjustment."),
    code("fee_type_code", "fee_type", "What the fee is for."),
    code(
        "status_code",
        "invoice_status",
        "State of the invoice as recorded; it is not recomputed from the payments.",
    ),
    instant("issued_at", "When the invoice was issued."),
    instant("fully_paid_at", "When the invoice was paid in full."),
    amount("total_amount", "Amount due, in the currency beside it."),
    amount("gross_amount", "Amount before reductions, in the currency beside it."),
    amount("surcharge_amount", "Surcharge, in the currency beside it."),
    amount("balance_forward", "Balance carried over from before, in the currency beside it."),
    code("currency_code", "currency", "Currency of all amounts of the invoice (ISO 4217)."),
    reference("person_id", "person", "The client for whom the fee is due."),
    reference("organisation_id", "organisation", "The organisation that is billed."),
    words("account_number", 50, "Number of the invoice in the account of the payer."),
    flag("is_delinquent", "The invoice is overdue."),
    words("external_key", 30, "Key of the invoice in another system."),
    words("remarks", 250, "Remarks of the office."),
    index("number"),
    stamps=True,
)

payment = member_table(
    "payment",
    "application",
    "A payment, or a refund where the amount is negative.",
    words("number", 50, "Number of the payment.", required=True),
    reference("invoice_id", "invoice", "The invoice that it settles.", waits=True),
    amount("amount", "Amount in the currency beside it; negative for a refund.", required=True),
    code("currency_code", "currency", "Currency of the amount (ISO 4217).", required=True),
    code("type_code", "payment_type", "Payment, refund or other."),
    code("method_code", "payment_method", "How it was paid."),
    code("status_code", "payment_status", "State of the payment."),
    instant("paid_at", "When it was paid."),
    words("receipt_number", 30, "Number of the receipt."),
    reference("refund_of_id", "payment", "The payment that was refunded.", waits=True),
    elsewhere("not_its_own_refund", "refund_of_id", "payment_id"),
    index("number"),
    stamps=True,
)
